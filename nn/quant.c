/* quant.c - the numbers of a quantised network: found by calibration, checked, turned into factors.
 * quant_infer.c runs it. */
#include "quant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activations.h"
#include "quant_maps.h"

enum { ONE = 1 << 30 }; /* the largest multiplier */

#define SCALE_MIN 1e-30f
#define SCALE_MAX 1e30f

/* ---- which layers, which arrays ---- */

static bool has_weights(const struct nn_layer *l)
{
	return l->kind == NN_CONV || l->kind == NN_DENSE || l->kind == NN_DEPTHWISE;
}

/* Has an output with a scale of its own. */
static bool has_scale(const struct nn_layer *l)
{
	return has_weights(l) || nn_quant_has_table(l) || l->kind == NN_CONCAT || l->kind == NN_ADD
		|| l->kind == NN_MULTIPLY || l->kind == NN_NORMALIZE;
}

/* Is layer l read by outputs alone? */
static bool is_logits(const struct nn_net *net, int l)
{
	bool read = false;
	for (int k = l + 1; k < net->layer_count; k++)
		for (int i = 0; i < net->layers[k].input_count; i++)
			if (net->layers[k].inputs[i] == l) {
				read = true;
				if (net->layers[k].kind != NN_OUTPUT)
					return false;
			}
	return read;
}

static const char *why_not(const struct nn_net *net, const struct nn_layer *l)
{
	if (has_weights(l) && net->tensors[l->kernel_tensor].fan_in > 65536
		&& l->kind != NN_DEPTHWISE)
		return "reads more than 65536 numbers for one output: the sum does not fit in 32 "
		       "bits";
	return l->kind == NN_BATCHNORM
		? "is a batch normalisation that is not folded into a convolution"
		: NULL;
}

/* Factors of a layer. */
static int factor_count(const struct nn_layer *l)
{
	if (has_weights(l))
		return l->shape.channels;
	return l->kind == NN_CONCAT || l->kind == NN_ADD ? l->input_count : l->kind == NN_MULTIPLY;
}

static size_t size_of(enum nn_quant_type type)
{
	return type == NN_QUANT_I8 ? 1 : 4;
}

static struct nn_quant_tensor *add_tensor(struct nn_quant *q, const struct nn_layer *l,
	const char *suffix, enum nn_quant_type type, int channels)
{
	struct nn_quant_tensor *t = &q->tensors[q->tensor_count++];
	snprintf(t->name, sizeof(t->name), "%s/%s", l->name, suffix);
	t->type = type;
	t->rank = 1;
	t->dimensions[0] = channels;
	t->count = (size_t)channels;
	return t;
}

static void list_tensors(struct nn_quant *q, int layer)
{
	const struct nn_layer *l = &q->net->layers[layer];
	if (has_weights(l)) {
		const struct nn_shape in = q->net->layers[l->inputs[0]].shape;
		struct nn_quant_tensor *t =
			add_tensor(q, l, "kernel", NN_QUANT_I8, l->shape.channels);
		t->count = q->net->tensors[l->kernel_tensor].count;
		t->rank = l->kind == NN_DENSE ? 2 : 4;
		t->dimensions[1] = l->kind == NN_DENSE ? (int)nn_shape_size(in)
			: l->kind == NN_DEPTHWISE      ? 1
						       : in.channels / (l->groups ? l->groups : 1);
		t->dimensions[2] = l->kernel_height;
		t->dimensions[3] = l->kernel_width;
		add_tensor(q, l, "bias", NN_QUANT_I32, l->shape.channels);
		add_tensor(q, l, "kernel_scale", NN_QUANT_F32, l->shape.channels);
	}
	if (l->kind == NN_NORMALIZE) {
		const int count = (int)q->net->tensors[l->mean_tensor].count;
		add_tensor(q, l, "mean", NN_QUANT_F32, count);
		add_tensor(q, l, "factor", NN_QUANT_F32, count);
	}
	if (has_scale(l)) {
		add_tensor(q, l, "scale", NN_QUANT_F32, 1);
		add_tensor(q, l, "zero_point", NN_QUANT_I32, 1);
	}
}

static size_t rounded_up(size_t bytes)
{
	return (bytes + 63) / 64 * 64;
}

/* Give every tensor and every layer's factors their place. */
static bool get_memory(struct nn_quant *q)
{
	size_t size = 128; /* the input's scale and zero point */
	for (int i = 0; i < q->tensor_count; i++)
		size += rounded_up(q->tensors[i].count * size_of(q->tensors[i].type));
	for (int l = 0; l < q->net->layer_count; l++)
		if (has_scale(&q->net->layers[l]))
			size += rounded_up((size_t)factor_count(&q->net->layers[l])
				* sizeof(struct nn_quant_factor));
	q->memory = aligned_alloc(64, size);
	if (!q->memory)
		return false;
	memset(q->memory, 0, size);
	char *at = (char *)q->memory + 128;
	for (int i = 0; i < q->tensor_count; i++) {
		q->tensors[i].data = at;
		at += rounded_up(q->tensors[i].count * size_of(q->tensors[i].type));
	}
	for (int l = 0; l < q->net->layer_count; l++)
		if (has_scale(&q->net->layers[l])) {
			q->layers[l].factors = (struct nn_quant_factor *)at;
			at += rounded_up((size_t)factor_count(&q->net->layers[l])
				* sizeof(struct nn_quant_factor));
		}
	return true;
}

/* Pointers of all layers, in the order in which list_tensors listed them. */
static void set_pointers(struct nn_quant *q)
{
	const struct nn_quant_tensor *t = q->tensors;
	for (int i = 0; i < q->net->layer_count; i++) {
		const struct nn_layer *layer = &q->net->layers[i];
		struct nn_quant_layer *l = &q->layers[i];
		if (has_weights(layer)) {
			l->kernel = t++->data;
			l->bias = t++->data;
			l->kernel_scale = t++->data;
		}
		if (layer->kind == NN_NORMALIZE) {
			l->mean = t++->data;
			l->factor = t++->data;
		}
		if (has_scale(layer)) {
			l->scale = t++->data;
			l->zero_point = t++->data;
			l->wide = has_weights(layer) && is_logits(q->net, i);
		} else if (layer->kind == NN_INPUT) {
			l->scale = q->memory;
			l->zero_point = (int32_t *)q->memory + 1;
			*l->scale = 1.0f / 255.0f;
		} else {
			l->scale = q->layers[layer->inputs[0]].scale;
			l->zero_point = q->layers[layer->inputs[0]].zero_point;
		}
	}
}

struct nn_quant *nn_quant_new(const struct nn_net *net, char error[NN_QUANT_ERROR])
{
	for (int l = 0; l < net->layer_count; l++) {
		const char *why = why_not(net, &net->layers[l]);
		if (why) {
			snprintf(error, NN_QUANT_ERROR, "layer '%s' %s: int8 has no numbers for it",
				net->layers[l].name, why);
			return NULL;
		}
	}
	struct nn_quant *q = calloc(1, sizeof(*q));
	if (q) {
		q->net = net;
		for (int l = 0; l < net->layer_count; l++)
			list_tensors(q, l);
	}
	if (!q || !get_memory(q)) {
		snprintf(error, NN_QUANT_ERROR, "out of memory");
		nn_quant_free(q);
		return NULL;
	}
	set_pointers(q);
	return q;
}

void nn_quant_free(struct nn_quant *q)
{
	if (!q)
		return;
	free(q->memory);
	free(q);
}

/* ---- calibration ---- */

/* The smallest and largest activation of each layer; 0 is always between them. */
struct ranges {
	float low[NN_LAYERS_MAX], high[NN_LAYERS_MAX];
	bool finite;
};

/* Activations of a block lie [channel][y][x][16]; lanes beyond `count` are empty. */
static void widen(struct ranges *r, int layer, const float *values, size_t size, int count)
{
	float low = r->low[layer], high = r->high[layer];
	for (size_t i = 0; i < size; i += NN_LANES)
		for (int lane = 0; lane < count; lane++) {
			const float x = values[i + (size_t)lane];
			if (!(x > -SCALE_MAX && x < SCALE_MAX))
				r->finite = false;
			low = x < low ? x : low;
			high = x > high ? x : high;
		}
	r->low[layer] = low;
	r->high[layer] = high;
}

static void widen_all(void *context, const struct nn_block *block)
{
	struct ranges *r = context;
	const struct nn_plan *plan = block->batch->plan;
	for (int l = 0; l < block->batch->net->layer_count; l++) {
		const struct nn_op *op = &plan->ops[l];
		if (op->kind == NN_OP_NOTHING || op->kind == NN_OP_OUTPUT)
			continue;
		widen(r, l, block->memory + op->out, op->size, block->count);
		if (op->kind == NN_OP_CONV_POOL) /* only the pooled map is there: what the pooling
						    drops nobody reads */
			widen(r, op->weights_layer, block->memory + op->out, op->size,
				block->count);
	}
}

/* ---- fitting ---- */

static int32_t nearest(double x, int32_t limit)
{
	x = x < 0 ? x - 0.5 : x + 0.5;
	return x >= limit ? limit : x <= -limit ? -limit : (int32_t)x;
}

/* Kernel and bias of output channel o, which has `count` weights. A bias far larger than all
 * weights makes the scale coarser, so that it fits. */
static void fit_channel(
	struct nn_quant_layer *l, int o, const float *w, size_t count, float bias, double in_scale)
{
	float largest = 0;
	for (size_t i = 0; i < count; i++)
		largest = w[i] > largest ? w[i] : -w[i] > largest ? -w[i] : largest;
	double scale = (double)largest / 127;
	const double for_bias = (double)(bias < 0 ? -bias : bias) / in_scale / (1 << 28);
	scale = scale < for_bias ? for_bias : scale;
	scale = scale < 1e-15 ? 1e-15 : scale; /* a channel without weights */
	l->kernel_scale[o] = (float)scale;
	scale = (double)l->kernel_scale[o];
	for (size_t i = 0; i < count; i++)
		l->kernel[(size_t)o * count + i] = (int8_t)nearest((double)w[i] / scale, 127);
	l->bias[o] = nearest((double)bias / (in_scale * scale), 1 << 29);
}

/* Whose range the output has: that of an activation that alone reads it and clamps. */
static int range_of(const struct nn_net *net, int layer)
{
	int reader = layer, count = 0;
	for (int l = layer + 1; l < net->layer_count; l++)
		for (int i = 0; i < net->layers[l].input_count; i++)
			if (net->layers[l].inputs[i] == layer) {
				reader = l;
				count++;
			}
	const enum nn_kind kind = net->layers[layer].kind, by = net->layers[reader].kind;
	const bool clamps = by == NN_RELU6
		|| (by == NN_RELU
			&& (kind == NN_DEPTHWISE || kind == NN_ADD || kind == NN_MULTIPLY));
	return count == 1 && clamps ? reader : layer;
}

/* The scale of what factor number `o` of a layer is for: a sum, an input, a product. */
static double scale_before(const struct nn_quant *q, int layer, int o)
{
	const struct nn_layer *l = &q->net->layers[layer];
	const bool of_inputs = l->kind == NN_CONCAT || l->kind == NN_ADD;
	const double in = (double)*q->layers[l->inputs[of_inputs ? o : 0]].scale;
	if (has_weights(l))
		return in * (double)q->layers[layer].kernel_scale[o];
	return l->kind == NN_MULTIPLY ? in * (double)*q->layers[l->inputs[1]].scale : in;
}

/* The output's scale: the range in 255 steps, but no finer than the sums are (then factors are at
 * most 1). Logits: as the coarsest sums. */
static void fit_output(struct nn_quant *q, int layer, const struct ranges *r)
{
	const struct nn_layer *net_layer = &q->net->layers[layer];
	struct nn_quant_layer *l = &q->layers[layer];
	const int range = range_of(q->net, layer);
	double finest = factor_count(net_layer) ? 0 : 1e-15; /* of a table that is all 0 */
	for (int o = 0; o < factor_count(net_layer); o++) {
		const double sum = scale_before(q, layer, o);
		finest = sum > finest ? sum : finest;
	}
	finest *= 1 + 1e-6; /* whatever it is rounded to as a float, no factor is above 1 */
	double scale = ((double)r->high[range] - (double)r->low[range]) / 255;
	if (l->wide || scale < finest)
		scale = finest;
	*l->scale = (float)scale;
	*l->zero_point = l->wide ? 0 : nearest(-(double)r->low[range] / (double)*l->scale, 255);
}

/* Numbers that scales and biases can be made of: nearest() has no integer for a NaN. */
static bool all_finite(const float *x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!(x[i] > -SCALE_MAX && x[i] < SCALE_MAX))
			return false;
	return true;
}

int nn_quant_fit(struct nn_quant *q, const float *params, const struct nn_images *images,
	const uint32_t *order, uint32_t count, const struct nn_kernels *kernels)
{
	if (!all_finite(params, q->net->parameter_count)) {
		snprintf(q->error, sizeof(q->error), "a weight is not a finite number");
		return -1;
	}
	struct ranges *r = calloc(1, sizeof(*r));
	if (!r
		|| (r->finite = true,
			nn_activations(q->net, params, images, order, count,
				kernels ? kernels : nn_kernels_find(NULL), widen_all, r))) {
		free(r);
		snprintf(q->error, sizeof(q->error), "out of memory");
		return -1;
	}
	if (!r->finite) {
		free(r);
		snprintf(q->error, sizeof(q->error), "an activation is not a finite number");
		return -1;
	}
	for (int i = 0; i < q->net->layer_count; i++) {
		const struct nn_layer *layer = &q->net->layers[i];
		if (has_weights(layer)) {
			const struct nn_tensor *kernel = &q->net->tensors[layer->kernel_tensor];
			const float *biases = layer->bias_tensor < 0
				? NULL
				: params + q->net->tensors[layer->bias_tensor].offset;
			const size_t each = kernel->count / (size_t)layer->shape.channels;
			for (int o = 0; o < layer->shape.channels; o++)
				fit_channel(&q->layers[i], o,
					params + kernel->offset + (size_t)o * each, each,
					biases ? biases[o] : 0,
					(double)*q->layers[layer->inputs[0]].scale);
		}
		if (layer->kind == NN_NORMALIZE)
			for (size_t k = 0; k < q->net->tensors[layer->mean_tensor].count; k++) {
				const struct nn_tensor *t = q->net->tensors;
				q->layers[i].mean[k] = params[t[layer->mean_tensor].offset + k];
				q->layers[i].factor[k] =
					params[t[layer->variance_tensor].offset + k];
			}
		if (has_scale(layer))
			fit_output(q, i, r);
	}
	free(r);
	return nn_quant_check(q);
}

/* ---- checking ---- */

static int refuse(struct nn_quant *q, int layer, const char *why)
{
	snprintf(q->error, sizeof(q->error), "layer '%s': %s", q->net->layers[layer].name, why);
	return -1;
}

static bool is_scale(float x)
{
	return x >= SCALE_MIN && x <= SCALE_MAX;
}

/* factor, above 0 and at most 1, as multiplier / 2^shift. A factor below 2^-33 is 0 for every sum:
 * its multiplier has fewer bits. */
static struct nn_quant_factor factor_of(double factor)
{
	int shift = NN_QUANT_SHIFT_MIN;
	while (factor <= 0.5 && shift < NN_QUANT_SHIFT_MAX) {
		factor *= 2;
		shift++;
	}
	const int32_t multiplier = (int32_t)(factor * ONE + 0.5);
	return (struct nn_quant_factor){ multiplier > 0 ? multiplier : 1, shift };
}

/* Of a sum: all at one shift, so that they add up before they are rounded. */
static struct nn_quant_factor factor_of_sum(double factor)
{
	return (struct nn_quant_factor){ (int32_t)(factor * ONE + 0.5), NN_QUANT_SHIFT_MIN };
}

/* No partial sum leaves 32 bits, those with the zero point's share among them: |bias| + 255 * sum
 * of |kernel| stays below 2^30. */
static bool sums_fit(const struct nn_quant_layer *l, int o, size_t count)
{
	int64_t sum = l->bias[o] < 0 ? -(int64_t)l->bias[o] : l->bias[o];
	for (size_t i = 0; i < count; i++) {
		const int w = l->kernel[(size_t)o * count + i];
		sum += 255 * (w < 0 ? -w : w);
	}
	return sum < ONE;
}

static int check_layer(struct nn_quant *q, int i)
{
	const struct nn_layer *layer = &q->net->layers[i];
	struct nn_quant_layer *l = &q->layers[i];
	const int count = factor_count(layer);
	if (!is_scale(*l->scale))
		return refuse(q, i, "its scale is not a number from 1e-30 to 1e30");
	if (*l->zero_point < 0 || *l->zero_point > 255)
		return refuse(q, i, "its zero point is not within 0 to 255");
	if ((layer->relu || l->wide) && *l->zero_point != 0)
		return refuse(q, i, "its zero point is not 0, as it is after a ReLU and of logits");
	if (layer->kind == NN_NORMALIZE) {
		const size_t numbers = q->net->tensors[layer->mean_tensor].count;
		if (!all_finite(l->mean, numbers) || !all_finite(l->factor, numbers))
			return refuse(q, i, "a mean or a factor is not a finite number");
	}
	for (int o = 0; o < count; o++) {
		if (has_weights(layer)) {
			if (!is_scale(l->kernel_scale[o]))
				return refuse(
					q, i, "a kernel scale is not a number from 1e-30 to 1e30");
			if (!sums_fit(l, o,
				    q->net->tensors[layer->kernel_tensor].count / (size_t)count))
				return refuse(q, i, "its sums do not fit in 32 bits");
		}
		const double factor = scale_before(q, i, o) / (double)*l->scale;
		if (!(factor > 0 && factor <= 1))
			return refuse(q, i, "its scale is finer than that of its sums");
		l->factors[o] = layer->kind == NN_ADD ? factor_of_sum(factor) : factor_of(factor);
	}
	return 0;
}

int nn_quant_check(struct nn_quant *q)
{
	for (int i = 0; i < q->net->layer_count; i++)
		if (has_scale(&q->net->layers[i]) && check_layer(q, i))
			return -1;
	return 0;
}

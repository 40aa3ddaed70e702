/* quant_infer.c - one image in 8 bits: which memory, which kernels in which order, and what needs
 * none. See quant.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "quant.h"

enum { SLACK = 128, ROW = 16 };

/* A layer's output in quads (kernels.h). */
struct map {
	int channels, height, width;
	bool columns; /* an image of one channel: pixels x to x + 3 of a row are the quad at x */
	size_t row, plane, size; /* bytes */
	uint8_t *at;
};

/* Of a layer with weights. */
struct work {
	struct nn_quant_conv_pool conv_pool;
	struct nn_quant_dense dense;
	int32_t *sums; /* dense: [stride] */
};

struct nn_quant_infer {
	const struct nn_quant *q;
	struct nn_quant_kernels kernels;
	struct nn_plan plan;
	struct map maps[NN_LAYERS_MAX];
	struct work work[NN_LAYERS_MAX];
	int32_t *logits[NN_LAYERS_MAX]; /* of layers that outputs read */
	uint8_t *image;                 /* a copy that may be read past its end */
	size_t taken;                   /* bytes of memory */
	char *memory;                   /* NULL while its size is found */
};

/* ---- memory: laid out twice, first to find its size ---- */

static void *take(struct nn_quant_infer *f, size_t bytes)
{
	char *at = f->memory ? f->memory + f->taken : NULL;
	f->taken += (bytes + 63) / 64 * 64;
	return at;
}

static int quads(int channels)
{
	return (channels + 3) / 4;
}

static const struct nn_layer *layer_of(const struct nn_quant_infer *f, int l)
{
	return &f->q->net->layers[l];
}

/* May the image's columns be taken for channels? Three taps of a 3x3 kernel then do the work of
 * nine. */
static bool by_columns(const struct nn_quant_infer *f, int input)
{
	for (int l = input + 1; l < f->q->net->layer_count; l++)
		for (int i = 0; i < f->plan.ops[l].input_count; i++)
			if (f->plan.ops[l].inputs[i] == input
				&& f->plan.ops[l].kind != NN_OP_CONV_POOL)
				return false;
	return layer_of(f, input)->shape.channels == 1;
}

static void lay_out_map(struct nn_quant_infer *f, int l)
{
	const struct nn_layer *layer = layer_of(f, l);
	struct map *m = &f->maps[l];
	if (f->plan.ops[l].kind == NN_OP_DROPOUT) {
		*m = f->maps[layer->inputs[0]];
		return;
	}
	m->channels = layer->shape.channels;
	m->height = layer->shape.height;
	m->width = layer->shape.width;
	m->columns = layer->kind == NN_INPUT && by_columns(f, l);
	m->row = 4 * (size_t)m->width;
	m->plane = (size_t)m->height * m->row;
	m->size = (size_t)quads(m->channels) * m->plane;
	m->at = take(f, m->size + SLACK);
}

/* ---- weights as the kernels want them ---- */

/* The convolution at op l: its layer, its quantised numbers, its input. */
struct source {
	const struct nn_layer *layer;
	const struct nn_quant_layer *numbers;
	const struct map *in;
	int zero_point; /* of the input */
};

static struct source source_of(const struct nn_quant_infer *f, int l)
{
	const int w = f->plan.ops[l].weights_layer, in = layer_of(f, w)->inputs[0];
	return (struct source){ layer_of(f, w), &f->q->layers[w], &f->maps[in],
		*f->q->layers[in].zero_point };
}

/* The bias of sums over q instead of q - zero point. */
static int32_t bias_of(const struct source *s, int o)
{
	const size_t count = (size_t)s->in->channels
		* (size_t)(s->layer->kind == NN_CONV
				? s->layer->kernel_height * s->layer->kernel_width
				: s->in->height * s->in->width);
	int32_t sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += s->numbers->kernel[(size_t)o * count + i];
	return s->numbers->bias[o] - s->zero_point * sum;
}

/* Byte `byte` of the word of output channel o at tap (g, ky, kx); 0 where there is no such weight.
 */
static int8_t weight_at(const struct source *s, int o, int g, int ky, int kx, int byte)
{
	const int c = s->in->columns ? 0 : 4 * g + byte, x = s->in->columns ? kx + byte : kx;
	const struct nn_layer *l = s->layer;
	if (o >= l->shape.channels || c >= s->in->channels || x >= l->kernel_width)
		return 0;
	return s->numbers
		->kernel[((size_t)(o * s->in->channels + c) * (size_t)l->kernel_height + (size_t)ky)
				* (size_t)l->kernel_width
			+ (size_t)x];
}

static void lay_out_conv_pool(struct nn_quant_infer *f, int l)
{
	const struct source s = source_of(f, l);
	const int across = s.in->columns ? 4 : 1,
		  per_row = (s.layer->kernel_width + across - 1) / across;
	const int outputs = 4 * quads(s.layer->shape.channels), planes = quads(s.in->channels);
	const int taps = planes * s.layer->kernel_height * per_row;
	const size_t bytes = (size_t)outputs * sizeof(int32_t);
	int32_t *offsets = take(f, (size_t)taps * sizeof(*offsets)), *biases = take(f, bytes),
		*multipliers = take(f, bytes), *shifts = take(f, bytes);
	int8_t *weights = take(f, (size_t)taps * bytes);
	const struct nn_op *op = &f->plan.ops[l];
	f->work[l].conv_pool = (struct nn_quant_conv_pool){ .taps = taps,
		.offsets = offsets,
		.weights = (const int32_t *)(void *)weights,
		.biases = biases,
		.multipliers = multipliers,
		.shifts = shifts,
		.out_channels = s.layer->shape.channels,
		.pool_height = op->height,
		.pool_width = op->width,
		.in_row = s.in->row,
		.out_row = f->maps[l].row,
		.out_plane = f->maps[l].plane };
	if (!f->memory)
		return;
	for (int o = 0; o < outputs; o++) {
		const bool real = o < s.layer->shape.channels;
		biases[o] = real ? bias_of(&s, o) : 0;
		multipliers[o] = real ? s.numbers->factors[o].multiplier : 1;
		shifts[o] = real ? s.numbers->factors[o].shift : NN_QUANT_SHIFT_MIN;
	}
	for (int t = 0; t < taps; t++) {
		const int g = t / per_row / s.layer->kernel_height,
			  ky = t / per_row % s.layer->kernel_height, kx = t % per_row * across;
		offsets[t] = (int32_t)((size_t)g * s.in->plane + (size_t)ky * s.in->row
			+ 4 * (size_t)kx);
		for (int o = 0; o < outputs; o++)
			for (int byte = 0; byte < 4; byte++)
				weights[((size_t)(o / 4 * taps + t) * 4 + (size_t)(o % 4)) * 4
					+ (size_t)byte] = weight_at(&s, o, g, ky, kx, byte);
	}
}

static void lay_out_dense(struct nn_quant_infer *f, int l)
{
	const struct source s = source_of(f, l);
	const int positions = s.in->height * s.in->width, outputs = s.layer->shape.channels;
	const size_t stride = (size_t)(outputs + ROW - 1) / ROW * ROW,
		     words = (size_t)(quads(s.in->channels) * positions);
	int32_t *biases = take(f, stride * sizeof(*biases));
	int8_t *weights = take(f, words * stride * 4);
	f->work[l].sums = take(f, (stride + ROW) * sizeof(int32_t));
	f->work[l].dense = (struct nn_quant_dense){ (const int32_t *)(void *)weights, biases,
		(int)words, outputs, stride };
	if (!f->memory)
		return;
	for (int o = 0; o < outputs; o++) {
		biases[o] = bias_of(&s, o);
		for (int c = 0; c < s.in->channels; c++)
			for (int p = 0; p < positions; p++)
				weights[(((size_t)(c / 4 * positions + p)) * stride + (size_t)o) * 4
					+ (size_t)(c % 4)] =
					s.numbers->kernel[(size_t)(o * s.in->channels + c)
							* (size_t)positions
						+ (size_t)p];
	}
}

static void lay_out(struct nn_quant_infer *f)
{
	const struct nn_net *net = f->q->net;
	f->taken = 0;
	f->image = take(f, nn_shape_size(net->layers[net->inputs[0]].shape) + SLACK);
	for (int l = 0; l < net->layer_count; l++) {
		const enum nn_operation kind = f->plan.ops[l].kind;
		if (kind == NN_OP_NOTHING)
			continue;
		lay_out_map(f, l);
		if (kind == NN_OP_CONV_POOL)
			lay_out_conv_pool(f, l);
		else if (kind == NN_OP_DENSE)
			lay_out_dense(f, l);
		else if (kind == NN_OP_OUTPUT && !f->logits[net->layers[l].inputs[0]])
			f->logits[net->layers[l].inputs[0]] =
				take(f, (size_t)net->layers[l].shape.channels * sizeof(int32_t));
	}
}

struct nn_quant_infer *nn_quant_infer_new(
	const struct nn_quant *q, const struct nn_kernels *kernels)
{
	struct nn_quant_infer *f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	if (!kernels)
		kernels = nn_kernels_find(NULL);
	f->q = q;
	f->kernels = kernels->quant;
#if defined __x86_64__
	if (kernels == &nn_kernels_avx512 && __builtin_cpu_supports("avx512vnni"))
		f->kernels = nn_quant_vnni;
#endif
	bool frozen[2 * NN_LAYERS_MAX];
	memset(frozen, true, sizeof(frozen));
	nn_plan_make(&f->plan, q->net, frozen, false);
	lay_out(f);
	char *memory = aligned_alloc(64, f->taken);
	if (!memory) {
		free(f);
		return NULL;
	}
	memset(memory, 0, f->taken);
	memset(f->logits, 0, sizeof(f->logits));
	f->memory = memory;
	lay_out(f);
	return f;
}

void nn_quant_infer_free(struct nn_quant_infer *f)
{
	if (!f)
		return;
	free(f->memory);
	free(f);
}

/* ---- a call ---- */

static inline uint8_t *at(const struct map *m, int c, int y, int x)
{
	return m->at + (size_t)(c / 4) * m->plane + (size_t)y * m->row + 4 * (size_t)x
		+ (size_t)(c % 4);
}

/* Rounded once, halves upwards; >> of a negative number is a division that rounds down. */
static inline int32_t scaled(int32_t sum, struct nn_quant_factor f)
{
	return (int32_t)((sum * (int64_t)f.multiplier + ((int64_t)1 << (f.shift - 1))) >> f.shift);
}

static inline uint8_t clamped(int32_t q)
{
	return (uint8_t)(q < 0 ? 0 : q > 255 ? 255 : q);
}

static void load(struct nn_quant_infer *f, const struct map *m, const uint8_t *image)
{
	const size_t width = (size_t)m->width, plane = (size_t)m->height * width;
	if (m->columns) {
		memcpy(f->image, image, plane);
		for (size_t i = 0; i < plane; i++)
			memcpy(m->at + 4 * i, f->image + i, 4);
		return;
	}
	for (int c = 0; c < m->channels; c++)
		for (size_t i = 0; i < plane; i++)
			m->at[(size_t)(c / 4) * m->plane + 4 * i + (size_t)(c % 4)] =
				image[(size_t)c * plane + i];
}

/* The sum of output channel o of layer l at (y, x), into the map, or the logits. */
static void put(struct nn_quant_infer *f, int l, int o, int y, int x, int32_t sum)
{
	const struct nn_quant_layer *numbers = &f->q->layers[l];
	if (layer_of(f, l)->relu && sum < 0)
		sum = 0;
	const int32_t value = scaled(sum, numbers->factors[o]);
	if (numbers->wide)
		f->logits[l][o] = value;
	else
		*at(&f->maps[l], o, y, x) = clamped(*numbers->zero_point + value);
}

static void run_dense(struct nn_quant_infer *f, int l)
{
	const struct work *w = &f->work[l];
	f->kernels.dense(w->sums, f->maps[layer_of(f, l)->inputs[0]].at, &w->dense);
	for (int o = 0; o < w->dense.outputs; o++)
		put(f, l, o, 0, 0, w->sums[o]);
}

/* Any convolution; what lies outside counts as 0. */
static void run_conv(struct nn_quant_infer *f, int l)
{
	const struct nn_conv *s = &f->plan.ops[l].shape.conv;
	const struct source from = source_of(f, l);
	for (int o = 0; o < s->out_channels; o++)
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++) {
				const int8_t *w = from.numbers->kernel
					+ (size_t)(o * s->in_channels)
						* (size_t)(s->kernel_height * s->kernel_width);
				int32_t sum = from.numbers->bias[o];
				for (int c = 0; c < s->in_channels; c++)
					for (int ky = 0; ky < s->kernel_height; ky++)
						for (int kx = 0; kx < s->kernel_width; kx++, w++) {
							const int iy = y * s->stride
								+ ky * s->dilation - s->pad_top,
								  ix = x * s->stride_width
								+ kx * s->dilation_width
								- s->pad_left;
							if (iy >= 0 && iy < s->in_height && ix >= 0
								&& ix < s->in_width)
								sum += *w
									* (*at(from.in, c, iy, ix)
										- from.zero_point);
						}
				put(f, l, o, y, x, sum);
			}
}

static void run_pool(struct nn_quant_infer *f, int l)
{
	const struct map *in = &f->maps[layer_of(f, l)->inputs[0]], *out = &f->maps[l];
	const int size = layer_of(f, l)->kernel_height;
	for (int c = 0; c < out->channels; c++)
		for (int y = 0; y < out->height; y++)
			for (int x = 0; x < out->width; x++) {
				uint8_t best = 0;
				for (int i = 0; i < size * size; i++) {
					const uint8_t q = *at(
						in, c, y * size + i / size, x * size + i % size);
					best = q > best ? q : best;
				}
				*at(out, c, y, x) = best;
			}
}

static void run_relu(struct nn_quant_infer *f, int l)
{
	const struct map *in = &f->maps[layer_of(f, l)->inputs[0]], *out = &f->maps[l];
	const uint8_t zero = (uint8_t)*f->q->layers[l].zero_point;
	for (size_t i = 0; i < out->size; i++)
		out->at[i] = in->at[i] > zero ? in->at[i] : zero;
}

static void run_concat(struct nn_quant_infer *f, int l)
{
	const struct nn_layer *layer = layer_of(f, l);
	const struct map *out = &f->maps[l];
	for (int i = 0, channel = 0; i < layer->input_count;
		channel += f->maps[layer->inputs[i++]].channels) {
		const struct map *in = &f->maps[layer->inputs[i]];
		const int32_t from = *f->q->layers[layer->inputs[i]].zero_point,
			      to = *f->q->layers[l].zero_point;
		for (int c = 0; c < in->channels; c++)
			for (int p = 0; p < out->height * out->width; p++) {
				const int y = p / out->width, x = p % out->width;
				*at(out, channel + c, y, x) = clamped(to
					+ scaled(*at(in, c, y, x) - from,
						f->q->layers[l].factors[i]));
			}
	}
}

static void run_output(struct nn_quant_infer *f, int l)
{
	const int in = layer_of(f, l)->inputs[0];
	if (!f->q->layers[in].wide)
		for (int c = 0; c < f->maps[in].channels; c++)
			f->logits[in][c] =
				*at(&f->maps[in], c, 0, 0) - *f->q->layers[in].zero_point;
}

void nn_quant_infer_bytes(struct nn_quant_infer *f, const uint8_t *image)
{
	for (int l = 0; l < f->q->net->layer_count; l++) {
		const struct nn_op *op = &f->plan.ops[l];
		switch (op->kind) {
		case NN_OP_INPUT: load(f, &f->maps[l], image); break;
		case NN_OP_CONV_POOL:
			f->kernels.conv_pool(
				f->maps[l].at, f->maps[op->inputs[0]].at, &f->work[l].conv_pool);
			break;
		case NN_OP_DENSE: run_dense(f, l); break;
		case NN_OP_CONV:
		case NN_OP_CONV_GENERAL: run_conv(f, l); break;
		case NN_OP_POOL: run_pool(f, l); break;
		case NN_OP_RELU: run_relu(f, l); break;
		case NN_OP_CONCAT: run_concat(f, l); break;
		case NN_OP_OUTPUT: run_output(f, l); break;
		default: break; /* dropout; a convolution that is done with its pooling */
		}
	}
}

const int32_t *nn_quant_infer_logits(const struct nn_quant_infer *f, int output)
{
	assert(output >= 0 && output < f->q->net->output_count);
	return f->logits[layer_of(f, f->q->net->outputs[output])->inputs[0]];
}

int nn_quant_infer_class(const struct nn_quant_infer *f, int output)
{
	const int32_t *logits = nn_quant_infer_logits(f, output);
	int best = 0;
	for (int c = 1; c < layer_of(f, f->q->net->outputs[output])->shape.channels; c++)
		best = logits[c] > logits[best] ? c : best;
	return best;
}

/* infer_channels.c - see infer_channels.h. Maps lie [y][x][channel], channels rounded up to whole
 * vectors, but an image that only convolutions and dense layers read lies as it comes,
 * [channel][y][x]; layout.c places them, so that a network's maps mostly stay in the second cache.
 */
#include "infer_channels.h"

#include <stdlib.h>
#include <string.h>

#include "batchnorm.h"
#include "block.h"
#include "channel_maps.h"
#include "layout.h"
#include "memory.h"
#include "plan.h"

enum { SLACK = 16, CACHE_LINE = 16 };

struct nn_channels {
	const struct nn_net *net;
	const struct nn_kernels *kernels, *narrow; /* narrow: for layers of few channels */
	struct nn_plan plan;
	float *memory;
	size_t size; /* floats of memory taken so far */
	size_t weights[NN_LAYERS_MAX], biases[NN_LAYERS_MAX];
	size_t numbers[NN_LAYERS_MAX]; /* batchnorm, normalize */
	/* Batchnorm: the convolution whose sums it takes straight from the registers, or -1. */
	int convolution[NN_LAYERS_MAX];
	bool as_it_comes[NN_LAYERS_MAX]; /* an image [channel][y][x] */
	size_t scratch, pooled;          /* pooled: a convolution that its pooling reads */
};

static size_t take(struct nn_channels *f, size_t count)
{
	const size_t at = f->size;
	f->size += (count + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	return at;
}

/* Vectors of 16 lanes are half empty in layers of up to 8 channels. With vectors of 8 lanes, which
 * give the same bits, these take half the time where a processor splits the wide ones. */
static const struct nn_kernels *find_narrow(const struct nn_kernels *kernels)
{
	const struct nn_kernels *narrow = kernels->lanes == 16 ? nn_kernels_find("avx2") : NULL;
	return narrow ? narrow : kernels;
}

/* The kernels of layers with so many channels. */
static const struct nn_kernels *kernels_of(const struct nn_channels *f, int channels)
{
	return channels <= f->narrow->lanes ? f->narrow : f->kernels;
}

static const struct nn_kernels *kernels(const struct nn_channels *f, int layer)
{
	return kernels_of(f, f->net->layers[layer].shape.channels);
}

/* Floats of one position of a map with so many channels. */
static size_t pixel_of(const struct nn_channels *f, int channels)
{
	const size_t lanes = (size_t)kernels_of(f, channels)->lanes;
	return ((size_t)channels + lanes - 1) / lanes * lanes;
}

static size_t pixel(const struct nn_channels *f, int layer)
{
	return pixel_of(f, f->net->layers[layer].shape.channels);
}

static int positions(const struct nn_channels *f, int layer)
{
	return f->plan.ops[layer].height * f->plan.ops[layer].width;
}

static float *map(const struct nn_channels *f, int layer)
{
	return f->memory + f->plan.ops[layer].out;
}

static bool is_known(const struct nn_layer *layer, enum nn_operation kind)
{
	if (kind == NN_OP_CONV_GENERAL)
		return false;
	return !layer->groups || kind == NN_OP_CHANNELS;
}

/* The layer whose convolution is run at layer l. */
static int convolution_of(const struct nn_channels *f, int l)
{
	return f->convolution[l] >= 0 ? f->convolution[l] : l;
}

/* A convolution that only a batch normalisation reads is run with it. */
static void join_convolutions(struct nn_channels *f)
{
	for (int l = 0; l < f->net->layer_count; l++) {
		struct nn_op *op = &f->plan.ops[l];
		f->convolution[l] = -1;
		if (op->kind != NN_OP_BATCHNORM)
			continue;
		const int input = op->inputs[0];
		struct nn_op *conv = &f->plan.ops[input];
		if ((conv->kind != NN_OP_CONV && conv->kind != NN_OP_DEPTHWISE)
			|| f->net->layers[input].relu
			|| nn_plan_readers(&f->plan, f->net, input, NULL) != 1)
			continue;
		f->convolution[l] = input;
		op->inputs[0] = conv->inputs[0];
		conv->kind = NN_OP_NOTHING;
	}
}

/* Does the layer read its inputs, if it has any, one number at a time? */
static bool reads_numbers(const struct nn_channels *f, int l)
{
	const enum nn_operation kind = f->plan.ops[l].kind;
	return kind == NN_OP_NOTHING || kind == NN_OP_CONV || kind == NN_OP_CONV_POOL
		|| kind == NN_OP_DENSE
		|| (f->convolution[l] >= 0 && f->net->layers[f->convolution[l]].kind == NN_CONV);
}

static void find_images_as_they_come(struct nn_channels *f)
{
	for (int k = 0; k < f->net->input_count; k++)
		f->as_it_comes[f->net->inputs[k]] = true;
	for (int l = 0; l < f->net->layer_count; l++)
		for (int i = 0; i < f->plan.ops[l].input_count && !reads_numbers(f, l); i++)
			f->as_it_comes[f->plan.ops[l].inputs[i]] = false;
}

/* Of a layer's output: floats to the next channel, and to the next position. */
static size_t channel_step(const struct nn_channels *f, int layer)
{
	return f->as_it_comes[layer] ? (size_t)positions(f, layer) : 1;
}

static size_t pixel_step(const struct nn_channels *f, int layer)
{
	return f->as_it_comes[layer] ? 1 : pixel(f, layer);
}

/* ---- weights, packed as the kernels read them ---- */

static const float *tensor(const struct nn_channels *f, const float *params, int number)
{
	return params + f->net->tensors[number].offset;
}

/* The layer that has the weights of what is run at layer l: not a batch normalisation's numbers. */
static const struct nn_layer *weights_of(const struct nn_channels *f, int l)
{
	return &f->net->layers[f->convolution[l] >= 0 ? f->convolution[l]
						      : f->plan.ops[l].weights_layer];
}

static bool has_weights(const struct nn_channels *f, int l)
{
	const enum nn_operation kind = f->plan.ops[l].kind;
	return f->convolution[l] >= 0 || kind == NN_OP_CONV_POOL || kind == NN_OP_CONV
		|| kind == NN_OP_DENSE || kind == NN_OP_DEPTHWISE;
}

/* Vectors of the next group of `left` of a dense layer. */
static size_t dense_group(size_t left)
{
	return left >= NN_CHANNEL_DENSE ? NN_CHANNEL_DENSE
					: (left >= NN_CHANNEL_FEW ? NN_CHANNEL_FEW : 1);
}

/* The width of the rows of layer l's convolution. */
static int group_width(const struct nn_channels *f, int l)
{
	const struct nn_op *op = &f->plan.ops[l];
	return op->kind == NN_OP_CONV_POOL ? 2 * op->width : op->width;
}

/* Layer l's weights from [outputs][inputs] to groups [inputs][vectors of outputs]. */
static void pack_groups(const struct nn_channels *f, float *to, const float *from, int outputs,
	size_t inputs, int l)
{
	const bool dense = f->plan.ops[l].kind == NN_OP_DENSE;
	const size_t lanes = (size_t)kernels_of(f, outputs)->lanes,
		     vectors = pixel_of(f, outputs) / lanes;
	for (size_t v = 0, count; v < vectors; v += count) {
		count = dense ? dense_group(vectors - v)
			      : nn_channel_group(vectors - v, (int)lanes, group_width(f, l));
		for (size_t i = 0; i < inputs; i++)
			for (size_t o = v * lanes; o < (v + count) * lanes; o++)
				*to++ = o < (size_t)outputs ? from[o * inputs + i] : 0;
	}
}

static void pack_bias(
	const struct nn_channels *f, float *to, const float *params, const struct nn_layer *l)
{
	if (l->bias_tensor >= 0)
		memcpy(to, tensor(f, params, l->bias_tensor),
			(size_t)l->shape.channels * sizeof(*to));
}

static void pack_depthwise(
	const struct nn_channels *f, float *to, const float *from, int channels, size_t taps)
{
	const size_t wide = pixel_of(f, channels);
	for (size_t c = 0; c < (size_t)channels; c++)
		for (size_t t = 0; t < taps; t++)
			to[t * wide + c] = from[c * taps + t];
}

/* mean, scale and shift of every channel */
static void pack_numbers(
	const struct nn_channels *f, float *to, const float *shared, const float *params, int layer)
{
	const struct nn_layer *l = &f->net->layers[layer];
	const size_t bytes = (size_t)l->shape.channels * sizeof(*to), wide = pixel(f, layer),
		     row = nn_batchnorm_row(l->shape.channels);
	const float *rows = shared + f->plan.ops[layer].shared;
	memcpy(to, rows + NN_BATCHNORM_CENTRE * row, bytes);
	memcpy(to + wide, rows + NN_BATCHNORM_SCALE * row, bytes);
	memcpy(to + 2 * wide, tensor(f, params, l->bias_tensor), bytes);
}

/* Means and scales of every number of an image, [position][channel], and no shift. */
static void pack_constants(const struct nn_channels *f, float *to, const float *params, int layer)
{
	const struct nn_layer *l = &f->net->layers[layer];
	const float *mean = tensor(f, params, l->mean_tensor),
		    *scale = tensor(f, params, l->variance_tensor);
	const size_t channels = (size_t)l->shape.channels, wide = pixel(f, layer),
		     count = (size_t)positions(f, layer);
	const bool each = f->net->tensors[l->mean_tensor].count != channels;
	for (size_t k = 0; k < count; k++)
		for (size_t c = 0; c < channels; c++) {
			const size_t from = each ? c * count + k : c;
			to[k * wide + c] = mean[from];
			to[(count + k) * wide + c] = scale[from];
		}
}

static void pack_layer(
	const struct nn_channels *f, const float *params, const float *shared, int layer)
{
	const struct nn_op *op = &f->plan.ops[layer];
	const bool depthwise = f->net->layers[convolution_of(f, layer)].kind == NN_DEPTHWISE;
	if (op->kind == NN_OP_BATCHNORM)
		pack_numbers(f, f->memory + f->numbers[layer], shared, params, layer);
	if (op->kind == NN_OP_NORMALIZE)
		pack_constants(f, f->memory + f->numbers[layer], params, layer);
	if (!has_weights(f, layer))
		return;
	const struct nn_layer *l = weights_of(f, layer);
	const float *from = tensor(f, params, l->kernel_tensor);
	float *to = f->memory + f->weights[layer];
	const int outputs = l->shape.channels;
	const size_t inputs = f->net->tensors[l->kernel_tensor].count / (size_t)outputs;
	if (depthwise)
		pack_depthwise(f, to, from, outputs, inputs);
	else
		pack_groups(f, to, from, outputs, inputs, layer);
	pack_bias(f, f->memory + f->biases[layer], params, l);
}

/* ---- memory ---- */

static void lay_out(struct nn_channels *f)
{
	size_t pooled = 0, taps = 0;
	for (int l = 0; l < f->net->layer_count; l++) {
		struct nn_op *op = &f->plan.ops[l];
		if (op->kind == NN_OP_NOTHING)
			continue;
		const size_t wide = pixel(f, l);
		op->size =
			((size_t)positions(f, l) * wide + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
		if (op->kind == NN_OP_CONV_POOL && 4 * op->size > pooled)
			pooled = 4 * op->size;
		if (op->kind == NN_OP_BATCHNORM)
			f->numbers[l] = take(f, 3 * wide);
		if (op->kind == NN_OP_NORMALIZE)
			f->numbers[l] = take(f, 3 * (size_t)positions(f, l) * wide);
		if (!has_weights(f, l))
			continue;
		const struct nn_layer *w = weights_of(f, l);
		if ((size_t)w->kernel_width > taps)
			taps = (size_t)w->kernel_width;
		f->biases[l] = take(f, wide);
		f->weights[l] = take(f,
			f->net->tensors[w->kernel_tensor].count / (size_t)w->shape.channels * wide);
	}
	f->scratch = take(f, 2 * taps + SLACK);
	f->pooled = take(f, pooled);
	f->size = nn_layout(&f->plan, f->net, f->size);
}

/* What normalisations need, as batches have it (batchnorm.h). */
static float *prepare(const struct nn_channels *f, const float *params)
{
	float *shared = calloc(f->plan.shared + 1, sizeof(*shared));
	const struct nn_batch batch = {
		.net = f->net, .plan = &f->plan, .params = params, .shared = shared
	};
	if (shared)
		nn_batchnorm_prepare(&batch);
	return shared;
}

struct nn_channels *nn_channels_new(
	const struct nn_net *net, const float *params, const struct nn_kernels *kernels)
{
	struct nn_channels *f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->net = net;
	f->kernels = kernels;
	f->narrow = find_narrow(kernels);
	bool frozen[2 * NN_LAYERS_MAX];
	memset(frozen, true, sizeof(frozen));
	nn_plan_make(&f->plan, net, frozen, NN_MAPS_APART);
	bool known = true;
	for (int l = 0; l < net->layer_count; l++)
		known = known && is_known(&net->layers[l], f->plan.ops[l].kind);
	float *shared = known ? prepare(f, params) : NULL;
	if (shared) {
		join_convolutions(f);
		find_images_as_they_come(f);
		lay_out(f);
		f->memory = nn_zeroed(f->size * sizeof(*f->memory));
	}
	if (!f->memory) {
		free(shared);
		free(f);
		return NULL;
	}
	for (int l = 0; l < net->layer_count; l++)
		pack_layer(f, params, shared, l);
	free(shared);
	return f;
}

void nn_channels_free(struct nn_channels *f)
{
	if (!f)
		return;
	free(f->memory);
	free(f);
}

/* ---- a call ---- */

static void load(const struct nn_channels *f, int layer, const uint8_t *bytes,
	const float *over_255, const float *floats)
{
	const struct nn_shape s = f->net->layers[layer].shape;
	const size_t wide = pixel(f, layer), count = (size_t)s.height * (size_t)s.width;
	float *to = map(f, layer);
	if (f->as_it_comes[layer]) {
		if (bytes)
			f->kernels->bytes_over_255(to, bytes, nn_shape_size(s));
		else
			memcpy(to, floats, nn_shape_size(s) * sizeof(*to));
		return;
	}
	for (size_t k = 0; k < count; k++, to += wide)
		for (size_t c = 0, from = k; c < (size_t)s.channels; c++, from += count)
			to[c] = bytes ? over_255[bytes[from]] : floats[from];
}

static struct nn_channel_conv shape_of(const struct nn_channels *f, int layer)
{
	const int convolution = convolution_of(f, layer);
	const struct nn_op *op = &f->plan.ops[layer];
	const struct nn_layer *l = &f->net->layers[convolution];
	const int input = op->inputs[0];
	const struct nn_op *in = &f->plan.ops[input];
	struct nn_channel_conv s = { .in_channels = f->net->layers[input].shape.channels,
		.kernel_height = l->kernel_height,
		.kernel_width = l->kernel_width,
		.stride = 1,
		.in_height = in->height,
		.in_width = in->width,
		.out_height = op->height,
		.out_width = op->width,
		.group_width = group_width(f, layer),
		.in_channel = channel_step(f, input),
		.in_pixel = pixel_step(f, input),
		.out_pixel = pixel(f, layer),
		.rectifier = l->relu ? NN_RECTIFIED : op->rectifier };
	if (l->kind == NN_CONV || l->kind == NN_DEPTHWISE) {
		const struct nn_conv *c = &f->plan.ops[convolution].shape.conv;
		s.stride = c->stride;
		s.pad_top = c->pad_top;
		s.pad_left = c->pad_left;
	}
	if (convolution != layer)
		s.numbers = f->memory + f->numbers[layer];
	return s;
}

/* The convolution of the windows that are pooled, then their maxima. */
static void run_conv_pool(struct nn_channels *f, int layer)
{
	float *pooled = f->memory + f->pooled;
	struct nn_channel_conv s = shape_of(f, layer), pool = s;
	s.kernel_height = s.kernel_width = 3;
	s.out_height *= 2;
	s.out_width *= 2;
	kernels(f, layer)->channel_conv(pooled, map(f, f->plan.ops[layer].inputs[0]),
		f->memory + f->weights[layer], f->memory + f->biases[layer], &s,
		f->memory + f->scratch);
	pool.in_pixel = s.out_pixel;
	pool.in_height = s.out_height;
	pool.in_width = s.out_width;
	kernels(f, layer)->channel_pool(map(f, layer), pooled, &pool, NN_CHANNEL_RECTIFIED_MAX);
}

/* A convolution and the normalisation behind it, if they are run at once. */
static void run_convolution(struct nn_channels *f, int layer)
{
	const struct nn_channel_conv s = shape_of(f, layer);
	const struct nn_kernels *k = kernels(f, layer);
	(f->net->layers[convolution_of(f, layer)].kind == NN_DEPTHWISE ? k->channel_depthwise
								       : k->channel_conv)(
		map(f, layer), map(f, f->plan.ops[layer].inputs[0]), f->memory + f->weights[layer],
		f->memory + f->biases[layer], &s, f->memory + f->scratch);
}

static void run_dense(struct nn_channels *f, int layer)
{
	const int input = f->plan.ops[layer].inputs[0];
	const struct nn_channel_dense s = { .channels = f->net->layers[input].shape.channels,
		.positions = positions(f, input),
		.in_channel = channel_step(f, input),
		.in_pixel = pixel_step(f, input),
		.out_pixel = pixel(f, layer),
		.relu = f->net->layers[layer].relu };
	kernels(f, layer)->channel_dense(map(f, layer), map(f, input),
		f->memory + f->weights[layer], f->memory + f->biases[layer], &s);
}

static void run_concat(struct nn_channels *f, int layer)
{
	const struct nn_op *op = &f->plan.ops[layer];
	const size_t wide = pixel(f, layer), count = (size_t)positions(f, layer);
	size_t channel = 0;
	for (int i = 0; i < op->input_count; i++) {
		const size_t more = (size_t)f->net->layers[op->inputs[i]].shape.channels,
			     step = pixel(f, op->inputs[i]);
		const float *from = map(f, op->inputs[i]);
		for (size_t k = 0; k < count; k++)
			memcpy(map(f, layer) + k * wide + channel, from + k * step,
				more * sizeof(*from));
		channel += more;
	}
}

static void run_add(struct nn_channels *f, int layer, size_t vectors)
{
	const struct nn_op *op = &f->plan.ops[layer];
	float *out = map(f, layer);
	for (int i = 1; i < op->input_count; i++)
		f->kernels->sum_two(out, i == 1 ? map(f, op->inputs[0]) : out,
			map(f, op->inputs[i]), vectors,
			i + 1 < op->input_count ? NN_NOT_RECTIFIED : op->rectifier);
}

/* The second input: a map, or one number for each channel. */
static void run_multiply(struct nn_channels *f, int layer, size_t vectors)
{
	const int *inputs = f->plan.ops[layer].inputs;
	const float *in = map(f, inputs[0]), *by = map(f, inputs[1]);
	if (positions(f, inputs[1]) == positions(f, layer))
		f->kernels->multiply(map(f, layer), in, by, vectors);
	else
		nn_channel_gate(
			map(f, layer), in, by, pixel(f, layer), (size_t)positions(f, layer));
}

static void run_layer(struct nn_channels *f, int l)
{
	const struct nn_op *op = &f->plan.ops[l];
	const struct nn_kernels *k = kernels(f, l);
	const size_t vectors = op->size / NN_LANES;
	float *out = map(f, l);
	const float *in = op->input_count ? map(f, op->inputs[0]) : NULL;
	if (op->done)
		return;
	switch (op->kind) {
	case NN_OP_CONV_POOL: run_conv_pool(f, l); break;
	case NN_OP_CONV:
	case NN_OP_DEPTHWISE: run_convolution(f, l); break;
	case NN_OP_DENSE: run_dense(f, l); break;
	case NN_OP_RELU: k->relu_forward(out, in, vectors); break;
	case NN_OP_RELU6: k->relu6_forward(out, in, vectors); break;
	case NN_OP_SILU: k->silu_forward(out, in, vectors); break;
	case NN_OP_ACTIVATION:
		k->activate(
			out, in, vectors, f->net->layers[l].kind, (float)f->net->layers[l].slope);
		break;
	case NN_OP_NORMALIZE:
		k->channel_normalize(out, in, f->memory + f->numbers[l],
			(size_t)positions(f, l) * pixel(f, l), 1, NN_NOT_RECTIFIED);
		break;
	case NN_OP_MULTIPLY: run_multiply(f, l, vectors); break;
	case NN_OP_CHANNELS:
		nn_channel_select(out, in, f->net, &f->net->layers[l], pixel(f, l),
			pixel(f, op->inputs[0]), (size_t)positions(f, l));
		break;
	case NN_OP_LARGEST:
	case NN_OP_MEAN:
		nn_channel_window(out, in, &op->shape.window, pixel(f, l), op->kind == NN_OP_MEAN);
		break;
	case NN_OP_DROPOUT: memcpy(out, in, op->size * sizeof(*out)); break;
	case NN_OP_CONCAT: run_concat(f, l); break;
	case NN_OP_ADD: run_add(f, l, vectors); break;
	case NN_OP_BATCHNORM:
		if (f->convolution[l] >= 0)
			run_convolution(f, l);
		else
			k->channel_normalize(out, in, f->memory + f->numbers[l], pixel(f, l),
				(size_t)positions(f, l), op->rectifier);
		break;
	case NN_OP_POOL:
	case NN_OP_AVERAGE: {
		const struct nn_channel_conv s = shape_of(f, l);
		k->channel_pool(
			out, in, &s, op->kind == NN_OP_POOL ? NN_CHANNEL_MAX : NN_CHANNEL_MEAN);
		break;
	}
	case NN_OP_NOTHING:
	case NN_OP_INPUT:
	case NN_OP_OUTPUT:
	case NN_OP_CONV_GENERAL: break;
	}
}

void nn_channels_run(
	struct nn_channels *f, const uint8_t *bytes, const float *over_255, const float *floats)
{
	for (int k = 0; k < f->net->input_count; k++)
		load(f, f->net->inputs[k], bytes, over_255, floats);
	for (int l = 0; l < f->net->layer_count; l++)
		run_layer(f, l);
}

const float *nn_channels_logits(const struct nn_channels *f, int output)
{
	return map(f, f->net->layers[f->net->outputs[output]].inputs[0]);
}

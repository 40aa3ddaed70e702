/* quant_infer.c - one image in 8 bits: which memory, which kernels in which order, and what needs
 * none. See quant.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "quant.h"
#include "quant_maps.h"

enum { SLACK = 128, ROW = 16 };

/* Of a layer with weights. */
struct work {
	struct nn_quant_conv_pool conv_pool;
	struct nn_quant_dense dense;
	int32_t *sums;  /* dense: [stride]; other convolutions: [outputs][positions] */
	int32_t *patch; /* what a row of their output reads: [taps][positions] */
	uint8_t *table; /* of a layer without weights */
};

struct nn_quant_infer {
	const struct nn_quant *q;
	const struct nn_kernels *all;
	struct nn_quant_kernels kernels;
	struct nn_plan plan;
	struct nn_quant_map maps[NN_LAYERS_MAX];
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
	struct nn_quant_map *m = &f->maps[l];
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
	const struct nn_quant_map *in;
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

/* Any other convolution goes by rows of its output, group by group. */
static int groups_of(const struct nn_layer *l)
{
	return l->kind == NN_DEPTHWISE ? l->shape.channels : l->groups ? l->groups : 1;
}

static struct nn_quant_rows rows_of(const struct nn_quant_infer *f, int l)
{
	const struct nn_layer *layer = layer_of(f, l);
	const int groups = groups_of(layer);
	return (struct nn_quant_rows){ .taps = layer_of(f, layer->inputs[0])->shape.channels
			/ groups * layer->kernel_height * layer->kernel_width,
		.outputs = layer->shape.channels / groups,
		.positions = (size_t)(layer->shape.width + ROW - 1) / ROW * ROW };
}

static void lay_out_conv(struct nn_quant_infer *f, int l)
{
	const struct nn_quant_rows s = rows_of(f, l);
	f->work[l].patch = take(f, (size_t)s.taps * s.positions * sizeof(int32_t));
	f->work[l].sums = take(f, (size_t)s.outputs * s.positions * sizeof(int32_t));
}

static void lay_out_table(struct nn_quant_infer *f, int l)
{
	const size_t size = nn_quant_table_size(f->q, l);
	f->work[l].table = size ? take(f, size) : NULL;
	if (size && f->memory)
		nn_quant_make_table(f->q, l, f->all, f->work[l].table);
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
		else if (kind == NN_OP_CONV || kind == NN_OP_CONV_GENERAL
			|| kind == NN_OP_DEPTHWISE)
			lay_out_conv(f, l);
		else
			lay_out_table(f, l);
		if (kind == NN_OP_OUTPUT && !f->logits[net->layers[l].inputs[0]])
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
	f->all = kernels;
	f->kernels = kernels->quant;
#if defined __x86_64__
	if (kernels == &nn_kernels_avx512 && __builtin_cpu_supports("avx512vnni"))
		f->kernels = nn_quant_vnni;
#endif
	bool frozen[2 * NN_LAYERS_MAX];
	memset(frozen, true, sizeof(frozen));
	nn_plan_make(&f->plan, q->net, frozen, NN_MAPS_SHARED);
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

static void load(struct nn_quant_infer *f, const struct nn_quant_map *m, const uint8_t *image)
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
	const int32_t value = nn_quant_scaled(sum, numbers->factors[o]);
	if (numbers->wide)
		f->logits[l][o] = value;
	else
		*nn_quant_at(&f->maps[l], o, y, x) = nn_quant_clamped(*numbers->zero_point + value);
}

static void run_dense(struct nn_quant_infer *f, int l)
{
	const struct work *w = &f->work[l];
	f->kernels.dense(w->sums, f->maps[layer_of(f, l)->inputs[0]].at, &w->dense);
	for (int o = 0; o < w->dense.outputs; o++)
		put(f, l, o, 0, 0, w->sums[o]);
}

/* What each tap of channels first .. reads along row y of the output; 0 outside. */
static void fill_patch(struct nn_quant_infer *f, int l, int first, int channels, int y)
{
	const struct nn_conv *s = &f->plan.ops[l].shape.conv;
	const struct source from = source_of(f, l);
	const size_t positions = rows_of(f, l).positions;
	int32_t *to = f->work[l].patch;
	for (int c = first; c < first + channels; c++)
		for (int ky = 0; ky < s->kernel_height; ky++)
			for (int kx = 0; kx < s->kernel_width; kx++, to += positions) {
				const int row = y * s->stride + ky * s->dilation - s->pad_top;
				memset(to, 0, positions * sizeof(*to));
				for (int x = 0; x < s->out_width && row >= 0 && row < s->in_height;
					x++) {
					const int column = x * s->stride_width
						+ kx * s->dilation_width - s->pad_left;
					if (column >= 0 && column < s->in_width)
						to[x] = *nn_quant_at(from.in, c, row, column)
							- from.zero_point;
				}
			}
}

/* Any convolution. */
static void run_conv(struct nn_quant_infer *f, int l)
{
	const struct nn_conv *s = &f->plan.ops[l].shape.conv;
	const struct nn_quant_rows rows = rows_of(f, l);
	const struct nn_quant_layer *numbers = &f->q->layers[l];
	const struct work *w = &f->work[l];
	const int groups = groups_of(layer_of(f, l)),
		  channels = layer_of(f, layer_of(f, l)->inputs[0])->shape.channels / groups;
	for (int y = 0; y < s->out_height; y++)
		for (int g = 0, o = 0; g < groups; g++, o += rows.outputs) {
			fill_patch(f, l, g * channels, channels, y);
			f->kernels.rows(w->sums, w->patch, numbers->kernel + o * rows.taps,
				numbers->bias + o, &rows);
			for (int k = 0; k < rows.outputs; k++)
				for (int x = 0; x < s->out_width; x++)
					put(f, l, o + k, y, x,
						w->sums[(size_t)k * rows.positions + (size_t)x]);
		}
}

static void run_output(struct nn_quant_infer *f, int l)
{
	const int in = layer_of(f, l)->inputs[0];
	if (!f->q->layers[in].wide)
		for (int c = 0; c < f->maps[in].channels; c++)
			f->logits[in][c] =
				*nn_quant_at(&f->maps[in], c, 0, 0) - *f->q->layers[in].zero_point;
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
		case NN_OP_CONV_GENERAL:
		case NN_OP_DEPTHWISE: run_conv(f, l); break;
		case NN_OP_OUTPUT: run_output(f, l); break;
		case NN_OP_NOTHING: break; /* a convolution that is done with its pooling */
		default: nn_quant_run_map(f->q, l, f->maps, f->work[l].table); break;
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

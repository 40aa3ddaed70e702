/* infer.c - one image: which memory, which kernels in which order. The kernels are in
 * kernels/infer_kernels.h; block.c does what they cannot. */
#include "infer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "batchnorm.h"
#include "block.h"
#include "chain.h"
#include "infer_channels.h"
#include "memory.h"
#include "plan.h"

enum { PHASES_MAX = 16, SLACK = 16, CLASSES_MAX = 256 };

/* A layer's output: channels of phases x phases planes (kernels.h); phases 1: as it is. */
struct map {
	int phases, channels, height, width; /* of the whole map */
	size_t row, plane, channel, size;    /* floats */
	size_t at;                           /* in memory */
};

enum step_kind { STEP_POOL, STEP_DENSE, STEP_RELU, STEP_COPY };

/* One piece of work. Pointers are into the memory of struct nn_infer. */
struct step {
	enum step_kind kind;
	union {
		struct {
			struct nn_infer_pool shape;
			const float *in, *w, *b;
			float *out;
		} pool;
		struct {
			struct nn_infer_dense layers[2];
			int count;
		} dense;
		struct { /* relu, copy */
			const float *in;
			float *out;
			int channels, positions;
			size_t in_channel;
		} copy;
	} of;
};

struct nn_infer {
	const struct nn_net *net;
	const struct nn_kernels *kernels;
	struct nn_plan plan;
	bool by_position;
	struct nn_channels *channels; /* NULL: by position, or as a block */
	size_t size;                  /* floats of memory taken so far */
	float *memory;
	float over_255[256];
	/* by position */
	struct map maps[NN_LAYERS_MAX];
	size_t dense_weights[NN_LAYERS_MAX], packs[NN_LAYERS_MAX];
	size_t params, zeros, bytes;
	struct step steps[NN_LAYERS_MAX * NN_LAYER_INPUTS_MAX];
	int step_count;
	int waiting; /* a dense layer that may yet find another to run beside; -1: none */
	/* as a block */
	size_t workspace, shared, values;
	struct nn_batch batch;
	struct nn_block block;
	struct nn_images images;
	uint8_t label;
	float logits[NN_OUTPUTS_MAX][CLASSES_MAX + SLACK];
};

static int rounded_up(int a, int b)
{
	return (a + b - 1) / b;
}

/* Take `count` floats, a whole number of cache lines. */
static size_t take(struct nn_infer *f, size_t count)
{
	size_t at = f->size;
	f->size += (count + 15) / 16 * 16;
	return at;
}

/* ---- which layers can run by position, and in how many phases ---- */

/* The phases in which an operation reads its inputs when its own output is wanted in `phases`; 0
 * where it cannot. */
static int phases_read(enum nn_operation kind, int phases)
{
	switch (kind) {
	case NN_OP_CONV_POOL: return 2 * phases <= PHASES_MAX ? 2 * phases : 0;
	case NN_OP_DENSE:
	case NN_OP_RELU:
	case NN_OP_DROPOUT:
	case NN_OP_CONCAT:
	case NN_OP_OUTPUT: return phases == 1 ? 1 : 0;
	default: return 0;
	}
}

/* From the outputs back. False: some layer is of another kind, or two readers want the same map in
 * different phases. */
static bool find_phases(struct nn_infer *f)
{
	for (int l = f->net->layer_count - 1; l >= 0; l--) {
		const struct nn_op *op = &f->plan.ops[l];
		if (op->kind == NN_OP_NOTHING || op->kind == NN_OP_INPUT)
			continue;
		if (f->maps[l].phases == 0) /* nobody reads it */
			f->maps[l].phases = 1;
		const int phases = phases_read(op->kind, f->maps[l].phases);
		for (int i = 0; i < op->input_count; i++) {
			struct map *in = &f->maps[op->inputs[i]];
			if (phases == 0 || (in->phases != 0 && in->phases != phases))
				return false;
			if (op->kind == NN_OP_OUTPUT
				&& f->plan.ops[op->inputs[i]].kind
					== NN_OP_CONV_POOL) /* logits that do not lie side by side
							     */
				return false;
			in->phases = phases;
		}
	}
	return true;
}

/* ---- memory ---- */

static void lay_out_map(struct nn_infer *f, int l)
{
	struct map *m = &f->maps[l];
	const struct nn_op *op = &f->plan.ops[l];
	const int phases = m->phases > 0 ? m->phases : 1;
	m->phases = phases;
	m->channels = f->net->layers[l].shape.channels;
	m->height = op->height;
	m->width = op->width;
	m->row = (size_t)rounded_up(m->width, phases);
	m->plane = (size_t)rounded_up(m->height, phases) * m->row
		+ (phases > 1 || op->kind == NN_OP_CONV_POOL ? SLACK : 0);
	m->channel = (size_t)(phases * phases) * m->plane;
	m->size = (size_t)m->channels * m->channel;
	for (int k = 0; op->kind == NN_OP_INPUT && f->net->inputs[k] < l;
		k++) { /* every input sees the same image */
		const struct map *other = &f->maps[f->net->inputs[k]];
		if (other->phases == phases) {
			m->at = other->at;
			return;
		}
	}
	m->at = take(f, m->size + 4 * m->row + SLACK);
}

/* Vectors of an output plane of layer l, computed at the input's distance between rows. */
static int pool_vectors(const struct nn_infer *f, int l)
{
	const struct map *in = &f->maps[f->plan.ops[l].inputs[0]], *out = &f->maps[l];
	const int lanes = (rounded_up(out->height, out->phases) - 1) * (int)in->row + (int)out->row;
	return rounded_up(lanes, f->kernels->lanes);
}

static void lay_out(struct nn_infer *f)
{
	f->params = take(f, f->net->parameter_count + SLACK);
	int zeros = 0; /* for layers without a bias */
	for (int l = 0; l < f->net->layer_count; l++)
		if (f->net->layers[l].bias_tensor < 0 && f->net->layers[l].shape.channels > zeros)
			zeros = f->net->layers[l].shape.channels;
	f->zeros = take(f, (size_t)zeros + SLACK);
	f->bytes = take(f, nn_shape_size(f->net->layers[f->net->inputs[0]].shape) / 4 + 2 * SLACK);
	for (int l = 0; l < f->net->layer_count; l++) {
		const struct nn_op *op = &f->plan.ops[l];
		if (op->kind == NN_OP_NOTHING)
			continue;
		lay_out_map(f, l);
		if (op->kind == NN_OP_DENSE)
			f->dense_weights[l] = take(
				f, f->net->tensors[f->net->layers[l].kernel_tensor].count + SLACK);
		if (op->kind == NN_OP_CONV_POOL)
			f->packs[l] =
				take(f, (size_t)(pool_vectors(f, l) * (f->kernels->lanes + 1)));
	}
}

/* ---- by position or by channel? ---- */

/* Multiplications of vectors, in convolutions, either way. */
static void count_products(const struct nn_infer *f, size_t *by_position, size_t *by_channel)
{
	*by_position = *by_channel = 0;
	for (int l = 0; l < f->net->layer_count; l++) {
		if (f->plan.ops[l].kind != NN_OP_CONV_POOL)
			continue;
		const struct map *in = &f->maps[f->plan.ops[l].inputs[0]], *out = &f->maps[l];
		const size_t inputs = (size_t)(4 * 9 * in->channels), /* of a pool window */
			planes = (size_t)(out->phases * out->phases);
		*by_position += inputs * planes * (size_t)(pool_vectors(f, l) * out->channels);
		*by_channel += inputs
			* (size_t)(out->height * out->width
				* rounded_up(out->channels, f->kernels->lanes));
	}
}

/* By channel, every product loads an operand of its own, and all sums are stored before they are
 * pooled: it must save an eighth of the products. Dense layers alone are faster by channel, where
 * their weights lie in the order in which they are read. */
static bool channels_are_faster(const struct nn_infer *f)
{
	size_t by_position, by_channel;
	count_products(f, &by_position, &by_channel);
	return by_position == 0 || by_channel < by_position / 8 * 7;
}

/* ---- weights and tables ---- */

/* [outputs][inputs] to [inputs][outputs] */
static void transpose_weights(float *to, const float *from, size_t inputs, size_t outputs)
{
	for (size_t o = 0; o < outputs; o++)
		for (size_t i = 0; i < inputs; i++)
			to[i * outputs + o] = from[o * inputs + i];
}

/* Which lanes of each vector are positions of the output plane, and where in the plane they go. */
static void fill_pack(const struct nn_infer *f, int l, int32_t *lanes, int32_t *starts)
{
	const struct map *in = &f->maps[f->plan.ops[l].inputs[0]], *out = &f->maps[l];
	const int width = f->kernels->lanes, rows = rounded_up(out->height, out->phases);
	int32_t kept = 0;
	for (int k = 0; k < pool_vectors(f, l); k++) {
		starts[k] = kept;
		int32_t *lane = lanes + k * width;
		for (int at = k * width; at < (k + 1) * width; at++)
			if (at / (int)in->row < rows && at % (int)in->row < (int)out->row) {
				*lane++ = at - k * width;
				kept++;
			}
	}
}

static const float *bias_of(const struct nn_infer *f, int layer)
{
	const int bias = f->net->layers[layer].bias_tensor;
	return f->memory + (bias < 0 ? f->zeros : f->params + f->net->tensors[bias].offset);
}

static struct nn_infer_dense dense_of(const struct nn_infer *f, int l)
{
	const struct map *in = &f->maps[f->plan.ops[l].inputs[0]];
	return (struct nn_infer_dense){ .in = f->memory + in->at,
		.w = f->memory + f->dense_weights[l],
		.b = bias_of(f, l),
		.out = f->memory + f->maps[l].at,
		.channels = in->channels,
		.positions = in->height * in->width,
		.outputs = f->maps[l].channels,
		.in_channel = in->channel,
		.relu = f->net->layers[l].relu };
}

static struct step pool_step(const struct nn_infer *f, int l)
{
	const struct nn_op *op = &f->plan.ops[l];
	const struct map *in = &f->maps[op->inputs[0]], *out = &f->maps[l];
	const int vectors = pool_vectors(f, l);
	int32_t *lanes = (int32_t *)(f->memory + f->packs[l]),
		*starts = lanes + vectors * f->kernels->lanes;
	fill_pack(f, l, lanes, starts);
	struct step s = { .kind = STEP_POOL };
	s.of.pool.shape = (struct nn_infer_pool){ .in_channels = in->channels,
		.out_channels = out->channels,
		.phases = in->phases,
		.in_row = in->row,
		.in_plane = in->plane,
		.in_channel = in->channel,
		.out_plane = out->plane,
		.out_channel = out->channel,
		.pack = { vectors, lanes, starts } };
	s.of.pool.in = f->memory + in->at;
	s.of.pool.out = f->memory + out->at;
	s.of.pool.w = f->memory + f->params
		+ f->net->tensors[f->net->layers[op->weights_layer].kernel_tensor].offset;
	s.of.pool.b = bias_of(f, op->weights_layer);
	return s;
}

/* From input number i of layer l to that layer's channels from `channel` on. */
static struct step copy_step(
	const struct nn_infer *f, int l, int i, int channel, enum step_kind kind)
{
	const struct map *in = &f->maps[f->plan.ops[l].inputs[i]], *out = &f->maps[l];
	struct step s = { .kind = kind };
	s.of.copy.in = f->memory + in->at;
	s.of.copy.out = f->memory + out->at + (size_t)channel * out->channel;
	s.of.copy.channels = in->channels;
	s.of.copy.positions = in->height * in->width;
	s.of.copy.in_channel = in->channel;
	return s;
}

/* ---- the order of the work ---- */

static void add_step(struct nn_infer *f, struct step s)
{
	f->steps[f->step_count++] = s;
}

/* Run the dense layer that waits, if any, alone or beside layer l (-1: alone). */
static void stop_waiting(struct nn_infer *f, int l)
{
	if (f->waiting < 0)
		return;
	struct step s = { .kind = STEP_DENSE };
	s.of.dense.layers[0] = dense_of(f, f->waiting);
	s.of.dense.count = 1;
	if (l >= 0)
		s.of.dense.layers[s.of.dense.count++] = dense_of(f, l);
	add_step(f, s);
	f->waiting = -1;
}

/* Two dense layers of the same sizes run side by side: the first waits until its output is read. */
static void add_dense(struct nn_infer *f, int l)
{
	transpose_weights(f->memory + f->dense_weights[l],
		f->memory + f->params + f->net->tensors[f->net->layers[l].kernel_tensor].offset,
		nn_shape_size(f->net->layers[f->plan.ops[l].inputs[0]].shape),
		(size_t)f->maps[l].channels);
	if (f->waiting >= 0) {
		const struct nn_infer_dense a = dense_of(f, f->waiting), b = dense_of(f, l);
		if (a.channels == b.channels && a.positions == b.positions
			&& a.in_channel == b.in_channel && a.outputs == b.outputs) {
			stop_waiting(f, l);
			return;
		}
		stop_waiting(f, -1);
	}
	f->waiting = l;
}

static void add_layer(struct nn_infer *f, int l)
{
	const struct nn_op *op = &f->plan.ops[l];
	for (int i = 0; i < op->input_count; i++)
		if (op->inputs[i] == f->waiting)
			stop_waiting(f, -1);
	switch (op->kind) {
	case NN_OP_CONV_POOL: add_step(f, pool_step(f, l)); break;
	case NN_OP_DENSE: add_dense(f, l); break;
	case NN_OP_RELU: add_step(f, copy_step(f, l, 0, 0, STEP_RELU)); break;
	case NN_OP_DROPOUT: add_step(f, copy_step(f, l, 0, 0, STEP_COPY)); break;
	case NN_OP_CONCAT:
		for (int i = 0, channel = 0; i < op->input_count; i++) {
			add_step(f, copy_step(f, l, i, channel, STEP_COPY));
			channel += f->maps[op->inputs[i]].channels;
		}
		break;
	default: break;
	}
}

/* ---- creation ---- */

static void start_by_position(struct nn_infer *f, const float *params)
{
	if (params)
		memcpy(f->memory + f->params, params, f->net->parameter_count * sizeof(*params));
	f->waiting = -1;
	for (int l = 0; l < f->net->layer_count; l++)
		add_layer(f, l);
	stop_waiting(f, -1);
}

static void start_as_block(struct nn_infer *f, const float *params)
{
	if (params)
		memcpy(f->memory + f->params, params, f->net->parameter_count * sizeof(*params));
	f->images = (struct nn_images){
		.labels = &f->label, .shape = f->net->layers[f->net->inputs[0]].shape, .count = 1
	};
	f->batch = (struct nn_batch){ .net = f->net,
		.plan = &f->plan,
		.kernels = f->kernels,
		.params = f->memory + f->params,
		.shared = f->memory + f->shared,
		.images = &f->images,
		.count = 1 };
	f->block.memory = f->memory + f->workspace;
	nn_batchnorm_prepare(&f->batch);
}

static struct nn_infer *create(const struct nn_net *net, const float *params,
	const struct nn_kernels *kernels, bool prefer_position)
{
	struct nn_infer *f = aligned_alloc(64, (sizeof(*f) + 63) / 64 * 64);
	if (!f)
		return NULL;
	memset(f, 0, sizeof(*f));
	f->net = net;
	f->kernels = kernels ? kernels : nn_kernels_find(NULL);
	for (int p = 0; p < 256; p++)
		f->over_255[p] = (float)p / 255.0f;
	bool frozen[2 * NN_LAYERS_MAX];
	memset(frozen, true, sizeof(frozen));
	nn_plan_make(&f->plan, net, frozen, NN_MAPS_SHARED);
	f->by_position = find_phases(f);
	if (f->by_position)
		lay_out(f);
	if (params && (!f->by_position || (!prefer_position && channels_are_faster(f))))
		f->channels = nn_channels_new(net, params, f->kernels);
	if (f->channels) {
		f->by_position = false;
		return f;
	}
	if (!f->by_position) {
		nn_plan_chain(&f->plan, net);
		f->params = take(f, net->parameter_count);
		f->shared = take(f, f->plan.shared);
		f->workspace = take(f, f->plan.memory);
		f->values = take(f, nn_shape_size(net->layers[net->inputs[0]].shape));
	}
	f->memory = nn_zeroed(f->size * sizeof(*f->memory));
	if (!f->memory) {
		nn_infer_free(f);
		return NULL;
	}
	if (f->by_position)
		start_by_position(f, params);
	else
		start_as_block(f, params);
	return f;
}

struct nn_infer *nn_infer_new(
	const struct nn_net *net, const float *params, const struct nn_kernels *kernels)
{
	return create(net, params, kernels, false);
}

struct nn_infer *nn_infer_new_by_position(
	const struct nn_net *net, const float *params, const struct nn_kernels *kernels)
{
	return create(net, params, kernels, true);
}

void nn_infer_free(struct nn_infer *f)
{
	if (!f)
		return;
	nn_channels_free(f->channels);
	free(f->memory);
	free(f);
}

bool nn_infer_by_position(const struct nn_infer *f)
{
	return f->by_position;
}

/* ---- a call ---- */

/* An image: bytes, or floats. */
struct image {
	const uint8_t *bytes;
	const float *floats, *over_255;
};

static inline float pixel(struct image i, size_t at)
{
	return i.bytes ? i.over_255[i.bytes[at]] : i.floats[at];
}

/* One row, from pixel `from` on, into its row of `phases` planes. */
static inline void load_row(
	float *to, size_t plane, struct image i, size_t from, int width, const int phases)
{
	int x = 0;
	for (; x + phases <= width; x += phases, to++)
		for (int phase = 0; phase < phases; phase++)
			to[(size_t)phase * plane] = pixel(i, from + (size_t)(x + phase));
	for (int phase = 0; x + phase < width; phase++)
		to[(size_t)phase * plane] = pixel(i, from + (size_t)(x + phase));
}

static inline void load_rows(float *map, const struct map *m, struct image i, const int phases)
{
	for (int c = 0; c < m->channels; c++)
		for (int y = 0; y < m->height; y++) {
			float *to = map + (size_t)c * m->channel
				+ (size_t)(y % phases * phases) * m->plane
				+ (size_t)(y / phases) * m->row;
			load_row(to, m->plane, i, (size_t)(c * m->height + y) * (size_t)m->width,
				m->width, phases);
		}
}

/* Bytes in four phases, as of networks with two poolings, go four by four: a row may be read and
 * written past its end. */
static void load_by_four(struct nn_infer *f, const struct map *m, const uint8_t *image)
{
	memcpy(f->memory + f->bytes, image, (size_t)(m->channels * m->height * m->width));
	const uint8_t *row = (const uint8_t *)(f->memory + f->bytes);
	for (int c = 0; c < m->channels; c++)
		for (int y = 0; y < m->height; y++, row += m->width) {
			float *to = f->memory + m->at + (size_t)c * m->channel
				+ (size_t)(y % 4 * 4) * m->plane + (size_t)(y / 4) * m->row;
			f->kernels->infer_split(to, m->plane, row, m->width / 4);
		}
}

/* An image into an input map. */
static void load(struct nn_infer *f, const struct map *m, struct image i)
{
	float *map = f->memory + m->at;
	if (i.bytes && m->phases == 4 && m->width % 4 == 0)
		load_by_four(f, m, i.bytes);
	else if (m->phases == 4)
		load_rows(map, m, i, 4);
	else
		load_rows(map, m, i, m->phases);
}

static void copy(const struct step *s)
{
	const size_t positions = (size_t)s->of.copy.positions,
		     channels = (size_t)s->of.copy.channels;
	if (s->of.copy.in_channel == positions) {
		memcpy(s->of.copy.out, s->of.copy.in, channels * positions * sizeof(float));
		return;
	}
	for (size_t c = 0; c < channels; c++)
		memcpy(s->of.copy.out + c * positions, s->of.copy.in + c * s->of.copy.in_channel,
			positions * sizeof(float));
}

/* As the kernels have it: a NaN stays one. */
static void relu(const struct step *s)
{
	copy(s);
	for (int i = 0; i < s->of.copy.channels * s->of.copy.positions; i++)
		s->of.copy.out[i] = 0 > s->of.copy.out[i] ? 0 : s->of.copy.out[i];
}

static void run(struct nn_infer *f, struct image image)
{
	for (int k = 0; k < f->net->input_count; k++) {
		const struct map *m = &f->maps[f->net->inputs[k]];
		if (k == 0 || m->at > f->maps[f->net->inputs[k - 1]].at) /* a new one */
			load(f, m, image);
	}
	for (int i = 0; i < f->step_count; i++) {
		const struct step *s = &f->steps[i];
		switch (s->kind) {
		case STEP_POOL:
			f->kernels->infer_pool(s->of.pool.out, s->of.pool.in, s->of.pool.w,
				s->of.pool.b, &s->of.pool.shape);
			break;
		case STEP_DENSE:
			f->kernels->infer_dense(s->of.dense.layers, s->of.dense.count);
			break;
		case STEP_RELU: relu(s); break;
		case STEP_COPY: copy(s); break;
		}
	}
}

static void run_block(struct nn_infer *f, const float *values)
{
	f->batch.values = values;
	nn_block_run(&f->block, &f->batch, 0, 0);
	for (int k = 0; k < f->net->output_count; k++) {
		const int layer = f->net->layers[f->net->outputs[k]].inputs[0];
		const float *logits = f->block.memory + f->plan.ops[layer].out;
		for (int c = 0; c < f->net->layers[layer].shape.channels; c++)
			f->logits[k][c] = logits[c * NN_LANES];
	}
}

void nn_infer_bytes(struct nn_infer *f, const uint8_t *image)
{
	if (f->channels) {
		nn_channels_run(f->channels, image, f->over_255, NULL);
		return;
	}
	if (f->by_position) {
		run(f, (struct image){ .bytes = image, .over_255 = f->over_255 });
		return;
	}
	float *values = f->memory + f->values;
	for (size_t i = 0; i < nn_shape_size(f->images.shape); i++)
		values[i] = f->over_255[image[i]];
	run_block(f, values);
}

void nn_infer_floats(struct nn_infer *f, const float *image)
{
	if (f->channels)
		nn_channels_run(f->channels, NULL, f->over_255, image);
	else if (f->by_position)
		run(f, (struct image){ .floats = image });
	else
		run_block(f, image);
}

const float *nn_infer_logits(const struct nn_infer *f, int output)
{
	assert(output >= 0 && output < f->net->output_count);
	if (f->channels)
		return nn_channels_logits(f->channels, output);
	return f->by_position
		? f->memory + f->maps[f->net->layers[f->net->outputs[output]].inputs[0]].at
		: f->logits[output];
}

void nn_infer_probabilities(const struct nn_infer *f, int output, float *probabilities)
{
	f->kernels->infer_softmax(probabilities, nn_infer_logits(f, output),
		f->net->layers[f->net->outputs[output]].shape.channels);
}

/* block.c - walks the plan over one block of images: forward, loss, backward. load.c brings the
 * images. */
#include "block.h"

#include <assert.h>
#include <string.h>

#include "batchnorm.h"

static float *out_of(const struct nn_block *b, int layer)
{
	return b->memory + b->batch->plan->ops[layer].out;
}

static float *gradient_of(const struct nn_block *b, int layer)
{
	return b->memory + b->batch->plan->ops[layer].gradient;
}

static float *aux_of(const struct nn_block *b, int layer)
{
	return b->memory + b->batch->plan->ops[layer].aux;
}

/* The weights of an operation: kernel or gamma, bias or beta (zeros for a convolution without one),
 * and where their gradients go. */
static const float *kernel_of(const struct nn_block *b, const struct nn_op *op)
{
	return b->batch->params
		+ b->batch->net->tensors[b->batch->net->layers[op->weights_layer].kernel_tensor]
			  .offset;
}

static const float *bias_of(const struct nn_block *b, const struct nn_op *op)
{
	int bias = b->batch->net->layers[op->weights_layer].bias_tensor;
	return bias < 0 ? b->memory + b->batch->plan->zeros
			: b->batch->params + b->batch->net->tensors[bias].offset;
}

static float *kernel_gradient_of(const struct nn_block *b, const struct nn_op *op)
{
	return b->gradient
		+ b->batch->net->tensors[b->batch->net->layers[op->weights_layer].kernel_tensor]
			  .offset;
}

static float *bias_gradient_of(const struct nn_block *b, const struct nn_op *op)
{
	int bias = b->batch->net->layers[op->weights_layer].bias_tensor;
	return bias < 0 ? b->memory + b->batch->plan->unused
			: b->gradient + b->batch->net->tensors[bias].offset;
}

/* Rows of a batch normalisation (batchnorm.h), of this block and of all of them. */
static float *sums_of(const struct nn_block *b, int layer, int row)
{
	return aux_of(b, layer)
		+ (size_t)row * nn_batchnorm_row(b->batch->net->layers[layer].shape.channels);
}

static const float *shared_of(const struct nn_block *b, int layer, int row)
{
	return b->batch->shared + b->batch->plan->ops[layer].shared
		+ (size_t)row * nn_batchnorm_row(b->batch->net->layers[layer].shape.channels);
}

static size_t positions_of(const struct nn_block *b, int layer)
{
	return b->batch->plan->ops[layer].plane / NN_LANES;
}

static struct nn_normalized normalized(const struct nn_block *b, int l)
{
	const struct nn_op *op = &b->batch->plan->ops[l];
	return (struct nn_normalized){ .channels = b->batch->net->layers[l].shape.channels,
		.used = b->count,
		.positions = positions_of(b, l),
		.rectifier = op->rectifier,
		.mean = shared_of(b, l, NN_BATCHNORM_CENTRE),
		.scale = shared_of(b, l, NN_BATCHNORM_SCALE),
		.shift = bias_of(b, op),
		.offset = shared_of(b, l, NN_BATCHNORM_OFFSET),
		.tilt = shared_of(b, l, NN_BATCHNORM_TILT) };
}

/* A normalisation's map, if it was rounded after it was computed. */
static const float *rounded_out(const struct nn_block *b, int l)
{
	return b->batch->ranges ? out_of(b, l) : NULL;
}

/* One random number a unit and image; the mask holds 0 or 1 / (1 - rate). */
static void draw_dropout(const struct nn_block *b, const struct nn_layer *layer, float *mask)
{
	const struct nn_epoch *epoch = b->batch->epoch;
	const struct nn_rng rng = { .seed = epoch->seed,
		.stream = NN_STREAM_DROPOUT,
		.phase = epoch->phase,
		.epoch = epoch->epoch };
	const uint32_t name = nn_name_hash(layer->name),
		       units = (uint32_t)nn_shape_size(layer->shape);
	const float rate = (float)layer->rate, scale = 1.0f / (1.0f - rate);
	for (uint32_t unit = 0; unit < units; unit += 4)
		for (uint32_t lane = 0; lane < NN_LANES; lane++) {
			uint32_t bits[4];
			nn_rng_four(
				&rng, b->batch->position + b->first + lane, name + unit / 4, bits);
			for (uint32_t k = 0; k < 4 && unit + k < units; k++)
				mask[(unit + k) * NN_LANES + lane] =
					nn_rng_unit(bits[k]) < rate ? 0 : scale;
		}
}

static void forward_dropout(const struct nn_block *b, int l)
{
	const struct nn_op *op = &b->batch->plan->ops[l];
	const float *in = out_of(b, op->inputs[0]);
	if (!b->batch->training) {
		memcpy(out_of(b, l), in, op->size * sizeof(*in));
		return;
	}
	draw_dropout(b, &b->batch->net->layers[l], aux_of(b, l));
	b->batch->kernels->multiply(out_of(b, l), in, aux_of(b, l), op->size / NN_LANES);
}

/* Maps that lie where they are wanted already (layout.h) stay there. */
static void move_map(float *to, const float *from, size_t size)
{
	if (to != from)
		memcpy(to, from, size * sizeof(*to));
}

static void forward_concat(const struct nn_block *b, int l)
{
	float *to = out_of(b, l);
	const struct nn_op *op = &b->batch->plan->ops[l];
	for (int i = 0; i < op->input_count; i++) {
		size_t size = b->batch->plan->ops[op->inputs[i]].size;
		move_map(to, out_of(b, op->inputs[i]), size);
		to += size;
	}
}

static void forward_add(const struct nn_block *b, int l)
{
	const struct nn_op *op = &b->batch->plan->ops[l];
	float *out = out_of(b, l);
	for (int i = 1; i < op->input_count; i++)
		b->batch->kernels->sum_two(out, i == 1 ? out_of(b, op->inputs[0]) : out,
			out_of(b, op->inputs[i]), op->size / NN_LANES,
			i + 1 < op->input_count ? NN_NOT_RECTIFIED : op->rectifier);
}

/* Constants of each channel, or of each number: then every number is a channel of one position. */
static void forward_normalize(const struct nn_block *b, int l)
{
	const struct nn_layer *layer = &b->batch->net->layers[l];
	const struct nn_tensor *tensors = b->batch->net->tensors,
			       *mean = &tensors[layer->mean_tensor];
	const struct nn_op *op = &b->batch->plan->ops[l];
	b->batch->kernels->normalize_forward(out_of(b, l), out_of(b, op->inputs[0]),
		b->batch->params + mean->offset,
		b->batch->params + tensors[layer->variance_tensor].offset,
		b->memory + b->batch->plan->zeros, (int)mean->count,
		op->size / NN_LANES / mean->count, NN_NOT_RECTIFIED);
}

/* The channels of one group: parts of the maps and of the tensors. */
struct group {
	size_t in, out, weights, biases; /* where they begin */
};

static int groups_of(const struct nn_block *b, int l)
{
	const struct nn_layer *layer = &b->batch->net->layers[l];
	return layer->shape.channels / b->batch->plan->ops[l].shape.conv.out_channels;
}

static struct group group_at(const struct nn_op *op, int number)
{
	const struct nn_conv *s = &op->shape.conv;
	const size_t g = (size_t)number, in = (size_t)s->in_channels, out = (size_t)s->out_channels;
	return (struct group){ g * in * s->in_plane, g * out * op->plane,
		g * out * in * (size_t)s->kernel_height * (size_t)s->kernel_width, g * out };
}

static void forward_conv(const struct nn_block *b, int l)
{
	const struct nn_op *op = &b->batch->plan->ops[l];
	const bool biased = b->batch->net->layers[l].bias_tensor >= 0;
	for (int g = 0; g < groups_of(b, l); g++) {
		const struct group at = group_at(op, g);
		float *out = out_of(b, l) + at.out;
		const float *in = out_of(b, op->inputs[0]) + at.in,
			    *w = kernel_of(b, op) + at.weights,
			    *bias = bias_of(b, op) + (biased ? at.biases : 0);
		if (op->kind == NN_OP_CONV)
			b->batch->kernels->conv_forward(out, in, w, bias, &op->shape.conv,
				b->memory + b->batch->plan->scratch);
		else
			b->batch->kernels->general_forward(out, in, w, bias, &op->shape.conv);
	}
}

static bool is_gate(const struct nn_op *op, const struct nn_plan *plan)
{
	return plan->ops[op->inputs[1]].size != op->size;
}

static void forward_multiply(const struct nn_block *b, int l)
{
	const struct nn_op *op = &b->batch->plan->ops[l];
	const float *in = out_of(b, op->inputs[0]), *by = out_of(b, op->inputs[1]);
	if (is_gate(op, b->batch->plan))
		b->batch->kernels->gate(out_of(b, l), in, by,
			b->batch->net->layers[l].shape.channels, positions_of(b, l));
	else
		b->batch->kernels->multiply(out_of(b, l), in, by, op->size / NN_LANES);
}

static void forward_channels(const struct nn_block *b, int l)
{
	const struct nn_layer *layer = &b->batch->net->layers[l];
	const struct nn_op *op = &b->batch->plan->ops[l];
	const float *in = out_of(b, op->inputs[0]);
	float *out = out_of(b, l);
	for (int c = 0; c < layer->shape.channels; c++, out += op->plane) {
		const int from = nn_channel_source(b->batch->net, layer, c);
		if (from < 0)
			memset(out, 0, op->plane * sizeof(*out));
		else
			memcpy(out, in + (size_t)from * op->plane, op->plane * sizeof(*out));
	}
}

static void forward(const struct nn_block *b, int l)
{
	const struct nn_kernels *k = b->batch->kernels;
	const struct nn_layer *layer = &b->batch->net->layers[l];
	const struct nn_op *op = &b->batch->plan->ops[l];
	const float *in = op->input_count ? out_of(b, op->inputs[0]) : NULL;
	if (op->done)
		return;
	switch (op->kind) {
	case NN_OP_CONV_POOL:
		k->conv_pool_forward(out_of(b, l), b->gradient ? (int32_t *)aux_of(b, l) : NULL, in,
			kernel_of(b, op), bias_of(b, op), &op->shape.conv_pool);
		break;
	case NN_OP_CONV:
	case NN_OP_CONV_GENERAL: forward_conv(b, l); break;
	case NN_OP_DENSE:
		k->dense_forward(out_of(b, l), in, kernel_of(b, op), bias_of(b, op),
			(int)(b->batch->plan->ops[op->inputs[0]].size / NN_LANES),
			layer->shape.channels, layer->relu);
		break;
	case NN_OP_RELU: k->relu_forward(out_of(b, l), in, op->size / NN_LANES); break;
	case NN_OP_POOL:
		k->pool_forward(out_of(b, l), (int32_t *)aux_of(b, l), in, &op->shape.pool);
		break;
	case NN_OP_DROPOUT: forward_dropout(b, l); break;
	case NN_OP_CONCAT: forward_concat(b, l); break;
	case NN_OP_DEPTHWISE:
		k->depthwise_forward(out_of(b, l), in, kernel_of(b, op), bias_of(b, op),
			&op->shape.conv, b->memory + b->batch->plan->scratch);
		break;
	case NN_OP_AVERAGE: k->average_forward(out_of(b, l), in, &op->shape.average); break;
	case NN_OP_ADD: forward_add(b, l); break;
	case NN_OP_RELU6: k->relu6_forward(out_of(b, l), in, op->size / NN_LANES); break;
	case NN_OP_SILU: k->silu_forward(out_of(b, l), in, op->size / NN_LANES); break;
	case NN_OP_BATCHNORM:
		k->normalize_forward(out_of(b, l), in, shared_of(b, l, NN_BATCHNORM_CENTRE),
			shared_of(b, l, NN_BATCHNORM_SCALE), bias_of(b, op), layer->shape.channels,
			positions_of(b, l), op->rectifier);
		break;
	case NN_OP_ACTIVATION:
		k->activate(
			out_of(b, l), in, op->size / NN_LANES, layer->kind, (float)layer->slope);
		break;
	case NN_OP_NORMALIZE: forward_normalize(b, l); break;
	case NN_OP_MULTIPLY: forward_multiply(b, l); break;
	case NN_OP_CHANNELS: forward_channels(b, l); break;
	case NN_OP_LARGEST:
		k->largest_forward(out_of(b, l), (int32_t *)aux_of(b, l), in, &op->shape.window);
		break;
	case NN_OP_MEAN: k->mean_forward(out_of(b, l), in, &op->shape.window); break;
	case NN_OP_NOTHING:
	case NN_OP_INPUT:
	case NN_OP_OUTPUT: break;
	}
}

/* ---- some channels at once (chain.h) ---- */

/* Channel `first` in the map of a layer, or its strip; in a gradient. */
static float *channel_of(const struct nn_block *b, int layer, int first)
{
	const struct nn_op *op = &b->batch->plan->ops[layer];
	return out_of(b, layer) + (op->strip ? 0 : (size_t)first * op->plane);
}

static float *channel_gradient_of(const struct nn_block *b, int layer, int first)
{
	return gradient_of(b, layer) + (size_t)first * b->batch->plan->ops[layer].plane;
}

/* The numbers of a normalisation's channels from `first` on. */
static struct nn_normalized some_normalized(const struct nn_block *b, int l, int first, int count)
{
	struct nn_normalized n = normalized(b, l);
	n.channels = count;
	n.mean += first;
	n.scale += first;
	n.shift += first;
	n.offset += first;
	n.tilt += first;
	return n;
}

static void normalize_some(const struct nn_block *b, int l, int first, int count)
{
	const struct nn_op *op = &b->batch->plan->ops[l];
	const struct nn_normalized n = some_normalized(b, l, first, count);
	b->batch->kernels->normalize_forward(channel_of(b, l, first),
		channel_of(b, op->inputs[0], first), n.mean, n.scale, n.shift, count, n.positions,
		n.rectifier);
}

/* The shape of a convolution of `count` output channels, and where its weights begin. */
static struct nn_conv some_of(const struct nn_op *op, int first, int count, size_t *weights)
{
	struct nn_conv s = op->shape.conv;
	*weights = (size_t)first * (size_t)(s.kernel_height * s.kernel_width);
	if (op->kind == NN_OP_CONV)
		*weights *= (size_t)s.in_channels;
	else
		s.in_channels = count;
	s.out_channels = count;
	return s;
}

/* absorbs: then the normalisation in layer l + 1 in the same pass, to its map. */
static void convolve_some(const struct nn_block *b, int l, int first, int count)
{
	const struct nn_kernels *k = b->batch->kernels;
	const struct nn_op *op = &b->batch->plan->ops[l];
	const bool deep = op->kind == NN_OP_DEPTHWISE;
	struct nn_normalized n;
	size_t weights;
	struct nn_conv s = some_of(op, first, count, &weights);
	if (op->absorbs) {
		n = some_normalized(b, l + 1, first, count);
		s.normalized = &n;
	}
	(deep ? k->depthwise_forward : k->conv_forward)(
		channel_of(b, op->absorbs ? l + 1 : l, first),
		channel_of(b, op->inputs[0], deep ? first : 0), kernel_of(b, op) + weights,
		bias_of(b, op) + first, &s, b->memory + b->batch->plan->scratch);
}

static void sum_some(const struct nn_block *b, int l, int first, int count)
{
	b->batch->kernels->normalize_statistics(sums_of(b, l, NN_BATCHNORM_MEAN) + first,
		sums_of(b, l, NN_BATCHNORM_SQUARES) + first,
		channel_of(b, b->batch->plan->ops[l].inputs[0], first), count, positions_of(b, l),
		b->count, b->memory + b->batch->plan->scratch);
}

/* The chain that begins at layer l; statistics: the normalisation behind it whose sums are wanted,
 * or -1. */
static void forward_chain(const struct nn_block *b, int l, int statistics)
{
	const struct nn_plan *plan = b->batch->plan;
	const int channels = b->batch->net->layers[l].shape.channels;
	for (int c = 0, count; c < channels; c += count) {
		count = channels - c < plan->ops[l].at_once ? channels - c : plan->ops[l].at_once;
		for (int k = l; k <= plan->ops[l].chain_end; k++) {
			const struct nn_op *op = &plan->ops[k];
			if (op->kind == NN_OP_CONV || op->kind == NN_OP_DEPTHWISE)
				convolve_some(b, k, c, count);
			else if (op->kind == NN_OP_BATCHNORM && !plan->ops[op->inputs[0]].absorbs)
				normalize_some(b, k, c, count);
		}
		if (statistics >= 0)
			sum_some(b, statistics, c, count);
	}
}

/* The targets of a training with soft labels, for an output of that many classes. Lanes that are
 * not in use have any. */
static void set_soft_labels(const struct nn_block *b, int classes, struct nn_soft_labels *soft)
{
	const struct nn_batch *batch = b->batch;
	const double hard = 1 - batch->epoch->label_smoothing;
	*soft = (struct nn_soft_labels){ .first_share = (float)(hard * (1 - batch->partner_share)),
		.second_share = (float)(hard * batch->partner_share),
		.share = (float)(batch->epoch->label_smoothing / classes) };
	for (uint32_t lane = 0; lane < (uint32_t)b->count; lane++) {
		uint32_t partner = nn_batch_image(batch, nn_batch_partner(batch, b->first + lane));
		soft->first[lane] = batch->images->labels[b->ids[lane] & ~NN_ORDER_AUGMENTED];
		soft->second[lane] = batch->images->labels[partner & ~NN_ORDER_AUGMENTED];
	}
}

static void set_labels(struct nn_block *b)
{
	const struct nn_batch *batch = b->batch;
	memset(b->labels, 0, sizeof(b->labels));
	for (uint32_t lane = 0; lane < (uint32_t)b->count; lane++) {
		uint32_t id = batch->partner_share > 0.5
			? nn_batch_image(batch, nn_batch_partner(batch, b->first + lane))
			: b->ids[lane];
		b->labels[lane] = batch->images->labels[id & ~NN_ORDER_AUGMENTED];
	}
}

/* The teacher's logits of the block's images, with whatever augmentation they have here. */
static const float *ask_teacher(const struct nn_block *b)
{
	const struct nn_batch *teacher = b->batch->teacher;
	struct nn_block block = { .memory = b->teacher_memory };
	nn_block_run(&block, teacher, (int)(b->first / NN_LANES), 0);
	const int output = teacher->net->outputs[0];
	return out_of(&block, teacher->net->layers[output].inputs[0]);
}

/* The loss of every output; with a gradient, that of the logits too (each output has logits of its
 * own or shares them: added). */
static void losses(struct nn_block *b)
{
	const struct nn_batch *batch = b->batch;
	const bool soft =
		batch->training && (batch->partner_share > 0 || batch->epoch->label_smoothing > 0);
	float scale[NN_LANES] __attribute__((aligned(64))) = { 0 };
	const float *teacher = batch->teacher ? ask_teacher(b) : NULL;
	set_labels(b);
	for (int k = 0; k < batch->net->output_count; k++) {
		const int l = batch->net->outputs[k],
			  classes = batch->net->layers[l].shape.channels;
		const struct nn_op *op = &batch->plan->ops[l];
		float *gradient = b->gradient && op->wants_gradient ? gradient_of(b, l) : NULL;
		const double weight = batch->net->layers[l].loss_weight;
		for (int lane = 0; lane < b->count; lane++)
			scale[lane] = weight > 0 ? (float)weight / (float)batch->count
						 : 1.0f / (float)batch->count;
		if (soft) {
			struct nn_soft_labels labels __attribute__((aligned(64)));
			set_soft_labels(b, classes, &labels);
			batch->kernels->soft_loss(b->loss[k], b->best[k], gradient,
				out_of(b, op->inputs[0]), classes, &labels, scale);
		} else {
			batch->kernels->softmax_loss(b->loss[k], b->best[k], gradient,
				out_of(b, op->inputs[0]), classes, b->labels, scale);
		}
		if (teacher)
			batch->kernels->distill(b->loss[k], gradient, out_of(b, op->inputs[0]),
				teacher, classes, (float)batch->epoch->distill,
				(float)batch->epoch->temperature, scale);
	}
}

static void backward_multiply(const struct nn_block *b, int l, int i, float *to)
{
	const struct nn_kernels *k = b->batch->kernels;
	const struct nn_op *op = &b->batch->plan->ops[l];
	const float *from = gradient_of(b, l), *other = out_of(b, op->inputs[!i]);
	const int channels = b->batch->net->layers[l].shape.channels;
	if (!is_gate(op, b->batch->plan))
		k->multiply(to, from, other, op->size / NN_LANES);
	else if (i == 0)
		k->gate(to, from, other, channels, positions_of(b, l));
	else
		k->gate_backward(to, from, other, channels, positions_of(b, l));
}

static void backward_channels(const struct nn_block *b, int l, float *to)
{
	const struct nn_layer *layer = &b->batch->net->layers[l];
	const struct nn_op *op = &b->batch->plan->ops[l];
	const float *from = gradient_of(b, l);
	for (int c = 0; c < layer->shape.channels; c++, from += op->plane) {
		const int at = nn_channel_source(b->batch->net, layer, c);
		if (at >= 0) /* each channel that comes in goes to one place */
			memcpy(to + (size_t)at * op->plane, from, op->plane * sizeof(*to));
	}
}

/* The gradient that layer l, as reader number i of its input, sends there. to: laid out as the
 * input. */
static void backward_input(const struct nn_block *b, int l, int i, float *to)
{
	const struct nn_kernels *k = b->batch->kernels;
	const struct nn_plan *plan = b->batch->plan;
	const struct nn_op *op = &plan->ops[l];
	const float *from = gradient_of(b, l);
	const size_t size = plan->ops[op->inputs[i]].size;
	float *scratch = b->memory + plan->scratch;
	switch (op->kind) {
	case NN_OP_CONV_POOL:
		k->conv_pool_backward_input(to, from, (const int32_t *)aux_of(b, l),
			kernel_of(b, op), &op->shape.conv_pool, scratch);
		break;
	case NN_OP_CONV:
	case NN_OP_CONV_GENERAL:
		for (int g = 0; g < groups_of(b, l); g++) {
			const struct group at = group_at(op, g);
			const float *w = kernel_of(b, op) + at.weights;
			if (op->kind == NN_OP_CONV)
				k->conv_backward_input(
					to + at.in, from + at.out, w, &op->shape.conv, scratch);
			else
				k->general_backward_input(
					to + at.in, from + at.out, w, &op->shape.conv);
		}
		break;
	case NN_OP_DENSE:
		k->dense_backward_input(to, from, kernel_of(b, op), (int)(size / NN_LANES),
			(int)(op->size / NN_LANES));
		break;
	case NN_OP_RELU: k->relu_backward(to, from, out_of(b, l), size / NN_LANES); break;
	case NN_OP_POOL:
		k->pool_backward(to, from, (const int32_t *)aux_of(b, l), &op->shape.pool);
		break;
	case NN_OP_DROPOUT:
		if (b->batch->training)
			k->multiply(to, from, aux_of(b, l), size / NN_LANES);
		else
			memcpy(to, from, size * sizeof(*to));
		break;
	case NN_OP_CONCAT:
		for (int j = 0; j < i; j++)
			from += plan->ops[op->inputs[j]].size;
		move_map(to, from, size);
		break;
	case NN_OP_ADD:
	case NN_OP_OUTPUT: move_map(to, from, size); break;
	case NN_OP_DEPTHWISE:
		k->depthwise_backward_input(to, from, kernel_of(b, op), &op->shape.conv, scratch);
		break;
	case NN_OP_AVERAGE: k->average_backward(to, from, &op->shape.average); break;
	case NN_OP_RELU6: k->relu6_backward(to, from, out_of(b, l), size / NN_LANES); break;
	case NN_OP_SILU:
		k->silu_backward(to, from, out_of(b, op->inputs[i]), size / NN_LANES);
		break;
	case NN_OP_BATCHNORM: {
		const struct nn_normalized n = normalized(b, l);
		k->normalize_backward(to, from, out_of(b, op->inputs[i]), rounded_out(b, l), &n);
		break;
	}
	case NN_OP_ACTIVATION:
		k->activate_backward(to, from, out_of(b, op->inputs[i]), out_of(b, l),
			size / NN_LANES, b->batch->net->layers[l].kind,
			(float)b->batch->net->layers[l].slope);
		break;
	case NN_OP_LARGEST:
		k->largest_backward(to, from, (const int32_t *)aux_of(b, l), &op->shape.window);
		break;
	case NN_OP_MEAN: k->mean_backward(to, from, &op->shape.window); break;
	case NN_OP_MULTIPLY: backward_multiply(b, l, i, to); break;
	case NN_OP_CHANNELS: backward_channels(b, l, to); break;
	case NN_OP_NOTHING:
	case NN_OP_NORMALIZE: /* of an input, which nobody trains */
	case NN_OP_INPUT: break;
	}
}

/* What a batch normalisation's gradient sums to in this block, in its rows. */
static void sum_slopes(const struct nn_block *b, int l)
{
	const struct nn_normalized n = normalized(b, l);
	b->batch->kernels->normalize_slopes(sums_of(b, l, NN_BATCHNORM_SUM),
		sums_of(b, l, NN_BATCHNORM_PRODUCT), gradient_of(b, l),
		out_of(b, b->batch->plan->ops[l].inputs[0]), rounded_out(b, l), &n,
		b->memory + b->batch->plan->scratch);
}

static void backward_batchnorm_weights(const struct nn_block *b, int l)
{
	const struct nn_op *op = &b->batch->plan->ops[l];
	const int channels = b->batch->net->layers[l].shape.channels;
	const float *product = sums_of(b, l, NN_BATCHNORM_PRODUCT),
		    *inverse = shared_of(b, l, NN_BATCHNORM_INVERSE);
	float *gamma = kernel_gradient_of(b, op);
	if (!b->batch->training) /* else done, before the blocks met */
		sum_slopes(b, l);
	memcpy(bias_gradient_of(b, op), sums_of(b, l, NN_BATCHNORM_SUM),
		(size_t)channels * sizeof(float));
	for (int c = 0; c < channels; c++)
		gamma[c] = product[c] * inverse[c];
}

static void backward_weights(const struct nn_block *b, int l)
{
	const struct nn_kernels *k = b->batch->kernels;
	const struct nn_op *op = &b->batch->plan->ops[l];
	const float *in = out_of(b, op->inputs[0]), *from = gradient_of(b, l);
	float *dw = kernel_gradient_of(b, op), *db = bias_gradient_of(b, op);
	float *scratch = b->memory + b->batch->plan->scratch;
	const bool has_bias = b->batch->net->layers[op->weights_layer].bias_tensor >= 0;
	if (op->kind == NN_OP_CONV_POOL)
		k->conv_pool_backward_weights(dw, db, in, from, (const int32_t *)aux_of(b, l),
			&op->shape.conv_pool, scratch);
	else if (op->kind == NN_OP_CONV || op->kind == NN_OP_CONV_GENERAL)
		for (int g = 0; g < groups_of(b, l); g++) {
			const struct group at = group_at(op, g);
			(op->kind == NN_OP_CONV ? k->conv_backward_weights
						: k->general_backward_weights)(dw + at.weights,
				has_bias ? db + at.biases : NULL, in + at.in, from + at.out,
				&op->shape.conv, scratch);
		}
	else if (op->kind == NN_OP_DEPTHWISE)
		k->depthwise_backward_weights(
			dw, has_bias ? db : NULL, in, from, &op->shape.conv, scratch);
	else if (op->kind == NN_OP_BATCHNORM)
		backward_batchnorm_weights(b, l);
	else
		k->dense_backward_weights(b->sum ? b->sum + (dw - b->gradient) : dw,
			b->sum && has_bias ? b->sum + (db - b->gradient) : db, in, from,
			(int)(b->batch->plan->ops[op->inputs[0]].size / NN_LANES),
			(int)(op->size / NN_LANES), b->sum != NULL, scratch);
}

static void add_tensor(const struct nn_block *b, int tensor)
{
	if (tensor < 0)
		return;
	const struct nn_tensor *t = &b->batch->net->tensors[tensor];
	float *restrict to = b->sum + t->offset;
	const float *restrict from = b->gradient + t->offset;
	for (size_t i = 0; i < t->count; i++)
		to[i] += from[i];
}

static void add_weights(const struct nn_block *b, int l)
{
	const struct nn_op *op = &b->batch->plan->ops[l];
	const struct nn_layer *layer = &b->batch->net->layers[op->weights_layer];
	if (!b->sum || op->kind == NN_OP_DENSE) /* a dense layer's kernel has added them */
		return;
	add_tensor(b, layer->kernel_tensor);
	add_tensor(b, layer->bias_tensor);
}

/* Channels first .. of a pair: from normalisation l through its depthwise convolution; slopes: the
 * normalisation before that one whose sums are wanted, or -1. */
static void backward_some(const struct nn_block *b, int l, int slopes, int first, int count)
{
	const struct nn_kernels *k = b->batch->kernels;
	const struct nn_plan *plan = b->batch->plan;
	const int deep = plan->ops[l].inputs[0], in = plan->ops[deep].inputs[0];
	const struct nn_op *op = &plan->ops[deep];
	float *scratch = b->memory + plan->scratch, *from = gradient_of(b, deep);
	struct nn_normalized n = some_normalized(b, l, first, count);
	size_t weights;
	const struct nn_conv s = some_of(op, first, count, &weights);
	k->normalize_backward(
		from, channel_gradient_of(b, l, first), channel_of(b, deep, first), NULL, &n);
	if (op->trained) {
		if (plan->ops[in].strip)
			normalize_some(
				b, plan->ops[in].done ? plan->ops[in].inputs[0] : in, first, count);
		k->depthwise_backward_weights(kernel_gradient_of(b, op) + weights,
			b->batch->net->layers[deep].bias_tensor < 0
				? NULL
				: bias_gradient_of(b, op) + first,
			channel_of(b, in, first), from, &s, scratch);
	}
	if (plan->ops[in].wants_gradient)
		k->depthwise_backward_input(channel_gradient_of(b, in, first), from,
			kernel_of(b, op) + weights, &s, scratch);
	if (slopes < 0)
		return;
	n = some_normalized(b, slopes, first, count);
	k->normalize_slopes(sums_of(b, slopes, NN_BATCHNORM_SUM) + first,
		sums_of(b, slopes, NN_BATCHNORM_PRODUCT) + first,
		channel_gradient_of(b, slopes, first),
		channel_of(b, plan->ops[slopes].inputs[0], first), NULL, &n, scratch);
}

static void backward_pair(struct nn_block *b, int l, int slopes)
{
	const struct nn_plan *plan = b->batch->plan;
	const int channels = b->batch->net->layers[l].shape.channels, most = plan->ops[l].at_back,
		  deep = plan->ops[l].inputs[0], in = plan->ops[deep].inputs[0];
	if (plan->ops[l].trained) {
		backward_weights(b, l);
		add_weights(b, l);
	}
	for (int c = 0, count; c < channels; c += count) {
		count = channels - c < most ? channels - c : most;
		backward_some(b, l, slopes, c, count);
	}
	if (plan->ops[deep].trained)
		add_weights(b, deep);
	b->has_gradient[deep] = true;
	b->has_gradient[in] = plan->ops[in].wants_gradient;
}

/* All that goes back from layer l, whose own gradient is complete. */
static void backward_layer(struct nn_block *b, int l)
{
	const struct nn_plan *plan = b->batch->plan;
	const struct nn_op *op = &plan->ops[l];
	if (b->batch->net->layers[l].relu
		&& op->kind
			!= NN_OP_CONV_POOL) /* conv_pool's argmax knows where its ReLU is closed */
		b->batch->kernels->relu_backward(
			gradient_of(b, l), gradient_of(b, l), out_of(b, l), op->size / NN_LANES);
	if (op->kind == NN_OP_ADD && op->rectifier == NN_RECTIFIED)
		b->batch->kernels->relu_backward(
			gradient_of(b, l), gradient_of(b, l), out_of(b, l), op->size / NN_LANES);
	else if (op->kind == NN_OP_ADD && op->rectifier == NN_RECTIFIED_6)
		b->batch->kernels->relu6_backward(
			gradient_of(b, l), gradient_of(b, l), out_of(b, l), op->size / NN_LANES);
	if (op->trained) {
		backward_weights(b, l);
		add_weights(b, l);
	}
	for (int i = 0; i < op->input_count; i++) {
		int input = op->inputs[i];
		if (!plan->ops[input].wants_gradient)
			continue;
		if (op->done) { /* its gradient is that of what it was done with */
			b->has_gradient[input] = true;
		} else if (!b->has_gradient[input]) {
			backward_input(b, l, i, gradient_of(b, input));
			b->has_gradient[input] = true;
		} else {
			float *spare = b->memory + plan->spare;
			backward_input(b, l, i, spare);
			b->batch->kernels->add(
				gradient_of(b, input), spare, plan->ops[input].size / NN_LANES);
		}
	}
}

/* The normalisation whose gradient is complete when the pair at layer l has gone back, if it is
 * `wanted`, else -1. */
static int slopes_behind(const struct nn_block *b, int l, int wanted)
{
	const struct nn_op *ops = b->batch->plan->ops;
	const int in = ops[ops[l].inputs[0]].inputs[0];
	return wanted >= 0 && (ops[in].done ? ops[in].inputs[0] : in) == wanted ? wanted : -1;
}

/* From layer `from` down to layer `to`. A layer that several read adds up what they send, the last
 * reader's first. slopes: a normalisation whose sums are wanted as soon as its gradient is
 * complete, or -1. Returns whether they are done. */
static bool backward(struct nn_block *b, int from, int to, int slopes)
{
	bool summed = false;
	for (int l = from; l >= to; l--) {
		const struct nn_op *op = &b->batch->plan->ops[l];
		if (op->kind == NN_OP_NOTHING || !op->wants_gradient)
			continue;
		if (op->kind != NN_OP_OUTPUT && !b->has_gradient[l]) /* nobody reads it */
			memset(gradient_of(b, l), 0, op->size * sizeof(float));
		if (op->pairs) {
			const int behind = slopes_behind(b, l, slopes);
			backward_pair(b, l, behind);
			summed |= behind >= 0;
			l--; /* the depthwise convolution */
		} else {
			backward_layer(b, l);
		}
	}
	return summed;
}

static void begin(struct nn_block *b, const struct nn_batch *batch, int number)
{
	b->batch = batch;
	b->first = (uint32_t)number * NN_LANES;
	b->count = batch->count - b->first < NN_LANES ? (int)(batch->count - b->first) : NN_LANES;
	memset(b->has_gradient, 0, sizeof(b->has_gradient));
	for (int lane = 0; lane < b->count; lane++)
		b->ids[lane] = nn_batch_image(batch, b->first + (uint32_t)lane);
	for (int k = 0; k < batch->net->input_count; k++)
		nn_block_load(b, k, out_of(b, batch->net->inputs[k]));
}

/* Up to the cut before which this stage ends; after the last one to the losses. */
static void forward_stage(struct nn_block *b, int stage, int cut_count)
{
	const struct nn_batch *batch = b->batch;
	const int *cuts = batch->plan->cuts;
	const int end = stage < cut_count ? cuts[stage] : batch->net->layer_count;
	bool summed = false;
	for (int l = stage > 0 ? cuts[stage - 1] : 0; l < end; l++) {
		const int last = batch->plan->ops[l].chain_end;
		if (last > 0) {
			summed = stage < cut_count && last == end - 1
				&& batch->plan->ops[end].inputs[0] == last;
			forward_chain(b, l, summed ? end : -1);
			l = last;
			continue;
		}
		forward(b, l);
		if (batch->ranges && batch->plan->ops[l].rounds)
			nn_ranges_round(batch->ranges, batch->kernels, l, out_of(b, l),
				batch->plan->ops[l].size);
		if (batch->measured && batch->plan->ops[l].rounds)
			nn_ranges_widen(batch->measured, l, out_of(b, l),
				batch->plan->ops[l].size / NN_LANES, b->count);
	}
	if (stage == cut_count)
		losses(b);
	else if (!summed)
		sum_some(b, end, 0, batch->net->layers[end].shape.channels);
}

/* Back from cut number `cut` (the number of cuts: from the losses) to where the gradient of the cut
 * before it is complete. */
static void backward_stage(struct nn_block *b, int cut, int cut_count)
{
	const int *cuts = b->batch->plan->cuts;
	const int from = cut < cut_count ? cuts[cut] : b->batch->net->layer_count - 1;
	if (cut == 0) {
		backward(b, from, 0, -1);
		return;
	}
	const int to = cuts[cut - 1];
	if (backward(b, from, to + 1, to))
		return;
	if (!b->has_gradient[to])
		memset(gradient_of(b, to), 0, b->batch->plan->ops[to].size * sizeof(float));
	sum_slopes(b, to);
}

int nn_block_stages(const struct nn_batch *batch, bool gradient)
{
	return batch->training && gradient ? 2 * batch->plan->cut_count + 1 : 1;
}

void nn_block_run(struct nn_block *block, const struct nn_batch *batch, int number, int stage)
{
	assert((uintptr_t)block->memory % 64 == 0 && stage >= 0);
	assert(number >= 0 && (uint32_t)number * NN_LANES < batch->count);
	const int cut_count = nn_block_stages(batch, block->gradient) / 2;
	if (stage == 0)
		begin(block, batch, number);
	if (stage <= cut_count)
		forward_stage(block, stage, cut_count);
	if (stage >= cut_count && block->gradient)
		backward_stage(block, 2 * cut_count - stage, cut_count);
}

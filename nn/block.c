/* block.c - walks the plan over one block of images: load, forward, loss, backward. */
#include "block.h"

#include <string.h>

/* A block at work. */
struct work {
	const struct nn_batch *batch;
	float *memory;
	float *gradient;
	uint32_t ids[NN_LANES]; /* image numbers, with NN_ORDER_AUGMENTED */
	uint32_t position;      /* of lane 0 within the epoch */
	int count;
	bool training;          /* dropout is on, or gradients are wanted: pooling keeps its argmax */
};

static float *out_of(const struct work *w, int layer)
{
	return w->memory + w->batch->plan->ops[layer].out;
}

static float *gradient_of(const struct work *w, int layer)
{
	return w->memory + w->batch->plan->ops[layer].gradient;
}

static float *aux_of(const struct work *w, int layer)
{
	return w->memory + w->batch->plan->ops[layer].aux;
}

static const struct nn_tensor *kernel_of(const struct work *w, const struct nn_op *op)
{
	return &w->batch->net->tensors[w->batch->net->layers[op->weights_layer].kernel_tensor];
}

static const struct nn_tensor *bias_of(const struct work *w, const struct nn_op *op)
{
	return &w->batch->net->tensors[w->batch->net->layers[op->weights_layer].bias_tensor];
}

static bool augmented(const struct work *w, int input, int lane)
{
	const struct nn_epoch *epoch = w->batch->epoch;
	return epoch && (epoch->augmented[input] || w->ids[lane] & NN_ORDER_AUGMENTED);
}

/* Warp each image of the block by itself, then interleave; an image that is not augmented gets the map that changes nothing. */
static void load_warped(const struct work *w, int input, float *out)
{
	const struct nn_plan *plan = w->batch->plan;
	const struct nn_epoch *epoch = w->batch->epoch;
	const struct nn_shape shape = w->batch->images->shape;
	const struct nn_rng rng = { .seed = epoch->seed, .stream = NN_STREAM_AUGMENT, .phase = epoch->phase, .epoch = epoch->epoch };
	float *images = w->memory + plan->images;
	for (int lane = 0; lane < NN_LANES; lane++) {
		float *to = images + (size_t)lane * plan->image_stride;
		if (lane >= w->count) {
			memset(to, 0, plan->image_stride * sizeof *to);
			continue;
		}
		uint32_t id = w->ids[lane] & ~NN_ORDER_AUGMENTED;
		struct nn_warp warp = { .map = { 1, 0, 0, 0, 1, 0 } };
		if (augmented(w, input, lane))
			nn_augment_draw(&epoch->augment, &rng, id, shape, &warp);
		w->batch->kernels->warp(to, w->batch->images->pixels + id * nn_shape_size(shape),
		                        (struct nn_warp_shape){ shape.channels, shape.height, shape.width }, warp.map, warp.brightness,
		                        w->memory + plan->warp_scratch);
	}
	w->batch->kernels->interleave(out, images, plan->image_stride, nn_shape_size(shape));
}

static void load_input(const struct work *w, int input, float *out)
{
	bool any = false;
	for (int lane = 0; lane < w->count; lane++)
		any |= augmented(w, input, lane);
	if (any) {
		load_warped(w, input, out);
		return;
	}
	size_t pixels = nn_shape_size(w->batch->images->shape);
	const uint8_t *images[NN_LANES] = { NULL };
	for (int lane = 0; lane < w->count; lane++)
		images[lane] = w->batch->images->pixels + (w->ids[lane] & ~NN_ORDER_AUGMENTED) * pixels;
	w->batch->kernels->load_images(out, images, pixels);
}

/* One random number a unit and image; the mask holds 0 or 1 / (1 - rate). */
static void draw_dropout(const struct work *w, const struct nn_layer *layer, float *mask)
{
	const struct nn_epoch *epoch = w->batch->epoch;
	const struct nn_rng rng = { .seed = epoch->seed, .stream = NN_STREAM_DROPOUT, .phase = epoch->phase, .epoch = epoch->epoch };
	const uint32_t name = nn_name_hash(layer->name), units = (uint32_t)nn_shape_size(layer->shape);
	const float rate = (float)layer->rate, scale = 1.0f / (1.0f - rate);
	for (uint32_t unit = 0; unit < units; unit += 4)
		for (uint32_t lane = 0; lane < NN_LANES; lane++) {
			uint32_t bits[4];
			nn_rng_four(&rng, w->position + lane, name + unit / 4, bits);
			for (uint32_t k = 0; k < 4 && unit + k < units; k++)
				mask[(unit + k) * NN_LANES + lane] = nn_rng_unit(bits[k]) < rate ? 0 : scale;
		}
}

static void forward_dropout(const struct work *w, int l)
{
	const struct nn_op *op = &w->batch->plan->ops[l];
	const float *in = out_of(w, op->inputs[0]);
	if (!w->batch->dropout) {
		memcpy(out_of(w, l), in, op->size * sizeof *in);
		return;
	}
	draw_dropout(w, &w->batch->net->layers[l], aux_of(w, l));
	w->batch->kernels->multiply(out_of(w, l), in, aux_of(w, l), op->size / NN_LANES);
}

static void forward_concat(const struct work *w, int l)
{
	float *to = out_of(w, l);
	const struct nn_op *op = &w->batch->plan->ops[l];
	for (int i = 0; i < op->input_count; i++) {
		size_t size = w->batch->plan->ops[op->inputs[i]].size;
		memcpy(to, out_of(w, op->inputs[i]), size * sizeof *to);
		to += size;
	}
}

static void forward(const struct work *w, int l)
{
	const struct nn_kernels *k = w->batch->kernels;
	const struct nn_layer *layer = &w->batch->net->layers[l];
	const struct nn_op *op = &w->batch->plan->ops[l];
	const float *params = w->batch->params, *in = op->input_count ? out_of(w, op->inputs[0]) : NULL;
	switch (op->kind) {
	case NN_OP_CONV_POOL:
		k->conv_pool_forward(out_of(w, l), w->training ? (int32_t *)aux_of(w, l) : NULL, in, params + kernel_of(w, op)->offset,
		                     params + bias_of(w, op)->offset, &op->shape.conv_pool);
		break;
	case NN_OP_CONV:
		k->conv_forward(out_of(w, l), in, params + kernel_of(w, op)->offset, params + bias_of(w, op)->offset, &op->shape.conv);
		break;
	case NN_OP_DENSE:
		k->dense_forward(out_of(w, l), in, params + kernel_of(w, op)->offset, params + bias_of(w, op)->offset,
		                 (int)(w->batch->plan->ops[op->inputs[0]].size / NN_LANES), layer->shape.channels, layer->relu);
		break;
	case NN_OP_RELU: k->relu_forward(out_of(w, l), in, op->size / NN_LANES); break;
	case NN_OP_POOL: k->pool_forward(out_of(w, l), (int32_t *)aux_of(w, l), in, &op->shape.pool); break;
	case NN_OP_DROPOUT: forward_dropout(w, l); break;
	case NN_OP_CONCAT: forward_concat(w, l); break;
	case NN_OP_NOTHING:
	case NN_OP_INPUT:
	case NN_OP_OUTPUT: break;
	}
}

/* The loss of every output; with a gradient, that of the logits too (each output has logits of its own or shares them: added). */
static void losses(const struct work *w, struct nn_block_result *result)
{
	float scale[NN_LANES] __attribute__((aligned(64))) = { 0 };
	float loss[NN_LANES] __attribute__((aligned(64)));
	int32_t labels[NN_LANES] __attribute__((aligned(64))) = { 0 }, best[NN_LANES] __attribute__((aligned(64)));
	for (int lane = 0; lane < w->count; lane++) {
		scale[lane] = 1.0f / (float)w->batch->count;
		labels[lane] = w->batch->images->labels[w->ids[lane] & ~NN_ORDER_AUGMENTED];
	}
	result->count = w->count;
	memcpy(result->labels, labels, sizeof labels);
	for (int k = 0; k < w->batch->net->output_count; k++) {
		int l = w->batch->net->outputs[k];
		const struct nn_op *op = &w->batch->plan->ops[l];
		w->batch->kernels->softmax_loss(loss, best, w->gradient && op->wants_gradient ? gradient_of(w, l) : NULL, out_of(w, op->inputs[0]),
		                                w->batch->net->layers[l].shape.channels, labels, scale);
		memcpy(result->loss[k], loss, sizeof loss);
		memcpy(result->best[k], best, sizeof best);
	}
}

/* The gradient that layer l, as reader number i of its input, sends there. to: laid out as the input. */
static void backward_input(const struct work *w, int l, int i, float *to)
{
	const struct nn_kernels *k = w->batch->kernels;
	const struct nn_plan *plan = w->batch->plan;
	const struct nn_op *op = &plan->ops[l];
	const float *from = gradient_of(w, l), *params = w->batch->params;
	const size_t size = plan->ops[op->inputs[i]].size;
	float *scratch = w->memory + plan->scratch;
	switch (op->kind) {
	case NN_OP_CONV_POOL:
		k->conv_pool_backward_input(to, from, (const int32_t *)aux_of(w, l), params + kernel_of(w, op)->offset, &op->shape.conv_pool, scratch);
		break;
	case NN_OP_CONV: k->conv_backward_input(to, from, params + kernel_of(w, op)->offset, &op->shape.conv); break;
	case NN_OP_DENSE:
		k->dense_backward_input(to, from, params + kernel_of(w, op)->offset, (int)(size / NN_LANES), (int)(op->size / NN_LANES));
		break;
	case NN_OP_RELU: k->relu_backward(to, from, out_of(w, l), size / NN_LANES); break;
	case NN_OP_POOL: k->pool_backward(to, from, (const int32_t *)aux_of(w, l), &op->shape.pool); break;
	case NN_OP_DROPOUT:
		if (w->batch->dropout)
			k->multiply(to, from, aux_of(w, l), size / NN_LANES);
		else
			memcpy(to, from, size * sizeof *to);
		break;
	case NN_OP_CONCAT:
		for (int j = 0; j < i; j++)
			from += plan->ops[op->inputs[j]].size;
		memcpy(to, from, size * sizeof *to);
		break;
	case NN_OP_OUTPUT: memcpy(to, from, size * sizeof *to); break;
	case NN_OP_NOTHING:
	case NN_OP_INPUT: break;
	}
}

static void backward_weights(const struct work *w, int l)
{
	const struct nn_kernels *k = w->batch->kernels;
	const struct nn_op *op = &w->batch->plan->ops[l];
	const float *in = out_of(w, op->inputs[0]), *from = gradient_of(w, l);
	float *dw = w->gradient + kernel_of(w, op)->offset, *db = w->gradient + bias_of(w, op)->offset;
	float *scratch = w->memory + w->batch->plan->scratch;
	if (op->kind == NN_OP_CONV_POOL)
		k->conv_pool_backward_weights(dw, db, in, from, (const int32_t *)aux_of(w, l), &op->shape.conv_pool, scratch);
	else if (op->kind == NN_OP_CONV)
		k->conv_backward_weights(dw, db, in, from, &op->shape.conv, scratch);
	else
		k->dense_backward_weights(dw, db, in, from, (int)(w->batch->plan->ops[op->inputs[0]].size / NN_LANES), (int)(op->size / NN_LANES), scratch);
}

/* From the last layer to the first. A layer that several read adds up what they send, the last reader's first. */
static void backward(const struct work *w)
{
	const struct nn_plan *plan = w->batch->plan;
	const struct nn_net *net = w->batch->net;
	bool has_gradient[NN_LAYERS_MAX] = { false };
	for (int l = net->layer_count - 1; l >= 0; l--) {
		const struct nn_op *op = &plan->ops[l];
		if (op->kind == NN_OP_NOTHING || !op->wants_gradient)
			continue;
		if (op->kind != NN_OP_OUTPUT && !has_gradient[l]) /* nobody reads it */
			memset(gradient_of(w, l), 0, op->size * sizeof(float));
		if (net->layers[l].relu && op->kind != NN_OP_CONV_POOL) /* conv_pool's argmax knows where its ReLU is closed */
			w->batch->kernels->relu_backward(gradient_of(w, l), gradient_of(w, l), out_of(w, l), op->size / NN_LANES);
		if (op->trained)
			backward_weights(w, l);
		for (int i = 0; i < op->input_count; i++) {
			int input = op->inputs[i];
			if (!plan->ops[input].wants_gradient)
				continue;
			if (!has_gradient[input]) {
				backward_input(w, l, i, gradient_of(w, input));
				has_gradient[input] = true;
			} else {
				float *spare = w->memory + plan->spare;
				backward_input(w, l, i, spare);
				w->batch->kernels->add(gradient_of(w, input), spare, plan->ops[input].size / NN_LANES);
			}
		}
	}
}

void nn_block_run(const struct nn_batch *batch, int block, float *memory, float *gradient, struct nn_block_result *result)
{
	struct work w = { .batch = batch, .memory = memory, .gradient = gradient, .training = batch->dropout || gradient };
	uint32_t start = (uint32_t)block * NN_LANES;
	w.position = batch->position + start;
	w.count = batch->count - start < NN_LANES ? (int)(batch->count - start) : NN_LANES;
	for (int lane = 0; lane < w.count; lane++) {
		uint32_t at = start + (uint32_t)lane;
		w.ids[lane] = batch->order ? batch->order[at] : batch->first + at;
	}
	for (int k = 0; k < batch->net->input_count; k++)
		load_input(&w, k, out_of(&w, batch->net->inputs[k]));
	for (int l = 0; l < batch->net->layer_count; l++)
		forward(&w, l);
	losses(&w, result);
	if (gradient)
		backward(&w);
}

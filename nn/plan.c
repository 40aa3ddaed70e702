/* plan.c - from layers to operations and memory. */
#include "plan.h"

#include <assert.h>

#include "batchnorm.h"
#include "layout.h"

enum { LANES = 16 };

/* Is this the pooling of a 3x3 valid convolution with ReLU that nobody else reads? */
static bool fuses(const struct nn_net *net, int pool)
{
	const struct nn_layer *p = &net->layers[pool];
	if (p->kind != NN_MAXPOOL || p->kernel_height != 2 || p->kernel_width != 2 || p->stride)
		return false;
	const struct nn_layer *c = &net->layers[p->inputs[0]];
	int only = pool;
	return c->kind == NN_CONV && c->kernel_height == 3 && c->kernel_width == 3 && c->stride == 1
		&& !nn_is_general(c) && !c->groups && c->padding == NN_VALID && c->relu
		&& nn_net_readers(net, p->inputs[0], &only) == 1;
}

static bool covers_map(const struct nn_net *net, const struct nn_layer *conv)
{
	struct nn_shape in = net->layers[conv->inputs[0]].shape;
	return !conv->groups && conv->padding == NN_VALID && conv->kernel_height == in.height
		&& conv->kernel_width == in.width;
}

static enum nn_operation operation(const struct nn_net *net, int l)
{
	const struct nn_layer *layer = &net->layers[l];
	int only = l;
	switch (layer->kind) {
	case NN_INPUT: return NN_OP_INPUT;
	case NN_CONV:
		if (nn_net_readers(net, l, &only) == 1 && fuses(net, only))
			return NN_OP_NOTHING;
		return covers_map(net, layer)  ? NN_OP_DENSE
			: nn_is_general(layer) ? NN_OP_CONV_GENERAL
					       : NN_OP_CONV;
	case NN_DENSE: return NN_OP_DENSE;
	case NN_RELU: return NN_OP_RELU;
	case NN_MAXPOOL:
		return fuses(net, l) ? NN_OP_CONV_POOL : layer->stride ? NN_OP_LARGEST : NN_OP_POOL;
	case NN_DROPOUT: return NN_OP_DROPOUT;
	case NN_CONCAT: return NN_OP_CONCAT;
	case NN_DEPTHWISE: return nn_is_general(layer) ? NN_OP_CONV_GENERAL : NN_OP_DEPTHWISE;
	case NN_AVGPOOL: return layer->stride ? NN_OP_MEAN : NN_OP_AVERAGE;
	case NN_ADD: return NN_OP_ADD;
	case NN_RELU6: return NN_OP_RELU6;
	case NN_SILU: return NN_OP_SILU;
	case NN_BATCHNORM: return NN_OP_BATCHNORM;
	case NN_NORMALIZE: return NN_OP_NORMALIZE;
	case NN_MULTIPLY: return NN_OP_MULTIPLY;
	case NN_SHUFFLE:
	case NN_PAD: return NN_OP_CHANNELS;
	case NN_TANH:
	case NN_SIGMOID:
	case NN_LEAKY_RELU:
	case NN_GELU:
	case NN_HARD_SWISH:
	case NN_HARD_SIGMOID: return NN_OP_ACTIVATION;
	default: return NN_OP_OUTPUT;
	}
}

static void widen(struct nn_op *op, int height, int width)
{
	if (op->height < height)
		op->height = height;
	if (op->width < width)
		op->width = width;
}

/* Is all of this output wanted, whatever its readers read? Images are loaded whole; a batch's
 * statistics are of whole maps; layers that go over memory from end to end lie as their inputs do.
 */
static bool is_whole(enum nn_operation kind)
{
	return kind == NN_OP_INPUT || kind == NN_OP_RELU || kind == NN_OP_DROPOUT
		|| kind == NN_OP_CONCAT || kind == NN_OP_ADD || kind == NN_OP_RELU6
		|| kind == NN_OP_SILU || kind == NN_OP_BATCHNORM || kind == NN_OP_ACTIVATION
		|| kind == NN_OP_NORMALIZE || kind == NN_OP_MULTIPLY || kind == NN_OP_CHANNELS;
}

/* Which part of its inputs an operation reads, given the part of its own output that is read. */
static void find_parts(struct nn_plan *plan, const struct nn_net *net)
{
	for (int l = net->layer_count - 1; l >= 0; l--) {
		struct nn_op *op = &plan->ops[l];
		const struct nn_layer *layer = &net->layers[l];
		if (is_whole(op->kind)
			|| op->height == 0) /* what nobody reads is computed whole, too */
			widen(op, layer->shape.height, layer->shape.width);
		for (int i = 0; i < op->input_count; i++) {
			struct nn_op *in = &plan->ops[op->inputs[i]];
			struct nn_shape whole = net->layers[op->inputs[i]].shape;
			if (op->kind == NN_OP_CONV_POOL)
				widen(in, 2 * op->height + 2, 2 * op->width + 2);
			else if ((op->kind == NN_OP_CONV || op->kind == NN_OP_DEPTHWISE
					 || op->kind == NN_OP_CONV_GENERAL
					 || op->kind == NN_OP_LARGEST || op->kind == NN_OP_MEAN)
				&& layer->padding == NN_VALID)
				widen(in,
					(op->height - 1) * layer->stride + nn_window_span(layer, 0),
					(op->width - 1) * layer->stride_width
						+ nn_window_span(layer, 1));
			else if (op->kind == NN_OP_POOL || op->kind == NN_OP_AVERAGE)
				widen(in, op->height * layer->kernel_height,
					op->width * layer->kernel_width);
			else
				widen(in, whole.height, whole.width);
		}
	}
}

static void describe(struct nn_op *op, const struct nn_plan *plan, const struct nn_net *net, int l)
{
	const struct nn_layer *layer = &net->layers[l];
	op->row = (size_t)op->width * LANES;
	op->plane = (size_t)op->height * op->row;
	op->size = (size_t)layer->shape.channels * op->plane;
	if (op->input_count == 0)
		return;
	const struct nn_op *in = &plan->ops[op->inputs[0]];
	const struct nn_layer *from = &net->layers[op->inputs[0]];
	const int groups = layer->kind == NN_DEPTHWISE && op->kind == NN_OP_CONV_GENERAL
		? layer->shape.channels
		: layer->kind == NN_CONV && layer->groups ? layer->groups
							  : 1,
		  above = nn_window_padding(layer, 0, from->shape.height) / 2,
		  left = nn_window_padding(layer, 1, from->shape.width) / 2;
	if (op->kind == NN_OP_CONV_POOL)
		op->shape.conv_pool = (struct nn_conv_pool){ .in_channels = from->shape.channels,
			.out_channels = layer->shape.channels,
			.pool_height = op->height,
			.pool_width = op->width,
			.in_row = in->row,
			.in_plane = in->plane };
	else if (op->kind == NN_OP_CONV || op->kind == NN_OP_DEPTHWISE
		|| op->kind == NN_OP_CONV_GENERAL)
		op->shape.conv = (struct nn_conv){ .in_channels = from->shape.channels / groups,
			.out_channels = layer->shape.channels / groups,
			.kernel_height = layer->kernel_height,
			.kernel_width = layer->kernel_width,
			.stride = layer->stride,
			.stride_width = layer->stride_width,
			.dilation = layer->dilation,
			.dilation_width = layer->dilation_width,
			.pad_top = above,
			.pad_left = left,
			.in_height = in->height,
			.in_width = in->width,
			.out_height = op->height,
			.out_width = op->width,
			.in_row = in->row,
			.in_plane = in->plane,
			.relu = layer->relu };
	else if (op->kind == NN_OP_POOL)
		op->shape.pool = (struct nn_pool_shape){ .channels = layer->shape.channels,
			.size = layer->kernel_height,
			.out_height = op->height,
			.out_width = op->width,
			.in_row = in->row,
			.in_plane = in->plane };
	else if (op->kind == NN_OP_LARGEST || op->kind == NN_OP_MEAN)
		op->shape.window = (struct nn_window){ .channels = layer->shape.channels,
			.window_height = layer->kernel_height,
			.window_width = layer->kernel_width,
			.stride = layer->stride,
			.stride_width = layer->stride_width,
			.pad_top = above,
			.pad_left = left,
			.in_height = in->height,
			.in_width = in->width,
			.out_height = op->height,
			.out_width = op->width,
			.in_row = in->row,
			.in_plane = in->plane };
	else if (op->kind == NN_OP_AVERAGE)
		op->shape.average = (struct nn_average){ .channels = layer->shape.channels,
			.window_height = layer->kernel_height,
			.window_width = layer->kernel_width,
			.out_height = op->height,
			.out_width = op->width,
			.in_row = in->row,
			.in_plane = in->plane };
}

static size_t scratch_size(const struct nn_op *op, const struct nn_net *net)
{
	if (op->kind == NN_OP_CONV_POOL) {
		const struct nn_conv_pool *s = &op->shape.conv_pool;
		size_t input = 4 * (size_t)s->out_channels * LANES;
		size_t weights = 4
			* (size_t)(4 * s->pool_height * s->pool_width + 9 * s->in_channels + 16)
			* LANES;
		return input > weights ? input : weights;
	}
	if (op->kind == NN_OP_CONV)
		return nn_conv_scratch(&op->shape.conv);
	if (op->kind == NN_OP_DEPTHWISE || op->kind == NN_OP_CONV_GENERAL)
		return (size_t)(op->shape.conv.kernel_height * op->shape.conv.kernel_width + 32)
			* LANES;
	if (op->kind == NN_OP_BATCHNORM)
		return 2 * nn_batchnorm_row(net->layers[op->weights_layer].shape.channels) * LANES;
	if (op->kind == NN_OP_DENSE)
		return ((nn_shape_size(net->layers[op->inputs[0]].shape) + 15) / 16 | 1) * 16
			* LANES;
	return 0;
}

/* Take `size` floats, a whole number of cache lines. */
static size_t take(size_t *memory, size_t size)
{
	size_t at = *memory;
	*memory += (size + 15) / 16 * 16;
	return at;
}

static void lay_out(struct nn_plan *plan, const struct nn_net *net)
{
	size_t memory = 0, scratch = 0, spare = 0, image = 0, padded = 0, no_bias = 0;
	for (int l = 0; l < net->layer_count; l++)
		if (plan->ops[l].kind != NN_OP_NOTHING
			&& net->layers[plan->ops[l].weights_layer].kernel_tensor >= 0
			&& net->layers[plan->ops[l].weights_layer].bias_tensor < 0)
			no_bias = nn_larger(no_bias, (size_t)net->layers[l].shape.channels);
	for (int l = 0; l < net->layer_count; l++)
		if (plan->ops[l].kind == NN_OP_NORMALIZE) /* no shift, either */
			no_bias = nn_larger(no_bias, nn_shape_size(net->layers[l].shape));
	/* first: plans of one network that share a memory have them in one place */
	plan->zeros = take(&memory, no_bias);
	plan->unused = take(&memory, no_bias);
	for (int l = 0; l < net->layer_count; l++) {
		struct nn_op *op = &plan->ops[l];
		struct nn_shape shape = net->layers[l].shape;
		if (op->kind == NN_OP_NOTHING)
			continue;
		if (op->wants_gradient)
			spare = nn_larger(spare, op->size);
		if (op->kind == NN_OP_BATCHNORM) {
			op->aux =
				take(&memory, NN_BATCHNORM_SUMS * nn_batchnorm_row(shape.channels));
			op->shared = take(&plan->shared,
				NN_BATCHNORM_SHARED * nn_batchnorm_row(shape.channels));
		}
		if (op->kind == NN_OP_INPUT) {
			image = nn_larger(image, nn_shape_size(shape));
			padded = nn_larger(padded,
				(size_t)shape.channels * (size_t)(shape.height + 2)
					* (size_t)(shape.width + 2));
		}
		scratch = nn_larger(scratch, scratch_size(op, net));
	}
	plan->scratch = take(&memory, scratch);
	plan->spare = take(&memory, spare);
	plan->image_stride = (image + 15) / 16 * 16;
	plan->images = take(&memory, LANES * plan->image_stride);
	plan->warp_scratch = take(&memory, padded + 16);
	plan->partner = take(&memory, image * LANES);
	plan->maps = memory;
	plan->memory = nn_layout(plan, net, memory);
}

/* A ReLU or ReLU6 that alone reads a batch normalisation or an addition is done with it. */
static void rectify(struct nn_plan *plan, const struct nn_net *net)
{
	for (int l = 0; l < net->layer_count && plan->sharing != NN_MAPS_KEPT; l++) {
		struct nn_op *op = &plan->ops[l];
		int only = l;
		if (op->kind != NN_OP_RELU && op->kind != NN_OP_RELU6)
			continue;
		struct nn_op *in = &plan->ops[op->inputs[0]];
		if ((in->kind != NN_OP_BATCHNORM && in->kind != NN_OP_ADD)
			|| nn_net_readers(net, op->inputs[0], &only) != 1)
			continue;
		in->rectifier = op->kind == NN_OP_RELU ? NN_RECTIFIED : NN_RECTIFIED_6;
		op->done = true;
	}
}

/* A map that a batch normalisation, an activation or a pooling alone reads is a step on the way to
 * theirs; logits and inputs are as they are. */
static void find_rounded(struct nn_plan *plan, const struct nn_net *net)
{
	for (int l = 0; l < net->layer_count; l++) {
		struct nn_op *op = &plan->ops[l];
		int reader = l;
		const int count = nn_net_readers(net, l, &reader);
		const enum nn_kind by = net->layers[reader].kind;
		op->rounds = op->kind != NN_OP_NOTHING && op->kind != NN_OP_INPUT
			&& op->kind != NN_OP_OUTPUT && op->kind != NN_OP_DROPOUT
			&& op->kind != NN_OP_NORMALIZE && !op->done && count > 0
			&& (count > 1 || op->rectifier != NN_NOT_RECTIFIED
				|| (by != NN_BATCHNORM && by != NN_OUTPUT
					&& !nn_is_activation(by)));
	}
}

void nn_plan_make(struct nn_plan *plan, const struct nn_net *net, const bool *frozen,
	enum nn_plan_sharing sharing)
{
	assert(!net->error[0] && net->input_count > 0 && net->output_count > 0);
	*plan = (struct nn_plan){ .sharing = sharing };
	for (int l = 0; l < net->layer_count; l++) {
		struct nn_op *op = &plan->ops[l];
		const struct nn_layer *layer = &net->layers[l];
		op->kind = operation(net, l);
		op->weights_layer = op->kind == NN_OP_CONV_POOL ? layer->inputs[0] : l;
		const struct nn_layer *reader =
			&net->layers[op->weights_layer]; /* a fused pooling reads what its
							    convolution reads */
		op->input_count = op->kind == NN_OP_NOTHING ? 0 : reader->input_count;
		for (int i = 0; i < op->input_count; i++)
			op->inputs[i] = reader->inputs[i];
		int kernel = reader->kernel_tensor, bias = reader->bias_tensor;
		op->trained = op->kind != NN_OP_NOTHING && kernel >= 0
			&& !(frozen && frozen[kernel] && (bias < 0 || frozen[bias]));
		op->wants_gradient = op->trained;
		if (op->kind == NN_OP_BATCHNORM && op->trained)
			plan->cuts[plan->cut_count++] = l;
		for (int i = 0; i < op->input_count; i++)
			op->wants_gradient |= plan->ops[op->inputs[i]].wants_gradient;
	}
	rectify(plan, net);
	find_rounded(plan, net);
	find_parts(plan, net);
	for (int l = 0; l < net->layer_count; l++)
		describe(&plan->ops[l], plan, net, l);
	lay_out(plan, net);
}

int nn_plan_readers(const struct nn_plan *plan, const struct nn_net *net, int layer, int *last)
{
	int count = 0;
	for (int l = layer + 1; l < net->layer_count; l++)
		for (int i = 0; i < plan->ops[l].input_count; i++)
			if (plan->ops[l].inputs[i] == layer) {
				count++;
				if (last)
					*last = l;
			}
	return count;
}

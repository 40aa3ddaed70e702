/* dead.c - counting units that never answer (dead.h). */
#include "dead.h"

#include <stdlib.h>

#include "activations.h"

/* One flag a channel of every layer. */
struct alive {
	const struct nn_net *net;
	size_t first[NN_LAYERS_MAX]; /* of a layer's flags */
	bool *flags;
};

static bool has_relu(const struct nn_layer *l)
{
	return l->relu || l->kind == NN_RELU || l->kind == NN_RELU6;
}

/* Maps of a block lie [channel][y][x][16]; lanes beyond `count` are empty. */
static void note(struct alive *a, int layer, const struct nn_block *block, const struct nn_op *op)
{
	const float *map = block->memory + op->out;
	for (int c = 0; c < a->net->layers[layer].shape.channels; c++) {
		bool *flag = &a->flags[a->first[layer] + (size_t)c];
		for (size_t i = 0; i < op->plane && !*flag; i += NN_LANES)
			for (int lane = 0; lane < block->count; lane++)
				*flag |= map[(size_t)c * op->plane + i + (size_t)lane] > 0;
	}
}

static void look(void *context, const struct nn_block *block)
{
	struct alive *a = context;
	const struct nn_plan *plan = block->batch->plan;
	for (int l = 0; l < a->net->layer_count; l++) {
		const struct nn_op *op = &plan->ops[l];
		/* Of a convolution with its pooling only the maxima are there: 0 when all of it is.
		 */
		const int layer = op->kind == NN_OP_CONV_POOL ? op->weights_layer : l;
		if (op->kind != NN_OP_NOTHING && op->kind != NN_OP_OUTPUT
			&& has_relu(&a->net->layers[layer]))
			note(a, layer, block, op);
	}
}

static void count_dead(const struct alive *a, struct nn_dead *out)
{
	*out = (struct nn_dead){ .layer = -1 };
	for (int l = 0; l < a->net->layer_count; l++) {
		const int units =
			has_relu(&a->net->layers[l]) ? a->net->layers[l].shape.channels : 0;
		int dead = 0;
		for (int c = 0; c < units; c++)
			dead += !a->flags[a->first[l] + (size_t)c];
		out->units += units;
		out->dead += dead;
		if (dead > out->share * units) {
			out->share = (double)dead / units;
			out->layer = l;
		}
	}
}

int nn_dead_units(const struct nn_net *net, const float *params, const struct nn_images *images,
	uint32_t count, const struct nn_kernels *kernels, struct nn_dead *out)
{
	struct alive *a = calloc(1, sizeof(*a));
	size_t channels = 0;
	if (!a)
		return -1;
	a->net = net;
	for (int l = 0; l < net->layer_count; l++) {
		a->first[l] = channels;
		channels += (size_t)net->layers[l].shape.channels;
	}
	a->flags = calloc(channels + 1, sizeof(*a->flags));
	int result = -1;
	if (a->flags)
		result = nn_activations(net, params, images, NULL, count,
			kernels ? kernels : nn_kernels_find(NULL), look, a);
	if (!result)
		count_dead(a, out);
	free(a->flags);
	free(a);
	return result;
}

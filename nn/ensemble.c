/* ensemble.c - averaged class probabilities (ensemble.h). */
#include "ensemble.h"

#include "activations.h"
#include "scalar.h"

enum { CLASSES_MAX = 256 }; /* labels are bytes */

struct votes {
	const struct nn_net *net;
	uint32_t right;
};

/* Add the probabilities of one output for one lane. */
static void add_output(
	const struct votes *v, const struct nn_block *block, int output, int lane, double *sum)
{
	const int logits = v->net->layers[v->net->outputs[output]].inputs[0],
		  classes = v->net->layers[logits].shape.channels;
	const struct nn_op *op = &block->batch->plan->ops[logits];
	const float *at = block->memory + op->out + lane;
	double largest = (double)at[0], whole = 0, e[CLASSES_MAX];
	for (int c = 1; c < classes; c++)
		largest = (double)at[(size_t)c * op->plane] > largest
			? (double)at[(size_t)c * op->plane]
			: largest;
	for (int c = 0; c < classes; c++)
		whole += e[c] = nn_exp((double)at[(size_t)c * op->plane] - largest);
	for (int c = 0; c < classes; c++)
		sum[c] += e[c] / whole;
}

static void look(void *context, const struct nn_block *block)
{
	struct votes *v = context;
	const int first = v->net->layers[v->net->outputs[0]].inputs[0],
		  classes = v->net->layers[first].shape.channels;
	for (int lane = 0; lane < block->count; lane++) {
		double sum[CLASSES_MAX] = { 0 };
		int best = 0;
		for (int k = 0; k < v->net->output_count; k++)
			add_output(v, block, k, lane, sum);
		for (int c = 1; c < classes; c++)
			best = sum[c] > sum[best] ? c : best;
		v->right += block->batch->images->labels[block->ids[lane]] == best;
	}
}

int nn_ensemble_accuracy(const struct nn_net *net, const float *params,
	const struct nn_images *images, uint32_t count, const struct nn_kernels *kernels,
	double *accuracy)
{
	struct votes v = { .net = net };
	if (nn_activations(net, params, images, NULL, count,
		    kernels ? kernels : nn_kernels_find(NULL), look, &v))
		return -1;
	*accuracy = count ? (double)v.right / count : 0;
	return 0;
}

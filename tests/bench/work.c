/* work.c - see work.h. */
#include "work.h"

#include "nn/plan.h"

static double macs_forward(const struct nn_net *net, const struct nn_op *op, int l)
{
	const struct nn_layer *layer = &net->layers[l];
	const double positions = (double)op->height * op->width;
	switch (op->kind) {
	case NN_OP_CONV_POOL:
		return 4 * positions
			* (double)net->tensors[net->layers[op->weights_layer].kernel_tensor].count;
	case NN_OP_CONV:
	case NN_OP_CONV_GENERAL:
		return positions * (double)net->tensors[layer->kernel_tensor].count;
	case NN_OP_DEPTHWISE: return positions * (double)net->tensors[layer->kernel_tensor].count;
	case NN_OP_DENSE: return (double)net->tensors[layer->kernel_tensor].count;
	default: return 0;
	}
}

struct work work_of(const struct nn_net *net)
{
	static struct nn_plan plan;
	nn_plan_make(&plan, net, NULL, NN_MAPS_SHARED);
	struct work w = { 0, 0 };
	for (int l = 0; l < net->layer_count; l++) {
		const struct nn_op *op = &plan.ops[l];
		const double macs = macs_forward(net, op, l);
		w.forward += macs;
		if (macs > 0)
			w.training += plan.ops[op->inputs[0]].wants_gradient ? 3 * macs : 2 * macs;
	}
	return w;
}

/* size.c - see size.h. */
#include "size.h"

size_t nn_layer_macs(const struct nn_net *net, int layer)
{
	const struct nn_layer *l = &net->layers[layer];
	const size_t outputs = nn_shape_size(l->shape),
		     window = (size_t)l->kernel_height * (size_t)l->kernel_width;
	switch (l->kind) {
	case NN_CONV:
		return outputs * window
			* (size_t)(net->layers[l->inputs[0]].shape.channels
				/ (l->groups ? l->groups : 1));
	case NN_DEPTHWISE: return outputs * window;
	case NN_DENSE: return outputs * nn_shape_size(net->layers[l->inputs[0]].shape);
	default: return 0;
	}
}

size_t nn_net_macs(const struct nn_net *net)
{
	size_t sum = 0;
	for (int l = 0; l < net->layer_count; l++)
		sum += nn_layer_macs(net, l);
	return sum;
}

size_t nn_net_activations(const struct nn_net *net)
{
	size_t largest = 0;
	for (int l = 0; l < net->layer_count; l++) {
		const struct nn_layer *layer = &net->layers[l];
		if (layer->kind == NN_DROPOUT || layer->kind == NN_OUTPUT)
			continue;
		size_t sum = nn_shape_size(layer->shape);
		for (int i = 0; i < layer->input_count; i++)
			sum += nn_shape_size(net->layers[layer->inputs[i]].shape);
		if (sum > largest)
			largest = sum;
	}
	return largest;
}

/* activations.h - all activations of a network over a set of images, one block after the other,
 * computed as nn_evaluate computes them. Internal to nn. */
#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H

#include "block.h"

/* Called after each block. The map of layer l is at block->memory + plan->ops[l].out. */
typedef void nn_activations_look(void *context, const struct nn_block *block);

/* Run the images `order`[count] (NULL: the first `count`) in blocks and call `look` after each.
 * params: [net->parameter_count]. kernels: not NULL. Returns 0, or -1 when memory runs out. */
int nn_activations(const struct nn_net *net, const float *params, const struct nn_images *images,
	const uint32_t *order, uint32_t count, const struct nn_kernels *kernels,
	nn_activations_look *look, void *context);

#endif

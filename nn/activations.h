/* activations.h - the activations of a network over many images, block by block, computed as
 * nn_evaluate does it. Internal to nn. */
#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H

#include "block.h"

/* Called after each block: layer l's map is at block->memory + plan->ops[l].out. */
typedef void nn_activations_look(void *context, const struct nn_block *block);

/* Show `look` the blocks of images `order`[count] (NULL: the first `count`). params:
 * [net->parameter_count]. Returns 0, or -1 when memory runs out. */
int nn_activations(const struct nn_net *net, const float *params, const struct nn_images *images,
	const uint32_t *order, uint32_t count, const struct nn_kernels *kernels,
	nn_activations_look *look, void *context);

#endif

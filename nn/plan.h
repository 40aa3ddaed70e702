/* plan.h - what is computed for a network, in which order, and where in memory it lies. Internal to nn. */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernels.h"
#include "net.h"

enum nn_operation {
	NN_OP_NOTHING,   /* a convolution that is done together with the pooling behind it */
	NN_OP_INPUT,
	NN_OP_CONV_POOL, /* at the pooling layer: its convolution, ReLU and itself */
	NN_OP_CONV,
	NN_OP_DENSE,     /* also a convolution whose kernel covers the whole map */
	NN_OP_RELU,
	NN_OP_POOL,
	NN_OP_DROPOUT,
	NN_OP_CONCAT,
	NN_OP_OUTPUT,
};

/* One layer's work and memory. Offsets are in floats from the start of a thread's memory; only the part of a map that is read later is
 * computed and has memory (a "valid" pooling may drop the last row and column). */
struct nn_op {
	enum nn_operation kind;
	int weights_layer;          /* conv, dense: the layer that has the weights */
	int inputs[NN_LAYER_INPUTS_MAX], input_count; /* layers whose outputs are read */
	int height, width;          /* of the part that is computed */
	size_t row, plane, size;    /* floats: of a row, a channel, all */
	size_t out;                 /* activations */
	size_t gradient;            /* of the loss by the activations; only if wants_gradient */
	size_t aux;                 /* argmax (as int32), dropout mask */
	bool trained;               /* has weights that are not frozen */
	bool wants_gradient;        /* its own weights or those of a layer before it are trained */
	union {
		struct nn_conv_pool conv_pool;
		struct nn_conv conv;
		struct nn_pool_shape pool;
	} shape;
};

struct nn_plan {
	struct nn_op ops[NN_LAYERS_MAX];
	size_t scratch;             /* offset of scratch memory for kernels */
	size_t spare;               /* offset of a gradient on its way to a layer that several others read */
	size_t images;              /* offset of 16 warped images, each image_stride floats, and the warp's own scratch */
	size_t image_stride, warp_scratch;
	size_t memory;              /* floats of one thread's memory */
};

/* Plan net with these tensors frozen (NULL: none). */
void nn_plan_make(struct nn_plan *plan, const struct nn_net *net, const bool *frozen);

#endif

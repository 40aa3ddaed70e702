/* plan.h - the operations that compute a network, their order, and their memory. Internal to nn. */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernels.h"
#include "net.h"

enum nn_operation {
	NN_OP_NOTHING, /* a convolution that is computed together with the pooling behind it */
	NN_OP_INPUT,
	NN_OP_CONV_POOL, /* at the pooling layer: convolution, ReLU and pooling in one */
	NN_OP_CONV,
	NN_OP_DENSE, /* also a convolution whose kernel covers the whole map */
	NN_OP_RELU,
	NN_OP_POOL,
	NN_OP_DROPOUT,
	NN_OP_CONCAT,
	NN_OP_OUTPUT,
	NN_OP_DEPTHWISE,
	NN_OP_AVERAGE,
	NN_OP_ADD,
	NN_OP_RELU6,
	NN_OP_SILU,
	NN_OP_BATCHNORM,
	NN_OP_ACTIVATION, /* the kinds that nn_kernels.activate computes */
	NN_OP_NORMALIZE,
	NN_OP_MULTIPLY,
	NN_OP_CHANNELS,     /* shuffle and padding */
	NN_OP_LARGEST,      /* max pooling whose windows overlap or extend beyond the map */
	NN_OP_MEAN,         /* average pooling likewise */
	NN_OP_CONV_GENERAL, /* conv and depthwise with strides that differ or dilation */
};

/* One layer's work and memory. Offsets are in floats from the start of a thread's memory. Only the
 * part of a map that is read later is computed and has memory: a "valid" pooling may drop the last
 * row and column. */
struct nn_op {
	enum nn_operation kind;
	int weights_layer; /* conv, dense, batchnorm: the layer that has the weights */
	int inputs[NN_LAYER_INPUTS_MAX], input_count; /* layers whose outputs are read */
	int height, width;                            /* of the part that is computed */
	size_t row, plane, size;                      /* floats: of a row, a channel, all */
	size_t out;                                   /* activations */
	size_t gradient; /* of the loss with respect to the activations; only if wants_gradient */
	size_t aux; /* argmax (as int32), dropout mask, batchnorm: a block's sums (batchnorm.h) */
	size_t shared; /* batchnorm: in the memory that all blocks share (batchnorm.h) */
	enum nn_rectifier rectifier; /* batchnorm, add: the ReLU behind it, applied in place ... */
	bool done;                   /* ... so that this ReLU has nothing left to do */
	int chain;     /* first layer of the chain (chain.h) that has this one, 0: none */
	int chain_end; /* only in the first layer of a chain: its last layer ... */
	int at_once;   /* ... and the channels that it processes at a time */
	int at_back;   /* the same for a pair, on its way back */
	bool absorbs;  /* a convolution that applies the batch normalisation behind it */
	bool strip;    /* its map has room for these channels alone */
	bool pairs;    /* processed together with the depthwise convolution before it on the way
			  back; the gradient between them is a strip */
	bool rounds;   /* an int8 network keeps its map: rounded in quantisation-aware training */
	bool trained;  /* has weights that are not frozen */
	bool wants_gradient; /* has trained weights, or a layer before it has */
	union {
		struct nn_conv_pool conv_pool;
		struct nn_conv conv;
		struct nn_pool_shape pool;
		struct nn_average average;
		struct nn_window window;
	} shape;
};

/* Whether maps share memory (layout.c). */
enum nn_plan_sharing {
	NN_MAPS_SHARED, /* those that are not alive at once; a concatenation's inputs lie in its map
			 */
	NN_MAPS_APART,  /* likewise, but a concatenation's inputs have their own memory */
	NN_MAPS_KEPT /* none: each stays as its own layer computed it, for callers that inspect it
		      */
};

struct nn_plan {
	struct nn_op ops[NN_LAYERS_MAX];
	size_t scratch; /* offset of scratch memory for kernels */
	size_t spare; /* offset of a gradient to be added to that of a layer with several readers */
	size_t images; /* offset of 16 warped images, image_stride floats each, and scratch */
	size_t image_stride, warp_scratch;
	size_t partner; /* offset of an input's activations for the mixup partners */
	/* Offsets for convolutions without bias: zeros that they read as a bias, and memory for the
	 * bias gradient that nobody reads. */
	size_t zeros, unused;
	size_t maps;   /* offset of the first map */
	size_t memory; /* floats of one thread's memory */
	size_t shared; /* floats of the memory that all blocks share */
	enum nn_plan_sharing sharing;
	/* Trained batch normalisations, from the first. In training all blocks of a batch run up to
	 * one of them before any block goes on. */
	int cuts[NN_LAYERS_MAX], cut_count;
};

static inline size_t nn_larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Plan net with these tensors frozen (NULL: none). */
void nn_plan_make(struct nn_plan *plan, const struct nn_net *net, const bool *frozen,
	enum nn_plan_sharing sharing);

/* nn_net_readers for operations, which may read other maps than their layers do. */
int nn_plan_readers(const struct nn_plan *plan, const struct nn_net *net, int layer, int *last);

#endif

/* plan.h - what is computed for a network, in which order, and where in memory it lies. Internal to
 * nn. */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernels.h"
#include "net.h"

enum nn_operation {
	NN_OP_NOTHING, /* a convolution that is done together with the pooling behind it */
	NN_OP_INPUT,
	NN_OP_CONV_POOL, /* at the pooling layer: its convolution, ReLU and itself */
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
	NN_OP_ACTIVATION, /* those that are nn_kernels.activate's */
	NN_OP_NORMALIZE,
	NN_OP_MULTIPLY,
	NN_OP_CHANNELS, /* shuffle and padding */
	NN_OP_LARGEST,  /* pooling whose windows overlap or reach beyond the map */
	NN_OP_MEAN,
	NN_OP_CONV_GENERAL, /* conv and depthwise with strides that differ or dilation */
};

/* One layer's work and memory. Offsets are in floats from the start of a thread's memory; only the
 * part of a map that is read later is computed and has memory (a "valid" pooling may drop the last
 * row and column). */
struct nn_op {
	enum nn_operation kind;
	int weights_layer; /* conv, dense, batchnorm: the layer that has the weights */
	int inputs[NN_LAYER_INPUTS_MAX], input_count; /* layers whose outputs are read */
	int height, width;                            /* of the part that is computed */
	size_t row, plane, size;                      /* floats: of a row, a channel, all */
	size_t out;                                   /* activations */
	size_t gradient; /* of the loss by the activations; only if wants_gradient */
	size_t aux; /* argmax (as int32), dropout mask, batchnorm: a block's sums (batchnorm.h) */
	size_t shared; /* batchnorm: in the memory that all blocks share (batchnorm.h) */
	enum nn_rectifier rectifier; /* batchnorm, add: done with it, in place ... */
	bool done;                   /* ... and nothing is left to do here: the ReLU behind it */
	int chain;     /* the first layer of the chain that this one is in (chain.h), 0: none */
	int chain_end; /* of that first one: the last layer ... */
	int at_once;   /* ... and channels at once */
	int at_back;   /* of a pair */
	bool strip;    /* its map is a strip of these channels */
	bool pairs;    /* goes back together with the depthwise convolution before it, whose
			  gradient is a strip */
	bool rounds;   /* its map is one of those that an int8 network keeps: rounded where training
			  asks for that */
	bool trained;  /* has weights that are not frozen */
	bool wants_gradient; /* its own weights or those of a layer before it are trained */
	union {
		struct nn_conv_pool conv_pool;
		struct nn_conv conv;
		struct nn_pool_shape pool;
		struct nn_average average;
		struct nn_window window;
	} shape;
};

struct nn_plan {
	struct nn_op ops[NN_LAYERS_MAX];
	size_t scratch; /* offset of scratch memory for kernels */
	size_t spare;   /* offset of a gradient on its way to a layer that several others read */
	size_t images;  /* offset of 16 warped images, each image_stride floats, and the warp's own
			   scratch */
	size_t image_stride, warp_scratch;
	size_t partner;       /* activations of an input: the images that are mixed in */
	size_t zeros, unused; /* for convolutions without bias: the bias that they read, and where
				 its gradient goes */
	size_t maps;          /* where maps begin */
	size_t memory;        /* floats of one thread's memory */
	size_t shared;        /* floats of the memory that all blocks share */
	bool keep_maps;
	bool apart; /* no map lies in another one */
	/* Batch normalisations that are trained, from the first: a training batch runs up to each
	 * in all its blocks before it goes on. */
	int cuts[NN_LAYERS_MAX], cut_count;
};

/* Plan net with these tensors frozen (NULL: none). keep_maps: all maps lie side by side until the
 * end, each as its own layer gives it, for those who look at them; else their places are used again
 * (layout.h). */
void nn_plan_make(
	struct nn_plan *plan, const struct nn_net *net, const bool *frozen, bool keep_maps);

#endif

/* model.h - what a model is: named blocks of layers; the phases assemble their networks from them.
 * Data only: knows no shapes and no weights (run/networks.h builds the networks). A sweep file
 * describes models under models: (models.h).
 *
 *   teacher   teacher: the network of a teacher phase, which later phases learn from
 *   submodel  stem, submodel_head: the network of a single phase; a dual phase trains two of them
 * side by side unified   twice (stem, unified_stem) on one input, concatenated, then unified_head:
 * scratch and unify. May be missing.
 *
 * Layers with a name are called stem1/NAME and stem2/NAME in the two copies, NAME in unified_head.
 * Initial weights and dropout are drawn by that name, so a name is part of what a trial is. */
#ifndef PLAN_MODEL_H
#define PLAN_MODEL_H

#include <stdbool.h>

#include "../base/str.h"

enum layer_kind {
	LAYER_CONV,
	LAYER_MAXPOOL,
	LAYER_DENSE,
	LAYER_DROPOUT,
	LAYER_DEPTHWISE,
	LAYER_AVGPOOL,
	LAYER_BATCHNORM,
	LAYER_ADD,      /* the layer before plus those named in `with`: the residual connection */
	LAYER_CONCAT,   /* the layer before and those named in `with`, along channels */
	LAYER_MULTIPLY, /* the layer before times the one named in `with` */
	LAYER_SHUFFLE,  /* channels in another order */
	LAYER_PAD,      /* more channels, of zeros */
};
enum layer_padding { PADDING_VALID, PADDING_SAME };
enum layer_activation {
	ACTIVATION_NONE,
	ACTIVATION_RELU,
	ACTIVATION_RELU6,
	ACTIVATION_SILU,
	ACTIVATION_TANH,
	ACTIVATION_SIGMOID,
	ACTIVATION_LEAKY_RELU,
	ACTIVATION_GELU,
	ACTIVATION_HARD_SWISH,
	ACTIVATION_HARD_SIGMOID,
};
enum layer_init {
	INIT_GLOROT_UNIFORM,
	INIT_HE_NORMAL,
	INIT_GLOROT_NORMAL,
	INIT_HE_UNIFORM,
	INIT_LECUN_NORMAL,
	INIT_LECUN_UNIFORM,
	INIT_TORCH_UNIFORM,
	INIT_NORMAL,
	INIT_UNIFORM,
	INIT_ORTHOGONAL,
};

/* LAYER_NAME_MAX: stem1/NAME fits into an entry of a freeze list. BLOCK_LAYERS_MAX: what a network
 * may have in all is the core's business (NN_LAYERS_MAX, nn/net.h). LISTED_NAME_MAX: bytes of an
 * entry of a list of names (param.h). */
enum {
	LAYER_NAME_MAX = 24,
	BLOCK_LAYERS_MAX = 1024,
	LAYER_WITH_MAX = 3,
	LISTED_NAME_MAX = 32,
	/* Of a network. More is a mistake in a sweep file: better said than out of memory. */
	MODEL_PARAMETERS_MAX = 50000000
};

/* One layer. Which parameters a kind has: SCOPE_LAYER of the table (param.h). */
struct layer_config {
	enum layer_kind kind;
	char name[LAYER_NAME_MAX];  /* "": none, which those without random numbers may have */
	char input[LAYER_NAME_MAX]; /* the layer whose output comes in (model_find); "": the one
				       before */
	char with[LAYER_WITH_MAX][LISTED_NAME_MAX]; /* add, concat: further inputs (model_find) */
	int with_count;
	int filters;                /* conv; 0: one a class */
	int kernel;                 /* conv, depthwise; 0: as large as the map that comes in */
	int kernel_width;           /* conv, depthwise; 0: as kernel */
	int groups;                 /* conv, shuffle */
	int multiplier;             /* depthwise: channels of the output for each of the input */
	int channels;               /* pad_channels: of the output */
	int stride;                 /* conv, depthwise, pools; 0: as large as the window */
	int stride_width;           /* conv, depthwise, pools; 0: as stride */
	int dilation;               /* conv, depthwise */
	int dilation_width;         /* conv, depthwise; 0: as dilation */
	enum layer_padding padding; /* conv, depthwise, pools */
	bool bias;                  /* conv, depthwise, dense */
	enum layer_activation activation; /* of what comes out; not dropout */
	double slope;                     /* of leaky_relu */
	enum layer_init init;             /* conv, depthwise, dense */
	double init_scale;                /* normal, uniform, orthogonal; 0: the usual */
	double bias_init;                 /* conv, depthwise, dense */
	double gamma;                     /* batchnorm: where it begins */
	int size;                         /* pools; 0: as large as the map that comes in */
	int size_width;                   /* pools; 0: as size */
	int units;                        /* dense; 0: one a class */
	double rate;                      /* dropout */
	double momentum, epsilon;         /* batchnorm */
	double lr_scale;                  /* those with weights */
	double prune_scale;               /* conv, depthwise, dense */
};

/* What a sweep file can say of a model as a whole (model.PARAM). */
struct model_options {
	double width; /* multiplies filters and units, but for those that are one a class */
};

enum model_block {
	BLOCK_EXIT, /* an early exit of the submodel: a second output, after the stem or after the
		       layer that its first layer names */
	BLOCK_STEM,
	BLOCK_SUBMODEL_HEAD,
	BLOCK_TEACHER,
	BLOCK_UNIFIED_HEAD,
	BLOCK_UNIFIED_STEM,
	MODEL_BLOCKS
}; /* by name: the canonical text's order */

/* The layers are owned by whoever made the model. */
struct model_config {
	const struct layer_config *layers[MODEL_BLOCKS]; /* [counts[b]], at most BLOCK_LAYERS_MAX */
	int counts[MODEL_BLOCKS];
};

/* The paper's networks: what a trial without a model of its own has. */
const struct model_config *model_lightweight(void);

/* "stem", "submodel_head", ... */
const char *model_block_name(enum model_block b);
/* The block of that name, or -1. */
int model_block_find(const char *name);

/* Has a layer of the kind tensors that are trained? */
bool layer_has_weights(const struct layer_config *l);

/* The layer that layer number `layer` of block b means by `name`: an earlier one of the block or,
 * for blocks after the stem, one of the stem; `input` is the input of the block, if no layer has
 * this name. Returns 0 with *in and *at (-1: what comes into the block), or -1. */
int model_find(const struct model_config *m, enum model_block b, int layer, const char *name,
	enum model_block *in, int *at);

/* Have both the same blocks of the same layers? */
bool model_equal(const struct model_config *a, const struct model_config *b);

/* Can networks be assembled from these blocks, for any shape of images? Returns 0, or -1 with
 * the reason in why and where it is: *layer is -1 when the whole block is meant. */
int model_check(const struct model_config *m, enum model_block *block, int *layer, struct str *why);

#endif

/* trial.h - what one trial is: its typed, resolved configuration. This struct is the interface from
 * plan/ to run/ and store/.
 *
 * A trial's results are a function of this configuration, the data, the seed and the core version,
 * and of nothing else. Its identity is the digest of the canonical text (identity.h). Names that a
 * sweep file gives to things (the name of a recipe or of a set of augmentations) are labels for
 * tables: they are not part of the identity; their contents are. */
#ifndef PLAN_TRIAL_H
#define PLAN_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/digest.h"
#include "model.h"

/* What a phase does. The networks are those of the trial's model (model.h): a submodel, the dual
 * model (two submodels side by side) and the unified model (one input, both stems, head). */
enum phase_kind {
	PHASE_SINGLE, /* one submodel from random weights, on inputs[0] */
	PHASE_DUAL,   /* both submodels together, loss = sum of both; submodel k sees inputs[k]; the
			 best epoch of each is kept */
	PHASE_SCRATCH,  /* the unified model from random weights */
	PHASE_UNIFY,    /* the unified model from the dual model of the phase before: stems copied,
			   wide convolutions by heads[] */
	PHASE_UNFREEZE, /* the network of the phase before trained on, with another freeze list,
			   optimizer or budget */
	PHASE_KFOLD,   /* the network of the phase before in `folds` folds over all training images;
			  one result a fold */
	PHASE_TEACHER, /* the model's teacher from random weights: later phases learn from it */
};

enum input_kind {
	INPUT_ORIGINAL,
	INPUT_AUGMENTED
}; /* what a network input sees while training; never augmented in evaluation */
enum head_init {
	HEAD_COPY,
	HEAD_RANDOM
}; /* wide convolution k: the submodel's Dense weights, or Glorot-uniform (N2) */
enum optimizer_kind {
	OPTIMIZER_NADAM,
	OPTIMIZER_SGD,
	OPTIMIZER_ADAM,
	OPTIMIZER_ADAMW,
	OPTIMIZER_RMSPROP,
	OPTIMIZER_ADAGRAD,
	OPTIMIZER_ADADELTA,
};
enum decay_on { DECAY_ALL, DECAY_KERNELS };
enum schedule_kind {
	SCHEDULE_CONSTANT,
	SCHEDULE_COSINE,
	SCHEDULE_STEP,
	SCHEDULE_MILESTONES,
	SCHEDULE_LINEAR,
	SCHEDULE_EXPONENTIAL,
	SCHEDULE_ONE_CYCLE,
	SCHEDULE_RESTARTS,
	SCHEDULE_PLATEAU,
};
enum cycle_shape { CYCLE_COSINE, CYCLE_LINEAR };
enum split_kind { SPLIT_FIRST, SPLIT_SEED };
enum normalize_kind {
	NORMALIZE_NONE,
	NORMALIZE_CHANNELS,
	NORMALIZE_MEAN_IMAGE,
	NORMALIZE_PIXELS,
	NORMALIZE_SIGNED,
	NORMALIZE_BYTES,
};
enum crop_fill { FILL_ZERO, FILL_REFLECT };
enum resampling { RESAMPLING_COMPOSED, RESAMPLING_SEQUENTIAL };
enum stop_metric { STOP_VAL_ACCURACY, STOP_VAL_LOSS };

/* Which weights a phase leaves behind. */
enum keep_kind {
	KEEP_RESTORED, /* Keras's restore_best_weights: the epoch of the last improvement by more
			  than min_delta */
	KEEP_BEST,     /* a checkpoint: the epoch with the highest validation accuracy, the first of
			  equals (each output by itself) */
	KEEP_LAST,     /* the last epoch */
};

/* Where each fold of PHASE_KFOLD starts (N3). */
enum fold_start {
	FOLD_CHAIN, /* as the notebook ran: from the fold before; the first from the phase before */
	FOLD_SAME,  /* every fold from the phase before: folds independent of each other, not of the
		       earlier phases */
	FOLD_CLEAN, /* every fold runs all earlier phases again on its own training images: nothing
		       of its validation images was seen */
};

struct optimizer_config {
	enum optimizer_kind kind;
	double lr;
	double beta1, beta2;          /* Nadam, Adam, AdamW */
	double epsilon;               /* all but SGD */
	double rho;                   /* RMSprop, Adadelta */
	double accumulator;           /* Adagrad */
	double weight_decay;          /* SGD, AdamW; decoupled: w -= lr * weight_decay * w */
	double l2;                    /* in the gradient: g += l2 * w */
	enum decay_on decay_on;       /* of weight_decay and l2 */
	double clip_norm, clip_value; /* 0: none */
	int lookahead;                /* steps; 0: none */
	double lookahead_share;
	double momentum; /* SGD, RMSprop */
	bool nesterov;   /* SGD */
	double ema; /* decay of the exponential moving average of the weights, which is evaluated
		       and kept; 0: none */
};

/* How the learning rate changes from step to step (nn/optimizer.h has the formulas); epochs are the
 * phase's. */
enum { MILESTONES_MAX = 16 };
struct schedule_config {
	enum schedule_kind kind;
	double warm_up; /* epochs in which it rises to lr */
	double final;   /* cosine, linear, one_cycle, restarts: fraction of lr at the end; plateau:
			   minimum */
	double every;   /* step: epochs between two drops; exponential, restarts */
	double factor;  /* step, milestones, exponential, plateau */
	double milestones[MILESTONES_MAX]; /* epochs, ascending */
	int milestone_count;
	double rise, first;     /* one_cycle */
	enum cycle_shape shape; /* one_cycle */
	int growth;             /* restarts */
	enum stop_metric on;    /* plateau */
	int patience, cooldown;
	double min_delta;
};

/* Early stopping as Keras means it (patience 0: never stop early). */
struct stop_config {
	enum stop_metric on;
	int patience;
	double min_delta;
	int from_epoch; /* epochs before this one (counted from 0) are ignored */
};

enum { PHASE_NAME_MAX = LISTED_NAME_MAX, PHASE_FREEZE_MAX = 16, PHASES_MAX = 32 };

/* What pruning compares: the weights of each layer, or of all. */
enum prune_by { PRUNE_BY_LAYER, PRUNE_BY_ALL };
/* Which weights a phase goes on with. */
enum rewind_kind { REWIND_NONE, REWIND_INITIAL, REWIND_RANDOM };

/* Amounts of the random transforms; 0 switches one off (nn/augment.h has what they do and their
 * order). */
struct augment_config {
	double rotation;    /* largest angle in turns, either way */
	double zoom;        /* height and width are scaled by 1 +- zoom, independently */
	double brightness;  /* added: +- brightness (1 = full scale), clipped to [0, 1] */
	double translation; /* fraction of height and of width, either way, independently */
	bool flip;          /* horizontal flip with probability 1/2 */
	double shear; /* tangent of the largest angle, either way, of both axes, independently */
	int crop; /* padding on every side, in pixels; then a window of the image's size is cut out
		     at a random position */
	enum crop_fill crop_fill;
	enum resampling resampling;
	double contrast; /* each channel's distance from its mean is scaled by 1 +- contrast,
			    clipped to [0, 1] */
	double noise;    /* standard deviation, clipped to [0, 1] */
	int cutout;      /* side of a black square at a random position, in pixels */
};

struct phase_config {
	enum phase_kind kind;
	char name[PHASE_NAME_MAX]; /* for tables; default: the kind's name. Not part of the identity
				    */
	enum input_kind inputs[2]; /* dual: both; the others use inputs[0] */
	bool both; /* single, dual: every epoch sees each image twice, once original and once
		      augmented (recipe single-both); then inputs do not matter */
	enum head_init heads[2]; /* unify */
	char freeze[PHASE_FREEZE_MAX]
		   [PHASE_NAME_MAX]; /* layers that are not trained: paths ("stem1/conv1") or one
					component ("conv1") */
	int freeze_count;
	struct optimizer_config optimizer;
	struct schedule_config schedule;
	double label_smoothing; /* s: the true class is 1 - s + s / classes, the others s / classes;
				   in training alone */
	double mixup; /* alpha of Beta(alpha, alpha); 0: images are not mixed; in training alone */
	int epochs;
	struct stop_config stop;
	enum keep_kind keep;
	int batch_size;        /* 0: the trial's */
	double validation;     /* images of the validation set, part of the trial's, or below 1 a
				  fraction of the training set; negative: the trial's. The others of
				  the trial's are trained on. Folds have their own */
	char augment_name[64]; /* of the set of transforms; "trial": the trial's. Not part of the
				  identity */
	bool own_augment;      /* it has its own amounts, not the trial's */
	struct augment_config augment; /* of its own */
	double prune; /* unfreeze: part of the remaining weights that is removed before it */
	enum prune_by prune_by;
	enum rewind_kind rewind;
	double distill, temperature; /* weight of the distillation loss, against the teacher's
					softened output; 0: none */
	double exit_weight;          /* of the loss of an early exit */
	int weight_bits, map_bits;   /* training for int8 (nn/train.h); 0: none */
	int folds;                   /* kfold */
	enum fold_start start;       /* kfold */
};

/* A name for tables and figures: "recipe" = "paper-notebook". From the axes of the sweep file. */
struct label {
	char name[32];
	char value[64];
};
enum { LABELS_MAX = 16 };

struct program_config;

struct trial {
	char dataset[64]; /* mnist, fashion-mnist, cifar10, synthetic (data/dataset.h) */
	char model[64];   /* its name in the sweep file; not part of the identity */
	const struct model_config *
		networks; /* what the name stands for; NULL: lightweight. Owned as the phases are */
	uint64_t seed;    /* of every random stream */
	int batch_size;
	enum normalize_kind normalize; /* what the networks' first layer does to an image */
	double validation; /* images of the validation set; below 1: a fraction of the training set.
			      The first ones of it, or see split and stratify */
	enum split_kind split; /* which of the images in use are for validation */
	bool stratify;   /* validation set, train_limit and folds keep the class proportions of the
			    training set */
	int train_limit; /* 0: all; else only so many training images behind the validation set
			    (demo, smoke, tests) */
	int test_limit;  /* 0: all; else only the first so many test images */
	struct augment_config augment;
	const struct phase_config
		*phases; /* [phase_count], at most PHASES_MAX; shared by all trials of the same
			  * recipe and owned by the sweep, by `memory`, or by whoever made the trial
			  * by hand (an array that outlives it) */
	int phase_count;

	/* A trial that a program executes (program.h) has no data set, model and phases: the
	 * fields above say nothing, but for seed, and dataset where the program has a parameter of
	 * that name. */
	const struct program_config
		*program; /* NULL: the core trains it. Owned as the phases are */
	const void
		*values; /* of the program's parameters: what its rows point into; owned likewise */

	struct label labels[LABELS_MAX]; /* not part of the identity */
	int label_count;
	char identity[DIGEST_TEXT]; /* digest of the canonical text */
	void *memory; /* set by trial_from_canonical, NULL in a sweep; freed by trial_free */
};

/* Free what the trial owns (phases and model of one that was read back from its canonical text);
 * the struct belongs to the caller. */
void trial_free(struct trial *t);

/* The names as a sweep file writes them; parser, canonical text and tables use the same ones. */
const char *phase_kind_name(enum phase_kind kind);
/* Set the model that a trial has when nothing is said. */
void trial_default_model(struct trial *t);
/* How many of so many training images are the validation set: at least one, but for validation: 0.
 */
uint32_t trial_validation(const struct trial *t, uint32_t train_images);
/* The same of one of its phases (no k-fold), which may have fewer. */
uint32_t trial_phase_validation(const struct trial *t, int phase, uint32_t train_images);
/* Its model. */
const struct model_config *trial_networks(const struct trial *t);
/* Does the phase show augmented images to its network? If not, amounts say nothing about it. */
bool phase_uses_augment(const struct phase_config *p);
/* Does any phase? */
bool trial_uses_augment(const struct trial *t);
/* The amounts of one of its phases: the phase's own, or the trial's. */
const struct augment_config *trial_phase_augment(const struct trial *t, int phase);
/* The amounts that stand as the trial's in its identity, whoever they belong to: those of the first
 * phase that shows augmented images. NULL: no phase does. */
const struct augment_config *trial_first_augment(const struct trial *t);
const char *label_value(
	const struct trial *t, const char *name); /* NULL when there is no such label */

#endif

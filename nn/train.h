/* train.h - training and evaluation of a network. nn_trainer_new plans and allocates all memory; a
 * training step allocates nothing.
 *
 * A batch is cut into blocks of 16 images. The last block may have fewer: its remaining lanes are
 * empty and contribute zero. Each block runs forward and backward independently and gives its own
 * gradient; the gradients are added in the order of the blocks. Threads take whole blocks, so
 * results do not depend on the number of threads. A trained batch normalisation needs sums over the
 * whole batch: all blocks run up to it before any goes on (batchnorm.h). Such a network keeps the
 * activations of all blocks of a batch. */
#ifndef NN_TRAIN_H
#define NN_TRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "augment.h"
#include "net.h"
#include "optimizer.h"
#include "rng.h"

enum { NN_LANES = 16, NN_THREADS_MAX = 64 };

/* Images and labels, not owned: pixels [count][channels][height][width], labels [count]. `values`
 * may replace pixels by floats of the same shape. Networks get those unchanged, and they cannot be
 * augmented. */
struct nn_images {
	const uint8_t *pixels; /* networks get them divided by 255 */
	const uint8_t *labels;
	struct nn_shape shape;
	uint32_t count;
	const float *values; /* instead of pixels; NULL: pixels */
};

struct nn_kernels; /* the compute kernels for one instruction set (kernels/kernels.h) */

/* The kernel variant of that name ("plain", "avx2", "avx512", "neon"); NULL: the fastest that this
 * CPU runs. Returns NULL when this CPU or this build has no variant of that name. */
const struct nn_kernels *nn_kernels_find(const char *name);
const char *nn_kernels_name(const struct nn_kernels *k);
/* The i-th variant that this CPU runs, from the plain one to the fastest; NULL past the last. */
const struct nn_kernels *nn_kernels_at(int i);

struct nn_trainer;

struct nn_trainer_options {
	const struct nn_kernels *kernels; /* NULL: the fastest */
	int batch_size;                   /* 1 .. 4096 */
	int threads;        /* 1 .. NN_THREADS_MAX; no more are used than a batch has blocks */
	const bool *frozen; /* [net->tensor_count]: tensors that are not trained; NULL: none */
	/* [net->parameter_count], copied: after each step weights are multiplied by it (0: pruned).
	 * NULL: no mask. */
	const float *mask;
	struct nn_optimizer optimizer;
	/* A trained network for distillation (nn_epoch.distill). It computes its logits of the same
	 * images as in evaluation. The net is not owned; params are copied. NULL: none. */
	const struct nn_net *teacher;
	const float *teacher_params;
	/* Quantisation-aware training, 2 .. 8 bits; 0: off. Kernels are rounded before every batch
	 * and in evaluation; gradients update the unrounded weights. */
	int weight_bits;
	/* The same for maps, in training alone, within the ranges that nn_trainer_measure found. */
	int map_bits;
};

/* A trainer for net (which must outlive it), with zero weights and fresh optimizer state. NULL when
 * memory runs out or an option is out of range. Freed by nn_trainer_free, which accepts NULL. */
struct nn_trainer *nn_trainer_new(
	const struct nn_net *net, const struct nn_trainer_options *options);
void nn_trainer_free(struct nn_trainer *t);

/* The weights, [net->parameter_count] in the order of net->tensors. The caller reads and writes
 * them between calls. */
float *nn_trainer_params(struct nn_trainer *t);

/* With map_bits: find the ranges of the maps by evaluating the images `order`[count]. */
void nn_trainer_measure(struct nn_trainer *t, const struct nn_images *images, const uint32_t *order,
	uint32_t count);
/* With weight_bits: replace the weights by the rounded ones. They are not rounded again. */
void nn_trainer_settle(struct nn_trainer *t);

/* The optimizer's state for checkpoints: first and second moments, [parameter_count] each (SGD does
 * not use the second), lookahead's slow weights (NULL without lookahead), and the schedule. */
struct nn_optimizer_state {
	float *first, *second, *slow;
	struct nn_schedule *schedule;
};
struct nn_optimizer_state nn_trainer_optimizer_state(struct nn_trainer *t);

/* The average of the weights (optimizer.average_momentum), [parameter_count]. To evaluate or keep
 * it, copy it to nn_trainer_params or elsewhere. Frozen tensors and moving statistics are not
 * averaged: it has their current values. It is part of a checkpoint: the caller restores it before
 * training goes on. The trainer owns the memory. NULL without average_momentum. */
float *nn_trainer_average(struct nn_trainer *t);

/* What one epoch trains on. */
struct nn_epoch {
	const struct nn_images *images;
	/* [count] image numbers, already shuffled. Those with NN_ORDER_AUGMENTED set are augmented
	 * in every input. */
	const uint32_t *order;
	uint32_t count;
	bool augmented[NN_OUTPUTS_MAX]; /* which network inputs see augmented images */
	struct nn_augment augment;
	/* The following three act in training alone.
	 * label_smoothing: s in [0, 1): the target of the label is 1 - s + s / classes, of every
	 * other class s / classes (Szegedy et al., 2016).
	 * distill: weight in [0, 1] of the loss against the teacher (nn_kernels.distill).
	 * mixup: alpha above 0: images and labels are mixed in pairs (mixup.h); 0: no mixup. */
	double label_smoothing;
	double distill;
	double temperature;
	double mixup;
	uint64_t seed;
	uint16_t phase; /* as in struct nn_rng */
	uint32_t epoch;
};
#define NN_ORDER_AUGMENTED 0x80000000u

/* Sums over images, for each output of the network; means are sum / count. */
struct nn_score {
	/* Cross-entropy in nats; in training against the smoothed or mixed labels. */
	double loss_sum[NN_OUTPUTS_MAX];
	uint32_t correct[NN_OUTPUTS_MAX];
	uint32_t count;
};

/* Train one epoch: batches in the given order, the last one with the images that remain. The
 * gradient is that of the mean loss over the batch, summed over outputs. score: running training
 * loss and accuracy, with dropout; a mixed image is correct if the label with the larger weight is
 * predicted.
 *
 * Returns -1, or the number (from 0) of the step at which training diverged: a loss is not finite
 * (weights are then as before that step), or weights are not finite at the end (the last step). */
long nn_train_epoch(struct nn_trainer *t, const struct nn_epoch *epoch, struct nn_score *score);

/* Evaluate images first .. first + count - 1, or `order`[count] (then first is ignored), without
 * dropout and augmentation: every input sees the image. predictions: NULL, or per output NULL or
 * [count] classes (the first of equal maxima). */
void nn_evaluate(struct nn_trainer *t, const struct nn_images *images, const uint32_t *order,
	uint32_t first, uint32_t count, struct nn_score *score,
	uint8_t *const predictions[NN_OUTPUTS_MAX]);

/* One batch forward and backward without a step, for tests. Returns the gradients [parameter_count]
 * (zero for frozen tensors) of the mean loss of epoch->count <= batch_size images. If `train`,
 * dropout is on, batch normalisation uses the batch's statistics, labels are smoothed and images
 * mixed. The trainer owns the returned memory. */
const float *nn_gradients(
	struct nn_trainer *t, const struct nn_epoch *epoch, bool train, struct nn_score *score);

/* Logits of output number `output` for the images `order`[count]: out [count][classes]. */
void nn_logits(struct nn_trainer *t, const struct nn_images *images, const uint32_t *order,
	uint32_t count, int output, float *out);

#endif

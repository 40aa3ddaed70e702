/* train.h - training and evaluation of a network. All memory is planned and allocated once, at
 * nn_trainer_new; a training step allocates nothing.
 *
 * A batch is cut into blocks of 16 images (the last one may have fewer: the lanes beyond are empty
 * and contribute zero). Each block runs forward and backward by itself and gives its own gradient;
 * the gradients are added in the order of the blocks. Threads take whole blocks, so results do not
 * depend on their number. Where a trained batch normalisation needs something of the whole batch,
 * all blocks run up to there before any goes on (batchnorm.h); such a network keeps the activations
 * of all blocks of a batch. */
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

/* Images and labels as they lie in memory, not owned: pixels [count][channels][height][width],
 * labels [count]. Or numbers of the same shape, which networks get as they are: those cannot be
 * augmented. */
struct nn_images {
	const uint8_t *pixels; /* networks get them divided by 255 */
	const uint8_t *labels;
	struct nn_shape shape;
	uint32_t count;
	const float *values; /* in place of pixels; NULL: pixels */
};

struct nn_kernels; /* the compute kernels for one instruction set (kernels/kernels.h) */

/* The kernels of that name ("plain", "avx2", "avx512", "neon"), or the fastest that this CPU runs
 * for NULL. NULL when this CPU or this build has none of that name. */
const struct nn_kernels *nn_kernels_find(const char *name);
const char *nn_kernels_name(const struct nn_kernels *k);
/* The i-th variant that this CPU runs, from the plainest; NULL past the last. */
const struct nn_kernels *nn_kernels_at(int i);

struct nn_trainer;

struct nn_trainer_options {
	const struct nn_kernels *kernels; /* NULL: the fastest */
	int batch_size;                   /* 1 .. 4096 */
	int threads;        /* 1 .. NN_THREADS_MAX; more than blocks in a batch are not used */
	const bool *frozen; /* [net->tensor_count]: tensors that are not trained; NULL: none */
	const float *mask;  /* [net->parameter_count]: weights are multiplied by it after each step:
			       0 for  pruned ones; copied; NULL: none */
	struct nn_optimizer optimizer;
};

/* A trainer for net (which must outlive it), weights zero, optimizer state fresh. NULL when memory
 * runs out or an option is out of range. Freed by nn_trainer_free, which takes NULL. */
struct nn_trainer *nn_trainer_new(
	const struct nn_net *net, const struct nn_trainer_options *options);
void nn_trainer_free(struct nn_trainer *t);

/* The weights, [net->parameter_count] in the order of net->tensors: read and written by the caller
 * between calls. */
float *nn_trainer_params(struct nn_trainer *t);

/* The optimizer's state for checkpoints: first and second moments, [parameter_count] each (the
 * second unused by SGD), lookahead's slow weights (NULL without), and the schedule. */
struct nn_optimizer_state {
	float *first, *second, *slow;
	struct nn_schedule *schedule;
};
struct nn_optimizer_state nn_trainer_optimizer_state(struct nn_trainer *t);

/* The average of the weights (optimizer.average_momentum), [parameter_count], to be evaluated or
 * kept in place of the weights: copy it to nn_trainer_params or aside. Frozen tensors and moving
 * means and variances are in it as they are. For checkpoints it is state, too: written by the
 * caller before training goes on. Memory is the trainer's; NULL where no average was asked for. */
float *nn_trainer_average(struct nn_trainer *t);

/* What one epoch trains on. */
struct nn_epoch {
	const struct nn_images *images;
	const uint32_t *order; /* [count] image numbers, already shuffled; NN_ORDER_AUGMENTED set:
				  augmented in every input */
	uint32_t count;
	bool augmented[NN_OUTPUTS_MAX]; /* which network inputs see augmented images */
	struct nn_augment augment;
	double label_smoothing; /* s in [0, 1): targets 1 - s + s / classes and s / classes (Szegedy
				   et al., 2016), in training alone */
	double mixup; /* alpha above 0: images and labels are mixed in pairs (mixup.h), in training
			 alone; 0: not */
	uint64_t seed;
	uint16_t phase; /* as in struct nn_rng */
	uint32_t epoch;
};
#define NN_ORDER_AUGMENTED 0x80000000u

/* Sums over images, one an output of the network; means are sum / count. */
struct nn_score {
	double loss_sum[NN_OUTPUTS_MAX]; /* cross-entropy in nats; in training against the smoothed
					    or mixed labels */
	uint32_t correct[NN_OUTPUTS_MAX];
	uint32_t count;
};

/* Train one epoch: batches in the order given, the last one as it remains; gradient of the mean
 * loss over the batch, summed over outputs. Returns -1, or the number (from 0) of the step at which
 * the training diverged: a loss that is not finite (weights are then as before that step), or
 * weights that are not finite at the end (the last step). score: running training loss and
 * accuracy, dropout on; a mixed image counts as correct with the label that has the larger share.
 */
long nn_train_epoch(struct nn_trainer *t, const struct nn_epoch *epoch, struct nn_score *score);

/* Evaluate images first .. first + count - 1, or those of `order` (then first is ignored), with
 * dropout off and nothing augmented: every input sees the image. predictions: NULL, or per output
 * NULL or [count] classes (the first of equal maxima). */
void nn_evaluate(struct nn_trainer *t, const struct nn_images *images, const uint32_t *order,
	uint32_t first, uint32_t count, struct nn_score *score,
	uint8_t *const predictions[NN_OUTPUTS_MAX]);

/* One batch forward and backward without a step, for tests: gradients [parameter_count] (zero where
 * frozen) of the mean loss of `count` <= batch_size images (order as in nn_epoch). If `train`,
 * dropout is on, batch normalisation uses the batch's statistics, labels are smoothed and images
 * mixed. Returned memory is the trainer's. */
const float *nn_gradients(
	struct nn_trainer *t, const struct nn_epoch *epoch, bool train, struct nn_score *score);

/* Logits of output k for images of `order`: out [count][classes]. */
void nn_logits(struct nn_trainer *t, const struct nn_images *images, const uint32_t *order,
	uint32_t count, int output, float *out);

#endif

/* block.h - forward and backward of one block of up to 16 images. Internal to nn. */
#ifndef NN_BLOCK_H
#define NN_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "plan.h"
#include "rounding.h"
#include "train.h"

/* What all blocks of a batch have in common. */
struct nn_batch {
	const struct nn_net *net;
	const struct nn_plan *plan;
	const struct nn_kernels *kernels;
	const float *params;
	float *shared; /* [plan->shared]: written between stages, read by blocks */
	const struct nn_images *images;
	const float *values; /* one image as floats for lane 0, instead of images; NULL: images */
	const struct nn_epoch *epoch; /* NULL: evaluation, nothing augmented */
	bool training;                /* dropout, batch statistics, soft labels, mixup */
	const uint32_t *order; /* [count] image numbers of the batch; NULL: first, first + 1, ... */
	uint32_t first, count;
	uint32_t position; /* of the batch's first image within the epoch */
	/* Mixup: image i of the batch is mixed with image (i + distance) % count, whose weight is
	 * partner_share; 0: no mixup. */
	uint32_t partner_distance;
	double partner_share;
	const struct nn_batch *teacher; /* the same images for the teacher network; NULL: none */
	const struct nn_ranges *ranges; /* maps are rounded within them; NULL: not */
	struct nn_ranges *measured;     /* maps widen them, one block at a time; NULL: not */
};

/* One block: its memory, and its results: per output 16 losses and predictions. */
struct nn_block {
	const struct nn_batch *batch;
	float *memory;         /* plan->memory floats, 64-byte aligned, zero when allocated */
	float *teacher_memory; /* batch->teacher->plan->memory floats, likewise; NULL: none */
	/* [parameter_count]: trained tensors are overwritten, others left alone. NULL: forward
	 * only. */
	float *gradient;
	/* The gradient of trained tensors is added here, too; that of dense layers only here.
	 * NULL: nowhere. */
	float *sum;
	uint32_t first;                   /* number of lane 0 within the batch */
	uint32_t ids[NN_LANES];           /* image numbers, with NN_ORDER_AUGMENTED */
	int count;                        /* lanes in use */
	bool has_gradient[NN_LAYERS_MAX]; /* a reader of that layer has written its gradient */
	float loss[NN_OUTPUTS_MAX][NN_LANES] __attribute__((aligned(64)));
	int32_t best[NN_OUTPUTS_MAX][NN_LANES] __attribute__((aligned(64)));
	/* With mixup, the label with the larger weight. */
	int32_t labels[NN_LANES] __attribute__((aligned(64)));
};

/* The number, with NN_ORDER_AUGMENTED, of the image at position `at` < count of the batch; and the
 * position of its mixup partner. */
static inline uint32_t nn_batch_image(const struct nn_batch *batch, uint32_t at)
{
	return batch->order ? batch->order[at] : batch->first + at;
}

static inline uint32_t nn_batch_partner(const struct nn_batch *batch, uint32_t at)
{
	return (at + batch->partner_distance) % batch->count;
}

/* Stages of a batch: 2 * cuts + 1 if it trains batch normalisations (batchnorm.h), else 1. */
int nn_block_stages(const struct nn_batch *batch, bool gradient);

/* Run stage 0, 1, ... of block number `number`. The caller sets memory and gradient before stage 0,
 * and leaves the block and its memory alone until the last stage is done. Stages 0 .. cuts go
 * forward; stage `cuts` and all later ones then go backward. The gradient is that of the mean loss
 * over the batch, summed over outputs. Between stages the caller joins what the blocks left at the
 * cut (batchnorm.h). */
void nn_block_run(struct nn_block *block, const struct nn_batch *batch, int number, int stage);

/* Write the images of the block for network input `input` to `out`, augmented and mixed as the
 * batch says (load.c). */
void nn_block_load(const struct nn_block *block, int input, float *out);

#endif

/* block.h - forward and backward of one block of up to 16 images. Internal to nn. */
#ifndef NN_BLOCK_H
#define NN_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "plan.h"
#include "rounding.h"
#include "train.h"

/* What is the same for all blocks of a batch. */
struct nn_batch {
	const struct nn_net *net;
	const struct nn_plan *plan;
	const struct nn_kernels *kernels;
	const float *params;
	float *shared; /* [plan->shared]: written between stages, read by blocks */
	const struct nn_images *images;
	const float *values; /* one image as floats, for lane 0, instead of the pixels (infer.c);
				else NULL */
	const struct nn_epoch *epoch; /* NULL: evaluation: nothing augmented */
	bool training;                /* dropout, batch statistics, soft labels, mixed images */
	const uint32_t *order; /* [count] image numbers of the batch; NULL: first, first + 1, ... */
	uint32_t first, count;
	uint32_t position;         /* of the batch's first image within the epoch */
	uint32_t partner_distance; /* mixed images: image i of the batch with image (i + distance) %
				      count ... */
	double partner_share;      /* ... of which this share is taken; 0: none */
	const struct nn_batch *teacher; /* the same images for the network whose outputs are learned
					   from; NULL: none */
	const struct nn_ranges *ranges; /* maps are rounded to them; NULL: not */
	struct nn_ranges *measured;     /* maps widen them; NULL: not. One block at a time */
};

/* A block at work, and what it gives: per output 16 losses and predictions. */
struct nn_block {
	const struct nn_batch *batch;
	float *memory;         /* plan->memory floats, 64-byte aligned, zero when allocated */
	float *teacher_memory; /* batch->teacher->plan->memory floats, likewise; NULL: none */
	float *gradient;       /* NULL: forward only. parameter_count floats, all of trained tensors
				  written, others left alone */
	float *sum;     /* what is written of the gradient is added here, too; NULL: nowhere */
	uint32_t first; /* number of lane 0 within the batch */
	uint32_t ids[NN_LANES];           /* image numbers, with NN_ORDER_AUGMENTED */
	int count;                        /* lanes in use */
	bool has_gradient[NN_LAYERS_MAX]; /* a reader of that layer has sent one */
	float loss[NN_OUTPUTS_MAX][NN_LANES] __attribute__((aligned(64)));
	int32_t best[NN_OUTPUTS_MAX][NN_LANES] __attribute__((aligned(64)));
	int32_t labels[NN_LANES]
		__attribute__((aligned(64))); /* of mixed images the one with the larger share */
};

/* The image, with NN_ORDER_AUGMENTED, at place `at` < count of the batch, and the place of the one
 * that is mixed in there. */
static inline uint32_t nn_batch_image(const struct nn_batch *batch, uint32_t at)
{
	return batch->order ? batch->order[at] : batch->first + at;
}

static inline uint32_t nn_batch_partner(const struct nn_batch *batch, uint32_t at)
{
	return (at + batch->partner_distance) % batch->count;
}

/* Stages of a batch: 2 * cuts + 1 where it trains batch normalisations (batchnorm.h), else 1. */
int nn_block_stages(const struct nn_batch *batch, bool gradient);

/* Stage 0, 1, ... of block number `number`. The caller sets memory and gradient before stage 0, and
 * leaves all of the block and its memory alone until the last. In stage 0 to `cuts` it goes
 * forward, from there on backward: of the mean loss over the batch, summed over outputs. Between
 * stages the caller joins what the blocks have left at the cut. */
void nn_block_run(struct nn_block *block, const struct nn_batch *batch, int number, int stage);

/* load.c: the images of the block for network input `input` into `out`: augmented and mixed as the
 * batch says. */
void nn_block_load(const struct nn_block *block, int input, float *out);

#endif

/* block.h - forward and backward of one block of up to 16 images. Internal to nn. */
#ifndef NN_BLOCK_H
#define NN_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "plan.h"
#include "train.h"

/* What is the same for all blocks of a batch. */
struct nn_batch {
	const struct nn_net *net;
	const struct nn_plan *plan;
	const struct nn_kernels *kernels;
	const float *params;
	const struct nn_images *images;
	const struct nn_epoch *epoch; /* NULL: evaluation: nothing augmented */
	bool dropout;
	const uint32_t *order;      /* [count] image numbers of the batch; NULL: first, first + 1, ... */
	uint32_t first, count;
	uint32_t position;          /* of the batch's first image within the epoch */
};

/* What one block gives: per output 16 losses and predictions. */
struct nn_block_result {
	float loss[NN_OUTPUTS_MAX][NN_LANES];
	int32_t best[NN_OUTPUTS_MAX][NN_LANES];
	int32_t labels[NN_LANES];
	int count;                  /* lanes in use */
};

/* Forward of block number `block` in `memory` (plan->memory floats, 64-byte aligned). With a gradient (parameter_count floats, all of
 * trained tensors written, others left alone) also backward: of the mean loss over the batch, summed over outputs. */
void nn_block_run(const struct nn_batch *batch, int block, float *memory, float *gradient, struct nn_block_result *result);

#endif

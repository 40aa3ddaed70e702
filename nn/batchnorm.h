/* batchnorm.h - the statistics of batch normalisation over a batch: the sums of its blocks, joined
 * in order. Internal to nn.
 *
 * A batch consists of several blocks of 16 images, and training needs the mean and variance of all
 * of them before it goes on. So the plan is cut at each trained batch normalisation (plan->cuts).
 * All blocks run up to the cut and leave their sums; one thread joins the sums here; then all
 * blocks go on. Backward works in the same way, from the last cut to the first, because the
 * gradient of the input needs sums of gradients over all blocks. With 2 cuts a batch runs in 5
 * stages (nn_block_run).
 *
 * The order of summation: within a block by lane over the positions in scan order, then over the
 * lanes (8, 4, 2, 1); then the blocks one after the other, in double precision. Means and sums of
 * squares are joined by the formulas of Chan, Golub and LeVeque (1979), which do not suffer from
 * cancellation. Empty lanes of the last block do not count. */
#ifndef NN_BATCHNORM_H
#define NN_BATCHNORM_H

#include <stddef.h>

#include "block.h"

/* Rows of nn_batchnorm_row floats per batch normalisation in the memory of a block (op->aux).
 * Forward: the block's mean, and its sum of squares about that mean. Backward: the sum of the
 * gradients, and of the gradients times (x - the batch's mean). */
enum {
	NN_BATCHNORM_MEAN = 0,
	NN_BATCHNORM_SQUARES = 1,
	NN_BATCHNORM_SUM = 0,
	NN_BATCHNORM_PRODUCT = 1,
	NN_BATCHNORM_SUMS = 2, /* their number */
};

/* Rows in the memory that all blocks share (op->shared): y = (x - centre) scale + beta, and
 * dx = (dy - offset - (x - centre) tilt) scale; inverse = 1 / sqrt(variance + epsilon). */
enum {
	NN_BATCHNORM_CENTRE,
	NN_BATCHNORM_SCALE,
	NN_BATCHNORM_INVERSE,
	NN_BATCHNORM_VARIANCE,
	NN_BATCHNORM_OFFSET,
	NN_BATCHNORM_TILT,
	NN_BATCHNORM_SHARED,
};

/* Floats of one row: the channels rounded up to whole cache lines. */
size_t nn_batchnorm_row(int channels);

/* Before a batch: set the shared rows of normalisations that use their moving statistics. */
void nn_batchnorm_prepare(const struct nn_batch *batch);

/* After all blocks have run up to cut number `cut`: join their sums and set the shared rows of the
 * forward pass. */
void nn_batchnorm_join(
	const struct nn_batch *batch, int cut, const struct nn_block *blocks, int block_count);

/* After all blocks have run back to cut number `cut`: join the sums of the gradients and set the
 * shared rows of the backward pass. */
void nn_batchnorm_join_slopes(
	const struct nn_batch *batch, int cut, const struct nn_block *blocks, int block_count);

/* After a step: update the moving means and variances in params by those of the batch. */
void nn_batchnorm_move(const struct nn_batch *batch, float *params);

#endif

/* batchnorm.h - the statistics of batch normalisation: what the blocks of a batch find, joined in
 * their order. Internal to nn.
 *
 * A batch is several blocks of 16 images, and a training batch needs the mean and variance of all
 * of them before it goes on. So the plan is cut at each trained batch normalisation (plan->cuts):
 * all blocks run up to it and leave their sums, which one thread joins here; then all go on with
 * what was found. Backward it is the same, from the last cut to the first: the gradient of the
 * input needs the sums of the gradients over all blocks. With 2 cuts a batch runs in 5 stages
 * (nn_block_run).
 *
 * The order of summation: within a block by lane over the positions in scan order, then over the
 * lanes (8, 4, 2, 1); the blocks one after the other, in double precision, by the formulas of Chan,
 * Golub and LeVeque (1979) for joining means and sums of squares, so that nothing cancels. Empty
 * lanes of the last block do not count. */
#ifndef NN_BATCHNORM_H
#define NN_BATCHNORM_H

#include <stddef.h>

#include "block.h"

/* Rows of nn_batchnorm_row floats that a batch normalisation has in the memory of a block (op->aux)
 * ... */
enum {
	NN_BATCHNORM_MEAN = 0,
	NN_BATCHNORM_SQUARES = 1, /* forward: of the block, squares about its own mean */
	NN_BATCHNORM_SUM = 0,
	NN_BATCHNORM_PRODUCT = 1, /* backward: of the gradients, and times (x - the batch's mean) */
	NN_BATCHNORM_SUMS = 2,
};

/* ... and in the memory that all blocks share (op->shared): y = (x - centre) scale + beta, and
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

/* Floats of one such row: channels rounded up to whole cache lines. */
size_t nn_batchnorm_row(int channels);

/* Before a batch: set what normalisations by moving statistics need. */
void nn_batchnorm_prepare(const struct nn_batch *batch);

/* After all blocks have run up to cut number `cut`: join their sums, and set what their forward
 * passes need. */
void nn_batchnorm_join(
	const struct nn_batch *batch, int cut, const struct nn_block *blocks, int block_count);

/* After all blocks have run back to cut number `cut`: the same for their backward passes. */
void nn_batchnorm_join_slopes(
	const struct nn_batch *batch, int cut, const struct nn_block *blocks, int block_count);

/* After a step: params' moving means and variances follow those of the batch. */
void nn_batchnorm_move(const struct nn_batch *batch, float *params);

#endif

/* mixup.h - mixed images and labels (Zhang et al., "mixup: beyond empirical risk minimization",
 * 2018).
 *
 * As in that paper's code, a batch has one lambda from Beta(alpha, alpha), and images are paired
 * within the batch: the image at position i with the one at (i + distance) % count. distance is
 * uniform in 1 .. count - 1 (the order of a batch is random already). Training sees lambda x_i + (1
 * - lambda) x_partner and labels with the same weights. Augmentation comes before mixing. A batch
 * of one image is not mixed. */
#ifndef NN_MIXUP_H
#define NN_MIXUP_H

#include <stdint.h>

#include "rng.h"

/* Draw for a batch of `count` images whose first image is at `position` of the epoch. rng->stream
 * must be NN_STREAM_MIXUP. *share is 1 - lambda, the weight of the partner; 0 for one image. */
void nn_mixup_draw(double alpha, const struct nn_rng *rng, uint32_t position, uint32_t count,
	uint32_t *distance, double *share);

/* A number from Beta(alpha, alpha), alpha > 0, made of 4 random numbers u0 .. u3 without rejection.
 *   b = 1/2 + sqrt(1 - u0^(2 / (2 alpha + 1))) cos(2 pi u1) / 2
 * is Beta(alpha + 1, alpha + 1) (Ulrich, Naval Research Logistics 31, 1984). Then
 *   b u2^(1 / alpha) / (b u2^(1 / alpha) + (1 - b) u3^(1 / alpha))
 * is Beta(alpha, alpha), because gamma(a) = gamma(a + 1) u^(1 / a). */
double nn_symmetric_beta(double alpha, const uint32_t bits[4]);

#endif

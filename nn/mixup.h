/* mixup.h - mixed images and labels (Zhang et al., "mixup: beyond empirical risk minimization",
 * 2018).
 *
 * As in that paper's code, a batch has one lambda from Beta(alpha, alpha), and its images are
 * paired within the batch: the image at place i with that at (i + distance) % count, distance
 * uniform in 1 .. count - 1 (the order of a batch is random already). What is trained on is lambda
 * x_i + (1 - lambda) x_partner and labels in the same shares; augmentation comes before. A batch of
 * one image is not mixed. */
#ifndef NN_MIXUP_H
#define NN_MIXUP_H

#include <stdint.h>

#include "rng.h"

/* Draw for a batch of `count` images, of which the first is at `position` of the epoch. rng->stream
 * must be NN_STREAM_MIXUP. share: 1 - lambda, what the partner has; 0 for a batch of one image. */
void nn_mixup_draw(double alpha, const struct nn_rng *rng, uint32_t position, uint32_t count,
	uint32_t *distance, double *share);

/* A number with the distribution Beta(alpha, alpha), alpha > 0, from 4 random numbers, without
 * rejection: b = 1/2 + sqrt(1 - u0^(2 / (2 alpha + 1))) cos(2 pi u1) / 2 is Beta(alpha + 1, alpha +
 * 1) (Ulrich, Naval Research Logistics 31, 1984), and b u2^(1 / alpha) / (b u2^(1 / alpha) + (1 -
 * b) u3^(1 / alpha)) then is Beta(alpha, alpha), as gamma(a) = gamma(a + 1) u^(1 / a). */
double nn_symmetric_beta(double alpha, const uint32_t bits[4]);

#endif

/* rounding.h - quantisation-aware training: weights and maps are rounded to few values in the
 * forward pass; gradients pass unchanged (straight-through estimator; Jacob et al., 2018). Internal
 * to nn. */
#ifndef NN_ROUNDING_H
#define NN_ROUNDING_H

#include <stdbool.h>

#include "kernels/kernels.h"
#include "net.h"

enum { NN_BITS_MIN = 2, NN_BITS_MAX = 8 };

/* The range of every map that an int8 network keeps, and the number of bits. */
struct nn_ranges {
	int bits;
	float low[NN_LAYERS_MAX], high[NN_LAYERS_MAX]; /* low <= 0 <= high */
};

/* Widen the range of `layer` by the values of a map of `vectors` x 16 floats, the first `lanes`
 * lanes of each vector. All ranges start as 0. */
void nn_ranges_widen(struct nn_ranges *r, int layer, const float *map, size_t vectors, int lanes);

/* Round a map of `size` floats to the nearest of 2^bits values from low to high, 0 included. */
void nn_ranges_round(
	const struct nn_ranges *r, const struct nn_kernels *k, int layer, float *map, size_t size);

/* Copy params to `to` and round the kernels of convolutions and dense layers. Each output channel
 * is rounded to scale * q with whole q from -(2^(bits-1) - 1) to 2^(bits-1) - 1. The largest
 * magnitude of the channel becomes the largest q, as nn_quant_fit does for 8 bits. */
void nn_round_weights(const struct nn_net *net, const float *params, int bits, float *to);

#endif

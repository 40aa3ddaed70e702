/* rounding.h - training that knows of int8: weights and maps are rounded to few values on the way
 * forward, gradients pass as if they were not (straight-through estimator; Jacob et al., 2018).
 * Internal to nn. */
#ifndef NN_ROUNDING_H
#define NN_ROUNDING_H

#include <stdbool.h>

#include "kernels/kernels.h"
#include "net.h"

enum { NN_BITS_MIN = 2, NN_BITS_MAX = 8 };

/* The range of every map that an int8 network keeps, and how finely it is divided. */
struct nn_ranges {
	int bits;
	float low[NN_LAYERS_MAX], high[NN_LAYERS_MAX]; /* with 0 in between */
};

/* What is measured is added to these; all begin as 0. */
void nn_ranges_widen(struct nn_ranges *r, int layer, const float *map, size_t vectors, int lanes);

/* To the nearest of 2^bits values from low to high, of which 0 is one; map has `size` floats. */
void nn_ranges_round(
	const struct nn_ranges *r, const struct nn_kernels *k, int layer, float *map, size_t size);

/* to = params, of which the kernels of convolutions and dense layers are rounded: each output
 * channel by itself, to scale * q with whole q from -(2^(bits-1) - 1) to 2^(bits-1) - 1, its
 * largest magnitude being the end (as nn_quant_fit does for 8 bits). */
void nn_round_weights(const struct nn_net *net, const float *params, int bits, float *to);

#endif

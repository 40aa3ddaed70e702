/* fold.h - folds batch normalisation into the layer before it, for inference and export. */
#ifndef NN_FOLD_H
#define NN_FOLD_H

#include "net.h"

/* Write net, folded, to `folded` and `folded_params`. A batch normalisation is folded if it is the
 * only reader of a convolution, depthwise convolution or dense layer without a built-in ReLU. It
 * goes into that layer's kernel and bias (a bias is added if there was none):
 *   kernel' = kernel * gamma / sqrt(moving_variance + epsilon)
 *   bias' = (bias - moving_mean) * gamma / sqrt(moving_variance + epsilon) + beta
 * A ReLU that is the only reader of the result is built in, too. Other layers, and batch
 * normalisations elsewhere, are copied. Names stay.
 *
 * Computed in double precision and rounded once: outputs agree to rounding, not to the bit. folded
 * is overwritten. folded_params has room for net->parameter_count floats; folded->parameter_count
 * are written. Returns 0, or -1 with folded->error. */
int nn_fold_batchnorm(
	const struct nn_net *net, const float *params, struct nn_net *folded, float *folded_params);

/* The same, but batch normalisations elsewhere become depthwise 1x1 convolutions, so that none is
 * left. folded_params as above. */
int nn_fold_all_batchnorm(
	const struct nn_net *net, const float *params, struct nn_net *folded, float *folded_params);

#endif

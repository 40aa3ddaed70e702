/* fold.h - batch normalisation folded into the convolution before it, for inference and export. */
#ifndef NN_FOLD_H
#define NN_FOLD_H

#include "net.h"

/* Make `folded` and its parameters from a trained network and its own: every batch normalisation
 * that is the only reader of a convolution, depthwise convolution or dense layer without a built-in
 * ReLU goes into that layer's kernel and bias (one is added where there was none); a ReLU that
 * alone reads the result is built in, too. Other layers, batch normalisations in other places among
 * them, are copied; names stay. kernel' = kernel * gamma / sqrt(moving_variance + epsilon),  bias'
 * = (bias - moving_mean) * gamma / sqrt(...) + beta in double precision, rounded once: outputs
 * agree to rounding, not to the bit. folded is overwritten; folded_params: room for
 * net->parameter_count floats, of which folded->parameter_count are written. Returns 0, or -1 with
 * folded->error. */
int nn_fold_batchnorm(
	const struct nn_net *net, const float *params, struct nn_net *folded, float *folded_params);

/* The same, and batch normalisations in other places become depthwise 1x1 convolutions: none is
 * left. */
int nn_fold_all_batchnorm(
	const struct nn_net *net, const float *params, struct nn_net *folded, float *folded_params);

#endif

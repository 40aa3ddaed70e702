/* ensemble.h - the outputs of a network as an ensemble: their class probabilities are averaged. */
#ifndef NN_ENSEMBLE_H
#define NN_ENSEMBLE_H

#include "net.h"
#include "train.h"

/* *accuracy: the fraction of the first `count` images whose label has the largest mean probability
 * over all outputs (of equal ones the first class), without dropout. kernels: NULL means the
 * fastest. Returns 0, or -1 when memory runs out. */
int nn_ensemble_accuracy(const struct nn_net *net, const float *params,
	const struct nn_images *images, uint32_t count, const struct nn_kernels *kernels,
	double *accuracy);

#endif

/* ensemble.h - the outputs of a network together: their class probabilities averaged. */
#ifndef NN_ENSEMBLE_H
#define NN_ENSEMBLE_H

#include "net.h"
#include "train.h"

/* The share of the first `count` images whose class has the largest mean probability over all
 * outputs (of equal ones the first class), dropout off. kernels: NULL: the fastest. Returns 0, or
 * -1 when memory runs out. */
int nn_ensemble_accuracy(const struct nn_net *net, const float *params,
	const struct nn_images *images, uint32_t count, const struct nn_kernels *kernels,
	double *accuracy);

#endif

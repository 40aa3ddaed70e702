/* work.h - the useful work of a network: multiply-accumulates of one image, of direct convolution,
 * and only of outputs that are read. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include "nn/net.h"

struct work {
	double forward;
	double training; /* forward, gradients of the weights, and of the inputs that want one: not
			    of images */
};

struct work work_of(const struct nn_net *net);

#endif

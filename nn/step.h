/* step.h - one training step from the gradient of a batch: clipping, decay, the optimizer's kernel
 * for each tensor, lookahead. Internal to nn. */
#ifndef NN_STEP_H
#define NN_STEP_H

#include <stdbool.h>

#include "kernels/kernels.h"
#include "net.h"
#include "optimizer.h"

/* The arrays are [parameter_count], rounded up to whole cache lines, and not owned. */
struct nn_step {
	const struct nn_net *net;
	const struct nn_kernels *kernels;
	const struct nn_optimizer *optimizer;
	const bool *frozen; /* [tensor_count] */
	float *params, *first, *second;
	float *gradients;               /* modified by clipping and l2 */
	float *slow;                    /* lookahead; NULL: none */
	struct nn_step_factors factors; /* of this step */
	double clip;                    /* factor of clip_norm for this step's gradient */
};

/* The factor of clip_norm, from the whole gradient; 1 if nothing is clipped. The order of
 * summation: squares of all trained parameters in their order, into sixteen sums in turn, then over
 * these (8, 4, 2, 1), in double precision. */
double nn_step_clip(const struct nn_step *s);

/* Step the parameters from .. to - 1, frozen tensors excepted. from is a multiple of 16. */
void nn_step_range(const struct nn_step *s, size_t from, size_t to);

/* Lookahead's update after step number `step`, counted from 1. Does nothing without lookahead. */
void nn_step_lookahead(const struct nn_step *s, long step);

/* Before the first step: lookahead's slow weights start as the weights. */
void nn_step_begin(const struct nn_step *s);

#endif

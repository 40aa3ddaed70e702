/* step.h - what a step does with the gradient of a batch: clipping, decay, the optimizer's kernel
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
	float *gradients;               /* changed by clipping and l2 */
	float *slow;                    /* lookahead; NULL: none */
	struct nn_step_factors factors; /* of this step */
	double clip;                    /* what clip_norm multiplies this step's gradient by */
};

/* The factor of clip_norm, from the whole gradient: squares of all trained parameters, added in
 * their order, sixteen sums and then these (8, 4, 2, 1), in double precision. 1 where nothing is
 * clipped. */
double nn_step_clip(const struct nn_step *s);

/* The step of those of the parameters from .. to - 1 that are not frozen. */
void nn_step_range(const struct nn_step *s, size_t from, size_t to);

/* After a step that counts from 1: the slow weights. */
void nn_step_lookahead(const struct nn_step *s, long step);

/* Before the first step. */
void nn_step_begin(const struct nn_step *s);

#endif

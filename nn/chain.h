/* chain.h - layers that are processed together, a few channels at a time: what one of them computes
 * is still in the cache when the next one reads it. A map that only the next layer of a chain reads
 * is a strip with room for these channels. Internal to nn.
 *
 * Forward, a chain has a convolution, depthwise convolutions and batch normalisations that do not
 * wait for other blocks, each of them read by the next. Backward, a pair is a batch normalisation
 * and the depthwise convolution before it. No sum changes its order. */
#ifndef NN_CHAIN_H
#define NN_CHAIN_H

#include "plan.h"

/* Find the chains of a plan from nn_plan_make, and lay out its memory again. Not for plans whose
 * maps are rounded, measured or read by somebody else. */
void nn_plan_chain(struct nn_plan *plan, const struct nn_net *net);

#endif

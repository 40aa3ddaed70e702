/* chain.h - layers that go over memory together: a few channels of all of them, then the next few,
 * so that what one gives is still in the cache when the next reads it. What is read by nobody else
 * has no map, but a strip of as many channels as go at once. Internal to nn.
 *
 * Forward, a chain is a convolution, depthwise convolutions and batch normalisations that need no
 * other image, each read by the next one: every channel by itself. Back it is a batch normalisation
 * and the depthwise convolution before it. No sum changes its order. */
#ifndef NN_CHAIN_H
#define NN_CHAIN_H

#include "plan.h"

/* Find the chains of a plan that is made, and lay its maps out again. Not for plans whose maps are
 * looked at, rounded or measured. */
void nn_plan_chain(struct nn_plan *plan, const struct nn_net *net);

#endif

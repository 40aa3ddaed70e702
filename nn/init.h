/* init.h - initial weights, as Keras draws them (paper.md, "Training"). */
#ifndef NN_INIT_H
#define NN_INIT_H

#include <stdint.h>

#include "net.h"

/* Fill one tensor (out: its count floats). Biases, betas and moving means are 0, gammas and moving
 * variances 1. He normal: normal with standard deviation sqrt(2 / fan_in) / 0.87962566103423978,
 * truncated at two of them (by the inverse distribution function). Glorot uniform: +- sqrt(6 /
 * (fan_in + fan_out)). The numbers depend on the seed and the tensor's name alone: a layer of the
 * same name and size starts the same in every network. */
void nn_init_tensor(const struct nn_tensor *tensor, uint64_t seed, float *out);

/* All tensors of a network; params has net->parameter_count floats. */
void nn_init_net(const struct nn_net *net, uint64_t seed, float *params);

#endif

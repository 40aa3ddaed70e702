/* init.h - initial weights, as Keras draws them (paper.md, "Training"). */
#ifndef NN_INIT_H
#define NN_INIT_H

#include <stdint.h>

#include "net.h"

/* Fill one tensor (out: its count floats). The numbers depend on the seed and the tensor's name
 * alone: a layer of the same name and size starts the same in every network. Normal distributions
 * are by the inverse distribution function, truncated ones at two standard deviations and scaled by
 * 1 / 0.87962566103423978, so that their sd is what is said here (Keras). he normal, he uniform
 * truncated normal of sd sqrt(2 / fan_in); +- sqrt(6 / fan_in) glorot normal, glorot uniform
 * truncated normal of sd sqrt(2 / (fan_in + fan_out)); +- sqrt(6 / (fan_in + fan_out)) lecun
 * normal, lecun uniform    truncated normal of sd sqrt(1 / fan_in); +- sqrt(3 / fan_in) torch
 * uniform                  +- sqrt(1 / fan_in), biases too: PyTorch's default normal, uniform
 * normal of sd `amount`, not truncated; +- amount orthogonal                     a random normal
 * matrix [outputs][fan_in] whose rows (or columns, if they are fewer) are made orthonormal, times
 * `amount` constant                       amount Other biases, betas and moving means are 0, gammas
 * and moving variances 1. */
void nn_init_tensor(const struct nn_tensor *tensor, uint64_t seed, float *out);

/* All tensors of a network; params has net->parameter_count floats. */
void nn_init_net(const struct nn_net *net, uint64_t seed, float *params);

#endif

/* init.h - initial weights, as Keras draws them (paper.md, "Training"). */
#ifndef NN_INIT_H
#define NN_INIT_H

#include <stdint.h>

#include "net.h"

/* Fill one tensor (out: tensor->count floats). The numbers depend on the seed and the tensor's name
 * alone, so a layer of the same name and size starts with the same weights in every network.
 *
 *   he normal        truncated normal of sd sqrt(2 / fan_in)
 *   he uniform       uniform within +- sqrt(6 / fan_in)
 *   glorot normal    truncated normal of sd sqrt(2 / (fan_in + fan_out))
 *   glorot uniform   uniform within +- sqrt(6 / (fan_in + fan_out))
 *   lecun normal     truncated normal of sd sqrt(1 / fan_in)
 *   lecun uniform    uniform within +- sqrt(3 / fan_in)
 *   torch uniform    uniform within +- sqrt(1 / fan_in), biases too: PyTorch's default
 *   normal           normal of sd `amount`, not truncated
 *   uniform          uniform within +- amount
 *   orthogonal       a random normal matrix [outputs][fan_in] whose rows are made orthonormal (its
 *                    columns, if there are fewer of them), times `amount`
 *   constant         amount
 *
 * Other biases, betas and moving means are 0; gammas and moving variances are 1. Normal numbers
 * come from the quantile function. A truncated normal is cut at two standard deviations and divided
 * by 0.87962566103423978, so that its sd is the one given above (as in Keras). */
void nn_init_tensor(const struct nn_tensor *tensor, uint64_t seed, float *out);

/* All tensors of a network; params: [net->parameter_count]. */
void nn_init_net(const struct nn_net *net, uint64_t seed, float *params);

#endif

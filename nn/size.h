/* size.h - compute and activation memory that inference with a network needs. */
#ifndef NN_SIZE_H
#define NN_SIZE_H

#include <stddef.h>

#include "net.h"

/* Multiply-accumulates for one image, of convolutions and dense layers. Every position of an output
 * of net.h's shape counts: also taps on padding, and rows that "valid" pooling then drops. Biases,
 * pooling, activations and batch normalisation do not count. */
size_t nn_net_macs(const struct nn_net *net);
/* The same for one layer. */
size_t nn_layer_macs(const struct nn_net *net, int layer);

/* Floats needed at once when one image goes through the network layer by layer: the maximum over
 * layers of the output's size plus the inputs' sizes. Dropout (the identity in inference) and
 * outputs are left out. */
size_t nn_net_activations(const struct nn_net *net);

#endif

/* size.h - what a network asks of the machine that it runs on. */
#ifndef NN_SIZE_H
#define NN_SIZE_H

#include <stddef.h>

#include "net.h"

/* Multiply-accumulates for one image: of convolutions and dense layers, over every position of
 * their outputs as net.h has the shapes (padding counts; what "valid" pooling drops, too). Biases,
 * pooling, activations and batch normalisation are none. */
size_t nn_net_macs(const struct nn_net *net);
/* Those of one layer. */
size_t nn_layer_macs(const struct nn_net *net, int layer);

/* Floats that are needed at once when one image goes through layer by layer: the largest sum of a
 * layer's output and of its inputs'. Dropout, which does nothing then, and outputs need none. */
size_t nn_net_activations(const struct nn_net *net);

#endif

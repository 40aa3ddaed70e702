/* networks.h - the networks of paper.md ("Models") for any image shape: model `lightweight`. */
#ifndef RUN_NETWORKS_H
#define RUN_NETWORKS_H

#include "../../nn/nn.h"
#include "../base/err.h"

enum network_kind { NETWORK_SUBMODEL, NETWORK_DUAL, NETWORK_UNIFIED };

/* Layers of a submodel (path stem1/ or stem2/): conv1 (3x3, 10, ReLU), pool1, conv2 (3x3, 20, ReLU), pool2, dense (classes), output.
 * The dual model is stem1 and stem2 with an input and an output each; a submodel alone is stem1. The unified model has one input, both
 * stems with `wide` (the whole map, 10, ReLU) in place of dense, then concat, dense (32, ReLU), dropout (0.5), classifier, output.
 * 28x28x1 and ten classes: 6,930, 13,860 and 14,862 parameters; 32x32x3: 9,310, 18,620 and 19,622.
 * Returns 0, or -1 with e (ERR_USAGE) when the images are too small: the layer and both shapes are named. */
int network_build(enum network_kind kind, struct nn_shape input, int classes, struct nn_net *net, struct err *e);

#endif

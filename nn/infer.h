/* infer.h - inference of one image at a time, for low latency (nn_evaluate is for high throughput).
 *
 * There are three ways to run a network:
 *   by position  the positions of a map are in the lanes. For networks like the paper's: 3x3
 *                "valid" convolutions with ReLU and 2x2 max pooling, then dense layers (also
 *                convolutions over the whole map), concatenation, ReLU and dropout
 *   by channel   the channels of a map are in the lanes (infer_channels.c). For all other networks,
 *                and for those whose channels leave fewer lanes empty than their positions
 *   as a block   one image and 15 empty lanes, if infer_channels.c does not support a layer
 * Every output is summed in the order of train.h, so logits are the same bits as those of
 * nn_logits, in every kernel variant.
 *
 * All memory is allocated at creation. An object may be used by one thread at a time; make one for
 * each thread. */
#ifndef NN_INFER_H
#define NN_INFER_H

#include <stdbool.h>
#include <stdint.h>

#include "net.h"
#include "train.h"

struct nn_infer;

/* For net, which must outlive it, with these weights, which are copied (NULL: zeros). kernels: NULL
 * means the fastest. NULL when memory runs out. Freed by nn_infer_free, which accepts NULL. */
struct nn_infer *nn_infer_new(
	const struct nn_net *net, const float *params, const struct nn_kernels *kernels);
void nn_infer_free(struct nn_infer *f);

/* The same, but by position wherever possible, even if by channel is faster. */
struct nn_infer *nn_infer_new_by_position(
	const struct nn_net *net, const float *params, const struct nn_kernels *kernels);

/* Does it run by position? */
bool nn_infer_by_position(const struct nn_infer *f);

/* Run an image of the network's input shape, [channels][height][width]: bytes, which are divided by
 * 255, or floats. Every input sees it. */
void nn_infer_bytes(struct nn_infer *f, const uint8_t *image);
void nn_infer_floats(struct nn_infer *f, const float *image);

/* Results of the last image: the logits of an output, [classes], valid until the next call; and its
 * probabilities: the softmax as the loss computes it. */
const float *nn_infer_logits(const struct nn_infer *f, int output);
void nn_infer_probabilities(const struct nn_infer *f, int output, float *probabilities);

#endif

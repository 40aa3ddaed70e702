/* infer.h - one image at a time: as soon as possible, instead of as many as possible (train.h's
 * nn_evaluate).
 *
 * A network of 3x3 "valid" convolutions with ReLU and 2x2 max pooling, then dense layers (also
 * convolutions over the whole map), concatenation, ReLU and dropout, as the paper's, runs with the
 * positions of a map in the lanes; any other with the channels of a map in the lanes. (A layer that
 * infer_channels.c does not know makes it a block of one image and 15 empty lanes.) In every way
 * every output is summed in the order of train.h, so its logits are the same bits as nn_logits', in
 * every variant.
 *
 * All memory is had at creation; a call allocates nothing. Not for use by two threads at once: make
 * one for each. */
#ifndef NN_INFER_H
#define NN_INFER_H

#include <stdbool.h>
#include <stdint.h>

#include "net.h"
#include "train.h"

struct nn_infer;

/* For net, which must outlive it, with these weights, which are copied (NULL: zeros). kernels:
 * NULL: the fastest. NULL when memory runs out. Freed by nn_infer_free, which takes NULL. */
struct nn_infer *nn_infer_new(
	const struct nn_net *net, const float *params, const struct nn_kernels *kernels);
void nn_infer_free(struct nn_infer *f);

/* Do positions lie in the lanes? */
bool nn_infer_by_position(const struct nn_infer *f);

/* Run an image of the network's input shape, [channels][height][width]: bytes, which count as p /
 * 255, or floats. Every input sees it. */
void nn_infer_bytes(struct nn_infer *f, const uint8_t *image);
void nn_infer_floats(struct nn_infer *f, const float *image);

/* Of the last image: logits of output k, [classes], until the next call, and its probabilities: the
 * softmax, as the loss has it. */
const float *nn_infer_logits(const struct nn_infer *f, int output);
void nn_infer_probabilities(const struct nn_infer *f, int output, float *probabilities);

#endif

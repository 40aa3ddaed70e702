/* infer_channels.h - inference of one image with the channels of its maps in the lanes, for any
 * network of supported layers. Internal to nn; callers use infer.h. */
#ifndef NN_INFER_CHANNELS_H
#define NN_INFER_CHANNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "net.h"

struct nn_channels;

/* For net, which must outlive it; weights are copied. NULL when memory runs out, or when a layer is
 * not supported. Freed by nn_channels_free, which accepts NULL. */
struct nn_channels *nn_channels_new(
	const struct nn_net *net, const float *params, const struct nn_kernels *kernels);
void nn_channels_free(struct nn_channels *f);

/* Run an image [channels][height][width]: bytes, each converted to over_255[byte], or floats if
 * bytes is NULL. */
void nn_channels_run(
	struct nn_channels *f, const uint8_t *bytes, const float *over_255, const float *floats);

/* The logits of an output; 16 more floats behind them may be read. */
const float *nn_channels_logits(const struct nn_channels *f, int output);

#endif

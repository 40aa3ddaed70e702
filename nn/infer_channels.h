/* infer_channels.h - one image with the channels of its maps in the lanes: any network of known
 * layers. Internal to nn; infer.h is what callers see. */
#ifndef NN_INFER_CHANNELS_H
#define NN_INFER_CHANNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "net.h"

struct nn_channels;

/* For net, which must outlive it; weights are copied. NULL when memory runs out, or when the
 * network has a layer that is not known here. Freed by nn_channels_free, which takes NULL. */
struct nn_channels *nn_channels_new(
	const struct nn_net *net, const float *params, const struct nn_kernels *kernels);
void nn_channels_free(struct nn_channels *f);

/* Run an image [channels][height][width]: bytes, each of them over_255[byte], or floats with bytes
 * NULL. */
void nn_channels_run(
	struct nn_channels *f, const uint8_t *bytes, const float *over_255, const float *floats);

/* The logits of output k; 16 floats past them may be read. */
const float *nn_channels_logits(const struct nn_channels *f, int output);

#endif

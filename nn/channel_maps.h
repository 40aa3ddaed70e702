/* channel_maps.h - the layers without weights that have no kernel of their own for maps
 * [position][channel] (infer_channels.h). Internal to nn.
 *
 * `wide`: floats from one position to the next, channels rounded up to whole vectors. Maps do not
 * overlap. The results have the bits of the kernels that batches use. */
#ifndef NN_CHANNEL_MAPS_H
#define NN_CHANNEL_MAPS_H

#include <stddef.h>

#include "kernels/kernels.h"
#include "net.h"

/* out = in * by, `by` having one number for each channel. */
void nn_channel_gate(float *out, const float *in, const float *by, size_t wide, size_t positions);

/* Shuffled or padded channels: channel c of out is channel nn_channel_source of in, or zeros. */
void nn_channel_select(float *out, const float *in, const struct nn_net *net,
	const struct nn_layer *layer, size_t wide, size_t in_wide, size_t positions);

/* Pooling with windows that may overlap or extend beyond the map: maxima, or means over the
 * positions inside the map, summed in scan order. Of s the channels and distances are not used. */
void nn_channel_window(
	float *out, const float *in, const struct nn_window *s, size_t wide, bool mean);

#endif

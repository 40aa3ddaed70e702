/* depthwise.h - a convolution of each channel by itself: conv.h's kernels, one channel at a time.
 */
#ifndef NN_KERNELS_DEPTHWISE_H
#define NN_KERNELS_DEPTHWISE_H

#include "conv.h"

INLINE struct nn_conv one_channel(const struct nn_conv *s)
{
	struct nn_conv one = *s;
	one.in_channels = one.out_channels = 1;
	return one;
}

static void depthwise_forward(
	float *out, const float *in, const float *w, const float *b, const struct nn_conv *s)
{
	const struct nn_conv one = one_channel(s);
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	for (size_t c = 0; c < (size_t)s->out_channels; c++)
		conv_forward(out + c * out_plane, in + c * s->in_plane, w + c * taps, b + c, &one);
}

static void depthwise_backward_input(
	float *din, const float *dout, const float *w, const struct nn_conv *s)
{
	const struct nn_conv one = one_channel(s);
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	for (size_t c = 0; c < (size_t)s->out_channels; c++)
		conv_backward_input(
			din + c * s->in_plane, dout + c * out_plane, w + c * taps, &one);
}

static void depthwise_backward_weights(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, float *scratch)
{
	const struct nn_conv one = one_channel(s);
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	for (size_t c = 0; c < (size_t)s->out_channels; c++)
		conv_backward_weights(dw + c * taps, db + c, in + c * s->in_plane,
			dout + c * out_plane, &one, scratch);
}

#endif

/* average.h - average pooling with windows side by side, global pooling included. */
#ifndef NN_KERNELS_AVERAGE_H
#define NN_KERNELS_AVERAGE_H

#include "elementwise.h"
#include "kernels.h"
#include "lanes.h"

static void average_forward(float *out, const float *in, const struct nn_average *s)
{
	const vf share = all(1.0f / (float)(s->window_height * s->window_width));
	for (int c = 0; c < s->channels; c++, in += s->in_plane)
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++, out += LANES)
				for (int lane = 0; lane < LANES; lane += W) {
					const float *p = in
						+ (size_t)(y * s->window_height) * s->in_row
						+ (size_t)(x * s->window_width) * LANES + lane;
					vf sum = { 0 };
					for (int ky = 0; ky < s->window_height; ky++)
						for (int kx = 0; kx < s->window_width; kx++)
							sum += load(p + (size_t)ky * s->in_row
								+ (size_t)kx * LANES);
					store(out + lane, sum * share);
				}
}

static void average_backward(float *din, const float *dout, const struct nn_average *s)
{
	const vf share = all(1.0f / (float)(s->window_height * s->window_width));
	for (int c = 0; c < s->channels; c++, din += s->in_plane) {
		clear_beyond(din, s->in_plane, s->in_row,
			(size_t)(s->out_height * s->window_height),
			(size_t)(s->out_width * s->window_width));
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++, dout += LANES)
				for (int lane = 0; lane < LANES; lane += W) {
					float *p = din + (size_t)(y * s->window_height) * s->in_row
						+ (size_t)(x * s->window_width) * LANES + lane;
					vf d = load(dout + lane) * share;
					for (int ky = 0; ky < s->window_height; ky++)
						for (int kx = 0; kx < s->window_width; kx++)
							store(p + (size_t)ky * s->in_row
									+ (size_t)kx * LANES,
								d);
				}
	}
}

#endif

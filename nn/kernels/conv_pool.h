/* conv_pool.h - 3x3 valid convolution + ReLU + 2x2 max pooling: the paper's hot path. The register
 * tile is one pool window, four positions, by several channels. Pooling happens in registers, and
 * every broadcast weight is used four times. */
#ifndef NN_KERNELS_CONV_POOL_H
#define NN_KERNELS_CONV_POOL_H

#include "kernels.h"
#include "tile.h"

/* Channels of the forward tile, and rows of a window of the backward tile: 20 or 12, and 24 or 12,
 * sums in registers. */
enum { FORWARD_TILE = REGISTERS == 32 ? 5 : 3, INPUT_ROWS = REGISTERS == 32 ? 2 : 1 };

/* One row of windows for `count` output channels, starting at out, argmax, w and b. */
INLINE void conv_pool_row(float *out, int32_t *argmax, const float *in, const float *w,
	const float *b, const struct nn_conv_pool *s, const int count)
{
	const size_t row = s->in_row, plane = s->in_plane, filter = (size_t)s->in_channels * 9;
	const size_t windows = (size_t)s->pool_height * (size_t)s->pool_width * LANES;
	for (const float *end = in + 2 * s->pool_width * LANES; in != end;
		in += 2 * LANES, out += LANES) {
		vf a[4][FORWARD_TILE];
		UNROLL for (int o = 0; o < count; o++) a[0][o] = a[1][o] = a[2][o] = a[3][o] =
			all(b[o]);
		const float *channel = in;
		for (const float *taps = w; taps != w + filter; taps += 9, channel += plane)
			UNROLL for (size_t t = 0; t < 9; t++)
			{
				const float *p = channel + t / 3 * row + t % 3 * LANES;
				vf x0 = load(p), x1 = load(p + LANES), x2 = load(p + row),
				   x3 = load(p + row + LANES);
				UNROLL for (size_t o = 0; o < (size_t)count; o++)
				{
					vf f = all(taps[o * filter + t]);
					a[0][o] = fma_(x0, f, a[0][o]);
					a[1][o] = fma_(x1, f, a[1][o]);
					a[2][o] = fma_(x2, f, a[2][o]);
					a[3][o] = fma_(x3, f, a[3][o]);
				}
			}
		UNROLL for (size_t o = 0; o < (size_t)count; o++)
		{
			vf top = max_(a[1][o], a[0][o]), bottom = max_(a[3][o], a[2][o]),
			   best = max_(bottom, top);
			store(out + o * windows, relu(best));
			if (argmax) { /* of equal values, the first in scan order */
				vi in_top = (a[1][o] > a[0][o]) & 1,
				   in_bottom = ((a[3][o] > a[2][o]) & 1) | 2;
				store_int(argmax + o * windows,
					select_int(bottom > top, in_bottom, in_top)
						| (best <= (vf){ 0 }));
			}
		}
		if (argmax)
			argmax += LANES;
	}
}

/* Row by row of windows, so that the input of a row stays in the cache for all output channels. */
static void conv_pool_forward(float *out, int32_t *argmax, const float *in, const float *w,
	const float *b, const struct nn_conv_pool *s)
{
	const size_t pool_row = (size_t)s->pool_width * LANES,
		     windows = (size_t)s->pool_height * pool_row,
		     filter = (size_t)s->in_channels * 9;
	for (size_t y = 0; y < (size_t)s->pool_height; y++)
		for (size_t o = 0, count; o < (size_t)s->out_channels; o += count) {
			count = tile_of((size_t)s->out_channels - o, FORWARD_TILE);
			for (size_t lane = 0; lane < LANES; lane += W) {
				const size_t at = o * windows + y * pool_row + lane;
				float *to = out + at;
				int32_t *index = argmax ? argmax + at : NULL;
				const float *from = in + 2 * y * s->in_row + lane,
					    *f = w + o * filter;
				switch (count) {
#if REGISTERS == 32
				case 5: conv_pool_row(to, index, from, f, b + o, s, 5); break;
				case 4: conv_pool_row(to, index, from, f, b + o, s, 4); break;
#endif
				case 3: conv_pool_row(to, index, from, f, b + o, s, 3); break;
				case 2: conv_pool_row(to, index, from, f, b + o, s, 2); break;
				default: conv_pool_row(to, index, from, f, b + o, s, 1);
				}
			}
		}
}

/* The gradient of a window's four positions: that of the pooled value at the maximum, else 0. */
INLINE void unpool(float *window, size_t stride, vf gradient, vi argmax)
{
	UNROLL for (int q = 0; q < 4; q++)
		store(window + (size_t)q * stride, keep_where(argmax == q, gradient));
}

/* Add `rows` rows of a window to the gradient of one input channel: 3 x 4 positions each, summed
 * over o, ky, kx. window is the un-pooled gradient [out_channels][4], w the channel's weights,
 * `filter` floats from one output channel to the next. */
INLINE void conv_pool_input_tile(float *din, size_t row, const float *window, const float *w,
	const float *w_end, size_t filter, const int rows)
{
	vf a[INPUT_ROWS][3][4];
	UNROLL for (int r = 0; r < rows; r++) UNROLL for (int t = 0; t < 12; t++)
		a[r][t / 4][t % 4] = (vf){ 0 };
	for (; w != w_end; window += 4 * LANES, w += filter) {
		vf d[INPUT_ROWS][2];
		UNROLL for (int r = 0; r < rows; r++) UNROLL for (int c = 0; c < 2; c++) d[r][c] =
			load(window + (2 * r + c) * LANES);
		UNROLL for (int t = 0; t < 9; t++)
		{
			vf f = all(w[t]);
			UNROLL for (int r = 0; r < rows; r++)
			{
				a[r][t / 3][t % 3] = fma_(d[r][0], f, a[r][t / 3][t % 3]);
				a[r][t / 3][t % 3 + 1] = fma_(d[r][1], f, a[r][t / 3][t % 3 + 1]);
			}
		}
	}
	UNROLL for (int y = 0; y < rows + 2; y++) UNROLL for (int x = 0; x < 4; x++)
	{
		float *p = din + (size_t)y * row + x * LANES;
		vf sum = load(p);
		UNROLL for (int r = 0; r < rows; r++) if (y >= r && y < r + 3) sum +=
			a[r][y - r][x];
		store(p, sum);
	}
}

static void conv_pool_backward_input(float *din, const float *dout, const int32_t *argmax,
	const float *w, const struct nn_conv_pool *s, float *scratch)
{
	const size_t row = s->in_row, plane = s->in_plane, filter = (size_t)s->in_channels * 9,
		     outputs = (size_t)s->out_channels;
	const size_t width = (size_t)s->pool_width, windows = (size_t)s->pool_height * width;
	memset(din, 0, (size_t)s->in_channels * plane * sizeof(*din));
	for (size_t lane = 0; lane < LANES; lane += W)
		for (size_t k = 0; k < windows; k++) {
			for (size_t o = 0; o < outputs; o++) {
				const size_t from = (o * windows + k) * LANES + lane;
				unpool(scratch + 4 * o * LANES, LANES, load(dout + from),
					load_int(argmax + from));
			}
			float *to = din + 2 * (k / width) * row + 2 * (k % width) * LANES + lane;
			for (const float *taps = w; taps != w + filter; taps += 9, to += plane)
				for (int r = 0; r < 2; r += INPUT_ROWS)
					conv_pool_input_tile(to + (size_t)r * row, row,
						scratch + 2 * r * LANES, taps,
						taps + outputs * filter, filter, INPUT_ROWS);
		}
}

#include "conv_pool_weights.h"

#endif

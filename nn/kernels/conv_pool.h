/* conv_pool.h - 3x3 valid convolution + ReLU + 2x2 max pooling: the paper's hot path. The register tile is a pool window, four positions,
 * by several channels, so that pooling happens in registers and every weight that is broadcast is used four times. */
#ifndef NN_KERNELS_CONV_POOL_H
#define NN_KERNELS_CONV_POOL_H

#include "kernels.h"
#include "sum.h"

/* Channels of a register tile: with 32 vector registers, or with 16. */
enum { FORWARD_TILE = W == 16 ? 5 : 2, INPUT_TILE = W == 16 ? 2 : 1, WEIGHT_TILE = W == 16 ? 2 : 1 };

/* One window of `count` output channels from w, b and out on. */
INLINE void conv_pool_tile(float *out, int32_t *argmax, const float *in, const float *w, const float *b, const struct nn_conv_pool *s,
                           const int count)
{
	const size_t row = s->in_row, windows = (size_t)s->pool_height * (size_t)s->pool_width;
	const size_t filter = (size_t)s->in_channels * 9;
	vf a[4][FORWARD_TILE];
	UNROLL for (int o = 0; o < count; o++)
		a[0][o] = a[1][o] = a[2][o] = a[3][o] = all(b[o]);
	for (int i = 0; i < s->in_channels; i++, in += s->in_plane, w += 9) {
		UNROLL for (int t = 0; t < 9; t++) {
			const float *p = in + (size_t)(t / 3) * row + (t % 3) * LANES;
			vf x0 = load(p), x1 = load(p + LANES), x2 = load(p + row), x3 = load(p + row + LANES);
			UNROLL for (int o = 0; o < count; o++) {
				vf f = all(w[(size_t)o * filter + (size_t)t]);
				a[0][o] = fma_(x0, f, a[0][o]);
				a[1][o] = fma_(x1, f, a[1][o]);
				a[2][o] = fma_(x2, f, a[2][o]);
				a[3][o] = fma_(x3, f, a[3][o]);
			}
		}
	}
	UNROLL for (int o = 0; o < count; o++) {
		size_t at = (size_t)o * windows * LANES;
		vf top = max_(a[1][o], a[0][o]), bottom = max_(a[3][o], a[2][o]), best = max_(bottom, top);
		store(out + at, relu(best));
		if (argmax) { /* of equal values the first in scan order */
			vi in_top = (a[1][o] > a[0][o]) & 1, in_bottom = ((a[3][o] > a[2][o]) & 1) | 2;
			store_int(argmax + at, select_int(bottom > top, in_bottom, in_top) | (best <= (vf){ 0 }));
		}
	}
}

static void conv_pool_forward(float *out, int32_t *argmax, const float *in, const float *w, const float *b, const struct nn_conv_pool *s)
{
	const size_t windows = (size_t)s->pool_height * (size_t)s->pool_width, filter = (size_t)s->in_channels * 9;
	for (int lane = 0; lane < LANES; lane += W)
		for (size_t k = 0; k < windows; k++) {
			size_t y = k / (size_t)s->pool_width, x = k % (size_t)s->pool_width;
			const float *p = in + 2 * y * s->in_row + 2 * x * LANES + lane;
			size_t at = k * LANES + (size_t)lane;
			int o = 0;
			for (; o + FORWARD_TILE <= s->out_channels; o += FORWARD_TILE) {
				size_t to = at + (size_t)o * windows * LANES;
				conv_pool_tile(out + to, argmax ? argmax + to : NULL, p, w + (size_t)o * filter, b + o, s, FORWARD_TILE);
			}
			for (; o < s->out_channels; o++) {
				size_t to = at + (size_t)o * windows * LANES;
				conv_pool_tile(out + to, argmax ? argmax + to : NULL, p, w + (size_t)o * filter, b + o, s, 1);
			}
		}
}

/* The gradient of the four positions of a window: that of the pooled value where the maximum was, else 0. */
INLINE void unpool(float *window, const float *dout, const int32_t *argmax)
{
	vf g = load(dout);
	vi at = load_int(argmax);
	UNROLL for (int q = 0; q < 4; q++)
		store(window + q * LANES, keep_where(at == q, g));
}

/* The same into registers. */
INLINE void unpool_registers(vf d[4], const float *dout, const int32_t *argmax)
{
	vf g = load(dout);
	vi at = load_int(argmax);
	UNROLL for (int q = 0; q < 4; q++)
		d[q] = keep_where(at == q, g);
}

/* The contribution of one row of a window to the gradient of `count` input channels: a patch of 3 x 4 positions each. */
INLINE void conv_pool_input_tile(float *din, const float *window, const float *w, const struct nn_conv_pool *s, const int count)
{
	const size_t filter = (size_t)s->in_channels * 9;
	vf a[INPUT_TILE][3][4];
	UNROLL for (int i = 0; i < count; i++)
		UNROLL for (int t = 0; t < 12; t++)
			a[i][t / 4][t % 4] = (vf){ 0 };
	for (int o = 0; o < s->out_channels; o++, window += 4 * LANES, w += filter) {
		vf left = load(window), right = load(window + LANES);
		UNROLL for (int i = 0; i < count; i++)
			UNROLL for (int t = 0; t < 9; t++) {
				vf f = all(w[i * 9 + t]);
				a[i][t / 3][t % 3] = fma_(left, f, a[i][t / 3][t % 3]);
				a[i][t / 3][t % 3 + 1] = fma_(right, f, a[i][t / 3][t % 3 + 1]);
			}
	}
	UNROLL for (int i = 0; i < count; i++)
		UNROLL for (int t = 0; t < 12; t++) {
			float *p = din + (size_t)i * s->in_plane + (size_t)(t / 4) * s->in_row + (t % 4) * LANES;
			store(p, load(p) + a[i][t / 4][t % 4]);
		}
}

static void conv_pool_backward_input(float *din, const float *dout, const int32_t *argmax, const float *w, const struct nn_conv_pool *s,
                                     float *scratch)
{
	const size_t windows = (size_t)s->pool_height * (size_t)s->pool_width;
	memset(din, 0, (size_t)s->in_channels * s->in_plane * sizeof *din);
	for (int lane = 0; lane < LANES; lane += W)
		for (size_t k = 0; k < windows; k++) {
			for (size_t o = 0; o < (size_t)s->out_channels; o++) {
				size_t from = (o * windows + k) * LANES + (size_t)lane;
				unpool(scratch + o * 4 * LANES, dout + from, argmax + from);
			}
			size_t y = k / (size_t)s->pool_width, x = k % (size_t)s->pool_width;
			float *d = din + 2 * y * s->in_row + 2 * x * LANES + lane;
			int i = 0;
			for (; i + INPUT_TILE <= s->in_channels; i += INPUT_TILE)
				for (int r = 0; r < 2; r++)
					conv_pool_input_tile(d + (size_t)i * s->in_plane + (size_t)r * s->in_row, scratch + 2 * r * LANES, w + i * 9, s, INPUT_TILE);
			for (; i < s->in_channels; i++)
				for (int r = 0; r < 2; r++)
					conv_pool_input_tile(d + (size_t)i * s->in_plane + (size_t)r * s->in_row, scratch + 2 * r * LANES, w + i * 9, s, 1);
		}
}

/* Sums over all positions, still by lane, for one input channel and `count` output channels. A value of the input that is loaded serves
 * all its taps: value (r, c) of a window's 4 x 4 patch meets position 0 at tap (r, c), 1 at (r, c-1), 2 at (r-1, c), 3 at (r-1, c-1), and
 * every tap still meets the positions in the order 0, 1, 2, 3. The un-pooled gradients come from windows (made once for many input
 * channels) or, if it is not `unpooled`, are made here from dout and argmax. */
INLINE void conv_pool_weight_tile(float *sums, size_t sums_stride, const float *in, const float *windows, const float *dout,
                                  const int32_t *argmax, const struct nn_conv_pool *s, const bool unpooled, const int count)
{
	const size_t positions = (size_t)s->pool_height * (size_t)s->pool_width;
	vf a[WEIGHT_TILE][3][3];
	UNROLL for (int o = 0; o < count; o++)
		UNROLL for (int t = 0; t < 9; t++)
			a[o][t / 3][t % 3] = (vf){ 0 };
	for (int y = 0; y < s->pool_height; y++)
		for (int x = 0; x < s->pool_width; x++, windows += 4 * LANES, dout += LANES, argmax += LANES) {
			const float *p = in + (size_t)(2 * y) * s->in_row + (size_t)(2 * x) * LANES;
			vf d[WEIGHT_TILE][4];
			UNROLL for (size_t o = 0; o < (size_t)count; o++) {
				if (unpooled)
					UNROLL for (size_t q = 0; q < 4; q++)
						d[o][q] = load(windows + (4 * o * positions + q) * LANES);
				else
					unpool_registers(d[o], dout + o * positions * LANES, argmax + o * positions * LANES);
			}
			UNROLL for (int k = 0; k < 16; k++) {
				const int r = k / 4, c = k % 4;
				vf v = load(p + (size_t)r * s->in_row + c * LANES);
				UNROLL for (int o = 0; o < count; o++) {
					if (r < 3 && c < 3)
						a[o][r][c] = fma_(v, d[o][0], a[o][r][c]);
					if (r < 3 && c > 0)
						a[o][r][c - 1] = fma_(v, d[o][1], a[o][r][c - 1]);
					if (r > 0 && c < 3)
						a[o][r - 1][c] = fma_(v, d[o][2], a[o][r - 1][c]);
					if (r > 0 && c > 0)
						a[o][r - 1][c - 1] = fma_(v, d[o][3], a[o][r - 1][c - 1]);
				}
			}
		}
	UNROLL for (int o = 0; o < count; o++)
		UNROLL for (int t = 0; t < 9; t++)
			store(sums + (size_t)o * sums_stride + t * LANES, a[o][t / 3][t % 3]);
}

/* The weights of `count` output channels. Scratch: per output channel its un-pooled gradient, then its sums by lane, the bias last. */
INLINE void conv_pool_weights(float *dw, float *db, const float *in, const float *dout, const int32_t *argmax, const struct nn_conv_pool *s,
                              float *scratch, const int count)
{
	const size_t positions = (size_t)s->pool_height * (size_t)s->pool_width, filter = (size_t)s->in_channels * 9;
	const size_t sums_stride = (filter + 16) * LANES;
	float *windows = scratch, *sums = scratch + (size_t)count * 4 * positions * LANES;
	for (int lane = 0; lane < LANES; lane += W) {
		for (size_t o = 0; o < (size_t)count; o++) {
			vf bias = { 0 };
			for (size_t k = o * positions; k < (o + 1) * positions; k++) {
				if (s->in_channels > 1)
					unpool(windows + 4 * k * LANES, dout + k * LANES + lane, argmax + k * LANES + lane);
				bias += keep_where(load_int(argmax + k * LANES + lane) >= 0, load(dout + k * LANES + lane));
			}
			store(sums + o * sums_stride + filter * LANES + lane, bias);
		}
		if (s->in_channels == 1)
			conv_pool_weight_tile(sums + lane, sums_stride, in + lane, windows, dout + lane, argmax + lane, s, false, count);
		for (int i = 0; s->in_channels > 1 && i < s->in_channels; i++)
			conv_pool_weight_tile(sums + i * 9 * LANES + lane, sums_stride, in + (size_t)i * s->in_plane + lane, windows, dout, argmax, s, true, count);
	}
	for (size_t o = 0; o < (size_t)count; o++) {
		float bias[16];
		sum_all_rows(dw + o * filter, sums + o * sums_stride, filter);
		sum_all_rows(bias, sums + o * sums_stride + filter * LANES, 1);
		db[o] = bias[0];
	}
}

static void conv_pool_backward_weights(float *dw, float *db, const float *in, const float *dout, const int32_t *argmax,
                                       const struct nn_conv_pool *s, float *scratch)
{
	const size_t plane = (size_t)s->pool_height * (size_t)s->pool_width * LANES, filter = (size_t)s->in_channels * 9;
	size_t o = 0;
	for (; o + WEIGHT_TILE <= (size_t)s->out_channels; o += WEIGHT_TILE)
		conv_pool_weights(dw + o * filter, db + o, in, dout + o * plane, argmax + o * plane, s, scratch, WEIGHT_TILE);
	for (; o < (size_t)s->out_channels; o++)
		conv_pool_weights(dw + o * filter, db + o, in, dout + o * plane, argmax + o * plane, s, scratch, 1);
}

#endif

/* conv_pool_weights.h - the gradient of the weights of conv_pool.h: sums over all windows, kept by
 * lane until the end.
 *
 * Only the position of the maximum has a gradient, out of the four of a window. There are two ways
 * to use that, with the same bits. One gives the other three a gradient of zero: four products per
 * weight and window. The other selects the inputs under the kernel at the maximum and multiplies
 * only those: one product and about two selections. The second is faster with the masks of AVX-512;
 * elsewhere selecting costs more. */
#ifndef NN_KERNELS_CONV_POOL_WEIGHTS_H
#define NN_KERNELS_CONV_POOL_WEIGHTS_H

#include "kernels.h"
#include "sum.h"
#include "tile.h"

/* Output channels of a tile, each with the three sums of a kernel row; and the approximate number
 * of windows that are un-pooled at a time, so that they stay in the L1 cache. */
enum { WEIGHT_TILE = 4, WEIGHT_WINDOWS = 28 };

/* Add `height` rows of windows to the sums of one kernel row of one input channel and `count`
 * output channels. in points to that kernel row's first input; windows is the un-pooled gradient
 * [height][pool_width][count][4][W]. */
INLINE void conv_pool_weight_tile(float *sums, size_t sums_stride, const float *in,
	const float *windows, int height, const struct nn_conv_pool *s, const int count)
{
	const size_t row = s->in_row;
	vf a[WEIGHT_TILE][3];
	UNROLL for (int o = 0; o < count; o++) UNROLL for (int kx = 0; kx < 3; kx++) a[o][kx] =
		load(sums + (size_t)o * sums_stride + kx * LANES);
	for (int y = 0; y < height; y++, in += 2 * row) {
		const float *p = in, *end = in + 2 * s->pool_width * LANES;
		for (; p != end; p += 2 * LANES, windows += 4 * count * W) {
			FRESH(p);
			UNROLL for (int q = 0; q < 4; q++)
			{
				const float *from = p + (size_t)(q / 2) * row + (q % 2) * LANES;
				vf x0 = load(from), x1 = load(from + LANES),
				   x2 = load(from + 2 * LANES);
				UNROLL for (int o = 0; o < count; o++)
				{
					vf d = load(windows + (4 * o + q) * W);
					a[o][0] = fma_(x0, d, a[o][0]);
					a[o][1] = fma_(x1, d, a[o][1]);
					a[o][2] = fma_(x2, d, a[o][2]);
				}
			}
		}
	}
	UNROLL for (int o = 0; o < count; o++) UNROLL for (int kx = 0; kx < 3; kx++)
		store(sums + (size_t)o * sums_stride + kx * LANES, a[o][kx]);
}

/* Un-pool `windows` windows of `count` output channels, `plane` floats apart, and add their
 * gradients to the sums of the biases. */
INLINE void conv_pool_unpool_tile(float *to, float *bias, size_t bias_stride, const float *dout,
	const int32_t *argmax, size_t plane, size_t windows, const int count)
{
	vf sum[WEIGHT_TILE];
	UNROLL for (int o = 0; o < count; o++) sum[o] = load(bias + (size_t)o * bias_stride);
	for (size_t k = 0; k < windows * LANES; k += LANES)
		UNROLL for (int o = 0; o < count; o++, to += 4 * W)
		{
			vf g = load(dout + (size_t)o * plane + k);
			vi at = load_int(argmax + (size_t)o * plane + k);
			unpool(to, W, g, at);
			sum[o] += keep_where(at >= 0, g);
		}
	UNROLL for (int o = 0; o < count; o++) store(bias + (size_t)o * bias_stride, sum[o]);
}

/* The sums of `count` output channels: [in_channels * 9 + 1][16] each, the bias last. */
INLINE void conv_pool_weight_sums(float *sums, size_t sums_stride, const float *in,
	const float *dout, const int32_t *argmax, const struct nn_conv_pool *s, float *windows,
	const int count)
{
	const int width = s->pool_width, rows = width < WEIGHT_WINDOWS ? WEIGHT_WINDOWS / width : 1;
	const size_t plane = (size_t)s->pool_height * (size_t)width * LANES,
		     filter = (size_t)s->in_channels * 9;
	for (int o = 0; o < count; o++)
		memset(sums + (size_t)o * sums_stride, 0, (filter + 1) * LANES * sizeof(*sums));
	for (int y = 0; y < s->pool_height; y += rows)
		for (int lane = 0; lane < LANES; lane += W) {
			const int height = y + rows <= s->pool_height ? rows : s->pool_height - y;
			const size_t from = (size_t)(y * width * LANES + lane);
			conv_pool_unpool_tile(windows, sums + filter * LANES + lane, sums_stride,
				dout + from, argmax + from, plane, (size_t)(height * width), count);
			for (int k = 0; k < 3 * s->in_channels; k++) {
				const float *kernel_row = in + (size_t)(k / 3) * s->in_plane
					+ (size_t)(2 * y + k % 3) * s->in_row + lane;
				conv_pool_weight_tile(sums + 3 * k * LANES + lane, sums_stride,
					kernel_row, windows, height, s, count);
			}
		}
}

#if W == 16
enum { SELECT_TILE = 2 };

/* The sums of `count` input channels of one output channel. open is its gradient, 0 where the ReLU
 * is closed. */
INLINE void conv_pool_select_tile(float *sums, const float *in, const float *open,
	const int32_t *argmax, const struct nn_conv_pool *s, const int count)
{
	const size_t row = s->in_row, plane = s->in_plane;
	vf a[SELECT_TILE][9];
	UNROLL for (int i = 0; i < count; i++) UNROLL for (int t = 0; t < 9; t++) a[i][t] =
		(vf){ 0 };
	for (int y = 0; y < s->pool_height; y++, in += 2 * row)
		for (const float *p = in, *end = in + 2 * s->pool_width * LANES; p != end;
			p += 2 * LANES, argmax += LANES, open += LANES) {
			vf g = load(open);
			__m512i at = (__m512i)load_int(argmax);
			__mmask16 lower = _mm512_test_epi32_mask(at, _mm512_set1_epi32(2)),
				  right = _mm512_test_epi32_mask(at, _mm512_set1_epi32(1));
			UNROLL for (size_t i = 0; i < (size_t)count; i++)
				UNROLL for (size_t ky = 0; ky < 3; ky++)
			{
				const float *from = p + i * plane + ky * row;
				__m512 x[4];
				UNROLL for (int c = 0; c < 4; c++) x[c] =
					_mm512_mask_blend_ps(lower, (__m512)load(from + c * LANES),
						(__m512)load(from + row + c * LANES));
				UNROLL for (int kx = 0; kx < 3; kx++)
				{
					vf under_maximum =
						(vf)_mm512_mask_blend_ps(right, x[kx], x[kx + 1]);
					a[i][3 * ky + kx] =
						fma_(under_maximum, g, a[i][3 * ky + kx]);
				}
			}
		}
	UNROLL for (int i = 0; i < count; i++) UNROLL for (int t = 0; t < 9; t++)
		store(sums + (9 * i + t) * LANES, a[i][t]);
}

/* The sums of one output channel, by selection. */
INLINE void conv_pool_selected_sums(float *sums, const float *in, const float *dout,
	const int32_t *argmax, const struct nn_conv_pool *s, float *open)
{
	const size_t plane = (size_t)s->pool_height * (size_t)s->pool_width * LANES;
	vf bias = { 0 };
	for (size_t k = 0; k < plane; k += LANES) {
		vf g = keep_where(load_int(argmax + k) >= 0, load(dout + k));
		store(open + k, g);
		bias += g;
	}
	int i = 0;
	for (; i + SELECT_TILE <= s->in_channels; i += SELECT_TILE)
		conv_pool_select_tile(sums + 9 * i * LANES, in + (size_t)i * s->in_plane, open,
			argmax, s, SELECT_TILE);
	for (; i < s->in_channels; i++)
		conv_pool_select_tile(
			sums + 9 * i * LANES, in + (size_t)i * s->in_plane, open, argmax, s, 1);
	store(sums + 9 * s->in_channels * LANES, bias);
}

/* Is every input that the windows read finite? */
INLINE bool conv_pool_finite(const float *in, const struct nn_conv_pool *s)
{
	vf zero[4] = { { 0 } }; /* sums of zero times the inputs: zero if they are finite */
	for (int i = 0; i < s->in_channels; i++, in += s->in_plane)
		for (int y = 0; y <= s->pool_height; y++)
			for (int x = 0; x <= s->pool_width; x++)
				UNROLL for (int q = 0; q < 4; q++) zero[q] =
					fma_(load(in + (size_t)(2 * y + q / 2) * s->in_row
						     + (size_t)(2 * x + q % 2) * LANES),
						(vf){ 0 }, zero[q]);
	vf sum = (zero[0] + zero[1]) + (zero[2] + zero[3]);
	return _mm512_cmp_ps_mask((__m512)sum, _mm512_setzero_ps(), _CMP_EQ_OQ) == 0xFFFF;
}

static void conv_pool_weights_by_selection(float *dw, float *db, const float *in, const float *dout,
	const int32_t *argmax, const struct nn_conv_pool *s, float *scratch)
{
	const size_t plane = (size_t)s->pool_height * (size_t)s->pool_width * LANES,
		     filter = (size_t)s->in_channels * 9;
	float *open = scratch + (filter + 16) * LANES;
	for (size_t o = 0; o < (size_t)s->out_channels; o++) {
		conv_pool_selected_sums(scratch, in, dout + o * plane, argmax + o * plane, s, open);
		sum_all_rows(dw + o * filter, scratch, filter);
		sum_all_rows(db + o, scratch + filter * LANES, 1);
	}
}
#endif

static void conv_pool_weights_by_products(float *dw, float *db, const float *in, const float *dout,
	const int32_t *argmax, const struct nn_conv_pool *s, float *scratch)
{
	const size_t plane = (size_t)s->pool_height * (size_t)s->pool_width * LANES,
		     filter = (size_t)s->in_channels * 9;
	const size_t sums_stride = (filter + 16) * LANES;
	float *windows = scratch + WEIGHT_TILE * sums_stride;
	for (size_t o = 0, count; o < (size_t)s->out_channels;
		o += count, dout += count * plane, argmax += count * plane) {
		count = tile_of((size_t)s->out_channels - o, WEIGHT_TILE);
		switch (count) {
		case 4:
			conv_pool_weight_sums(
				scratch, sums_stride, in, dout, argmax, s, windows, 4);
			break;
		case 3:
			conv_pool_weight_sums(
				scratch, sums_stride, in, dout, argmax, s, windows, 3);
			break;
		case 2:
			conv_pool_weight_sums(
				scratch, sums_stride, in, dout, argmax, s, windows, 2);
			break;
		default:
			conv_pool_weight_sums(
				scratch, sums_stride, in, dout, argmax, s, windows, 1);
		}
		for (size_t k = 0; k < count; k++) {
			sum_all_rows(dw + (o + k) * filter, scratch + k * sums_stride, filter);
			sum_all_rows(db + o + k, scratch + k * sums_stride + filter * LANES, 1);
		}
	}
}

static void conv_pool_backward_weights(float *dw, float *db, const float *in, const float *dout,
	const int32_t *argmax, const struct nn_conv_pool *s, float *scratch)
{
#if W == 16
	if (conv_pool_finite(
		    in, s)) { /* selecting would hide that zero times infinity is not zero */
		conv_pool_weights_by_selection(dw, db, in, dout, argmax, s, scratch);
		return;
	}
#endif
	conv_pool_weights_by_products(dw, db, in, dout, argmax, s, scratch);
}

#endif

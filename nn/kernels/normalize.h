/* normalize.h - batch normalisation of one block: its sums, and the passes over its activations,
 * with the ReLU or ReLU6 that follows. batchnorm.c joins the sums of the blocks.
 *
 * A sum is one chain of additions per lane, so several channels are processed side by side. */
#ifndef NN_KERNELS_NORMALIZE_H
#define NN_KERNELS_NORMALIZE_H

#include "activation.h"
#include "kernels.h"
#include "sum.h"

/* Vectors of the 16 lanes; channels side by side: 8 chains in all. */
enum { VECTORS = LANES / W, STATISTICS_TILE = 8 / VECTORS, SLOPES_TILE = W == 4 ? 1 : 4 / VECTORS };

/* All bits set in the lanes lane .. lane + W - 1 that are below `used`. */
INLINE vi lanes_in_use(int lane, int used)
{
	vi number = { 0 };
	UNROLL for (int l = 0; l < W; l++) number[l] = lane + l;
	return number < used;
}

/* rows[c][16] = the sums of `count` channels or, with centres, of squared deviations from them. */
INLINE void statistics_tile(float *rows, const float *in, const float *centres, size_t positions,
	int used, const int count, const bool squares)
{
	vf sum[STATISTICS_TILE][VECTORS], centre[STATISTICS_TILE];
	UNROLL for (int c = 0; c < count; c++)
	{
		centre[c] = all(squares ? centres[c] : 0);
		UNROLL for (int v = 0; v < VECTORS; v++) sum[c][v] = (vf){ 0 };
	}
	for (size_t k = 0; k < positions; k++, in += LANES)
		UNROLL for (int c = 0; c < count; c++) UNROLL for (int v = 0; v < VECTORS; v++)
		{
			const vf x = load(in + (size_t)c * positions * LANES + v * W);
			const vf d = x - centre[c];
			sum[c][v] = squares ? fma_(d, d, sum[c][v]) : sum[c][v] + x;
		}
	UNROLL for (int c = 0; c < count; c++) UNROLL for (int v = 0; v < VECTORS; v++)
		store(rows + c * LANES + v * W, keep_where(lanes_in_use(v * W, used), sum[c][v]));
}

INLINE void statistics_channels(float *mean, float *squares, const float *in, size_t positions,
	int used, float *scratch, const int count)
{
	const float number = (float)positions * (float)used;
	statistics_tile(scratch, in, NULL, positions, used, count, false);
	sum_all_rows(mean, scratch, (size_t)count);
	for (int c = 0; c < count; c++)
		mean[c] /= number;
	statistics_tile(scratch, in, mean, positions, used, count, true);
	sum_all_rows(squares, scratch, (size_t)count);
}

static void normalize_statistics(float *mean, float *squares, const float *in, int channels,
	size_t positions, int used, float *scratch)
{
#define STATISTICS_OF(count)                                                                      \
	for (; c + (count) <= channels; c += (count))                                             \
	statistics_channels(mean + c, squares + c, in + (size_t)c * positions * LANES, positions, \
		used, scratch, count)
	int c = 0;
	STATISTICS_OF(STATISTICS_TILE);
#if W == 16
	STATISTICS_OF(4);
#endif
	STATISTICS_OF(1);
#undef STATISTICS_OF
}

INLINE vf rectified(vf x, const enum nn_rectifier r)
{
	return r == NN_RECTIFIED ? relu(x) : (r == NN_RECTIFIED_6 ? relu6(x) : x);
}

/* The gradient before the rectifier, from the gradient behind it and the rectifier's output or
 * input: both are positive (and below 6) in the same places. */
INLINE vf rectified_slope(vf slope, vf out, const enum nn_rectifier r)
{
	if (r == NN_RECTIFIED)
		return keep_where(out > (vf){ 0 }, slope);
	return r == NN_RECTIFIED_6 ? keep_where(open_6(out), slope) : slope;
}

/* One body for each kind of rectifier. */
#define FOR_RECTIFIER(r, ...)                                                 \
	do {                                                                  \
		if ((r) == NN_RECTIFIED) {                                    \
			const enum nn_rectifier rectifier = NN_RECTIFIED;     \
			__VA_ARGS__;                                          \
		} else if ((r) == NN_RECTIFIED_6) {                           \
			const enum nn_rectifier rectifier = NN_RECTIFIED_6;   \
			__VA_ARGS__;                                          \
		} else {                                                      \
			const enum nn_rectifier rectifier = NN_NOT_RECTIFIED; \
			__VA_ARGS__;                                          \
		}                                                             \
	} while (0)

INLINE void normalize_channel(float *out, const float *in, float mean, float scale, float shift,
	size_t plane, const enum nn_rectifier r, bool far)
{
	const vf centre = all(mean), factor = all(scale), offset = all(shift);
	for (size_t k = 0; k < plane; k += W)
		store_to(out + k, rectified(fma_(load(in + k) - centre, factor, offset), r), far);
}

static void normalize_forward(float *out, const float *in, const float *mean, const float *scale,
	const float *shift, int channels, size_t positions, enum nn_rectifier r)
{
	const size_t plane = positions * LANES;
	const bool far = is_far((size_t)channels * plane);
	for (int c = 0; c < channels; c++, in += plane, out += plane)
		FOR_RECTIFIER(r,
			normalize_channel(
				out, in, mean[c], scale[c], shift[c], plane, rectifier, far));
	finish_far(far);
}

/* again: what the rectifier was given is computed, not read from out. */
INLINE void slopes_tile(float *sums, float *products, const float *dout, const float *in,
	const float *out, const struct nn_normalized *s, size_t first, const int count,
	const enum nn_rectifier r, const bool again)
{
	const size_t plane = s->positions * LANES;
	vf of_slopes[SLOPES_TILE][VECTORS], of_products[SLOPES_TILE][VECTORS], centre[SLOPES_TILE],
		scale[SLOPES_TILE], shift[SLOPES_TILE];
	UNROLL for (int c = 0; c < count; c++)
	{
		centre[c] = all(s->mean[first + (size_t)c]);
		scale[c] = all(s->scale[first + (size_t)c]);
		shift[c] = all(s->shift[first + (size_t)c]);
		UNROLL for (int v = 0; v < VECTORS; v++) of_slopes[c][v] = of_products[c][v] =
			(vf){ 0 };
	}
	for (size_t k = 0; k < plane; k += LANES)
		UNROLL for (int c = 0; c < count; c++) UNROLL for (int v = 0; v < VECTORS; v++)
		{
			const size_t at = (first + (size_t)c) * plane + k + (size_t)(v * W);
			const vf apart = load(in + at) - centre[c];
			const vf slope = rectified_slope(load(dout + at),
				again ? fma_(apart, scale[c], shift[c]) : load(out + at), r);
			of_slopes[c][v] += slope;
			of_products[c][v] = fma_(slope, apart, of_products[c][v]);
		}
	UNROLL for (int c = 0; c < count; c++) UNROLL for (int v = 0; v < VECTORS; v++)
	{
		const size_t at = (first + (size_t)c) * LANES + (size_t)(v * W);
		store(sums + at, of_slopes[c][v]);
		store(products + at, of_products[c][v]);
	}
}

INLINE void slopes_channels(float *scratch, const float *dout, const float *in, const float *out,
	const struct nn_normalized *s, const enum nn_rectifier r, const bool again)
{
	const size_t channels = (size_t)s->channels;
	float *products = scratch + (channels + 15) / 16 * 16 * LANES;
	size_t c = 0;
	for (; c + SLOPES_TILE <= channels; c += SLOPES_TILE)
		slopes_tile(scratch, products, dout, in, out, s, c, SLOPES_TILE, r, again);
	for (; c < channels; c++)
		slopes_tile(scratch, products, dout, in, out, s, c, 1, r, again);
}

static void normalize_slopes(float *sum, float *product, const float *dout, const float *in,
	const float *out, const struct nn_normalized *s, float *scratch)
{
	const size_t channels = (size_t)s->channels;
	if (out)
		FOR_RECTIFIER(
			s->rectifier, slopes_channels(scratch, dout, in, out, s, rectifier, false));
	else
		FOR_RECTIFIER(
			s->rectifier, slopes_channels(scratch, dout, in, out, s, rectifier, true));
	sum_all_rows(sum, scratch, channels);
	sum_all_rows(product, scratch + (channels + 15) / 16 * 16 * LANES, channels);
}

INLINE void normalize_channel_back(float *din, const float *dout, const float *in, const float *out,
	const struct nn_normalized *s, size_t c, const enum nn_rectifier r, const bool again,
	bool far)
{
	const vf mean = all(s->mean[c]), scale = all(s->scale[c]), shift = all(s->shift[c]),
		 offset = all(s->offset[c]), tilt = -all(s->tilt[c]);
	const size_t plane = s->positions * LANES;
	vi kept[VECTORS];
	UNROLL for (int v = 0; v < VECTORS; v++) kept[v] = lanes_in_use(v * W, s->used);
	for (size_t k = c * plane; k < (c + 1) * plane; k += LANES)
		UNROLL for (int v = 0; v < VECTORS; v++)
		{
			const size_t at = k + (size_t)(v * W);
			const vf apart = load(in + at) - mean;
			const vf flat =
				rectified_slope(load(dout + at),
					again ? fma_(apart, scale, shift) : load(out + at), r)
				- offset;
			const vf slope = fma_(apart, tilt, flat);
			store_to(din + at, keep_where(kept[v], slope * scale), far);
		}
}

static void normalize_backward(float *din, const float *dout, const float *in, const float *out,
	const struct nn_normalized *s)
{
	const bool far = is_far((size_t)s->channels * s->positions * LANES);
	for (size_t c = 0; c < (size_t)s->channels; c++) {
		if (out)
			FOR_RECTIFIER(s->rectifier,
				normalize_channel_back(
					din, dout, in, out, s, c, rectifier, false, far));
		else
			FOR_RECTIFIER(s->rectifier,
				normalize_channel_back(
					din, dout, in, out, s, c, rectifier, true, far));
	}
	finish_far(far);
}

static void sum_two(float *out, const float *a, const float *b, size_t count, enum nn_rectifier r)
{
	FOR_RECTIFIER(r,
		for (size_t i = 0; i < count * LANES; i += W)
			store(out + i, rectified(load(a + i) + load(b + i), rectifier)));
}

#endif

/* conv_general.h - convolutions with different strides per axis, or dilation, and their gradients.
 * Sums have the same order as in conv.h; there are no packed patches. */
#ifndef NN_KERNELS_CONV_GENERAL_H
#define NN_KERNELS_CONV_GENERAL_H

#include "kernels.h"
#include "lanes.h"
#include "sum.h"
#include "tile.h"

/* Channels that are summed together. */
enum { GENERAL_CHANNELS = 4 };

/* The taps of one axis that meet one position, and the position of the other map for each tap. */
struct general_taps {
	int count, tap[64], at[64];
};

/* Of output `y`: taps whose input lies inside. */
static void general_inside(struct general_taps *t, int y, int kernel, int stride, int dilation,
	int padding, int in_size)
{
	t->count = 0;
	for (int k = 0; k < kernel; k++) {
		const int at = y * stride + k * dilation - padding;
		if (at >= 0 && at < in_size) {
			t->tap[t->count] = k;
			t->at[t->count++] = at;
		}
	}
}

/* Of input `y`: taps through which an output reads it. */
static void general_readers(struct general_taps *t, int y, int kernel, int stride, int dilation,
	int padding, int out_size)
{
	t->count = 0;
	for (int k = 0; k < kernel; k++) {
		const int at = y + padding - k * dilation;
		if (at >= 0 && at % stride == 0 && at / stride < out_size) {
			t->tap[t->count] = k;
			t->at[t->count++] = at / stride;
		}
	}
}

/* Sums over the channels of a map, for channels of `out` that are out_plane floats apart. The
 * weights of (channel read, channel written) are `weight_in` and `weight_out` floats apart. */
struct general_sum {
	const float *in;
	size_t in_plane, in_row, out_plane, weight_in, weight_out;
	int channels, kernel_width;
	bool relu;
};

INLINE void general_tile(float *out, const float *w, const float *b, const struct general_sum *s,
	const struct general_taps *ty, const struct general_taps *tx, const int count)
{
	for (int lane = 0; lane < LANES; lane += W) {
		vf a[GENERAL_CHANNELS];
		UNROLL for (int o = 0; o < count; o++) a[o] = all(b ? b[o] : 0);
		for (int i = 0; i < s->channels; i++)
			for (int y = 0; y < ty->count; y++) {
				const float *row = s->in + (size_t)i * s->in_plane
					+ (size_t)ty->at[y] * s->in_row + lane;
				const float *taps = w + (size_t)i * s->weight_in
					+ (size_t)(ty->tap[y] * s->kernel_width);
				for (int x = 0; x < tx->count; x++) {
					const vf v = load(row + tx->at[x] * LANES);
					const float *f = taps + tx->tap[x];
					UNROLL for (int o = 0; o < count; o++) a[o] =
						fma_(v, all(f[(size_t)o * s->weight_out]), a[o]);
				}
			}
		UNROLL for (int o = 0; o < count; o++)
			store(out + (size_t)o * s->out_plane + lane, s->relu ? relu(a[o]) : a[o]);
	}
}

/* All `outputs` channels of one position. */
static void general_position(float *out, const float *w, const float *b,
	const struct general_sum *s, const struct general_taps *ty, const struct general_taps *tx,
	int outputs)
{
	int o = 0;
	for (; o + GENERAL_CHANNELS <= outputs; o += GENERAL_CHANNELS)
		general_tile(out + (size_t)o * s->out_plane, w + (size_t)o * s->weight_out,
			b ? b + o : NULL, s, ty, tx, GENERAL_CHANNELS);
	for (; o < outputs; o++)
		general_tile(out + (size_t)o * s->out_plane, w + (size_t)o * s->weight_out,
			b ? b + o : NULL, s, ty, tx, 1);
}

static void general_forward(
	float *out, const float *in, const float *w, const float *b, const struct nn_conv *s)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width);
	const struct general_sum sum = { .in = in,
		.in_plane = s->in_plane,
		.in_row = s->in_row,
		.out_plane = (size_t)(s->out_height * s->out_width) * LANES,
		.weight_in = taps,
		.weight_out = (size_t)s->in_channels * taps,
		.channels = s->in_channels,
		.kernel_width = s->kernel_width,
		.relu = s->relu };
	struct general_taps ty, tx;
	for (int y = 0; y < s->out_height; y++) {
		general_inside(
			&ty, y, s->kernel_height, s->stride, s->dilation, s->pad_top, s->in_height);
		for (int x = 0; x < s->out_width; x++, out += LANES) {
			general_inside(&tx, x, s->kernel_width, s->stride_width, s->dilation_width,
				s->pad_left, s->in_width);
			general_position(out, w, b, &sum, &ty, &tx, s->out_channels);
		}
	}
}

static void general_backward_input(
	float *din, const float *dout, const float *w, const struct nn_conv *s)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width);
	const struct general_sum sum = { .in = dout,
		.in_plane = (size_t)(s->out_height * s->out_width) * LANES,
		.in_row = (size_t)s->out_width * LANES,
		.out_plane = s->in_plane,
		.weight_in = (size_t)s->in_channels * taps,
		.weight_out = taps,
		.channels = s->out_channels,
		.kernel_width = s->kernel_width };
	struct general_taps ty, tx;
	for (int y = 0; y < s->in_height; y++) {
		general_readers(&ty, y, s->kernel_height, s->stride, s->dilation, s->pad_top,
			s->out_height);
		for (int x = 0; x < s->in_width; x++) {
			general_readers(&tx, x, s->kernel_width, s->stride_width, s->dilation_width,
				s->pad_left, s->out_width);
			general_position(din + (size_t)y * s->in_row + (size_t)x * LANES, w, NULL,
				&sum, &ty, &tx, s->in_channels);
		}
	}
}

/* The outputs of one axis whose tap `tap` reads inside the input: from .. end - 1. */
struct general_span {
	int from, end;
};

INLINE struct general_span general_span(
	int tap, int stride, int dilation, int padding, int in_size, int out_size)
{
	const int first = tap * dilation - padding, last = in_size - 1 - first;
	const int from = first < 0 ? (-first + stride - 1) / stride : 0,
		  end = last < 0 ? 0 : last / stride + 1;
	return (struct general_span){ from, end < out_size ? end : out_size };
}

/* The gradient of one tap of one filter and channel, by lane: positions in scan order. */
static void general_weight(
	float *sums, const float *in, const float *dout, const struct nn_conv *s, int ky, int kx)
{
	const struct general_span rows = general_span(ky, s->stride, s->dilation, s->pad_top,
					  s->in_height, s->out_height),
				  columns = general_span(kx, s->stride_width, s->dilation_width,
					  s->pad_left, s->in_width, s->out_width);
	for (int lane = 0; lane < LANES; lane += W) {
		vf a = { 0 };
		for (int y = rows.from; y < rows.end; y++) {
			const float *row = in + lane
				+ (size_t)(y * s->stride + ky * s->dilation - s->pad_top)
					* s->in_row;
			const float *g = dout + lane + (size_t)(y * s->out_width) * LANES;
			for (int x = columns.from; x < columns.end; x++)
				a = fma_(load(row
						 + (x * s->stride_width + kx * s->dilation_width
							   - s->pad_left)
							 * LANES),
					load(g + x * LANES), a);
		}
		store(sums + lane, a);
	}
}

static void general_bias(float *db, const float *dout, size_t positions, float *scratch)
{
	for (int lane = 0; lane < LANES; lane += W) {
		vf sum = { 0 };
		for (size_t k = 0; k < positions; k++)
			sum += load(dout + k * LANES + lane);
		store(scratch + lane, sum);
	}
	sum_all_rows(db, scratch, 1);
}

static void general_backward_weights(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, float *scratch)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     positions = (size_t)(s->out_height * s->out_width);
	for (int o = 0; o < s->out_channels; o++, dout += positions * LANES) {
		for (int i = 0; i < s->in_channels; i++, dw += taps) {
			for (int k = 0; k < (int)taps; k++)
				general_weight(scratch + k * LANES, in + (size_t)i * s->in_plane,
					dout, s, k / s->kernel_width, k % s->kernel_width);
			sum_all_rows(dw, scratch, taps);
		}
		if (db)
			general_bias(db + o, dout, positions, scratch);
	}
}

#endif

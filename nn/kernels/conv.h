/* conv.h - convolution with any kernel, padding and stride. What lies outside the input is skipped,
 * not multiplied by zero. The stride is a parameter that the compiler sees as 1 in the common case.
 */
#ifndef NN_KERNELS_CONV_H
#define NN_KERNELS_CONV_H

#include "kernels.h"
#include "sum.h"

/* Positions of a row and channels of a register tile. */
enum { CONV_X_TILE = 4, CONV_CHANNEL_TILE = W == 16 ? 5 : 2, CONV_WEIGHT_TILE = 8 };

INLINE int at_least(int a, int b)
{
	return a > b ? a : b;
}
INLINE int at_most(int a, int b)
{
	return a < b ? a : b;
}

/* `xs` neighbouring positions of one row, `count` output channels; kernel rows y0..y1-1 and columns
 * x0..x1-1 lie inside the input. */
INLINE void conv_tile(float *out, const float *in, const float *w, const float *b,
	const struct nn_conv *s, int y0, int y1, int x0, int x1, const int xs, const int count,
	const int stride)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     filter = (size_t)s->in_channels * taps;
	const size_t out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	vf a[CONV_CHANNEL_TILE][CONV_X_TILE];
	UNROLL for (int o = 0; o < count; o++) UNROLL for (int x = 0; x < xs; x++) a[o][x] =
		all(b[o]);
	for (int i = 0; i < s->in_channels; i++, in += s->in_plane, w += taps)
		for (int ky = y0; ky < y1; ky++)
			for (int kx = x0; kx < x1; kx++) {
				const float *p =
					in + (ptrdiff_t)ky * (ptrdiff_t)s->in_row + kx * LANES;
				UNROLL for (int o = 0; o < count; o++)
				{
					vf f = all(w[(size_t)o * filter
						+ (size_t)(ky * s->kernel_width + kx)]);
					UNROLL for (int x = 0; x < xs; x++) a[o][x] =
						fma_(load(p + x * stride * LANES), f, a[o][x]);
				}
			}
	UNROLL for (int o = 0; o < count; o++) UNROLL for (int x = 0; x < xs; x++)
		store(out + (size_t)o * out_plane + x * LANES, s->relu ? relu(a[o][x]) : a[o][x]);
}

INLINE void conv_rows(float *out, const float *in, const float *w, const float *b,
	const struct nn_conv *s, const int count, const int stride)
{
	for (int y = 0; y < s->out_height; y++) {
		int top = y * stride - s->pad_top, y0 = at_least(0, -top),
		    y1 = at_most(s->kernel_height, s->in_height - top);
		for (int x = 0; x < s->out_width;) {
			int left = x * stride - s->pad_left, x0 = at_least(0, -left),
			    x1 = at_most(s->kernel_width, s->in_width - left);
			/* in may point before the input's first row or column here: y0 and x0 lead
			 * back inside */
			const float *p = in + (ptrdiff_t)top * (ptrdiff_t)s->in_row + left * LANES;
			float *q = out + (y * s->out_width + x) * LANES;
			bool inside = left >= 0
				&& left + (CONV_X_TILE - 1) * stride + s->kernel_width
					<= s->in_width
				&& x + CONV_X_TILE <= s->out_width;
			if (inside)
				conv_tile(q, p, w, b, s, y0, y1, 0, s->kernel_width, CONV_X_TILE,
					count, stride);
			else
				conv_tile(q, p, w, b, s, y0, y1, x0, x1, 1, count, stride);
			x += inside ? CONV_X_TILE : 1;
		}
	}
}

INLINE void conv_channels(float *out, const float *in, const float *w, const float *b,
	const struct nn_conv *s, const int stride)
{
	const size_t filter = (size_t)(s->in_channels * s->kernel_height * s->kernel_width);
	const size_t out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	for (int lane = 0; lane < LANES; lane += W) {
		int o = 0;
		for (; o + CONV_CHANNEL_TILE <= s->out_channels; o += CONV_CHANNEL_TILE)
			conv_rows(out + (size_t)o * out_plane + lane, in + lane,
				w + (size_t)o * filter, b + o, s, CONV_CHANNEL_TILE, stride);
		for (; o < s->out_channels; o++)
			conv_rows(out + (size_t)o * out_plane + lane, in + lane,
				w + (size_t)o * filter, b + o, s, 1, stride);
	}
}

static void conv_forward(
	float *out, const float *in, const float *w, const float *b, const struct nn_conv *s)
{
	if (s->stride == 1)
		conv_channels(out, in, w, b, s, 1);
	else
		conv_channels(out, in, w, b, s, s->stride);
}

/* The taps of one axis that meet position `at` of the input, counted from the padding's edge: tap
 * phase + k * stride meets output last - k, for first <= k < end. */
struct conv_taps {
	int phase, last, first, end;
};

INLINE struct conv_taps conv_taps_at(int at, int kernel, int outputs, const int stride)
{
	struct conv_taps t = { .phase = at % stride, .last = at / stride };
	t.first = at_least(0, t.last - outputs + 1);
	t.end = at_most((kernel - t.phase + stride - 1) / stride, t.last + 1);
	return t;
}

/* `xs` positions of one row of the input's gradient, a stride apart, `count` input channels; dout:
 * at output (ty.last, tx.last). */
INLINE void conv_input_tile(float *din, const float *dout, const float *w, const struct nn_conv *s,
	const struct conv_taps ty, const struct conv_taps tx, const int xs, const int count,
	const int stride)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     filter = (size_t)s->in_channels * taps;
	const size_t out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	vf a[CONV_CHANNEL_TILE][CONV_X_TILE];
	UNROLL for (int i = 0; i < count; i++) UNROLL for (int x = 0; x < xs; x++) a[i][x] =
		(vf){ 0 };
	for (int o = 0; o < s->out_channels; o++, dout += out_plane, w += filter)
		for (int y = ty.first; y < ty.end; y++)
			for (int k = tx.first; k < tx.end; k++) {
				const float *p = dout - (ptrdiff_t)(y * s->out_width + k) * LANES;
				const int tap = (ty.phase + y * stride) * s->kernel_width + tx.phase
					+ k * stride;
				UNROLL for (int i = 0; i < count; i++)
				{
					vf f = all(w[(size_t)i * taps + (size_t)tap]);
					UNROLL for (int x = 0; x < xs; x++) a[i][x] =
						fma_(load(p + x * LANES), f, a[i][x]);
				}
			}
	UNROLL for (int i = 0; i < count; i++) UNROLL for (int x = 0; x < xs; x++)
		store(din + (size_t)i * s->in_plane + x * stride * LANES, a[i][x]);
}

INLINE void conv_input_rows(float *din, const float *dout, const float *w, const struct nn_conv *s,
	const int count, const int stride)
{
	for (int y = 0; y < s->in_height; y++) {
		const struct conv_taps ty =
			conv_taps_at(y + s->pad_top, s->kernel_height, s->out_height, stride);
		for (int start = 0; start < stride; start++)
			for (int x = start; x < s->in_width;) {
				const struct conv_taps tx = conv_taps_at(
					x + s->pad_left, s->kernel_width, s->out_width, stride);
				const float *p = dout
					+ (ptrdiff_t)(ty.last * s->out_width + tx.last) * LANES;
				float *q = din + (size_t)y * s->in_row + (size_t)x * LANES;
				int all_taps = (s->kernel_width - tx.phase + stride - 1) / stride;
				bool inside = tx.last >= all_taps - 1
					&& tx.last + CONV_X_TILE <= s->out_width
					&& x + (CONV_X_TILE - 1) * stride < s->in_width;
				if (inside)
					conv_input_tile(q, p, w, s, ty,
						(struct conv_taps){
							tx.phase, tx.last, 0, all_taps },
						CONV_X_TILE, count, stride);
				else
					conv_input_tile(q, p, w, s, ty, tx, 1, count, stride);
				x += (inside ? CONV_X_TILE : 1) * stride;
			}
	}
}

INLINE void conv_input_channels(
	float *din, const float *dout, const float *w, const struct nn_conv *s, const int stride)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width);
	for (int lane = 0; lane < LANES; lane += W) {
		int i = 0;
		for (; i + CONV_CHANNEL_TILE <= s->in_channels; i += CONV_CHANNEL_TILE)
			conv_input_rows(din + (size_t)i * s->in_plane + lane, dout + lane,
				w + (size_t)i * taps, s, CONV_CHANNEL_TILE, stride);
		for (; i < s->in_channels; i++)
			conv_input_rows(din + (size_t)i * s->in_plane + lane, dout + lane,
				w + (size_t)i * taps, s, 1, stride);
	}
}

static void conv_backward_input(
	float *din, const float *dout, const float *w, const struct nn_conv *s)
{
	if (s->stride == 1)
		conv_input_channels(din, dout, w, s, 1);
	else
		conv_input_channels(din, dout, w, s, s->stride);
}

/* One tap of `count` output channels, summed over positions, still by lane: sums[o * sum_stride].
 */
INLINE void conv_weight_tile(float *sums, size_t sum_stride, const float *in, const float *dout,
	const struct nn_conv *s, int ky, int kx, const int count)
{
	const size_t out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	const int up = s->stride - 1; /* what makes a division by the stride round up */
	int top = ky - s->pad_top, y0 = (at_least(0, -top) + up) / s->stride,
	    y1 = at_most(s->out_height, (s->in_height - top + up) / s->stride);
	int left = kx - s->pad_left, x0 = (at_least(0, -left) + up) / s->stride,
	    x1 = at_most(s->out_width, (s->in_width - left + up) / s->stride);
	const size_t row = (size_t)s->stride * s->in_row, column = (size_t)s->stride * LANES;
	vf a[CONV_WEIGHT_TILE];
	UNROLL for (int o = 0; o < count; o++) a[o] = (vf){ 0 };
	in += (ptrdiff_t)top * (ptrdiff_t)s->in_row
		+ left * LANES; /* perhaps outside: y0 and x0 lead back inside */
	for (int y = y0; y < y1; y++)
		for (int x = x0; x < x1; x++) {
			vf v = load(in + (size_t)y * row + (size_t)x * column);
			const float *d = dout + (y * s->out_width + x) * LANES;
			UNROLL for (int o = 0; o < count; o++) a[o] =
				fma_(v, load(d + (size_t)o * out_plane), a[o]);
		}
	UNROLL for (int o = 0; o < count; o++) store(sums + (size_t)o * sum_stride, a[o]);
}

INLINE void conv_weights(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, float *scratch, const int count)
{
	const int taps = s->kernel_height * s->kernel_width,
		  positions = s->out_height * s->out_width;
	const size_t filter = (size_t)s->in_channels * (size_t)taps, stride = (filter + 16) * LANES;
	for (int lane = 0; lane < LANES; lane += W) {
		for (int i = 0; i < s->in_channels; i++)
			for (int t = 0; t < taps; t++)
				conv_weight_tile(scratch + (i * taps + t) * LANES + lane, stride,
					in + (size_t)i * s->in_plane + lane, dout + lane, s,
					t / s->kernel_width, t % s->kernel_width, count);
		for (int o = 0; o < count; o++) {
			vf sum = { 0 };
			for (int k = 0; k < positions; k++)
				sum += load(dout + (o * positions + k) * LANES + lane);
			store(scratch + (size_t)o * stride + filter * LANES + lane, sum);
		}
	}
	for (int o = 0; o < count; o++) {
		const float *sums = scratch + (size_t)o * stride;
		sum_all_rows(dw + (size_t)o * filter, sums, filter);
		sum_all_rows(db + o, sums + filter * LANES, 1);
	}
}

static void conv_backward_weights(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, float *scratch)
{
	const size_t filter = (size_t)(s->in_channels * s->kernel_height * s->kernel_width);
	const size_t out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	int o = 0;
	for (; o + CONV_WEIGHT_TILE <= s->out_channels; o += CONV_WEIGHT_TILE)
		conv_weights(dw + (size_t)o * filter, db + o, in, dout + (size_t)o * out_plane, s,
			scratch, CONV_WEIGHT_TILE);
	for (; o < s->out_channels; o++)
		conv_weights(dw + (size_t)o * filter, db + o, in, dout + (size_t)o * out_plane, s,
			scratch, 1);
}

#endif

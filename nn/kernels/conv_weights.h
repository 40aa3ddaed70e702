/* conv_weights.h - the gradient of a convolution's weights.
 *
 * Each weight is a sum over positions, with one chain of additions per lane. A register tile holds
 * one tap of some input channels x some output channels: all of them read the same positions,
 * whatever the stride and the padding. The map is processed in bands of rows that stay in the L1
 * cache, packed by halves of the 16 lanes. Between bands the sums wait in memory. */
#ifndef NN_KERNELS_CONV_WEIGHTS_H
#define NN_KERNELS_CONV_WEIGHTS_H

#include "conv.h"
#include "sum.h"

/* Channels of a register tile; taps that go over the same channels of a band. */
enum {
	WEIGHTS_IN = REGISTERS == 32 ? 4 : 3,
	WEIGHTS_OUT = REGISTERS == 32 ? 6 : 4,
	WEIGHTS_TAPS = 64
};

/* A band: rows of the packed input and output gradient, [half][channel][row][column][W]. */
struct conv_band {
	const float *in, *dout;
	size_t in_half, in_channel, in_row;
	size_t in_down, in_step; /* input distance from output row to row, column to column */
	size_t dout_half, dout_channel, dout_row;
	bool first;
};

/* The positions of one tap: rows and columns of the band's output; in: the first one's input. */
struct conv_span {
	int rows, columns;
	size_t in, dout;
};

/* sums[o * sum_out + i * sum_in] */
INLINE void conv_weights_tile(float *sums, size_t sum_in, size_t sum_out, const struct conv_band *b,
	struct conv_span span, size_t half, const int ins, const int outs)
{
	const size_t in_channel = b->in_channel, dout_channel = b->dout_channel,
		     in_step = b->in_step;
	const float *in = b->in + half * b->in_half + span.in,
		    *dout = b->dout + half * b->dout_half + span.dout;
	vf a[WEIGHTS_IN][2 * WEIGHTS_OUT];
	UNROLL for (int i = 0; i < ins; i++) UNROLL for (int o = 0; o < outs; o++) a[i][o] =
		b->first ? (vf){ 0 } : load(sums + (size_t)o * sum_out + (size_t)i * sum_in);
	for (int y = 0; y < span.rows; y++, in += b->in_down, dout += b->dout_row) {
		const float *p = in, *d = dout, *const end = dout + (size_t)span.columns * W;
		for (; d != end; p += in_step, d += W) {
			vf v[WEIGHTS_IN];
			UNROLL for (int i = 0; i < ins; i++) v[i] =
				load(p + (size_t)i * in_channel);
			UNROLL for (int o = 0; o < outs; o++)
			{
				const vf g = load(d + (size_t)o * dout_channel);
				UNROLL for (int i = 0; i < ins; i++) a[i][o] =
					fma_(v[i], g, a[i][o]);
			}
		}
	}
	UNROLL for (int i = 0; i < ins; i++) UNROLL for (int o = 0; o < outs; o++)
		store(sums + (size_t)o * sum_out + (size_t)i * sum_in, a[i][o]);
}

INLINE void conv_weights_outs(float *sums, size_t sum_in, size_t sum_out, const struct conv_band *b,
	struct conv_span span, size_t half, const int ins, int outs)
{
	switch (outs) {
#if REGISTERS == 32
	case 6: conv_weights_tile(sums, sum_in, sum_out, b, span, half, ins, 6); break;
	case 5: conv_weights_tile(sums, sum_in, sum_out, b, span, half, ins, 5); break;
#endif
	case 4: conv_weights_tile(sums, sum_in, sum_out, b, span, half, ins, 4); break;
	case 3: conv_weights_tile(sums, sum_in, sum_out, b, span, half, ins, 3); break;
	case 2: conv_weights_tile(sums, sum_in, sum_out, b, span, half, ins, 2); break;
	default: conv_weights_tile(sums, sum_in, sum_out, b, span, half, ins, 1);
	}
}

/* A single input channel: twice as many output channels. */
INLINE void conv_weights_alone(float *sums, size_t sum_out, const struct conv_band *b,
	struct conv_span span, size_t half, int outs)
{
	if (outs == 2 * WEIGHTS_OUT)
		conv_weights_tile(sums, 0, sum_out, b, span, half, 1, 2 * WEIGHTS_OUT);
	else if (outs > WEIGHTS_OUT) {
		conv_weights_tile(sums, 0, sum_out, b, span, half, 1, WEIGHTS_OUT);
		struct conv_band rest = *b;
		rest.dout += WEIGHTS_OUT * b->dout_channel;
		conv_weights_outs(sums + WEIGHTS_OUT * sum_out, 0, sum_out, &rest, span, half, 1,
			outs - WEIGHTS_OUT);
	} else
		conv_weights_outs(sums, 0, sum_out, b, span, half, 1, outs);
}

/* One tap of `ins` input channels and `outs` output channels of the band. */
INLINE void conv_weights_tap(float *sums, size_t sum_in, size_t sum_out, const struct conv_band *b,
	struct conv_span span, int ins, int outs)
{
	for (size_t half = 0; half < LANES / W; half++) {
		float *to = sums + half * W;
		switch (ins) {
#if REGISTERS == 32
		case 4: conv_weights_outs(to, sum_in, sum_out, b, span, half, 4, outs); break;
#endif
		case 3: conv_weights_outs(to, sum_in, sum_out, b, span, half, 3, outs); break;
		case 2: conv_weights_outs(to, sum_in, sum_out, b, span, half, 2, outs); break;
		default: conv_weights_alone(to, sum_out, b, span, half, outs);
		}
	}
}

/* `count` taps, all of them for some output channels, which stay in the L1 cache, then for the
 * next. */
static void conv_weights_taps(float *sums, size_t sum_in, size_t sum_out, struct conv_band b,
	const struct conv_span *spans, int count, int ins, int outs)
{
	const size_t most = ins == 1 ? 2 * WEIGHTS_OUT : WEIGHTS_OUT;
	for (size_t o = 0, some; o < (size_t)outs; o += some, b.dout += some * b.dout_channel) {
		some = tile_of((size_t)outs - o, most);
		for (int t = 0; t < count; t++)
			conv_weights_tap(sums + o * sum_out + t * LANES, sum_in, sum_out, &b,
				spans[t], ins, (int)some);
	}
}

/* Pack rows y0 .. y1 - 1 of `outs` channels of dout; add them to biases [outs][16] (NULL: not
 * wanted). */
static void pack_gradients(float *to, float *biases, const float *dout, const struct nn_conv *s,
	int y0, int y1, int outs)
{
	const size_t plane = (size_t)(s->out_height * s->out_width) * LANES,
		     positions = (size_t)((y1 - y0) * s->out_width),
		     half = (size_t)outs * positions * W;
	dout += (size_t)(y0 * s->out_width) * LANES;
	for (int o = 0; o < outs; o++, dout += plane)
		for (size_t h = 0; h < LANES / W; h++) {
			float *packed = to + h * half + (size_t)o * positions * W;
			const float *from = dout + h * W;
			if (!biases) {
				for (size_t k = 0; k < positions; k++)
					store(packed + k * W, load(from + k * LANES));
				continue;
			}
			float *bias = biases + o * LANES + h * W;
			vf sum = load(bias);
			for (size_t k = 0; k < positions; k++) {
				const vf g = load(from + k * LANES);
				sum += g;
				store(packed + k * W, g);
			}
			store(bias, sum);
		}
}

/* Pack the input rows of `ins` channels that rows y0 .. y1 - 1 of the output read; for a 1x1 kernel
 * only the positions read. Sets the band's distances; *top: the first input row packed. */
static void pack_inputs(float *to, struct conv_band *b, int *top, const float *in,
	const struct nn_conv *s, int y0, int y1, int ins)
{
	const bool points = s->kernel_height == 1 && s->kernel_width == 1 && conv_is_points(s);
	const int step = points ? s->stride : 1, first = at_least(0, y0 * s->stride - s->pad_top),
		  end = at_most(s->in_height, (y1 - 1) * s->stride - s->pad_top + s->kernel_height),
		  rows = points ? y1 - y0 : at_least(0, end - first),
		  columns = points ? s->out_width : s->in_width;
	*top = first;
	b->in = to;
	b->in_row = (size_t)columns * W;
	b->in_channel = (size_t)rows * b->in_row;
	b->in_half = (size_t)ins * b->in_channel;
	b->in_down = points ? b->in_row : (size_t)s->stride * b->in_row;
	b->in_step = points ? W : (size_t)s->stride * W;
	for (int i = 0; i < ins; i++, in += s->in_plane)
		for (int y = 0; y < rows; y++) {
			const float *from = in + (size_t)(first + y * step) * s->in_row;
			for (int x = 0; x < columns; x++)
				pack(to + (size_t)i * b->in_channel + (size_t)y * b->in_row,
					b->in_half, x, from + (size_t)(x * step) * LANES);
		}
}

/* The positions of the band's rows y0 .. y1 - 1 at which tap (ky, kx) reads inside the input. */
INLINE struct conv_span conv_span_of(
	const struct nn_conv *s, const struct conv_band *b, int top, int y0, int y1, int ky, int kx)
{
	const int up = s->stride - 1, /* makes a division by the stride round up */
		down = ky - s->pad_top, left = kx - s->pad_left;
	const int from = at_least(y0, (at_least(0, -down) + up) / s->stride),
		  end = at_most(y1, (at_least(0, s->in_height - down) + up) / s->stride),
		  x0 = (at_least(0, -left) + up) / s->stride,
		  x1 = at_most(s->out_width, (at_least(0, s->in_width - left) + up) / s->stride);
	struct conv_span span = { at_least(0, end - from), at_least(0, x1 - x0), 0, 0 };
	if (span.rows == 0 || span.columns == 0)
		return (struct conv_span){ 0, 0, 0, 0 };
	span.dout = ((size_t)(from - y0) * (size_t)s->out_width + (size_t)x0) * W;
	if (conv_is_points(s)) {
		if (span.columns == s->out_width)
			span = (struct conv_span){ 1, span.rows * span.columns, 0, 0 };
		return span;
	}
	span.in = (size_t)(from * s->stride + down - top) * b->in_row
		+ (size_t)(x0 * s->stride + left) * W;
	return span;
}

/* Can a 1x1 kernel read the maps as they are? With whole cache lines for vectors there is nothing
 * to pack. */
INLINE bool conv_weights_in_place(const struct nn_conv *s)
{
	return W == LANES && s->kernel_height == 1 && s->kernel_width == 1 && conv_is_points(s)
		&& s->stride == 1 && s->in_row == (size_t)s->out_width * LANES;
}

/* Rows y0 .. y1 - 1 for 1x1 kernels in place: some output channels stay in the L1 cache while all
 * input channels pass. */
static void conv_weights_points(float *sums, size_t sum_out, struct conv_band b, const float *in,
	const struct nn_conv *s, int y0, int y1, int outs)
{
	const struct conv_span span = { 1, (y1 - y0) * s->out_width, 0, 0 };
	b.in_channel = s->in_plane;
	b.in_step = W;
	in += (size_t)y0 * s->in_row;
	for (size_t o = 0, some; o < (size_t)outs; o += some, b.dout += some * b.dout_channel) {
		some = tile_of((size_t)outs - o, WEIGHTS_OUT);
		for (size_t i = 0, ins; i < (size_t)s->in_channels; i += ins) {
			ins = tile_of((size_t)s->in_channels - i, WEIGHTS_IN);
			b.in = in + i * s->in_plane;
			conv_weights_tap(sums + o * sum_out + i * LANES, LANES, sum_out, &b, span,
				(int)ins, (int)some);
		}
	}
}

/* `outs` output channels; dw, db and dout point to the first. */
static void conv_weights_block(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, int outs, float *scratch)
{
	const int taps = s->kernel_height * s->kernel_width, band = nn_conv_band(s);
	const size_t filter = (size_t)(s->in_channels * taps), stride = (filter + 16) * LANES;
	float *sums = scratch, *biases = sums + (size_t)outs * stride,
	      *gradients = biases + (size_t)(outs + 16) * LANES,
	      *inputs = gradients + (size_t)(outs * band * s->out_width) * LANES;
	struct conv_band b = { .dout = gradients, .first = true };
	memset(biases, 0, (size_t)(outs + 16) * LANES * sizeof(*biases));
	for (int y0 = 0; y0 < s->out_height; y0 += band, b.first = false) {
		const int y1 = at_most(s->out_height, y0 + band);
		b.dout_row = (size_t)s->out_width * W;
		b.dout_channel = (size_t)(y1 - y0) * b.dout_row;
		if (!db && conv_weights_in_place(s)) {
			b.dout = dout + (size_t)(y0 * s->out_width) * LANES;
			b.dout_channel = (size_t)(s->out_height * s->out_width) * LANES;
			conv_weights_points(sums, stride, b, in, s, y0, y1, outs);
			continue;
		}
		pack_gradients(gradients, db ? biases : NULL, dout, s, y0, y1, outs);
		b.dout_half = (size_t)outs * b.dout_channel;
		if (conv_weights_in_place(s)) {
			conv_weights_points(sums, stride, b, in, s, y0, y1, outs);
			continue;
		}
		for (int i = 0, ins, top; i < s->in_channels; i += ins) {
			ins = (int)tile_of((size_t)(s->in_channels - i), WEIGHTS_IN);
			pack_inputs(inputs, &b, &top, in + (size_t)i * s->in_plane, s, y0, y1, ins);
			for (int first = 0, count; first < taps; first += count) {
				struct conv_span spans[WEIGHTS_TAPS];
				count = at_most(taps - first, WEIGHTS_TAPS);
				for (int t = 0; t < count; t++)
					spans[t] = conv_span_of(s, &b, top, y0, y1,
						(first + t) / s->kernel_width,
						(first + t) % s->kernel_width);
				conv_weights_taps(sums + (i * taps + first) * LANES,
					(size_t)taps * LANES, stride, b, spans, count, ins, outs);
			}
		}
	}
	for (int o = 0; o < outs; o++)
		sum_all_rows(dw + (size_t)o * filter, sums + (size_t)o * stride, filter);
	if (db)
		sum_all_rows(db, biases, (size_t)outs);
}

static void conv_backward_weights(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, float *scratch)
{
	const size_t filter = (size_t)(s->in_channels * s->kernel_height * s->kernel_width),
		     plane = (size_t)(s->out_height * s->out_width) * LANES;
	const int most = nn_conv_filters(s);
	for (int o = 0, outs; o < s->out_channels; o += outs) {
		outs = at_most(most, s->out_channels - o);
		conv_weights_block(dw + (size_t)o * filter, db ? db + o : NULL, in,
			dout + (size_t)o * plane, s, outs, scratch);
	}
}

#endif

/* conv_weights.h - the gradient of a convolution's weights.
 *
 * Each weight is a sum over positions, with one chain of additions per lane. A register tile holds
 * one tap of some input channels x some output channels: all of them read the same positions,
 * whatever the stride and the padding. Maps are packed by halves of the 16 lanes and processed in
 * bands of rows; of a 1x1 kernel at most the one with fewer channels is packed. Between bands the
 * sums wait in memory: of a 1x1 kernel those of many channels, in the L2 cache; of others those of
 * all taps of one tile's channels, for one half of the lanes, in the L1 cache. The other half
 * follows when all bands are done. */
#ifndef NN_KERNELS_CONV_WEIGHTS_H
#define NN_KERNELS_CONV_WEIGHTS_H

#include "conv.h"
#include "sum.h"

/* Channels of a register tile; floats of a band's maps, and of those of a single input channel, of
 * which a tile reads more for each product. AVX2 reads an L1 cache as fast as it multiplies, so its
 * bands fit in one. AVX-512 is faster with longer ones, which load and store the sums less often.
 */
enum {
	WEIGHTS_IN = REGISTERS == 32 ? 4 : 3,
	WEIGHTS_OUT = REGISTERS == 32 ? 6 : 4,
	WEIGHTS_BAND = W == 16 ? 50000 : 7000,
	WEIGHTS_BAND_ALONE = W == 16 ? 20480 : 7000
};

/* The input and output gradient, [half][channel][row][column][W] if packed. */
struct conv_band {
	const float *in, *dout;
	size_t in_half, in_channel, in_row;
	size_t in_down, in_step; /* input distance from output row to row, column to column */
	size_t dout_half, dout_channel, dout_row, dout_step;
	bool first;
};

/* The positions of one tap: rows and columns of the band's output; in: the first one's input. */
struct conv_span {
	int rows, columns;
	size_t in, dout;
};

/* sums[o * sum_out + i * sum_in] */
INLINE void conv_weights_tile(float *sums, size_t sum_in, size_t sum_out, const struct conv_band *b,
	const struct conv_span *span, size_t half, const int ins, const int outs)
{
	const size_t in_channel = b->in_channel, dout_channel = b->dout_channel,
		     in_step = b->in_step, dout_step = b->dout_step;
	const float *in = b->in + half * b->in_half + span->in,
		    *dout = b->dout + half * b->dout_half + span->dout;
	vf a[WEIGHTS_IN][2 * WEIGHTS_OUT];
	UNROLL for (int i = 0; i < ins; i++) UNROLL for (int o = 0; o < outs; o++) a[i][o] =
		b->first ? (vf){ 0 } : load(sums + (size_t)o * sum_out + (size_t)i * sum_in);
	for (int y = 0; y < span->rows; y++, in += b->in_down, dout += b->dout_row) {
		const float *p = in,
			    *d = dout, *const end = dout + (size_t)span->columns * dout_step;
		for (; d != end; p += in_step, d += dout_step) {
			vf v[WEIGHTS_IN];
			UNROLL for (int i = 0; i < ins; i++) v[i] =
				load(p + (size_t)i * in_channel);
			UNROLL for (int o = 0; o < outs; o++)
			{
				const vf g = load(d + (size_t)o * dout_channel);
				UNROLL for (int i = 0; i < ins; i++) add_product(&a[i][o], v[i], g);
			}
		}
	}
	FRESH(sums); /* addresses are computed again, not kept beside the sums */
	UNROLL for (int i = 0; i < ins; i++) UNROLL for (int o = 0; o < outs; o++)
		store(sums + (size_t)o * sum_out + (size_t)i * sum_in, a[i][o]);
}

/* Each tile is a function of its own, as those of conv.h. */
typedef void conv_weights_function(float *sums, size_t sum_in, size_t sum_out,
	const struct conv_band *b, const struct conv_span *span, size_t half);

#define WEIGHTS_TILE(ins, outs)                                                             \
	static void conv_weights_##ins##_##outs(float *sums, size_t sum_in, size_t sum_out, \
		const struct conv_band *b, const struct conv_span *span, size_t half)       \
	{                                                                                   \
		conv_weights_tile(sums, sum_in, sum_out, b, span, half, ins, outs);         \
	}
#if REGISTERS == 32
#define WEIGHTS_WIDE(ins)    \
	WEIGHTS_TILE(ins, 5) \
	WEIGHTS_TILE(ins, 6)
#define WEIGHTS_WIDE_OF(ins) conv_weights_##ins##_5, conv_weights_##ins##_6
#else
#define WEIGHTS_WIDE(ins)
#define WEIGHTS_WIDE_OF(ins)
#endif
#define WEIGHTS_TILES(ins)   \
	WEIGHTS_TILE(ins, 1) \
	WEIGHTS_TILE(ins, 2) \
	WEIGHTS_TILE(ins, 3) \
	WEIGHTS_TILE(ins, 4) \
	WEIGHTS_WIDE(ins)
#define WEIGHTS_ROW(ins)                                                                \
	{                                                                               \
		conv_weights_##ins##_1, conv_weights_##ins##_2, conv_weights_##ins##_3, \
			conv_weights_##ins##_4, WEIGHTS_WIDE_OF(ins)                    \
	}

WEIGHTS_TILES(1)
WEIGHTS_TILES(2)
WEIGHTS_TILES(3)
#if REGISTERS == 32
WEIGHTS_TILES(4)
WEIGHTS_TILE(1, 12)
static conv_weights_function *const conv_weights_alone = conv_weights_1_12;
#else
WEIGHTS_TILE(1, 8)
static conv_weights_function *const conv_weights_alone = conv_weights_1_8;
#endif

/* By input channels - 1, then by output channels - 1. */
static conv_weights_function *const conv_weights_of[WEIGHTS_IN][WEIGHTS_OUT] = {
	WEIGHTS_ROW(1),
	WEIGHTS_ROW(2),
	WEIGHTS_ROW(3),
#if REGISTERS == 32
	WEIGHTS_ROW(4),
#endif
};
#undef WEIGHTS_ROW
#undef WEIGHTS_TILES
#undef WEIGHTS_WIDE_OF
#undef WEIGHTS_WIDE
#undef WEIGHTS_TILE

/* One tap of `ins` input channels and `outs` output channels of one half of the band. A single
 * input channel, and no other number, has up to twice as many output channels. */
INLINE void conv_weights_half(float *sums, size_t sum_in, size_t sum_out, const struct conv_band *b,
	const struct conv_span *span, size_t half, int ins, int outs)
{
	sums += half * W;
	if (outs <= WEIGHTS_OUT) {
		conv_weights_of[ins - 1][outs - 1](sums, sum_in, sum_out, b, span, half);
		return;
	}
	if (outs == 2 * WEIGHTS_OUT) {
		conv_weights_alone(sums, sum_in, sum_out, b, span, half);
		return;
	}
	conv_weights_of[0][WEIGHTS_OUT - 1](sums, sum_in, sum_out, b, span, half);
	struct conv_band rest = *b;
	rest.dout += WEIGHTS_OUT * b->dout_channel;
	conv_weights_of[0][outs - WEIGHTS_OUT - 1](
		sums + WEIGHTS_OUT * sum_out, sum_in, sum_out, &rest, span, half);
}

/* Add positions of one channel and half to its bias, one after the other. */
INLINE void add_positions(float *bias, const float *dout, int positions)
{
	vf sum = load(bias);
	for (int k = 0; k < positions; k++)
		sum += load(dout + (size_t)k * LANES);
	store(bias, sum);
}

/* Pack the first rows of `outs` channels of dout, `channel` floats apart; add them to biases
 * [outs][16] (NULL: not wanted). */
static void pack_gradients(float *to, size_t channel, float *biases, const float *dout,
	const struct nn_conv *s, int rows, int outs)
{
	const size_t plane = (size_t)(s->out_height * s->out_width) * LANES,
		     positions = (size_t)(rows * s->out_width), half = (size_t)outs * channel;
	for (int o = 0; o < outs; o++, dout += plane) {
		float *packed = to + (size_t)o * channel;
		if (!biases) {
			for (size_t k = 0; k < positions; k++)
				pack(packed, half, (int)k, dout + k * LANES);
			continue;
		}
		vf sums[LANES / W];
		UNROLL for (int h = 0; h < LANES / W; h++) sums[h] =
			load(biases + o * LANES + h * W);
		for (size_t k = 0; k < positions; k++)
			UNROLL for (int h = 0; h < LANES / W; h++)
			{
				const vf g = load(dout + k * LANES + h * W);
				sums[h] += g;
				store(packed + (size_t)h * half + k * W, g);
			}
		UNROLL for (int h = 0; h < LANES / W; h++)
			store(biases + o * LANES + h * W, sums[h]);
	}
}

/* Pack rows of `ins` channels of the input, `first` and every `step`-th after it, and of each every
 * `step`-th position, as the band says. */
static void pack_inputs(float *to, const struct conv_band *b, const float *in,
	const struct nn_conv *s, int first, int rows, int columns, int step, int ins)
{
	const size_t half = b->in_half, apart = (size_t)step * LANES;
	for (int i = 0; i < ins; i++, in += s->in_plane)
		for (int y = 0; y < rows; y++) {
			const float *from = in + (size_t)(first + y * step) * s->in_row;
			float *row = to + (size_t)i * b->in_channel + (size_t)y * b->in_row;
			for (int x = 0; x < columns; x++, from += apart)
				pack(row, half, x, from);
		}
}

/* ---- 1x1 kernels ---- */

/* Can both maps of a 1x1 kernel be read in place? With whole cache lines for vectors there is
 * nothing to gain from packing. */
INLINE bool conv_weights_in_place(const struct nn_conv *s)
{
	return W == LANES && s->stride == 1 && s->in_row == (size_t)s->out_width * LANES;
}

/* Rows, from b.in and b.dout on, of a 1x1 kernel with few input channels: they are packed, if that
 * helps. Some channels of the gradient, read in place, stay in the L1 cache while they pass. */
static void conv_weights_few_inputs(float *sums, float *biases, size_t sum_out, struct conv_band b,
	const struct nn_conv *s, int rows, int outs, float *packed)
{
	const int ins = s->in_channels;
	const struct conv_span span = { 1, rows * s->out_width, 0, 0 };

	if (!conv_weights_in_place(s)) {
		const float *const in = b.in;
		b.in = packed;
		b.in_channel = (size_t)span.columns * W;
		b.in_row = (size_t)s->out_width * W;
		b.in_half = (size_t)ins * b.in_channel;
		b.in_step = W;
		pack_inputs(packed, &b, in, s, 0, rows, s->out_width, s->stride, ins);
	}
	const float *const first = b.in;
	for (int o = 0, some; o < outs; o += some, b.dout += (size_t)some * b.dout_channel) {
		some = (int)tile_of((size_t)(outs - o), WEIGHTS_OUT);
		for (size_t half = 0; half < LANES / W; half++)
			for (int i = 0, few; i < ins; i += few) {
				few = (int)tile_of((size_t)(ins - i), WEIGHTS_IN);
				b.in = first + (size_t)i * b.in_channel;
				conv_weights_half(sums + (size_t)o * sum_out + i * LANES, LANES,
					sum_out, &b, &span, half, few, some);
			}
		for (int k = 0; k < some && biases; k++)
			for (size_t half = 0; half < LANES / W; half++)
				add_positions(biases + (o + k) * LANES + half * W,
					b.dout + (size_t)k * b.dout_channel + half * W,
					span.columns);
	}
}

/* Rows of another 1x1 kernel: the gradient is packed, and the input read in place. */
static void conv_weights_few_outputs(float *sums, float *biases, size_t sum_out, struct conv_band b,
	const struct nn_conv *s, int rows, int outs, float *packed)
{
	const int ins = s->in_channels, positions = rows * s->out_width;
	const bool whole = b.in_down == (size_t)s->out_width * b.in_step;
	const struct conv_span span = { whole ? 1 : rows, whole ? positions : s->out_width, 0, 0 };
	const float *const dout = b.dout;

	b.dout_channel = (size_t)positions * W;
	b.dout_half = (size_t)outs * b.dout_channel;
	b.dout_row = (size_t)s->out_width * W;
	b.dout_step = W;
	pack_gradients(packed, b.dout_channel, biases, dout, s, rows, outs);
	for (int i = 0, few; i < ins; i += few, b.in += (size_t)few * b.in_channel) {
		few = (int)tile_of((size_t)(ins - i), WEIGHTS_IN);
		for (size_t half = 0; half < LANES / W; half++)
			for (int o = 0, some; o < outs; o += some) {
				some = (int)tile_of((size_t)(outs - o), WEIGHTS_OUT);
				b.dout = packed + (size_t)o * b.dout_channel;
				conv_weights_half(sums + (size_t)o * sum_out + i * LANES, LANES,
					sum_out, &b, &span, half, few, some);
			}
	}
}

/* `outs` output channels; dw, db and dout point to the first. */
static void conv_weights_points(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, int outs, float *scratch)
{
	const int band = nn_conv_band(s);
	const size_t filter = (size_t)s->in_channels, stride = (filter + 16) * LANES,
		     out_row = (size_t)s->out_width * LANES;
	float *sums = scratch, *biases = sums + (size_t)outs * stride,
	      *packed = biases + (size_t)(outs + 16) * LANES;
	struct conv_band b = { .in_half = W,
		.in_channel = s->in_plane,
		.in_down = (size_t)s->stride * s->in_row,
		.in_step = (size_t)s->stride * LANES,
		.dout_half = W,
		.dout_channel = (size_t)s->out_height * out_row,
		.dout_row = out_row,
		.dout_step = LANES,
		.first = true };
	memset(biases, 0, (size_t)(outs + 16) * LANES * sizeof(*biases));
	for (int y0 = 0; y0 < s->out_height; y0 += band, b.first = false) {
		b.in = in + (size_t)y0 * b.in_down;
		b.dout = dout + (size_t)y0 * out_row;
		const int rows = at_most(band, s->out_height - y0);
		float *const wanted = db ? biases : NULL;
		if (conv_weights_in_place(s) || s->in_channels <= outs)
			conv_weights_few_inputs(sums, wanted, stride, b, s, rows, outs, packed);
		else
			conv_weights_few_outputs(sums, wanted, stride, b, s, rows, outs, packed);
	}
	for (int o = 0; o < outs; o++)
		sum_all_rows(dw + (size_t)o * filter, sums + (size_t)o * stride, filter);
	if (db)
		sum_all_rows(db, biases, (size_t)outs);
}

/* ---- other kernels ---- */

/* The positions of the rows y0 .. y1 - 1 at which tap (ky, kx) reads inside the input; top: the
 * first input row packed. */
INLINE struct conv_span conv_span_of(
	const struct nn_conv *s, const struct conv_band *b, int top, int y0, int y1, int ky, int kx)
{
	const int up = s->stride - 1, /* makes a division by the stride round up */
		down = ky - s->pad_top, left = kx - s->pad_left;
	const int from = at_least(y0, (at_least(0, -down) + up) / s->stride),
		  end = at_most(y1, (at_least(0, s->in_height - down) + up) / s->stride),
		  x0 = (at_least(0, -left) + up) / s->stride,
		  x1 = at_most(s->out_width, (at_least(0, s->in_width - left) + up) / s->stride);
	const struct conv_span span = { at_least(0, end - from), at_least(0, x1 - x0), 0, 0 };
	if (span.rows == 0 || span.columns == 0)
		return (struct conv_span){ 0, 0, 0, 0 };
	return (struct conv_span){ .rows = span.rows,
		.columns = span.columns,
		.in = (size_t)(from * s->stride + down - top) * b->in_row
			+ (size_t)(x0 * s->stride + left) * W,
		.dout = ((size_t)from * (size_t)s->out_width + (size_t)x0) * W };
}

/* Rows of the output whose maps, those of a tile's channels, take so many floats. */
INLINE int conv_band_rows(const struct nn_conv *s)
{
	const int in = WEIGHTS_IN * s->in_width * W, out = WEIGHTS_OUT * s->out_width * W,
		  more = at_least(0, s->kernel_height - s->stride) * in,
		  most = s->in_channels == 1 ? WEIGHTS_BAND_ALONE : WEIGHTS_BAND,
		  rows = at_least(1, (most - more) / (s->stride * in + out));
	return (int)tile_of((size_t)s->out_height, (size_t)rows);
}

/* Floats from one packed plane to the next, so that the same band of several channels is spread
 * over the sets of the L1 cache (of 4 KiB a way). Two lines more, or a band of whole 4 KiB would
 * put the positions that are read together into the same set. */
INLINE size_t conv_padded(size_t plane, size_t band)
{
	const size_t period = NN_CONV_PAD * W / LANES;
	return plane + ((band + 2 * LANES) % period + period - plane % period) % period;
}

/* `outs` output channels; dw, db and dout point to the first. All taps of one tile's channels go
 * over a band after the other; nothing but the maps comes from beyond the L1 cache. */
static void conv_weights_planes(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, int outs, float *scratch)
{
	const int taps = s->kernel_height * s->kernel_width, band = conv_band_rows(s),
		  bands = (s->out_height + band - 1) / band,
		  top = at_most(s->in_height, at_least(0, -s->pad_top)),
		  end = at_most(s->in_height,
			  (s->out_height - 1) * s->stride - s->pad_top + s->kernel_height),
		  rows = at_least(0, end - top);
	const size_t filter = (size_t)(s->in_channels * taps), sum_in = (size_t)taps * LANES,
		     sum_out = ((size_t)(WEIGHTS_IN * taps) + 16) * LANES,
		     in_row = (size_t)s->in_width * W, out_row = (size_t)s->out_width * W,
		     in_band = (size_t)((band - 1) * s->stride + s->kernel_height) * in_row,
		     channel = conv_padded((size_t)s->out_height * out_row, (size_t)band * out_row);
	struct conv_band b = { .in_row = in_row,
		.in_channel = conv_padded((size_t)s->in_height * in_row, in_band),
		.in_down = (size_t)s->stride * in_row,
		.in_step = (size_t)s->stride * W,
		.dout_half = (size_t)outs * channel,
		.dout_channel = channel,
		.dout_row = out_row,
		.dout_step = W };
	float *biases = scratch, *sums = biases + (size_t)(outs + 16) * LANES,
	      *gradients = sums + 2 * WEIGHTS_OUT * sum_out,
	      *inputs = gradients + LANES / W * b.dout_half;
	struct conv_span *spans =
		(struct conv_span *)(inputs + LANES / W * WEIGHTS_IN * b.in_channel);
	b.in = inputs;
	for (int k = 0; k < bands; k++)
		for (int t = 0; t < taps; t++)
			spans[k * taps + t] = conv_span_of(s, &b, top, k * band,
				at_most(s->out_height, (k + 1) * band), t / s->kernel_width,
				t % s->kernel_width);
	memset(biases, 0, (size_t)(outs + 16) * LANES * sizeof(*biases));
	pack_gradients(gradients, channel, db ? biases : NULL, dout, s, s->out_height, outs);
	for (int i = 0, ins; i < s->in_channels; i += ins) {
		ins = (int)tile_of((size_t)(s->in_channels - i), WEIGHTS_IN);
		b.in_half = (size_t)ins * b.in_channel;
		pack_inputs(inputs, &b, in + (size_t)i * s->in_plane, s, top, rows, s->in_width, 1,
			ins);
		for (int o = 0, some; o < outs; o += some) {
			some = (int)tile_of(
				(size_t)(outs - o), ins == 1 ? 2 * WEIGHTS_OUT : WEIGHTS_OUT);
			b.dout = gradients + (size_t)o * channel;
			for (size_t half = 0; half < LANES / W; half++) {
				b.first = true;
				for (int k = 0; k < bands; k++, b.first = false)
					for (int t = 0; t < taps; t++)
						conv_weights_half(sums + t * LANES, sum_in, sum_out,
							&b, &spans[k * taps + t], half, ins, some);
			}
			for (int k = 0; k < some; k++)
				sum_all_rows(dw + (size_t)(o + k) * filter + i * taps,
					sums + (size_t)k * sum_out, (size_t)(ins * taps));
		}
	}
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
		float *to = dw + (size_t)o * filter, *bias = db ? db + o : NULL;
		const float *from = dout + (size_t)o * plane;
		if (nn_conv_points(s))
			conv_weights_points(to, bias, in, from, s, outs, scratch);
		else
			conv_weights_planes(to, bias, in, from, s, outs, scratch);
	}
}

#endif

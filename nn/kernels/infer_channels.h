/* infer_channels.h - one image by channel: maps [y][x][channel], channels rounded up to whole
 * vectors. The lanes beyond the last channel are never used as values.
 *
 * A convolution processes one band of rows at a time, which stays in the L2 cache. Within a band it
 * goes over the groups of output channels (nn_channel_group), and within a group over as many input
 * channels as have their weights in the L1 cache. Further sums wait in the output. */
#ifndef NN_KERNELS_INFER_CHANNELS_H
#define NN_KERNELS_INFER_CHANNELS_H

#include "channel_tile.h"
#include "image.h"

/* CHANNEL_BAND: positions before the weights change. CHANNEL_WEIGHTS: floats of weights that stay
 * in the L1 cache. CHANNEL_DEPTH: positions of the largest depthwise tile. */
enum { CHANNEL_BAND = 240, CHANNEL_WEIGHTS = 6144, CHANNEL_DEPTH = 8 };

/* One group of output channels, with the weights of input channels from `first` on. */
struct channel_group {
	const float *w, *b;
	float *out;
	struct channel_end end;
	int vectors, first, channels;
};

/* Positions of a band: rows y0 .. y1 - 1, columns x0 .. x1 - 1. */
struct channel_band {
	int y0, y1, x0, x1;
};

/* In each row of the band, `tiles` tiles of `positions` positions from column x on. Each fetches
 * other weights of the next block. */
static void channel_strip(const struct channel_group *g, const float *in,
	const struct nn_channel_conv *s, const struct channel_band *band, int x, int tiles,
	int positions, enum channel_edges edges, const struct conv_inside *inside)
{
	const int taps = s->kernel_width, left = x * s->stride - s->pad_left;
	const size_t tap = (size_t)g->vectors * W, row = (size_t)s->in_width * s->in_pixel,
		     block = (size_t)(g->channels * s->kernel_height * taps) * tap;
	struct channel_tile t = { .b = g->b,
		.channel = s->in_channel,
		.pixel = s->in_pixel,
		.step = (size_t)s->stride * s->in_pixel,
		.row = row,
		.out_pixel = s->out_pixel,
		.channels = g->channels,
		.taps = taps,
		.inside = inside,
		.end = g->end };
	channel_tile_function *const run = channel_tile_find(s, edges, g->vectors, positions);
	for (int y = band->y0; y < band->y1; y++) {
		const int top = y * s->stride - s->pad_top, y0 = at_least(0, -top);
		t.rows = at_least(0, at_most(s->kernel_height, s->in_height - top) - y0);
		t.w = g->w + (size_t)(y0 * taps) * tap;
		t.weight_rows = (size_t)((s->kernel_height - t.rows) * taps) * tap;
		t.ahead = block + (size_t)(y - band->y0) * 16;
		/* may point before the first column: only taps inside are read */
		const float *from = in + (size_t)g->first * s->in_channel
			+ (ptrdiff_t)(top + y0) * (ptrdiff_t)row
			+ (ptrdiff_t)left * (ptrdiff_t)s->in_pixel;
		float *to = g->out + ((size_t)y * (size_t)s->out_width + (size_t)x) * s->out_pixel;
		for (int k = 0; k < tiles; k++)
			run(&t, from + (size_t)(k * positions) * t.step,
				to + (size_t)(k * positions) * s->out_pixel);
	}
}

/* Columns in tiles of sizes as equal as possible: a tile with few positions does not keep the
 * multipliers busy. */
static void channel_columns(const struct channel_group *g, const float *in,
	const struct nn_channel_conv *s, const struct channel_band *band,
	struct conv_inside *inside)
{
	const int most = g->vectors == 1 ? CHANNEL_ONE
					 : (g->vectors == 2 ? CHANNEL_TWO : CHANNEL_THREE),
		  whole = (s->in_width - s->kernel_width + s->pad_left) / s->stride + 1;
	for (int x = band->x0, positions, tiles; x < band->x1; x += tiles * positions) {
		positions = (int)tile_of((size_t)(band->x1 - x), (size_t)most);
		const enum channel_edges edges =
			channel_edges_of(inside, s, x * s->stride - s->pad_left, positions);
		tiles = 1;
		if (edges == CHANNEL_WHOLE)
			while (x + (tiles + 1) * positions <= at_most(whole, band->x1)
				&& (int)tile_of(
					   (size_t)(band->x1 - x - tiles * positions), (size_t)most)
					== positions)
				tiles++;
		channel_strip(g, in, s, band, x, tiles, positions, edges, inside);
	}
}

/* All channels of a band. */
static void channel_band(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, const struct channel_band *band,
	struct conv_inside *inside)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     filter = (size_t)s->in_channels * taps, all_vectors = s->out_pixel / W;
	for (size_t v = 0, vectors; v < all_vectors; v += vectors) {
		vectors = nn_channel_group(all_vectors - v, W, s->group_width);
		struct channel_group g = {
			.b = b + v * W, .out = out + v * W, .vectors = (int)vectors
		};
		if (s->numbers) {
			g.end.mean = s->numbers + v * W;
			g.end.scale = g.end.mean + s->out_pixel;
			g.end.shift = g.end.scale + s->out_pixel;
		}
		g.end.rectifier = s->rectifier;
		const size_t fit = CHANNEL_WEIGHTS / (taps * vectors * W);
		for (; g.first < s->in_channels; g.first += g.channels) {
			g.channels =
				(int)tile_of((size_t)(s->in_channels - g.first), fit > 0 ? fit : 1);
			g.w = w + v * W * filter + (size_t)g.first * taps * vectors * W;
			g.end.started = g.first > 0;
			g.end.finished = g.first + g.channels == s->in_channels;
			channel_columns(&g, in, s, band, inside);
		}
	}
}

static void channel_conv(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, float *scratch)
{
	struct conv_inside *inside = (struct conv_inside *)scratch;
	struct nn_channel_conv flat = *s;
	const int taps = s->kernel_height * s->kernel_width;
	if (taps == 1 && s->stride == 1 && s->in_width == s->out_width && s->pad_top == 0
		&& s->pad_left == 0) { /* positions lie side by side across rows */
		flat.in_width = flat.out_width = s->out_width * s->out_height;
		flat.in_height = flat.out_height = 1;
		s = &flat;
	}
	const int wide = s == &flat ? CHANNEL_BAND : s->out_width,
		  high = at_least(1, CHANNEL_BAND / s->out_width);
	for (int y = 0; y < s->out_height; y += high)
		for (int x = 0; x < s->out_width; x += wide) {
			const struct channel_band band = { y, at_most(s->out_height, y + high), x,
				at_most(s->out_width, x + wide) };
			channel_band(out, in, w, b, s, &band, inside);
		}
}

/* ---- depthwise ---- */

/* The end of a depthwise tile. Vectors may alias everything, so pointers are copied first. */
INLINE void depth_finish(vf a[CHANNEL_DEPTH], float *out, const struct nn_channel_conv *s, size_t v,
	const int positions)
{
	const size_t pixel = s->out_pixel;
	const float *numbers = s->numbers ? s->numbers + v : NULL;
	const enum nn_rectifier r = s->rectifier;
	if (numbers) {
		const vf mean = load(numbers), scale = load(numbers + pixel),
			 shift = load(numbers + 2 * pixel);
		UNROLL for (int x = 0; x < positions; x++) a[x] = fma_(a[x] - mean, scale, shift);
	}
	if (r == NN_RECTIFIED)
		UNROLL for (int x = 0; x < positions; x++) a[x] = relu(a[x]);
	else if (r == NN_RECTIFIED_6)
		UNROLL for (int x = 0; x < positions; x++) a[x] = relu6(a[x]);
	UNROLL for (int x = 0; x < positions; x++) store(out + (size_t)x * pixel + v, a[x]);
}

/* Kernels with three columns: each input column inside contributes to all positions that read it.
 * All vectors of `positions` positions, starting at out. */
INLINE void depth_three_tile(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, int rows, const int positions, const int stride,
	const bool first, const bool last)
{
	const size_t row = (size_t)s->in_width * s->in_pixel, pixel = s->in_pixel,
		     wide = s->out_pixel;
	const int columns = (positions - 1) * stride + 3;
	for (size_t v = 0; v < wide; v += W) {
		vf a[CHANNEL_DEPTH];
		const float *at = in + v, *f = w + v;
		UNROLL for (int x = 0; x < positions; x++) a[x] = load(b + v);
		for (int ky = 0; ky < rows; ky++, at += row, f += 3 * wide) {
			const vf g[] = { load(f), load(f + wide), load(f + 2 * wide) };
			UNROLL for (int c = first; c < columns - last; c++)
			{
				const vf in_c = load(at + (size_t)c * pixel);
				UNROLL for (int x = 0; x < positions;
					    x++) if (c >= x * stride && c < x * stride + 3) a[x] =
					fma_(in_c, g[c - x * stride], a[x]);
			}
		}
		depth_finish(a, out, s, v, positions);
	}
}

INLINE void depth_three_edges(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, int rows, enum channel_edges edges, const int positions,
	const int stride)
{
	if (edges == CHANNEL_WHOLE)
		depth_three_tile(out, in, w, b, s, rows, positions, stride, false, false);
	else if (edges == CHANNEL_FIRST)
		depth_three_tile(out, in, w, b, s, rows, positions, stride, true, false);
	else if (edges == CHANNEL_LAST)
		depth_three_tile(out, in, w, b, s, rows, positions, stride, false, true);
	else
		depth_three_tile(out, in, w, b, s, rows, positions, stride, true, true);
}

INLINE void depth_three_of(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, int rows, enum channel_edges edges, int positions,
	const int stride)
{
	switch (positions) {
	case CHANNEL_DEPTH:
		depth_three_edges(out, in, w, b, s, rows, edges, CHANNEL_DEPTH, stride);
		break;
	case 4: depth_three_edges(out, in, w, b, s, rows, edges, 4, stride); break;
	case 2: depth_three_edges(out, in, w, b, s, rows, edges, 2, stride); break;
	default: depth_three_edges(out, in, w, b, s, rows, edges, 1, stride);
	}
}

static void depth_three(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, int rows, enum channel_edges edges, int positions)
{
	if (s->stride == 1)
		depth_three_of(out, in, w, b, s, rows, edges, positions, 1);
	else
		depth_three_of(out, in, w, b, s, rows, edges, positions, 2);
}

/* The part of a window inside the input: its rows y0 .. y1 - 1 and columns x0 .. x1 - 1. */
struct channel_window {
	int y0, y1, x0, x1;
	const float *in; /* its first row and column, possibly outside the input */
};

INLINE struct channel_window window_at(
	const float *in, const struct nn_channel_conv *s, int y, int x)
{
	const int top = y * s->stride - s->pad_top, left = x * s->stride - s->pad_left;
	return (struct channel_window){ at_least(0, -top),
		at_most(s->kernel_height, s->in_height - top), at_least(0, -left),
		at_most(s->kernel_width, s->in_width - left),
		in + ((ptrdiff_t)top * s->in_width + (ptrdiff_t)left) * (ptrdiff_t)s->in_pixel };
}

/* One position, any kernel. */
static void depth_any(float *out, const float *w, const float *b, const struct nn_channel_conv *s,
	struct channel_window o)
{
	const size_t row = (size_t)s->in_width * s->in_pixel;
	for (size_t v = 0; v < s->out_pixel; v += W) {
		vf a[CHANNEL_DEPTH] = { load(b + v) };
		for (int ky = o.y0; ky < o.y1; ky++)
			for (int kx = o.x0; kx < o.x1; kx++)
				a[0] = fma_(load(o.in + (size_t)ky * row + (size_t)kx * s->in_pixel
						    + v),
					load(w + (size_t)(ky * s->kernel_width + kx) * s->out_pixel
						+ v),
					a[0]);
		depth_finish(a, out, s, v, 1);
	}
}

static void channel_depthwise(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, float *scratch)
{
	struct conv_inside *inside = (struct conv_inside *)scratch;
	const bool three = s->kernel_width == 3 && s->stride <= 2;
	for (int y = 0; y < s->out_height; y++)
		for (int x = 0, count; x < s->out_width;
			x += count, out += (size_t)count * s->out_pixel) {
			for (count = CHANNEL_DEPTH; count > s->out_width - x;) /* 8, 4, 2 or 1 */
				count /= 2;
			const enum channel_edges edges =
				channel_edges_of(inside, s, x * s->stride - s->pad_left, count);
			const struct channel_window o = window_at(in, s, y, x);
			if (three && edges != CHANNEL_ANY)
				depth_three(out,
					o.in
						+ (ptrdiff_t)o.y0 * s->in_width
							* (ptrdiff_t)s->in_pixel,
					w + (size_t)(3 * o.y0) * s->out_pixel, b, s,
					at_least(0, o.y1 - o.y0), edges, count);
			else
				for (int k = 0; k < count; k++)
					depth_any(out + (size_t)k * s->out_pixel, w, b, s,
						window_at(in, s, y, x + k));
		}
}

/* Windows side by side, all inside the input. The maximum (the first of equal ones), the rectified
 * maximum of a 2x2 window as in conv_pool.h, or the mean. */
static void channel_pool(
	float *out, const float *in, const struct nn_channel_conv *s, enum nn_channel_pool kind)
{
	const size_t row = (size_t)s->in_width * s->in_pixel, pixel = s->in_pixel;
	const vf share = all(1.0f / (float)(s->kernel_height * s->kernel_width));
	for (int y = 0; y < s->out_height; y++)
		for (int x = 0; x < s->out_width; x++, out += s->out_pixel)
			for (size_t v = 0; v < s->out_pixel; v += W) {
				const float *p = in + (size_t)(y * s->kernel_height) * row
					+ (size_t)(x * s->kernel_width) * pixel + v;
				if (kind == NN_CHANNEL_RECTIFIED_MAX) {
					store(out + v,
						relu(max_(
							max_(load(p + row + pixel), load(p + row)),
							max_(load(p + pixel), load(p)))));
					continue;
				}
				vf a = kind == NN_CHANNEL_MAX ? load(p) : (vf){ 0 };
				for (int ky = 0; ky < s->kernel_height; ky++)
					for (int kx = 0; kx < s->kernel_width; kx++) {
						const vf q = load(
							p + (size_t)ky * row + (size_t)kx * pixel);
						if (kind == NN_CHANNEL_MEAN)
							a += q;
						else if (ky + kx > 0)
							a = max_(q, a);
					}
				store(out + v, kind == NN_CHANNEL_MEAN ? a * share : a);
			}
}

static void bytes_over_255(float *out, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i += W) {
		uint8_t few[W] = { 0 };
		if (i + W <= count) {
			store_any(out + i, over_255(load_bytes(bytes + i)));
			continue;
		}
		memcpy(few, bytes + i, count - i);
		const vf rest = over_255(load_bytes(few));
		memcpy(out + i, &rest, (count - i) * sizeof(*out));
	}
}

static void channel_normalize(float *out, const float *in, const float *numbers, size_t pixel,
	size_t positions, enum nn_rectifier r)
{
	for (size_t v = 0; v < pixel; v += W) {
		const vf mean = load(numbers + v), scale = load(numbers + pixel + v),
			 shift = load(numbers + 2 * pixel + v);
		FOR_RECTIFIER(r,
			for (size_t k = v; k < positions * pixel; k += pixel) store(out + k,
				rectified(fma_(load(in + k) - mean, scale, shift), rectifier)));
	}
}

INLINE void channel_dense_tile(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_dense *s, const int vectors)
{
	vf a[NN_CHANNEL_DENSE];
	UNROLL for (int v = 0; v < vectors; v++) a[v] = load(b + v * W);
	for (size_t c = 0; c < (size_t)s->channels; c++)
		for (size_t k = 0; k < (size_t)s->positions; k++, w += vectors * W) {
			const vf x = all(in[k * s->in_pixel + c * s->in_channel]);
			UNROLL for (int v = 0; v < vectors; v++) a[v] =
				fma_(x, load(w + v * W), a[v]);
		}
	UNROLL for (int v = 0; v < vectors; v++) store(out + v * W, s->relu ? relu(a[v]) : a[v]);
}

static void channel_dense(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_dense *s)
{
	const size_t inputs = (size_t)(s->channels * s->positions);
	for (size_t v = 0, count; v < s->out_pixel / W; v += count) {
		count = s->out_pixel / W - v;
		const float *from = w + v * W * inputs;
		if (count >= NN_CHANNEL_DENSE) {
			count = NN_CHANNEL_DENSE;
			channel_dense_tile(out + v * W, in, from, b + v * W, s, NN_CHANNEL_DENSE);
		} else if (count >= NN_CHANNEL_FEW) {
			count = NN_CHANNEL_FEW;
			channel_dense_tile(out + v * W, in, from, b + v * W, s, NN_CHANNEL_FEW);
		} else
			channel_dense_tile(out + v * W, in, from, b + v * W, s, 1);
	}
}

#endif

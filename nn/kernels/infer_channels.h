/* infer_channels.h - one image by channel: maps [y][x][channel], channels rounded up to whole
 * vectors. The lanes beyond the last channel are never used as values.
 *
 * A convolution processes one band of rows at a time, which stays in the L2 cache. Within a band it
 * goes over the groups of output channels (nn_channel_group), and within a group over as many input
 * channels as have their weights in the L1 cache. Further sums wait in the output. */
#ifndef NN_KERNELS_INFER_CHANNELS_H
#define NN_KERNELS_INFER_CHANNELS_H

#include "conv.h"
#include "normalize.h"

/* Positions of the largest tile of one, two and three vectors of channels. CHANNEL_SOME,
 * CHANNEL_REST: positions of smaller tiles. CHANNEL_BAND: positions before the weights change.
 * CHANNEL_WEIGHTS: floats of weights that stay in the L1 cache. CHANNEL_LIGHT: so few that all are
 * used at once. */
enum {
	CHANNEL_ONE = REGISTERS == 32 ? 12 : 8,
	CHANNEL_TWO = REGISTERS == 32 ? 10 : 6,
	CHANNEL_THREE = REGISTERS == 32 ? 8 : 4,
	CHANNEL_SOME = REGISTERS == 32 ? 8 : 4,
	CHANNEL_REST = 4,
	CHANNEL_DEPTH = 8, /* positions of the largest depthwise tile */
	CHANNEL_BAND = 120,
	CHANNEL_FEW = 2 * CHANNEL_TWO,
	CHANNEL_WEIGHTS = 4096,
	CHANNEL_LIGHT = 6144
};

/* The taps of a tile that are inside the input: all; all but the first tap of the first position,
 * the last tap of the last one, or both; else see `inside`. */
enum channel_edges { CHANNEL_WHOLE, CHANNEL_FIRST, CHANNEL_LAST, CHANNEL_BOTH, CHANNEL_ANY };

/* How the sums of a tile begin and end. */
struct channel_end {
	bool started;                      /* continue from the sums in out, not from the bias */
	bool finished;                     /* these are the last input channels */
	const float *mean, *scale, *shift; /* of a normalisation; NULL: none */
	enum nn_rectifier rectifier;
};

/* A tile: `count` positions, starting at out. in: the first tap of the first position that is
 * inside the input; w: the weights of that row of taps. Distances are in floats. */
struct channel_tile {
	const float *in, *w, *b;
	float *out;
	size_t pixel, step, row, out_pixel; /* of in: to the next column, position, row */
	size_t weight_rows;                 /* of w: over the rows of taps that are skipped */
	int channels, rows, taps, count;
	const struct conv_inside *inside;
	struct channel_end end;
};

INLINE vf channel_rectified(vf x, enum nn_rectifier r)
{
	return r == NN_RECTIFIED ? relu(x) : (r == NN_RECTIFIED_6 ? relu6(x) : x);
}

INLINE void channel_begin(
	vf a[CHANNEL_ONE][3], const struct channel_tile *t, const int vectors, const int positions)
{
	if (!t->end.started) {
		UNROLL for (int v = 0; v < vectors; v++)
		{
			const vf bias = load(t->b + v * W);
			UNROLL for (int x = 0; x < positions; x++) a[x][v] = bias;
		}
		return;
	}
	UNROLL for (int x = 0; x < positions; x++) UNROLL for (int v = 0; v < vectors; v++)
		a[x][v] = load(t->out + (size_t)(x < t->count ? x : 0) * t->out_pixel + v * W);
}

INLINE void channel_finish(
	vf a[CHANNEL_ONE][3], const struct channel_tile *t, const int vectors, const int positions)
{
	const struct channel_end *e = &t->end;
	if (e->finished && e->mean)
		UNROLL for (int v = 0; v < vectors; v++)
		{
			const vf mean = load(e->mean + v * W), scale = load(e->scale + v * W),
				 shift = load(e->shift + v * W);
			UNROLL for (int x = 0; x < positions; x++) a[x][v] =
				fma_(a[x][v] - mean, scale, shift);
		}
	if (e->finished && e->rectifier == NN_RECTIFIED)
		UNROLL for (int x = 0; x < positions; x++) UNROLL for (int v = 0; v < vectors; v++)
			a[x][v] = relu(a[x][v]);
	else if (e->finished && e->rectifier == NN_RECTIFIED_6)
		UNROLL for (int x = 0; x < positions; x++) UNROLL for (int v = 0; v < vectors; v++)
			a[x][v] = relu6(a[x][v]);
	UNROLL for (int x = 0; x < positions; x++) if (x < t->count)
		UNROLL for (int v = 0; v < vectors; v++)
			store(t->out + (size_t)x * t->out_pixel + v * W, a[x][v]);
}

/* One tap for positions from .. end - 1. */
INLINE void channel_tap(vf a[CHANNEL_ONE][3], const float *at, size_t step, const float *w,
	const int vectors, const int positions, int from, int end)
{
	vf f[3];
	UNROLL for (int v = 0; v < vectors; v++) f[v] = load(w + v * W);
	UNROLL for (int x = 0; x < positions; x++) if (x >= from && x < end)
	{
		const vf g = all(at[(size_t)x * step]);
		UNROLL for (int v = 0; v < vectors; v++) add_product(&a[x][v], g, f[v]);
	}
}

/* Kernels with one tap; in steps of four channels. */
INLINE void channel_points_tile(
	const struct channel_tile *t, const int vectors, const int positions)
{
	vf a[CHANNEL_ONE][3];
	const float *in = t->in, *w = t->w;
	const size_t step = t->step;
	int i = t->channels;
	channel_begin(a, t, vectors, positions);
	for (; i >= 4; i -= 4, in += 4, w += 4 * vectors * W)
		UNROLL for (int k = 0; k < 4; k++) channel_tap(
			a, in + k, step, w + k * vectors * W, vectors, positions, 0, positions);
	for (; i > 0; i--, in++, w += vectors * W)
		channel_tap(a, in, step, w, vectors, positions, 0, positions);
	channel_finish(a, t, vectors, positions);
}

/* Kernels with three columns, edges known at compile time. With a stride of 1, five pointers reach
 * all columns: a pointer, or an offset, for each would not fit in the registers. */
INLINE void channel_three_beside(const struct channel_tile *t, const int vectors,
	const int positions, const bool first, const bool last)
{
	enum { POINTERS = (CHANNEL_ONE + 4) / 3 };
	const int pointers = (positions + 4) / 3;
	vf a[CHANNEL_ONE][3];
	const float *at[POINTERS], *w = t->w;
	const size_t pixel = t->pixel, row = t->row;
	const ptrdiff_t next = 1 - (ptrdiff_t)((size_t)t->rows * row); /* to the next channel */
	UNROLL for (int k = 0; k < pointers; k++)
	{
		at[k] = t->in + (size_t)(3 * k) * pixel;
		FRESH(at[k]);
	}
	channel_begin(a, t, vectors, positions);
	for (int i = 0; i < t->channels; i++, w += t->weight_rows) {
		for (int ky = 0; ky < t->rows; ky++, w += 3 * vectors * W) {
			UNROLL for (int kx = 0; kx < 3; kx++)
			{
				const int from = kx == 0 && first ? 1 : 0,
					  end = kx == 2 && last ? positions - 1 : positions;
				vf f[3];
#if REGISTERS == 16
				UNROLL for (int k = 0; k < pointers; k++) FRESH(at[k]);
#endif
				UNROLL for (int v = 0; v < vectors; v++) f[v] =
					load(w + (kx * vectors + v) * W);
				UNROLL for (int x = 0; x < positions; x++) if (x >= from && x < end)
				{
					const int c = kx + x;
					const vf g = all(at[c / 3][(size_t)(c % 3) * pixel]);
					UNROLL for (int v = 0; v < vectors; v++)
						add_product(&a[x][v], g, f[v]);
				}
			}
			UNROLL for (int k = 0; k < pointers; k++) at[k] += row;
		}
		UNROLL for (int k = 0; k < pointers; k++) at[k] += next;
	}
	channel_finish(a, t, vectors, positions);
}

INLINE void channel_three_tile(const struct channel_tile *t, const int vectors, const int positions,
	const bool first, const bool last)
{
	if (t->step == t->pixel) {
		channel_three_beside(t, vectors, positions, first, last);
		return;
	}
	vf a[CHANNEL_ONE][3];
	const float *in = t->in, *w = t->w;
	const size_t step = t->step, pixel = t->pixel;
	channel_begin(a, t, vectors, positions);
	for (int i = 0; i < t->channels; i++, in++, w += t->weight_rows) {
		const float *at = in;
		for (int ky = 0; ky < t->rows; ky++, at += t->row, w += 3 * vectors * W) {
			channel_tap(a, at, step, w, vectors, positions, first ? 1 : 0, positions);
			channel_tap(a, at + pixel, step, w + vectors * W, vectors, positions, 0,
				positions);
			channel_tap(a, at + 2 * pixel, step, w + 2 * vectors * W, vectors,
				positions, 0, last ? positions - 1 : positions);
		}
	}
	channel_finish(a, t, vectors, positions);
}

INLINE void channel_any_tile(const struct channel_tile *t, const int vectors, const int positions)
{
	vf a[CHANNEL_ONE][3];
	const float *in = t->in, *w = t->w;
	const size_t step = t->step;
	channel_begin(a, t, vectors, positions);
	for (int i = 0; i < t->channels; i++, in++, w += t->weight_rows) {
		const float *row = in;
		for (int ky = 0; ky < t->rows; ky++, row += t->row) {
			const float *at = row;
			for (int kx = 0; kx < t->taps; kx++, at += t->pixel, w += vectors * W) {
				const struct conv_inside o = t->inside[kx];
				if (o.from == 0 && o.end == positions)
					channel_tap(
						a, at, step, w, vectors, positions, 0, positions);
				else
					channel_tap(
						a, at, step, w, vectors, positions, o.from, o.end);
			}
		}
	}
	channel_finish(a, t, vectors, positions);
}

INLINE void channel_tile_of(const struct channel_tile *t, enum channel_edges edges,
	const int vectors, const int positions)
{
	if (t->taps == 1 && t->rows == 1 && edges == CHANNEL_WHOLE && t->weight_rows == 0)
		channel_points_tile(t, vectors, positions);
	else if (t->taps != 3 || edges == CHANNEL_ANY)
		channel_any_tile(t, vectors, positions);
	else if (edges == CHANNEL_WHOLE)
		channel_three_tile(t, vectors, positions, false, false);
	else if (edges == CHANNEL_FIRST)
		channel_three_tile(t, vectors, positions, true, false);
	else if (edges == CHANNEL_LAST)
		channel_three_tile(t, vectors, positions, false, true);
	else
		channel_three_tile(t, vectors, positions, true, true);
}

static void channel_tile_run(
	const struct channel_tile *t, enum channel_edges edges, int vectors, int positions)
{
	switch (vectors * 16 + positions) {
	case 16 + CHANNEL_ONE: channel_tile_of(t, edges, 1, CHANNEL_ONE); break;
	case 2 * 16 + CHANNEL_TWO: channel_tile_of(t, edges, 2, CHANNEL_TWO); break;
#if REGISTERS == 32
	case 16 + CHANNEL_SOME: channel_tile_of(t, edges, 1, CHANNEL_SOME); break;
	case 2 * 16 + CHANNEL_SOME: channel_tile_of(t, edges, 2, CHANNEL_SOME); break;
	case 3 * 16 + CHANNEL_THREE: channel_tile_of(t, edges, 3, CHANNEL_THREE); break;
#endif
	case 2 * 16 + CHANNEL_REST: channel_tile_of(t, edges, 2, CHANNEL_REST); break;
	case 3 * 16 + CHANNEL_REST: channel_tile_of(t, edges, 3, CHANNEL_REST); break;
	default: channel_tile_of(t, edges, 1, CHANNEL_REST);
	}
}

/* Is the next tile the larger one, of `most` positions, when `left` positions remain? */
INLINE bool channel_large(int left, int most)
{
	return left > 2 * CHANNEL_REST || (left > CHANNEL_REST && left <= most);
}

/* Positions of the next tile when `left` positions remain. A tile with more positions than that
 * takes longer, unless there is but one tap: so tiles are chosen that fill the row. */
INLINE int channel_positions(int left, int vectors, bool one_tap)
{
	const int most = vectors == 1 ? CHANNEL_ONE : (vectors == 2 ? CHANNEL_TWO : CHANNEL_THREE);
	if (one_tap)
		return channel_large(left, most) ? most : CHANNEL_REST;
	const bool fills = most % 4 == 2 ? left % 4 == 2 || left >= 2 * most
					 : most == CHANNEL_SOME || left != most + CHANNEL_REST;
	if (left >= most && fills)
		return most;
	return left >= CHANNEL_SOME && CHANNEL_SOME < most ? CHANNEL_SOME : CHANNEL_REST;
}

/* The taps of `positions` positions from column `left` on that are inside the input; `count` of the
 * positions exist. */
INLINE enum channel_edges channel_edges_of(struct conv_inside *inside,
	const struct nn_channel_conv *s, int left, int positions, int count)
{
	const int taps = s->kernel_width, stride = s->stride, up = stride - 1;
	bool first = false, last = false, other = false;
	if (left >= 0 && count == positions
		&& left + (positions - 1) * stride + taps <= s->in_width) {
		for (int kx = 0; kx < taps; kx++)
			inside[kx] = (struct conv_inside){ 0, positions };
		return CHANNEL_WHOLE;
	}
	for (int kx = 0; kx < taps; kx++) {
		const int from = (at_least(0, -left - kx) + up) / stride,
			  end = at_most(
				  count, (at_least(0, s->in_width - left - kx) + up) / stride);
		inside[kx] = (struct conv_inside){ from, end };
		if (kx == 0 && from == 1 && end == positions)
			first = true;
		else if (kx == taps - 1 && from == 0 && end == positions - 1)
			last = true;
		else if (from != 0 || end != positions)
			other = true;
	}
	if (other || (taps != 3 && (first || last)))
		return CHANNEL_ANY;
	return (enum channel_edges)((first ? CHANNEL_FIRST : 0) + (last ? CHANNEL_LAST : 0));
}

/* One group of output channels, with the weights of input channels from `first` on. */
struct channel_group {
	const float *w, *b;
	float *out;
	struct channel_end end;
	int vectors, first, channels;
};

static void channel_row(const struct channel_group *g, const float *in,
	const struct nn_channel_conv *s, int y, int x0, int x1, struct conv_inside *inside)
{
	const int taps = s->kernel_width, top = y * s->stride - s->pad_top, y0 = at_least(0, -top),
		  rows = at_least(0, at_most(s->kernel_height, s->in_height - top) - y0);
	const bool one_tap =
		taps == 1 && s->kernel_height == 1 && s->stride == 1 && s->pad_left == 0;
	const size_t tap = (size_t)g->vectors * W, row = (size_t)s->in_width * s->in_pixel;
	struct channel_tile t = { .w = g->w + (size_t)(y0 * taps) * tap,
		.b = g->b,
		.pixel = s->in_pixel,
		.step = (size_t)s->stride * s->in_pixel,
		.row = row,
		.out_pixel = s->out_pixel,
		.weight_rows = (size_t)((s->kernel_height - rows) * taps) * tap,
		.channels = g->channels,
		.rows = rows,
		.taps = taps,
		.inside = inside,
		.end = g->end };
	for (int x = x0; x < x1;) {
		const int left = x * s->stride - s->pad_left;
		const int positions = channel_positions(x1 - x, g->vectors, one_tap);
		t.count = at_most(positions, x1 - x);
		/* may point before the first column: only taps inside are read */
		t.in = in + g->first + (ptrdiff_t)(top + y0) * (ptrdiff_t)row
			+ (ptrdiff_t)left * (ptrdiff_t)s->in_pixel;
		t.out = g->out + ((size_t)y * (size_t)s->out_width + (size_t)x) * s->out_pixel;
		/* a single tap may read past the map's end: the memory is there */
		channel_tile_run(&t,
			one_tap ? CHANNEL_WHOLE
				: channel_edges_of(inside, s, left, positions, t.count),
			g->vectors, positions);
		x += positions;
	}
}

/* All channels of the positions x0 .. x1 - 1 of rows y0 .. y1 - 1. */
static void channel_band(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, int y0, int y1, int x0, int x1, struct conv_inside *inside)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     filter = (size_t)s->in_channels * taps, all_vectors = s->out_pixel / W;
	for (size_t v = 0, vectors; v < all_vectors; v += vectors) {
		vectors = nn_channel_group(all_vectors - v);
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
			for (int y = y0; y < y1; y++)
				channel_row(&g, in, s, y, x0, x1, inside);
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
	/* all weights at once: the output is written contiguously */
	const bool light = (size_t)(taps * s->in_channels) * s->out_pixel <= CHANNEL_LIGHT;
	const int wide = light ? CHANNEL_FEW : (s == &flat ? CHANNEL_BAND : s->out_width),
		  high = light ? 1 : at_least(1, CHANNEL_BAND / s->out_width);
	for (int y = 0; y < s->out_height; y += high)
		for (int x = 0; x < s->out_width; x += wide)
			channel_band(out, in, w, b, s, y, at_most(s->out_height, y + high), x,
				at_most(s->out_width, x + wide), inside);
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
			const enum channel_edges edges = channel_edges_of(
				inside, s, x * s->stride - s->pad_left, count, count);
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
			const vf x = all(in[k * s->in_pixel + c]);
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

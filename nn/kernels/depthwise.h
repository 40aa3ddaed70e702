/* depthwise.h - depthwise convolution: every output reads few values, so a tile is many positions
 * of one channel, read directly from the map. */
#ifndef NN_KERNELS_DEPTHWISE_H
#define NN_KERNELS_DEPTHWISE_H

#include "conv.h"
#include "sum.h"

/* DEPTH_AHEAD: rows from the one that is computed to the one whose lines are fetched. */
enum { DEPTH_POSITIONS = 8, DEPTH_TAPS = 3, DEPTH_AHEAD = 2 };

/* Columns that the taps of a tile of neighbours read, without those outside the input: all; all but
 * the first; all but the last; all but both; else see conv_inside. */
enum depth_edges { DEPTH_WHOLE, DEPTH_FIRST, DEPTH_LAST, DEPTH_BOTH, DEPTH_ANY };

/* How a tile steps through its input: floats to the next row and column of taps, and of their
 * weights; for each column tap the positions inside the input. */
struct depth_walk {
	ptrdiff_t row, tap, weight_row, weight_tap;
	int rows, taps;
	int positions; /* that exist, up to DEPTH_POSITIONS */
	const struct conv_inside *inside;
	enum depth_edges edges;
	bool relu, normalized;
	float mean, scale, shift;
	enum nn_rectifier rectifier;
};

/* Do the positions of a tile of up to three taps a row need all of their columns, all but the
 * first, the last, or both? Taps may run backwards, as those of the gradient. There are tiles of 4,
 * 6 and DEPTH_POSITIONS positions. */
INLINE enum depth_edges depth_edges_of(const struct depth_walk *p)
{
	const struct conv_inside *in = p->inside;
	const int end = p->positions, last = p->taps - 1;
	if (last < 0 || last > 2 || (last == 2 && (in[1].from != 0 || in[1].end != end)))
		return DEPTH_ANY;
	const bool back = p->tap < 0;
	const struct conv_inside left = in[back ? last : 0], right = in[back ? 0 : last];
	if (left.from > (last > 0) || right.end < end - (last > 0)
		|| (last > 0 && (left.end != end || right.from != 0)))
		return DEPTH_ANY;
	if (end != 4 && end != 6 && end != DEPTH_POSITIONS)
		return DEPTH_ANY;
	return (enum depth_edges)(
		(left.from > 0 ? DEPTH_FIRST : 0) + (right.end < end ? DEPTH_LAST : 0));
}

/* What follows the last sums of `count` positions. */
INLINE void depth_end(vf a[DEPTH_POSITIONS], float *out, ptrdiff_t out_step,
	const struct depth_walk *p, const int count)
{
	if (p->relu)
		UNROLL for (int x = 0; x < count; x++) a[x] = relu(a[x]);
	if (p->normalized) {
		const vf mean = all(p->mean), scale = all(p->scale), shift = all(p->shift);
		UNROLL for (int x = 0; x < count; x++) a[x] = fma_(a[x] - mean, scale, shift);
		if (p->rectifier == NN_RECTIFIED)
			UNROLL for (int x = 0; x < count; x++) a[x] = relu(a[x]);
		else if (p->rectifier == NN_RECTIFIED_6)
			UNROLL for (int x = 0; x < count; x++) a[x] = relu6(a[x]);
	}
	UNROLL for (int x = 0; x < count; x++) if (x < p->positions)
		store(out + x * out_step, a[x]);
}

/* Positions are `step` floats apart in the input and out_step in the output. */
INLINE void depth_tile(float *out, ptrdiff_t out_step, const float *in, const float *w, float bias,
	const struct depth_walk *p, const ptrdiff_t step)
{
	vf a[DEPTH_POSITIONS];
	UNROLL for (int x = 0; x < DEPTH_POSITIONS; x++) a[x] = all(bias);
	for (int ky = 0; ky < p->rows; ky++, in += p->row, w += p->weight_row) {
		const float *v = in, *f = w;
		for (int kx = 0; kx < p->taps; kx++, v += p->tap, f += p->weight_tap) {
			const struct conv_inside inside = p->inside[kx];
			const vf g = all(*f);
			if (inside.from == 0 && inside.end == DEPTH_POSITIONS)
				UNROLL for (int x = 0; x < DEPTH_POSITIONS; x++) a[x] =
					fma_(load(v + x * step), g, a[x]);
			else
				UNROLL for (int x = 0; x < DEPTH_POSITIONS;
					    x++) if (x >= inside.from && x < inside.end) a[x] =
					fma_(load(v + x * step), g, a[x]);
		}
	}
	depth_end(a, out, out_step, p, DEPTH_POSITIONS);
}

/* Up to three taps of `count` neighbouring positions: every column is read once, for all positions
 * that need it, and every position has its taps in order. back: the taps run from right to left. */
INLINE void depth_neighbours_tile(float *out, ptrdiff_t out_step, const float *in, const float *w,
	float bias, const struct depth_walk *p, const int count, const int taps, const bool back,
	const bool first, const bool last)
{
	vf a[DEPTH_POSITIONS];
	UNROLL for (int x = 0; x < count; x++) a[x] = all(bias);
	for (int ky = 0; ky < p->rows; ky++, in += p->row, w += p->weight_row) {
		vf g[DEPTH_TAPS];
		UNROLL for (int kx = 0; kx < taps; kx++) g[kx] = all(w[kx * p->weight_tap]);
		UNROLL for (int c = 0; c < count + taps - 1;
			    c++) /* from the end where the first tap reads */
		{
			const bool outside = (c == 0 && (back ? last : first))
				|| (c == count + taps - 2 && (back ? first : last));
			if (outside)
				continue;
			const vf v = load(in + (back ? count - 1 - c : c) * LANES);
			UNROLL for (int kx = 0; kx < taps; kx++) if (c >= kx && c - kx < count)
			{
				const int x = back ? count - 1 - c + kx : c - kx;
				a[x] = fma_(v, g[kx], a[x]);
			}
		}
	}
	depth_end(a, out, out_step, p, count);
}

/* One body for each kind of edges. */
INLINE void depth_neighbours_edges(float *out, ptrdiff_t out_step, const float *in, const float *w,
	float bias, const struct depth_walk *p, const int count, const int taps, const bool back)
{
#define DEPTH_EDGES(first, last)                                                                  \
	depth_neighbours_tile(out, out_step, in, w, bias, p, count, taps, back, (first), (last)); \
	break
	switch (p->edges) {
	case DEPTH_WHOLE: DEPTH_EDGES(false, false);
	case DEPTH_FIRST: DEPTH_EDGES(true, false);
	case DEPTH_LAST: DEPTH_EDGES(false, true);
	default: DEPTH_EDGES(true, true);
	}
#undef DEPTH_EDGES
}

INLINE void depth_neighbours(float *out, ptrdiff_t out_step, const float *in, const float *w,
	float bias, const struct depth_walk *p, const int count)
{
	if (p->taps == 1)
		depth_neighbours_tile(out, out_step, in, w, bias, p, count, 1, false, false, false);
	else if (p->tap > 0 && p->taps == 3)
		depth_neighbours_edges(out, out_step, in, w, bias, p, count, 3, false);
	else if (p->taps == 3)
		depth_neighbours_edges(out, out_step, in, w, bias, p, count, 3, true);
	else if (p->tap > 0)
		depth_neighbours_edges(out, out_step, in, w, bias, p, count, 2, false);
	else
		depth_neighbours_edges(out, out_step, in, w, bias, p, count, 2, true);
}

INLINE void depth_tile_any(float *out, ptrdiff_t out_step, const float *in, const float *w,
	float bias, const struct depth_walk *p, int stride)
{
	for (int lane = 0; lane < LANES; lane += W)
		if (p->edges != DEPTH_ANY && p->positions == DEPTH_POSITIONS)
			depth_neighbours(
				out + lane, out_step, in + lane, w, bias, p, DEPTH_POSITIONS);
		else if (p->edges != DEPTH_ANY && p->positions == 6)
			depth_neighbours(out + lane, out_step, in + lane, w, bias, p, 6);
		else if (p->edges != DEPTH_ANY)
			depth_neighbours(out + lane, out_step, in + lane, w, bias, p, 4);
		else if (stride == 1)
			depth_tile(out + lane, out_step, in + lane, w, bias, p, LANES);
		else if (stride == 2)
			depth_tile(out + lane, out_step, in + lane, w, bias, p, 2 * LANES);
		else
			depth_tile(out + lane, out_step, in + lane, w, bias, p,
				(ptrdiff_t)stride * LANES);
}

/* Fetch where the tile of some rows further down goes: if it is written by halves of lines, they
 * have to be read first, and rows are too far apart for the processor to expect them. */
INLINE void depth_fetch(const float *out, ptrdiff_t step, int positions)
{
	for (int x = 0; x < positions && W < LANES; x++)
		__builtin_prefetch(out + x * step, 1);
}

/* One channel; scratch: conv_inside of every column tap. */
static void depth_channel(float *out, const float *in, const float *w, float bias,
	const struct nn_conv *s, size_t c, struct conv_inside *inside)
{
	const int stride = s->stride, up = stride - 1;
	struct depth_walk p = { .row = (ptrdiff_t)s->in_row,
		.tap = LANES,
		.weight_row = s->kernel_width,
		.weight_tap = 1,
		.taps = s->kernel_width,
		.inside = inside,
		.relu = s->relu };
	if (s->normalized) {
		p.normalized = true;
		p.mean = s->normalized->mean[c];
		p.scale = s->normalized->scale[c];
		p.shift = s->normalized->shift[c];
		p.rectifier = s->normalized->rectifier;
	}
	for (int x = 0; x < s->out_width; x += DEPTH_POSITIONS) {
		const int left = x * stride - s->pad_left;
		p.positions = at_most(DEPTH_POSITIONS, s->out_width - x);
		for (int kx = 0; kx < p.taps; kx++)
			inside[kx] = (struct conv_inside){ (at_least(0, -left - kx) + up) / stride,
				at_most(p.positions,
					(at_least(0, s->in_width - left - kx) + up) / stride) };
		p.edges = stride == 1 ? depth_edges_of(&p) : DEPTH_ANY;
		for (int y = 0; y < s->out_height; y++) {
			const int top = y * stride - s->pad_top, y0 = at_least(0, -top);
			p.rows = at_least(0, at_most(s->kernel_height, s->in_height - top) - y0);
			if (y + DEPTH_AHEAD < s->out_height)
				depth_fetch(out + ((y + DEPTH_AHEAD) * s->out_width + x) * LANES,
					LANES, p.positions);
			depth_tile_any(out + (y * s->out_width + x) * LANES, LANES,
				in + (ptrdiff_t)(top + y0) * (ptrdiff_t)s->in_row
					+ (ptrdiff_t)left * LANES,
				w + y0 * s->kernel_width, bias, &p, stride);
		}
	}
}

static void depthwise_forward(float *out, const float *in, const float *w, const float *b,
	const struct nn_conv *s, float *scratch)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	for (size_t c = 0; c < (size_t)s->out_channels; c++)
		depth_channel(out + c * out_plane, in + c * s->in_plane, w + c * taps, b[c], s, c,
			(struct conv_inside *)scratch);
}

static void depth_channel_input(float *din, const float *dout, const float *w,
	const struct nn_conv *s, struct conv_inside *inside)
{
	const int stride = s->stride;
	struct depth_walk p = { .row = -(ptrdiff_t)s->out_width * LANES,
		.tap = -LANES,
		.weight_row = stride * s->kernel_width,
		.weight_tap = stride,
		.inside = inside };
	for (int start = 0; start < stride; start++)
		for (int x = start; x < s->in_width; x += DEPTH_POSITIONS * stride) {
			const struct conv_taps tx = conv_taps_at(
				x + s->pad_left, s->kernel_width, s->out_width, stride);
			p.taps = at_least(0, (s->kernel_width - tx.phase + stride - 1) / stride);
			p.positions =
				at_most(DEPTH_POSITIONS, (s->in_width - x + stride - 1) / stride);
			for (int k = 0; k < p.taps; k++)
				inside[k] = (struct conv_inside){ at_least(0, k - tx.last),
					at_most(p.positions, s->out_width + k - tx.last) };
			p.edges = depth_edges_of(&p);
			for (int y = 0; y < s->in_height; y++) {
				const struct conv_taps ty = conv_taps_at(
					y + s->pad_top, s->kernel_height, s->out_height, stride);
				p.rows = at_least(0, ty.end - ty.first);
				if (y + DEPTH_AHEAD < s->in_height)
					depth_fetch(din + (size_t)(y + DEPTH_AHEAD) * s->in_row
							+ (size_t)x * LANES,
						(ptrdiff_t)stride * LANES, p.positions);
				depth_tile_any(din + (size_t)y * s->in_row + (size_t)x * LANES,
					(ptrdiff_t)stride * LANES,
					dout
						+ (ptrdiff_t)((ty.last - ty.first) * s->out_width
							  + tx.last)
							* LANES,
					w + (ty.phase + ty.first * stride) * s->kernel_width
						+ tx.phase,
					0, &p, 1);
			}
		}
}

static void depthwise_backward_input(
	float *din, const float *dout, const float *w, const struct nn_conv *s, float *scratch)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	for (size_t c = 0; c < (size_t)s->out_channels; c++)
		depth_channel_input(din + c * s->in_plane, dout + c * out_plane, w + c * taps, s,
			(struct conv_inside *)scratch);
}

/* Add one position to the sums of taps (r0 .. r1 - 1, c0 .. c1 - 1). */
INLINE void depth_weights_step(vf a[DEPTH_TAPS][DEPTH_TAPS], const float *in, size_t row, vf g,
	int r0, int r1, int c0, int c1, const int high, const int wide)
{
	UNROLL for (int i = 0; i < high; i++) if (i >= r0 && i < r1)
		UNROLL for (int j = 0; j < wide; j++) if (j >= c0 && j < c1) a[i][j] =
			fma_(load(in + (size_t)i * row + j * LANES), g, a[i][j]);
}

/* high x wide taps from (ky, kx) on, for W lanes: sums[tap][16]. */
INLINE void depth_weights_tile(float *sums, const float *in, const float *dout,
	const struct nn_conv *s, int ky, int kx, const int high, const int wide)
{
	const int stride = s->stride, offset = kx - s->pad_left,
		  x0 = at_most(s->out_width, (at_least(0, -offset) + stride - 1) / stride),
		  x1 = (at_least(0, s->in_width - offset - wide + stride)) / stride,
		  right = at_least(x0, at_most(s->out_width, x1));
	vf a[DEPTH_TAPS][DEPTH_TAPS];
	UNROLL for (int i = 0; i < high; i++) UNROLL for (int j = 0; j < wide; j++) a[i][j] =
		(vf){ 0 };
	for (int y = 0; y < s->out_height; y++, dout += s->out_width * LANES) {
		const int top = y * stride - s->pad_top + ky, r0 = at_least(0, -top),
			  r1 = at_most(high, s->in_height - top);
		/* may point outside: only positions inside are read */
		const float *p =
			in + (ptrdiff_t)top * (ptrdiff_t)s->in_row + (ptrdiff_t)offset * LANES;
		for (int x = 0; x < s->out_width; x++) {
			if (x == x0 && r0 == 0 && r1 == high)
				for (; x < right; x++)
					depth_weights_step(a, p + x * stride * LANES, s->in_row,
						load(dout + x * LANES), 0, high, 0, wide, high,
						wide);
			const int left = x * stride + offset;
			if (x < s->out_width)
				depth_weights_step(a, p + x * stride * LANES, s->in_row,
					load(dout + x * LANES), r0, r1, at_least(0, -left),
					at_most(wide, s->in_width - left), high, wide);
		}
	}
	UNROLL for (int i = 0; i < high; i++) UNROLL for (int j = 0; j < wide; j++)
		store(sums + (i * s->kernel_width + j) * LANES, a[i][j]);
}

INLINE void depth_weights_taps(float *sums, const float *in, const float *dout,
	const struct nn_conv *s, int ky, int kx, const int high, int wide)
{
	if (wide == 3)
		depth_weights_tile(sums, in, dout, s, ky, kx, high, 3);
	else if (wide == 2)
		depth_weights_tile(sums, in, dout, s, ky, kx, high, 2);
	else
		depth_weights_tile(sums, in, dout, s, ky, kx, high, 1);
}

/* One channel: dw, and the sum of dout in db unless it is NULL. */
static void depth_weights_channel(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, float *scratch)
{
	const int taps = s->kernel_height * s->kernel_width,
		  positions = s->out_height * s->out_width;
	for (int lane = 0; lane < LANES; lane += W) {
		const float *v = in + lane, *g = dout + lane;
		for (int ky = 0, high; ky < s->kernel_height; ky += high) {
			high = (int)tile_of((size_t)(s->kernel_height - ky), DEPTH_TAPS);
			for (int kx = 0, wide; kx < s->kernel_width; kx += wide) {
				wide = (int)tile_of((size_t)(s->kernel_width - kx), DEPTH_TAPS);
				float *sums = scratch + (ky * s->kernel_width + kx) * LANES + lane;
				if (high == 3)
					depth_weights_taps(sums, v, g, s, ky, kx, 3, wide);
				else if (high == 2)
					depth_weights_taps(sums, v, g, s, ky, kx, 2, wide);
				else
					depth_weights_taps(sums, v, g, s, ky, kx, 1, wide);
			}
		}
		vf sum = { 0 };
		for (int k = 0; k < positions && db; k++)
			sum += load(g + k * LANES);
		store(scratch + (taps + 16) * LANES + lane, sum);
	}
	sum_all_rows(dw, scratch, (size_t)taps);
	if (db)
		sum_all_rows(db, scratch + (taps + 16) * LANES, 1);
}

static void depthwise_backward_weights(float *dw, float *db, const float *in, const float *dout,
	const struct nn_conv *s, float *scratch)
{
	const size_t taps = (size_t)(s->kernel_height * s->kernel_width),
		     out_plane = (size_t)(s->out_height * s->out_width) * LANES;
	for (size_t c = 0; c < (size_t)s->out_channels; c++)
		depth_weights_channel(dw + c * taps, db ? db + c : NULL, in + c * s->in_plane,
			dout + c * out_plane, s, scratch);
}

#endif

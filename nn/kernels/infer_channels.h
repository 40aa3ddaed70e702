/* infer_channels.h - one image with the channels of a map in the lanes: [y][x][channel], channels
 * rounded up to whole vectors. What is in the lanes beyond is never read as a value. */
#ifndef NN_KERNELS_INFER_CHANNELS_H
#define NN_KERNELS_INFER_CHANNELS_H

#include "conv.h"
#include "normalize.h"

/* Vectors of channels of a tile, and positions: of two vectors and of one; a second, smaller tile
 * for the rest of a row. */
enum {
	CHANNEL_VECTORS = NN_CHANNEL_VECTORS,
	CHANNEL_POSITIONS = REGISTERS == 32 ? 10 : 6,
	CHANNEL_REST = 4
};

/* `count` positions from out on; in: at the first one's first tap that is inside; w: from that row
 * of taps on. */
struct channel_walk {
	size_t row, step, weight_rows; /* floats of in to the next row, the next position; of w:
					  of the rows of taps that are skipped */
	int rows, columns, count;
	const struct conv_inside *inside;
};

INLINE void channel_tile(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, const struct channel_walk *p, const int vectors,
	const int positions)
{
	const size_t step = p->step, pixel = s->in_pixel;
	vf a[CHANNEL_POSITIONS][CHANNEL_VECTORS];
	UNROLL for (int x = 0; x < positions; x++) UNROLL for (int v = 0; v < vectors; v++)
		a[x][v] = load(b + v * W);
	for (int i = 0; i < s->in_channels; i++, in++, w += p->weight_rows) {
		const float *row = in;
		for (int ky = 0; ky < p->rows; ky++, row += p->row) {
			const float *at = row;
			for (int kx = 0; kx < p->columns; kx++, at += pixel, w += vectors * W) {
				const struct conv_inside inside = p->inside[kx];
				vf f[CHANNEL_VECTORS];
				UNROLL for (int v = 0; v < vectors; v++) f[v] = load(w + v * W);
				if (inside.from == 0 && inside.end == positions) {
					UNROLL for (int x = 0; x < positions; x++)
					{
						const vf g = all(at[(size_t)x * step]);
						UNROLL for (int v = 0; v < vectors; v++) a[x][v] =
							fma_(g, f[v], a[x][v]);
					}
					continue;
				}
				UNROLL for (int x = 0; x < positions;
					    x++) if (x >= inside.from && x < inside.end)
				{
					const vf g = all(at[(size_t)x * step]);
					UNROLL for (int v = 0; v < vectors; v++) a[x][v] =
						fma_(g, f[v], a[x][v]);
				}
			}
		}
	}
	UNROLL for (int x = 0; x < positions; x++) if (x < p->count)
		UNROLL for (int v = 0; v < vectors; v++) store(
			out + (size_t)x * s->out_pixel + v * W, s->relu ? relu(a[x][v]) : a[x][v]);
}

/* All vectors of the positions x .. of row y. */
INLINE void channel_positions(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, int y, int x, struct conv_inside *inside,
	const int positions)
{
	const int taps = s->kernel_width, stride = s->stride, up = stride - 1,
		  top = y * stride - s->pad_top, left = x * stride - s->pad_left,
		  y0 = at_least(0, -top), y1 = at_most(s->kernel_height, s->in_height - top),
		  rows = at_least(0, y1 - y0);
	struct channel_walk p = { .row = (size_t)s->in_width * s->in_pixel,
		.step = (size_t)stride * s->in_pixel,
		.rows = rows,
		.columns = taps,
		.count = at_most(positions, s->out_width - x),
		.inside = inside };
	for (int kx = 0; kx < taps; kx++)
		inside[kx] = (struct conv_inside){ (at_least(0, -left - kx) + up) / stride,
			at_most(p.count, (at_least(0, s->in_width - left - kx) + up) / stride) };
	/* may point before the first column: only what is inside is read */
	in += (ptrdiff_t)(top + y0) * (ptrdiff_t)p.row + (ptrdiff_t)left * (ptrdiff_t)s->in_pixel;
	out += ((size_t)y * (size_t)s->out_width + (size_t)x) * s->out_pixel;
	const size_t all_taps = (size_t)(s->kernel_height * taps);
	for (size_t v = 0; v < s->out_pixel / W;) {
		const size_t count = s->out_pixel / W - v >= CHANNEL_VECTORS ? CHANNEL_VECTORS : 1;
		const float *from = w + v * W * (size_t)s->in_channels * all_taps
			+ (size_t)(y0 * taps) * count * W;
		p.weight_rows = (size_t)((s->kernel_height - rows) * taps) * count * W;
		if (count == CHANNEL_VECTORS)
			channel_tile(out + v * W, in, from, b + v * W, s, &p, CHANNEL_VECTORS,
				positions);
		else
			channel_tile(out + v * W, in, from, b + v * W, s, &p, 1, positions);
		v += count;
	}
}

static void channel_conv(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s, float *scratch)
{
	struct conv_inside *inside = (struct conv_inside *)scratch;
	for (int y = 0; y < s->out_height; y++)
		for (int x = 0; x < s->out_width;) {
			const int left = s->out_width - x;
			const bool large = left == CHANNEL_POSITIONS || left > 2 * CHANNEL_REST;
			if (large)
				channel_positions(
					out, in, w, b, s, y, x, inside, CHANNEL_POSITIONS);
			else
				channel_positions(out, in, w, b, s, y, x, inside, CHANNEL_REST);
			x += large ? CHANNEL_POSITIONS : CHANNEL_REST;
		}
}

/* What a window reads inside the input: rows y0 .. y1 - 1 of it and columns x0 .. x1 - 1. */
struct channel_window {
	int y0, y1, x0, x1;
	const float *in; /* its first row and column, perhaps outside */
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

static void channel_depthwise(float *out, const float *in, const float *w, const float *b,
	const struct nn_channel_conv *s)
{
	const size_t row = (size_t)s->in_width * s->in_pixel;
	for (int y = 0; y < s->out_height; y++)
		for (int x = 0; x < s->out_width; x++, out += s->out_pixel) {
			const struct channel_window o = window_at(in, s, y, x);
			for (size_t v = 0; v < s->out_pixel; v += W) {
				vf a = load(b + v);
				for (int ky = o.y0; ky < o.y1; ky++)
					for (int kx = o.x0; kx < o.x1; kx++)
						a = fma_(load(o.in + (size_t)ky * row
								 + (size_t)kx * s->in_pixel + v),
							load(w
								+ (size_t)(ky * s->kernel_width
									  + kx)
									* s->out_pixel
								+ v),
							a);
				store(out + v, s->relu ? relu(a) : a);
			}
		}
}

/* Windows side by side, all inside: the first of equal maxima, the rectified maximum of a 2x2
 * window as conv_pool.h has it, or the mean. */
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
		} else if (count >= CHANNEL_VECTORS) {
			count = CHANNEL_VECTORS;
			channel_dense_tile(out + v * W, in, from, b + v * W, s, CHANNEL_VECTORS);
		} else
			channel_dense_tile(out + v * W, in, from, b + v * W, s, 1);
	}
}

#endif

/* channel_tile.h - register tiles of a convolution of one image by channel (infer_channels.h): a
 * few positions of a row by one to three vectors of output channels.
 *
 * There is a tile for every number of positions, so a row is divided into tiles of about equal
 * sizes, and none is computed in part. The taps outside the input are known at compile time where
 * kernels are common: three and five columns. */
#ifndef NN_KERNELS_CHANNEL_TILE_H
#define NN_KERNELS_CHANNEL_TILE_H

#include "conv.h"
#include "normalize.h"

/* Positions of the largest tile of one, two and three vectors of channels. */
enum {
	CHANNEL_ONE = REGISTERS == 32 ? 12 : 8,
	CHANNEL_TWO = REGISTERS == 32 ? 8 : 6,
	CHANNEL_THREE = REGISTERS == 32 ? 6 : 4
};

/* The taps of a tile that are inside the input: all; all but those left of the first position's
 * middle tap, and one less of each following position; all but those right of the last position's;
 * all but both; else see `inside`. */
enum channel_edges { CHANNEL_WHOLE, CHANNEL_FIRST, CHANNEL_LAST, CHANNEL_BOTH, CHANNEL_ANY };

/* How the sums of a tile begin and end. */
struct channel_end {
	bool started;                      /* continue from the sums in out, not from the bias */
	bool finished;                     /* these are the last input channels */
	const float *mean, *scale, *shift; /* of a normalisation; NULL: none */
	enum nn_rectifier rectifier;
};

/* A tile, but for its place: out, the first position, and in, its first tap that is inside the
 * input. w: the weights of that row of taps. Distances are in floats. */
struct channel_tile {
	const float *w, *b;
	size_t channel, pixel, step, row; /* of in: to the next channel, column, position, row */
	size_t out_pixel;
	size_t weight_rows; /* of w: over the rows of taps that are skipped */
	size_t ahead;       /* weights so far ahead are fetched */
	int channels, rows, taps;
	const struct conv_inside *inside;
	struct channel_end end;
};

INLINE void channel_begin(vf a[CHANNEL_ONE][3], const struct channel_tile *t, const float *out,
	const int vectors, const int positions)
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
		a[x][v] = load(out + (size_t)x * t->out_pixel + v * W);
}

INLINE void channel_finish(vf a[CHANNEL_ONE][3], const struct channel_tile *t, float *out,
	const int vectors, const int positions)
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
	UNROLL for (int x = 0; x < positions; x++) UNROLL for (int v = 0; v < vectors; v++)
		store(out + (size_t)x * t->out_pixel + v * W, a[x][v]);
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

/* Kernels with one tap, channels side by side; in steps of four channels. */
INLINE void channel_points_tile(const struct channel_tile *t, const float *in, float *out,
	const int vectors, const int positions)
{
	vf a[CHANNEL_ONE][3];
	const float *w = t->w;
	const size_t step = t->step;
	int i = t->channels;
	channel_begin(a, t, out, vectors, positions);
	for (; i >= 4; i -= 4, in += 4, w += 4 * vectors * W)
		UNROLL for (int k = 0; k < 4; k++) channel_tap(
			a, in + k, step, w + k * vectors * W, vectors, positions, 0, positions);
	for (; i > 0; i--, in++, w += vectors * W)
		channel_tap(a, in, step, w, vectors, positions, 0, positions);
	channel_finish(a, t, out, vectors, positions);
}

/* The positions of tap kx that are inside, if the edges lack taps at the first or last position. */
INLINE struct conv_inside channel_inside(
	int kx, int taps, int positions, const bool first, const bool last)
{
	return (struct conv_inside){ first ? at_least(0, taps / 2 - kx) : 0,
		positions - (last ? at_least(0, kx - (taps - 1) / 2) : 0) };
}

/* Kernels with `taps` columns and a stride of 1, edges known at compile time. Few pointers reach
 * all columns: a pointer, or an offset, for each would not fit in the registers. */
INLINE void channel_beside_tile(const struct channel_tile *t, const float *in, float *out,
	const int vectors, const int positions, const int taps, const bool first, const bool last)
{
	enum { POINTERS = (CHANNEL_ONE + 6) / 3 };
	const int pointers = (positions + taps + 1) / 3;
	vf a[CHANNEL_ONE][3];
	const float *at[POINTERS], *w = t->w;
	const size_t pixel = t->pixel, row = t->row, ahead = t->ahead;
	const size_t next = t->channel - (size_t)t->rows * row; /* to the next channel */
	UNROLL for (int k = 0; k < pointers; k++)
	{
		at[k] = in + (size_t)(3 * k) * pixel;
		FRESH(at[k]);
	}
	channel_begin(a, t, out, vectors, positions);
	for (int i = 0; i < t->channels; i++, w += t->weight_rows) {
		for (int ky = 0; ky < t->rows; ky++, w += taps * vectors * W) {
			__builtin_prefetch(w + ahead, 0, 2);
			UNROLL for (int kx = 0; kx < taps; kx++)
			{
				const struct conv_inside o =
					channel_inside(kx, taps, positions, first, last);
				vf f[3];
#if REGISTERS == 16
				UNROLL for (int k = 0; k < pointers; k++) FRESH(at[k]);
#endif
				UNROLL for (int v = 0; v < vectors; v++) f[v] =
					load(w + (kx * vectors + v) * W);
				UNROLL for (int x = 0; x < positions;
					    x++) if (x >= o.from && x < o.end)
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
	channel_finish(a, t, out, vectors, positions);
}

/* Kernels with three columns and any stride, edges known at compile time. */
INLINE void channel_apart_tile(const struct channel_tile *t, const float *in, float *out,
	const int vectors, const int positions, const bool first, const bool last)
{
	vf a[CHANNEL_ONE][3];
	const float *w = t->w;
	const size_t step = t->step, pixel = t->pixel, ahead = t->ahead;
	channel_begin(a, t, out, vectors, positions);
	for (int i = 0; i < t->channels; i++, in += t->channel, w += t->weight_rows) {
		const float *at = in;
		for (int ky = 0; ky < t->rows; ky++, at += t->row, w += 3 * vectors * W) {
			__builtin_prefetch(w + ahead, 0, 2);
			channel_tap(a, at, step, w, vectors, positions, first ? 1 : 0, positions);
			channel_tap(a, at + pixel, step, w + vectors * W, vectors, positions, 0,
				positions);
			channel_tap(a, at + 2 * pixel, step, w + 2 * vectors * W, vectors,
				positions, 0, last ? positions - 1 : positions);
		}
	}
	channel_finish(a, t, out, vectors, positions);
}

INLINE void channel_any_tile(const struct channel_tile *t, const float *in, float *out,
	const int vectors, const int positions)
{
	vf a[CHANNEL_ONE][3];
	const float *w = t->w;
	const size_t step = t->step;
	channel_begin(a, t, out, vectors, positions);
	for (int i = 0; i < t->channels; i++, in += t->channel, w += t->weight_rows) {
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
	channel_finish(a, t, out, vectors, positions);
}

/* Each shape and kind of tile is a function of its own: gcc shares out the registers of a function,
 * and too many tiles in one spoil each other. */
typedef void channel_tile_function(const struct channel_tile *t, const float *in, float *out);

#define CHANNEL_TILE(v, p, name, tile, ...)                                \
	static void channel_##v##_##p##_##name(                            \
		const struct channel_tile *t, const float *in, float *out) \
	{                                                                  \
		tile(t, in, out, v, p, ##__VA_ARGS__);                     \
	}
#define CHANNEL_FEW(v, p)                               \
	CHANNEL_TILE(v, p, points, channel_points_tile) \
	CHANNEL_TILE(v, p, any, channel_any_tile)
#define CHANNEL_BESIDE(v, p, taps)                                                         \
	CHANNEL_TILE(v, p, beside_##taps##_whole, channel_beside_tile, taps, false, false) \
	CHANNEL_TILE(v, p, beside_##taps##_first, channel_beside_tile, taps, true, false)  \
	CHANNEL_TILE(v, p, beside_##taps##_last, channel_beside_tile, taps, false, true)   \
	CHANNEL_TILE(v, p, beside_##taps##_both, channel_beside_tile, taps, true, true)
#define CHANNEL_MANY(v, p)                                                \
	CHANNEL_FEW(v, p)                                                 \
	CHANNEL_BESIDE(v, p, 3)                                           \
	CHANNEL_BESIDE(v, p, 5)                                           \
	CHANNEL_TILE(v, p, apart_whole, channel_apart_tile, false, false) \
	CHANNEL_TILE(v, p, apart_first, channel_apart_tile, true, false)  \
	CHANNEL_TILE(v, p, apart_last, channel_apart_tile, false, true)   \
	CHANNEL_TILE(v, p, apart_both, channel_apart_tile, true, true)

/* Sizes that only the narrowest maps need have few kinds. */
CHANNEL_FEW(1, 1)
CHANNEL_FEW(1, 2)
CHANNEL_FEW(1, 3)
CHANNEL_MANY(1, 4)
CHANNEL_MANY(1, 5)
CHANNEL_MANY(1, 6)
CHANNEL_MANY(1, 7)
CHANNEL_MANY(1, 8)
CHANNEL_FEW(2, 1)
CHANNEL_FEW(2, 2)
CHANNEL_MANY(2, 3)
CHANNEL_MANY(2, 4)
CHANNEL_MANY(2, 5)
CHANNEL_MANY(2, 6)
CHANNEL_FEW(3, 1)
CHANNEL_MANY(3, 2)
CHANNEL_MANY(3, 3)
CHANNEL_MANY(3, 4)
#if REGISTERS == 32
CHANNEL_MANY(1, 9)
CHANNEL_MANY(1, 10)
CHANNEL_MANY(1, 11)
CHANNEL_MANY(1, 12)
CHANNEL_MANY(2, 7)
CHANNEL_MANY(2, 8)
CHANNEL_MANY(3, 5)
CHANNEL_MANY(3, 6)
#endif

/* Kinds of tiles. The first three: one for each of the edges but CHANNEL_ANY. */
enum channel_kind {
	CHANNEL_BESIDE_3 = 0,
	CHANNEL_BESIDE_5 = 4,
	CHANNEL_APART_3 = 8,
	CHANNEL_OTHER = 12,
	CHANNEL_POINTS,
	CHANNEL_KINDS
};

#define CHANNEL_FOUR(kind, name)                                                          \
	[(kind) + CHANNEL_WHOLE] = name##_whole, [(kind) + CHANNEL_FIRST] = name##_first, \
		  [(kind) + CHANNEL_LAST] = name##_last, [(kind) + CHANNEL_BOTH] = name##_both
#define CHANNEL_OF_FEW(v, p)                                   \
	[(p)-1] = { [CHANNEL_OTHER] = channel_##v##_##p##_any, \
		[CHANNEL_POINTS] = channel_##v##_##p##_points }
#define CHANNEL_OF_MANY(v, p)                                                     \
	[(p)-1] = { CHANNEL_FOUR(CHANNEL_BESIDE_3, channel_##v##_##p##_beside_3), \
		CHANNEL_FOUR(CHANNEL_BESIDE_5, channel_##v##_##p##_beside_5),     \
		CHANNEL_FOUR(CHANNEL_APART_3, channel_##v##_##p##_apart),         \
		[CHANNEL_OTHER] = channel_##v##_##p##_any,                        \
		[CHANNEL_POINTS] = channel_##v##_##p##_points }

/* By vectors - 1, positions - 1 and kind; NULL: CHANNEL_OTHER does it. */
static channel_tile_function *const channel_tile_of[3][CHANNEL_ONE][CHANNEL_KINDS] = {
	{
		CHANNEL_OF_FEW(1, 1),
		CHANNEL_OF_FEW(1, 2),
		CHANNEL_OF_FEW(1, 3),
		CHANNEL_OF_MANY(1, 4),
		CHANNEL_OF_MANY(1, 5),
		CHANNEL_OF_MANY(1, 6),
		CHANNEL_OF_MANY(1, 7),
		CHANNEL_OF_MANY(1, 8),
#if REGISTERS == 32
		CHANNEL_OF_MANY(1, 9),
		CHANNEL_OF_MANY(1, 10),
		CHANNEL_OF_MANY(1, 11),
		CHANNEL_OF_MANY(1, 12),
#endif
	},
	{
		CHANNEL_OF_FEW(2, 1),
		CHANNEL_OF_FEW(2, 2),
		CHANNEL_OF_MANY(2, 3),
		CHANNEL_OF_MANY(2, 4),
		CHANNEL_OF_MANY(2, 5),
		CHANNEL_OF_MANY(2, 6),
#if REGISTERS == 32
		CHANNEL_OF_MANY(2, 7),
		CHANNEL_OF_MANY(2, 8),
#endif
	},
	{
		CHANNEL_OF_FEW(3, 1),
		CHANNEL_OF_MANY(3, 2),
		CHANNEL_OF_MANY(3, 3),
		CHANNEL_OF_MANY(3, 4),
#if REGISTERS == 32
		CHANNEL_OF_MANY(3, 5),
		CHANNEL_OF_MANY(3, 6),
#endif
	},
};
#undef CHANNEL_OF_MANY
#undef CHANNEL_OF_FEW
#undef CHANNEL_FOUR
#undef CHANNEL_MANY
#undef CHANNEL_BESIDE
#undef CHANNEL_FEW
#undef CHANNEL_TILE

/* The tile of that many vectors and positions of a convolution. */
INLINE channel_tile_function *channel_tile_find(
	const struct nn_channel_conv *s, enum channel_edges edges, int vectors, int positions)
{
	int kind = CHANNEL_OTHER;
	if (edges == CHANNEL_WHOLE && s->kernel_width == 1 && s->kernel_height == 1
		&& s->in_channel == 1)
		kind = CHANNEL_POINTS;
	else if (edges != CHANNEL_ANY && s->kernel_width == 3)
		kind = (s->stride == 1 ? CHANNEL_BESIDE_3 : CHANNEL_APART_3) + (int)edges;
	else if (edges != CHANNEL_ANY && s->kernel_width == 5 && s->stride == 1)
		kind = CHANNEL_BESIDE_5 + (int)edges;
	channel_tile_function *const *of = channel_tile_of[vectors - 1][positions - 1];
	return of[kind] ? of[kind] : of[CHANNEL_OTHER];
}

/* The taps of `count` positions from column `left` on that are inside the input. */
INLINE enum channel_edges channel_edges_of(
	struct conv_inside *inside, const struct nn_channel_conv *s, int left, int count)
{
	const int taps = s->kernel_width, stride = s->stride, up = stride - 1;
	const bool first = left<0, last = left + (count - 1) * stride + taps> s->in_width;
	bool other = false;
	for (int kx = 0; kx < taps; kx++) {
		const struct conv_inside want = channel_inside(kx, taps, count, first, last);
		inside[kx].from = (at_least(0, -left - kx) + up) / stride;
		inside[kx].end =
			at_most(count, (at_least(0, s->in_width - left - kx) + up) / stride);
		other = other || inside[kx].from != want.from || inside[kx].end != want.end;
	}
	return other
		? CHANNEL_ANY
		: (enum channel_edges)((first ? CHANNEL_FIRST : 0) + (last ? CHANNEL_LAST : 0));
}

#endif

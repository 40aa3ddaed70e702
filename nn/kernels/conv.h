/* conv.h - convolution with any kernel, stride and padding, and the gradient of its input. Taps
 * outside the input are skipped, not multiplied by zero.
 *
 * Both passes use the same loops. A patch holds everything that a few neighbouring outputs of a row
 * read from some channels. It is packed contiguously in the L1 cache, and register tiles of
 * positions x channels work on it. Sums over more channels than a patch holds wait in the output.
 * So every output is summed channel by channel and tap by tap, whatever the size of the patch. */
#ifndef NN_KERNELS_CONV_H
#define NN_KERNELS_CONV_H

#include "activation.h"
#include "kernels.h"
#include "tile.h"

/* Positions and channels of a register tile; of 1x1 kernels, the channels of a patch, which a first
 * cache of 48 KiB or 32 KiB holds, and up to how many channels two patches are packed together. */
enum {
	CONV_POSITIONS = 4,
	CONV_CHANNELS = REGISTERS == 32 ? 6 : 3,
	CONV_POINT_CHANNELS = W == 16 ? 160 : 96,
	CONV_POINT_FEW = 40
};

INLINE int at_least(int a, int b)
{
	return a > b ? a : b;
}
INLINE int at_most(int a, int b)
{
	return a < b ? a : b;
}
INLINE size_t at_most_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The positions of a tile that read inside the input: from .. end - 1. */
struct conv_inside {
	int from, end;
};

/* The taps of a tile of three taps per row that are inside the input: all; all but the first tap of
 * the first position; all but the last tap of the last one; all but both. _TWO: nor the first two
 * taps of the first position and the first one of the second, and likewise at the other end.
 * _PAIR_: the same of a tile of two taps per row. Else see conv_inside. */
enum conv_edges {
	CONV_WHOLE,
	CONV_FIRST,
	CONV_LAST,
	CONV_BOTH,
	CONV_FIRST_TWO,
	CONV_LAST_TWO,
	CONV_BOTH_TWO,
	CONV_PAIR_WHOLE,
	CONV_PAIR_FIRST,
	CONV_PAIR_LAST,
	CONV_PAIR_BOTH,
	CONV_ANY
};

INLINE int conv_taps_of(enum conv_edges e)
{
	return e < CONV_PAIR_WHOLE ? 3 : 2;
}

/* Positions at the beginning and at the end that lack taps, at most. */
INLINE int conv_first(enum conv_edges e)
{
	if (e == CONV_FIRST_TWO || e == CONV_BOTH_TWO)
		return 2;
	return e == CONV_FIRST || e == CONV_BOTH || e == CONV_PAIR_FIRST || e == CONV_PAIR_BOTH;
}
INLINE int conv_last(enum conv_edges e)
{
	if (e == CONV_LAST_TWO || e == CONV_BOTH_TWO)
		return 2;
	return e == CONV_LAST || e == CONV_BOTH || e == CONV_PAIR_LAST || e == CONV_PAIR_BOTH;
}

/* The positions of tap kx that are inside. */
INLINE struct conv_inside conv_inside_of(enum conv_edges e, int kx)
{
	return (struct conv_inside){ at_least(0, conv_first(e) - kx),
		CONV_POSITIONS - at_least(0, conv_last(e) - (conv_taps_of(e) - 1) + kx) };
}

/* The edges of a tile of so many taps. Where not all positions exist, those that do need all of
 * their taps. */
INLINE enum conv_edges conv_edges_of(
	const struct conv_inside *inside, struct conv_inside kept, int taps)
{
	const enum conv_edges whole = taps == 3 ? CONV_WHOLE : CONV_PAIR_WHOLE;
	for (int e = whole; e < CONV_ANY && conv_taps_of((enum conv_edges)e) == taps; e++) {
		if ((kept.from > 0 || kept.end < CONV_POSITIONS) && e != (int)whole)
			break;
		bool same = true;
		for (int kx = 0; kx < taps; kx++) {
			const struct conv_inside want = conv_inside_of((enum conv_edges)e, kx);
			same = same && inside[kx].from == at_least(want.from, kept.from)
				&& inside[kx].end == at_most(want.end, kept.end);
		}
		if (same)
			return (enum conv_edges)e;
	}
	return CONV_ANY;
}

/* A packed patch [half][channel][row][column][W], a half being W of the 16 lanes, and its weights.
 * If the positions lie side by side in the input, position x and column tap b meet at column x + b;
 * otherwise every tap has its own CONV_POSITIONS columns. For a 1x1 kernel the channels are the
 * column taps. Distances are in floats. */
struct conv_patch {
	const float *at;
	size_t half, channel, row, tap;
	int channels, rows, taps; /* rows: those inside the input */
	size_t weight_channel, weight_row, weight_tap, weight_out;
	bool whole;                       /* every tap of every position is inside */
	enum conv_edges edges;            /* of two or three taps, if not whole */
	const struct conv_inside *inside; /* of each tap, inside_step apart, if not whole */
	int inside_step;
	struct conv_inside kept; /* positions that exist */
};

/* The initial values and the destination of a tile's sums. */
struct conv_target {
	float *out;
	size_t channel;      /* floats to the next channel */
	ptrdiff_t position;  /* floats to the next position */
	const float *biases; /* of the first channel; NULL: zeros */
	bool started;        /* continue from the sums in out, not from the biases */
	bool relu;
	bool far;                          /* write past the caches (lanes.h) */
	const float *mean, *scale, *shift; /* normalise, at the end; NULL: not */
	enum nn_rectifier rectifier;
};

/* What follows the last sum. */
INLINE void conv_end(struct conv_target *t, const struct nn_conv *s)
{
	t->relu = s->relu;
	if (!s->normalized)
		return;
	t->mean = s->normalized->mean;
	t->scale = s->normalized->scale;
	t->shift = s->normalized->shift;
	t->rectifier = s->normalized->rectifier;
}

INLINE void conv_start(vf a[CONV_CHANNELS][CONV_POSITIONS], const struct conv_target *t,
	const struct conv_patch *p, const int count)
{
	UNROLL for (int o = 0; o < count; o++) UNROLL for (int x = 0; x < CONV_POSITIONS; x++)
		a[o][x] = (vf){ 0 };
	if (!t->started) {
		if (t->biases)
			UNROLL for (int o = 0; o < count; o++)
				UNROLL for (int x = 0; x < CONV_POSITIONS; x++) a[o][x] =
					all(t->biases[o]);
		return;
	}
	UNROLL for (int x = 0; x < CONV_POSITIONS;
		    x++) if (p->whole || (x >= p->kept.from && x < p->kept.end))
	{
		const float *out = t->out + x * t->position;
		UNROLL for (int o = 0; o < count; o++) a[o][x] = load(out + (size_t)o * t->channel);
	}
}

INLINE void conv_normalize(
	vf a[CONV_CHANNELS][CONV_POSITIONS], const struct conv_target *t, const int count)
{
	UNROLL for (int o = 0; o < count; o++)
	{
		const vf mean = all(t->mean[o]), scale = all(t->scale[o]), shift = all(t->shift[o]);
		UNROLL for (int x = 0; x < CONV_POSITIONS; x++) a[o][x] =
			fma_((t->relu ? relu(a[o][x]) : a[o][x]) - mean, scale, shift);
	}
	if (t->rectifier == NN_RECTIFIED)
		UNROLL for (int o = 0; o < count; o++)
			UNROLL for (int x = 0; x < CONV_POSITIONS; x++) a[o][x] = relu(a[o][x]);
	else if (t->rectifier == NN_RECTIFIED_6)
		UNROLL for (int o = 0; o < count; o++)
			UNROLL for (int x = 0; x < CONV_POSITIONS; x++) a[o][x] = relu6(a[o][x]);
}

INLINE void conv_finish(vf a[CONV_CHANNELS][CONV_POSITIONS], const struct conv_target *t,
	const struct conv_patch *p, const int count)
{
	if (t->mean)
		conv_normalize(a, t, count);
	const bool rectify = t->relu && !t->mean;
	UNROLL for (int x = 0; x < CONV_POSITIONS;
		    x++) if (p->whole || (x >= p->kept.from && x < p->kept.end))
	{
		float *out = t->out + x * t->position;
		UNROLL for (int o = 0; o < count; o++) store_to(
			out + (size_t)o * t->channel, rectify ? relu(a[o][x]) : a[o][x], t->far);
	}
}

/* One tap for positions from .. end - 1. */
INLINE void conv_tap(vf a[CONV_CHANNELS][CONV_POSITIONS], const float *v, const float *f,
	size_t weight_out, const int count, int from, int end)
{
	vf g[CONV_CHANNELS];
	UNROLL for (int o = 0; o < count; o++) g[o] = all(f[(size_t)o * weight_out]);
	UNROLL for (int x = 0; x < CONV_POSITIONS; x++) if (x >= from && x < end)
	{
		const vf in = load(v + x * W);
		UNROLL for (int o = 0; o < count; o++) add_product(&a[o][x], in, g[o]);
	}
}

/* The same for positions not known at compile time: one body for each range. */
INLINE void conv_tap_inside(vf a[CONV_CHANNELS][CONV_POSITIONS], const float *v, const float *f,
	size_t weight_out, const int count, struct conv_inside inside)
{
#define TAP_CASE(from, end) \
	case (from)*8 + (end): conv_tap(a, v, f, weight_out, count, from, end); break
	switch (inside.from * 8 + inside.end) {
		TAP_CASE(0, 4);
		TAP_CASE(0, 3);
		TAP_CASE(0, 2);
		TAP_CASE(0, 1);
		TAP_CASE(1, 4);
		TAP_CASE(1, 3);
		TAP_CASE(1, 2);
		TAP_CASE(2, 4);
		TAP_CASE(2, 3);
		TAP_CASE(3, 4);
	default: break;
	}
#undef TAP_CASE
}

/* The sums of `count` channels. With CONV_ANY the number of taps is any. */
INLINE void conv_tile(const struct conv_target *t, const struct conv_patch *p, const float *at,
	const float *w, const int count, const bool whole, const enum conv_edges edges)
{
	const size_t tap = p->tap, weight_tap = p->weight_tap, weight_out = p->weight_out,
		     row = p->row, weight_row = p->weight_row,
		     next = p->channel - (size_t)p->rows * row,
		     weight_next = p->weight_channel - (size_t)p->rows * weight_row;
	const int rows = p->rows;
	vf a[CONV_CHANNELS][CONV_POSITIONS];
	conv_start(a, t, p, count);
	for (int i = p->channels; i > 0; i--, at += next, w += weight_next)
		for (int ky = rows; ky > 0; ky--, at += row, w += weight_row) {
			const float *v = at, *f = w;
			if (edges != CONV_ANY) {
				UNROLL for (int kx = 0; kx < conv_taps_of(edges);
					    kx++, v += tap, f += weight_tap)
				{
					const struct conv_inside in = conv_inside_of(edges, kx);
					conv_tap(a, v, f, weight_out, count, in.from, in.end);
				}
				continue;
			}
			const struct conv_inside *inside = p->inside;
			for (int kx = 0; kx < p->taps; kx++, v += tap, f += weight_tap) {
				if (whole) {
					conv_tap(a, v, f, weight_out, count, 0, CONV_POSITIONS);
					continue;
				}
				conv_tap_inside(a, v, f, weight_out, count, *inside);
				inside += p->inside_step;
			}
		}
	conv_finish(a, t, p, count);
}

/* Each tile is a function of its own: gcc shares out the registers of a function, and too many
 * tiles in one spoil each other. */
typedef void conv_tile_function(
	const struct conv_target *t, const struct conv_patch *p, const float *w);

#define CONV_TILE(count, edges, whole)                                                     \
	static void conv_tile_##count##_##edges##_##whole(                                 \
		const struct conv_target *t, const struct conv_patch *p, const float *w)   \
	{                                                                                  \
		struct conv_target to = *t;                                                \
		for (size_t half = 0; half < LANES / W; half++, to.out += W)               \
			conv_tile(&to, p, p->at + half * p->half, w, count, whole, edges); \
	}
#define CONV_TILES(count)                       \
	CONV_TILE(count, CONV_WHOLE, true)      \
	CONV_TILE(count, CONV_FIRST, true)      \
	CONV_TILE(count, CONV_LAST, true)       \
	CONV_TILE(count, CONV_BOTH, true)       \
	CONV_TILE(count, CONV_FIRST_TWO, true)  \
	CONV_TILE(count, CONV_LAST_TWO, true)   \
	CONV_TILE(count, CONV_BOTH_TWO, true)   \
	CONV_TILE(count, CONV_PAIR_WHOLE, true) \
	CONV_TILE(count, CONV_PAIR_FIRST, true) \
	CONV_TILE(count, CONV_PAIR_LAST, true)  \
	CONV_TILE(count, CONV_PAIR_BOTH, true)  \
	CONV_TILE(count, CONV_ANY, false)       \
	CONV_TILE(count, CONV_ANY, true)
#define CONV_ROW(count)                                                                         \
	{                                                                                       \
		conv_tile_##count##_CONV_WHOLE_true, conv_tile_##count##_CONV_FIRST_true,       \
			conv_tile_##count##_CONV_LAST_true, conv_tile_##count##_CONV_BOTH_true, \
			conv_tile_##count##_CONV_FIRST_TWO_true,                                \
			conv_tile_##count##_CONV_LAST_TWO_true,                                 \
			conv_tile_##count##_CONV_BOTH_TWO_true,                                 \
			conv_tile_##count##_CONV_PAIR_WHOLE_true,                               \
			conv_tile_##count##_CONV_PAIR_FIRST_true,                               \
			conv_tile_##count##_CONV_PAIR_LAST_true,                                \
			conv_tile_##count##_CONV_PAIR_BOTH_true,                                \
			conv_tile_##count##_CONV_ANY_false, conv_tile_##count##_CONV_ANY_true   \
	}

CONV_TILES(1)
CONV_TILES(2)
CONV_TILES(3)
#if REGISTERS == 32
CONV_TILES(4)
CONV_TILES(5)
CONV_TILES(6)
#endif

/* By channels - 1 and by edges; the last ones have any number of taps, all inside. */
static conv_tile_function *const conv_tile_of[CONV_CHANNELS][CONV_ANY + 2] = {
	CONV_ROW(1),
	CONV_ROW(2),
	CONV_ROW(3),
#if REGISTERS == 32
	CONV_ROW(4),
	CONV_ROW(5),
	CONV_ROW(6),
#endif
};
#undef CONV_ROW
#undef CONV_TILES
#undef CONV_TILE

/* The target of the channels from o on. */
INLINE struct conv_target conv_target_from(const struct conv_target *t, size_t o)
{
	struct conv_target from = *t;
	from.out += o * t->channel;
	if (t->biases)
		from.biases += o;
	if (t->mean) {
		from.mean += o;
		from.scale += o;
		from.shift += o;
	}
	return from;
}

/* Fetch where the sums of channels from .. end - 1 go. If half a line is written at a time, the
 * line has to be read first. */
INLINE void conv_fetch(const struct conv_target *t, size_t from, size_t end, int positions)
{
	for (size_t o = from; o < end && W < LANES; o++)
		for (int x = 0; x < positions; x++)
			__builtin_prefetch(t->out + o * t->channel + x * t->position, 1);
}

/* All `outputs` channels of the positions of a patch. */
static void conv_tiles(
	const struct conv_target *t, const struct conv_patch *p, const float *w, int outputs)
{
	const int whole = p->taps == 3 ? CONV_WHOLE
				       : (p->taps == 2 ? CONV_PAIR_WHOLE : CONV_ANY + 1),
		  edges = p->whole ? whole : (int)p->edges;
	for (size_t o = 0, count; o < (size_t)outputs; o += count) {
		count = tile_of((size_t)outputs - o, CONV_CHANNELS);
		const struct conv_target to = conv_target_from(t, o);
		conv_fetch(
			&to, count, at_most_size(2 * count, (size_t)outputs - o), CONV_POSITIONS);
		conv_tile_of[count - 1][edges](&to, p, w + o * p->weight_out);
	}
}

/* Pack one position of 16 lanes into column `column` of the patch's row. */
INLINE void pack(float *row, size_t half, int column, const float *from)
{
	UNROLL for (int h = 0; h < LANES / W; h++)
		store(row + (size_t)h * half + (size_t)column * W, load(from + h * W));
}

/* Zeros in columns from .. end - 1 of the patch's row: for positions that do not exist, and are
 * computed beside the others. */
INLINE void pack_zeros(float *row, size_t half, int from, int end)
{
	for (int c = from; c < end; c++)
		UNROLL for (int h = 0; h < LANES / W; h++)
			store(row + (size_t)h * half + (size_t)c * W, (vf){ 0 });
}

/* Channels of a patch of `left` channels, `columns` vectors of 16 lanes per channel. */
INLINE int conv_patch_channels(int left, int columns)
{
	return (int)tile_of((size_t)left, (size_t)at_least(1, NN_CONV_PATCH / (columns * LANES)));
}

/* ---- 1x1 kernels without padding: a matrix product over positions ---- */

/* For forward and backward: the weights of (channel read, channel written) are `weight_in` and
 * `weight_out` floats apart. Positions are given by rows; those of the input are `in_step` floats
 * apart. */
struct conv_points {
	int in_channels, out_channels, rows, columns;
	size_t in_plane, in_row, in_step, out_plane, out_row, out_step;
	size_t weight_in, weight_out;
};

_Static_assert(CONV_POSITIONS *CONV_POINT_CHANNELS *LANES <= NN_CONV_POINTS, "scratch");
_Static_assert(2 * CONV_POSITIONS * CONV_POINT_FEW * LANES <= NN_CONV_POINTS, "scratch");

/* Pack `count` positions of `block` channels, one tile's positions behind those of the other. */
INLINE void conv_points_pack(
	float *to, const float *from, const struct conv_points *s, int block, int count)
{
	const size_t half = (size_t)block * CONV_POSITIONS * W, tile = half * (LANES / W);

	for (int i = 0; i < block; i++, from += s->in_plane)
		for (int x = 0; x < count; x += CONV_POSITIONS)
			for (int k = 0; k < CONV_POSITIONS && x + k < count; k++)
				pack(to + (size_t)(x / CONV_POSITIONS) * tile, half,
					i * CONV_POSITIONS + k,
					from + (size_t)(x + k) * s->in_step);
}

/* Packed patches of `block` channels, side by side, all of whose positions exist. */
struct conv_point_patches {
	const float *at;
	int count, block;
	size_t weight_in, weight_out;
};

/* The tiles of some output channels: one function call for all halves of all patches. */
INLINE void conv_point_tiles(const struct conv_target *t, const struct conv_point_patches *p,
	const float *w, const int count)
{
	const struct conv_patch whole = { .whole = true };
	const size_t weight_in = p->weight_in, weight_out = p->weight_out;
	struct conv_target to = *t;
	const float *v = p->at;
	for (int k = 0; k < p->count; k++)
		for (size_t half = 0; half < LANES / W; half++) {
			const float *f = w;
			vf a[CONV_CHANNELS][CONV_POSITIONS];
			to.out = t->out + k * CONV_POSITIONS * t->position + half * W;
			conv_start(a, &to, &whole, count);
			for (int i = p->block; i > 0; i--, v += CONV_POSITIONS * W, f += weight_in)
				conv_tap(a, v, f, weight_out, count, 0, CONV_POSITIONS);
			conv_finish(a, &to, &whole, count);
		}
}

typedef void conv_point_function(
	const struct conv_target *t, const struct conv_point_patches *p, const float *w);

#define CONV_POINT(count)                                                                        \
	static void conv_point_##count(                                                          \
		const struct conv_target *t, const struct conv_point_patches *p, const float *w) \
	{                                                                                        \
		conv_point_tiles(t, p, w, count);                                                \
	}
CONV_POINT(1)
CONV_POINT(2)
CONV_POINT(3)
#if REGISTERS == 32
CONV_POINT(4)
CONV_POINT(5)
CONV_POINT(6)
#endif
#undef CONV_POINT

/* By channels - 1. */
static conv_point_function *const conv_point_of[CONV_CHANNELS] = {
	conv_point_1,
	conv_point_2,
	conv_point_3,
#if REGISTERS == 32
	conv_point_4,
	conv_point_5,
	conv_point_6,
#endif
};

/* All output channels of `count` packed positions; w: the weights of the block's first channel. */
INLINE void conv_points_tiles(const struct conv_target *t, const float *w,
	const struct conv_points *s, int block, int count, const float *packed)
{
	const struct conv_point_patches p = { packed, count / CONV_POSITIONS, block, s->weight_in,
		s->weight_out };
	const int whole = p.count * CONV_POSITIONS;
	for (size_t o = 0, some; o < (size_t)s->out_channels && whole > 0; o += some) {
		some = tile_of((size_t)s->out_channels - o, CONV_CHANNELS);
		const struct conv_target to = conv_target_from(t, o);
		conv_fetch(&to, some, at_most_size(2 * some, (size_t)s->out_channels - o), whole);
		conv_point_of[some - 1](&to, &p, w + o * s->weight_out);
	}
	if (whole == count)
		return;
	const struct conv_inside kept = { 0, count - whole };
	const struct conv_patch rest = { .at = packed + (size_t)(whole * block) * LANES,
		.half = (size_t)block * CONV_POSITIONS * W,
		.tap = CONV_POSITIONS * W,
		.channels = 1,
		.rows = 1,
		.taps = block,
		.weight_tap = s->weight_in,
		.weight_out = s->weight_out,
		.edges = CONV_ANY,
		.inside = &kept,
		.kept = kept };
	struct conv_target to = *t;
	to.out += whole * t->position;
	conv_tiles(&to, &rest, w, s->out_channels);
}

static void conv_points(float *out, const float *in, const float *w, const float *biases,
	const struct nn_conv *end, struct conv_points s, float *scratch)
{
	if (s.in_row == (size_t)s.columns * s.in_step
		&& s.out_row == (size_t)s.columns * s.out_step) {
		s.columns *= s.rows;
		s.rows = 1;
	}
	const bool far = is_far((size_t)s.out_channels * s.out_plane);
	const int positions = (s.in_channels <= CONV_POINT_FEW ? 2 : 1) * CONV_POSITIONS;
	for (int y = 0; y < s.rows; y++)
		for (int x = 0, some; x < s.columns; x += some) {
			some = at_most(positions, s.columns - x);
			for (int first = 0, block; first < s.in_channels; first += block) {
				block = (int)tile_of(
					(size_t)(s.in_channels - first), CONV_POINT_CHANNELS);
				const bool last = first + block == s.in_channels;
				struct conv_target t = {
					.out = out + (size_t)y * s.out_row + (size_t)x * s.out_step,
					.channel = s.out_plane,
					.position = (ptrdiff_t)s.out_step,
					.biases = biases,
					.started = first > 0,
					.far = far && last,
				};
				if (end && last)
					conv_end(&t, end);
				conv_fetch(&t, 0, tile_of((size_t)s.out_channels, CONV_CHANNELS),
					some);
				conv_points_pack(scratch,
					in + (size_t)first * s.in_plane + (size_t)y * s.in_row
						+ (size_t)x * s.in_step,
					&s, block, some);
				conv_points_tiles(&t, w + (size_t)first * s.weight_in, &s, block,
					some, scratch);
			}
		}
	finish_far(far);
}

/* ---- forward ---- */

/* Tile of the outputs x .. x + CONV_POSITIONS - 1 of row y, from input channels first .. first +
 * block - 1. */
INLINE void conv_patch_forward(float *out, const float *in, const float *w, const float *b,
	const struct nn_conv *s, int first, int block, int y, int x, float *scratch)
{
	const int stride = s->stride, taps = s->kernel_width, top = y * stride - s->pad_top,
		  y0 = at_least(0, -top), y1 = at_most(s->kernel_height, s->in_height - top),
		  left = x * stride - s->pad_left, up = stride - 1,
		  columns = stride == 1 ? CONV_POSITIONS + taps - 1 : CONV_POSITIONS * taps;
	struct conv_inside *inside = (struct conv_inside *)scratch;
	const struct conv_inside kept = { 0, at_most(CONV_POSITIONS, s->out_width - x) };
	float *patch = scratch + ((size_t)taps * sizeof(*inside) / sizeof(float) + 15) / 16 * 16;
	struct conv_patch p = { .at = patch,
		.row = (size_t)columns * W,
		.tap = stride == 1 ? W : CONV_POSITIONS * W,
		.channels = block,
		.rows = at_least(0, y1 - y0),
		.taps = taps,
		.weight_channel = (size_t)(s->kernel_height * taps),
		.weight_row = (size_t)taps,
		.weight_tap = 1,
		.weight_out = (size_t)(s->in_channels * s->kernel_height * taps),
		.inside = inside,
		.inside_step = 1,
		.kept = kept };
	p.channel = (size_t)p.rows * p.row;
	p.half = (size_t)block * p.channel;
	p.whole = kept.end == CONV_POSITIONS && left >= 0
		&& left + (CONV_POSITIONS - 1) * stride + taps <= s->in_width;
	for (int kx = 0; kx < taps && !p.whole; kx++)
		inside[kx] = (struct conv_inside){ (at_least(0, -left - kx) + up) / stride,
			at_most(kept.end, (at_least(0, s->in_width - left - kx) + up) / stride) };
	p.edges =
		(taps == 2 || taps == 3) && !p.whole ? conv_edges_of(inside, kept, taps) : CONV_ANY;
	const bool partial = kept.end < CONV_POSITIONS && p.edges != CONV_ANY;
	struct conv_target t = {
		.out = out + (y * s->out_width + x) * LANES,
		.channel = (size_t)(s->out_height * s->out_width) * LANES,
		.position = LANES,
		.biases = b,
		.started = first > 0,
	};
	if (first + block == s->in_channels)
		conv_end(&t, s);
	conv_fetch(&t, 0, tile_of((size_t)s->out_channels, CONV_CHANNELS), CONV_POSITIONS);
	for (int i = 0; i < block; i++)
		for (int ky = 0; ky < p.rows; ky++) {
			/* may point before the input's first column: only taps inside are read */
			const float *from = in + (size_t)(first + i) * s->in_plane
				+ (ptrdiff_t)(top + y0 + ky) * (ptrdiff_t)s->in_row
				+ (ptrdiff_t)left * LANES;
			float *to = patch + (size_t)i * p.channel + (size_t)ky * p.row;
			const int c0 = at_least(0, -left),
				  c1 = at_most(columns, s->in_width - left);
			for (int c = c0; c < c1 && stride == 1; c++)
				pack(to, p.half, c, from + c * LANES);
			if (partial && stride == 1)
				pack_zeros(to, p.half, c1, columns);
			for (int kx = 0; kx < taps && stride > 1; kx++) {
				for (int k = p.whole ? 0 : inside[kx].from,
					 end = p.whole ? CONV_POSITIONS : inside[kx].end;
					k < end; k++)
					pack(to, p.half, kx * CONV_POSITIONS + k,
						from + (k * stride + kx) * LANES);
				if (partial)
					pack_zeros(to, p.half, kx * CONV_POSITIONS + kept.end,
						(kx + 1) * CONV_POSITIONS);
			}
		}
	conv_tiles(&t, &p, w + (size_t)first * p.weight_channel + (size_t)y0 * p.weight_row,
		s->out_channels);
}

static void conv_forward(float *out, const float *in, const float *w, const float *b,
	const struct nn_conv *s, float *scratch)
{
	if (nn_conv_points(s)) {
		const size_t step = (size_t)s->stride * LANES,
			     out_row = (size_t)s->out_width * LANES;
		conv_points(out, in, w, b, s,
			(struct conv_points){ s->in_channels, s->out_channels, s->out_height,
				s->out_width, s->in_plane, (size_t)s->stride * s->in_row, step,
				(size_t)s->out_height * out_row, out_row, LANES, 1,
				(size_t)s->in_channels },
			scratch);
		return;
	}
	const int columns = s->kernel_height
		* (s->stride == 1 ? CONV_POSITIONS + s->kernel_width - 1
				  : CONV_POSITIONS * s->kernel_width);
	for (int y = 0; y < s->out_height; y++)
		for (int first = 0, block; first < s->in_channels; first += block) {
			block = conv_patch_channels(s->in_channels - first, columns);
			for (int x = 0; x < s->out_width; x += CONV_POSITIONS)
				conv_patch_forward(out, in, w, b, s, first, block, y, x, scratch);
		}
}

/* ---- the gradient of the input ---- */

/* The taps of one axis that read position `at` of the input, counted from the padding's edge: tap
 * phase + k * stride belongs to output last - k, for first <= k < end. */
struct conv_taps {
	int phase, last, first, end;
};

INLINE struct conv_taps conv_taps_at(int at, int kernel, int outputs, int stride)
{
	struct conv_taps t = { .phase = at % stride, .last = at / stride };
	t.first = at_least(0, t.last - outputs + 1);
	t.end = at_most((kernel - t.phase + stride - 1) / stride, t.last + 1);
	return t;
}

/* Tile of the inputs x, x + stride, ... of row y, from a patch of output channels first .. first +
 * block - 1 whose column 0 is output column `right`. Positions run backwards: the last one reads
 * the first of the tile's columns. From tap to tap all of them move by one column. */
INLINE void conv_tile_backward(float *din, const float *w, const struct nn_conv *s,
	struct conv_patch p, int first, const struct conv_taps *ty, int y, int x, int right,
	struct conv_inside *inside)
{
	const int stride = s->stride, last = CONV_POSITIONS - 1;
	const struct conv_taps tx =
		conv_taps_at(x + s->pad_left, s->kernel_width, s->out_width, stride);
	const int taps = at_least(0, (s->kernel_width - tx.phase + stride - 1) / stride),
		  from = tx.last + last, /* the tile's first column */
		positions = at_most(CONV_POSITIONS, (s->in_width - x + stride - 1) / stride);
	p.inside = inside;
	p.at += (size_t)(right - from) * W;
	p.taps = taps;
	p.kept = (struct conv_inside){ CONV_POSITIONS - positions, CONV_POSITIONS };
	p.whole = positions == CONV_POSITIONS && from < s->out_width && tx.last - taps + 1 >= 0;
	for (int k = 0; k < taps && !p.whole; k++)
		inside[k] =
			(struct conv_inside){ at_least(p.kept.from, from - k - s->out_width + 1),
				at_most(CONV_POSITIONS, from - k + 1) };
	p.edges = (taps == 2 || taps == 3) && !p.whole ? conv_edges_of(inside, p.kept, taps)
						       : CONV_ANY;
	if (p.rows == 1 && taps == 1) { /* one loop, over the channels */
		p.tap = p.channel;
		p.taps = p.channels;
		p.channels = 1;
		p.weight_tap = p.weight_channel;
		p.inside_step = 0;
	}
	const struct conv_target t = { .out = din + (size_t)y * s->in_row
			+ (ptrdiff_t)(x + last * stride) * LANES,
		.channel = s->in_plane,
		.position = -(ptrdiff_t)stride * LANES,
		.started = first > 0 };
	conv_fetch(&t, 0, tile_of((size_t)s->in_channels, CONV_CHANNELS), CONV_POSITIONS);
	conv_tiles(&t, &p,
		w + (size_t)first * p.weight_channel
			+ (size_t)((ty->phase + ty->first * stride) * s->kernel_width + tx.phase),
		s->in_channels);
}

/* The tiles of the inputs x .. x + CONV_POSITIONS * stride - 1 of row y: they read the same patch.
 * Its columns to the right of the output are 0: positions that do not exist read them. Those to the
 * left of it are not written, and no tile reads them. */
INLINE void conv_patch_backward(float *din, const float *dout, const float *w,
	const struct nn_conv *s, int first, int block, const struct conv_taps *ty, int y, int x,
	float *scratch)
{
	const int stride = s->stride, end = at_most(stride, s->in_width - x),
		  right = (x + end - 1 + s->pad_left) / stride + CONV_POSITIONS - 1,
		  left = (x + s->pad_left) / stride - (s->kernel_width - 1) / stride,
		  columns = right - left + 1;
	const size_t plane = (size_t)(s->out_height * s->out_width) * LANES;
	float *patch = scratch
		+ ((size_t)s->kernel_width * sizeof(struct conv_inside) / sizeof(float) + 15) / 16
			* 16;
	struct conv_patch p = { .at = patch,
		.row = (size_t)columns * W,
		.tap = W,
		.channels = block,
		.rows = at_least(0, ty->end - ty->first),
		.weight_channel = (size_t)(s->in_channels * s->kernel_height * s->kernel_width),
		.weight_row = (size_t)(stride * s->kernel_width),
		.weight_tap = (size_t)stride,
		.weight_out = (size_t)(s->kernel_height * s->kernel_width),
		.inside_step = 1 };
	p.channel = (size_t)p.rows * p.row;
	p.half = (size_t)block * p.channel;
	const int c0 = at_most(columns, at_least(0, right - s->out_width + 1)),
		  c1 = at_most(columns, right + 1);
	for (int o = 0; o < block; o++)
		for (int k = 0; k < p.rows; k++) {
			const float *from = dout + (size_t)(first + o) * plane
				+ (ptrdiff_t)((ty->last - ty->first - k) * s->out_width + right)
					* LANES;
			float *to = patch + (size_t)o * p.channel + (size_t)k * p.row;
			pack_zeros(to, p.half, 0, c0);
			for (int c = c0; c < c1; c++)
				pack(to, p.half, c, from - c * LANES);
		}
	for (int start = 0; start < end; start++)
		conv_tile_backward(din, w, s, p, first, ty, y, x + start, right,
			(struct conv_inside *)scratch);
}

static void conv_backward_input(
	float *din, const float *dout, const float *w, const struct nn_conv *s, float *scratch)
{
	if (nn_conv_points(s)) {
		const size_t row = (size_t)s->out_width * LANES;
		if (s->stride > 1 || s->in_height > s->out_height || s->in_width > s->out_width)
			for (int i = 0; i < s->in_channels; i++)
				for (int y = 0; y < s->in_height; y++)
					memset(din + (size_t)i * s->in_plane
							+ (size_t)y * s->in_row,
						0, (size_t)s->in_width * LANES * sizeof(*din));
		conv_points(din, dout, w, NULL, NULL,
			(struct conv_points){ s->out_channels, s->in_channels, s->out_height,
				s->out_width, (size_t)s->out_height * row, row, LANES, s->in_plane,
				(size_t)s->stride * s->in_row, (size_t)s->stride * LANES,
				(size_t)s->in_channels, 1 },
			scratch);
		return;
	}
	const int taps_high = (s->kernel_height + s->stride - 1) / s->stride,
		  taps_wide = (s->kernel_width + s->stride - 1) / s->stride;
	for (int y = 0; y < s->in_height; y++) {
		const struct conv_taps ty =
			conv_taps_at(y + s->pad_top, s->kernel_height, s->out_height, s->stride);
		for (int first = 0, block; first < s->out_channels; first += block) {
			block = conv_patch_channels(s->out_channels - first,
				taps_high * (CONV_POSITIONS - (s->stride == 1) + taps_wide));
			for (int x = 0; x < s->in_width; x += CONV_POSITIONS * s->stride)
				conv_patch_backward(
					din, dout, w, s, first, block, &ty, y, x, scratch);
		}
	}
}

#endif

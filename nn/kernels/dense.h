/* dense.h - fully connected layers and their gradients. */
#ifndef NN_KERNELS_DENSE_H
#define NN_KERNELS_DENSE_H

#include "kernels.h"
#include "sum.h"
#include "tile.h"

/* Vectors of the 16 lanes and outputs of a tile. For the input's gradient: outputs summed together,
 * as many as have their rows of weights in the L1 cache. For the weights' gradient: outputs at a
 * time (32 registers), or inputs at a time, as many as have their 16 lanes in the L1 cache. */
enum {
	DENSE_VECTORS = W == 16 ? 1 : 2,
	DENSE_TILE = W == 16 ? 10 : 6,
	DENSE_ROWS = 64,
	DENSE_SUMS = 4,
	DENSE_INPUTS = 320
};

/* One body for each count of a tile. */
#if W == 16
#define FOR_COUNT(count, body)    \
	switch (count) {          \
	case 10: body(10); break; \
	case 9: body(9); break;   \
	case 8: body(8); break;   \
	case 7: body(7); break;   \
	case 6: body(6); break;   \
	case 5: body(5); break;   \
	case 4: body(4); break;   \
	case 3: body(3); break;   \
	case 2: body(2); break;   \
	default: body(1);         \
	}
#else
#define FOR_COUNT(count, body)  \
	switch (count) {        \
	case 6: body(6); break; \
	case 5: body(5); break; \
	case 4: body(4); break; \
	case 3: body(3); break; \
	case 2: body(2); break; \
	default: body(1);       \
	}
#endif

INLINE void dense_tile(float *out, const float *in, const float *w, const float *b, size_t inputs,
	bool with_relu, const int count)
{
	vf a[DENSE_TILE][DENSE_VECTORS];
	UNROLL for (int o = 0; o < count; o++) UNROLL for (int v = 0; v < DENSE_VECTORS; v++)
		a[o][v] = all(b[o]);
	for (size_t left = inputs, some; left > 0; left -= some) {
		some = left < 16 ? left : 16;
		/* the next tile's weights: a cache line of each row */
		UNROLL for (int o = 0; o < count; o++)
			__builtin_prefetch(w + (size_t)(o + count) * inputs);
		for (size_t i = 0; i < some; i++, in += LANES, w++) {
			vf x[DENSE_VECTORS];
			UNROLL for (int v = 0; v < DENSE_VECTORS; v++) x[v] = load(in + v * W);
			UNROLL for (int o = 0; o < count; o++)
			{
				const vf f = all(w[(size_t)o * inputs]);
				UNROLL for (int v = 0; v < DENSE_VECTORS; v++) a[o][v] =
					fma_(x[v], f, a[o][v]);
			}
		}
	}
	UNROLL for (int o = 0; o < count; o++) UNROLL for (int v = 0; v < DENSE_VECTORS; v++)
		store(out + o * LANES + v * W, with_relu ? relu(a[o][v]) : a[o][v]);
}

static void dense_forward(float *out, const float *in, const float *w, const float *b, int inputs,
	int outputs, bool with_relu)
{
	for (int lane = 0; lane < LANES; lane += DENSE_VECTORS * W)
		for (size_t o = 0, count; o < (size_t)outputs; o += count) {
			count = tile_of((size_t)outputs - o, DENSE_TILE);
#define DENSE_FORWARD(n)                                                             \
	dense_tile(out + o * LANES + lane, in + lane, w + o * (size_t)inputs, b + o, \
		(size_t)inputs, with_relu, n)
			FOR_COUNT(count, DENSE_FORWARD)
#undef DENSE_FORWARD
		}
}

/* The contribution of rows w[0 .. outputs - 1]; added to din if `started`. */
INLINE void dense_input_tile(float *din, const float *dout, const float *w, size_t inputs,
	int outputs, bool started, const int count)
{
	vf a[DENSE_TILE][DENSE_VECTORS];
	UNROLL for (int i = 0; i < count; i++) UNROLL for (int v = 0; v < DENSE_VECTORS; v++)
		a[i][v] = started ? load(din + i * LANES + v * W) : (vf){ 0 };
	for (int o = 0; o < outputs; o++, dout += LANES, w += inputs) {
		vf d[DENSE_VECTORS];
		UNROLL for (int v = 0; v < DENSE_VECTORS; v++) d[v] = load(dout + v * W);
		UNROLL for (int i = 0; i < count; i++)
		{
			const vf f = all(w[i]);
			UNROLL for (int v = 0; v < DENSE_VECTORS; v++) a[i][v] =
				fma_(d[v], f, a[i][v]);
		}
	}
	UNROLL for (int i = 0; i < count; i++) UNROLL for (int v = 0; v < DENSE_VECTORS; v++)
		store(din + i * LANES + v * W, a[i][v]);
}

static void dense_backward_input(
	float *din, const float *dout, const float *w, int inputs, int outputs)
{
	for (int first = 0; first < outputs; first += DENSE_ROWS) {
		const int rows = outputs - first < DENSE_ROWS ? outputs - first : DENSE_ROWS;
		const float *from = w + (size_t)first * (size_t)inputs, *d = dout + first * LANES;
		for (int lane = 0; lane < LANES; lane += DENSE_VECTORS * W)
			for (size_t i = 0, count; i < (size_t)inputs; i += count) {
				count = tile_of((size_t)inputs - i, DENSE_TILE);
#define DENSE_BACKWARD(n) \
	dense_input_tile( \
		din + i * LANES + lane, d + lane, from + i, (size_t)inputs, rows, first > 0, n)
				FOR_COUNT(count, DENSE_BACKWARD)
#undef DENSE_BACKWARD
			}
	}
}

/* out[lane][stride] = in[i][lane]. Columns up to the next multiple of W are written, too, with what
 * follows `in` in memory. */
INLINE void by_lane(float *out, size_t stride, const float *in, size_t count)
{
	for (size_t i = 0; i < count; i += W)
		for (int lane = 0; lane < LANES; lane += W) {
			vf r[W];
			UNROLL for (int j = 0; j < W; j++) r[j] = i + (size_t)j < count
				? load(in + (i + (size_t)j) * LANES + lane)
				: (vf){ 0 };
			transpose(r);
			UNROLL for (int j = 0; j < W; j++)
				store(out + (size_t)(lane + j) * stride + i, r[j]);
		}
}

/* W sums, or the `left` that there still are. */
INLINE void give_sums(float *to, vf sums, size_t left, bool add)
{
	vf there = { 0 };

	if (left >= W) {
		store_any(to, add ? load_any(to) + sums : sums);
		return;
	}
	if (add)
		memcpy(&there, to, left * sizeof(*to));
	there = add ? there + sums : sums;
	memcpy(to, &there, left * sizeof(*to));
}

#if REGISTERS == 32
/* The sums over the lanes (8, 4, 2, 1) of W products at a time, for `count` outputs. x is stored by
 * lane, so that a vector holds W inputs of one lane. */
INLINE void dense_lane_sums(
	vf sum[DENSE_SUMS], const float *x, size_t stride, const float *d, const int count)
{
	vf part[4][DENSE_SUMS];
	UNROLL for (int l = 0; l < 4; l++)
	{
		const vf x0 = load(x + (size_t)l * stride), x4 = load(x + (size_t)(l + 4) * stride),
			 x8 = load(x + (size_t)(l + 8) * stride),
			 x12 = load(x + (size_t)(l + 12) * stride);
		UNROLL for (int o = 0; o < count; o++)
		{
			const float *g = d + o * LANES + l;
			part[l][o] = (x0 * all(g[0]) + x8 * all(g[8]))
				+ (x4 * all(g[4]) + x12 * all(g[12]));
		}
	}
	UNROLL for (int o = 0; o < count; o++) sum[o] =
		(part[0][o] + part[2][o]) + (part[1][o] + part[3][o]);
}

INLINE void dense_weights_tile(float *dw, const float *x, size_t stride, const float *d,
	size_t inputs, size_t left, bool add, const int count)
{
	vf sum[DENSE_SUMS];
	dense_lane_sums(sum, x, stride, d, count);
	UNROLL for (int o = 0; o < count; o++)
		give_sums(dw + (size_t)o * inputs, sum[o], left, add);
}

/* `count` outputs, all inputs: rows of dw from end to end. */
INLINE void dense_weights_rows(float *dw, const float *x, size_t stride, const float *d,
	size_t inputs, bool add, const int count)
{
	for (size_t i = 0; i < inputs; i += W)
		dense_weights_tile(dw + i, x + i, stride, d, inputs, inputs - i, add, count);
}

INLINE void dense_weights(float *dw, const float *x, size_t stride, const float *d, size_t inputs,
	size_t outputs, bool add)
{
	size_t o = 0;

	for (; o + DENSE_SUMS <= outputs; o += DENSE_SUMS)
		dense_weights_rows(
			dw + o * inputs, x, stride, d + o * LANES, inputs, add, DENSE_SUMS);
	for (; o < outputs; o++)
		dense_weights_rows(dw + o * inputs, x, stride, d + o * LANES, inputs, add, 1);
}
#else
/* The sum of four lanes as sums over all lanes begin: 8 apart first, then 4. */
INLINE vf four_lanes(const float *x, size_t stride, const vf d[4])
{
	return (load(x) * d[0] + load(x + 8 * stride) * d[2])
		+ (load(x + 4 * stride) * d[1] + load(x + 12 * stride) * d[3]);
}

/* The sum of eight lanes, every second from x and d on; with `other`, that of the other eight, the
 * sum of all. x is stored by lane, so that a vector holds W inputs of one lane. */
INLINE void dense_eight_lanes(float *to, const float *x, size_t stride, const vf d[8],
	const float *other, size_t left, bool add)
{
	const vf sum = four_lanes(x, stride, d) + four_lanes(x + 2 * stride, stride, d + 4);
	give_sums(to, other ? load(other) + sum : sum, left, add);
}

/* The same of `count` inputs, with the lanes of d in registers. */
INLINE void dense_half_sums(float *to, const float *x, size_t stride, const float *d, size_t count,
	const float *other, bool add)
{
	const vf lanes[8] = { all(d[0]), all(d[4]), all(d[8]), all(d[12]), all(d[2]), all(d[6]),
		all(d[10]), all(d[14]) };
	size_t i = 0;

	for (; i + W <= count; i += W)
		dense_eight_lanes(to + i, x + i, stride, lanes, other ? other + i : NULL, W, add);
	if (i < count)
		dense_eight_lanes(
			to + i, x + i, stride, lanes, other ? other + i : NULL, count - i, add);
}

INLINE void dense_weights(float *dw, const float *x, size_t stride, const float *d, size_t inputs,
	size_t outputs, bool add)
{
	float half[DENSE_INPUTS + W] __attribute__((aligned(64)));

	for (size_t i = 0, count; i < inputs; i += count) {
		count = tile_of(inputs - i, DENSE_INPUTS);
		count = count < inputs - i ? (count + W - 1) / W * W : count;
		for (size_t o = 0; o < outputs; o++) {
			dense_half_sums(half, x + i, stride, d + o * LANES, count, NULL, false);
			dense_half_sums(dw + o * inputs + i, x + i + stride, stride,
				d + o * LANES + 1, count, half, add);
		}
	}
}
#endif

static void dense_backward_weights(float *dw, float *db, const float *in, const float *dout,
	int inputs, int outputs, bool add, float *scratch)
{
	const size_t count = (size_t)inputs,
		     stride = ((count + 15) / 16 | 1)
		* 16; /* odd in cache lines: the lanes do not share a cache set */
	by_lane(scratch, stride, in, count);
	if (add)
		dense_weights(dw, scratch, stride, dout, count, (size_t)outputs, true);
	else
		dense_weights(dw, scratch, stride, dout, count, (size_t)outputs, false);
	for (int k = 0; k < outputs; k++) {
		const float *d = dout + k * LANES;
		float half[8];
		for (int l = 0; l < 8; l++)
			half[l] = d[l] + d[l + 8];
		for (int l = 0; l < 4; l++)
			half[l] = half[l] + half[l + 4];
		const float sum = (half[0] + half[2]) + (half[1] + half[3]);
		db[k] = add ? db[k] + sum : sum;
	}
}

#endif

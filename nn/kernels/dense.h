/* dense.h - every output from every input. */
#ifndef NN_KERNELS_DENSE_H
#define NN_KERNELS_DENSE_H

#include "kernels.h"
#include "sum.h"

enum { DENSE_TILE = W == 16 ? 10 : 8 };

INLINE void dense_tile(float *out, const float *in, const float *w, const float *b, int inputs,
	bool with_relu, const int count)
{
	vf a[DENSE_TILE];
	UNROLL for (int o = 0; o < count; o++) a[o] = all(b[o]);
	for (int i = 0; i < inputs; i++) {
		vf x = load(in + i * LANES);
		UNROLL for (int o = 0; o < count; o++) a[o] =
			fma_(x, all(w[(size_t)o * (size_t)inputs + (size_t)i]), a[o]);
	}
	UNROLL for (int o = 0; o < count; o++)
		store(out + o * LANES, with_relu ? relu(a[o]) : a[o]);
}

static void dense_forward(float *out, const float *in, const float *w, const float *b, int inputs,
	int outputs, bool with_relu)
{
	for (int lane = 0; lane < LANES; lane += W) {
		int o = 0;
		for (; o + DENSE_TILE <= outputs; o += DENSE_TILE)
			dense_tile(out + o * LANES + lane, in + lane,
				w + (size_t)o * (size_t)inputs, b + o, inputs, with_relu,
				DENSE_TILE);
		for (; o + 2 <= outputs; o += 2)
			dense_tile(out + o * LANES + lane, in + lane,
				w + (size_t)o * (size_t)inputs, b + o, inputs, with_relu, 2);
		for (; o < outputs; o++)
			dense_tile(out + o * LANES + lane, in + lane,
				w + (size_t)o * (size_t)inputs, b + o, inputs, with_relu, 1);
	}
}

INLINE void dense_input_tile(
	float *din, const float *dout, const float *w, int inputs, int outputs, const int count)
{
	vf a[8];
	UNROLL for (int i = 0; i < count; i++) a[i] = (vf){ 0 };
	for (int o = 0; o < outputs; o++, w += inputs) {
		vf d = load(dout + o * LANES);
		UNROLL for (int i = 0; i < count; i++) a[i] = fma_(d, all(w[i]), a[i]);
	}
	UNROLL for (int i = 0; i < count; i++) store(din + i * LANES, a[i]);
}

static void dense_backward_input(
	float *din, const float *dout, const float *w, int inputs, int outputs)
{
	for (int lane = 0; lane < LANES; lane += W) {
		int i = 0;
		for (; i + 8 <= inputs; i += 8)
			dense_input_tile(
				din + i * LANES + lane, dout + lane, w + i, inputs, outputs, 8);
		for (; i < inputs; i++)
			dense_input_tile(
				din + i * LANES + lane, dout + lane, w + i, inputs, outputs, 1);
	}
}

/* out[lane][stride] = in[i][lane]; columns up to the next multiple of W are written with what lies
 * behind in. */
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

/* The lanes' sum of W products at once: x lies by lane, so that a vector holds W inputs of one
 * lane. */
INLINE vf dense_lane_sum(const vf x[16], const float *d)
{
	vf half[8];
	UNROLL for (int l = 0; l < 8; l++) half[l] = x[l] * all(d[l]) + x[l + 8] * all(d[l + 8]);
	UNROLL for (int l = 0; l < 4; l++) half[l] = half[l] + half[l + 4];
	return (half[0] + half[2]) + (half[1] + half[3]);
}

static void dense_backward_weights(float *dw, float *db, const float *in, const float *dout,
	int inputs, int outputs, float *scratch)
{
	const size_t count = (size_t)inputs,
		     stride = ((count + 15) / 16 | 1)
		* 16; /* odd in cache lines: the lanes do not share a cache set */
	by_lane(scratch, stride, in, count);
	for (size_t i = 0; i < count; i += W) {
		vf x[16];
		UNROLL for (size_t l = 0; l < 16; l++) x[l] = load(scratch + l * stride + i);
		for (size_t o = 0; o < (size_t)outputs; o++) {
			vf sum = dense_lane_sum(x, dout + o * LANES);
			if (i + W <= count)
				store_any(dw + o * count + i, sum);
			else
				memcpy(dw + o * count + i, &sum, (count - i) * sizeof(*dw));
		}
	}
	for (int o = 0; o < outputs; o++) {
		const float *d = dout + o * LANES;
		float half[8];
		for (int l = 0; l < 8; l++)
			half[l] = d[l] + d[l + 8];
		for (int l = 0; l < 4; l++)
			half[l] = half[l] + half[l + 4];
		db[o] = (half[0] + half[2]) + (half[1] + half[3]);
	}
}

#endif

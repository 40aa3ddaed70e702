/* elementwise.h - max pooling, ReLU, dropout masks, gates, additions, rounding and lerp, element by
 * element. Only gate_backward has sums, over positions. */
#ifndef NN_KERNELS_ELEMENTWISE_H
#define NN_KERNELS_ELEMENTWISE_H

#include "kernels.h"
#include "lanes.h"

/* Zeros in a plane of rows, but for the first `columns` positions of the first `rows`. */
INLINE void clear_beyond(float *plane, size_t size, size_t row, size_t rows, size_t columns)
{
	const size_t used = columns * LANES;
	if (used < row)
		for (size_t y = 0; y < rows; y++)
			memset(plane + y * row + used, 0, (row - used) * sizeof(*plane));
	memset(plane + rows * row, 0, (size - rows * row) * sizeof(*plane));
}

INLINE void pool_forward_of(
	float *out, int32_t *argmax, const float *in, const struct nn_pool_shape *s, const int size)
{
	const size_t row = s->in_row;
	for (int c = 0; c < s->channels; c++, in += s->in_plane)
		for (int y = 0; y < s->out_height; y++) {
			const float *window = in + (size_t)(y * size) * row;
			for (int x = 0; x < s->out_width;
				x++, out += LANES, argmax += LANES, window += size * LANES)
				for (int lane = 0; lane < LANES; lane += W) {
					vf best = load(window + lane);
					vi at = { 0 };
					for (int ky = 0; ky < size; ky++)
						for (int kx = ky ? 0 : 1; kx < size; kx++) {
							const vf v = load(window + (size_t)ky * row
								+ kx * LANES + lane);
							at = select_int(v > best,
								all_int(ky * size + kx), at);
							best = max_(v, best);
						}
					store(out + lane, best);
					store_int(argmax + lane, at);
				}
		}
}

INLINE void pool_backward_of(float *din, const float *dout, const int32_t *argmax,
	const struct nn_pool_shape *s, const int size)
{
	const size_t row = s->in_row;
	for (int c = 0; c < s->channels; c++, din += s->in_plane) {
		clear_beyond(din, s->in_plane, row, (size_t)(s->out_height * size),
			(size_t)(s->out_width * size));
		for (int y = 0; y < s->out_height; y++) {
			float *window = din + (size_t)(y * size) * row;
			for (int x = 0; x < s->out_width;
				x++, dout += LANES, argmax += LANES, window += size * LANES)
				for (int lane = 0; lane < LANES; lane += W) {
					const vf d = load(dout + lane);
					const vi at = load_int(argmax + lane);
					for (int ky = 0; ky < size; ky++)
						for (int kx = 0; kx < size; kx++)
							store(window + (size_t)ky * row + kx * LANES
									+ lane,
								keep_where(
									at == ky * size + kx, d));
				}
		}
	}
}

/* Windows of 2x2, which nearly all are, with constants. */
static void pool_forward(
	float *out, int32_t *argmax, const float *in, const struct nn_pool_shape *s)
{
	if (s->size == 2)
		pool_forward_of(out, argmax, in, s, 2);
	else
		pool_forward_of(out, argmax, in, s, s->size);
}

static void pool_backward(
	float *din, const float *dout, const int32_t *argmax, const struct nn_pool_shape *s)
{
	if (s->size == 2)
		pool_backward_of(din, dout, argmax, s, 2);
	else
		pool_backward_of(din, dout, argmax, s, s->size);
}

static void relu_forward(float *out, const float *in, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W)
		store(out + i, relu(load(in + i)));
}

static void relu_backward(float *din, const float *dout, const float *out, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W)
		store(din + i, keep_where(load(out + i) > (vf){ 0 }, load(dout + i)));
}

static void multiply(float *out, const float *a, const float *b, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W)
		store(out + i, load(a + i) * load(b + i));
}

static void add(float *sum, const float *a, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W)
		store(sum + i, load(sum + i) + load(a + i));
}

static void gate(float *out, const float *in, const float *by, int channels, size_t positions)
{
	for (int c = 0; c < channels; c++, by += LANES)
		for (size_t p = 0; p < positions; p++, in += LANES, out += LANES)
			for (int lane = 0; lane < LANES; lane += W)
				store(out + lane, load(in + lane) * load(by + lane));
}

static void gate_backward(
	float *dby, const float *dout, const float *in, int channels, size_t positions)
{
	for (int c = 0; c < channels; c++)
		for (int lane = 0; lane < LANES; lane += W) {
			const size_t first = (size_t)c * positions * LANES + (size_t)lane;
			vf sum = { 0 };
			for (size_t p = 0; p < positions; p++)
				sum = fma_(load(dout + first + p * LANES),
					load(in + first + p * LANES), sum);
			store(dby + (size_t)c * LANES + lane, sum);
		}
}

static void round_map(float *map, size_t count, float step, float low, float high)
{
	for (size_t i = 0; i < count * LANES; i += W) {
		vf q = load(map + i) / all(step);
		q = min_(max_(q, all(low)), all(high));
		q = (q + all(12582912.0f)) - all(12582912.0f);
		store(map + i, q * all(step));
	}
}

static void lerp(float *x, const float *target, float share, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W) {
		vf v = load(x + i);
		store(x + i, fma_(load(target + i) - v, all(share), v));
	}
}

#endif

/* elementwise.h - max pooling, ReLU, dropout masks, gates, additions, rounding and lerp, element by
 * element. Only gate_backward has sums, over positions. */
#ifndef NN_KERNELS_ELEMENTWISE_H
#define NN_KERNELS_ELEMENTWISE_H

#include "kernels.h"
#include "lanes.h"

static void pool_forward(
	float *out, int32_t *argmax, const float *in, const struct nn_pool_shape *s)
{
	for (int c = 0; c < s->channels; c++, in += s->in_plane)
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++, out += LANES, argmax += LANES)
				for (int lane = 0; lane < LANES; lane += W) {
					const float *p = in + (size_t)(y * s->size) * s->in_row
						+ (size_t)(x * s->size) * LANES + lane;
					vf best = load(p);
					vi at = { 0 };
					for (int k = 1; k < s->size * s->size; k++) {
						vf v = load(p + (size_t)(k / s->size) * s->in_row
							+ (size_t)(k % s->size) * LANES);
						at = select_int(v > best, all_int(k), at);
						best = max_(v, best);
					}
					store(out + lane, best);
					store_int(argmax + lane, at);
				}
}

static void pool_backward(
	float *din, const float *dout, const int32_t *argmax, const struct nn_pool_shape *s)
{
	memset(din, 0, (size_t)s->channels * s->in_plane * sizeof(*din));
	for (int c = 0; c < s->channels; c++, din += s->in_plane)
		for (int y = 0; y < s->out_height; y++)
			for (int x = 0; x < s->out_width; x++, dout += LANES, argmax += LANES)
				for (int k = 0; k < s->size * s->size; k++)
					for (int lane = 0; lane < LANES; lane += W) {
						float *p = din
							+ (size_t)(y * s->size + k / s->size)
								* s->in_row
							+ (size_t)(x * s->size + k % s->size)
								* LANES
							+ lane;
						store(p,
							keep_where(load_int(argmax + lane) == k,
								load(dout + lane)));
					}
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

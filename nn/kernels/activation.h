/* activation.h - ReLU6 and SiLU, element by element, and their gradients. */
#ifndef NN_KERNELS_ACTIVATION_H
#define NN_KERNELS_ACTIVATION_H

#include "kernels.h"
#include "lanes.h"
#include "loss.h"

INLINE vf relu6(vf x)
{
	const vf v = relu(x);
	return select_(v > all(6.0f), all(6.0f), v); /* a NaN stays one */
}

/* Where the gradient of ReLU6 is 1, given its output. */
INLINE vi open_6(vf out)
{
	return (out > (vf){ 0 }) & (out < all(6.0f));
}

static void relu6_forward(float *out, const float *in, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W)
		store(out + i, relu6(load(in + i)));
}

static void relu6_backward(float *din, const float *dout, const float *out, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W)
		store(din + i, keep_where(open_6(load(out + i)), load(dout + i)));
}

/* 1 / (1 + e^-x), from an exponential that cannot overflow. */
INLINE vf sigmoid(vf x)
{
	const vf e = exp_negative((vf)((vi)x | all_int(INT32_MIN))); /* of -|x| */
	return select_(x < (vf){ 0 }, e, all(1.0f)) / (all(1.0f) + e);
}

static void silu_forward(float *out, const float *in, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W) {
		vf x = load(in + i);
		store(out + i, x * sigmoid(x));
	}
}

static void silu_backward(float *din, const float *dout, const float *in, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W) {
		vf x = load(in + i), s = sigmoid(x);
		store(din + i, load(dout + i) * (s * fma_(x, all(1.0f) - s, all(1.0f))));
	}
}

#endif

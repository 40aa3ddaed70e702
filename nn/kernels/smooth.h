/* smooth.h - tanh, sigmoid, leaky ReLU, GELU, hard swish and hard sigmoid, element by element. */
#ifndef NN_KERNELS_SMOOTH_H
#define NN_KERNELS_SMOOTH_H

#include "activation.h"

INLINE vf magnitude(vf x)
{
	return (vf)((vi)x & all_int(INT32_MAX));
}

/* For small x the polynomial of Cephes's tanhf (Moshier): a difference of exponentials would suffer
 * from cancellation. */
INLINE vf tanh_(vf x)
{
	const vf size = magnitude(x), square = x * x, e = exp_negative(size * all(-2.0f));
	vf p = all(-5.70498872745e-3f);
	p = fma_(p, square, all(2.06390887954e-2f));
	p = fma_(p, square, all(-5.37397155531e-2f));
	p = fma_(p, square, all(1.33314422036e-1f));
	p = fma_(p, square, all(-3.33332819422e-1f));
	const vf small = fma_(p * square, x, x), large = (all(1.0f) - e) / (all(1.0f) + e),
		 signed_large = select_(x < (vf){ 0 }, -large, large);
	return select_(size < all(0.625f), small, signed_large);
}

/* The normal distribution function at x (Abramowitz and Stegun, 7.1.26); *bell: e^(-x^2 / 2). */
INLINE vf normal(vf x, vf *bell)
{
	const vf t = all(1.0f) / fma_(magnitude(x), all(0.3275911f * 0.70710678f), all(1.0f));
	*bell = exp_negative(x * x * all(-0.5f));
	vf p = all(1.061405429f);
	p = fma_(p, t, all(-1.453152027f));
	p = fma_(p, t, all(1.421413741f));
	p = fma_(p, t, all(-0.284496736f));
	p = fma_(p, t, all(0.254829592f));
	const vf tail = p * t * *bell * all(0.5f);
	return select_(x < (vf){ 0 }, tail, all(1.0f) - tail);
}

/* min(max(x + 3, 0), 6) / 6; a NaN stays one. */
INLINE vf hard_sigmoid(vf x)
{
	const vf v = relu(x + all(3.0f));
	return select_(v > all(6.0f), all(6.0f), v) * all(1.0f / 6);
}

INLINE vf activated(vf x, enum nn_kind kind, vf slope)
{
	vf bell;
	switch (kind) {
	case NN_TANH: return tanh_(x);
	case NN_SIGMOID: return sigmoid(x);
	case NN_LEAKY_RELU: return select_(x > (vf){ 0 }, x, x * slope);
	case NN_GELU: return x * normal(x, &bell);
	case NN_HARD_SWISH: return x * hard_sigmoid(x);
	default: return hard_sigmoid(x);
	}
}

/* The derivative at x, where the activation's value is y. */
INLINE vf derivative_of(vf x, vf y, enum nn_kind kind, vf slope)
{
	const vi inside = (x > all(-3.0f)) & (x < all(3.0f));
	vf bell, share;
	switch (kind) {
	case NN_TANH: return fma_(-y, y, all(1.0f));
	case NN_SIGMOID: return y * (all(1.0f) - y);
	case NN_LEAKY_RELU: return select_(x > (vf){ 0 }, all(1.0f), slope);
	case NN_GELU: share = normal(x, &bell); return fma_(x * bell, all(0.39894228f), share);
	case NN_HARD_SWISH:
		share = fma_(x, all(1.0f / 3), all(0.5f));
		return select_(inside, share, select_(x >= all(3.0f), all(1.0f), (vf){ 0 }));
	default: return keep_where(inside, all(1.0f / 6));
	}
}

static void activate(float *out, const float *in, size_t count, enum nn_kind kind, float slope)
{
	for (size_t i = 0; i < count * LANES; i += W)
		store(out + i, activated(load(in + i), kind, all(slope)));
}

static void activate_backward(float *din, const float *dout, const float *in, const float *out,
	size_t count, enum nn_kind kind, float slope)
{
	for (size_t i = 0; i < count * LANES; i += W)
		store(din + i,
			load(dout + i)
				* derivative_of(load(in + i), load(out + i), kind, all(slope)));
}

#endif

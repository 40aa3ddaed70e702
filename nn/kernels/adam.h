/* adam.h - a step of Adam, and the weighted mean that weight averaging and mixed images need. */
#ifndef NN_KERNELS_ADAM_H
#define NN_KERNELS_ADAM_H

#include "kernels.h"
#include "lanes.h"

INLINE void adam_vector(
	float *w, float *m, float *v, const float *g, const struct nn_step_factors *f)
{
	vf grad = load_any(g), first = load_any(m), second = load_any(v), weight = load_any(w);
	weight = fma_(weight, -all(f->decay), weight);
	first = fma_(grad - first, all(f->one_minus_beta1), first);
	second = fma_(fma_(grad, grad, -second), all(f->one_minus_beta2), second);
	store_any(m, first);
	store_any(v, second);
	store_any(w, weight - first * all(f->momentum_factor) / (sqrt_(second) + all(f->epsilon)));
}

static void adam(
	float *w, float *m, float *v, const float *g, size_t count, const struct nn_step_factors *f)
{
	size_t i = 0;
	for (; i + W <= count; i += W)
		adam_vector(w + i, m + i, v + i, g + i, f);
	if (i < count) {
		float rest[4][W] = { { 0 } };
		size_t bytes = (count - i) * sizeof(*w);
		memcpy(rest[0], w + i, bytes);
		memcpy(rest[1], m + i, bytes);
		memcpy(rest[2], v + i, bytes);
		memcpy(rest[3], g + i, bytes);
		adam_vector(rest[0], rest[1], rest[2], rest[3], f);
		memcpy(w + i, rest[0], bytes);
		memcpy(m + i, rest[1], bytes);
		memcpy(v + i, rest[2], bytes);
	}
}

static void approach(float *x, const float *target, float share, size_t count)
{
	for (size_t i = 0; i < count * LANES; i += W) {
		vf v = load(x + i);
		store(x + i, fma_(load(target + i) - v, all(share), v));
	}
}

#endif

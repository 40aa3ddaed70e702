/* steps.h - one step of every optimizer (optimizer.h has the formulas), and clipping and l2 of the
 * gradient before it. */
#ifndef NN_KERNELS_STEPS_H
#define NN_KERNELS_STEPS_H

#include "kernels.h"
#include "lanes.h"

/* ---- of one vector ---- */

INLINE vf mean_of_squares(vf second, vf grad, const struct nn_step_factors *f)
{
	return fma_(fma_(grad, grad, -second), all(f->one_minus_beta2), second);
}

INLINE void nadam_vector(
	float *w, float *m, float *v, const float *g, const struct nn_step_factors *f)
{
	vf grad = load_any(g), first = load_any(m), second = mean_of_squares(load_any(v), grad, f);
	first = fma_(grad - first, all(f->one_minus_beta1), first);
	store_any(m, first);
	store_any(v, second);
	vf step = fma_(first, all(f->momentum_factor), grad * all(f->gradient_factor));
	vf scale = sqrt_(second * all(f->v_factor)) + all(f->epsilon);
	store_any(w, load_any(w) - step / scale);
}

INLINE void adam_vector(
	float *w, float *m, float *v, const float *g, const struct nn_step_factors *f)
{
	vf grad = load_any(g), first = load_any(m), second = mean_of_squares(load_any(v), grad, f),
	   weight = load_any(w);
	weight = fma_(weight, -all(f->decay), weight);
	first = fma_(grad - first, all(f->one_minus_beta1), first);
	store_any(m, first);
	store_any(v, second);
	store_any(w, weight - first * all(f->momentum_factor) / (sqrt_(second) + all(f->epsilon)));
}

INLINE void sgd_vector(
	float *w, float *m, float *v, const float *g, const struct nn_step_factors *f)
{
	(void)v;
	vf weight = load_any(w), step = load_any(g) * all(f->lr);
	weight = fma_(weight, -all(f->decay), weight);
	vf momentum = fma_(load_any(m), all(f->momentum), -step);
	store_any(m, momentum);
	store_any(w, weight + (f->nesterov ? fma_(momentum, all(f->momentum), -step) : momentum));
}

INLINE void rmsprop_vector(
	float *w, float *m, float *v, const float *g, const struct nn_step_factors *f)
{
	vf grad = load_any(g), second = mean_of_squares(load_any(v), grad, f);
	vf step = grad * all(f->lr) / sqrt_(second + all(f->epsilon));
	vf momentum = fma_(load_any(m), all(f->momentum), step);
	store_any(v, second);
	store_any(m, momentum);
	store_any(w, load_any(w) - momentum);
}

INLINE void adagrad_vector(
	float *w, float *m, float *v, const float *g, const struct nn_step_factors *f)
{
	vf grad = load_any(g), second = fma_(grad, grad, load_any(v));
	(void)m;
	store_any(v, second);
	store_any(w, load_any(w) - grad * all(f->lr) / sqrt_(second + all(f->epsilon)));
}

INLINE void adadelta_vector(
	float *w, float *m, float *v, const float *g, const struct nn_step_factors *f)
{
	vf grad = load_any(g), first = load_any(m), second = mean_of_squares(load_any(v), grad, f);
	vf step = grad * sqrt_(first + all(f->epsilon)) / sqrt_(second + all(f->epsilon));
	store_any(v, second);
	store_any(m, mean_of_squares(first, step, f));
	store_any(w, fma_(step, all(-f->lr), load_any(w)));
}

/* ---- of all parameters ---- */

typedef void step_vector(
	float *w, float *m, float *v, const float *g, const struct nn_step_factors *f);

/* All whole vectors; the last few numbers in a vector padded with zeros. */
INLINE void step_all(float *w, float *m, float *v, const float *g, size_t count,
	const struct nn_step_factors *f, step_vector *step)
{
	size_t i = 0;
	for (; i + W <= count; i += W)
		step(w + i, m + i, v + i, g + i, f);
	if (i < count) {
		float rest[4][W] = { { 0 } };
		size_t bytes = (count - i) * sizeof(*w);
		memcpy(rest[0], w + i, bytes);
		memcpy(rest[1], m + i, bytes);
		memcpy(rest[2], v + i, bytes);
		memcpy(rest[3], g + i, bytes);
		step(rest[0], rest[1], rest[2], rest[3], f);
		memcpy(w + i, rest[0], bytes);
		memcpy(m + i, rest[1], bytes);
		memcpy(v + i, rest[2], bytes);
	}
}

static void nadam(
	float *w, float *m, float *v, const float *g, size_t count, const struct nn_step_factors *f)
{
	step_all(w, m, v, g, count, f, nadam_vector);
}

static void sgd(
	float *w, float *m, float *v, const float *g, size_t count, const struct nn_step_factors *f)
{
	step_all(w, m, v, g, count, f, sgd_vector);
}

static void adam(
	float *w, float *m, float *v, const float *g, size_t count, const struct nn_step_factors *f)
{
	step_all(w, m, v, g, count, f, adam_vector);
}

static void rmsprop(
	float *w, float *m, float *v, const float *g, size_t count, const struct nn_step_factors *f)
{
	step_all(w, m, v, g, count, f, rmsprop_vector);
}

static void adagrad(
	float *w, float *m, float *v, const float *g, size_t count, const struct nn_step_factors *f)
{
	step_all(w, m, v, g, count, f, adagrad_vector);
}

static void adadelta(
	float *w, float *m, float *v, const float *g, size_t count, const struct nn_step_factors *f)
{
	step_all(w, m, v, g, count, f, adadelta_vector);
}

/* The limits are the first arguments, so that a NaN in the gradient stays a NaN. */
INLINE void shape_vector(float *g, const float *w, float scale, float limit, float l2)
{
	vf grad = min_(all(limit), max_(all(-limit), load_any(g) * all(scale)));
	store_any(g, fma_(load_any(w), all(l2), grad));
}

static void shape_gradient(
	float *g, const float *w, size_t count, float scale, float limit, float l2)
{
	size_t i = 0;
	for (; i + W <= count; i += W)
		shape_vector(g + i, w + i, scale, limit, l2);
	if (i < count) {
		float rest[2][W] = { { 0 } };
		size_t bytes = (count - i) * sizeof(*g);
		memcpy(rest[0], g + i, bytes);
		memcpy(rest[1], w + i, bytes);
		shape_vector(rest[0], rest[1], scale, limit, l2);
		memcpy(g + i, rest[0], bytes);
	}
}

#endif

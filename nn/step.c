/* step.c - see step.h. */
#include "step.h"

#include <assert.h>
#include <string.h>

enum { LANES = 16 };

/* Tensors side by side that one call of a kernel may do: they are treated alike. */
struct treatment {
	bool frozen, decayed;
	double scale;
};

static struct treatment treatment_of(const struct nn_step *s, int tensor)
{
	const struct nn_tensor *t = &s->net->tensors[tensor];
	const struct nn_layer *layer = &s->net->layers[t->layer];
	return (struct treatment){ .frozen = s->frozen[tensor],
		.decayed =
			!s->optimizer->decay_kernels || (!t->bias && layer->kind != NN_BATCHNORM),
		.scale = layer->rate_scale > 0 ? layer->rate_scale : 1 };
}

static bool alike(struct treatment a, struct treatment b)
{
	return a.frozen == b.frozen && (a.frozen || (a.decayed == b.decayed && a.scale == b.scale));
}

double nn_step_clip(const struct nn_step *s)
{
	double sums[LANES] = { 0 };
	size_t place = 0;
	if (!(s->optimizer->clip_norm > 0))
		return 1;
	for (int i = 0; i < s->net->tensor_count; i++) {
		const float *g = s->gradients + s->net->tensors[i].offset;
		for (size_t k = 0; !s->frozen[i] && k < s->net->tensors[i].count; k++, place++)
			sums[place % LANES] += (double)g[k] * (double)g[k];
	}
	for (int half = LANES / 2; half > 0; half /= 2)
		for (int i = 0; i < half; i++)
			sums[i] += sums[i + half];
	const double norm = __builtin_sqrt(sums[0]);
	return norm > s->optimizer->clip_norm ? s->optimizer->clip_norm / norm : 1;
}

static void shape(const struct nn_step *s, struct treatment t, size_t at, size_t count)
{
	const struct nn_optimizer *o = s->optimizer;
	const double l2 = t.decayed ? o->l2 : 0;
	if (s->clip != 1 || o->clip_value > 0 || l2 > 0)
		s->kernels->shape_gradient(s->gradients + at, s->params + at, count, (float)s->clip,
			o->clip_value > 0 ? (float)o->clip_value : __builtin_inff(), (float)l2);
}

static void step(const struct nn_step *s, struct treatment t, size_t at, size_t count)
{
	float *w = s->params + at, *m = s->first + at, *v = s->second + at;
	const float *g = s->gradients + at;
	const struct nn_step_factors scaled = nn_step_factors_of(&s->factors, t.scale, t.decayed),
				     *f = t.scale == 1 && t.decayed ? &s->factors : &scaled;
	shape(s, t, at, count);
	s->kernels->step[s->optimizer->kind](w, m, v, g, count, f);
}

void nn_step_range(const struct nn_step *s, size_t from, size_t to)
{
	assert(from <= to && from % LANES == 0);
	for (int i = 0; i < s->net->tensor_count;) {
		const struct treatment t = treatment_of(s, i);
		size_t at = s->net->tensors[i].offset, end = at;
		for (; i < s->net->tensor_count && alike(treatment_of(s, i), t); i++)
			end += s->net->tensors[i].count;
		at = at > from ? at : from;
		end = end < to ? end : to;
		if (!t.frozen && at < end)
			step(s, t, at, end - at);
	}
}

/* Copy what is trained, or what is not. */
static void copy(const struct nn_step *s, float *to, const float *from, bool trained)
{
	for (int i = 0; i < s->net->tensor_count; i++)
		if (s->frozen[i] != trained)
			memcpy(to + s->net->tensors[i].offset, from + s->net->tensors[i].offset,
				s->net->tensors[i].count * sizeof(*to));
}

void nn_step_begin(const struct nn_step *s)
{
	if (s->slow)
		copy(s, s->slow, s->params, true);
}

void nn_step_lookahead(const struct nn_step *s, long step)
{
	if (!s->slow || step % s->optimizer->lookahead != 0)
		return;
	const size_t count = (s->net->parameter_count + LANES - 1) / LANES;
	s->kernels->lerp(s->slow, s->params, (float)s->optimizer->lookahead_share, count);
	copy(s, s->params, s->slow, true);
}

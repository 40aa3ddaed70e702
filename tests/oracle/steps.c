/* steps.c - see steps.h. */
#include "steps.h"

#include <math.h>

void steps_begin(const struct nn_optimizer *o, struct steps_weight *weights, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		weights[i].momentum = 0;
		weights[i].squares = o->kind == NN_ADAGRAD ? o->accumulator : 0;
		weights[i].slow = weights[i].weight;
	}
}

/* tf.clip_by_global_norm, tf.clip_by_value, then the gradient of l2 / 2 * w^2. */
static double shaped(
	const struct nn_optimizer *o, double norm, double g, const struct steps_weight *w)
{
	if (o->clip_norm > 0)
		g *= o->clip_norm / fmax(norm, o->clip_norm);
	if (o->clip_value > 0)
		g = fmin(fmax(g, -o->clip_value), o->clip_value);
	return g + (w->decays ? o->l2 * w->weight : 0);
}

static void step_one(const struct nn_optimizer *o, double lr, double g, struct steps_weight *w)
{
	double change;
	switch (o->kind) {
	case NN_SGD:
		w->weight -= w->decays ? lr * o->weight_decay * w->weight : 0;
		w->momentum = o->momentum * w->momentum - lr * g;
		w->weight += o->nesterov ? o->momentum * w->momentum - lr * g : w->momentum;
		break;
	case NN_RMSPROP:
		w->squares = o->rho * w->squares + (1 - o->rho) * g * g;
		w->momentum = o->momentum * w->momentum + lr * g / sqrt(w->squares + o->epsilon);
		w->weight -= w->momentum;
		break;
	case NN_ADAGRAD:
		w->squares += g * g;
		w->weight -= lr * g / sqrt(w->squares + o->epsilon);
		break;
	default: /* Adadelta */
		w->squares = o->rho * w->squares + (1 - o->rho) * g * g;
		change = -sqrt(w->momentum + o->epsilon) / sqrt(w->squares + o->epsilon) * g;
		w->momentum = o->rho * w->momentum + (1 - o->rho) * change * change;
		w->weight += lr * change;
	}
}

void steps_step(const struct nn_optimizer *o, double lr, int step, const float *gradients,
	struct steps_weight *weights, size_t count)
{
	double squares = 0;
	for (size_t i = 0; i < count; i++)
		squares += weights[i].trained ? (double)gradients[i] * gradients[i] : 0;
	for (size_t i = 0; i < count; i++) {
		struct steps_weight *w = &weights[i];
		if (!w->trained)
			continue;
		step_one(o, lr * w->rate_scale, shaped(o, sqrt(squares), gradients[i], w), w);
		if (o->lookahead > 0 && step % o->lookahead == 0)
			w->weight = w->slow += o->lookahead_share * (w->weight - w->slow);
	}
}

/* optimizer.c - the scalars of an optimizer step. The step over the weights is a kernel (kernels/optimize.h). */
#include "optimizer.h"

static double nadam_mu(double beta1, double decay_power)
{
	return beta1 * (1 - 0.5 * decay_power);
}

struct nn_step_factors nn_optimizer_advance(const struct nn_optimizer *o, struct nn_schedule *s)
{
	if (s->step == 0)
		s->decay_power = s->mu_product = s->beta2_power = 1;
	s->step++;
	s->decay_power *= 0.96;
	s->beta2_power *= o->beta2;
	double mu = nadam_mu(o->beta1, s->decay_power), mu_next = nadam_mu(o->beta1, s->decay_power * 0.96);
	s->mu_product *= mu;
	return (struct nn_step_factors){
		.one_minus_beta1 = (float)(1 - o->beta1),
		.one_minus_beta2 = (float)(1 - o->beta2),
		.gradient_factor = (float)(o->lr * (1 - mu) / (1 - s->mu_product)),
		.momentum_factor = (float)(o->lr * mu_next / (1 - s->mu_product * mu_next)),
		.v_factor = (float)(1 / (1 - s->beta2_power)),
		.epsilon = (float)o->epsilon,
		.lr = (float)o->lr,
		.momentum = (float)o->momentum,
		.decay = (float)(o->lr * o->weight_decay),
		.nesterov = o->nesterov,
	};
}

int nn_optimizer_slots(const struct nn_optimizer *o)
{
	return o->kind == NN_NADAM ? 2 : o->momentum != 0 ? 1 : 0;
}

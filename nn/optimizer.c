/* optimizer.c - the scalars of an optimizer step. The step over the weights is a kernel
 * (kernels/elementwise.h, kernels/adam.h). */
#include "optimizer.h"

#include "scalar.h"

static double cosine_fraction(double last, long done, long total)
{
	if (done >= total)
		return last;
	double sine, cosine;
	nn_sincos(3.141592653589793 * (double)done / (double)total, &sine, &cosine);
	return last + (1 - last) * (1 + cosine) / 2;
}

double nn_rate_at(const struct nn_rate *rate, double lr, long done)
{
	if (done < rate->warm_up)
		return lr * (double)(done + 1) / (double)rate->warm_up;
	done -= rate->warm_up;
	if (rate->kind == NN_RATE_COSINE)
		return lr * cosine_fraction(rate->last, done, rate->total - rate->warm_up);
	if (rate->kind == NN_RATE_STEP)
		for (; rate->every > 0 && done >= rate->every && lr > 0; done -= rate->every)
			lr *= rate->factor;
	return lr;
}

static double nadam_mu(double beta1, double decay_power)
{
	return beta1 * (1 - 0.5 * decay_power);
}

struct nn_step_factors nn_optimizer_advance(const struct nn_optimizer *o, struct nn_schedule *s)
{
	if (s->step == 0)
		s->decay_power = s->mu_product = s->beta2_power = 1;
	const double lr = nn_rate_at(&o->rate, o->lr, s->step);
	s->step++;
	s->decay_power *= 0.96;
	s->beta2_power *= o->beta2;
	if (o->kind == NN_ADAM) {
		s->mu_product *= o->beta1;
		return (struct nn_step_factors){
			.one_minus_beta1 = (float)(1 - o->beta1),
			.one_minus_beta2 = (float)(1 - o->beta2),
			.momentum_factor = (float)(lr * __builtin_sqrt(1 - s->beta2_power)
				/ (1 - s->mu_product)),
			.epsilon = (float)o->epsilon,
			.lr = (float)lr,
			.decay = (float)(lr * o->weight_decay),
		};
	}
	double mu = nadam_mu(o->beta1, s->decay_power),
	       mu_next = nadam_mu(o->beta1, s->decay_power * 0.96);
	s->mu_product *= mu;
	return (struct nn_step_factors){
		.one_minus_beta1 = (float)(1 - o->beta1),
		.one_minus_beta2 = (float)(1 - o->beta2),
		.gradient_factor = (float)(lr * (1 - mu) / (1 - s->mu_product)),
		.momentum_factor = (float)(lr * mu_next / (1 - s->mu_product * mu_next)),
		.v_factor = (float)(1 / (1 - s->beta2_power)),
		.epsilon = (float)o->epsilon,
		.lr = (float)lr,
		.momentum = (float)o->momentum,
		.decay = (float)(lr * o->weight_decay),
		.nesterov = o->nesterov,
	};
}

int nn_optimizer_slots(const struct nn_optimizer *o)
{
	return o->kind == NN_NADAM || o->kind == NN_ADAM ? 2 : o->momentum != 0 ? 1 : 0;
}

/* optimizer.c - the scalars of an optimizer step. The step over the weights is a kernel
 * (kernels/steps.h). */
#include "optimizer.h"

#include <assert.h>

#include "scalar.h"

/* 1 at 0, 0 at `total`, along half a cosine. */
static double half_cosine(long done, long total)
{
	double sine, cosine;
	nn_sincos(3.141592653589793 * (double)done / (double)total, &sine, &cosine);
	return (1 + cosine) / 2;
}

static double cosine_fraction(double last, long done, long total)
{
	return done >= total ? last : last + (1 - last) * half_cosine(done, total);
}

static double linear_fraction(double last, long done, long total)
{
	return done >= total ? last : 1 + (last - 1) * (double)done / (double)total;
}

/* From `from` to `to` in `total` steps. */
static double along(const struct nn_rate *r, double from, double to, long done, long total)
{
	if (done >= total)
		return to;
	return r->straight ? from + (to - from) * (double)done / (double)total
			   : to + (from - to) * half_cosine(done, total);
}

static double one_cycle_fraction(const struct nn_rate *r, long done, long total)
{
	return done < r->rise ? along(r, r->first, 1, done, r->rise)
			      : along(r, 1, r->last, done - r->rise, total - r->rise);
}

static double restarts_fraction(const struct nn_rate *r, long done)
{
	long period = r->every > 0 ? r->every : 1;
	for (; done >= period; period *= r->growth) {
		if (r->growth <= 1) {
			done %= period;
			break;
		}
		done -= period;
	}
	return cosine_fraction(r->last, done, period);
}

static double milestones_fraction(const struct nn_rate *r, long done)
{
	double fraction = 1;
	for (int i = 0; i < r->milestone_count && done >= r->milestones[i]; i++)
		fraction *= r->factor;
	return fraction;
}

double nn_rate_at(const struct nn_rate *rate, double lr, long done)
{
	assert(done >= 0);
	if (done < rate->warm_up)
		return lr * (double)(done + 1) / (double)rate->warm_up;
	done -= rate->warm_up;
	const long total = rate->total - rate->warm_up;
	switch (rate->kind) {
	case NN_RATE_CONSTANT: break;
	case NN_RATE_COSINE: return lr * cosine_fraction(rate->last, done, total);
	case NN_RATE_STEP:
		for (; rate->every > 0 && done >= rate->every && lr > 0; done -= rate->every)
			lr *= rate->factor;
		break;
	case NN_RATE_MILESTONES: return lr * milestones_fraction(rate, done);
	case NN_RATE_LINEAR: return lr * linear_fraction(rate->last, done, total);
	case NN_RATE_EXPONENTIAL:
		return rate->every > 0
			? lr * nn_exp(nn_log(rate->factor) * (double)done / (double)rate->every)
			: lr;
	case NN_RATE_ONE_CYCLE: return lr * one_cycle_fraction(rate, done, total);
	case NN_RATE_RESTARTS: return lr * restarts_fraction(rate, done);
	}
	return lr;
}

static double nadam_mu(double beta1, double decay_power)
{
	return beta1 * (1 - 0.5 * decay_power);
}

struct nn_step_factors nn_optimizer_advance(const struct nn_optimizer *o, struct nn_schedule *s)
{
	if (s->step == 0)
		s->decay_power = s->mu_product = s->beta2_power = s->scale = 1;
	const double lr = nn_rate_at(&o->rate, o->lr, s->step) * s->scale;
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
	if (o->kind != NN_NADAM && o->kind != NN_SGD)
		return (struct nn_step_factors){
			.one_minus_beta2 = (float)(1 - o->rho),
			.epsilon =
				(float)(o->epsilon + (o->kind == NN_ADAGRAD ? o->accumulator : 0)),
			.lr = (float)lr,
			.momentum = (float)o->momentum,
			.decay = (float)(lr * o->weight_decay),
		};
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

struct nn_step_factors nn_step_factors_of(
	const struct nn_step_factors *f, double scale, bool decayed)
{
	struct nn_step_factors of = *f;
	of.lr = (float)(f->lr * scale);
	of.gradient_factor = (float)(f->gradient_factor * scale);
	of.momentum_factor = (float)(f->momentum_factor * scale);
	of.decay = decayed ? (float)(f->decay * scale) : 0;
	return of;
}

int nn_optimizer_slots(const struct nn_optimizer *o)
{
	switch (o->kind) {
	case NN_NADAM:
	case NN_ADAM:
	case NN_ADADELTA: return 2;
	case NN_RMSPROP: return o->momentum != 0 ? 2 : 1;
	case NN_ADAGRAD: return 1;
	case NN_SGD: return o->momentum != 0 ? 1 : 0;
	}
	return 2;
}

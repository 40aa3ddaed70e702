/* optimizer.h - optimizers with Keras's formulas (paper.md, "Training"), learning rate schedules,
 * gradient clipping, weight decay, and averages of the weights. One state for all parameters;
 * frozen tensors are not touched. */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

enum nn_optimizer_kind { NN_NADAM, NN_SGD, NN_ADAM, NN_RMSPROP, NN_ADAGRAD, NN_ADADELTA };

/* How the learning rate depends on the number of steps done, s = 0, 1, ... Zero-initialised: it is
 * constant.
 *   warm-up      while s < warm_up: lr * (s + 1) / warm_up. The schedules below count from its end:
 *                s -= warm_up, total -= warm_up
 *   constant     lr
 *   cosine       lr * (last + (1 - last) * (1 + cos(pi * s / total)) / 2); lr * last from
 *                s = total on (Loshchilov and Hutter, 2017, one period)
 *   step         lr * factor^(s / every rounded down)
 *   milestones   lr * factor^(number of milestones that are at most s)
 *   linear       lr * (1 + (last - 1) * s / total); lr * last from s = total on
 *   exponential  lr * factor^(s / every)
 *   one cycle    from lr * first to lr while s < rise, then to lr * last at s = total, along half
 *                a cosine or linearly (Smith and Topin, 2018; half cosines as in PyTorch's
 *                OneCycleLR)
 *   restarts     cosine with warm restarts: the first period has `every` steps, each further one
 *                `growth` times as many (Loshchilov and Hutter, 2017) */
enum nn_rate_kind {
	NN_RATE_CONSTANT,
	NN_RATE_COSINE,
	NN_RATE_STEP,
	NN_RATE_MILESTONES,
	NN_RATE_LINEAR,
	NN_RATE_EXPONENTIAL,
	NN_RATE_ONE_CYCLE,
	NN_RATE_RESTARTS,
};

enum { NN_MILESTONES_MAX = 16 };

struct nn_rate {
	enum nn_rate_kind kind;
	long warm_up;  /* steps */
	long total;    /* cosine, linear, one cycle: steps, warm-up included */
	double last;   /* cosine, linear, one cycle, restarts: fraction of lr at the end */
	long every;    /* steps: between two drops; per factor (exponential); the first period */
	double factor; /* step, milestones, exponential */
	long milestones[NN_MILESTONES_MAX]; /* ascending */
	int milestone_count;
	long rise;     /* one cycle: steps until the maximum */
	double first;  /* one cycle: fraction of lr at the start */
	bool straight; /* one cycle: linear, not along cosines */
	int growth;    /* restarts: at least 1 */
};

/* The learning rate of the next step after `done` steps. */
double nn_rate_at(const struct nn_rate *rate, double lr, long done);

struct nn_optimizer {
	enum nn_optimizer_kind kind;
	double lr;
	double beta1, beta2, epsilon; /* Nadam, Adam: 0.9, 0.999, 1e-7; epsilon: all but SGD */
	double momentum;              /* SGD, RMSprop */
	double rho;                   /* RMSprop, Adadelta */
	double accumulator;           /* Adagrad: initial value of the sum of squares */
	/* SGD and Adam (which is then AdamW: Loshchilov and Hutter, 2019). Decoupled: before the
	 * step w -= lr * weight_decay * w, also for biases, gammas and betas, as in Keras. */
	double weight_decay;
	double l2;          /* all kinds: gradient += l2 * w, after clipping */
	bool decay_kernels; /* weight_decay and l2 leave out biases, gammas and betas */
	/* Above 0: if the norm of the gradient of all trained parameters is larger, the gradient is
	 * scaled to this norm. */
	double clip_norm;
	double clip_value; /* above 0: gradient limited to +- clip_value, after clip_norm */
	/* Above 0 (Zhang et al., 2019): after every `lookahead` steps slow += (w - slow) *
	 * lookahead_share, then w = slow. */
	int lookahead;
	double lookahead_share;
	bool nesterov; /* SGD */
	struct nn_rate rate;
	/* Keras's use_ema with ema_momentum: average = the weights after the first step, then
	 * average += (w - average) (1 - average_momentum) after each step (nn_trainer_average). 0:
	 * no average. */
	double average_momentum;
};

/* The scalars that change from step to step. Zero-initialise. nn_optimizer_advance advances them in
 * double precision, by products alone (no pow). A checkpoint saves all of them. */
struct nn_schedule {
	long step;          /* steps done */
	double decay_power; /* 0.96^step */
	double mu_product;  /* product of mu_1 .. mu_step; Adam: beta1^step */
	double beta2_power; /* beta2^step */
	double scale;       /* at most 1; multiplies the learning rate; the caller may lower it on a
			       plateau */
};

/* The factors of one step, rounded to float once. g is the gradient after clipping and l2. lr is
 * nn_rate_at times the schedule's scale, and decay = lr * weight_decay.
 *   Nadam     m += (g - m) (1 - beta1);  v += (g g - v) (1 - beta2);
 *             w -= (gradient_factor g + momentum_factor m) / (sqrt(v * v_factor) + epsilon)
 *             with mu_t = beta1 (1 - 0.5 * 0.96^t),
 *             gradient_factor = lr (1 - mu_t) / (1 - prod mu_1..t),
 *             momentum_factor = lr mu_(t+1) / (1 - prod mu_1..(t+1)),
 *             v_factor = 1 / (1 - beta2^t)
 *   Adam      w -= decay w;  m, v as Nadam;  w -= momentum_factor m / (sqrt(v) + epsilon)
 *             with momentum_factor = lr sqrt(1 - beta2^t) / (1 - beta1^t)
 *             (Kingma and Ba, 2015; epsilon as at the end of its section 2, as in Keras)
 *   SGD       w -= decay w;  m = momentum m - lr g;  w += nesterov ? momentum m - lr g : m
 *   RMSprop   v += (g g - v) (1 - rho);  m = momentum m + lr g / sqrt(v + epsilon);  w -= m
 *   Adagrad   v += g g;  w -= lr g / sqrt(v + accumulator + epsilon)
 *   Adadelta  v += (g g - v) (1 - rho);  d = g sqrt(m + epsilon) / sqrt(v + epsilon);
 *             m += (d d - m) (1 - rho);  w -= lr d */
struct nn_step_factors {
	float one_minus_beta1, one_minus_beta2, gradient_factor, momentum_factor, v_factor, epsilon;
	float lr, momentum, decay;
	bool nesterov;
};

/* Advance the schedule by one step and return the step's factors. */
struct nn_step_factors nn_optimizer_advance(const struct nn_optimizer *o, struct nn_schedule *s);

/* The factors for a tensor with learning rate lr * scale; without decay if `decayed` is false. */
struct nn_step_factors nn_step_factors_of(
	const struct nn_step_factors *f, double scale, bool decayed);

/* Floats of optimizer state per trained parameter, without average and lookahead: Nadam, Adam and
 * Adadelta 2 (m, v), RMSprop 1 (v; with momentum 2), Adagrad 1, SGD 0 (with momentum 1). */
int nn_optimizer_slots(const struct nn_optimizer *o);

#endif

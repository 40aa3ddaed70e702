/* optimizer.h - Nadam, SGD and Adam with Keras's formulas (paper.md, "Training"), learning rates
 * that change with the step, and averages of the weights. One state for all parameters; frozen
 * tensors are not touched. */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

enum nn_optimizer_kind { NN_NADAM, NN_SGD, NN_ADAM };

/* How the learning rate changes with the number of steps done, s = 0, 1, ... Zero-initialised: it
 * does not. warm-up   while s < warm_up: lr * (s + 1) / warm_up, after which s counts from there: s
 * -= warm_up, total -= warm_up constant  lr cosine    lr * (last + (1 - last) * (1 + cos(pi * s /
 * total)) / 2); lr * last from s = total on (Loshchilov and Hutter, 2017, one period) step      lr
 * * factor^(s / every rounded down) */
enum nn_rate_kind { NN_RATE_CONSTANT, NN_RATE_COSINE, NN_RATE_STEP };

struct nn_rate {
	enum nn_rate_kind kind;
	long warm_up;  /* steps */
	long total;    /* cosine: steps, warm-up included */
	double last;   /* cosine: fraction of lr at the end */
	long every;    /* step: steps between two drops */
	double factor; /* step */
};

/* The learning rate of the step after `done` steps. */
double nn_rate_at(const struct nn_rate *rate, double lr, long done);

struct nn_optimizer {
	enum nn_optimizer_kind kind;
	double lr;
	double beta1, beta2, epsilon; /* Nadam, Adam: 0.9, 0.999, 1e-7 */
	double momentum;              /* SGD */
	/* SGD, Adam (then it is AdamW: Loshchilov and Hutter, 2019), decoupled: before the step
	 * w -= lr * weight_decay * w, also for biases, gammas and betas, as Keras does. */
	double weight_decay;
	bool nesterov; /* SGD */
	struct nn_rate rate;
	/* Keras's use_ema with ema_momentum: average = the weights after the first step, then
	 * average += (w - average) (1 - average_momentum) after each step (nn_trainer_average). 0:
	 * none. */
	double average_momentum;
};

/* The scalars that change from step to step. Zero-initialise; advanced by nn_optimizer_advance, in
 * double precision, by products alone (no pow): a checkpoint saves them as they are. */
struct nn_schedule {
	long step;          /* steps done */
	double decay_power; /* 0.96^step */
	double mu_product;  /* product of mu_1 .. mu_step; Adam: beta1^step */
	double beta2_power; /* beta2^step */
};

/* The factors of one step, rounded to float once:
 *   Nadam  m += (g - m) (1 - beta1);  v += (g g - v) (1 - beta2);  w -= (gradient_factor g +
 * momentum_factor m) / (sqrt(v * v_factor) + epsilon) with mu_t = beta1 (1 - 0.5 * 0.96^t),
 * gradient_factor = lr (1 - mu_t) / (1 - prod mu_1..t), momentum_factor = lr mu_(t+1) / (1 - prod
 * mu_1..(t+1)), v_factor = 1 / (1 - beta2^t) (lr and decay = lr * weight_decay are of this step:
 * nn_rate_at) Adam   w -= decay w;  m, v as Nadam;  w -= momentum_factor m / (sqrt(v) + epsilon),
 * momentum_factor = lr sqrt(1 - beta2^t) / (1 - beta1^t) (Kingma and Ba, 2015, with the epsilon of
 * the end of its section 2, as in Keras) SGD    w -= decay w;  m = momentum m - lr g;  w +=
 * nesterov ? momentum m - lr g : m */
struct nn_step_factors {
	float one_minus_beta1, one_minus_beta2, gradient_factor, momentum_factor, v_factor, epsilon;
	float lr, momentum, decay;
	bool nesterov;
};

/* Advance the schedule by one step and give the step's factors. */
struct nn_step_factors nn_optimizer_advance(const struct nn_optimizer *o, struct nn_schedule *s);

/* Floats of state a trained parameter needs, averages aside: Nadam and Adam 2 (m, v), SGD with
 * momentum 1, plain SGD 0. */
int nn_optimizer_slots(const struct nn_optimizer *o);

#endif

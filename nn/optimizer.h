/* optimizer.h - optimizers with Keras's formulas (paper.md, "Training"), learning rates that change
 * with the step, clipping and decay, averages of the weights. One state for all parameters; frozen
 * tensors are not touched. */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

enum nn_optimizer_kind { NN_NADAM, NN_SGD, NN_ADAM, NN_RMSPROP, NN_ADAGRAD, NN_ADADELTA };

/* How the learning rate changes with the number of steps done, s = 0, 1, ... Zero-initialised: it
 * does not.
 *   warm-up      while s < warm_up: lr * (s + 1) / warm_up. Then s counts from there: s -= warm_up,
 *                total -= warm_up
 *   constant     lr
 *   cosine       lr * (last + (1 - last) * (1 + cos(pi * s / total)) / 2); lr * last from s = total
 *                on (Loshchilov and Hutter, 2017, one period)
 *   step         lr * factor^(s / every rounded down)
 *   milestones   lr * factor^(number of milestones that are at most s)
 *   linear       lr * (1 + (last - 1) * s / total); lr * last from s = total on
 *   exponential  lr * factor^(s / every)
 *   one cycle    from lr * first to lr while s < rise, then to lr * last at s = total, along half a
 *                cosine or straight (Smith and Topin, 2018; half cosines as in PyTorch's
 * OneCycleLR) restarts     cosine again and again: the first period has `every` steps, each further
 * one `growth` times as many (Loshchilov and Hutter, 2017) */
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
	long every;    /* step: steps between two drops; exponential: steps to a factor; restarts */
	double factor; /* step, milestones, exponential */
	long milestones[NN_MILESTONES_MAX]; /* ascending */
	int milestone_count;
	long rise;     /* one cycle */
	double first;  /* one cycle: fraction of lr at the beginning */
	bool straight; /* one cycle */
	int growth;    /* restarts: at least 1 */
};

/* The learning rate of the step after `done` steps. */
double nn_rate_at(const struct nn_rate *rate, double lr, long done);

struct nn_optimizer {
	enum nn_optimizer_kind kind;
	double lr;
	double beta1, beta2, epsilon; /* Nadam, Adam: 0.9, 0.999, 1e-7; epsilon: all but SGD */
	double momentum;              /* SGD, RMSprop */
	double rho;                   /* RMSprop, Adadelta */
	double accumulator;           /* Adagrad: what the sum of squares starts from */
	/* SGD, Adam (then it is AdamW: Loshchilov and Hutter, 2019), decoupled: before the step
	 * w -= lr * weight_decay * w, also for biases, gammas and betas, as Keras does. */
	double weight_decay;
	double l2;          /* all kinds: gradient += l2 * w, after clipping */
	bool decay_kernels; /* weight_decay and l2 leave out biases, gammas and betas */
	double clip_norm;   /* above 0: gradient *= clip_norm / its norm if that is larger; of all
			       trained parameters together */
	double clip_value;  /* above 0: gradient limited to +- clip_value, after clip_norm */
	int lookahead;      /* above 0 (Zhang et al., 2019): after every so many steps slow +=
			       (w - slow) * lookahead_share, then w = slow */
	double lookahead_share;
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
	double scale;       /* 1, or less: multiplies the learning rate; the caller may lower it
			       between epochs (on a plateau) */
};

/* The factors of one step, rounded to float once (lr and decay = lr * weight_decay are of this
 * step: nn_rate_at times the schedule's scale): Nadam     m += (g - m) (1 - beta1);  v += (g g - v)
 * (1 - beta2); w -= (gradient_factor g + momentum_factor m) / (sqrt(v * v_factor) + epsilon) with
 * mu_t = beta1 (1 - 0.5 * 0.96^t), gradient_factor = lr (1 - mu_t) / (1 - prod mu_1..t),
 * momentum_factor = lr mu_(t+1) / (1 - prod mu_1..(t+1)), v_factor = 1 / (1 - beta2^t) Adam      w
 * -= decay w;  m, v as Nadam;  w -= momentum_factor m / (sqrt(v) + epsilon), momentum_factor = lr
 * sqrt(1 - beta2^t) / (1 - beta1^t) (Kingma and Ba, 2015, with the epsilon of the end of its
 * section 2, as in Keras) SGD       w -= decay w;  m = momentum m - lr g;  w += nesterov ? momentum
 * m - lr g : m RMSprop   v += (g g - v) (1 - rho);  m = momentum m + lr g / sqrt(v + epsilon);  w
 * -= m Adagrad   v += g g;  w -= lr g / sqrt(v + accumulator + epsilon) Adadelta  v += (g g - v) (1
 * - rho);  d = g sqrt(m + epsilon) / sqrt(v + epsilon); m += (d d - m) (1 - rho);  w -= lr d In all
 * of them g is the gradient after clipping and l2. */
struct nn_step_factors {
	float one_minus_beta1, one_minus_beta2, gradient_factor, momentum_factor, v_factor, epsilon;
	float lr, momentum, decay;
	bool nesterov;
};

/* Advance the schedule by one step and give the step's factors. */
struct nn_step_factors nn_optimizer_advance(const struct nn_optimizer *o, struct nn_schedule *s);

/* The same for a tensor whose learning rate is lr * scale, and without decay if `decayed` is false.
 */
struct nn_step_factors nn_step_factors_of(
	const struct nn_step_factors *f, double scale, bool decayed);

/* Floats of state a trained parameter needs, averages and lookahead aside: Nadam, Adam and Adadelta
 * 2 (m, v), RMSprop 1 (v) or with momentum 2, Adagrad 1, SGD with momentum 1, plain SGD 0. */
int nn_optimizer_slots(const struct nn_optimizer *o);

#endif

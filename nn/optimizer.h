/* optimizer.h - Nadam and SGD with Keras's formulas (paper.md, "Training"). One state for all parameters; frozen tensors are not touched. */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

enum nn_optimizer_kind { NN_NADAM, NN_SGD };

struct nn_optimizer {
	enum nn_optimizer_kind kind;
	double lr;
	double beta1, beta2, epsilon;  /* Nadam: 0.9, 0.999, 1e-7 */
	double momentum;               /* SGD */
	double weight_decay;           /* SGD, decoupled: w -= lr * weight_decay * w, before the step, biases too, as Keras does */
	bool nesterov;                 /* SGD */
};

/* The scalars that change from step to step. Zero-initialise; advanced by nn_optimizer_advance, in double precision, by products
 * alone (no pow): a checkpoint saves them as they are. */
struct nn_schedule {
	long step;          /* steps done */
	double decay_power; /* 0.96^step */
	double mu_product;  /* product of mu_1 .. mu_step */
	double beta2_power; /* beta2^step */
};

/* The factors of one step, rounded to float once:
 *   Nadam  m += (g - m) (1 - beta1);  v += (g g - v) (1 - beta2);  w -= (gradient_factor g + momentum_factor m) / (sqrt(v * v_factor) + epsilon)
 *          with mu_t = beta1 (1 - 0.5 * 0.96^t), gradient_factor = lr (1 - mu_t) / (1 - prod mu_1..t),
 *          momentum_factor = lr mu_(t+1) / (1 - prod mu_1..(t+1)), v_factor = 1 / (1 - beta2^t)
 *   SGD    w -= decay w;  m = momentum m - lr g;  w += nesterov ? momentum m - lr g : m */
struct nn_step_factors {
	float one_minus_beta1, one_minus_beta2, gradient_factor, momentum_factor, v_factor, epsilon;
	float lr, momentum, decay;
	bool nesterov;
};

/* Advance the schedule by one step and give the step's factors. */
struct nn_step_factors nn_optimizer_advance(const struct nn_optimizer *o, struct nn_schedule *s);

/* Floats of state a trained parameter needs: Nadam 2 (m, v), SGD with momentum 1, plain SGD 0. */
int nn_optimizer_slots(const struct nn_optimizer *o);

#endif

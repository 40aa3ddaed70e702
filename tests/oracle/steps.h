/* steps.h - optimizers beyond Adam, one weight at a time, in double precision, as Keras's
 * documentation and source state them; Lookahead and clipping as their papers and PyTorch do. */
#ifndef ORACLE_STEPS_H
#define ORACLE_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "nn/nn.h"

/* One weight and what its optimizer remembers: RMSprop velocity and momentum, Adagrad the
 * accumulator in squares, Adadelta both accumulators. */
struct steps_weight {
	double weight, momentum, squares, slow;
	bool trained, decays; /* false: a bias, gamma or beta that l2 leaves out */
	double rate_scale;
};

/* Before the first step. */
void steps_begin(const struct nn_optimizer *o, struct steps_weight *weights, size_t count);

/* One step of all weights with these gradients; step counts from 1, lr is the step's. Kinds NN_SGD,
 * NN_RMSPROP, NN_ADAGRAD and NN_ADADELTA. */
void steps_step(const struct nn_optimizer *o, double lr, int step, const float *gradients,
	struct steps_weight *weights, size_t count);

#endif

/* wide.h - an oracle for the layers and losses beyond the paper's: a whole batch at a time (batch
 * normalisation needs it), plain loops, double precision, written from nn's headers. It stands
 * beside oracle.h, which runs one image at a time, and shares nothing with it.
 *
 * Every value carries a bound of how far a computation in fp32 may be from it (running error
 * analysis: each operation adds its own rounding, at most 2^-24 of its result, to what its
 * arguments bring). So a test needs no tolerance of its own. */
#ifndef ORACLE_WIDE_H
#define ORACLE_WIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "nn/nn.h"

struct wide_number {
	double value, error; /* error in units of 2^-24, to first order */
};

struct wide {
	const struct nn_net *net;
	uint32_t count; /* images in the batch */
	/* Set by the caller between wide_new and wide_forward. */
	bool training;      /* batch statistics, soft labels */
	const bool *frozen; /* [tensor_count], or NULL: a batch normalisation with both frozen uses
			       its moving statistics */
	double label_smoothing;
	uint32_t partner_distance; /* image i has the label of image (i + distance) % count with
				      this share */
	double partner_share;
	const uint8_t *labels;      /* [count] */
	struct wide_number *params; /* [parameter_count] */
	struct wide_number *images; /* [count][image]; every network input sees them */
	/* Results. */
	struct wide_number *out[NN_LAYERS_MAX]; /* [count][channels][height][width] */
	struct wide_number
		*slope[NN_LAYERS_MAX];           /* of the mean loss, summed over outputs, by out */
	struct wide_number *gradients;           /* [parameter_count] */
	struct wide_number loss[NN_OUTPUTS_MAX]; /* sums over the batch */
	struct wide_number *batch_mean[NN_LAYERS_MAX],
		*batch_variance[NN_LAYERS_MAX]; /* [channels], of batch normalisations that used
						   them */
};

/* Memory that runs out ends the program. */
struct wide *wide_new(const struct nn_net *net, uint32_t count);
void wide_free(struct wide *w);

void wide_forward(struct wide *w);
void wide_backward(struct wide *w); /* after wide_forward */

/* Is got within what fp32 may give for want? */
bool wide_close(double got, struct wide_number want);

/* Keras, class Adam, with the weight decay of class Optimizer; step counts from 1. */
void wide_adam(double *weight, double *first, double *second, double gradient, int step, double lr,
	double beta1, double beta2, double epsilon, double weight_decay);

#endif

/* oracle.h - the training core once more: plain loops, double precision, one image at a time,
 * written from nn's headers and from Keras's documentation without looking at nn's code. Tests
 * compare the two. Slow, and meant to be read.
 *
 * Beside every value goes its mass: the same computation on absolute values. A computation in fp32
 * errs by a small multiple of 2^-24 of the mass and not of the value, which may be small by
 * cancellation; so the tolerance of a test is ORACLE_UNIT * mass. */
#ifndef ORACLE_ORACLE_H
#define ORACLE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/net.h"

/* fp32 rounds each operation by at most u = 2^-24. The longest sums of our networks have a few
 * thousand terms, whose roundings add up like a random walk: at most some 60 u of the mass is seen,
 * while one wrong term among 10,000 equal ones is 1700 u. */
#define ORACLE_UNIT (64 * 5.9604644775390625e-8)

/* One of the two computations, on values or on masses. */
struct oracle_side {
	double *params;             /* [net->parameter_count]; masses: |params| */
	double *out[NN_LAYERS_MAX]; /* each layer's output [channels][height][width]; of NN_OUTPUT
				       the probabilities */
	double *before[NN_LAYERS_MAX]; /* the same before a layer's own ReLU */
	double *slope[NN_LAYERS_MAX];  /* derivative of the loss with respect to each layer's output
					*/
	double *gradients;             /* [net->parameter_count], added up over images */
};

struct oracle {
	const struct nn_net *net;
	struct oracle_side value, mass;
	const unsigned char *masks[NN_LAYERS_MAX]; /* set by the caller: per unit of a dropout layer
						      1 kept, 0 dropped; NULL: dropout is off */
	/* A ReLU's input or the gap between the two largest of a pooling window may be smaller than
	 * what fp32 can tell from 0. Then the slope is in doubt and its mass grows by all of it,
	 * unless `exact` says that the core computes these numbers without rounding (small
	 * integers), ties included. */
	bool exact;
	int label;
	double loss[NN_OUTPUTS_MAX];
	double loss_mass[NN_OUTPUTS_MAX];
};

/* params are converted to double. Memory that runs out ends the program. */
struct oracle *oracle_new(const struct nn_net *net, const float *params);
void oracle_free(struct oracle *o);

/* Images [channels][height][width], one a network input. Sets every layer's out, and loss. */
void oracle_forward(struct oracle *o, const double *const images[], int label);

/* After oracle_forward: adds to the gradients the derivatives of (sum of the losses over outputs) *
 * weight. */
void oracle_backward(struct oracle *o, double weight);

/* The logits that enter output k, and their masses. */
const double *oracle_logits(const struct oracle *o, int k);
const double *oracle_logits_mass(const struct oracle *o, int k);

/* Optimizers, one parameter at a time, as Keras's documentation and source state them. */
struct oracle_slot {
	double weight, first, second;
	double mu_product; /* start at 1 */
};
/* step counts from 1. */
void oracle_nadam(struct oracle_slot *s, double gradient, int step, double lr, double beta1,
	double beta2, double epsilon);
void oracle_sgd(struct oracle_slot *s, double gradient, double lr, double momentum, bool nesterov,
	double weight_decay);

/* Initial weights: He normal's distribution function at x, and Glorot uniform's limit. */
double oracle_he_normal_cdf(double x, int fan_in);
double oracle_glorot_limit(int fan_in, int fan_out);

/* Output pixel (x, y) takes the input at (map[0] x + map[1] y + map[2], map[3] x + map[4] y +
 * map[5]), bilinearly, borders reflected (d c b a | a b c d | d c b a); brightness is added, the
 * result clipped to [0, 1]. */
void oracle_warp(const double map[6], double brightness, const uint8_t *image,
	struct nn_shape shape, double *out);

/* The map of Keras's layers one after the other: first rotate by `turns`, then zoom (factors of
 * width and height), then shift by (right, down) pixels, each about or along the image's centre. */
void oracle_warp_map(double turns, double zoom_x, double zoom_y, double right, double down,
	struct nn_shape shape, double map[6]);

/* Keras's EarlyStopping(restore_best_weights=True), transcribed. Zero-initialise the state. */
struct oracle_stop {
	bool maximize;
	int patience; /* 0: never stops (ours, not Keras's) */
	double min_delta;
	int start_from_epoch;
	bool begun, have_weights;
	double best;
	int best_epoch, wait;
};
void oracle_stop_epoch(struct oracle_stop *s, int epoch, double value, bool *keep, bool *stop);

#endif

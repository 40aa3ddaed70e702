/* check.h - hold the core against the oracle: one network, one batch, every kernel variant, several
 * numbers of threads. For cmocka tests. */
#ifndef ORACLE_CHECK_H
#define ORACLE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "nn/nn.h"
#include "oracle.h"

/* Numbers for tests that share nothing with nn/rng.h (splitmix64). */
uint64_t check_random(uint64_t *state);
uint32_t check_below(uint64_t *state, uint32_t limit);
double check_uniform(uint64_t *state, double low, double high);

/* Owned arrays behind a struct nn_images. */
struct check_images {
	uint8_t *pixels, *labels;
	struct nn_images images;
};
/* Uniformly random pixels (or only 0 and 255) and labels below classes. */
struct check_images check_images_new(
	uint64_t seed, struct nn_shape shape, uint32_t count, int classes, bool black_and_white);
void check_images_free(struct check_images *i);

/* Random weights and biases of a size that keeps activations near 1. Exact: small whole numbers
 * times a power of two, so that fp32 computes every convolution, pooling and dense layer without
 * rounding, and equal values abound. */
void check_params(uint64_t seed, const struct nn_net *net, bool exact, float *params);

struct check {
	const char *what; /* for messages */
	const struct nn_net *net;
	uint64_t seed;  /* of everything random */
	uint32_t count; /* images in the batch */
	int batch_size; /* 0: count */
	bool exact;
	bool threads; /* always 1, 2 and 3 threads, instead of 1 and, where there is more than one
			 block, 2 */
	const struct nn_augment *augment; /* NULL: none */
	bool augmented[NN_OUTPUTS_MAX];
	uint16_t phase;
	uint32_t epoch;
	const unsigned char *masks[NN_LAYERS_MAX]; /* of dropout layers, [count][units] as in
						      oracle.h; all NULL: dropout is off */
};

/* Logits, loss, correct predictions and the gradients of all parameters agree with the oracle;
 * every variant and number of threads gives the same bits. Fails the running cmocka test, naming
 * what, place and both values. */
void check_network(const struct check *c);

/* The batch of a check as the core sees it; order is [count], owned by the caller. */
struct nn_epoch check_epoch(
	const struct check *c, const struct check_images *images, uint32_t *order);

#endif

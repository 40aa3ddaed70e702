/* check_wide.h - hold the core against the oracle of whole batches (wide.h): one network, one
 * batch, every kernel variant, several numbers of threads; and the oracle against differences of
 * its loss. For cmocka tests. */
#ifndef ORACLE_CHECK_WIDE_H
#define ORACLE_CHECK_WIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "nn/nn.h"
#include "wide.h"

struct wide_check {
	const char *what;
	const struct nn_net *net;
	uint64_t seed;
	uint32_t count; /* images in the batch */
	bool training;
	bool kinks; /* so many rectifiers that a difference may cross a kink: it is left out */
	const bool *frozen;
	double label_smoothing, mixup;
	const struct nn_net *teacher; /* with random weights; NULL: none */
	double distill, temperature;
};

/* Logits, losses, correct predictions and gradients agree with the oracle; every variant and number
 * of threads gives the same bits; the oracle's gradients are the derivatives of its loss. Fails the
 * running test, naming what, place and both values. */
void check_wide(const struct wide_check *c);

/* Random weights that keep activations near 1, statistics and scales away from what they start as.
 */
void check_wide_params(uint64_t seed, const struct nn_net *net, float *params);

/* The oracle after wide_forward on the batch of e. Freed by the caller (wide_free). */
struct wide *check_wide_oracle(
	const struct wide_check *c, const struct nn_epoch *e, const float *params, bool training);

/* Fail the test unless got is within what fp32 may give for want. */
void check_wide_close(const struct wide_check *c, const char *what, size_t place, double got,
	struct wide_number want);

#endif

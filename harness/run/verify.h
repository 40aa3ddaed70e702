/* verify.h - run a recorded trial again, from the start and from the database alone, and compare every epoch's losses and accuracies and every
 * digest with what is recorded. Nothing is written. */
#ifndef RUN_VERIFY_H
#define RUN_VERIFY_H

#include <stdatomic.h>

#include "../../nn/nn.h"
#include "../data/dataset.h"
#include "../store/store.h"

struct verify_options {
	const struct nn_kernels *kernels; /* NULL: the fastest */
	int threads;
	const struct dataset_places *places;
	const atomic_int *stop;           /* as in trial_run.h */
};

enum verify_verdict {
	VERIFY_EXACT,   /* every number and digest is the same, to the bit */
	VERIFY_DIFFERS,
	VERIFY_CANNOT,  /* other data, another core version, or it did not come to its end: nothing can be said */
};

struct verify_result {
	enum verify_verdict verdict;
	int epochs, digests;    /* compared and the same */
	char text[1280];        /* differs: the first difference ("phase unify, epoch 3, output 1: val_loss 0.41 recorded, 0.42 now, 2.4e-02 apart");
	                         * cannot: why */
};

/* Verify the finished trial with this identity. Returns 0 with *out, or -1 with e (no such finished trial: ERR_USAGE; database: ERR_ENVIRONMENT). */
int verify_trial(struct store *s, const char *identity, const struct verify_options *options, struct verify_result *out, struct err *e);

#endif

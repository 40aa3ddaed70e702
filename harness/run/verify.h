/* verify.h - run recorded trials again from the start, using only the records, and compare every
 * epoch's losses and accuracies, every digest, the final metrics and the trained weights. Nothing
 * is written. */
#ifndef RUN_VERIFY_H
#define RUN_VERIFY_H

#include <stdatomic.h>

#include "../../nn/nn.h"
#include "../data/dataset.h"
#include "recorded.h"

struct verify_options {
	const struct nn_kernels *kernels; /* NULL: the fastest */
	int threads;                      /* within a trial */
	int workers; /* trials at the same time, each in a process of its own */
	const atomic_int
		*stop; /* not 0: start no other trial; those at work end with VERIFY_CANNOT */
};

enum verify_verdict {
	VERIFY_EXACT,  /* every number and digest is the same, to the bit */
	VERIFY_WITHIN, /* of a program: within the tolerances of its sweep */
	VERIFY_DIFFERS,
	VERIFY_CANNOT, /* other data, another core version, or it did not come to its end: nothing
			  can be said */
};

struct verify_result {
	enum verify_verdict verdict;
	int epochs, digests, tensors; /* compared and the same */
	char text[1280]; /* differs: the first difference ("phase unify, epoch 3, output 1: val_loss
			  * 0.41 recorded, 0.42 now, 2.4e-02 apart"); cannot: why */
	char weights[640]; /* the first tensor of the trained weights that differs, where, and how
			      far apart they are; "": none, or none recorded */
};

/* Can the trial be verified by this program on this data? Returns 0, or -1 with why not (data NULL:
 * only the core version is looked at). */
int verify_possible(
	const struct recorded_trial *t, const struct dataset *data, char *why, size_t size);

/* A trial to verify: a row of the recorded trials, and its data (verify_possible). */
struct verify_job {
	size_t row;
	const struct dataset *data;
};

/* Verify the trials, `workers` at a time; done is called for each, as they come to their ends.
 * Returns 0, or -1 with e when the machine fails. */
int verify_trials(const struct recorded *r, const struct verify_job *jobs, size_t count,
	const struct verify_options *options,
	void (*done)(
		void *context, const struct verify_job *job, const struct verify_result *result),
	void *context, struct err *e);

#endif

/* robustness.h - the trained networks of a sweep on corrupted test images (plan/robustness.h):
 * missing evaluations use the weights kept in the database; nothing is trained.
 *
 * All networks see the same corrupted images (nn/corrupt.h), and the accuracies are the same bits
 * for every number of workers, every kernel variant and machine. First a network is evaluated on
 * the clean images. If it does not give the recorded predictions and test accuracy, that is a
 * reproducibility failure and nothing is recorded for it. */
#ifndef RUN_ROBUSTNESS_H
#define RUN_ROBUSTNESS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "../../nn/nn.h"
#include "../data/dataset.h"
#include "../plan/sweep.h"
#include "../store/open.h"

/* Events for the display. All pointers are lent for the call. */
enum robustness_event_kind {
	ROBUSTNESS_STEP, /* evaluations have been recorded; corruption and severity are those of the
			    last */
	ROBUSTNESS_TICK, /* a few times a second, so that clocks on the screen go on */
	ROBUSTNESS_PROBLEM, /* text says what is wrong, and what to do */
};

struct robustness_event {
	enum robustness_event_kind kind;
	size_t done, total; /* evaluations of this call: a network (fold), a corruption and a
			       severity each */
	const char *dataset, *corruption;
	double severity;
	const char *text;
};

struct robustness_options {
	int workers;                      /* threads that evaluate, at least 1 */
	const struct nn_kernels *kernels; /* NULL: the fastest */
	const struct dataset_places *places;
	double time_limit;      /* seconds after which no evaluation is begun; 0: none */
	const atomic_int *stop; /* not 0: begin no other evaluation. NULL: never */
	void *context;
	void (*event)(void *context,
		const struct robustness_event
			*e); /* NULL: nobody looks; called by the calling thread */
};

struct robustness_summary {
	size_t total, done; /* evaluations that were missing; of them recorded now */
	size_t before;      /* recorded before */
	size_t unkept;      /* done trials whose weights were not kept */
	size_t elsewhere;   /* done trials of another core version, or whose data set is not here */
	size_t wrong; /* networks that did not give the recorded results again, whose weights are
			 damaged, or whose data are others */
	double seconds;
};

/* Evaluate what is missing for the done trials of the sweep, whose plan is frozen in the store.
 * Returns 0 also when some could not be (summary), or -1 with e when the machine fails; what was
 * recorded stays. */
int robustness_run(struct store *store, const struct sweep *sweep,
	const struct robustness_options *options, struct robustness_summary *summary,
	struct err *e);

#endif

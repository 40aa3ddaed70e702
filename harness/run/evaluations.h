/* evaluations.h - many networks on many corrupted test images, by threads. Knows no database and no
 * trial. Internal to run/. */
#ifndef RUN_EVALUATIONS_H
#define RUN_EVALUATIONS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "../model/model.h"
#include "../plan/result.h"

/* One network on one set of corrupted images. */
struct evaluation {
	const struct model *model;
	int corruption; /* enum corruption of plan/robustness.h; CORRUPTIONS: clean images, and the
			   predictions are digested */
	double severity;
	size_t owner; /* the caller's */
	/* The answer: */
	bool failed; /* why says why */
	double accuracy[NN_OUTPUTS_MAX];
	char predictions_digest[NN_OUTPUTS_MAX][DIGEST_TEXT];
	char why[256];
};

/* Evaluations of the same images, in an order in which those with equal corruptions stand together.
 */
struct evaluations {
	struct evaluation *list;
	size_t count;
	const struct nn_images *images;
	const struct nn_kernels *kernels;
	int workers;
	/* Called by the calling thread with finished evaluations (indices into list, `count` of
	 * them, sometimes none). Returns 0 to go on; any other value ends the run, and
	 * evaluations_run returns it. */
	int (*take)(void *context, const size_t *over, size_t count);
	void *context;
};

/* Returns 0, what take returned, or -1 with e (out of memory, no thread can be made). */
int evaluations_run(struct evaluations *all, struct err *e);

#endif

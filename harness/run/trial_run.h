/* trial_run.h - run one trial in this process: its phases in order, each a training of one network
 * by nn. Knows no database, no other trial and no process; results go to a sink, piece by piece. */
#ifndef RUN_TRIAL_RUN_H
#define RUN_TRIAL_RUN_H

#include <stdatomic.h>

#include "../../nn/nn.h"
#include "../data/dataset.h"
#include "../plan/result.h"

/* Where the pieces go. Each call returns 0, or -1 with e, which ends the trial (as the machine's
 * failure for ERR_ENVIRONMENT, else as failed). The result is only lent. */
struct trial_sink {
	void *context;
	int (*epoch)(void *context, const struct epoch_result *r, struct err *e);
	int (*phase)(void *context, const struct phase_result *r, struct err *e);
	int (*weights)(void *context, const struct weights_result *r,
		struct err *e); /* after the phase, or its fold; NULL: not wanted */
	/* For a sink that writes lines (wire.h): pieces that the core has made a line of, because
	 * they are kept with the trial's state, come here, not to the calls above; newline
	 * included. NULL: as structs. */
	int (*line)(void *context, const char *line, size_t length, struct err *e);
	int (*warning)(void *context, const char *text, struct err *e); /* NULL: not wanted */
	/* Of a program: its metrics. Of the core, over the test images: dead_units and dead_share
	 * (nn/dead.h) of the network that the trial ends with; macs and the metrics of scores.h,
	 * mean over the folds of a k-fold. NULL: not wanted. */
	int (*measure)(void *context, const struct measure_result *r, struct err *e);
	/* Of programs (program_run.h); NULL: not wanted. */
	int (*steps)(void *context, const struct steps_result *r, struct err *e);
	int (*log)(void *context, const struct log_result *r, struct err *e);
	int (*output)(void *context, const struct output_result *r, struct err *e);
};

struct trial_options {
	const struct nn_kernels *kernels; /* NULL: the fastest */
	int threads;            /* within the trial; the results are the same for any number */
	const atomic_int *stop; /* checked after every epoch: not 0 ends the trial as interrupted.
				   NULL: never */
	/* Folder of state files (state.h): the trial goes on from its checkpoint, or from the end
	 * of the longest prefix of its recipe that is there. NULL: from the start; nothing is kept.
	 */
	const char *states;
	const char *temporary;     /* where programs put temporary files; NULL: not known */
	double checkpoint_seconds; /* a checkpoint at the first end of an epoch this long after the
				      one before; 0: every epoch */
	double seconds;            /* a program that runs for longer ends as timeout; 0: whoever
				      started this process sees to it */
	int slot;                  /* of the worker, from 0 */
	unsigned share; /* bit p: keep the state after phase p, other trials have a use for it */
	bool any_split; /* also one that lacks a class: for trials that were recorded so */
};

/* Run t on d. Always fills *end (its cpu_seconds and peak_bytes are the caller's to set). Returns 0
 * when the trial is done, -1 otherwise (end->state and end->error say how and why). A trial that is
 * done leaves no checkpoint. */
int trial_run(const struct trial *t, const struct dataset *d, const struct trial_options *options,
	const struct trial_sink *sink, struct trial_end *end);

#endif

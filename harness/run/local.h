/* local.h - run a sweep on this machine: trials side by side in worker processes, their results written by this one process.
 *
 * A worker is a fork that runs one trial and writes lines (wire.h) into a pipe; a crash of it is one failed trial. Data sets are
 * opened before the fork, so workers share their memory. Trials that the database has already are not run again. */
#ifndef RUN_LOCAL_H
#define RUN_LOCAL_H

#include <stdatomic.h>

#include "../data/dataset.h"
#include "../store/store.h"
#include "trial_run.h"

/* What happens, for those who show it. All pointers are lent for the call. */
enum local_event_kind {
	LOCAL_SKIPPED, /* a data set cannot be had; text says why. One event a data set */
	LOCAL_START,   /* a trial begins on `worker` */
	LOCAL_EPOCH,   /* epoch is set */
	LOCAL_PHASE,   /* phase is set */
	LOCAL_END,     /* end is set */
	LOCAL_TICK,    /* about twice a second, so that clocks on the screen go on */
};

struct local_event {
	enum local_event_kind kind;
	int worker;
	size_t index;                  /* of the trial in the sweep */
	const struct trial *trial;
	const struct epoch_result *epoch;
	const struct phase_result *phase;
	const struct trial_end *end;
	const char *text;
};

struct local_options {
	int workers;                   /* trials at the same time, at least 1 */
	int threads;                   /* within each, at least 1 */
	const struct nn_kernels *kernels; /* NULL: the fastest */
	const struct dataset_places *places;
	const char *facts;             /* about this program and machine (base/facts.h) */
	const atomic_int *stop;        /* 1: let epochs finish, then end; 2: end at once. Set by the caller's signal handler */
	void *context;
	void (*event)(void *context, const struct local_event *e);
};

struct local_summary {
	size_t planned, cached, done, failed, diverged, interrupted, skipped; /* trials; cached: done before */
	bool bad_data;                 /* a data set is there but damaged (its trials are skipped, as those of a missing one) */
	double seconds;
};

/* Run what is missing of the sweep. Returns 0 also when trials failed (summary says so), -1 with e when the machine fails (database,
 * fork); finished trials are in the database in any case. */
int local_run(struct store *store, const struct sweep *sweep, const struct local_options *options, struct local_summary *summary, struct err *e);

#endif

/* local.h - run a sweep on this machine: trials side by side in worker processes, their results
 * written by this one process.
 *
 * A worker is a fork that runs one trial and writes lines (wire.h) into a pipe; a crash of it is
 * one failed trial. Repeated failures of the machine end the run. Data sets are opened before the
 * fork, so workers share their memory. Trials that the database has already are not run again. */
#ifndef RUN_LOCAL_H
#define RUN_LOCAL_H

#include <stdatomic.h>

#include "../data/dataset.h"
#include "../plan/result.h"
#include "../plan/sweep.h"
#include "../store/open.h"
#include "trial_run.h"

/* Events for the display. All pointers are lent for the call. */
enum local_event_kind {
	LOCAL_SKIPPED, /* a data set cannot be had; text says why. One event a data set */
	LOCAL_KNOWN,   /* a trial needs no run, or another run is at it */
	LOCAL_START,   /* a trial begins on `worker` */
	LOCAL_EPOCH,   /* epoch is set */
	LOCAL_PHASE,   /* phase is set */
	LOCAL_STEPS,   /* steps is set: a program has reported them */
	LOCAL_MEASURE, /* measure is set: a program's result */
	LOCAL_END,     /* end is set */
	LOCAL_WARNING, /* text says of what; each kind once a run */
	LOCAL_NOTE,    /* text says how things stand */
	LOCAL_TICK,    /* about twice a second, so that clocks on the screen go on */
};

struct local_event {
	enum local_event_kind kind;
	int worker;
	size_t index; /* of the trial in the sweep */
	const struct trial *trial;
	const struct epoch_result *epoch;
	const struct phase_result *phase;
	const struct steps_result *steps;
	const struct measure_result *measure;
	const struct trial_end *end;
	const char *text;
};

/* Trials whose last attempt ended badly: leave them; run those again that failed or took too long;
 * also those that diverged (which they will again, by the bit contract, unless the program was
 * wrong). */
enum local_retry { RETRY_NONE, RETRY_FAILED, RETRY_ALL };

struct local_options {
	int workers;                      /* trials at the same time, at least 1 */
	int threads;                      /* within each, at least 1 */
	const struct nn_kernels *kernels; /* NULL: the fastest */
	const struct dataset_places *places;
	const char *facts;     /* about this program and machine (base/facts.h) */
	const char *states;    /* folder of checkpoints and shared phases (state.h); NULL: none */
	bool states_shared;    /* other machines write there, too */
	const char *temporary; /* where programs put temporary files; NULL: not known */
	double checkpoint_seconds; /* at least so long between two checkpoints of a trial */
	bool keep_weights;         /* the last phase's go into the database */
	bool share;                /* trials whose recipes begin alike do the beginning once */
	enum local_retry retry;
	bool stop_on_error; /* after a trial that ended badly start no other */
	size_t max_trials;  /* start at most so many; 0: all */
	double time_limit;  /* seconds after which no trial is started and running ones are asked to
			       stop; 0: none */
	double trial_seconds; /* a trial that takes longer ends as timeout; 0: none */
	size_t trial_bytes;   /* address space of a worker (RLIMIT_AS); 0: as it is */
	bool take_over; /* also trials that another machine is at, whatever its last sign of life */
	const atomic_int *stop; /* 1: let epochs finish, then end; 2: end at once. Set by the
				   caller's signal handler */
	bool again; /* run the sweep's trials though they are done: they are in the database, no
		       plan is frozen ... */
	int64_t again_sweep; /* ... their new attempts are for this sweep of it (0: none) ... */
	const char
		*again_data; /* ... and on data of this digest, or it is an error; NULL: on any */
	void *context;
	void (*event)(void *context, const struct local_event *e);
};

struct local_summary {
	size_t planned, done, failed, diverged, timeout, interrupted; /* trials, of this run */
	size_t cached;                                                /* done before */
	size_t bad_before; /* ended badly before and not tried again */
	size_t skipped;    /* no data */
	size_t elsewhere;  /* another run is at them */
	size_t machine; /* interrupted because the machine failed (counted in interrupted, too) */
	bool more;      /* trials are missing that were not started: a limit was reached */
	bool bad_data;  /* a data set is there but damaged (its trials are skipped, as those of a
			   missing one) */
	double seconds;
	char reason[1024]; /* why the first trial ended badly or was interrupted by the machine; ""
			    */
};

/* Run the missing trials of the sweep. Returns 0 also when trials failed (summary says so), -1 with
 * e when the machine fails (database, fork); finished trials are in the database in any case. */
int local_run(struct store *store, const struct sweep *sweep, const struct local_options *options,
	struct local_summary *summary, struct err *e);

/* Run nothing: missing[sweep->trial_count] says what local_run would run, the summary counts the
 * others. The plan is frozen. Returns 0, or -1 with e. */
int local_missing(struct store *store, const struct sweep *sweep,
	const struct local_options *options, bool *missing, struct local_summary *summary,
	struct err *e);

#endif

/* work.h - a running trial: the state shared by its stages, its results, its checkpoint and its
 * early end. Internal to run/. */
#ifndef RUN_WORK_H
#define RUN_WORK_H

#include "state.h"
#include "trial_run.h"

/* A trial at work: what all of its stages share. */
struct trial_work {
	const struct trial *trial;
	const struct trial_options *options;
	const struct trial_sink *sink;
	struct nn_images train, test; /* all training images, the test images that count */
	int classes;
	struct run_state state;
	struct state_key key;   /* of the trial */
	char *checkpoint;       /* its file; NULL: none */
	double last_checkpoint; /* when, monotonic seconds */
	struct trial_end *end;  /* state and error are set where the trial ends early */
};

/* Where a training stands in the trial. */
struct place {
	int phase; /* position in the recipe */
	int fold;  /* -1 outside k-fold */
};

/* Results to the sink and into the state's events. Weights outside k-fold are not among the events,
 * as they are in the state itself. Return 0, or -1 with w->end set. */
int work_send_epoch(struct trial_work *w, const struct epoch_result *r);
int work_send_phase(struct trial_work *w, const struct phase_result *r);
int work_send_weights(struct trial_work *w, const struct weights_result *r);

/* Save the state as the trial's checkpoint, if it has one: when `now`, or when it is time. Where it
 * cannot be written the sink is warned. Returns 0, or -1 with w->end set. */
int work_checkpoint(struct trial_work *w, bool now);

/* Go on from the checkpoint, or from the end of the longest prefix of the recipe that there is a
 * state of (options->states is set). The results so far are sent again. Returns 0, also when there
 * is neither, or -1 with w->end set. */
int work_load(struct trial_work *w);

/* After a phase: save the state if other trials begin with the same phases. Returns as
 * work_checkpoint does. */
int work_save_phase(struct trial_work *w, struct place at);

/* Set the end of a trial that cannot go on. Returns -1. */
int work_fail(struct trial_work *w, enum trial_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same by an err: as the machine's failure for ERR_ENVIRONMENT, else the trial's. */
int work_fail_by(struct trial_work *w, const struct err *e);
int work_nomem(struct trial_work *w);

#endif

/* training.h - one stage of a trial: a phase's training of one network, with early stopping and the
 * weights that are kept. Internal to run/. */
#ifndef RUN_TRAINING_H
#define RUN_TRAINING_H

#include "split.h"
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

/* Train the network of w->state (layers: net) by the trial's phase `at.phase` on the split, from
 * w->state.training on if that has begun, score it and send all of it to the sink. Then
 * w->state.params are the weights that the phase keeps, w->state.weights_digest theirs; if `onward`
 * is not NULL, onward[parameter_count] gets the weights that a next fold goes on from (early
 * stopping's restored ones); w->state.training is reset. Returns 0, or -1 with w->end set
 * (diverged, interrupted or failed). */
int training_run(struct trial_work *w, const struct nn_net *net, const struct split *split,
	struct place at, float *onward);

/* What augments the images of a training, and the phase of its random numbers (each fold of a
 * k-fold has its own). */
struct nn_augment training_augment(const struct augment_config *c);
uint16_t training_rng_phase(struct place at);

/* Results to the sink and into the state's events. The weights are w->state.params; outside k-fold
 * they are not among the events, as they are in the state itself. Return 0, or -1 with w->end set.
 */
int work_send_epoch(struct trial_work *w, const struct epoch_result *r);
int work_send_phase(struct trial_work *w, const struct phase_result *r);
int work_send_weights(struct trial_work *w, struct place at);

/* Save the state as the trial's checkpoint, if it has one: when `now`, or when it is time. Where it
 * cannot be written the sink is warned. Returns 0, or -1 with w->end set. */
int work_checkpoint(struct trial_work *w, bool now);

/* Set the end of a trial that cannot go on. Returns -1. */
int work_fail(struct trial_work *w, enum trial_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same by an err: as the machine's failure for ERR_ENVIRONMENT, else the trial's. */
int work_fail_by(struct trial_work *w, const struct err *e);
int work_nomem(struct trial_work *w);

#endif

/* training.h - one stage of a trial: a phase's training of one network, with early stopping and the
 * weights that are kept. Internal to run/. */
#ifndef RUN_TRAINING_H
#define RUN_TRAINING_H

#include "split.h"
#include "work.h"

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

#endif

/* training.h - one phase's training of one network: epochs, early stopping, the weights that are kept. Internal to run/. */
#ifndef RUN_TRAINING_H
#define RUN_TRAINING_H

#include "trial_run.h"

/* Everything that is the same for all phases of a trial. */
struct trial_work {
	const struct trial *trial;
	const struct trial_options *options;
	const struct trial_sink *sink;
	struct nn_images train, test;   /* all training images, the test images that count */
	int classes;
	struct trial_end *end;          /* state and error are set where the trial ends early */
};

/* Which training images are trained on and which are the validation set. The arrays belong to whoever made them. */
struct split {
	const uint32_t *train, *val;
	uint32_t train_count, val_count;
};

/* A network on its way through the phases. */
struct model {
	struct nn_net net;
	float *params;                  /* [net.parameter_count], owned (model_free) */
};

/* Where a training stands in the trial. */
struct place {
	int phase;                      /* position in the recipe */
	int fold;                       /* -1 outside k-fold */
};

/* Replace m by a fresh network with initial weights. Returns 0, or -1 with w->end set. */
int model_make(struct trial_work *w, struct model *m, int network_kind);
void model_free(struct model *m);

/* Train m by the trial's phase `at.phase` on the split, score it and send all of it to the sink. On return m holds the weights
 * that the phase keeps; if `onward` is not NULL, onward[parameter_count] gets the weights that a next fold goes on from (early stopping's
 * restored ones). digest: of the kept weights.
 * Returns 0, or -1 with w->end set (diverged, interrupted or failed). */
int training_run(struct trial_work *w, struct model *m, const struct split *split, struct place at, float *onward, char digest[DIGEST_TEXT]);

/* Set the end of a trial that cannot go on. Returns -1. */
int trial_fail(struct trial_work *w, enum trial_state state, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

/* state.h - the state of a running trial: everything needed to continue with the same bits, and its
 * file format.
 *
 * A trial is a list of stages, one training each: a phase, or one phase in one fold of a k-fold. A
 * state lies between two epochs of a stage or before its first. Random numbers need no state
 * (nn/rng.h). The results so far are part of it, as lines (wire.h): a trial that goes on sends them
 * again, so that every finished attempt in the database is whole.
 *
 * The same file serves two ends: the checkpoint of a trial, and the state after a phase that
 * several trials have in common (their recipes begin with the same phases): the bits are the same
 * whichever of them has run it. */
#ifndef RUN_STATE_H
#define RUN_STATE_H

#include "../../nn/nn.h"
#include "../plan/result.h"

/* A training between two epochs. The arrays are [parameters] each and belong to the struct; NULL
 * before the stage begins. */
struct training_state {
	int epochs_run;
	bool patience_used;
	double seconds; /* that its epochs took */
	struct nn_stop stop[OUTPUTS_MAX];
	struct nn_score val[OUTPUTS_MAX]
			   [2]; /* validation scores at the epoch of [output][best, restored] */
	struct nn_score last_val;
	int epoch_of[OUTPUTS_MAX][2];
	double best_accuracy[OUTPUTS_MAX];
	struct nn_schedule schedule;
	struct nn_plateau plateau;      /* its state alone: the rest is configuration */
	float *params, *first, *second; /* weights and the optimizer's moments */
	float *average, *slow; /* of the weights, lookahead's; NULL where none is asked for */
	float *best[OUTPUTS_MAX], *restored[OUTPUTS_MAX];
};

struct run_state {
	int stage;   /* the one at work or next */
	int network; /* enum network of params; -1: none yet */
	size_t parameters;
	float *params;  /* the network as the last finished stage left it */
	float *mask;    /* [parameters]: 0 for pruned weights, else 1; NULL: nothing is pruned */
	float *teacher; /* [teacher_parameters]: what the teacher phase left; NULL: none */
	size_t teacher_parameters;
	float *fold_start; /* k-fold: what the next fold starts from; NULL outside and where folds
			    * are clean (their earlier phases have networks of other sizes, and
			    * leave what the fold starts from in params) */
	struct str fold_digests;          /* of the folds that are done, one a line */
	char weights_digest[DIGEST_TEXT]; /* of the last finished stage (k-fold: of fold_digests) */
	struct str events;                /* results so far, lines */
	struct training_state training;
};

void run_state_free(struct run_state *s);

/* Free the training's arrays and set it to "before the first epoch". */
void training_state_reset(struct training_state *t);

/* Which trial, data and core a state is of: all three must be the same for it to be of use. */
struct state_key {
	char identity[DIGEST_TEXT]; /* of the trial, or of the trial with only its first phases */
	char data[DIGEST_TEXT];
	int core_version;
};

/* The file's path in the folder: ".checkpoint" for a trial at work, ".state" for the end of a
 * phase. Owned by the caller (free). */
char *state_path(const char *folder, const struct state_key *key, bool checkpoint);

/* Write the state, whole or not at all. Returns 0, or -1 with e. */
int state_save(
	const struct run_state *s, const struct state_key *key, const char *path, struct err *e);

/* Read it. Returns 1 with *s filled (run_state_free), 0 when there is none, or one that is damaged
 * or of something else (then it is as if there were none: it can always be made again). */
int state_load(const char *path, const struct state_key *key, struct run_state *s);

/* Remove half-written state files of processes that are gone (file.h writes "NAME.tmp-PID-N"
 * first). */
void state_remove_orphans(const char *folder);

#endif

/* result.h - the results of a trial, piece by piece, while it runs: the interface from run/ to
 * store/ and the progress display. Between processes each piece is one line of JSON (run/wire.h).
 */
#ifndef PLAN_RESULT_H
#define PLAN_RESULT_H

#include <stddef.h>
#include <stdint.h>

#include "../base/digest.h"
#include "../base/err.h"
#include "../base/str.h"
#include "trial.h"

enum { OUTPUTS_MAX = 2 }; /* the dual model has two outputs, all others one */

/* One epoch of one phase. Losses are means over images; loss is softmax cross-entropy. */
struct epoch_result {
	int phase; /* position in the recipe, from 0 */
	int fold;  /* from 0; -1 outside k-fold */
	int epoch; /* from 0 within phase and fold */
	int outputs;
	double train_loss[OUTPUTS_MAX],
		train_accuracy[OUTPUTS_MAX]; /* running means over the epoch's batches, dropout on,
						as Keras reports them */
	double val_loss[OUTPUTS_MAX], val_accuracy[OUTPUTS_MAX];
	double seconds;           /* of training and validation together */
	double images_per_second; /* of training */
};

/* A finished phase, or a finished fold of one. One score an output, of the weights that the phase
 * keeps. */
struct phase_result {
	int phase, fold; /* as in epoch_result */
	char name[PHASE_NAME_MAX];
	int epochs_run;
	int best_epoch[OUTPUTS_MAX]; /* whose weights are kept, from 0 */
	char stopped[16];            /* "epochs" (budget used up) or "patience" */
	double seconds;
	int outputs;
	double val_loss[OUTPUTS_MAX], val_accuracy[OUTPUTS_MAX]; /* of the kept weights */
	double test_loss[OUTPUTS_MAX], test_accuracy[OUTPUTS_MAX];
	int test_count;
	uint8_t *predictions[OUTPUTS_MAX]; /* [test_count] predicted classes; owned by the result
					      (phase_result_free) */
	char weights_digest[DIGEST_TEXT];  /* of the kept weights: fp32 little-endian, in the order
					      of nn's parameter table */
	long parameters;                   /* of the network */
	long trainable;                    /* of them not frozen in this phase */
	long weight_bytes;                 /* parameters as fp32 */
	long optimizer_bytes; /* the optimizer's state beside them (C6: the paper's 0.17 MB holds
				 both) */
};

/* The weights that the last phase keeps, a piece a fold. */
struct weights_result {
	int phase, fold; /* as in epoch_result */
	size_t count;
	float *values; /* [count], in the order of nn's parameter table; owned by whoever made the
			  result (free) */
};

/* Accuracy of kept weights on corrupted test images (plan/robustness.h), or on clean ones:
 * corruption "none", severity 0. */
struct robustness_result {
	int phase, fold; /* as in epoch_result */
	const char *corruption;
	double severity;
	int outputs;
	int test_count;
	double test_accuracy[OUTPUTS_MAX];
};

/* Steps of a metric that a program reported: part of its series. Lent for the call, or of
 * wire_message. */
enum { STEPS_RESULT_MAX = 1000 };
struct steps_result {
	const char *metric;
	const int64_t *steps;
	const double *values;
	size_t count;
};

/* The result of a program's metric: its last value; or what the core measures of a trained network.
 */
struct measure_result {
	const char *metric;
	double value;
};

/* What a program printed: the kept part (run/logs.h), compressed (zlib). Total: bytes in all. */
struct log_result {
	const char *stream; /* "stdout" or "stderr" */
	int64_t total;
	size_t kept; /* bytes before compression */
	const uint8_t *bytes;
	size_t count;
};

/* A declared output of a program. file: holds the content, compressed (zlib), and is removed by
 * whoever takes it; NULL: the content is not kept. */
struct output_result {
	const char *path;
	int64_t bytes;
	const char *digest;
	const char *file;
};

/* How a trial ended. Failures of the machine (no memory, a full disk, a lost worker) are not
 * results of the trial: the database records them as interrupted, and the next run tries again. */
enum trial_state {
	TRIAL_DONE,
	TRIAL_FAILED,
	TRIAL_DIVERGED,
	TRIAL_TIMEOUT,
	TRIAL_INTERRUPTED,
	TRIAL_MACHINE,
	TRIAL_STATES
};

struct trial_end {
	enum trial_state state;
	char error[1024]; /* "" when done; for diverged: "phase unify, epoch 3, step 17: loss is not
			     finite" */
	double seconds;   /* wall */
	double cpu_seconds;               /* of the worker process */
	long peak_bytes;                  /* of the worker process (getrusage) */
	char weights_digest[DIGEST_TEXT]; /* of the last phase's kept weights (k-fold: of all folds'
					     digests, one a line) */
	int core_version;                 /* nn's: changes only when bits change; 0: a program's */
	char kernels[16];                 /* plain, avx2, avx512, neon */
	char data_digest[DIGEST_TEXT];    /* of the decoded arrays; of a program's inputs */
	char data_variant[32]; /* "canonical", or the name of a known variant (data/dataset.h) */
	long macs, activation_bytes; /* of the last phase's network for one image (nn/size.h; 32-bit
					floats); 0: it did not come that far */
};

/* Free what the result owns; the struct itself belongs to the caller. */
void phase_result_free(struct phase_result *r);

/* "done", ..., "machine"; and the word that the database has for it. */
const char *trial_state_name(enum trial_state state);
const char *trial_state_recorded(enum trial_state state);

#endif

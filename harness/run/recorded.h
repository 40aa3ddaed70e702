/* recorded.h - the records of finished trials: in a database, or in a folder of reference
 * files (trials.csv and digests.csv, as the named queries `trials` and `digests` write them). For
 * verify.h, which runs trials again and compares. */
#ifndef RUN_RECORDED_H
#define RUN_RECORDED_H

#include "../store/open.h"
#include "../store/rows.h"

enum { RECORDED_METRICS = 4 };
extern const char
	*const recorded_metrics[RECORDED_METRICS]; /* "test_accuracy" ...: columns of the query
						      `trials`, means over folds and outputs */

struct recorded {
	struct rows *trials, *digests; /* answers to the queries of these names */
	struct store *store; /* lent; NULL: they come from a folder, epochs and weights are not
				recorded */
};

/* Both return 0 with *out to be freed (recorded_free), or -1 with e. */
int recorded_in_store(struct store *s, struct recorded *out, struct err *e);
int recorded_in_folder(const char *folder, struct recorded *out, struct err *e);
void recorded_free(struct recorded *r);

/* One of the trials. Texts belong to the recorded. */
struct recorded_trial {
	const char *identity, *config, *dataset, *recipe, *sweeps, *data_digest, *data_variant,
		*labels; /* recipe, sweeps and the objects of labels are joined by ','; "" without
			  */
	long long seed;
	int core_version;
	double metrics[RECORDED_METRICS]; /* NaN: not recorded */
};
void recorded_trial(const struct recorded *r, size_t row, struct recorded_trial *out);

/* The digests of a phase or fold that a trial left behind; what NULL is was not recorded. Returns
 * false when there is nothing of it. */
struct recorded_digests {
	const char *weights, *predictions;
};
bool recorded_digests(const struct recorded *r, const char *identity, int phase, int fold,
	int output, struct recorded_digests *out);

/* Epochs (phase, fold, epoch, output, train_loss, train_accuracy, val_loss, val_accuracy) and
 * trained weights (phase, fold, bytes) of a trial. *epochs and *weights are the caller's
 * (rows_free); NULL: none are recorded. Returns 0, or -1 with e. */
int recorded_details(const struct recorded *r, const char *identity, struct rows **epochs,
	struct rows **weights, struct err *e);

#endif

/* study.h - what the database holds of a sweep, as plain arrays: the planned trials with labels and
 * seeds, what became of each, and the metrics of those that are done. Tables, claims and figures
 * work on this struct; figures and the page ask the store for what is not in it.
 *
 * The plan is the one frozen in the database under the sweep's name, with the seeds that were asked
 * for then; the sweep file only counts where nothing was frozen yet. So the n of every table is
 * compared with what was planned before the results were known. */
#ifndef REPORT_STUDY_H
#define REPORT_STUDY_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/digest.h"
#include "../base/err.h"
#include "../base/str.h"
#include "../plan/sweep.h"
#include "../store/open.h"

enum { STUDY_METRIC_MAX = 72 };

enum sample_state {
	SAMPLE_MISSING, /* planned, not run yet */
	SAMPLE_RUNNING, /* an attempt is under way */
	SAMPLE_SKIPPED, /* not run for a reason: its data set is missing */
	SAMPLE_DONE,
	SAMPLE_FAILED,
	SAMPLE_DIVERGED,
	SAMPLE_INTERRUPTED,
};

/* One planned trial. A trial with several attempts is what its latest finished attempt is, else
 * what its latest attempt is. */
struct sample {
	char identity[DIGEST_TEXT];
	uint64_t seed;
	struct label labels[LABELS_MAX];
	int label_count;
	enum sample_state state;
	char reason[512]; /* why skipped, failed or diverged; "" otherwise */
	int core_version; /* of the attempt that the values are from; 0: none */
	char data_variant[32];
	char data_digest[DIGEST_TEXT];
	char weights_digest[DIGEST_TEXT];
	size_t first_value; /* into study.values: one value a metric; NAN: none */
	uint8_t *right;     /* [images]: how many of the trial's `networks` (folds and outputs of
			       the last phase) get the test image right; owned; NULL: not read
			       (crossed.h) */
	size_t images;
	int networks;
};

struct study {
	const struct sweep *sweep; /* not owned */
	bool frozen;               /* the plan comes from the database; else from the file */
	bool changed;              /* the file is not the one that was frozen */
	struct sample *samples;    /* in the order of the plan */
	size_t count;
	char (*metrics)[STUDY_METRIC_MAX]; /* names of the metrics: "test_accuracy"; of one phase:
					      "test_accuracy@unify" */
	size_t metric_count;
	double *values;
	struct crossed_draws *draws; /* kept by crossed_of and crossed_of_pairs; NULL: not kept */
};

/* Read it. On success *out is the caller's (study_free); sweep must live as long. Returns 0 or -1
 * with e. */
int study_read(struct store *s, const struct sweep *sweep, struct err *e, struct study **out);
void study_free(struct study *study);

/* The plan of the file as if every trial were done, with one metric, "planned", that is 0
 * everywhere: for what can be said of tables, claims and figures before anything is run
 * (foresee.h). On success *out is the caller's (study_free); sweep must live as long. Returns 0 or
 * -1 with e. */
int study_planned(const struct sweep *sweep, struct err *e, struct study **out);

/* The number of the metric of this name, or -1 with e: ERR_USAGE, with "did you mean". phase: the
 * phase whose result is meant, "" for the trial's; it must be one that a claim or a figure of the
 * sweep names. context: "table main", for the message. */
int study_metric(const struct study *study, const char *name, const char *phase,
	const char *context, struct err *e);
/* NAN unless the sample is done and has such a value. */
double study_value(const struct study *study, const struct sample *sample, int metric);
/* Of a metric epochs_to_N that the sample never reached: how many epochs it was trained, so that
 * its value is known to be larger. NAN for everything else. */
double study_censored(const struct study *study, const struct sample *sample, int metric);

/* The value of a label, or NULL; and whether all conditions hold (a label that is not there is not
 * equal to anything). */
const char *study_label(const struct sample *sample, const char *name);
bool study_holds(const struct where *w, const struct sample *sample);
/* Do two samples have the same labels (so that they are replicates of one configuration)? On false,
 * *differs is the first label's name that differs. */
bool study_same_labels(const struct sample *a, const struct sample *b, const char **differs);

/* "fashion-mnist, paper-notebook": the conditions as text. */
void study_where_text(struct str *out, const struct where *w);

#endif

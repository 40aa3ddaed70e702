/* trial_kind.h - what executes trials, as far as the rest of the harness has to know: what
 * retrial's own core and the programs of users declare. Here alone it is decided which of the two
 * it is; everyone else asks for what is declared. How trials are executed is in run/engine.h. */
#ifndef PLAN_TRIAL_KIND_H
#define PLAN_TRIAL_KIND_H

#include "metrics.h"
#include "sweep.h"

struct trial_kind {
	/* Trials train networks on the images of a data set: they have phases, weights and
	 * predictions. Else their results are metrics, series, logs and outputs; how they are
	 * executed stands in the sweep file alone; and a data set's place is taken by inputs. */
	bool networks;
	const char *one_run; /* what a seed is one of: "trained network" */
	const char *digests; /* what digests of trials are of: "Weights" */
	const char *silent;  /* what a running trial does that has not reported yet */
	/* The i-th metric that is declared for the sweep's trials, or NULL behind the last. */
	const struct declared_metric *(*metric)(const struct sweep *sweep, size_t i);
	/* The names or patterns of files that results depend on, relative to *folder (the caller's,
	 * free). Returns how many. */
	int (*inputs)(const struct sweep *sweep, const char *const **names, char **folder);
};

/* The one place that decides. NULL: the core. */
const struct trial_kind *trial_kind_of(const struct sweep *sweep);
const struct trial_kind *trial_kind_of_trial(const struct trial *t);
/* Of a recorded configuration (trial_from_canonical); of one that cannot be read, the core. */
const struct trial_kind *trial_kind_of_config(const char *canonical);

extern const struct trial_kind trial_kind_core, trial_kind_program;

/* Confidences at which images leave at an early exit, as metrics name them (exit_accuracy_at_0.9).
 */
enum { EXIT_CONFIDENCES = 6 };
extern const char *const exit_confidences[EXIT_CONFIDENCES];

/* The metric of this name that is declared for the sweep's trials, or NULL. */
const struct declared_metric *trial_kind_metric(const struct sweep *sweep, const char *name);

/* How often a trial that failed is run again, as the sweep file says. */
int trial_kind_retries(const struct sweep *sweep);

#endif

/* metric.h - the metrics that are declared for a sweep (plan/trial_kind.h). Every function takes
 * the sweep; NULL means the core's metrics. */
#ifndef REPORT_METRIC_H
#define REPORT_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"
#include "../plan/metrics.h"
#include "../plan/sweep.h"

/* The row of this name; for an unknown name one that prints "%.6g" with the name as title. Never
 * NULL. The fallback's name and title are "": print the name that was asked for. */
const struct metric *metric_find(const struct sweep *sweep, const char *name);

/* The declaration of a claim's metric. */
const struct metric *metric_of_claim(const struct claim *c);

/* The i-th metric of the core, or NULL behind the last. */
const struct metric *metric_at(size_t i);

/* A sentence that defines a metric of the core, or NULL. */
const char *metric_help(const char *name);

/* Is there such a metric? Returns 0, or -1 with e (ERR_USAGE), which names the nearest. Used before
 * anything is run. */
int metric_check(const struct sweep *sweep, const char *name, struct err *e);

/* Will the trials of the sweep have it? phase: whose result is meant, "" for the trial's. Returns
 * 0, or -1 with e (ERR_USAGE). */
int metric_foresee(const struct sweep *sweep, const char *name, const char *phase, struct err *e);

/* epochs_to_88.5: epochs trained until the validation accuracy first was 88.5 %. Returns whether
 * name is of this form, with the percentage in *percent (which may be NULL). */
bool metric_threshold(const char *name, double *percent);

/* Is it named like one of an early exit: exit_accuracy_at_0.9? */
bool metric_of_exits(const char *name);

/* Is it a metric of corrupted test images (robust.h): robust_..., rotation_...? */
bool metric_of_changes(const char *name);

/* The heading: the title with its unit, "test accuracy (%)". name is what was asked for. */
void metric_heading(struct str *out, const struct sweep *sweep, const char *name);

/* A value as it is printed in a table, scaled, without its unit; "n/a" for NAN. */
void metric_value(struct str *out, const struct metric *m, double value);
/* A difference, with its sign, scaled. */
void metric_difference(struct str *out, const struct metric *m, double value);

#endif

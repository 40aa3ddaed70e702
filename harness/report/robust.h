/* robust.h - a study's trials on corrupted test images: the metrics of tables and claims, and the
 * points of the figure.
 *
 * For each trial, means over the severities that the sweep names under `robustness` (others in the
 * database may differ between trials): rotation_accuracy is over the severities of the corruption
 * rotation, rotation_drop the accuracy on clean images minus it; robust_accuracy and robust_drop
 * are the means of these over all corruptions, each with the same weight. If a severity is missing,
 * the mean is NAN, never a mean over fewer severities. */
#ifndef REPORT_ROBUST_H
#define REPORT_ROBUST_H

#include "../store/open.h"
#include "../store/rows.h"
#include "study.h"

/* The accuracies behind all of it: a row a trial, corruption and severity, of the corruption "none"
 * one with severity 0; columns ROBUST_*. No rows when the sweep names no corruption, or the
 * database is of an older schema. Returns 0 with *out the caller's (rows_free), or -1 with e. */
enum { ROBUST_TRIAL, ROBUST_CORRUPTION, ROBUST_SEVERITY, ROBUST_ACCURACY, ROBUST_CLEAN };
int robust_read(struct store *s, const struct sweep *sweep, struct err *e, struct rows **out);

/* The rows [*first, *end) of a trial; none: *first == *end. The accuracy among them for a
 * corruption of this name and severity, or NAN. */
void robust_trial(const struct rows *r, const char *identity, size_t *first, size_t *end);
double robust_accuracy(
	const struct rows *r, size_t first, size_t end, const char *corruption, double severity);

/* The metrics: a column `trial`, then robust_accuracy, robust_drop and both of every corruption
 * that the sweep names; a row a trial that was evaluated at all. Returns 0 with *out the caller's,
 * or -1 with e. */
int robust_metrics(struct store *s, const struct sweep *sweep, struct err *e, struct rows **out);

#endif

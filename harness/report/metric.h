/* metric.h - the declared metrics: name, unit, scale, which direction is better, and what kind of
 * number it is. One row a metric; an undeclared name is printed as a plain number. */
#ifndef REPORT_METRIC_H
#define REPORT_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"

/* What kind of number a metric is. Tables and claims decide by it what may be tested. */
enum metric_kind {
	METRIC_RESULT,   /* one number a trial, the same for equal seeds: tested */
	METRIC_SERIES,   /* one number a step: for curves, never tested */
	METRIC_CONSTANT, /* a property of the network, equal for every seed: no spread, no test */
	METRIC_TIME,     /* measured on the machine (time, memory): no test but by a claim */
};

struct metric {
	const char *name;               /* as in views and sweep files */
	const char *title;              /* column heading, axis label */
	const char *unit;               /* of the scaled number: "%", "ms"; "" when it has none */
	const char *unit_of_difference; /* "pp" for percentages, else the unit */
	double scale;                   /* stored value times scale is what is printed */
	int decimals;
	int better; /* +1: more is better, -1: less is, 0: neither (no row is marked as the best) */
	enum metric_kind kind;
	bool of_phase; /* every phase has its own, too */
};

/* The row of this name; for an unknown name one that prints "%.6g" with the name as title. Never
 * NULL. The fallback's name and title are "": print the name that was asked for. */
const struct metric *metric_find(const char *name);

/* The i-th row of the table, or NULL behind the last. */
const struct metric *metric_at(size_t i);

/* Is there such a metric? Returns 0, or -1 with e (ERR_USAGE), which names the nearest. Used before
 * anything is run. */
int metric_check(const char *name, struct err *e);

/* Will the trials of a sweep have it? phase: whose result is meant, "" for the trial's; robustness:
 * the sweep evaluates changed test images. Returns 0, or -1 with e (ERR_USAGE). */
int metric_foresee(const char *name, const char *phase, bool robustness, struct err *e);

/* epochs_to_88.5: epochs trained until the validation accuracy first was 88.5 %. Returns whether
 * name is of this form, with the percentage in *percent (which may be NULL). */
bool metric_threshold(const char *name, double *percent);

/* Is it a metric of changed test images (robust.h): robust_..., rotation_...? */
bool metric_of_changes(const char *name);

/* The heading: the title with its unit, "test accuracy (%)". name is what was asked for. */
void metric_heading(struct str *out, const char *name);

/* A value as it is printed in a table, scaled, without its unit; "n/a" for NAN. */
void metric_value(struct str *out, const struct metric *m, double value);
/* A difference, with its sign, scaled. */
void metric_difference(struct str *out, const struct metric *m, double value);

#endif

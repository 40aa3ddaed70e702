/* metrics.h - metrics are data: what a number that a trial reports is called, what kind it is and
 * how it is printed. The core declares its own (trial_kind.c); a program's stand in its sweep
 * file and are read here. */
#ifndef PLAN_METRICS_H
#define PLAN_METRICS_H

#include <stdbool.h>

/* What kind of number a metric is. Tables and claims decide by it what may be tested. */
enum metric_kind {
	METRIC_RESULT,   /* one number a trial, the same for equal seeds: tested */
	METRIC_SERIES,   /* one number a step: for curves, never tested */
	METRIC_CONSTANT, /* a property of the network, equal for every seed: no spread, no test */
	METRIC_TIME,     /* measured on the machine (time, memory): no test but by a claim */
	METRIC_COUNT,    /* how much was done (epochs) or found (dead units): tested by a claim, or
			    by a table that names a family */
};

struct metric {
	const char *name;               /* as in views and sweep files, as the program writes it */
	const char *title;              /* column heading, axis label */
	const char *unit;               /* of the scaled number: "%", "ms"; "" when it has none */
	const char *unit_of_difference; /* "pp" for percentages, else the unit */
	double scale;                   /* stored value times scale is what is printed */
	int decimals;                   /* -1: six significant digits */
	int better; /* +1: more is better, -1: less is, 0: neither (no row is marked as the best) */
	enum metric_kind kind;
	bool of_phase; /* every phase has its own, too */
};

/* A declared metric, and how a program reports it. One with steps has its last value as a result,
 * too. */
struct declared_metric {
	struct metric declared;
	const char *series; /* what its steps are called (epoch), NULL: it has none */
	const char *match;  /* PCRE2 pattern for lines of standard output, NULL: it comes by
			       RETRIAL_OUT */
	double tolerance;   /* verify: how far apart two runs may be, 0: not at all */
	bool measured;    /* recorded by its name (table measures), as all of a program's are; else
			     it has a place of its own among the core's results */
	const char *help; /* a sentence that defines it, NULL: its title says all */
};

struct study;
struct node;

/* Read a sweep file's map of metrics. Returns how many there are in *out, which lives in the
 * study's arena. Errors are diagnosed. */
int metrics_read(struct study *s, const struct node *map, struct declared_metric **out);

/* Read the map of tolerances into the metrics. */
void metrics_read_tolerances(
	struct study *s, const struct node *map, struct declared_metric *metrics, int count);

#endif

/* runs.h - the trials of the frozen plans, a row each, with their labels as columns: filtered and
 * sorted as numbers where both sides are numbers (1e-4 is below 0.001), as text otherwise. */
#ifndef REPORT_RUNS_H
#define REPORT_RUNS_H

#include <stdbool.h>

#include "../base/err.h"
#include "../store/open.h"
#include "../store/rows.h"

/* Zero-initialise for "all, in the order of the plans". */
struct runs_query {
	const char *const *conditions; /* each NAME=VALUE, or with != < <= > >= or ~ (VALUE is then
					  a pattern with * and ?); all must hold */
	size_t condition_count;
	const char *sort; /* names separated by commas, "-" before one for the largest first; NULL:
			     as planned */
	const char *columns; /* which, by names separated by commas; "all"; NULL: those below */
	long limit;          /* > 0: so many rows at most */
	bool short_identity; /* the first 12 digits of trials */
	bool page; /* only `limit` rows from `from` on are read, in the order of the plans:
		      columns are those of their labels and metrics. Without conditions,
		      sort and columns */
	long from;
};

/* Columns: trial, sweep, dataset, the other labels (by name), seed, state, attempts, seconds,
 * test_accuracy, the metrics of programs (by name), started_at, reason, tags (words with blanks
 * between). Also to be asked for, compared and sorted by: position, model, configuration, the other
 * columns of the table results, cpu_seconds, peak_bytes, data_variant, and parameters of trials
 * with their defaults: batch_size, dual.lr; lr is the values of all phases, of which a condition
 * asks for any. A label that is named as a parameter has the parameter's value for every trial. The
 * condition tag=WORD asks for one of the tags. What is not there (a label that only another sweep
 * has, the time of what never ran) is NULL: it fulfils no condition and comes last. On success *out
 * is the caller's (rows_free). Returns 0, or -1 with e (ERR_USAGE: an unknown name, with "did you
 * mean"; a column of numbers compared with something else). */
int runs_read(struct store *s, const struct runs_query *q, struct err *e, struct rows **out);

#endif

/* select.h - rows filtered by conditions, sorted and cut to some of their columns. Numbers compare
 * as numbers however they are written (1e-4 is below 0.001), texts as texts. */
#ifndef REPORT_SELECT_H
#define REPORT_SELECT_H

#include <stdbool.h>

#include "../base/err.h"
#include "../store/rows.h"

/* What is asked for, as in runs.h. */
struct selection {
	const char *const *conditions;
	size_t condition_count;
	const char *sort, *columns;
	long limit;
	bool short_identity; /* column 0 is an identity, of which 12 digits are wanted */
	size_t shown;        /* columns when none are named */
	const bool *words;   /* of every column: its texts are words with blanks between, and a
				condition asks for one of them */
	const bool *numbers; /* of every column: it holds numbers, whether or not it has any yet */
};

enum { SELECT_COLUMNS_MAX = 192 };

/* On success *out is the caller's (rows_free). Returns 0, or -1 with e (ERR_USAGE: an unknown name,
 * a condition that is none, a column of numbers compared with something else). */
int select_rows(
	const struct rows *all, const struct selection *s, struct err *e, struct rows **out);

#endif

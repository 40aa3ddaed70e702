/* diagnostics.h - the errors of a sweep file, collected while it is read and shown together:
 *
 *     experiments/a.yaml:7:12: error: lr = 0.1x: not a number (lr: learning rate, above 0, at most
 * 10, default 0.001) dual.lr: 0.1x
 *                ^
 */
#ifndef PLAN_DIAGNOSTICS_H
#define PLAN_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/str.h"

/* One file's text. It outlives every node and diagnostic that points to it. */
struct source {
	const char *path;
	const char *text; /* a NUL follows */
	size_t length;
};

struct diagnostic;

/* Zero-initialise ({0}); freed with diagnostics_free. */
struct diagnostics {
	struct diagnostic *list;
	size_t count, capacity;
	size_t dropped; /* more than anybody reads */
};

/* Note an error at line and column (from 1; line 0: the file as a whole). Of several at one place
 * the first is kept: the others follow from it. */
void diagnose(struct diagnostics *d, const struct source *source, int line, int column,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Are there more errors than will be shown? Then nobody needs to look for a "did you mean". */
bool diagnostics_full(const struct diagnostics *d);

/* Append all of them to out, in the order of the file. */
void diagnostics_print(struct diagnostics *d, struct str *out);

void diagnostics_free(struct diagnostics *d);

#endif

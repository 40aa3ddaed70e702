/* csv.h - the fields of a CSV text (RFC 4180), one after the other; lines may end with \n or \r\n.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "str.h"

/* Where reading stands. A byte order mark is passed over by csv_begin. */
struct csv {
	const char *at, *end, *line_start;
	int line; /* from 1 */
};
struct csv csv_begin(const char *text, size_t length);

/* Zero-initialise, use it for one field after the other, then str_free(&f->text). */
struct csv_field {
	struct str text;  /* its content; s may be NULL when it is empty */
	int line, column; /* where it begins, from 1, in characters */
	bool quoted;
	bool last; /* of its line */
};

/* Read the next field; there is one at the end of the text, too: an empty one. Returns 0, or -1
 * when a quoted one does not end, or more than a comma follows it; then reading stands anywhere. */
int csv_next(struct csv *c, struct csv_field *f);

/* Pass over a line that is empty; false when reading does not stand at the begin of one. */
bool csv_skip_empty(struct csv *c);

#endif

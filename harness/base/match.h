/* match.h - numbers in lines of text, found by a Perl-compatible regular expression (PCRE2). Lines
 * are bytes: they need not be UTF-8. */
#ifndef BASE_MATCH_H
#define BASE_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

struct match;

/* Compile a pattern that has a group for the number, and may have a group called step. Returns 0
 * with *out to be freed (match_free; NULL is fine), or -1 with the reason appended to why. */
int match_new(const char *pattern, struct str *why, struct match **out);
void match_free(struct match *m);

/* Match one line. The value's text is the first group's (of groups that take no part, the first
 * that does); step's is that of the group called step, NULL when there is none. Both point into the
 * line. Returns 1, 0 when the line does not match, or -1 when the pattern takes too long for it. */
struct match_found {
	const char *value, *step;
	size_t value_length, step_length;
};
int match_line(struct match *m, const char *line, size_t length, struct match_found *out);

#endif

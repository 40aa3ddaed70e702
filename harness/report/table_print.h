/* table_print.h - a finished table (tables.h) or list of verdicts (claims.h), written for people
 * and for programs. */
#ifndef REPORT_TABLE_PRINT_H
#define REPORT_TABLE_PRINT_H

#include "grid.h"
#include "tables.h"

enum table_format {
	TABLE_TEXT,
	TABLE_MARKDOWN,
	TABLE_CSV,
	TABLE_JSON,
	TABLE_LATEX,
	TABLE_MACROS,
	TABLE_HTML
};

/* The format of this name ("text", "md", "csv", "json", "latex", "macros", "html"), or -1 with e:
 * ERR_USAGE, which lists them. */
int table_format_find(const char *name, enum table_format *out, struct err *e);

/* What is written beside the numbers. */
struct table_context {
	const char *command; /* that makes this very output, written under it */
	bool intervals; /* in the formats for people: columns with the 95 % t and BCa intervals of
			   every mean */
};

/* Append the table. "macros" is table_macros.h, "html" a piece of a page. Formats for people have
 * the title, what ± and p are, footnotes for what is missing or not canonical, the command, and the
 * core version. CSV has one line a cell; JSON everything, with every seed's value. Derived numbers
 * there have 12 digits: the following ones depend on the machine's long double and mathematical
 * library. Returns 0, or -1 with e. */
int table_print(struct str *out, const struct table *t, enum table_format format,
	const struct table_context *context, struct err *e);

/* Several tables in one document: JSON wants brackets around them and commas between, CSV its
 * heading once. */
void table_print_begin(struct str *out, enum table_format format);
void table_print_between(struct str *out, enum table_format format);
void table_print_end(struct str *out, enum table_format format);

/* Append the verdicts, one a claim, with the evidence. */
int table_print_claims(struct str *out, const struct study *study,
	const struct claim_result *results, enum table_format format,
	const struct table_context *context, struct err *e);

#endif

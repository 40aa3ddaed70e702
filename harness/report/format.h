/* format.h - rows of a query or table (store/rows.h) as text, in every format that the program
 * prints. The only place where values become text for output; knows nothing of databases and
 * trials. */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include <stdbool.h>

#include "../base/err.h"
#include "../base/str.h"
#include "../store/rows.h"

/* For people: table, md, latex (grid.h; reals with 6 digits, NULL is blank). For programs: csv,
 * tsv, json, jsonl; there a real has as many digits as it needs to read back as the same number,
 * and always a point or an exponent. In every format a blob is hexadecimal digits, and numbers that
 * are not finite are inf, -inf and nan.
 *
 *             NULL       text
 * csv         nothing    in quotes where needed (RFC 4180, but lines end with \n); an empty text is
 * "" tsv         nothing    \t \n \r \\ for tab, line ends and backslash json jsonl  null bytes
 * that are no UTF-8 become U+FFFD; "inf", "-inf" and "nan" are texts: JSON has no such numbers */
enum format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_TSV,
	FORMAT_JSON,
	FORMAT_JSONL,
	FORMAT_MD,
	FORMAT_LATEX
};

/* "table|csv|tsv|json|jsonl|md|latex" for the help. */
#define FORMAT_NAMES "table|csv|tsv|json|jsonl|md|latex"

/* The format of that name. Returns 0, or -1 with e (ERR_USAGE, with "did you mean"). */
int format_parse(const char *name, enum format *out, struct err *e);

/* Append the rows, with their column names, ending with a line end. Returns 0, or -1 with e
 * (ERR_USAGE: too many columns for a grid; ERR_ENVIRONMENT: memory). */
int format_rows(const struct rows *r, enum format f, struct str *out, struct err *e);

/* Append a part of an answer that comes in parts (store_query_parts): the heading comes with the
 * first, the end with the last. Only for the formats for programs; format_streams says whether f is
 * one. */
bool format_streams(enum format f);
void format_part(const struct rows *part, enum format f, bool first, bool last, struct str *out);

/* Append one number with as many digits as it needs (at most 17): "0.1", "1.0", "1e-300", "inf". */
void format_real(struct str *out, double value);

/* From now on a CSV text that begins with = + - @ (or a tab or carriage return), and is no number,
 * gets an apostrophe before it: spreadsheets would compute it. Others read the apostrophe. */
void format_safe_csv(void);

/* Append text (a NUL follows it) as a JSON string, quotes included; as one field of a CSV line. */
void format_json_text(struct str *out, const char *text, size_t length);
void format_csv_text(struct str *out, const char *text, size_t length);

#endif

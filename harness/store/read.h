/* read.h - queries. rows.h has their results. */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "open.h"
#include "rows.h"

/* Run one SELECT (anything that writes is refused: ERR_USAGE). Parameters :name are bound from the
 * `parameters` pairs (name, value, name, value, ..., NULL), as text; numbers compare as numbers
 * where the column is one. Parameters that are not given are NULL; one that the query does not have
 * is ERR_USAGE. parameters may be NULL. On success *out is the caller's (rows_free). */
int store_query(struct store *s, const char *sql, const char *const *parameters, struct err *e,
	struct rows **out);

/* An internal query: the file of that name in queries/internal/. */
int store_ask(struct store *s, const char *query, const char *const *parameters, struct err *e,
	struct rows **out);

/* The same for answers that may be too large for memory: take gets them in parts of part_rows rows;
 * first and last say which part it is, and the last may have fewer rows, or none. The part is freed
 * afterwards. take returns 0, or -1 with e, which ends the query. */
typedef int store_take(
	void *context, const struct rows *part, bool first, bool last, struct err *e);
int store_query_parts(struct store *s, const char *sql, const char *const *parameters,
	size_t part_rows, store_take *take, void *context, struct err *e);

/* Statistics as SQL functions, for queries (the views need none of them): mean(x), sd(x),
 * median(x), quantile(x, q), the ends of Student's t interval of the mean t_low(x [, level]) and
 * t_high(x [, level]), and of Wilson's of a proportion wilson_low(successes, total [, level]) and
 * wilson_high. NULLs are left out, as avg() does; what does not exist (the sd of one value) is
 * NULL; the level is 0.95 unless given. The functions are handed in (report/sql_statistics.h has
 * them), as this folder knows no statistics; ends[0] is the low end. statistics must live as long
 * as the store. */
struct store_statistics {
	double (*mean)(const double *x, size_t n);
	double (*sd)(const double *x, size_t n);
	double (*quantile)(const double *x, size_t n, double q);
	void (*t_interval)(const double *x, size_t n, double level, double ends[2]);
	void (*wilson)(double successes, double total, double level, double ends[2]);
};
int store_add_statistics(struct store *s, const struct store_statistics *statistics, struct err *e);

/* Named queries: the files in queries/, sorted by name (accuracy, claims, digests, ...). Each
 * begins with comment lines: what it answers, its columns, its parameters. */
const char *store_named_query(const char *name); /* the text, or NULL */
/* The text of queries/internal/NAME.sql: what other folders ask. Their SQL stands there, on views,
 * and nowhere else. There is such a file. */
const char *store_internal_query(const char *name);
const char *const *store_named_queries(size_t *count);

#endif

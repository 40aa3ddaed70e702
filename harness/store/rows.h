/* rows.h - a table of values in memory: the result of a query, and the input of printed tables
 * (report/format.h). */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind { VALUE_NULL, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT, VALUE_BLOB };

struct value {
	enum value_kind kind;
	int64_t integer;
	double real;      /* also set for integers */
	const char *text; /* NUL-terminated for text; bytes for blobs. Owned by the rows */
	size_t length;
};

/* Row r, column c is values[r * column_count + c]. */
struct rows {
	int column_count;
	const char **columns;
	size_t row_count;
	struct value *values;
	void *memory; /* owned by the rows */
};

/* Free everything; NULL is fine. */
void rows_free(struct rows *r);

/* The column's number, or -1. */
int rows_column(const struct rows *r, const char *name);

/* A value by row and column; a column of -1 (one that is not there) has VALUE_NULL. The value by
 * the column's name, and the text, number or whole number of a value: "" when it is no text, NAN
 * when it is no number, 0 when it is no whole number. */
const struct value *rows_at(const struct rows *r, size_t row, int column);
const struct value *rows_named(const struct rows *r, size_t row, const char *column);
const char *rows_text(const struct rows *r, size_t row, int column);
double rows_number(const struct rows *r, size_t row, int column);
int64_t rows_integer(const struct rows *r, size_t row, int column);
const char *value_text(const struct value *v);

/* Making rows by hand: columns, then the values row by row, left to right; a row counts when its
 * last value was added. Texts are copied (NULL: VALUE_NULL). rows_new returns NULL when memory runs
 * out; when it runs out later, values are dropped and rows_complete says false: ask it once, after
 * the last value. */
struct rows *rows_new(int column_count, const char *const *columns);
void rows_add_null(struct rows *r);
void rows_add_integer(struct rows *r, int64_t value);
void rows_add_real(struct rows *r, double value);
void rows_add_text(struct rows *r, const char *text);
void rows_add_bytes(struct rows *r, enum value_kind kind, const void *bytes,
	size_t length);                                     /* VALUE_TEXT or VALUE_BLOB */
void rows_add_value(struct rows *r, const struct value *v); /* a copy of it */
bool rows_complete(const struct rows *r);

#endif

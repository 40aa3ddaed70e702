/* rows.c - see rows.h. Texts lie in large blocks that are freed together; values in one array that
 * grows. */
#include "rows.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct block {
	struct block *next;
	size_t used, capacity;
	char bytes[];
};

struct memory {
	struct block *blocks; /* the newest first */
	size_t value_count, value_capacity;
	bool failed;
};

/* Copy into memory that stays where it is, with a NUL behind. NULL when there is none. */
static const char *copy(struct memory *m, const void *bytes, size_t length)
{
	if (!m->blocks || m->blocks->capacity - m->blocks->used < length + 1) {
		const size_t capacity = length + 1 > BLOCK_BYTES ? length + 1 : BLOCK_BYTES;
		struct block *block = malloc(sizeof(*block) + capacity);
		if (!block)
			return NULL;
		block->used = 0;
		block->capacity = capacity;
		block->next = m->blocks;
		m->blocks = block;
	}
	char *text = m->blocks->bytes + m->blocks->used;
	m->blocks->used += length + 1;
	if (length)
		memcpy(text, bytes, length);
	text[length] = '\0';
	return text;
}

struct rows *rows_new(int column_count, const char *const *columns)
{
	assert(column_count > 0);
	struct rows *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	struct memory *m = r->memory = calloc(1, sizeof(*m));
	r->columns = calloc((size_t)column_count, sizeof(*r->columns));
	if (!m || !r->columns)
		goto fail;
	r->column_count = column_count;
	for (int i = 0; i < column_count; i++) {
		r->columns[i] = copy(m, columns[i], strlen(columns[i]));
		if (!r->columns[i])
			goto fail;
	}
	return r;
fail:
	rows_free(r);
	return NULL;
}

/* Add a value; once memory has run out, none any more. */
static void add(struct rows *r, struct value value)
{
	struct memory *m = r->memory;
	if (m->failed)
		return;
	if (m->value_count == m->value_capacity) {
		const size_t capacity = m->value_capacity ? 2 * m->value_capacity : 64;
		struct value *larger = reallocarray(r->values, capacity, sizeof(*larger));
		if (!larger) {
			m->failed = true;
			return;
		}
		r->values = larger;
		m->value_capacity = capacity;
	}
	r->values[m->value_count++] = value;
	r->row_count = m->value_count / (size_t)r->column_count;
}

void rows_add_null(struct rows *r)
{
	add(r, (struct value){ .kind = VALUE_NULL });
}

void rows_add_integer(struct rows *r, int64_t value)
{
	add(r, (struct value){ .kind = VALUE_INTEGER, .integer = value, .real = (double)value });
}

void rows_add_real(struct rows *r, double value)
{
	add(r, (struct value){ .kind = VALUE_REAL, .real = value });
}

void rows_add_bytes(struct rows *r, enum value_kind kind, const void *bytes, size_t length)
{
	assert(kind == VALUE_TEXT || kind == VALUE_BLOB);
	struct memory *m = r->memory;
	const char *text = copy(m, bytes, length);
	if (!text)
		m->failed = true;
	add(r, (struct value){ .kind = kind, .text = text, .length = length });
}

void rows_add_text(struct rows *r, const char *text)
{
	if (text)
		rows_add_bytes(r, VALUE_TEXT, text, strlen(text));
	else
		rows_add_null(r);
}

bool rows_complete(const struct rows *r)
{
	return !((const struct memory *)r->memory)->failed;
}

void rows_free(struct rows *r)
{
	if (!r)
		return;
	struct memory *m = r->memory;
	while (m && m->blocks) {
		struct block *next = m->blocks->next;
		free(m->blocks);
		m->blocks = next;
	}
	free(m);
	free(r->values);
	free(r->columns);
	free(r);
}

int rows_column(const struct rows *r, const char *name)
{
	for (int i = 0; i < r->column_count; i++)
		if (strcmp(r->columns[i], name) == 0)
			return i;
	return -1;
}

void rows_add_value(struct rows *r, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NULL: rows_add_null(r); break;
	case VALUE_INTEGER: rows_add_integer(r, v->integer); break;
	case VALUE_REAL: rows_add_real(r, v->real); break;
	case VALUE_TEXT:
	case VALUE_BLOB: rows_add_bytes(r, v->kind, v->text, v->length); break;
	}
}

/* ---- reading ---- */

const struct value *rows_at(const struct rows *r, size_t row, int column)
{
	static const struct value none = { .kind = VALUE_NULL };
	return column < 0 ? &none : &r->values[row * (size_t)r->column_count + (size_t)column];
}

const struct value *rows_named(const struct rows *r, size_t row, const char *column)
{
	return rows_at(r, row, rows_column(r, column));
}

const char *value_text(const struct value *v)
{
	return v->kind == VALUE_TEXT ? v->text : "";
}

const char *rows_text(const struct rows *r, size_t row, int column)
{
	return value_text(rows_at(r, row, column));
}

double rows_number(const struct rows *r, size_t row, int column)
{
	const struct value *v = rows_at(r, row, column);
	return v->kind == VALUE_REAL || v->kind == VALUE_INTEGER ? v->real : NAN;
}

int64_t rows_integer(const struct rows *r, size_t row, int column)
{
	const struct value *v = rows_at(r, row, column);
	return v->kind == VALUE_INTEGER ? v->integer : 0;
}

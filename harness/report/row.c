/* row.c - see row.h. */
#include "row.h"

#include <math.h>

static const struct value *value_at(const struct rows *r, size_t row, int column)
{
	return column < 0 ? NULL : &r->values[row * (size_t)r->column_count + (size_t)column];
}

const char *row_text(const struct rows *r, size_t row, int column)
{
	const struct value *v = value_at(r, row, column);

	return v && v->kind == VALUE_TEXT ? v->text : "";
}

double row_number(const struct rows *r, size_t row, int column)
{
	const struct value *v = value_at(r, row, column);

	return v && (v->kind == VALUE_REAL || v->kind == VALUE_INTEGER) ? v->real : NAN;
}

int64_t row_integer(const struct rows *r, size_t row, int column)
{
	const struct value *v = value_at(r, row, column);

	return v && v->kind == VALUE_INTEGER ? v->integer : 0;
}

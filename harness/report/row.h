/* row.h - reading the answer of a query: one value at a time, with what stands for "nothing"
 * decided here. */
#ifndef REPORT_ROW_H
#define REPORT_ROW_H

#include "../store/store.h"

/* The value in that row and column: "" when it is no text; NAN when it is no number; 0 when it is
 * no whole number. A column of -1 (one that is not there) has nothing. */
const char *row_text(const struct rows *r, size_t row, int column);
double row_number(const struct rows *r, size_t row, int column);
int64_t row_integer(const struct rows *r, size_t row, int column);

#endif

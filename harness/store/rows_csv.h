/* rows_csv.h - rows from a CSV file as report/format.h writes it. */
#ifndef STORE_ROWS_CSV_H
#define STORE_ROWS_CSV_H

#include "../base/err.h"
#include "rows.h"

/* Read the file: RFC 4180, lines may end with \n or \r\n; the first line names the columns. All
 * values are texts; an empty field is NULL, an empty text in quotes is one. On success *out is the
 * caller's (rows_free). Returns 0, or -1 with e ("FILE:LINE: ..."; ERR_USAGE: it is no such table;
 * ERR_ENVIRONMENT: it cannot be read). */
int rows_read_csv(const char *path, struct err *e, struct rows **out);

#endif

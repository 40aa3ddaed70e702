/* table_macros.h - a table as LaTeX macros, one a number, so that a paper's text never copies a
 * figure by hand. */
#ifndef REPORT_TABLE_MACROS_H
#define REPORT_TABLE_MACROS_H

#include "tables.h"

/* Append a line of \newcommand for every number: \mainMnistSingleTestAccuracyMean{98.70}, with a
 * comment before each row that says which trials it is. Names are made of the table's id, the row's
 * labels and the metric: letters only, each word with a capital, digits spelled out (cifar10:
 * CifarOneZero). Numbers are printed as in the tables. Returns 0, or -1 with e (ERR_USAGE: two rows
 * with the same name). */
int table_macros(struct str *out, const struct table *t, struct err *e);

#endif

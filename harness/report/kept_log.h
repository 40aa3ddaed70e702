/* kept_log.h - what a trial's program printed, out of the database. */
#ifndef REPORT_KEPT_LOG_H
#define REPORT_KEPT_LOG_H

#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"
#include "../store/rows.h"

/* Append what is kept of the stream in a row of the query "log"; nothing where the row has none.
 * The bytes are the program's own. Returns 0, or -1 with e. */
int kept_log(struct str *out, const struct rows *r, size_t row, struct err *e);

#endif

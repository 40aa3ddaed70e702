/* sql_statistics.h - the statistics of stats.h, as SQL functions of a store. */
#ifndef REPORT_SQL_STATISTICS_H
#define REPORT_SQL_STATISTICS_H

#include "../store/open.h"

/* Let queries of this store use mean, sd, median, quantile, t_low, t_high, wilson_low and
 * wilson_high (read.h says what they are). Returns 0, or -1 with e. */
int sql_statistics_add(struct store *s, struct err *e);

#endif

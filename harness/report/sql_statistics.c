/* sql_statistics.c - hands the statistics of stats.h to the store, which hands them to SQLite. */
#include "sql_statistics.h"

#include "../store/read.h"
#include "stats.h"

static void t_interval(const double *x, size_t n, double level, double ends[2])
{
	const struct interval i = stats_t_interval(x, n, level);
	ends[0] = i.low;
	ends[1] = i.high;
}

static void wilson(double successes, double total, double level, double ends[2])
{
	const struct interval i = stats_wilson(successes, total, level);
	ends[0] = i.low;
	ends[1] = i.high;
}

int sql_statistics_add(struct store *s, struct err *e)
{
	static const struct store_statistics statistics = {
		.mean = stats_mean,
		.sd = stats_sd,
		.quantile = stats_quantile,
		.t_interval = t_interval,
		.wilson = wilson,
	};
	return store_add_statistics(s, &statistics, e);
}

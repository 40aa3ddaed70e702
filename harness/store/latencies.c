/* latencies.c - what was measured of a trained network's speed. */
#include <math.h>

#include "attempts.h"
#include "store_internal.h"

static void bind_known(sqlite3_stmt *statement, int index, double value)
{
	if (!isnan(value))
		sqlite3_bind_double(statement, index, value);
}

static int add_latency(struct store *s, const struct store_latency *l, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO latencies (attempt, environment, measured_at, kernels, number_format, "
		"batch, samples,"
		" p50, p90, p99, min, images_per_second, noise, load, mhz, histogram) VALUES (?, "
		"?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e);
	if (!insert)
		return -1;
	char now[STORE_TIME_TEXT];
	time_now(now);
	bind_integer(insert, 1, l->attempt);
	bind_integer(insert, 2, l->environment);
	bind_text(insert, 3, now);
	bind_text(insert, 4, l->kernels);
	bind_text(insert, 5, l->number_format);
	bind_integer(insert, 6, l->batch);
	bind_integer(insert, 7, l->samples);
	sqlite3_bind_double(insert, 8, l->p50);
	sqlite3_bind_double(insert, 9, l->p90);
	sqlite3_bind_double(insert, 10, l->p99);
	sqlite3_bind_double(insert, 11, l->min);
	sqlite3_bind_double(insert, 12, l->images_per_second);
	bind_known(insert, 13, l->noise);
	bind_known(insert, 14, l->load);
	bind_known(insert, 15, l->mhz);
	bind_text(insert, 16, l->histogram);
	return statement_run(s, insert, e);
}

int store_latency(struct store *s, const struct store_latency *l, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, add_latency(s, l, e), e);
}

/* stats_functions.c - statistics as SQL functions. Knows how SQLite calls functions and nothing of
 * statistics: those are handed in (store_add_statistics). All are declared harmless and
 * deterministic, so views of a user's own may use them too. */
#include "read.h"
#include "store_internal.h"

#include <math.h>
#include <stdlib.h>

/* The numbers of one group, collected by the steps of an aggregate function. */
struct sample {
	double *values;
	size_t count, capacity;
	double argument; /* the second one: the quantile or the level */
	bool has_argument;
};

static void step(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct sample *sample = sqlite3_aggregate_context(context, sizeof(*sample));
	if (!sample) {
		sqlite3_result_error_nomem(context);
		return;
	}
	if (count > 1 && !sample->has_argument) {
		sample->argument = sqlite3_value_double(values[1]);
		sample->has_argument = true;
	}
	const int type = sqlite3_value_numeric_type(values[0]);
	if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
		return; /* NULL, or a text that is no number, as avg() does */
	if (sample->count == sample->capacity) {
		const size_t capacity = sample->capacity ? 2 * sample->capacity : 16;
		double *larger = reallocarray(sample->values, capacity, sizeof(*larger));
		if (!larger) {
			sqlite3_result_error_nomem(context);
			return;
		}
		sample->values = larger;
		sample->capacity = capacity;
	}
	sample->values[sample->count++] = sqlite3_value_double(values[0]);
}

/* The collected sample; an empty one when there was no row. NULL only when memory ran out. */
static struct sample *collected(sqlite3_context *context)
{
	struct sample *sample = sqlite3_aggregate_context(context, sizeof(*sample));
	if (!sample)
		sqlite3_result_error_nomem(context);
	return sample;
}

/* Give the result (a NaN becomes NULL: there is no such number) and forget the sample. */
static void finish(sqlite3_context *context, struct sample *sample, double result)
{
	sqlite3_result_double(context, result);
	free(sample->values);
	sample->values = NULL;
}

static const struct store_statistics *functions_of(sqlite3_context *context)
{
	return sqlite3_user_data(context);
}

static void final_mean(sqlite3_context *context)
{
	struct sample *x = collected(context);
	if (x)
		finish(context, x, functions_of(context)->mean(x->values, x->count));
}

static void final_sd(sqlite3_context *context)
{
	struct sample *x = collected(context);
	if (x)
		finish(context, x, functions_of(context)->sd(x->values, x->count));
}

static void final_median(sqlite3_context *context)
{
	struct sample *x = collected(context);
	if (x)
		finish(context, x,
			x->count ? functions_of(context)->quantile(x->values, x->count, 0.5) : NAN);
}

static void final_quantile(sqlite3_context *context)
{
	struct sample *x = collected(context);
	if (!x)
		return;
	const bool allowed = x->argument >= 0 && x->argument <= 1;
	finish(context, x,
		x->count && allowed
			? functions_of(context)->quantile(x->values, x->count, x->argument)
			: NAN);
	if (!allowed)
		sqlite3_result_error(context, "quantile(x, q): q is from 0 to 1", -1);
}

/* A confidence level, 0.95 when none was given; -1 and the error when it makes no sense. */
static double level_of(sqlite3_context *context, bool given, double level)
{
	if (!given)
		return 0.95;
	if (level > 0 && level < 1)
		return level;
	sqlite3_result_error(context, "the level of an interval is between 0 and 1 (0.95)", -1);
	return -1;
}

static void final_t(sqlite3_context *context, bool high)
{
	struct sample *x = collected(context);
	if (!x)
		return;
	double ends[2] = { NAN, NAN };
	const double level = level_of(context, x->has_argument, x->argument);
	if (level > 0) {
		functions_of(context)->t_interval(x->values, x->count, level, ends);
		sqlite3_result_double(context, ends[high]);
	}
	free(x->values);
	x->values = NULL;
}

static void final_t_low(sqlite3_context *context)
{
	final_t(context, false);
}

static void final_t_high(sqlite3_context *context)
{
	final_t(context, true);
}

static void wilson(sqlite3_context *context, int count, sqlite3_value **values, bool high)
{
	double ends[2] = { NAN, NAN };
	for (int i = 0; i < count; i++)
		if (sqlite3_value_type(values[i]) == SQLITE_NULL)
			return; /* NULL */
	const double successes = sqlite3_value_double(values[0]),
		     total = sqlite3_value_double(values[1]);
	const double level =
		level_of(context, count > 2, count > 2 ? sqlite3_value_double(values[2]) : 0);
	if (level < 0)
		return;
	if (!(total >= 0 && successes >= 0 && successes <= total)) {
		sqlite3_result_error(context,
			"wilson_low and wilson_high (successes, total): successes are from 0 to "
			"total",
			-1);
		return;
	}
	functions_of(context)->wilson(successes, total, level, ends);
	sqlite3_result_double(context, ends[high]);
}

static void wilson_low(sqlite3_context *context, int count, sqlite3_value **values)
{
	wilson(context, count, values, false);
}

static void wilson_high(sqlite3_context *context, int count, sqlite3_value **values)
{
	wilson(context, count, values, true);
}

int store_add_statistics(struct store *s, const struct store_statistics *statistics, struct err *e)
{
	static const struct {
		const char *name;
		int arguments;
		void (*scalar)(sqlite3_context *, int, sqlite3_value **);
		void (*final)(sqlite3_context *);
	} functions[] = {
		{ "mean", 1, NULL, final_mean },
		{ "sd", 1, NULL, final_sd },
		{ "median", 1, NULL, final_median },
		{ "quantile", 2, NULL, final_quantile },
		{ "t_low", 1, NULL, final_t_low },
		{ "t_low", 2, NULL, final_t_low },
		{ "t_high", 1, NULL, final_t_high },
		{ "t_high", 2, NULL, final_t_high },
		{ "wilson_low", 2, wilson_low, NULL },
		{ "wilson_low", 3, wilson_low, NULL },
		{ "wilson_high", 2, wilson_high, NULL },
		{ "wilson_high", 3, wilson_high, NULL },
	};
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (sqlite3_create_function_v2(s->db, functions[i].name, functions[i].arguments,
			    flags, (void *)statistics, functions[i].scalar,
			    functions[i].final ? step : NULL, functions[i].final, NULL)
			!= SQLITE_OK)
			return store_error(s, e);
	return 0;
}

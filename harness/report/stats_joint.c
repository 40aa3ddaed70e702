/* stats_joint.c - joint sign flips of a family of paired comparisons: step-down max-T p values, and
 * the intervals of the same tests (stats.h). */
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

enum { SEED = 20250126, RANDOM_PATTERNS = 100000 };
static const double tie = 1e-9; /* statistics this close are equal */

struct family {
	const double *difference; /* [pairs][count] */
	size_t pairs, count, patterns;
	int8_t *signs;    /* [patterns][pairs] of random patterns; NULL: every pattern */
	double *x, *here; /* [pairs] one column, NaN as 0, and 1 where it has a pair */
	double *seen;     /* [count] statistics of the data; -1: a column without a pair */
	size_t *order;    /* [count] columns, the largest statistic first */
	/* [patterns] */
	double *sums;           /* of the column */
	double *low, *high;     /* the shifts that a pattern keeps */
	double *first, *second; /* the largest statistics of the columns added so far, */
	size_t *who;            /* and which column has the largest */
};

/* Takes a column into x and here; returns how many pairs it has. */
static size_t take_column(struct family *f, size_t column)
{
	size_t n = 0;

	for (size_t i = 0; i < f->pairs; i++) {
		const double d = f->difference[i * f->count + column];
		f->here[i] = isnan(d) ? 0 : 1;
		f->x[i] = isnan(d) ? 0 : d;
		n += !isnan(d);
	}
	return n;
}

/* out[k]: the sum of x with the signs of pattern k. Pattern 0 flips nothing. */
static void flip(const struct family *f, const double *x, double *out)
{
	out[0] = 0;
	for (size_t i = 0; i < f->pairs; i++)
		out[0] += x[i];
	for (size_t k = 1; f->signs && k < f->patterns; k++) {
		out[k] = 0;
		for (size_t i = 0; i < f->pairs; i++)
			out[k] += f->signs[k * f->pairs + i] * x[i];
	}
	for (size_t i = 1; !f->signs && i < f->pairs; i++) {
		const size_t half = (size_t)1 << (i - 1);
		for (size_t k = 0; k < half; k++)
			out[half + k] = out[k] - 2 * x[i];
	}
}

static double scale_of(const struct family *f)
{
	double squares = 0;

	for (size_t i = 0; i < f->pairs; i++)
		squares += f->x[i] * f->x[i];
	return squares > 0 ? 1 / sqrt(squares) : 0;
}

static void measure(struct family *f)
{
	double *keys = f->first; /* not needed yet */

	for (size_t c = 0; c < f->count; c++) {
		const size_t n = take_column(f, c);
		double sum = 0;
		for (size_t i = 0; i < f->pairs; i++)
			sum += f->x[i];
		f->seen[c] = n ? fabs(sum) * scale_of(f) : -1;
		keys[c] = -f->seen[c];
	}
	gsl_sort_index(f->order, keys, 1, f->count);
}

/* ---- p ---- */

static void clear_maxima(struct family *f)
{
	for (size_t k = 0; k < f->patterns; k++) {
		f->first[k] = f->second[k] = 0;
		f->who[k] = SIZE_MAX;
	}
}

static void add_to_maxima(struct family *f, size_t column)
{
	take_column(f, column);
	flip(f, f->x, f->sums);
	const double scale = scale_of(f);
	for (size_t k = 0; k < f->patterns; k++) {
		const double t = fabs(f->sums[k]) * scale;
		if (t > f->first[k]) {
			f->second[k] = f->first[k];
			f->first[k] = t;
			f->who[k] = column;
		} else if (t > f->second[k]) {
			f->second[k] = t;
		}
	}
}

/* Each step's p is of the columns with at most its statistic; the largest so far is printed. */
static void correct(struct family *f, double *p)
{
	clear_maxima(f);
	for (size_t k = f->count; k-- > 0;) {
		const size_t c = f->order[k];
		size_t extreme = 0;
		add_to_maxima(f, c);
		for (size_t i = 0; i < f->patterns; i++)
			extreme += f->first[i] >= f->seen[c] - tie;
		p[c] = f->seen[c] < 0 ? NAN : (double)extreme / (double)f->patterns;
	}
	double largest = 0;
	for (size_t k = 0; k < f->count; k++) {
		const size_t c = f->order[k];
		largest = fmax(largest, p[c]);
		p[c] = isnan(p[c]) ? NAN : largest;
	}
}

/* ---- intervals ---- */

/* How far from its mean a column of n pairs has a statistic of at most m. It is
 * n u / sqrt(squares + n u^2) at distance u: below sqrt(n). */
static double reach(double m, size_t n, double squares)
{
	if (m >= sqrt((double)n) - tie)
		return INFINITY;
	return m * sqrt(squares / ((double)n * ((double)n - m * m)));
}

/* The shifts at which the column's flipped statistic is at least the unflipped one: from the mean
 * of the flipped pairs, or of the others, to the far side of the mean of all. */
static struct interval kept_by_own(double sum, double flipped_sum, double n, double flipped_n)
{
	const double count = (n - flipped_n) / 2, part = (sum - flipped_sum) / 2;

	if (count < 0.5 || count > n - 0.5)
		return (struct interval){ -INFINITY, INFINITY };
	const double a = part / count, b = (sum - part) / (n - count);
	return (struct interval){ fmin(a, b), fmax(a, b) };
}

/* The interval of a column against all that were added to the maxima, which it is one of: the
 * shifts that so many patterns keep. */
static struct interval invert(struct family *f, size_t column, size_t needed)
{
	const size_t n = take_column(f, column);
	double squares = 0;

	flip(f, f->x, f->sums);
	flip(f, f->here, f->low);
	const double sum = f->sums[0], mean = sum / (double)n;
	for (size_t i = 0; i < f->pairs; i++)
		squares += f->here[i] * (f->x[i] - mean) * (f->x[i] - mean);
	for (size_t k = 0; k < f->patterns; k++) {
		const struct interval own = kept_by_own(sum, f->sums[k], (double)n, f->low[k]);
		const double u =
			reach(f->who[k] == column ? f->second[k] : f->first[k], n, squares);
		f->low[k] = fmin(own.low, mean - u);
		f->high[k] = -fmax(own.high, mean + u);
	}
	const struct interval result = { gsl_stats_select(f->low, 1, f->patterns, needed - 1),
		-gsl_stats_select(f->high, 1, f->patterns, needed - 1) };
	return isinf(result.low) || isinf(result.high) ? interval_none() : result;
}

static struct interval with_zero(struct interval i)
{
	return interval_exists(i) ? (struct interval){ fmin(i.low, 0), fmax(i.high, 0) } : i;
}

/* From the smallest statistic up: all columns that are not rejected at once, then each rejected
 * one, equal statistics together. */
static void add_intervals(
	struct family *f, double alpha, const double *p, struct interval *intervals)
{
	size_t needed = 1, begin = 0, end = f->count;

	while ((double)needed / (double)f->patterns < alpha)
		needed++;
	while (begin < end && p[f->order[begin]] < alpha)
		begin++;
	clear_maxima(f);
	while (end > 0) {
		for (size_t k = begin; k < end; k++)
			add_to_maxima(f, f->order[k]);
		for (size_t k = begin; k < end; k++) {
			const size_t c = f->order[k];
			intervals[c] = f->seen[c] < 0 ? interval_none() : invert(f, c, needed);
			if (p[c] >= alpha) /* rounding must not part what a tie joins */
				intervals[c] = with_zero(intervals[c]);
		}
		end = begin;
		while (begin > 0
			&& f->seen[f->order[begin - 1]] <= f->seen[f->order[end - 1]] + tie)
			begin--;
	}
}

/* ---- the whole ---- */

static int draw_signs(struct family *f)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	f->signs = malloc(f->patterns * f->pairs);
	if (!rng || !f->signs) {
		if (rng)
			gsl_rng_free(rng);
		return -1;
	}
	gsl_rng_set(rng, SEED);
	for (size_t i = 0; i < f->pairs; i++)
		f->signs[i] = 1;
	for (size_t i = f->pairs; i < f->patterns * f->pairs; i++)
		f->signs[i] = gsl_rng_uniform_int(rng, 2) ? 1 : -1;
	gsl_rng_free(rng);
	return 0;
}

int stats_joint_sign_flip(const double *difference, size_t pairs, size_t count, double alpha,
	double *p, struct interval *intervals)
{
	for (size_t c = 0; c < count; c++) {
		p[c] = NAN;
		if (intervals)
			intervals[c] = interval_none();
	}
	if (!pairs || !count)
		return 0;
	stats_setup();
	struct family f = { .difference = difference,
		.pairs = pairs,
		.count = count,
		/* Every pattern: one and its opposite are the same. */
		.patterns = pairs > STATS_JOINT_EXACT_MAX ? RANDOM_PATTERNS
							  : (size_t)1 << (pairs - 1) };
	const size_t most = f.patterns > count ? f.patterns : count;
	double *room = malloc((2 * pairs + count + 5 * most) * sizeof(*room));
	size_t *places = malloc((count + f.patterns) * sizeof(*places));
	int result = room && places && (pairs <= STATS_JOINT_EXACT_MAX || !draw_signs(&f)) ? 0 : -1;
	if (result)
		goto out;
	f.x = room;
	f.here = room + pairs;
	f.seen = room + 2 * pairs;
	f.sums = f.seen + count;
	f.low = f.sums + most;
	f.high = f.low + most;
	f.first = f.high + most;
	f.second = f.first + most;
	f.order = places;
	f.who = places + count;
	measure(&f);
	correct(&f, p);
	if (intervals)
		add_intervals(&f, alpha, p, intervals);
out:
	free(room);
	free(places);
	free(f.signs);
	return result;
}

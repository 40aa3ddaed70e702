/* stats_resample.c - statistics that resample seeds: the max-T correction of a family of paired
 * comparisons, and the bootstrap over seeds and test images (stats.h). */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

enum {
	SEED = 20250126,
	EXACT_PAIRS_MAX = 20, /* 2^19 patterns: a pattern and its opposite are one */
	RANDOM_PATTERNS = 100000,
	CROSSED_RESAMPLES = 1999,
};

/* ---- max-T ---- */

struct family {
	const double *difference; /* [pairs][count] */
	size_t pairs, count;
	double *scale; /* [count] 1 / sqrt(sum of squares); 0: no difference but 0; NAN: none */
	double *sum, *seen; /* [count] of the present pattern, and |.| of the data scaled */
	size_t *order;      /* [count] columns, the largest statistic first */
	double *extreme;    /* [count] patterns whose successive maximum reaches the column's */
	double patterns;
};

static double entry(const struct family *f, size_t pair, size_t column)
{
	const double d = f->difference[pair * f->count + column];

	return isnan(d) ? 0 : d;
}

static double statistic(const struct family *f, size_t column)
{
	return isnan(f->scale[column]) ? -1 : fabs(f->sum[column]) * f->scale[column];
}

static void measure(struct family *f)
{
	double *keys = f->extreme; /* not needed yet */

	for (size_t c = 0; c < f->count; c++) {
		double squares = 0;
		size_t there = 0;
		f->sum[c] = 0;
		for (size_t i = 0; i < f->pairs; i++) {
			there += !isnan(f->difference[i * f->count + c]);
			squares += entry(f, i, c) * entry(f, i, c);
			f->sum[c] += entry(f, i, c);
		}
		f->scale[c] = !there ? NAN : squares > 0 ? 1 / sqrt(squares) : 0;
		f->seen[c] = statistic(f, c);
		keys[c] = -f->seen[c];
	}
	gsl_sort_index(f->order, keys, 1, f->count);
	memset(f->extreme, 0, f->count * sizeof(*f->extreme));
}

/* Count the present pattern: from the smallest statistic up, the maximum so far. */
static void count_pattern(struct family *f)
{
	double largest = 0;

	f->patterns++;
	for (size_t k = f->count; k-- > 0;) {
		const size_t c = f->order[k];
		largest = fmax(largest, statistic(f, c));
		f->extreme[c] += largest >= f->seen[c] - 1e-9;
	}
}

static void flip(struct family *f, size_t pair, double sign)
{
	for (size_t c = 0; c < f->count; c++)
		f->sum[c] += 2 * sign * entry(f, pair, c);
}

/* Every pattern once up to its opposite, each from the one before by one flip (Gray code). */
static void every_pattern(struct family *f)
{
	const unsigned long last = 1ul << (f->pairs - 1);
	unsigned long negative = 0;

	count_pattern(f);
	for (unsigned long step = 1; step < last; step++) {
		const int pair = __builtin_ctzl(step);
		negative ^= 1ul << pair;
		flip(f, (size_t)pair, negative >> pair & 1 ? -1 : 1);
		count_pattern(f);
	}
}

/* The pattern that is seen, and random ones. */
static int random_patterns(struct family *f)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!rng)
		return -1;
	gsl_rng_set(rng, SEED);
	count_pattern(f);
	for (int k = 1; k < RANDOM_PATTERNS; k++) {
		memset(f->sum, 0, f->count * sizeof(*f->sum));
		for (size_t i = 0; i < f->pairs; i++) {
			const double sign = gsl_rng_uniform_int(rng, 2) ? 1 : -1;
			for (size_t c = 0; c < f->count; c++)
				f->sum[c] += sign * entry(f, i, c);
		}
		count_pattern(f);
	}
	gsl_rng_free(rng);
	return 0;
}

int stats_joint_sign_flip(const double *difference, size_t pairs, size_t count, double *p)
{
	if (!pairs || !count) {
		for (size_t c = 0; c < count; c++)
			p[c] = NAN;
		return 0;
	}
	stats_setup();
	double *room = malloc(4 * count * sizeof(*room));
	size_t *order = malloc(count * sizeof(*order));
	struct family f = { difference, pairs, count, .order = order };
	int result = room && order ? 0 : -1;
	if (result)
		goto out;
	f.scale = room;
	f.sum = room + count;
	f.seen = room + 2 * count;
	f.extreme = room + 3 * count;
	measure(&f);
	if (pairs > EXACT_PAIRS_MAX)
		result = random_patterns(&f);
	else
		every_pattern(&f);
	double largest = 0;
	for (size_t k = 0; k < count && !result; k++) {
		const size_t c = order[k];
		largest = fmax(largest, f.extreme[c] / f.patterns);
		p[c] = isnan(f.scale[c]) ? NAN : largest;
	}
out:
	free(room);
	free(order);
	return result;
}

/* ---- seeds and test images ---- */

/* The sum of difference with each seed and each image as often as it was drawn. */
static double weighted_sum(const int8_t *difference, size_t seeds, size_t images,
	const unsigned *seed_times, const unsigned *image_times)
{
	double sum = 0;

	for (size_t s = 0; s < seeds; s++) {
		const int8_t *row = difference + s * images;
		long total = 0;
		if (!seed_times[s])
			continue;
		for (size_t i = 0; i < images; i++)
			total += (long)row[i] * (long)image_times[i];
		sum += (double)total * seed_times[s];
	}
	return sum;
}

/* Draw so many of n, each as often as it comes. */
static void draw(gsl_rng *rng, unsigned *times, size_t n, size_t draws)
{
	memset(times, 0, n * sizeof(*times));
	for (size_t i = 0; i < draws; i++)
		times[gsl_rng_uniform_int(rng, n)]++;
}

/* The mean of all, and what its variance is by the seeds alone: s^2 / n. */
static double mean_of(const int8_t *difference, size_t seeds, size_t images, double *of_seeds)
{
	double mean = 0, squares = 0;

	for (size_t s = 0; s < seeds; s++) {
		long total = 0;
		for (size_t i = 0; i < images; i++)
			total += difference[s * images + i];
		const double row = (double)total / (double)images, before = mean;
		mean += (row - mean) / (double)(s + 1);
		squares += (row - before) * (row - mean);
	}
	*of_seeds = squares / (double)(seeds - 1) / (double)seeds;
	return mean;
}

/* By how much Student's quantile is larger than the normal one, for a variance of which so much is
 * that of the mean of a few seeds. */
static double stretch(double all, double of_seeds, size_t seeds, double level)
{
	if (!(of_seeds > 0))
		return 1;
	const double share = fmax(all, of_seeds) / of_seeds,
		     freedom = fmin((double)(seeds - 1) * share * share, 1e6);
	return gsl_cdf_tdist_Pinv(0.5 + level / 2, freedom)
		/ gsl_cdf_ugaussian_Pinv(0.5 + level / 2);
}

struct interval stats_crossed_interval(
	const int8_t *difference, size_t seeds, size_t images, double level)
{
	if (seeds < 3 || !images)
		return interval_none();
	stats_setup();
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	unsigned *times = malloc((seeds + images) * sizeof(*times));
	double *means = malloc(CROSSED_RESAMPLES * sizeof(*means));
	struct interval result = interval_none();
	if (!rng || !times || !means)
		goto out;
	gsl_rng_set(rng, SEED);
	for (int k = 0; k < CROSSED_RESAMPLES; k++) {
		draw(rng, times, seeds, seeds - 1);
		draw(rng, times + seeds, images, images);
		means[k] = weighted_sum(difference, seeds, images, times, times + seeds)
			/ ((double)(seeds - 1) * (double)images);
	}
	double of_seeds;
	const double mean = mean_of(difference, seeds, images, &of_seeds),
		     all = gsl_stats_variance(means, 1, CROSSED_RESAMPLES),
		     by = stretch(all, of_seeds, seeds, level);
	gsl_sort(means, 1, CROSSED_RESAMPLES);
	result = (struct interval){
		mean
			+ by
				* (gsl_stats_quantile_from_sorted_data(
					   means, 1, CROSSED_RESAMPLES, 0.5 - level / 2)
					- mean),
		mean
			+ by
				* (gsl_stats_quantile_from_sorted_data(
					   means, 1, CROSSED_RESAMPLES, 0.5 + level / 2)
					- mean),
	};
out:
	if (rng)
		gsl_rng_free(rng);
	free(times);
	free(means);
	return result;
}

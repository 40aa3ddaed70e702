/* stats_resample.c - the bootstrap over seeds and test images (stats.h). */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

enum { SEED = 20250126, CROSSED_RESAMPLES = 1999 };

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

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

struct crossed_draws {
	size_t seeds, images;
	uint8_t *times; /* [CROSSED_RESAMPLES][seeds + images]: how often each was drawn */
};

struct crossed_draws *stats_crossed_draws_new(void)
{
	return calloc(1, sizeof(struct crossed_draws));
}

void stats_crossed_draws_free(struct crossed_draws *draws)
{
	if (draws)
		free(draws->times);
	free(draws);
}

/* Draw so many of n, each as often as it comes: 255 times never does. */
static void draw(gsl_rng *rng, uint8_t *times, size_t n, size_t draws)
{
	for (size_t i = 0; i < draws; i++)
		times[gsl_rng_uniform_int(rng, n)]++;
}

/* Fill d, unless it is of this shape. Returns 0, or -1 without memory. */
static int draw_all(struct crossed_draws *d, size_t seeds, size_t images)
{
	const size_t width = seeds + images;

	if (d->times && d->seeds == seeds && d->images == images)
		return 0;
	free(d->times);
	*d = (struct crossed_draws){ seeds, images, calloc(CROSSED_RESAMPLES, width) };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!rng || !d->times) {
		if (rng)
			gsl_rng_free(rng);
		return -1;
	}
	gsl_rng_set(rng, SEED);
	for (size_t k = 0; k < CROSSED_RESAMPLES; k++) {
		draw(rng, d->times + k * width, seeds, seeds - 1);
		draw(rng, d->times + k * width + seeds, images, images);
	}
	gsl_rng_free(rng);
	return 0;
}

/* The sum of difference with each seed and each image as often as it was drawn. */
static double weighted_sum(const int8_t *difference, size_t seeds, size_t images,
	const uint8_t *seed_times, const uint8_t *image_times)
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

struct interval stats_crossed_interval(const int8_t *difference, size_t seeds, size_t images,
	double level, struct crossed_draws *draws)
{
	if (seeds < 3 || !images)
		return interval_none();
	stats_setup();
	struct crossed_draws own = { 0 };
	struct crossed_draws *d = draws ? draws : &own;
	double *means = malloc(CROSSED_RESAMPLES * sizeof(*means));
	struct interval result = interval_none();
	if (!means || draw_all(d, seeds, images))
		goto out;
	for (size_t k = 0; k < CROSSED_RESAMPLES; k++) {
		const uint8_t *times = d->times + k * (seeds + images);
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
	free(own.times);
	free(means);
	return result;
}

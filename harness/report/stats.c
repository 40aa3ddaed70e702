/* stats.c - intervals and tests on arrays of numbers (GSL). Knows nothing of trials, files or SQL.
 */
#include "stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../base/err.h"

enum { BOOTSTRAP_RESAMPLES = 9999, BOOTSTRAP_SEED = 20250126 };

static void handler_off(void)
{
	gsl_set_error_handler_off();
}

void stats_setup(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, handler_off);
}

struct interval interval_none(void)
{
	return (struct interval){ NAN, NAN };
}

bool interval_exists(struct interval i)
{
	return !isnan(i.low) && !isnan(i.high);
}

struct interval interval_hull(struct interval a, struct interval b)
{
	if (!interval_exists(a) || !interval_exists(b))
		return interval_none();
	return (struct interval){ fmin(a.low, b.low), fmax(a.high, b.high) };
}

/* A program that cannot have a few kilobytes has no statistics to report; like a string that cannot
 * be built (str.h). */
static double *numbers(size_t n)
{
	double *x = malloc((n ? n : 1) * sizeof(*x));

	if (!x)
		err_end_nomem();
	return x;
}

static bool all_finite(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

static double *sorted_copy(const double *x, size_t n)
{
	double *copy = numbers(n);

	memcpy(copy, x, n * sizeof(*x));
	gsl_sort(copy, 1, n);
	return copy;
}

/* ---- one sample ---- */

double stats_mean(const double *x, size_t n)
{
	return n ? gsl_stats_mean(x, 1, n) : NAN;
}

double stats_sd(const double *x, size_t n)
{
	return n >= 2 ? gsl_stats_sd(x, 1, n) : NAN;
}

double stats_min(const double *x, size_t n)
{
	return n ? gsl_stats_min(x, 1, n) : NAN;
}

double stats_max(const double *x, size_t n)
{
	return n ? gsl_stats_max(x, 1, n) : NAN;
}

double stats_quantile(const double *x, size_t n, double q)
{
	if (!n || !(q >= 0 && q <= 1))
		return NAN;
	double *sorted = sorted_copy(x, n);
	const double result = gsl_stats_quantile_from_sorted_data(sorted, 1, n, q);

	free(sorted);
	return result;
}

double stats_median(const double *x, size_t n)
{
	return stats_quantile(x, n, 0.5);
}

struct interval stats_t_interval(const double *x, size_t n, double level)
{
	if (n < 2)
		return interval_none();
	stats_setup();
	const double mean = stats_mean(x, n);
	const double half = gsl_cdf_tdist_Pinv(0.5 + level / 2, (double)(n - 1)) * stats_sd(x, n)
		/ sqrt((double)n);

	return (struct interval){ mean - half, mean + half };
}

/* The acceleration of BCa: a sixth of the skewness of the jackknife values, from leaving each value
 * out in turn. */
static double acceleration(const double *x, size_t n, double (*statistic)(const double *, size_t))
{
	double *rest = numbers(n), *left = numbers(n);

	for (size_t i = 0; i < n; i++) {
		memcpy(rest, x, i * sizeof(*x));
		memcpy(rest + i, x + i + 1, (n - 1 - i) * sizeof(*x));
		left[i] = statistic(rest, n - 1);
	}
	const double mean = stats_mean(left, n);
	double squares = 0, cubes = 0;
	for (size_t i = 0; i < n; i++) {
		const double d = mean - left[i];
		squares += d * d;
		cubes += d * d * d;
	}
	free(rest);
	free(left);
	return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* Fill resampled with the statistic of BOOTSTRAP_RESAMPLES samples drawn from x with replacement,
 * sorted. */
static int bootstrap(
	double *resampled, const double *x, size_t n, double (*statistic)(const double *, size_t))
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!rng)
		return -1;
	double *sample = numbers(n);

	gsl_rng_set(rng, BOOTSTRAP_SEED);
	for (int b = 0; b < BOOTSTRAP_RESAMPLES; b++) {
		for (size_t i = 0; i < n; i++)
			sample[i] = x[gsl_rng_uniform_int(rng, n)];
		resampled[b] = statistic(sample, n);
	}
	gsl_sort(resampled, 1, BOOTSTRAP_RESAMPLES);
	free(sample);
	gsl_rng_free(rng);
	return 0;
}

struct interval stats_bca_interval(
	const double *x, size_t n, double (*statistic)(const double *, size_t), double level)
{
	if (n < 3 || !all_finite(x, n) || stats_min(x, n) == stats_max(x, n))
		return interval_none();
	stats_setup();
	double *resampled = numbers(BOOTSTRAP_RESAMPLES);
	if (bootstrap(resampled, x, n, statistic)) {
		free(resampled);
		return interval_none();
	}
	const double seen = statistic(x, n);
	double below = 0;
	for (int b = 0; b < BOOTSTRAP_RESAMPLES; b++)
		below += resampled[b] < seen   ? 1
			: resampled[b] == seen ? 0.5
					       : 0; /* ties split: few values have many */
	const double bias = gsl_cdf_ugaussian_Pinv(below / BOOTSTRAP_RESAMPLES),
		     a = acceleration(x, n, statistic);
	double bound[2];
	for (int side = 0; side < 2; side++) {
		const double z =
			bias + gsl_cdf_ugaussian_Pinv(side ? 0.5 + level / 2 : 0.5 - level / 2);
		const double q = gsl_cdf_ugaussian_P(bias + z / (1 - a * z));
		bound[side] =
			gsl_stats_quantile_from_sorted_data(resampled, 1, BOOTSTRAP_RESAMPLES, q);
	}
	free(resampled);
	return (struct interval){ bound[0], bound[1] };
}

struct interval stats_wilson(double successes, double total, double level)
{
	if (!(total > 0) || !(successes >= 0 && successes <= total))
		return interval_none();
	stats_setup();
	const double z = gsl_cdf_ugaussian_Pinv(0.5 + level / 2), p = successes / total,
		     z2 = z * z / total;
	const double centre = (p + z2 / 2) / (1 + z2),
		     half = z / (1 + z2) * sqrt(p * (1 - p) / total + z2 / (4 * total));

	/* At the ends the bound is exactly 0 or 1; rounding would leave a trace beyond it. */
	return (struct interval){ successes == 0 ? 0 : centre - half,
		successes == total ? 1 : centre + half };
}

/* ---- two samples, in pairs ---- */

size_t stats_pair(const double *x, const uint64_t *x_keys, size_t nx, const double *y,
	const uint64_t *y_keys, size_t ny, double *difference)
{
	return stats_pair_keys(x, x_keys, nx, y, y_keys, ny, difference, NULL);
}

size_t stats_pair_keys(const double *x, const uint64_t *x_keys, size_t nx, const double *y,
	const uint64_t *y_keys, size_t ny, double *difference, uint64_t *keys)
{
	size_t pairs = 0;

	for (size_t i = 0; i < nx; i++)
		for (size_t k = 0; k < ny; k++)
			if (x_keys[i] == y_keys[k]) {
				if (keys)
					keys[pairs] = x_keys[i];
				difference[pairs++] = x[i] - y[k];
				break;
			}
	return pairs;
}

/* All 2^n sums of +-x[i]. */
static double *signed_sums(const double *x, size_t n)
{
	double *sums = numbers((size_t)1 << n);

	sums[0] = 0;
	for (size_t i = 0; i < n; i++) {
		const size_t half = (size_t)1 << i;
		for (size_t k = 0; k < half; k++) {
			sums[half + k] = sums[k] + x[i];
			sums[k] -= x[i];
		}
	}
	return sums;
}

/* How many of the sorted values are below limit. */
static size_t count_below(const double *sorted, size_t n, double limit)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (sorted[middle] < limit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many of the 2^n sign patterns of x have a sum of at least limit; with both_sides also those
 * of at most -limit. Every pattern is one of the first half's and one of the second half's: 2^(n/2)
 * sums each, met by binary search. */
static double count_patterns(const double *x, size_t n, double limit, bool both_sides)
{
	const size_t first = n / 2, second = n - first;
	const size_t na = (size_t)1 << first, nb = (size_t)1 << second;
	double *a = signed_sums(x, first), *b = signed_sums(x + first, second), count = 0;

	gsl_sort(b, 1, nb);
	for (size_t i = 0; i < na; i++) {
		count += (double)(nb - count_below(b, nb, limit - a[i]));
		if (both_sides)
			count += (double)count_below(b, nb, nextafter(-limit - a[i], INFINITY));
	}
	free(a);
	free(b);
	return count;
}

/* The sum of x - shift, less a trace: accuracies are multiples of 1/10000, so sums that are equal
 * in truth differ by rounding alone, and count as equal. */
static double shifted_sum(const double *x, size_t n, double shift, double *size)
{
	double sum = 0;

	*size = 0;
	for (size_t i = 0; i < n; i++) {
		sum += x[i] - shift;
		*size += fabs(x[i]) + fabs(shift);
	}
	return sum;
}

double stats_sign_flip(const double *difference, size_t n)
{
	if (!n || n > STATS_EXACT_MAX || !all_finite(difference, n))
		return NAN;
	double size;
	const double limit = fabs(shifted_sum(difference, n, 0, &size)) - 1e-12 * size;

	return limit <= 0 ? 1 : count_patterns(difference, n, limit, true) / ldexp(1, (int)n);
}

/* p of the one-sided test of "the mean of x is at most 0". */
static double one_sided(const double *x, size_t n)
{
	double size;
	const double limit = shifted_sum(x, n, 0, &size) - 1e-12 * size;

	return count_patterns(x, n, limit, false) / ldexp(1, (int)n);
}

/* Does the test reject the mean `shift`? */
static bool rejects(const double *x, size_t n, double shift, double alpha, double *room)
{
	for (size_t i = 0; i < n; i++)
		room[i] = x[i] - shift;
	return stats_sign_flip(room, n) <= alpha;
}

/* The end of the interval between `inside`, which is not rejected, and `outside`. */
static double bisect(
	const double *x, size_t n, double inside, double outside, double alpha, double *room)
{
	for (int i = 0; i < 100; i++) {
		const double middle = inside + (outside - inside) / 2;
		if (middle == inside || middle == outside)
			break;
		if (rejects(x, n, middle, alpha, room))
			outside = middle;
		else
			inside = middle;
	}
	return inside;
}

struct interval stats_sign_flip_interval(const double *difference, size_t n, double level)
{
	const double alpha = 1 - level;

	if (!n || n > STATS_EXACT_MAX || !all_finite(difference, n) || stats_exact_floor(n) > alpha)
		return interval_none();
	const double mean = stats_mean(difference, n), low = stats_min(difference, n),
		     high = stats_max(difference, n), beyond = (high - low) + fabs(mean) * 1e-9;
	double *room = numbers(n);
	const struct interval result = {
		bisect(difference, n, mean, low - beyond, alpha, room),
		bisect(difference, n, mean, high + beyond, alpha, room),
	};
	free(room);
	return result;
}

struct interval stats_difference_interval(const double *difference, size_t n, double level)
{
	return n > STATS_EXACT_MAX ? stats_t_interval(difference, n, level)
				   : stats_sign_flip_interval(difference, n, level);
}

struct interval stats_welch_interval(
	const double *x, size_t n, double mean, double sd, size_t other_n, double level)
{
	if (n < 2 || other_n < 2)
		return interval_none();
	stats_setup();
	const double difference = stats_mean(x, n) - mean,
		     ours = stats_sd(x, n) * stats_sd(x, n) / (double)n,
		     other = sd * sd / (double)other_n, both = ours + other;
	if (!(both > 0))
		return (struct interval){ difference, difference };
	const double freedom = both * both
		/ (ours * ours / (double)(n - 1) + other * other / (double)(other_n - 1));
	const double half = gsl_cdf_tdist_Pinv(0.5 + level / 2, freedom) * sqrt(both);
	return (struct interval){ difference - half, difference + half };
}

double stats_equivalence(const double *difference, size_t n, double margin)
{
	if (!n || n > STATS_EXACT_MAX || !(margin > 0) || !all_finite(difference, n))
		return NAN;
	double *room = numbers(n);

	for (size_t i = 0; i < n; i++)
		room[i] = difference[i] + margin;
	const double above = one_sided(room, n);
	for (size_t i = 0; i < n; i++)
		room[i] = margin - difference[i];
	const double below = one_sided(room, n);
	free(room);
	return above > below ? above : below;
}

/* Twice the midrank of |difference[i]| among the count non-zero ones: a whole number also with
 * ties. */
static unsigned doubled_rank(const double *d, size_t count, size_t i)
{
	unsigned below = 0, equal = 0;

	for (size_t k = 0; k < count; k++) {
		below += fabs(d[k]) < fabs(d[i]);
		equal += fabs(d[k]) == fabs(d[i]);
	}
	return 2 * below + equal + 1;
}

double stats_wilcoxon(const double *difference, size_t n)
{
	if (!all_finite(difference, n))
		return NAN;
	double *d = numbers(n);
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (difference[i] != 0)
			d[count++] = difference[i];
	if (!count) {
		free(d);
		return NAN;
	}
	/* ways[s]: the share of sign patterns whose positive (doubled) ranks sum to s. */
	const size_t total = count * (count + 1);
	double *ways = numbers(total + 1);
	size_t positive = 0;
	for (size_t s = 0; s <= total; s++)
		ways[s] = s == 0;
	for (size_t i = 0; i < count; i++) {
		const unsigned rank = doubled_rank(d, count, i);
		positive += d[i] > 0 ? rank : 0;
		for (size_t s = total + 1; s-- > 0;)
			ways[s] = (ways[s] + (s >= rank ? ways[s - rank] : 0)) / 2;
	}
	const size_t tail = positive < total - positive ? positive : total - positive;
	double p = 0;
	for (size_t s = 0; s <= tail; s++)
		p += 2 * ways[s];
	free(ways);
	free(d);
	return p < 1 ? p : 1;
}

/* x - y, of which either is known to be larger than it says (censored). */
static double known_difference(double x, bool x_censored, double y, bool y_censored)
{
	if (x_censored && y_censored)
		return 0;
	if (x_censored)
		return fmax(x + 1 - y, 0);
	return y_censored ? fmin(x - (y + 1), 0) : x - y;
}

size_t stats_pair_durations(
	const struct durations *x, const struct durations *y, double *difference, uint64_t *keys)
{
	size_t pairs = 0;

	for (size_t i = 0; i < x->n + x->censored; i++)
		for (size_t k = 0; k < y->n + y->censored; k++)
			if (x->keys[i] == y->keys[k]) {
				if (keys)
					keys[pairs] = x->keys[i];
				difference[pairs++] = known_difference(
					x->values[i], i >= x->n, y->values[k], k >= y->n);
				break;
			}
	return pairs;
}

double stats_paired_t(const double *difference, size_t n)
{
	const double sd = stats_sd(difference, n);
	if (!(sd > 0))
		return NAN;
	stats_setup();
	return 2
		* gsl_cdf_tdist_Q(
			fabs(stats_mean(difference, n)) / (sd / sqrt((double)n)), (double)(n - 1));
}

double stats_exact_floor(size_t n)
{
	return n ? ldexp(1, 1 - (int)n) : NAN;
}

size_t stats_exact_pairs(double alpha)
{
	size_t n = 1;

	while (n < 64 && stats_exact_floor(n) > alpha)
		n++;
	return n;
}

double stats_paired_exact(const double *difference, size_t n, double alpha)
{
	if (!n || stats_exact_floor(n) > alpha)
		return NAN;
	return n <= STATS_EXACT_MAX ? stats_sign_flip(difference, n)
				    : stats_wilcoxon(difference, n);
}

double stats_mcnemar_exact(unsigned only_a, unsigned only_b)
{
	if (only_a == only_b)
		return 1;
	stats_setup();
	return 2 * gsl_cdf_binomial_P(only_a < only_b ? only_a : only_b, 0.5, only_a + only_b);
}

double stats_mcnemar_mid(unsigned only_a, unsigned only_b)
{
	const unsigned discordant = only_a + only_b, fewer = only_a < only_b ? only_a : only_b;
	if (!discordant)
		return 1;
	stats_setup();
	const double at = gsl_cdf_binomial_P(fewer, 0.5, discordant);
	const double before = fewer ? gsl_cdf_binomial_P(fewer - 1, 0.5, discordant) : 0;
	return only_a == only_b
		? 1 - (at - before) / 2
		: at + before; /* the middle outcome lies on both sides (Fagerland 2013) */
}

void stats_holm(const double *p, size_t count, double *adjusted)
{
	if (!count)
		return;
	size_t *order = malloc(count * sizeof(*order));
	if (!order)
		err_end_nomem();
	double *given = numbers(count);
	size_t members = 0, rank = 0;

	memcpy(given, p, count * sizeof(*p));
	for (size_t i = 0; i < count; i++)
		members += !isnan(given[i]);
	double *keys = numbers(count);
	for (size_t i = 0; i < count; i++)
		keys[i] = isnan(given[i]) ? INFINITY : given[i]; /* behind all members */
	gsl_sort_index(order, keys, 1, count);
	double largest = 0;
	for (size_t k = 0; k < count; k++) {
		const size_t i = order[k];
		if (isnan(given[i])) {
			adjusted[i] = NAN;
			continue;
		}
		const double scaled = fmin(1, (double)(members - rank++) * given[i]);
		largest = fmax(largest, scaled);
		adjusted[i] = largest;
	}
	free(keys);
	free(given);
	free(order);
}

/* ---- effect sizes ---- */

double stats_dz(const double *difference, size_t n)
{
	const double sd = stats_sd(difference, n);

	return sd > 0 ? stats_mean(difference, n) / sd : NAN;
}

double stats_cliff_delta(const double *x, size_t nx, const double *y, size_t ny)
{
	if (!nx || !ny)
		return NAN;
	double balance = 0;

	for (size_t i = 0; i < nx; i++)
		for (size_t k = 0; k < ny; k++)
			balance += (x[i] > y[k]) - (x[i] < y[k]);
	return balance / ((double)nx * (double)ny);
}

const char *stats_library_version(void)
{
	return gsl_version;
}

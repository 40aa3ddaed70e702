/* stats.h - numbers about arrays of numbers: location, spread, intervals, tests, effect sizes. The
 * only file pair that knows GSL; knows nothing of trials, files or SQL.
 *
 * What cannot be computed (no values, one value where a spread is asked for) is NAN, never 0, and
 * an interval that does not exist is NAN on both sides; callers print "n/a". Every function is a
 * pure function of its arguments; the bootstrap has a fixed seed, so a table is the same table
 * tomorrow. Values are in the order of the caller (by seed); pairs share an index. */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* GSL's error handler aborts the program when it is not switched off: this switches it off, once
 * for the process. Every function below calls it, so nobody has to; it is here for programs that
 * use GSL themselves as well. */
void stats_setup(void);

struct interval {
	double low, high;
};

/* A missing interval (NAN, NAN), and whether one is there. */
struct interval interval_none(void);
bool interval_exists(struct interval i);
/* The smallest interval that holds both; none if one is missing. */
struct interval interval_hull(struct interval a, struct interval b);

/* ---- one sample ---- */

double stats_mean(const double *x, size_t n);
double stats_sd(const double *x, size_t n); /* divides by n - 1; NAN for n < 2 */
double stats_min(const double *x, size_t n);
double stats_max(const double *x, size_t n);

/* The q-quantile, 0 <= q <= 1, interpolated between order statistics (R's type 7, numpy's default).
 * x need not be sorted. */
double stats_quantile(const double *x, size_t n, double q);
double stats_median(const double *x, size_t n);

/* Student's t interval of the mean at this confidence level (0.95). Assumes normal deviations. None
 * for n < 2. */
struct interval stats_t_interval(const double *x, size_t n, double level);

/* BCa bootstrap interval (Efron 1987) of a statistic: 9999 resamples, seed fixed. None for n < 3,
 * when every value is equal, or when a value is NaN or infinite. */
struct interval stats_bca_interval(
	const double *x, size_t n, double (*statistic)(const double *, size_t), double level);

/* Wilson's score interval of a proportion: what a test set of so many images says about one model's
 * accuracy. None for total 0. */
struct interval stats_wilson(double successes, double total, double level);

/* ---- two samples, in pairs ---- */

/* The differences x - y of the values that have the same key (a seed; none twice on one side), in
 * the order of x; room for nx. Returns how many. difference may be x. */
size_t stats_pair(const double *x, const uint64_t *x_keys, size_t nx, const double *y,
	const uint64_t *y_keys, size_t ny, double *difference);

/* The same; keys, if it is not NULL, gets the keys of the pairs. */
size_t stats_pair_keys(const double *x, const uint64_t *x_keys, size_t nx, const double *y,
	const uint64_t *y_keys, size_t ny, double *difference, uint64_t *keys);

/* Durations until something happens, with their keys: values[0 .. n) are known, the `censored` ones
 * behind them are only known to be larger than they say. */
struct durations {
	const double *values;
	const uint64_t *keys;
	size_t n, censored;
};

/* The differences x - y of durations, as far as they are known: with one side censored the smallest
 * that it can be (2 against more than 5 epochs: at least 4 fewer), 0 where even the sign is unknown
 * or both sides are censored. So a difference is never made larger than it is, and has the other
 * sign with the sides exchanged, as a sign-flip test needs it. One unit is the smallest step.
 * Without censored values the same as stats_pair_keys. Room for x->n + x->censored; keys may be
 * NULL; difference and keys may not be x's. */
size_t stats_pair_durations(
	const struct durations *x, const struct durations *y, double *difference, uint64_t *keys);

enum {
	STATS_EXACT_MAX = 32,       /* pairs up to which the sign-flip test counts every outcome, */
	STATS_JOINT_EXACT_MAX = 20, /* and of a family (stats_joint_sign_flip) */
};

/* Exact two-sided sign-flip (Fisher-Pitman) test of "the mean of the differences is 0": the share
 * of the 2^n sign patterns whose sum is at least as far from 0 as the one seen. No assumption but
 * symmetry. NAN for n = 0, n > STATS_EXACT_MAX, or a difference that is NaN or infinite. */
double stats_sign_flip(const double *difference, size_t n);

/* The interval of the mean difference that this test gives: every shift that it does not reject at
 * 1 - level (Hartigan 1969). So it excludes 0 exactly when stats_sign_flip is at most 1 - level.
 * None where stats_sign_flip is NAN, or can never reach 1 - level. */
struct interval stats_sign_flip_interval(const double *difference, size_t n, double level);

/* The interval of a mean difference that is not tested: that of the sign-flip test, above
 * STATS_EXACT_MAX pairs Student's t. None for fewer pairs than either can use. */
struct interval stats_difference_interval(const double *difference, size_t n, double level);

/* The interval of the difference of two independent means, ours with its values and the other's
 * with its mean, standard deviation and n (Welch). None for n < 2 or other_n < 2. */
struct interval stats_welch_interval(
	const double *x, size_t n, double mean, double sd, size_t other_n, double level);

/* Equivalence within +-margin (two one-sided tests, Schuirmann 1987), each by the sign-flip test:
 * the larger p of "the mean is at most -margin" and "the mean is at least margin". Below alpha: the
 * interval of level 1 - 2 alpha lies inside the margin. NAN as stats_sign_flip, or margin <= 0. */
double stats_equivalence(const double *difference, size_t n, double margin);

/* A family of paired comparisons, corrected for their number: joint sign flips with step-down max-T
 * (Westfall and Young 1993, algorithm 4.1). difference is [pairs][count]; the pairs of one row (a
 * seed) share their sign, so the correlation between comparisons is used and less power is lost
 * than with Holm. A column's statistic is |sum| / sqrt(sum of squares). Entries that are NaN are
 * pairs that a comparison does not have; a column without any has p = NAN. Exact up to
 * STATS_JOINT_EXACT_MAX pairs, else 100,000 random patterns of a fixed seed. Equal or
 * opposite columns are one comparison: for intervals give it once.
 *
 * p[c] is the corrected p. intervals[c], if intervals is not NULL, holds the means that the same
 * test keeps at alpha: the shifts of the column for which the largest statistic of a set of columns
 * reaches that of the shifted column in a share of at least alpha of the patterns. The other
 * columns stay as they are. The set: step-down rejects from the largest statistic down and stops at
 * the first p of alpha or more. Of a rejected column these are all with at most its statistic, of
 * the rest all that are not rejected.
 *
 * The interval excludes 0 exactly when p[c] < alpha. Not shifted, a rejected column's share is the
 * p of its own step, which is below alpha. Any other column's is at least the p of the step that
 * stopped: the same set, a statistic no larger. The share never grows with the distance from the
 * mean, so the kept shifts are one interval.
 *
 * Each interval holds its mean with at least 1 - alpha, as the set only adds to the test of the
 * column alone; all intervals together need not. None where no shift is rejected: too few pairs.
 * Returns 0, or -1 without memory. */
int stats_joint_sign_flip(const double *difference, size_t pairs, size_t count, double alpha,
	double *p, struct interval *intervals);

/* Two-sided Wilcoxon signed-rank test, exact also with ties (midranks; zero differences are
 * dropped). NAN when nothing is left, or a difference is NaN or infinite. */
double stats_wilcoxon(const double *difference, size_t n);

/* Two-sided paired t test. NAN for n < 2 or when all differences are equal. */
double stats_paired_t(const double *difference, size_t n);

/* The smallest p that an exact test of n pairs can give, 2^(1-n), and the smallest n at which it
 * can reach alpha. */
double stats_exact_floor(size_t n);
size_t stats_exact_pairs(double alpha);

/* What tables and claims test pairs with: the sign-flip test, above STATS_EXACT_MAX pairs
 * Wilcoxon's. NAN when there are too few pairs ever to reach alpha. */
double stats_paired_exact(const double *difference, size_t n, double alpha);

/* Tests that are corrected together, as they are planned. */
struct stats_family {
	size_t tests;
	size_t most_pairs; /* of one of them */
};
/* Which seeds and images each resample draws: nearly all of the time of stats_crossed_interval. */
struct crossed_draws;
struct crossed_draws *stats_crossed_draws_new(void); /* NULL without memory */
void stats_crossed_draws_free(struct crossed_draws *draws);

/* The interval of a mean difference in accuracy that another test set and other seeds would need:
 * bootstrap over rows (seeds) and columns (test images) at once (the pigeonhole bootstrap, Owen
 * 2007): 1999 resamples, seed fixed. Percentiles of so few rows are too narrow (Hesterberg 2015,
 * The American Statistician 69:371): n - 1 of the n rows are drawn, and distances from the mean are
 * stretched from the normal to Student's quantile, with Satterthwaite's degrees of freedom, as only
 * the rows are few. difference is [seeds][images]: right in the
 * first model minus right in the second (-1, 0 or 1, or the sums over several networks). None for
 * fewer than 3 seeds or no images. draws, if not NULL, keeps the draws for the next call with as
 * many seeds and images; the interval is the same with and without. */
struct interval stats_crossed_interval(const int8_t *difference, size_t seeds, size_t images,
	double level, struct crossed_draws *draws);

/* McNemar's test of two models on the same images: only_a images are right in the first model
 * alone, only_b in the second. Exact two-sided (conditional binomial), and its mid-p form. 1 when
 * the models never disagree. */
double stats_mcnemar_exact(unsigned only_a, unsigned only_b);
double stats_mcnemar_mid(unsigned only_a, unsigned only_b);

/* Holm's correction of a family of count p values; NAN entries are no members of it. p and adjusted
 * may be the same array. */
void stats_holm(const double *p, size_t count, double *adjusted);

/* ---- effect sizes ---- */

/* Mean difference in units of the standard deviation of the differences. NAN for n < 2 or when all
 * are equal. */
double stats_dz(const double *difference, size_t n);

/* Cliff's delta: P(x > y) - P(x < y), from -1 to 1. NAN when either is empty. */
double stats_cliff_delta(const double *x, size_t nx, const double *y, size_t ny);

/* The version of GSL, which computes distributions and quantiles. */
const char *stats_library_version(void);

#endif

/* test_resample.c - intervals and corrections by sign flips, equivalence, and the crossed
 * bootstrap (harness/report/stats.h), against SciPy, brute force and closed forms. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "harness/report/stats.h"

static void check(double got, double want, double tolerance, const char *what, int line)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("line %d: %s is %.15g, wanted is %.15g", line, what, got, want);
}
#define CLOSE(got, want, tolerance) check((got), (want), (tolerance), #got, __LINE__)

/* Darwin's maize, in eighths of an inch (Fisher, The Design of Experiments, section 17). */
static const double darwin[] = { 49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48 };

/* The ends are the 819th smallest and largest of the 2^15 - 1 means of subsets (Hartigan 1969),
 * which numpy lists: -1/6 and 41. */
static void the_interval_of_the_sign_flip_test_has_hartigans_ends(void **state)
{
	(void)state;
	const struct interval i = stats_sign_flip_interval(darwin, 15, 0.95);

	CLOSE(i.low, -1.0 / 6, 1e-9);
	CLOSE(i.high, 41, 1e-9);
}

static void the_interval_excludes_zero_exactly_when_the_test_rejects_it(void **state)
{
	(void)state;
	double x[10];

	for (uint32_t k = 0; k < 200; k++) {
		for (uint32_t i = 0; i < 10; i++)
			x[i] = (double)((k * 7919u + i * 104729u) * 2654435761u >> 20) / 4096 - 0.3;
		const struct interval i = stats_sign_flip_interval(x, 10, 0.95);
		assert_int_equal(i.low > 0 || i.high < 0, stats_sign_flip(x, 10) <= 0.05);
		assert_true(i.low <= stats_mean(x, 10) && stats_mean(x, 10) <= i.high);
	}
}

static void six_pairs_have_their_extremes_as_interval_and_five_have_none(void **state)
{
	(void)state;
	const double x[] = { 3, 1, 4, 1.5, 9, 2.6 };
	const struct interval six = stats_sign_flip_interval(x, 6, 0.95);

	CLOSE(six.low, 1, 1e-9);
	CLOSE(six.high, 9, 1e-9);
	assert_false(interval_exists(stats_sign_flip_interval(x, 5, 0.95)));
}

/* scipy.stats.permutation_test((darwin / 8 + 6,), mean, permutation_type='samples',
 * alternative='greater') of SciPy 1.15 gives 0.0001220703125, of 6 - darwin / 8
 * 0.004058837890625. */
static void equivalence_agrees_with_scipy(void **state)
{
	(void)state;
	CLOSE(stats_equivalence(darwin, 15, 48), 0.004058837890625, 1e-15);
	assert_true(stats_equivalence(darwin, 15, 20) > 0.05);
	assert_true(isnan(stats_equivalence(darwin, 15, 0)));
	const double near[] = { 0.1, -0.1, 0.05, 0, -0.02, 0.03 };
	CLOSE(stats_equivalence(near, 6, 1), 1.0 / 64, 0);
}

/* All 256 patterns in numpy: step-down maxima of |sum| / sqrt(sum of squares). */
static void max_t_agrees_with_brute_force(void **state)
{
	(void)state;
	const double d[8][4] = { { 0.4, 0.1, -0.2, 0.3 }, { 0.5, -0.1, 0.1, 0.2 },
		{ 0.2, 0.3, 0.0, NAN }, { 0.6, 0.2, -0.4, 0.4 }, { 0.1, 0.0, 0.3, 0.1 },
		{ 0.7, -0.2, 0.2, 0.5 }, { 0.3, 0.4, -0.1, -0.1 }, { 0.2, 0.1, 0.1, 0.2 } };
	double p[4];

	assert_int_equal(stats_joint_sign_flip(&d[0][0], 8, 4, p), 0);
	CLOSE(p[0], 0.0078125, 0);
	CLOSE(p[1], 0.4453125, 0);
	CLOSE(p[2], 1, 0);
	CLOSE(p[3], 0.078125, 0);
}

static void max_t_of_one_comparison_is_the_sign_flip_test(void **state)
{
	(void)state;
	double p;

	assert_int_equal(stats_joint_sign_flip(darwin, 15, 1, &p), 0);
	CLOSE(p, stats_sign_flip(darwin, 15), 1e-15);
}

/* Two equal columns cost nothing: that is what Holm cannot see. */
static void max_t_knows_that_comparisons_are_correlated(void **state)
{
	(void)state;
	double twice[15][2], p[2];

	for (int i = 0; i < 15; i++)
		twice[i][0] = twice[i][1] = darwin[i];
	assert_int_equal(stats_joint_sign_flip(&twice[0][0], 15, 2, p), 0);
	CLOSE(p[0], stats_sign_flip(darwin, 15), 1e-15);
	CLOSE(p[1], p[0], 0);
}

static void max_t_of_many_pairs_draws_patterns_and_says_the_same_again(void **state)
{
	(void)state;
	double d[30], p, again;

	for (int i = 0; i < 30; i++)
		d[i] = darwin[i % 15];
	assert_int_equal(stats_joint_sign_flip(d, 30, 1, &p), 0);
	assert_int_equal(stats_joint_sign_flip(d, 30, 1, &again), 0);
	CLOSE(p, again, 0);
	CLOSE(p, stats_sign_flip(d, 30), 0.001); /* 0.0051: sd of the share is 0.0002 */
}

static void max_t_leaves_out_comparisons_without_a_pair(void **state)
{
	(void)state;
	const double d[3][2] = { { 1, NAN }, { 2, NAN }, { 3, NAN } };
	double p[2];

	assert_int_equal(stats_joint_sign_flip(&d[0][0], 3, 2, p), 0);
	CLOSE(p[0], 0.25, 0);
	assert_true(isnan(p[1]));
}

static void numbers_that_are_none_are_refused(void **state)
{
	(void)state;
	const double bad[2][7] = { { 1, 2, NAN, 3, 4, 5, 6 }, { 1, 2, INFINITY, 3, 4, 5, 6 } };

	for (int i = 0; i < 2; i++) {
		assert_true(isnan(stats_sign_flip(bad[i], 7)));
		assert_true(isnan(stats_wilcoxon(bad[i], 7)));
		assert_true(isnan(stats_equivalence(bad[i], 7, 1)));
		assert_false(interval_exists(stats_sign_flip_interval(bad[i], 7, 0.95)));
		assert_false(interval_exists(stats_bca_interval(bad[i], 7, stats_mean, 0.95)));
	}
}

/* With independent entries the variance of the crossed mean is that of seeds plus that of images;
 * here every seed has the same images right, so the interval is that of the images alone:
 * a binomial's, 0.3 +- 1.96 sqrt(0.3 * 0.7 / 1000) = 0.3 +- 0.0284. */
static void the_crossed_interval_holds_what_the_test_images_leave_open(void **state)
{
	(void)state;
	enum { SEEDS = 5, IMAGES = 1000 };
	int8_t *d = malloc(SEEDS * IMAGES);
	assert_non_null(d);

	for (int s = 0; s < SEEDS; s++)
		for (int i = 0; i < IMAGES; i++)
			d[s * IMAGES + i] = i % 10 < 3;
	const struct interval images = stats_crossed_interval(d, SEEDS, IMAGES, 0.95);
	CLOSE(images.low, 0.3 - 0.0284, 0.004);
	CLOSE(images.high, 0.3 + 0.0284, 0.004);
	for (int s = 0; s < SEEDS; s++)
		for (int i = 0; i < IMAGES; i++)
			d[s * IMAGES + i] = (int8_t)(s % 2); /* 0 1 0 1 0: seeds alone */
	/* 5 % of Binomial(4, 0.4) is 0 and 95 % is 3; with 4 degrees of freedom t / z is 2.1318 /
	 * 1.6449. The variance of the resamples is 0.06 but for chance. */
	const struct interval seeds = stats_crossed_interval(d, SEEDS, IMAGES, 0.9);
	CLOSE(seeds.low, 0.4 - 0.4 * 1.296, 0.01);
	CLOSE(seeds.high, 0.4 + 0.35 * 1.296, 0.01);
	assert_false(interval_exists(stats_crossed_interval(d, 2, IMAGES, 0.95)));
	free(d);
}

/* t.test(c(1.1, 1.3, 0.9, 1.2), 1 + 0.2 * scale(1:5)) of R 4.2. */
static void the_welch_interval_is_that_of_r(void **state)
{
	(void)state;
	const double x[] = { 1.1, 1.3, 0.9, 1.2 };
	const struct interval i = stats_welch_interval(x, 4, 1, 0.2, 5, 0.95);

	CLOSE(i.low, -0.16797306103588922, 1e-12);
	CLOSE(i.high, 0.41797306103588916, 1e-12);
	assert_false(interval_exists(stats_welch_interval(x, 1, 1, 0.2, 5, 0.95)));
	assert_false(interval_exists(stats_welch_interval(x, 4, 1, 0.2, 1, 0.95)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_welch_interval_is_that_of_r),
		cmocka_unit_test(the_interval_of_the_sign_flip_test_has_hartigans_ends),
		cmocka_unit_test(the_interval_excludes_zero_exactly_when_the_test_rejects_it),
		cmocka_unit_test(six_pairs_have_their_extremes_as_interval_and_five_have_none),
		cmocka_unit_test(equivalence_agrees_with_scipy),
		cmocka_unit_test(max_t_agrees_with_brute_force),
		cmocka_unit_test(max_t_of_one_comparison_is_the_sign_flip_test),
		cmocka_unit_test(max_t_knows_that_comparisons_are_correlated),
		cmocka_unit_test(max_t_of_many_pairs_draws_patterns_and_says_the_same_again),
		cmocka_unit_test(max_t_leaves_out_comparisons_without_a_pair),
		cmocka_unit_test(numbers_that_are_none_are_refused),
		cmocka_unit_test(the_crossed_interval_holds_what_the_test_images_leave_open),
	};
	return cmocka_run_group_tests_name("resample", tests, NULL, NULL);
}

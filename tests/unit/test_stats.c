/* test_stats.c - harness/report/stats against published values: NIST's certified results, textbook
 * tables, worked examples of the papers that introduced or compared a method, R's documented
 * results. The source stands beside every number. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "harness/report/stats.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void check(double got, double want, double tolerance, const char *what, int line)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("line %d: %s is %.15g, published is %.15g", line, what, got, want);
}
#define CLOSE(got, want, tolerance) check((got), (want), (tolerance), #got, __LINE__)

/* NIST StRD, univariate summary statistics, "Michelso": Michelson's speed of light, certified to 15
 * digits. */
static const double michelso[] = {
	299.85,
	299.74,
	299.90,
	300.07,
	299.93,
	299.85,
	299.95,
	299.98,
	299.98,
	299.88,
	300.00,
	299.98,
	299.93,
	299.65,
	299.76,
	299.81,
	300.00,
	300.00,
	299.96,
	299.96,
	299.96,
	299.94,
	299.96,
	299.94,
	299.88,
	299.80,
	299.85,
	299.88,
	299.90,
	299.84,
	299.83,
	299.79,
	299.81,
	299.88,
	299.88,
	299.83,
	299.80,
	299.79,
	299.76,
	299.80,
	299.88,
	299.88,
	299.88,
	299.86,
	299.72,
	299.72,
	299.62,
	299.86,
	299.97,
	299.95,
	299.88,
	299.91,
	299.85,
	299.87,
	299.84,
	299.84,
	299.85,
	299.84,
	299.84,
	299.84,
	299.89,
	299.81,
	299.81,
	299.82,
	299.80,
	299.77,
	299.76,
	299.74,
	299.75,
	299.76,
	299.91,
	299.92,
	299.89,
	299.86,
	299.88,
	299.72,
	299.84,
	299.85,
	299.85,
	299.78,
	299.89,
	299.84,
	299.78,
	299.81,
	299.76,
	299.81,
	299.79,
	299.81,
	299.82,
	299.85,
	299.87,
	299.87,
	299.81,
	299.74,
	299.81,
	299.94,
	299.95,
	299.80,
	299.81,
	299.87,
};

static void mean_and_sd_agree_with_nist_michelso(void **state)
{
	(void)state;
	assert_int_equal(COUNT(michelso), 100);
	CLOSE(stats_mean(michelso, 100), 299.852400000000, 1e-12);
	CLOSE(stats_sd(michelso, 100), 0.0790105478190518, 1e-13);
}

/* NIST StRD "NumAcc1" to "NumAcc4": made to break one-pass formulas. */
static void mean_and_sd_agree_with_nist_numacc(void **state)
{
	(void)state;
	const double first[] = { 10000001, 10000003, 10000002 };
	CLOSE(stats_mean(first, 3), 10000002, 0);
	CLOSE(stats_sd(first, 3), 1, 0);

	static const struct {
		double start, low, high, mean;
	} more[] = {
		{ 1.2, 1.1, 1.3, 1.2 },
		{ 1000000.2, 1000000.1, 1000000.3, 1000000.2 },
		{ 10000000.2, 10000000.1, 10000000.3, 10000000.2 },
	};
	for (size_t k = 0; k < COUNT(more); k++) {
		double x[1001] = { more[k].start };
		for (size_t i = 1; i < 1001; i++)
			x[i] = i % 2 ? more[k].low : more[k].high;
		CLOSE(stats_mean(x, 1001), more[k].mean, 2e-9);
		CLOSE(stats_sd(x, 1001), 0.1, 1e-8);
	}
}

/* Student's sleep data (1908) as in R's `sleep`: extra hours with drug 1 minus drug 2. R's help
 * page of t.test documents t = -4.0621, df = 9, p-value = 0.002833, interval -2.4598858 to
 * -0.7001142, mean -1.58. */
static const double sleep_difference[] = { -1.2, -2.4, -1.3, -1.3, 0, -1.0, -1.8, -0.8, -4.6,
	-1.4 };

static void student_t_agrees_with_r_on_the_sleep_data(void **state)
{
	(void)state;
	const struct interval i = stats_t_interval(sleep_difference, 10, 0.95);
	CLOSE(stats_mean(sleep_difference, 10), -1.58, 1e-12);
	CLOSE(i.low, -2.4598858, 5e-8);
	CLOSE(i.high, -0.7001142, 5e-8);
	CLOSE(stats_paired_t(sleep_difference, 10), 0.002833, 5e-7);
	CLOSE(stats_dz(sleep_difference, 10), -4.0621 / sqrt(10), 2e-5);
}

/* Half widths are t(0.975, n - 1) * sd / sqrt(n); t from the printed tables of the t distribution.
 */
static void t_interval_uses_the_tabulated_quantiles(void **state)
{
	(void)state;
	static const struct {
		size_t n;
		double level, t;
	} table[] = {
		{ 2, 0.95, 12.706 },
		{ 3, 0.95, 4.303 },
		{ 5, 0.95, 2.776 },
		{ 10, 0.95, 2.262 },
		{ 30, 0.95, 2.045 },
		{ 3, 0.99, 9.925 },
		{ 10, 0.90, 1.833 },
	};
	for (size_t k = 0; k < COUNT(table); k++) {
		double x[30];
		for (size_t i = 0; i < table[k].n; i++)
			x[i] = (double)(i * i);
		const struct interval i = stats_t_interval(x, table[k].n, table[k].level);
		CLOSE((i.high - i.low) / 2 / (stats_sd(x, table[k].n) / sqrt((double)table[k].n)),
			table[k].t, 5.1e-4);
	}
}

static void what_cannot_be_computed_is_nan(void **state)
{
	(void)state;
	const double one[] = { 3 }, same[] = { 2, 2, 2 };
	assert_true(isnan(stats_mean(one, 0)));
	assert_true(isnan(stats_sd(one, 1)));
	assert_false(interval_exists(stats_t_interval(one, 1, 0.95)));
	assert_false(interval_exists(stats_wilson(0, 0, 0.95)));
	assert_false(interval_exists(stats_bca_interval(same, 3, stats_mean, 0.95)));
	assert_true(isnan(stats_paired_t(same, 3)));
	assert_true(isnan(stats_dz(same, 3)));
	assert_true(isnan(stats_wilcoxon(one, 0)));
	assert_true(isnan(stats_sign_flip(one, 0)));
	assert_true(isnan(stats_quantile(one, 1, 1.5)));
	assert_true(isnan(stats_cliff_delta(one, 1, one, 0)));
}

/* R's default (type 7): quantile(1:10) prints 1.00 3.25 5.50 7.75 10.00. */
static void quantiles_agree_with_r(void **state)
{
	(void)state;
	const double x[] = { 10, 2, 8, 4, 6, 5, 7, 3, 9, 1 };
	CLOSE(stats_quantile(x, 10, 0), 1, 0);
	CLOSE(stats_quantile(x, 10, 0.25), 3.25, 0);
	CLOSE(stats_median(x, 10), 5.5, 0);
	CLOSE(stats_quantile(x, 10, 0.75), 7.75, 0);
	CLOSE(stats_quantile(x, 10, 1), 10, 0);
	CLOSE(stats_min(x, 10), 1, 0);
	CLOSE(stats_max(x, 10), 10, 0);
}

/* Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (Wilson, no continuity
 * correction). */
static void wilson_agrees_with_newcombe(void **state)
{
	(void)state;
	static const struct {
		double r, n, low, high;
	} rows[] = {
		{ 81, 263, 0.2553, 0.3662 },
		{ 15, 148, 0.0624, 0.1605 },
		{ 0, 20, 0, 0.1611 },
		{ 1, 29, 0.0061, 0.1718 },
	};
	for (size_t k = 0; k < COUNT(rows); k++) {
		const struct interval i = stats_wilson(rows[k].r, rows[k].n, 0.95);
		CLOSE(i.low, rows[k].low, 5.1e-5);
		CLOSE(i.high, rows[k].high, 5.1e-5);
	}
	CLOSE(stats_wilson(20, 20, 0.95).high, 1, 0);
}

/* Darwin's maize, cross- minus self-fertilised, in eighths of an inch. Fisher, The Design of
 * Experiments (1935), section 21: of the 32768 sign patterns, 863 give a sum of 314 or more, 863
 * one of -314 or less. */
static const double darwin[] = { 49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48 };

static void sign_flip_agrees_with_fishers_count(void **state)
{
	(void)state;
	CLOSE(stats_sign_flip(darwin, 15), 2 * 863 / 32768.0, 1e-15);
}

static void sign_flip_does_not_depend_on_scale_or_order(void **state)
{
	(void)state;
	double scaled[15];
	for (size_t i = 0; i < 15; i++)
		scaled[i] =
			darwin[14 - i] * 0.0001; /* as accuracies come: no longer exact in binary */
	CLOSE(stats_sign_flip(scaled, 15), 2 * 863 / 32768.0, 1e-15);
}

static void sign_flip_reaches_its_floor_and_its_ceiling(void **state)
{
	(void)state;
	double up[32];
	for (size_t i = 0; i < 32; i++)
		up[i] = 0.001 + 0.0001 * (double)i;
	CLOSE(stats_sign_flip(up, 3), 0.25, 0);
	CLOSE(stats_sign_flip(up, 5), 0.0625, 0);
	CLOSE(stats_sign_flip(up, 10), 2.0 / 1024, 0);
	CLOSE(stats_sign_flip(up, 32), ldexp(1, -31), 0);
	const double none[] = { 0, 0, 0 }, balanced[] = { 1, -1 };
	CLOSE(stats_sign_flip(none, 3), 1, 0);
	CLOSE(stats_sign_flip(balanced, 2), 1, 0);
	double many[STATS_EXACT_MAX + 1] = { 0 };
	assert_true(isnan(stats_sign_flip(many, STATS_EXACT_MAX + 1)));
}

static void an_exact_test_needs_six_pairs_for_five_per_cent(void **state)
{
	(void)state;
	CLOSE(stats_exact_floor(5), 0.0625, 0);
	CLOSE(stats_exact_floor(6), 0.03125, 0);
	assert_int_equal(stats_exact_pairs(0.05), 6);
	assert_int_equal(stats_exact_pairs(0.01), 8);
}

/* Hollander and Wolfe (1973), depression scale, documented in R's help of wilcox.test: V = 40,
 * one-sided p-value = 0.01953. Darwin's maize: V = 96 (or 24), two-sided p = 0.04126, R's
 * wilcox.test(darwin). */
static void wilcoxon_agrees_with_r(void **state)
{
	(void)state;
	const double before[] = { 1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30 };
	const double after[] = { 0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29 };
	double d[9];
	for (size_t i = 0; i < 9; i++)
		d[i] = before[i] - after[i];
	CLOSE(stats_wilcoxon(d, 9), 2 * 0.01953, 1e-5);
	CLOSE(stats_wilcoxon(darwin, 15), 0.04126, 5e-6);
}

/* Two tied pairs and a zero, counted by hand: ranks 1.5 1.5 3; the positive ones sum to 6 in one of
 * eight patterns. */
static void wilcoxon_is_exact_with_ties_and_zeros(void **state)
{
	(void)state;
	const double d[] = { 1, 0, 1, 2 };
	CLOSE(stats_wilcoxon(d, 4), 2.0 / 8, 1e-15);
	const double mixed[] = { -1, 1, 2 }; /* at or below 1.5: {}, {1.5}, {1.5} */
	CLOSE(stats_wilcoxon(mixed, 3), 2 * 3.0 / 8, 1e-15);
}

/* Fagerland, Lydersen, Laake, BMC Med Res Methodol 13:91 (2013): airway hyper-responsiveness before
 * and after stem cell transplantation, 1 against 7 discordant pairs: exact conditional p = 0.070,
 * mid-p = 0.039. */
static void mcnemar_agrees_with_fagerland(void **state)
{
	(void)state;
	CLOSE(stats_mcnemar_exact(1, 7), 0.070, 5e-4);
	CLOSE(stats_mcnemar_mid(1, 7), 0.039, 5e-4);
	CLOSE(stats_mcnemar_exact(7, 1), stats_mcnemar_exact(1, 7), 1e-15);
	CLOSE(stats_mcnemar_exact(0, 0), 1, 0);
	CLOSE(stats_mcnemar_mid(0, 0), 1, 0);
	CLOSE(stats_mcnemar_exact(4, 4), 1, 0);
	CLOSE(stats_mcnemar_exact(0, 6), 2.0 / 64, 1e-15);
}

/* R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03 0.06 0.06 0.02 (the worked example of
 * Holm's method). */
static void holm_agrees_with_r(void **state)
{
	(void)state;
	const double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 },
		     want[] = { 0.03, 0.06, NAN, 0.06, 0.02 };
	double adjusted[5];
	stats_holm(p, 5, adjusted);
	for (size_t i = 0; i < 5; i++) {
		if (isnan(want[i]))
			assert_true(isnan(adjusted[i]));
		else
			CLOSE(adjusted[i], want[i], 1e-15);
	}
	double large[] = { 0.6, 0.9 };
	stats_holm(large, 2, large);
	CLOSE(large[0], 1, 0);
	CLOSE(large[1], 1, 0);
}

/* The example in the documentation of R's effsize::cliff.delta: estimate -0.25. */
static void cliffs_delta_agrees_with_r_effsize(void **state)
{
	(void)state;
	const double treatment[] = { 10, 10, 20, 20, 20, 30, 30, 30, 40, 50 },
		     control[] = { 10, 20, 30, 40, 40, 50 };
	CLOSE(stats_cliff_delta(treatment, 10, control, 6), -0.25, 1e-15);
	CLOSE(stats_cliff_delta(control, 6, treatment, 10), 0.25, 1e-15);
}

static double plug_in_variance(const double *x, size_t n)
{
	const double sd = stats_sd(x, n);
	return sd * sd * (double)(n - 1) / (double)n;
}

/* Efron and Tibshirani, An Introduction to the Bootstrap (1993), spatial test data, A scores
 * (table 14.1): the variance is 171.5 and its 90 % BCa interval with 2000 resamples is (115.8,
 * 259.6) (table 14.2; ABC gives 116.7, 260.9). */
static void bca_agrees_with_efron_and_tibshirani(void **state)
{
	(void)state;
	static const double a[] = { 48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28,
		34, 4, 32, 24, 47, 41, 24, 26, 30, 41 };
	CLOSE(plug_in_variance(a, COUNT(a)), 171.5, 0.05);
	const struct interval i = stats_bca_interval(a, COUNT(a), plug_in_variance, 0.90);
	CLOSE(i.low, 115.8, 2.5);
	CLOSE(i.high, 259.6, 4);
	const struct interval again = stats_bca_interval(a, COUNT(a), plug_in_variance, 0.90);
	CLOSE(again.low, i.low, 0);
	CLOSE(again.high, i.high, 0);
}

static void a_censored_duration_counts_as_little_as_it_can(void **state)
{
	(void)state;
	/* Keys 1 to 6: known both; x censored, later and earlier than y; y censored; both. */
	const double x[] = { 4, 5, 9, 6, 7, 8 }, y[] = { 6, 3, 8, 5, 8, 7 };
	const uint64_t x_keys[] = { 1, 4, 5, 2, 3, 6 }, y_keys[] = { 1, 2, 3, 4, 5, 6 };
	const struct durations a = { x, x_keys, 3, 3 }, b = { y, y_keys, 3, 3 };
	const double expected[] = { 4 - 6, 5 - (5 + 1), 0, 6 + 1 - 3, 7 + 1 - 8, 0 };
	double d[6], back[6];
	uint64_t keys[6], back_keys[6];

	assert_int_equal(stats_pair_durations(&a, &b, d, keys), 6);
	assert_int_equal(stats_pair_durations(&b, &a, back, back_keys), 6);
	for (int i = 0; i < 6; i++) {
		CLOSE(d[i], expected[i], 0);
		assert_int_equal(keys[i], x_keys[i]);
		for (int k = 0; k < 6; k++)
			if (back_keys[k] == keys[i])
				CLOSE(back[k], -d[i], 0); /* as a sign-flip test needs it */
	}
	const struct durations known = { x, x_keys, 6, 0 }, others = { y, y_keys, 6, 0 };
	assert_int_equal(stats_pair_durations(&known, &others, d, NULL),
		stats_pair(x, x_keys, 6, y, y_keys, 6, back));
	for (int i = 0; i < 6; i++)
		CLOSE(d[i], back[i], 0);
}

static void pairs_are_found_by_their_keys_and_tested_where_a_test_can_say_something(void **state)
{
	(void)state;
	const double x[] = { 5, 7, 9, 11 }, y[] = { 1, 2, 4 };
	const uint64_t x_keys[] = { 3, 1, 8, 2 }, y_keys[] = { 2, 3, 9 };
	double d[4];

	assert_int_equal(stats_pair(x, x_keys, 4, y, y_keys, 3, d), 2);
	CLOSE(d[0], 5 - 2, 0);  /* key 3 */
	CLOSE(d[1], 11 - 1, 0); /* key 2 */
	const double up[40] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
		20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34 };
	assert_true(isnan(stats_paired_exact(up, 0, 0.05)));
	assert_true(isnan(stats_paired_exact(up, 5, 0.05)));
	CLOSE(stats_paired_exact(up, 6, 0.05), ldexp(1, -5), 0);
	CLOSE(stats_paired_exact(up, STATS_EXACT_MAX + 1, 0.05),
		stats_wilcoxon(up, STATS_EXACT_MAX + 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_censored_duration_counts_as_little_as_it_can),
		cmocka_unit_test(
			pairs_are_found_by_their_keys_and_tested_where_a_test_can_say_something),
		cmocka_unit_test(mean_and_sd_agree_with_nist_michelso),
		cmocka_unit_test(mean_and_sd_agree_with_nist_numacc),
		cmocka_unit_test(student_t_agrees_with_r_on_the_sleep_data),
		cmocka_unit_test(t_interval_uses_the_tabulated_quantiles),
		cmocka_unit_test(what_cannot_be_computed_is_nan),
		cmocka_unit_test(quantiles_agree_with_r),
		cmocka_unit_test(wilson_agrees_with_newcombe),
		cmocka_unit_test(sign_flip_agrees_with_fishers_count),
		cmocka_unit_test(sign_flip_does_not_depend_on_scale_or_order),
		cmocka_unit_test(sign_flip_reaches_its_floor_and_its_ceiling),
		cmocka_unit_test(an_exact_test_needs_six_pairs_for_five_per_cent),
		cmocka_unit_test(wilcoxon_agrees_with_r),
		cmocka_unit_test(wilcoxon_is_exact_with_ties_and_zeros),
		cmocka_unit_test(mcnemar_agrees_with_fagerland),
		cmocka_unit_test(holm_agrees_with_r),
		cmocka_unit_test(cliffs_delta_agrees_with_r_effsize),
		cmocka_unit_test(bca_agrees_with_efron_and_tibshirani),
	};
	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}

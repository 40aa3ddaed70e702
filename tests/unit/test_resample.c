/* test_resample.c - intervals and corrections by sign flips, equivalence, and the crossed
 * bootstrap (harness/report/stats.h), against SciPy, brute force and closed forms. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "harness/report/family.h"
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

	assert_int_equal(stats_joint_sign_flip(&d[0][0], 8, 4, 0.05, p, NULL), 0);
	CLOSE(p[0], 0.0078125, 0);
	CLOSE(p[1], 0.4453125, 0);
	CLOSE(p[2], 1, 0);
	CLOSE(p[3], 0.078125, 0);
}

static void max_t_of_one_comparison_is_the_sign_flip_test(void **state)
{
	(void)state;
	double p;

	assert_int_equal(stats_joint_sign_flip(darwin, 15, 1, 0.05, &p, NULL), 0);
	CLOSE(p, stats_sign_flip(darwin, 15), 1e-15);
}

/* Two equal columns cost nothing: that is what Holm cannot see. */
static void max_t_knows_that_comparisons_are_correlated(void **state)
{
	(void)state;
	double twice[15][2], p[2];

	for (int i = 0; i < 15; i++)
		twice[i][0] = twice[i][1] = darwin[i];
	assert_int_equal(stats_joint_sign_flip(&twice[0][0], 15, 2, 0.05, p, NULL), 0);
	CLOSE(p[0], stats_sign_flip(darwin, 15), 1e-15);
	CLOSE(p[1], p[0], 0);
}

static void max_t_of_many_pairs_draws_patterns_and_says_the_same_again(void **state)
{
	(void)state;
	double d[30], p, again;

	for (int i = 0; i < 30; i++)
		d[i] = darwin[i % 15];
	assert_int_equal(stats_joint_sign_flip(d, 30, 1, 0.05, &p, NULL), 0);
	assert_int_equal(stats_joint_sign_flip(d, 30, 1, 0.05, &again, NULL), 0);
	CLOSE(p, again, 0);
	CLOSE(p, stats_sign_flip(d, 30), 0.001); /* 0.0051: sd of the share is 0.0002 */
}

static void max_t_leaves_out_comparisons_without_a_pair(void **state)
{
	(void)state;
	const double d[3][2] = { { 1, NAN }, { 2, NAN }, { 3, NAN } };
	double p[2];

	assert_int_equal(stats_joint_sign_flip(&d[0][0], 3, 2, 0.05, p, NULL), 0);
	CLOSE(p[0], 0.25, 0);
	assert_true(isnan(p[1]));
}

/* ---- intervals of the corrected test, by brute force ---- */

enum { MOST_PAIRS = 9, MOST_COLUMNS = 6 };

struct made_family {
	size_t pairs, count;
	double d[MOST_PAIRS * MOST_COLUMNS]; /* [pairs][count] */
};

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Correlated columns, some with ties (whole numbers), missing pairs or zeros. */
static struct made_family make_family(uint32_t seed)
{
	uint32_t r = seed * 2654435761u + 1;
	struct made_family f = { 6 + next(&r) % (MOST_PAIRS - 5), 1 + next(&r) % MOST_COLUMNS,
		{ 0 } };
	const bool whole = next(&r) % 3 == 0;

	for (size_t i = 0; i < f.pairs; i++) {
		const double common = (double)(next(&r) % 1000) / 1000;
		for (size_t c = 0; c < f.count; c++) {
			double *d = &f.d[i * f.count + c];
			*d = common + (double)(next(&r) % 1000) / 1000 - 1 + 0.3 * (double)c;
			*d = whole ? round(3 * *d) : *d;
			if (next(&r) % 40 == 0)
				*d = next(&r) % 2 ? NAN : 0;
		}
	}
	return f;
}

/* The statistic of a column less a shift, with the signs of a pattern. */
static double slow_statistic(const struct made_family *f, size_t c, double shift, size_t pattern)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < f->pairs; i++) {
		const double d = f->d[i * f->count + c] - shift;
		if (isnan(d))
			continue;
		sum += pattern >> i & 1 ? -d : d;
		squares += d * d;
	}
	return squares > 0 ? fabs(sum) / sqrt(squares) : 0;
}

/* The share of all patterns in which the largest statistic of the columns in the set (bits), column
 * c shifted, reaches that of column c. */
static double slow_share(
	const struct made_family *f, size_t set, size_t c, double shift, double tolerance)
{
	const size_t patterns = (size_t)1 << f->pairs;
	const double seen = slow_statistic(f, c, shift, 0);
	size_t reached = 0;

	for (size_t k = 0; k < patterns; k++) {
		double largest = 0;
		for (size_t j = 0; j < f->count; j++)
			if (set >> j & 1)
				largest =
					fmax(largest, slow_statistic(f, j, j == c ? shift : 0, k));
		reached += largest >= seen - tolerance;
	}
	return (double)reached / (double)patterns;
}

/* The columns with at most this statistic. */
static size_t at_most(const struct made_family *f, double statistic)
{
	size_t set = 0;

	for (size_t c = 0; c < f->count; c++)
		if (slow_statistic(f, c, 0, 0) <= statistic + 1e-9)
			set |= (size_t)1 << c;
	return set;
}

/* Step-down by its definition. decided: the columns that a column's decision is among. */
static void slow_step_down(const struct made_family *f, double *p, size_t *decided)
{
	for (size_t c = 0; c < f->count; c++) {
		const double own = slow_statistic(f, c, 0, 0);
		double stopped = -1;
		p[c] = 0;
		decided[c] = at_most(f, own);
		for (size_t j = 0; j < f->count; j++) {
			const double statistic = slow_statistic(f, j, 0, 0);
			if (statistic < own - 1e-9)
				continue;
			const double step = slow_share(f, at_most(f, statistic), j, 0, 1e-9);
			p[c] = fmax(p[c], step);
			if (step >= 0.05 && statistic > stopped) {
				stopped = statistic;
				decided[c] = at_most(f, statistic);
			}
		}
	}
}

static void check_ends(
	const struct made_family *f, size_t set, size_t c, struct interval i, uint32_t seed)
{
	const double trace = 1e-7;

	for (int side = -1; side <= 1; side += 2) {
		const double end = side < 0 ? i.low : i.high;
		if (slow_share(f, set, c, end - side * trace, 1e-9) < 0.05)
			fail_msg("family %u, column %zu: %.15g is rejected", seed, c, end);
		for (double beyond = trace; beyond < 100; beyond *= 10)
			if (slow_share(f, set, c, end + side * beyond, 0) >= 0.05)
				fail_msg("family %u, column %zu: %.15g + %g is not rejected", seed,
					c, end, side * beyond);
	}
}

static void corrected_intervals_hold_the_shifts_that_the_test_keeps(void **state)
{
	(void)state;
	size_t rejected = 0, kept = 0, none = 0;

	for (uint32_t seed = 0; seed < 400; seed++) {
		const struct made_family f = make_family(seed);
		double p[MOST_COLUMNS], want[MOST_COLUMNS];
		struct interval i[MOST_COLUMNS];
		size_t decided[MOST_COLUMNS];
		assert_int_equal(stats_joint_sign_flip(f.d, f.pairs, f.count, 0.05, p, i), 0);
		slow_step_down(&f, want, decided);
		for (size_t c = 0; c < f.count; c++) {
			CLOSE(p[c], want[c], 1e-15);
			if (!interval_exists(i[c])) {
				/* No shift is rejected, however far. */
				assert_true(p[c] >= 0.05);
				assert_true(slow_share(&f, decided[c], c, 1e9, 1e-9) >= 0.05);
				none++;
				continue;
			}
			if ((i[c].low > 0 || i[c].high < 0) != (p[c] < 0.05))
				fail_msg("family %u, column %zu: p %g, %g to %g", seed, c, p[c],
					i[c].low, i[c].high);
			check_ends(&f, decided[c], c, i[c], seed);
			rejected += p[c] < 0.05;
			kept += p[c] >= 0.05;
		}
	}
	if (rejected < 50 || kept < 50 || none < 5)
		fail_msg("%zu rejected, %zu kept, %zu without an interval", rejected, kept, none);
}

static void the_interval_of_one_comparison_is_that_of_its_test(void **state)
{
	(void)state;
	const struct interval alone = stats_sign_flip_interval(darwin, 15, 0.95);
	struct interval i;
	double p;

	assert_int_equal(stats_joint_sign_flip(darwin, 15, 1, 0.05, &p, &i), 0);
	CLOSE(i.low, alone.low, 1e-9);
	CLOSE(i.high, alone.high, 1e-9);
	assert_int_equal(stats_joint_sign_flip(darwin, 5, 1, 0.05, &p, &i), 0);
	assert_false(interval_exists(i));
}

/* One pattern flips differences whose sum is 0 but for rounding. The test counts it as a tie, so p
 * is 5 / 64 and the interval ends at 0. */
static void rounding_does_not_part_an_interval_from_a_tie(void **state)
{
	(void)state;
	for (int k = 1; k <= 50; k++) {
		const double d[7] = { 1.3 * k, -0.3 * k, 0.7 * k, 0.1 * k, 2.9 * k, 0.2 * k,
			3.1 * k };
		struct interval i;
		double p;
		assert_int_equal(stats_joint_sign_flip(d, 7, 1, 0.07, &p, &i), 0);
		CLOSE(p, 5.0 / 64, 0);
		if (!(i.low <= 0 && i.low > -1e-12))
			fail_msg("of %d: the interval begins at %g", k, i.low);
	}
}

static void intervals_of_random_patterns_never_contradict_p(void **state)
{
	(void)state;
	uint32_t r = 7;
	size_t rejected = 0;

	for (int k = 0; k < 20; k++) {
		double d[25][3], p[3];
		struct interval i[3];
		for (int s = 0; s < 25; s++)
			for (int c = 0; c < 3; c++)
				d[s][c] = (double)(next(&r) % 1000) / 1000 - 0.5
					+ 0.08 * (double)(c * (k % 4));
		assert_int_equal(stats_joint_sign_flip(&d[0][0], 25, 3, 0.05, p, i), 0);
		for (int c = 0; c < 3; c++) {
			assert_true(interval_exists(i[c]));
			assert_int_equal(i[c].low > 0 || i[c].high < 0, p[c] < 0.05);
			rejected += p[c] < 0.05;
		}
	}
	assert_in_range(rejected, 10, 50);
}

/* A table and a claim may compare the same two arms, in either order. */
static void a_comparison_made_twice_has_one_p_and_one_interval(void **state)
{
	(void)state;
	struct families f = { 0 };
	struct err e = { 0 };
	const uint64_t seeds[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, other[8] = { 8, 7, 6, 5, 4, 3, 2, 1 };
	const double a[8] = { 1, 2, 3, 1, 2, -1, 2, 2 }, b[8] = { 3, 1, 2, 2, 1, 2, 3, 4 },
		     turned[8] = { -2, -2, 1, -2, -1, -3, -2, -1 };
	double alone_p[2];
	struct interval alone[2];
	double both[8][2];

	for (int i = 0; i < 8; i++) {
		both[i][0] = a[i];
		both[i][1] = b[i];
	}
	assert_int_equal(stats_joint_sign_flip(&both[0][0], 8, 2, 0.05, alone_p, alone), 0);
	assert_int_equal(families_add(&f, "x", NULL, 0, a, seeds, 8, &e), 0);
	assert_int_equal(families_add(&f, "x", NULL, 1, b, seeds, 8, &e), 0);
	assert_int_equal(families_add(&f, "x", NULL, 2, a, seeds, 8, &e), 0);
	assert_int_equal(families_add(&f, "x", NULL, 3, turned, other, 8, &e), 0);
	assert_int_equal(families_correct(&f, true, &e), 0);
	for (size_t k = 0; k < 4; k++) {
		const struct family_member *m = families_find(&f, NULL, k);
		assert_int_equal(m->tests, 2);
		CLOSE(m->p, alone_p[k == 1], 0);
		CLOSE(m->interval.low, k == 3 ? -alone[0].high : alone[k == 1].low, 0);
		CLOSE(m->interval.high, k == 3 ? -alone[0].low : alone[k == 1].high, 0);
	}
	assert_ptr_equal(families_find_same(&f, "x", a, seeds, 8), families_find(&f, NULL, 0));
	assert_null(families_find_same(&f, "y", a, seeds, 8));
	assert_null(families_find_same(&f, "x", a, seeds, 7));
	assert_null(families_find_same(&f, "x", a, other, 8));
	families_free(&f);
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
	const struct interval images = stats_crossed_interval(d, SEEDS, IMAGES, 0.95, NULL);
	CLOSE(images.low, 0.3 - 0.0284, 0.004);
	CLOSE(images.high, 0.3 + 0.0284, 0.004);
	for (int s = 0; s < SEEDS; s++)
		for (int i = 0; i < IMAGES; i++)
			d[s * IMAGES + i] = (int8_t)(s % 2); /* 0 1 0 1 0: seeds alone */
	/* 5 % of Binomial(4, 0.4) is 0 and 95 % is 3; with 4 degrees of freedom t / z is 2.1318 /
	 * 1.6449. The variance of the resamples is 0.06 but for chance. */
	const struct interval seeds = stats_crossed_interval(d, SEEDS, IMAGES, 0.9, NULL);
	CLOSE(seeds.low, 0.4 - 0.4 * 1.296, 0.01);
	CLOSE(seeds.high, 0.4 + 0.35 * 1.296, 0.01);
	assert_false(interval_exists(stats_crossed_interval(d, 2, IMAGES, 0.95, NULL)));
	free(d);
}

static void kept_draws_give_the_same_crossed_interval(void **state)
{
	(void)state;
	enum { SEEDS = 6, IMAGES = 300 };
	struct crossed_draws *draws = stats_crossed_draws_new();
	int8_t d[SEEDS * IMAGES + 1]; /* read from its first and from its second number */
	uint32_t r = 3;

	for (size_t i = 0; i < sizeof(d); i++)
		d[i] = (int8_t)(next(&r) % 3) - 1;
	for (size_t k = 0; k < 6; k++) { /* twice of one shape, then of another */
		const size_t seeds = SEEDS - k / 2, images = IMAGES - k / 2;
		const int8_t *from = d + k % 2;
		const struct interval alone =
			stats_crossed_interval(from, seeds, images, 0.95, NULL);
		const struct interval kept =
			stats_crossed_interval(from, seeds, images, 0.95, draws);
		CLOSE(kept.low, alone.low, 0);
		CLOSE(kept.high, alone.high, 0);
	}
	stats_crossed_draws_free(draws);
	stats_crossed_draws_free(NULL);
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
		cmocka_unit_test(corrected_intervals_hold_the_shifts_that_the_test_keeps),
		cmocka_unit_test(the_interval_of_one_comparison_is_that_of_its_test),
		cmocka_unit_test(rounding_does_not_part_an_interval_from_a_tie),
		cmocka_unit_test(intervals_of_random_patterns_never_contradict_p),
		cmocka_unit_test(a_comparison_made_twice_has_one_p_and_one_interval),
		cmocka_unit_test(numbers_that_are_none_are_refused),
		cmocka_unit_test(kept_draws_give_the_same_crossed_interval),
		cmocka_unit_test(the_crossed_interval_holds_what_the_test_images_leave_open),
	};
	return cmocka_run_group_tests_name("resample", tests, NULL, NULL);
}

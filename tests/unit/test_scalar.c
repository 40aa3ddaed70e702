/* test_scalar.c - nn/scalar.h against glibc in long double (64 bits of mantissa, so its own error
 * does not count), over many points. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "nn/scalar.h"
#include "tests/oracle/check.h"

static long double relative_error(double got, long double want)
{
	return fabsl(((long double)got - want) / want);
}

static void check_exp(double x)
{
	long double error = relative_error(nn_exp(x), expl(x));
	if (!(error < 4e-16L * (1 + fabs(x) / 700)))
		fail_msg("nn_exp(%.17g) is %.17g, expl has %.20Lg: relative error %.3Lg", x,
			nn_exp(x), expl(x), error);
}

static void exp_is_within_its_stated_error(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int i = 0; i < 100000; i++) {
		check_exp(check_uniform(&seed, -1, 1));
		check_exp(check_uniform(&seed, -40, 40));
		check_exp(check_uniform(&seed, -708, 709.78));
	}
	for (int k = -1020; k <= 1020;
		k++) /* where an argument reduction changes its multiple of log 2 */
		for (int d = -2; d <= 2; d++)
			check_exp((k + .5) * .69314718055994530942 * (1 + d * 1e-16));
}

static void exp_at_its_ends(void **state)
{
	(void)state;
	assert_true(nn_exp(0) == 1);
	assert_true(nn_exp(-0.0) == 1);
	assert_true(nn_exp(-745.2) == 0);
	assert_true(nn_exp(-1e300) == 0);
	assert_true(nn_exp(-INFINITY) == 0);
	assert_true(isinf(nn_exp(709.8)) && nn_exp(709.8) > 0);
	assert_true(isinf(nn_exp(INFINITY)));
	assert_true(isnan(nn_exp(NAN)));
	assert_true(isfinite(nn_exp(709.78)));
	assert_true(nn_exp(1e-300) == 1);
	for (double x = -745; x < -708;
		x += .37) { /* subnormal results: half a unit of them, and the relative error */
		double want = (double)expl(x);
		if (!(fabs(nn_exp(x) - want) <= 1.01 * 0x1p-1074 + 8e-16 * want))
			fail_msg("nn_exp(%.17g) is %.17g, expl has %.17g", x, nn_exp(x), want);
	}
}

static void check_log(double x)
{
	long double want = logl(x);
	if (!(relative_error(nn_log(x), want) < 4e-16L))
		fail_msg("nn_log(%.17g) is %.17g, logl has %.20Lg: relative error %.3Lg", x,
			nn_log(x), want, relative_error(nn_log(x), want));
}

static void log_is_within_its_stated_error(void **state)
{
	(void)state;
	uint64_t seed = 2;
	for (int i = 0; i < 100000; i++) {
		check_log(check_uniform(&seed, .5, 2));
		check_log(check_uniform(&seed, 0x1p-60, 1));
		check_log(exp2(check_uniform(&seed, -1022, 1023)));
		check_log(1 + exp2(check_uniform(&seed, -51, -1)));
		check_log(1 - exp2(check_uniform(&seed, -52, -1)));
	}
	for (int k = -1022; k <= 1023;
		k++) /* powers of two and what is next to them, 1 but for itself */
		for (int d = -1; d <= 1; d++)
			if (k || d)
				check_log(exp2(k) * (1 + d * 0x1p-52));
	check_log(sqrt(.5));
	check_log(nextafter(sqrt(.5), 0));
	check_log(nextafter(sqrt(.5), 1));
	check_log(sqrt(2));
	check_log(nextafter(sqrt(2), 0));
	check_log(nextafter(sqrt(2), 2));
}

static void log_at_its_ends(void **state)
{
	(void)state;
	assert_true(nn_log(1) == 0);
	assert_true(isinf(nn_log(0)) && nn_log(0) < 0);
	assert_true(isinf(nn_log(INFINITY)) && nn_log(INFINITY) > 0);
	assert_true(isnan(nn_log(-1)));
	assert_true(isnan(nn_log(-INFINITY)));
	assert_true(isnan(nn_log(NAN)));
	check_log(0x1p-1074); /* subnormal arguments */
	check_log(3 * 0x1p-1070);
	check_log(1.7976931348623157e308);
}

static void check_sincos(double x)
{
	double s, c;
	nn_sincos(x, &s, &c);
	if (!(fabsl(s - sinl(x)) < 3e-16L && fabsl(c - cosl(x)) < 3e-16L))
		fail_msg("nn_sincos(%.17g) is %.17g %.17g, glibc has %.20Lg %.20Lg", x, s, c,
			sinl(x), cosl(x));
}

static void sine_and_cosine_are_within_their_stated_error(void **state)
{
	(void)state;
	uint64_t seed = 3;
	for (int i = 0; i < 200000; i++) {
		check_sincos(check_uniform(&seed, -16, 16));
		check_sincos(check_uniform(&seed, -1, 1));
	}
	for (int k = -40; k <= 40;
		k++) /* multiples of pi/8: zeros, extremes, and where a reduction changes */
		if (fabs(k * .39269908169872415481) < 16) {
			check_sincos(k * .39269908169872415481);
			check_sincos(nextafter(k * .39269908169872415481, -20));
			check_sincos(nextafter(k * .39269908169872415481, 20));
		}
	check_sincos(16);
	check_sincos(-16);
	double s, c;
	nn_sincos(0, &s, &c);
	assert_true(s == 0 && c == 1);
}

static long double lower_tail(long double z)
{
	return erfcl(-z / sqrtl(2)) / 2;
}

/* The quantile of p against the root of the distribution function in long double, found by Newton
 * from GSL's answer. */
static long double exact_quantile(double p)
{
	long double z = gsl_cdf_ugaussian_Pinv(p);
	for (int i = 0; i < 4; i++) {
		long double density = expl(-z * z / 2) / sqrtl(2 * acosl(-1));
		long double miss = p < .5 ? lower_tail(z) - p
					  : (1 - (long double)p)
				- lower_tail(-z); /* no cancellation in either tail */
		z -= miss / density;
	}
	return z;
}

static void check_quantile(double p)
{
	long double want = exact_quantile(p);
	double got = nn_normal_quantile(p);
	if (!(fabsl(got - want) <= 4e-15L * fabsl(want) + 1e-17L))
		fail_msg(
			"nn_normal_quantile(%.17g) is %.17g, expected %.20Lg: relative error %.3Lg",
			p, got, want, relative_error(got, want));
}

static void the_normal_quantile_inverts_the_distribution(void **state)
{
	(void)state;
	uint64_t seed = 4;
	for (int i = 0; i < 20000; i++) {
		check_quantile(check_uniform(&seed, 1e-9, 1 - 1e-9));
		check_quantile(exp2(check_uniform(&seed, -1000, -1)));
		check_quantile(1 - exp2(check_uniform(&seed, -50, -1)));
	}
	/* where the algorithm changes its formula: |p - 1/2| = 0.425, and sqrt(-log p) = 5 */
	static const double edges[] = { .075, .925, 1.3887943864964021e-11,
		1 - 1.3887943864964021e-11, 0x1p-1022 };
	for (int i = 0; i < 5; i++) {
		check_quantile(edges[i]);
		check_quantile(nextafter(edges[i], 1));
	}
	assert_true(nn_normal_quantile(.5) == 0);
	/* Wichura's own test values for PPND16 */
	assert_true(fabs(nn_normal_quantile(.25) + .6744897501960817) < 1e-15);
	assert_true(fabs(nn_normal_quantile(.001) + 3.090232306167814) < 4e-15);
	assert_true(fabs(nn_normal_quantile(1e-20) + 9.262340089798408) < 1e-14);
}

static void the_normal_quantile_is_antisymmetric(void **state)
{
	(void)state;
	for (int i = 1; i < 4096; i++) /* p and 1 - p are both exact */
		assert_true(nn_normal_quantile(i / 4096.0) == -nn_normal_quantile(1 - i / 4096.0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exp_is_within_its_stated_error),
		cmocka_unit_test(exp_at_its_ends),
		cmocka_unit_test(log_is_within_its_stated_error),
		cmocka_unit_test(log_at_its_ends),
		cmocka_unit_test(sine_and_cosine_are_within_their_stated_error),
		cmocka_unit_test(the_normal_quantile_inverts_the_distribution),
		cmocka_unit_test(the_normal_quantile_is_antisymmetric),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

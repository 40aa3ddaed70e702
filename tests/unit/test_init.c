/* test_init.c - nn/init.h: distributions of the initial weights against Keras's formulas; what the
 * numbers depend on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/paper_nets.h"

enum { IN = 150, OUT = 200 };

static struct nn_net one_layer(const char *name, enum nn_init_kind init)
{
	struct nn_net net = { 0 };
	nn_output(&net, "out",
		nn_dense(&net, name, nn_input(&net, "in", (struct nn_shape){ IN, 1, 1 }), OUT,
			false, init));
	assert_true(nn_net_ok(&net));
	return net;
}

static int by_size(const void *a, const void *b)
{
	return (*(const float *)a > *(const float *)b) - (*(const float *)a < *(const float *)b);
}

static double glorot_cdf(double x)
{
	double limit = oracle_glorot_limit(IN, OUT);
	return fmin(1, fmax(0, (x + limit) / (2 * limit)));
}

static double he_cdf(double x)
{
	return oracle_he_normal_cdf(x, IN);
}

/* Kolmogorov and Smirnov: the largest distance times sqrt(n) is above 1.95 once in a thousand
 * tries, below 0.3 as rarely. */
static void check_distribution(float *values, size_t count, double (*cdf)(double))
{
	qsort(values, count, sizeof(*values), by_size);
	double distance = 0;
	for (size_t i = 0; i < count; i++) {
		double p = cdf(values[i]);
		distance = fmax(distance,
			fmax(fabs(p - (double)i / (double)count),
				fabs(p - (double)(i + 1) / (double)count)));
	}
	distance *= sqrt((double)count);
	if (!(distance < 1.95 && distance > .3))
		fail_msg("Kolmogorov-Smirnov distance %g", distance);
}

static void he_normal_is_a_normal_truncated_at_two_sd(void **state)
{
	(void)state;
	struct nn_net net = one_layer("dense", NN_HE_NORMAL);
	static float w[IN * OUT];
	nn_init_tensor(&net.tensors[0], 1, w);
	double sum = 0, squares = 0, limit = 2 * sqrt(2.0 / IN) / .87962566103423978, largest = 0;
	for (int i = 0; i < IN * OUT; i++) {
		sum += w[i];
		squares += (double)w[i] * w[i];
		largest = fmax(largest, fabs(w[i]));
	}
	double variance = squares / (IN * OUT);
	assert_true(fabs(sum / (IN * OUT)) < 4 * sqrt(2.0 / IN / (IN * OUT)));
	/* the correction makes the variance 2 / fan_in; its own sd here is about 0.6 % */
	if (fabs(variance * IN / 2 - 1) > .02)
		fail_msg("variance %g, expected %g", variance, 2.0 / IN);
	assert_true(largest <= limit * (1 + 1e-6));
	assert_true(largest > .99 * limit); /* 30,000 numbers come close */
	check_distribution(w, IN * OUT, he_cdf);
}

static void glorot_is_uniform_within_its_limit(void **state)
{
	(void)state;
	struct nn_net net = one_layer("dense", NN_GLOROT_UNIFORM);
	static float w[IN * OUT];
	nn_init_tensor(&net.tensors[0], 1, w);
	double limit = oracle_glorot_limit(IN, OUT);
	for (int i = 0; i < IN * OUT; i++)
		assert_true(fabs(w[i]) <= limit * (1 + 1e-6));
	check_distribution(w, IN * OUT, glorot_cdf);
}

static void biases_start_at_zero(void **state)
{
	(void)state;
	struct nn_net net = one_layer("dense", NN_HE_NORMAL);
	float b[OUT];
	memset(b, 0xff, sizeof(b));
	nn_init_tensor(&net.tensors[1], 1, b);
	for (int i = 0; i < OUT; i++)
		assert_true(b[i] == 0 && !signbit(b[i]));
}

/* Correlation of two independent rows of n numbers has sd 1 / sqrt(n). */
static double correlation(const float *a, const float *b, int n)
{
	double ab = 0, aa = 0, bb = 0;
	for (int i = 0; i < n; i++) {
		ab += (double)a[i] * b[i];
		aa += (double)a[i] * a[i];
		bb += (double)b[i] * b[i];
	}
	return ab / sqrt(aa * bb);
}

static void numbers_depend_on_seed_and_name_alone(void **state)
{
	(void)state;
	static float a[IN * OUT], b[IN * OUT];
	struct nn_net net = one_layer("head/dense", NN_HE_NORMAL),
		      other_name = one_layer("head/dense2", NN_HE_NORMAL);
	struct nn_net other_place = { 0 };
	int in = nn_input(&other_place, "image", (struct nn_shape){ IN, 1, 1 });
	in = nn_dense(&other_place, "before", in, IN, true, NN_HE_NORMAL);
	nn_output(&other_place, "out",
		nn_dense(&other_place, "head/dense", in, OUT, false, NN_HE_NORMAL));
	assert_true(nn_net_ok(&other_place));

	nn_init_tensor(&net.tensors[0], 1, a);
	nn_init_tensor(nn_net_tensor(&other_place, "head/dense/kernel"), 1, b);
	assert_memory_equal(a, b, sizeof(a));
	nn_init_tensor(&net.tensors[0], 2, b);
	assert_true(fabs(correlation(a, b, IN * OUT)) < 4 / sqrt(IN * OUT));
	nn_init_tensor(&net.tensors[0], 1 + (1ull << 32), b);
	assert_true(fabs(correlation(a, b, IN * OUT)) < 4 / sqrt(IN * OUT));
	nn_init_tensor(&other_name.tensors[0], 1, b);
	assert_true(fabs(correlation(a, b, IN * OUT)) < 4 / sqrt(IN * OUT));
	for (int lag = 1; lag <= 9; lag++)
		assert_true(fabs(correlation(a, a + lag, IN * OUT - lag)) < 4 / sqrt(IN * OUT));
}

static void the_whole_network_is_its_tensors(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, (struct nn_shape){ 1, 28, 28 }, 10);
	static float all[14862], one[14862];
	memset(all, 0xff, sizeof(all));
	nn_init_net(&net, 42, all);
	for (int i = 0; i < net.tensor_count; i++) {
		nn_init_tensor(&net.tensors[i], 42, one);
		assert_memory_equal(
			all + net.tensors[i].offset, one, net.tensors[i].count * sizeof(float));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(he_normal_is_a_normal_truncated_at_two_sd),
		cmocka_unit_test(glorot_is_uniform_within_its_limit),
		cmocka_unit_test(biases_start_at_zero),
		cmocka_unit_test(numbers_depend_on_seed_and_name_alone),
		cmocka_unit_test(the_whole_network_is_its_tensors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_latency.c - quantiles from histograms beside those of the samples, and what a measurement
 * consists of. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/machine.h"
#include "harness/model/histogram.h"
#include "harness/model/latency.h"
#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"

enum { SAMPLES = 5000 };

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The seconds of the bin that has the value at that rank. */
static double quantile_of(const json_t *histogram, size_t count, double share)
{
	size_t rank = (size_t)ceil(share * (double)count), seen = 0;
	for (size_t i = 0; i < json_array_size(histogram); i++) {
		const json_t *pair = json_array_get(histogram, i);
		seen += (size_t)json_integer_value(json_array_get(pair, 1));
		if (seen >= (rank ? rank : 1))
			return json_real_value(json_array_get(pair, 0));
	}
	fail_msg("%zu values in the histogram, %zu wanted", seen, rank);
	return 0;
}

static void a_histogram_keeps_quantiles_within_its_bins(void **state)
{
	(void)state;
	static double values[SAMPLES];
	static const double shares[] = { 0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	uint64_t random = 3;
	for (int shape = 0; shape < 3; shape++) {
		for (int i = 0; i < SAMPLES; i++) /* microseconds with a long tail; one value; from
						     nanoseconds to minutes */
			values[i] = shape == 0 ? 5e-6 / sqrt(check_uniform(&random, 1e-6, 1))
				: shape == 1   ? 1e-3
					       : exp(check_uniform(&random, log(2e-9), log(100)));
		qsort(values, SAMPLES, sizeof(*values), compare);
		struct str text = { 0 };
		histogram_json(values, SAMPLES, &text);
		json_t *histogram = json_loads(text.s, 0, NULL);
		assert_non_null(histogram);
		double before = 0;
		size_t total = 0;
		for (size_t i = 0; i < json_array_size(histogram); i++) {
			const double at =
				json_real_value(json_array_get(json_array_get(histogram, i), 0));
			if (!(at > before * 1.0099))
				fail_msg("bins at %g and %g", before, at);
			before = at;
			total += (size_t)json_integer_value(
				json_array_get(json_array_get(histogram, i), 1));
		}
		assert_int_equal(total, SAMPLES);
		if (shape == 1)
			assert_int_equal(json_array_size(histogram), 1);
		for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++) {
			const double want = histogram_quantile(values, SAMPLES, shares[i]),
				     have = quantile_of(histogram, SAMPLES, shares[i]);
			if (!(fabs(have / want - 1) < 0.005001)) /* half a bin */
				fail_msg("shape %d: quantile %g is %.9g, of the histogram %.9g",
					shape, shares[i], want, have);
		}
		json_decref(histogram);
		str_free(&text);
	}
}

static void quantiles_are_of_the_nearest_rank(void **state)
{
	(void)state;
	static const double values[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	assert_true(histogram_quantile(values, 10, 0) == 1);
	assert_true(histogram_quantile(values, 10, 0.1) == 1);
	assert_true(histogram_quantile(values, 10, 0.5) == 5);
	assert_true(histogram_quantile(values, 10, 0.9) == 9);
	assert_true(histogram_quantile(values, 10, 0.99) == 10);
	assert_true(histogram_quantile(values, 10, 1) == 10);
	assert_true(histogram_quantile(values, 1, 0.5) == 1);
}

static void every_variant_number_format_and_batch_is_measured(void **state)
{
	(void)state;
	static struct model m, quantised;
	struct latency_results r;
	struct err e = { 0 };
	m.facts.fold = -1;
	paper_submodel(&m.net, (struct nn_shape){ 1, 12, 12 }, 10);
	m.params = calloc(m.net.parameter_count, sizeof(*m.params));
	nn_init_net(&m.net, 1, m.params);
	struct check_images images =
		check_images_new(1, (struct nn_shape){ 1, 12, 12 }, 20, 10, false);
	assert_int_equal(model_quantise(&m, &images.images, &quantised, &e), 0);
	const struct latency_options options = { .model = &m,
		.quantised = &quantised,
		.images = &images.images,
		.seconds = 0.01,
		.batches = { 1, 32 },
		.batch_count = 2 };
	if (latency_measure(&options, &r, &e))
		fail_msg("%s", e.text);
	int variants = 0;
	while (nn_kernels_at(variants))
		variants++;
	variants -= variants > 1; /* all but the plain one */
	assert_int_equal(r.count, 4 * variants);
	for (int i = 0; i < r.count; i++) {
		const struct latency_result *k = &r.all[i];
		assert_int_equal(k->batch, i < 2 * variants ? 1 : 32);
		assert_string_equal(k->number_format, i % 2 ? "int8" : "fp32");
		assert_true(k->count >= LATENCY_CALLS_MIN && k->count <= LATENCY_CALLS_MAX);
		assert_true(k->seconds[0] > 0 && k->seconds[0] < 1);
		double sum = 0;
		for (size_t j = 0; j < k->count; j++) {
			sum += k->seconds[j];
			assert_true(j == 0 || k->seconds[j - 1] <= k->seconds[j]);
		}
		const double speed = (double)k->count * k->batch / sum;
		if (!(fabs(k->images_per_second / speed - 1) < 1e-9) || !(k->noise >= 0))
			fail_msg("%.9g images a second, should be %.9g; noise %g",
				k->images_per_second, speed, k->noise);
	}
	latency_free(&r);
	check_images_free(&images);
	model_free(&m);
	model_free(&quantised);
}

static void what_the_machine_tells_is_looked_at(void **state)
{
	(void)state;
	struct machine_now now;
	machine_look(latency_cpu(), &now);
	assert_true(now.load >= 0);
	assert_true(isnan(now.mhz) || now.mhz > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_histogram_keeps_quantiles_within_its_bins),
		cmocka_unit_test(quantiles_are_of_the_nearest_rank),
		cmocka_unit_test(every_variant_number_format_and_batch_is_measured),
		cmocka_unit_test(what_the_machine_tells_is_looked_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_robustness.c - results on corrupted test images: how they are recorded, the view robust, and
 * the means of report/robust.h, on made-up numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "harness/report/metric.h"
#include "harness/report/robust.h"
#include "harness/store/attempts.h"
#include "harness/store/read.h"
#include "harness/store/sweeps.h"
#include "made_store.h"
#include "scratch.h"

static const double turns[] = { 10, 20 }, noises[] = { 0.5 };

struct fixture {
	char folder[SCRATCH_MAX];
	struct store *store;
	struct made_sweep made;
	struct robustness_spec specs[2];
	int64_t attempt; /* of trial 0, which is done: two folds */
};

#define must(call)                                         \
	do {                                               \
		struct err e = { 0 };                      \
		if ((call) != 0)                           \
			fail_msg("%s: %s", #call, e.text); \
	} while (0)

static int open_fixture(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[96];
	int64_t sweep, environment;
	*state = f;
	if (scratch_make(f->folder))
		return -1;
	snprintf(path, sizeof(path), "%s/a.db", f->folder);
	made_init(&f->made, "paper", 1);
	f->specs[0] = (struct robustness_spec){ CORRUPTION_ROTATION, turns, 2 };
	f->specs[1] = (struct robustness_spec){ CORRUPTION_NOISE, noises, 1 };
	f->made.sweep.robustness = f->specs;
	f->made.sweep.robustness_count = 2;
	must(store_open(path, STORE_WRITE, &e, &f->store));
	must(store_environment(f->store, "cpu\tSome CPU\n", &environment, &e));
	must(store_sweep(f->store, &f->made.sweep, &sweep, &e));
	must(made_run(
		f->store, sweep, environment, &f->made.trials[0], 0.75, 0.5, &f->attempt, &e));
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;
	store_close(f->store);
	const int result = scratch_remove(f->folder);
	free(f);
	return result;
}

static int record(struct fixture *f, int fold, const char *corruption, double severity,
	double accuracy, struct err *e)
{
	const struct robustness_result r = { .phase = 1,
		.fold = fold,
		.corruption = corruption,
		.severity = severity,
		.outputs = 1,
		.test_count = 4,
		.test_accuracy = { accuracy } };
	return store_robustness(f->store, f->attempt, &r, e);
}

/* Both folds; the accuracies' mean is the given one. */
static void record_both(struct fixture *f, const char *corruption, double severity, double mean)
{
	must(record(f, 0, corruption, severity, mean + 0.125, &e));
	must(record(f, 1, corruption, severity, mean - 0.125, &e));
}

/* The metric of trial 0; NAN when there is none. */
static double metric(struct fixture *f, const char *name)
{
	struct rows *r = NULL;
	must(robust_metrics(f->store, &f->made.sweep, &e, &r));
	const int column = rows_column(r, name);
	assert_true(column >= 0);
	const struct value *v = r->row_count ? &r->values[column] : NULL;
	const double value = v && v->kind != VALUE_NULL ? v->real : NAN;
	rows_free(r);
	return value;
}

static void recorded_numbers_stay_and_others_are_refused(void **state)
{
	struct fixture *f = *state;
	struct err why = { 0 };
	assert_int_equal(record(f, 0, "rotation", 10, 0.25, &why), 0);
	assert_int_equal(record(f, 0, "rotation", 10, 0.25, &why), 0);
	assert_int_equal(record(f, 0, "rotation", 10, 0.5, &why), -1);
	assert_int_equal(why.kind, ERR_FAILED);
	assert_non_null(strstr(why.text, "rotation 10: another accuracy is recorded than 0.5"));
	struct rows *r = NULL;
	must(store_query(
		f->store, "SELECT count(*), max(test_accuracy) FROM robustness", NULL, &e, &r));
	assert_int_equal(r->values[0].integer, 1);
	assert_true(r->values[1].real == 0.25);
	rows_free(r);
}

static void a_mean_is_over_all_folds_and_strengths_or_there_is_none(void **state)
{
	struct fixture *f = *state;
	assert_true(isnan(metric(f, "rotation_accuracy")));
	record_both(f, "rotation", 10, 0.5);
	record_both(f, "rotation", 30, 0.125); /* not a severity of the sweep */
	assert_true(isnan(metric(f, "rotation_accuracy")));
	must(record(f, 0, "rotation", 20, 0.375, &e));
	assert_true(isnan(metric(f, "rotation_accuracy"))); /* fold 1 is missing */
	must(record(f, 1, "rotation", 20, 0.125, &e));
	assert_true(metric(f, "rotation_accuracy") == 0.375);
	assert_true(metric(f, "rotation_drop") == 0.25); /* 0.625 on the images as they are */
	assert_true(isnan(metric(f, "robust_accuracy")));
	record_both(f, "noise", 0.5, 0.25);
	assert_true(metric(f, "noise_drop") == 0.375);
	assert_true(metric(f, "robust_accuracy")
		== 0.3125); /* each corruption counts once, however many severities it has */
	assert_true(metric(f, "robust_drop") == 0.3125);
}

static void a_strength_is_found_among_the_rows_of_its_trial(void **state)
{
	struct fixture *f = *state;
	struct rows *r = NULL;
	size_t first, end;
	record_both(f, "none", 0, 0.625);
	record_both(f, "noise", 0.5, 0.25);
	must(robust_read(f->store, &f->made.sweep, &e, &r));
	robust_trial(r, f->made.trials[0].identity, &first, &end);
	assert_int_equal(end - first, 2);
	assert_true(robust_accuracy(r, first, end, "noise", 0.5) == 0.25);
	assert_true(robust_accuracy(r, first, end, "none", 0) == 0.625);
	assert_true(isnan(robust_accuracy(r, first, end, "noise", 0.25)));
	robust_trial(r, f->made.trials[1].identity, &first, &end);
	assert_true(first == end);
	rows_free(r);
}

static void every_change_has_its_metrics(void **state)
{
	(void)state;
	for (int i = 0; i < CORRUPTIONS; i++) {
		char name[64];
		struct err e = { 0 };
		snprintf(name, sizeof(name), "%s_accuracy",
			corruption_info((enum corruption)i)->name);
		assert_true(metric_of_changes(name) && metric_check(NULL, name, &e) == 0
			&& metric_find(NULL, name)->better == 1);
		snprintf(name, sizeof(name), "%s_drop", corruption_info((enum corruption)i)->name);
		assert_true(metric_of_changes(name) && metric_check(NULL, name, &e) == 0
			&& metric_find(NULL, name)->better == -1);
		assert_int_equal(corruption_find(corruption_info((enum corruption)i)->name), i);
	}
	assert_true(metric_of_changes("robust_drop"));
	assert_false(metric_of_changes("test_accuracy"));
	assert_false(metric_of_changes("rotation_loss"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			recorded_numbers_stay_and_others_are_refused, open_fixture, close_fixture),
		cmocka_unit_test_setup_teardown(
			a_mean_is_over_all_folds_and_strengths_or_there_is_none, open_fixture,
			close_fixture),
		cmocka_unit_test_setup_teardown(a_strength_is_found_among_the_rows_of_its_trial,
			open_fixture, close_fixture),
		cmocka_unit_test(every_change_has_its_metrics),
	};
	return cmocka_run_group_tests_name("robustness", tests, NULL, NULL);
}

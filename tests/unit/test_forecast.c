/* test_forecast.c - harness/report/forecast.h: what would run and why, and how long that is
 * expected to take. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/forecast.h"
#include "harness/run/networks.h"
#include "harness/store/attempts.h"
#include "harness/store/sweeps.h"

enum { CORE = 7 };

static const char digest_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char digest_b[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static const char sweep_text[] =
	"retrial: 1\nname: f\nseeds: 3\n"
	"recipes: {small: [{phase: single, epochs: 10}], large: [{phase: dual, epochs: 20}]}\n"
	"base: {dataset: mnist}\naxes: {recipe: [small, large]}\n";

static char path[64];
static struct store *store;
static struct sweep *sweep;
static int64_t sweep_id, environment;

static double share_of(const struct trial *t, int phase, const struct forecast_dataset *d)
{
	return network_share(t, phase, (struct nn_shape){ d->channels, d->height, d->width });
}

static struct forecast_dataset mnist(const char *digest)
{
	struct forecast_dataset d = { .name = "mnist",
		.channels = 1,
		.height = 28,
		.width = 28,
		.train_count = 60000,
		.share = share_of };
	snprintf(d.digest, sizeof(d.digest), "%s", digest);
	return d;
}

static int begin(void **state)
{
	(void)state;
	struct err e = { 0 };
	snprintf(path, sizeof(path), "/tmp/test_forecast.XXXXXX");
	const int fd = mkstemp(path);
	if (fd < 0)
		return -1;
	close(fd);
	unlink(path);
	return sweep_parse("f.yaml", sweep_text, strlen(sweep_text), NULL, &e, &sweep)
		|| store_open(path, STORE_WRITE, &e, &store)
		|| store_environment(store, "cpu\tmade\n", &environment, &e)
		|| store_sweep(store, sweep, &sweep_id, &e);
}

static int end(void **state)
{
	(void)state;
	static const char *const endings[] = { "", "-wal", "-shm", "-lock" };
	store_close(store);
	sweep_free(sweep);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		char name[80];
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		unlink(name);
	}
	return 0;
}

/* An attempt of the trial of this number that ended so. */
static void attempt(size_t trial, enum trial_state how, int core, const char *data, double seconds)
{
	struct err e = { 0 };
	int64_t id;
	struct trial_end t = { .state = how,
		.seconds = 2 * seconds,
		.cpu_seconds = seconds,
		.core_version = core,
		.kernels = "plain" };
	snprintf(t.weights_digest, sizeof(t.weights_digest), "%s", digest_a);
	snprintf(t.data_digest, sizeof(t.data_digest), "%s", data);
	snprintf(t.data_variant, sizeof(t.data_variant), "canonical");
	if (how != TRIAL_DONE)
		snprintf(t.error, sizeof(t.error), "made to end so");
	struct phase_result phase = {
		.fold = -1, .name = "p", .epochs_run = 1, .stopped = "epochs", .outputs = 1
	};
	memcpy(phase.weights_digest, t.weights_digest, sizeof(phase.weights_digest));
	if (store_attempt_begin(store, sweep_id, sweep->trials[trial].identity, environment,
		    (long)getpid(), &id, &e)
		|| store_phase(store, id, &phase, &e) || store_attempt_end(store, id, &t, &e))
		fail_msg("%s", e.text);
}

static struct forecast *forecast_with(struct forecast_dataset d)
{
	struct err e = { 0 };
	struct forecast *f;
	if (forecast_make(store, sweep, &d, 1, CORE, &e, &f))
		fail_msg("%s", e.text);
	return f;
}

static void without_attempts_everything_is_new_and_nothing_can_be_estimated(void **state)
{
	(void)state;
	struct forecast *f = forecast_with(mnist(digest_a));
	assert_int_equal(f->counts[FORECAST_RUN], 6);
	assert_int_equal(f->unknown, 6);
	assert_string_equal(f->trials[0].why, "new");
	assert_true(isnan(f->trials[0].seconds));
	/* 3 seeds of 10 epochs of one network and 20 of two, three passes of 283,640
	 * multiply-accumulates each */
	const double work = 3 * (10 + 2 * 20) * (50000 + 10000.0 / 3);
	assert_true(fabs(f->rough - work * 3 * 283640 / 20e9) < 1e-6);
	forecast_free(f);
}

static void without_a_database_everything_is_new(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct forecast *f;
	const struct forecast_dataset d = mnist(digest_a);
	assert_int_equal(forecast_make(NULL, sweep, &d, 1, CORE, &e, &f), 0);
	assert_int_equal(f->counts[FORECAST_RUN], 6);
	assert_int_equal(f->finished, 0);
	forecast_free(f);
}

static void every_trial_says_why_it_would_run(void **state)
{
	(void)state;
	attempt(0, TRIAL_DONE, CORE, digest_a, 10);
	attempt(1, TRIAL_DONE, CORE - 1, digest_a, 10);
	attempt(2, TRIAL_DONE, CORE, digest_b, 10);
	attempt(3, TRIAL_DIVERGED, CORE, digest_a, 10);
	attempt(4, TRIAL_INTERRUPTED, CORE, digest_a, 10);
	attempt(5, TRIAL_FAILED, CORE - 1, digest_a, 10);
	struct forecast *f = forecast_with(mnist(digest_a));
	static const enum forecast_state states[] = { FORECAST_DONE, FORECAST_RUN, FORECAST_RUN,
		FORECAST_BAD, FORECAST_RUN, FORECAST_RUN };
	static const char *const why[] = { "", "done by core version 6", "done with other data",
		"diverged", "interrupted", "failed by core version 6" };
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(f->trials[i].state, states[i]);
		assert_string_equal(f->trials[i].why, why[i]);
	}
	assert_int_equal(f->counts[FORECAST_DONE], 1);
	assert_int_equal(f->counts[FORECAST_RUN], 4);
	assert_int_equal(f->counts[FORECAST_BAD], 1);
	assert_int_equal(f->finished, 3);
	forecast_free(f);
}

static void a_trial_whose_data_set_is_missing_is_passed_over(void **state)
{
	(void)state;
	struct forecast *f = forecast_with(mnist(""));
	assert_int_equal(f->counts[FORECAST_SKIP], 6);
	assert_string_equal(f->trials[0].why, "data set missing");
	forecast_free(f);
	struct forecast_dataset damaged = mnist("");
	damaged.damaged = true;
	f = forecast_with(damaged);
	assert_string_equal(f->trials[0].why, "data set damaged");
	forecast_free(f);
}

/* Trials 0, 2, 4 are small and 1, 3, 5 large: 20 epochs of two submodels against 10 of one are four
 * times the work. */
static void time_is_that_of_replicates_or_else_in_proportion_to_the_work(void **state)
{
	(void)state;
	attempt(0, TRIAL_DONE, CORE, digest_a, 12);
	attempt(2, TRIAL_DONE, CORE, digest_a, 8);
	struct forecast *f = forecast_with(mnist(digest_a));
	assert_true(fabs(f->trials[4].seconds - 10) < 1e-9);
	assert_true(fabs(f->trials[1].seconds - 40) < 1e-9);
	assert_true(fabs(f->seconds - (10 + 3 * 40)) < 1e-9);
	assert_int_equal(f->measured, 2);
	assert_int_equal(f->unknown, 0);
	forecast_free(f);
}

/* The work of the first trial of a recipe. */
static double work_of(const char *phases, struct forecast_dataset d)
{
	struct err e = { 0 };
	struct sweep *s;
	struct str text = { 0 };
	str_addf(&text, "retrial: 1\nrecipes: {r: [%s]}\nbase: {dataset: mnist, recipe: r}\n",
		phases);
	if (sweep_parse("w.yaml", text.s, text.length, NULL, &e, &s))
		fail_msg("%s", e.text);
	const double work = forecast_work(&s->trials[0], &d);
	sweep_free(s);
	str_free(&text);
	return work;
}

static void work_counts_epochs_networks_folds_and_pixels(void **state)
{
	(void)state;
	const struct forecast_dataset d = mnist(digest_a);
	struct forecast_dataset large = d;
	large.height = 56;
	const double single = work_of("{phase: single, epochs: 1}", d);
	assert_true(fabs(single - (50000 + 10000.0 / 3)) < 1e-6);
	assert_true(fabs(work_of("{phase: single, epochs: 7}", d) - 7 * single) < 1e-6);
	assert_true(fabs(work_of("{phase: dual, epochs: 1}", d) - 2 * single) < 1e-6);
	assert_true(fabs(work_of("{phase: single, epochs: 1}", large) - 2 * single) < 1e-6);
	/* A model of one dense layer: 7,840 multiply-accumulates, the paper's submodel has 283,640.
	 */
	struct err e = { 0 };
	struct sweep *s;
	static const char small[] = "retrial: 1\nrecipes: {r: [{phase: single, epochs: 1}]}\n"
				    "models: {m: {network: [{dense: {name: d, units: classes}}]}}\n"
				    "base: {dataset: mnist, recipe: r, model: m}\n";
	if (sweep_parse("w.yaml", small, strlen(small), NULL, &e, &s))
		fail_msg("%s", e.text);
	assert_true(fabs(forecast_work(&s->trials[0], &d) / single - 7840.0 / 283640) < 1e-9);
	sweep_free(s);
	const double folds =
		work_of("{phase: single, epochs: 1}, {phase: kfold, folds: 6, epochs: 1}", d)
		- single;
	assert_true(fabs(folds - 6 * (50000 + 10000.0 / 3)) < 1e-6);
	const double clean = work_of("{phase: single, epochs: 1}, {phase: kfold, folds: 6, epochs: "
				     "1, start: clean}",
				     d)
		- single;
	assert_true(fabs(clean - folds - 6 * single) < 1e-6);
}

/* Two recipes begin with the same phase, and with another seed all is new: of each seed the dual
 * phase is trained once. The phase took 6 of the attempt's 20 seconds on the clock, of which the
 * processor worked half: 3 seconds are saved. A k-fold phase is never shared. */
static void phases_that_recipes_begin_with_are_trained_once_and_their_time_is_saved(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *two;
	int64_t id, attempt_id;
	static const char text[] =
		"retrial: 1\nname: two\nseeds: 2\nbase: {dataset: mnist}\naxes: {recipe: [a, b, "
		"c]}\nrecipes:\n"
		"  a: [{phase: dual, epochs: 20}, {phase: unify, heads: [copy, copy], epochs: 2}]\n"
		"  b: [{phase: dual, name: first, epochs: 20}, {phase: unify, heads: [copy, "
		"random], epochs: 2}]\n"
		"  c: [{phase: single, epochs: 2}, {phase: kfold, folds: 2, epochs: 1}]\n";
	if (sweep_parse("two.yaml", text, strlen(text), NULL, &e, &two)
		|| store_sweep(store, two, &id, &e)
		|| store_attempt_begin(store, id, two->trials[0].identity, environment,
			(long)getpid(), &attempt_id, &e))
		fail_msg("%s", e.text);
	struct trial_end t = { .state = TRIAL_DONE,
		.seconds = 20,
		.cpu_seconds = 10,
		.core_version = CORE,
		.kernels = "plain",
		.data_variant = "canonical" };
	memcpy(t.weights_digest, digest_a, sizeof(t.weights_digest));
	memcpy(t.data_digest, digest_a, sizeof(t.data_digest));
	for (int p = 0; p < 2; p++) {
		struct phase_result phase = { .phase = p,
			.fold = -1,
			.name = "p",
			.epochs_run = 1,
			.stopped = "epochs",
			.outputs = 1,
			.seconds = p ? 4 : 6 };
		memcpy(phase.weights_digest, digest_a, sizeof(phase.weights_digest));
		if (store_phase(store, attempt_id, &phase, &e))
			fail_msg("%s", e.text);
	}
	const struct forecast_dataset d = mnist(digest_a);
	struct forecast *f;
	if (store_attempt_end(store, attempt_id, &t, &e)
		|| forecast_make(store, two, &d, 1, CORE, &e, &f))
		fail_msg("%s", e.text);
	/* Seed 1: a is done; b is the only one left with this beginning. Seed 2: a trains the dual
	 * phase, b takes it over. */
	assert_int_equal(f->counts[FORECAST_DONE], 1);
	static const unsigned taken[] = { 0, 0, 0, 0, 1, 0 };
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(f->sharing.taken[i], taken[i]);
	assert_int_equal(f->sharing.phase_count, 1);
	assert_string_equal(f->sharing.phases[0].name, "first");
	assert_int_equal(f->sharing.phases[0].asked - f->sharing.phases[0].trained, 1);
	assert_true(fabs(f->saved - 3) < 1e-9);
	assert_true(fabs(f->trials[3].seconds - 10) < 1e-9);
	assert_true(fabs(f->trials[1].seconds - f->trials[4].seconds - 3) < 1e-9);
	double sum = 0;
	for (size_t i = 1; i < 6; i++)
		sum += f->trials[i].seconds;
	assert_true(fabs(f->seconds - sum) < 1e-9);
	forecast_free(f);
	sweep_free(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			without_attempts_everything_is_new_and_nothing_can_be_estimated, begin,
			end),
		cmocka_unit_test_setup_teardown(without_a_database_everything_is_new, begin, end),
		cmocka_unit_test_setup_teardown(every_trial_says_why_it_would_run, begin, end),
		cmocka_unit_test_setup_teardown(
			a_trial_whose_data_set_is_missing_is_passed_over, begin, end),
		cmocka_unit_test_setup_teardown(
			time_is_that_of_replicates_or_else_in_proportion_to_the_work, begin, end),
		cmocka_unit_test_setup_teardown(
			phases_that_recipes_begin_with_are_trained_once_and_their_time_is_saved,
			begin, end),
		cmocka_unit_test(work_counts_epochs_networks_folds_and_pixels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_stop.c - nn/stop.h: hand-written cases, and random runs against a transcription of Keras's
 * EarlyStopping. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "nn/stop.h"
#include "tests/oracle/check.h"

/* Answers as a text, one character an epoch: '.' go on, 'k' keep, 'S' stop, 'B' both. */
static void run(struct nn_stop *s, const double *values, int count, char *text)
{
	for (int epoch = 0; epoch < count; epoch++)
		text[epoch] = ".kSB"[nn_stop_epoch(s, epoch, values[epoch])];
	text[count] = 0;
}

static void the_best_epoch_is_kept_and_patience_counts_epochs_since(void **state)
{
	(void)state;
	struct nn_stop s = { .maximize = true, .patience = 3 };
	char text[10];
	run(&s, (const double[]){ .5, .6, .55, .7, .6, .7, .69 }, 7, text);
	assert_string_equal(text, "kk.k..S");
	assert_int_equal(s.best_epoch, 3);
	assert_true(s.best == .7);
}

static void a_loss_is_minimized(void **state)
{
	(void)state;
	struct nn_stop s = { .maximize = false, .patience = 2 };
	char text[10];
	run(&s, (const double[]){ 2, 1, 1.5, .9, 1, 1 }, 6, text);
	assert_string_equal(text, "kk.k.S");
	assert_int_equal(s.best_epoch, 3);
}

static void an_improvement_must_be_more_than_min_delta(void **state)
{
	(void)state;
	struct nn_stop s = { .maximize = true, .patience = 2, .min_delta = .125 };
	char text[10];
	run(&s, (const double[]){ .5, .625, .6875, .6 }, 4,
		text); /* .625 is better by exactly min_delta: no improvement */
	assert_string_equal(text, "k.k.");
	assert_true(s.best == .6875);
	struct nn_stop slow = {
		.maximize = true, .patience = 3, .min_delta = .125
	}; /* small steps are measured from the best, not from the last */
	run(&slow, (const double[]){ .5, .5625, .625, .6875 }, 4, text);
	assert_string_equal(text, "k..k");
}

static void epochs_before_from_epoch_are_not_looked_at(void **state)
{
	(void)state;
	struct nn_stop s = { .maximize = true, .patience = 2, .from_epoch = 3 };
	char text[10];
	run(&s, (const double[]){ .9, .9, .9, .5, .6, .5, .5 }, 7, text);
	assert_string_equal(text, "...kk.S");
	assert_int_equal(s.best_epoch, 4);
}

static void patience_zero_never_stops(void **state)
{
	(void)state;
	struct nn_stop s = { .maximize = true };
	char text[40];
	double values[30] = { .5 };
	run(&s, values, 30, text);
	assert_string_equal(text, "k.............................");
}

static void training_never_stops_at_epoch_zero(void **state)
{
	(void)state;
	struct nn_stop s = { .maximize = true, .patience = 1 };
	char text[10];
	run(&s, (const double[]){ NAN, NAN }, 2,
		text); /* patience is used up at once, but that is epoch 0 */
	assert_string_equal(text, "kS");
	assert_int_equal(s.best_epoch, 0);
}

static void a_nan_never_improves_and_anything_improves_on_it(void **state)
{
	(void)state;
	struct nn_stop s = { .maximize = true, .patience = 5 };
	char text[10];
	run(&s, (const double[]){ NAN, .1, NAN, .2, NAN }, 5, text);
	assert_string_equal(text, "kk.k.");
	assert_int_equal(s.best_epoch, 3);
	assert_true(s.best == .2);
	struct nn_stop loss = { .maximize = false, .patience = 5 };
	run(&loss, (const double[]){ NAN, INFINITY, 5 }, 3,
		text); /* infinity is no improvement on infinity */
	assert_string_equal(text, "k.k");
}

/* Values on a grid of 0.0001 and min_delta 0.001 make differences of exactly min_delta frequent,
 * where the order of rounding decides. */
static void random_runs_agree_with_keras(void **state)
{
	(void)state;
	uint64_t seed = 7;
	for (int trial = 0; trial < 20000; trial++) {
		struct nn_stop s = { .maximize = check_below(&seed, 2),
			.patience = (int)check_below(&seed, 6),
			.min_delta = check_below(&seed, 2) ? .001 : 0,
			.from_epoch = (int)check_below(&seed, 5) };
		struct oracle_stop o = { .maximize = s.maximize,
			.patience = s.patience,
			.min_delta = s.min_delta,
			.start_from_epoch = s.from_epoch };
		for (int epoch = 0; epoch < 30; epoch++) {
			double value = check_below(&seed, 30)
				? (9000 + (double)check_below(&seed, 60)) / 10000
				: NAN;
			bool keep, stop;
			oracle_stop_epoch(&o, epoch, value, &keep, &stop);
			int got = nn_stop_epoch(&s, epoch, value),
			    want = (keep ? NN_STOP_KEEP : 0) | (stop ? NN_STOP_NOW : 0);
			if (got != want)
				fail_msg(
					"trial %d, epoch %d, value %.17g: answer %d, Keras's is %d",
					trial, epoch, value, got, want);
			if (o.have_weights)
				assert_int_equal(s.best_epoch, o.best_epoch);
			if (stop)
				break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_epoch_is_kept_and_patience_counts_epochs_since),
		cmocka_unit_test(a_loss_is_minimized),
		cmocka_unit_test(an_improvement_must_be_more_than_min_delta),
		cmocka_unit_test(epochs_before_from_epoch_are_not_looked_at),
		cmocka_unit_test(patience_zero_never_stops),
		cmocka_unit_test(training_never_stops_at_epoch_zero),
		cmocka_unit_test(a_nan_never_improves_and_anything_improves_on_it),
		cmocka_unit_test(random_runs_agree_with_keras),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

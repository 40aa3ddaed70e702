/* test_remarks.c - harness/store/remarks.c: tags, notes, results that are taken back, and what is
 * given up for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/store/attempts.h"
#include "harness/store/remarks.h"
#include "store_fixture.h"

/* Every view and answer that says whether a trial is done. */
static void assert_counts_as_done(struct study *y, int trial, bool expected)
{
	char digest[DIGEST_TEXT], sql[256];
	bool done;
	const char *identity = y->made.trials[trial].identity;
	static const char *const views[] = { "finished", "accuracy", "phases", "epochs", "models",
		"digests", "latency" };
	digest_bytes("data", 4, digest);
	assert_ok(store_is_done(y->store, identity, 1, digest, &done, &e));
	assert_int_equal(done, expected);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) > 0 FROM %s WHERE trial = '%s'",
			views[i], identity);
		if (strcmp(ask(y->store, sql), expected ? "1" : "0") != 0)
			fail_msg("view %s of a trial that is %sdone", views[i],
				expected ? "" : "not ");
	}
	snprintf(sql, sizeof(sql),
		"SELECT state || ' ' || attempts || ' ' || (test_accuracy IS NULL) FROM runs WHERE "
		"trial = '%s'",
		identity);
	assert_string_equal(ask(y->store, sql), expected ? "done 1 0" : "queued 0 1");
	snprintf(sql, sizeof(sql), "SELECT count(value) FROM claim_trials WHERE trial = '%s'",
		identity);
	assert_string_equal(ask(y->store, sql), expected ? "2" : "0");
}

static void measure_latency(void)
{
	execute_raw("INSERT INTO latencies (attempt, environment, measured_at, kernels, "
		    "number_format, batch, samples, p50, p90, p99, min,"
		    " images_per_second, histogram) SELECT id, environment, "
		    "'2026-01-02T03:04:05.678Z', 'plain', 'fp32', 1, 1, 1e-6, 1e-6, 1e-6, 1e-6, "
		    "1e6, '[]' FROM attempts");
}

static void what_is_deleted_counts_as_never_run_until_it_is_restored(void **state)
{
	(void)state;
	struct study y;
	int64_t attempt;
	size_t count;
	study_open(&y, 1);
	assert_ok(made_run(
		y.store, y.sweep, y.environment, &y.made.trials[0], 0.5, 0.75, &attempt, &e));
	measure_latency();
	assert_counts_as_done(&y, 0, true);
	assert_ok(store_delete(y.store, y.made.trials[0].identity, &count, &e));
	assert_int_equal(count, 1);
	assert_counts_as_done(&y, 0, false);
	assert_string_equal(ask(y.store, "SELECT done || ' ' || queued FROM status"), "0 2");
	assert_ok(store_delete(y.store, y.made.trials[0].identity, &count, &e));
	assert_int_equal(count, 0);
	assert_ok(store_restore(y.store, y.made.trials[0].identity, &count, &e));
	assert_int_equal(count, 1);
	assert_counts_as_done(&y, 0, true);
	store_close(y.store);
}

static void a_failure_is_taken_back_and_what_runs_is_not(void **state)
{
	(void)state;
	struct study y;
	size_t count;
	study_open(&y, 1);
	const struct trial_end failed = made_end(TRIAL_FAILED, "lost");
	const int64_t first = begin(&y, 0, getpid());
	assert_ok(store_attempt_end(y.store, first, &failed, &e));
	assert_true(begin(&y, 0, getpid()) > first);
	assert_ok(store_delete(y.store, y.made.trials[0].identity, &count, &e));
	assert_int_equal(count, 1);
	assert_string_equal(ask(y.store, "SELECT count(*) FROM failures"), "0");
	assert_string_equal(ask(y.store, "SELECT state FROM runs WHERE position = 0"), "running");
	struct err why = { 0 };
	assert_int_equal(store_delete(y.store, "3f", &count, &why), -1);
	assert_int_equal(why.kind, ERR_USAGE);
	store_close(y.store);
}

static void tags_are_words_and_notes_are_texts(void **state)
{
	(void)state;
	struct study y;
	bool changed;
	study_open(&y, 1);
	const char *identity = y.made.trials[0].identity;
	assert_ok(store_tag(y.store, identity, "größte", true, &changed, &e));
	assert_true(changed);
	assert_ok(store_tag(y.store, identity, "größte", true, &changed, &e));
	assert_false(changed);
	assert_ok(store_tag(y.store, identity, "best", true, &changed, &e));
	assert_string_equal(
		ask(y.store, "SELECT tags FROM runs WHERE position = 0"), "best größte");
	assert_string_equal(ask(y.store, "SELECT count(tags) FROM runs WHERE position = 1"), "0");
	assert_ok(store_tag(y.store, identity, "best", false, &changed, &e));
	assert_true(changed);
	assert_string_equal(ask(y.store, "SELECT tags FROM runs WHERE position = 0"), "größte");
	static const char *const wrong[] = { "", "two words", "a,b", "\xff\xfe",
		"12345678901234567890123456789012345678901234567890123456789012345" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct err why = { 0 };
		assert_int_equal(store_tag(y.store, identity, wrong[i], true, &changed, &why), -1);
		assert_int_equal(why.kind, ERR_USAGE);
	}
	struct err why = { 0 };
	assert_ok(store_note(y.store, identity, "two\nlines, \"quoted\" 猫", &e));
	assert_string_equal(ask(y.store, "SELECT text FROM notes"), "two\nlines, \"quoted\" 猫");
	assert_int_equal(store_note(y.store, identity, "", &why), -1);
	assert_int_equal(store_note(y.store, identity, "\xed\xa0\x80", &why),
		-1); /* half of a surrogate pair */
	store_close(y.store);
}

static size_t purge(struct study *y, enum store_purge what, bool remove)
{
	size_t rows;
	assert_ok(store_purge(y->store, what, remove, &rows, &e));
	return rows;
}

static void nothing_that_counts_is_given_up(void **state)
{
	(void)state;
	struct study y;
	int64_t attempt;
	size_t count;
	study_open(&y, 2);
	for (int again = 0; again < 2; again++) /* trial 0 twice, trial 1 once */
		for (int i = 0; i < 2 - again; i++) {
			assert_ok(made_run(y.store, y.sweep, y.environment, &y.made.trials[i], 0.5,
				0.75, &attempt, &e));
		}
	assert_ok(made_run(
		y.store, y.sweep, y.environment, &y.made.trials[2], 0.5, 0.75, &attempt, &e));
	const struct trial_end failed = made_end(
		TRIAL_FAILED, "lost"); /* a failure after a done attempt is not superseded */
	assert_ok(store_attempt_end(y.store, begin(&y, 1, getpid()), &failed, &e));
	execute_raw("INSERT INTO weights SELECT attempt, phase, fold, zeroblob(1000000) FROM "
		    "phase_results WHERE phase = 1");
	measure_latency();
	assert_ok(store_delete(y.store, y.made.trials[2].identity, &count, &e));
	char *before = strdup(ask(y.store,
		"SELECT group_concat(trial || phase || fold || output || predictions_digest) FROM "
		"digests"));

	assert_int_equal(purge(&y, STORE_PURGE_WEIGHTS, false), 2);
	assert_int_equal(purge(&y, STORE_PURGE_SUPERSEDED, false), 1);
	assert_int_equal(purge(&y, STORE_PURGE_DELETED, false), 1);
	assert_string_equal(ask(y.store, "SELECT count(*) FROM attempts"), "5");
	assert_int_equal(purge(&y, STORE_PURGE_WEIGHTS, true), 2);
	assert_string_equal(ask(y.store, "SELECT count(*) FROM weights"), "6");
	assert_int_equal(purge(&y, STORE_PURGE_SUPERSEDED, true), 1);
	assert_int_equal(purge(&y, STORE_PURGE_DELETED, true), 1);
	assert_string_equal(ask(y.store, "SELECT count(*) FROM attempts"), "3");
	assert_string_equal(ask(y.store,
				    "SELECT count(*) FROM metrics WHERE attempt NOT IN (SELECT id "
				    "FROM attempts)"),
		"0");
	assert_string_equal(ask(y.store,
				    "SELECT group_concat(trial || phase || fold || output || "
				    "predictions_digest) FROM digests"),
		before);
	assert_string_equal(ask(y.store,
				    "SELECT group_concat(state) FROM (SELECT state FROM runs ORDER "
				    "BY position)"),
		"done,done,queued,queued");
	for (int what = 0; what < STORE_PURGES; what++)
		assert_int_equal(purge(&y, (enum store_purge)what, false), 0);
	free(before);

	struct stat large, small;
	assert_int_equal(stat(database, &large), 0);
	assert_ok(store_vacuum(y.store, &e));
	assert_int_equal(stat(database, &small), 0);
	assert_true(small.st_size < 5000000); /* four of the weights are left */
	assert_string_equal(ask(y.store, "PRAGMA integrity_check"), "ok");
	assert_string_equal(ask(y.store, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
	store_close(y.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			what_is_deleted_counts_as_never_run_until_it_is_restored, new_database),
		cmocka_unit_test_setup(a_failure_is_taken_back_and_what_runs_is_not, new_database),
		cmocka_unit_test_setup(tags_are_words_and_notes_are_texts, new_database),
		cmocka_unit_test_setup(nothing_that_counts_is_given_up, new_database),
	};
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}

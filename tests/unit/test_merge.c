/* test_merge.c - harness/store/merge.c: databases taken together by the identity of trials, and
 * what must not happen then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "harness/base/file.h"
#include "harness/report/format.h"
#include "harness/store/attempts.h"
#include "harness/store/merge.h"
#include "harness/store/read.h"
#include "harness/store/sweeps.h"
#include "made_store.h"
#include "scratch.h"

static char a_path[160], b_path[160], out_path[160]; /* new ones for every test */

static int new_paths(void **state)
{
	static int number;
	(void)state;
	number++;
	snprintf(a_path, sizeof(a_path), "%s/%d-a.db", scratch, number);
	snprintf(b_path, sizeof(b_path), "%s/%d-b.db", scratch, number);
	snprintf(out_path, sizeof(out_path), "%s/%d-out.db", scratch, number);
	return 0;
}

#define assert_ok(call)                                    \
	do {                                               \
		struct err e = { 0 };                      \
		if ((call) != 0)                           \
			fail_msg("%s: %s", #call, e.text); \
	} while (0)

static struct store *open_store(const char *path, enum store_mode mode)
{
	struct store *s = NULL;
	assert_ok(store_open(path, mode, &e, &s));
	return s;
}

/* A database whose sweep "paper" has that many seeds, of which those trials are run that the bits
 * of `run` name. The accuracy of a trial is a function of its place; `other` makes it another. */
static void make_database(const char *path, int seeds, unsigned run, double other, int core_version)
{
	struct store *s = open_store(path, STORE_WRITE);
	struct made_sweep made;
	int64_t sweep, environment, attempt;
	char facts[64];
	made_init(&made, "paper", seeds);
	snprintf(facts, sizeof(facts), "cpu\tthat of %.30s\n", strrchr(path, '/') + 1);
	assert_ok(store_environment(s, facts, &environment, &e));
	assert_ok(store_sweep(s, &made.sweep, &sweep, &e));
	for (int i = 0; i < 2 * seeds; i++) {
		if (!(run >> i & 1))
			continue;
		const struct epoch_result epoch = made_epoch(0);
		struct phase_result phase = made_phase(1, 0, 0.0625 * i + other);
		struct trial_end end = made_end(TRIAL_DONE, "");
		end.core_version = core_version;
		digest_bytes(&i, sizeof(i), end.weights_digest);
		phase.predictions[0] = (uint8_t[]){ 1, 2, 3, (uint8_t)i };
		assert_ok(store_attempt_begin(s, sweep, made.trials[i].identity, environment,
			(long)getpid(), &attempt, &e));
		assert_ok(store_epoch(s, attempt, &epoch, &e));
		assert_ok(store_phase(s, attempt, &phase, &e));
		assert_ok(store_attempt_end(s, attempt, &end, &e));
	}
	store_close(s);
}

static void execute_raw(const char *path, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
}

/* What is added to trials after they ended, and what people say of them. */
/* What programs leave. */
static const char programs_sql[] =
	"INSERT INTO measures SELECT id, 'loss', NULL, '{\"value\":\"nan\"}' FROM attempts;"
	"INSERT INTO steps SELECT id, 'loss', -3, 9e999, '{\"value\":\"inf\"}' FROM attempts;"
	"INSERT INTO logs SELECT id, 'stderr', 5000000000, 3, x'789c00ff' FROM attempts;"
	"INSERT INTO outputs SELECT id, 'a/b', 7, 'digest of a content' FROM attempts;"
	"INSERT INTO contents VALUES ('digest of a content', 7, x'789c00ff');"
	"INSERT INTO input_files SELECT DISTINCT data_digest, 'train.py', 'its digest', 12 FROM "
	"attempts;";

static const char additions_sql[] =
	"INSERT INTO environments VALUES (7, 'the digest of another machine', "
	"'2026-01-02T03:04:05.678Z');"
	"INSERT INTO facts VALUES (7, 'cpu', 'another');"
	"INSERT INTO weights SELECT attempt, phase, fold, x'0000803f0000c07f' FROM "
	"phase_results;" /* 1 and a NaN */
	"INSERT INTO robustness SELECT attempt, phase, fold, output, 'rotation', 0.1 + 0.2, "
	"4, 0.75 FROM scores;"
	"INSERT INTO model_files SELECT attempt, fold, 'onnx', 62511, weights_digest, NULL "
	"FROM phase_results;"
	"INSERT INTO latencies (attempt, environment, measured_at, kernels, number_format, "
	"batch, samples, p50, p90, p99, min,"
	" images_per_second, noise, load, mhz, histogram) SELECT attempt, 7, "
	"'2026-01-02T03:04:05.678Z', 'plain', 'fp32', 1, 3, 0.1 + 0.2, 9e999,"
	" 5e-324, 1e-9, 1e9, NULL, 0.5, 2400, '[[0.001, 3]]' FROM results;"
	"INSERT INTO tags SELECT id, 'größte' FROM trials;"
	"INSERT INTO notes (trial, written_at, text) SELECT id, '2026-01-02T03:04:05.678Z', "
	"'kept, \"as\" it was' || char(10) || '猫' FROM trials ORDER BY id;";

/* The answer as CSV without its heading, owned by the caller. */
static char *ask(const char *path, const char *sql)
{
	struct store *s = open_store(path, STORE_READ);
	struct rows *rows = NULL;
	struct str text = { 0 };
	assert_ok(store_query(s, sql, NULL, &e, &rows));
	assert_ok(format_rows(rows, FORMAT_CSV, &text, &e));
	rows_free(rows);
	store_close(s);
	char *whole = str_take(&text), *body = strdup(strchr(whole, '\n') + 1);
	free(whole);
	return body;
}

static void assert_answer(const char *path, const char *sql, const char *expected)
{
	char *text = ask(path, sql);
	assert_string_equal(text, expected);
	free(text);
}

/* Merge a and b into out; the conflicts are the caller's. */
static struct rows *merge(struct merge_counts counts[2])
{
	const char *const paths[] = { a_path, b_path };
	struct store *s = open_store(out_path, STORE_WRITE);
	struct rows *conflicts = NULL;
	assert_ok(store_merge(s, paths, 2, counts, &e, &conflicts));
	store_close(s);
	return conflicts;
}

/* Everything that does not depend on numbers within a database. */
static const char content_sql[] = "SELECT trial, sweep, position, recipe, seed, state, attempts, "
				  "test_accuracy, labels FROM runs ORDER BY sweep, position";

static void shards_together_are_the_whole(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 3, 0x15, 0, 1); /* trials 0, 2, 4 of 6 */
	make_database(b_path, 3, 0x2a, 0, 1); /* trials 1, 3, 5 */
	struct rows *conflicts = merge(counts);
	assert_int_equal(conflicts->row_count, 0);
	rows_free(conflicts);
	assert_int_equal(counts[0].attempts, 3);
	assert_int_equal(counts[0].trials, 6);
	assert_int_equal(counts[0].sweeps, 1);
	assert_int_equal(counts[1].attempts, 3);
	assert_int_equal(counts[1].trials, 0);
	assert_int_equal(counts[1].sweeps, 0);

	char whole_path[160];
	snprintf(whole_path, sizeof(whole_path), "%s/whole.db", scratch);
	make_database(whole_path, 3, 0x3f, 0, 1);
	static const char *const questions[] = { content_sql,
		"SELECT * FROM digests ORDER BY trial, phase, fold, output", "SELECT * FROM claims",
		"SELECT trial, recipe, phase, fold, epoch, output, train_loss, val_accuracy FROM "
		"epochs ORDER BY trial, phase, fold, epoch, output" };
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		char *whole = ask(whole_path, questions[i]);
		assert_answer(out_path, questions[i], whole);
		free(whole);
	}
	assert_answer(out_path, "SELECT count(*) FROM predictions", "6\n");
	assert_answer(out_path,
		"SELECT e.value, count(*) FROM attempts AS a JOIN facts AS e ON e.environment = "
		"a.environment GROUP BY 1 ORDER BY 1",
		"that of 1-a.db,3\nthat of 1-b.db,3\n");
	assert_answer(out_path, "PRAGMA foreign_key_check", "");
	assert_answer(out_path, "PRAGMA integrity_check", "ok\n");
}

static void one_database_taken_into_an_empty_one_is_copied_column_by_column(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 2, 0xf, 0, 1);
	make_database(b_path, 2, 0, 0, 1); /* the same plan, nothing run */
	execute_raw(a_path, additions_sql);
	execute_raw(a_path, programs_sql);
	execute_raw(a_path,
		"UPDATE environments SET id = 2 WHERE id = 7; UPDATE facts SET environment = 2 "
		"WHERE environment = 7;"
		" UPDATE latencies SET environment = 2; UPDATE attempts SET deleted_at = "
		"'2026-01-02T03:04:05.678Z' WHERE id = 2");
	rows_free(merge(counts));
	char *tables = ask(a_path,
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
		"ORDER BY name");
	int compared = 0;
	for (char *name = tables, *next; *name; name = next) {
		char sql[128];
		next = name + strcspn(name, "\n");
		*next++ = '\0';
		snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1", name);
		char *theirs = ask(a_path, sql);
		assert_true(strlen(theirs) > 5);
		assert_answer(out_path, sql, theirs);
		free(theirs);
		compared++;
	}
	assert_true(compared >= 20);
	free(tables);
}

static void merging_again_changes_nothing(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 2, 0x3, 0, 1);
	make_database(b_path, 2, 0xe, 0, 1); /* trial 1 was run in both */
	rows_free(merge(counts));
	assert_int_equal(counts[1].known, 1);
	assert_int_equal(counts[1].attempts, 2);
	char *before = ask(out_path, content_sql),
	     *attempts = ask(out_path, "SELECT * FROM attempts");
	struct rows *conflicts = merge(counts);
	assert_int_equal(conflicts->row_count, 0);
	rows_free(conflicts);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(counts[i].attempts, 0);
		assert_int_equal(counts[i].trials, 0);
		assert_int_equal(counts[i].sweeps, 0);
		assert_int_equal(counts[i].known, i ? 3 : 2);
	}
	assert_answer(out_path, content_sql, before);
	assert_answer(out_path, "SELECT * FROM attempts", attempts);
	free(before);
	free(attempts);
}

/* The number of rows of all tables, and what the new ones say. */
static const char everything_sql[] =
	"SELECT (SELECT count(*) FROM attempts), (SELECT count(*) FROM weights), (SELECT count(*) "
	"FROM robustness), (SELECT count(*) FROM model_files),"
	" (SELECT count(*) FROM latencies), (SELECT count(*) FROM tags), (SELECT count(*) FROM "
	"notes), (SELECT count(*) FROM environments)";

static void what_was_added_later_is_taken_once(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 1, 0x3, 0, 1);
	make_database(b_path, 1, 0x3, 0, 1); /* the same results by another machine */
	execute_raw(b_path, additions_sql);
	for (int again = 0; again < 2; again++) {
		rows_free(merge(counts));
		assert_int_equal(counts[1].known, 2);
		assert_answer(out_path, everything_sql, "2,2,2,2,2,2,2,2\n");
	}
	assert_answer(out_path,
		"SELECT value FROM latencies AS l JOIN facts AS f ON f.environment = l.environment "
		"LIMIT 1",
		"another\n");
	assert_answer(out_path,
		"SELECT p50, p90, p99, hex(bytes) FROM latencies JOIN weights USING (attempt) "
		"LIMIT 1",
		"0.30000000000000004,inf,4.94065645841247e-324,0000803F0000C07F\n");
	execute_raw(b_path,
		"UPDATE latencies SET measured_at = '2026-02-02T00:00:00.000Z'; INSERT INTO tags "
		"VALUES (1, 'best'); UPDATE notes SET text = 'new'");
	rows_free(merge(counts));
	assert_answer(out_path, everything_sql, "2,2,2,2,4,3,4,2\n");
}

static void what_was_taken_back_stays_so(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 1, 0x3, 0, 1);
	make_database(b_path, 1, 0, 0, 1);
	rows_free(merge(counts));
	execute_raw(out_path, "UPDATE attempts SET deleted_at = '2026-01-02T03:04:05.678Z'");
	rows_free(merge(counts)); /* copies of what was taken back here do not come back */
	assert_int_equal(counts[0].known, 2);
	assert_answer(out_path, "SELECT state, attempts FROM runs ORDER BY position",
		"queued,0\nqueued,0\n");
	make_database(b_path, 1, 0x1, 0.5, 1); /* another run of it does, whatever its digests */
	struct rows *conflicts = merge(counts);
	assert_int_equal(conflicts->row_count, 0);
	rows_free(conflicts);
	assert_int_equal(counts[1].attempts, 1);
	assert_answer(out_path, "SELECT state, test_accuracy FROM runs ORDER BY position",
		"done,0.5\nqueued,\n");
	new_paths(NULL);
	make_database(a_path, 1, 0x1, 0, 1);
	make_database(b_path, 1, 0x1, 0.5, 1);
	execute_raw(b_path, "UPDATE attempts SET deleted_at = '2026-01-02T03:04:05.678Z'");
	rows_free(merge(counts)); /* nor is what was taken back there a conflict */
	assert_int_equal(counts[1].conflicts, 0);
	assert_answer(out_path, "SELECT count(*), count(deleted_at) FROM attempts", "2,1\n");
	assert_answer(out_path, "SELECT test_accuracy FROM accuracy", "0.0\n");
}

static void a_database_of_an_older_schema_is_taken_as_well(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	for (int version = 1; version <= 2; version++) {
		char path[64], *sql, *bytes;
		size_t count, before;
		snprintf(path, sizeof(path), "tests/fixtures/schema-%d.sql", version);
		new_paths(NULL);
		assert_ok(file_read(path, 1 << 20, &sql, &count, &e));
		execute_raw(a_path, sql);
		free(sql);
		assert_ok(file_read(a_path, 1 << 24, &bytes, &before, &e));
		make_database(b_path, 1, 0x3, 0, 1);
		rows_free(merge(counts));
		assert_true(counts[0].attempts >= 2);
		char *theirs = ask(a_path,
			"SELECT * FROM digests ORDER BY trial, phase, fold, output"); /* read
											 through a
											 copy */
		assert_true(strlen(theirs) > 500);
		assert_answer(out_path,
			"SELECT * FROM digests WHERE trial IN (SELECT trial FROM runs WHERE sweep "
			"<> 'paper') ORDER BY trial, phase, fold, output",
			theirs);
		free(theirs);
		char *after;
		assert_ok(file_read(a_path, 1 << 24, &after, &count, &e));
		assert_int_equal(count, before);
		assert_memory_equal(after, bytes, count); /* which is not changed */
		free(bytes);
		free(after);
	}
}

static void other_digests_of_one_trial_are_a_conflict_and_overwrite_nothing(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 1, 0x3, 0, 1);
	make_database(b_path, 1, 0x2, 0.5, 1); /* trial 1 with other weights after the phase */
	struct rows *conflicts = merge(counts);
	assert_int_equal(counts[1].conflicts, 1);
	assert_int_equal(counts[1].attempts, 0);
	assert_int_equal(conflicts->row_count, 1);
	const struct value *v = conflicts->values;
	char *identity = ask(out_path, "SELECT trial FROM runs WHERE position = 1"),
	     *ours = ask(a_path,
		     "SELECT phase_weights_digest FROM digests WHERE trial ="
		     " (SELECT trial FROM runs WHERE position = 1)");
	assert_string_equal(v[0].text, b_path);
	assert_memory_equal(v[1].text, identity, 64);
	assert_string_equal(v[2].text, "synthetic");
	assert_string_equal(v[3].text, "weights after phase 1, fold 0");
	assert_memory_equal(v[4].text, ours, 64);
	assert_memory_not_equal(v[5].text, v[4].text, 64);
	free(identity);
	free(ours);
	rows_free(conflicts);
	assert_answer(out_path, "SELECT test_accuracy FROM runs WHERE position = 1", "0.0625\n");
	assert_answer(out_path, "SELECT count(*) FROM attempts", "2\n");
}

static void a_newer_core_outranks_an_older_one_in_either_order(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 1, 0x1, 0, 1);
	make_database(b_path, 1, 0x1, 0.5, 2);
	rows_free(merge(counts));
	assert_int_equal(counts[1].attempts, 1);
	assert_answer(
		out_path, "SELECT test_accuracy, attempts FROM runs WHERE position = 0", "0.5,2\n");

	new_paths(NULL);
	make_database(a_path, 1, 0x1, 0.5, 2);
	make_database(b_path, 1, 0x1, 0, 1);
	rows_free(merge(counts));
	assert_int_equal(counts[1].outranked, 1);
	assert_answer(
		out_path, "SELECT test_accuracy, attempts FROM runs WHERE position = 0", "0.5,1\n");
}

static void failures_are_copied_once_and_what_runs_is_left_out(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	struct made_sweep made;
	int64_t sweep, environment, attempt;
	make_database(a_path, 1, 0, 0, 1);
	make_database(b_path, 1, 0x1, 0, 1);
	struct store *s = open_store(a_path, STORE_WRITE);
	made_init(&made, "paper", 1);
	assert_ok(store_environment(s, "cpu\tany\n", &environment, &e));
	assert_ok(store_sweep(s, &made.sweep, &sweep, &e));
	const struct trial_end failed = made_end(TRIAL_FAILED, "lost");
	assert_ok(store_attempt_begin(
		s, sweep, made.trials[0].identity, environment, (long)getpid(), &attempt, &e));
	assert_ok(store_attempt_end(s, attempt, &failed, &e));
	assert_ok(store_attempt_begin(
		s, sweep, made.trials[1].identity, environment, (long)getpid(), &attempt, &e));
	struct epoch_result epoch = made_epoch(0);
	epoch.val_loss[0] = NAN;
	assert_ok(store_epoch(s, attempt, &epoch, &e));
	store_close(s);
	for (int again = 0; again < 2; again++) {
		rows_free(merge(counts));
		assert_int_equal(counts[0].attempts, again ? 0 : 1);
		assert_int_equal(counts[0].known, again ? 1 : 0);
		assert_int_equal(counts[0].running, 1);
		assert_answer(out_path, "SELECT state, attempts FROM runs ORDER BY position",
			"done,2\nqueued,0\n");
	}
}

static void what_a_dead_task_left_running_is_interrupted(void **state)
{
	(void)state;
	struct merge_counts counts;
	struct made_sweep made;
	struct rows *conflicts;
	int64_t sweep, environment, attempt;
	make_database(a_path, 1, 0x1, 0, 1);
	struct store *s = open_store(a_path, STORE_WRITE);
	made_init(&made, "paper", 1);
	assert_ok(store_environment(s, "cpu\tany\n", &environment, &e));
	assert_ok(store_sweep(s, &made.sweep, &sweep, &e));
	assert_ok(store_attempt_begin(
		s, sweep, made.trials[1].identity, environment, (long)getpid(), &attempt, &e));
	const struct epoch_result epoch = made_epoch(0);
	assert_ok(store_epoch(s, attempt, &epoch, &e));
	store_close(s);
	for (int again = 0; again < 2; again++) {
		s = open_store(out_path, STORE_WRITE);
		assert_ok(store_merge_ended(s, a_path, &counts, &e, &conflicts));
		store_close(s);
		rows_free(conflicts);
		assert_int_equal(counts.attempts, again ? 0 : 2);
		assert_int_equal(counts.running, 0);
		assert_answer(out_path, "SELECT state, attempts FROM runs ORDER BY position",
			"done,1\ninterrupted,1\n");
		assert_answer(out_path,
			"SELECT finished_at = heartbeat, error LIKE '%ended without a word%',"
			" (SELECT count(*) FROM metrics WHERE attempt = attempts.id)"
			" FROM attempts WHERE state = 'interrupted'",
			"1,1,2\n"); /* a row an output */
	}
	assert_answer(a_path, "SELECT count(*) FROM attempts WHERE state = 'running'", "1\n");
}

static void more_seeds_of_the_same_file_make_the_plan_grow(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 1, 0x3, 0, 1);
	make_database(b_path, 3, 0x3f, 0, 1);
	rows_free(merge(counts));
	assert_int_equal(counts[1].sweeps, 1);
	assert_answer(out_path, "SELECT count(*), count(DISTINCT trial), max(position) FROM runs",
		"6,6,5\n");
	assert_answer(out_path, "SELECT seeds FROM sweeps", "3\n");
	assert_answer(out_path, "SELECT done FROM status", "6\n");
	assert_answer(out_path, "SELECT count(*) FROM labels", "18\n");
}

static void a_sweep_of_another_file_keeps_our_plan_and_brings_its_results(void **state)
{
	(void)state;
	struct merge_counts counts[2];
	make_database(a_path, 1, 0x3, 0, 1);
	make_database(b_path, 2, 0xf, 0, 1);
	execute_raw(b_path, "UPDATE sweeps SET digest = 'another'");
	rows_free(merge(counts));
	assert_int_equal(counts[1].edited, 1);
	assert_answer(out_path, "SELECT count(*) FROM runs", "2\n");
	assert_answer(out_path, "SELECT count(*) FROM accuracy WHERE sweep IS NULL", "2\n");
}

static void what_cannot_be_merged_changes_nothing(void **state)
{
	(void)state;
	make_database(a_path, 1, 0x3, 0, 1);
	make_database(out_path, 1, 0x1, 0, 1);
	struct merge_counts counts[2];
	struct rows *conflicts = NULL;
	struct err why = { 0 };
	assert_ok(file_write(b_path,
		"no database at all, not even one that is a hundred bytes long, which is what a "
		"header has, so there we are",
		106, &e));
	const char *const paths[] = { a_path, b_path }, *const self[] = { out_path },
			  *const missing[] = { "/no/such/file.db" };
	struct store *s = open_store(out_path, STORE_WRITE);
	assert_int_equal(store_merge(s, paths, 2, counts, &why, &conflicts), -1);
	assert_non_null(strstr(why.text, "not a database"));
	assert_int_equal(store_merge(s, self, 1, counts, &why, &conflicts), -1);
	assert_non_null(strstr(why.text, "into itself"));
	assert_int_equal(store_merge(s, missing, 1, counts, &why, &conflicts), -1);
	assert_non_null(strstr(why.text, "no such database"));
	store_close(s);
	assert_answer(out_path, "SELECT count(*) FROM attempts",
		"1\n"); /* nor what could be merged of the first */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(shards_together_are_the_whole, new_paths),
		cmocka_unit_test_setup(
			one_database_taken_into_an_empty_one_is_copied_column_by_column, new_paths),
		cmocka_unit_test_setup(merging_again_changes_nothing, new_paths),
		cmocka_unit_test_setup(what_was_added_later_is_taken_once, new_paths),
		cmocka_unit_test_setup(what_was_taken_back_stays_so, new_paths),
		cmocka_unit_test_setup(a_database_of_an_older_schema_is_taken_as_well, new_paths),
		cmocka_unit_test_setup(
			other_digests_of_one_trial_are_a_conflict_and_overwrite_nothing, new_paths),
		cmocka_unit_test_setup(
			a_newer_core_outranks_an_older_one_in_either_order, new_paths),
		cmocka_unit_test_setup(
			failures_are_copied_once_and_what_runs_is_left_out, new_paths),
		cmocka_unit_test_setup(what_a_dead_task_left_running_is_interrupted, new_paths),
		cmocka_unit_test_setup(more_seeds_of_the_same_file_make_the_plan_grow, new_paths),
		cmocka_unit_test_setup(
			a_sweep_of_another_file_keeps_our_plan_and_brings_its_results, new_paths),
		cmocka_unit_test_setup(what_cannot_be_merged_changes_nothing, new_paths),
	};
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}

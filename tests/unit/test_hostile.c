/* test_hostile.c - damaged and malicious databases: errors, never a crash or a hang. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/run/trained.h"
#include "harness/store/open.h"
#include "hostile.h"
#include "scratch.h"

static struct hostile hostile;
static char *base;
static size_t base_count;

static int begin(void **state)
{
	char path[128];
	(void)state;
	if (scratch_make_in_memory(scratch))
		return -1;
	snprintf(path, sizeof(path), "%s/base.db", scratch);
	snprintf(hostile.path, sizeof(hostile.path), "%s/bad.db", scratch);
	snprintf(hostile.into, sizeof(hostile.into), "%s/into.db", scratch);
	base = hostile_base(path, &base_count);
	return 0;
}

static int end(void **state)
{
	free(base);
	return remove_scratch(state);
}

/* The next number of a fixed sequence (xorshift). */
static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static char *copy_base(void)
{
	char *bytes = malloc(base_count);
	assert_non_null(bytes);
	memcpy(bytes, base, base_count);
	return bytes;
}

static void an_undamaged_database_passes(void **state)
{
	(void)state;
	hostile.opened = hostile.gave_up = 0;
	hostile_try(&hostile, base, base_count);
	assert_int_equal(hostile.opened, 2);
	assert_int_equal(hostile.gave_up, 0);
}

static void a_database_cut_short_anywhere_is_an_error(void **state)
{
	(void)state;
	hostile.gave_up = 0;
	for (size_t count = 0; count < base_count; count += count < 200 ? 37 : 4096 + 512)
		hostile_try(&hostile, base, count);
	assert_int_equal(hostile.gave_up, 0);
}

static void single_flipped_bits_crash_nothing(void **state)
{
	(void)state;
	uint64_t seed = 0x9e3779b97f4a7c15u;
	hostile.opened = hostile.gave_up = 0;
	for (int i = 0; i < 120; i++) {
		char *bytes = copy_base();
		/* Half of them in the headers of pages, where they hurt. */
		const size_t at = i % 2
			? next(&seed) % base_count
			: next(&seed) % (base_count / 4096) * 4096 + next(&seed) % 64;
		bytes[at] = (char)(bytes[at] ^ 1 << next(&seed) % 8);
		hostile_try(&hostile, bytes, base_count);
		free(bytes);
	}
	assert_int_equal(hostile.gave_up, 0);
	assert_true(hostile.opened > 60);
}

static void overwritten_stretches_crash_nothing(void **state)
{
	(void)state;
	uint64_t seed = 12345;
	hostile.gave_up = 0;
	for (int i = 0; i < 60; i++) {
		char *bytes = copy_base();
		const size_t at = 100 + next(&seed) % (base_count - 100),
			     length = 1 + next(&seed) % 600;
		for (size_t k = at; k < at + length && k < base_count; k++)
			bytes[k] = (char)(i % 3 == 0 ? 0xff : i % 3 == 1 ? 0 : (int)next(&seed));
		hostile_try(&hostile, bytes, base_count);
		free(bytes);
	}
	assert_int_equal(hostile.gave_up, 0);
}

/* The trained network of a trial of these bytes: an error, or a network. */
static void load_weights(const char *bytes, size_t count)
{
	const struct trial t = made_trial("paper-notebook", 1);
	struct err e = { 0 };
	struct store *s = NULL;
	struct model model = { 0 };
	assert_int_equal(file_write(hostile.path, bytes, count, &e), 0);
	if (store_open(hostile.path, STORE_READ, &e, &s))
		return;
	const int result = trained_load(s, t.identity, TRAINED_FIRST_FOLD, NULL, &model, NULL, &e);
	hostile_check(result, &e);
	if (result == 0)
		model_free(&model);
	store_close(s);
}

/* The base, changed by SQL. */
static void try_changed(const char *sql)
{
	sqlite3 *db;
	char *bytes, *message = NULL;
	size_t count;
	struct err e = { 0 };
	assert_int_equal(file_write(hostile.path, base, base_count, &e), 0);
	assert_int_equal(sqlite3_open(hostile.path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
	assert_int_equal(file_read(hostile.path, 1 << 24, &bytes, &count, &e), 0);
	hostile_try(&hostile, bytes, count);
	load_weights(bytes, count);
	free(bytes);
}

static void absurd_values_are_only_values(void **state)
{
	(void)state;
	static const char *const changes[] = {
		"PRAGMA ignore_check_constraints = ON; UPDATE trials SET identity = '', config = "
		"'x' WHERE id = 1",
		"UPDATE trials SET seed = -9223372036854775808, dataset = '', model = char(0) || "
		"'x'",
		"UPDATE trials SET dataset = CAST(x'ff80c0' AS TEXT), configuration = "
		"printf('%064d', 1)",
		"UPDATE plan SET labels = '[[[', recipe = NULL; UPDATE labels SET value = ''",
		"UPDATE plan SET labels = '{\"a\":1,\"b\":null,\"a\":\"x\"}'",
		"UPDATE plan SET labels = '{\"' || printf('%.*c', 100000, 'x') || '\":\"y\"}'",
		"UPDATE attempts SET core_version = 9223372036854775807, heartbeat = 'never', "
		"started_at = '', boot = printf('%.*c', 100000, 'b')",
		"UPDATE attempts SET pid = -1, pid_start = -1, host = (SELECT host FROM attempts "
		"LIMIT 1)",
		"UPDATE metrics SET train_loss = 9e999, epoch = -9223372036854775808 + attempt, "
		"nonfinite = 'x'",
		"UPDATE scores SET test_accuracy = -9e999, nonfinite = '{\"test_loss\":\"nan\"'",
		"UPDATE predictions SET classes = zeroblob(1000000), count = 1000000",
		"UPDATE claim_specs SET rounds_to = 1000000, metric = 'x', paper = 9e999",
		"PRAGMA foreign_keys = OFF; DELETE FROM trials; DELETE FROM environments",
		"PRAGMA foreign_keys = OFF; DELETE FROM phase_results; DELETE FROM sweeps",
		"DELETE FROM results; DELETE FROM scores",
		"UPDATE weights SET bytes = x''",
		"UPDATE weights SET bytes = zeroblob(59447)",
		"UPDATE weights SET bytes = randomblob(3000000)",
		"UPDATE weights SET bytes = zeroblob(59448), fold = 9223372036854775807 WHERE fold "
		"= 1",
		"UPDATE latencies SET histogram = '[[[', p50 = -9e999, p90 = 9e999, samples = -1, "
		"batch = 9223372036854775807, mhz = 1e308, measured_at = ''",
		"UPDATE latencies SET histogram = printf('%.*c', 1000000, '['), kernels = char(0), "
		"environment = 1",
		"PRAGMA foreign_keys = OFF; UPDATE latencies SET environment = 77, attempt = "
		"attempt + 100",
		"UPDATE robustness SET severity = 9e999, corruption = printf('%.*c', 100000, 'x'), "
		"count = -1, test_accuracy = -9e999",
		"UPDATE model_files SET bytes = -1, format = '', digest = CAST(x'ff00' AS TEXT)",
		"UPDATE tags SET tag = printf('%.*c', 100000, 'x'); UPDATE notes SET text = "
		"CAST(x'ff00c3' AS TEXT), written_at = ''",
		"INSERT INTO tags SELECT 1, 'tag ' || value FROM (WITH RECURSIVE n(value) AS "
		"(SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 1000) SELECT value FROM n)",
		"UPDATE attempts SET deleted_at = 'never'; UPDATE results SET test_count = -5, "
		"macs = -9223372036854775808",
		"DROP TABLE metrics",
		"DROP INDEX attempts_trial; DROP INDEX attempts_running; DROP INDEX plan_trial",
		"ALTER TABLE results RENAME COLUMN params TO x",
		"PRAGMA user_version = 1",
		"PRAGMA user_version = 0",
	};
	hostile.gave_up = 0;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		try_changed(changes[i]);
	assert_int_equal(hostile.gave_up, 0);
}

static void views_and_triggers_that_want_to_do_harm_cannot(void **state)
{
	(void)state;
	static const char *const changes[] = {
		"CREATE TRIGGER t AFTER INSERT ON attempts BEGIN DELETE FROM trials; END; CREATE "
		"TRIGGER u BEFORE UPDATE ON plan BEGIN SELECT raise(ABORT, 'no'); END",
		"DROP VIEW accuracy; CREATE VIEW accuracy AS SELECT load_extension('/tmp/x') AS "
		"trial",
		"DROP VIEW runs; CREATE VIEW runs AS SELECT "
		"writefile('/tmp/test_hostile_was_here', 'x') AS trial",
		"DROP VIEW runs; CREATE VIEW runs AS SELECT fts3_tokenizer('x', x'41') AS trial",
		"DROP VIEW runs; CREATE VIEW runs AS SELECT * FROM runs",
		"DROP VIEW status; CREATE VIEW status AS SELECT zeroblob(1000000000) AS sweep",
		"DROP VIEW status; CREATE VIEW status AS WITH RECURSIVE n(sweep) AS (SELECT 1 "
		"UNION ALL SELECT sweep + 1 FROM n) SELECT count(*) AS sweep FROM n",
		"DROP VIEW runs; CREATE TABLE runs (trial, sweep, position)",
		"DROP TABLE sweeps; CREATE VIEW Sweeps AS WITH RECURSIVE n(id) AS (SELECT 1 UNION "
		"ALL SELECT id + 1 FROM n) SELECT count(*) AS id, 'x' AS name FROM n",
		"DROP TABLE facts; CREATE VIRTUAL TABLE facts USING fts5(environment, name, value)",
		"DROP TABLE labels; CREATE VIEW labels AS SELECT 1 AS sweep, 1 AS position, 'a' AS "
		"name, 'b' AS value",
	};
	hostile.gave_up = 0;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		try_changed(changes[i]);
	assert_int_equal(hostile.gave_up, 0);
	assert_false(file_exists("/tmp/test_hostile_was_here"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_undamaged_database_passes),
		cmocka_unit_test(a_database_cut_short_anywhere_is_an_error),
		cmocka_unit_test(single_flipped_bits_crash_nothing),
		cmocka_unit_test(overwritten_stretches_crash_nothing),
		cmocka_unit_test(absurd_values_are_only_values),
		cmocka_unit_test(views_and_triggers_that_want_to_do_harm_cannot),
	};
	return cmocka_run_group_tests(tests, begin, end);
}

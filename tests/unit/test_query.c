/* test_query.c - harness/store/query.c: what may be asked, what comes back, and what a wrong
 * question is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "harness/store/read.h"
#include "store_fixture.h"

static void only_statements_that_read_are_run(void **state)
{
	(void)state;
	static const char *const refused[] = {
		"DELETE FROM trials",
		"INSERT INTO facts VALUES (1, 'a', 'b')",
		"UPDATE attempts SET state = 'done'",
		"DROP TABLE trials",
		"CREATE TABLE x (y)",
		"CREATE TEMP TABLE x (y)",
		"VACUUM",
		"VACUUM INTO '/tmp/test_store_out.db'",
		"BEGIN IMMEDIATE",
		"COMMIT",
		"ATTACH '/tmp/test_store_other.db' AS other",
		"PRAGMA user_version = 7",
		"PRAGMA journal_mode = DELETE",
		"PRAGMA writable_schema = ON",
		"PRAGMA wal_checkpoint(TRUNCATE)",
		"PRAGMA optimize",
		"REINDEX",
		"ANALYZE",
		"SELECT load_extension('x')",
		"SELECT 1; DELETE FROM trials",
		"UPDATE sqlite_schema SET sql = ''",
		"DELETE FROM sqlite_schema",
		"WITH x AS (SELECT 1) DELETE FROM trials",
		"EXPLAIN DELETE FROM trials",
		"PRAGMA foreign_keys = OFF",
		"PRAGMA temp_store_directory = '/'",
	};
	struct study y;
	study_open(&y, 1);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct err e = { 0 };
		struct rows *rows = NULL;
		if (store_query(y.store, refused[i], NULL, &e, &rows) == 0)
			fail_msg("ran: %s", refused[i]);
		if (e.kind != ERR_USAGE)
			fail_msg("%s: kind %d: %s", refused[i], e.kind, e.text);
	}
	assert_string_equal(ask(y.store, "SELECT count(*) FROM trials"), "2");
	assert_string_equal(ask(y.store, "PRAGMA user_version"), "6");
	rows_free(query(y.store, "EXPLAIN QUERY PLAN SELECT * FROM accuracy"));
	rows_free(query(y.store, "PRAGMA table_info(trials)"));
	rows_free(query(y.store,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
		"SELECT * FROM n; -- done\n"));
	rows_free(query(y.store, "VALUES (1, 2), (3, 4)"));
	/* And the writer still writes: cached statements are as good as before. */
	int64_t attempt;
	assert_ok(made_run(
		y.store, y.sweep, y.environment, &y.made.trials[0], 0.5, 0.5, &attempt, &e));
	store_close(y.store);
}

static void assert_query_error(
	struct store *s, const char *sql, const char *const *parameters, const char *expected)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	assert_int_equal(store_query(s, sql, parameters, &e, &rows), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text, expected);
}

static void a_wrong_query_is_answered_with_what_was_meant(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 1);
	assert_query_error(y.store, "SELECT test_acuracy FROM accuracy", NULL,
		"no such column: test_acuracy (did you mean 'test_accuracy'?)\n  SELECT "
		"test_acuracy FROM accuracy\n         ^");
	assert_query_error(y.store, "SELECT *\nFROM acuracy", NULL,
		"no such table: acuracy (did you mean 'accuracy'?)");
	assert_query_error(y.store, "SELECT 1 FORM runs", NULL,
		"near \"runs\": syntax error\n  SELECT 1 FORM runs\n                ^");
	assert_query_error(y.store, "SELECT 1; SELECT 2", NULL,
		"one statement at a time: what is after the first ';' was not looked at");
	assert_query_error(y.store, " -- nothing\n", NULL, "there is no statement in this query");
	const char *const wrong[] = { "sede", "1", NULL }, *const other[] = { "x", "1", NULL };
	assert_query_error(y.store, "SELECT * FROM runs WHERE seed = :seed", wrong,
		"the query has no parameter 'sede' (did you mean 'seed'?)");
	assert_query_error(y.store, "SELECT * FROM runs WHERE seed = :seed AND sweep = :sweep",
		other, "the query has no parameter 'x' (it has: seed, sweep)");
	assert_query_error(
		y.store, "SELECT 1", other, "the query has no parameter 'x' (it has none)");
	store_close(y.store);
}

static void parameters_compare_as_the_column_does(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 11);
	const char *const parameters[] = { "seed", "9", "recipe", "short", NULL };
	struct rows *rows = NULL;
	assert_ok(store_query(y.store,
		"SELECT seed FROM runs WHERE seed >= :seed AND recipe = :recipe ORDER BY seed",
		parameters, &e, &rows));
	assert_int_equal(rows->row_count, 3);
	assert_int_equal(rows->values[2].integer, 11);
	rows_free(rows);
	store_close(y.store);
}

static void values_of_every_kind_come_back_as_they_are(void **state)
{
	(void)state;
	struct store *s = open_store(STORE_WRITE);
	struct rows *r = query(s,
		"SELECT NULL AS a, -9223372036854775808 AS b, 0.1 AS c, '\xc3\xa9' || char(0) || "
		"'x' AS d, x'00ff' AS e, 1e999 AS f, '' AS g");
	const struct value *v = r->values;
	assert_int_equal(r->column_count, 7);
	assert_int_equal(r->row_count, 1);
	assert_int_equal(v[0].kind, VALUE_NULL);
	assert_true(v[1].kind == VALUE_INTEGER && v[1].integer == INT64_MIN);
	assert_true(v[2].kind == VALUE_REAL && v[2].real == 0.1);
	assert_true(v[3].kind == VALUE_TEXT && v[3].length == 4
		&& memcmp(v[3].text, "\xc3\xa9\0x", 5) == 0);
	assert_true(
		v[4].kind == VALUE_BLOB && v[4].length == 2 && memcmp(v[4].text, "\0\xff", 2) == 0);
	assert_true(v[5].kind == VALUE_REAL && isinf(v[5].real));
	assert_true(v[6].kind == VALUE_TEXT && v[6].length == 0 && v[6].text[0] == '\0');
	assert_int_equal(rows_column(r, "d"), 3);
	assert_int_equal(rows_column(r, "z"), -1);
	rows_free(r);
	r = query(s, "SELECT 1 AS a WHERE 0");
	assert_int_equal(r->row_count, 0);
	assert_string_equal(r->columns[0], "a");
	rows_free(r);
	store_close(s);
}

/* What came in parts: how many parts and rows, and whether first and last were said once each, in
 * their places. */
struct seen {
	int parts, rows, firsts, lasts;
	int64_t sum;
	int stop_after;
};

static int see(void *context, const struct rows *part, bool first, bool last, struct err *e)
{
	struct seen *seen = context;
	assert_true(first == (seen->parts == 0));
	assert_int_equal(seen->lasts, 0);
	assert_string_equal(part->columns[0], "i");
	seen->parts++;
	seen->firsts += first;
	seen->lasts += last;
	seen->rows += (int)part->row_count;
	for (size_t r = 0; r < part->row_count; r++)
		seen->sum += part->values[r].integer;
	return seen->parts == seen->stop_after ? err_set(e, ERR_FAILED, "enough") : 0;
}

static void a_large_answer_comes_in_parts(void **state)
{
	(void)state;
	static const char sql[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
				  "LIMIT :count) SELECT i FROM n WHERE :count <> '0'";
	struct store *s = open_store(STORE_WRITE);
	static const struct {
		const char *count;
		int parts;
	} cases[] = { { "1000", 101 }, { "1001", 101 }, { "9", 1 }, { "0", 1 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const parameters[] = { "count", cases[i].count, NULL };
		const int count = atoi(cases[i].count);
		struct seen seen = { 0 };
		assert_ok(store_query_parts(s, sql, parameters, 10, see, &seen, &e));
		assert_int_equal(seen.rows, count);
		assert_int_equal(seen.sum, count * (count + 1) / 2);
		assert_int_equal(seen.parts, cases[i].parts);
		assert_true(seen.firsts == 1 && seen.lasts == 1);
	}
	struct seen seen = { .stop_after = 3 };
	struct err why = { 0 };
	const char *const parameters[] = { "count", "1000", NULL };
	assert_int_equal(store_query_parts(s, sql, parameters, 10, see, &seen, &why), -1);
	assert_string_equal(why.text, "enough");
	assert_int_equal(seen.parts, 3);
	store_close(s);
}

static void every_named_query_runs_on_an_empty_and_on_a_full_database(void **state)
{
	(void)state;
	struct study y;
	int64_t attempt;
	study_open(&y, 2);
	size_t count;
	const char *const *names = store_named_queries(&count);
	assert_true(count >= 9);
	static const char *const of_programs[] = { "measurements", "series" };
	for (int full = 0; full < 2; full++) {
		for (size_t i = 0; i < count; i++) {
			const char *sql = store_named_query(names[i]);
			assert_non_null(sql);
			if (i)
				assert_true(strcmp(names[i - 1], names[i]) < 0);
			if (strncmp(sql, "-- ", 3) != 0 || !strstr(sql, "\n-- columns: ")
				|| !strstr(sql, "\n-- parameters: "))
				fail_msg("%s does not say what it is for", names[i]);
			struct rows *rows = query(y.store, sql);
			const bool of_program = !strcmp(names[i], of_programs[0])
				|| !strcmp(names[i], of_programs[1]);
			if (full && !of_program && strcmp(names[i], "failures") != 0
				&& rows->row_count == 0)
				fail_msg("%s is empty", names[i]);
			rows_free(rows);
		}
		if (full)
			continue;
		assert_ok(made_run(y.store, y.sweep, y.environment, &y.made.trials[0], 0.5, 0.5,
			&attempt, &e));
		execute_raw(
			"INSERT INTO latencies (attempt, environment, measured_at, kernels, "
			"number_format, batch, samples, p50, p90, p99, min, images_per_second,"
			" histogram) VALUES (1, 1, '2026-01-02T03:04:05.678Z', 'plain', 'fp32', 1, "
			"1, 1e-6, 1e-6, 1e-6, 1e-6, 1e6, '[]');"
			"INSERT INTO robustness SELECT attempt, phase, fold, output, 'rotation', "
			"10, 4, 0.75 FROM scores;"
			"INSERT INTO model_files VALUES (1, 0, 'onnx', 60000, 'digest', NULL)");
	}
	assert_null(store_named_query("schema"));
	store_close(y.store);
}

static void a_hostile_database_does_nothing_but_hold_data(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 1);
	store_close(y.store);
	execute_raw("CREATE TRIGGER t AFTER INSERT ON attempts BEGIN DELETE FROM trials; END;"
		    "CREATE VIEW evil AS SELECT load_extension('/tmp/evil.so') AS x;"
		    "CREATE VIEW worse AS SELECT edit('x') AS x;"
		    "DROP VIEW status; CREATE VIEW status AS SELECT edit('x') AS sweep");
	struct store *reader = open_store(STORE_READ);
	assert_string_equal(
		ask(reader, "SELECT sweep FROM status"), "paper"); /* our own view, not theirs */
	store_close(reader);
	y.store = open_store(STORE_WRITE);
	assert_true(begin(&y, 0, getpid()) > 0);
	assert_string_equal(ask(y.store, "SELECT count(*) FROM trials"), "2");
	struct err e = { 0 };
	struct rows *rows;
	assert_int_equal(store_query(y.store, "SELECT * FROM evil", NULL, &e, &rows), -1);
	assert_int_equal(store_query(y.store, "SELECT * FROM worse", NULL, &e, &rows), -1);
	store_close(y.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_statements_that_read_are_run, new_database),
		cmocka_unit_test_setup(a_wrong_query_is_answered_with_what_was_meant, new_database),
		cmocka_unit_test_setup(parameters_compare_as_the_column_does, new_database),
		cmocka_unit_test_setup(values_of_every_kind_come_back_as_they_are, new_database),
		cmocka_unit_test_setup(a_large_answer_comes_in_parts, new_database),
		cmocka_unit_test_setup(
			every_named_query_runs_on_an_empty_and_on_a_full_database, new_database),
		cmocka_unit_test_setup(a_hostile_database_does_nothing_but_hold_data, new_database),
	};
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}

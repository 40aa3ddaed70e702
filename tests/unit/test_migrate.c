/* test_migrate.c - harness/store/migrate.c: databases of older schemas (tests/fixtures) are brought
 * up to date, and nothing is lost. Run from the root of the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/report/format.h"
#include "harness/store/read.h"
#include "scratch.h"

static char database[128];
static int schema; /* of the old database */

/* Run SQL with sqlite3 itself. */
static void execute_raw(const char *path, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
}

/* A new database of the old schema. */
static int old_database(void **state)
{
	static int number;
	(void)state;
	char *sql, fixture[64];
	size_t count;
	struct err e = { 0 };
	snprintf(fixture, sizeof(fixture), "tests/fixtures/schema-%d.sql", schema);
	snprintf(database, sizeof(database), "%s/%d.db", scratch, ++number);
	if (file_read(fixture, 1 << 20, &sql, &count, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	execute_raw(database, sql);
	free(sql);
	return 0;
}

static int add_line(void *text, int count, char **values, char **names)
{
	(void)names;
	for (int i = 0; i < count; i++)
		str_addf(text, "%s%s", i ? "," : "", values[i] ? values[i] : "");
	str_add(text, "\n");
	return 0;
}

/* What sqlite3 itself reads in the file, owned by the caller. */
static char *ask_raw(const char *path, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;
	struct str text = { 0 };
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, add_line, &text, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
	return str_take(&text);
}

static void assert_file_schema(const char *path, int expected)
{
	char *text = ask_raw(path, "PRAGMA user_version");
	assert_int_equal(atoi(text), expected);
	free(text);
}

static struct store *open_store(const char *path, enum store_mode mode)
{
	struct err e = { 0 };
	struct store *s = NULL;
	if (store_open(path, mode, &e, &s))
		fail_msg("%s", e.text);
	return s;
}

/* The answer as CSV, owned by the caller. */
static char *ask(struct store *s, const char *sql)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	struct str text = { 0 };
	if (store_query(s, sql, NULL, &e, &rows) || format_rows(rows, FORMAT_CSV, &text, &e))
		fail_msg("%s: %s", sql, e.text);
	rows_free(rows);
	return str_take(&text);
}

static void assert_answer(struct store *s, const char *sql, const char *expected)
{
	char *text = ask(s, sql);
	assert_string_equal(strchr(text, '\n') + 1, expected);
	free(text);
}

static const char *const views[] = { "accuracy", "claims", "digests", "epochs", "failures",
	"models", "phases", "runs", "status" };
enum { VIEWS = sizeof(views) / sizeof(views[0]) };

/* The columns of every view of the file, separated by commas. */
static void columns_of(const char *path, char *columns[VIEWS])
{
	for (int i = 0; i < VIEWS; i++) {
		char sql[160];
		snprintf(sql, sizeof(sql),
			"SELECT group_concat(name) FROM pragma_table_info('%s') WHERE name NOT IN "
			"('least', 'most')", /* they are min and max since schema 6 */
			views[i]);
		columns[i] = ask_raw(path, sql);
		*strchr(columns[i], '\n') = '\0';
	}
}

/* What the views say in these columns: to sqlite3 itself, or to a reader of ours. */
static char *all_answers(const char *path, struct store *s, char *const columns[VIEWS])
{
	struct str text = { 0 };
	for (int i = 0; i < VIEWS; i++) {
		struct str sql = { 0 };
		str_addf(&sql, "SELECT %s FROM %s ORDER BY %s", columns[i], views[i], columns[i]);
		char *answer = s ? ask(s, sql.s) : ask_raw(path, sql.s);
		str_addf(&text, "%s:\n%s", views[i], answer);
		free(answer);
		str_free(&sql);
	}
	return str_take(&text);
}

static void file_digest(const char *path, char digest[DIGEST_TEXT])
{
	char *bytes;
	size_t count;
	struct err e = { 0 };
	if (file_read(path, 1 << 24, &bytes, &count, &e))
		fail_msg("%s", e.text);
	digest_bytes(bytes, count, digest);
	free(bytes);
}

static void reading_leaves_it_as_it_is_and_sees_what_a_new_one_has(void **state)
{
	(void)state;
	char before[DIGEST_TEXT], after[DIGEST_TEXT];
	file_digest(database, before);
	struct store *s = open_store(database, STORE_READ);
	assert_null(store_warning(s));
	assert_answer(s, "PRAGMA user_version", "6\n");
	assert_answer(s, "SELECT recipe, state, attempts FROM runs ORDER BY position",
		"pair,done,2\nalone,done,1\n");
	assert_answer(s, "SELECT count(*) FROM attempts WHERE deleted_at IS NULL", "3\n");
	assert_answer(s, "SELECT test_count, macs FROM results ORDER BY attempt", "32,\n32,\n");
	assert_answer(s, "SELECT count(*) FROM latencies", schema < 5 ? "0\n" : "1\n");
	struct rows *rows;
	struct err e = { 0 };
	assert_int_equal(store_query(s, "DELETE FROM attempts", NULL, &e, &rows), -1);
	store_close(s);
	file_digest(database, after);
	assert_string_equal(before, after);
	assert_file_schema(database, schema);
}

static void writing_brings_it_up_to_date_and_every_answer_stays_the_same(void **state)
{
	(void)state;
	char *columns[VIEWS], warning[64];
	columns_of(database, columns);
	char *before = all_answers(database, NULL, columns);
	assert_true(strlen(before) > 4000);
	struct store *s = open_store(database, STORE_READ);
	char *read = all_answers(NULL, s, columns);
	store_close(s);

	s = open_store(database, STORE_WRITE);
	snprintf(warning, sizeof(warning), "from schema %d to 6", schema);
	assert_non_null(strstr(store_warning(s), warning));
	assert_answer(s, "PRAGMA user_version", "6\n");
	assert_answer(s, "PRAGMA integrity_check", "ok\n");
	assert_answer(s, "PRAGMA foreign_key_check", "");
	assert_answer(s, "SELECT labels FROM plan WHERE position = 0",
		"\"{\"\"augment\"\":\"\"none\"\",\"\"dataset\"\":\"\"synthetic\"\",\"\"recipe\"\":"
		"\"\"pair\"\"}\"\n");
	char *written = all_answers(NULL, s, columns);
	assert_string_equal(read, written);
	store_close(s);
	char *after = all_answers(database, NULL, columns);
	assert_string_equal(before, after);
	for (int i = 0; i < VIEWS; i++)
		free(columns[i]);
	free(before);
	free(read);
	free(written);
	free(after);

	s = open_store(database, STORE_WRITE); /* and that was all */
	assert_null(store_warning(s));
	store_close(s);
}

static void the_file_as_it_was_is_kept(void **state)
{
	(void)state;
	char kept[160], second[160];
	snprintf(kept, sizeof(kept), "%s.schema-%d", database, schema);
	snprintf(second, sizeof(second), "%s.schema-%d-2", database, schema);
	struct err e = { 0 };
	assert_int_equal(file_write(kept, "a file of this name is there already", 36, &e), 0);
	store_close(open_store(database, STORE_WRITE));
	assert_file_schema(second, schema);
	struct store *s = open_store(second, STORE_READ);
	assert_answer(s, "SELECT count(*) FROM metrics", "8\n");
	store_close(s);
	char *bytes;
	size_t count;
	assert_int_equal(file_read(kept, 1000, &bytes, &count, &e), 0);
	assert_int_equal(count, 36);
	free(bytes);
}

static void renamed_columns_keep_their_values(void **state)
{
	(void)state;
	execute_raw(database,
		schema < 3 ? "SELECT 1"
			   : "DELETE FROM robustness; INSERT INTO robustness VALUES "
			     "(2, 0, -1, 0, 'none', 0, 32, 0.125), (2, 0, -1, 0, 'rotation', 10, "
			     "32, 0.0625)");
	struct store *s = open_store(database, STORE_WRITE);
	assert_answer(s, "SELECT corruption, severity, test_accuracy FROM robust ORDER BY 1",
		schema < 3 ? "" : "none,0.0,0.125\nrotation,10.0,0.0625\n");
	assert_answer(s, "SELECT min_us FROM latency", schema < 5 ? "" : "9.0\n");
	assert_answer(s, "SELECT n, min = max, max <= 1 FROM claims", "1,1,1\n");
	store_close(s);
}

/* What the schema consists of, but for comments, blanks and how names are quoted. */
static char *schema_of(struct store *s)
{
	char *text = ask(s,
		"SELECT type, name, tbl_name, replace(sql, '\"', '') FROM sqlite_schema WHERE name "
		"NOT LIKE 'sqlite_%' AND name NOT LIKE 'wide_%' ORDER BY type, name");
	char *to = text;
	for (const char *from = text; *from; from++) {
		if (from[0] == '-' && from[1] == '-')
			from += strcspn(from, "\n");
		if (*from && !strchr(" \t\n", *from))
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

static void the_schema_is_then_that_of_a_new_database(void **state)
{
	(void)state;
	char fresh_path[160];
	snprintf(fresh_path, sizeof(fresh_path), "%s.fresh", database);
	struct store *old = open_store(database, STORE_WRITE),
		     *fresh = open_store(fresh_path, STORE_WRITE);
	char *a = schema_of(old), *b = schema_of(fresh);
	assert_true(strlen(a) > 5000);
	assert_string_equal(a, b);
	free(a);
	free(b);
	store_close(old);
	store_close(fresh);
}

static void a_users_own_views_stay(void **state)
{
	(void)state;
	execute_raw(database, "CREATE VIEW mine AS SELECT recipe, test_accuracy FROM accuracy");
	struct store *s = open_store(database, STORE_WRITE);
	assert_answer(s, "SELECT count(*) FROM mine", "2\n");
	store_close(s);
}

static void views_of_another_program_of_this_schema_are_covered_or_replaced(void **state)
{
	(void)state;
	store_close(open_store(database, STORE_WRITE));
	execute_raw(database,
		"DROP VIEW runs; CREATE VIEW runs AS SELECT 'evil' AS state; DROP VIEW digests; "
		"CREATE VIEW mine AS SELECT 7 AS x");
	char before[DIGEST_TEXT], after[DIGEST_TEXT];
	file_digest(database, before);
	struct store *s = open_store(database, STORE_READ);
	assert_answer(
		s, "SELECT recipe, state FROM runs ORDER BY position", "pair,done\nalone,done\n");
	assert_answer(s, "SELECT count(*) > 3 FROM digests", "1\n");
	store_close(s);
	file_digest(database, after);
	assert_string_equal(before, after);
	s = open_store(database, STORE_WRITE);
	assert_answer(
		s, "SELECT recipe, state FROM runs ORDER BY position", "pair,done\nalone,done\n");
	assert_answer(s, "SELECT x FROM mine", "7\n");
	store_close(s);
	char *text = ask_raw(database, "SELECT recipe, state FROM runs ORDER BY position");
	assert_string_equal(text, "pair,done\nalone,done\n");
	free(text);
}

static void it_waits_until_an_older_program_has_ended(void **state)
{
	(void)state;
	execute_raw(database,
		"INSERT INTO attempts (trial, environment, state, host, boot, pid, pid_start, "
		"heartbeat, started_at) VALUES"
		" (2, 1, 'running', 'another machine', 'boot', 1, 1, "
		"strftime('%Y-%m-%dT%H:%M:%fZ'), strftime('%Y-%m-%dT%H:%M:%fZ'))");
	struct err e = { 0 };
	struct store *s = NULL;
	assert_int_equal(store_open(database, STORE_WRITE, &e, &s), -1);
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
	assert_non_null(strstr(e.text, "an older retrial is running 1 trials"));
	assert_file_schema(database, schema);
	s = open_store(database, STORE_READ);
	assert_answer(s, "SELECT count(*) FROM attempts WHERE state = 'running'", "1\n");
	store_close(s);
	execute_raw(database,
		"UPDATE attempts SET heartbeat = '2020-01-01T00:00:00.000Z' WHERE state = "
		"'running'"); /* it is dead */
	s = open_store(database, STORE_WRITE);
	assert_answer(s, "SELECT count(*) FROM attempts WHERE state = 'interrupted'", "1\n");
	store_close(s);
}

static void eight_programs_bring_it_up_to_date_once(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		if (fork() != 0)
			continue;
		for (int number = 1; number < 32; number++)
			signal(number,
				SIG_DFL); /* a child dies alone: cmocka must not go on in it */
		struct store *s = NULL;
		struct err e = { 0 };
		const int result = store_open(database, STORE_WRITE, &e, &s);
		if (result)
			fprintf(stderr, "# %s\n", e.text);
		store_close(s);
		_exit(result ? 1 : 0);
	}
	int status, good = 0;
	while (wait(&status) > 0)
		good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	assert_int_equal(good, 8);
	char second[160];
	snprintf(second, sizeof(second), "%s.schema-%d-2", database, schema);
	assert_false(file_exists(second)); /* copied once */
	struct store *s = open_store(database, STORE_READ);
	assert_answer(s, "PRAGMA integrity_check", "ok\n");
	assert_answer(s, "SELECT count(*) FROM accuracy", "2\n");
	store_close(s);
}

static void a_damaged_old_database_is_left_alone(void **state)
{
	(void)state;
	execute_raw(database, "PRAGMA foreign_keys = OFF; DELETE FROM trials WHERE id = 2");
	struct err e = { 0 };
	struct store *s = NULL;
	assert_int_equal(store_open(database, STORE_WRITE, &e, &s), -1);
	assert_non_null(strstr(e.text, "damaged"));
	assert_file_schema(database, schema);
	s = open_store(database, STORE_READ);
	assert_answer(s, "SELECT count(*) FROM plan", "2\n");
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			reading_leaves_it_as_it_is_and_sees_what_a_new_one_has, old_database),
		cmocka_unit_test_setup(
			writing_brings_it_up_to_date_and_every_answer_stays_the_same, old_database),
		cmocka_unit_test_setup(the_file_as_it_was_is_kept, old_database),
		cmocka_unit_test_setup(renamed_columns_keep_their_values, old_database),
		cmocka_unit_test_setup(the_schema_is_then_that_of_a_new_database, old_database),
		cmocka_unit_test_setup(a_users_own_views_stay, old_database),
		cmocka_unit_test_setup(
			views_of_another_program_of_this_schema_are_covered_or_replaced,
			old_database),
		cmocka_unit_test_setup(it_waits_until_an_older_program_has_ended, old_database),
		cmocka_unit_test_setup(eight_programs_bring_it_up_to_date_once, old_database),
		cmocka_unit_test_setup(a_damaged_old_database_is_left_alone, old_database),
	};
	int failed = 0;
	for (schema = 1; schema <= 5; schema++)
		failed += cmocka_run_group_tests(tests, make_scratch, remove_scratch);
	return failed;
}

/* test_query_plans.c - how SQLite goes about what is often asked: by indexes, so that it stays fast
 * with 100,000 trials. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "harness/store/read.h"
#include "made_store.h"
#include "scratch.h"

static struct store *store;

static int open_store(void **state)
{
	char path[96];
	struct err e = { 0 };
	if (make_scratch(state))
		return -1;
	snprintf(path, sizeof(path), "%s/a.db", scratch);
	return store_open(path, STORE_WRITE, &e, &store);
}

static int close_store(void **state)
{
	store_close(store);
	return remove_scratch(state);
}

/* The steps of the plan, a line each, owned by the caller. */
static char *plan_of(const char *sql)
{
	struct str explain = { 0 }, steps = { 0 };
	struct rows *rows = NULL;
	struct err e = { 0 };
	/* The comments of a named query stand before it. */
	while (strncmp(sql, "-- ", 3) == 0)
		sql = strchr(sql, '\n') + 1;
	str_addf(&explain, "EXPLAIN QUERY PLAN %s", sql);
	if (store_query(store, explain.s, NULL, &e, &rows))
		fail_msg("%s: %s", explain.s, e.text);
	const int detail = rows_column(rows, "detail");
	assert_true(detail >= 0 && rows->row_count > 0);
	for (size_t r = 0; r < rows->row_count; r++)
		str_addf(&steps, "%s\n",
			rows->values[r * (size_t)rows->column_count + (size_t)detail].text);
	rows_free(rows);
	str_free(&explain);
	return str_take(&steps);
}

static void assert_no_step(const char *sql, const char *step)
{
	char *steps = plan_of(sql);
	if (strstr(steps, step))
		fail_msg("'%s' in the plan of %s:\n%s", step, sql, steps);
	free(steps);
}

static void one_trial_is_found_without_looking_at_others(void **state)
{
	(void)state;
	static const char *const views[] = { "counted", "finished", "accuracy", "phases", "epochs",
		"models", "robust", "digests", "runs", "failures" };
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		char sql[128];
		snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE trial = '3f2a'", views[i]);
		assert_no_step(sql, "SCAN");
		assert_no_step(sql, "AUTOMATIC"); /* an index made for this one query */
	}
	assert_no_step(
		"SELECT identity FROM trials WHERE identity >= '3f' AND identity < '3fg' LIMIT 4",
		"SCAN");
	assert_no_step("SELECT * FROM attempts WHERE trial = 1 AND state = 'done' AND core_version "
		       "= 1 AND data_digest = 'x'",
		"SCAN");
	assert_no_step("SELECT max(id) FROM attempts WHERE trial = 1 AND state = 'done'", "SCAN");
	assert_no_step("SELECT id FROM attempts WHERE state = 'running' AND trial = 1", "SCAN");
}

static void one_sweep_is_found_without_looking_at_others(void **state)
{
	(void)state;
	assert_no_step("SELECT * FROM runs WHERE sweep = 'paper'", "SCAN");
	assert_no_step("SELECT position, trial, seed, state FROM runs WHERE sweep = 'paper' ORDER "
		       "BY position",
		"TEMP B-TREE");
	assert_no_step(
		"SELECT l.position, l.name, l.value FROM labels AS l JOIN sweeps ON sweeps.id = "
		"l.sweep WHERE sweeps.name = 'paper' ORDER BY l.position, l.name",
		"TEMP B-TREE");
}

static void no_named_query_reads_the_large_tables_from_end_to_end(void **state)
{
	(void)state;
	/* metrics m, phase_results p, scores one and two, predictions q, results r: reached from
	 * their attempt. */
	static const char *const large[] = { "SCAN m\n", "SCAN metrics", "SCAN p\n", "SCAN one",
		"SCAN two", "SCAN scores", "SCAN q\n", "SCAN r\n", "SCAN phase_results",
		"SCAN predictions", "SCAN results", "SCAN later", "SCAN b\n" };
	size_t count;
	const char *const *names = store_named_queries(&count);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < sizeof(large) / sizeof(large[0]); k++)
			assert_no_step(store_named_query(names[i]), large[k]);
}

/* Of 100,000 trials the live page reads the 101 of its first page, and the few that run. */
static void the_live_page_reads_no_more_runs_than_it_shows(void **state)
{
	(void)state;
	static const char *const queries[] = { "runs_page", "runs_page_measures", "serve_running" };
	static const char *const all[] = { "SCAN plan", "SCAN trials", "SCAN attempts", "SCAN r\n",
		"SCAN m\n", "AUTOMATIC" };
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			assert_no_step(store_internal_query(queries[i]), all[k]);
	char *steps = plan_of(store_internal_query("runs_page"));
	assert_non_null(strstr(steps, "SEARCH plan USING PRIMARY KEY (sweep=? AND position=?)"));
	free(steps);
}

static void digests_come_in_order_without_being_sorted(void **state)
{
	(void)state;
	assert_no_step("SELECT * FROM digests ORDER BY trial, phase, fold, output", "TEMP B-TREE");
}

static void what_the_writer_asks_uses_indexes(void **state)
{
	(void)state;
	assert_no_step(
		"SELECT id FROM attempts WHERE state = 'running' AND id > 5 ORDER BY id LIMIT 1",
		"SCAN attempts\n");
	assert_no_step("SELECT max(phase) FROM phase_results WHERE attempt = 7", "SCAN");
	assert_no_step("SELECT min(skip IS 'x') FROM plan WHERE sweep = 1 AND trial = (SELECT id "
		       "FROM trials WHERE identity = 'x')",
		"SCAN");
	assert_no_step(
		"SELECT 1 FROM plan WHERE sweep = 1 AND trial = 2 AND labels = '{}'", "SCAN");
	assert_no_step("SELECT coalesce(max(position) + 1, 0) FROM plan WHERE sweep = 1", "SCAN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_trial_is_found_without_looking_at_others),
		cmocka_unit_test(one_sweep_is_found_without_looking_at_others),
		cmocka_unit_test(no_named_query_reads_the_large_tables_from_end_to_end),
		cmocka_unit_test(the_live_page_reads_no_more_runs_than_it_shows),
		cmocka_unit_test(digests_come_in_order_without_being_sorted),
		cmocka_unit_test(what_the_writer_asks_uses_indexes),
	};
	return cmocka_run_group_tests(tests, open_store, close_store);
}

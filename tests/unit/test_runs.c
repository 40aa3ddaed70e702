/* test_runs.c - what `retrial runs` and `retrial show` read, and statistics as SQL functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "harness/report/format.h"
#include "harness/report/runs.h"
#include "harness/report/show.h"
#include "harness/report/sql_statistics.h"
#include "harness/store/attempts.h"
#include "harness/store/read.h"
#include "harness/store/remarks.h"
#include "harness/store/sweeps.h"
#include "made_store.h"
#include "scratch.h"

static struct store *store;
static struct made_sweep made;

#define assert_ok(call)                                    \
	do {                                               \
		struct err e = { 0 };                      \
		if ((call) != 0)                           \
			fail_msg("%s: %s", #call, e.text); \
	} while (0)

/* Four trials with a label lr that is text; three are done, one has failed. */
static int make_study(void **state)
{
	static const char *const rates[] = { "1e-3", "0.0001", "1e-2", "none" };
	char path[96];
	int64_t sweep, environment, attempt;
	struct err e = { 0 };
	if (make_scratch(state))
		return -1;
	snprintf(path, sizeof(path), "%s/a.db", scratch);
	made_init(&made, "paper", 2);
	for (int i = 0; i < 4; i++)
		made_label(&made.trials[i], "lr", rates[i]);
	const struct trial_end failed = made_end(TRIAL_FAILED, "lost");
	if (store_open(path, STORE_WRITE, &e, &store) || sql_statistics_add(store, &e)
		|| store_environment(store, "cpu\tany\n", &environment, &e)
		|| store_sweep(store, &made.sweep, &sweep, &e))
		return -1;
	for (int i = 0; i < 3; i++)
		if (made_run(store, sweep, environment, &made.trials[i], 0.25 * i, 0.25 * i,
			    &attempt, &e))
			return -1;
	return store_attempt_begin(store, sweep, made.trials[3].identity, environment,
		       (long)getpid(), &attempt, &e)
			|| store_attempt_end(store, attempt, &failed, &e)
		? -1
		: 0;
}

static int remove_study(void **state)
{
	store_close(store);
	return remove_scratch(state);
}

/* The values of a column of the selected runs, with blanks between. */
static void assert_runs(const struct runs_query *q, const char *column, const char *expected)
{
	struct rows *rows = NULL;
	struct str text = { 0 };
	assert_ok(runs_read(store, q, &e, &rows));
	const int c = rows_column(rows, column);
	assert_true(c >= 0);
	for (size_t r = 0; r < rows->row_count; r++) {
		const struct value *v = &rows->values[r * (size_t)rows->column_count + (size_t)c];
		if (r)
			str_add(&text, " ");
		if (v->kind == VALUE_TEXT)
			str_add(&text, v->text);
		else if (v->kind == VALUE_NULL)
			str_add(&text, "-");
		else
			str_addf(&text, "%g", v->real);
	}
	assert_string_equal(text.s ? text.s : "", expected);
	str_free(&text);
	rows_free(rows);
}

static void assert_filtered(const char *condition, const char *expected)
{
	const char *const conditions[] = { condition };
	assert_runs(&(struct runs_query){ .conditions = conditions, .condition_count = 1 }, "lr",
		expected);
}

static void runs_have_labels_as_columns_in_the_order_of_the_plan(void **state)
{
	(void)state;
	struct rows *rows = NULL;
	assert_ok(runs_read(store, &(struct runs_query){ 0 }, &e, &rows));
	struct str text = { 0 };
	for (int c = 0; c < rows->column_count; c++)
		str_addf(&text, "%s ", rows->columns[c]);
	assert_string_equal(text.s,
		"trial sweep dataset augment lr recipe seed state attempts seconds test_accuracy "
		"started_at reason tags ");
	assert_int_equal(rows->values[0].length, 64);
	str_free(&text);
	rows_free(rows);
	assert_runs(&(struct runs_query){ 0 }, "lr", "1e-3 0.0001 1e-2 none");
}

/* A page has the columns of the whole table and the same rows. */
static void a_page_of_runs_is_a_part_of_the_whole_table(void **state)
{
	(void)state;
	struct rows *whole = NULL, *page = NULL;
	const struct runs_query all = { 0 }, part = { .page = true, .from = 1, .limit = 2 };
	assert_ok(runs_read(store, &all, &e, &whole));
	assert_ok(runs_read(store, &part, &e, &page));
	assert_int_equal(page->row_count, 2);
	assert_int_equal(page->column_count, whole->column_count);
	for (size_t r = 0; r < page->row_count; r++)
		for (int c = 0; c < page->column_count; c++) {
			const struct value
				*a = &page->values[r * (size_t)page->column_count + (size_t)c],
				*b = &whole->values[(r + 1) * (size_t)whole->column_count
					+ (size_t)c];
			assert_string_equal(page->columns[c], whole->columns[c]);
			assert_int_equal(a->kind, b->kind);
			if (a->kind == VALUE_TEXT)
				assert_string_equal(a->text, b->text);
			else if (a->kind != VALUE_NULL)
				assert_true(a->real == b->real && a->integer == b->integer);
		}
	rows_free(page);
	const struct runs_query behind = { .page = true, .from = 400, .limit = 2 };
	assert_ok(runs_read(store, &behind, &e, &page));
	assert_int_equal(page->row_count, 0);
	rows_free(page);
	rows_free(whole);
}

static void numbers_compare_as_numbers_however_they_are_written(void **state)
{
	(void)state;
	assert_filtered("lr=1e-4", "0.0001");
	assert_filtered("lr>=0.001", "1e-3 1e-2 none"); /* a text is larger than every number */
	assert_filtered("lr<1.0e-03", "0.0001");
	assert_filtered("lr!=1e-2", "1e-3 0.0001 none");
	assert_filtered("lr=none", "none");
	assert_filtered("seed=2.0", "1e-2 none");
	assert_filtered("test_accuracy>0.2", "0.0001 1e-2");
	assert_filtered(
		"test_accuracy<=9", "1e-3 0.0001 1e-2"); /* what has none fulfils no condition */
}

static void texts_compare_as_texts_and_patterns_match_them(void **state)
{
	(void)state;
	assert_filtered("state=failed", "none");
	assert_filtered("recipe~paper-*", "1e-3 1e-2");
	assert_filtered("recipe~paper", "");
	assert_filtered("reason~los?", "none");
	const char *const both[] = { "recipe=short", "state=done" };
	assert_runs(
		&(struct runs_query){ .conditions = both, .condition_count = 2 }, "lr", "0.0001");
}

static void runs_are_sorted_by_several_columns_and_what_is_missing_comes_last(void **state)
{
	(void)state;
	assert_runs(&(struct runs_query){ .sort = "lr" }, "lr", "0.0001 1e-3 1e-2 none");
	assert_runs(&(struct runs_query){ .sort = "-lr" }, "lr", "none 1e-2 1e-3 0.0001");
	assert_runs(
		&(struct runs_query){ .sort = "test_accuracy" }, "test_accuracy", "0 0.25 0.5 -");
	assert_runs(
		&(struct runs_query){ .sort = "-test_accuracy" }, "test_accuracy", "0.5 0.25 0 -");
	assert_runs(&(struct runs_query){ .sort = "recipe,-seed" }, "lr", "1e-2 1e-3 none 0.0001");
	assert_runs(&(struct runs_query){ .sort = "recipe", .limit = 3 }, "lr", "1e-3 1e-2 0.0001");
}

static void tags_parameters_and_results_are_asked_for_like_columns(void **state)
{
	(void)state;
	bool changed;
	assert_ok(store_tag(store, made.trials[1].identity, "best", true, &changed, &e));
	assert_ok(store_tag(store, made.trials[1].identity, "again", true, &changed, &e));
	assert_ok(store_tag(store, made.trials[2].identity, "best-of-all", true, &changed, &e));
	assert_filtered("tag=best", "0.0001");
	assert_filtered("tag!=best", "1e-3 1e-2 none");
	assert_filtered("tag~best*", "0.0001 1e-2");
	assert_filtered("batch_size=64", "0.0001 none");  /* of the recipe "short" */
	assert_filtered("batch_size<6.4e1", "1e-3 1e-2"); /* the default counts */
	assert_filtered("val_accuracy>=0.9", "1e-3 0.0001 1e-2");
	assert_filtered("epochs>50", "");
	const char *const small[] = { "batch_size<=64", "params=14862" };
	const struct runs_query q = { .conditions = small,
		.condition_count = 2,
		.sort = "-batch_size,-seed",
		.columns = "lr,batch_size,tags" };
	assert_runs(&q, "lr", "0.0001 1e-2 1e-3");
	assert_runs(&q, "batch_size", "64 32 32");
	assert_runs(&q, "tags", "again best best-of-all -");
	struct rows *rows = NULL;
	assert_ok(runs_read(store, &q, &e, &rows));
	assert_int_equal(rows->column_count, 3);
	assert_int_equal(rows->values[1].kind, VALUE_INTEGER);
	rows_free(rows);
	assert_ok(runs_read(store, &(struct runs_query){ .columns = "all" }, &e, &rows));
	assert_true(rows_column(rows, "peak_bytes") > 13 && rows_column(rows, "config") < 0);
	rows_free(rows);
	for (int i = 1; i < 3; i++)
		assert_ok(store_tag(store, made.trials[i].identity, i == 1 ? "best" : "best-of-all",
			false, &changed, &e));
	assert_ok(store_tag(store, made.trials[1].identity, "again", false, &changed, &e));
}

static void assert_runs_error(const struct runs_query *q, const char *expected)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	assert_int_equal(runs_read(store, q, &e, &rows), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text, expected);
}

static void wrong_conditions_are_answered_with_what_was_meant(void **state)
{
	(void)state;
	const char *const slip[] = { "recpie=short" }, *const none[] = { "failed" },
			  *const empty[] = { "=x" }, *const typo[] = { "state=fail" };
	assert_runs_error(&(struct runs_query){ .conditions = slip, .condition_count = 1 },
		"recpie=short: runs have no 'recpie' (did you mean 'recipe'?)");
	assert_runs_error(&(struct runs_query){ .conditions = none, .condition_count = 1 },
		"'failed' is no condition: NAME=VALUE, or with != < <= > >= ~ (state=failed, "
		"'lr>=1e-4', 'recipe~paper*')");
	assert_runs_error(&(struct runs_query){ .conditions = empty, .condition_count = 1 },
		"'=x' is no condition: NAME=VALUE, or with != < <= > >= ~ (state=failed, "
		"'lr>=1e-4', 'recipe~paper*')");
	assert_runs_error(&(struct runs_query){ .conditions = typo, .condition_count = 1 },
		"'state=fail': a state is queued, running, done, failed, diverged, timeout, "
		"interrupted or skipped");
	assert_runs_error(&(struct runs_query){ .columns = "trial,batchsize" },
		"columns: runs have no 'batchsize' (did you mean the parameter 'batch_size'?)");
	assert_runs_error(&(struct runs_query){ .columns = "trial,whatever" },
		"columns: runs have no 'whatever' (they have: trial, sweep, dataset, augment, lr, "
		"recipe,"
		" seed, state, attempts, seconds, test_accuracy, started_at, reason, tags, "
		"position, model, configuration, test_accuracy_1, test_accuracy_2, val_accuracy,"
		" test_loss, val_loss, epochs, params, weight_bytes, optimizer_bytes, macs, "
		"activation_bytes, cpu_seconds, peak_bytes, data_variant)");
	assert_runs_error(&(struct runs_query){ .columns = "" },
		"columns: names separated by commas, or all");
	assert_runs_error(&(struct runs_query){ .sort = "-test_acuracy" },
		"sort: runs have no 'test_acuracy' (did you mean 'test_accuracy'?)");
}

static void a_trial_is_found_by_how_its_identity_begins(void **state)
{
	(void)state;
	char identity[DIGEST_TEXT], beginning[9];
	struct err why = { 0 };
	snprintf(beginning, sizeof(beginning), "%.8s", made.trials[2].identity);
	assert_ok(show_find(store, beginning, identity, &e));
	assert_string_equal(identity, made.trials[2].identity);
	assert_ok(show_find(store, made.trials[2].identity, identity, &e));
	static const char *const wrong[] = { "", "xyz", "3F", "' OR 1" };
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(show_find(store, wrong[i], identity, &why), -1);
		assert_int_equal(why.kind, ERR_USAGE);
	}
	/* Every beginning of one digit is either unique, shared or free; all three are answered as
	 * they should. */
	for (int digit = 0; digit < 16; digit++) {
		int count = 0;
		snprintf(beginning, sizeof(beginning), "%x", digit);
		for (int i = 0; i < 4; i++)
			count += made.trials[i].identity[0] == beginning[0];
		assert_int_equal(show_find(store, beginning, identity, &why), count == 1 ? 0 : -1);
		if (count != 1)
			assert_non_null(strstr(why.text, count ? "more than one" : "no trial"));
	}
}

static void show_says_everything_as_text_and_as_json(void **state)
{
	(void)state;
	struct str text = { 0 }, json = { 0 };
	assert_ok(show_trial(store, made.trials[2].identity, false, &text, &e));
	static const char *const expected[] = { "paper-notebook", "test_accuracy   0.5\n", "kfold",
		"in the plans of", "cpu  any", "\"seed\":2" };
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (!strstr(text.s, expected[i]))
			fail_msg("'%s' is not in:\n%s", expected[i], text.s);
	assert_ok(show_trial(store, made.trials[2].identity, true, &json, &e));
	json_error_t error;
	json_t *root = json_loads(json.s, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		fail_msg("%s in %s", error.text, json.s);
	assert_int_equal(json_array_size(json_object_get(root, "phases")), 3);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(root, "config"), "seed")), 2);
	assert_true(json_real_value(json_object_get(
			    json_array_get(json_object_get(root, "result"), 0), "test_accuracy"))
		== 0.5);
	json_decref(root);
	str_clear(&text);
	assert_ok(show_trial(
		store, made.trials[3].identity, false, &text, &e)); /* one without a result */
	assert_non_null(strstr(text.s, "lost"));
	assert_null(strstr(text.s, "result\n"));
	str_free(&text);
	str_free(&json);
}

/* ---- statistics ---- */

/* The first row of a query, its values as %.6g. */
static void assert_answer(const char *sql, const char *expected)
{
	struct rows *rows = NULL;
	struct str text = { 0 };
	assert_ok(store_query(store, sql, NULL, &e, &rows));
	for (int c = 0; c < rows->column_count; c++) {
		const struct value *v = &rows->values[c];
		str_add(&text, c ? " " : "");
		if (v->kind == VALUE_NULL)
			str_add(&text, "NULL");
		else
			str_addf(&text, "%.6g", v->real);
	}
	assert_string_equal(text.s, expected);
	str_free(&text);
	rows_free(rows);
}

static void statistics_are_sql_functions(void **state)
{
	(void)state;
	/* By hand: 5 -+ t(0.975 or 0.95; 7) * 2.138090 / sqrt(8), t = 2.364624 and 1.894579; the
	 * Wilson formula with z = 1.959964. */
	assert_answer("WITH t(x) AS (VALUES (2),(4),(4),(4),(5),(5),(7),(9),(NULL)) SELECT "
		      "mean(x), sd(x), median(x), quantile(x, 0.25), t_low(x), t_high(x) FROM t",
		"5 2.13809 4.5 4 3.21251 6.78749");
	assert_answer("WITH t(x) AS (VALUES (2),(4),(4),(4),(5),(5),(7),(9)) SELECT t_low(x, 0.9), "
		      "t_high(x, 0.9) FROM t",
		"3.56783 6.43217");
	assert_answer("SELECT wilson_low(89, 100), wilson_high(89, 100), wilson_low(NULL, 100)",
		"0.813687 0.937458 NULL");
	assert_answer("SELECT recipe = 'short', mean(test_accuracy), sd(test_accuracy) FROM "
		      "accuracy GROUP BY recipe ORDER BY recipe",
		"0 0.25 0.353553");
}

static void a_statistic_that_does_not_exist_is_null(void **state)
{
	(void)state;
	assert_answer("SELECT sd(x), median(x), t_low(x), mean(x), quantile(x, 0.5) FROM (SELECT 1 "
		      "AS x WHERE 0)",
		"NULL NULL NULL NULL NULL");
	assert_answer("SELECT sd(1.5), t_low(1.5), median(1.5)", "NULL NULL 1.5");
	assert_answer("SELECT mean('abc'), mean('12')", "NULL 12");
}

static void wrong_arguments_of_a_statistic_are_errors(void **state)
{
	(void)state;
	static const char *const wrong[] = { "SELECT quantile(1, 1.5)", "SELECT t_low(1, 95)",
		"SELECT wilson_low(2, 1)", "SELECT wilson_low(1, 2, 0)", "SELECT sd()" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct err e = { 0 };
		struct rows *rows = NULL;
		if (store_query(store, wrong[i], NULL, &e, &rows) == 0)
			fail_msg("ran: %s", wrong[i]);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_have_labels_as_columns_in_the_order_of_the_plan),
		cmocka_unit_test(a_page_of_runs_is_a_part_of_the_whole_table),
		cmocka_unit_test(numbers_compare_as_numbers_however_they_are_written),
		cmocka_unit_test(texts_compare_as_texts_and_patterns_match_them),
		cmocka_unit_test(runs_are_sorted_by_several_columns_and_what_is_missing_comes_last),
		cmocka_unit_test(tags_parameters_and_results_are_asked_for_like_columns),
		cmocka_unit_test(wrong_conditions_are_answered_with_what_was_meant),
		cmocka_unit_test(a_trial_is_found_by_how_its_identity_begins),
		cmocka_unit_test(show_says_everything_as_text_and_as_json),
		cmocka_unit_test(statistics_are_sql_functions),
		cmocka_unit_test(a_statistic_that_does_not_exist_is_null),
		cmocka_unit_test(wrong_arguments_of_a_statistic_are_errors),
	};
	return cmocka_run_group_tests(tests, make_study, remove_study);
}

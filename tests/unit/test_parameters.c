/* test_parameters.c - the resolved parameters of trials: the view `parameters`, and the conditions
 * and columns of `retrial runs` that are made from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "harness/report/format.h"
#include "harness/report/runs.h"
#include "harness/store/merge.h"
#include "harness/store/read.h"
#include "harness/store/sweeps.h"
#include "made_sweep.h"
#include "scratch.h"

static char path[96], other[96];
static struct store *store;

static struct store *opened(const char *file, enum store_mode mode)
{
	struct err e = { 0 };
	struct store *s = NULL;
	if (store_open(file, mode, &e, &s))
		fail_msg("%s", e.text);
	return s;
}

/* Freeze the plan of a sweep file; recipes: behind the names of the file. */
static void freeze_with(struct store *s, const char *recipes, const char *text)
{
	struct err e = { 0 };
	int64_t id;
	struct sweep *sweep = NULL;
	struct str whole = { 0 };
	str_addf(&whole, "retrial: 1\n%s%s", recipes, text);
	if (sweep_parse("test.yaml", whole.s, whole.length, NULL, &e, &sweep))
		fail_msg("%s", e.text);
	str_free(&whole);
	if (store_sweep(s, sweep, &id, &e))
		fail_msg("%s", e.text);
	sweep_free(sweep);
}

static void freeze(struct store *s, const char *text)
{
	freeze_with(s,
		"recipes:\n"
		"  two: [{phase: dual, epochs: 2}, {phase: unify, heads: [copy, copy], epochs: "
		"3}]\n"
		"  one: [{phase: single, epochs: 2}]\n"
		"augments: {strong: {rotation: 0.5, zoom: 0.5}}\n",
		text);
}

static int make_folder(void **state)
{
	if (make_scratch(state))
		return -1;
	snprintf(path, sizeof(path), "%s/a.db", scratch);
	snprintf(other, sizeof(other), "%s/b.db", scratch);
	return 0;
}

/* Two sweeps: one varies the batch size and a learning rate, the other neither. */
static int make_study(void **state)
{
	if (make_folder(state))
		return -1;
	store = opened(path, STORE_WRITE);
	freeze(store,
		"name: rates\n"
		"base: {dataset: mnist, recipe: two}\n"
		"axes: {batch_size: [16, 64], dual.lr: [1e-2, 1e-4]}\n");
	freeze(store,
		"name: plain\n"
		"base: {dataset: mnist, augment: strong}\n"
		"axes: {recipe: [one, two]}\n");
	return 0;
}

static int remove_study(void **state)
{
	store_close(store);
	return remove_scratch(state);
}

static void assert_answer(struct store *s, const char *sql, const char *expected)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	struct str text = { 0 };
	if (store_query(s, sql, NULL, &e, &rows) || format_rows(rows, FORMAT_CSV, &text, &e))
		fail_msg("%s: %s", sql, e.text);
	assert_string_equal(strchr(text.s, '\n') + 1, expected);
	str_free(&text);
	rows_free(rows);
}

/* The selected runs as CSV, with these columns, without their heading; NULL: an error. */
static void assert_runs(const char *condition, const char *columns, const char *expected)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	struct str text = { 0 };
	const struct runs_query q = {
		.conditions = &condition, .condition_count = condition != NULL, .columns = columns
	};
	if (!expected) {
		assert_int_equal(runs_read(store, &q, &e, &rows), -1);
		return;
	}
	if (runs_read(store, &q, &e, &rows) || format_rows(rows, FORMAT_CSV, &text, &e))
		fail_msg("%s: %s", condition, e.text);
	assert_string_equal(strchr(text.s, '\n') + 1, expected);
	str_free(&text);
	rows_free(rows);
}

static void assert_runs_error(const char *condition, const char *expected)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	const struct runs_query q = { .conditions = &condition, .condition_count = 1 };
	assert_int_equal(runs_read(store, &q, &e, &rows), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text, expected);
}

/* ---- the view ---- */

static void the_view_has_every_parameter_with_its_default_and_type(void **state)
{
	(void)state;
	assert_answer(store,
		"SELECT p.name, p.number, p.text, typeof(p.number) FROM runs AS r JOIN parameters "
		"AS p "
		"ON p.trial = r.trial WHERE r.sweep = 'plain' AND r.recipe = 'two' AND p.name IN "
		"('batch_size', 'augment.rotation', 'augment.flip', 'dual.epochs', 'dual.lr', "
		"'dual.optimizer', 'dual.stop.patience', 'unify.heads', 'unify.epochs', 'model', "
		"'seed') ORDER BY p.name",
		"augment.flip,,false,null\n"
		"augment.rotation,0.5,0.5,real\n"
		"batch_size,32,32,integer\n"
		"dual.epochs,2,2,integer\n"
		"dual.lr,0.001,0.001,real\n"
		"dual.optimizer,,nadam,null\n"
		"dual.stop.patience,0,0,integer\n"
		"model,,lightweight,null\n"
		"seed,1,1,integer\n"
		"unify.epochs,3,3,integer\n"
		"unify.heads,,copy+copy,null\n");
	assert_answer(store, "SELECT count(*) FROM parameters WHERE name = 'dual.folds'", "0\n");
	assert_answer(store, "SELECT count(DISTINCT trial) FROM parameters", "6\n");
}

static void phases_of_one_name_are_numbered(void **state)
{
	(void)state;
	freeze_with(store,
		"recipes:\n"
		"  on: [{phase: scratch, epochs: 1}, {phase: unfreeze, epochs: 2},\n"
		"       {phase: unfreeze, epochs: 3}]\n",
		"name: twice\n"
		"base: {dataset: mnist, recipe: on}\n");
	assert_answer(store,
		"SELECT p.name, p.number FROM runs AS r JOIN parameters AS p ON p.trial = r.trial "
		"WHERE r.sweep = 'twice' AND p.name GLOB '*.epochs' ORDER BY p.name",
		"scratch.epochs,1\nunfreeze#2.epochs,3\nunfreeze.epochs,2\n");
}

/* The name of a phase is not part of a trial's identity. */
static void a_known_trial_is_found_by_the_names_of_every_sweep_that_has_it(void **state)
{
	(void)state;
	assert_runs("head.epochs=2", "sweep", NULL);
	freeze_with(store, "recipes: {one: [{phase: single, name: head, epochs: 2}]}\n",
		"name: renamed\n"
		"base: {dataset: mnist, recipe: one, augment.rotation: 0.5, augment.zoom: 0.5}\n");
	assert_answer(store, "SELECT count(DISTINCT trial) FROM parameters", "6\n");
	assert_runs("head.epochs=2", "sweep", "plain\nrenamed\n");
	assert_runs("single.epochs=2", "sweep", "plain\nrenamed\n");
}

static void misspelt_columns_of_a_query_say_where_parameters_are(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct rows *rows = NULL;
	assert_int_equal(
		store_query(store, "SELECT batch_size FROM accuracy", NULL, &e, &rows), -1);
	assert_non_null(strstr(e.text,
		"no such column: batch_size (parameters are columns of the view of each sweep, "
		"wide_NAME; with other views: JOIN parameters AS p ON p.trial = accuracy.trial AND "
		"p.name = 'batch_size'"));
	assert_int_equal(store_query(store, "SELECT lr FROM accuracy", NULL, &e, &rows), -1);
	assert_non_null(strstr(e.text, "p.name = 'dual.lr'"));
	assert_int_equal(store_query(store, "SELECT sed FROM accuracy", NULL, &e, &rows), -1);
	assert_non_null(strstr(e.text, "did you mean 'seed'?"));
}

/* ---- the wide views ---- */

static void every_sweep_has_a_wide_view_with_defaults_and_types(void **state)
{
	(void)state;
	assert_answer(store,
		"SELECT recipe, state, batch_size, typeof(batch_size), \"dual.lr\", "
		"typeof(\"dual.lr\"), \"single.epochs\", \"augment.zoom\", test_accuracy "
		"FROM wide_plain ORDER BY position",
		"one,queued,32,integer,,null,2,0.5,\n"
		"two,queued,32,integer,0.001,real,,0.5,\n");
	assert_answer(store,
		"SELECT batch_size, \"dual.lr\", \"dual.beta2\", seed FROM wide_rates ORDER BY "
		"position",
		"16,0.01,0.999,1\n16,0.0001,0.999,1\n64,0.01,0.999,1\n64,0.0001,0.999,1\n");
	/* The parameter alone, not the label of the same name beside it. */
	assert_answer(store,
		"SELECT count(*) FROM pragma_table_info('wide_rates') WHERE name LIKE "
		"'batch_size%'",
		"1\n");
	assert_answer(store,
		"SELECT (SELECT count(*) FROM wide_rates) = (SELECT count(*) FROM runs WHERE sweep "
		"= 'rates')",
		"1\n");
}

static void a_wide_view_follows_the_plan(void **state)
{
	(void)state;
	freeze(store,
		"name: plain\n"
		"seeds: 2\n"
		"base: {dataset: mnist}\n"
		"axes: {recipe: [one]}\n");
	assert_answer(store, "SELECT seed, \"single.epochs\" FROM wide_plain ORDER BY position",
		"1,2\n2,2\n");
	assert_answer(store,
		"SELECT count(*) FROM pragma_table_info('wide_plain') WHERE name LIKE 'dual.%'",
		"0\n");
}

static void names_that_differ_in_signs_alone_get_numbers(void **state)
{
	(void)state;
	static const char *const names[] = { "a-b", "a+b", "A_B" };
	for (int i = 0; i < 3; i++) {
		struct str text = { 0 };
		str_addf(&text, "name: %s\nbase: {dataset: mnist, recipe: one, batch_size: %d}\n",
			names[i], 8 << i);
		freeze(store, text.s);
		str_free(&text);
	}
	assert_answer(store, "SELECT batch_size FROM wide_a_b", "8\n");
	assert_answer(store, "SELECT batch_size FROM wide_a_b_4", "16\n");
	assert_answer(store, "SELECT batch_size FROM wide_A_B_5", "32\n");
}

static void a_program_has_its_metrics_and_parameters_in_it(void **state)
{
	(void)state;
	freeze_with(store, "",
		"name: solver\n"
		"program: {command: [solve, '{kind}', '{step}', '{state}']}\n"
		"parameters: {step: {type: real, default: 0.5}, state: {type: integer, default: "
		"3}, kind: {type: text, default: "
		"euler}}\n"
		"metrics: {rmse: {better: lower}}\n"
		"axes: {kind: [euler, midpoint]}\n");
	assert_answer(store,
		"SELECT kind, step, typeof(step), rmse, state, state_2 FROM wide_solver "
		"ORDER BY "
		"position",
		"euler,0.5,real,,queued,3\nmidpoint,0.5,real,,queued,3\n");
	assert_answer(store,
		"SELECT count(*) FROM pragma_table_info('wide_solver') WHERE name = "
		"'test_accuracy'",
		"0\n");
}

/* ---- runs ---- */

static void a_label_does_not_hide_the_parameter_of_other_sweeps(void **state)
{
	(void)state;
	assert_runs("batch_size=32", "sweep,recipe,batch_size", "plain,one,32\nplain,two,32\n");
	assert_runs(
		"batch_size>=32", "sweep,batch_size", "plain,32\nplain,32\nrates,64\nrates,64\n");
	assert_runs("dual.lr=1e-3", "sweep,recipe", "plain,two\n");
	assert_runs(
		"dual.lr<1e-3", "sweep,batch_size,dual.lr", "rates,16,0.0001\nrates,64,0.0001\n");
}

static void a_parameter_of_phases_means_any_of_them(void **state)
{
	(void)state;
	assert_runs("lr=1e-2", "sweep,lr", "rates,0.01 0.001\nrates,0.01 0.001\n");
	assert_runs("lr>=1e-4", "sweep", "plain\nplain\nrates\nrates\nrates\nrates\n");
	assert_runs("lr!=1e-3", "sweep", "");
	assert_runs("epochs>100", "sweep", "");
	assert_runs("dual.patience<1", "sweep,dual.stop.patience",
		"plain,0\nrates,0\nrates,0\nrates,0\nrates,0\n");
	assert_runs("optimizer=nadam", "sweep,optimizer,heads",
		"plain,nadam,\nplain,nadam,copy+copy\nrates,nadam,copy+copy\n"
		"rates,nadam,copy+copy\nrates,nadam,copy+copy\nrates,nadam,copy+copy\n");
}

static void what_compares_nothing_is_an_error(void **state)
{
	(void)state;
	assert_runs_error("test_accuracy>abc",
		"'test_accuracy>abc': 'abc' is no number, and the column holds numbers");
	assert_runs_error("batch_size=small",
		"'batch_size=small': 'small' is no number, and the column holds numbers");
	assert_runs_error(
		"lr>fast", "'lr>fast': 'fast' is no number, and the column holds numbers");
	assert_runs_error("dataset==mnist",
		"'dataset==mnist' is no condition: a value begins with '='; write NAME=VALUE, or "
		"!= "
		"< <= > >= ~ between them");
	assert_runs_error("valdation=3",
		"valdation=3: runs have no 'valdation' (did you mean the parameter "
		"'validation'?)");
	assert_runs("test_accuracy~abc", "sweep", "");
}

/* ---- databases of other programs ---- */

static void execute_raw(const char *file, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
}

static void a_users_view_of_that_name_stays(void **state)
{
	(void)state;
	store_close(store);
	execute_raw(path, "DROP VIEW wide_plain; CREATE VIEW wide_plain AS SELECT 7 AS mine");
	store = opened(path, STORE_WRITE);
	freeze(store, "name: plain\nseeds: 3\nbase: {dataset: mnist, recipe: one}\n");
	assert_answer(store, "SELECT * FROM wide_plain", "7\n");
}

static void a_plan_that_is_frozen_already_gets_its_view(void **state)
{
	(void)state;
	store_close(store);
	execute_raw(path, "DROP VIEW wide_plain");
	store = opened(path, STORE_WRITE);
	freeze(store,
		"name: plain\n"
		"base: {dataset: mnist, augment: strong}\n"
		"axes: {recipe: [one, two]}\n");
	assert_answer(store, "SELECT count(*) FROM wide_plain", "2\n");
}

static const char count_sql[] = "SELECT count(*) FROM parameters WHERE name = 'batch_size'";

static void what_an_older_program_did_not_know_is_filled_in(void **state)
{
	(void)state;
	store_close(store);
	execute_raw(path,
		"DELETE FROM parameter_values WHERE name = 'batch_size';"
		"UPDATE parameter_source SET digest = 'older'");
	store = opened(path, STORE_READ);
	assert_answer(store, count_sql, "6\n");
	assert_runs("batch_size=64", "sweep", "rates\nrates\n");
	store_close(store);
	execute_raw(path,
		"CREATE TABLE left AS SELECT count(*) AS n FROM parameter_values WHERE name = "
		"'batch_size'");
	store = opened(path, STORE_WRITE);
	assert_answer(store, "SELECT n FROM left", "0\n"); /* reading changed nothing */
	assert_answer(store, count_sql, "6\n");
	assert_answer(
		store, "SELECT count(*) FROM parameter_source WHERE digest <> 'older'", "1\n");
	assert_answer(store, "SELECT sum(batch_size) FROM wide_rates", "160\n");
}

static void merging_takes_the_parameters_along(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct merge_counts counts;
	struct rows *conflicts = NULL;
	const char *const paths[] = { path };
	struct store *into = opened(other, STORE_WRITE);
	freeze(into,
		"name: plain\n"
		"base: {dataset: mnist, augment: strong}\n"
		"axes: {recipe: [one, two]}\n");
	for (int again = 0; again < 2; again++) {
		if (store_merge(into, paths, 1, &counts, &e, &conflicts))
			fail_msg("%s", e.text);
		rows_free(conflicts);
		assert_answer(into, count_sql, "6\n");
		assert_answer(into, "SELECT count(*) FROM configurations", "6\n");
		assert_answer(into,
			"SELECT p.number, count(*) FROM runs AS r JOIN parameters AS p ON p.trial "
			"= "
			"r.trial WHERE p.name = 'dual.lr' GROUP BY p.number ORDER BY 1",
			"0.0001,2\n0.001,1\n0.01,2\n");
		assert_answer(into, "SELECT sum(\"dual.lr\") FROM wide_rates", "0.0202\n");
	}
	store_close(into);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_study, remove_study)
		TEST(the_view_has_every_parameter_with_its_default_and_type),
		TEST(phases_of_one_name_are_numbered),
		TEST(a_known_trial_is_found_by_the_names_of_every_sweep_that_has_it),
		TEST(misspelt_columns_of_a_query_say_where_parameters_are),
		TEST(every_sweep_has_a_wide_view_with_defaults_and_types),
		TEST(a_wide_view_follows_the_plan),
		TEST(names_that_differ_in_signs_alone_get_numbers),
		TEST(a_program_has_its_metrics_and_parameters_in_it),
		TEST(a_label_does_not_hide_the_parameter_of_other_sweeps),
		TEST(a_parameter_of_phases_means_any_of_them),
		TEST(what_compares_nothing_is_an_error),
		TEST(a_users_view_of_that_name_stays),
		TEST(a_plan_that_is_frozen_already_gets_its_view),
		TEST(what_an_older_program_did_not_know_is_filled_in),
		TEST(merging_takes_the_parameters_along),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_store.c - harness/store: the life of a database and of attempts, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "harness/store/attempts.h"
#include "harness/store/read.h"
#include "harness/store/sweeps.h"
#include "store_fixture.h"

/* ---- helpers ---- */

/* Opening must fail with this kind and with this in the text, and change nothing. */
static void assert_refused(enum store_mode mode, const char *expected)
{
	char before[DIGEST_TEXT] = "", after[DIGEST_TEXT] = "", *bytes;
	size_t count;
	if (file_read(database, 1 << 24, &bytes, &count, NULL) == 0) {
		digest_bytes(bytes, count, before);
		free(bytes);
	}
	struct err e = { 0 };
	struct store *s = NULL;
	assert_int_equal(store_open(database, mode, &e, &s), -1);
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
	if (!strstr(e.text, expected))
		fail_msg("'%s' is not in '%s'", expected, e.text);
	if (!strstr(e.text, database))
		fail_msg("the path is not in '%s'", e.text);
	if (file_read(database, 1 << 24, &bytes, &count, NULL) == 0) {
		digest_bytes(bytes, count, after);
		free(bytes);
	}
	assert_string_equal(before, after);
}

/* Run work in a child; its exit status, or minus the signal. */
static int in_child(int (*work)(void))
{
	const pid_t child = fork_child();
	if (child == 0)
		_exit(work());
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* ---- opening ---- */

static void a_first_open_makes_folder_file_and_schema(void **state)
{
	(void)state;
	struct store *s = open_store(STORE_WRITE);
	assert_string_equal(ask(s, "PRAGMA user_version"), "6");
	assert_string_equal(ask(s, "SELECT count(*) FROM accuracy"), "0");
	assert_string_equal(ask(s, "PRAGMA integrity_check"), "ok");
	assert_null(store_warning(s));
	char beside[160];
	snprintf(beside, sizeof(beside), "%s-wal", database);
	assert_true(file_exists(beside));
	store_close(s);
	assert_false(file_exists(beside)); /* a closed database is one file */
	s = open_store(STORE_READ);
	assert_string_equal(ask(s, "SELECT count(*) FROM runs"), "0");
	store_close(s);
}

static void every_table_view_and_column_is_explained_in_the_schema(void **state)
{
	(void)state;
	struct store *s = open_store(STORE_WRITE);
	struct rows *r = query(s,
		"SELECT t.name, t.sql, c.name, t.type FROM sqlite_schema AS t, "
		"pragma_table_info(t.name) AS c"
		" WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite%'");
	assert_true(r->row_count > 150);
	for (size_t i = 0; i < r->row_count; i++) {
		const struct value *v = &r->values[4 * i];
		const bool view = strcmp(v[3].text, "view") == 0;
		char line[96];
		snprintf(line, sizeof(line), view ? " AS %s" : "\n\t%s ", v[2].text);
		const char *at = v[1].text, *end = NULL;
		bool explained = false;
		while (!explained && (at = strstr(at, line))) {
			end = strchr(at + 1, '\n');
			const char *comment = strstr(at, "-- ");
			explained = comment && end && comment < end;
			at++;
		}
		if (!explained)
			fail_msg("%s.%s has no comment in its line", v[0].text, v[2].text);
		const char *first = strchr(v[1].text, '\n');
		if (!first || strncmp(first, "\n\t-- ", 5) != 0)
			fail_msg("%s does not begin with what it is", v[0].text);
	}
	rows_free(r);
	store_close(s);
}

static void a_missing_empty_or_other_file_is_refused_and_not_touched(void **state)
{
	(void)state;
	assert_refused(STORE_READ, "no such database (`retrial run");
	assert_ok(file_write(database, "", 0, &e));
	assert_refused(STORE_READ, "an empty file");
	assert_ok(file_write(database,
		"MZ this is something else, longer than the header of a database is, which has a "
		"hundred bytes ...........",
		104, &e));
	assert_refused(STORE_READ, "not a database");
	assert_refused(STORE_WRITE, "not a database");
	assert_ok(file_write(database, "SQLite format 3", 15, &e));
	assert_refused(STORE_WRITE, "not a database");
	assert_int_equal(unlink(database), 0);
	execute_raw("CREATE TABLE contacts (name TEXT)");
	assert_refused(STORE_READ, "not one of retrial's");
	assert_refused(STORE_WRITE, "not one of retrial's");
	execute_raw(
		"PRAGMA journal_mode = WAL; PRAGMA application_id = 252006674"); /* fossil's, say */
	assert_refused(STORE_WRITE, "not one of retrial's");
	assert_int_equal(unlink(database), 0);
	assert_int_equal(mkdir(database, 0755), 0);
	assert_refused(STORE_WRITE, "Is a directory");
}

static void an_empty_file_becomes_a_database_when_written(void **state)
{
	(void)state;
	assert_ok(file_write(database, "", 0, &e));
	struct store *s = open_store(STORE_WRITE);
	assert_string_equal(ask(s, "PRAGMA user_version"), "6");
	store_close(s);
}

static void a_newer_schema_is_refused_politely(void **state)
{
	(void)state;
	store_close(open_store(STORE_WRITE));
	execute_raw("PRAGMA user_version = 99");
	assert_refused(STORE_WRITE, "newer retrial (schema 99, this program knows 6)");
	assert_refused(STORE_READ, "newer retrial (schema 99, this program knows 6)");
	execute_raw("PRAGMA user_version = -5");
	assert_refused(STORE_WRITE, "damaged");
}

static void paths_mean_files_and_nothing_else(void **state)
{
	(void)state;
	char here[256];
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(scratch), 0);
	static const char *const names[] = { ":memory:", "file:x?mode=memory", "a %23?b.db" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct store *s = NULL;
		assert_ok(store_open(names[i], STORE_WRITE, &e, &s));
		store_close(s);
		assert_true(file_exists(names[i]));
	}
	assert_int_equal(chdir(here), 0);
}

static bool become_nobody(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	return geteuid() != 0 || (nobody && !setgid(nobody->pw_gid) && !setuid(nobody->pw_uid));
}

static int reach_as_nobody(void)
{
	return become_nobody() && access(database, R_OK) == 0 ? 0 : 1;
}

static int open_as_nobody(void)
{
	if (!become_nobody())
		return 9;
	struct err e = { 0 };
	struct store *s = NULL;
	if (store_open(database, STORE_WRITE, &e, &s) == 0)
		return 8;
	if (e.kind != ERR_ENVIRONMENT || !strstr(e.text, database))
		return 7;
	if (store_open(database, STORE_READ, &e, &s))
		return 6;
	struct rows *r = NULL;
	if (store_query(s, "SELECT count(*) FROM runs", NULL, &e, &r) || r->values[0].integer != 2)
		return 5;
	rows_free(r);
	store_close(s);
	return 0;
}

static void a_database_in_a_read_only_folder_can_be_read_but_not_written(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 1);
	store_close(y.store);
	char folder[128];
	snprintf(
		folder, sizeof(folder), "%.*s", (int)(strrchr(database, '/') - database), database);
	assert_int_equal(chmod(database, 0444), 0);
	if (in_child(reach_as_nobody) != 0) {
		print_message("skipped: a folder above %s is closed to other users\n", folder);
		skip();
	}
	assert_int_equal(chmod(folder, 0555), 0);
	assert_int_equal(in_child(open_as_nobody), 0);
	assert_int_equal(chmod(database, 0644),
		0); /* a file that may be written, in a folder that may not */
	assert_int_equal(in_child(open_as_nobody), 0);
	assert_int_equal(chmod(folder, 0755), 0);
}

static void network_file_systems_are_known_by_name_and_local_ones_are_not(void **state)
{
	(void)state;
	assert_string_equal(store_shared_file_system(0x6969), "nfs");
	assert_string_equal(store_shared_file_system(0x65735546), "fuse");
	assert_string_equal(store_shared_file_system((unsigned long)(long)(int)0xff534d42),
		"cifs");                                   /* f_type is signed here and there */
	assert_null(store_shared_file_system(0xef53));     /* ext4 */
	assert_null(store_shared_file_system(0x01021994)); /* tmpfs */
	assert_null(store_shared_file_system(0x9123683e)); /* btrfs */
	assert_null(store_shared_file_system((unsigned long)(long)(int)0xf2f52010)); /* f2fs */
	assert_string_equal(store_shared_file_system(0x12345678), "unknown kind");
}

static int first_start(void)
{
	struct study y;
	struct err e = { 0 };
	if (store_open(database, STORE_WRITE, &e, &y.store))
		goto fail;
	made_init(&y.made, "paper", 2);
	if (store_environment(y.store, "cpu\tSome CPU\n", &y.environment, &e)
		|| store_sweep(y.store, &y.made.sweep, &y.sweep, &e))
		goto fail;
	store_close(y.store);
	return 0;
fail:
	fprintf(stderr, "%s\n", e.text);
	return 1;
}

static void thirty_two_first_starts_at_once_leave_one_good_schema(void **state)
{
	(void)state;
	for (int i = 0; i < 32; i++)
		if (fork_child() == 0)
			_exit(first_start());
	int status, good = 0;
	while (wait(&status) > 0)
		good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	assert_int_equal(good, 32);
	struct store *s = open_store(STORE_READ);
	assert_string_equal(ask(s, "PRAGMA integrity_check"), "ok");
	assert_string_equal(ask(s, "SELECT count(*) FROM sweeps"), "1");
	assert_string_equal(ask(s, "SELECT count(*) FROM trials"), "4");
	assert_string_equal(ask(s, "SELECT count(*) FROM environments"), "1");
	assert_string_equal(ask(s, "PRAGMA user_version"), "6");
	store_close(s);
}

/* ---- plans ---- */

static void a_frozen_plan_has_its_text_trials_labels_and_claims(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 3);
	assert_string_equal(
		ask(y.store, "SELECT text FROM sweeps WHERE name = 'paper'"), "retrial: 1\n");
	assert_string_equal(ask(y.store,
				    "SELECT count(*) || ' ' || count(DISTINCT trial) || ' ' || "
				    "count(DISTINCT configuration) FROM runs"),
		"6 6 2");
	assert_string_equal(ask(y.store,
				    "SELECT group_concat(seed || recipe || state, ' ') FROM "
				    "(SELECT * FROM runs ORDER BY position)"),
		"1paper-notebookqueued 1shortqueued 2paper-notebookqueued 2shortqueued "
		"3paper-notebookqueued 3shortqueued");
	assert_string_equal(ask(y.store,
				    "SELECT json_extract(config, '$.batch_size') FROM trials JOIN "
				    "plan ON trial = id WHERE position = 1"),
		"64");
	assert_string_equal(ask(y.store,
				    "SELECT planned || ' ' || n || ' ' || low || ' ' || high FROM "
				    "claims WHERE claim = 'C2'"),
		"3 0 0.885 0.895");
	assert_string_equal(ask(y.store,
				    "SELECT planned || ' ' || coalesce(low, 'none') || ' ' || high "
				    "FROM claims WHERE claim = 'C5'"),
		"6 none 20000.0");
	store_close(y.store);
}

static void freezing_again_replaces_the_plan_and_keeps_the_results(void **state)
{
	(void)state;
	struct study y;
	int64_t attempt, again;
	study_open(&y, 2);
	assert_ok(made_run(
		y.store, y.sweep, y.environment, &y.made.trials[2], 0.5, 0.75, &attempt, &e));
	struct made_sweep smaller;
	made_init(&smaller, "paper", 1); /* trial 2 (seed 2) is in no plan any more */
	smaller.sweep.claim_count = 1;
	assert_ok(store_sweep(y.store, &smaller.sweep, &again, &e));
	assert_int_equal(again, y.sweep);
	assert_string_equal(ask(y.store, "SELECT count(*) FROM runs"), "2");
	assert_string_equal(ask(y.store, "SELECT count(*) FROM claims"), "1");
	assert_string_equal(
		ask(y.store, "SELECT test_accuracy FROM accuracy WHERE sweep IS NULL"), "0.625");
	assert_ok(store_sweep(y.store, &y.made.sweep, &again, &e));
	assert_string_equal(ask(y.store,
				    "SELECT group_concat(state) FROM (SELECT state FROM runs ORDER "
				    "BY position)"),
		"queued,queued,done,queued");
	store_close(y.store);
}

static void a_trial_may_stand_in_two_sweeps_and_twice_in_one(void **state)
{
	(void)state;
	struct study y;
	int64_t attempt, other;
	study_open(&y, 1);
	made_init(&y.made, "other", 1);
	y.made.trials[1] = y.made.trials[0]; /* the same trial under another name */
	snprintf(y.made.trials[1].labels[1].value, sizeof(y.made.trials[1].labels[1].value),
		"alias");
	assert_ok(store_sweep(y.store, &y.made.sweep, &other, &e));
	assert_ok(
		made_run(y.store, other, y.environment, &y.made.trials[0], 0.5, 0.5, &attempt, &e));
	assert_string_equal(ask(y.store,
				    "SELECT group_concat(sweep || ':' || recipe, ' ') FROM (SELECT "
				    "* FROM accuracy ORDER BY sweep, recipe)"),
		"other:alias other:paper-notebook paper:paper-notebook");
	assert_string_equal(ask(y.store, "SELECT count(*) FROM digests"),
		"4"); /* once: dual with two outputs (one without predictions), two folds */
	store_close(y.store);
}

static void a_skipped_trial_says_why_until_it_is_cleared(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 1);
	assert_ok(store_skip(
		y.store, y.sweep, y.made.trials[1].identity, "data set cifar10: not found", &e));
	assert_string_equal(
		ask(y.store, "SELECT state || ': ' || reason FROM runs WHERE position = 1"),
		"skipped: data set cifar10: not found");
	assert_string_equal(ask(y.store, "SELECT queued || ' ' || skipped FROM status"), "1 1");
	assert_ok(store_skip(y.store, y.sweep, y.made.trials[1].identity, NULL, &e));
	assert_string_equal(ask(y.store, "SELECT state FROM runs WHERE position = 1"), "queued");
	struct err e = { 0 };
	assert_int_equal(store_skip(y.store, y.sweep, "no such trial", "x", &e), -1);
	store_close(y.store);
}

/* ---- attempts ---- */

static void an_attempt_runs_from_begin_to_done_and_the_views_show_it(void **state)
{
	(void)state;
	struct study y;
	int64_t attempt;
	bool done = true;
	study_open(&y, 1);
	const struct trial_end end = made_end(TRIAL_DONE, "");
	assert_ok(store_is_done(y.store, y.made.trials[0].identity, 1, end.data_digest, &done, &e));
	assert_false(done);
	assert_ok(made_run(
		y.store, y.sweep, y.environment, &y.made.trials[0], 0.5, 0.75, &attempt, &e));
	assert_ok(store_is_done(y.store, y.made.trials[0].identity, 1, end.data_digest, &done, &e));
	assert_true(done);
	assert_ok(store_is_done(y.store, y.made.trials[0].identity, 2, end.data_digest, &done, &e));
	assert_false(done); /* another core */
	assert_ok(store_is_done(
		y.store, y.made.trials[0].identity, 1, end.weights_digest, &done, &e));
	assert_false(done); /* other data */
	assert_ok(store_is_done(y.store, y.made.trials[1].identity, 1, end.data_digest, &done, &e));
	assert_false(done); /* another trial */

	assert_string_equal(ask(y.store, "SELECT test_accuracy FROM accuracy"), "0.625");
	assert_string_equal(ask(y.store,
				    "SELECT coalesce(test_accuracy_2, 'none') || ' ' || epochs || "
				    "' ' || params || ' ' || optimizer_bytes FROM accuracy"),
		"none 7 14862 59448");
	assert_string_equal(ask(y.store, "SELECT labels FROM accuracy"),
		"{\"augment\":\"paper\",\"dataset\":\"synthetic\",\"recipe\":\"paper-notebook\"}");
	assert_string_equal(ask(y.store,
				    "SELECT group_concat(name || fold || ' ' || test_accuracy_1 || "
				    "' ' || coalesce(test_accuracy_2, '-'), '; ') FROM phases"),
		"dual-1 0.5 0.25; kfold0 0.5 -; kfold1 0.75 -");
	assert_string_equal(
		ask(y.store,
			"SELECT group_concat(params || '+' || training_bytes, ' ') FROM models"),
		"13860+166320 14862+118896");
	assert_string_equal(
		ask(y.store, "SELECT count(*) || ' ' || sum(train_loss) FROM epochs"), "2 1.25");
	assert_string_equal(
		ask(y.store, "SELECT n || ' ' || mean FROM claims WHERE claim = 'C2'"), "1 0.625");
	assert_string_equal(
		ask(y.store, "SELECT hex(classes) FROM predictions LIMIT 1"), "07000901");
	assert_string_equal(
		ask(y.store, "SELECT value FROM facts WHERE name = 'compiler'"), "gcc 12");
	assert_string_equal(ask(y.store, "SELECT done || ' ' || queued FROM status"), "1 1");
	assert_string_equal(ask(y.store, "PRAGMA foreign_key_check"), "(none)");
	store_close(y.store);
}

static void digests_depend_on_nothing_but_the_trial(void **state)
{
	(void)state;
	char texts[2][4096];
	for (int i = 0; i < 2; i++) {
		struct study y;
		int64_t attempt;
		new_database(NULL);
		study_open(&y, 2);
		for (int k = 0; k < 4; k++) { /* in another order, with a failure before */
			const int trial = i ? 3 - k : k;
			if (i) {
				const struct trial_end end =
					made_end(TRIAL_FAILED, "the disk was full");
				assert_ok(store_attempt_end(
					y.store, begin(&y, trial, getpid()), &end, &e));
			}
			assert_ok(made_run(y.store, y.sweep, y.environment, &y.made.trials[trial],
				0.5, 0.25 * trial, &attempt, &e));
		}
		struct rows *r = query(y.store, store_named_query("digests"));
		assert_string_equal(r->columns[0], "trial");
		size_t used = 0;
		for (size_t v = 0; v < r->row_count * (size_t)r->column_count; v++)
			used += (size_t)snprintf(texts[i] + used, sizeof(texts[i]) - used,
				"%.8s%lld ", r->values[v].text ? r->values[v].text : "",
				(long long)r->values[v].integer);
		assert_true(used > 500 && used < sizeof(texts[i]));
		rows_free(r);
		store_close(y.store);
	}
	assert_string_equal(texts[0], texts[1]);
}

static void a_trial_is_run_once_at_a_time(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 1);
	const int64_t first = begin(&y, 0, getpid());
	assert_true(first > 0);
	assert_int_equal(begin(&y, 0, getpid()), 0);
	assert_true(begin(&y, 1, getpid()) > first);
	const struct trial_end end = made_end(TRIAL_INTERRUPTED, "stopped");
	assert_ok(store_attempt_end(y.store, first, &end, &e));
	assert_true(begin(&y, 0, getpid()) > first);
	struct err e = { 0 };
	int64_t attempt;
	assert_int_equal(store_attempt_begin(y.store, y.sweep, "no such trial", y.environment,
				 getpid(), &attempt, &e),
		-1);
	store_close(y.store);
}

static void nothing_is_added_to_an_attempt_that_has_ended(void **state)
{
	(void)state;
	struct study y;
	struct err why = { 0 };
	study_open(&y, 1);
	const int64_t attempt = begin(&y, 0, getpid());
	const struct trial_end end =
		made_end(TRIAL_DIVERGED, "phase dual, epoch 0, step 17: loss is not finite");
	const struct epoch_result epoch = made_epoch(0);
	const struct phase_result phase = made_phase(0, -1, 0.5);
	assert_ok(store_attempt_end(y.store, attempt, &end, &e));
	assert_int_equal(store_epoch(y.store, attempt, &epoch, &why), -1);
	assert_non_null(strstr(why.text, "not running"));
	assert_int_equal(store_phase(y.store, attempt, &phase, &why), -1);
	assert_int_equal(store_attempt_end(y.store, attempt, &end, &why), -1);
	assert_int_equal(store_heartbeat(y.store, attempt, &why), -1);
	assert_string_equal(ask(y.store, "SELECT count(*) FROM metrics"), "0");
	assert_string_equal(
		ask(y.store, "SELECT state || ' ' || error || ' ' || settled FROM failures"),
		"diverged phase dual, epoch 0, step 17: loss is not finite 0");
	assert_string_equal(
		ask(y.store, "SELECT state || ' ' || attempts FROM runs WHERE position = 0"),
		"diverged 1");
	store_close(y.store);
}

static void an_attempt_without_a_phase_cannot_be_done(void **state)
{
	(void)state;
	struct study y;
	struct err e = { 0 };
	study_open(&y, 1);
	const int64_t attempt = begin(&y, 0, getpid());
	const struct trial_end end = made_end(TRIAL_DONE, "");
	assert_int_equal(store_attempt_end(y.store, attempt, &end, &e), -1);
	assert_string_equal(ask(y.store, "SELECT state FROM attempts"), "running");
	store_close(y.store);
}

static void of_several_attempts_the_latest_done_one_counts_and_all_stay(void **state)
{
	(void)state;
	struct study y;
	int64_t attempt;
	study_open(&y, 1);
	const struct trial_end failed = made_end(TRIAL_FAILED, "lost");
	assert_ok(made_run(
		y.store, y.sweep, y.environment, &y.made.trials[0], 0.1, 0.1, &attempt, &e));
	assert_ok(made_run(
		y.store, y.sweep, y.environment, &y.made.trials[0], 0.5, 0.5, &attempt, &e));
	assert_ok(store_attempt_end(y.store, begin(&y, 0, getpid()), &failed, &e));
	assert_string_equal(
		ask(y.store, "SELECT count(*) || ' ' || test_accuracy FROM accuracy"), "1 0.5");
	assert_string_equal(ask(y.store, "SELECT count(*) FROM phases"), "3");
	assert_string_equal(
		ask(y.store, "SELECT state || ' ' || attempts FROM runs WHERE position = 0"),
		"done 3");
	assert_string_equal(ask(y.store, "SELECT error || settled FROM failures"), "lost1");
	assert_string_equal(ask(y.store, "SELECT count(*) FROM attempts"), "3");
	store_close(y.store);
}

static void numbers_that_are_not_finite_come_back(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 1);
	const int64_t attempt = begin(&y, 0, getpid());
	struct epoch_result epoch = made_epoch(0);
	epoch.train_loss[0] = NAN;
	epoch.val_loss[0] = INFINITY;
	epoch.val_loss[1] = -INFINITY;
	epoch.val_accuracy[1] = 0.1 + 0.2;
	assert_ok(store_epoch(y.store, attempt, &epoch, &e));
	assert_string_equal(ask(y.store, "SELECT nonfinite FROM metrics WHERE output = 0"),
		"{\"train_loss\":\"nan\",\"val_loss\":\"inf\"}");
	assert_string_equal(ask(y.store, "SELECT nonfinite FROM metrics WHERE output = 1"),
		"{\"val_loss\":\"-inf\"}");
	assert_string_equal(ask(y.store,
				    "SELECT typeof(train_loss) || typeof(train_accuracy) FROM "
				    "metrics WHERE output = 0"),
		"nullreal");
	assert_string_equal(ask(y.store, "SELECT val_loss FROM metrics WHERE output = 0"), "inf");
	assert_string_equal(ask(y.store, "SELECT val_loss FROM metrics WHERE output = 1"), "-inf");
	assert_string_equal(ask(y.store, "SELECT val_accuracy FROM metrics WHERE output = 1"),
		"0.30000000000000004");

	const struct phase_result one = made_phase(1, 0, 0.5);
	struct phase_result two = made_phase(1, 1, 0.5);
	two.test_loss[0] = NAN;
	const struct trial_end end = made_end(TRIAL_DONE, "");
	assert_ok(store_phase(y.store, attempt, &one, &e));
	assert_ok(store_phase(y.store, attempt, &two, &e));
	assert_ok(store_attempt_end(y.store, attempt, &end, &e));
	/* The mean of 0.3 and NaN is NaN, not 0.3. */
	assert_string_equal(ask(y.store,
				    "SELECT typeof(test_loss) || ' ' || nonfinite || ' ' || "
				    "val_loss FROM accuracy"),
		"null {\"test_loss\":\"nan\"} 0.25");
	assert_string_equal(ask(y.store, "SELECT nonfinite_1 FROM phases WHERE fold = 1"),
		"{\"test_loss\":\"nan\"}");
	assert_string_equal(ask(y.store,
				    "SELECT count(*) FROM metrics WHERE nonfinite IS NOT NULL AND "
				    "NOT json_valid(nonfinite)"),
		"0");
	store_close(y.store);
}

static void a_group_is_kept_whole_or_not_at_all(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 1);
	const int64_t attempt = begin(&y, 0, getpid());
	for (int keep = 0; keep < 2; keep++) {
		assert_ok(store_group_begin(y.store, &e));
		for (int i = 0; i < 5; i++) {
			const struct epoch_result epoch = made_epoch(i);
			assert_ok(store_epoch(y.store, attempt, &epoch, &e));
		}
		assert_ok(store_group_end(y.store, keep, &e));
		assert_string_equal(
			ask(y.store, "SELECT count(*) FROM metrics"), keep ? "10" : "0");
	}
	store_close(y.store);
}

/* ---- leases ---- */

static int exit_at_once(void)
{
	return 0;
}

static void only_attempts_whose_process_is_gone_are_reclaimed(void **state)
{
	(void)state;
	struct study y;
	study_open(&y, 3);
	int64_t attempts[6];
	const pid_t dead = fork_child();
	if (dead == 0)
		_exit(exit_at_once());
	assert_int_equal(waitpid(dead, NULL, 0), dead);
	const pid_t zombie = fork_child();
	if (zombie == 0)
		_exit(exit_at_once());
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)zombie, &info, WEXITED | WNOWAIT),
		0); /* it has ended; nobody has been told */
	for (int i = 0; i < 6; i++)
		attempts[i] = begin(&y, i, i == 0 ? dead : i == 1 ? zombie : getpid());
	const struct epoch_result epoch = made_epoch(0);
	assert_ok(store_epoch(y.store, attempts[0], &epoch, &e));
	store_close(y.store);
	execute_raw(
		"UPDATE attempts SET boot = 'before the restart' WHERE id = 3;"
		"UPDATE attempts SET pid_start = pid_start + 1 WHERE id = 4;" /* the number was
										 given to another
										 process */
		"UPDATE attempts SET host = 'another machine' WHERE id = 5;"
		"UPDATE attempts SET host = 'another machine', heartbeat = "
		"'2020-01-01T00:00:00.000Z' WHERE id = 6;");
	y.store = open_store(STORE_WRITE);
	assert_ok(store_reclaim(y.store, &e));
	assert_string_equal(ask(y.store,
				    "SELECT group_concat(id || state, ' ') FROM (SELECT * FROM "
				    "attempts ORDER BY id)"),
		"1interrupted 2interrupted 3interrupted 4interrupted 5running 6interrupted");
	assert_string_equal(ask(y.store, "SELECT count(*) FROM metrics"), "2");
	assert_true(begin(&y, 0, getpid()) > attempts[5]);
	assert_ok(store_reclaim(y.store, &e));
	assert_string_equal(ask(y.store,
				    "SELECT group_concat(trial) FROM (SELECT trial FROM attempts "
				    "WHERE state = 'running' ORDER BY id)"),
		"5,1");
	assert_int_equal(waitpid(zombie, NULL, 0), zombie);
	store_close(y.store);
}

static int write_until_killed(void)
{
	struct study y;
	study_open(&y, 1);
	const int64_t attempt = begin(&y, 0, getpid());
	for (int i = 0; i < 10; i++) {
		const struct epoch_result epoch = made_epoch(i);
		assert_ok(store_epoch(y.store, attempt, &epoch, &e));
	}
	raise(SIGKILL);
	return 0;
}

static void what_was_stored_survives_the_death_of_the_writer(void **state)
{
	(void)state;
	assert_int_equal(in_child(write_until_killed), -SIGKILL);
	struct store *s = open_store(STORE_READ);
	assert_string_equal(ask(s, "SELECT count(*) FROM metrics"), "20");
	store_close(s);
	s = open_store(STORE_WRITE);
	assert_string_equal(ask(s, "PRAGMA integrity_check"), "ok");
	assert_ok(store_reclaim(s, &e));
	assert_string_equal(ask(s, "SELECT state FROM runs WHERE position = 0"), "interrupted");
	store_close(s);
}

static int write_a_share(int share)
{
	struct study y;
	int64_t attempt;
	study_open(&y, 4);
	for (int i = share; i < 8; i += 2)
		assert_ok(made_run(y.store, y.sweep, y.environment, &y.made.trials[i], 0.5, 0.5,
			&attempt, &e));
	store_close(y.store);
	return 0;
}

static void two_processes_write_at_once_and_nothing_is_lost(void **state)
{
	(void)state;
	for (int share = 0; share < 2; share++)
		if (fork_child() == 0)
			_exit(write_a_share(share));
	int status, good = 0;
	while (wait(&status) > 0)
		good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	assert_int_equal(good, 2);
	struct store *s = open_store(STORE_READ);
	assert_string_equal(ask(s, "SELECT done || ' of ' || trials FROM status"), "8 of 8");
	assert_string_equal(ask(s, "PRAGMA integrity_check"), "ok");
	store_close(s);
}

static int write_until_full(void)
{
	struct study y;
	struct err why = { 0 };
	int64_t attempt;
	study_open(&y, 2);
	assert_ok(made_run(
		y.store, y.sweep, y.environment, &y.made.trials[0], 0.5, 0.5, &attempt, &e));
	const struct rlimit limit = { 400000, 400000 };
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 9;
	attempt = begin(&y, 1, getpid());
	for (int i = 0; i < 10000; i++) {
		const struct epoch_result epoch = made_epoch(i);
		if (store_epoch(y.store, attempt, &epoch, &why) == 0)
			continue;
		return why.kind == ERR_ENVIRONMENT && strstr(why.text, "full") ? 0 : 8;
	}
	return 7;
}

static void a_full_disk_is_said_and_what_was_stored_stays(void **state)
{
	(void)state;
	assert_int_equal(in_child(write_until_full), 0);
	struct store *s = open_store(STORE_WRITE);
	assert_string_equal(ask(s, "PRAGMA integrity_check"), "ok");
	assert_string_equal(ask(s, "SELECT test_accuracy FROM accuracy"), "0.5");
	assert_true(atoi(ask(s, "SELECT count(*) FROM metrics")) > 20);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_first_open_makes_folder_file_and_schema, new_database),
		cmocka_unit_test_setup(
			every_table_view_and_column_is_explained_in_the_schema, new_database),
		cmocka_unit_test_setup(
			a_missing_empty_or_other_file_is_refused_and_not_touched, new_database),
		cmocka_unit_test_setup(an_empty_file_becomes_a_database_when_written, new_database),
		cmocka_unit_test_setup(a_newer_schema_is_refused_politely, new_database),
		cmocka_unit_test_setup(paths_mean_files_and_nothing_else, new_database),
		cmocka_unit_test_setup(
			a_database_in_a_read_only_folder_can_be_read_but_not_written, new_database),
		cmocka_unit_test_setup(
			network_file_systems_are_known_by_name_and_local_ones_are_not,
			new_database),
		cmocka_unit_test_setup(
			thirty_two_first_starts_at_once_leave_one_good_schema, new_database),
		cmocka_unit_test_setup(
			a_frozen_plan_has_its_text_trials_labels_and_claims, new_database),
		cmocka_unit_test_setup(
			freezing_again_replaces_the_plan_and_keeps_the_results, new_database),
		cmocka_unit_test_setup(
			a_trial_may_stand_in_two_sweeps_and_twice_in_one, new_database),
		cmocka_unit_test_setup(a_skipped_trial_says_why_until_it_is_cleared, new_database),
		cmocka_unit_test_setup(
			an_attempt_runs_from_begin_to_done_and_the_views_show_it, new_database),
		cmocka_unit_test_setup(digests_depend_on_nothing_but_the_trial, new_database),
		cmocka_unit_test_setup(a_trial_is_run_once_at_a_time, new_database),
		cmocka_unit_test_setup(nothing_is_added_to_an_attempt_that_has_ended, new_database),
		cmocka_unit_test_setup(an_attempt_without_a_phase_cannot_be_done, new_database),
		cmocka_unit_test_setup(
			of_several_attempts_the_latest_done_one_counts_and_all_stay, new_database),
		cmocka_unit_test_setup(numbers_that_are_not_finite_come_back, new_database),
		cmocka_unit_test_setup(a_group_is_kept_whole_or_not_at_all, new_database),
		cmocka_unit_test_setup(
			only_attempts_whose_process_is_gone_are_reclaimed, new_database),
		cmocka_unit_test_setup(
			what_was_stored_survives_the_death_of_the_writer, new_database),
		cmocka_unit_test_setup(
			two_processes_write_at_once_and_nothing_is_lost, new_database),
		cmocka_unit_test_setup(a_full_disk_is_said_and_what_was_stored_stays, new_database),
	};
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}

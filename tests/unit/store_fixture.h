/* store_fixture.h - for tests of the store: a scratch folder, a new database for every test, and
 * short words for what is done with it. A test program includes cmocka.h and this. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "harness/base/file.h"
#include "harness/store/attempts.h"
#include "harness/store/open.h"
#include "harness/store/read.h"
#include "harness/store/sweeps.h"
#include "made_store.h"
#include "scratch.h"

static char database[128]; /* a new path for every test */

static inline int new_database(void **state)
{
	static int number;
	(void)state;
	snprintf(database, sizeof(database), "%s/%d/results/a.db", scratch, ++number);
	return 0;
}

/* ---- helpers ---- */

static bool is_child; /* a child must end where a test fails: cmocka would go on with the next test
			 in it */

static inline void give_up(const char *what, const char *why)
{
	if (!is_child)
		fail_msg("%s: %s", what, why);
	fprintf(stderr, "# in a child: %s: %s\n", what, why);
	_exit(99);
}

#define assert_ok(call)                         \
	do {                                    \
		struct err e = { 0 };           \
		if ((call) != 0)                \
			give_up(#call, e.text); \
	} while (0)

/* fork, with the signals of a program that nobody tests. */
static inline pid_t fork_child(void)
{
	const pid_t child = fork();
	if (child != 0)
		return child;
	is_child = true;
	for (int number = 1; number < 32; number++)
		signal(number, SIG_DFL);
	return 0;
}

static inline struct store *open_store(enum store_mode mode)
{
	struct store *s = NULL;
	assert_ok(store_open(database, mode, &e, &s));
	return s;
}

static inline struct rows *query(struct store *s, const char *sql)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	if (store_query(s, sql, NULL, &e, &rows))
		fail_msg("%s: %s", sql, e.text);
	return rows;
}

/* The first value of an answer, as text; "(none)" for no row. Valid until the next call but seven.
 */
static inline const char *ask(struct store *s, const char *sql)
{
	static char texts[8][4096];
	static int next;
	char *text = texts[next++ % 8];
	struct rows *rows = query(s, sql);
	const struct value *v = rows->values;
	if (rows->row_count == 0)
		snprintf(text, sizeof(texts[0]), "(none)");
	else if (v->kind == VALUE_NULL)
		snprintf(text, sizeof(texts[0]), "(null)");
	else if (v->kind == VALUE_INTEGER)
		snprintf(text, sizeof(texts[0]), "%lld", (long long)v->integer);
	else if (v->kind == VALUE_REAL)
		snprintf(text, sizeof(texts[0]), "%.17g", v->real);
	else
		snprintf(text, sizeof(texts[0]), "%s", v->text);
	rows_free(rows);
	return text;
}

/* Make the database with sqlite3 itself. */
static inline void execute_raw(const char *sql)
{
	sqlite3 *db;
	char *message = NULL;
	char *slash = strrchr(database, '/');
	*slash = '\0';
	assert_ok(file_make_folder(database, &e));
	*slash = '/';
	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

/* A store with a frozen plan of that many seeds and an environment. */
struct study {
	struct store *store;
	struct made_sweep made;
	int64_t sweep, environment;
};

static inline void study_open(struct study *y, int seeds)
{
	y->store = open_store(STORE_WRITE);
	made_init(&y->made, "paper", seeds);
	assert_ok(store_environment(
		y->store, "cpu\tSome CPU\ncompiler\tgcc 12\n", &y->environment, &e));
	assert_ok(store_sweep(y->store, &y->made.sweep, &y->sweep, &e));
}

static inline int64_t begin(struct study *y, int trial, long pid)
{
	int64_t attempt = -1;
	assert_ok(store_attempt_begin(y->store, y->sweep, y->made.trials[trial].identity,
		y->environment, pid, &attempt, &e));
	return attempt;
}

#endif

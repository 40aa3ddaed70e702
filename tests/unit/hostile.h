/* hostile.h - everything that the program does with a database, done to one that may be damaged or
 * made with bad intentions. Used by the unit test (some hundred fixed damages) and by the fuzz
 * target. Errors are fine; a crash, a hang or a message without text are not. */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include <stdlib.h>

#include <sqlite3.h>

#include "harness/base/file.h"
#include "harness/report/runs.h"
#include "harness/report/show.h"
#include "harness/report/sql_statistics.h"
#include "harness/store/attempts.h"
#include "harness/store/merge.h"
#include "harness/store/open.h"
#include "harness/store/read.h"
#include "harness/store/remarks.h"
#include "harness/store/store_internal.h"
#include "harness/store/sweeps.h"
#include "made_store.h"

enum {
	HOSTILE_STEPS = 20000
}; /* virtual machine operations, in thousands, after which a query has hung */

struct hostile {
	char path[128], into[128]; /* files that may be overwritten */
	int gave_up;               /* queries that had to be stopped */
	int opened;                /* how often the database was good enough to be opened */
};

static inline int hostile_tick(void *context)
{
	int *left = context;
	return --*left < 0;
}

/* An error must say something. */
static inline void hostile_check(int result, const struct err *e)
{
	if (result && (e->kind == ERR_NONE || !e->text[0]))
		abort();
}

static inline void hostile_ask(struct hostile *h, struct store *s, const char *sql)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	int left = HOSTILE_STEPS;
	sqlite3_progress_handler(s->db, 1000, hostile_tick, &left);
	const int result = store_query(s, sql, NULL, &e, &rows);
	h->gave_up += left < 0;
	hostile_check(result, &e);
	rows_free(rows);
}

/* ---- reading: questions by number, so that the fuzz target can ask one of them ---- */

static const char *const hostile_questions[] = {
	"SELECT sd(test_accuracy), t_low(test_loss) FROM accuracy GROUP BY recipe",
	"SELECT * FROM predictions", "SELECT * FROM weights", "SELECT * FROM latency",
	"SELECT * FROM model_files", "SELECT sql FROM sqlite_schema"
};
enum { HOSTILE_QUESTIONS = sizeof(hostile_questions) / sizeof(hostile_questions[0]) };

static inline void hostile_runs(struct hostile *h, struct store *s)
{
	struct err e = { 0 };
	struct rows *rows = NULL;
	int left = HOSTILE_STEPS;
	const char *const condition[] = { "tag!=none" };
	const struct runs_query q = { .conditions = condition,
		.condition_count = 1,
		.sort = "-test_accuracy,batch_size",
		.columns = "all",
		.limit = 5 };
	sqlite3_progress_handler(s->db, 1000, hostile_tick, &left);
	hostile_check(runs_read(s, &q, &e, &rows), &e);
	h->gave_up += left < 0;
	rows_free(rows);
}

static inline void hostile_show(struct hostile *h, struct store *s)
{
	struct err e = { 0 };
	struct str text = { 0 };
	char identity[DIGEST_TEXT];
	int left = HOSTILE_STEPS;
	const struct trial t = made_trial("paper-notebook", 1);
	sqlite3_progress_handler(s->db, 1000, hostile_tick, &left);
	if (show_find(s, t.identity, identity, &e) == 0)
		hostile_check(show_trial(s, identity, true, &text, &e), &e);
	h->gave_up += left < 0;
	str_free(&text);
}

/* How many things there are to read. */
static inline size_t hostile_readings(void)
{
	size_t count;
	store_named_queries(&count);
	return count + HOSTILE_QUESTIONS + 2;
}

/* Read one of them. */
static inline void hostile_read_one(struct hostile *h, struct store *s, size_t which)
{
	size_t count;
	const char *const *names = store_named_queries(&count);
	if (which < count)
		hostile_ask(h, s, store_named_query(names[which]));
	else if (which < count + HOSTILE_QUESTIONS)
		hostile_ask(h, s, hostile_questions[which - count]);
	else if (which == count + HOSTILE_QUESTIONS)
		hostile_runs(h, s);
	else
		hostile_show(h, s);
}

/* Open the file and read what is asked for. */
static inline void hostile_read_some(struct hostile *h, size_t first, size_t end)
{
	struct err e = { 0 };
	struct store *s = NULL;
	const int result = store_open(h->path, STORE_READ, &e, &s);
	hostile_check(result, &e);
	if (result)
		return;
	h->opened++;
	hostile_check(sql_statistics_add(s, &e), &e);
	for (; first < end; first++)
		hostile_read_one(h, s, first);
	store_close(s);
}

static inline void hostile_read(struct hostile *h)
{
	hostile_read_some(h, 0, hostile_readings());
}

/* ---- writing ---- */

/* Everything that is written to a database. */
static inline void hostile_write_all(struct store *s, const struct made_sweep *made)
{
	struct err e = { 0 };
	int64_t sweep, environment, attempt;
	int left = 5 * HOSTILE_STEPS;
	sqlite3_progress_handler(s->db, 1000, hostile_tick, &left);
	int result = store_reclaim(s, &e);
	if (result == 0)
		result = store_environment(s, "cpu\tanother\n", &environment, &e);
	if (result == 0)
		result = store_sweep(s, &made->sweep, &sweep, &e);
	if (result == 0)
		result = store_skip(s, sweep, made->trials[0].identity, "why not", &e);
	if (result == 0)
		result = made_run(s, sweep, environment, &made->trials[2], 0.5, 0.5, &attempt, &e);
	size_t rows;
	bool changed;
	for (int i = 0; i < 2 && result == 0; i++) {
		result = store_tag(s, made->trials[i].identity, "new", true, &changed, &e)
				|| store_note(s, made->trials[i].identity, "new", &e)
				|| store_delete(s, made->trials[i].identity, &rows, &e)
			? -1
			: 0;
	}
	for (int what = 0; what < STORE_PURGES && result == 0; what++)
		result = store_purge(s, (enum store_purge)what, true, &rows, &e);
	hostile_check(result, &e);
}

static inline void hostile_write(struct hostile *h)
{
	struct err e = { 0 };
	struct store *s = NULL;
	const int result = store_open(h->path, STORE_WRITE, &e, &s);
	hostile_check(result, &e);
	if (result)
		return;
	struct made_sweep *made = malloc(sizeof(*made));
	if (!made)
		abort();
	made_init(made, "paper", 2);
	hostile_write_all(s, made);
	store_close(s);
	free(made);
}

static inline void hostile_merge(struct hostile *h)
{
	struct err e = { 0 };
	struct store *s = NULL;
	const char *const paths[] = { h->path };
	struct merge_counts counts[1];
	struct rows *conflicts = NULL;
	unlink(h->into);
	if (store_open(h->into, STORE_WRITE, &e, &s))
		abort();
	hostile_check(store_merge(s, paths, 1, counts, &e, &conflicts), &e);
	rows_free(conflicts);
	store_close(s);
}

/* Do everything to these bytes. */
static inline void hostile_try(struct hostile *h, const void *bytes, size_t count)
{
	static const char *const beside[] = { "-wal", "-shm", "-journal", ".schema-1" };
	struct err e = { 0 };
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		char name[160];
		snprintf(name, sizeof(name), "%s%s", h->path, beside[i]);
		unlink(name);
	}
	if (file_write(h->path, bytes, count, &e))
		abort();
	hostile_read(h);
	hostile_merge(h);
	hostile_write(h);
	hostile_read(h);
}

/* A good database to be damaged: two sweeps, done trials, a failed one, a running one. The bytes
 * are the caller's. */
static inline char *hostile_base(const char *path, size_t *count)
{
	struct err e = { 0 };
	struct store *s = NULL;
	struct made_sweep *made = malloc(sizeof(*made));
	int64_t sweep, environment, attempt;
	char *bytes = NULL;
	if (!made)
		abort();
	made_init(made, "paper", 2);
	const struct trial_end failed = made_end(TRIAL_FAILED, "lost");
	int bad = store_open(path, STORE_WRITE, &e, &s)
		|| store_environment(s, "cpu\tany\n", &environment, &e)
		|| store_sweep(s, &made->sweep, &sweep, &e);
	for (int i = 0; i < 2 && !bad; i++)
		bad = made_run(s, sweep, environment, &made->trials[i], 0.5, 0.75, &attempt, &e);
	bad = bad
		|| store_attempt_begin(s, sweep, made->trials[2].identity, environment,
			(long)getpid(), &attempt, &e)
		|| store_attempt_end(s, attempt, &failed, &e)
		|| store_attempt_begin(
			s, sweep, made->trials[3].identity, environment, 1 << 30, &attempt, &e);
	static const char additions[] =
		"INSERT INTO weights SELECT attempt, phase, fold, zeroblob(600) FROM "
		"phase_results WHERE phase = 1;"
		"INSERT INTO robustness SELECT attempt, phase, fold, output, 'rotation', 10, 4, "
		"0.5 FROM scores;"
		"INSERT INTO model_files SELECT attempt, fold, 'onnx', 60000, weights_digest, 0.5 "
		"FROM phase_results WHERE phase = 1;"
		"INSERT INTO latencies (attempt, environment, measured_at, kernels, number_format, "
		"batch, samples, p50, p90, p99, min, images_per_second, histogram)"
		" SELECT attempt, 1, '2026-01-02T03:04:05.678Z', 'plain', 'fp32', 1, 3, 1e-6, "
		"2e-6, 3e-6, 1e-6, 1e6, '[[1e-6, 3]]' FROM results;"
		"INSERT INTO tags SELECT id, 'best' FROM trials; INSERT INTO notes (trial, "
		"written_at, text) SELECT id, '2026-01-02T03:04:05.678Z', 'a note' FROM trials";
	bad = bad || store_execute(s, additions, &e);
	store_close(s);
	if (bad || file_read(path, 1 << 24, &bytes, count, &e)) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	free(made);
	return bytes;
}

#endif

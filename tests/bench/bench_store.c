/* bench_store.c - how fast the results database takes a large synthetic study, answers questions
 * about it, and is merged.
 *
 *   bench-store TRIALS EPOCHS DATABASE FILE.json      epochs of one output each; the database is
 * made anew and removed
 *
 * Writing is compared with a loop over one bare prepared INSERT into the same table, with the same
 * journal and the same transactions, in the same run: absolute rates depend on the disk, ratios do
 * not. Questions are asked, and answered as CSV, as `retrial query` does it; their CPU time counts,
 * which is the time of a machine with nothing else to do. Ten shards of a hundredth of the study
 * each are merged one by one into empty databases, and all into one: the ratio of the CPU times is
 * 1 when merging is linear. Returns 1 when the writer takes more than twice the bare loop's time, a
 * question more than a second (10 us a row when all 200,000 phases are asked for), or merging ten
 * more than 1.5 times what it should. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

#include "harness/base/file.h"
#include "harness/report/format.h"
#include "harness/store/attempts.h"
#include "harness/store/merge.h"
#include "harness/store/read.h"
#include "harness/store/sweeps.h"
#include "store_study.h"

enum { GROUP = 10, PART_ROWS = 1000, SHARDS = 10 };

static json_t *results; /* an object a measurement */

static double seconds_of(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

static void fail(const struct err *e)
{
	fprintf(stderr, "bench-store: %s\n", e->text);
	exit(3);
}

/* ---- the bare loop ---- */

struct bare {
	sqlite3 *db;
	sqlite3_stmt *begin, *commit, *insert;
};

static void bare_prepare(struct bare *b, const char *sql, sqlite3_stmt **out)
{
	if (sqlite3_prepare_v2(b->db, sql, -1, out, NULL) == SQLITE_OK)
		return;
	fprintf(stderr, "bench-store: %s\n", sqlite3_errmsg(b->db));
	exit(3);
}

/* The table of metrics alone, as the schema has it. */
static void bare_open(struct bare *b, const char *path)
{
	unlink(path);
	if (sqlite3_open(path, &b->db) != SQLITE_OK
		|| sqlite3_exec(b->db,
			   "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE "
			   "metrics"
			   " (attempt INTEGER NOT NULL, phase INTEGER NOT NULL,"
			   " fold INTEGER NOT NULL, epoch INTEGER NOT NULL, output INTEGER NOT "
			   "NULL, train_loss REAL,"
			   " train_accuracy REAL, val_loss REAL, val_accuracy REAL,"
			   " seconds REAL, images_per_second REAL, nonfinite TEXT, PRIMARY KEY "
			   "(attempt, phase, fold,"
			   " epoch, output)) STRICT, WITHOUT ROWID",
			   NULL, NULL, NULL)
			!= SQLITE_OK)
		exit(3);
	bare_prepare(b, "BEGIN IMMEDIATE", &b->begin);
	bare_prepare(b, "COMMIT", &b->commit);
	bare_prepare(b, "INSERT INTO metrics VALUES (?, 0, ?, ?, 0, ?, ?, ?, ?, ?, ?, NULL)",
		&b->insert);
}

static void bare_step(sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		exit(3);
	sqlite3_reset(statement);
}

/* Insert the epochs of trials [first, last); a transaction an epoch, or GROUP trials. Returns the
 * seconds. */
static double bare_run(struct bare *b, size_t first, size_t last, int epochs, bool each_epoch)
{
	const double start = now();
	for (size_t trial = first; trial < last; trial++) {
		if (!each_epoch && (trial - first) % GROUP == 0)
			bare_step(b->begin);
		for (int i = 0; i < epochs; i++) {
			const struct epoch_result r = epoch_of(trial, i % FOLDS, i / FOLDS);
			const bool last_epoch =
				i + 1 == epochs; /* at which the writer waits for the disk */
			if (each_epoch && last_epoch)
				sqlite3_exec(b->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
			if (each_epoch)
				bare_step(b->begin);
			sqlite3_bind_int64(b->insert, 1, (sqlite3_int64)trial + 1);
			sqlite3_bind_int(b->insert, 2, r.fold);
			sqlite3_bind_int(b->insert, 3, r.epoch);
			sqlite3_bind_double(b->insert, 4, r.train_loss[0]);
			sqlite3_bind_double(b->insert, 5, r.train_accuracy[0]);
			sqlite3_bind_double(b->insert, 6, r.val_loss[0]);
			sqlite3_bind_double(b->insert, 7, r.val_accuracy[0]);
			sqlite3_bind_double(b->insert, 8, r.seconds);
			sqlite3_bind_double(b->insert, 9, r.images_per_second);
			bare_step(b->insert);
			if (each_epoch)
				bare_step(b->commit);
			if (each_epoch && last_epoch)
				sqlite3_exec(
					b->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
		}
		if (!each_epoch && ((trial - first) % GROUP == GROUP - 1 || trial == last - 1))
			bare_step(b->commit);
	}
	return now() - start;
}

/* ---- the writer ---- */

/* Write trials [first, last), everything that belongs to them. Returns the seconds. */
static double writer_run(
	const struct writer *w, size_t first, size_t last, int epochs, bool each_epoch)
{
	struct err e = { 0 };
	const double start = now();
	for (size_t trial = first; trial < last; trial++) {
		if (!each_epoch && (trial - first) % GROUP == 0 && store_group_begin(w->store, &e))
			fail(&e);
		if (write_trial(w, trial, epochs, &e))
			fail(&e);
		if (!each_epoch && ((trial - first) % GROUP == GROUP - 1 || trial == last - 1)
			&& store_group_end(w->store, true, &e))
			fail(&e);
	}
	return now() - start;
}

/* In turns, so that both meet the same disk and the same neighbours. Returns how many times the
 * bare loop's time the writer took. */
static double compare(const struct writer *w, struct bare *b, size_t first, size_t last, int epochs,
	bool each_epoch)
{
	enum { TURNS = 20 };
	double ours = 0, bare = 0;
	for (size_t turn = 0; turn < TURNS; turn++) {
		const size_t from = first + (last - first) * turn / TURNS,
			     to = first + (last - first) * (turn + 1) / TURNS;
		bare += bare_run(b, from, to, epochs, each_epoch);
		ours += writer_run(w, from, to, epochs, each_epoch);
	}
	const double rows = (double)(last - first) * epochs;
	const char *transaction = each_epoch ? "an epoch" : "10 trials";
	printf("a transaction %-10s writer %8.0f rows/s   bare loop %8.0f rows/s   ratio %.2f\n",
		transaction, rows / ours, rows / bare, ours / bare);
	json_array_append_new(results,
		json_pack("{s:s, s:s, s:f, s:f, s:f}", "task", "write", "transaction", transaction,
			"rows_per_second", rows / ours, "bare_rows_per_second", rows / bare,
			"ratio", ours / bare));
	return ours / bare;
}

/* ---- the questions ---- */

struct answer {
	struct str text;
	size_t rows;
};

static int take_part(void *context, const struct rows *part, bool first, bool last, struct err *e)
{
	struct answer *a = context;
	(void)e;
	str_clear(&a->text); /* where the program writes it */
	format_part(part, FORMAT_CSV, first, last, &a->text);
	a->rows += part->row_count;
	return 0;
}

/* Is its CPU time over a second, or, of an answer of more than 100,000 rows, over 10 us a row? */
static bool question(
	struct store *s, const char *name, const char *sql, const char *const *parameters)
{
	struct err e = { 0 };
	struct answer answer = { 0 };
	const double start = now(), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	if (store_query_parts(s, sql, parameters, PART_ROWS, take_part, &answer, &e))
		fail(&e);
	const double used = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu, wall = now() - start;
	printf("%-30s %7zu rows  CPU %7.3f s  (%.3f s)\n", name, answer.rows, used, wall);
	json_array_append_new(results,
		json_pack("{s:s, s:s, s:i, s:f, s:f}", "task", "question", "name", name, "rows",
			(int)answer.rows, "cpu_seconds", used, "seconds", wall));
	str_free(&answer.text);
	return used > 1 && used > 1e-5 * (double)answer.rows;
}

static int ask_all(struct store *s)
{
	static const struct {
		const char *name, *sql, *parameters[3];
	} questions[] = {
		{ "status", NULL, { NULL } },
		{ "runs", NULL, { NULL } },
		{ "failures", NULL, { NULL } },
		{ "accuracy", NULL, { NULL } },
		{ "accuracy dataset=mnist", NULL, { "dataset", "mnist" } },
		{ "claims", NULL, { NULL } },
		{ "models", NULL, { NULL } },
		{ "a paper table (mean a row)",
			"SELECT dataset, recipe, count(*), avg(test_accuracy),"
			" min(test_accuracy), max(test_accuracy) FROM accuracy"
			" WHERE sweep = :sweep GROUP BY dataset, recipe",
			{ "sweep", "bench" } },
		{ "epochs of one trial",
			"SELECT * FROM epochs WHERE trial = (SELECT max(identity) FROM trials)",
			{ NULL } },
		{ "phases of one trial",
			"SELECT * FROM phases WHERE trial = (SELECT max(identity) FROM trials)",
			{ NULL } },
		{ "digests", NULL, { NULL } },
		{ "phases", NULL, { NULL } },
	};
	int slow = 0;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		char name[32];
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(questions[i].name, " "),
			questions[i].name);
		const char *sql = questions[i].sql ? questions[i].sql : store_named_query(name);
		slow += question(s, questions[i].name, sql, questions[i].parameters);
	}
	return slow;
}

/* ---- merging ---- */

/* Part `shard` of the study in a database of its own. */
static void make_shard(
	const struct sweep *whole, const char *path, size_t shard, size_t trials, int epochs)
{
	struct err e = { 0 };
	struct sweep part = *whole;
	struct writer w = { .sweep = &part };
	part.trials += shard * trials;
	part.trial_count = trials;
	unlink(path);
	if (store_open(path, STORE_WRITE, &e, &w.store)
		|| store_environment(w.store, "cpu\tany\n", &w.environment, &e)
		|| store_sweep(w.store, &part, &w.sweep_id, &e))
		fail(&e);
	writer_run(&w, 0, trials, epochs, false);
	store_close(w.store);
}

/* CPU seconds of merging these into an empty database. */
static double merge(const char *into, const char *const *paths, size_t count)
{
	struct err e = { 0 };
	struct store *s;
	struct rows *conflicts;
	struct merge_counts counts[SHARDS];
	unlink(into);
	if (store_open(into, STORE_WRITE, &e, &s))
		fail(&e);
	const double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	if (store_merge(s, paths, count, counts, &e, &conflicts))
		fail(&e);
	const double used = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	rows_free(conflicts);
	store_close(s);
	unlink(into);
	return used;
}

/* Returns how many times the sum of their times ten shards take together. */
static double merge_shards(const struct sweep *whole, const char *path, int epochs)
{
	const size_t trials = whole->trial_count / 100 ? whole->trial_count / 100 : 1;
	struct str paths[SHARDS] = { 0 }, into = { 0 };
	const char *list[SHARDS];
	double alone = 0;
	str_addf(&into, "%s.merged", path);
	for (size_t i = 0; i < SHARDS; i++) {
		str_addf(&paths[i], "%s.shard-%zu", path, i);
		list[i] = paths[i].s;
		make_shard(whole, list[i], i, trials, epochs);
		alone += merge(into.s, &list[i], 1);
	}
	const double together = merge(into.s, list, SHARDS),
		     rows = (double)(SHARDS * trials) * epochs;
	printf("merging ten shards of %zu trials: %.0f metric rows in %.3f s CPU, %.2f times one "
	       "by one\n",
		trials, rows, together, together / alone);
	json_array_append_new(results,
		json_pack("{s:s, s:i, s:i, s:f, s:f, s:f}", "task", "merge", "shards", SHARDS,
			"trials_each", (int)trials, "rows_per_cpu_second", rows / together,
			"cpu_seconds", together, "ratio", together / alone));
	for (size_t i = 0; i < SHARDS; i++) {
		unlink(list[i]);
		str_free(&paths[i]);
	}
	str_free(&into);
	return together / alone;
}

static void report_sizes(const char *path, const char *bare_path, double rows)
{
	struct stat ours, bare;
	if (stat(path, &ours) || stat(bare_path, &bare))
		exit(3);
	printf("%.0f metric rows: %.1f bytes a row in the file of everything, %.1f in the bare "
	       "table's\n",
		rows, (double)ours.st_size / rows, (double)bare.st_size / rows);
	json_array_append_new(results,
		json_pack("{s:s, s:f, s:f, s:f}", "task", "size", "metric_rows", rows,
			"bytes_per_metric_row", (double)ours.st_size / rows,
			"bare_bytes_per_metric_row", (double)bare.st_size / rows));
}

/* Both databases filled. Returns the worse of the two ratios. */
static double fill(const struct sweep *sweep, const char *path, int epochs)
{
	struct err e = { 0 };
	struct writer w = { .sweep = sweep };
	struct bare b;
	struct str bare_path = { 0 };
	const size_t trials = sweep->trial_count,
		     part = trials
		/ 10; /* committing every epoch is slow for both: a tenth shows the ratio */
	unlink(path);
	if (store_open(path, STORE_WRITE, &e, &w.store)
		|| store_environment(w.store, "cpu\tany\n", &w.environment, &e))
		fail(&e);
	str_addf(&bare_path, "%s.bare", path);
	bare_open(&b, bare_path.s);
	const double start = now();
	if (store_sweep(w.store, sweep, &w.sweep_id, &e))
		fail(&e);
	printf("freezing a plan of %zu trials: %.3f s\n", trials, now() - start);
	const double each = compare(&w, &b, 0, part, epochs, true),
		     grouped = compare(&w, &b, part, trials, epochs, false);
	store_close(w.store);
	sqlite3_finalize(b.begin);
	sqlite3_finalize(b.commit);
	sqlite3_finalize(b.insert);
	sqlite3_close(b.db);
	report_sizes(path, bare_path.s, (double)trials * epochs);
	unlink(bare_path.s);
	str_free(&bare_path);
	return each > grouped ? each : grouped;
}

int main(int argc, char **argv)
{
	const size_t trials = argc == 5 ? strtoul(argv[1], NULL, 10) : 0;
	const int epochs = argc == 5 ? atoi(argv[2]) : 0;
	if (trials < 40 || epochs < FOLDS) {
		fprintf(stderr,
			"usage: bench-store TRIALS EPOCHS DATABASE FILE.json (at least 40 trials "
			"of %d epochs)\n",
			FOLDS);
		return 2;
	}
	const char *path = argv[3];
	struct err e = { 0 };
	struct sweep sweep = { 0 };
	struct store *reader;
	results = json_array();
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_sweep(&sweep, trials);
	const double write = fill(&sweep, path, epochs);
	if (store_open(path, STORE_READ, &e, &reader))
		fail(&e);
	const int slow = ask_all(reader);
	store_close(reader);
	const double merged = merge_shards(&sweep, path, epochs);
	unlink(path);
	printf("writer within 2x of the bare loop: %s; slow questions: %d; merging is linear: %s\n",
		write <= 2 ? "yes" : "no", slow, merged <= 1.5 ? "yes" : "no");
	json_t *all = json_pack(
		"{s:i, s:i, s:o}", "trials", (int)trials, "epochs", epochs, "results", results);
	const int status = json_dump_file(all, argv[4], JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(all);
	free(sweep.claims);
	free(sweep.trials);
	return status ? 3 : write > 2 || merged > 1.5 || slow ? 1 : 0;
}

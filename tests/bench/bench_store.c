/* bench_store.c - how fast the results database takes a large synthetic study and answers questions about it.
 *
 *   bench-store [TRIALS [EPOCHS [FILE]]]      default 2000 trials of 100 epochs (one output each); the file is made anew
 *
 * Everything is compared with a loop over one bare prepared INSERT into the same table, with the same journal and the same
 * transactions, in the same run: absolute rates depend on the disk, ratios do not. Prints the ratios and the time of each question.
 * Returns non-zero when the writer takes more than twice the bare loop's time, or a question more than a second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "harness/base/file.h"
#include "harness/plan/identity.h"
#include "harness/report/format.h"
#include "harness/store/store.h"

enum { SEEDS = 10, FOLDS = 2, GROUP = 10 };

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

/* ---- the study ----------------------------------------------------------------------------------------------------------- */

static const struct phase_config phases[1] = {
	{ .kind = PHASE_KFOLD, .epochs = 50, .folds = FOLDS, .optimizer = { .kind = OPTIMIZER_SGD, .lr = 0.001 } },
};

static void add_label(struct trial *t, const char *name, const char *value)
{
	struct label *l = &t->labels[t->label_count++];
	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->value, sizeof(l->value), "%s", value);
}

static void make_sweep(struct sweep *s, size_t trials)
{
	static const char *const datasets[] = { "mnist", "fashion-mnist", "cifar10" };
	snprintf(s->name, sizeof(s->name), "bench");
	snprintf(s->digest, sizeof(s->digest), "%064d", 0);
	s->text = (char *)"";
	s->seed_count = SEEDS;
	s->trial_count = trials;
	s->trials = calloc(trials, sizeof(*s->trials));
	if (!s->trials) abort();
	for (size_t i = 0; i < trials; i++) {
		struct trial *t = &s->trials[i];
		char recipe[32];
		snprintf(t->dataset, sizeof(t->dataset), "%s", datasets[i / SEEDS % 3]);
		snprintf(t->model, sizeof(t->model), "lightweight");
		snprintf(recipe, sizeof(recipe), "recipe-%zu", i / SEEDS / 3);
		t->seed = 1 + i % SEEDS;
		t->batch_size = (int)(1 + i / SEEDS / 3); /* makes configurations differ */
		t->phases = phases;
		t->phase_count = 1;
		trial_identify(t);
		add_label(t, "dataset", datasets[i / SEEDS % 3]);
		add_label(t, "recipe", recipe);
		add_label(t, "augment", "paper");
	}
	s->claims = calloc(3, sizeof(*s->claims));
	if (!s->claims) abort();
	for (size_t i = 0; i < 3; i++, s->claim_count++) {
		struct claim *c = &s->claims[i];
		*c = (struct claim){ .metric = "test_accuracy", .paper = 0.89, .rounds_to = 2, .where.count = 2 };
		snprintf(c->id, sizeof(c->id), "C%zu", i + 1);
		c->where.is[0] = (struct label){ "dataset", "mnist" };
		c->where.is[1] = (struct label){ "recipe", "recipe-0" };
	}
}

/* Numbers that do not compress and do not repeat; an accuracy, on 10,000 images. */
static double number(size_t i)
{
	uint64_t x = (uint64_t)i * 0x9e3779b97f4a7c15u;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9u;
	return (double)(x >> 11) * 0x1p-53;
}

static double accuracy(size_t i)
{
	return (double)(int)(1e4 * number(i)) / 1e4;
}

static struct epoch_result epoch_of(size_t trial, int fold, int epoch)
{
	const size_t i = (trial * FOLDS + (size_t)fold) * 1000 + (size_t)epoch;
	return (struct epoch_result){ .phase = 0, .fold = fold, .epoch = epoch, .outputs = 1,
		.train_loss = { number(i) }, .train_accuracy = { accuracy(i + 1) },
		.val_loss = { number(i + 2) }, .val_accuracy = { accuracy(i + 3) }, .seconds = number(i + 4),
		.images_per_second = 1e5 * number(i + 5) };
}

/* ---- the bare loop ------------------------------------------------------------------------------------------------------- */

struct bare {
	sqlite3 *db;
	sqlite3_stmt *begin, *commit, *insert;
};

static void bare_prepare(struct bare *b, const char *sql, sqlite3_stmt **out)
{
	if (sqlite3_prepare_v2(b->db, sql, -1, out, NULL) == SQLITE_OK) return;
	fprintf(stderr, "bench-store: %s\n", sqlite3_errmsg(b->db));
	exit(3);
}

/* The table of metrics alone, as the schema has it. */
static void bare_open(struct bare *b, const char *path)
{
	unlink(path);
	if (sqlite3_open(path, &b->db) != SQLITE_OK
	    || sqlite3_exec(b->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE metrics"
	" (attempt INTEGER NOT NULL, phase INTEGER NOT NULL,"
		    " fold INTEGER NOT NULL, epoch INTEGER NOT NULL, output INTEGER NOT NULL, train_loss REAL,"
		" train_accuracy REAL, val_loss REAL, val_accuracy REAL,"
		    " seconds REAL, images_per_second REAL, nonfinite TEXT, PRIMARY KEY (attempt, phase, fold,"
		" epoch, output)) STRICT, WITHOUT ROWID",
		    NULL, NULL, NULL) != SQLITE_OK)
		exit(3);
	bare_prepare(b, "BEGIN IMMEDIATE", &b->begin);
	bare_prepare(b, "COMMIT", &b->commit);
	bare_prepare(b, "INSERT INTO metrics VALUES (?, 0, ?, ?, 0, ?, ?, ?, ?, ?, ?, NULL)", &b->insert);
}

static void bare_step(sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE) exit(3);
	sqlite3_reset(statement);
}

/* Insert the epochs of trials [first, last); a transaction an epoch, or GROUP trials. Returns the seconds. */
static double bare_run(struct bare *b, size_t first, size_t last, int epochs, bool each_epoch)
{
	const double start = now();
	for (size_t trial = first; trial < last; trial++) {
		if (!each_epoch && (trial - first) % GROUP == 0) bare_step(b->begin);
		for (int i = 0; i < epochs; i++) {
			const struct epoch_result r = epoch_of(trial, i % FOLDS, i / FOLDS);
			const bool last_epoch = i + 1 == epochs; /* at which the writer waits for the disk */
			if (each_epoch && last_epoch) sqlite3_exec(b->db, "PRAGMA synchronous = FULL", NULL, NULL,
				NULL);
			if (each_epoch) bare_step(b->begin);
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
			if (each_epoch) bare_step(b->commit);
			if (each_epoch && last_epoch) sqlite3_exec(b->db, "PRAGMA synchronous = NORMAL", NULL,
				NULL, NULL);
		}
		if (!each_epoch && ((trial - first) % GROUP == GROUP - 1 || trial == last - 1)) bare_step(b->commit);
	}
	return now() - start;
}

/* ---- the writer ---------------------------------------------------------------------------------------------------------- */

struct writer {
	struct store *store;
	const struct sweep *sweep;
	int64_t sweep_id, environment;
};

static int write_trial(const struct writer *w, size_t trial, int epochs, struct err *e)
{
	static uint8_t classes[100];
	int64_t attempt;
	if (store_attempt_begin(w->store, w->sweep_id, w->sweep->trials[trial].identity, w->environment,
		(long)getpid(), &attempt, e)) return -1;
	for (int i = 0; i < epochs; i++) {
		const struct epoch_result r = epoch_of(trial, i % FOLDS, i / FOLDS);
		if (store_epoch(w->store, attempt, &r, e)) return -1;
	}
	for (int fold = 0; fold < FOLDS; fold++) {
		struct phase_result r = { .fold = fold, .name = "kfold", .stopped = "epochs",
			.epochs_run = epochs / FOLDS, .outputs = 1, .test_count = 100,
			.val_loss = { number(trial) }, .val_accuracy = { accuracy(trial) },
			.test_loss = { number(trial + 1) }, .test_accuracy = { accuracy(trial + 1) },
			.predictions = { classes },
			.parameters = 14862, .trainable = 14862, .weight_bytes = 59448, .optimizer_bytes = 59448 };
		digest_bytes(&trial, sizeof(trial), r.weights_digest);
		if (store_phase(w->store, attempt, &r, e)) return -1;
	}
	struct trial_end end = { .state = TRIAL_DONE, .seconds = 10 + number(trial), .core_version = 1,
		.kernels = "plain", .data_variant = "canonical" };
	digest_bytes("data", 4, end.data_digest);
	digest_bytes(&trial, sizeof(trial), end.weights_digest);
	return store_attempt_end(w->store, attempt, &end, e);
}

/* Write trials [first, last), everything that belongs to them. Returns the seconds. */
static double writer_run(const struct writer *w, size_t first, size_t last, int epochs, bool each_epoch)
{
	struct err e = {0};
	const double start = now();
	for (size_t trial = first; trial < last; trial++) {
		if (!each_epoch && (trial - first) % GROUP == 0 && store_group_begin(w->store, &e)) fail(&e);
		if (write_trial(w, trial, epochs, &e)) fail(&e);
		if (!each_epoch && ((trial - first) % GROUP == GROUP - 1 || trial == last - 1)
			&& store_group_end(w->store, true, &e)) fail(&e);
	}
	return now() - start;
}

/* In turns, so that both meet the same disk and the same neighbours. Returns how many times the bare loop's time the writer took. */
static double compare(const struct writer *w, struct bare *b, size_t first, size_t last, int epochs, bool each_epoch)
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
	printf("a transaction %-10s writer %8.0f rows/s   bare loop %8.0f rows/s   ratio %.2f\n", each_epoch ? "an"
		" epoch" : "10 trials", rows / ours, rows / bare,
		ours / bare);
	return ours / bare;
}

/* ---- the questions ------------------------------------------------------------------------------------------------------- */

/* Ask, format as CSV; print the wall and CPU times, return the CPU time: that of a machine with nothing else to do. */
static double question(struct store *s, const char *name, const char *sql, const char *const *parameters)
{
	struct err e = {0};
	struct rows *rows = NULL;
	struct str text = {0};
	const double start = now(), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	if (store_query(s, sql, parameters, &e, &rows)) fail(&e);
	const double asked = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	if (format_rows(rows, FORMAT_CSV, &text, &e)) fail(&e);
	const double used = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("%-30s %7zu rows  %7.3f s  CPU %7.3f s, of it asking %7.3f s\n", name, rows->row_count,
		now() - start, used, asked);
	str_free(&text);
	rows_free(rows);
	return used;
}

static int ask_all(struct store *s)
{
	static const struct { const char *name, *sql, *parameters[3]; } questions[] = {
		{ "status", NULL, { NULL } },
		{ "runs", NULL, { NULL } },
		{ "failures", NULL, { NULL } },
		{ "accuracy", NULL, { NULL } },
		{ "accuracy dataset=mnist", NULL, { "dataset", "mnist" } },
		{ "claims", NULL, { NULL } },
		{ "models", NULL, { NULL } },
		{ "a paper table (mean a row)", "SELECT dataset, recipe, count(*), avg(test_accuracy),"
		" min(test_accuracy), max(test_accuracy) FROM accuracy"
			" WHERE sweep = :sweep GROUP BY dataset, recipe", { "sweep", "bench" } },
		{ "epochs of one trial", "SELECT * FROM epochs WHERE trial = (SELECT max(identity) FROM trials)",
		{ NULL } },
		{ "phases of one trial", "SELECT * FROM phases WHERE trial = (SELECT max(identity) FROM trials)",
		{ NULL } },
		{ "digests", NULL, { NULL } },
		{ "phases", NULL, { NULL } },
	};
	int slow = 0;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		char name[32];
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(questions[i].name, " "), questions[i].name);
		const char *sql = questions[i].sql ? questions[i].sql : store_named_query(name);
		slow += question(s, questions[i].name, sql, questions[i].parameters) > 1;
	}
	return slow;
}

/* ------------------------------------------------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	const size_t trials = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
	const int epochs = argc > 2 ? atoi(argv[2]) : 100;
	const char *path = argc > 3 ? argv[3] : "build/bench-store.db";
	struct err e = {0};
	struct sweep sweep = {0};
	struct writer w = { .sweep = &sweep };
	struct bare b;
	struct str bare_path = {0};

	if (trials < 40 || epochs < FOLDS) {
		fprintf(stderr, "bench-store: at least 40 trials of %d epochs\n", FOLDS);
		return 2;
	}
	unlink(path);
	make_sweep(&sweep, trials);
	if (store_open(path, STORE_WRITE, &e, &w.store) || store_environment(w.store, "cpu\tany\n", &w.environment,
		&e)) fail(&e);
	str_addf(&bare_path, "%s.bare", path);
	bare_open(&b, bare_path.s);
	double start = now();
	if (store_sweep(w.store, &sweep, &w.sweep_id, &e)) fail(&e);
	printf("freezing a plan of %zu trials: %.3f s\n", trials, now() - start);

	const size_t part = trials / 10; /* committing every epoch is slow for both: a tenth of the study shows the ratio */
	const double each = compare(&w, &b, 0, part, epochs, true), grouped = compare(&w, &b, part, trials, epochs,
		false);
	store_close(w.store);
	sqlite3_finalize(b.begin);
	sqlite3_finalize(b.commit);
	sqlite3_finalize(b.insert);
	sqlite3_close(b.db);

	struct stat ours, bare;
	if (stat(path, &ours) || stat(bare_path.s, &bare)) return 3;
	const double rows = (double)trials * epochs;
	printf("%.0f metric rows: %.1f bytes a row in the file of everything, %.1f in the bare table's\n", rows,
		(double)ours.st_size / rows,
		(double)bare.st_size / rows);
	unlink(bare_path.s);

	struct store *reader;
	if (store_open(path, STORE_READ, &e, &reader)) fail(&e);
	const int slow = ask_all(reader);
	store_close(reader);
	printf("%s: writer within 2x of the bare loop: %s; questions over a second: %d\n", path, each <= 2
		&& grouped <= 2 ? "yes" : "no", slow);
	str_free(&bare_path);
	free(sweep.claims);
	free(sweep.trials);
	return each > 2 || grouped > 2 || slow ? 1 : 0;
}

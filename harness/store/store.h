/* store.h - the results database: one SQLite file (schema.sql says what is in it), written by one
 * process, read by anybody. The arrow from run/ (result.h) to report/. The only file set that
 * includes sqlite3.h is this folder's.
 *
 * A store belongs to the process and thread that opened it: do not use it (or close it) in a child
 * after fork. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/err.h"
#include "../plan/sweep.h"
#include "../plan/result.h"
#include "rows.h"

struct store;

enum store_mode {
	STORE_READ,
	STORE_WRITE
}; /* WRITE makes the file (and its folder) when it is not there */

/* Open the database at path; migrates an older schema, refuses a newer one. A file that is no
 * database, or somebody else's, is refused and not touched. Any number of processes may make the
 * same database at once. On success *out is owned by the caller (store_close). Returns 0, or -1
 * with the reason in e ("results/a.db: disk image is malformed"; ERR_ENVIRONMENT). */
int store_open(const char *path, enum store_mode mode, struct err *e, struct store **out);
void store_close(struct store *s); /* NULL is fine */

/* Write all of it to a new file, without unused space and without a log beside it. The same content
 * of the same file gives the same bytes. Returns 0, or -1 with e. */
int store_copy(struct store *s, const char *path, struct err *e);

/* What the user should know of this database though it works ("... is on a network file system
 * (nfs): ..."), or NULL. */
const char *store_warning(const struct store *s);

/* The version of SQLite. */
const char *store_library_version(void);

/* The name of the kind of file system that statfs(2) says, if it is one on which SQLite's
 * write-ahead log must not be used (nfs, smb, fuse, 9p ...); else NULL. For `retrial doctor` and
 * the tests; store_open asks by itself. */
const char *store_shared_file_system(unsigned long magic);

/* Several calls in one transaction: all calls until the end are kept together or not at all. Much
 * faster for many small ones. If one of them fails, end the group with keep false. Groups do not
 * nest. */
int store_group_begin(struct store *s, struct err *e);
int store_group_end(struct store *s, bool keep, struct err *e);

/* Record what this run of the program is and where it runs; attempts refer to it. Facts is text of
 * the form "name\tvalue\n"... (base/facts.h). */
int store_environment(struct store *s, const char *facts, int64_t *environment, struct err *e);

/* Freeze the plan: the sweep's text and digest and all its trials (new ones are added, known ones
 * kept). The plan that was frozen for the same sweep name before is replaced by this one; trials
 * and their results are never touched. */
int store_sweep(struct store *s, const struct sweep *sweep, int64_t *sweep_id, struct err *e);

/* Is there a finished attempt of this trial with this core version and data digest? (The cache
 * hit.) */
int store_is_done(struct store *s, const char *identity, int core_version, const char *data_digest,
	bool *done, struct err *e);

/* A trial of the frozen plan is not run, and why ("data set cifar10: not found; retrial data fetch
 * ..."). NULL clears it. */
int store_skip(
	struct store *s, int64_t sweep_id, const char *identity, const char *reason, struct err *e);

/* One execution of a trial. Pieces of a result may only be added to an attempt that has not ended.
 * Every call is one transaction: what returned 0 survives a crash of the program (and from the end
 * of an attempt on, a power failure). sweep_id 0: for no sweep. pid is the process that the attempt
 * dies with (the writer, or its worker): the lease. *attempt is 0 when another attempt of this
 * trial is running: somebody else is at it (store_reclaim first, to be rid of the dead). Numbers of
 * an epoch or phase may be NaN or infinite; the note of it is kept. */
int store_attempt_begin(struct store *s, int64_t sweep_id, const char *identity,
	int64_t environment, long pid, int64_t *attempt, struct err *e);
int store_epoch(struct store *s, int64_t attempt, const struct epoch_result *r, struct err *e);
int store_phase(struct store *s, int64_t attempt, const struct phase_result *r, struct err *e);
int store_weights(struct store *s, int64_t attempt, const struct weights_result *r,
	struct err *e); /* after store_phase */
int store_attempt_end(struct store *s, int64_t attempt, const struct trial_end *end, struct err *e);

/* What a program's trial is recorded by, beside its end: steps of its metrics (a step that is there
 * already is replaced), its results, what it printed, and its outputs. content: of a file that is
 * kept, compressed (zlib); NULL: it is not. */
int store_steps(struct store *s, int64_t attempt, const struct steps_result *r, struct err *e);
int store_measure(struct store *s, int64_t attempt, const struct measure_result *r, struct err *e);
int store_log(struct store *s, int64_t attempt, const struct log_result *r, struct err *e);
int store_output(struct store *s, int64_t attempt, const struct output_result *r,
	const char *content, size_t content_bytes, struct err *e);

/* One of the files (or variables) that make up the inputs of this digest. */
struct store_input {
	const char *name, *digest;
	int64_t bytes;
};
int store_input(
	struct store *s, const char *inputs, const struct store_input *input, struct err *e);

/* How the kept weights of a done attempt are on corrupted test images. What is there already stays;
 * other numbers than those are a reproducibility failure (ERR_FAILED). */
int store_robustness(
	struct store *s, int64_t attempt, const struct robustness_result *r, struct err *e);

/* "Still at it": for epochs that take minutes; store_epoch and store_phase say so as well. */
int store_heartbeat(struct store *s, int64_t attempt, struct err *e);

/* Attempts that say "running" but whose process is gone (no such process, or another boot; on
 * another machine: no sign of life for 15 minutes, or one from the future) become "interrupted".
 * What they had recorded stays. */
enum { LEASE_SILENT_SECONDS = 900 };
int store_reclaim(struct store *s, struct err *e);

/* The same for all attempts that other machines (or containers with another host name) are at. One
 * that lives after all is refused when it next writes. */
int store_take_over(struct store *s, struct err *e);

/* The attempts that are running: on this machine, by process `pid` among others; on others, with
 * the latest sign of life and when they count as dead without a further one (UTC; "" when there are
 * none). */
struct store_elsewhere {
	size_t running, here;
	long pid;
	char heartbeat[32], free_at[32];
};
int store_elsewhere(struct store *s, struct store_elsewhere *out, struct err *e);

/* A file that a trained network was exported to; another one of the same attempt, fold and format
 * is forgotten. */
struct store_model_file {
	int64_t attempt;
	int fold; /* -1 outside k-fold */
	const char *format;
	int64_t bytes;
	const char *digest;   /* of the file's content */
	double test_accuracy; /* NaN: not evaluated */
};
int store_model_file(struct store *s, const struct store_model_file *f, struct err *e);

/* A measurement of how fast a trained network answers; rows are only added. Texts are constants of
 * the schema (number_format: fp32, int8). */
struct store_latency {
	int64_t attempt, environment;
	const char *kernels, *number_format;
	int batch;
	int64_t samples;
	double p50, p90, p99, least; /* seconds a call */
	double images_per_second;
	double noise, load, mhz; /* NaN: unknown */
	const char *histogram;   /* [[seconds, count], ...] as JSON */
};
int store_latency(struct store *s, const struct store_latency *l, struct err *e);

/* ---- what people say ---- */

/* Give a trial a tag, a word (no blanks, no commas), or take it away. changed: false when it is so
 * already. */
enum { STORE_TAG_MAX = 64 };
int store_tag(struct store *s, const char *identity, const char *word, bool on, bool *changed,
	struct err *e);

/* Write a note to a trial. */
int store_note(struct store *s, const char *identity, const char *text, struct err *e);

/* Take back the attempts of a trial that have ended (how many is said): it counts as never run, and
 * runs again. Nothing is lost: store_restore undoes it. */
int store_delete(struct store *s, const char *identity, size_t *attempts, struct err *e);
int store_restore(struct store *s, const char *identity, size_t *attempts, struct err *e);

/* What may be given up for good. An attempt is superseded when a later one of its trial is done
 * (and not taken back): the attempt that counts is never removed. rows: attempts, or for
 * STORE_PURGE_WEIGHTS rows of weights (of superseded attempts). With remove false they are only
 * counted. What programs have written goes with the last attempt that refers to it. */
enum store_purge { STORE_PURGE_DELETED, STORE_PURGE_SUPERSEDED, STORE_PURGE_WEIGHTS, STORE_PURGES };
int store_purge(struct store *s, enum store_purge what, bool remove, size_t *rows, struct err *e);

/* Make the file as small as what is in it. */
int store_vacuum(struct store *s, struct err *e);

/* ---- merging ---- */

/* What became of one database that was merged. */
struct merge_counts {
	const char *path;
	size_t sweeps;    /* that were not there, or whose plan grew */
	size_t edited;    /* sweeps of that name that are here from another file: our plan stays */
	size_t trials;    /* that were not there */
	size_t attempts;  /* copied */
	size_t known;     /* attempts that were there already, done ones by their result */
	size_t outranked; /* done attempts left out: there is one of a newer core, or on other data
			   */
	size_t running;   /* attempts left out: they have not ended */
	size_t conflicts; /* done attempts left out: same trial, data and core version, other
			     digests */
};

/* Merge the databases at `paths` into s, all in one transaction; merging again changes nothing.
 * Trials are the same when their identities are; nothing that s has is overwritten. A done attempt
 * whose digests are not those of s's attempt of the same trial, data and core version is a
 * reproducibility failure: it is left out and becomes a row of *conflicts (columns: source, trial,
 * dataset, what, ours, theirs). counts has `count` elements. On success *conflicts is the caller's
 * (rows_free). */
int store_merge(struct store *s, const char *const *paths, size_t count,
	struct merge_counts *counts, struct err *e, struct rows **conflicts);

/* ---- reading ---- */

/* What comes out of a query is in rows.h. */

/* Run one SELECT (anything that writes is refused: ERR_USAGE). Parameters :name are bound from the
 * `parameters` pairs (name, value, name, value, ..., NULL), as text; numbers compare as numbers
 * where the column is one. Parameters that are not given are NULL; one that the query does not have
 * is ERR_USAGE. parameters may be NULL. On success *out is the caller's (rows_free). */
int store_query(struct store *s, const char *sql, const char *const *parameters, struct err *e,
	struct rows **out);

/* One of the program's own questions: the file of that name in queries/internal/. */
int store_ask(struct store *s, const char *query, const char *const *parameters, struct err *e,
	struct rows **out);

/* The same for answers that may be too large for memory: take gets them in parts of part_rows rows;
 * first and last say which part it is, and the last may have fewer rows, or none. The part is freed
 * afterwards. take returns 0, or -1 with e, which ends the query. */
typedef int store_take(
	void *context, const struct rows *part, bool first, bool last, struct err *e);
int store_query_parts(struct store *s, const char *sql, const char *const *parameters,
	size_t part_rows, store_take *take, void *context, struct err *e);

/* Statistics as SQL functions, for queries (the views need none of them): mean(x), sd(x),
 * median(x), quantile(x, q), the ends of Student's t interval of the mean t_low(x [, level]) and
 * t_high(x [, level]), and of Wilson's of a proportion wilson_low(successes, total [, level]) and
 * wilson_high. NULLs are left out, as avg() does; what does not exist (the sd of one value) is
 * NULL; the level is 0.95 unless given. The functions are handed in (report/sql_statistics.h has
 * them), as this folder knows no statistics; ends[0] is the low end. statistics must live as long
 * as the store. */
struct store_statistics {
	double (*mean)(const double *x, size_t n);
	double (*sd)(const double *x, size_t n);
	double (*quantile)(const double *x, size_t n, double q);
	void (*t_interval)(const double *x, size_t n, double level, double ends[2]);
	void (*wilson)(double successes, double total, double level, double ends[2]);
};
int store_add_statistics(struct store *s, const struct store_statistics *statistics, struct err *e);

/* Named queries: the files in queries/, sorted by name (accuracy, claims, digests, ...). Each
 * begins with comment lines: what it answers, its columns, its parameters. */
const char *store_named_query(const char *name); /* the text, or NULL */
/* The text of queries/internal/NAME.sql: what other folders ask. Their SQL stands there, on views,
 * and nowhere else. There is such a file. */
const char *store_internal_query(const char *name);
const char *const *store_named_queries(size_t *count);

#endif

/* attempts.h - attempts: executions of a trial, and everything that is recorded of them. The arrow
 * from run/ (plan/result.h). */
#ifndef STORE_ATTEMPTS_H
#define STORE_ATTEMPTS_H

#include "open.h"
#include "../plan/result.h"

/* Record what this run of the program is and where it runs; attempts refer to it. Facts is text of
 * the form "name\tvalue\n"... (base/facts.h). */
int store_environment(struct store *s, const char *facts, int64_t *environment, struct err *e);

/* Is there a finished attempt of this trial with this core version and data digest (NULL: with any
 * data)? The cache hit. */
int store_is_done(struct store *s, const char *identity, int core_version, const char *data_digest,
	bool *done, struct err *e);

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

/* How the kept weights of a done attempt are on corrupted test images. What is there already stays;
 * other numbers than those are a reproducibility failure (ERR_FAILED). */
int store_robustness(
	struct store *s, int64_t attempt, const struct robustness_result *r, struct err *e);

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
	double p50, p90, p99, min; /* seconds a call */
	double images_per_second;
	double noise, load, mhz; /* NaN: unknown */
	const char *histogram;   /* [[seconds, count], ...] as JSON */
};
int store_latency(struct store *s, const struct store_latency *l, struct err *e);

#endif

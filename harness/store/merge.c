/* merge.c - one results database taken into another: by identity, idempotent, in one transaction.
 * The source is read through a connection of its own and copied row by row, so that any number of
 * sources, of any origin, can be merged. */
#include "merge.h"
#include "store_internal.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"

struct merge {
	struct store *into, *from;
	struct merge_counts *counts;
	struct rows *conflicts;
	bool plans_changed;
	bool ended; /* no process is at work on the source any more */
};

/* ---- copying ---- */

/* The row's columns from `column` on become the statement's parameters from `parameter` on. */
static void bind_columns(sqlite3_stmt *statement, int parameter, sqlite3_stmt *row, int column)
{
	for (; column < sqlite3_column_count(row); column++, parameter++)
		sqlite3_bind_value(statement, parameter, sqlite3_column_value(row, column));
}

/* Step to the one row of the source that must be there. */
static int read_one(struct merge *m, sqlite3_stmt *read, struct err *e)
{
	const int code = sqlite3_step(read);
	if (code == SQLITE_ROW)
		return 0;
	if (code != SQLITE_DONE)
		return store_error(m->from, e);
	return err_set(e, ERR_ENVIRONMENT,
		"%s: the file is damaged: a row refers to one that is not there", m->from->path);
}

/* Copy the rows of `select` (parameter 1: from) by `insert` (parameter 1: into, the others: the
 * columns). */
static int copy_rows(struct merge *m, int64_t from, int64_t into, const char *select,
	const char *insert, struct err *e)
{
	sqlite3_stmt *read = store_statement(m->from, select, e),
		     *write = read ? store_statement(m->into, insert, e) : NULL;
	if (!write)
		return -1;
	bind_integer(read, 1, from);
	int code, result = 0;
	while (result == 0 && (code = sqlite3_step(read)) == SQLITE_ROW) {
		bind_integer(write, 1, into);
		bind_columns(write, 2, read, 0);
		result = statement_run(m->into, write, e);
	}
	if (result == 0 && code != SQLITE_DONE)
		result = store_error(m->from, e);
	sqlite3_reset(read);
	return result;
}

/* The target's row for row `from` of the source: found by the last column of `select` (parameter 1:
 * from), its key, or inserted. */
static int take_row(struct merge *m, int64_t from, const char *select, const char *find,
	const char *insert, int64_t *into, bool *is_new, struct err *e)
{
	sqlite3_stmt *read = store_statement(m->from, select, e),
		     *look = read ? store_statement(m->into, find, e) : NULL;
	sqlite3_stmt *write = look ? store_statement(m->into, insert, e) : NULL;
	if (!write)
		return -1;
	bind_integer(read, 1, from);
	bool found = false;
	int result = read_one(m, read, e);
	if (result == 0) {
		bind_columns(look, 1, read, sqlite3_column_count(read) - 1);
		result = statement_integer(m->into, look, &found, into, e);
	}
	if (result == 0 && !found) {
		bind_columns(write, 1, read, 0);
		result = statement_run(m->into, write, e);
		*into = sqlite3_last_insert_rowid(m->into->db);
	}
	sqlite3_reset(read);
	*is_new = !found;
	return result;
}

static int take_environment(struct merge *m, int64_t from, int64_t *into, struct err *e)
{
	bool is_new;
	if (take_row(m, from, "SELECT first_seen, digest FROM environments WHERE id = ?",
		    "SELECT id FROM environments WHERE digest = ?",
		    "INSERT INTO environments (first_seen, digest) VALUES (?, ?)", into, &is_new,
		    e))
		return -1;
	if (!is_new)
		return 0;
	return copy_rows(m, from, *into, "SELECT name, value FROM facts WHERE environment = ?",
		"INSERT INTO facts (environment, name, value) VALUES (?, ?, ?)", e);
}

static int take_trial(struct merge *m, int64_t from, int64_t *into, struct err *e)
{
	bool is_new;
	if (take_row(m, from,
		    "SELECT configuration, dataset, model, seed, config, identity FROM trials "
		    "WHERE id = ?",
		    "SELECT id FROM trials WHERE identity = ?",
		    "INSERT INTO trials (configuration, dataset, model, seed, config, identity) "
		    "VALUES (?, ?, ?, ?, ?, ?)",
		    into, &is_new, e))
		return -1;
	m->counts->trials += is_new;
	return 0;
}

/* ---- plans ---- */

/* Add a row of the source's plan (its columns: position, trial, labels, recipe, augment, skip)
 * unless the target's plan has the trial under the same labels. */
static int take_plan_row(struct merge *m, int64_t from_sweep, int64_t into_sweep, sqlite3_stmt *row,
	bool *added, struct err *e)
{
	int64_t trial, position;
	bool found;
	if (take_trial(m, sqlite3_column_int64(row, 1), &trial, e))
		return -1;
	sqlite3_stmt *find = store_statement(
		m->into, "SELECT 1 FROM plan WHERE sweep = ? AND trial = ? AND labels = ?", e);
	/* Its own position if that is free, as with parts of one plan; else behind all others. */
	sqlite3_stmt *end = store_statement(m->into,
		"SELECT CASE WHEN EXISTS (SELECT 1 FROM plan WHERE sweep = ?1 AND position = ?2) "
		"THEN (SELECT max(position) + 1 FROM plan WHERE sweep = ?1) ELSE ?2 END",
		e);
	sqlite3_stmt *insert = store_statement(m->into,
		"INSERT INTO plan (sweep, position, trial, labels, recipe, augment, skip) VALUES "
		"(?, ?, ?, ?, ?, ?, ?)",
		e);
	sqlite3_stmt *labels = store_statement(
		m->from, "SELECT name, value FROM labels WHERE sweep = ? AND position = ?", e);
	sqlite3_stmt *label = store_statement(m->into,
		"INSERT INTO labels (sweep, position, name, value) VALUES (?, ?, ?, ?)", e);
	if (!find || !end || !insert || !labels || !label)
		return -1;
	bind_integer(find, 1, into_sweep);
	bind_integer(find, 2, trial);
	sqlite3_bind_value(find, 3, sqlite3_column_value(row, 2));
	if (statement_integer(m->into, find, &found, NULL, e) || found)
		return found ? 0 : -1;
	*added = true;
	bind_integer(end, 1, into_sweep);
	sqlite3_bind_value(end, 2, sqlite3_column_value(row, 0));
	if (statement_integer(m->into, end, NULL, &position, e))
		return -1;
	bind_integer(insert, 1, into_sweep);
	bind_integer(insert, 2, position);
	bind_integer(insert, 3, trial);
	bind_columns(insert, 4, row, 2);
	if (statement_run(m->into, insert, e))
		return -1;

	bind_integer(labels, 1, from_sweep);
	bind_integer(labels, 2, sqlite3_column_int64(row, 0));
	int code, result = 0;
	while (result == 0 && (code = sqlite3_step(labels)) == SQLITE_ROW) {
		bind_integer(label, 1, into_sweep);
		bind_integer(label, 2, position);
		bind_columns(label, 3, labels, 0);
		result = statement_run(m->into, label, e);
	}
	if (result == 0 && code != SQLITE_DONE)
		result = store_error(m->from, e);
	sqlite3_reset(labels);
	return result;
}

static int take_plan(
	struct merge *m, int64_t from_sweep, int64_t into_sweep, bool *added, struct err *e)
{
	sqlite3_stmt *read = store_statement(m->from,
		"SELECT position, trial, labels, recipe, augment, skip FROM plan WHERE sweep = ? "
		"ORDER BY position",
		e);
	if (!read)
		return -1;
	bind_integer(read, 1, from_sweep);
	int code, result = 0;
	while (result == 0 && (code = sqlite3_step(read)) == SQLITE_ROW)
		result = take_plan_row(m, from_sweep, into_sweep, read, added, e);
	if (result == 0 && code != SQLITE_DONE)
		result = store_error(m->from, e);
	sqlite3_reset(read);
	return result;
}

static int take_claims(struct merge *m, int64_t from, int64_t into, struct err *e)
{
	return copy_rows(m, from, into,
		       "SELECT claim, position, title, metric, paper, rounds_to, compare FROM "
		       "claim_specs WHERE sweep = ?",
		       "INSERT INTO claim_specs (sweep, claim, position, title, metric, paper, "
		       "rounds_to, compare) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		       e)
			|| copy_rows(m, from, into,
				"SELECT claim, name, value FROM claim_where WHERE sweep = ?",
				"INSERT INTO claim_where (sweep, claim, name, value) VALUES (?, ?, "
				"?, ?)",
				e)
		? -1
		: 0;
}

/* A sweep of the same name and file: the plans are united (shards; more seeds). From another file:
 * ours stays. */
static int take_sweep(struct merge *m, int64_t from, struct err *e)
{
	int64_t into;
	bool is_new, same, added = false;
	if (take_row(m, from,
		    "SELECT title, path, digest, text, seeds, frozen_at, name FROM sweeps WHERE id "
		    "= ?",
		    "SELECT id FROM sweeps WHERE name = ?",
		    "INSERT INTO sweeps (title, path, digest, text, seeds, frozen_at, name) VALUES "
		    "(?, ?, ?, ?, ?, ?, ?)",
		    &into, &is_new, e))
		return -1;
	if (is_new && take_claims(m, from, into, e))
		return -1;
	sqlite3_stmt *read =
		store_statement(m->from, "SELECT seeds, digest FROM sweeps WHERE id = ?", e);
	sqlite3_stmt *grow = store_statement(m->into,
		"UPDATE sweeps SET seeds = max(seeds, ?) WHERE digest = ? AND id = ? RETURNING 1",
		e);
	if (!read || !grow)
		return -1;
	bind_integer(read, 1, from);
	int result = read_one(m, read, e);
	if (result == 0) {
		bind_columns(grow, 1, read, 0);
		bind_integer(grow, 3, into);
		result = statement_integer(m->into, grow, &same, NULL, e);
	}
	sqlite3_reset(read);
	if (result == 0 && !same)
		m->counts->edited++;
	else if (result == 0)
		result = take_plan(m, from, into, &added, e);
	m->counts->sweeps += is_new || added;
	m->plans_changed |= is_new || added;
	return result;
}

/* ---- attempts ---- */

/* What must be the same of two executions of one trial, in the order in which it came to be. */
static const char digests_sql[] =
	"SELECT 'weights after phase ' || phase || CASE fold WHEN -1 "
	"THEN '' ELSE ', fold ' || fold END, weights_digest FROM"
	" phase_results WHERE attempt = ?1 UNION ALL SELECT 'predictions "
	"of phase ' || phase || CASE fold WHEN -1 THEN '' ELSE ',"
	" fold ' || fold END || ', output ' || output, digest FROM "
	"predictions WHERE attempt = ?1 UNION ALL SELECT 'output ' || path, "
	"digest FROM outputs WHERE attempt = ?1 UNION ALL SELECT CASE "
	"core_version WHEN 0 THEN 'metrics and outputs' ELSE 'final weights' "
	"END, weights_digest FROM attempts WHERE id = ?1";

static const char *column_text(sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);
	return text ? (const char *)text : "(none)";
}

/* Compare the digests of two attempts; the first difference becomes a row of the conflicts. */
static int compare_digests(struct merge *m, int64_t theirs, int64_t ours, sqlite3_stmt *trial,
	bool *same, struct err *e)
{
	sqlite3_stmt *a = store_statement(m->into, digests_sql, e),
		     *b = a ? store_statement(m->from, digests_sql, e) : NULL;
	if (!b)
		return -1;
	bind_integer(a, 1, ours);
	bind_integer(b, 1, theirs);
	int code_a, code_b;
	*same = true;
	do {
		code_a = sqlite3_step(a);
		code_b = sqlite3_step(b);
		if (code_a != SQLITE_ROW && code_b != SQLITE_ROW)
			break;
		*same = code_a == code_b && strcmp(column_text(a, 0), column_text(b, 0)) == 0
			&& strcmp(column_text(a, 1), column_text(b, 1)) == 0;
	} while (*same);
	int result = 0;
	if (code_a != SQLITE_ROW && code_a != SQLITE_DONE)
		result = store_error(m->into, e);
	else if (code_b != SQLITE_ROW && code_b != SQLITE_DONE)
		result = store_error(m->from, e);
	if (result == 0 && !*same) {
		rows_add_text(m->conflicts, m->from->path);
		rows_add_text(m->conflicts, column_text(trial, 0));
		rows_add_text(m->conflicts, column_text(trial, 1));
		rows_add_text(
			m->conflicts, code_a == SQLITE_ROW ? column_text(a, 0) : column_text(b, 0));
		rows_add_text(m->conflicts, code_a == SQLITE_ROW ? column_text(a, 1) : "(none)");
		rows_add_text(m->conflicts, code_b == SQLITE_ROW ? column_text(b, 1) : "(none)");
	}
	sqlite3_reset(a);
	sqlite3_reset(b);
	return result;
}

/* Columns of an attempt that are copied as they are. */
#define ATTEMPT_COLUMNS                                                                    \
	"state, host, boot, pid, pid_start, heartbeat, started_at, finished_at, seconds, " \
	"cpu_seconds, peak_bytes, core_version,"                                           \
	" kernels, data_digest, data_variant, weights_digest, error, deleted_at"

/* What becomes of an attempt of the source. */
enum fate {
	FATE_COPIED,
	FATE_KNOWN, /* it is there already, or its result is: only what was added to it later is
		       taken */
	FATE_LEFT,
};

static int is_there(
	struct merge *m, sqlite3_stmt *look, int64_t *ours, enum fate *fate, struct err *e)
{
	bool found;
	if (statement_integer(m->into, look, &found, ours, e))
		return -1;
	m->counts->known += found;
	if (found)
		*fate = FATE_KNOWN;
	return 0;
}

/* Of a done attempt that counts. */
static int fate_of_done(struct merge *m, int64_t from, int64_t trial, sqlite3_stmt *row,
	int64_t *ours, enum fate *fate, struct err *e)
{
	sqlite3_stmt *same_key = store_statement(m->into,
		"SELECT max(id) FROM attempts WHERE trial = ? AND state = 'done' AND deleted_at IS "
		"NULL AND core_version = ? AND data_digest = ?"
		" HAVING count(*) > 0",
		e);
	sqlite3_stmt *higher = store_statement(m->into,
		"SELECT 1 FROM attempts WHERE trial = ?1 AND state = 'done' AND deleted_at IS NULL "
		"AND core_version >= ?2 AND (?2 > 0 OR started_at >= ?3)",
		e);
	if (!same_key || !higher)
		return -1;
	bool found, same;
	bind_integer(same_key, 1, trial);
	sqlite3_bind_value(same_key, 2, sqlite3_column_value(row, 3));
	sqlite3_bind_value(same_key, 3, sqlite3_column_value(row, 4));
	if (statement_integer(m->into, same_key, &found, ours, e))
		return -1;
	if (found) {
		if (compare_digests(m, from, *ours, row, &same, e))
			return -1;
		m->counts->known += same;
		m->counts->conflicts += !same;
		*fate = same ? FATE_KNOWN : FATE_LEFT;
		return 0;
	}
	/* The latest done attempt is the one that counts, and a copy is later than all that are
	 * there. Of a program (core 0), the one on inputs of a later time. */
	bind_integer(higher, 1, trial);
	sqlite3_bind_value(higher, 2, sqlite3_column_value(row, 3));
	sqlite3_bind_value(higher, 3, sqlite3_column_value(row, 10));
	if (statement_integer(m->into, higher, &found, NULL, e))
		return -1;
	m->counts->outranked += found;
	if (found)
		*fate = FATE_LEFT;
	return 0;
}

/* row: the source's identity, dataset, state, core version, data digest, deleted at, host, boot,
 * pid, start of the process, start of the attempt. *ours is the target's attempt when the fate is
 * FATE_KNOWN. */
static int fate_of(struct merge *m, int64_t from, int64_t trial, sqlite3_stmt *row, int64_t *ours,
	enum fate *fate, struct err *e)
{
	sqlite3_stmt *same_run = store_statement(m->into,
		"SELECT id FROM attempts WHERE trial = ? AND host = ? AND boot = ? AND pid = ? AND "
		"pid_start = ? AND started_at = ?",
		e);
	sqlite3_stmt *taken_back = store_statement(m->into,
		"SELECT id FROM attempts WHERE trial = ? AND host = ? AND boot = ? AND pid = ? AND"
		" pid_start = ? AND started_at = ? AND deleted_at IS NOT NULL",
		e);
	if (!same_run || !taken_back)
		return -1;
	*fate = FATE_COPIED;
	if (strcmp(column_text(row, 2), "running") == 0 && !m->ended) {
		m->counts->running++;
		*fate = FATE_LEFT;
		return 0;
	}
	const bool counts = strcmp(column_text(row, 2), "done") == 0
		&& sqlite3_column_type(row, 5) == SQLITE_NULL;
	/* One that was taken back here must not come back with a copy of it. */
	sqlite3_stmt *look = counts ? taken_back : same_run;
	bind_integer(look, 1, trial);
	bind_columns(look, 2, row, 6);
	if (is_there(m, look, ours, fate, e))
		return -1;
	return counts && *fate == FATE_COPIED ? fate_of_done(m, from, trial, row, ours, fate, e)
					      : 0;
}

/* What an attempt has recorded when it ends. */
static int copy_pieces(struct merge *m, int64_t from, int64_t into, struct err *e)
{
	static const struct {
		const char *select, *insert;
	} pieces[] = {
		{ "SELECT phase, fold, epoch, output, train_loss, train_accuracy, val_loss, "
		  "val_accuracy, seconds,"
		  " images_per_second, nonfinite FROM metrics WHERE attempt = ?",
			"INSERT INTO metrics (attempt, phase, fold, epoch, output, train_loss, "
			"train_accuracy, val_loss, val_accuracy,"
			" seconds, images_per_second, nonfinite) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
			"?, ?, ?, ?)" },
		{ "SELECT phase, fold, name, epochs_run, stopped, seconds, weights_digest, "
		  "parameters, trainable,"
		  " weight_bytes, optimizer_bytes, nonfinite FROM phase_results WHERE attempt = ?",
			"INSERT INTO phase_results (attempt, phase, fold, name, epochs_run, "
			"stopped, seconds, weights_digest, parameters,"
			" trainable, weight_bytes, optimizer_bytes, nonfinite) VALUES (?, ?, ?, ?, "
			"?, ?, ?, ?, ?, ?, ?, ?, ?)" },
		{ "SELECT phase, fold, output, best_epoch, val_loss, val_accuracy, test_loss, "
		  "test_accuracy, nonfinite FROM"
		  " scores WHERE attempt = ?",
			"INSERT INTO scores (attempt, phase, fold, output, best_epoch, val_loss, "
			"val_accuracy, test_loss, test_accuracy,"
			" nonfinite) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" },
		{ "SELECT phase, fold, output, count, digest, classes FROM predictions WHERE "
		  "attempt = ?",
			"INSERT INTO predictions (attempt, phase, fold, output, count, digest, "
			"classes) VALUES (?, ?, ?, ?, ?, ?, ?)" },
		{ "SELECT last_phase, test_count, test_accuracy, test_accuracy_1, test_accuracy_2, "
		  "val_accuracy, test_loss, val_loss,"
		  " epochs, params, weight_bytes, optimizer_bytes, macs, activation_bytes, "
		  "nonfinite FROM results WHERE attempt = ?",
			"INSERT INTO results (attempt, last_phase, test_count, test_accuracy, "
			"test_accuracy_1, test_accuracy_2, val_accuracy,"
			" test_loss, val_loss, epochs, params, weight_bytes, optimizer_bytes, "
			"macs, activation_bytes, nonfinite) VALUES"
			" (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" },
		{ "SELECT metric, value, nonfinite FROM measures WHERE attempt = ?",
			"INSERT INTO measures (attempt, metric, value, nonfinite) VALUES (?, ?, ?, "
			"?)" },
		{ "SELECT metric, step, value, nonfinite FROM steps WHERE attempt = ?",
			"INSERT INTO steps (attempt, metric, step, value, nonfinite) VALUES (?, ?, "
			"?, ?, ?)" },
		{ "SELECT stream, total, kept, content FROM logs WHERE attempt = ?",
			"INSERT INTO logs (attempt, stream, total, kept, content) VALUES (?, ?, ?, "
			"?, ?)" },
		{ "SELECT path, bytes, digest FROM outputs WHERE attempt = ?",
			"INSERT INTO outputs (attempt, path, bytes, digest) VALUES (?, ?, ?, ?)" },
		/* What attempts share; ?1 is the attempt. */
		{ "SELECT digest, bytes, content FROM contents WHERE digest IN (SELECT digest FROM "
		  "outputs WHERE attempt = ?)",
			"INSERT OR IGNORE INTO contents (digest, bytes, content) SELECT ?2, ?3, ?4 "
			"WHERE ?1 > 0" },
		{ "SELECT inputs, name, digest, bytes FROM input_files WHERE inputs = (SELECT "
		  "data_digest FROM attempts WHERE id = ?)",
			"INSERT OR IGNORE INTO input_files (inputs, name, digest, bytes) SELECT "
			"?2, "
			"?3, ?4, ?5 WHERE ?1 > 0" },
	};
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		if (copy_rows(m, from, into, pieces[i].select, pieces[i].insert, e))
			return -1;
	return 0;
}

/* A measurement of the source, unless the target has it. */
static int take_latency(struct merge *m, int64_t into, sqlite3_stmt *row, struct err *e)
{
	sqlite3_stmt *insert = store_statement(m->into,
		"INSERT INTO latencies (attempt, environment, measured_at, kernels, number_format, "
		"batch, samples, p50, p90, p99, min,"
		" images_per_second, noise, load, mhz, histogram) SELECT ?1, ?2, ?3, ?4, ?5, ?6, "
		"?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16"
		" WHERE NOT EXISTS (SELECT 1 FROM latencies WHERE attempt = ?1 AND environment = "
		"?2 AND measured_at = ?3 AND kernels = ?4 AND"
		" number_format = ?5 AND batch = ?6)",
		e);
	int64_t environment;
	if (!insert || take_environment(m, sqlite3_column_int64(row, 0), &environment, e))
		return -1;
	bind_integer(insert, 1, into);
	bind_integer(insert, 2, environment);
	bind_columns(insert, 3, row, 1);
	return statement_run(m->into, insert, e);
}

/* What may be added to an attempt long after it ended; that which the target has stays. */
static int take_additions(struct merge *m, int64_t from, int64_t into, struct err *e)
{
	if (copy_rows(m, from, into, "SELECT phase, fold, bytes FROM weights WHERE attempt = ?",
		    "INSERT OR IGNORE INTO weights (attempt, phase, fold, bytes) VALUES (?, ?, ?, "
		    "?)",
		    e)
		|| copy_rows(m, from, into,
			"SELECT phase, fold, output, corruption, severity, count, test_accuracy "
			"FROM "
			"robustness WHERE attempt = ?",
			"INSERT OR IGNORE INTO robustness (attempt, phase, fold, output, "
			"corruption, "
			"severity, count, test_accuracy) VALUES (?, ?, ?, ?,"
			" ?, ?, ?, ?)",
			e)
		|| copy_rows(m, from, into,
			"SELECT fold, format, bytes, digest, test_accuracy FROM model_files WHERE "
			"attempt = ?",
			"INSERT OR IGNORE INTO model_files (attempt, fold, format, bytes, digest, "
			"test_accuracy) VALUES (?, ?, ?, ?, ?, ?)",
			e))
		return -1;
	sqlite3_stmt *read = store_statement(m->from,
		"SELECT environment, measured_at, kernels, number_format, batch, samples, p50, "
		"p90, p99, min, images_per_second, noise, load,"
		" mhz, histogram FROM latencies WHERE attempt = ? ORDER BY id",
		e);
	if (!read)
		return -1;
	bind_integer(read, 1, from);
	int code, result = 0;
	while (result == 0 && (code = sqlite3_step(read)) == SQLITE_ROW)
		result = take_latency(m, into, read, e);
	if (result == 0 && code != SQLITE_DONE)
		result = store_error(m->from, e);
	sqlite3_reset(read);
	return result;
}

/* An attempt that was copied while it said "running", although nobody is at work on it. */
static int end_attempt(struct merge *m, int64_t attempt, struct err *e)
{
	sqlite3_stmt *update = store_statement(m->into,
		"UPDATE attempts SET state = 'interrupted', finished_at = heartbeat,"
		" error = 'its task ended without a word (killed, or its node died)'"
		" WHERE id = ? AND state = 'running'",
		e);
	if (!update)
		return -1;
	bind_integer(update, 1, attempt);
	return statement_run(m->into, update, e);
}

/* Copy an attempt whose trial and environment are in the target. */
static int copy_attempt(
	struct merge *m, int64_t from, int64_t trial, int64_t environment, struct err *e)
{
	sqlite3_stmt *read = store_statement(m->from,
		"SELECT (SELECT name FROM sweeps WHERE sweeps.id = "
		"attempts.sweep), " ATTEMPT_COLUMNS " FROM attempts WHERE id = ?",
		e);
	sqlite3_stmt *write = store_statement(m->into,
		"INSERT INTO attempts (trial, environment, sweep, " ATTEMPT_COLUMNS ")"
		" VALUES (?, ?, (SELECT id FROM sweeps WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e);
	if (!read || !write)
		return -1;
	bind_integer(read, 1, from);
	int result = read_one(m, read, e);
	if (result == 0) {
		bind_integer(write, 1, trial);
		bind_integer(write, 2, environment);
		bind_columns(write, 3, read, 0);
		result = statement_run(m->into, write, e);
	}
	const int64_t into = sqlite3_last_insert_rowid(m->into->db);
	sqlite3_reset(read);
	if (result)
		return -1;
	m->counts->attempts++;
	return end_attempt(m, into, e) || copy_pieces(m, from, into, e)
			|| take_additions(m, from, into, e)
		? -1
		: 0;
}

static int take_attempt(struct merge *m, int64_t from, struct err *e)
{
	sqlite3_stmt *read = store_statement(m->from,
		"SELECT t.identity, t.dataset, a.state, a.core_version, a.data_digest, "
		"a.deleted_at, a.host, a.boot, a.pid,"
		" a.pid_start, a.started_at FROM attempts AS a JOIN trials AS t ON t.id = a.trial "
		"WHERE a.id = ?",
		e);
	sqlite3_stmt *refers =
		store_statement(m->from, "SELECT trial, environment FROM attempts WHERE id = ?", e);
	if (!read || !refers)
		return -1;
	bind_integer(refers, 1, from);
	if (read_one(m, refers, e))
		return -1;
	const int64_t from_trial = sqlite3_column_int64(refers, 0),
		      from_environment = sqlite3_column_int64(refers, 1);
	sqlite3_reset(refers);

	int64_t trial, environment, ours;
	enum fate fate;
	if (take_trial(m, from_trial, &trial, e))
		return -1;
	bind_integer(read, 1, from);
	int result = read_one(m, read, e);
	if (result == 0)
		result = fate_of(m, from, trial, read, &ours, &fate, e);
	sqlite3_reset(read);
	if (result || fate == FATE_LEFT)
		return result;
	if (fate == FATE_KNOWN)
		return take_additions(m, from, ours, e);
	return take_environment(m, from_environment, &environment, e)
			|| copy_attempt(m, from, trial, environment, e)
		? -1
		: 0;
}

/* ---- what people said of trials ---- */

static int take_remarks(struct merge *m, int64_t from, struct err *e)
{
	int64_t into;
	return take_trial(m, from, &into, e)
			|| copy_rows(m, from, into, "SELECT tag FROM tags WHERE trial = ?",
				"INSERT OR IGNORE INTO tags (trial, tag) VALUES (?, ?)", e)
			|| copy_rows(m, from, into,
				"SELECT written_at, text FROM notes WHERE trial = ? ORDER BY id",
				"INSERT INTO notes (trial, written_at, text) SELECT ?1, ?2, ?3 "
				"WHERE NOT EXISTS (SELECT 1 FROM notes WHERE"
				" trial = ?1 AND written_at = ?2 AND text = ?3)",
				e)
		? -1
		: 0;
}

/* ---- resolved parameters ---- */

static int count_values(struct store *s, const char *configuration, int64_t *count, struct err *e)
{
	sqlite3_stmt *look = store_statement(s,
		"SELECT count(*) FROM configurations AS c JOIN parameter_values AS v ON "
		"v.configuration = c.id WHERE c.digest = ?",
		e);
	if (!look)
		return -1;
	bind_text(look, 1, configuration);
	return statement_integer(s, look, NULL, count, e);
}

/* Those of a configuration that the target has trials of, under all names that phases have. */
static int take_configuration(struct merge *m, int64_t from, struct err *e)
{
	sqlite3_stmt *read =
		store_statement(m->from, "SELECT digest FROM configurations WHERE id = ?", e);
	sqlite3_stmt *used =
		store_statement(m->into, "SELECT 1 FROM trials WHERE configuration = ? LIMIT 1", e);
	if (!read || !used)
		return -1;
	bind_integer(read, 1, from);
	if (read_one(m, read, e))
		return -1;
	char digest[DIGEST_TEXT];
	sqlite3_snprintf(sizeof(digest), digest, "%s", column_text(read, 0));
	sqlite3_reset(read);
	bool wanted;
	int64_t ours, theirs, into;
	bind_text(used, 1, digest);
	if (statement_integer(m->into, used, &wanted, NULL, e))
		return -1;
	if (!wanted)
		return 0;
	if (count_values(m->into, digest, &ours, e) || count_values(m->from, digest, &theirs, e))
		return -1;
	if (ours == theirs)
		return 0;
	return resolved_configuration(m->into, digest, &into, e)
			|| copy_rows(m, from, into,
				"SELECT name, number, text FROM parameter_values WHERE "
				"configuration = ?",
				"INSERT OR IGNORE INTO parameter_values (configuration, name, "
				"number, text) VALUES (?, ?, ?, ?)",
				e)
		? -1
		: 0;
}

/* ---- a whole database ---- */

/* Call `take` with every number that `sql` gives. */
static int for_each(struct merge *m, const char *sql,
	int (*take)(struct merge *, int64_t, struct err *), struct err *e)
{
	sqlite3_stmt *read = store_statement(m->from, sql, e);
	if (!read)
		return -1;
	int code, result = 0;
	while (result == 0 && (code = sqlite3_step(read)) == SQLITE_ROW)
		result = take(m, sqlite3_column_int64(read, 0), e);
	if (result == 0 && code != SQLITE_DONE)
		result = store_error(m->from, e);
	sqlite3_reset(read);
	return result;
}

static int merge_one(struct merge *m, struct err *e)
{
	if (file_same(m->into->path, m->from->path))
		return err_set(
			e, ERR_USAGE, "%s: a database cannot be merged into itself", m->from->path);
	return for_each(m, "SELECT id FROM sweeps ORDER BY id", take_sweep, e)
			|| for_each(m, "SELECT id FROM attempts ORDER BY id", take_attempt, e)
			|| for_each(m,
				"SELECT trial FROM tags UNION SELECT trial FROM notes ORDER BY 1",
				take_remarks, e)
			|| for_each(m, "SELECT id FROM configurations ORDER BY id",
				take_configuration, e)
		? -1
		: 0;
}

static int merge_all(struct store *s, const char *const *paths, size_t count, bool ended,
	struct merge_counts *counts, struct err *e, struct rows **conflicts)
{
	static const char *const columns[] = { "source", "trial", "dataset", "what", "ours",
		"theirs" };
	struct merge m = { .into = s, .ended = ended, .conflicts = rows_new(6, columns) };
	if (!m.conflicts)
		return err_nomem(e);
	int result = transaction_begin(s, e);
	const bool begun = result == 0;
	for (size_t i = 0; result == 0 && i < count; i++) {
		counts[i] = (struct merge_counts){ .path = paths[i] };
		m.counts = &counts[i];
		result = store_open(paths[i], STORE_READ, e, &m.from);
		if (result == 0) {
			result = merge_one(&m, e);
			store_close(m.from);
		}
	}
	if (result == 0 && m.plans_changed)
		result = wide_make_all(s, e);
	if (begun)
		result = transaction_end(s, result, e);
	if (result == 0 && !rows_complete(m.conflicts))
		result = err_nomem(e);
	if (result == 0)
		*conflicts = m.conflicts;
	else
		rows_free(m.conflicts);
	return result;
}

int store_merge(struct store *s, const char *const *paths, size_t count,
	struct merge_counts *counts, struct err *e, struct rows **conflicts)
{
	return merge_all(s, paths, count, false, counts, e, conflicts);
}

int store_merge_ended(struct store *s, const char *path, struct merge_counts *counts, struct err *e,
	struct rows **conflicts)
{
	return merge_all(s, &path, 1, true, counts, e, conflicts);
}

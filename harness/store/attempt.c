/* attempt.c - the life of one execution of a trial: begun, its epochs and phases, its end; and
 * attempts whose process is gone. */
#include "attempts.h"
#include "store_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/digest.h"

/* ---- numbers that may not be finite ---- */

void bind_real(
	sqlite3_stmt *statement, int index, double value, const char *column, struct str *nonfinite)
{
	if (!isnan(value))
		sqlite3_bind_double(statement, index, value);
	if (isfinite(value))
		return;
	str_addf(nonfinite, "%s\"%s\":\"%s\"", nonfinite->length ? "," : "{", column,
		isnan(value)        ? "nan"
			: value > 0 ? "inf"
				    : "-inf");
}

void bind_nonfinite(sqlite3_stmt *statement, int index, struct str *nonfinite)
{
	if (!nonfinite->length)
		return;
	str_add(nonfinite, "}");
	bind_text(statement, index, nonfinite->s);
}

/* ---- begin ---- */

static int begin(struct store *s, int64_t sweep_id, const char *identity, int64_t environment,
	long pid, int64_t *attempt, struct err *e)
{
	int64_t trial;
	bool found;
	sqlite3_stmt *find = store_statement(s, "SELECT id FROM trials WHERE identity = ?", e);
	sqlite3_stmt *running = store_statement(
		s, "SELECT id FROM attempts WHERE trial = ? AND state = 'running'", e);
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO attempts (trial, sweep, environment, state, host, boot, pid, "
		"pid_start, heartbeat, started_at) VALUES"
		" (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)",
		e);
	if (!find || !running || !insert)
		return -1;
	bind_text(find, 1, identity);
	if (statement_integer(s, find, &found, &trial, e))
		return -1;
	if (!found)
		return err_set(e, ERR_USAGE, "%s: no trial %s in any plan", s->path, identity);

	bind_integer(running, 1, trial);
	if (statement_integer(s, running, &found, attempt, e))
		return -1;
	*attempt = 0;
	if (found)
		return 0;

	const struct lease lease = lease_of(&s->here, pid);
	char now[STORE_TIME_TEXT];
	time_now(now);
	bind_integer(insert, 1, trial);
	if (sweep_id)
		bind_integer(insert, 2, sweep_id);
	bind_integer(insert, 3, environment);
	bind_text(insert, 4, lease.host);
	bind_text(insert, 5, lease.boot);
	bind_integer(insert, 6, lease.pid);
	bind_integer(insert, 7, lease.pid_start);
	bind_text(insert, 8, now);
	bind_text(insert, 9, now);
	if (statement_run(s, insert, e))
		return -1;
	*attempt = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int store_attempt_begin(struct store *s, int64_t sweep_id, const char *identity,
	int64_t environment, long pid, int64_t *attempt, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, begin(s, sweep_id, identity, environment, pid, attempt, e), e);
}

/* ---- pieces ---- */

static double monotonic_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int not_running(const struct store *s, int64_t attempt, struct err *e)
{
	return err_set(e, ERR_FAILED,
		"%s: attempt %lld is not running (any more): its results cannot be added to",
		s->path, (long long)attempt);
}

/* Record a sign of life; refuses an attempt that has ended. */
static int beat(struct store *s, int64_t attempt, struct err *e)
{
	char now[STORE_TIME_TEXT];
	time_now(now);
	sqlite3_stmt *update = store_statement(
		s, "UPDATE attempts SET heartbeat = ? WHERE id = ? AND state = 'running'", e);
	if (!update)
		return -1;
	bind_text(update, 1, now);
	bind_integer(update, 2, attempt);
	if (statement_run(s, update, e))
		return -1;
	if (sqlite3_changes(s->db) != 1)
		return not_running(s, attempt, e);
	const size_t slot = (size_t)attempt % STORE_BEATS;
	s->beats[slot].attempt = attempt;
	s->beats[slot].at = monotonic_seconds();
	return 0;
}

int attempt_beat(struct store *s, int64_t attempt, struct err *e)
{
	const size_t slot = (size_t)attempt % STORE_BEATS;
	if (s->beats[slot].attempt == attempt && monotonic_seconds() - s->beats[slot].at < 1)
		return 0;
	return beat(s, attempt, e);
}

int store_heartbeat(struct store *s, int64_t attempt, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, beat(s, attempt, e), e);
}

static int add_epoch_output(
	struct store *s, int64_t attempt, const struct epoch_result *r, int output, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO metrics (attempt, phase, fold, epoch, output, train_loss, "
		"train_accuracy, val_loss, val_accuracy,"
		" seconds, images_per_second, nonfinite) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?)",
		e);
	if (!insert)
		return -1;
	struct str nonfinite = { 0 };
	bind_integer(insert, 1, attempt);
	bind_integer(insert, 2, r->phase);
	bind_integer(insert, 3, r->fold);
	bind_integer(insert, 4, r->epoch);
	bind_integer(insert, 5, output);
	bind_real(insert, 6, r->train_loss[output], "train_loss", &nonfinite);
	bind_real(insert, 7, r->train_accuracy[output], "train_accuracy", &nonfinite);
	bind_real(insert, 8, r->val_loss[output], "val_loss", &nonfinite);
	bind_real(insert, 9, r->val_accuracy[output], "val_accuracy", &nonfinite);
	bind_real(insert, 10, r->seconds, "seconds", &nonfinite);
	bind_real(insert, 11, r->images_per_second, "images_per_second", &nonfinite);
	bind_nonfinite(insert, 12, &nonfinite);
	const int result = statement_run(s, insert, e);
	str_free(&nonfinite);
	return result;
}

int store_epoch(struct store *s, int64_t attempt, const struct epoch_result *r, struct err *e)
{
	assert(r->outputs >= 1 && r->outputs <= OUTPUTS_MAX);
	if (transaction_begin(s, e))
		return -1;
	int result = attempt_beat(s, attempt, e);
	for (int output = 0; result == 0 && output < r->outputs; output++)
		result = add_epoch_output(s, attempt, r, output, e);
	return transaction_end(s, result, e);
}

static int add_phase(struct store *s, int64_t attempt, const struct phase_result *r, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO phase_results (attempt, phase, fold, name, epochs_run, stopped, "
		"seconds, weights_digest, parameters,"
		" trainable, weight_bytes, optimizer_bytes, nonfinite) VALUES (?, ?, ?, ?, ?, ?, "
		"?, ?, ?, ?, ?, ?, ?)",
		e);
	if (!insert)
		return -1;
	struct str nonfinite = { 0 };
	bind_integer(insert, 1, attempt);
	bind_integer(insert, 2, r->phase);
	bind_integer(insert, 3, r->fold);
	bind_text(insert, 4, r->name);
	bind_integer(insert, 5, r->epochs_run);
	bind_text(insert, 6, r->stopped);
	bind_real(insert, 7, r->seconds, "seconds", &nonfinite);
	bind_text(insert, 8, r->weights_digest);
	bind_integer(insert, 9, r->parameters);
	bind_integer(insert, 10, r->trainable);
	bind_integer(insert, 11, r->weight_bytes);
	bind_integer(insert, 12, r->optimizer_bytes);
	bind_nonfinite(insert, 13, &nonfinite);
	const int result = statement_run(s, insert, e);
	str_free(&nonfinite);
	return result;
}

static int add_score(
	struct store *s, int64_t attempt, const struct phase_result *r, int output, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO scores (attempt, phase, fold, output, best_epoch, val_loss, "
		"val_accuracy, test_loss, test_accuracy,"
		" nonfinite) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e);
	if (!insert)
		return -1;
	struct str nonfinite = { 0 };
	bind_integer(insert, 1, attempt);
	bind_integer(insert, 2, r->phase);
	bind_integer(insert, 3, r->fold);
	bind_integer(insert, 4, output);
	bind_integer(insert, 5, r->best_epoch[output]);
	bind_real(insert, 6, r->val_loss[output], "val_loss", &nonfinite);
	bind_real(insert, 7, r->val_accuracy[output], "val_accuracy", &nonfinite);
	bind_real(insert, 8, r->test_loss[output], "test_loss", &nonfinite);
	bind_real(insert, 9, r->test_accuracy[output], "test_accuracy", &nonfinite);
	bind_nonfinite(insert, 10, &nonfinite);
	const int result = statement_run(s, insert, e);
	str_free(&nonfinite);
	return result;
}

static int add_predictions(
	struct store *s, int64_t attempt, const struct phase_result *r, int output, struct err *e)
{
	if (!r->predictions[output])
		return 0;
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO predictions (attempt, phase, fold, output, count, digest, classes)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)",
		e);
	if (!insert)
		return -1;
	char digest[DIGEST_TEXT];
	digest_bytes(r->predictions[output], (size_t)r->test_count, digest);
	bind_integer(insert, 1, attempt);
	bind_integer(insert, 2, r->phase);
	bind_integer(insert, 3, r->fold);
	bind_integer(insert, 4, output);
	bind_integer(insert, 5, r->test_count);
	bind_text(insert, 6, digest);
	sqlite3_bind_blob(insert, 7, r->predictions[output], r->test_count, SQLITE_STATIC);
	return statement_run(s, insert, e);
}

int store_phase(struct store *s, int64_t attempt, const struct phase_result *r, struct err *e)
{
	assert(r->outputs >= 1 && r->outputs <= OUTPUTS_MAX);
	if (transaction_begin(s, e))
		return -1;
	int result = attempt_beat(s, attempt, e);
	if (result == 0)
		result = add_phase(s, attempt, r, e);
	for (int output = 0; result == 0 && output < r->outputs; output++) {
		result = add_score(s, attempt, r, output, e);
		if (result == 0)
			result = add_predictions(s, attempt, r, output, e);
	}
	return transaction_end(s, result, e);
}

int store_weights(struct store *s, int64_t attempt, const struct weights_result *r, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	int result = attempt_beat(s, attempt, e);
	sqlite3_stmt *insert = store_statement(
		s, "INSERT INTO weights (attempt, phase, fold, bytes) VALUES (?, ?, ?, ?)", e);
	if (!insert)
		result = -1;
	if (result == 0) {
		bind_integer(insert, 1, attempt);
		bind_integer(insert, 2, r->phase);
		bind_integer(insert, 3, r->fold);
		sqlite3_bind_blob64(
			insert, 4, r->values, r->count * sizeof(*r->values), SQLITE_STATIC);
		result = statement_run(s, insert, e);
	}
	return transaction_end(s, result, e);
}

/* ---- end ---- */

/* Sums over the scores of the last phase. */
enum {
	MEAN_TEST_ACCURACY,
	MEAN_TEST_ACCURACY_1,
	MEAN_TEST_ACCURACY_2,
	MEAN_VAL_ACCURACY,
	MEAN_TEST_LOSS,
	MEAN_VAL_LOSS,
	MEANS
};

struct mean {
	double sum;
	int count;
};

static void mean_add(struct mean *m, double value)
{
	m->sum += value;
	m->count++;
}

/* A number of a row of scores, as it was: NULL and a note "nan" are a NaN again. */
static double score_real(sqlite3_stmt *row, int column, int note)
{
	const bool is_nan = sqlite3_column_type(row, note) != SQLITE_NULL
		&& sqlite3_column_type(row, column) == SQLITE_NULL;
	return is_nan ? NAN : sqlite3_column_double(row, column);
}

static int last_phase_means(
	struct store *s, int64_t attempt, int64_t phase, struct mean means[MEANS], struct err *e)
{
	sqlite3_stmt *read = store_statement(s,
		"SELECT output, test_accuracy, val_accuracy, test_loss, val_loss, nonfinite ->> "
		"'test_accuracy', "
		" nonfinite ->> 'val_accuracy', nonfinite ->> 'test_loss', nonfinite ->> 'val_loss'"
		" FROM scores WHERE attempt = ? AND phase = ?"
		" ORDER BY fold, output",
		e);
	if (!read)
		return -1;
	bind_integer(read, 1, attempt);
	bind_integer(read, 2, phase);
	int code;
	while ((code = sqlite3_step(read)) == SQLITE_ROW) {
		const double test_accuracy = score_real(read, 1, 5);
		mean_add(&means[MEAN_TEST_ACCURACY], test_accuracy);
		mean_add(&means[sqlite3_column_int(read, 0) == 0 ? MEAN_TEST_ACCURACY_1
								 : MEAN_TEST_ACCURACY_2],
			test_accuracy);
		mean_add(&means[MEAN_VAL_ACCURACY], score_real(read, 2, 6));
		mean_add(&means[MEAN_TEST_LOSS], score_real(read, 3, 7));
		mean_add(&means[MEAN_VAL_LOSS], score_real(read, 4, 8));
	}
	const int result = code == SQLITE_DONE ? 0 : store_error(s, e);
	sqlite3_reset(read);
	return result;
}

static int add_result(struct store *s, int64_t attempt, const struct trial_end *end, struct err *e)
{
	static const char *const columns[MEANS] = {
		"test_accuracy",
		"test_accuracy_1",
		"test_accuracy_2",
		"val_accuracy",
		"test_loss",
		"val_loss",
	};
	sqlite3_stmt *last = store_statement(
		s, "SELECT max(phase) FROM phase_results WHERE attempt = ? HAVING count(*) > 0", e);
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO results (test_accuracy, test_accuracy_1, test_accuracy_2, "
		"val_accuracy, test_loss, val_loss,"
		" nonfinite, attempt, last_phase, epochs, test_count, params, weight_bytes, "
		"optimizer_bytes, macs, activation_bytes) SELECT ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?1, ?2, (SELECT sum(epochs_run) FROM phase_results WHERE attempt = ?1), "
		"coalesce((SELECT count FROM predictions WHERE"
		" attempt = ?1 AND phase = ?2 LIMIT 1), 0), parameters, weight_bytes, "
		"optimizer_bytes, nullif(?10, 0), nullif(?11, 0)"
		" FROM phase_results WHERE attempt = ?1 AND phase = ?2 ORDER BY fold LIMIT 1",
		e);
	if (!last || !insert)
		return -1;
	int64_t phase;
	bool found;
	bind_integer(last, 1, attempt);
	if (statement_integer(s, last, &found, &phase, e))
		return -1;
	if (!found)
		return err_set(e, ERR_FAILED,
			"%s: attempt %lld cannot be done: it has no finished phase", s->path,
			(long long)attempt);

	struct mean means[MEANS] = { 0 };
	if (last_phase_means(s, attempt, phase, means, e))
		return -1;
	struct str nonfinite = { 0 };
	bind_integer(insert, 1, attempt);
	bind_integer(insert, 2, phase);
	for (int i = 0; i < MEANS; i++)
		if (means[i].count)
			bind_real(insert, 3 + i, means[i].sum / means[i].count, columns[i],
				&nonfinite);
	bind_nonfinite(insert, 9, &nonfinite);
	bind_integer(insert, 10, end->macs);
	bind_integer(insert, 11, end->activation_bytes);
	const int result = statement_run(s, insert, e);
	str_free(&nonfinite);
	return result;
}

/* Of the facts of an end, those that are empty were not known: NULL. */
static const char *known(const char *text)
{
	return text[0] ? text : NULL;
}

static int end_attempt(struct store *s, int64_t attempt, const struct trial_end *end, struct err *e)
{
	sqlite3_stmt *update = store_statement(s,
		"UPDATE attempts SET state = ?, finished_at = ?, heartbeat = ?2, seconds = ?, "
		"cpu_seconds = ?, peak_bytes = ?,"
		" core_version = ?, kernels = ?, data_digest = ?, data_variant = ?, weights_digest "
		"= ?, error = ? WHERE id = ? AND"
		" state = 'running'",
		e);
	if (!update)
		return -1;
	char now[STORE_TIME_TEXT];
	time_now(now);
	bind_text(update, 1, trial_state_recorded(end->state));
	bind_text(update, 2, now);
	sqlite3_bind_double(update, 3, end->seconds);
	sqlite3_bind_double(update, 4, end->cpu_seconds);
	bind_integer(update, 5, end->peak_bytes);
	bind_integer(update, 6, end->core_version);
	bind_text(update, 7, known(end->kernels));
	bind_text(update, 8, known(end->data_digest));
	bind_text(update, 9, known(end->data_variant));
	bind_text(update, 10, known(end->weights_digest));
	bind_text(update, 11, known(end->error));
	bind_integer(update, 12, attempt);
	if (statement_run(s, update, e))
		return -1;
	if (sqlite3_changes(s->db) != 1)
		return not_running(s, attempt, e);
	/* A program's results are rows of their own. */
	return end->state == TRIAL_DONE && end->core_version ? add_result(s, attempt, end, e) : 0;
}

int store_attempt_end(struct store *s, int64_t attempt, const struct trial_end *end, struct err *e)
{
	/* What is done stays done even if the power fails: this commit waits for the disk, and with
	 * it all commits before it. */
	if (!s->group && store_execute(s, "PRAGMA synchronous = FULL", e))
		return -1;
	if (transaction_begin(s, e))
		return -1;
	const int result = transaction_end(s, end_attempt(s, attempt, end, e), e);
	if (!s->group && s->log)
		store_execute(s, "PRAGMA synchronous = NORMAL", NULL);
	s->beats[(size_t)attempt % STORE_BEATS].attempt = 0;
	return result;
}

/* ---- attempts without a process ---- */

/* Seconds since that attempt's last sign of life, by the clock of day: negative when the clock was
 * set back, NULL when the text is no time. */
static const char running_sql[] =
	"SELECT id, host, boot, pid, pid_start, (julianday('now') - julianday(heartbeat)) * 86400.0"
	" FROM attempts WHERE state = 'running' AND id > ? ORDER BY id LIMIT 1";

static const char *text_of(sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);
	return text ? (const char *)text : "";
}

/* The next running attempt after *attempt whose process is gone; *attempt 0: none. */
static int next_gone(struct store *s, int64_t *attempt, struct err *e)
{
	sqlite3_stmt *read = store_statement(s, running_sql, e);
	if (!read)
		return -1;
	for (;;) {
		bind_integer(read, 1, *attempt);
		const int code = sqlite3_step(read);
		if (code != SQLITE_ROW) {
			*attempt = 0;
			const int result = code == SQLITE_DONE ? 0 : store_error(s, e);
			sqlite3_reset(read);
			return result;
		}
		struct lease lease = { .pid = sqlite3_column_int64(read, 3),
			.pid_start = sqlite3_column_int64(read, 4) };
		sqlite3_snprintf(sizeof(lease.host), lease.host, "%s", text_of(read, 1));
		sqlite3_snprintf(sizeof(lease.boot), lease.boot, "%s", text_of(read, 2));
		const double silent = sqlite3_column_type(read, 5) == SQLITE_NULL
			? (double)NAN
			: sqlite3_column_double(read, 5);
		*attempt = sqlite3_column_int64(read, 0);
		sqlite3_reset(read);
		if (lease_is_gone(&lease, &s->here, silent))
			return 0;
	}
}

static int reclaim(struct store *s, struct err *e)
{
	sqlite3_stmt *update = store_statement(s,
		"UPDATE attempts SET state = 'interrupted', finished_at = heartbeat,"
		" error = 'the process ended without a word' WHERE id = ? AND state = 'running'",
		e);
	if (!update)
		return -1;
	int64_t attempt = 0;
	for (;;) {
		if (next_gone(s, &attempt, e))
			return -1;
		if (!attempt)
			return 0;
		bind_integer(update, 1, attempt);
		if (statement_run(s, update, e))
			return -1;
	}
}

int store_reclaim(struct store *s, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, reclaim(s, e), e);
}

/* ---- attempts of other machines ---- */

int store_take_over(struct store *s, struct err *e)
{
	sqlite3_stmt *update = store_statement(s,
		"UPDATE attempts SET state = 'interrupted', finished_at = heartbeat,"
		" error = 'taken over by another machine' WHERE state = 'running' AND host <> ?",
		e);
	if (!update || transaction_begin(s, e))
		return -1;
	bind_text(update, 1, s->here.host);
	return transaction_end(s, statement_run(s, update, e), e);
}

int store_elsewhere(struct store *s, struct store_elsewhere *out, struct err *e)
{
	sqlite3_stmt *read = store_statement(s,
		"SELECT count(*), count(*) FILTER (WHERE host = ?1), max(pid) FILTER (WHERE host = "
		"?1), max(heartbeat) FILTER (WHERE host <> ?1), strftime('%Y-%m-%d %H:%M:%S UTC', "
		"max(julianday(heartbeat)) FILTER (WHERE host <> ?1) + ?2 / 86400.0)"
		" FROM attempts WHERE state = 'running'",
		e);
	if (!read)
		return -1;
	bind_text(read, 1, s->here.host);
	bind_integer(read, 2, LEASE_SILENT_SECONDS);
	const int code = sqlite3_step(read);
	*out = (struct store_elsewhere){ 0 };
	if (code == SQLITE_ROW) {
		out->running = (size_t)sqlite3_column_int64(read, 0);
		out->here = (size_t)sqlite3_column_int64(read, 1);
		out->pid = (long)sqlite3_column_int64(read, 2);
		sqlite3_snprintf(sizeof(out->heartbeat), out->heartbeat, "%s", text_of(read, 3));
		sqlite3_snprintf(sizeof(out->free_at), out->free_at, "%s", text_of(read, 4));
	}
	sqlite3_reset(read);
	return code == SQLITE_ROW ? 0 : store_error(s, e);
}

/* programs.c - what the attempts of programs leave: steps, results, logs, outputs; and the inputs
 * that they were run on. */
#include "attempts.h"
#include "store_internal.h"

static int add_number(struct store *s, sqlite3_stmt *insert, int first, double value, struct err *e)
{
	struct str nonfinite = { 0 };
	bind_real(insert, first, value, "value", &nonfinite);
	bind_nonfinite(insert, first + 1, &nonfinite);
	const int result = statement_run(s, insert, e);
	str_free(&nonfinite);
	return result;
}

static int add_steps(struct store *s, int64_t attempt, const struct steps_result *r, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT OR REPLACE INTO steps (attempt, metric, step, value, nonfinite) VALUES "
		"(?, ?, ?, ?, ?)",
		e);
	int result = insert ? attempt_beat(s, attempt, e) : -1;
	for (size_t i = 0; i < r->count && !result; i++) {
		bind_integer(insert, 1, attempt);
		bind_text(insert, 2, r->metric);
		bind_integer(insert, 3, r->steps[i]);
		result = add_number(s, insert, 4, r->values[i], e);
	}
	return result;
}

int store_steps(struct store *s, int64_t attempt, const struct steps_result *r, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, add_steps(s, attempt, r, e), e);
}

static int add_measure(
	struct store *s, int64_t attempt, const struct measure_result *r, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO measures (attempt, metric, value, nonfinite) VALUES (?, ?, ?, ?)", e);
	if (!insert || attempt_beat(s, attempt, e))
		return -1;
	bind_integer(insert, 1, attempt);
	bind_text(insert, 2, r->metric);
	return add_number(s, insert, 3, r->value, e);
}

int store_measure(struct store *s, int64_t attempt, const struct measure_result *r, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, add_measure(s, attempt, r, e), e);
}

static int add_log(struct store *s, int64_t attempt, const struct log_result *r, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO logs (attempt, stream, total, kept, content) VALUES (?, ?, ?, ?, ?)",
		e);
	if (!insert || attempt_beat(s, attempt, e))
		return -1;
	bind_integer(insert, 1, attempt);
	bind_text(insert, 2, r->stream);
	bind_integer(insert, 3, r->total);
	bind_integer(insert, 4, (int64_t)r->kept);
	sqlite3_bind_blob64(insert, 5, r->bytes, r->count, SQLITE_STATIC);
	return statement_run(s, insert, e);
}

int store_log(struct store *s, int64_t attempt, const struct log_result *r, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, add_log(s, attempt, r, e), e);
}

static int add_output(struct store *s, int64_t attempt, const struct output_result *r,
	const char *content, size_t content_bytes, struct err *e)
{
	sqlite3_stmt *insert = store_statement(
		s, "INSERT INTO outputs (attempt, path, bytes, digest) VALUES (?, ?, ?, ?)", e);
	sqlite3_stmt *keep = store_statement(
		s, "INSERT OR IGNORE INTO contents (digest, bytes, content) VALUES (?, ?, ?)", e);
	if (!insert || !keep || attempt_beat(s, attempt, e))
		return -1;
	bind_integer(insert, 1, attempt);
	bind_text(insert, 2, r->path);
	bind_integer(insert, 3, r->bytes);
	bind_text(insert, 4, r->digest);
	if (statement_run(s, insert, e))
		return -1;
	if (!content)
		return 0;
	bind_text(keep, 1, r->digest);
	bind_integer(keep, 2, r->bytes);
	sqlite3_bind_blob64(keep, 3, content, content_bytes, SQLITE_STATIC);
	return statement_run(s, keep, e);
}

int store_output(struct store *s, int64_t attempt, const struct output_result *r,
	const char *content, size_t content_bytes, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, add_output(s, attempt, r, content, content_bytes, e), e);
}

static int add_input(
	struct store *s, const char *inputs, const struct store_input *input, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT OR IGNORE INTO input_files (inputs, name, digest, bytes) VALUES (?, ?, ?, "
		"?)",
		e);
	if (!insert)
		return -1;
	bind_text(insert, 1, inputs);
	bind_text(insert, 2, input->name);
	bind_text(insert, 3, input->digest);
	bind_integer(insert, 4, input->bytes);
	return statement_run(s, insert, e);
}

int store_input(struct store *s, const char *inputs, const struct store_input *input, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, add_input(s, inputs, input, e), e);
}

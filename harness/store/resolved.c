/* resolved.c - the resolved parameters of all configurations (plan/parameters.h), for the view
 * `parameters`: written when trials are frozen, made from their canonical texts in databases that
 * do not have them, or have them from a program with another table of parameters. */
#include "store_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../plan/identity.h"
#include "../plan/parameters.h"

/* ---- one configuration ---- */

int resolved_configuration(struct store *s, const char *digest, int64_t *id, struct err *e)
{
	sqlite3_stmt *find =
		store_statement(s, "SELECT id FROM configurations WHERE digest = ?", e);
	sqlite3_stmt *add = store_statement(
		s, "INSERT INTO configurations (digest) VALUES (?) RETURNING id", e);
	bool found;
	if (!find || !add)
		return -1;
	bind_text(find, 1, digest);
	if (statement_integer(s, find, &found, id, e))
		return -1;
	if (found)
		return 0;
	bind_text(add, 1, digest);
	return statement_integer(s, add, NULL, id, e);
}

struct put {
	struct store *store;
	int64_t configuration;
};

static int put_one(void *context, const struct parameter *p, struct err *e)
{
	const struct put *put = context;
	sqlite3_stmt *insert = store_statement(put->store,
		"INSERT OR IGNORE INTO parameter_values (configuration, name, number, text) VALUES "
		"(?, ?, ?, ?)",
		e);
	if (!insert)
		return -1;
	bind_integer(insert, 1, put->configuration);
	bind_text(insert, 2, p->name);
	if (isnan(p->number))
		sqlite3_bind_null(insert, 3);
	else if (p->whole)
		bind_integer(insert, 3, (int64_t)p->number);
	else
		sqlite3_bind_double(insert, 3, p->number);
	bind_text(insert, 4, p->text);
	return statement_run(put->store, insert, e);
}

/* Has the configuration parameters, and under all names that the trial's phases have? */
static int has_names(
	struct store *s, int64_t configuration, const struct trial *t, bool *has, struct err *e)
{
	sqlite3_stmt *look = store_statement(
		s, "SELECT 1 FROM parameter_values WHERE configuration = ? AND name = ?", e);
	sqlite3_stmt *any = store_statement(
		s, "SELECT 1 FROM parameter_values WHERE configuration = ? LIMIT 1", e);
	if (!look || !any)
		return -1;
	bind_integer(any, 1, configuration);
	if (statement_integer(s, any, has, NULL, e))
		return -1;
	for (int i = 0; i < t->phase_count && *has; i++) {
		char name[PARAMETER_NAME_MAX];
		snprintf(name, sizeof(name), "%s.epochs", t->phases[i].name);
		bind_integer(look, 1, configuration);
		bind_text(look, 2, name);
		if (statement_integer(s, look, has, NULL, e))
			return -1;
	}
	return 0;
}

int resolved_put(struct store *s, const char *configuration, const struct trial *t, struct err *e)
{
	struct put put = { .store = s };
	bool known;
	if (resolved_configuration(s, configuration, &put.configuration, e)
		|| has_names(s, put.configuration, t, &known, e))
		return -1;
	return known ? 0 : parameters_each(t, put_one, &put, e);
}

int resolved_put_known(struct store *s, int64_t trial, const struct trial *t, struct err *e)
{
	sqlite3_stmt *find = store_statement(s,
		"SELECT c.id FROM trials CROSS JOIN configurations AS c ON c.digest = "
		"trials.configuration WHERE trials.id = ?",
		e);
	struct put put = { .store = s };
	bool found, known;
	if (!find)
		return -1;
	bind_integer(find, 1, trial);
	if (statement_integer(s, find, &found, &put.configuration, e))
		return -1;
	if (!found)
		return 0; /* its canonical text could not be read (fill_one) */
	if (has_names(s, put.configuration, t, &known, e))
		return -1;
	return known ? 0 : parameters_each(t, put_one, &put, e);
}

/* ---- all of them ---- */

/* The names that the phases had when the trial ran; they are not in its canonical text. */
static int name_phases(
	struct store *s, int64_t trial, struct phase_config *phases, int count, struct err *e)
{
	sqlite3_stmt *read = store_statement(s,
		"SELECT p.phase, p.name FROM attempts AS a JOIN phase_results AS p ON p.attempt = "
		"a.id AND p.fold <= 0 WHERE a.trial = ? ORDER BY a.id",
		e);
	int code;
	if (!read)
		return -1;
	bind_integer(read, 1, trial);
	while ((code = sqlite3_step(read)) == SQLITE_ROW) {
		const int64_t phase = sqlite3_column_int64(read, 0);
		const char *name = (const char *)sqlite3_column_text(read, 1);
		if (phase >= 0 && phase < count && name)
			snprintf(phases[phase].name, sizeof(phases[phase].name), "%s", name);
	}
	sqlite3_reset(read);
	return code == SQLITE_DONE ? 0 : store_error(s, e);
}

/* The row's columns: id, configuration, model, config. */
static int fill_one(struct store *s, sqlite3_stmt *row, struct err *e)
{
	const char *configuration = (const char *)sqlite3_column_text(row, 1),
		   *model = (const char *)sqlite3_column_text(row, 2),
		   *config = (const char *)sqlite3_column_text(row, 3);
	struct err unreadable = { 0 };
	struct trial t;
	if (!configuration || !model || !config || trial_from_canonical(config, &t, &unreadable))
		return 0; /* of a newer program, or damaged: whoever runs it will say so */
	struct phase_config phases[PHASES_MAX];
	memcpy(phases, t.phases, (size_t)t.phase_count * sizeof(*phases));
	t.phases = phases;
	snprintf(t.model, sizeof(t.model), "%s", model);
	int result = name_phases(s, sqlite3_column_int64(row, 0), phases, t.phase_count, e);
	struct put put = { .store = s };
	if (!result)
		result = resolved_configuration(s, configuration, &put.configuration, e);
	if (!result)
		result = parameters_each(&t, put_one, &put, e);
	trial_free(&t);
	return result;
}

static int note_source(struct store *s, struct err *e)
{
	char digest[DIGEST_TEXT];
	sqlite3_stmt *put =
		store_statement(s, "INSERT INTO parameter_source (digest) VALUES (?)", e);
	if (!put || store_execute(s, "DELETE FROM parameter_source", e))
		return -1;
	parameters_digest(digest);
	bind_text(put, 1, digest);
	return statement_run(s, put, e);
}

int resolved_fill(struct store *s, struct err *e)
{
	sqlite3_stmt *read = store_statement(s,
		"SELECT min(id), configuration, model, config FROM trials GROUP BY configuration",
		e);
	int code, result = 0;
	if (!read)
		return -1;
	while (!result && (code = sqlite3_step(read)) == SQLITE_ROW)
		result = fill_one(s, read, e);
	if (!result && code != SQLITE_DONE)
		result = store_error(s, e);
	sqlite3_reset(read);
	return result ? -1 : note_source(s, e);
}

/* ---- of another program ---- */

static int is_current(struct store *s, bool *current, struct err *e)
{
	char digest[DIGEST_TEXT];
	sqlite3_stmt *look =
		store_statement(s, "SELECT 1 FROM parameter_source WHERE digest = ?", e);
	if (!look)
		return -1;
	parameters_digest(digest);
	bind_text(look, 1, digest);
	return statement_integer(s, look, current, NULL, e);
}

static int refill(struct store *s, struct err *e)
{
	bool current;
	if (transaction_begin(s, e))
		return -1;
	int result = is_current(s, &current, e); /* again: others may have been at it */
	if (!result && !current)
		result = resolved_fill(s, e) || wide_make_all(s, e) ? -1 : 0;
	return transaction_end(s, result, e);
}

/* Tables of this connection alone; a name means them rather than those of the file. */
static int cover(struct store *s, struct err *e)
{
	static const char tables[] =
		"PRAGMA query_only = OFF;"
		"CREATE TEMP TABLE configurations (id INTEGER PRIMARY KEY, digest TEXT UNIQUE);"
		"CREATE TEMP TABLE parameter_values (configuration INTEGER, name TEXT, number,"
		" text TEXT, PRIMARY KEY (configuration, name)) WITHOUT ROWID;"
		"CREATE TEMP TABLE parameter_source (digest TEXT);";
	const int result = store_execute(s, tables, e) || resolved_fill(s, e)
			|| views_cover(s, "parameters", e)
		? -1
		: 0;
	return store_execute(s, "PRAGMA query_only = ON", result ? NULL : e) || result ? -1 : 0;
}

int resolved_refresh(struct store *s, struct err *e)
{
	bool current;
	if (is_current(s, &current, e))
		return -1;
	if (current)
		return 0;
	return s->mode == STORE_WRITE ? refill(s, e) : cover(s, e);
}

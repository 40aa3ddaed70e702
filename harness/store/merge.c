/* merge.c - one results database taken into another: by identity, idempotent, in one transaction. Reads the source through a
 * connection of its own and copies row by row, so that any number of sources of any origin can be merged. */
#include "store_internal.h"

#include <stdlib.h>
#include <string.h>

struct merge {
	struct store *into, *from;
	struct merge_counts *counts;
	struct rows *conflicts;
};

/* ---- copying ----------------------------------------------------------------------------------------------------------- */

/* One row of the source into the target: the values of row's columns from `column` on become the parameters from `parameter` on. */
static void bind_columns(sqlite3_stmt *target, int parameter, sqlite3_stmt *row, int column)
{
	for (; column < sqlite3_column_count(row); column++, parameter++) sqlite3_bind_value(target, parameter, sqlite3_column_value(row, column));
}

/* Run `insert` for every row of `select`, whose parameter 1 is `from`; the insert's parameter 1 is `into`, the others are the row's columns. */
static int copy_rows(struct merge *m, const char *select_sql, int64_t from, const char *insert_sql, int64_t into, struct err *e)
{
	sqlite3_stmt *select = store_statement(m->from, select_sql, e), *insert = select ? store_statement(m->into, insert_sql, e) : NULL;
	if (!insert) return -1;
	bind_integer(select, 1, from);
	int code, result = 0;
	while ((code = sqlite3_step(select)) == SQLITE_ROW && result == 0) {
		bind_integer(insert, 1, into);
		bind_columns(insert, 2, select, 0);
		result = statement_run(m->into, insert, e);
	}
	if (result == 0 && code != SQLITE_DONE) result = store_error(m->from, e);
	sqlite3_reset(select);
	return result;
}

/* ---- environments, trials ---------------------------------------------------------------------------------------------- */

/* The target's number of an environment of the source. */
static int take_environment(struct merge *m, int64_t from, int64_t *into, struct err *e)
{
	sqlite3_stmt *read = store_statement(m->from, "SELECT digest, first_seen FROM environments WHERE id = ?", e);
	sqlite3_stmt *find = store_statement(m->into, "SELECT id FROM environments WHERE digest = ?", e);
	sqlite3_stmt *insert = store_statement(m->into, "INSERT INTO environments (digest, first_seen) VALUES (?, ?)", e);
	if (!read || !find || !insert) return -1;
	bind_integer(read, 1, from);
	bool found = false;
	int result = sqlite3_step(read) == SQLITE_ROW ? 0 : store_damaged(m->from, e);
	if (result == 0) {
		sqlite3_bind_value(find, 1, sqlite3_column_value(read, 0));
		result = statement_integer(m->into, find, &found, into, e);
	}
	if (result == 0 && !found) {
		bind_columns(insert, 1, read, 0);
		result = statement_run(m->into, insert, e);
		*into = sqlite3_last_insert_rowid(m->into->db);
	}
	sqlite3_reset(read);
	if (result || found) return result;
	return copy_rows(m, "SELECT name, value FROM facts WHERE environment = ?", from, "INSERT INTO facts (environment, name, value) VALUES (?, ?, ?)",
		*into, e);
}

/* The target's number of a trial of the source. */
static int take_trial(struct merge *m, int64_t from, int64_t *into, struct err *e)
{
	sqlite3_stmt *read = store_statement(m->from, "SELECT identity, configuration, dataset, model, seed, config FROM trials WHERE id = ?", e);
	sqlite3_stmt *find = store_statement(m->into, "SELECT id FROM trials WHERE identity = ?", e);
	sqlite3_stmt *insert = store_statement(m->into, "INSERT INTO trials (identity, configuration, dataset, model, seed, config) VALUES (?, ?, ?, ?, ?, ?)", e);
	if (!read || !find || !insert) return -1;
	bind_integer(read, 1, from);
	bool found = false;
	int result = sqlite3_step(read) == SQLITE_ROW ? 0 : store_damaged(m->from, e);
	if (result == 0) {
		sqlite3_bind_value(find, 1, sqlite3_column_value(read, 0));
		result = statement_integer(m->into, find, &found, into, e);
	}
	if (result == 0 && !found) {
		bind_columns(insert, 1, read, 0);
		result = statement_run(m->into, insert, e);
		*into = sqlite3_last_insert_rowid(m->into->db);
		m->counts->trials++;
	}
	sqlite3_reset(read);
	return result;
}

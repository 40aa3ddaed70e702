/* store.c - the few calls through which this folder talks to SQLite: statements, transactions,
 * errors, times. Knows the connection, not what is in the tables. */
#include "store_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

int store_error(const struct store *s, struct err *e)
{
	const int code = sqlite3_errcode(s->db);
	const char *hint = "";
	switch (code & 0xff) {
	case SQLITE_FULL:
		hint = " (free some space, then run again: what was recorded is kept)";
		break;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN: hint = " (may the file and its folder be written?)"; break;
	case SQLITE_BUSY: hint = " (another program has been writing to it for a minute)"; break;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		hint = " (the file is damaged: use a copy, or move it away and run again)";
		break;
	case SQLITE_IOERR: hint = " (is the disk full, or the file system gone?)"; break;
	default: break;
	}
	if (code == SQLITE_NOMEM)
		return err_nomem(e);
	return err_set(e, ERR_ENVIRONMENT, "%s: %s%s", s->path, sqlite3_errmsg(s->db), hint);
}

int store_execute(struct store *s, const char *sql, struct err *e)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_error(s, e);
}

sqlite3_stmt *store_statement(struct store *s, const char *sql, struct err *e)
{
	for (int i = 0; i < s->cache_count; i++)
		if (s->cache[i].sql == sql)
			return s->cache[i].statement;
	assert(s->cache_count < STORE_STATEMENTS_MAX);
	sqlite3_stmt *statement;
	if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)
		!= SQLITE_OK) {
		store_error(s, e);
		return NULL;
	}
	s->cache[s->cache_count].sql = sql;
	s->cache[s->cache_count++].statement = statement;
	return statement;
}

void store_forget_statements(struct store *s)
{
	for (int i = 0; i < s->cache_count; i++)
		sqlite3_finalize(s->cache[i].statement);
	s->cache_count = 0;
}

void bind_integer(sqlite3_stmt *statement, int index, int64_t value)
{
	sqlite3_bind_int64(statement, index, value);
}

void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

int statement_integer(
	struct store *s, sqlite3_stmt *statement, bool *found, int64_t *value, struct err *e)
{
	const int code = sqlite3_step(statement);
	int result = 0;
	if (code == SQLITE_ROW && value)
		*value = sqlite3_column_int64(statement, 0);
	else if (code != SQLITE_ROW && code != SQLITE_DONE)
		result = store_error(s, e);
	if (found)
		*found = code == SQLITE_ROW;
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return result;
}

int statement_run(struct store *s, sqlite3_stmt *statement, struct err *e)
{
	return statement_integer(s, statement, NULL, NULL, e);
}

/* ---- transactions ---- */

int transaction_begin(struct store *s, struct err *e)
{
	if (s->group)
		return 0;
	sqlite3_stmt *begin = store_statement(s, "BEGIN IMMEDIATE", e);
	return begin ? statement_run(s, begin, e) : -1;
}

/* Undo what is open. Some errors (a full disk) have made SQLite do so by itself. */
static void roll_back(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

int transaction_end(struct store *s, int result, struct err *e)
{
	if (s->group)
		return result;
	sqlite3_stmt *commit = result ? NULL : store_statement(s, "COMMIT", e);
	if (commit && statement_run(s, commit, e) == 0)
		return 0;
	roll_back(s);
	return -1;
}

int store_group_begin(struct store *s, struct err *e)
{
	assert(!s->group);
	if (transaction_begin(s, e))
		return -1;
	s->group = true;
	return 0;
}

int store_group_end(struct store *s, bool keep, struct err *e)
{
	assert(s->group);
	s->group = false;
	if (keep)
		return transaction_end(s, 0, e);
	roll_back(s);
	return 0;
}

/* ---- warnings ---- */

const char *store_warning(const struct store *s)
{
	return s->warning.length ? s->warning.s : NULL;
}

void store_warn(struct store *s, const char *format, ...)
{
	char text[2048];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	str_addf(&s->warning, "%s%s", s->warning.length ? "; " : "", text);
}

/* ---- time ---- */

void time_now(char text[STORE_TIME_TEXT])
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	struct tm utc;
	gmtime_r(&now.tv_sec, &utc);
	const size_t used = strftime(text, STORE_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &utc);
	sqlite3_snprintf(
		STORE_TIME_TEXT - (int)used, text + used, ".%03dZ", (int)(now.tv_nsec / 1000000));
}

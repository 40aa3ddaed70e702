/* views.c - the views of a database are those of this program (views.sql), and nothing else is in a
 * table's place: a program that knows more columns must find them in a database that another one
 * has made, and none that strangers put there. */
#include "store_internal.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD = sizeof("CREATE VIEW ") - 1 };

/* The next statement of views.sql that makes a view, from *at on, which is moved behind it. Owned
 * by the caller; NULL: no more. */
static char *next_view(const char **at)
{
	const char *start = strstr(*at, "\nCREATE VIEW ");
	const char *end = start ? strstr(start, ";\n") : NULL;
	if (!end)
		return NULL;
	*at = end;
	return strndup(start + 1, (size_t)(end - start - 1));
}

static int name_length(const char *view)
{
	return (int)strcspn(view + HEAD, " ");
}

/* Run `format` with the name of each of our views. */
static int for_each_name(struct store *s, const char *format, struct err *e)
{
	int result = 0;
	char *view;
	for (const char *at = texts_find("views"); result == 0 && (view = next_view(&at));
		free(view)) {
		char *sql = sqlite3_mprintf(format, name_length(view), view + HEAD);
		result = sql ? store_execute(s, sql, e) : err_nomem(e);
		sqlite3_free(sql);
	}
	return result;
}

int views_drop(struct store *s, struct err *e)
{
	return for_each_name(s, "DROP VIEW IF EXISTS main.%.*s", e);
}

int views_make(struct store *s, struct err *e)
{
	return store_execute(s, texts_find("views"), e);
}

int views_check_tables(struct store *s, struct err *e)
{
	static const char word[] = "\nCREATE TABLE ";
	sqlite3_stmt *look = store_statement(s,
		"SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE AND (type <> 'table' OR "
		"rootpage = 0)",
		e);
	if (!look)
		return -1;
	for (const char *at = texts_find("schema"); (at = strstr(at, word));) {
		at += sizeof(word) - 1;
		const int length = (int)strcspn(at, " ");
		bool found;
		sqlite3_bind_text(look, 1, at, length, SQLITE_STATIC);
		if (statement_integer(s, look, &found, NULL, e))
			return -1;
		if (found)
			return err_set(e, ERR_ENVIRONMENT,
				"%s: '%.*s' is not the table that it should be: the file is "
				"damaged, or not to be trusted",
				s->path, length, at);
	}
	return 0;
}

/* Does the database have all of our views, word by word? */
static int are_ours(struct store *s, bool *ours, struct err *e)
{
	sqlite3_stmt *look = store_statement(
		s, "SELECT 1 FROM sqlite_schema WHERE type = 'view' AND sql = ?", e);
	if (!look)
		return -1;
	*ours = true;
	int result = 0;
	char *view;
	for (const char *at = texts_find("views"); result == 0 && *ours && (view = next_view(&at));
		free(view)) {
		bind_text(look, 1, view);
		result = statement_integer(s, look, ours, NULL, e);
	}
	return result;
}

static int replace(struct store *s, struct err *e)
{
	bool ours;
	if (transaction_begin(s, e))
		return -1;
	int result = are_ours(s, &ours, e); /* again: others may have been at it */
	if (result == 0 && !ours)
		result = views_drop(s, e) || views_make(s, e) ? -1 : 0;
	return transaction_end(s, result, e);
}

/* Views of this connection alone; a name means them rather than those of the file. */
static int cover(struct store *s, struct err *e)
{
	int result = store_execute(s, "PRAGMA query_only = OFF", e);
	char *view;
	for (const char *at = texts_find("views"); result == 0 && (view = next_view(&at));
		free(view)) {
		struct str sql = { 0 };
		str_addf(&sql, "CREATE TEMP VIEW %s", view + HEAD);
		result = store_execute(s, sql.s, e);
		str_free(&sql);
	}
	return store_execute(s, "PRAGMA query_only = ON", result ? NULL : e) || result ? -1 : 0;
}

int views_cover(struct store *s, const char *name, struct err *e)
{
	int result = 0;
	char *view;
	for (const char *at = texts_find("views"); result == 0 && (view = next_view(&at));
		free(view)) {
		const int length = name_length(view);
		if (strlen(name) != (size_t)length || strncmp(view + HEAD, name, strlen(name)) != 0)
			continue;
		struct str sql = { 0 };
		str_addf(&sql, "DROP VIEW IF EXISTS temp.%s; CREATE TEMP VIEW %s", name,
			view + HEAD);
		result = store_execute(s, sql.s, e);
		str_free(&sql);
	}
	return result;
}

int views_refresh(struct store *s, struct err *e)
{
	bool ours;
	if (are_ours(s, &ours, e))
		return -1;
	if (ours)
		return 0;
	return s->mode == STORE_WRITE ? replace(s, e) : cover(s, e);
}

/* query.c - asking the database: one SELECT at a time, nothing that writes. */
#include "read.h"
#include "store_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- what may run ---- */

/* Pragmas that only tell something about the database. */
static const char *const harmless_pragmas[] = {
	"application_id",
	"collation_list",
	"compile_options",
	"database_list",
	"data_version",
	"encoding",
	"foreign_key_check",
	"foreign_key_list",
	"freelist_count",
	"function_list",
	"index_info",
	"index_list",
	"index_xinfo",
	"integrity_check",
	"page_count",
	"page_size",
	"pragma_list",
	"quick_check",
	"schema_version",
	"table_info",
	"table_list",
	"table_xinfo",
	"user_version",
};

/* Those of them whose argument says what to look at; an argument of any other would change
 * something. */
static const char *const asking_pragmas[] = {
	"foreign_key_check",
	"foreign_key_list",
	"index_info",
	"index_list",
	"index_xinfo",
	"integrity_check",
	"quick_check",
	"table_info",
	"table_list",
	"table_xinfo",
};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sqlite3_stricmp(name, names[i]) == 0)
			return true;
	return false;
}

/* SQLite asks this for everything that a statement would do, while it prepares it. */
static int authorize(void *context, int action, const char *first, const char *second,
	const char *database, const char *through)
{
	(void)context;
	(void)database;
	(void)through;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE: return SQLITE_OK;
	/* Asked when a table-valued function (pragma_table_info) is met for the first time. Nothing
	 * can write there: the database is in defensive mode, and statements that are not read-only
	 * are refused below. */
	case SQLITE_UPDATE:
		return sqlite3_stricmp(first, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_FUNCTION:
		return second && sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY
										: SQLITE_OK;
	case SQLITE_PRAGMA:
		if (!is_one_of(first, harmless_pragmas,
			    sizeof(harmless_pragmas) / sizeof(harmless_pragmas[0])))
			return SQLITE_DENY;
		if (second
			&& !is_one_of(first, asking_pragmas,
				sizeof(asking_pragmas) / sizeof(asking_pragmas[0])))
			return SQLITE_DENY;
		return SQLITE_OK;
	default: return SQLITE_DENY;
	}
}

/* ---- reading rows ---- */

static void add_value(struct rows *rows, sqlite3_stmt *row, int column)
{
	switch (sqlite3_column_type(row, column)) {
	case SQLITE_INTEGER: rows_add_integer(rows, sqlite3_column_int64(row, column)); break;
	case SQLITE_FLOAT: rows_add_real(rows, sqlite3_column_double(row, column)); break;
	case SQLITE_TEXT: {
		const unsigned char *text = sqlite3_column_text(row, column);
		rows_add_bytes(rows, VALUE_TEXT, text, (size_t)sqlite3_column_bytes(row, column));
		break;
	}
	case SQLITE_BLOB: {
		const void *bytes = sqlite3_column_blob(row, column);
		rows_add_bytes(rows, VALUE_BLOB, bytes, (size_t)sqlite3_column_bytes(row, column));
		break;
	}
	default: rows_add_null(rows); break;
	}
}

static struct rows *rows_for(sqlite3_stmt *statement)
{
	const int count = sqlite3_column_count(statement);
	const char **names = calloc((size_t)count, sizeof(*names));
	if (!names)
		return NULL;
	for (int i = 0; i < count; i++) {
		names[i] = sqlite3_column_name(statement, i);
		if (!names[i])
			names[i] = "";
	}
	struct rows *rows = rows_new(count, names);
	free(names);
	return rows;
}

/* Add the rows that the statement gives, at most so many. Returns SQLite's code: SQLITE_DONE after
 * the last, SQLITE_ROW when there may be more, or what went wrong. */
static int add_rows(struct rows *rows, sqlite3_stmt *statement, size_t count)
{
	while (rows->row_count < count) {
		const int code = sqlite3_step(statement);
		if (code != SQLITE_ROW)
			return code;
		for (int i = 0; i < rows->column_count; i++)
			add_value(rows, statement, i);
		if (!rows_complete(rows))
			return SQLITE_NOMEM;
	}
	return SQLITE_ROW;
}

/* ---- what went wrong ---- */

/* The name of a table, view or column nearest to the one that a message like "no such column:
 * seeed" ends with, copied to near. */
static bool nearest_name(struct store *s, const char *message, char near[128])
{
	const char *word = strrchr(message, ' ');
	if (strncmp(message, "no such ", 8) != 0 || !word)
		return false;
	const char *dot = strrchr(word, '.');
	word = dot ? dot + 1 : word + 1;
	sqlite3_stmt *statement = NULL;
	static const char sql[] =
		"SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
		" UNION ALL SELECT c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c "
		"WHERE t.type IN ('table', 'view')";
	sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);
	struct rows *rows = statement ? rows_for(statement) : NULL;
	const char **names = NULL;
	size_t count = 0;
	if (rows) {
		add_rows(rows, statement,
			SIZE_MAX); /* what can be known: a view that is broken itself ends it */
		names = calloc(rows->row_count + 1, sizeof(*names));
	}
	for (size_t i = 0; names && i < rows->row_count; i++)
		if (rows->values[i].kind == VALUE_TEXT)
			names[count++] = rows->values[i].text;
	const char *name = str_nearest(word, names, count);
	if (name)
		sqlite3_snprintf(128, near, "%s", name);
	free(names);
	rows_free(rows);
	sqlite3_finalize(statement);
	return name != NULL;
}

/* Is what a message like "no such column: batch_size" ends with a parameter of trials? Copies the
 * parameter's name. */
static bool names_parameter(struct store *s, const char *message, char name[128])
{
	static const char sql[] = "SELECT name FROM parameter_values WHERE name = ?1 OR name = ?2 "
				  "OR name GLOB '*.' || ?2 LIMIT 1";
	static const char says[] = "no such column: ";
	const char *word = message + sizeof(says) - 1;
	sqlite3_stmt *statement = NULL;
	bool found = false;
	if (strncmp(message, says, sizeof(says) - 1) != 0
		|| sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK)
		return false;
	const char *dot = strchr(word, '.');
	bind_text(statement, 1, word);
	bind_text(statement, 2, dot ? dot + 1 : word);
	if (sqlite3_step(statement) == SQLITE_ROW) {
		sqlite3_snprintf(128, name, "%s", sqlite3_column_text(statement, 0));
		found = true;
	}
	sqlite3_finalize(statement);
	return found;
}

/* The line of sql around the byte at offset, and a caret below it. */
static void point_at(struct str *text, const char *sql, int offset)
{
	if (offset < 0 || (size_t)offset > strlen(sql))
		return;
	const char *line = sql + offset;
	while (line > sql && line[-1] != '\n')
		line--;
	str_addf(text, "\n  %.*s\n  ", (int)strcspn(line, "\n"), line);
	for (const char *c = line; c < sql + offset; c++)
		if (((unsigned char)*c & 0xc0) != 0x80)
			str_add(text, *c == '\t' ? "\t" : " ");
	str_add(text, "^");
}

/* The user's mistake in a query, or the database's trouble. Returns -1. */
static int query_error(struct store *s, const char *sql, struct err *e)
{
	const int code = sqlite3_errcode(s->db) & 0xff, offset = sqlite3_error_offset(s->db);
	if (code == SQLITE_AUTH)
		return err_set(e, ERR_USAGE,
			"only queries that read may run: SELECT, EXPLAIN, and PRAGMAs that tell "
			"something");
	if (code != SQLITE_ERROR && code != SQLITE_TOOBIG && code != SQLITE_MISMATCH
		&& code != SQLITE_RANGE)
		return store_error(s, e);
	struct str text = { 0 };
	char near[128];
	str_add(&text, sqlite3_errmsg(s->db));
	if (names_parameter(s, text.s, near))
		str_addf(&text,
			" (parameters are columns of the view of each sweep, wide_NAME; with "
			"other views: JOIN parameters AS p ON p.trial = accuracy.trial AND p.name "
			"= '%s', then p.number or p.text)",
			near);
	else if (nearest_name(s, text.s, near))
		str_addf(&text, " (did you mean '%s'?)", near);
	point_at(&text, sql, offset);
	err_set(e, ERR_USAGE, "%s", text.s);
	str_free(&text);
	return -1;
}

/* ---- running ---- */

/* Fetch at most so many rows; *last says whether that was all. */
static int fetch(struct store *s, sqlite3_stmt *statement, size_t count, bool *last, struct err *e,
	struct rows **out)
{
	struct rows *rows = rows_for(statement);
	const int code = rows ? add_rows(rows, statement, count) : SQLITE_NOMEM;
	if (code == SQLITE_ROW || code == SQLITE_DONE) {
		*last = code == SQLITE_DONE;
		*out = rows;
		return 0;
	}
	if (!rows || !rows_complete(rows))
		err_nomem(e);
	else
		query_error(s, sqlite3_sql(statement), e);
	rows_free(rows);
	return -1;
}

/* Is there anything but blanks, semicolons and comments? */
static bool is_blank_sql(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	while (*sql) {
		const char *rest;
		const bool nothing = sqlite3_prepare_v2(db, sql, -1, &statement, &rest) == SQLITE_OK
			&& !statement;
		sqlite3_finalize(statement);
		if (!nothing)
			return false;
		sql = rest;
	}
	return true;
}

static int prepare(struct store *s, const char *sql, struct err *e, sqlite3_stmt **out)
{
	const char *rest;
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(s->db, sql, -1, &statement, &rest) != SQLITE_OK)
		return query_error(s, sql, e);
	if (!statement)
		return err_set(e, ERR_USAGE, "there is no statement in this query");
	if (!is_blank_sql(s->db, rest)) {
		err_set(e, ERR_USAGE,
			"one statement at a time: what is after the first ';' was not looked at");
		goto fail;
	}
	if (!sqlite3_stmt_readonly(statement) || sqlite3_column_count(statement) == 0) {
		err_set(e, ERR_USAGE, "only queries that read and return rows may run");
		goto fail;
	}
	*out = statement;
	return 0;
fail:
	sqlite3_finalize(statement);
	return -1;
}

/* The query has no parameter of this name. Returns -1. */
static int unknown_parameter(sqlite3_stmt *statement, const char *name, struct err *e)
{
	const int count = sqlite3_bind_parameter_count(statement);
	const char *names[64];
	size_t named = 0;
	struct str list = { 0 };
	for (int i = 1; i <= count && named < 64; i++) {
		const char *own = sqlite3_bind_parameter_name(statement, i);
		if (!own)
			continue;
		names[named++] = own + 1;
		str_addf(&list, "%s%s", list.length ? ", " : "", own + 1);
	}
	const char *near = str_nearest(name, names, named);
	if (near)
		err_set(e, ERR_USAGE, "the query has no parameter '%s' (did you mean '%s'?)", name,
			near);
	else if (named)
		err_set(e, ERR_USAGE, "the query has no parameter '%s' (it has: %s)", name, list.s);
	else
		err_set(e, ERR_USAGE, "the query has no parameter '%s' (it has none)", name);
	str_free(&list);
	return -1;
}

static int bind_parameters(sqlite3_stmt *statement, const char *const *parameters, struct err *e)
{
	for (; parameters && parameters[0]; parameters += 2) {
		struct str name = { 0 };
		str_addf(&name, ":%s", parameters[0]);
		const int index = sqlite3_bind_parameter_index(statement, name.s);
		str_free(&name);
		if (!index)
			return unknown_parameter(statement, parameters[0], e);
		bind_text(statement, index, parameters[1]);
	}
	return 0;
}

/* From here to end_query the connection reads only. */
static int begin_query(struct store *s, const char *sql, const char *const *parameters,
	struct err *e, sqlite3_stmt **statement)
{
	sqlite3_set_authorizer(s->db, authorize, NULL);
	if (prepare(s, sql, e, statement))
		return -1;
	return bind_parameters(*statement, parameters, e);
}

static void end_query(struct store *s, sqlite3_stmt *statement)
{
	sqlite3_finalize(statement);
	sqlite3_set_authorizer(s->db, NULL, NULL);
}

int store_query(struct store *s, const char *sql, const char *const *parameters, struct err *e,
	struct rows **out)
{
	sqlite3_stmt *statement = NULL;
	bool last;
	int result = begin_query(s, sql, parameters, e, &statement);
	if (result == 0)
		result = fetch(s, statement, SIZE_MAX, &last, e, out);
	end_query(s, statement);
	return result;
}

int store_ask(struct store *s, const char *query, const char *const *parameters, struct err *e,
	struct rows **out)
{
	return store_query(s, store_internal_query(query), parameters, e, out);
}

int store_query_parts(struct store *s, const char *sql, const char *const *parameters,
	size_t part_rows, store_take *take, void *context, struct err *e)
{
	sqlite3_stmt *statement = NULL;
	bool last = false;
	int result = begin_query(s, sql, parameters, e, &statement);
	for (bool first = true; result == 0 && !last; first = false) {
		struct rows *part = NULL;
		result = fetch(s, statement, part_rows, &last, e, &part);
		if (result == 0)
			result = take(context, part, first, last, e);
		rows_free(part);
	}
	end_query(s, statement);
	return result;
}

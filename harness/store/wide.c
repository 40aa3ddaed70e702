/* wide.c - a view of every sweep, wide_NAME: a row a trial, with a column for each label, result
 * and parameter, defaults filled in. What such a view has depends on the sweep, so these are made
 * from the database; all other views are in views.sql. */
#include "store_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../plan/trial_kind.h"
#include "../plan/sweep.h"

/* SQLite allows 2000 columns. */
enum { COLUMNS_MAX = 1990 };

/* The first words of such a view, by which it is known: a user's view of that name stays. */
#define MARK "-- Made by retrial: "

struct wide {
	struct store *store;
	int64_t sweep;
	struct str sql;
	struct str taken; /* names of the columns so far, each between line ends, in lower case */
	int columns;
};

/* ---- columns ---- */

static bool is_taken(const struct wide *w, const char *name)
{
	struct str line = { 0 };
	str_addf(&line, "\n%s\n", name);
	const bool taken = w->taken.s && strcasestr(w->taken.s, line.s);
	str_free(&line);
	return taken;
}

/* Add a column; format has the place of the quoted value's name as its only %Q. A name that another
 * column has gets "_2". Beyond the most that SQLite allows nothing is added. */
static int add_column(struct wide *w, const char *format, const char *name, struct err *e)
{
	struct str unique = { 0 };
	str_add(&unique, name);
	for (int i = 2; is_taken(w, unique.s); i++) {
		str_clear(&unique);
		str_addf(&unique, "%s_%d", name, i);
	}
	if (w->columns++ < COLUMNS_MAX) {
		char *value = sqlite3_mprintf(format, name);
		char *column = sqlite3_mprintf(",\n\t\t%s AS \"%w\"", value, unique.s);
		if (!value || !column)
			err_end_nomem();
		str_add(&w->sql, column);
		sqlite3_free(value);
		sqlite3_free(column);
		str_addf(&w->taken, "%s%s\n", w->taken.length ? "" : "\n", unique.s);
	}
	str_free(&unique);
	return e->kind == ERR_NONE ? 0 : -1;
}

/* A column for each name that the statement (of the sweep, its only parameter) gives. */
static int add_columns(
	struct wide *w, sqlite3_stmt *names, const char *format, bool all, struct err *e)
{
	int code, result = 0;
	if (!names)
		return -1;
	bind_integer(names, 1, w->sweep);
	while (!result && (code = sqlite3_step(names)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(names, 0);
		if (name && (all || !is_taken(w, name)))
			result = add_column(w, format, name, e);
	}
	if (!result && code != SQLITE_DONE)
		result = store_error(w->store, e);
	sqlite3_reset(names);
	return result;
}

static int add_labels(struct wide *w, struct err *e)
{
	return add_columns(w,
		store_statement(w->store,
			"SELECT l.name FROM (SELECT DISTINCT name FROM labels WHERE sweep = ?1) AS "
			"l WHERE l.name <> 'seed' AND NOT EXISTS (SELECT 1 FROM plan AS p "
			"CROSS JOIN trials AS t ON t.id = p.trial "
			"CROSS JOIN configurations AS c ON c.digest = t.configuration "
			"CROSS JOIN parameter_values AS v ON v.configuration = c.id AND "
			"v.name = l.name WHERE p.sweep = ?1) ORDER BY 1",
			e),
		"(SELECT l.value FROM labels AS l WHERE l.sweep = p.sweep AND l.position = "
		"p.position AND l.name = %Q)",
		true, e);
}

/* A column for the parameter name: numbers are cast, so that programs that filter by a column
 * compare numbers. Of a parameter that is a number in some trials and text in others, each value
 * stays as it is. */
static int add_parameter(struct wide *w, const char *name, unsigned kinds, struct err *e)
{
	enum { WHOLE = 1, REAL = 2, TEXT = 4 };
	const char *format = "(SELECT coalesce(v.number, v.text) FROM parameter_values AS v WHERE "
			     "v.configuration = k.id AND v.name = %Q)";
	if (kinds == WHOLE)
		format = "CAST((SELECT v.number FROM parameter_values AS v WHERE v.configuration = "
			 "k.id AND v.name = %Q) AS INTEGER)";
	else if (kinds == REAL || kinds == (WHOLE | REAL))
		format = "CAST((SELECT v.number FROM parameter_values AS v WHERE v.configuration = "
			 "k.id AND v.name = %Q) AS REAL)";
	else if (kinds == TEXT)
		format = "CAST((SELECT v.text FROM parameter_values AS v WHERE v.configuration = "
			 "k.id AND v.name = %Q) AS TEXT)";
	return add_column(w, format, name, e);
}

static int add_parameters(struct wide *w, struct err *e)
{
	sqlite3_stmt *names = store_statement(w->store,
		"SELECT DISTINCT v.name, CASE typeof(v.number) WHEN 'integer' THEN 1 WHEN 'real' "
		"THEN 2 ELSE 4 END FROM (SELECT DISTINCT t.configuration AS digest FROM plan AS p "
		"CROSS JOIN trials AS t ON t.id = p.trial WHERE p.sweep = ?) AS used "
		"CROSS JOIN configurations AS c ON c.digest = used.digest "
		"CROSS JOIN parameter_values AS v ON v.configuration = c.id "
		"ORDER BY instr(v.name, '.') > 0, v.name",
		e);
	struct str name = { 0 };
	unsigned kinds = 0;
	int code, result = 0;
	if (!names)
		return -1;
	bind_integer(names, 1, w->sweep);
	while (!result && (code = sqlite3_step(names)) == SQLITE_ROW) {
		const char *next = (const char *)sqlite3_column_text(names, 0);
		if (next && name.length && strcmp(next, name.s) != 0) {
			result = add_parameter(w, name.s, kinds, e);
			kinds = 0;
		}
		str_clear(&name);
		str_add(&name, next ? next : "");
		kinds |= (unsigned)sqlite3_column_int(names, 1);
	}
	if (!result && code != SQLITE_DONE)
		result = store_error(w->store, e);
	sqlite3_reset(names);
	if (!result && name.length)
		result = add_parameter(w, name.s, kinds, e);
	str_free(&name);
	return result;
}

/* ---- results ---- */

/* Those of the core. */
static int add_results(struct wide *w, struct err *e)
{
	static const char *const of_results[] = { "test_accuracy", "test_accuracy_1",
		"test_accuracy_2", "val_accuracy", "test_loss", "val_loss", "epochs", "params",
		"weight_bytes", "optimizer_bytes" };
	for (size_t i = 0; i < sizeof(of_results) / sizeof(*of_results); i++)
		if (add_column(w, "x.\"%w\"", of_results[i], e))
			return -1;
	return 0;
}

/* Metrics by their names: declared in the sweep file (NULL: it is not at hand), or recorded.
 */
static int add_measures(struct wide *w, const struct sweep *file, struct err *e)
{
	static const char value[] = "(SELECT m.value FROM measures AS m WHERE m.attempt = a.id "
				    "AND m.metric = %Q)";
	const struct declared_metric *m;
	for (size_t i = 0; file && (m = trial_kind_of(file)->metric(file, i)); i++)
		if (m->measured && add_column(w, value, m->declared.name, e))
			return -1;
	return add_columns(w,
		store_statement(w->store,
			"SELECT DISTINCT m.metric FROM plan AS p CROSS JOIN attempts AS a ON "
			"a.trial = p.trial CROSS JOIN measures AS m ON m.attempt = a.id WHERE "
			"p.sweep = ? ORDER BY 1",
			e),
		value, false, e);
}

/* Of a plan whose file is not at hand (NULL), its first trial tells. */
static int find_kind(
	struct wide *w, const struct sweep *file, const struct trial_kind **kind, struct err *e)
{
	*kind = trial_kind_of(file);
	if (file)
		return 0;
	sqlite3_stmt *look = store_statement(w->store,
		"SELECT t.config FROM plan AS p JOIN trials AS t ON t.id = p.trial WHERE p.sweep = "
		"? ORDER BY p.position LIMIT 1",
		e);
	if (!look)
		return -1;
	bind_integer(look, 1, w->sweep);
	const int code = sqlite3_step(look);
	if (code == SQLITE_ROW)
		*kind = trial_kind_of_config((const char *)sqlite3_column_text(look, 0));
	sqlite3_reset(look);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : store_error(w->store, e);
}

/* ---- the view ---- */

/* wide_ and the sweep's name, in letters, digits and _. Of several sweeps with the same letters all
 * but the first have their number behind it. */
static int name_view(struct wide *w, struct str *name, struct err *e)
{
	sqlite3_stmt *read = store_statement(
		w->store, "SELECT name, id FROM sweeps WHERE id <= ? ORDER BY id DESC", e);
	int code;
	bool shared = false;
	if (!read)
		return -1;
	bind_integer(read, 1, w->sweep);
	while ((code = sqlite3_step(read)) == SQLITE_ROW) {
		struct str other = { 0 };
		str_addf(&other, "wide_%s", (const char *)sqlite3_column_text(read, 0));
		for (size_t i = 0; i < other.length; i++)
			if (!isalnum((unsigned char)other.s[i]))
				other.s[i] = '_';
		if (sqlite3_column_int64(read, 1) == w->sweep)
			str_add(name, other.s);
		else
			shared |= name->s && strcasecmp(name->s, other.s) == 0;
		str_free(&other);
	}
	sqlite3_reset(read);
	if (code != SQLITE_DONE)
		return store_error(w->store, e);
	if (shared)
		str_addf(name, "_%lld", (long long)w->sweep);
	return 0;
}

static int write_view(struct wide *w, const char *name, const struct sweep *file, struct err *e)
{
	const struct trial_kind *kind;
	if (find_kind(w, file, &kind, e))
		return -1;
	str_addf(&w->sql,
		"CREATE VIEW %s AS\n\t" MARK
		"a row of the plan of a sweep, with its labels, results and parameters.\n"
		"\tSELECT\n"
		"\t\tp.position AS position,\n\t\tr.trial AS trial,\n\t\tr.seed AS seed,\n"
		"\t\tr.state AS state",
		name);
	str_add(&w->taken, "\nposition\ntrial\nseed\nstate\n");
	w->columns = 4;
	if (add_labels(w, e) || (kind->networks ? add_results(w, e) : add_measures(w, file, e))
		|| add_column(w, "a.\"%w\"", "seconds", e)
		|| add_column(w, "a.\"%w\"", "cpu_seconds", e)
		|| add_column(w, "a.\"%w\"", "peak_bytes", e) || add_parameters(w, e))
		return -1;
	str_addf(&w->sql,
		"\n\tFROM plan AS p\n"
		"\tJOIN sweeps AS s ON s.id = p.sweep\n"
		"\tJOIN runs AS r ON r.sweep = s.name AND r.position = p.position\n"
		"\tLEFT JOIN configurations AS k ON k.digest = r.configuration\n"
		"\tLEFT JOIN attempts AS a ON a.id = r.attempt AND a.state = 'done'\n"
		"\tLEFT JOIN results AS x ON x.attempt = a.id\n"
		"\tWHERE p.sweep = %lld",
		(long long)w->sweep);
	return 0;
}

/* What has the name: nothing, our view (*sql is its text, owned by the caller), or something else.
 */
enum holder { NOBODY, OURS, OTHERS };

static int look_up(
	struct store *s, const char *name, enum holder *holder, char **sql, struct err *e)
{
	sqlite3_stmt *look = store_statement(s,
		"SELECT sql FROM sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', "
		"'view')",
		e);
	if (!look)
		return -1;
	bind_text(look, 1, name);
	*sql = NULL;
	*holder = NOBODY;
	const int code = sqlite3_step(look);
	if (code == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(look, 0);
		*holder = text && strstr(text, "AS\n\t" MARK) ? OURS : OTHERS;
		if (*holder == OURS && !(*sql = strdup(text)))
			err_end_nomem();
	}
	sqlite3_reset(look);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : store_error(s, e);
}

static int replace(struct store *s, const char *name, const char *sql, struct err *e)
{
	enum holder holder;
	char *old;
	if (look_up(s, name, &holder, &old, e))
		return -1;
	int result = 0;
	if (holder == OURS && strcmp(old, sql) != 0) {
		struct str drop = { 0 };
		str_addf(&drop, "DROP VIEW main.%s", name);
		result = store_execute(s, drop.s, e);
		str_free(&drop);
	}
	if (!result && (holder == NOBODY || (holder == OURS && strcmp(old, sql) != 0)))
		result = store_execute(s, sql, e);
	free(old);
	return result;
}

int wide_make(struct store *s, int64_t sweep, const struct sweep *file, struct err *e)
{
	struct wide w = { .store = s, .sweep = sweep };
	struct str name = { 0 };
	int result = name_view(&w, &name, e);
	if (!result)
		result = write_view(&w, name.s, file, e);
	if (!result)
		result = replace(s, name.s, w.sql.s, e);
	if (!result && w.columns > COLUMNS_MAX)
		store_warn(s,
			"the view %s has the first %d of %d columns; all parameters are in "
			"the view parameters",
			name.s, (int)COLUMNS_MAX, w.columns);
	str_free(&name);
	str_free(&w.sql);
	str_free(&w.taken);
	return result;
}

int wide_complete(struct store *s, int64_t sweep, const struct sweep *file, struct err *e)
{
	struct wide w = { .store = s, .sweep = sweep };
	struct str name = { 0 };
	enum holder holder;
	char *sql = NULL;
	int result = name_view(&w, &name, e);
	if (!result)
		result = look_up(s, name.s, &holder, &sql, e);
	if (!result && (holder == NOBODY || !trial_kind_of(file)->networks))
		result = wide_make(s, sweep, file, e);
	free(sql);
	str_free(&name);
	return result;
}

int wide_make_all(struct store *s, struct err *e)
{
	int64_t sweep = 0;
	for (bool found = true; found;) {
		sqlite3_stmt *next = store_statement(
			s, "SELECT id FROM sweeps WHERE id > ? ORDER BY id LIMIT 1", e);
		if (!next)
			return -1;
		bind_integer(next, 1, sweep);
		if (statement_integer(s, next, &found, &sweep, e)
			|| (found && wide_make(s, sweep, NULL, e)))
			return -1;
	}
	return 0;
}

/* verb_query.c - retrial query: the results database asked with SQL, or by the name of a query that
 * is kept with the program. */
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../report/format.h"
#include "../report/screen.h"
#include "../report/sql_statistics.h"
#include "../store/read.h"
#include "cli.h"
#include "study_cli.h"
#include "terminal.h"

enum { SQL_BYTES_MAX = 1 << 20, PART_ROWS = 20000 };

/* An answer on its way out. Formats for programs go to the standard output part by part, however
 * many rows there are. */
struct output {
	const struct cli *c;
	enum format format;
	struct str text;
};

static bool to_stdout(const struct cli *c)
{
	return strcmp(cli_get(c, "output", "-"), "-") == 0;
}

static int take_part(void *context, const struct rows *part, bool first, bool last, struct err *e)
{
	struct output *o = context;
	format_part(part, o->format, first, last, &o->text);
	if (!to_stdout(o->c))
		return 0; /* the file is written whole, at the end */
	const int result = study_cli_write(o->c, &o->text, e);
	str_clear(&o->text);
	return result;
}

static int write_rows(
	const struct cli *c, const struct rows *rows, enum format format, struct err *e)
{
	struct str text = { 0 };
	int result = format_rows(rows, format, &text, e);
	if (result == 0)
		result = study_cli_write(c, &text, e);
	str_free(&text);
	return result;
}

/* ---- named queries ---- */

/* Add the rest of the comment line of a query's text that begins with that word ("-- parameters:
 * "), or of its first line. */
static void add_comment(struct rows *rows, const char *text, const char *word)
{
	while (strncmp(text, "-- ", 3) == 0) {
		text += 3;
		const size_t length = strcspn(text, "\n");
		if (strncmp(text, word, strlen(word)) == 0) {
			rows_add_bytes(
				rows, VALUE_TEXT, text + strlen(word), length - strlen(word));
			return;
		}
		text += length + (text[length] == '\n');
	}
	rows_add_null(rows);
}

/* For a person: a name, and what it answers in as many lines as that takes. */
static void print_queries(const char *const *names, size_t count, int columns)
{
	enum { INDENT = 14 };
	for (size_t i = 0; i < count; i++) {
		const char *text = store_named_query(names[i]);
		const char *word = text + 3, *end = text + strcspn(text, "\n");
		int at = printf("%-*s", INDENT, names[i]);
		for (bool first = true; word < end; first = false) {
			const int length = (int)strcspn(word, " \n");
			if (!first && at + 1 + length > columns) {
				at = printf("\n%*s", INDENT, "") - 1;
				first = true;
			}
			at += printf("%s%.*s", first ? "" : " ", length, word);
			word += length + 1;
		}
		printf("\n");
	}
	printf("\nretrial query NAME [PARAMETER=VALUE]...   parameters: retrial query --json\n");
}

static int list_queries(const struct cli *c, enum format format)
{
	static const char *const columns[] = { "name", "answers", "parameters" };
	size_t count;
	const char *const *names = store_named_queries(&count);
	if (format == FORMAT_TABLE && screen_columns() > 0 && !cli_get(c, "output", NULL)) {
		print_queries(names, count, screen_columns());
		return ERR_NONE;
	}
	struct rows *rows = rows_new(3, columns);
	struct err e = { 0 };
	if (!rows) {
		err_nomem(&e);
		return cli_fail(&e);
	}
	for (size_t i = 0; i < count; i++) {
		const char *text = store_named_query(names[i]);
		rows_add_text(rows, names[i]);
		add_comment(rows, text, "");
		add_comment(rows, text, "parameters: ");
	}
	const int result = write_rows(c, rows, format, &e);
	rows_free(rows);
	return result ? cli_fail(&e) : ERR_NONE;
}

static int unknown_query(const struct cli *c, const char *name)
{
	size_t count;
	const char *const *names = store_named_queries(&count);
	const char *near = str_nearest(name, names, count);
	if (near)
		return cli_misuse(c, "no query is named '%s' (did you mean '%s'?)", name, near);
	return cli_misuse(c,
		"no query is named '%s' (`retrial query` lists them; SQL goes in quotes: retrial "
		"query 'SELECT ...')",
		name);
}

/* ---- asking ---- */

/* The arguments after the first, NAME=VALUE each, as store_query wants them: names (copies) and
 * values in turn, then NULL. Free with free_parameters. */
static int read_parameters(const struct cli *c, char ***out, struct err *e)
{
	const int count = c->argument_count - 1;
	char **pairs = *out = calloc(2 * (size_t)count + 1, sizeof(*pairs));
	if (!pairs)
		return err_nomem(e);
	for (int i = 0; i < count; i++) {
		char *argument = c->arguments[i + 1], *equals = strchr(argument, '=');
		if (!equals || equals == argument)
			return err_set(e, ERR_USAGE,
				"'%s' is no parameter: after a query comes PARAM=VALUE", argument);
		if (equals[1] == '=')
			return err_set(e, ERR_USAGE, "'%s': a value begins with '='; write %.*s=%s",
				argument, (int)(equals - argument), argument,
				equals + 1 + strspn(equals + 1, "="));
		pairs[2 * i] = strndup(argument, (size_t)(equals - argument));
		pairs[2 * i + 1] = equals + 1;
		if (!pairs[2 * i])
			return err_nomem(e);
	}
	return 0;
}

static void free_parameters(char **pairs)
{
	for (char **p = pairs; p && *p; p += 2)
		free(*p);
	free(pairs);
}

static int ask(const struct cli *c, struct store *store, const char *sql,
	const char *const *parameters, enum format format, struct err *e)
{
	if (format_streams(format)) {
		terminal_raw_output(); /* for programs: every byte as it is */
		struct output o = { .c = c, .format = format };
		int result = store_query_parts(store, sql, parameters, PART_ROWS, take_part, &o, e);
		if (result == 0 && !to_stdout(c))
			result = study_cli_write(c, &o.text, e);
		str_free(&o.text);
		return result;
	}
	struct rows *rows = NULL;
	int result = store_query(store, sql, parameters, e, &rows);
	if (result == 0)
		result = write_rows(c, rows, format, e);
	rows_free(rows);
	return result;
}

/* Run the query with the parameters of the command line on the database of --db. */
static int open_and_ask(const struct cli *c, const char *sql, enum format format, struct err *e)
{
	char **parameters = NULL;
	struct store *store = NULL;
	int result = read_parameters(c, &parameters, e);
	if (result == 0)
		result = store_open(cli_get(c, "db", "results/retrial.db"), STORE_READ, e, &store);
	if (result == 0)
		result = sql_statistics_add(store, e);
	if (result == 0)
		result = ask(c, store, sql, (const char *const *)parameters, format, e);
	store_close(store);
	free_parameters(parameters);
	return result;
}

/* Print the SQL of a named query. */
static int show(const struct cli *c, const char *sql)
{
	struct err e = { 0 };
	struct str text = { 0 };
	str_add(&text, sql);
	const int result = study_cli_write(c, &text, &e);
	str_free(&text);
	return result ? cli_fail(&e) : ERR_NONE;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	enum format format;
	if (format_parse(cli_get(c, "format", "table"), &format, &e))
		return cli_misuse(c, "%s", e.text);
	if (c->argument_count == 0)
		return list_queries(c, format);

	/* A query that is SQL has a blank in it; a name has none. */
	const char *sql = store_named_query(c->arguments[0]);
	char *from_stdin = NULL;
	size_t length;
	if (cli_has(c, "show"))
		return sql ? show(c, sql) : unknown_query(c, c->arguments[0]);
	if (!sql && strcmp(c->arguments[0], "-") == 0) {
		if (file_read("/dev/stdin", SQL_BYTES_MAX, &from_stdin, &length, &e))
			return cli_fail(&e);
		sql = from_stdin;
	}
	if (!sql && !strpbrk(c->arguments[0], " \t\n;"))
		return unknown_query(c, c->arguments[0]);

	if (!store_named_query(c->arguments[0]))
		screen_keep_columns(); /* of the reader's own SQL */
	const int result = open_and_ask(c, sql ? sql : c->arguments[0], format, &e);
	free(from_stdin);
	return result ? cli_fail(&e) : ERR_NONE;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "format", 'f', "FORMAT", FORMAT_NAMES " (default table)" },
	CLI_OPTION_SAFE_CSV,
	{ "output", 'o', "FILE", "write to FILE instead of standard output" },
	{ "show", 0, NULL, "print the SQL of the named query instead of running it" },
	{ 0 },
};

const struct cli_verb verb_query = {
	.name = "query",
	.arguments = "[NAME | SQL | -] [PARAM=VALUE...]",
	.summary = "query the results database: a named query, or read-only SQL",
	.examples = "retrial query                                     # the names of the queries\n"
		    "retrial query accuracy dataset=fashion-mnist\n"
		    "retrial query epochs trial=3f2a --format csv -o curves.csv\n"
		    "retrial query 'SELECT recipe, count(*) AS n, mean(test_accuracy), "
		    "sd(test_accuracy), t_low(test_accuracy),\n"
		    "               t_high(test_accuracy) FROM accuracy GROUP BY recipe'\n",
	.options = options,
	.run = run,
};

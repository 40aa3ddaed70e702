/* verb_table.c - `retrial table`: the tables that a sweep file describes, from the database. */
#include "../report/table_print.h"
#include "study_cli.h"
#include "sweep_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	CLI_OPTION_SET,
	{ "format", 'f', "FORMAT",
		"text (default), md, csv, json, latex, html, or macros: one LaTeX macro a number" },
	{ "intervals", 0, NULL,
		"add columns with the 95 % t interval of every mean, from 10 seeds on the BCa "
		"interval, and the interval of a difference over test images too" },
	CLI_OPTION_SAFE_CSV,
	{ "output", 'o', "FILE", "write to FILE instead of standard output" },
	{ NULL, 0, NULL, NULL },
};

static int print_one(struct str *out, const struct study *study, const struct table_spec *spec,
	enum table_format format, const struct table_context *context, struct err *e)
{
	struct table *t = NULL;

	if (tables_make(study, spec, e, &t))
		return -1;
	const int result = table_print(out, t, format, context, e);
	tables_free(t);
	return result;
}

/* All tables of the file, or the one of this id. */
static int print_tables(struct str *out, const struct study *study, const char *id,
	enum table_format format, const struct table_context *context, struct err *e)
{
	const struct sweep *sweep = study->sweep;
	size_t first = 0, end = sweep->table_count;

	if (id || !sweep->table_count) {
		const int at = study_cli_find("table", id ? id : "",
			sweep->tables ? sweep->tables[0].id : "", sizeof(sweep->tables[0]),
			sweep->table_count, sweep->path, e);
		if (at < 0)
			return -1;
		first = (size_t)at;
		end = first + 1;
	}
	table_print_begin(out, format);
	for (size_t i = first; i < end; i++) {
		if (i > first)
			table_print_between(out, format);
		if (print_one(out, study, &sweep->tables[i], format, context, e))
			return -1;
	}
	table_print_end(out, format);
	return 0;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct study_cli s = { 0 };
	struct str out = { 0 }, command = { 0 };
	enum table_format format;
	int result = ERR_NONE;

	if (c->argument_count < 1 || c->argument_count > 2)
		return cli_misuse(c, "expected a sweep file, and the id of a table or nothing");
	study_cli_command(&command, c);
	const struct table_context context = { .command = command.s,
		.intervals = cli_has(c, "intervals") };
	const char *id = c->argument_count == 2 ? c->arguments[1] : NULL;
	if (table_format_find(cli_get(c, "format", "text"), &format, &e)
		|| study_cli_open(c, &s, &e) || study_cli_images(c, &s, &e)
		|| print_tables(&out, s.study, id, format, &context, &e)
		|| study_cli_write(c, &out, &e))
		result = cli_fail(&e);
	study_cli_close(&s);
	str_free(&out);
	str_free(&command);
	return result;
}

const struct cli_verb verb_table = {
	.name = "table",
	.arguments = "SWEEP.yaml [ID]",
	.summary = "print the tables of a sweep: mean, sd, n, paired tests, verdicts",
	.examples = "  retrial table experiments/paper.yaml\n"
		    "  retrial table experiments/paper.yaml main --format latex -o main.tex\n",
	.options = options,
	.run = run,
};

/* verb_runs.c - retrial runs: the planned trials and how each stands. */
#include "../report/format.h"
#include "../report/runs.h"
#include "../report/screen.h"
#include "../store/open.h"
#include "../store/rows.h"
#include "cli.h"
#include "study_cli.h"

static int read_and_write(
	const struct cli *c, const struct runs_query *q, enum format format, struct err *e)
{
	struct store *store = NULL;
	struct rows *rows = NULL;
	struct str text = { 0 };
	int result = store_open(cli_get(c, "db", "results/retrial.db"), STORE_READ, e, &store);
	if (result == 0)
		result = runs_read(store, q, e, &rows);
	if (result == 0)
		result = format_rows(rows, format, &text, e);
	if (result == 0)
		result = study_cli_write(c, &text, e);
	str_free(&text);
	rows_free(rows);
	store_close(store);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	enum format format;
	bool bad = false;
	struct runs_query q = { .conditions = (const char *const *)c->arguments,
		.condition_count = (size_t)c->argument_count,
		.sort = cli_get(c, "sort", NULL),
		.columns = cli_get(c, "columns", NULL) };
	q.limit = cli_number(c, "limit", 1, 1000000000, 0, &bad);
	if (bad)
		return ERR_USAGE;
	if (format_parse(cli_get(c, "format", "table"), &format, &e))
		return cli_misuse(c, "%s", e.text);
	if (q.columns)
		screen_keep_columns();
	q.short_identity = format == FORMAT_TABLE;
	return read_and_write(c, &q, format, &e) ? cli_fail(&e) : ERR_NONE;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "sort", 's', "NAMES",
		"sort by these columns, separated by commas; - before a name puts the largest "
		"first" },
	{ "columns", 'c', "NAMES",
		"columns, separated by commas, or all: labels, results, parameters" },
	{ "limit", 0, "N", "at most N rows" },
	{ "format", 'f', "FORMAT", FORMAT_NAMES " (default table)" },
	CLI_OPTION_SAFE_CSV,
	{ "output", 'o', "FILE", "write to FILE instead of standard output" },
	{ 0 },
};

const struct cli_verb verb_runs = {
	.name = "runs",
	.arguments = "[NAME=VALUE | NAME<VALUE | NAME~PATTERN ...]",
	.summary = "list trials with their state and result; filter and sort them",
	.examples = "retrial runs state=failed\n"
		    "retrial runs sweep=paper 'recipe~paper-*' 'test_accuracy>0.89' --sort "
		    "dataset,-test_accuracy\n"
		    "retrial runs 'lr>=1e-4' --format csv\n"
		    "retrial runs tag=best --columns trial,recipe,batch_size,val_accuracy,params "
		    "--limit 10\n",
	.options = options,
	.run = run,
};

/* verb_merge.c - retrial merge: results of several databases in one. */
#include <stdlib.h>

#include "../report/format.h"
#include "../store/merge.h"
#include "cli.h"

/* What became of each source, as a table on stdout. */
static int print_counts(
	const struct merge_counts *counts, size_t count, enum format format, struct err *e)
{
	static const char *const columns[] = {
		"source",
		"sweeps",
		"trials",
		"attempts",
		"known",
		"outranked",
		"running",
		"edited",
		"conflicts",
	};
	struct rows *rows = rows_new(9, columns);
	if (!rows)
		return err_nomem(e);
	for (size_t i = 0; i < count; i++) {
		const size_t numbers[] = { counts[i].sweeps, counts[i].trials, counts[i].attempts,
			counts[i].known, counts[i].outranked, counts[i].running, counts[i].edited,
			counts[i].conflicts };
		rows_add_text(rows, counts[i].path);
		for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++)
			rows_add_integer(rows, (int64_t)numbers[n]);
	}
	struct str text = { 0 };
	int result = format_rows(rows, format, &text, e);
	rows_free(rows);
	if (result == 0
		&& (fwrite(text.s, 1, text.length, stdout) != text.length || fflush(stdout)))
		result = err_errno(e, "standard output");
	str_free(&text);
	return result;
}

/* Say it loudly: this must never happen. */
static void print_conflicts(const struct rows *conflicts)
{
	for (size_t i = 0; i < conflicts->row_count; i++)
		fprintf(stderr,
			"retrial: REPRODUCIBILITY FAILURE: trial %s (%s), same configuration, data "
			"and core version: %s differ\n"
			"  here       %s\n  %s  %s\n",
			rows_text(conflicts, i, 1), rows_text(conflicts, i, 2),
			rows_text(conflicts, i, 3), rows_text(conflicts, i, 4),
			rows_text(conflicts, i, 0), rows_text(conflicts, i, 5));
	if (conflicts->row_count)
		fprintf(stderr,
			"retrial: %zu trials differ; the results that were there stay, the others "
			"were left out\n",
			conflicts->row_count);
}

static int merge(
	const struct cli *c, enum format format, struct merge_counts *counts, struct err *e)
{
	struct store *store = NULL;
	struct rows *conflicts = NULL;
	const size_t count = (size_t)c->argument_count;
	int result = store_open(cli_get(c, "into", ""), STORE_WRITE, e, &store);
	if (result == 0 && store_warning(store))
		fprintf(stderr, "retrial: %s\n", store_warning(store));
	if (result == 0)
		result = store_merge(
			store, (const char *const *)c->arguments, count, counts, e, &conflicts);
	if (result == 0)
		result = print_counts(counts, count, format, e);
	if (result == 0) {
		print_conflicts(conflicts);
		if (conflicts->row_count)
			e->kind = ERR_FAILED;
	}
	rows_free(conflicts);
	store_close(store);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	enum format format;
	if (!cli_has(c, "into"))
		return cli_misuse(c, "--into FILE says which database takes the others in");
	if (format_parse(cli_get(c, "format", "table"), &format, &e))
		return cli_misuse(c, "%s", e.text);
	struct merge_counts *counts = calloc((size_t)c->argument_count + 1, sizeof(*counts));
	if (!counts) {
		err_nomem(&e);
		return cli_fail(&e);
	}
	const int result = merge(c, format, counts, &e);
	free(counts);
	return result ? cli_fail(&e) : (int)e.kind;
}

static const struct cli_option options[] = {
	{ "into", 0, "FILE", "the database to merge into (created if missing)" },
	{ "format", 'f', "FORMAT", "format of the counts: " FORMAT_NAMES " (default table)" },
	{ 0 },
};

const struct cli_verb verb_merge = {
	.name = "merge",
	.arguments = "--into FILE [DATABASE...]",
	.summary = "merge the results of several databases",
	.examples = "retrial merge --into results/all.db shard-1.db shard-2.db\n",
	.options = options,
	.run = run,
};

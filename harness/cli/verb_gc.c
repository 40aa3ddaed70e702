/* verb_gc.c - retrial gc: list, and with --yes remove, unneeded files: state files; and
 * what is asked for in the database. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"
#include "../report/format.h"
#include "../run/gc.h"
#include "../store/remarks.h"
#include "cli.h"
#include "run_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "yes", 'y', NULL, "remove what is listed" },
	{ "deleted", 0, NULL, "include attempts that were deleted (retrial delete)" },
	{ "superseded", 0, NULL, "include attempts of trials that a later attempt has done" },
	{ "weights", 0, NULL, "include the trained weights of superseded attempts" },
	CLI_OPTION_JSON,
	{ 0 },
};

/* A row of --json. */
static void add_row(struct rows *rows, const char *what, const char *path, int64_t count,
	int64_t bytes, const char *reason, const char *state)
{
	rows_add_text(rows, what);
	rows_add_text(rows, path);
	rows_add_integer(rows, count);
	if (bytes < 0)
		rows_add_null(rows);
	else
		rows_add_integer(rows, bytes);
	rows_add_text(rows, reason);
	rows_add_text(rows, state);
}

/* List or remove files. rows: where they go instead of standard output; NULL: nowhere. */
static int collect(
	struct store *store, const char *folder, bool yes, struct rows *rows, struct err *e)
{
	struct gc_list list;
	int result = 0;
	if (gc_find(store, folder, &list, e))
		return -1;
	for (size_t i = 0; i < list.count && !result; i++) {
		const struct gc_file *f = &list.files[i];
		if (yes)
			file_remove_tree(f->path);
		if (yes && file_exists(f->path))
			result = err_errno(e, f->path);
		else if (rows)
			add_row(rows, "file", f->path, 1, (int64_t)f->bytes, f->reason,
				yes ? "removed" : "removable");
		else
			printf("%s%12lld  %s  (%s)\n", yes ? "removed " : "", (long long)f->bytes,
				f->path, f->reason);
	}
	if (!result && !rows)
		printf("%zu files, %lld bytes %s%s; %zu files, %lld bytes are kept\n", list.count,
			(long long)list.bytes, yes ? "removed" : "can be removed",
			yes || !list.count ? "" : " (--yes does it)", list.kept,
			(long long)list.kept_bytes);
	gc_free(&list);
	return result;
}

/* ---- in the database ---- */

static const struct {
	const char *option, *what;
} purges[STORE_PURGES] = {
	[STORE_PURGE_DELETED] = { "deleted", "attempts that were deleted" },
	[STORE_PURGE_SUPERSEDED] = { "superseded",
		"attempts of trials that a later attempt has done" },
	[STORE_PURGE_WEIGHTS] = { "weights",
		"trained weights of attempts of trials that a later attempt has done" },
};

static long long size_of(const char *path)
{
	struct stat status;
	return stat(path, &status) ? 0 : (long long)status.st_size;
}

static int purge(
	const struct cli *c, struct store *store, const char *db, struct rows *list, struct err *e)
{
	const bool yes = cli_has(c, "yes");
	const long long before = size_of(db);
	size_t total = 0;
	/* Weights first: with the attempts they would be gone uncounted. */
	for (int what = STORE_PURGES - 1; what >= 0; what--) {
		const bool asked = cli_has(c, purges[what].option), remove = yes && asked;
		size_t rows;
		if (store_purge(store, (enum store_purge)what, remove, &rows, e))
			return -1;
		if (list && (asked || rows))
			add_row(list, purges[what].option, db, (int64_t)rows, -1, purges[what].what,
				remove ? "removed" : "removable");
		else if (asked || rows)
			printf("%s%zu %s%s%s%s\n", remove ? "removed " : "", rows,
				purges[what].what, asked || !rows ? "" : " (--",
				asked || !rows ? "" : purges[what].option,
				asked || !rows ? "" : " includes them)");
		if (asked)
			total += rows;
	}
	if (!yes || !total)
		return 0;
	if (store_vacuum(store, e))
		return -1;
	if (!list)
		printf("%s: %lld bytes, %lld before\n", db, size_of(db), before);
	return 0;
}

static int run(const struct cli *c)
{
	static const char *const columns[] = { "what", "path", "count", "bytes", "reason",
		"state" };
	const char *db = cli_get(c, "db", "results/retrial.db");
	struct err e = { 0 };
	struct store *store;
	if (c->argument_count)
		return cli_misuse(c,
			"no arguments are expected (--db names the database; its states are beside "
			"it)");
	const bool write = cli_has(c, "yes")
		&& (cli_has(c, "deleted") || cli_has(c, "superseded") || cli_has(c, "weights"));
	if (store_open(db, write ? STORE_CHANGE : STORE_READ, &e, &store))
		return cli_fail(&e);
	char *folder = run_cli_states(db);
	struct rows *rows = NULL;
	struct str text = { 0 };
	int failed = 0;
	if (cli_has(c, "json") && !(rows = rows_new(6, columns)))
		failed = err_nomem(&e);
	if (!failed)
		failed = collect(store, folder, cli_has(c, "yes"), rows, &e)
			|| purge(c, store, db, rows, &e);
	if (!failed && rows)
		failed = rows_complete(rows) ? format_rows(rows, FORMAT_JSON, &text, &e)
					     : err_nomem(&e);
	if (!failed && rows)
		fputs(text.s, stdout);
	str_free(&text);
	rows_free(rows);
	free(folder);
	store_close(store);
	return failed ? cli_fail(&e) : ERR_NONE;
}

const struct cli_verb verb_gc = {
	.name = "gc",
	.arguments = NULL,
	.summary = "list or remove files and results that are no longer needed",
	.examples = "  retrial gc                       # what could go\n"
		    "  retrial gc --yes                 # remove unneeded files\n"
		    "  retrial gc --deleted --yes       # and deleted results, for good",
	.options = options,
	.run = run,
};

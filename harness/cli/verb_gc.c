/* verb_gc.c - retrial gc: list, and with --yes remove, state files that are of no use any more. */
#include <stdlib.h>
#include <unistd.h>

#include "../run/gc.h"
#include "cli.h"
#include "run_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "yes", 'y', NULL, "remove them (otherwise they are only listed)" },
	{ 0 },
};

static int collect(struct store *store, const char *folder, bool yes, struct err *e)
{
	struct gc_list list;
	int answer = 0;
	if (gc_find(store, folder, &list, e))
		return -1;
	for (size_t i = 0; i < list.count && !answer; i++) {
		const struct gc_file *f = &list.files[i];
		if (yes && unlink(f->path))
			answer = err_errno(e, f->path);
		else
			printf("%s%12lld  %s  (%s)\n", yes ? "removed " : "", (long long)f->bytes, f->path, f->reason);
	}
	if (!answer)
		printf("%zu files, %lld bytes %s%s; %zu files, %lld bytes are kept\n", list.count, (long long)list.bytes, yes ? "removed" : "can be removed",
		       yes || !list.count ? "" : " (--yes does it)", list.kept, (long long)list.kept_bytes);
	gc_free(&list);
	return answer;
}

static int run(const struct cli *c)
{
	const char *db = cli_get(c, "db", "results/retrial.db");
	struct err e = { 0 };
	struct store *store;
	if (c->argument_count)
		return cli_misuse(c, "no arguments are expected (--db names the database; its states are beside it)");
	if (store_open(db, STORE_READ, &e, &store))
		return cli_fail(&e);
	char *folder = run_cli_states(db);
	const int failed = collect(store, folder, cli_has(c, "yes"), &e);
	free(folder);
	store_close(store);
	return failed ? cli_fail(&e) : ERR_NONE;
}

const struct cli_verb verb_gc = {
	.name = "gc",
	.arguments = NULL,
	.summary = "list or remove checkpoints and shared phases that are of no use any more",
	.examples = "  retrial gc            what could go\n"
	            "  retrial gc --yes      remove it",
	.options = options,
	.run = run,
};

/* verb_delete.c - retrial delete and retrial restore: take results of trials back, and undo that.
 * Nothing is removed from the file (retrial gc --deleted does that). */
#include "../report/show.h"
#include "../store/remarks.h"
#include "cli.h"

struct change {
	int (*make)(struct store *s, const char *identity, size_t *attempts, struct err *e);
	bool back;
	const char *done;
};

static int change_one(struct store *store, const struct change *what, bool dry,
	const char *beginning, struct str *told, struct err *e)
{
	char identity[DIGEST_TEXT];
	size_t attempts;
	if (show_find(store, beginning, identity, e))
		return -1;
	if (dry ? store_delete_count(store, identity, what->back, &attempts, e)
		: what->make(store, identity, &attempts, e))
		return -1;
	str_addf(told, "%.12s: %zu attempt%s %s%s\n", identity, attempts, attempts == 1 ? "" : "s",
		dry ? "would be " : "", what->done);
	return 0;
}

/* All or none: nothing is said of changes that a later error takes back. */
static int change_all(
	const struct cli *c, struct store *store, const struct change *what, struct err *e)
{
	const bool dry = cli_has(c, "dry-run");
	struct str told = { 0 };
	int result = dry ? 0 : store_group_begin(store, e);
	if (result)
		return -1;
	for (int i = 0; result == 0 && i < c->argument_count; i++)
		result = change_one(store, what, dry, c->arguments[i], &told, e);
	if (!dry)
		result = store_group_end(store, result == 0, result ? NULL : e) || result ? -1 : 0;
	if (result == 0)
		fputs(told.s, stdout);
	str_free(&told);
	return result;
}

static int run(const struct cli *c, const struct change *what)
{
	struct err e = { 0 };
	struct store *store = NULL;
	if (c->argument_count == 0)
		return cli_misuse(c,
			"which trials? (their identities, or how they begin: retrial runs lists "
			"them)");
	if (store_open(cli_get(c, "db", "results/retrial.db"),
		    cli_has(c, "dry-run") ? STORE_READ : STORE_CHANGE, &e, &store))
		return cli_fail(&e);
	const int result = change_all(c, store, what, &e);
	store_close(store);
	return result ? cli_fail(&e) : ERR_NONE;
}

static int run_delete(const struct cli *c)
{
	return run(c, &(struct change){ store_delete, false, "deleted" });
}

static int run_restore(const struct cli *c)
{
	return run(c, &(struct change){ store_restore, true, "restored" });
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "dry-run", 'n', NULL, "change nothing; say what would change" },
	{ 0 },
};

const struct cli_verb verb_delete = {
	.name = "delete",
	.arguments = "TRIAL...",
	.summary = "mark trials as not run; the next run repeats them (undo with restore)",
	.examples = "  retrial delete 3f2a91            # retrial restore 3f2a91 undoes it\n"
		    "  retrial gc --deleted --yes       # removes deleted results for good",
	.options = options,
	.run = run_delete,
};

const struct cli_verb verb_restore = {
	.name = "restore",
	.arguments = "TRIAL...",
	.summary = "undo retrial delete",
	.examples = "  retrial restore 3f2a91",
	.options = options,
	.run = run_restore,
};

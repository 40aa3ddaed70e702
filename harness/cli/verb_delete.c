/* verb_delete.c - retrial delete and retrial restore: take results of trials back, and undo that.
 * Nothing is removed from the file (retrial gc --deleted does that). */
#include "../report/show.h"
#include "../store/remarks.h"
#include "cli.h"

typedef int change(struct store *s, const char *identity, size_t *attempts, struct err *e);

static int change_all(
	const struct cli *c, struct store *store, change *what, const char *done, struct err *e)
{
	const bool dry = cli_has(c, "dry-run");
	int result = store_group_begin(store, e); /* all or none */
	if (result)
		return -1;
	for (int i = 0; result == 0 && i < c->argument_count; i++) {
		char identity[DIGEST_TEXT];
		size_t attempts;
		result = show_find(store, c->arguments[i], identity, e)
				|| what(store, identity, &attempts, e)
			? -1
			: 0;
		if (result == 0)
			printf("%.12s: %zu attempt%s %s%s\n", identity, attempts,
				attempts == 1 ? "" : "s", dry ? "would be " : "", done);
	}
	return store_group_end(store, result == 0 && !dry, result ? NULL : e) || result ? -1 : 0;
}

static int run(const struct cli *c, change *what, const char *done)
{
	struct err e = { 0 };
	struct store *store = NULL;
	if (c->argument_count == 0)
		return cli_misuse(c,
			"which trials? (their identities, or how they begin: retrial runs lists "
			"them)");
	if (store_open(cli_get(c, "db", "results/retrial.db"), STORE_WRITE, &e, &store))
		return cli_fail(&e);
	const int result = change_all(c, store, what, done, &e);
	store_close(store);
	return result ? cli_fail(&e) : ERR_NONE;
}

static int run_delete(const struct cli *c)
{
	return run(c, store_delete, "deleted");
}

static int run_restore(const struct cli *c)
{
	return run(c, store_restore, "restored");
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

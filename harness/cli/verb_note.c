/* verb_note.c - retrial note: a remark on a trial, for whoever looks at it later (retrial show). */
#include "../report/show.h"
#include "../store/remarks.h"
#include "cli.h"

static int write_note(const struct cli *c, struct store *store, struct err *e)
{
	char identity[DIGEST_TEXT];
	if (show_find(store, c->arguments[0], identity, e)
		|| store_note(store, identity, c->arguments[1], e))
		return -1;
	printf("%.12s has a new note\n", identity);
	return 0;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct store *store = NULL;
	if (c->argument_count != 2)
		return cli_misuse(c,
			"a trial and a text are expected: retrial note 3f2a 'the learning rate was "
			"too high'");
	if (store_open(cli_get(c, "db", "results/retrial.db"), STORE_CHANGE, &e, &store))
		return cli_fail(&e);
	const int result = write_note(c, store, &e);
	store_close(store);
	return result ? cli_fail(&e) : ERR_NONE;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ 0 },
};

const struct cli_verb verb_note = {
	.name = "note",
	.arguments = "TRIAL TEXT",
	.summary = "write a note on a trial; show prints it",
	.examples = "  retrial note 3f2a91 'stopped early: the learning rate was too high'",
	.options = options,
	.run = run,
};

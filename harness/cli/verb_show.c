/* verb_show.c - retrial show: everything that the database knows of one trial. */
#include "../report/show.h"
#include "../store/open.h"
#include "cli.h"
#include "study_cli.h"

static int read_and_write(const struct cli *c, struct err *e)
{
	struct store *store = NULL;
	struct str text = { 0 };
	char identity[DIGEST_TEXT];
	int result = store_open(cli_get(c, "db", "results/retrial.db"), STORE_READ, e, &store);
	if (result == 0)
		result = show_find(store, c->arguments[0], identity, e);
	if (result == 0)
		result = show_trial(store, identity, cli_has(c, "json"), &text, e);
	if (result == 0)
		result = study_cli_write(c, &text, e);
	str_free(&text);
	store_close(store);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	if (c->argument_count != 1)
		return cli_misuse(c,
			"which trial? (its identity, or how that begins: retrial runs lists them)");
	return read_and_write(c, &e) ? cli_fail(&e) : ERR_NONE;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_JSON,
	{ "output", 'o', "FILE", "write to FILE instead of standard output" },
	{ 0 },
};

const struct cli_verb verb_show = {
	.name = "show",
	.arguments = "TRIAL",
	.summary = "show everything about one trial: configuration, result, phases, attempts, "
		   "environment",
	.examples = "retrial show 3f2a91\n",
	.options = options,
	.run = run,
};

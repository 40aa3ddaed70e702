/* verb_diff.c - retrial diff: two recorded trials side by side. */
#include "../base/str.h"
#include "../report/diff.h"
#include "../report/show.h"
#include "../store/open.h"
#include "cli.h"
#include "places.h"
#include "study_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	CLI_OPTION_JSON,
	{ 0 },
};

static int compare(const struct cli *c, struct store *store, bool *same, struct err *e)
{
	struct places places;
	struct str text = { 0 };
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	places_fill(&places, c);
	if (show_find(store, c->arguments[0], a, e) || show_find(store, c->arguments[1], b, e))
		return -1;
	int result = diff_trials(store, a, b, &places.dataset, cli_has(c, "json"), &text, same, e);
	if (!result)
		result = study_cli_write(c, &text, e);
	str_free(&text);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct store *store;
	bool same = false;
	if (c->argument_count != 2)
		return cli_misuse(c,
			"two trials are expected (the beginnings of their identities), %d "
			"arguments were given",
			c->argument_count);
	if (store_open(cli_get(c, "db", "results/retrial.db"), STORE_READ, &e, &store))
		return cli_fail(&e);
	const int failed = compare(c, store, &same, &e);
	store_close(store);
	return failed ? cli_fail(&e) : same ? ERR_NONE : ERR_FAILED;
}

const struct cli_verb verb_diff = {
	.name = "diff",
	.arguments = "TRIAL TRIAL",
	.summary = "compare two trials: configuration, code, data, machine, results, test images",
	.examples = "  retrial diff 3522efb88fae e4fb75b533bb",
	.options = options,
	.run = run,
};

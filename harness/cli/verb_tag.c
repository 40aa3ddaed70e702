/* verb_tag.c - retrial tag: words that people give to trials; without arguments, which there are.
 */
#include "../report/format.h"
#include "../report/show.h"
#include "../store/read.h"
#include "../store/remarks.h"
#include "cli.h"
#include "study_cli.h"

static int tag_one(const struct cli *c, struct store *store, const char *word, const char *trial,
	struct str *told, struct err *e)
{
	char identity[DIGEST_TEXT];
	bool changed;
	const bool on = !cli_has(c, "remove");
	if (show_find(store, trial, identity, e)
		|| store_tag(store, identity, word, on, &changed, e))
		return -1;
	str_addf(told, "%.12s %s %s\n", identity,
		on                ? changed ? "is now" : "was already"
			: changed ? "is no longer"
				  : "was not",
		word);
	return 0;
}

/* All or none: nothing is said of changes that a later error takes back. */
static int tag_all(const struct cli *c, struct store *store, struct err *e)
{
	struct str told = { 0 };
	int result = store_group_begin(store, e);
	if (result)
		return -1;
	for (int i = 1; result == 0 && i < c->argument_count; i++)
		result = tag_one(c, store, c->arguments[0], c->arguments[i], &told, e);
	result = store_group_end(store, result == 0, result ? NULL : e) || result ? -1 : 0;
	if (result == 0)
		fputs(told.s, stdout);
	str_free(&told);
	return result;
}

static int list_tags(const struct cli *c, struct store *store, struct err *e)
{
	struct rows *rows = NULL;
	struct str text = { 0 };
	int result = store_ask(store, "tags", NULL, e, &rows);
	if (result == 0)
		result = format_rows(
			rows, cli_has(c, "json") ? FORMAT_JSON : FORMAT_TABLE, &text, e);
	if (result == 0)
		result = study_cli_write(c, &text, e);
	str_free(&text);
	rows_free(rows);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct store *store = NULL;
	if (c->argument_count == 1)
		return cli_misuse(c, "which trials? a word, then trials: retrial tag %s 3f2a",
			c->arguments[0]);
	if (c->argument_count && cli_has(c, "json"))
		return cli_misuse(c, "--json is for the list of tags: retrial tag --json");
	if (store_open(cli_get(c, "db", "results/retrial.db"),
		    c->argument_count ? STORE_CHANGE : STORE_READ, &e, &store))
		return cli_fail(&e);
	const int result = c->argument_count ? tag_all(c, store, &e) : list_tags(c, store, &e);
	store_close(store);
	return result ? cli_fail(&e) : ERR_NONE;
}

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "remove", 0, NULL, "remove the tag" },
	{ "json", 0, NULL, "print the list of tags as JSON" },
	{ 0 },
};

const struct cli_verb verb_tag = {
	.name = "tag",
	.arguments = "[WORD TRIAL...]",
	.summary = "tag trials, or list the tags; runs tag=WORD finds them",
	.examples =
		"  retrial tag best 3f2a91 9c01\n"
		"  retrial tag --remove best 3f2a91\n"
		"  retrial tag                          # the words, and how many trials have them",
	.options = options,
	.run = run,
};

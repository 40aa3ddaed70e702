/* verb_bundle.c - retrial bundle: a study as one archive for other people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../bundle/bundle.h"
#include "cli.h"
#include "study_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "output", 'o', "FILE",
		"the archive (default results/bundle.tar.zst); its name without .tar.zst is the "
		"folder in it" },
	{ "results", 0, "DIR",
		"published results to put in (default results/reference, if it is there)" },
	{ "no-source", 0, NULL, "leave the source of the program out" },
	{ NULL, 0, NULL, NULL },
};

static int run(const struct cli *c)
{
	const char *path = cli_get(c, "output", "results/bundle.tar.zst"),
		   *results = cli_get(c, "results", NULL);
	if (c->argument_count)
		return cli_misuse(c, "bundle takes no arguments: all of the database goes in");
	if (!bundle_is_one(path))
		return cli_misuse(c, "'%s' has to end with .tar.zst", path);
	if (!results && file_exists("results/reference"))
		results = "results/reference";
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char *name = strndup(base, strlen(base) - strlen(".tar.zst"));
	struct err e = { 0 };
	struct store *store = NULL;
	struct str warning = { 0 };
	const struct bundle_options o = {
		.name = name, .results = results, .source = !cli_has(c, "no-source")
	};
	int result = name && name[0] && name[0] != '.'
		? store_open(study_cli_database(c), STORE_READ, &e, &store)
		: err_set(&e, ERR_USAGE, "'%s': the folder in the archive needs a name", path);
	if (result == 0)
		result = bundle_make(store, &o, path, &warning, &e);
	if (result == 0 && warning.length)
		fprintf(stderr, "warning: %s\n", warning.s);
	if (result == 0)
		printf("%s\n", path);
	store_close(store);
	str_free(&warning);
	free(name);
	return result ? cli_fail(&e) : ERR_NONE;
}

const struct cli_verb verb_bundle = {
	.name = "bundle",
	.arguments = "",
	.summary = "write the whole study as one archive: database, sweeps, source, digests, "
		   "appendices",
	.examples = "  retrial bundle -o paper.tar.zst\n"
		    "  retrial verify paper.tar.zst --sample 3\n",
	.options = options,
	.run = run,
};

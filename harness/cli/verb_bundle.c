/* verb_bundle.c - retrial bundle: a study as one archive for other people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bundle/bundle.h"
#include "../run/augmented.h"
#include "../store/open.h"
#include "cli.h"
#include "places.h"
#include "study_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "output", 'o', "FILE",
		"the archive (default results/bundle.tar.zst); its name without .tar.zst is the "
		"folder in it" },
	{ "results", 0, "DIR",
		"put in this folder of published results instead of new tables, verdicts, figures "
		"and reports" },
	STUDY_CLI_OPTION_SCRIPTS,
	{ "data-limit", 0, "MB",
		"include imported data sets and a program's inputs up to this size (default 500), "
		"and only the digest of larger ones" },
	CLI_OPTION_DATA,
	{ "no-inputs", 0, NULL, "leave the programs and data of programs' trials out" },
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
	bool bad = false;
	const long limit = cli_number(c, "data-limit", 0, 2000, 500, &bad);
	if (bad)
		return ERR_USAGE;
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char *name = strndup(base, strlen(base) - strlen(".tar.zst"));
	struct err e = { 0 };
	struct store *store = NULL;
	struct str warning = { 0 }, scripts = { 0 };
	struct places places;
	places_fill(&places, c);
	if (!results && study_cli_scripts(&scripts, c, &e))
		return cli_fail(&e);
	const struct published_places published = { .scripts = scripts.s,
		.data = &places.dataset,
		.augment = augmented_image,
		.temporary = places_temporary() };
	const struct bundle_options o = { .name = name,
		.results = results,
		.published = &published,
		.source = !cli_has(c, "no-source"),
		.inputs = !cli_has(c, "no-inputs"),
		.places = &places.dataset,
		.data_bytes_max = (size_t)limit * 1000000 };
	int result = name && name[0] && name[0] != '.'
		? store_open(study_cli_database(c), STORE_READ, &e, &store)
		: err_set(&e, ERR_USAGE, "'%s': the folder in the archive needs a name", path);
	if (result == 0)
		result = bundle_make(store, &o, path, &warning, &e);
	for (const char *line = warning.s; result == 0 && line && *line;
		line = strchr(line, '\n') + 1)
		fprintf(stderr, "warning: not in the bundle: %.*s\n", (int)strcspn(line, "\n"),
			line);
	if (result == 0)
		printf("%s\n", path);
	store_close(store);
	str_free(&warning);
	str_free(&scripts);
	free(name);
	return result ? cli_fail(&e) : ERR_NONE;
}

const struct cli_verb verb_bundle = {
	.name = "bundle",
	.arguments = "",
	.summary = "write the whole study as one archive: database, sweeps, tables, figures, "
		   "report, source, digests, appendices",
	.examples = "  retrial bundle -o paper.tar.zst\n"
		    "  retrial verify paper.tar.zst --sample 3\n",
	.options = options,
	.run = run,
};

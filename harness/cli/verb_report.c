/* verb_report.c - `retrial report`: a study as one HTML page. */
#include <stdio.h>
#include <string.h>

#include "../base/file.h"
#include "../report/report.h"
#include "../run/augmented.h"
#include "places.h"
#include "study_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "output", 'o', "FILE", "the page (default results/report.html)" },
	{ "folder", 0, "DIR",
		"folder for the figures that go into the page (default results/figures)" },
	STUDY_CLI_OPTION_SCRIPTS,
	CLI_OPTION_DATA,
	{ NULL, 0, NULL, NULL },
};

/* The page, and what it lacks. Returns the exit code. */
static int tell(const char *path, const char *missing)
{
	for (const char *line = missing; line && *line; line = strchr(line, '\n') + 1)
		fprintf(stderr, "warning: %.*s\n", (int)strcspn(line, "\n"), line);
	printf("%s\n", path);
	return missing && *missing ? ERR_ENVIRONMENT : ERR_NONE;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct study_cli s = { 0 };
	struct str page = { 0 }, command = { 0 }, scripts = { 0 }, missing = { 0 };
	const char *path = cli_get(c, "output", "results/report.html");
	int result = ERR_NONE;

	if (c->argument_count > 1)
		return cli_misuse(
			c, "expected one sweep file, or none for the only sweep of the database");
	study_cli_command(&command, c);
	struct places data;
	places_fill(&data, c);
	if (study_cli_scripts(&scripts, c, &e) || study_cli_open(c, &s, &e)
		|| study_cli_images(c, &s, &e))
		result = cli_fail(&e);
	if (!result) {
		const struct report_context context = {
			.command = command.s,
			.database = study_cli_database(c),
			.scripts = scripts.s,
			.data = &data.dataset,
			.augment = augmented_image,
			.figures = cli_get(c, "folder", "results/figures"),
			.missing = &missing,
		};
		if (report_make(s.store, s.study, &context, &page, &e)
			|| file_write(path, page.s, page.length, &e))
			result = cli_fail(&e);
		else
			result = tell(path, missing.s);
	}
	study_cli_close(&s);
	str_free(&page);
	str_free(&missing);
	str_free(&command);
	str_free(&scripts);
	return result;
}

const struct cli_verb verb_report = {
	.name = "report",
	.arguments = "[SWEEP.yaml]",
	.summary = "write a study as one HTML page: verdicts, tables, figures, every trial, "
		   "environment, commands",
	.examples = "  retrial report experiments/paper.yaml -o paper.html\n",
	.options = options,
	.run = run,
};

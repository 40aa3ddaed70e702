/* verb_plot.c - `retrial plot`: the figures that a sweep file describes, drawn from the database.
 */
#include <stdio.h>

#include "../report/figures.h"
#include "../run/augmented.h"
#include "places.h"
#include "study_cli.h"
#include "sweep_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_SET,
	{ "folder", 'o', "DIR", "where data, scripts and images go (default results/figures)" },
	STUDY_CLI_OPTION_SCRIPTS,
	CLI_OPTION_DATA,
	{ "pdf", 0, NULL, "draw a PDF as well" },
	{ NULL, 0, NULL, NULL },
};

static int draw(struct study_cli *s, const char *id, const struct figure_places *places,
	struct str *written, struct err *e)
{
	const struct sweep *sweep = s->sweep;
	size_t first = 0, end = sweep->figure_count;

	if (id || !sweep->figure_count) {
		const int at = study_cli_find("figure", id ? id : "",
			sweep->figures ? sweep->figures[0].id : "", sizeof(sweep->figures[0]),
			sweep->figure_count, sweep->path, e);
		if (at < 0)
			return -1;
		first = (size_t)at;
		end = first + 1;
	}
	for (size_t i = first; i < end; i++) {
		struct err reason = { 0 };
		if (!figures_make(s->store, s->study, &sweep->figures[i], places, written, &reason))
			continue;
		if (reason.kind == ERR_FAILED
			&& !id) /* of all figures, one that has no data yet is no mistake */
			fprintf(stderr, "retrial: %s\n", reason.text);
		else if (reason.kind > e->kind) /* reported after the others are drawn */
			*e = reason;
	}
	return e->kind ? -1 : 0;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct study_cli s = { 0 };
	struct str written = { 0 }, command = { 0 }, scripts = { 0 };
	int result = ERR_NONE;

	if (c->argument_count < 1 || c->argument_count > 2)
		return cli_misuse(c, "expected a sweep file, and the id of a figure or nothing");
	study_cli_command(&command, c);
	if (study_cli_scripts(&scripts, c, &e))
		result = cli_fail(&e);
	struct places data;
	places_fill(&data, c);
	if (!result) {
		const struct figure_places places = {
			.scripts = scripts.s,
			.output = cli_get(c, "folder", "results/figures"),
			.command = command.s,
			.pdf = cli_has(c, "pdf"),
			.data = &data.dataset,
			.augment = augmented_image,
		};
		if (study_cli_open(c, &s, &e)
			|| draw(&s, c->argument_count == 2 ? c->arguments[1] : NULL, &places,
				&written, &e))
			result = cli_fail(&e);
	}
	if (written.length)
		fputs(written.s, stdout);
	study_cli_close(&s);
	str_free(&written);
	str_free(&command);
	str_free(&scripts);
	return result;
}

const struct cli_verb verb_plot = {
	.name = "plot",
	.arguments = "SWEEP.yaml [ID]",
	.summary = "draw the figures of a sweep with gnuplot: SVG and PNG, with their data and "
		   "scripts",
	.examples = "  retrial plot experiments/paper.yaml\n"
		    "  retrial plot experiments/paper.yaml curves --folder /tmp/figures --pdf\n",
	.options = options,
	.run = run,
};

/* verb_schema.c - `retrial schema`: the JSON Schema of sweep files, for editors. */
#include "../plan/schema.h"
#include "../report/figures.h"
#include "../report/metric.h"
#include "cli.h"
#include "study_cli.h"

enum { METRICS_MAX = 500 };

static int run(const struct cli *c)
{
	const char *metrics[METRICS_MAX + 1];
	size_t count = 0, figures;
	struct str out = { 0 };
	struct err e = { 0 };
	if (c->argument_count)
		return cli_misuse(c, "expected no argument");
	for (; metric_at(count) && count < METRICS_MAX; count++)
		metrics[count] = metric_at(count)->name;
	metrics[count] = NULL;
	const char *kinds[64] = { NULL };
	const char *const *names = figures_kinds(&figures);
	for (size_t i = 0; i < figures && i < 63; i++)
		kinds[i] = names[i];
	const int result =
		language_schema(metrics, kinds, &out, &e) || study_cli_write(c, &out, &e);
	str_free(&out);
	return result ? cli_fail(&e) : ERR_NONE;
}

static const struct cli_option options[] = {
	{ "output", 'o', "FILE", "write to FILE instead of standard output" },
	{ 0 },
};

const struct cli_verb verb_schema = {
	.name = "schema",
	.summary = "print the JSON Schema of sweep files, for editors",
	.examples = "  retrial schema -o retrial.schema.json\n"
		    "  # then the first line of a sweep file:\n"
		    "  # yaml-language-server: $schema=retrial.schema.json\n",
	.options = options,
	.run = run,
};

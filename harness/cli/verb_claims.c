/* verb_claims.c - `retrial claims`: a verdict for every number of the paper that a sweep file
 * states. */
#include <stdlib.h>

#include "../report/table_print.h"
#include "study_cli.h"
#include "sweep_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	CLI_OPTION_SET,
	{ "format", 'f', "FORMAT", "text (default), md, csv, json, latex or html" },
	CLI_OPTION_SAFE_CSV,
	{ "output", 'o', "FILE", "write to FILE instead of standard output" },
	{ NULL, 0, NULL, NULL },
};

/* 1 when a claim was tested and does not hold; what is inconclusive or has no data is no failure.
 */
static int exit_code(const struct claim_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (claims_differs(results[i].verdict))
			return ERR_FAILED;
	return ERR_NONE;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct study_cli s = { 0 };
	struct str out = { 0 }, command = { 0 };
	struct claim_result *results = NULL;
	enum table_format format;
	int result;

	if (c->argument_count != 1)
		return cli_misuse(c, "expected one sweep file");
	study_cli_command(&command, c);
	const struct table_context context = { .command = command.s };
	if (table_format_find(cli_get(c, "format", "text"), &format, &e)
		|| study_cli_open(c, &s, &e) || study_cli_images(c, &s, &e)
		|| claims_evaluate(s.study, &e, &results)
		|| table_print_claims(&out, s.study, results, format, &context, &e)
		|| study_cli_write(c, &out, &e))
		result = cli_fail(&e);
	else
		result = exit_code(results, s.sweep->claim_count);
	free(results);
	study_cli_close(&s);
	str_free(&out);
	str_free(&command);
	return result;
}

const struct cli_verb verb_claims = {
	.name = "claims",
	.arguments = "SWEEP.yaml",
	.summary = "give a verdict on every claim: reproduced, not reproduced, inconclusive",
	.examples = "  retrial claims experiments/paper.yaml\n"
		    "  retrial claims experiments/paper.yaml --format json | jq '.claims[] | .id + "
		    "\": \" + .verdict'\n",
	.options = options,
	.run = run,
};

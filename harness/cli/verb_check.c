/* verb_check.c - `retrial check`: are these sweep files right? Says all that is wrong with each, or
 * what it asks for. */
#include "split_cli.h"
#include "sweep_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DATA,
	CLI_OPTION_SEEDS,
	CLI_OPTION_SET,
	{ NULL, 0, NULL, NULL },
};

static int check_file(const struct cli *c, const char *path)
{
	struct sweep *sweep;
	int code = sweep_cli_read(c, path, &sweep);
	if (code != ERR_NONE)
		return code;
	code = split_cli_check(c, sweep);
	if (code == ERR_NONE)
		code = sweep_cli_foresee(sweep, true);
	if (code != ERR_NONE) {
		sweep_free(sweep);
		return code;
	}
	struct str counts = { 0 };
	sweep_cli_count(&counts, "", sweep->trial_count, "trial");
	sweep_cli_count(
		&counts, " (", sweep->trial_count / (size_t)sweep->seed_count, "configuration");
	sweep_cli_count(&counts, ", ", (size_t)sweep->seed_count, "seed");
	sweep_cli_count(&counts, "), ", sweep->claim_count, "claim");
	sweep_cli_count(&counts, ", ", sweep->table_count, "table");
	sweep_cli_count(&counts, ", ", sweep->figure_count, "figure");
	printf("%s: good: %s\n", path, counts.s);
	str_free(&counts);
	sweep_free(sweep);
	return ERR_NONE;
}

static int run(const struct cli *c)
{
	if (c->argument_count == 0)
		return cli_misuse(c, "expected at least one sweep file");
	int worst = ERR_NONE;
	for (int i = 0; i < c->argument_count; i++) {
		const int code = check_file(c, c->arguments[i]);
		if (code > worst)
			worst = code;
	}
	return worst;
}

const struct cli_verb verb_check = {
	.name = "check",
	.arguments = "SWEEP.yaml...",
	.summary = "find every error in a sweep file, or summarise it",
	.examples = "  retrial check experiments/paper.yaml\n"
		    "  retrial check experiments/*.yaml\n",
	.options = options,
	.run = run,
};

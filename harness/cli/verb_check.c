/* verb_check.c - `retrial check`: are these sweep files right? Says all that is wrong with each, or what it asks for. */
#include "sweep_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_SEEDS,
	CLI_OPTION_SET,
	{ NULL, 0, NULL, NULL },
};

static int check_file(const struct cli *c, const char *path)
{
	struct sweep *sweep;
	const int code = sweep_cli_read(c, path, &sweep);
	if (code != ERR_NONE)
		return code;
	const size_t configurations = sweep->trial_count / (size_t)sweep->seed_count;
	printf("%s: good: %zu trials (%zu configurations, %d seeds), %zu claims, %zu tables, %zu figures\n", path, sweep->trial_count,
	       configurations, sweep->seed_count, sweep->claim_count, sweep->table_count, sweep->figure_count);
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
	.summary = "say everything that is wrong with a sweep file, or what it asks for",
	.examples = "  retrial check experiments/paper.yaml\n"
		    "  retrial check experiments/*.yaml\n",
	.options = options,
	.run = run,
};

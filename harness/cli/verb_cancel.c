/* verb_cancel.c - retrial cancel: take a sweep's tasks out of Slurm. */
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../run/slurm.h"
#include "cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ 0 },
};

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct slurm_queue q;
	if (c->argument_count != 1)
		return cli_misuse(
			c, "one sweep is expected, %d arguments were given", c->argument_count);
	const char *name = c->arguments[0];
	if (strchr(name, '/') || strstr(name, ".yaml"))
		return cli_misuse(c,
			"%s: the name of a sweep is expected (retrial status lists "
			"them), not a file",
			name);
	char *folder = slurm_folder(cli_get(c, "db", "results/retrial.db"), name, &e);
	if (folder && !file_exists(folder)) {
		err_set(&e, ERR_USAGE,
			"no sweep '%s' was submitted from this database (there is no %s)", name,
			folder);
		free(folder);
		return cli_fail(&e);
	}
	int result = folder ? slurm_queue_read(folder, &e, &q) : -1;
	if (!result) {
		size_t tasks = 0; /* without the job that merges */
		for (size_t i = 0; i < q.count; i++)
			tasks += q.tasks[i].number > 0;
		result = slurm_cancel(&q, &e);
		if (!result)
			printf("%zu task%s cancelled; what they had done stays (retrial run "
			       "--executor slurm goes on)\n",
				tasks, tasks == 1 ? "" : "s");
		slurm_queue_free(&q);
	}
	free(folder);
	return result ? cli_fail(&e) : 0;
}

const struct cli_verb verb_cancel = {
	.name = "cancel",
	.arguments = "SWEEP",
	.summary = "remove a sweep's waiting and running tasks from Slurm",
	.examples = "  retrial cancel paper",
	.options = options,
	.run = run,
};

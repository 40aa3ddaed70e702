/* slurm_cli.h - retrial run --executor slurm: submit missing trials to Slurm, and merge the results
 * of tasks. */
#ifndef CLI_SLURM_CLI_H
#define CLI_SLURM_CLI_H

#include "../run/local.h"
#include "../run/slurm.h"
#include "../store/open.h"
#include "cli.h"

/* For the table of options of `run`. */
#define CLI_OPTIONS_SLURM                                                                         \
	{ "executor", 0, "NAME",                                                                  \
		"where trials run: local (default), or slurm: submit them as job arrays and "     \
		"return" },                                                                       \
		{ "slurm", 0, "KEY=VALUE,...",                                                    \
			"options of sbatch, such as partition=gpu,time=2:00:00 (may be "          \
			"repeated)" },                                                            \
		{ "tasks", 0, "N",                                                                \
			"slurm: at most N tasks (default: one per group of trials that share "    \
			"phases)" },                                                              \
		{ "per-task", 0, "N", "slurm: about N trials per task" },                         \
		{ "wait", 0, NULL,                                                                \
			"slurm: wait until all tasks have ended; show what a local run shows" },  \
		{ "collect", 0, NULL, "slurm: only merge the results of tasks" },                 \
		{ "template", 0, "FILE",                                                          \
			"slurm: the script around a task (#SBATCH lines, modules, environments; " \
			"a line @RETRIAL@)" },                                                    \
	{                                                                                         \
		"print", 0, NULL, "slurm: print the script and submit nothing"                    \
	}

/* Do the options say that Slurm is to run the trials? Sets *slurm. Returns 0, or ERR_USAGE after a
 * message. */
int slurm_cli_find(const struct cli *c, bool *slurm);

/* Collect, submit what is missing and is not in the queue, perhaps wait. *summary counts the trials
 * as they stand in the end. Returns the exit code, or -1 with e. */
int slurm_cli_run(const struct cli *c, struct store *store, const struct sweep *sweep,
	const struct local_options *local, const char *db, bool quiet,
	struct local_summary *summary, struct err *e);

/* A run on this machine: warn when tasks of the sweep wait or run in Slurm. */
void slurm_cli_warn(const struct sweep *sweep, const char *db);

/* "3 tasks: 1 running (n1), 2 waiting (Resources)" for people; nothing when the queue is empty. */
void slurm_cli_describe(const struct slurm_queue *q, struct str *out);

#endif

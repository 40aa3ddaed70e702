/* run_cli.h - what the verbs that execute trials (run, rerun) have in common. */
#ifndef CLI_RUN_CLI_H
#define CLI_RUN_CLI_H

#include <stdatomic.h>

#include "../../nn/nn.h"
#include "../base/str.h"
#include "cli.h"
#include "progress.h"
#include "../plan/sweep.h"

#define CLI_OPTION_PROGRESS                                                  \
	{ "progress", 0, "WHEN", "auto (default), always, lines or never" }, \
	{                                                                    \
		"quiet", 'q', NULL, "print nothing but errors"               \
	}

/* What --progress and --quiet say. Returns 0, or ERR_USAGE after a message. */
int run_cli_progress(const struct cli *c, enum progress_kind *kind);

/* From here on SIGINT and SIGTERM are counted in the returned number (1: finish epochs, 2: end at
 * once), and the last one's number is kept; 0: none came. */
const atomic_int *run_cli_catch_signals(void);
int run_cli_signal(void);

/* The facts of this program and machine, the kernels, the libraries and the load (processes that
 * run, mean of the last minute). warn: print a warning when the program is of no commit. */
void run_cli_facts(struct str *out, const struct nn_kernels *kernels, bool warn);

/* The facts of the repository that the sweep file lies in, which is the study's: the program's own
 * is another one. */
void run_cli_study_facts(const char *sweep_path, struct str *out);

/* What is changed in that repository and not committed (study_tree.h), the sweep file and a
 * program's inputs included. */
void run_cli_study_changes(const struct sweep *sweep, struct str *out);

/* The folder of state files beside the database: results/retrial.db has results/states. Owned by
 * the caller. */
char *run_cli_states(const char *db);

#endif

/* run_cli.h - what the verbs that execute trials (run, rerun) have in common. */
#ifndef CLI_RUN_CLI_H
#define CLI_RUN_CLI_H

#include <stdatomic.h>

#include "../../nn/nn.h"
#include "../base/str.h"
#include "../plan/sweep.h"
#include "../run/local.h"
#include "cli.h"
#include "progress.h"

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

/* Say so when nothing could be run for lack of data. */
void run_cli_tell_lack(const struct local_summary *s);

/* The exit code of a run that no signal has ended, on this machine or on a cluster: 3 when the
 * machine failed or nothing could be run for lack of data; 4 when there is more to do and running
 * again does it; 1 when a trial ended badly. After --on-error stop 1 goes before 4. */
int run_cli_exit_code(const struct local_summary *s, bool stop_on_error);

/* The folder of state files beside the database: results/retrial.db has results/states. Owned by
 * the caller. */
char *run_cli_states(const char *db);

#endif

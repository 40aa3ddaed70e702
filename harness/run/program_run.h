/* program_run.h - run one trial that a program executes: start it, take what it reports and prints,
 * end it with all that it has started, look at its outputs. The counterpart of trial_run.h: knows
 * no database and no other trial; results go to a sink, piece by piece. */
#ifndef RUN_PROGRAM_RUN_H
#define RUN_PROGRAM_RUN_H

#include "inputs.h"
#include "trial_run.h"

/* Run t. The calling process must have no other children, and becomes the adopter of the program's
 * orphans. options->stop: 1 asks the program to end (SIGTERM), 2, or five seconds later, kills it.
 * Always fills *end but for cpu_seconds and peak_bytes. Returns 0 when the trial is done, -1
 * otherwise. Scratch folder: STATES/scratch/IDENTITY-INPUTS; removed when the trial is done, kept
 * otherwise, so that a program that keeps checkpoints there finds them. */
int program_run(const struct trial *t, const struct inputs *inputs,
	const struct trial_options *options, const struct trial_sink *sink, struct trial_end *end);

/* Where the live copy of a stream ("stdout", "stderr") of a trial is, while it runs. The caller's
 * (free). */
char *program_live_log(const char *states, const char *identity, const char *stream);

#endif

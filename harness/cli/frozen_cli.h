/* frozen_cli.h - trials of programs as the database has them: the canonical text says what was run,
 * the text of the sweep file, frozen when it was run, says how. */
#ifndef CLI_FROZEN_CLI_H
#define CLI_FROZEN_CLI_H

#include "../base/err.h"
#include "../plan/program.h"
#include "../plan/sweep.h"

/* Read the text of a sweep file whose path was this. Returns 0 with *out the caller's (sweep_free),
 * or -1 with e: also when text is "", because no plan has the trial any more. */
int frozen_sweep(const char *path, const char *text, struct err *e, struct sweep **out);

/* A trial that can be run: it points to the program beside it. Must not be copied. */
struct frozen_trial {
	struct trial trial;
	struct program_config program;
};

/* The trial of this canonical text, executed as the sweep says, whatever values and seeds its file
 * asks for now. Returns 0 with *out the caller's (frozen_trial_free; the sweep must live as long),
 * or -1 with e: the sweep has no program, or one with another command. */
int frozen_trial(
	const struct sweep *sweep, const char *canonical, struct err *e, struct frozen_trial **out);
/* The sweep of this trial alone: *out has its trial, program and path, which point into both. */
void frozen_alone(const struct sweep *sweep, struct frozen_trial *t, struct sweep *out);
void frozen_trial_free(struct frozen_trial *t);

#endif

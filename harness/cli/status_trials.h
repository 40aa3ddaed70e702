/* status_trials.h - the trials that `retrial status` names, as a table. */
#ifndef CLI_STATUS_TRIALS_H
#define CLI_STATUS_TRIALS_H

#include <stdbool.h>

#include "../base/err.h"
#include "../base/str.h"
#include "../store/rows.h"

/* Append the trials of this sweep, indented: state, trial, labels and seed, then of running ones
 * the position in training, their seconds and the seconds since their last sign of life, of others
 * the reason. rows: of status_running.sql or status_bad.sql. Nothing when it has none. Returns 0,
 * or -1 with e. */
int status_trials(
	struct str *out, const struct rows *rows, const char *sweep, bool running, struct err *e);

#endif

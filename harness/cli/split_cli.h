/* split_cli.h - before anything runs: do the data sets fit the trials of a sweep file? For verbs
 * that have the option --data. */
#ifndef CLI_SPLIT_CLI_H
#define CLI_SPLIT_CLI_H

#include "../plan/sweep.h"
#include "cli.h"

/* Check every split of the sweep (run/split.h) and print what is wrong. Of a published data set
 * that is not here only the sizes are checked. Returns the exit code. */
int split_cli_check(const struct cli *c, const struct sweep *sweep);

#endif

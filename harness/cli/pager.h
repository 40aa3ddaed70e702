/* pager.h - long output on a terminal goes through a pager, as git's does: $RETRIAL_PAGER, else
 * $PAGER, else less (where it is installed); an empty value or "cat" means none. */
#ifndef CLI_PAGER_H
#define CLI_PAGER_H

#include "cli.h"

/* From now on stdout goes to the pager, unless it is no terminal, --no-pager was given, or a pager
 * runs already. What cannot be started is no error: the output goes to the terminal. Call it only
 * when there is output and nothing follows that a person waits for. */
void pager_begin(const struct cli *c);

/* Does one run? Output that it does not take is no failure then: the reader has left. */
bool pager_runs(void);

/* Write what is left and wait until the reader leaves the pager. */
void pager_end(void);

#endif

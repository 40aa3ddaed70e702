/* robustness_cli.h - the last part of `retrial run` for a sweep with a list robustness: its trained
 * networks on corrupted test images. */
#ifndef CLI_ROBUSTNESS_CLI_H
#define CLI_ROBUSTNESS_CLI_H

#include "../plan/sweep.h"
#include "../run/robustness.h"
#include "../store/open.h"
#include "progress.h"

/* Evaluate what is missing and show it on stderr; json: events on stdout as well (events.h). Of
 * options, context and event are set here. Returns the exit code. */
int robustness_cli_run(struct store *store, const struct sweep *sweep,
	const struct robustness_options *options, enum progress_kind kind, bool json);

#endif

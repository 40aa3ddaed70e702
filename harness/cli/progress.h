/* progress.h - what `retrial run` shows while it runs: a few lines that are redrawn on a terminal,
 * plain lines elsewhere. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "../plan/sweep.h"
#include "../run/local.h"

enum progress_kind { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_SCREEN };

struct progress;

/* Shows trials of the sweep on `workers` workers on stderr. Freed by progress_end, which leaves the
 * cursor on a fresh line. */
struct progress *progress_begin(enum progress_kind kind, const struct sweep *sweep, int workers);
void progress_event(void *progress, const struct local_event *event);
void progress_end(struct progress *p);

#endif

/* events.h - what a run does, as JSON Lines on standard output for programs that follow it (retrial run --json). One line, one event:
 *   {"event": "start", "trial": "3522...", "index": 0, "worker": 0, "dataset": "mnist", "recipe": "paper-notebook", "seed": 1}
 *   {"event": "epoch", "trial": ..., "worker": ..., and the numbers of an epoch as in run/wire.h}
 *   {"event": "phase", likewise, without the predictions}
 *   {"event": "end", "trial": ..., "state": "done", "seconds": ..., ...}
 *   {"event": "skipped", "dataset": ..., "reason": ...}
 *   {"event": "summary", "planned": ..., "done": ..., ...}    the last one */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "../run/local.h"

void events_print(const struct local_event *event);
void events_print_summary(const struct local_summary *s);

#endif

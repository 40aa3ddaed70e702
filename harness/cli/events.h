/* events.h - what a run does, as JSON Lines on standard output for programs that follow it (retrial
 * run --json). One line, one event:
 *   {"event": "start", "trial": "3522...", "index": 0, "worker": 0, "dataset": "mnist", "recipe":
 * "paper-notebook", "seed": 1}
 *   {"event": "epoch", "trial": ..., "worker": ..., and the numbers of an epoch as in run/wire.h}
 *   {"event": "phase", likewise, without the predictions}
 *   {"event": "end", "trial": ..., "state": "done", "seconds": ..., ...}
 *   {"event": "skipped", "dataset": ..., "reason": ...}
 *   {"event": "summary", "planned": ..., "done": ..., ...}    the last one, but for a sweep with a
 * list robustness:
 *   {"event": "robustness", "dataset": ..., "corruption": "rotation", "severity": 10, "done": 40,
 * "total": 240}
 *   {"event": "robustness_problem", "dataset": ..., "reason": ...}
 *   {"event": "robustness_summary", "total": ..., "done": ..., ...}    the last one then */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "../run/local.h"
#include "../run/robustness.h"

void events_print(const struct local_event *event);
void events_print_summary(const struct local_summary *s);
void events_print_robustness(const struct robustness_event *event);
void events_print_robustness_summary(const struct robustness_summary *s);

#endif

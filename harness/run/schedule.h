/* schedule.h - which trial is next: the plan's order, except that a trial waits while a running
 * trial trains a phase that both share, as long as there is anything else to do. Knows no process
 * and no database. */
#ifndef RUN_SCHEDULE_H
#define RUN_SCHEDULE_H

#include "../base/err.h"
#include "../plan/sweep.h"

struct schedule;

/* For the sweep's trials, none of them taken. share: trials with a common prefix share its phases.
 * The sweep must outlive it. Returns 0 with *out the caller's (schedule_free, which takes NULL), or
 * -1 with e. */
int schedule_new(const struct sweep *sweep, bool share, struct err *e, struct schedule **out);
void schedule_free(struct schedule *s);

/* Take the next trial: false when none is left. only_again: one that schedule_again has put back. A
 * taken trial counts as running until schedule_end. */
bool schedule_next(struct schedule *s, bool only_again, size_t *index);

/* A running trial's phase is over: from here on others can share it. The trial itself is over. */
void schedule_phase_done(struct schedule *s, size_t index, int phase);
void schedule_end(struct schedule *s, size_t index);

/* The trial is over, but is to be taken once more. */
void schedule_again(struct schedule *s, size_t index);

/* Bit p: another trial of the sweep begins with the same phases 0..p. */
unsigned schedule_shared(const struct schedule *s, size_t index);

#endif

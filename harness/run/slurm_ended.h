/* slurm_ended.h - tasks of a study that are not in the queue any more: how they ended, by the
 * study's database, and what their logs say. */
#ifndef RUN_SLURM_ENDED_H
#define RUN_SLURM_ENDED_H

#include "slurm.h"

struct slurm_ended {
	char submission[16];
	long number;
	size_t trials, bad, missing; /* of them failed, diverged or out of time; not done */
	bool merged;                 /* the study's database has what the task has written */
};

/* The tasks of the sweep that have ended. A trial counts for the latest task that had it; tasks
 * whose trials have all been submitted again are left out. *list is the caller's. Returns 0, or -1
 * with e. */
int slurm_ended_read(struct store *store, const char *sweep, const char *folder,
	const struct slurm_queue *q, struct slurm_ended **list, size_t *count, struct err *e);

/* The last line of the task's log, as far as it can be found. */
void slurm_ended_log(const char *folder, const struct slurm_ended *t, struct str *out);

/* Lines on the tasks that ended without all of their trials, a few of them, with the last lines of
 * their logs. Nothing when there is none. Returns whether one of those that are shown has a log: it
 * was at work. */
bool slurm_ended_describe(const char *folder, const struct slurm_ended *list, size_t count,
	const char *indent, struct str *out);

#endif

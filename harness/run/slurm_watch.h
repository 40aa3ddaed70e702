/* slurm_watch.h - the progress of a study's tasks as the events of a local run, read from the
 * databases of running tasks, a few at a time. */
#ifndef RUN_SLURM_WATCH_H
#define RUN_SLURM_WATCH_H

#include "local.h"
#include "slurm.h"

/* So many trials at once have a worker's number of their own, from 0; each further one has none and
 * only its end is told, by the number SLURM_WATCH_LANES. */
enum { SLURM_WATCH_LANES = 1000 };

struct slurm_watch;

/* Events go to options->event. Sweep, folder and options are lent until slurm_watch_free. Returns
 * 0, or -1 with e. */
int slurm_watch_new(const struct sweep *sweep, const char *folder,
	const struct local_options *options, struct err *e, struct slurm_watch **out);
void slurm_watch_free(struct slurm_watch *w); /* NULL is fine */

/* Tell what is new in tasks of the queue, as many as can be read in a moment: the others' turn
 * comes with the next calls. A database that cannot be read now is left for later. */
void slurm_watch_look(struct slurm_watch *w, const struct slurm_queue *q);

/* Slurm was asked again: tasks that are gone have ended. expected[sweep->trial_count]: trials that
 * are neither done nor given up; the others are told as known. */
void slurm_watch_settle(struct slurm_watch *w, const struct slurm_queue *q, const bool *expected);

#endif

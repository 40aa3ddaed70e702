/* slurm.h - a sweep on a cluster: trials as tasks of Slurm's job arrays, their results taken from
 * the tasks' own databases.
 *
 * A study has a folder beside its database, slurm/SWEEP, with a folder a submission: what each task
 * is to run (trials.txt), the scripts, and of each task a database and a log. The study's database
 * is the only record of finished trials. Slurm only tells which tasks are waiting or running; its
 * answers are not stored. */
#ifndef RUN_SLURM_H
#define RUN_SLURM_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"
#include "../plan/sweep.h"
#include "../store/open.h"

/* The study's folder (slurm/SWEEP beside the database), absolute; the caller's. NULL with e. */
char *slurm_folder(const char *db, const char *sweep, struct err *e);

/* ---- what Slurm has ---- */

struct slurm_task {
	char job[24];        /* "123_4": for scancel */
	char submission[16]; /* the name of its folder */
	long number;         /* of the task; -1: the job that merges */
	char state[24];      /* PENDING, RUNNING, ... */
	char reason[80];     /* why it waits; "" or "None": it does not */
	char node[64];
	char since[32]; /* when it started; "" or "N/A": not yet */
	bool stuck;     /* it will never run: held by the system */
};

struct slurm_queue {
	struct slurm_task *tasks;
	size_t count;
};

/* The user's tasks of this study that have not ended. Returns 0, or -1 with e (no Slurm here, or
 * its controller does not answer: nothing is known then). Freed by slurm_queue_free. */
int slurm_queue_read(const char *folder, struct err *e, struct slurm_queue *out);
void slurm_queue_free(struct slurm_queue *q);

/* Run a command of Slurm (words; NULL ends them), for at most so many seconds, and append its
 * answer. Returns 0, or -1 with e: not there, failed, or no answer in time. */
int slurm_ask(const char *const *words, double seconds, struct str *answer, struct err *e);

/* Cancel these tasks. */
int slurm_cancel(const struct slurm_queue *q, struct err *e);

/* ---- results ---- */

/* Merge what tasks that are not in the queue have written since the last time. *tasks counts their
 * databases, *conflicts the trials with other digests; `problems` gets a line for each database
 * that could not be read (it is left alone). Returns 0, or -1 with e. */
int slurm_collect(struct store *store, const char *folder, const struct slurm_queue *q,
	size_t *tasks, size_t *conflicts, struct str *problems, struct err *e);

/* ---- submitting ---- */

struct slurm_options {
	const char *const *options; /* [option_count] "partition=gpu": sbatch's, without "--" */
	size_t option_count;
	size_t tasks, per_task; /* how many, or how many trials each; 0: not said */
	const char *template;   /* text of the user's script, NULL: the one of slurm_template */
	const char *run; /* words for the shell: the program and its arguments for a task, without
			    those about trials and the database */
	const char *collect; /* likewise: the command that merges */
	bool print;          /* make nothing and submit nothing: the script goes to *text */
	int core_version;
};

/* The script around a task's commands: lines of the site (#SBATCH, modules, environments) and one
 * line "@RETRIAL@". */
extern const char slurm_template[];

/* Submit the wanted trials: work[] as in shards.h. *tasks is how many tasks; *text gets the job ids
 * ("123, 124"), or with print the script. Returns 0, or -1 with e. */
int slurm_submit(const struct sweep *sweep, const bool *wanted, const double *work,
	const char *folder, const struct slurm_options *options, size_t *tasks, struct str *text,
	struct err *e);

/* Mark the trials of tasks that are in the queue: in_queue[sweep->trial_count]. */
int slurm_mark_queued(const struct sweep *sweep, const char *folder, const struct slurm_queue *q,
	bool *in_queue, struct err *e);

/* Of a list that slurm_submit has written: the trials of a task (all: -1), wanted[]. A trial that
 * the sweep does not have (any more), or a list for another core version, is an error. For
 * one of another commit, text is added to *warning. */
int slurm_read_list(const char *path, long task, const struct sweep *sweep, int core_version,
	bool *wanted, struct str *warning, struct err *e);

#endif

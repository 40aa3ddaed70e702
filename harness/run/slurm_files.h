/* slurm_files.h - the files of a submission that several of run/slurm_*.c read: its list of trials,
 * its jobs, and what of it has been merged. */
#ifndef RUN_SLURM_FILES_H
#define RUN_SLURM_FILES_H

#include <stdbool.h>

#include "../base/digest.h"
#include "../base/err.h"
#include "../base/str.h"

/* ---- trials.txt: "retrial tasks, core 1, commit abc", then lines "TASK IDENTITY" ---- */

struct slurm_list {
	char *text;
	const char *at;
	int core_version;
	char commit[41]; /* of the program that has made it; "": it does not say */
};

/* Returns 0 with *out open (slurm_list_close), or -1 with e. */
int slurm_list_open(const char *path, struct slurm_list *out, struct err *e);
void slurm_list_close(struct slurm_list *list);

/* The next line; 0 at the end. */
long slurm_list_next(struct slurm_list *list, char identity[DIGEST_TEXT]);

/* Its first line. */
void slurm_list_head(struct str *out, int core_version);

/* ---- lock: held while trials are looked up and submitted ---- */

/* So that two runs at once do not submit the same trials: submissions is how many there were before
 * this run looked what is missing. Returns the descriptor that holds the lock (close releases it),
 * or -1 with e: another run has it, or has submitted meanwhile (ERR_UNFINISHED). A file system
 * without locks has none to hold. */
size_t slurm_submissions(const char *folder);
int slurm_lock(const char *folder, size_t submissions, struct err *e);

/* ---- jobs.txt: lines "FIRST JOB COUNT", the number before an array's first task, the array and
 * how many tasks it has. Older files have no COUNT. ---- */

int slurm_jobs_add(
	const char *submission, size_t first, size_t count, const char *job, struct err *e);

/* The text of a submission's jobs.txt; the caller's. NULL: no array was submitted. */
char *slurm_jobs_read(const char *folder, const char *submission);

/* The array that has a task: the number before its first one, and its job. Returns false if the
 * task was not submitted. */
bool slurm_jobs_find(const char *jobs, long number, long *first, char job[24]);

/* The log of a task; nothing when its array is not known. */
void slurm_log_path(const char *folder, const char *submission, long number, struct str *out);

/* ---- merged: lines "NUMBER SIZE TIME ..." ---- */

/* "NUMBER SIZE TIME LOG\n" of a database as it lies there, its log included. */
enum { SLURM_MARK_MAX = 96, SLURM_MARKS_MAX = 16 << 20 };
void slurm_merge_mark(const char *path, long number, char mark[SLURM_MARK_MAX]);

/* Is the mark a line of the marks (NULL: there are none)? */
bool slurm_has_mark(const char *marks, const char *mark);

/* Has the study's database all that the task's database holds? A task without one has nothing to
 * give. */
bool slurm_is_merged(const char *folder, const char *submission, long number);

#endif

/* slurm_status.h - what retrial status says of a sweep's tasks in Slurm. */
#ifndef CLI_SLURM_STATUS_H
#define CLI_SLURM_STATUS_H

#include <jansson.h>

#include "../base/str.h"

/* Append lines on the tasks that wait, run (where, since when, how far by their own databases) or
 * have ended.
 * Nothing for a sweep that was never submitted. */
void slurm_status_text(const char *db, const char *sweep, struct str *out);

/* The same as an array of objects; an empty one for a sweep that was never submitted. */
json_t *slurm_status_json(const char *db, const char *sweep);

/* How many of its tasks have ended how: done, ended_badly, unfinished, unmerged; null for a sweep
 * that was never submitted, or when Slurm does not answer. */
json_t *slurm_status_ended_json(const char *db, const char *sweep);

#endif

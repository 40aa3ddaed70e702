/* gc.h - state files (state.h) and scratch folders (program_run.h) that no trial of a database
 * needs any more. Other databases may share the folder: files of trials that this one does not know
 * are left alone. Removal can cost time, never results. */
#ifndef RUN_GC_H
#define RUN_GC_H

#include <stddef.h>
#include <stdint.h>

#include "../store/open.h"

struct gc_file {
	char *path;         /* owned by the list */
	const char *reason; /* "checkpoint of a finished trial", ... */
	int64_t bytes;      /* of a folder: of all that is in it */
};

struct gc_list {
	struct gc_file *files; /* that can go, sorted by path */
	size_t count;
	int64_t bytes; /* of all of them */
	size_t kept;   /* files that are needed, or of trials that the database does not know */
	int64_t kept_bytes;
};

/* Look through the folder; one that does not exist is empty. Returns 0 with *out filled (gc_free),
 * or -1 with e. */
int gc_find(struct store *s, const char *folder, struct gc_list *out, struct err *e);
void gc_free(struct gc_list *list);

#endif

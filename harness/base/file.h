/* file.h - whole files: read at once, written at once (temporary file, fsync, rename) or not at
 * all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/* Read all of path (at most max_bytes; more is an error). *bytes is owned by the caller (free) and
 * has a NUL behind its end. */
int file_read(const char *path, size_t max_bytes, char **bytes, size_t *count, struct err *e);

/* Replace path by these bytes: the file is there whole or as it was before, also after a crash or
 * on a full disk. Missing folders of path are made. */
int file_write(const char *path, const void *bytes, size_t count, struct err *e);

/* Make the folder and its parents; an existing folder is fine. */
int file_make_folder(const char *path, struct err *e);
/* The same for the folder that a file of this path lies in. */
int file_make_folder_of(const char *path, struct err *e);

bool file_exists(const char *path);

/* Are both there, and the same file or folder (by another path, or a link)? */
bool file_same(const char *a, const char *b);

/* Is there no room in the folder (disk or quota) for a file of 64 KiB? Makes one, and removes it.
 */
bool file_disk_is_full(const char *folder);

/* Remove a file, or a folder with all that is in it; links are not followed. What cannot be removed
 * stays. */
void file_remove_tree(const char *path);

#endif

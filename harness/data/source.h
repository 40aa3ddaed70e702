/* source.h - finds and reads the files of a data set in one folder. dataset.c decides which folders
 * to search. Internal to data/. */
#ifndef DATA_SOURCE_H
#define DATA_SOURCE_H

#include <limits.h>
#include <stdbool.h>

#include "manifest.h"

/* Where a data set was found: a folder of files, or an archive. */
struct source {
	char path[PATH_MAX];
	bool archive;
};

/* Is any file of the set in this folder? If so, sets *out. */
bool source_find(const struct manifest_set *set, const char *folder, struct source *out);

/* Is there a file or folder of this set in an unusable format? If so, writes its path to `path`. */
bool source_find_unusable(const struct manifest_set *set, const char *folder, char path[PATH_MAX]);

/* Read the set into d (made by memory_describe). d then has memory, variant and digest, and is
 * read-only. cache: see dataset_places; may be NULL. Returns 0; -1 with e; or 1 with e when the
 * files are those of another data set. */
int source_read(const struct manifest_set *set, const struct source *source, const char *cache,
	struct dataset *d, struct err *e);

/* Check that the published file number `file` (manifest.h) at `path` is complete and correct; for
 * an archive, that all files in it are. Returns 0, or -1 with e. */
int source_verify(const struct manifest_set *set, int file, const char *path, struct err *e);

#endif

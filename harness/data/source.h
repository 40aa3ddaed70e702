/* source.h - the files of a data set in one folder: are they there, and read them. Where to look is
 * dataset.c's. Internal to data/. */
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

/* Is any file of the set in this folder? */
bool source_find(const struct manifest_set *set, const char *folder, struct source *out);

/* Is there a file or folder of this set that cannot be used? Its path is written to `path` then. */
bool source_find_unusable(const struct manifest_set *set, const char *folder, char path[PATH_MAX]);

/* Read it all into d (made by memory_describe), which has memory, variant and digest then,
 * read-only. cache: see dataset_places; may be NULL. Returns 0; -1 with e; or 1 with e when the
 * files are those of another data set. */
int source_read(const struct manifest_set *set, const struct source *source, const char *cache,
	struct dataset *d, struct err *e);

/* Is the published file number `file` (manifest.h) at `path` whole and right; of an archive: are
 * all files in it? Returns 0, or -1 with e. */
int source_verify(const struct manifest_set *set, int file, const char *path, struct err *e);

#endif

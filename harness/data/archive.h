/* archive.h - compressed files and tar archives, read into memory (libarchive). Knows no data set.
 * The only file of data/ that includes libarchive's headers. */
#ifndef DATA_ARCHIVE_H
#define DATA_ARCHIVE_H

#include <stddef.h>

#include "../base/err.h"

/* Read all of a plain, .gz or .xz file (told by content, not by name), uncompressed; more than
 * max_bytes is an error. *bytes is owned by the caller (free). Returns 0, or -1 with e
 * (ERR_ENVIRONMENT: unreadable, truncated, damaged, too long). */
int archive_unpack_file(
	const char *path, size_t max_bytes, char **bytes, size_t *count, struct err *e);

/* Takes one member's content; bytes are valid during the call. Returns 0 to go on. */
typedef int archive_take(void *context, int member, const char *bytes, size_t count, struct err *e);

/* Read members of a zip, or of a plain, .gz or .xz tar archive in one pass and give each to `take`,
 * in the order of the archive. A member is meant by the last component of its name, the first of
 * equals counts; more than max_bytes is an error. Reading ends with the last member found. Returns
 * 0; -1 with e when the archive is damaged or a member is missing; or what `take` returned if that
 * was not 0. */
int archive_unpack_members(const char *path, const char *const *names, int name_count,
	size_t max_bytes, archive_take *take, void *context, struct err *e);

/* The library that reads them, with its version and those of its decompressors: "libarchive 3.6.2
 * zlib/1.2.13 ...". */
const char *archive_library(void);

#endif

/* archive.h - reads compressed files and tar archives into memory (libarchive). Knows no data set.
 * No other file of data/ includes libarchive's headers. */
#ifndef DATA_ARCHIVE_H
#define DATA_ARCHIVE_H

#include <stddef.h>

#include "../base/err.h"

/* Read all of a plain, .gz or .xz file, uncompressed. The format is detected from the content. More
 * than max_bytes is an error. *bytes is owned by the caller (free). Returns 0, or -1 with e
 * (ERR_ENVIRONMENT: unreadable, truncated, damaged, too long). */
int archive_unpack_file(
	const char *path, size_t max_bytes, char **bytes, size_t *count, struct err *e);

/* Receives the content of member number `member`; bytes are valid during the call. Returns 0 to
 * continue. */
typedef int archive_take(void *context, int member, const char *bytes, size_t count, struct err *e);

/* Read members of a zip, or of a plain, .gz or .xz tar archive in one pass, and give each to `take`
 * in the order of the archive. A member is identified by the last component of its name; of equal
 * names the first counts. More than max_bytes is an error. Reading stops after the last member
 * wanted. Returns 0; -1 with e when the archive is damaged or a member is missing; or the result of
 * `take` if that is not 0. */
int archive_unpack_members(const char *path, const char *const *names, int name_count,
	size_t max_bytes, archive_take *take, void *context, struct err *e);

/* The library and its decompressors with versions: "libarchive 3.6.2 zlib/1.2.13 ...". */
const char *archive_library(void);

#endif

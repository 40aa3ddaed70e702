/* cache.h - a cache of decoded archives as flat files. Decompressing takes seconds; a cache file is
 * mapped at once.
 *
 * A cache file is named by the digest of the archive and contains the digest of its own content.
 * Both are checked, so a stale or damaged file is never used. Internal to data/. */
#ifndef DATA_CACHE_H
#define DATA_CACHE_H

#include <stdbool.h>

#include "dataset.h"

/* Map the decoded content of the archive with this digest into d (memory, variant, digest). Returns
 * false when the file is missing, damaged or of another set; d then has no memory. */
bool cache_load(const char *folder, const char *archive_digest, struct dataset *d);

/* Write d's memory to the cache. This fills the header page, so d must still be writable. A failure
 * to write is ignored: the set itself was read. */
void cache_save(const char *folder, const char *archive_digest, struct dataset *d);

#endif

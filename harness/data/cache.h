/* cache.h - decoded archives, kept as flat files: what takes seconds to decompress is mapped at
 * once the next time.
 *
 * A cache file is named by the digest of the archive that it was decoded from, and holds the digest
 * of what it contains; both are checked, so a stale or damaged file is never used. Internal to
 * data/. */
#ifndef DATA_CACHE_H
#define DATA_CACHE_H

#include <stdbool.h>

#include "dataset.h"

/* Map the decoded content of the archive with this digest into d (memory, variant, digest). False
 * when it is not there, damaged or of another set: then d has no memory. */
bool cache_load(const char *folder, const char *archive_digest, struct dataset *d);

/* Write d's memory, whose header page is filled here (so d must still be writable), for the next
 * time. That it cannot be written is no error: the set was read. */
void cache_save(const char *folder, const char *archive_digest, struct dataset *d);

#endif

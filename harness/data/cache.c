/* cache.c - see cache.h. */
#include "cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../base/file.h"
#include "../base/str.h"
#include "memory.h"

/* The header page begins with this text and is zero behind it. The number changes with the layout
 * of memory.h. */
static const char header_format[] = "retrial decoded data 1\nname %s\nvariant %s\ndigest %s\n";

static char *cache_path(const char *folder, const char *archive_digest)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%s.data", folder, archive_digest);
	return str_take(&path);
}

/* Take name, variant and digest from the header page. False when it is not as cache_save writes it
 * for this set. */
static bool read_header(const char *page, struct dataset *d)
{
	char text[MEMORY_HEADER_BYTES + 1], name[64];
	memcpy(text, page, MEMORY_HEADER_BYTES);
	text[MEMORY_HEADER_BYTES] = '\0';
	if (sscanf(text, "retrial decoded data 1\nname %63s\nvariant %31s\ndigest %64s\n", name,
		    d->variant, d->digest)
		!= 3)
		return false;
	return strcmp(name, d->name) == 0;
}

bool cache_load(const char *folder, const char *archive_digest, struct dataset *d)
{
	char *path = cache_path(folder, archive_digest);
	struct err ignored = { 0 };
	bool good = memory_map_file(d, path, &ignored) == 0;
	if (good) {
		char digest[DIGEST_TEXT];
		good = read_header(d->memory, d);
		if (good)
			memory_digest(d, digest);
		good = good && strcmp(digest, d->digest) == 0;
		if (!good) {
			munmap(d->memory, d->memory_bytes);
			d->memory = NULL;
		}
	}
	free(path);
	return good;
}

void cache_save(const char *folder, const char *archive_digest, struct dataset *d)
{
	char *path = cache_path(folder, archive_digest);
	struct err ignored = { 0 };
	snprintf(d->memory, MEMORY_HEADER_BYTES, header_format, d->name, d->variant, d->digest);
	file_write(path, d->memory, d->memory_bytes, &ignored);
	free(path);
}

/* memory.h - the one mapping in which a data set lies: a header page, then training images and
 * labels, test images and labels. A cache file (cache.h) is this mapping byte for byte. Internal to
 * data/. */
#ifndef DATA_MEMORY_H
#define DATA_MEMORY_H

#include <stddef.h>

#include "dataset.h"

enum { MEMORY_HEADER_BYTES = 4096 };
enum { PART_TRAIN, PART_TEST, PART_COUNT };

/* The same arrays while they are being filled. */
struct memory_part {
	uint8_t *images, *labels;
	uint32_t count;
};

/* A data set of the manifest's name and shape without memory. NULL when memory runs out. */
struct dataset *memory_describe(const struct dataset_info *info);

/* Bytes of one image. */
size_t memory_image_bytes(const struct dataset *d);

/* Give d an empty, writable mapping that processes made by fork will share. Returns 0, or -1 with
 * e. */
int memory_allocate(struct dataset *d, struct memory_part parts[PART_COUNT], struct err *e);

/* Give d a mapping of this file of memory_bytes bytes, read-only. Returns 0, or -1 with e. */
int memory_map_file(struct dataset *d, const char *path, struct err *e);

/* Digest of arrays and shapes. */
void memory_digest(const struct dataset *d, char text[DIGEST_TEXT]);

/* From now on nobody can write to it. Returns 0, or -1 with e. */
int memory_protect(struct dataset *d, struct err *e);

#endif

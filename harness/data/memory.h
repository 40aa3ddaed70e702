/* memory.h - the mapping that has a data set's arrays: a header page, then training images and
 * labels, test images and labels. A cache file (cache.h) is this mapping byte for byte. Internal to
 * data/. */
#ifndef DATA_MEMORY_H
#define DATA_MEMORY_H

#include <stddef.h>

#include "dataset.h"

enum { MEMORY_HEADER_BYTES = 4096 };
enum { PART_TRAIN, PART_TEST, PART_COUNT };

/* The arrays of one part while they are being filled. */
struct memory_part {
	uint8_t *images, *labels;
	uint32_t count;
};

/* A data set with the manifest's name and shape, without memory. NULL when memory runs out. */
struct dataset *memory_describe(const struct dataset_info *info);

/* Bytes of one image. */
size_t memory_image_bytes(const struct dataset *d);

/* Give d an empty, writable mapping, which forked processes share. Returns 0, or -1 with e. */
int memory_allocate(struct dataset *d, struct memory_part parts[PART_COUNT], struct err *e);

/* Map this file of d->memory_bytes bytes into d, read-only. Returns 0, or -1 with e. */
int memory_map_file(struct dataset *d, const char *path, struct err *e);

/* Digest of the arrays and their shapes. */
void memory_digest(const struct dataset *d, char text[DIGEST_TEXT]);

/* Make the mapping read-only. Returns 0, or -1 with e. */
int memory_protect(struct dataset *d, struct err *e);

#endif

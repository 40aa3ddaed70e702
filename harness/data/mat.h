/* mat.h - matrices of MATLAB's level 5 MAT-files (save -v6, -v7), as far as SVHN needs them:
 * little-endian, bytes or doubles, compressed or not. Internal to data/. */
#ifndef DATA_MAT_H
#define DATA_MAT_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

enum { MAT_DIMENSIONS_MAX = 4 };

struct mat {
	int dimensions;
	uint32_t size[MAT_DIMENSIONS_MAX]; /* the first varies fastest */
	uint8_t *data; /* [product of the sizes], owned (free): doubles are rounded to bytes */
};

/* Find the matrix of this name in a file's bytes. At most max_bytes are uncompressed. where: the
 * path, for messages. Returns 0 with *out, or -1 with e (ERR_USAGE: not a MAT-file, no such matrix,
 * damaged, numbers that do not fit a byte). */
int mat_read(const void *bytes, size_t count, const char *name, size_t max_bytes, const char *where,
	struct mat *out, struct err *e);

#endif

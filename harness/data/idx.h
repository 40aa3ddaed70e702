/* idx.h - the IDX format of MNIST: a big-endian header (0, 0, type 8 = bytes, number of dimensions;
 * the sizes), then the bytes. */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

enum { IDX_DIMENSIONS_MAX = 3 };

struct idx {
	int dimensions;
	uint32_t size[IDX_DIMENSIONS_MAX]; /* outermost first: count, height, width */
	const uint8_t *data;               /* in the caller's bytes */
	size_t data_bytes;                 /* the product of the sizes */
};

/* Parse a header of exactly `dimensions` dimensions (3: images, 1: labels), and check that the
 * number of bytes matches it. where: the path, for messages. Returns 0, or -1 with e
 * (ERR_ENVIRONMENT). */
int idx_parse(const void *bytes, size_t count, int dimensions, const char *where, struct idx *out,
	struct err *e);

/* Check that every label of a one-dimensional idx is below classes. Returns 0, or -1 with e. */
int idx_check_labels(const struct idx *labels, int classes, const char *where, struct err *e);

#endif

/* npy.h - NumPy's array files (.npy, version 1 to 3) of numbers in C order. Internal to data/. */
#ifndef DATA_NPY_H
#define DATA_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

enum { NPY_DIMENSIONS_MAX = 4 };

struct npy {
	char kind; /* b, u, i, f: bool, unsigned, signed, floating point */
	int bytes; /* per number: 1, 2, 4, 8 */
	int dimensions;
	size_t size[NPY_DIMENSIONS_MAX]; /* the last varies fastest */
	size_t count;                    /* the product of the sizes */
	const uint8_t *data;             /* in the caller's bytes */
};

/* Parse the header, and check that the number of bytes matches it. where: the path, for messages.
 * Returns 0, or -1 with e (ERR_USAGE: not an .npy file, an unsupported type, Fortran order,
 * big-endian, truncated). */
int npy_parse(const void *bytes, size_t count, const char *where, struct npy *out, struct err *e);

/* Number i of the array. */
double npy_number(const struct npy *a, size_t i);

#endif

/* idx.c - see idx.h. Trusts nothing: every size is checked against the bytes that are there. */
#include "idx.h"

#include <assert.h>

static uint32_t big_endian(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const char *kind_name(uint32_t magic)
{
	switch (magic) {
	case 0x00000801: return "labels";
	case 0x00000803: return "images";
	default: return "no IDX file of bytes";
	}
}

int idx_parse(const void *bytes, size_t count, int dimensions, const char *where, struct idx *out,
	struct err *e)
{
	assert(dimensions >= 1 && dimensions <= IDX_DIMENSIONS_MAX);
	const uint8_t *p = bytes;
	const size_t header_bytes = 4 + 4 * (size_t)dimensions;
	const uint32_t expected = 0x00000800 | (uint32_t)dimensions;
	if (count < 4)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: truncated: %zu bytes, not even an IDX header", where, count);
	const uint32_t magic = big_endian(p);
	if (magic != expected)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: wrong magic number 0x%08x (%s), expected 0x%08x (%s)", where,
			(unsigned)magic, kind_name(magic), (unsigned)expected, kind_name(expected));
	if (count < header_bytes)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: truncated: %zu bytes, not even an IDX header", where, count);

	const size_t rest = count - header_bytes;
	size_t product = 1;
	for (int i = 0; i < dimensions; i++) {
		out->size[i] = big_endian(p + 4 + 4 * i);
		if (__builtin_mul_overflow(product, (size_t)out->size[i], &product))
			return err_set(e, ERR_ENVIRONMENT,
				"%s: the sizes in the header are impossible", where);
	}
	if (product != rest)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: %s: the header promises %zu bytes of data, the file has %zu", where,
			rest < product ? "truncated" : "too long", product, rest);
	out->dimensions = dimensions;
	out->data = p + header_bytes;
	out->data_bytes = product;
	return 0;
}

int idx_check_labels(const struct idx *labels, int classes, const char *where, struct err *e)
{
	for (size_t i = 0; i < labels->data_bytes; i++)
		if (labels->data[i] >= classes)
			return err_set(e, ERR_ENVIRONMENT,
				"%s: label %d of image %zu is out of range (0 to %d)", where,
				labels->data[i], i, classes - 1);
	return 0;
}

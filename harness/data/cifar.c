/* cifar.c - see cifar.h. */
#include "cifar.h"

#include <string.h>

int cifar_decode(const void *bytes, size_t count, uint32_t records, const char *where,
	uint8_t *images, uint8_t *labels, struct err *e)
{
	const size_t expected = (size_t)records * CIFAR_RECORD_BYTES;
	if (count != expected)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: %s: %zu bytes, expected %zu (%u records of %d bytes)", where,
			count < expected ? "truncated" : "too long", count, expected,
			(unsigned)records, CIFAR_RECORD_BYTES);
	const uint8_t *record = bytes;
	for (uint32_t i = 0; i < records; i++, record += CIFAR_RECORD_BYTES) {
		if (record[0] >= CIFAR_CLASSES)
			return err_set(e, ERR_ENVIRONMENT,
				"%s: label %d of record %u is out of range (0 to %d)", where,
				record[0], (unsigned)i, CIFAR_CLASSES - 1);
		labels[i] = record[0];
		memcpy(images + (size_t)i * CIFAR_IMAGE_BYTES, record + 1, CIFAR_IMAGE_BYTES);
	}
	return 0;
}

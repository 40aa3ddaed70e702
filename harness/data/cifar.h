/* cifar.h - the records of CIFAR-10's binary version: one label byte, then the image [3][32][32]
 * (red, green, blue planes). */
#ifndef DATA_CIFAR_H
#define DATA_CIFAR_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

enum {
	CIFAR_IMAGE_BYTES = 3 * 32 * 32,
	CIFAR_RECORD_BYTES = 1 + CIFAR_IMAGE_BYTES,
	CIFAR_CLASSES = 10
};

/* Split exactly `records` records: images is [records][3][32][32], labels [records]. where: the
 * path, for messages. Returns 0, or -1 with e (ERR_ENVIRONMENT: truncated, too long, a label out of
 * range). */
int cifar_decode(const void *bytes, size_t count, uint32_t records, const char *where,
	uint8_t *images, uint8_t *labels, struct err *e);

#endif

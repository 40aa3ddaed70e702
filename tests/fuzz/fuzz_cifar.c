/* fuzz_cifar.c - libFuzzer target: no bytes make the CIFAR record reader crash or write beyond its
 * arrays. The first byte says how many records are expected, so that too short and too long inputs
 * are met as often as right ones. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness/data/cifar.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	if (count < 1)
		return 0;
	const uint32_t records = bytes[0] % 4;
	uint8_t *images = malloc((size_t)records * CIFAR_IMAGE_BYTES + 1),
		*labels = malloc(records + 1);
	if (!images || !labels)
		abort();
	struct err e = { 0 };
	if (cifar_decode(bytes + 1, count - 1, records, "input", images, labels, &e) == 0) {
		for (uint32_t i = 0; i < records; i++)
			if (labels[i] >= CIFAR_CLASSES)
				abort();
	} else if (e.kind != ERR_ENVIRONMENT || !e.text[0]) {
		abort();
	}
	free(images);
	free(labels);
	return 0;
}

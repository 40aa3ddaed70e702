/* fuzz_idx.c - libFuzzer target: no bytes make the IDX reader crash, read beyond them or promise
 * data that is not there. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness/data/idx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void try_dimensions(const uint8_t *bytes, size_t count, int dimensions)
{
	struct idx idx;
	struct err e = { 0 };
	if (idx_parse(bytes, count, dimensions, "input", &idx, &e)) {
		if (e.kind != ERR_ENVIRONMENT || !e.text[0])
			abort();
		return;
	}
	size_t product = 1;
	for (int i = 0; i < dimensions; i++)
		product *= idx.size[i];
	if (product != idx.data_bytes || idx.data + idx.data_bytes != bytes + count)
		abort();
	if (dimensions == 1)
		idx_check_labels(&idx, 10, "input", &e); /* reads every byte */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	for (int dimensions = 1; dimensions <= IDX_DIMENSIONS_MAX; dimensions++)
		try_dimensions(bytes, count, dimensions);
	return 0;
}

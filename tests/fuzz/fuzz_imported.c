/* fuzz_imported.c - libFuzzer target: no bytes in the place of an imported data set's file make the
 * program crash or believe them. Inputs whose digest is right are made by the corpus (a file that
 * `retrial data import` wrote): what the fuzzer changes must be refused. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/data/imported.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static char place[] = "/tmp/fuzz-imported-XXXXXX", path[256];
	static const char digest[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	if (!path[0]) {
		if (!mkdtemp(place))
			abort();
		snprintf(path, sizeof(path), "%s/own", place);
		if (mkdir(path, 0700))
			abort();
		snprintf(path, sizeof(path), "%s/own/%s.data", place, digest);
	}
	FILE *f = fopen(path, "wb");
	if (!f || (count && fwrite(bytes, count, 1, f) != 1) || fclose(f))
		abort();
	struct err e = { 0 };
	struct dataset *d = NULL;
	const int result = imported_open(place, "own", &e, &d);
	if (result < 0 && (e.kind != ERR_ENVIRONMENT || !e.text[0]))
		abort();
	if (result == 0)
		abort(); /* the file is there */
	for (uint32_t i = 0; result > 0 && i < d->train_count; i++)
		if (d->train_labels[i] >= d->classes)
			abort();
	for (int k = 0; result > 0 && k <= d->classes; k++)
		if (!dataset_class(d, k)[0] && k == d->classes)
			abort();
	dataset_close(d);
	unlink(path);
	return 0;
}

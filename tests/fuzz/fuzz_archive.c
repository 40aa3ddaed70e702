/* fuzz_archive.c - libFuzzer target: no file makes the reader of compressed files and archives
 * crash, or read more than it may. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/data/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { ALLOWED = 1 << 16 };

static int take(void *context, int member, const char *bytes, size_t count, struct err *e)
{
	(void)e;
	int *seen = context;
	if (member < 0 || member > 1 || count > ALLOWED || (count && !bytes))
		abort();
	return ++*seen > 2 ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	const int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0 || write(fd, bytes, count) != (ssize_t)count)
		abort();
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

	struct err e = { 0 };
	char *content = NULL;
	size_t content_count = 0;
	if (archive_unpack_file(path, ALLOWED, &content, &content_count, &e) == 0
		&& content_count > ALLOWED)
		abort();
	free(content);

	static const char *const names[] = { "data_batch_1.bin", "test_batch.bin" };
	int seen = 0;
	archive_unpack_members(path, names, 2, ALLOWED, take, &seen, &e);
	if (seen > 2)
		abort();
	close(fd);
	return 0;
}

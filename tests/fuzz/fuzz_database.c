/* fuzz_database.c - libFuzzer target: no database makes the program crash or hang, when it is read,
 * merged or written to.
 *
 * Inputs are damages to a good database, as whole files are hardly ever hit by chance: a first byte
 * below 0x10 means that the rest is the file; otherwise the rest is a list of edits, four bytes
 * each: three of an offset and the new byte. */
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/hostile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static char *damaged(const char *base, size_t base_count, const uint8_t *edits, size_t count)
{
	char *copy = malloc(base_count);
	if (!copy)
		abort();
	memcpy(copy, base, base_count);
	for (; count >= 4; edits += 4, count -= 4) {
		const size_t offset = (size_t)edits[0] << 16 | (size_t)edits[1] << 8 | edits[2];
		copy[offset % base_count] = (char)edits[3];
	}
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct hostile hostile;
	static char *base;
	static size_t base_count;
	if (!base) {
		char path[128];
		const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
		snprintf(path, sizeof(path), "%s/fuzz_database.%ld.base", folder, (long)getpid());
		snprintf(hostile.path, sizeof(hostile.path), "%s/fuzz_database.%ld.db", folder,
			(long)getpid());
		snprintf(hostile.into, sizeof(hostile.into), "%s/fuzz_database.%ld.into", folder,
			(long)getpid());
		base = hostile_base(path, &base_count);
		unlink(path);
		sqlite3_hard_heap_limit64(512 << 20);
	}
	if (count == 0)
		return 0;
	if (bytes[0] < 0x10) {
		hostile_try(&hostile, bytes + 1, count - 1);
		return 0;
	}
	char *copy = damaged(base, base_count, bytes + 1, count - 1);
	hostile_try(&hostile, copy, base_count);
	free(copy);
	return 0;
}

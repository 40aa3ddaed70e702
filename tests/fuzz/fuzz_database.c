/* fuzz_database.c - libFuzzer target: no database makes the program crash or hang, when it is read,
 * merged or written to.
 *
 * Inputs are damages to a good database, as whole files are hardly ever hit by chance: a first byte
 * below 0x10 means that the rest is the file; otherwise the second byte says what is read, and the
 * rest is a list of edits, four bytes each: three of an offset and the new byte.
 *
 * Parsing the schema takes longer than most questions. So the database stays open, and the edits
 * are written into its file while nobody reads it: SQLite finds them when it reads the pages anew.
 * One input of 64, by its own digest, goes the whole way: the damaged file is opened, read, merged
 * and written to. Another one is opened and asked one question. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/store/open.h"
#include "tests/unit/hostile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static struct hostile hostile;
static struct made_sweep made;
static char *base;                    /* the good database */
static size_t base_count;             /* bytes of it */
static struct store *reader, *writer; /* of a file with it */
static int file;                      /* the same file */

static void need(bool good)
{
	if (!good)
		abort();
}

/* At the end of the process, unless it crashes. */
static void clean_up(void)
{
	static const char *const ends[] = { "base", "base-wal", "base-shm", "db", "db-wal",
		"db-shm", "into", "into-wal", "into-shm" };
	char path[128];
	store_close(reader);
	store_close(writer);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%.*s%s", (int)strlen(hostile.path) - 2, hostile.path,
			ends[i]);
		unlink(path);
	}
}

static void set_up(void)
{
	const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	const long process = (long)getpid();
	static char path[128];
	struct err e = { 0 };
	snprintf(path, sizeof(path), "%s/fuzz_database.%ld.base", folder, process);
	snprintf(hostile.path, sizeof(hostile.path), "%s/fuzz_database.%ld.db", folder, process);
	snprintf(hostile.into, sizeof(hostile.into), "%s/fuzz_database.%ld.into", folder, process);
	base = hostile_base(path, &base_count);
	made_init(&made, "paper", 2);
	need(store_open(path, STORE_READ, &e, &reader) == 0);
	need(store_open(path, STORE_WRITE, &e, &writer) == 0);
	need(sql_statistics_add(reader, &e) == 0);
	file = open(path, O_RDWR);
	need(file >= 0);
	atexit(clean_up);
	sqlite3_hard_heap_limit64(512 << 20);
}

static size_t offset_of(const uint8_t *edit)
{
	return ((size_t)edit[0] << 16 | (size_t)edit[1] << 8 | edit[2]) % base_count;
}

static char *damaged(const uint8_t *edits, size_t count)
{
	char *copy = malloc(base_count);
	need(copy != NULL);
	memcpy(copy, base, base_count);
	for (; count >= 4; edits += 4, count -= 4)
		copy[offset_of(edits)] = (char)edits[3];
	return copy;
}

/* Forget the pages that were read. */
static void forget(void)
{
	sqlite3_db_release_memory(reader->db);
	sqlite3_db_release_memory(writer->db);
}

/* The edits in the open file, a question or everything that is written, and the file as it was. */
static void in_place(uint8_t question, const uint8_t *edits, size_t count)
{
	const size_t readings = hostile_readings();
	forget();
	for (size_t i = 0; i + 4 <= count; i += 4)
		need(pwrite(file, &edits[i + 3], 1, (off_t)offset_of(&edits[i])) == 1);
	struct err e = { 0 };
	if (question < 0xf8) {
		hostile_read_one(&hostile, reader, question % readings);
	} else if (store_group_begin(writer, &e)) {
		hostile_check(-1, &e);
	} else {
		hostile_write_all(writer, &made);
		hostile_check(store_group_end(writer, false, &e), &e);
	}
	forget();
	for (size_t i = 0; i + 4 <= count; i += 4)
		need(pwrite(file, &base[offset_of(&edits[i])], 1, (off_t)offset_of(&edits[i]))
			== 1);
}

static uint32_t digest_of(const uint8_t *bytes, size_t count)
{
	uint32_t digest = 2166136261U; /* FNV-1a */
	for (size_t i = 0; i < count; i++)
		digest = (digest ^ bytes[i]) * 16777619U;
	return digest >> 8;
}

/* The damaged file, opened: everything, or one question. */
static void from_the_start(bool all, size_t question, const void *bytes, size_t count)
{
	struct err e = { 0 };
	if (all) {
		hostile_try(&hostile, bytes, count);
	} else {
		need(file_write(hostile.path, bytes, count, &e) == 0);
		hostile_read_some(&hostile, question, question + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	if (!base)
		set_up();
	if (count < 2)
		return 0;
	const uint32_t way = digest_of(bytes, count) % 64;
	const size_t question = bytes[1] % hostile_readings();
	if (bytes[0] < 0x10) {
		from_the_start(way == 0, question, bytes + 1, count - 1);
	} else if (way < 2) {
		char *copy = damaged(bytes + 2, count - 2);
		from_the_start(way == 0, question, copy, base_count);
		free(copy);
	} else {
		in_place(bytes[1], bytes + 2, count - 2);
	}
	return 0;
}

/* scratch.h - folders for the files of a test: made before it, and removed with all that is in them
 * afterwards. Include it after cmocka.h. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRATCH_MAX = 32 };

/* Others may look into it: some tests give up root's rights. Returns 0 or -1. */
static inline int scratch_make_under(const char *parent, char folder[SCRATCH_MAX])
{
	snprintf(folder, SCRATCH_MAX, "%s/retrial-test-XXXXXX", parent);
	return mkdtemp(folder) && chmod(folder, 0755) == 0 ? 0 : -1;
}

static inline int scratch_make(char folder[SCRATCH_MAX])
{
	return scratch_make_under("/tmp", folder);
}

/* On a memory disk where there is one: for thousands of small transactions, that would wait for a
 * real disk. */
static inline int scratch_make_in_memory(char folder[SCRATCH_MAX])
{
	return scratch_make_under(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", folder);
}

static inline int scratch_remove_one(
	const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info, (void)kind, (void)place;
	return remove(path);
}

static inline int scratch_remove(const char *folder)
{
	return nftw(folder, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- one folder for all tests of a program ---- */

static char scratch[SCRATCH_MAX];

static inline int make_scratch(void **state)
{
	(void)state;
	return scratch_make(scratch);
}

static inline int remove_scratch(void **state)
{
	(void)state;
	return scratch_remove(scratch);
}

/* scratch/name; valid until the next call but seven. */
static inline const char *in_scratch(const char *name)
{
	static char paths[8][256];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, sizeof(paths[0]), "%s/%s", scratch, name);
	return path;
}

#endif

/* fail_nth.c - a library for LD_PRELOAD that lets one call fail: the FAULT_AT-th (from 1) of the
 * kind FAULT_CALL (write, fsync, rename, malloc, open or parse), counted over the process and all
 * its forks. parse: an allocation of 32, 64, 128 ... bytes while JSON is parsed. FAULT_FOR more
 * calls after it fail, too (default 0; -1: all). Without FAULT_AT nothing fails; at the end of the
 * first process the number of calls goes to the file FAULT_COUNT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum call { CALL_NONE, CALL_WRITE, CALL_FSYNC, CALL_RENAME, CALL_MALLOC, CALL_OPEN, CALL_PARSE };

static enum call watched;
static long fail_at, fail_for;
static atomic_long *calls; /* shared with forks */
static pid_t first_process;
static _Thread_local bool parsing; /* inside json_loads() or json_loadb() */

static enum call call_of(const char *name)
{
	static const char *const names[] = { "", "write", "fsync", "rename", "malloc", "open",
		"parse" };
	for (int i = CALL_WRITE; i <= CALL_PARSE; i++)
		if (name && strcmp(name, names[i]) == 0)
			return (enum call)i;
	return CALL_NONE;
}

static void __attribute__((constructor)) begin(void)
{
	const char *at = getenv("FAULT_AT"), *more = getenv("FAULT_FOR");
	void *shared = mmap(
		NULL, sizeof(*calls), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return;
	calls = shared;
	fail_at = at ? strtol(at, NULL, 10) : 0;
	fail_for = more ? strtol(more, NULL, 10) : 0;
	first_process = getpid();
	watched = call_of(getenv("FAULT_CALL"));
}

static void __attribute__((destructor)) end(void)
{
	const char *path = getenv("FAULT_COUNT");
	if (!path || !calls || getpid() != first_process)
		return;
	watched = CALL_NONE;
	FILE *f = fopen(path, "w");
	if (f) {
		fprintf(f, "%ld\n", atomic_load(calls));
		fclose(f);
	}
}

/* Is this call the one, or one of those behind it? */
static int fails(enum call call)
{
	if (call != watched || !calls)
		return 0;
	const long n = atomic_fetch_add(calls, 1) + 1;
	return fail_at && n >= fail_at && (fail_for < 0 || n <= fail_at + fail_for);
}

/* The real function, looked up at its first use. */
#define REAL(name)                     \
	static __typeof__(name) *real; \
	if (!real)                     \
	real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t count)
{
	REAL(write);
	/* What is said on the terminal is not the subject. */
	if (fd <= STDERR_FILENO || !fails(CALL_WRITE))
		return real(fd, bytes, count);
	errno = ENOSPC;
	return -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
	REAL(pwrite64);
	if (!fails(CALL_WRITE))
		return real(fd, bytes, count, at);
	errno = ENOSPC;
	return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	return pwrite64(fd, bytes, count, at);
}

int fsync(int fd)
{
	REAL(fsync);
	if (!fails(CALL_FSYNC))
		return real(fd);
	errno = EIO;
	return -1;
}

int fdatasync(int fd)
{
	REAL(fdatasync);
	if (!fails(CALL_FSYNC))
		return real(fd);
	errno = EIO;
	return -1;
}

int rename(const char *from, const char *to)
{
	REAL(rename);
	if (!fails(CALL_RENAME))
		return real(from, to);
	errno = ENOSPC;
	return -1;
}

/* Only files that are made: no inode is left. */
static int open_real(const char *path, int flags, mode_t mode)
{
	REAL(open64);
	if (!(flags & O_CREAT) || !fails(CALL_OPEN))
		return real(path, flags, mode);
	errno = ENOSPC;
	return -1;
}

int open64(const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
	va_end(list);
	return open_real(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
	va_end(list);
	return open_real(path, flags, mode);
}

/* dlsym() itself may allocate: glibc's own names need no look-up. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

/* Jansson's parser doubles the room for a text, from 16 bytes. Its other allocations of these sizes
 * also fail. */
static bool grows_text(size_t count)
{
	return parsing && count >= 32 && (count & (count - 1)) == 0;
}

static bool allocation_fails(size_t count)
{
	return fails(CALL_MALLOC) || (grows_text(count) && fails(CALL_PARSE));
}

void *malloc(size_t count)
{
	if (!allocation_fails(count))
		return __libc_malloc(count);
	errno = ENOMEM;
	return NULL;
}

void *calloc(size_t count, size_t size)
{
	if (!allocation_fails(count * size))
		return __libc_calloc(count, size);
	errno = ENOMEM;
	return NULL;
}

void *realloc(void *old, size_t count)
{
	if (!allocation_fails(count))
		return __libc_realloc(old, count);
	errno = ENOMEM;
	return NULL;
}

json_t *json_loads(const char *text, size_t flags, json_error_t *why)
{
	REAL(json_loads);
	parsing = true;
	json_t *value = real(text, flags, why);
	parsing = false;
	return value;
}

json_t *json_loadb(const char *text, size_t length, size_t flags, json_error_t *why)
{
	REAL(json_loadb);
	parsing = true;
	json_t *value = real(text, length, flags, why);
	parsing = false;
	return value;
}

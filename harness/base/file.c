/* file.c - see file.h. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "str.h"

/* ---- reading ---- */

/* Read fd to its end into one growing block. */
static int read_all(int fd, const char *path, size_t expected, size_t max_bytes, char **bytes,
	size_t *count, struct err *e)
{
	size_t capacity = expected + 1,
	       used = 0; /* one byte more than expected shows the end of the file without growing */
	char *block = malloc(capacity + 1);
	if (!block)
		return err_nomem(e);
	for (;;) {
		const ssize_t got = read(fd, block + used, capacity - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err_errno(e, path);
			goto fail;
		}
		if (got == 0)
			break;
		used += (size_t)got;
		if (used > max_bytes) {
			err_set(e, ERR_ENVIRONMENT,
				"%s: more than the %zu bytes that are allowed here", path,
				max_bytes);
			goto fail;
		}
		if (used < capacity)
			continue;
		capacity *= 2;
		char *larger = realloc(block, capacity + 1);
		if (!larger) {
			err_nomem(e);
			goto fail;
		}
		block = larger;
	}
	block[used] = '\0';
	*bytes = block;
	*count = used;
	return 0;
fail:
	free(block);
	return -1;
}

int file_read(const char *path, size_t max_bytes, char **bytes, size_t *count, struct err *e)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, path);
	struct stat info;
	int result;
	if (fstat(fd, &info)) {
		result = err_errno(e, path);
	} else if (S_ISDIR(info.st_mode)) {
		errno = EISDIR;
		result = err_errno(e, path);
	} else if (info.st_size > 0 && (unsigned long long)info.st_size > max_bytes) {
		result = err_set(e, ERR_ENVIRONMENT,
			"%s: %lld bytes, more than the %zu that are allowed here", path,
			(long long)info.st_size, max_bytes);
	} else {
		const size_t expected =
			info.st_size > 0 ? (size_t)info.st_size : 4095; /* pipes and /proc say 0 */
		result = read_all(fd, path, expected, max_bytes, bytes, count, e);
	}
	close(fd);
	return result;
}

/* ---- writing ---- */

static int write_all(int fd, const char *bytes, size_t count)
{
	while (count > 0) {
		const ssize_t done = write(fd, bytes, count);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		bytes += done;
		count -= (size_t)done;
	}
	return 0;
}

/* The folder of path, owned by the caller: "" -> ".", "/x" -> "/". */
static char *folder_of(const char *path)
{
	struct str folder = { 0 };
	const char *slash = strrchr(path, '/');
	if (!slash)
		str_add(&folder, ".");
	else
		str_add_bytes(&folder, path, slash == path ? 1 : (size_t)(slash - path));
	return str_take(&folder);
}

/* Make a new file beside path. Its name is the caller's (free). */
static int open_temporary(const char *path, char **temporary)
{
	for (int attempt = 0;; attempt++) {
		struct str name = { 0 };
		str_addf(&name, "%s.tmp-%ld-%d", path, (long)getpid(), attempt);
		const int fd = open(name.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0) {
			*temporary = str_take(&name);
			return fd;
		}
		const int reason = errno;
		str_free(&name);
		errno = reason;
		if (reason != EEXIST || attempt == 99)
			return -1;
	}
}

/* A pipe, terminal or device cannot be replaced (and /dev/null must not be): it is written to. */
static int write_in_place(const char *path, const void *bytes, size_t count, struct err *e)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, path);
	int result = write_all(fd, bytes, count) ? err_errno(e, path) : 0;
	if (close(fd) && result == 0)
		result = err_errno(e, path);
	return result;
}

/* A rename is only safe on disk when its folder is; some file systems cannot sync folders, which is
 * no failure of ours. */
static int sync_folder(const char *folder)
{
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? 0 : -1;
	const int failed = fsync(fd) && errno != EINVAL && errno != ENOTSUP && errno != EROFS;
	const int reason = errno;
	close(fd);
	errno = reason;
	return failed ? -1 : 0;
}

static int replace(
	const char *path, const char *folder, const void *bytes, size_t count, struct err *e)
{
	char *temporary = NULL;
	int fd = open_temporary(path, &temporary);
	if (fd < 0)
		return err_errno(e, path);
	if (write_all(fd, bytes, count) || fsync(fd))
		goto fail;
	const int not_closed = close(fd);
	fd = -1;
	if (not_closed || rename(temporary, path))
		goto fail;
	free(temporary);
	return sync_folder(folder) ? err_errno(e, folder) : 0;
fail:
	err_errno(e, path);
	if (fd >= 0)
		close(fd);
	unlink(temporary);
	free(temporary);
	return -1;
}

int file_write(const char *path, const void *bytes, size_t count, struct err *e)
{
	struct stat info;
	const bool there = stat(path, &info) == 0;
	if (there && S_ISDIR(info.st_mode)) {
		errno = EISDIR;
		return err_errno(e, path);
	}
	if (there && !S_ISREG(info.st_mode))
		return write_in_place(path, bytes, count, e);

	/* A symbolic link stays one: the file that it names is replaced. */
	char *target = there ? realpath(path, NULL) : strdup(path);
	if (!target)
		return err_errno(e, path);
	char *folder = folder_of(target);
	int result = file_make_folder(folder, e);
	if (result == 0)
		result = replace(target, folder, bytes, count, e);
	free(folder);
	free(target);
	return result;
}

/* ---- folders ---- */

static int make_one(const char *path)
{
	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	struct stat info;
	if (stat(path, &info))
		return -1;
	if (S_ISDIR(info.st_mode))
		return 0;
	errno = ENOTDIR;
	return -1;
}

int file_make_folder(const char *path, struct err *e)
{
	struct stat info;
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return 0; /* also where a parent may not be read or written */

	char *parents = strdup(path);
	if (!parents)
		return err_nomem(e);
	int result = 0;
	for (char *p = parents + 1; result == 0 && parents[0] && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (stat(parents, &info) || !S_ISDIR(info.st_mode))
			result = make_one(parents);
		if (result)
			err_errno(e, parents);
		*p = '/';
	}
	if (result == 0 && make_one(path))
		result = err_errno(e, path);
	free(parents);
	return result;
}

int file_make_folder_of(const char *path, struct err *e)
{
	char *folder = folder_of(path);
	const int result = file_make_folder(folder, e);
	free(folder);
	return result;
}

bool file_exists(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0;
}

bool file_same(const char *a, const char *b)
{
	struct stat x, y;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool file_disk_is_full(const char *folder)
{
	static const char block[65536];
	struct str path = { 0 };
	str_addf(&path, "%s/.room-XXXXXX", folder);
	errno = 0;
	const int fd = mkostemp(path.s, O_CLOEXEC);
	bool full = fd < 0 && (errno == ENOSPC || errno == EDQUOT);
	if (fd >= 0) {
		errno = 0;
		const ssize_t written = write(fd, block, sizeof(block));
		const bool bad = fsync(fd) != 0 || written < 0;
		full = (written >= 0 && (size_t)written < sizeof(block))
			|| (bad && (errno == ENOSPC || errno == EDQUOT));
		close(fd);
		unlink(path.s);
	}
	str_free(&path);
	return full;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *at)
{
	(void)s;
	(void)kind;
	(void)at;
	remove(path);
	return 0;
}

void file_remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* recognise.c - is this file one of our databases? Asked before SQLite opens it, so that somebody
 * else's file is not touched. */
#include "recognise.h"
#include "store_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"

/* The first bytes of a SQLite file (its format is documented and will not change). */
enum { HEADER_BYTES = 100, HEADER_APPLICATION_ID = 68 };
static const char header_magic[16] = "SQLite format 3";

enum look { LOOK_MISSING, LOOK_EMPTY, LOOK_OURS, LOOK_FOREIGN, LOOK_NO_DATABASE, LOOK_UNREADABLE };

/* Read the header by way of SQLite's own file layer: closing a file by other means would drop the
 * locks that this process may hold on the same database through another connection (POSIX locks
 * belong to the process). Returns the bytes read, or -1. */
static int read_header(const char *path, unsigned char header[HEADER_BYTES])
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	char *full = malloc((size_t)vfs->mxPathname + 1);
	sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
	sqlite3_filename name = NULL;
	int count = -1;
	/* SQLITE_OK_SYMLINK, that the path is a link's, is no error: its low byte is SQLITE_OK. */
	if (!full || !file
		|| (vfs->xFullPathname(vfs, path, vfs->mxPathname, full) & 0xff) != SQLITE_OK)
		goto out;
	name = sqlite3_create_filename(full, "", "", 0, NULL);
	if (!name
		|| vfs->xOpen(vfs, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL)
			!= SQLITE_OK)
		goto out;
	sqlite3_int64 size = 0;
	if (file->pMethods->xFileSize(file, &size) == SQLITE_OK) {
		const int wanted = size < HEADER_BYTES ? (int)size : HEADER_BYTES;
		const int code = file->pMethods->xRead(file, header, wanted, 0);
		if (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ)
			count = wanted;
	}
	file->pMethods->xClose(file);
out:
	sqlite3_free_filename(name);
	free(file);
	free(full);
	return count;
}

static enum look look_at(const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return errno == ENOENT ? LOOK_MISSING : LOOK_UNREADABLE;
	if (S_ISDIR(info.st_mode)) {
		errno = EISDIR;
		return LOOK_UNREADABLE;
	}
	if (!S_ISREG(info.st_mode))
		return LOOK_NO_DATABASE;
	if (access(path, R_OK) != 0)
		return LOOK_UNREADABLE;
	unsigned char header[HEADER_BYTES] = { 0 };
	const int count = read_header(path, header);
	if (count < 0) {
		errno = EIO;
		return LOOK_UNREADABLE;
	}
	if (count == 0)
		return LOOK_EMPTY;
	if (count < HEADER_BYTES || memcmp(header, header_magic, sizeof(header_magic)) != 0)
		return LOOK_NO_DATABASE;
	const unsigned char *id = header + HEADER_APPLICATION_ID;
	const uint32_t application =
		(uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
	return application == STORE_APPLICATION_ID ? LOOK_OURS : LOOK_FOREIGN;
}

bool store_is_at(const char *path)
{
	return look_at(path) == LOOK_OURS;
}

static bool has_journal(const char *path)
{
	struct str journal = { 0 };
	str_addf(&journal, "%s-journal", path);
	const bool exists = file_exists(journal.s);
	str_free(&journal);
	return exists;
}

/* While a rollback journal lies beside the file, another process may be writing the first page
 * right now (many first starts at once): look again until it has done so. A journal that stays is a
 * crash's, which SQLite undoes when it opens the file. */
static enum look look_patiently(const char *path)
{
	const struct timespec pause = { 0, 20000000 };
	for (int tries = 0; tries < 250; tries++) {
		const bool busy = has_journal(path);
		const enum look look = look_at(path);
		if (look == LOOK_MISSING || look == LOOK_EMPTY || look == LOOK_OURS
			|| look == LOOK_UNREADABLE)
			return look;
		if (!busy && tries > 0)
			return look;
		nanosleep(&pause, NULL);
	}
	return LOOK_OURS;
}

int recognise_database(const char *path, enum store_mode mode, struct err *e)
{
	switch (look_patiently(path)) {
	case LOOK_UNREADABLE: return err_errno(e, path);
	case LOOK_NO_DATABASE:
		return err_set(e, ERR_ENVIRONMENT,
			"%s: not a database (nothing was changed; --db FILE names another)", path);
	case LOOK_FOREIGN:
		return err_set(e, ERR_ENVIRONMENT,
			"%s: a SQLite database, but not one of retrial's (nothing was changed; "
			"--db FILE names another)",
			path);
	case LOOK_MISSING:
		if (mode == STORE_WRITE)
			return 0;
		return err_set(e, ERR_ENVIRONMENT,
			"%s: no such database (`retrial run SWEEP` makes it; --db FILE names "
			"another)",
			path);
	case LOOK_EMPTY:
		if (mode == STORE_WRITE)
			return 0;
		return err_set(e, ERR_ENVIRONMENT,
			"%s: an empty file, no database yet (`retrial run SWEEP` fills it; --db "
			"FILE names another)",
			path);
	case LOOK_OURS: return 0;
	}
	return 0;
}

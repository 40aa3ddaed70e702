/* migrate.c - is this file one of our databases, which schema has it, and how does it keep its journal?
 * Makes the schema (schema.sql) and, in later versions, the steps from older ones. */
#include "store_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "sql.h"

/* ---- recognising ------------------------------------------------------------------------------------------------------- */

/* The first bytes of a SQLite file (its format is documented and will not change). */
enum { HEADER_BYTES = 100, HEADER_APPLICATION_ID = 68 };
static const char header_magic[16] = "SQLite format 3";

enum look { LOOK_MISSING, LOOK_EMPTY, LOOK_OURS, LOOK_FOREIGN, LOOK_NO_DATABASE, LOOK_UNREADABLE };

/* Read the header by way of SQLite's own file layer: closing a file by other means would drop the locks that this process may
 * hold on the same database through another connection (POSIX locks belong to the process). Returns the bytes read, or -1. */
static int read_header(const char *path, unsigned char header[HEADER_BYTES])
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	char *full = malloc((size_t)vfs->mxPathname + 1);
	sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
	sqlite3_filename name = NULL;
	int count = -1;
	if (!full || !file || vfs->xFullPathname(vfs, path, vfs->mxPathname, full) != SQLITE_OK) goto end;
	name = sqlite3_create_filename(full, "", "", 0, NULL);
	if (!name || vfs->xOpen(vfs, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL) != SQLITE_OK) goto end;
	sqlite3_int64 size = 0;
	if (file->pMethods->xFileSize(file, &size) == SQLITE_OK) {
		const int wanted = size < HEADER_BYTES ? (int)size : HEADER_BYTES;
		const int code = file->pMethods->xRead(file, header, wanted, 0);
		if (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ) count = wanted;
	}
	file->pMethods->xClose(file);
end:
	sqlite3_free_filename(name);
	free(file);
	free(full);
	return count;
}

static enum look look_at(const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0) return errno == ENOENT ? LOOK_MISSING : LOOK_UNREADABLE;
	if (S_ISDIR(info.st_mode)) {
		errno = EISDIR;
		return LOOK_UNREADABLE;
	}
	if (!S_ISREG(info.st_mode)) return LOOK_NO_DATABASE;
	if (access(path, R_OK) != 0) return LOOK_UNREADABLE;
	unsigned char header[HEADER_BYTES] = {0};
	const int count = read_header(path, header);
	if (count < 0) {
		errno = EIO;
		return LOOK_UNREADABLE;
	}
	if (count == 0) return LOOK_EMPTY;
	if (count < HEADER_BYTES || memcmp(header, header_magic, sizeof(header_magic)) != 0) return LOOK_NO_DATABASE;
	const unsigned char *id = header + HEADER_APPLICATION_ID;
	const uint32_t application = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
	return application == STORE_APPLICATION_ID ? LOOK_OURS : LOOK_FOREIGN;
}

static bool has_journal(const char *path)
{
	struct str journal = {0};
	str_addf(&journal, "%s-journal", path);
	const bool exists = file_exists(journal.s);
	str_free(&journal);
	return exists;
}

/* While a rollback journal lies beside the file, another process may be writing the first page right now (many first starts at
 * once): look again until it has done so. A journal that stays is a crash's, which SQLite undoes when it opens the file. */
static enum look look_patiently(const char *path)
{
	const struct timespec pause = { 0, 20000000 };
	for (int tries = 0; tries < 250; tries++) {
		const bool busy = has_journal(path);
		const enum look look = look_at(path);
		if (look == LOOK_MISSING || look == LOOK_EMPTY || look == LOOK_OURS || look == LOOK_UNREADABLE) return look;
		if (!busy && tries > 0) return look;
		nanosleep(&pause, NULL);
	}
	return LOOK_OURS;
}

int migrate_recognise(const char *path, enum store_mode mode, struct err *e)
{
	switch (look_patiently(path)) {
	case LOOK_UNREADABLE: return err_errno(e, path);
	case LOOK_NO_DATABASE:
		return err_set(e, ERR_ENVIRONMENT, "%s: not a database (nothing was changed; --db FILE names another)", path);
	case LOOK_FOREIGN:
		return err_set(e, ERR_ENVIRONMENT, "%s: a SQLite database, but not one of retrial's (nothing was changed; --db FILE names another)", path);
	case LOOK_MISSING:
		if (mode == STORE_WRITE) return 0;
		return err_set(e, ERR_ENVIRONMENT, "%s: no such database (`retrial run SWEEP` makes it; --db FILE names another)", path);
	case LOOK_EMPTY:
		if (mode == STORE_WRITE) return 0;
		return err_set(e, ERR_ENVIRONMENT, "%s: an empty file, no database yet (`retrial run SWEEP` fills it; --db FILE names another)", path);
	case LOOK_OURS: return 0;
	}
	return 0;
}

/* ---- schema ------------------------------------------------------------------------------------------------------------ */

static int pragma_integer(struct store *s, const char *sql, int64_t *value, struct err *e)
{
	sqlite3_stmt *statement = store_statement(s, sql, e);
	*value = 0;
	return statement ? statement_integer(s, statement, NULL, value, e) : -1;
}

static const char *schema_text(void)
{
	for (size_t i = 0; i < sql_text_count; i++)
		if (strcmp(sql_texts[i].name, "schema") == 0) return sql_texts[i].text;
	abort(); /* the program was built without schema.sql */
}

static int make_schema(struct store *s, struct err *e)
{
	char marks[96];
	sqlite3_snprintf(sizeof(marks), marks, "PRAGMA application_id = %d; PRAGMA user_version = %d", STORE_APPLICATION_ID,
		STORE_SCHEMA_VERSION);
	if (store_execute(s, schema_text(), e)) return -1;
	return store_execute(s, marks, e);
}

/* What the file says of itself; inside a transaction, so that the three belong together. */
static int check_marks(struct store *s, bool *empty, struct err *e)
{
	int64_t application, version, objects;
	if (pragma_integer(s, "PRAGMA application_id", &application, e)) return -1;
	if (pragma_integer(s, "PRAGMA user_version", &version, e)) return -1;
	if (pragma_integer(s, "SELECT count(*) FROM sqlite_schema", &objects, e)) return -1;
	*empty = application == 0 && version == 0 && objects == 0;
	if (*empty) return 0;
	if (application != STORE_APPLICATION_ID)
		return err_set(e, ERR_ENVIRONMENT, "%s: a SQLite database, but not one of retrial's (nothing was changed)", s->path);
	if (version > STORE_SCHEMA_VERSION)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: written by a newer retrial (schema %lld, this program knows %d): use that one; nothing was changed",
			s->path, (long long)version, STORE_SCHEMA_VERSION);
	if (version < 1)
		return err_set(e, ERR_ENVIRONMENT, "%s: schema %lld was never one of retrial's: the file is damaged", s->path,
			(long long)version);
	return 0;
}

int migrate_schema(struct store *s, struct err *e)
{
	bool empty;
	if (store_execute(s, "BEGIN", e)) return -1;
	const int checked = check_marks(s, &empty, e);
	if (store_execute(s, "END", checked ? NULL : e) || checked) return -1;
	if (!empty) return 0;
	if (s->mode == STORE_READ)
		return err_set(e, ERR_ENVIRONMENT, "%s: an empty database (`retrial run SWEEP` fills it)", s->path);
	/* Others may be at this very point: whoever gets the lock first makes the schema, the others find it made. */
	if (transaction_begin(s, e)) return -1;
	int result = check_marks(s, &empty, e);
	if (result == 0 && empty) result = make_schema(s, e);
	return transaction_end(s, result, e);
}

/* ---- journal ----------------------------------------------------------------------------------------------------------- */

/* The file systems that computers share or that a program of unknown habits provides; names for people. */
static const struct {
	unsigned long magic;
	const char *name;
} shared_file_systems[] = {
	{ 0x6969, "nfs" }, { 0x517b, "smb" }, { 0xff534d42, "cifs" }, { 0xfe534d42, "smb2" }, { 0x65735546, "fuse" },
	{ 0x01021997, "9p" }, { 0x5346414f, "afs" }, { 0x73757245, "coda" }, { 0x00c36400, "ceph" }, { 0x0bd00bd0, "lustre" },
	{ 0x47504653, "gpfs" }, { 0x7461636f, "ocfs2" }, { 0x01161970, "gfs2" }, { 0x786f4256, "vboxsf" }, { 0x564c, "ncp" },
	{ 0x19830326, "beegfs" }, { 0x20030528, "orangefs" },
};

const char *store_shared_file_system(unsigned long magic)
{
	const size_t count = sizeof(shared_file_systems) / sizeof(shared_file_systems[0]);
	for (size_t i = 0; i < count; i++)
		if (shared_file_systems[i].magic == (magic & 0xffffffffUL)) return shared_file_systems[i].name;
	return NULL;
}

/* Set the journal mode and learn which one it is now. Another process in the middle of the same change makes SQLite say "busy"
 * at once, without waiting, as both could wait for each other. */
static int set_journal(struct store *s, const char *mode, char is[16], struct err *e)
{
	char sql[64];
	sqlite3_snprintf(sizeof(sql), sql, "PRAGMA journal_mode = %s", mode);
	const struct timespec pause = { 0, 20000000 };
	for (int waited_ms = 0;; waited_ms += 20) {
		sqlite3_stmt *statement;
		if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK) return store_error(s, e);
		const int code = sqlite3_step(statement);
		const unsigned char *text = code == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
		sqlite3_snprintf(16, is, "%s", text ? (const char *)text : "");
		sqlite3_finalize(statement);
		if (text) return 0;
		if ((code & 0xff) != SQLITE_BUSY || waited_ms >= STORE_BUSY_MS) return store_error(s, e);
		nanosleep(&pause, NULL);
	}
}

int migrate_journal(struct store *s, struct err *e)
{
	struct statfs disk;
	const char *shared = statfs(s->path, &disk) == 0 ? store_shared_file_system((unsigned long)disk.f_type) : NULL;
	char mode[16];
	if (set_journal(s, shared ? "DELETE" : "WAL", mode, e)) return -1;
	s->log = strcmp(mode, "wal") == 0;
	if (shared) {
		struct str text = {0};
		str_addf(&text, "%s is on a network file system (%s): slower journal, and only one machine should write to it at a time",
			s->path, shared);
		s->warning = str_take(&text);
	}
	/* With the log, a commit survives a crash of the program without waiting for the disk; the end of an attempt waits. */
	return store_execute(s, s->log ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL", e);
}

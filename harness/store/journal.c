/* journal.c - how the database keeps its journal: a write-ahead log on local disks, a rollback
 * journal on file systems that computers share, where the log's shared memory does not work. */
#include "store_internal.h"

#include <string.h>
#include <sys/vfs.h>
#include <time.h>

/* The file systems that computers share or that a program of unknown habits provides; names for
 * people. */
static const struct {
	unsigned long magic;
	const char *name;
} shared_file_systems[] = {
	{ 0x6969, "nfs" },
	{ 0x517b, "smb" },
	{ 0xff534d42, "cifs" },
	{ 0xfe534d42, "smb2" },
	{ 0x65735546, "fuse" },
	{ 0x01021997, "9p" },
	{ 0x5346414f, "afs" },
	{ 0x73757245, "coda" },
	{ 0x00c36400, "ceph" },
	{ 0x0bd00bd0, "lustre" },
	{ 0x47504653, "gpfs" },
	{ 0x7461636f, "ocfs2" },
	{ 0x01161970, "gfs2" },
	{ 0x786f4256, "vboxsf" },
	{ 0x564c, "ncp" },
	{ 0x19830326, "beegfs" },
	{ 0x20030528, "orangefs" },
};

const char *store_shared_file_system(unsigned long magic)
{
	const size_t count = sizeof(shared_file_systems) / sizeof(shared_file_systems[0]);
	for (size_t i = 0; i < count; i++)
		if (shared_file_systems[i].magic == (magic & 0xffffffffUL))
			return shared_file_systems[i].name;
	return NULL;
}

/* Set the journal mode and learn which one it is now. Another process in the middle of the same
 * change makes SQLite say "busy" at once, without waiting, as both could wait for each other. */
static int set_journal(struct store *s, const char *mode, char is[16], struct err *e)
{
	char sql[64];
	sqlite3_snprintf(sizeof(sql), sql, "PRAGMA journal_mode = %s", mode);
	const struct timespec pause = { 0, 20000000 };
	for (int waited_ms = 0;; waited_ms += 20) {
		sqlite3_stmt *statement;
		if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK)
			return store_error(s, e);
		const int code = sqlite3_step(statement);
		const unsigned char *text =
			code == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
		sqlite3_snprintf(16, is, "%s", text ? (const char *)text : "");
		sqlite3_finalize(statement);
		if (text)
			return 0;
		if ((code & 0xff) != SQLITE_BUSY || waited_ms >= STORE_BUSY_MS)
			return store_error(s, e);
		nanosleep(&pause, NULL);
	}
}

int journal_choose(struct store *s, struct err *e)
{
	struct statfs disk;
	const char *shared = statfs(s->path, &disk) == 0
		? store_shared_file_system((unsigned long)disk.f_type)
		: NULL;
	char mode[16];
	if (set_journal(s, shared ? "DELETE" : "WAL", mode, e))
		return -1;
	s->log = strcmp(mode, "wal") == 0;
	if (shared)
		store_warn(s,
			"%s is on a network file system (%s): slower journal, and only one machine "
			"should write to it at a time",
			s->path, shared);
	/* With the log, a commit survives a crash of the program without waiting for the disk; the
	 * end of an attempt waits. */
	return store_execute(
		s, s->log ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL", e);
}

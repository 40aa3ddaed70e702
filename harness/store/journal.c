/* journal.c - how the database keeps its journal: a write-ahead log on local disks, a rollback
 * journal on file systems that computers share, where the log's shared memory does not work. A
 * study that was submitted to a cluster is shared, too: this machine may be the one whose local
 * disk the others see. */
#include "store_internal.h"

#include <string.h>
#include <sys/stat.h>
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
	{ 0xaad7aaea, "panfs" },
};

/* Those that one computer has for itself. Any other counts as shared. */
static const unsigned long local_file_systems[] = {
	0xef53,     /* ext2, ext3, ext4 */
	0x58465342, /* xfs */
	0x9123683e, /* btrfs */
	0x2fc12fc1, /* zfs */
	0xca451a4e, /* bcachefs */
	0xf2f52010, /* f2fs */
	0x01021994, /* tmpfs */
	0x858458f6, /* ramfs */
	0x794c7630, /* overlay */
	0x61756673, /* aufs */
	0xf15f,     /* ecryptfs */
	0x3153464a, /* jfs */
	0x52654973, /* reiserfs */
	0x3434,     /* nilfs2 */
	0x00011954, /* ufs */
	0x4d44,     /* fat */
	0x2011bab0, /* exfat */
	0x5346544e, /* ntfs */
	0x7366746e, /* ntfs3 */
	0x4244,     /* hfs */
	0x482b,     /* hfsplus */
	0x15013346, /* udf */
	0x9660,     /* iso9660 */
	0x73717368, /* squashfs */
	0xe0f5e1e2, /* erofs */
};

const char *store_shared_file_system(unsigned long magic)
{
	const size_t count = sizeof(shared_file_systems) / sizeof(shared_file_systems[0]);
	for (size_t i = 0; i < count; i++)
		if (shared_file_systems[i].magic == (magic & 0xffffffffUL))
			return shared_file_systems[i].name;
	for (size_t i = 0; i < sizeof(local_file_systems) / sizeof(local_file_systems[0]); i++)
		if (local_file_systems[i] == (magic & 0xffffffffUL))
			return NULL;
	return "unknown kind";
}

/* Beside the database of a study that was submitted lies the folder of its submissions. */
static bool was_submitted(const struct store *s)
{
	struct stat info;
	struct str path = { 0 };
	const char *slash = strrchr(s->path, '/');
	if (slash)
		str_add_bytes(&path, s->path, (size_t)(slash + 1 - s->path));
	str_add(&path, "slurm");
	const bool result = stat(path.s, &info) == 0 && S_ISDIR(info.st_mode);
	str_free(&path);
	return result;
}

/* Set the journal mode and learn which one it is now. Another process in the middle of the same
 * change makes SQLite say "busy" at once, without waiting, as both could wait for each other. */
static int set_journal(struct store *s, const char *mode, int wait_ms, char is[16], struct err *e)
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
		if ((code & 0xff) != SQLITE_BUSY || waited_ms >= wait_ms)
			return store_error(s, e);
		nanosleep(&pause, NULL);
	}
}

/* With the log, a commit survives a crash of the program without waiting for the disk; the end of
 * an attempt waits. */
static int set_log(struct store *s, bool log, struct err *e)
{
	s->log = log;
	return store_execute(
		s, log ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL", e);
}

int store_share(struct store *s, struct err *e)
{
	enum {
		WAIT_MS = 2000
	}; /* for programs that are reading the log; they may do so for long */
	char mode[16] = "";
	struct err why = { 0 };
	sqlite3_busy_timeout(s->db, WAIT_MS);
	const int result = set_journal(s, "DELETE", WAIT_MS, mode, &why);
	const bool busy = (sqlite3_errcode(s->db) & 0xff) == SQLITE_BUSY || !result;
	sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
	if (result && !busy)
		return err_set(e, why.kind, "%s", why.text);
	if (strcmp(mode, "delete") != 0)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: other machines are to write it, but a program on this one has it open "
			"(retrial serve, status --watch?): end that first",
			s->path);
	return set_log(s, false, e);
}

int journal_choose(struct store *s, struct err *e)
{
	struct statfs disk;
	const char *shared = statfs(s->path, &disk) == 0
		? store_shared_file_system((unsigned long)disk.f_type)
		: NULL;
	char mode[16] = "";
	if (!shared && was_submitted(s))
		return store_share(s, NULL) ? set_log(s, true, e) : 0;
	if (set_journal(s, shared ? "DELETE" : "WAL", STORE_BUSY_MS, mode, e))
		return -1;
	if (shared)
		store_warn(s,
			"%s is on a file system that machines share (%s): slower journal, and only "
			"one machine should write to it at a time",
			s->path, shared);
	return set_log(s, strcmp(mode, "wal") == 0, e);
}

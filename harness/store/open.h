/* open.h - the results database: one SQLite file (schema.sql says what is in it), written by one
 * process, read by anybody. Opening, copying and closing it, and groups of calls. The only file set
 * that includes sqlite3.h is this folder's; the other calls are in attempts.h (running and
 * recording trials), sweeps.h (frozen plans), remarks.h (tags, notes, deletion), merge.h and read.h
 * (queries).
 *
 * A store belongs to the process and thread that opened it: do not use it (or close it) in a child
 * after fork. */
#ifndef STORE_OPEN_H
#define STORE_OPEN_H

#include <stdbool.h>

#include "../base/err.h"

struct store;

enum store_mode {
	STORE_READ,
	STORE_CHANGE, /* to write; a database that is not there is an error */
	STORE_WRITE   /* to write; makes the file (and its folder) when it is not there */
};

/* Open the database at path; migrates an older schema, refuses a newer one. A file that is not a
 * database of ours is refused and not touched. Any number of processes may make the same database
 * at once. On success *out is owned by the caller (store_close). Returns 0, or -1 with the reason
 * in e ("results/a.db: disk image is malformed"; ERR_ENVIRONMENT). */
int store_open(const char *path, enum store_mode mode, struct err *e, struct store **out);
void store_close(struct store *s); /* NULL is fine */

/* Write all of it to a new file, without unused space and without a log beside it. The same content
 * of the same file gives the same bytes. Returns 0, or -1 with e. */
int store_copy(struct store *s, const char *path, struct err *e);

/* A warning about this database ("... is on a file system that
 * machines share (nfs): ..."), or NULL. */
const char *store_warning(const struct store *s);

/* The version of SQLite. */
const char *store_library_version(void);

/* From now on other machines write the database, too: a rollback journal in place of the
 * write-ahead log, also where the disk is this machine's own. A folder "slurm" beside the database
 * says the same to store_open. Returns 0, or -1 with e (another program has the log open). */
int store_share(struct store *s, struct err *e);

/* The name of the kind of file system that statfs(2) says, if it is one on which SQLite's
 * write-ahead log must not be used (nfs, smb, fuse, 9p ..., "unknown kind"); NULL for those that
 * are known to be of one machine. For `retrial doctor` and the tests; store_open asks by itself. */
const char *store_shared_file_system(unsigned long magic);

/* Several calls in one transaction: all calls until the end are kept together or not at all. Much
 * faster for many small ones. If one of them fails, end the group with keep false. Groups do not
 * nest. */
int store_group_begin(struct store *s, struct err *e);
int store_group_end(struct store *s, bool keep, struct err *e);

/* Remove unused space from the file. */
int store_vacuum(struct store *s, struct err *e);

#endif

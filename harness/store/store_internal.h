/* store_internal.h - what the files of this folder share: the connection, cached statements,
 * transactions, errors. Nobody outside harness/store includes it. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "../base/str.h"
#include "../plan/trial.h"
#include "open.h"

enum {
	STORE_APPLICATION_ID = 0x5254524c, /* "RTRL": in the header of every database of ours */
	STORE_SCHEMA_VERSION = 6,          /* PRAGMA user_version */
	STORE_BUSY_MS = 60000,             /* how long to wait for another writer */
	STORE_STATEMENTS_MAX = 128,
	STORE_TIME_TEXT = 32,
	STORE_BEATS = 64, /* attempts whose last sign of life is remembered */
};

/* Who executes an attempt: enough to tell later whether that process still lives. */
struct lease {
	char host[17]; /* digest of machine id and host name */
	char boot[64];
	int64_t pid;
	int64_t pid_start; /* ticks since boot; 0: unknown */
};

struct store {
	sqlite3 *db;
	char *path;
	enum store_mode mode;
	struct str warning; /* store_warning */
	bool group;         /* between store_group_begin and store_group_end */
	bool log;           /* write-ahead log, not rollback journal */
	struct {
		const char *sql; /* a string constant of ours: found again by its address */
		sqlite3_stmt *statement;
	} cache[STORE_STATEMENTS_MAX];
	int cache_count;
	struct lease here; /* this machine and boot */
	struct {
		int64_t attempt; /* running, begun by this store; 0: none */
		double at;       /* its last recorded sign of life, by the monotonic clock */
	} beats[STORE_BEATS];
};

/* ---- open.c ---- */

/* Fill the database `to` with all that is in `from`. Returns SQLite's code. */
int database_copy(sqlite3 *from, sqlite3 *to);

/* From now on work on a copy of the database, in memory (and in a file without a name when it is
 * large): the file itself is closed. */
int store_read_copy(struct store *s, struct err *e);

/* ---- texts.c ---- */

/* The text of a .sql file of this folder ("schema"). */
const char *texts_find(const char *name);

/* ---- store.c ---- */

/* Put the database's last error into e: the path, what happened, what to do; ERR_ENVIRONMENT.
 * Returns -1. */
int store_error(const struct store *s, struct err *e);

/* Add to what store_warning says. */
void store_warn(struct store *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Run statements that return nothing and are not worth keeping. */
int store_execute(struct store *s, const char *sql, struct err *e);

/* A prepared statement for one of our own string constants, made at the first call and kept. NULL
 * with e. */
sqlite3_stmt *store_statement(struct store *s, const char *sql, struct err *e);

/* Close all of them. */
void store_forget_statements(struct store *s);

/* Bind; index from 1. Texts must stay until the statement is stepped. NULL texts are bound as NULL.
 */
void bind_integer(sqlite3_stmt *statement, int index, int64_t value);
void bind_text(sqlite3_stmt *statement, int index, const char *text);

/* Step a cached statement to its end, or to its first row of which the first column goes to *value
 * (found says whether there was a row; may be NULL when a row is certain). The statement is reset
 * either way. */
int statement_run(struct store *s, sqlite3_stmt *statement, struct err *e);
int statement_integer(
	struct store *s, sqlite3_stmt *statement, bool *found, int64_t *value, struct err *e);

/* A write transaction. Inside store_group_begin there is one already, and these do nothing but pass
 * the result on. */
int transaction_begin(struct store *s, struct err *e);
/* Commit when result is 0, else roll back. Returns 0 only if both the work and the commit
 * succeeded. */
int transaction_end(struct store *s, int result, struct err *e);

/* Now, in UTC: "2025-01-31T12:34:56.789Z". */
void time_now(char text[STORE_TIME_TEXT]);

/* ---- attempt.c ---- */

/* Bind a measured number; one that is not finite is noted in `nonfinite` as well ("the top" of
 * schema.sql), since SQLite makes NULL of a NaN. Then bind the note, or NULL when all numbers were
 * finite. */
void bind_real(sqlite3_stmt *statement, int index, double value, const char *column,
	struct str *nonfinite);
void bind_nonfinite(sqlite3_stmt *statement, int index, struct str *nonfinite);

/* Record a sign of life, for pieces, of which there may be thousands a second: once a second is
 * often enough. Within that second nobody else can have ended the attempt, as its process lives.
 * Refuses an attempt that has ended. */
int attempt_beat(struct store *s, int64_t attempt, struct err *e);

/* ---- recognise.c ---- */

/* Look at the file before SQLite does: a file that is no database, or somebody else's, is refused
 * and not touched. */
int recognise_database(const char *path, enum store_mode mode, struct err *e);

/* ---- migrate.c ---- */

/* Make the schema in an empty database, bring an older one up to date (when opened for writing),
 * refuse a newer one. */
int migrate_schema(struct store *s, struct err *e);

/* ---- views.c ---- */

/* Refuse a database where something else has the name of one of our tables (a view that never
 * ends). */
int views_check_tables(struct store *s, struct err *e);
int views_make(struct store *s, struct err *e);
/* Drop our views; those that a user has added stay. */
int views_drop(struct store *s, struct err *e);
/* Another program of this schema may have made them: replace them when writing, cover them for this
 * connection when reading. */
int views_refresh(struct store *s, struct err *e);

/* A view of ours for this connection alone, which its name means then. */
int views_cover(struct store *s, const char *name, struct err *e);

/* ---- wide.c ---- */

struct sweep;

/* Make the view wide_NAME of a sweep, by its number, or make it again when what is in it has
 * changed. file: the sweep as it was read; NULL: it is not at hand (of a program, only metrics that
 * were recorded are columns then). Within a transaction. */
int wide_make(struct store *s, int64_t sweep, const struct sweep *file, struct err *e);
/* The same for a plan that has not changed: only a view that is not there, or that may lack metrics
 * of a program, is made. */
int wide_complete(struct store *s, int64_t sweep, const struct sweep *file, struct err *e);
/* Those of all sweeps. */
int wide_make_all(struct store *s, struct err *e);

/* ---- resolved.c ---- */

/* The number of a configuration, a new one if it is new. */
int resolved_configuration(struct store *s, const char *digest, int64_t *id, struct err *e);
/* The resolved parameters of a configuration, by one of its trials, whose phases may have other
 * names than before. What is there stays. */
int resolved_put(struct store *s, const char *configuration, const struct trial *t, struct err *e);
/* The same by a trial of the database. */
int resolved_put_known(struct store *s, int64_t trial, const struct trial *t, struct err *e);
/* Those of all configurations in the database, as this program's table of parameters has them. */
int resolved_fill(struct store *s, struct err *e);
/* A program with another table of parameters may have written them: fill in what is new when
 * writing, cover the tables for this connection when reading. */
int resolved_refresh(struct store *s, struct err *e);

/* ---- journal.c ---- */

/* Choose the journal and how long to wait for the disk; may set the store's warning. */
int journal_choose(struct store *s, struct err *e);

/* ---- lease.c ---- */

/* This machine and boot; the process is left out. */
void lease_here(struct lease *here);
/* The lease of a process on this machine. */
struct lease lease_of(const struct lease *here, long pid);
/* Is that process certainly or (on another machine: its last sign of life older than
 * LEASE_SILENT_SECONDS, more than LEASE_FUTURE_SECONDS ahead of our clock, or none, NaN) probably
 * gone? */
enum { LEASE_FUTURE_SECONDS = 60 };
bool lease_is_gone(const struct lease *lease, const struct lease *here, double silent_seconds);

#endif

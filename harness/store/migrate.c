/* migrate.c - the schema of a database: made (schema.sql, views.sql), brought up to date
 * (migrate-N.sql), or refused when it is newer than this program. An older database is copied
 * before it is changed; reading never changes it: the reader works on a copy. */
#include "attempts.h"
#include "store_internal.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"

static int pragma_integer(struct store *s, const char *sql, int64_t *value, struct err *e)
{
	sqlite3_stmt *statement = store_statement(s, sql, e);
	*value = 0;
	return statement ? statement_integer(s, statement, NULL, value, e) : -1;
}

static int set_marks(struct store *s, struct err *e)
{
	char marks[96];
	sqlite3_snprintf(sizeof(marks), marks,
		"PRAGMA application_id = %d; PRAGMA user_version = %d", STORE_APPLICATION_ID,
		STORE_SCHEMA_VERSION);
	return store_execute(s, marks, e);
}

static int make_schema(struct store *s, struct err *e)
{
	return store_execute(s, texts_find("schema"), e) || views_make(s, e) || resolved_fill(s, e)
			|| set_marks(s, e)
		? -1
		: 0;
}

/* What the file says of itself; inside a transaction, so that the three belong together. */
static int check_marks(struct store *s, bool *empty, int64_t *version, struct err *e)
{
	int64_t application, objects;
	if (pragma_integer(s, "PRAGMA application_id", &application, e))
		return -1;
	if (pragma_integer(s, "PRAGMA user_version", version, e))
		return -1;
	if (pragma_integer(s, "SELECT count(*) FROM sqlite_schema", &objects, e))
		return -1;
	*empty = application == 0 && *version == 0 && objects == 0;
	if (*empty)
		return 0;
	if (application != STORE_APPLICATION_ID)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: a SQLite database, but not one of retrial's (nothing was changed)",
			s->path);
	if (*version > STORE_SCHEMA_VERSION)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: written by a newer retrial (schema %lld, this program knows %d): use "
			"that one; nothing was changed",
			s->path, (long long)*version, STORE_SCHEMA_VERSION);
	if (*version < 1)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: schema %lld was never one of retrial's: the file is damaged", s->path,
			(long long)*version);
	return 0;
}

/* ---- from older schemas ---- */

/* An older program that is still running would stumble over the new tables. */
static int refuse_while_running(struct store *s, struct err *e)
{
	if (store_reclaim(s, e))
		return -1;
	int64_t running;
	if (pragma_integer(s, "SELECT count(*) FROM attempts WHERE state = 'running'", &running, e))
		return -1;
	if (running == 0)
		return 0;
	return err_set(e, ERR_ENVIRONMENT,
		"%s: an older retrial is running %lld trials in it; its schema can be brought up "
		"to date when they"
		" have ended",
		s->path, (long long)running);
}

/* Copy the database as it is to *kept, a file that was not there before. */
static int back_up(struct store *s, int64_t version, char **kept, struct err *e)
{
	const char *own =
		sqlite3_db_filename(s->db, "main"); /* absolute: means a file and nothing else */
	struct str path = { 0 };
	for (int i = 1; path.length == 0 || file_exists(path.s); i++) {
		str_clear(&path);
		str_addf(&path, "%s.schema-%lld", own, (long long)version);
		if (i > 1)
			str_addf(&path, "-%d", i);
	}
	*kept = str_take(&path);
	sqlite3 *from = NULL, *to = NULL;
	int code = sqlite3_open_v2(own, &from, SQLITE_OPEN_READWRITE, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_open(*kept, &to);
	if (code == SQLITE_OK)
		code = database_copy(from, to);
	if (code != SQLITE_OK)
		err_set(e, ERR_ENVIRONMENT,
			"%s: cannot be copied to %s before it is brought up to date: %s", s->path,
			*kept, sqlite3_errstr(code));
	sqlite3_close(to);
	sqlite3_close(from);
	return code == SQLITE_OK ? 0 : -1;
}

static int upgrade_steps(struct store *s, int64_t version, struct err *e)
{
	if (views_drop(s, e))
		return -1;
	for (; version < STORE_SCHEMA_VERSION; version++) {
		char name[32];
		sqlite3_snprintf(sizeof(name), name, "migrate-%lld", (long long)version);
		if (store_execute(s, texts_find(name), e))
			return -1;
	}
	return views_make(s, e) || resolved_fill(s, e) || wide_make_all(s, e) || set_marks(s, e)
		? -1
		: 0;
}

static int refuse_broken(struct store *s, struct err *e)
{
	int64_t broken;
	if (pragma_integer(s, "SELECT count(*) FROM pragma_foreign_key_check", &broken, e))
		return -1;
	if (!broken)
		return 0;
	return err_set(e, ERR_ENVIRONMENT,
		"%s: the file is damaged: %lld rows refer to rows that are not there; nothing was "
		"changed",
		s->path, (long long)broken);
}

/* Under one lock; whoever comes second finds it done. */
static int upgrade_locked(struct store *s, struct err *e)
{
	bool empty;
	int64_t version;
	char *kept = NULL;
	if (check_marks(s, &empty, &version, e))
		return -1;
	if (version == STORE_SCHEMA_VERSION)
		return 0;
	int result = refuse_while_running(s, e);
	if (result == 0)
		result = back_up(s, version, &kept, e);
	if (result == 0)
		result = upgrade_steps(s, version, e);
	if (result == 0)
		result = refuse_broken(s, e);
	if (result == 0)
		store_warn(s,
			"%s was brought from schema %lld to %d; the file as it was is kept as %s",
			s->path, (long long)version, STORE_SCHEMA_VERSION, kept);
	free(kept);
	return result;
}

/* Tables are made anew and filled from the old ones; references to them must be left alone while
 * their names change hands. These settings cannot be changed within a transaction. */
static const char loosen_sql[] = "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON";
static const char fasten_sql[] = "PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF";

static int upgrade(struct store *s, struct err *e)
{
	if (store_execute(s, loosen_sql, e))
		return -1;
	int result = transaction_begin(s, e);
	if (result == 0) {
		s->group = true; /* what is called in between is part of this transaction */
		result = upgrade_locked(s, e);
		s->group = false;
		result = transaction_end(s, result, e);
	}
	return store_execute(s, fasten_sql, result ? NULL : e) || result ? -1 : 0;
}

/* For reading: every query finds the tables and columns of this program in a copy, which goes when
 * the store is closed. A damaged file is read as far as it goes. */
static int upgrade_copy(struct store *s, int64_t version, struct err *e)
{
	if (store_read_copy(s, e) || store_execute(s, loosen_sql, e))
		return -1;
	if (upgrade_steps(s, version, e))
		return -1;
	return store_execute(s, fasten_sql, e) || store_execute(s, "PRAGMA query_only = ON", e) ? -1
												: 0;
}

/* What another program of this schema may have made otherwise. */
static int refresh(struct store *s, struct err *e)
{
	return views_refresh(s, e) || resolved_refresh(s, e) ? -1 : 0;
}

int migrate_schema(struct store *s, struct err *e)
{
	bool empty;
	int64_t version;
	if (store_execute(s, "BEGIN", e))
		return -1;
	const int checked = check_marks(s, &empty, &version, e) || views_check_tables(s, e);
	if (store_execute(s, "END", checked ? NULL : e) || checked)
		return -1;
	if (s->mode == STORE_READ) {
		if (empty)
			return err_set(e, ERR_ENVIRONMENT,
				"%s: an empty database (`retrial run SWEEP` fills it)", s->path);
		return version < STORE_SCHEMA_VERSION ? upgrade_copy(s, version, e) : refresh(s, e);
	}
	if (!empty)
		return version < STORE_SCHEMA_VERSION ? upgrade(s, e) : refresh(s, e);
	/* Others may be at this very point: whoever gets the lock first makes the schema, the
	 * others find it made. */
	if (transaction_begin(s, e))
		return -1;
	int result = check_marks(s, &empty, &version, e);
	if (result == 0 && empty)
		result = make_schema(s, e);
	return transaction_end(s, result, e);
}

/* open.c - opening, copying and closing the results database. */
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "store_internal.h"

/* A database from strangers must not be able to do anything but hold data: no triggers, no
 * functions with side effects called from its views, no writing behind SQLite's back, and no
 * statement of absurd size. */
static void defend(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 256 << 20);
	sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
	sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 200);
	sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 100);
	sqlite3_limit(db, SQLITE_LIMIT_VARIABLE_NUMBER, 1000);
	sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
	sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
}

/* SQLite's URI for path, read as it lies there without locks or log: for a folder in which nothing
 * may be made. */
static char *immutable_uri(const char *path)
{
	struct str uri = { 0 };
	str_add(&uri, "file:");
	for (const char *c = path; *c; c++) {
		if (*c == '?' || *c == '#' || *c == '%')
			str_addf(&uri, "%%%02x", (unsigned char)*c);
		else
			str_add_bytes(&uri, c, 1);
	}
	str_add(&uri, "?immutable=1");
	return str_take(&uri);
}

static int connect(struct store *s, const char *name, int flags, struct err *e)
{
	/* "./" so that no path means anything else to SQLite (":memory:", "file:..."). */
	struct str file = { 0 };
	if (name[0] != '/' && !(flags & SQLITE_OPEN_URI))
		str_add(&file, "./");
	str_add(&file, name);
	const int code = sqlite3_open_v2(
		file.s, &s->db, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL);
	str_free(&file);
	if (!s->db)
		return err_nomem(e);
	if (code != SQLITE_OK)
		return store_error(s, e);
	defend(s->db);
	sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
	return store_execute(s, "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY", e);
}

/* A database in write-ahead mode needs files beside it even for reading; only a connection that may
 * write takes them away again, so that is asked for (SQLite falls back to reading by itself). Where
 * they cannot be made (a read-only folder) and there is no log, nobody is writing, and the file can
 * be read as it lies. */
static int connect_to_read(struct store *s, struct err *e)
{
	if (connect(s, s->path, SQLITE_OPEN_READWRITE, e))
		return -1;
	if (store_execute(s, "PRAGMA query_only = ON", e))
		return -1;
	if (sqlite3_exec(s->db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	const int code = sqlite3_errcode(s->db) & 0xff;
	struct str log = { 0 };
	str_addf(&log, "%s-wal", s->path);
	const bool has_log = file_exists(log.s);
	str_free(&log);
	if ((code != SQLITE_CANTOPEN && code != SQLITE_READONLY) || has_log)
		return store_error(s, e);
	sqlite3_close(s->db);
	s->db = NULL;
	char *uri = immutable_uri(s->path);
	const int result = connect(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, e);
	free(uri);
	return result;
}

int database_copy(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	if (!backup)
		return sqlite3_errcode(to);
	sqlite3_backup_step(backup, -1);
	return sqlite3_backup_finish(backup);
}

int store_read_copy(struct store *s, struct err *e)
{
	sqlite3 *copy = NULL;
	/* "" is a database of its own that SQLite puts into a file without a name when it outgrows
	 * the cache. */
	int code = sqlite3_open_v2("", &copy,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE
			| SQLITE_OPEN_NOMUTEX,
		NULL);
	if (code == SQLITE_OK)
		code = database_copy(s->db, copy);
	if (code != SQLITE_OK) {
		sqlite3_close(copy);
		return err_set(e, ERR_ENVIRONMENT,
			"%s: has an older schema, and cannot be copied to be read: %s", s->path,
			sqlite3_errstr(code));
	}
	store_forget_statements(s);
	sqlite3_close(s->db);
	s->db = copy;
	defend(s->db);
	return 0;
}

int store_copy(struct store *s, const char *path, struct err *e)
{
	sqlite3 *copy = NULL;
	int code = sqlite3_open_v2(path, &copy,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code == SQLITE_OK)
		code = database_copy(s->db, copy);
	if (code == SQLITE_OK)
		code = sqlite3_exec(copy, "PRAGMA journal_mode = DELETE; VACUUM", NULL, NULL, NULL);
	sqlite3_close(copy);
	return code == SQLITE_OK ? 0
				 : err_set(e, ERR_ENVIRONMENT, "%s: %s cannot be copied to it: %s",
					 path, s->path, sqlite3_errstr(code));
}

static int connect_to_write(struct store *s, struct err *e)
{
	if (connect(s, s->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e))
		return -1;
	if (sqlite3_db_readonly(s->db, "main") == 1)
		return err_set(e, ERR_ENVIRONMENT,
			"%s: cannot be written (permissions, or a read-only file system)", s->path);
	return 0;
}

int store_open(const char *path, enum store_mode mode, struct err *e, struct store **out)
{
	struct store *s = calloc(1, sizeof(*s));
	if (!s)
		return err_nomem(e);
	s->mode = mode == STORE_READ ? STORE_READ : STORE_WRITE;
	lease_here(&s->here);
	s->path = strdup(path);
	if (!s->path) {
		err_nomem(e);
		goto fail;
	}
	if (mode == STORE_WRITE && file_make_folder_of(path, e))
		goto fail;
	if (recognise_database(path, mode, e))
		goto fail;
	if (s->mode == STORE_WRITE ? connect_to_write(s, e) : connect_to_read(s, e))
		goto fail;
	/* KiB, as far as they are needed: a dump of a large database reads its tables in an order
	 * that is not the file's. */
	if (migrate_schema(s, e)
		|| store_execute(s,
			s->mode == STORE_WRITE ? "PRAGMA cache_size = -65536"
					       : "PRAGMA cache_size = -262144",
			e))
		goto fail;
	if (s->mode == STORE_WRITE && journal_choose(s, e))
		goto fail;
	*out = s;
	return 0;
fail:
	store_close(s);
	return -1;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_forget_statements(s);
	sqlite3_close(s->db);
	str_free(&s->warning);
	free(s->path);
	free(s);
}

const char *store_library_version(void)
{
	return sqlite3_libversion();
}

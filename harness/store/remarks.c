/* remarks.c - what people say of trials, and what they take back: tags, notes, deleted attempts;
 * and what is given up for good. */
#include "remarks.h"
#include "store_internal.h"

#include <string.h>

static int find_trial(struct store *s, const char *identity, int64_t *trial, struct err *e)
{
	sqlite3_stmt *find = store_statement(s, "SELECT id FROM trials WHERE identity = ?", e);
	bool found;
	if (!find)
		return -1;
	bind_text(find, 1, identity);
	if (statement_integer(s, find, &found, trial, e))
		return -1;
	return found ? 0 : err_set(e, ERR_USAGE, "%s: no trial %s", s->path, identity);
}

/* ---- tags and notes ---- */

static int tag(struct store *s, const char *identity, const char *word, bool on, bool *changed,
	struct err *e)
{
	int64_t trial;
	if (find_trial(s, identity, &trial, e))
		return -1;
	sqlite3_stmt *statement = on
		? store_statement(s, "INSERT OR IGNORE INTO tags (trial, tag) VALUES (?, ?)", e)
		: store_statement(s, "DELETE FROM tags WHERE trial = ? AND tag = ?", e);
	if (!statement)
		return -1;
	bind_integer(statement, 1, trial);
	bind_text(statement, 2, word);
	if (statement_run(s, statement, e))
		return -1;
	*changed = sqlite3_changes(s->db) > 0;
	return 0;
}

int store_tag(struct store *s, const char *identity, const char *word, bool on, bool *changed,
	struct err *e)
{
	const size_t length = strlen(word);
	if (length == 0 || length > STORE_TAG_MAX || strpbrk(word, " \t\r\n,") || !str_is_utf8(word)
		|| str_has_control(word, false))
		return err_set(e, ERR_USAGE,
			"'%s' is no tag: one word, without blanks, commas and control characters, "
			"at most %d bytes",
			word, STORE_TAG_MAX);
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, tag(s, identity, word, on, changed, e), e);
}

static int note(struct store *s, const char *identity, const char *text, struct err *e)
{
	int64_t trial;
	char now[STORE_TIME_TEXT];
	time_now(now);
	if (find_trial(s, identity, &trial, e))
		return -1;
	sqlite3_stmt *insert = store_statement(
		s, "INSERT INTO notes (trial, written_at, text) VALUES (?, ?, ?)", e);
	if (!insert)
		return -1;
	bind_integer(insert, 1, trial);
	bind_text(insert, 2, now);
	bind_text(insert, 3, text);
	return statement_run(s, insert, e);
}

int store_note(struct store *s, const char *identity, const char *text, struct err *e)
{
	if (!text[0])
		return err_set(e, ERR_USAGE, "an empty note says nothing");
	if (!str_is_utf8(text))
		return err_set(e, ERR_USAGE, "the note is not UTF-8");
	if (str_has_control(text, true))
		return err_set(e, ERR_USAGE, "a control character in the note: leave it out");
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, note(s, identity, text, e), e);
}

/* ---- taking back ---- */

static int take_back(
	struct store *s, const char *identity, bool back, size_t *attempts, struct err *e)
{
	int64_t trial;
	char now[STORE_TIME_TEXT];
	time_now(now);
	if (find_trial(s, identity, &trial, e))
		return -1;
	sqlite3_stmt *statement = back ? store_statement(s,
					  "UPDATE attempts SET deleted_at = ?2 WHERE trial = ?1 "
					  "AND deleted_at IS NULL AND state <> 'running'",
					  e)
				       : store_statement(s,
					       "UPDATE attempts SET deleted_at = NULL WHERE trial "
					       "= ?1 AND deleted_at IS NOT NULL",
					       e);
	if (!statement)
		return -1;
	bind_integer(statement, 1, trial);
	if (back)
		bind_text(statement, 2, now);
	if (statement_run(s, statement, e))
		return -1;
	*attempts = (size_t)sqlite3_changes(s->db);
	return 0;
}

int store_delete(struct store *s, const char *identity, size_t *attempts, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, take_back(s, identity, true, attempts, e), e);
}

int store_restore(struct store *s, const char *identity, size_t *attempts, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, take_back(s, identity, false, attempts, e), e);
}

int store_delete_count(
	struct store *s, const char *identity, bool back, size_t *attempts, struct err *e)
{
	int64_t trial, count;
	if (find_trial(s, identity, &trial, e))
		return -1;
	sqlite3_stmt *statement = back
		? store_statement(s,
			"SELECT count(*) FROM attempts WHERE trial = ? AND deleted_at IS NOT "
			"NULL",
			e)
		: store_statement(s,
			"SELECT count(*) FROM attempts WHERE trial = ? AND deleted_at IS NULL "
			"AND state <> 'running'",
			e);
	if (!statement)
		return -1;
	bind_integer(statement, 1, trial);
	if (statement_integer(s, statement, NULL, &count, e))
		return -1;
	*attempts = (size_t)count;
	return 0;
}

/* ---- giving up for good ---- */

/* Attempts: those that were taken back; those that ended badly or were done, of a trial with a
 * later done attempt that counts. */
#define LATER_DONE                                                                                 \
	"EXISTS (SELECT 1 FROM attempts AS b WHERE b.trial = attempts.trial AND b.state = 'done' " \
	"AND b.deleted_at IS NULL AND b.id > attempts.id)"
#define SUPERSEDED "deleted_at IS NULL AND state <> 'running' AND " LATER_DONE

static const struct {
	const char *count, *remove;
} purges[STORE_PURGES] = {
	[STORE_PURGE_DELETED] = { "SELECT count(*) FROM attempts WHERE deleted_at IS NOT NULL",
		"DELETE FROM attempts WHERE deleted_at IS NOT NULL" },
	[STORE_PURGE_SUPERSEDED] = { "SELECT count(*) FROM attempts WHERE " SUPERSEDED,
		"DELETE FROM attempts WHERE " SUPERSEDED },
	[STORE_PURGE_WEIGHTS] = { "SELECT count(*) FROM weights WHERE attempt IN (SELECT id FROM "
				  "attempts WHERE " SUPERSEDED ")",
		"DELETE FROM weights WHERE attempt IN (SELECT id FROM attempts WHERE " SUPERSEDED
		")" },
};

/* What attempts have left that no attempt has any more: contents of outputs, lists of inputs. */
static int remove_orphans(struct store *s, struct err *e)
{
	static const char *const statements[] = {
		"DELETE FROM contents WHERE digest NOT IN (SELECT digest FROM outputs)",
		"DELETE FROM input_files WHERE inputs NOT IN (SELECT data_digest FROM attempts "
		"WHERE data_digest IS NOT NULL)",
	};
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++) {
		sqlite3_stmt *statement = store_statement(s, statements[i], e);
		if (!statement || statement_run(s, statement, e))
			return -1;
	}
	return 0;
}

int store_purge(struct store *s, enum store_purge what, bool remove, size_t *rows, struct err *e)
{
	sqlite3_stmt *statement =
		store_statement(s, remove ? purges[what].remove : purges[what].count, e);
	int64_t count = 0;
	if (!statement)
		return -1;
	if (!remove) {
		if (statement_integer(s, statement, NULL, &count, e))
			return -1;
		*rows = (size_t)count;
		return 0;
	}
	if (transaction_begin(s, e))
		return -1;
	int result = statement_run(s, statement, e);
	*rows = result ? 0 : (size_t)sqlite3_changes(s->db);
	if (!result && what != STORE_PURGE_WEIGHTS)
		result = remove_orphans(s, e);
	return transaction_end(s, result, e);
}

int store_vacuum(struct store *s, struct err *e)
{
	return store_execute(s, s->log ? "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)" : "VACUUM", e);
}

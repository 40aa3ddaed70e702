/* freeze.c - what is known before anything runs: the sweep's text and plan, its claims, what will
 * be skipped and why, and the environment of this run. */
#include "attempts.h"
#include "store_internal.h"
#include "sweeps.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../base/digest.h"
#include "../plan/identity.h"

/* ---- environment ---- */

static int add_fact(
	struct store *s, int64_t environment, const char *line, size_t length, struct err *e)
{
	const char *tab = memchr(line, '\t', length);
	if (!tab)
		return 0;
	sqlite3_stmt *insert = store_statement(
		s, "INSERT OR REPLACE INTO facts (environment, name, value) VALUES (?, ?, ?)", e);
	if (!insert)
		return -1;
	bind_integer(insert, 1, environment);
	sqlite3_bind_text(insert, 2, line, (int)(tab - line), SQLITE_STATIC);
	sqlite3_bind_text(
		insert, 3, tab + 1, (int)(length - (size_t)(tab + 1 - line)), SQLITE_STATIC);
	return statement_run(s, insert, e);
}

static int find_or_add_environment(
	struct store *s, const char *facts, int64_t *environment, struct err *e)
{
	char digest[DIGEST_TEXT], now[STORE_TIME_TEXT];
	digest_bytes(facts, strlen(facts), digest);
	time_now(now);
	sqlite3_stmt *find = store_statement(s, "SELECT id FROM environments WHERE digest = ?", e);
	if (!find)
		return -1;
	bind_text(find, 1, digest);
	bool found;
	if (statement_integer(s, find, &found, environment, e))
		return -1;
	if (found)
		return 0;
	sqlite3_stmt *insert = store_statement(
		s, "INSERT INTO environments (digest, first_seen) VALUES (?, ?) RETURNING id", e);
	if (!insert)
		return -1;
	bind_text(insert, 1, digest);
	bind_text(insert, 2, now);
	if (statement_integer(s, insert, NULL, environment, e))
		return -1;
	for (const char *line = facts; *line;) {
		const size_t length = strcspn(line, "\n");
		if (add_fact(s, *environment, line, length, e))
			return -1;
		line += length + (line[length] == '\n');
	}
	return 0;
}

int store_environment(struct store *s, const char *facts, int64_t *environment, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, find_or_add_environment(s, facts, environment, e), e);
}

/* ---- trials ---- */

/* The identity that all replicates share: the trial's with another seed, the same for all of them.
 */
static void configuration_of(const struct trial *t, char digest[DIGEST_TEXT])
{
	struct trial replicate = *t;
	replicate.seed = 0;
	trial_identify(&replicate);
	memcpy(digest, replicate.identity, DIGEST_TEXT);
}

static int add_trial(struct store *s, const struct trial *t, int64_t *id, struct err *e)
{
	if (t->seed > INT64_MAX)
		return err_set(e, ERR_USAGE,
			"seed %llu: larger than a database holds (at most %lld)",
			(unsigned long long)t->seed, (long long)INT64_MAX);
	sqlite3_stmt *find = store_statement(s, "SELECT id FROM trials WHERE identity = ?", e);
	if (!find)
		return -1;
	bind_text(find, 1, t->identity);
	bool found;
	if (statement_integer(s, find, &found, id, e))
		return -1;
	if (found)
		return resolved_put_known(s, *id, t, e);

	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO trials (identity, configuration, dataset, model, seed, config)"
		" VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
		e);
	if (!insert)
		return -1;
	char configuration[DIGEST_TEXT];
	configuration_of(t, configuration);
	char *config = trial_canonical(t);
	bind_text(insert, 1, t->identity);
	bind_text(insert, 2, configuration);
	bind_text(insert, 3, t->dataset);
	bind_text(insert, 4, t->model);
	bind_integer(insert, 5, (int64_t)t->seed);
	bind_text(insert, 6, config);
	const int result = statement_integer(s, insert, NULL, id, e);
	free(config);
	return result ? -1 : resolved_put(s, configuration, t, e);
}

/* ---- the plan ---- */

/* All labels as a JSON object, sorted by name; owned by the caller. NULL with e. */
static char *labels_json(const struct trial *t, struct err *e)
{
	json_t *object = json_object();
	for (int i = 0; i < t->label_count; i++) {
		const struct label *l = &t->labels[i];
		if (json_object_set_new(object, l->name, json_string(l->value)) == 0)
			continue;
		if (str_is_utf8(l->name) && str_is_utf8(l->value))
			err_nomem(e);
		else
			err_set(e, ERR_USAGE, "a label of trial %s is no UTF-8 text", t->identity);
		json_decref(object);
		return NULL;
	}
	char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(object);
	if (!text)
		err_nomem(e);
	return text;
}

static int add_label(
	struct store *s, int64_t sweep, int64_t position, const struct label *label, struct err *e)
{
	sqlite3_stmt *insert = store_statement(
		s, "INSERT INTO labels (sweep, position, name, value) VALUES (?, ?, ?, ?)", e);
	if (!insert)
		return -1;
	bind_integer(insert, 1, sweep);
	bind_integer(insert, 2, position);
	bind_text(insert, 3, label->name);
	bind_text(insert, 4, label->value);
	return statement_run(s, insert, e);
}

static int add_plan_row(
	struct store *s, int64_t sweep, int64_t position, const struct trial *t, struct err *e)
{
	int64_t trial;
	if (add_trial(s, t, &trial, e))
		return -1;
	sqlite3_stmt *row = store_statement(s,
		"INSERT INTO plan (sweep, position, trial, recipe, augment, labels) VALUES (?, ?, "
		"?, ?, ?, ?)",
		e);
	if (!row)
		return -1;
	char *labels = labels_json(t, e);
	if (!labels)
		return -1;
	bind_integer(row, 1, sweep);
	bind_integer(row, 2, position);
	bind_integer(row, 3, trial);
	bind_text(row, 4, label_value(t, "recipe"));
	bind_text(row, 5, label_value(t, "augment"));
	bind_text(row, 6, labels);
	int result = statement_run(s, row, e);
	free(labels);
	for (int i = 0; result == 0 && i < t->label_count; i++)
		result = add_label(s, sweep, position, &t->labels[i], e);
	return result;
}

static int add_claim(
	struct store *s, int64_t sweep, int64_t position, const struct claim *c, struct err *e)
{
	sqlite3_stmt *claim = store_statement(s,
		"INSERT INTO claim_specs (sweep, claim, position, title, metric, paper, rounds_to, "
		"compare) VALUES (?, ?, ?, ?, ?,"
		" ?, ?, ?)",
		e);
	sqlite3_stmt *where = store_statement(s,
		"INSERT OR REPLACE INTO claim_where (sweep, claim, name, value) VALUES (?, ?, ?, "
		"?)",
		e);
	if (!claim || !where)
		return -1;
	bind_integer(claim, 1, sweep);
	bind_text(claim, 2, c->id);
	bind_integer(claim, 3, position);
	bind_text(claim, 4, c->title);
	bind_text(claim, 5, c->metric);
	sqlite3_bind_double(claim, 6, c->paper);
	bind_integer(claim, 7, c->rounds_to);
	bind_integer(claim, 8, c->compare);
	if (statement_run(s, claim, e))
		return -1;
	for (int i = 0; i < c->where.count; i++) {
		bind_integer(where, 1, sweep);
		bind_text(where, 2, c->id);
		bind_text(where, 3, c->where.is[i].name);
		bind_text(where, 4, c->where.is[i].value);
		if (statement_run(s, where, e))
			return -1;
	}
	return 0;
}

/* The sweep's row, new or brought up to date. Its number stays: attempts refer to it. */
static int put_sweep(struct store *s, const struct sweep *sweep, int64_t *id, struct err *e)
{
	char now[STORE_TIME_TEXT];
	time_now(now);
	sqlite3_stmt *put = store_statement(s,
		"INSERT INTO sweeps (name, title, path, digest, text, seeds, frozen_at) VALUES (?, "
		"?, ?, ?, ?, ?, ?) ON CONFLICT"
		" (name) DO UPDATE SET title = excluded.title, path = excluded.path, digest = "
		"excluded.digest, text ="
		" excluded.text, seeds = excluded.seeds, frozen_at = excluded.frozen_at RETURNING "
		"id",
		e);
	if (!put)
		return -1;
	bind_text(put, 1, sweep->name);
	bind_text(put, 2, sweep->title);
	bind_text(put, 3, sweep->path);
	bind_text(put, 4, sweep->digest);
	bind_text(put, 5, sweep->text ? sweep->text : "");
	bind_integer(put, 6, sweep->seed_count);
	bind_text(put, 7, now);
	return statement_integer(s, put, NULL, id, e);
}

static int forget_plan(struct store *s, int64_t sweep, struct err *e)
{
	sqlite3_stmt *plan = store_statement(s, "DELETE FROM plan WHERE sweep = ?", e);
	sqlite3_stmt *claims = store_statement(s, "DELETE FROM claim_specs WHERE sweep = ?", e);
	if (!plan || !claims)
		return -1;
	bind_integer(plan, 1, sweep);
	bind_integer(claims, 1, sweep);
	return statement_run(s, plan, e) || statement_run(s, claims, e) ? -1 : 0;
}

/* Has the plan that row already? It must be the same trial. */
static int has_plan_row(struct store *s, int64_t sweep, int64_t position, const struct trial *t,
	bool *has, struct err *e)
{
	int64_t same;
	sqlite3_stmt *find = store_statement(s,
		"SELECT identity = ? FROM plan JOIN trials ON trials.id = trial WHERE sweep = ? "
		"AND "
		"position = ?",
		e);
	if (!find)
		return -1;
	bind_text(find, 1, t->identity);
	bind_integer(find, 2, sweep);
	bind_integer(find, 3, position);
	if (statement_integer(s, find, has, &same, e))
		return -1;
	return *has && !same ? err_set(e, ERR_USAGE,
		       "%s: it has another plan of this sweep (other --seeds or "
		       "--set): give this part a database of its own",
		       s->path)
			     : 0;
}

/* A part of a plan is added to the parts that are there, as long as they are of the same file. */
static int freeze_part(struct store *s, const struct sweep *sweep, int64_t sweep_id, struct err *e)
{
	for (size_t i = 0; i < sweep->trial_count; i++) {
		const int64_t position = (int64_t)sweep->positions[i];
		bool has;
		if (has_plan_row(s, sweep_id, position, &sweep->trials[i], &has, e)
			|| (!has && add_plan_row(s, sweep_id, position, &sweep->trials[i], e)))
			return -1;
	}
	return 0;
}

static int is_same_file(struct store *s, const struct sweep *sweep, bool *same, struct err *e)
{
	sqlite3_stmt *find =
		store_statement(s, "SELECT 1 FROM sweeps WHERE name = ? AND digest = ?", e);
	if (!find)
		return -1;
	bind_text(find, 1, sweep->name);
	bind_text(find, 2, sweep->digest);
	return statement_integer(s, find, same, NULL, e);
}

/* Is the frozen plan that of the sweep already? Then nothing has to be written again. */
static int is_frozen(
	struct store *s, const struct sweep *sweep, int64_t id, bool *frozen, struct err *e)
{
	sqlite3_stmt *read = store_statement(s,
		"SELECT position, identity, labels FROM plan JOIN trials ON trials.id = trial "
		"WHERE "
		"sweep = ? ORDER BY position",
		e);
	if (!read)
		return -1;
	bind_integer(read, 1, id);
	size_t same = 0;
	int code, result = 0;
	while (!result && (code = sqlite3_step(read)) == SQLITE_ROW) {
		const struct trial *t = &sweep->trials[same];
		char *labels = same < sweep->trial_count ? labels_json(t, e) : NULL;
		if (!labels && same < sweep->trial_count)
			result = -1;
		if (!labels || sqlite3_column_int64(read, 0) != (int64_t)same
			|| strcmp((const char *)sqlite3_column_text(read, 1), t->identity) != 0
			|| strcmp((const char *)sqlite3_column_text(read, 2), labels) != 0) {
			free(labels);
			same = SIZE_MAX;
			break;
		}
		free(labels);
		same++;
	}
	if (!result && same != SIZE_MAX && code != SQLITE_DONE)
		result = store_error(s, e);
	sqlite3_reset(read);
	*frozen = same == sweep->trial_count;
	return result;
}

static int freeze(struct store *s, const struct sweep *sweep, int64_t *id, struct err *e)
{
	bool same, frozen = false;
	if (is_same_file(s, sweep, &same, e) || put_sweep(s, sweep, id, e))
		return -1;
	if (sweep->positions && same)
		return freeze_part(s, sweep, *id, e) || wide_make(s, *id, sweep, e) ? -1 : 0;
	if (!sweep->positions && same && is_frozen(s, sweep, *id, &frozen, e))
		return -1;
	if (frozen) /* the claims are those of the file, too */
		return wide_complete(s, *id, sweep, e);
	if (forget_plan(s, *id, e))
		return -1;
	for (size_t i = 0; i < sweep->trial_count; i++)
		if (add_plan_row(s, *id, (int64_t)(sweep->positions ? sweep->positions[i] : i),
			    &sweep->trials[i], e))
			return -1;
	for (size_t i = 0; i < sweep->claim_count; i++)
		if (!sweep->claims[i].than.count
			&& add_claim(s, *id, (int64_t)i, &sweep->claims[i], e))
			return -1; /* those that have a number */
	return wide_make(s, *id, sweep, e);
}

int store_sweep(struct store *s, const struct sweep *sweep, int64_t *sweep_id, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, freeze(s, sweep, sweep_id, e), e);
}

/* ---- asked before a trial runs ---- */

int store_is_done(struct store *s, const char *identity, int core_version, const char *data_digest,
	bool *done, struct err *e)
{
	sqlite3_stmt *find = store_statement(s,
		"SELECT 1 FROM trials JOIN attempts ON attempts.trial = trials.id WHERE "
		"trials.identity = ? AND attempts.state ="
		" 'done' AND attempts.deleted_at IS NULL AND attempts.core_version = ? AND "
		"(attempts.data_digest = ?3 OR ?3 IS NULL)",
		e);
	if (!find)
		return -1;
	bind_text(find, 1, identity);
	bind_integer(find, 2, core_version);
	bind_text(find, 3, data_digest);
	return statement_integer(s, find, done, NULL, e);
}

int store_skip(
	struct store *s, int64_t sweep_id, const char *identity, const char *reason, struct err *e)
{
	sqlite3_stmt *look = store_statement(s,
		"SELECT min(skip IS ?) FROM plan WHERE sweep = ? AND trial = (SELECT id FROM trials"
		" WHERE identity = ?) HAVING count(*) > 0",
		e);
	sqlite3_stmt *skip = store_statement(s,
		"UPDATE plan SET skip = ? WHERE sweep = ? AND trial = (SELECT id FROM trials WHERE "
		"identity = ?)",
		e);
	if (!look || !skip)
		return -1;
	sqlite3_stmt *const both[] = { look, skip };
	for (int i = 0; i < 2; i++) {
		bind_text(both[i], 1, reason);
		bind_integer(both[i], 2, sweep_id);
		bind_text(both[i], 3, identity);
	}
	bool planned;
	int64_t same;
	if (statement_integer(s, look, &planned, &same, e))
		return -1;
	if (!planned)
		return err_set(e, ERR_USAGE, "%s: the plan of sweep %lld has no trial %s", s->path,
			(long long)sweep_id, identity);
	if (same)
		return 0; /* as nearly always: no transaction needed */
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, statement_run(s, skip, e), e);
}

/* verb_status.c - retrial status: how sweeps stand, and what is being run this moment, by this or
 * any other process. */
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/str.h"
#include "../report/screen.h"
#include "../store/read.h"
#include "cli.h"
#include "slurm_status.h"
#include "status_trials.h"
#include "terminal.h"

enum { WATCH_SECONDS = 2, WAIT_MILLISECONDS = 500 };

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "watch", 'w', NULL,
		"repeat every 2 seconds until nothing is left to run; wait for a missing "
		"database" },
	{ "json", 0, NULL, "as one line of JSON (with --watch: one every 2 seconds)" },
	{ 0 },
};

/* ---- what is asked ---- */

enum part { COUNTS, RUNNING, BAD, SKIPPED, PARTS };
static const char *const queries[PARTS] = { "status_counts", "status_running", "status_bad",
	"status_skipped" };
static const char *const names_of[PARTS] = { "counts", "running", "ended_badly", "skipped" };

/* Everything shown, of one moment or nearly so. */
struct status {
	struct rows *parts[PARTS];
};

static void status_free(struct status *s)
{
	for (int i = 0; i < PARTS; i++)
		rows_free(s->parts[i]);
	*s = (struct status){ 0 };
}

/* There is no such sweep, or none at all. Returns -1. */
static int no_sweep(struct store *store, const char *wanted, struct err *e)
{
	struct rows *all;
	if (store_ask(store, "sweeps_names", NULL, e, &all))
		return -1;
	const char *names[256];
	size_t count = 0;
	while (count < all->row_count && count < 256) {
		names[count] = all->values[count].text;
		count++;
	}
	const char *near = wanted ? str_nearest(wanted, names, count) : NULL;
	if (count == 0)
		err_set(e, ERR_USAGE, "no sweep was run into this database yet (retrial run FILE)");
	else if (near)
		err_set(e, ERR_USAGE, "no sweep '%s' in this database (did you mean '%s'?)", wanted,
			near);
	else
		err_set(e, ERR_USAGE, "no sweep '%s' in this database (it has: %s%s)", wanted,
			names[0], count > 1 ? " ..." : "");
	rows_free(all);
	return -1;
}

static int status_read(struct store *store, const char *sweep, struct status *out, struct err *e)
{
	const char *const parameters[] = { "sweep", sweep, NULL };
	*out = (struct status){ 0 };
	for (int i = 0; i < PARTS; i++)
		if (store_ask(store, queries[i], sweep ? parameters : NULL, e, &out->parts[i])) {
			status_free(out);
			return -1;
		}
	if (out->parts[COUNTS]->row_count > 0)
		return 0;
	status_free(out);
	return no_sweep(store, sweep, e);
}

/* Is there nothing left that could be run? */
static bool is_over(const struct status *s)
{
	const struct rows *r = s->parts[COUNTS];
	int64_t left = 0;
	for (size_t i = 0; i < r->row_count; i++)
		left += rows_named(r, i, "running")->integer + rows_named(r, i, "queued")->integer
			+ rows_named(r, i, "interrupted")->integer;
	return left == 0 && s->parts[RUNNING]->row_count == 0;
}

/* ---- for people ---- */

static void add_skipped(struct str *out, const struct rows *r, size_t row)
{
	const char *reason = value_text(rows_named(r, row, "reason"));
	str_addf(out, "  %-11s %lld trials: %.*s\n", "skipped",
		(long long)rows_named(r, row, "trials")->integer, (int)strcspn(reason, "\n"),
		reason);
}

/* Append a word as its state is coloured, where it is. */
static void add_count(struct str *out, int64_t count, const char *word)
{
	const enum screen_style style = screen_color() ? screen_style_of(word) : SCREEN_PLAIN;
	str_addf(out, ", ");
	if (style != SCREEN_PLAIN)
		str_add_bytes(out, (const char[]){ (char)SCREEN_MARK, (char)style }, 2);
	str_addf(out, "%lld %s", (long long)count, word);
	if (style != SCREEN_PLAIN)
		str_add_bytes(out, (const char[]){ (char)SCREEN_MARK, SCREEN_PLAIN }, 2);
}

static int add_text(struct str *out, const struct status *s, const char *db, struct err *e)
{
	const struct rows *counts = s->parts[COUNTS];
	for (size_t i = 0; i < counts->row_count; i++) {
		const char *sweep = value_text(&counts->values[i * (size_t)counts->column_count]);
		str_addf(out, "%s: %lld planned", sweep,
			(long long)rows_named(counts, i, "trials")->integer);
		for (int c = 2; c < counts->column_count; c++) {
			const int64_t n =
				counts->values[i * (size_t)counts->column_count + (size_t)c]
					.integer;
			if (n || c == 2)
				add_count(out, n, counts->columns[c]);
		}
		str_add(out, "\n");
		slurm_status_text(db, sweep, out);
		for (int p = RUNNING; p <= BAD; p++)
			if (status_trials(out, s->parts[p], sweep, p == RUNNING, e))
				return -1;
		for (size_t row = 0; row < s->parts[SKIPPED]->row_count; row++)
			if (strcmp(value_text(rows_named(s->parts[SKIPPED], row, "sweep")), sweep)
				== 0)
				add_skipped(out, s->parts[SKIPPED], row);
	}
	return 0;
}

/* ---- for programs ---- */

static json_t *json_of(const struct value *v)
{
	switch (v->kind) {
	case VALUE_INTEGER: return json_integer(v->integer);
	case VALUE_REAL: return json_real(v->real);
	case VALUE_TEXT: return json_string(v->text);
	default: return json_null();
	}
}

/* A row as an object; the sweep's name and the configuration are left out. */
static json_t *row_json(const struct rows *r, size_t row)
{
	json_t *o = json_object();
	for (int c = 0; c < r->column_count; c++)
		if (strcmp(r->columns[c], "sweep") != 0 && strcmp(r->columns[c], "config") != 0
			&& strcmp(r->columns[c], "labels") != 0)
			json_object_set_new(o, r->columns[c],
				json_of(&r->values[row * (size_t)r->column_count + (size_t)c]));
	return o;
}

static void add_json(struct str *out, const struct status *s, const char *db)
{
	const struct rows *counts = s->parts[COUNTS];
	json_t *sweeps = json_array(), *root = json_object();
	for (size_t i = 0; i < counts->row_count; i++) {
		const char *sweep = value_text(&counts->values[i * (size_t)counts->column_count]);
		json_t *o = json_object();
		json_object_set_new(o, "sweep", json_string(sweep));
		json_object_set_new(o, names_of[COUNTS], row_json(counts, i));
		for (int p = RUNNING; p < PARTS; p++) {
			json_t *list = json_array();
			for (size_t row = 0; row < s->parts[p]->row_count; row++)
				if (strcmp(value_text(rows_named(s->parts[p], row, "sweep")), sweep)
					== 0)
					json_array_append_new(list, row_json(s->parts[p], row));
			json_object_set_new(o, names_of[p], list);
		}
		json_object_set_new(o, "slurm", slurm_status_json(db, sweep));
		json_object_set_new(o, "slurm_ended", slurm_status_ended_json(db, sweep));
		json_array_append_new(sweeps, o);
	}
	json_object_set_new(root, "over", json_boolean(is_over(s)));
	json_object_set_new(root, "sweeps", sweeps);
	char *text = json_dumps(root, JSON_COMPACT);
	str_addf(out, "%s\n", text ? text : "{}");
	free(text);
	json_decref(root);
}

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = number;
}

/* Print as many lines of the text as fit the terminal, which breaks those that are longer than it.
 * Returns how many of its lines that were. */
static int print_fitting(const char *text)
{
	int columns, rows, lines = 0;
	cli_terminal_size(stdout, &columns, &rows);
	while (*text) {
		const int length = (int)strcspn(text, "\n"),
			  taken = length > 0 ? (length + columns - 1) / columns : 1;
		if (lines + taken > rows - 1)
			break;
		terminal_write_marked(stdout, text, (size_t)length);
		printf("\n");
		lines += taken;
		text += length + (text[length] == '\n');
	}
	return lines;
}

/* Show it, once or again and again. On a terminal a view replaces the one before, and the last one
 * is shown in full. */
static int show(const struct cli *c, struct store *store, const char *sweep, struct err *e)
{
	const bool watch = cli_has(c, "watch"), json = cli_has(c, "json"),
		   redraw = watch && !json && isatty(STDOUT_FILENO);
	const char *db = cli_get(c, "db", "results/retrial.db");
	int drawn = 0;
	for (bool over = false; !over && !stopped;) {
		struct status s;
		struct str text = { 0 };
		if (status_read(store, sweep, &s, e))
			return -1;
		if (json)
			add_json(&text, &s, db);
		const int failed = json ? 0 : add_text(&text, &s, db, e);
		over = !watch || is_over(&s);
		status_free(&s);
		if (failed) {
			str_free(&text);
			return -1;
		}
		if (drawn)
			terminal_control(stdout, "\033[%dA\r\033[J", drawn);
		if (redraw && !over)
			drawn = print_fitting(text.s ? text.s : "");
		else
			terminal_write_marked(stdout, text.s ? text.s : "", text.length);
		str_free(&text);
		if (fflush(stdout))
			return err_set(e, ERR_ENVIRONMENT, "standard output cannot be written");
		if (!over && !stopped)
			nanosleep(&(struct timespec){ .tv_sec = WATCH_SECONDS }, NULL);
	}
	return 0;
}

/* Open the database; with --watch wait for one that does not exist yet, or that no sweep was run
 * into: its run may begin in a moment. Returns 0 (with no store after a signal), or -1 with e. */
static int open_or_wait(const struct cli *c, struct err *e, struct store **store)
{
	const char *path = cli_get(c, "db", "results/retrial.db");
	const bool watch = cli_has(c, "watch");
	bool said = false;
	*store = NULL;
	while (!stopped) {
		struct rows *sweeps = NULL;
		const bool there = access(path, F_OK) == 0;
		if ((there || !watch) && store_open(path, STORE_READ, e, store))
			return -1;
		if (*store && store_ask(*store, "sweeps_names", NULL, e, &sweeps)) {
			store_close(*store);
			return -1;
		}
		const bool ready = sweeps && sweeps->row_count > 0;
		rows_free(sweeps);
		if (ready || !watch)
			return 0;
		store_close(*store);
		*store = NULL;
		if (!said)
			fprintf(stderr, "waiting for %s%s\n", there ? "a sweep in " : "", path);
		said = true;
		nanosleep(&(struct timespec){ .tv_nsec = WAIT_MILLISECONDS * 1000000L }, NULL);
	}
	return 0;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct store *store;
	int failed = 0;
	if (c->argument_count > 1)
		return cli_misuse(c, "one sweep's name is expected, %d arguments were given",
			c->argument_count);
	if (cli_has(c, "watch"))
		sigaction(SIGINT, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	if (open_or_wait(c, &e, &store))
		return cli_fail(&e);
	if (store)
		failed = show(c, store, c->argument_count ? c->arguments[0] : NULL, &e);
	store_close(store);
	return failed ? cli_fail(&e) : stopped ? 128 + stopped : ERR_NONE;
}

const struct cli_verb verb_status = {
	.name = "status",
	.arguments = "[SWEEP]",
	.summary = "show the progress of sweeps and the running trials",
	.examples = "  retrial status\n"
		    "  retrial status paper --watch      # from another terminal",
	.options = options,
	.run = run,
};

/* slurm_status.c - see slurm_status.h: squeue's word, and the databases of the tasks at work. */
#include "slurm_status.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../run/slurm.h"
#include "../run/slurm_ended.h"
#include "../store/read.h"

enum { SHOWN_MAX = 50 };

/* How far a task is by its own database; total 0: it has not begun. */
struct task_progress {
	long total, done, bad;
	char phase[64]; /* "unify, epoch 3"; "": no epoch yet */
};

static struct task_progress read_progress(const char *folder, const struct slurm_task *t)
{
	struct task_progress p = { 0 };
	struct str path = { 0 };
	struct store *store = NULL;
	struct rows *rows = NULL;
	str_addf(&path, "%s/%s/%05ld.db", folder, t->submission, t->number);
	if (file_exists(path.s) && !store_open(path.s, STORE_READ, NULL, &store)
		&& !store_ask(store, "slurm_task", NULL, NULL, &rows)) {
		const struct value *v = rows->values;
		p.total = (long)v[0].integer;
		p.done = (long)v[1].integer;
		p.bad = (long)v[2].integer;
		snprintf(p.phase, sizeof(p.phase), "%s", v[3].kind == VALUE_TEXT ? v[3].text : "");
	}
	rows_free(rows);
	store_close(store);
	str_free(&path);
	return p;
}

static bool waits(const struct slurm_task *t)
{
	return strcmp(t->state, "PENDING") == 0;
}

static void add_running(struct str *out, const char *folder, const struct slurm_task *t)
{
	const struct task_progress p = read_progress(folder, t);
	str_addf(out, "  task %s %s on %s since %s", t->job,
		strcmp(t->state, "RUNNING") == 0 ? "running" : t->state, t->node, t->since);
	if (p.total)
		str_addf(out, ": %ld of %ld trials done", p.done, p.total);
	if (p.bad)
		str_addf(out, ", %ld ended badly", p.bad);
	if (p.phase[0])
		str_addf(out, "; %s", p.phase);
	str_add(out, "\n");
}

/* Waiting tasks, a line for each reason. */
static void add_waiting(struct str *out, const struct slurm_queue *q)
{
	for (size_t i = 0; i < q->count; i++) {
		const struct slurm_task *t = &q->tasks[i];
		size_t same = 0, before = 0;
		for (size_t k = 0; k < q->count && t->number > 0 && waits(t); k++)
			if (q->tasks[k].number > 0 && waits(&q->tasks[k])
				&& strcmp(q->tasks[k].reason, t->reason) == 0) {
				same++;
				before += k < i;
				if (before)
					break;
			}
		if (same && !before)
			str_addf(out, "  %zu task%s waiting: %s%s\n", same, same == 1 ? "" : "s",
				t->reason,
				t->stuck ? " (for ever: the next run submits again)" : "");
	}
}

/* The study's folder if it was ever submitted; the caller's. */
static char *submitted_folder(const char *db, const char *sweep)
{
	char *folder = slurm_folder(db, sweep, NULL);
	if (folder && file_exists(folder))
		return folder;
	free(folder);
	return NULL;
}

/* ---- tasks that have ended ---- */

/* How many tasks ended how. */
struct ended_counts {
	size_t done, bad, missing, unmerged;
};

static struct ended_counts count_ended(const struct slurm_ended *list, size_t count)
{
	struct ended_counts n = { 0 };
	for (size_t i = 0; i < count; i++) {
		const struct slurm_ended *t = &list[i];
		n.unmerged += !t->merged;
		n.missing += t->merged && t->missing > 0;
		n.bad += t->merged && !t->missing && t->bad > 0;
		n.done += t->merged && !t->missing && !t->bad;
	}
	return n;
}

/* Returns how many; *list is the caller's. */
static size_t read_ended(const char *db, const char *sweep, const char *folder,
	const struct slurm_queue *q, struct slurm_ended **list)
{
	struct store *store = NULL;
	size_t count = 0;
	*list = NULL;
	if (!store_open(db, STORE_READ, NULL, &store)
		&& slurm_ended_read(store, sweep, folder, q, list, &count, NULL))
		count = 0;
	store_close(store);
	return count;
}

static void add_ended(struct str *out, const char *db, const char *sweep, const char *folder,
	const struct slurm_queue *q)
{
	struct slurm_ended *list;
	const size_t count = read_ended(db, sweep, folder, q, &list);
	const struct ended_counts n = count_ended(list, count);
	const struct {
		size_t count;
		const char *what;
	} kinds[] = {
		{ n.done, "done" },
		{ n.bad, "with trials that ended badly" },
		{ n.unmerged, "with results to be merged" },
		{ n.missing, "unfinished (the next run submits the rest)" },
	};
	for (size_t i = 0, shown = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].count)
			str_addf(out, "%s%zu %s",
				shown++ ? ", " : "  tasks ended: ", kinds[i].count, kinds[i].what);
	if (count)
		str_add(out, "\n");
	slurm_ended_describe(folder, list, count, "  ", out);
	free(list);
}

void slurm_status_text(const char *db, const char *sweep, struct str *out)
{
	struct err e = { 0 };
	struct slurm_queue q;
	char *folder = submitted_folder(db, sweep);
	if (folder && slurm_queue_read(folder, &e, &q)) {
		str_addf(out, "  Slurm: %s\n", e.text);
	} else if (folder) {
		size_t running = 0;
		for (size_t i = 0; i < q.count; i++)
			if (q.tasks[i].number > 0 && !waits(&q.tasks[i]) && running++ < SHOWN_MAX)
				add_running(out, folder, &q.tasks[i]);
		if (running > SHOWN_MAX)
			str_addf(out, "  and %zu more tasks running (--json shows all)\n",
				running - SHOWN_MAX);
		add_waiting(out, &q);
		add_ended(out, db, sweep, folder, &q);
		slurm_queue_free(&q);
	}
	free(folder);
}

json_t *slurm_status_json(const char *db, const char *sweep)
{
	json_t *list = json_array();
	struct slurm_queue q;
	char *folder = submitted_folder(db, sweep);
	if (folder && !slurm_queue_read(folder, NULL, &q)) {
		for (size_t i = 0; i < q.count; i++) {
			const struct slurm_task *t = &q.tasks[i];
			const struct task_progress p = t->number > 0 && !waits(t)
				? read_progress(folder, t)
				: (struct task_progress){ 0 };
			json_array_append_new(list,
				json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, "
					  "s:s}",
					"job", t->job, "submission", t->submission, "task",
					(json_int_t)t->number, "state", t->state, "reason",
					t->reason, "node", t->node, "since", t->since, "trials",
					(json_int_t)p.total, "done", (json_int_t)p.done,
					"ended_badly", (json_int_t)p.bad, "at", p.phase));
		}
		slurm_queue_free(&q);
	}
	free(folder);
	return list;
}

json_t *slurm_status_ended_json(const char *db, const char *sweep)
{
	json_t *counts = NULL;
	struct slurm_queue q;
	char *folder = submitted_folder(db, sweep);
	if (folder && !slurm_queue_read(folder, NULL, &q)) {
		struct slurm_ended *list;
		const size_t count = read_ended(db, sweep, folder, &q, &list);
		const struct ended_counts n = count_ended(list, count);
		counts = json_pack("{s:I, s:I, s:I, s:I}", "done", (json_int_t)n.done,
			"ended_badly", (json_int_t)n.bad, "unfinished", (json_int_t)n.missing,
			"unmerged", (json_int_t)n.unmerged);
		free(list);
		slurm_queue_free(&q);
	}
	free(folder);
	return counts ? counts : json_null();
}

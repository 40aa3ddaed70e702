/* slurm_status.c - see slurm_status.h: squeue's word, and the databases of the tasks at work. */
#include "slurm_status.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../run/slurm.h"
#include "../store/read.h"

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

void slurm_status_text(const char *db, const char *sweep, struct str *out)
{
	struct err e = { 0 };
	struct slurm_queue q;
	char *folder = submitted_folder(db, sweep);
	if (folder && slurm_queue_read(folder, &e, &q)) {
		str_addf(out, "  Slurm: %s\n", e.text);
	} else if (folder) {
		for (size_t i = 0; i < q.count; i++)
			if (q.tasks[i].number > 0 && !waits(&q.tasks[i]))
				add_running(out, folder, &q.tasks[i]);
		add_waiting(out, &q);
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

/* slurm_ended.c - see slurm_ended.h. */
#include "slurm_ended.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../store/read.h"
#include "slurm_files.h"

enum { SHOWN_MAX = 5, LINE_MAX_SHOWN = 200, LOG_MAX = 64 << 20 };

/* What is known while submissions are read, the latest first. */
struct ledger {
	const struct rows *trials; /* identity, state */
	bool *claimed;             /* [trials->row_count]: a later submission has it */
	const struct slurm_queue *queue;
	const char *folder;
	struct slurm_ended *list;
	size_t count, capacity;
};

static int by_text(const void *key, const void *element)
{
	return strcmp(key, ((const struct value *)element)->text);
}

/* The row of the trial, or row_count. */
static size_t find_trial(const struct rows *r, const char *identity)
{
	const struct value *found = bsearch(identity, r->values, r->row_count,
		(size_t)r->column_count * sizeof(*r->values), by_text);
	return found ? (size_t)(found - r->values) / (size_t)r->column_count : r->row_count;
}

static int by_identity(const void *a, const void *b)
{
	return strcmp(((const struct value *)a)->text, ((const struct value *)b)->text);
}

static bool is_queued(const struct ledger *l, const char *submission, long number)
{
	for (size_t i = 0; i < l->queue->count; i++)
		if (l->queue->tasks[i].number == number
			&& strcmp(l->queue->tasks[i].submission, submission) == 0)
			return true;
	return false;
}

static int by_number(const void *a, const void *b)
{
	const struct slurm_ended *x = a, *y = b;
	return (x->number > y->number) - (x->number < y->number);
}

/* A line of a list: a trial of a task of its own, to be summed up. */
static void add_trial(struct ledger *l, const char *submission, long number, size_t trial)
{
	static const char *const bad[] = { "failed", "diverged", "timeout" };
	const char *state = rows_text(l->trials, trial, 1);
	if (l->count == l->capacity) {
		l->capacity = l->capacity ? 2 * l->capacity : 256;
		struct slurm_ended *more = realloc(l->list, l->capacity * sizeof(*more));
		if (!more)
			err_end_nomem();
		l->list = more;
	}
	struct slurm_ended *t = &l->list[l->count++];
	*t = (struct slurm_ended){ .number = number, .trials = 1 };
	snprintf(t->submission, sizeof(t->submission), "%.15s", submission);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		t->bad += strcmp(state, bad[i]) == 0;
	t->missing = !t->bad && strcmp(state, "done") != 0 && strcmp(state, "skipped") != 0;
}

/* From `first` on: one element a task, and only those that are not in the queue. */
static void sum_up(struct ledger *l, size_t first)
{
	size_t count = first;
	if (l->count > first)
		qsort(l->list + first, l->count - first, sizeof(*l->list), by_number);
	for (size_t i = first; i < l->count;) {
		struct slurm_ended task = l->list[i++];
		for (; i < l->count && l->list[i].number == task.number; i++) {
			task.trials++;
			task.bad += l->list[i].bad;
			task.missing += l->list[i].missing;
		}
		if (is_queued(l, task.submission, task.number))
			continue;
		task.merged = slurm_is_merged(l->folder, task.submission, task.number);
		l->list[count++] = task;
	}
	l->count = count;
}

static int read_submission(struct ledger *l, const char *submission, struct err *e)
{
	struct slurm_list list;
	struct str path = { 0 };
	char identity[DIGEST_TEXT], job[24];
	const size_t first = l->count;
	long before;
	/* Of a submission that broke off, Slurm has no array or not all: nothing else of it can
	 * have ended. */
	char *jobs = slurm_jobs_read(l->folder, submission);
	str_addf(&path, "%s/%s/trials.txt", l->folder, submission);
	const bool submitted = jobs && file_exists(path.s);
	const int result = submitted ? slurm_list_open(path.s, &list, e) : 0;
	str_free(&path);
	if (!submitted || result) {
		free(jobs);
		return result;
	}
	for (long number; (number = slurm_list_next(&list, identity));) {
		const size_t trial = find_trial(l->trials, identity);
		if (trial == l->trials->row_count || l->claimed[trial]
			|| !slurm_jobs_find(jobs, number, &before, job))
			continue;
		l->claimed[trial] = true;
		add_trial(l, submission, number, trial);
	}
	slurm_list_close(&list);
	free(jobs);
	sum_up(l, first);
	return 0;
}

static int is_submission(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9'
		&& strlen(entry->d_name) < sizeof(((struct slurm_ended *)0)->submission);
}

int slurm_ended_read(struct store *store, const char *sweep, const char *folder,
	const struct slurm_queue *q, struct slurm_ended **list, size_t *count, struct err *e)
{
	struct rows *trials;
	*list = NULL;
	*count = 0;
	if (store_ask(store, "slurm_trials", (const char *const[]){ "sweep", sweep, NULL }, e,
		    &trials))
		return -1;
	if (trials->row_count > 1)
		qsort(trials->values, trials->row_count,
			(size_t)trials->column_count * sizeof(*trials->values), by_identity);
	struct ledger l = { .trials = trials,
		.claimed = calloc(trials->row_count + 1, sizeof(*l.claimed)),
		.queue = q,
		.folder = folder };
	struct dirent **entries = NULL;
	int result = l.claimed ? 0 : err_nomem(e);
	const int found = result ? 0 : scandir(folder, &entries, is_submission, alphasort);
	for (int i = found - 1; i >= 0; i--) {
		if (!result)
			result = read_submission(&l, entries[i]->d_name, e);
		free(entries[i]);
	}
	free(entries);
	free(l.claimed);
	rows_free(trials);
	if (result) {
		free(l.list);
		return -1;
	}
	*list = l.list;
	*count = l.count;
	return 0;
}

/* The last line with something on it. */
static void add_last_line(struct str *out, const char *text)
{
	const char *last = NULL;
	size_t length = 0;
	while (*text) {
		const size_t n = strcspn(text, "\n");
		if (strspn(text, " \t\r") < n) {
			last = text;
			length = n;
		}
		text += n + (text[n] == '\n');
	}
	if (last)
		str_add_bytes(out, last, length < LINE_MAX_SHOWN ? length : LINE_MAX_SHOWN);
}

void slurm_ended_log(const char *folder, const struct slurm_ended *t, struct str *out)
{
	struct str path = { 0 };
	char *text = NULL;
	size_t bytes;
	slurm_log_path(folder, t->submission, t->number, &path);
	if (path.length && file_read(path.s, LOG_MAX, &text, &bytes, NULL) == 0) {
		add_last_line(out, text);
		free(text);
	}
	str_free(&path);
}

bool slurm_ended_describe(const char *folder, const struct slurm_ended *list, size_t count,
	const char *indent, struct str *out)
{
	size_t found = 0;
	bool logs = false;
	for (size_t i = 0; i < count; i++) {
		const struct slurm_ended *t = &list[i];
		if (!t->missing || !t->merged || found++ >= SHOWN_MAX)
			continue;
		struct str said = { 0 };
		slurm_ended_log(folder, t, &said);
		str_addf(out,
			"%stask %ld of submission %s ended without %zu of its %zu trial%s%s%s\n",
			indent, t->number, t->submission, t->missing, t->trials,
			t->trials == 1 ? "" : "s", said.length ? ": " : "",
			said.length ? said.s : "");
		logs |= said.length > 0;
		str_free(&said);
	}
	if (found > SHOWN_MAX)
		str_addf(out, "%sand %zu more such tasks\n", indent, found - SHOWN_MAX);
	return logs;
}

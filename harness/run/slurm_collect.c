/* slurm_collect.c - the databases of tasks merged into the study's. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../store/merge.h"
#include "slurm.h"
#include "slurm_files.h"

struct collection {
	struct store *store;
	const struct slurm_queue *queue;
	size_t tasks, conflicts;
	struct str *problems;
};

/* Does a task of this submission wait or run? */
static bool is_queued(const struct slurm_queue *q, const char *submission, long number)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->tasks[i].number == number && !q->tasks[i].stuck
			&& strcmp(q->tasks[i].submission, submission) == 0)
			return true;
	return false;
}

/* Merge one database. One that cannot be read costs nothing but itself (*merged is false, and the
 * next time it is tried again); a failure of our own database is -1 with e. */
static int merge_task(struct collection *c, const char *path, bool *merged, struct err *e)
{
	struct merge_counts counts;
	struct rows *conflicts = NULL;
	struct err why = { 0 };
	*merged = false;
	if (store_merge_ended(c->store, path, &counts, &why, &conflicts)) {
		if (!strstr(why.text, path))
			return err_set(e, why.kind, "%s", why.text);
		str_addf(c->problems, "%s\n", why.text);
		return 0;
	}
	*merged = true;
	c->tasks++;
	c->conflicts += conflicts->row_count;
	for (size_t i = 0; i < conflicts->row_count; i++) {
		const struct value *v = &conflicts->values[i * (size_t)conflicts->column_count];
		str_addf(c->problems,
			"REPRODUCIBILITY FAILURE: trial %s of %s: %s are %s here and %s there\n",
			v[1].text, path, v[3].text, v[4].text, v[5].text);
	}
	rows_free(conflicts);
	return 0;
}

/* "00012.db" */
static long task_number(const char *name)
{
	char *end;
	const long number = strtol(name, &end, 10);
	return end != name && strcmp(end, ".db") == 0 ? number : 0;
}

static int by_number(const void *a, const void *b)
{
	const long x = *(const long *)a, y = *(const long *)b;
	return (x > y) - (x < y);
}

/* The numbers of the databases in a submission's folder, sorted; the caller's. */
static long *list_tasks(const char *path, size_t *count)
{
	DIR *d = opendir(path);
	long *numbers = NULL;
	size_t capacity = 0;
	*count = 0;
	for (struct dirent *entry; d && (entry = readdir(d));) {
		const long number = task_number(entry->d_name);
		if (number <= 0)
			continue;
		if (*count == capacity) {
			capacity = capacity ? 2 * capacity : 64;
			long *more = realloc(numbers, capacity * sizeof(*more));
			if (!more)
				err_end_nomem();
			numbers = more;
		}
		numbers[(*count)++] = number;
	}
	if (d)
		closedir(d);
	if (numbers)
		qsort(numbers, *count, sizeof(*numbers), by_number);
	return numbers;
}

static int collect_submission(
	struct collection *c, const char *folder, const char *submission, struct err *e)
{
	struct str path = { 0 }, marks_path = { 0 }, marks = { 0 }, db = { 0 };
	char *before = NULL;
	size_t before_count, count;
	str_addf(&path, "%s/%s", folder, submission);
	str_addf(&marks_path, "%s/merged", path.s);
	if (file_read(marks_path.s, SLURM_MARKS_MAX, &before, &before_count, NULL))
		before = NULL;
	long *numbers = list_tasks(path.s, &count);
	int result = 0;
	bool changed = false;
	for (size_t i = 0; i < count && !result; i++) {
		char mark[SLURM_MARK_MAX];
		bool merged = true;
		if (is_queued(c->queue, submission, numbers[i]))
			continue;
		str_clear(&db);
		str_addf(&db, "%s/%05ld.db", path.s, numbers[i]);
		slurm_merge_mark(db.s, numbers[i], mark);
		if (!slurm_has_mark(before, mark)) {
			result = merge_task(c, db.s, &merged, e);
			slurm_merge_mark(db.s, numbers[i], mark);
			changed = true;
		}
		if (merged)
			str_add(&marks, mark);
	}
	if (!result && changed)
		result = file_write(marks_path.s, marks.s, marks.length, e);
	free(numbers);
	free(before);
	str_free(&path);
	str_free(&marks_path);
	str_free(&marks);
	str_free(&db);
	return result;
}

static int is_submission(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
}

int slurm_collect(struct store *store, const char *folder, const struct slurm_queue *q,
	size_t *tasks, size_t *conflicts, struct str *problems, struct err *e)
{
	struct collection c = { .store = store, .queue = q, .problems = problems };
	struct dirent **entries = NULL;
	int result = 0;
	const int count = scandir(folder, &entries, is_submission, alphasort);
	for (int i = 0; i < count; i++) {
		if (!result)
			result = collect_submission(&c, folder, entries[i]->d_name, e);
		free(entries[i]);
	}
	free(entries);
	*tasks = c.tasks;
	*conflicts = c.conflicts;
	return result;
}

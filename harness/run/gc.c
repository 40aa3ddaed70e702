/* gc.c - see gc.h. */
#include "gc.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../plan/identity.h"
#include "../store/read.h"

enum { KEY = 32, SCRATCH_KEY = 16, TEMPORARY_SECONDS = 3600 };

/* The beginning of a recipe (or a whole trial) that the database knows: the first KEY digits of its
 * identity, as file names have it. */
struct known {
	char key[KEY + 1];
	bool whole;  /* a trial, not only a beginning */
	bool needed; /* by a planned trial that is not finished */
};

struct known_list {
	struct known *of;
	size_t count, capacity;
};

static int add_known(
	struct known_list *list, const char *identity, bool whole, bool needed, struct err *e)
{
	if (list->count == list->capacity) {
		const size_t capacity = list->capacity ? 2 * list->capacity : 256;
		struct known *more = realloc(list->of, capacity * sizeof(*more));
		if (!more)
			return err_nomem(e);
		list->of = more;
		list->capacity = capacity;
	}
	struct known *k = &list->of[list->count++];
	*k = (struct known){ .whole = whole, .needed = needed };
	memcpy(k->key, identity, KEY);
	return 0;
}

static int add_trial(struct known_list *list, const char *config, bool needed, struct err *e)
{
	struct trial t;
	if (trial_from_canonical(config, &t, e))
		return -1;
	int result = !t.phase_count ? add_known(list, t.identity, true, needed, e) : 0;
	for (int p = 1; p <= t.phase_count && !result; p++) {
		char identity[DIGEST_TEXT];
		trial_beginning(&t, p, identity);
		result = add_known(list, identity, p == t.phase_count, needed, e);
	}
	trial_free(&t);
	return result;
}

/* All beginnings of all trials. A trial is needed that a plan has and that is not done (also one
 * that failed, or waits for its data). */
static int list_known(struct store *s, struct known_list *list, struct err *e)
{
	struct rows *rows;
	if (store_ask(s, "gc_trials", NULL, e, &rows))
		return -1;
	int result = 0;
	for (size_t r = 0; r < rows->row_count && !result; r++)
		result = add_trial(
			list, rows->values[2 * r].text, rows->values[2 * r + 1].integer, e);
	rows_free(rows);
	return result;
}

/* Why the file can go; NULL: it cannot, or is none of ours. */
static const char *reason_to_remove(
	const struct known_list *list, const char *name, const struct stat *status)
{
	const char *ending = strchr(name, '.');
	if (!ending || strlen(name) < KEY || strspn(name, "0123456789abcdef") != KEY)
		return NULL;
	if (strstr(ending, ".tmp-"))
		return time(NULL) - status->st_mtime > TEMPORARY_SECONDS
			? "left by a writer that was killed"
			: NULL;
	const bool checkpoint = strcmp(ending, ".checkpoint") == 0;
	if (!checkpoint && strcmp(ending, ".state") != 0)
		return NULL;
	bool known = false;
	for (size_t i = 0; i < list->count; i++) {
		const struct known *k = &list->of[i];
		if ((checkpoint && !k->whole) || strncmp(k->key, name, KEY) != 0)
			continue;
		if (k->needed)
			return NULL;
		known = true;
	}
	return !known        ? NULL
		: checkpoint ? "checkpoint of a trial that is done"
			     : "shared phases that no planned trial needs any more";
}

/* The same of an entry of the folder scratch: IDENTITY-INPUTS/, IDENTITY.stdout, IDENTITY.kept-0.
 */
static const char *reason_to_remove_scratch(const struct known_list *list, const char *name)
{
	bool known = false;
	if (strspn(name, "0123456789abcdef") != SCRATCH_KEY)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct known *k = &list->of[i];
		if (!k->whole || strncmp(k->key, name, SCRATCH_KEY) != 0)
			continue;
		if (k->needed)
			return NULL;
		known = true;
	}
	return known ? "scratch of a trial that is done or no longer planned" : NULL;
}

static int add_file(
	struct gc_list *out, const char *path, const char *reason, int64_t bytes, struct err *e)
{
	if (!reason) {
		out->kept++;
		out->kept_bytes += bytes;
		return 0;
	}
	struct gc_file *more = realloc(out->files, (out->count + 1) * sizeof(*more));
	if (!more)
		return err_nomem(e);
	out->files = more;
	char *copy = strdup(path);
	if (!copy)
		return err_nomem(e);
	out->files[out->count++] = (struct gc_file){ copy, reason, bytes };
	out->bytes += bytes;
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct gc_file *)a)->path, ((const struct gc_file *)b)->path);
}

static int look_through(DIR *d, const char *folder, const struct known_list *known,
	struct gc_list *out, struct err *e)
{
	int result = 0;
	for (const struct dirent *entry; !result && (entry = readdir(d));) {
		struct str path = { 0 };
		struct stat status;
		str_addf(&path, "%s/%s", folder, entry->d_name);
		if (lstat(path.s, &status) == 0 && S_ISREG(status.st_mode))
			result = add_file(out, path.s,
				reason_to_remove(known, entry->d_name, &status), status.st_size, e);
		str_free(&path);
	}
	return result;
}

/* Bytes of all files in a folder, at most a few levels deep: for people. */
static int64_t tree_bytes(const char *path, int depth)
{
	enum { DEPTH_MAX = 8 };
	struct stat status;
	int64_t sum = 0;
	if (lstat(path, &status))
		return 0;
	DIR *d = S_ISDIR(status.st_mode) && depth < DEPTH_MAX ? opendir(path) : NULL;
	if (!d)
		return S_ISREG(status.st_mode) ? status.st_size : 0;
	for (const struct dirent *entry; (entry = readdir(d));) {
		struct str inner = { 0 };
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		str_addf(&inner, "%s/%s", path, entry->d_name);
		sum += tree_bytes(inner.s, depth + 1);
		str_free(&inner);
	}
	closedir(d);
	return sum;
}

/* Scratch folders of programs and what lies beside them. */
static int look_at_scratch(
	const char *folder, const struct known_list *known, struct gc_list *out, struct err *e)
{
	struct str scratch = { 0 };
	int result = 0;
	str_addf(&scratch, "%s/scratch", folder);
	DIR *d = opendir(scratch.s);
	for (const struct dirent *entry; d && !result && (entry = readdir(d));) {
		struct str path = { 0 };
		str_addf(&path, "%s/%s", scratch.s, entry->d_name);
		if (entry->d_name[0] != '.')
			result = add_file(out, path.s,
				reason_to_remove_scratch(known, entry->d_name),
				tree_bytes(path.s, 0), e);
		str_free(&path);
	}
	if (d)
		closedir(d);
	str_free(&scratch);
	return result;
}

int gc_find(struct store *s, const char *folder, struct gc_list *out, struct err *e)
{
	struct known_list known = { 0 };
	*out = (struct gc_list){ 0 };
	DIR *d = opendir(folder);
	if (!d)
		return errno == ENOENT ? 0 : err_errno(e, folder);
	int result = list_known(s, &known, e);
	if (!result)
		result = look_through(d, folder, &known, out, e)
				|| look_at_scratch(folder, &known, out, e)
			? -1
			: 0;
	if (out->count)
		qsort(out->files, out->count, sizeof(*out->files), compare_files);
	closedir(d);
	free(known.of);
	if (result)
		gc_free(out);
	return result;
}

void gc_free(struct gc_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->files[i].path);
	free(list->files);
	*list = (struct gc_list){ 0 };
}

/* inputs.c - see inputs.h. */
#include "inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <dirent.h>

#include "../store/recognise.h"
#include "../store/rows.h"

enum { FILES_MAX = 100000, DEPTH_MAX = 32 };

static int add(struct inputs *in, const char *name, struct input **out, struct err *e)
{
	if (in->count == FILES_MAX)
		return err_set(e, ERR_USAGE, "inputs: more than %d files", FILES_MAX);
	if (in->count == in->capacity) {
		const size_t capacity = in->capacity ? in->capacity * 2 : 16;
		struct input *list = realloc(in->list, capacity * sizeof(*list));
		if (!list)
			return err_nomem(e);
		in->list = list;
		in->capacity = capacity;
	}
	*out = &in->list[in->count];
	**out = (struct input){ .name = strdup(name) };
	if (!(*out)->name)
		return err_nomem(e);
	in->count++;
	return 0;
}

static void stamp_of(const struct stat *s, int64_t stamp[4])
{
	stamp[0] = (int64_t)s->st_dev;
	stamp[1] = (int64_t)s->st_ino;
	stamp[2] = (int64_t)s->st_size;
	stamp[3] = (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
}

static char *join(const char *folder, const char *name)
{
	struct str path = { 0 };
	if (name[0] != '/')
		str_addf(&path, "%s/", folder);
	str_add(&path, name);
	return str_take(&path);
}

static int add_file(
	struct inputs *in, const char *folder, const char *name, int depth, struct err *e);

/* All files of a folder, and of those within it; hidden ones and __pycache__ are no inputs. */
static int add_folder(
	struct inputs *in, const char *folder, const char *name, int depth, struct err *e)
{
	struct dirent **entries;
	char *path = join(folder, name);
	const int count = scandir(path, &entries, NULL, alphasort);
	int result = 0;
	if (count < 0)
		result = err_errno(e, path);
	free(path);
	for (int i = 0; i < count; i++) {
		const char *file = entries[i]->d_name;
		struct str inner = { 0 };
		str_addf(&inner, "%s%s%s", name, name[strlen(name) - 1] == '/' ? "" : "/", file);
		if (!result && file[0] != '.' && strcmp(file, "__pycache__") != 0)
			result = add_file(in, folder, inner.s, depth + 1, e);
		str_free(&inner);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return result;
}

static int add_file(
	struct inputs *in, const char *folder, const char *name, int depth, struct err *e)
{
	struct stat s;
	struct input *file;
	char *path = join(folder, name);
	int result = -1;
	if (stat(path, &s)) {
		err_set(e, ERR_ENVIRONMENT, "input %s: %s", path, strerror(errno));
	} else if (S_ISDIR(s.st_mode)) {
		result = depth < DEPTH_MAX
			? add_folder(in, folder, name, depth, e)
			: err_set(e, ERR_ENVIRONMENT, "input %s: folders nest too deep", path);
	} else if (!S_ISREG(s.st_mode)) {
		err_set(e, ERR_ENVIRONMENT, "input %s: not a file", path);
	} else if (depth > 0 && store_is_at(path)) {
		/* The one of this run never has the same contents twice. */
		err_set(e, ERR_USAGE,
			"inputs: %s is a database of results, which changes when trials run: name "
			"the files and folders that the program reads, not the folder around it",
			path);
	} else if (add(in, name, &file, e) == 0) {
		file->is_file = true;
		file->bytes = (int64_t)s.st_size;
		stamp_of(&s, file->stamp);
		result = digest_file(path, file->digest, e);
	}
	free(path);
	return result;
}

static int add_pattern(struct inputs *in, const char *folder, const char *pattern, struct err *e)
{
	if (!strpbrk(pattern, "*?["))
		return add_file(in, folder, pattern, 0, e);
	glob_t found;
	struct str whole = { 0 };
	const size_t skip = pattern[0] == '/' ? 0 : strlen(folder) + 1;
	str_addf(&whole, "%s%s%s", skip ? folder : "", skip ? "/" : "", pattern);
	const int code = glob(whole.s, 0, NULL, &found);
	int result = code == 0 ? 0
		: code == GLOB_NOMATCH
		? err_set(e, ERR_ENVIRONMENT, "inputs: no file is named like %s", whole.s)
		: err_set(e, ERR_ENVIRONMENT,
			"inputs: %s: cannot be "
			"looked for",
			whole.s);
	for (size_t i = 0; code == 0 && i < found.gl_pathc && !result; i++)
		result = add_file(in, folder, found.gl_pathv[i] + skip, 0, e);
	if (code == 0)
		globfree(&found);
	str_free(&whole);
	return result;
}

static int add_text(
	struct inputs *in, const char *what, const char *name, const char *text, struct err *e)
{
	struct input *entry;
	struct str whole = { 0 };
	str_addf(&whole, "%s %s", what, name);
	const int result = add(in, whole.s, &entry, e);
	str_free(&whole);
	if (result)
		return -1;
	entry->bytes = (int64_t)strlen(text);
	digest_bytes(text, strlen(text), entry->digest);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct input *)a)->name, ((const struct input *)b)->name);
}

/* Sort; a file that two patterns name counts once. */
static void finish(struct inputs *in)
{
	struct digest *d = digest_begin();
	size_t kept = 0;
	if (in->count)
		qsort(in->list, in->count, sizeof(*in->list), by_name);
	for (size_t i = 0; i < in->count; i++) {
		if (kept && strcmp(in->list[kept - 1].name, in->list[i].name) == 0) {
			free(in->list[i].name);
			continue;
		}
		in->list[kept++] = in->list[i];
	}
	in->count = kept;
	for (size_t i = 0; i < in->count; i++) {
		digest_add(d, in->list[i].digest, DIGEST_TEXT - 1);
		digest_add(d, " ", 1);
		digest_add(d, in->list[i].name, strlen(in->list[i].name));
		digest_add(d, "\n", 1);
	}
	digest_end(d, in->digest);
}

int inputs_read(const struct program_config *p, struct inputs *out, struct err *e)
{
	*out = (struct inputs){ .program = p };
	char *folder = program_input_folder(p);
	int result = 0;
	for (int i = 0; i < p->input_count && !result; i++)
		result = add_pattern(out, folder, p->inputs[i], e);
	for (int i = 0; i < p->variable_count && !result; i++)
		result = add_text(
			out, "environment", p->variables[i].name, p->variables[i].value, e);
	for (int i = 0; i < p->metric_count && !result; i++)
		if (p->metrics[i].match)
			result = add_text(out, "match of metric", p->metrics[i].declared.name,
				p->metrics[i].match, e);
	free(folder);
	if (!result)
		finish(out);
	return result;
}

void inputs_free(struct inputs *in)
{
	for (size_t i = 0; i < in->count; i++)
		free(in->list[i].name);
	free(in->list);
	*in = (struct inputs){ .list = NULL };
}

const char *inputs_changed(const struct inputs *in)
{
	const char *changed = NULL;
	char *folder = program_input_folder(in->program);
	for (size_t i = 0; i < in->count && !changed; i++) {
		struct stat s;
		int64_t stamp[4];
		if (!in->list[i].is_file)
			continue;
		char *path = join(folder, in->list[i].name);
		if (stat(path, &s) == 0)
			stamp_of(&s, stamp);
		else
			memset(stamp, 0, sizeof(stamp));
		if (memcmp(stamp, in->list[i].stamp, sizeof(stamp)) != 0)
			changed = in->list[i].name;
		free(path);
	}
	free(folder);
	return changed;
}

static void say(struct str *out, const char *name, const char *what)
{
	enum { LONG_ENOUGH = 200 };
	if (out->length < LONG_ENOUGH)
		str_addf(out, "%s%s %s", out->length ? ", " : "", name, what);
	else if (strcmp(out->s + out->length - 3, "...") != 0)
		str_add(out, ", ...");
}

/* Both are in the order of their names. */
void inputs_compare(const struct inputs *in, const struct rows *recorded, struct str *out)
{
	size_t i = 0, k = 0;
	while (i < in->count || k < recorded->row_count) {
		const struct value *row = &recorded->values[2 * k];
		const int order = k == recorded->row_count ? -1
			: i == in->count                   ? 1
							   : strcmp(in->list[i].name, row[0].text);
		if (order < 0)
			say(out, in->list[i].name, "is new");
		else if (order > 0)
			say(out, row[0].text, "is gone");
		else if (strcmp(in->list[i].digest, row[1].text) != 0)
			say(out, in->list[i].name, "changed");
		i += order <= 0;
		k += order >= 0;
	}
}

/* programs.c - see programs.h. */
#include "programs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/digest.h"
#include "../base/file.h"
#include "../plan/sweep.h"
#include "../store/read.h"
#include "own_files.h"

enum {
	LEVELS_MAX = 8,    /* folders above the sweep file's */
	FILES_MAX = 50000, /* of all sets */
	DIGITS = 12        /* of the set's digest, in the name of its folder */
};

/* ---- where things lie ---- */

/* A set of inputs, and its folder in the bundle. */
struct tree {
	const struct program_config *program;
	const struct rows *files; /* name, digest */
	char *directory;          /* program_input_directory */
	struct str root, home;    /* of the set, and in it of the sweep file */
};

/* The next part of a path ("..", "data"), or false at its end. Empty parts and "." are no parts. */
static bool next_part(const char **path, const char **part, size_t *length)
{
	do {
		*path += strspn(*path, "/");
		*part = *path;
		*length = strcspn(*path, "/");
		*path += *length;
	} while (*length == 1 && **part == '.');
	return *length > 0;
}

static bool is_up(const char *part, size_t length)
{
	return length == 2 && part[0] == '.' && part[1] == '.';
}

/* How many folders above the sweep file's a file lies at most. */
static int levels_above(const char *directory, const char *name)
{
	const char *const paths[] = { directory, name };
	int depth = 0, lowest = 0;
	for (int i = 0; i < 2; i++) {
		const char *path = paths[i], *part;
		size_t length;
		while (next_part(&path, &part, &length)) {
			depth += is_up(part, length) ? -1 : 1;
			lowest = depth < lowest ? depth : lowest;
		}
	}
	return -lowest;
}

/* Is it a file of the set whose place is told relative to the sweep file? */
static bool is_placed(const struct tree *t, const char *name)
{
	return t->directory[0] != '/' && name[0] != '/' && !program_input_is_text(t->program, name);
}

/* The set's folder: "programs/study-0123456789ab" and "study" as often as there are levels. */
static void tree_begin(struct tree *t, const char *sweep, const char *inputs,
	const struct program_config *program, const struct rows *files)
{
	*t = (struct tree){ .program = program, .files = files };
	t->directory = program_input_directory(program);
	int levels = t->directory[0] == '/' ? 0 : levels_above(t->directory, "");
	for (size_t i = 0; i < files->row_count; i++) {
		const char *name = rows_text(files, i, 0);
		const int own = is_placed(t, name) ? levels_above(t->directory, name) : 0;
		levels = own > levels ? own : levels;
	}
	str_addf(&t->root, "programs/%s-%.*s", sweep, DIGITS, inputs);
	str_add(&t->home, t->root.s);
	for (int i = 0; i < levels && i <= LEVELS_MAX; i++)
		str_add(&t->home, "/study");
}

static void tree_free(struct tree *t)
{
	free(t->directory);
	str_free(&t->root);
	str_free(&t->home);
}

/* Append the place of a file ("": of the directory) in the bundle. Returns false when it would be
 * outside of the set's folder. */
static bool place(const struct tree *t, const char *name, struct str *out)
{
	const char *const paths[] = { t->directory, name };
	str_add(out, t->home.s);
	for (int i = 0; i < 2; i++) {
		const char *path = paths[i], *part;
		size_t length;
		while (next_part(&path, &part, &length)) {
			if (is_up(part, length)) {
				if (out->length <= t->root.length)
					return false;
				out->length = (size_t)(strrchr(out->s, '/') - out->s);
				out->s[out->length] = '\0';
			} else {
				str_add(out, "/");
				str_add_bytes(out, part, length);
			}
		}
	}
	return true;
}

/* ---- collecting ---- */

static bool holds(const struct pack *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->files[i].name, name) == 0)
			return true;
	return false;
}

/* One file of the set into `found`. *why says what is the matter with it. */
static int collect_file(const struct tree *t, const char *name, const char *recorded, size_t *left,
	struct pack *found, struct str *why, struct err *e)
{
	struct str member = { 0 }, path = { 0 };
	struct stat info;
	struct err unread = { 0 };
	char digest[DIGEST_TEXT], *bytes = NULL;
	size_t count = 0;
	int result = 0;
	char *folder = program_input_folder(t->program);
	str_addf(&path, "%s/%s", folder, name);
	free(folder);
	const bool absolute = name[0] == '/' || t->directory[0] == '/',
		   placed = !absolute && place(t, name, &member) && pack_name_is_good(member.s);
	if (placed && holds(found, member.s)) /* two names of one file */
		goto out;
	if (absolute)
		str_addf(why, "%s has an absolute path", name);
	else if (!placed)
		str_addf(why, "a bundle holds no file of the name '%s'", name);
	else if (stat(path.s, &info) || !S_ISREG(info.st_mode))
		str_addf(why, "%s is not there any more", path.s);
	else if ((size_t)info.st_size > *left)
		str_add(why, "they are larger than --data-limit allows");
	else if (file_read(path.s, *left, &bytes, &count, &unread))
		str_add(why, unread.text);
	if (!why->length) {
		digest_bytes(bytes, count, digest);
		*left -= count;
		if (strcmp(digest, recorded) != 0)
			str_addf(why, "%s has changed since", name);
		else
			result = pack_add(found, member.s, bytes, count, e);
		if (!why->length && !result)
			found->files[found->count - 1].executable = info.st_mode & S_IXUSR;
	}
out:
	if (why->length)
		free(bytes);
	str_free(&member);
	str_free(&path);
	return result;
}

/* All files of the set, or *why. */
static int collect(const struct tree *t, size_t bytes_max, size_t files_max, struct pack *found,
	struct str *why, struct err *e)
{
	size_t left = bytes_max;
	for (size_t i = 0; i < t->files->row_count && !why->length; i++) {
		const char *name = rows_text(t->files, i, 0);
		if (program_input_is_text(t->program, name))
			continue;
		if (found->count == files_max)
			str_addf(why, "a bundle holds at most %d files of inputs", FILES_MAX);
		else if (collect_file(t, name, rows_text(t->files, i, 1), &left, found, why, e))
			return -1;
	}
	return 0;
}

/* The sweep file as it was frozen, and its libraries, beside the inputs. */
static int add_sweep(struct pack *p, const struct tree *t, const char *sweep, const char *path,
	const char *text, struct err *e)
{
	struct str prefix = { 0 }, member = { 0 }, file = { 0 }, said_before = { 0 };
	str_addf(&prefix, "%s/", t->home.s);
	str_addf(&member, "%s%s.yaml", prefix.s, sweep);
	int result = 0;
	if (!holds(p, member.s)) {
		str_add(&file, text);
		result = pack_add_text(p, member.s, &file, e);
	}
	if (!result)
		result =
			own_files_add_libraries_of(p, prefix.s, sweep, path, text, &said_before, e);
	str_free(&prefix);
	str_free(&member);
	str_free(&file);
	str_free(&said_before);
	return result;
}

/* One set: row of the query bundle_programs. */
static int add_set(struct pack *p, struct store *s, const struct rows *sets, size_t row,
	size_t bytes_max, size_t *files_left, struct str *list, struct str *missing, struct err *e)
{
	const char *name = rows_text(sets, row, 0), *inputs = rows_text(sets, row, 1),
		   *path = rows_text(sets, row, 2), *text = rows_text(sets, row, 3);
	const struct sweep_options as_frozen = { .frozen = true };
	struct err unread = { 0 };
	struct str why = { 0 };
	struct sweep *sweep = NULL;
	struct rows *files = NULL;
	struct pack found = { 0 };
	struct tree t = { 0 };
	int result = store_ask(
		s, "input_files", (const char *const[]){ "inputs", inputs, NULL }, e, &files);
	if (result)
		return -1;
	if (sweep_parse(path, text, strlen(text), &as_frozen, &unread, &sweep)) {
		str_addf(&why, "the sweep file cannot be read: %.*s",
			(int)strcspn(unread.text, "\n"), unread.text);
	} else if (!sweep->program) {
		str_add(&why, "its plan is of the core now");
	} else {
		tree_begin(&t, name, inputs, sweep->program, files);
		result = collect(&t, bytes_max, *files_left, &found, &why, e);
	}
	if (!result && why.length) {
		str_addf(list, "- inputs %.*s of sweep %s are not in the bundle\n", DIGITS, inputs,
			name);
		str_addf(missing, "inputs of sweep %s: %s\n", name, why.s);
	} else if (!result) {
		str_addf(list, "- inputs of sweep %s are in the bundle: `%s/`\n", name, t.root.s);
		*files_left -= found.count;
		result = pack_take(p, &found, e);
		if (!result)
			result = add_sweep(p, &t, name, path, text, e);
	}
	tree_free(&t);
	pack_free(&found);
	sweep_free(sweep);
	rows_free(files);
	str_free(&why);
	return result;
}

int programs_add(struct pack *p, struct store *s, size_t bytes_max, struct str *list,
	struct str *missing, struct err *e)
{
	struct rows *sets;
	size_t files_left = FILES_MAX;
	int result = 0;
	if (store_ask(s, "bundle_programs", NULL, e, &sets))
		return -1;
	for (size_t row = 0; row < sets->row_count && !result; row++)
		result = add_set(p, s, sets, row, bytes_max, &files_left, list, missing, e);
	rows_free(sets);
	return result;
}

/* ---- in an unpacked bundle ---- */

bool programs_folder(const char *unpacked, const char *sweep, const char *inputs,
	const struct program_config *program, const struct rows *files, struct str *out)
{
	struct tree t;
	struct stat info;
	struct str directory = { 0 }, root = { 0 };
	struct err ignored = { 0 };
	tree_begin(&t, sweep, inputs, program, files);
	str_addf(&root, "%s/%s", unpacked, t.root.s);
	str_addf(&directory, "%s/", unpacked);
	const bool is_there =
		pack_name_is_good(t.root.s) && stat(root.s, &info) == 0 && S_ISDIR(info.st_mode);
	if (is_there) {
		str_addf(out, "%s/%s", unpacked, t.home.s);
		if (t.directory[0] != '/' && place(&t, "", &directory))
			file_make_folder(directory.s, &ignored);
	}
	tree_free(&t);
	str_free(&directory);
	str_free(&root);
	return is_there;
}

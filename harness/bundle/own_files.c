/* own_files.c - see own_files.h. */
#include "own_files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../base/share.h"
#include "../plan/arena.h"
#include "../plan/yaml.h"
#include "../store/read.h"

/* ---- files that sweeps name ---- */

/* One sweep's walk: folder is where its file was ("" or with a slash at its end). */
struct walk {
	struct pack *pack;
	const char *prefix; /* where it goes in the pack */
	char *folder;
	struct str *missing;
	struct arena arena;
	int depth;
};

static int read_file(
	struct walk *w, const char *name, const char *text, size_t length, struct err *e);

static bool is_there(const struct pack *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->files[i].name, name) == 0)
			return true;
	return false;
}

/* "library/a.yaml" and what it names, "b.yaml": "library/b.yaml". Owned by the caller. */
static char *beside(const char *name, const char *path)
{
	const char *slash = strrchr(name, '/');
	struct str out = { 0 };
	if (slash)
		str_add_bytes(&out, name, (size_t)(slash - name) + 1);
	str_add(&out, path);
	return str_take(&out);
}

/* A path that stays below the sweep file's folder: only there a reader finds it. */
static bool is_below(const char *path)
{
	if (path[0] == '/' || str_has_control(path, false))
		return false;
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (part[0] == '.' || part[0] == '/' || part[0] == '\0')
			return false;
	}
	return true;
}

/* As the parser looks for it: below the sweep file's folder, or among the experiments that come
 * with the program. */
static void find_file(const char *folder, const char *name, const char *path, struct str *out)
{
	struct str own = { 0 }, shared = { 0 }, looked = { 0 };
	struct err ignored = { 0 };
	str_addf(&own, "%s%s", folder, name);
	str_addf(&shared, "experiments/%s", path);
	if (file_exists(own.s) || share_find(shared.s, out, &looked, &ignored)) {
		str_clear(out);
		str_add(out, own.s);
	}
	str_free(&own);
	str_free(&shared);
	str_free(&looked);
}

/* Add the file that `from` names so, and what it names itself. */
static int add_named(struct walk *w, const char *from, const char *path, struct err *e)
{
	char *name = beside(from, path), *bytes = NULL;
	struct str file = { 0 }, member = { 0 };
	struct err why = { 0 };
	struct stat info;
	size_t count;
	int result = 0;
	find_file(w->folder, name, path, &file);
	str_addf(&member, "%s%s", w->prefix, name);
	if (!is_below(name))
		str_addf(w->missing,
			"%s, which %s uses: it is not below the folder of the sweep file\n", path,
			from);
	else if (is_there(w->pack, member.s))
		;
	else if (stat(file.s, &info) || !S_ISREG(info.st_mode)
		|| file_read(file.s, YAML_BYTES_MAX, &bytes, &count, &why))
		str_addf(w->missing, "%s, which %s uses: it cannot be read any more\n", file.s,
			from);
	else {
		const char *text = arena_text(&w->arena, bytes, count);
		const bool csv = strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".csv") == 0;
		result = pack_add(w->pack, member.s, bytes, count, e);
		if (result == 0 && !csv && w->depth < 8)
			result = read_file(w, name, text, count, e);
	}
	str_free(&file);
	str_free(&member);
	free(name);
	return result;
}

/* use: and trials:, wherever they are. */
static int add_all_named(struct walk *w, const char *from, const struct node *n, struct err *e)
{
	const bool names = n->key && (strcmp(n->key, "use") == 0 || strcmp(n->key, "trials") == 0);
	if (names && n->kind == NODE_SCALAR)
		return add_named(w, from, n->text, e);
	for (const struct node *c = n->first; c; c = c->next) {
		const bool listed = names && n->kind == NODE_LIST && c->kind == NODE_SCALAR;
		if (listed ? add_named(w, from, c->text, e) : add_all_named(w, from, c, e))
			return -1;
	}
	return 0;
}

static int read_file(
	struct walk *w, const char *name, const char *text, size_t length, struct err *e)
{
	struct source *source = arena_zero(&w->arena, sizeof(*source));
	struct diagnostics d = { 0 };
	*source = (struct source){ name, text, length };
	const struct node *root = yaml_read(source, &w->arena, &d);
	diagnostics_free(&d);
	w->depth++;
	const int result = root ? add_all_named(w, name, root, e) : 0;
	w->depth--;
	return result;
}

int own_files_add_libraries_of(struct pack *p, const char *prefix, const char *sweep,
	const char *path, const char *text, struct str *missing, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct str name = { 0 };
	struct walk w = { .pack = p, .prefix = prefix, .missing = missing };
	w.folder = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
	str_addf(&name, "%s.yaml", sweep);
	const int result = w.folder ? read_file(&w, name.s, text, strlen(text), e) : err_nomem(e);
	free(w.folder);
	arena_free(&w.arena);
	str_free(&name);
	return result;
}

int own_files_add_libraries(struct pack *p, struct store *s, struct str *missing, struct err *e)
{
	struct rows *r;
	if (store_ask(s, "bundle_sweeps", NULL, e, &r))
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < r->row_count; i++)
		result = own_files_add_libraries_of(p, "sweeps/", rows_text(r, i, 0),
			rows_text(r, i, 1), rows_text(r, i, 2), missing, e);
	rows_free(r);
	return result;
}

/* ---- imported data ---- */

/* Why the set cannot go in; "" when it is the one, and its file is not too large. */
static void look(const struct dataset *d, const struct err *why, const char *digest,
	size_t bytes_max, struct str *out)
{
	if (!d)
		str_add(out, why->text);
	else if (strcmp(d->digest, digest) != 0)
		str_addf(out, "the one here has another content, %.16s", d->digest);
	else if (d->memory_bytes > bytes_max)
		str_addf(out, "its %.0f MB are more than --data-limit allows",
			(double)d->memory_bytes / 1e6);
}

static int add_set(struct pack *p, const char *name, const char *digest,
	const struct dataset_places *places, size_t bytes_max, struct str *list,
	struct str *missing, struct err *e)
{
	struct dataset *d = NULL;
	struct err why = { 0 };
	struct str reason = { 0 }, member = { 0 };
	char *bytes = NULL;
	size_t count;
	int result = 0;
	if (dataset_open(name, places, &why, &d))
		d = NULL;
	look(d, &why, digest, bytes_max, &reason);
	if (reason.length) {
		str_addf(list,
			"- %s is not in the bundle. Its digest is %s. Get it from the authors, and "
			"name its folder: `retrial verify BUNDLE --data DIR`\n",
			name, digest);
		str_addf(missing, "data set %s: %s\n", name, reason.s);
	} else {
		str_addf(&member, "data/%s/%s.data", name, digest);
		str_addf(list, "- %s is in the bundle: `%s`\n", name, member.s);
		result = file_read(d->source, d->memory_bytes, &bytes, &count, e);
		if (result == 0)
			result = pack_add(p, member.s, bytes, count, e);
	}
	dataset_close(d);
	str_free(&reason);
	str_free(&member);
	return result;
}

int own_files_add_data(struct pack *p, struct store *s, const struct dataset_places *places,
	size_t bytes_max, struct str *list, struct str *missing, struct err *e)
{
	struct rows *r;
	if (store_ask(s, "bundle_imported", NULL, e, &r))
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < r->row_count; i++)
		result = add_set(p, r->values[2 * i].text, r->values[2 * i + 1].text, places,
			bytes_max, list, missing, e);
	rows_free(r);
	return result;
}

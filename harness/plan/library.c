/* library.c - recipes, sets of transforms and models by name, with the files that a file uses. A
 * file is read once, however often it is used; files that use each other in a circle are an error.
 */
#include "library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../base/share.h"
#include "assign.h"
#include "language.h"

/* ---- things with names ---- */

/* Room for one more of a list. Never returns NULL (the arena ends the program). */
static void *grown(struct library *l, void *list, size_t count, size_t *capacity, size_t bytes)
{
	if (count < *capacity)
		return list;
	*capacity = *capacity ? *capacity * 2 : 16;
	void *larger = arena_zero(l->arena, *capacity * bytes);
	if (count)
		memcpy(larger, list, count * bytes);
	return larger;
}

/* May a thing be defined under this key? first: where it already was, or NULL. */
static bool check_name(
	struct library *l, const char *what, const struct node *n, const struct node *first)
{
	if (!name_is_good(n->key, sizeof(((struct label *)0)->value))) {
		node_key_error(l->diagnostics, n,
			"'%.60s' cannot be the name of %s (letters, digits and - _ + ., at most "
			"63)",
			n->key, what);
		return false;
	}
	if (!first)
		return true;
	node_key_error(l->diagnostics, n, "%s '%s' is already defined at %s:%d", what, n->key,
		first->source->path, first->key_line);
	return false;
}

static void read_recipes(struct library *l, const struct node *map)
{
	for (const struct node *n = map->first; n; n = n->next) {
		const size_t number = index_find(&l->recipe_names, n->key, strlen(n->key));
		if (!check_name(
			    l, "a recipe", n, number == SIZE_MAX ? NULL : l->recipes[number].node))
			continue;
		l->recipes = grown(
			l, l->recipes, l->recipe_count, &l->recipe_capacity, sizeof(*l->recipes));
		struct recipe *recipe = &l->recipes[l->recipe_count++];
		recipe->name = n->key;
		recipe_read(n, l->arena, l->diagnostics, recipe);
		index_add(&l->recipe_names, n->key, strlen(n->key));
	}
}

static void read_augments(struct library *l, const struct node *map)
{
	for (const struct node *n = map->first; n; n = n->next) {
		const size_t number = index_find(&l->augment_names, n->key, strlen(n->key));
		if (!check_name(l, "a set of transforms", n,
			    number == SIZE_MAX ? NULL : l->augments[number].node))
			continue;
		l->augments = grown(l, l->augments, l->augment_count, &l->augment_capacity,
			sizeof(*l->augments));
		struct augment_set *set = &l->augments[l->augment_count++];
		set->name = n->key;
		set->node = n;
		param_defaults(SCOPE_AUGMENT, 0, &set->amounts);
		assign_map(SCOPE_AUGMENT, 0, &set->amounts, n, l->diagnostics);
		index_add(&l->augment_names, n->key, strlen(n->key));
	}
}

static void read_models(struct library *l, const struct node *map)
{
	for (const struct node *n = map->first; n; n = n->next) {
		const size_t number = index_find(&l->model_names, n->key, strlen(n->key));
		if (!check_name(
			    l, "a model", n, number == SIZE_MAX ? NULL : l->models[number].node))
			continue;
		l->models =
			grown(l, l->models, l->model_count, &l->model_capacity, sizeof(*l->models));
		model_read(n, l->arena, l->diagnostics, &l->models[l->model_count++]);
		index_add(&l->model_names, n->key, strlen(n->key));
	}
}

/* ---- files ---- */

/* path relative to the folder of the file that names it. */
static const char *beside(struct arena *a, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	struct str out = { 0 };
	if (path[0] != '/' && slash)
		str_add_bytes(&out, file, (size_t)(slash - file) + 1);
	str_add(&out, path);
	const char *copy = arena_text(a, out.s, out.length);
	str_free(&out);
	return copy;
}

/* Where the file is: beside the file that names it or, else, among the experiments that come with
 * the program. NULL after an error, which says where it was looked for. */
static const char *find_file(
	struct arena *a, struct diagnostics *d, const struct node *place, const char *what)
{
	const char *path = beside(a, place->source->path, place->text), *found = NULL;
	struct str shared = { 0 }, looked = { 0 }, name = { 0 };
	struct err e = { 0 };
	if (file_exists(path))
		return path;
	str_addf(&name, "experiments/%s", place->text);
	if (place->text[0] != '/' && share_find(name.s, &shared, &looked, &e) == 0)
		found = arena_text(a, shared.s, shared.length);
	else
		node_error(d, place, "%s: no such file (looked for %s%s%s)", what, path,
			looked.length ? " and " : "", looked.length ? looked.s : "");
	str_free(&shared);
	str_free(&looked);
	str_free(&name);
	return found;
}

const struct source *library_open(
	struct arena *a, struct diagnostics *d, const struct node *place, const char *what)
{
	const char *path = find_file(a, d, place, what);
	struct stat info;
	struct err e = { 0 };
	char *bytes;
	size_t length;
	if (!path)
		return NULL;
	if (stat(path, &info) == 0
		&& !S_ISREG(info.st_mode)) { /* a pipe or a terminal would be waited for */
		node_error(d, place, "%s: %s: not a file", what, path);
		return NULL;
	}
	if (file_read(path, YAML_BYTES_MAX, &bytes, &length, &e)) {
		node_error(d, place, "%s: %s", what, e.text);
		return NULL;
	}
	struct source *source = arena_zero(a, sizeof(*source));
	*source = (struct source){ path, arena_text(a, bytes, length), length };
	free(bytes);
	return source;
}

/* Does a line of the text begin with a key that only such a file has? Only then may errors show
 * what is in it: a sweep file of a stranger might name any file of the user's. */
static bool is_library(const struct source *source)
{
	static const char *const keys[] = { "recipes", "augments", "models", "use", "retrial" };
	for (const char *line = source->text; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n\r\t {\"'\xEF\xBB\xBF");
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			const size_t length = strlen(keys[i]);
			if (strncmp(line, keys[i], length) == 0 && line[length]
				&& strchr(":\"' ", line[length]))
				return true;
		}
	}
	return false;
}

static void read_file(struct library *l, const struct node *at)
{
	const struct source *source = library_open(l->arena, l->diagnostics, at, "use");
	if (source && !is_library(source)) {
		node_error(l->diagnostics, at,
			"use: %s is no library file: it has neither recipes nor augments nor "
			"models",
			source->path);
		source = NULL;
	}
	const struct node *root = source ? yaml_read(source, l->arena, l->diagnostics) : NULL;
	if (!root) {
		l->incomplete = true;
		return;
	}
	if (root->kind != NODE_MAP) {
		node_error(l->diagnostics, root,
			"a library file is a map with recipes, augments and models");
		return;
	}
	language_check_keys(PLACE_LIBRARY, root, l->diagnostics);
	library_read(l, root, source->path);
}

static void use_file(struct library *l, const struct node *n, const char *from)
{
	const char *text = node_text(n, "use", l->diagnostics);
	if (!text)
		return;
	const char *path = beside(l->arena, from, text);
	for (int i = 0; i < l->depth; i++)
		if (strcmp(l->open[i], path) == 0) {
			node_error(l->diagnostics, n,
				"use: %s uses itself in the end: files may not use each other in a "
				"circle",
				path);
			return;
		}
	for (int i = 0; i < l->file_count; i++)
		if (strcmp(l->files[i], path) == 0)
			return;
	if (l->depth == sizeof(l->open) / sizeof(l->open[0])
		|| l->file_count == sizeof(l->files) / sizeof(l->files[0])) {
		node_error(l->diagnostics, n, "use: too many files (at most 8 deep and 64 in all)");
		return;
	}
	l->files[l->file_count++] = path;
	read_file(l, n);
}

void library_read(struct library *l, const struct node *root, const char *path)
{
	const struct node *use = node_get(root, "use");
	l->open[l->depth++] = path;
	if (use && use->kind == NODE_LIST)
		for (const struct node *n = use->first; n; n = n->next)
			use_file(l, n, path);
	else if (use)
		use_file(l, use, path);
	l->depth--;
	static const struct {
		const char *key;
		void (*read)(struct library *l, const struct node *map);
	} parts[] = { { "recipes", read_recipes }, { "augments", read_augments },
		{ "models", read_models } };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct node *map = node_get(root, parts[i].key);
		if (map && map->kind != NODE_MAP)
			node_error(l->diagnostics, map, "%s: a map of names is needed here, not %s",
				parts[i].key, node_kind_name(map));
		else if (map)
			parts[i].read(l, map);
	}
}

/* Does the recipe fit one of the models, or may it fit one that has errors? */
static bool fits_a_model(
	const struct library *l, const struct recipe *r, const struct node *const *places)
{
	for (size_t i = 0; i < l->model_count; i++)
		if (!l->models[i].config
			|| phases_check_layers(
				   r->phases, r->count, l->models[i].config, places, NULL)
				== 0)
			return true;
	return l->incomplete;
}

/* The sets of transforms that the recipe's phases name. */
static void find_augments(struct library *l, struct recipe *r)
{
	struct phase_config *phase = r->phases;
	bool bad = false;
	for (const struct node *n = r->node->first; n; n = n->next, phase++) {
		const struct node *name = node_get(n, "augment");
		const struct augment_set *set;
		if (name && library_phase_augment(l, name, &set))
			bad = true;
		else if (name)
			phase_set_augment(phase, set ? &set->amounts : NULL);
	}
	if (bad)
		r->phases = NULL;
}

void library_check_recipes(struct library *l)
{
	for (size_t i = 0; i < l->recipe_count; i++) {
		struct recipe *r = &l->recipes[i];
		const struct node *places[PHASES_MAX];
		int count = 0;
		if (r->phases)
			find_augments(l, r);
		if (!r->phases)
			continue;
		for (const struct node *n = r->node->first; n; n = n->next)
			places[count++] = n;
		if (phases_check_layers(r->phases, r->count, model_lightweight(), places, NULL) == 0
			|| fits_a_model(l, r, places))
			continue;
		/* the last model is the most special: that of the sweep file itself */
		const struct model_config *likely =
			l->model_count ? l->models[l->model_count - 1].config : model_lightweight();
		phases_check_layers(r->phases, r->count, likely, places, l->diagnostics);
		r->phases = NULL;
	}
}

/* ---- finding ---- */

static void unknown_name(struct library *l, const struct node *at, const char *what,
	const char *const *names, size_t count)
{
	const char *near =
		diagnostics_full(l->diagnostics) ? NULL : str_nearest(at->text, names, count);
	struct str known = { 0 };
	for (size_t i = 0; i < count && known.length < 200; i++)
		str_addf(&known, "%s%s", i ? ", " : "", names[i]);
	if (near)
		node_error(l->diagnostics, at, "unknown %s '%.60s' (did you mean '%s'?)", what,
			at->text, near);
	else if (!l->incomplete)
		node_error(l->diagnostics, at, "unknown %s '%.60s' (known: %s%s)", what, at->text,
			count ? known.s : "none", known.length < 200 ? "" : " ...");
	str_free(&known);
}

enum { NEAR_MAX = 1000 }; /* names that are compared for a "did you mean" */

const struct recipe *library_recipe(struct library *l, const struct node *name)
{
	const size_t number = index_find(&l->recipe_names, name->text, strlen(name->text));
	if (number != SIZE_MAX)
		return &l->recipes[number];
	const char *names[NEAR_MAX];
	size_t count = 0;
	for (; count < l->recipe_count && count < NEAR_MAX; count++)
		names[count] = l->recipes[count].name;
	unknown_name(l, name, "recipe", names, count);
	return NULL;
}

const struct augment_set *library_augment(struct library *l, const struct node *name)
{
	static const struct augment_set none = { .name = "none" };
	const size_t number = index_find(&l->augment_names, name->text, strlen(name->text));
	if (number != SIZE_MAX)
		return &l->augments[number];
	if (strcmp(name->text, "none") == 0)
		return &none;
	const char *names[NEAR_MAX];
	size_t count = 0;
	for (; count < l->augment_count && count < NEAR_MAX; count++)
		names[count] = l->augments[count].name;
	unknown_name(l, name, "set of transforms", names, count);
	return NULL;
}

int library_phase_augment(
	struct library *l, const struct node *name, const struct augment_set **out)
{
	static const char trial[] = "trial";
	*out = NULL;
	if (strcmp(name->text, trial) != 0)
		return (*out = library_augment(l, name)) ? 0 : -1;
	const size_t number = index_find(&l->augment_names, trial, sizeof(trial) - 1);
	if (number == SIZE_MAX)
		return 0;
	const struct node *named = l->augments[number].node;
	node_error(l->diagnostics, name,
		"augment: trial means the trial's transforms in a phase, but a set of that name is "
		"defined at %s:%d: rename the set",
		named->source->path, named->key_line);
	return -1;
}

const struct model *library_model(struct library *l, const struct node *name)
{
	const size_t number = index_find(&l->model_names, name->text, strlen(name->text));
	if (number != SIZE_MAX)
		return &l->models[number];
	if (strcmp(name->text, "lightweight") == 0) {
		struct model *built_in = arena_zero(l->arena, sizeof(*built_in));
		*built_in = (struct model){ .name = "lightweight", .config = model_lightweight() };
		return built_in;
	}
	const char *names[NEAR_MAX] = { "lightweight" };
	size_t count = 1;
	for (size_t i = 0; i < l->model_count && count < NEAR_MAX; i++)
		if (strcmp(l->models[i].name, names[0]) != 0)
			names[count++] = l->models[i].name;
	unknown_name(l, name, "model", names, count);
	return NULL;
}

void library_free(struct library *l)
{
	index_free(&l->recipe_names);
	index_free(&l->augment_names);
	index_free(&l->model_names);
}

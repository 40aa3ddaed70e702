/* language.c - looking rows up, and the checks of a map that need nothing but its place. */
#include "language.h"

#include <string.h>

#include "assign.h"

enum { NAMES_MAX = 64 };

static const struct {
	const char *name, *noun;
} places[] = {
	{ "at the top of a sweep file", "this sweep file" },
	{ "in a library file, which has recipes, augments and models", "this library file" },
	{ "in a block", "this block" },
	{ "in an axis", "this axis" },
	{ "in a zip", "this zip" },
	{ "in random", "random" },
	{ "in an axis of random", "this axis of random" },
	{ "in a claim", "this claim" },
	{ "in a table", "this table" },
	{ "in a figure", "this figure" },
	{ "in an entry of robustness", "this entry of robustness" },
	{ "in a model", "this model" },
	{ "in program", "program" },
	{ "in a parameter", "this parameter" },
	{ "in a metric", "this metric" },
	{ "in a template", "this template" },
	{ "in a list of layers", "this list of layers" },
	{ "in a repetition of layers", "this repetition" },
};

static size_t place_index(enum place place)
{
	size_t i = 0;
	while (place >> i > 1)
		i++;
	return i;
}

const char *place_name(enum place place)
{
	return places[place_index(place)].name;
}

/* "this claim", "this sweep file": for messages about what is missing. */
static const char *place_noun(enum place place)
{
	return places[place_index(place)].noun;
}

static bool is_called(const struct key *key, const char *name)
{
	return strcmp(key->name, name) == 0 || (key->old && strcmp(key->old, name) == 0);
}

const struct key *language_find(enum place place, const char *name)
{
	size_t count;
	const struct key *table = language_table(&count);
	for (size_t i = 0; i < count; i++)
		if (table[i].places & place && is_called(&table[i], name))
			return &table[i];
	return NULL;
}

size_t language_names(enum place place, const char **names, size_t most)
{
	size_t count, used = 0;
	const struct key *table = language_table(&count);
	for (size_t i = 0; i < count && used < most; i++)
		if (table[i].places & place)
			names[used++] = table[i].name;
	return used;
}

const struct kind *kind_find(enum param_scope scope, const char *name)
{
	size_t count;
	const struct kind *table = kind_table(&count);
	for (size_t i = 0; i < count; i++)
		if (table[i].scope == scope && strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const struct node *language_get(const struct node *map, enum place place, const char *name)
{
	const struct key *key = language_find(place, name);
	const struct node *n = node_get(map, name);
	return n || !key || !key->old ? n : node_get(map, key->old);
}

int language_check_keys(enum place place, const struct node *map, struct diagnostics *d)
{
	int result = 0;
	for (const struct node *n = map->first; n; n = n->next) {
		const struct key *key = language_find(place, n->key);
		const char *names[NAMES_MAX];
		if (!key)
			unknown_key(d, n, place_name(place), names,
				language_names(place, names, NAMES_MAX));
		else if (strcmp(key->name, n->key) != 0 && node_get(map, key->name))
			node_key_error(d, n, "'%s' is the former name of '%s', which is given, too",
				n->key, key->name);
		else
			continue;
		result = -1;
	}
	return result;
}

int language_check_needed(enum place place, const struct node *map, struct diagnostics *d)
{
	size_t count;
	int result = 0;
	const struct key *table = language_table(&count);
	for (size_t i = 0; i < count; i++) {
		const struct key *key = &table[i];
		if (!(key->needed & place) || language_get(map, place, key->name))
			continue;
		node_error(d, map, "'%s' is missing in %s (%s)", key->name, place_noun(place),
			key->help);
		result = -1;
	}
	return result;
}

int language_word(const struct key *key, const struct node *value, struct diagnostics *d)
{
	const char *text = node_text(value, key->name, d);
	struct str list = { 0 };
	int count = 0;
	if (!text)
		return -1;
	for (; key->words[count]; count++) {
		if (strcmp(key->words[count], text) == 0) {
			str_free(&list);
			return count;
		}
		str_addf(&list, "%s%s", count ? ", " : "", key->words[count]);
	}
	const char *near = str_nearest(text, key->words, (size_t)count);
	if (near)
		node_error(d, value, "%s = %.60s: unknown (did you mean '%s'?)", key->name, text,
			near);
	else
		node_error(d, value, "%s = %.60s: unknown (one of %s)", key->name, text, list.s);
	str_free(&list);
	return -1;
}

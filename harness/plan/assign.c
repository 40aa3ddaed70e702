/* assign.c - values of a sweep file into fields, with messages. */
#include "assign.h"

#include <string.h>

enum { NAMES_MAX = 64 };

static void bad_value(struct diagnostics *d, const struct node *at, const struct param *p, int kind,
	const char *text, const char *why)
{
	struct str expect = { 0 };
	param_expect(p, kind, &expect);
	node_error(d, at, "%s = %.60s%s: %s (%s: %s)", p->name, text,
		strlen(text) > 60 ? "..." : "", why, p->name, expect.s);
	str_free(&expect);
}

static int assign_scalar(const struct param *p, int kind, int index, void *base,
	const struct node *value, struct diagnostics *d)
{
	if (value->kind != NODE_SCALAR) {
		bad_value(d, value, p, kind, node_kind_name(value), "one value is needed here");
		return -1;
	}
	struct str why = { 0 };
	int result = 0;
	if (!*value->text) {
		bad_value(d, value, p, kind, "", "a value is missing");
		result = -1;
	} else if (param_parse(p, value->text, index, base, &why)) {
		bad_value(d, value, p, kind, value->text, why.s);
		result = -1;
	}
	str_free(&why);
	return result;
}

static int assign_list(
	const struct param *p, int kind, void *base, const struct node *list, struct diagnostics *d)
{
	const bool names = p->type != PARAM_ENUMS;
	const size_t wanted = p->pair_kinds >> kind & 1 ? 2 : 1;
	if (list->kind == NODE_MAP || (list->kind == NODE_SCALAR && !names && wanted != 1)) {
		bad_value(d, list, p, kind, list->kind == NODE_MAP ? "a map" : list->text,
			names ? "a list is needed here" : "a list of two is needed here");
		return -1;
	}
	if (list->kind == NODE_SCALAR)
		return assign_scalar(p, kind, 0, base, list, d);
	if (!names && list->count != wanted) {
		bad_value(d, list, p, kind, "a list",
			wanted == 2 ? "two values are needed here" : "one value is needed here");
		return -1;
	}
	if (names) {
		const int none = 0;
		memcpy((char *)base + p->size, &none, sizeof(none));
	}
	int index = 0, result = 0;
	for (const struct node *n = list->first; n && result == 0; n = n->next)
		result = assign_scalar(p, kind, index++, base, n, d);
	return result;
}

int assign_value(const struct param *p, int kind, void *base, const struct node *value,
	struct diagnostics *d)
{
	if (param_is_list(p))
		return assign_list(p, kind, base, value, d);
	return assign_scalar(p, kind, 0, base, value, d);
}

void unknown_key(struct diagnostics *d, const struct node *at, const char *where,
	const char *const *names, size_t count)
{
	const char *near = diagnostics_full(d) ? NULL : str_nearest(at->key, names, count);
	if (near)
		node_key_error(
			d, at, "unknown key '%.60s' %s (did you mean '%s'?)", at->key, where, near);
	else {
		struct str list = { 0 };
		for (size_t i = 0; i < count; i++)
			str_addf(&list, "%s%s", i ? ", " : "", names[i]);
		node_key_error(d, at, "unknown key '%.60s' %s (it has %s)", at->key, where,
			list.s ? list.s : "none");
		str_free(&list);
	}
}

void unknown_kind(struct diagnostics *d, const struct node *at, bool key, const char *noun,
	const char *name, const char *const *kinds)
{
	struct str list = { 0 };
	size_t count = 0;
	for (; kinds[count]; count++)
		str_addf(&list, "%s%s", count ? ", " : "", kinds[count]);
	const char *near = str_nearest(name, kinds, count);
	(key ? node_key_error : node_error)(d, at, "unknown %s '%.40s'%s%s%s (one of %s)", noun,
		name, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "", list.s);
	str_free(&list);
}

void not_applicable(struct diagnostics *d, const struct node *at, const struct param *p, int kind)
{
	const char *const *names = param_kinds(p->scope);
	const char *noun = param_kinds_noun(p->scope);
	struct str owners = { 0 };
	for (int k = 0; names[k]; k++)
		if (p->kinds >> k & 1)
			str_addf(&owners, "%s%s", owners.length ? ", " : "", names[k]);
	const bool named = p->scope == SCOPE_OPTIMIZER
		|| p->scope == SCOPE_SCHEDULE; /* its kind is its name */
	const char *article = named ? "the" : "a", *of = named ? "" : "of the kind ";
	node_key_error(d, at, "'%s' does not belong to %s %s %s%s (only to: %s)", p->name, article,
		noun, of, names[kind], owners.s);
	str_free(&owners);
}

static void unknown_in_scope(
	enum param_scope scope, int kind, const struct node *at, struct diagnostics *d)
{
	static const char *const places[] = {
		[SCOPE_AUGMENT] = "in a set of transforms",
		[SCOPE_OPTIMIZER] = "in an optimizer",
		[SCOPE_STOP] = "in stop",
		[SCOPE_LAYER] = "in a layer",
		[SCOPE_SCHEDULE] = "in a schedule",
	};
	const char *names[NAMES_MAX];
	size_t count, used = 0;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count && used < NAMES_MAX; i++)
		if (table[i].scope == scope && param_applies(&table[i], kind))
			names[used++] = table[i].name;
	unknown_key(d, at, places[scope], names, used);
}

int assign_map(
	enum param_scope scope, int kind, void *base, const struct node *map, struct diagnostics *d)
{
	if (map->kind != NODE_MAP && !(map->kind == NODE_SCALAR && !*map->text)) {
		node_error(d, map, "a map is needed here, not %s", node_kind_name(map));
		return -1;
	}
	int result = 0;
	for (const struct node *n = map->first; n; n = n->next) {
		const struct param *p = param_find(scope, n->key);
		if (!p)
			unknown_in_scope(scope, kind, n, d);
		else if (!param_applies(p, kind))
			not_applicable(d, n, p, kind);
		if (!p || !param_applies(p, kind) || assign_value(p, kind, base, n, d))
			result = -1;
	}
	return result;
}

const char *node_text(const struct node *n, const char *what, struct diagnostics *d)
{
	if (n->kind == NODE_SCALAR && *n->text)
		return n->text;
	if (n->kind == NODE_SCALAR)
		node_error(d, n, "%s: a value is missing", what);
	else
		node_error(d, n, "%s: one value is needed here, not %s", what, node_kind_name(n));
	return NULL;
}

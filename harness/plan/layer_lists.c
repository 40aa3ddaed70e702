/* layer_lists.c - see layer_lists.h. */
#include "layer_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/str.h"
#include "assign.h"
#include "param.h"

enum { DEPTH_MAX = 16, NAME_BYTES = 64 };

/* A repetition or a template's use. The outermost has no parent and changes no name. */
struct scope {
	const struct scope *parent;
	const struct node *list; /* its layers */
	char before[NAME_BYTES], behind[NAME_BYTES];
	char input[NAME_BYTES];      /* what `input` means in it */
	const struct node *values;   /* of $NAME; NULL: none */
	const struct node *defaults; /* of those that are not given */
	char number[24];             /* of $i; "": none */
	int depth;
};

struct writer {
	const struct node *templates;
	size_t most, capacity;
	struct arena *arena;
	struct diagnostics *d;
	struct layer_nodes *out;
	bool failed;
};

static int fail(struct writer *w)
{
	w->failed = true;
	return -1;
}

/* The scalar member of a layer ({kind: {...}}), or NULL. */
static const char *member(const struct node *layer, const char *name)
{
	const struct node *inside = layer->kind == NODE_MAP ? layer->first : NULL;
	const struct node *n = inside && inside->kind == NODE_MAP ? node_get(inside, name) : NULL;
	return n && n->kind == NODE_SCALAR ? n->text : NULL;
}

/* ---- names ---- */

static void wrap(const struct scope *s, const char *name, char out[NAME_BYTES])
{
	char inner[NAME_BYTES];
	snprintf(out, NAME_BYTES, "%s", name);
	for (; s; s = s->parent) {
		snprintf(inner, sizeof(inner), "%s", out);
		snprintf(out, NAME_BYTES, "%.20s%.23s%.20s", s->before, inner, s->behind);
	}
}

static bool defines(const struct scope *s, const char *name)
{
	for (const struct node *n = s->list->first; n; n = n->next) {
		const char *own = member(n, "name");
		if (own && strcmp(own, name) == 0)
			return true;
	}
	return false;
}

/* What a reference means, from the inside out. */
static void resolve(const struct scope *s, const char *name, char out[NAME_BYTES])
{
	if (strcmp(name, "input") == 0 && !defines(s, name)) {
		snprintf(out, NAME_BYTES, "%s", s->input);
		return;
	}
	for (; s; s = s->parent)
		if (defines(s, name)) {
			wrap(s, name, out);
			return;
		}
	snprintf(out, NAME_BYTES, "%s", name);
}

/* ---- $NAME ---- */

static const char *value_of(const struct scope *s, const char *name, size_t length)
{
	char text[NAME_BYTES];
	snprintf(text, sizeof(text), "%.*s", (int)(length < 63 ? length : 63), name);
	for (; s; s = s->parent) {
		const struct node *n = s->values ? node_get(s->values, text) : NULL;
		if (!n && s->defaults && s->defaults->kind == NODE_MAP)
			n = node_get(s->defaults, text);
		if (n && n->kind == NODE_SCALAR && *n->text)
			return n->text;
		if (strcmp(text, "i") == 0 && s->number[0])
			return s->number;
	}
	return NULL;
}

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
		|| c == '_';
}

/* The text with every $NAME replaced; NULL after an error. */
static const char *substitute(struct writer *w, const struct scope *s, const struct node *at)
{
	struct str text = { 0 };
	const char *c = at->text;
	while (*c) {
		if (*c != '$') {
			str_add_bytes(&text, c++, 1);
			continue;
		}
		size_t length = 0;
		while (is_name_byte(c[1 + length]))
			length++;
		const char *value = length ? value_of(s, c + 1, length) : NULL;
		if (!value) {
			node_error(w->d, at,
				"'$%.*s' has no value here: a template's parameters, $name and, in "
				"a "
				"repetition, $i have one",
				(int)length, c + 1);
			str_free(&text);
			fail(w);
			return NULL;
		}
		str_add(&text, value);
		c += 1 + length;
	}
	const char *kept = arena_text(w->arena, text.s ? text.s : "", text.length);
	str_free(&text);
	return kept;
}

/* ---- copies ---- */

static struct node *copy(struct writer *w, const struct scope *s, const struct node *n)
{
	struct node *to = arena_zero(w->arena, sizeof(*to)), **end = &to->first;
	*to = *n;
	to->next = to->first = NULL;
	if (n->kind == NODE_SCALAR && strchr(n->text, '$'))
		to->text = substitute(w, s, n);
	if (!to->text && n->kind == NODE_SCALAR)
		to->text = "";
	for (const struct node *child = n->first; child; child = child->next) {
		*end = copy(w, s, child);
		end = &(*end)->next;
	}
	return to;
}

static void rename_text(struct writer *w, struct node *n, const char *name)
{
	n->text = arena_text(w->arena, name, strlen(name));
}

/* Names and references of a copied layer as they are outside of all scopes. */
static void rename_layer(struct writer *w, const struct scope *s, struct node *inside)
{
	char name[NAME_BYTES];
	for (struct node *n = inside->first; n; n = n->next) {
		const bool list = strcmp(n->key, "with") == 0 && n->kind == NODE_LIST;
		if (n->kind == NODE_SCALAR && strcmp(n->key, "name") == 0) {
			wrap(s, n->text, name);
			rename_text(w, n, name);
		} else if (n->kind == NODE_SCALAR
			&& (strcmp(n->key, "input") == 0 || strcmp(n->key, "with") == 0)) {
			resolve(s, n->text, name);
			rename_text(w, n, name);
		}
		for (struct node *item = list ? n->first : NULL; item; item = item->next)
			if (item->kind == NODE_SCALAR) {
				resolve(s, item->text, name);
				rename_text(w, item, name);
			}
	}
}

static int emit(struct writer *w, const struct node *layer)
{
	if (w->out->count == w->most) {
		node_error(w->d, layer, "too many layers: at most %zu are possible", w->most);
		return fail(w);
	}
	if (w->out->count == w->capacity) {
		const size_t capacity = w->capacity ? 2 * w->capacity : 32;
		const struct node **nodes = arena_zero(w->arena, capacity * sizeof(*nodes));
		if (w->out->count)
			memcpy(nodes, w->out->nodes, w->out->count * sizeof(*nodes));
		w->out->nodes = nodes;
		w->capacity = capacity;
	}
	w->out->nodes[w->out->count++] = layer;
	return 0;
}

/* ---- scopes ---- */

/* Does any reference in the list mean `input`? */
static bool mentions_input(const struct node *n)
{
	const bool key = n->key && (strcmp(n->key, "input") == 0 || strcmp(n->key, "with") == 0);
	if (n->kind == NODE_SCALAR)
		return strcmp(n->text, "input") == 0 && (key || !n->key);
	for (const struct node *child = n->first; child; child = child->next)
		if (mentions_input(child))
			return true;
	return false;
}

/* The layer before a scope that mentions its input needs a name. */
static int name_input(struct writer *w, const struct scope *parent, struct scope *s, const char *as)
{
	if (w->out->count == 0 || !mentions_input(s->list)) {
		snprintf(s->input, sizeof(s->input), "%s", parent->input);
		return 0;
	}
	const struct node *before = w->out->nodes[w->out->count - 1];
	const char *name = member(before, "name");
	if (!name && before->first && before->first->kind == NODE_MAP) {
		struct node *layer = copy(w, parent, before), *n = arena_zero(w->arena, sizeof(*n));
		char text[NAME_BYTES];
		snprintf(text, sizeof(text), "%.20s-in", as);
		*n = (struct node){ .kind = NODE_SCALAR,
			.line = before->line,
			.column = before->column,
			.source = before->source,
			.key = "name",
			.key_line = before->line,
			.key_column = before->column,
			.text = arena_text(w->arena, text, strlen(text)),
			.next = layer->first->first };
		layer->first->first = n;
		layer->first->count++;
		w->out->nodes[w->out->count - 1] = layer;
		name = n->text;
	}
	snprintf(s->input, sizeof(s->input), "%s", name ? name : "input");
	return 0;
}

static int write_list(struct writer *w, const struct scope *s);

static bool only_keys(struct writer *w, const struct node *map, const char *const *keys,
	size_t count, const char *where)
{
	bool good = true;
	for (const struct node *n = map->first; n; n = n->next) {
		bool known = false;
		for (size_t i = 0; i < count; i++)
			known = known || strcmp(keys[i], n->key) == 0;
		if (!known)
			unknown_key(w->d, n, where, keys, count);
		good = good && known;
	}
	return good;
}

static int write_repeat(struct writer *w, const struct scope *parent, const struct node *inside)
{
	static const char *const keys[] = { "times", "layers" };
	if (inside->kind != NODE_MAP || !node_get(inside, "times") || !node_get(inside, "layers")
		|| node_get(inside, "layers")->kind != NODE_LIST) {
		node_key_error(w->d, inside,
			"a repetition is {repeat: {times: 3, layers: [...]}}: times and a list of "
			"layers are needed");
		return fail(w);
	}
	if (!only_keys(w, inside, keys, 2, "in a repetition"))
		return fail(w);
	const struct node *times = copy(w, parent, node_get(inside, "times"));
	double count;
	if (times->kind != NODE_SCALAR || !number_parse(times->text, &count) || count < 0
		|| count > (double)w->most || count != (double)(long)count) {
		node_error(w->d, times, "times = %.40s: not a whole number from 0 to %zu",
			times->kind == NODE_SCALAR ? times->text : node_kind_name(times), w->most);
		return fail(w);
	}
	for (long i = 1; i <= (long)count; i++) {
		struct scope s = { .parent = parent,
			.list = node_get(inside, "layers"),
			.depth = parent->depth + 1 };
		char as[NAME_BYTES];
		snprintf(s.number, sizeof(s.number), "%ld", i);
		snprintf(s.behind, sizeof(s.behind), "-%ld", i);
		snprintf(as, sizeof(as), "%s", s.number);
		char wrapped[NAME_BYTES];
		wrap(parent, as, wrapped);
		if (name_input(w, parent, &s, wrapped) || write_list(w, &s))
			return -1;
	}
	return 0;
}

/* Names of a template's parameters: a list, or a map with defaults. */
static bool has_parameter(const struct node *parameters, const char *name)
{
	if (!parameters)
		return false;
	for (const struct node *n = parameters->first; n; n = n->next)
		if (strcmp(parameters->kind == NODE_MAP      ? n->key
				    : n->kind == NODE_SCALAR ? n->text
							     : "",
			    name)
			== 0)
			return true;
	return false;
}

static int check_use(struct writer *w, const struct node *template, const struct node *use)
{
	const struct node *parameters = node_get(template, "parameters");
	const char *names[32] = { "name" };
	size_t count = 1;
	for (const struct node *n = parameters ? parameters->first : NULL; n && count < 32;
		n = n->next) {
		const char *name = parameters->kind == NODE_MAP ? n->key
			: n->kind == NODE_SCALAR                ? n->text
								: "";
		const bool given = node_get(use, name)
			|| (parameters->kind == NODE_MAP && n->kind == NODE_SCALAR && *n->text);
		names[count++] = name;
		if (!given) {
			node_key_error(w->d, use, "'%.40s' is missing for this template", name);
			return fail(w);
		}
	}
	for (const struct node *n = use->first; n; n = n->next)
		if (strcmp(n->key, "name") != 0 && !has_parameter(parameters, n->key)) {
			unknown_key(w->d, n, "for this template", names, count);
			return fail(w);
		}
	return 0;
}

static int write_template(struct writer *w, const struct scope *parent, const struct node *template,
	const struct node *inside)
{
	static const char *const keys[] = { "parameters", "layers" };
	const struct node *layers =
		template->kind == NODE_MAP ? node_get(template, "layers") : NULL;
	if (!layers || layers->kind != NODE_LIST) {
		node_key_error(w->d, template,
			"a template is {parameters: [filters], layers: [...]}: a list of layers is "
			"needed");
		return fail(w);
	}
	if (!only_keys(w, template, keys, 2, "in a template"))
		return fail(w);
	if (inside->kind != NODE_MAP || !node_get(inside, "name")
		|| node_get(inside, "name")->kind != NODE_SCALAR) {
		node_key_error(w->d, inside,
			"the use of a template needs a name: {%s: {name: a, ...}}", inside->key);
		return fail(w);
	}
	const struct node *use = copy(w, parent, inside);
	if (check_use(w, template, use))
		return -1;
	struct scope s = { .parent = parent,
		.list = layers,
		.values = use,
		.defaults = node_get(template, "parameters"),
		.depth = parent->depth + 1 };
	snprintf(s.before, sizeof(s.before), "%.30s-", node_get(use, "name")->text);
	char as[NAME_BYTES];
	wrap(parent, node_get(use, "name")->text, as);
	return name_input(w, parent, &s, as) || write_list(w, &s) ? -1 : 0;
}

static int write_item(struct writer *w, const struct scope *s, const struct node *n)
{
	const struct node *inside = n->kind == NODE_MAP && n->count == 1 ? n->first : NULL;
	const struct node *template =
		inside && w->templates ? node_get(w->templates, inside->key) : NULL;
	if (s->depth > DEPTH_MAX) {
		node_error(w->d, n,
			"repetitions and templates are nested too deeply (more than %d)",
			DEPTH_MAX);
		return fail(w);
	}
	if (inside && strcmp(inside->key, "repeat") == 0)
		return write_repeat(w, s, inside);
	if (template)
		return write_template(w, s, template, inside);
	if (!s->parent)
		return emit(w, n);
	struct node *layer = copy(w, s, n);
	if (layer->kind == NODE_MAP && layer->first && layer->first->kind == NODE_MAP)
		rename_layer(w, s, layer->first);
	return w->failed ? -1 : emit(w, layer);
}

static int write_list(struct writer *w, const struct scope *s)
{
	for (const struct node *n = s->list->first; n; n = n->next)
		if (write_item(w, s, n))
			return -1;
	return 0;
}

int layer_lists_write_out(const struct node *list, const struct node *templates, size_t most,
	struct arena *a, struct diagnostics *d, struct layer_nodes *out)
{
	struct writer w = { .templates = templates, .most = most, .arena = a, .d = d, .out = out };
	const struct scope outside = { .list = list, .input = "input" };
	*out = (struct layer_nodes){ 0 };
	return write_list(&w, &outside);
}

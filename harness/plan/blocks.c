/* blocks.c - axes, zips, lists of trials, ablations, conditions and rules from their nodes. */
#include "blocks.h"

#include <stdio.h>
#include <string.h>

#include "assign.h"
#include "language.h"
#include "random.h"
#include "trial_table.h"

static bool is_empty(const struct node *n)
{
	return n->kind == NODE_SCALAR && !*n->text;
}

/* ---- conditions ---- */

static int read_text_of(
	struct study *s, const struct target *target, const struct node *value, const char **text)
{
	if (target->kind == TARGET_LABEL) {
		*text = node_text(value, target->path, s->diagnostics);
		return *text ? 0 : -1;
	}
	struct setting setting;
	if (setting_read(s, target, value, &setting))
		return -1;
	*text = setting.text;
	return 0;
}

static int read_term(struct study *s, const struct node *n, struct condition_term *out)
{
	out->target =
		strcmp(n->key, "ablation") == 0 ? target_ablation(s) : target_find(s, n->key, n);
	if (!out->target)
		return -1;
	/* A list is a choice of values, unless the parameter itself is a list: then it is a list of
	 * lists. */
	const bool lists = out->target->param && param_is_list(out->target->param);
	const bool choice =
		n->kind == NODE_LIST && (!lists || (n->first && n->first->kind == NODE_LIST));
	out->texts = arena_zero(s->arena, (choice ? n->count : 1) * sizeof(char *));
	int result = 0;
	for (const struct node *value = choice ? n->first : n; value;
		value = choice ? value->next : NULL) {
		const char *text;
		if (read_text_of(s, out->target, value, &text))
			result = -1;
		else
			out->texts[out->count++] = text;
	}
	return result;
}

static int read_condition(struct study *s, const struct node *map, struct condition *out)
{
	if (map->kind != NODE_MAP || map->count == 0) {
		node_error(s->diagnostics, map,
			"a map such as {dataset: cifar10, recipe: [single, scratch]} is needed "
			"here");
		return -1;
	}
	struct condition_term *terms = arena_zero(s->arena, map->count * sizeof(*terms));
	int result = 0;
	for (const struct node *n = map->first; n; n = n->next)
		result |= read_term(s, n, &terms[out->count++]);
	out->terms = terms;
	return result;
}

/* ---- dimensions ---- */

static void add_dimension(struct study *s, struct block *b, const struct dimension *d)
{
	if (d->count == 0)
		return;
	for (int i = 0; d->path && i < b->dimension_count; i++)
		if (b->dimensions[i]->path && strcmp(b->dimensions[i]->path, d->path) == 0) {
			b->dimensions[i] = d;
			return;
		}
	if (b->dimension_count == DIMENSIONS_MAX) {
		node_key_error(s->diagnostics, d->node, "too many axes in one block (at most %d)",
			DIMENSIONS_MAX);
		return;
	}
	b->dimensions[b->dimension_count++] = d;
}

static const struct condition *read_when(struct study *s, const struct node *n)
{
	struct condition *when = arena_zero(s->arena, sizeof(*when));
	return read_condition(s, n, when) == 0 ? when : NULL;
}

/* The values of an axis; an axis with a condition is a map {values: [...], when: {...}}. */
static const struct node *axis_values(struct study *s, const struct node *axis, struct dimension *d)
{
	if (axis->kind != NODE_MAP)
		return axis;
	const struct node *values = node_get(axis, "values"), *when = node_get(axis, "when");
	language_check_keys(PLACE_AXIS, axis, s->diagnostics);
	if (when)
		d->when = read_when(s, when);
	if (!values)
		node_error(s->diagnostics, axis,
			"an axis is a list of values, or a map with values and when");
	return values;
}

/* Two equal values would be two equal trials. */
static void check_repeats(struct study *s, const struct setting *settings, size_t count)
{
	struct index seen = { 0 };
	for (size_t i = 0; i < count; i++) {
		if (index_find(&seen, settings[i].text, strlen(settings[i].text)) != SIZE_MAX)
			node_error(s->diagnostics, settings[i].node,
				"%s = %s is already in this list", settings[i].target->path,
				settings[i].text);
		else
			index_add(&seen, settings[i].text, strlen(settings[i].text));
	}
	index_free(&seen);
}

static void read_axis(struct study *s, const struct node *axis, struct block *b)
{
	const struct target *target = target_find(s, axis->key, axis);
	struct dimension *d = arena_zero(s->arena, sizeof(*d));
	const struct node *values = axis_values(s, axis, d);
	if (!target || !values)
		return;
	if (values->kind == NODE_MAP || (values->kind == NODE_LIST && values->count == 0)
		|| is_empty(values)) {
		node_error(s->diagnostics, values,
			"axis '%s': a list of at least one value is needed here", axis->key);
		return;
	}
	const bool list = values->kind == NODE_LIST;
	const size_t count = list ? values->count : 1;
	struct setting *settings = arena_zero(s->arena, count * sizeof(*settings));
	struct row *rows = arena_zero(s->arena, count * sizeof(*rows));
	size_t used = 0;
	for (const struct node *n = list ? values->first : values; n; n = list ? n->next : NULL) {
		if (setting_read(s, target, n, &settings[used]))
			continue;
		settings[used].named = axis;
		rows[used] = (struct row){ &settings[used], 1 };
		used++;
	}
	check_repeats(s, settings, used);
	d->path = target->path;
	d->node = axis;
	d->rows = rows;
	d->count = used;
	add_dimension(s, b, d);
}

static void read_axes(struct study *s, const struct node *map, struct block *b)
{
	if (map->kind != NODE_MAP) {
		if (!is_empty(map))
			node_error(s->diagnostics, map,
				"axes: a map such as {dataset: [mnist, cifar10]} is needed here, "
				"not %s",
				node_kind_name(map));
		return;
	}
	for (const struct node *n = map->first; n; n = n->next)
		read_axis(s, n, b);
}

/* The columns of a zip have one length. */
static int zip_length(struct study *s, const struct node *map, size_t *length)
{
	const struct node *first = NULL;
	int result = 0;
	for (const struct node *n = map->first; n; n = n->next) {
		if (strcmp(n->key, "when") == 0)
			continue;
		if (n->kind != NODE_LIST || n->count == 0) {
			node_error(
				s->diagnostics, n, "zip: '%.60s' needs a list of values", n->key);
			result = -1;
		} else if (!first) {
			first = n;
		} else if (n->count != first->count) {
			node_key_error(s->diagnostics, n,
				"zip: '%.60s' has %zu value%s but '%.60s' (line %d) has %zu",
				n->key, n->count, n->count == 1 ? "" : "s", first->key,
				first->key_line, first->count);
			result = -1;
		}
	}
	*length = first ? first->count : 0;
	return first ? result : -1;
}

static void read_zip(struct study *s, const struct node *map, struct block *b)
{
	if (map->kind != NODE_MAP || map->count == 0) {
		node_error(s->diagnostics, map,
			"zip: a map of lists of one length is needed here, such as "
			"{dataset: [mnist, cifar10], batch_size: [32, 64]}");
		return;
	}
	struct dimension *d = arena_zero(s->arena, sizeof(*d));
	if (zip_length(s, map, &d->count))
		return;
	struct row *rows = arena_zero(s->arena, d->count * sizeof(*rows));
	struct setting *settings = arena_zero(s->arena, d->count * map->count * sizeof(*settings));
	for (size_t i = 0; i < d->count; i++)
		rows[i].settings = &settings[i * map->count];
	for (const struct node *n = map->first; n; n = n->next) {
		if (strcmp(n->key, "when") == 0) {
			d->when = read_when(s, n);
			continue;
		}
		const struct target *target = target_find(s, n->key, n);
		size_t i = 0;
		for (const struct node *value = n->first; target && value;
			value = value->next, i++) {
			struct setting *setting = &settings[i * map->count + (size_t)rows[i].count];
			rows[i].count += setting_read(s, target, value, setting) == 0;
			setting->named = n;
		}
	}
	d->node = map;
	d->rows = rows;
	add_dimension(s, b, d);
}

static void read_zips(struct study *s, const struct node *n, struct block *b)
{
	if (n->kind != NODE_LIST) {
		read_zip(s, n, b);
		return;
	}
	for (const struct node *map = n->first; map; map = map->next)
		read_zip(s, map, b);
}

/* trials: [{...}, ...], or the name of a CSV file. */
static void read_trials(struct study *s, const struct node *list, struct block *b)
{
	if (list->kind == NODE_SCALAR && *list->text) {
		const struct dimension *table = trial_table_dimension(s, list);
		if (table)
			add_dimension(s, b, table);
		return;
	}
	if (list->kind != NODE_LIST || list->count == 0) {
		node_error(s->diagnostics, list,
			"trials: a list of maps such as [{dataset: mnist, batch_size: 64}], or the "
			"name of a CSV file, "
			"is needed here");
		return;
	}
	struct dimension *d = arena_zero(s->arena, sizeof(*d));
	struct row *rows = arena_zero(s->arena, list->count * sizeof(*rows));
	for (const struct node *n = list->first; n; n = n->next, d->count++)
		settings_read(s, n, &rows[d->count].settings, &rows[d->count].count);
	d->node = list;
	d->rows = rows;
	add_dimension(s, b, d);
}

static void read_random(struct study *s, const struct node *map, struct block *b)
{
	const struct dimension *drawn = random_dimension(s, map);
	if (drawn)
		add_dimension(s, b, drawn);
}

/* One row that changes nothing, called base, and one row a change. */
static void read_ablate(struct study *s, const struct node *map, struct block *b)
{
	if (map->kind != NODE_MAP || map->count == 0) {
		node_error(s->diagnostics, map,
			"ablate: a map of changes is needed here, such as {no-zoom: {augment.zoom: "
			"0}}");
		return;
	}
	const struct target *label = target_ablation(s);
	struct dimension *d = arena_zero(s->arena, sizeof(*d));
	struct row *rows = arena_zero(s->arena, (map->count + 1) * sizeof(*rows));
	struct setting *base = arena_zero(s->arena, sizeof(*base));
	*base = (struct setting){ .target = label, .node = map, .text = "base" };
	rows[d->count++] = (struct row){ base, 1 };
	for (const struct node *n = map->first; n; n = n->next) {
		if (!name_is_good(n->key, sizeof(((struct label *)0)->value))
			|| strcmp(n->key, "base") == 0) {
			node_key_error(s->diagnostics, n,
				"'%.60s' cannot be the name of a change (letters, digits and - _ + "
				".; base is the "
				"unchanged one)",
				n->key);
			continue;
		}
		const struct setting *changes;
		int count;
		settings_read(s, n, &changes, &count);
		struct setting *all = arena_zero(s->arena, (size_t)(count + 1) * sizeof(*all));
		if (count)
			memcpy(all, changes, (size_t)count * sizeof(*all));
		all[count] = (struct setting){ .target = label, .node = n, .text = n->key };
		rows[d->count++] = (struct row){ all, count + 1 };
	}
	d->node = map;
	d->rows = rows;
	b->ablates = true;
	add_dimension(s, b, d);
}

/* ---- rules ---- */

static void read_exclude(struct study *s, const struct node *list, struct block *b)
{
	if (list->kind != NODE_LIST) {
		if (!is_empty(list))
			node_error(s->diagnostics, list,
				"exclude: a list of maps is needed here, such as [{dataset: "
				"cifar10, recipe: single}]");
		return;
	}
	for (const struct node *n = list->first; n; n = n->next) {
		if (b->rule_count == RULES_MAX) {
			node_error(s->diagnostics, n, "too many rules (at most %d)", RULES_MAX);
			return;
		}
		struct rule *rule = arena_zero(s->arena, sizeof(*rule));
		rule->node = n;
		if (read_condition(s, n, &rule->condition) == 0)
			b->rules[b->rule_count++] = rule;
	}
}

/* ---- a block ---- */

/* The outer settings, then the block's own: later ones win. */
static void read_base(struct study *s, const struct node *map, struct block *b)
{
	const struct setting *own;
	int count;
	settings_read(s, map, &own, &count);
	struct setting *all = arena_zero(s->arena, (size_t)(b->base_count + count) * sizeof(*all));
	if (b->base_count)
		memcpy(all, b->base, (size_t)b->base_count * sizeof(*all));
	if (count)
		memcpy(all + b->base_count, own, (size_t)count * sizeof(*all));
	b->base = all;
	b->base_count += count;
}

void block_read(
	struct study *s, const struct node *map, const struct block *outer, struct block *out)
{
	static const struct {
		const char *key;
		void (*read)(struct study *s, const struct node *n, struct block *b);
	} parts[] = { { "base", read_base }, { "axes", read_axes }, { "zip", read_zips },
		{ "trials", read_trials }, { "random", read_random }, { "ablate", read_ablate },
		{ "exclude", read_exclude } };
	*out = outer ? *outer : (struct block){ 0 };
	out->node = map;
	if (outer)
		language_check_keys(PLACE_BLOCK, map, s->diagnostics);
	for (const struct node *n = map->first; n; n = n->next)
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (strcmp(n->key, parts[i].key) == 0)
				parts[i].read(s, n, out);
}

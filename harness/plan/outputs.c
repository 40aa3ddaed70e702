/* outputs.c - claims, tables and figures from their nodes. What a metric is and how it is computed
 * is not known here. */
#include "outputs.h"

#include <stdio.h>
#include <string.h>

#include "assign.h"

enum { OUTPUTS_MAX_LIST = 200, NAMES_MAX = 260 };

/* ---- labels ---- */

static const struct sweep_axis *find_axis(const struct sweep *sweep, const char *name)
{
	for (size_t i = 0; i < sweep->axis_count; i++)
		if (strcmp(sweep->axes[i].name, name) == 0)
			return &sweep->axes[i];
	return NULL;
}

/* Labels can only be checked against trials that are as the file says. */
static bool can_check(const struct study *s, const struct sweep *sweep)
{
	return sweep->trial_count > 0 && !(s->options && s->options->set_count) && s->plan_is_good;
}

static void check_label(
	struct study *s, const struct sweep *sweep, const char *name, const struct node *at)
{
	if (!can_check(s, sweep) || find_axis(sweep, name))
		return;
	const char *names[NAMES_MAX];
	struct str list = { 0 };
	size_t count = 0;
	for (; count < sweep->axis_count && count < NAMES_MAX; count++) {
		names[count] = sweep->axes[count].name;
		str_addf(&list, "%s%s", count ? ", " : "", names[count]);
	}
	const char *near = str_nearest(name, names, count);
	char message[500];
	snprintf(message, sizeof(message), "no trial has a label '%.60s'%s%s%s (labels: %.200s)",
		name, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "", list.s);
	if (at->key)
		node_key_error(s->diagnostics, at, "%s", message);
	else
		node_error(s->diagnostics, at, "%s", message);
	str_free(&list);
}

static void check_label_value(
	struct study *s, const struct sweep *sweep, const struct label *l, const struct node *at)
{
	const struct sweep_axis *axis = find_axis(sweep, l->name);
	if (!can_check(s, sweep) || !axis)
		return;
	const char *names[NAMES_MAX];
	for (size_t i = 0; i < axis->value_count; i++) {
		if (strcmp(axis->values[i].text, l->value) == 0)
			return;
		if (i < NAMES_MAX)
			names[i] = axis->values[i].text;
	}
	const char *near = str_nearest(
		l->value, names, axis->value_count < NAMES_MAX ? axis->value_count : NAMES_MAX);
	node_error(s->diagnostics, at, "no trial has %s = %s%s%s%s", l->name, l->value,
		near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

/* ---- metrics, kinds of figures, phases ---- */

/* Ask whoever knows. */
static void check_word(struct study *s, const char *word, const struct node *at,
	int (*check)(const char *word, struct err *e))
{
	struct err e = { 0 };
	if (word[0] && check && check(word, &e))
		node_error(s->diagnostics, at, "%s", e.text);
}

static bool has_phase(const struct trial *t, const char *name)
{
	for (int i = 0; i < t->phase_count; i++)
		if (strcmp(t->phases[i].name, name) == 0)
			return true;
	return false;
}

/* A phase that no trial has would give an empty column after hours of training. */
static void check_phase(
	struct study *s, const struct sweep *sweep, const char *name, const struct node *at)
{
	const char *names[NAMES_MAX];
	size_t count = 0;
	const struct phase_config *seen = NULL;
	if (!name[0] || !can_check(s, sweep))
		return;
	for (size_t i = 0; i < sweep->trial_count; i++) {
		const struct trial *t = &sweep->trials[i];
		if (t->phases != seen && has_phase(t, name))
			return;
		for (int p = 0; t->phases != seen && p < t->phase_count && count < NAMES_MAX; p++)
			names[count++] = t->phases[p].name;
		seen = t->phases;
	}
	const char *near = str_nearest(name, names, count);
	node_error(s->diagnostics, at, "no trial has a phase '%s'%s%s%s", name,
		near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

/* ---- single keys ---- */

static void read_text(struct study *s, const struct node *n, char *out, size_t size)
{
	const char *text = node_text(n, n->key, s->diagnostics);
	if (!text)
		return;
	if (strlen(text) >= size)
		node_error(s->diagnostics, n, "%s: too long (at most %zu bytes)", n->key, size - 1);
	else
		memcpy(out, text, strlen(text) + 1);
}

/* A name from which a file name, a column or an anchor is made. */
static void read_name(
	struct study *s, const struct node *n, const char *what, char *out, size_t size)
{
	const char *text = node_text(n, what, s->diagnostics);
	if (!text)
		return;
	if (!name_is_good(text, size))
		node_error(s->diagnostics, n,
			"%s = %.60s: not a name (letters, digits and - _ + ., at most %zu)", what,
			text, size - 1);
	else
		memcpy(out, text, strlen(text) + 1);
}

static void check_metric(
	struct study *s, const struct sweep *sweep, const char *name, const struct node *at)
{
	struct err e = { 0 };
	if (name[0] && s->options && s->options->metric && s->options->metric(sweep, name, &e))
		node_error(s->diagnostics, at, "%s", e.text);
}

static void read_metric(
	struct study *s, const struct node *n, const struct sweep *sweep, char *out, size_t size)
{
	read_name(s, n, n->key, out, size);
	check_metric(s, sweep, out, n);
}

static void read_kind(struct study *s, const struct node *n, char *out, size_t size)
{
	read_name(s, n, n->key, out, size);
	check_word(s, out, n, s->options ? s->options->figure : NULL);
}

static void read_phase(
	struct study *s, const struct node *n, const struct sweep *sweep, char *out, size_t size)
{
	read_name(s, n, n->key, out, size);
	check_phase(s, sweep, out, n);
}

static bool read_number(struct study *s, const struct node *n, double min, double max, double *out)
{
	const char *text = node_text(n, n->key, s->diagnostics);
	if (!text)
		return false;
	if (!number_parse(text, out)) {
		node_error(s->diagnostics, n, "%s = %.60s: not a number", n->key, text);
		return false;
	}
	if (*out < min || *out > max) {
		node_error(s->diagnostics, n, "%s = %.60s: out of range (%g to %g)", n->key, text,
			min, max);
		return false;
	}
	return true;
}

static void read_where(
	struct study *s, const struct node *map, const struct sweep *sweep, struct where *out)
{
	if (map->kind != NODE_MAP) {
		node_error(s->diagnostics, map,
			"%s: a map such as {dataset: mnist, recipe: scratch} is needed here, not "
			"%s",
			map->key ? map->key : "where", node_kind_name(map));
		return;
	}
	for (const struct node *n = map->first; n; n = n->next) {
		if (out->count == SWEEP_WHERE_MAX) {
			node_key_error(s->diagnostics, n, "too many conditions (at most %d)",
				SWEEP_WHERE_MAX);
			return;
		}
		struct label *l = &out->is[out->count];
		const struct target *target =
			target_exists(s, n->key) ? target_find(s, n->key, n) : NULL;
		struct setting setting = { .text = NULL };
		if (target && setting_read(s, target, n, &setting))
			continue;
		const char *text = target ? setting.text : node_text(n, n->key, s->diagnostics);
		if (!text)
			continue;
		if (strlen(n->key) >= sizeof(l->name) || strlen(text) >= sizeof(l->value)) {
			node_key_error(s->diagnostics, n, "no trial has such a label");
			continue;
		}
		snprintf(l->name, sizeof(l->name), "%s", n->key);
		snprintf(l->value, sizeof(l->value), "%s", text);
		out->count++;
		check_label(s, sweep, l->name, n);
		check_label_value(s, sweep, l, n);
	}
}

/* ---- claims ---- */

static void read_compare(struct study *s, const struct node *n, bool with_number, struct claim *out)
{
	static const struct {
		const char *name;
		int compare;
		bool with_number;
	} words[] = { { "at_most", -1, true }, { "equal", 0, true }, { "at_least", 1, true },
		{ "lower", -1, false }, { "higher", 1, false } };
	const char *text = node_text(n, "compare", s->diagnostics);
	for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i].name) == 0 && words[i].with_number == with_number) {
			out->compare = words[i].compare;
			return;
		}
	if (text)
		node_error(s->diagnostics, n, "compare = %.40s: unknown (one of %s)", text,
			with_number ? "equal, at_most, at_least; higher and lower need 'than'"
				    : "higher, lower: this claim has 'than'");
}

static void read_unit(struct study *s, const struct node *n, struct claim *out)
{
	static const struct {
		const char *name;
		double scale;
	} units[] = { { "bytes", 1 }, { "KB", 1.0 / 1024 }, { "MB", 1.0 / 1048576 },
		{ "percent", 100 }, { "ms", 1e3 } };
	const char *text = node_text(n, "unit", s->diagnostics);
	for (size_t i = 0; text && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(text, units[i].name) == 0) {
			snprintf(out->unit, sizeof(out->unit), "%s", text);
			out->scale = units[i].scale;
			return;
		}
	if (text)
		node_error(s->diagnostics, n,
			"unit = %.40s: unknown (one of bytes, KB, MB, percent, ms; a KB has 1024 "
			"bytes)",
			text);
}

/* Without `than` a claim is a number; with it, which of two configurations has more. */
static void check_claim(struct study *s, const struct node *map, const struct claim *claim)
{
	static const char *const numbers[] = { "paper", "rounds_to", "unit" };
	const struct node *than = node_get(map, "than");
	if (!node_get(map, "id"))
		node_error(s->diagnostics, map, "'id' is missing in this claim");
	if (!node_get(map, "metric"))
		node_error(s->diagnostics, map,
			"'metric' is missing in this claim (test_accuracy, params, weight_bytes "
			"...)");
	if (!than && !node_get(map, "paper"))
		node_error(s->diagnostics, map,
			"'paper' is missing in this claim: the number that the paper prints (or "
			"'than': whom it beats)");
	if (!than)
		return;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (node_get(map, numbers[i]))
			node_error(s->diagnostics, node_get(map, numbers[i]),
				"%s: a claim has 'than' or a number, not both", numbers[i]);
	if (!node_get(map, "compare"))
		node_error(s->diagnostics, map,
			"'compare' is missing in this claim with 'than': higher or lower");
	if (than->kind == NODE_MAP && !than->first)
		node_error(s->diagnostics, than,
			"than: a map such as {recipe: scratch} is needed here");
	if (claim->where.count + claim->than.count > SWEEP_WHERE_MAX)
		node_error(s->diagnostics, than,
			"too many conditions (at most %d in 'where' and 'than' together)",
			SWEEP_WHERE_MAX);
}

static void read_claim(struct study *s, const struct node *map, struct sweep *sweep, void *slot)
{
	static const char *const keys[] = { "id", "title", "where", "than", "phase", "metric",
		"paper", "rounds_to", "compare", "unit" };
	struct claim *out = slot;
	*out = (struct claim){ .rounds_to = -1, .scale = 1, .line = map->line };
	for (const struct node *n = map->first; n; n = n->next) {
		double number;
		if (strcmp(n->key, "id") == 0)
			read_name(s, n, n->key, out->id, sizeof(out->id));
		else if (strcmp(n->key, "title") == 0)
			read_text(s, n, out->title, sizeof(out->title));
		else if (strcmp(n->key, "where") == 0)
			read_where(s, n, sweep, &out->where);
		else if (strcmp(n->key, "than") == 0)
			read_where(s, n, sweep, &out->than);
		else if (strcmp(n->key, "phase") == 0)
			read_phase(s, n, sweep, out->phase, sizeof(out->phase));
		else if (strcmp(n->key, "metric") == 0)
			read_metric(s, n, sweep, out->metric, sizeof(out->metric));
		else if (strcmp(n->key, "paper") == 0)
			read_number(s, n, -1e15, 1e15, &out->paper);
		else if (strcmp(n->key, "rounds_to") == 0 && read_number(s, n, 0, 9, &number))
			out->rounds_to = (int)number;
		else if (strcmp(n->key, "compare") == 0)
			read_compare(s, n, !node_get(map, "than"), out);
		else if (strcmp(n->key, "unit") == 0)
			read_unit(s, n, out);
		else if (strcmp(n->key, "rounds_to") != 0)
			unknown_key(s->diagnostics, n, "in a claim", keys,
				sizeof(keys) / sizeof(keys[0]));
	}
	if (s->program) {
		const struct program_metric *m = program_metric(s->program, out->metric);
		out->declared = m ? &m->declared : NULL;
	}
	check_claim(s, map, out);
}

/* ---- tables ---- */

/* A list of names (or one name) into an array of char[32]. */
static int read_names(struct study *s, const struct node *n, char (*out)[32], int most)
{
	int count = 0;
	for (const struct node *item = n->kind == NODE_LIST ? n->first : n; item;
		item = n->kind == NODE_LIST ? item->next : NULL) {
		if (count == most) {
			node_error(s->diagnostics, item, "%s: at most %d", n->key, most);
			break;
		}
		read_name(s, item, n->key, out[count], sizeof(out[count]));
		if (out[count][0])
			count++;
	}
	return count;
}

static void read_rows(
	struct study *s, const struct node *n, const struct sweep *sweep, struct table_spec *out)
{
	out->row_count =
		read_names(s, n, out->rows, (int)(sizeof(out->rows) / sizeof(out->rows[0])));
	const struct node *item = n->kind == NODE_LIST ? n->first : n;
	for (int i = 0; i < out->row_count && item; i++, item = item->next)
		check_label(s, sweep, out->rows[i], item);
}

static void read_metrics(
	struct study *s, const struct node *n, const struct sweep *sweep, struct table_spec *out)
{
	out->metric_count = read_names(s, n, out->metrics, SWEEP_COLUMNS_MAX);
	const struct node *item = n->kind == NODE_LIST ? n->first : n;
	for (int i = 0; i < out->metric_count && item; i++, item = item->next)
		check_metric(s, sweep, out->metrics[i], item);
}

static void read_table(struct study *s, const struct node *map, struct sweep *sweep, void *slot)
{
	static const char *const keys[] = { "id", "title", "where", "rows", "metrics", "baseline" };
	struct table_spec *out = slot;
	out->line = map->line;
	for (const struct node *n = map->first; n; n = n->next) {
		if (strcmp(n->key, "id") == 0)
			read_name(s, n, n->key, out->id, sizeof(out->id));
		else if (strcmp(n->key, "title") == 0)
			read_text(s, n, out->title, sizeof(out->title));
		else if (strcmp(n->key, "where") == 0)
			read_where(s, n, sweep, &out->where);
		else if (strcmp(n->key, "rows") == 0)
			read_rows(s, n, sweep, out);
		else if (strcmp(n->key, "metrics") == 0)
			read_metrics(s, n, sweep, out);
		else if (strcmp(n->key, "baseline") == 0)
			read_where(s, n, sweep, &out->baseline);
		else
			unknown_key(s->diagnostics, n, "in a table", keys,
				sizeof(keys) / sizeof(keys[0]));
	}
	if (!node_get(map, "id"))
		node_error(s->diagnostics, map, "'id' is missing in this table");
	if (!node_get(map, "rows"))
		node_error(s->diagnostics, map,
			"'rows' is missing in this table: the labels that make its rows, such as "
			"[dataset, recipe]");
	if (!node_get(map, "metrics"))
		node_error(s->diagnostics, map,
			"'metrics' is missing in this table: its columns, such as [test_accuracy, "
			"params]");
}

/* ---- figures ---- */

static void read_figure(struct study *s, const struct node *map, struct sweep *sweep, void *slot)
{
	static const char *const keys[] = { "id", "title", "kind", "where", "phase", "series",
		"metric", "against" };
	struct figure_spec *out = slot;
	out->line = map->line;
	for (const struct node *n = map->first; n; n = n->next) {
		if (strcmp(n->key, "id") == 0)
			read_name(s, n, n->key, out->id, sizeof(out->id));
		else if (strcmp(n->key, "title") == 0)
			read_text(s, n, out->title, sizeof(out->title));
		else if (strcmp(n->key, "kind") == 0)
			read_kind(s, n, out->kind, sizeof(out->kind));
		else if (strcmp(n->key, "where") == 0)
			read_where(s, n, sweep, &out->where);
		else if (strcmp(n->key, "phase") == 0)
			read_phase(s, n, sweep, out->phase, sizeof(out->phase));
		else if (strcmp(n->key, "metric") == 0)
			read_metric(s, n, sweep, out->metric, sizeof(out->metric));
		else if (strcmp(n->key, "against") == 0)
			read_metric(s, n, sweep, out->against, sizeof(out->against));
		else if (strcmp(n->key, "series") == 0) {
			read_name(s, n, n->key, out->series, sizeof(out->series));
			if (out->series[0])
				check_label(s, sweep, out->series, n);
		} else
			unknown_key(s->diagnostics, n, "in a figure", keys,
				sizeof(keys) / sizeof(keys[0]));
	}
	for (int i = 0; i < 2; i++)
		if (!node_get(map, i ? "kind" : "id"))
			node_error(s->diagnostics, map, "'%s' is missing in this figure",
				i ? "kind" : "id");
	if (!out->series[0])
		snprintf(out->series, sizeof(out->series), "%s",
			!s->program                 ? "recipe"
				: sweep->axis_count ? sweep->axes[0].name
						    : "");
}

/* ---- lists ---- */

/* Read every map of the list into its slot of an array; the id is the first field of each of the
 * structs. */
static size_t read_list(struct study *s, const struct node *list, size_t bytes, struct sweep *sweep,
	void **slots, void (*read_one)(struct study *, const struct node *, struct sweep *, void *))
{
	*slots = NULL;
	if (!list || (list->kind == NODE_SCALAR && !*list->text))
		return 0;
	if (list->kind != NODE_LIST || list->count > OUTPUTS_MAX_LIST) {
		node_error(s->diagnostics, list, "%s: a list of at most %d maps is needed here",
			list->key, OUTPUTS_MAX_LIST);
		return 0;
	}
	char *array = arena_zero(s->arena, list->count * bytes);
	struct index ids = { 0 };
	size_t count = 0;
	for (const struct node *n = list->first; n; n = n->next) {
		if (n->kind != NODE_MAP) {
			node_error(s->diagnostics, n, "%s: a map is needed here, not %s", list->key,
				node_kind_name(n));
			continue;
		}
		const char *id = array + count * bytes;
		read_one(s, n, sweep, array + count++ * bytes);
		if (index_find(&ids, id, strlen(id)) == SIZE_MAX)
			index_add(&ids, id, strlen(id));
		else if (*id)
			node_error(s->diagnostics, node_get(n, "id"),
				"id '%s' is given twice in %s", id, list->key);
	}
	index_free(&ids);
	*slots = array;
	return count;
}

void outputs_read(struct study *s, const struct node *root, struct sweep *out)
{
	void *slots;
	s->plan_is_good = s->diagnostics->count == 0;
	out->claim_count = read_list(
		s, node_get(root, "claims"), sizeof(struct claim), out, &slots, read_claim);
	out->claims = slots;
	out->table_count = read_list(
		s, node_get(root, "tables"), sizeof(struct table_spec), out, &slots, read_table);
	out->tables = slots;
	out->figure_count = read_list(
		s, node_get(root, "figures"), sizeof(struct figure_spec), out, &slots, read_figure);
	out->figures = slots;
}

/* ---- the table of an ablation ---- */

static void add_row_label(struct table_spec *t, const char *name, int most)
{
	for (int i = 0; i < t->row_count; i++)
		if (strcmp(t->rows[i], name) == 0)
			return;
	if (t->row_count < most)
		snprintf(t->rows[t->row_count++], sizeof(t->rows[0]), "%s", name);
}

void outputs_add_ablation(
	struct study *s, const struct block *blocks, int block_count, struct sweep *out)
{
	const struct block *b = NULL;
	for (int i = 0; i < block_count && !b; i++)
		b = blocks[i].ablates ? &blocks[i] : NULL;
	for (size_t i = 0; i < out->table_count; i++)
		if (strcmp(out->tables[i].id, "ablation") == 0)
			b = NULL;
	if (!b)
		return;
	struct table_spec *tables = arena_zero(s->arena, (out->table_count + 1) * sizeof(*tables));
	if (out->table_count)
		memcpy(tables, out->tables, out->table_count * sizeof(*tables));
	struct table_spec *t = &tables[out->table_count++];
	out->tables = tables;
	snprintf(t->id, sizeof(t->id), "ablation");
	snprintf(t->title, sizeof(t->title), "%.120s: one change each",
		out->title[0] ? out->title : out->name);
	if (!s->program)
		add_row_label(t, "dataset", 3);
	for (int i = 0; i < b->dimension_count; i++)
		if (b->dimensions[i]->path)
			add_row_label(t, b->dimensions[i]->path, 3);
	add_row_label(t, "ablation", 4);
	if (s->program) {
		for (int i = 0; i < s->program->metric_count && t->metric_count < 2; i++)
			if (s->program->metrics[i].declared.kind == METRIC_RESULT)
				snprintf(t->metrics[t->metric_count++], sizeof(t->metrics[0]), "%s",
					s->program->metrics[i].declared.name);
	} else {
		t->metric_count = 2;
		snprintf(t->metrics[0], sizeof(t->metrics[0]), "test_accuracy");
		snprintf(t->metrics[1], sizeof(t->metrics[1]), "epochs");
	}
	t->baseline = (struct where){ .is = { { "ablation", "base" } }, .count = 1 };
}

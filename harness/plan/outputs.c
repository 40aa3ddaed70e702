/* outputs.c - claims, tables and figures from their nodes. What a metric is and how it is computed
 * is not known here. */
#include "outputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "language.h"
#include "trial_kind.h"

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
	if (target_exists(s, name))
		snprintf(message, sizeof(message),
			"no trial has a label '%.60s': all have the same value; an axis with one "
			"value makes it a label (axes: {%.60s: [VALUE]})",
			name, name);
	else
		snprintf(message, sizeof(message),
			"no trial has a label '%.60s'%s%s%s (labels: %.200s)", name,
			near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "",
			list.s);
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

/* ---- values, by the type of their key ---- */

static void read_text(struct study *s, const struct key *key, const struct node *n, char *out)
{
	const char *text = node_text(n, key->name, s->diagnostics);
	if (!text)
		return;
	if (strlen(text) >= key->size)
		node_error(s->diagnostics, n, "%s: too long (at most %zu bytes)", key->name,
			key->size - 1);
	else
		memcpy(out, text, strlen(text) + 1);
}

/* A name from which a file name, a column or an anchor is made. Returns whether it is good. */
static bool read_name(struct study *s, const struct key *key, const struct node *n, char *out)
{
	const char *text = node_text(n, key->name, s->diagnostics);
	if (!text)
		return false;
	if (!name_is_good(text, key->size)) {
		node_error(s->diagnostics, n,
			"%s = %.60s: not a name (letters, digits and - _ + ., at most %zu)",
			key->name, text, key->size - 1);
		return false;
	}
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static void read_number(struct study *s, const struct key *key, const struct node *n, void *out)
{
	double number;
	const char *text = node_text(n, key->name, s->diagnostics);
	if (!text)
		return;
	const bool whole = key->type == KEY_WHOLE;
	if (!number_parse(text, &number) || (whole && number != floor(number))) {
		node_error(s->diagnostics, n, "%s = %.60s: not a %snumber", key->name, text,
			whole ? "whole " : "");
	} else if (number < key->min || number > key->max) {
		node_error(s->diagnostics, n, "%s = %.60s: out of range (%g to %g)", key->name,
			text, key->min, key->max);
	} else if (whole) {
		const int value = (int)number;
		memcpy(out, &value, sizeof(value));
	} else {
		memcpy(out, &number, sizeof(number));
	}
}

static void read_flag(struct study *s, const struct key *key, const struct node *n, bool *out)
{
	const char *text = node_text(n, key->name, s->diagnostics);
	if (!text)
		return;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		node_error(s->diagnostics, n, "%s = %.60s: true or false is needed here", key->name,
			text);
	*out = strcmp(text, "true") == 0;
}

static void read_where(struct study *s, const struct key *key, const struct node *map,
	const struct sweep *sweep, struct where *out)
{
	if (map->kind != NODE_MAP) {
		node_error(s->diagnostics, map,
			"%s: a map such as {dataset: mnist, recipe: scratch} is needed here, not "
			"%s",
			key->name, node_kind_name(map));
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

static void check_metric(
	struct study *s, const struct sweep *sweep, const char *name, const struct node *at)
{
	struct err e = { 0 };
	if (s->options && s->options->metric && s->options->metric(sweep, name, &e))
		node_error(s->diagnostics, at, "%s", e.text);
}

/* A name that means something: is there such a thing? */
static void read_known(struct study *s, const struct key *key, const struct node *n,
	const struct sweep *sweep, char *out)
{
	const struct sweep_options *o = s->options;
	if (!read_name(s, key, n, out))
		return;
	switch (key->type) {
	case KEY_LABEL:
	case KEY_LABELS: check_label(s, sweep, out, n); return;
	case KEY_METRIC:
	case KEY_METRICS: check_metric(s, sweep, out, n); return;
	case KEY_FIGURE: check_word(s, out, n, o ? o->figure : NULL); return;
	case KEY_PHASE: check_phase(s, sweep, out, n); return;
	default: return;
	}
}

/* A list of names (or one name) into an array of char[size]. */
static void read_known_list(struct study *s, const struct key *key, const struct node *n,
	const struct sweep *sweep, char *out, int *count)
{
	const bool list = n->kind == NODE_LIST;
	for (const struct node *item = list ? n->first : n; item; item = list ? item->next : NULL) {
		if (*count == (int)key->max) {
			node_error(
				s->diagnostics, item, "%s: at most %d", key->name, (int)key->max);
			return;
		}
		char *slot = out + (size_t)*count * key->size;
		read_known(s, key, item, sweep, slot);
		*count += *slot != '\0';
	}
}

/* One key of a claim, table or figure into its field of the struct at base. */
static void read_value(struct study *s, const struct key *key, const struct node *n,
	const struct sweep *sweep, char *base)
{
	char *field = base + key->offset;
	switch (key->type) {
	case KEY_NAME:
	case KEY_LABEL:
	case KEY_METRIC:
	case KEY_FIGURE:
	case KEY_PHASE: read_known(s, key, n, sweep, field); return;
	case KEY_TEXT: read_text(s, key, n, field); return;
	case KEY_WHOLE:
	case KEY_REAL: read_number(s, key, n, field); return;
	case KEY_WHERE: read_where(s, key, n, sweep, (struct where *)(void *)field); return;
	case KEY_FLAG: read_flag(s, key, n, (bool *)(void *)field); return;
	case KEY_LABELS:
	case KEY_METRICS:
		read_known_list(s, key, n, sweep, field, (int *)(void *)(base + key->count));
		return;
	default: return; /* claims read their words themselves */
	}
}

/* ---- claims, tables and figures ---- */

/* Compare may be higher, lower or equivalent with `than`, and the others without. */
static void read_compare(struct study *s, const struct node *map, struct claim *out)
{
	static const struct {
		const char *name;
		int compare;
		bool with_number;
	} words[] = { { "at_most", -1, true }, { "equal", 0, true }, { "at_least", 1, true },
		{ "lower", -1, false }, { "equivalent", 0, false }, { "higher", 1, false } };
	const struct node *n = node_get(map, "compare");
	const bool with_number = !node_get(map, "than");
	const char *text = n ? node_text(n, "compare", s->diagnostics) : NULL;
	for (size_t i = 0; text && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i].name) == 0 && words[i].with_number == with_number) {
			out->compare = words[i].compare;
			return;
		}
	if (text)
		node_error(s->diagnostics, n, "compare = %.40s: unknown (one of %s)", text,
			with_number ? "equal, at_most, at_least; higher, lower and equivalent need "
				      "'than'"
				    : "higher, lower, equivalent: this claim has 'than'");
}

static void read_unit(struct study *s, const struct node *map, struct claim *out)
{
	static const double scales[] = { 1, 1.0 / 1024, 1.0 / 1048576, 100, 1e3 };
	const struct key *key = language_find(PLACE_CLAIM, "unit");
	const struct node *n = node_get(map, "unit");
	const int found = n ? language_word(key, n, s->diagnostics) : -1;
	if (found < 0)
		return;
	snprintf(out->unit, sizeof(out->unit), "%s", key->words[found]);
	out->scale = scales[found];
}

/* Does the unit of a claim count what the metric of the core counts? */
static bool unit_fits(const struct declared_metric *m, const char *unit)
{
	const struct metric *metric = &m->declared;
	const bool bytes = strstr(metric->name, "_bytes") != NULL,
		   share = metric->unit[0] == '%' || strcmp(metric->unit, "pp") == 0;
	if (strcmp(unit, "percent") == 0)
		return share;
	if (strcmp(unit, "ms") == 0)
		return metric->kind == METRIC_TIME && !bytes;
	return bytes;
}

/* A paper's 89 % is 0.89 here, or 89 with unit: percent. Programs say themselves what they count.
 */
static void check_number(struct study *s, const struct node *map, const struct claim *claim)
{
	const struct declared_metric *m =
		s->program ? NULL : trial_kind_metric(NULL, claim->metric);
	const struct node *paper = node_get(map, "paper"), *unit = node_get(map, "unit");
	if (!m)
		return;
	if (claim->unit[0] && !unit_fits(m, claim->unit))
		node_error(s->diagnostics, unit, "unit = %s: %s is not counted in %s", claim->unit,
			claim->metric, claim->unit);
	else if (paper && m->declared.scale == 100 && !claim->unit[0] && fabs(claim->paper) > 1)
		node_error(s->diagnostics, paper,
			"paper = %g: %s is a fraction, at most 1: write %g, or add unit: percent",
			claim->paper, claim->metric, claim->paper / 100);
}

/* What the paper says of its own runs, and the margin where it is needed. */
static void check_margin(struct study *s, const struct node *map, const struct claim *claim)
{
	const struct node *sd = node_get(map, "paper_sd"), *n = node_get(map, "paper_n"),
			  *compare = node_get(map, "compare");
	if (!sd != !n)
		node_error(s->diagnostics, sd ? sd : n, "paper_sd and paper_n are given together");
	else if (sd && claim->compare != 0)
		node_error(s->diagnostics, sd,
			"paper_sd: not with a bound (compare: at_most, at_least)");
	if (claim->than.count && claim->compare == 0 && compare && !(claim->margin > 0))
		node_error(s->diagnostics, compare,
			"compare = equivalent: a margin above 0 is needed: differences that small "
			"are "
			"equivalent");
	if (!claim->than.count && claim->compare != 0 && node_get(map, "margin"))
		node_error(s->diagnostics, node_get(map, "margin"),
			"margin: not with a bound (compare: at_most, at_least)");
	if (!claim->than.count && node_get(map, "family"))
		node_error(s->diagnostics, node_get(map, "family"),
			"family: only a claim with 'than' is tested");
}

/* What chooses is never the test set. */
static void finish_selection(struct study *s, const struct node *map, struct selection *select)
{
	const struct node *by = node_get(map, "select_by"), *labels = node_get(map, "select");
	const struct declared_metric *m =
		s->program ? program_metric(s->program, select->metric) : NULL;
	if (!labels) {
		if (by)
			node_error(s->diagnostics, by,
				"select_by: only with 'select', the labels whose best values are "
				"taken");
		return;
	}
	if (!by && s->program)
		node_error(s->diagnostics, labels,
			"'select_by' is missing: a metric of the program, of validation data");
	else if (!by)
		snprintf(select->metric, sizeof(select->metric), "val_accuracy");
	else if (m && !m->declared.better)
		node_error(s->diagnostics, by,
			"select_by = %.32s: its declaration has to say what is better: higher or "
			"lower",
			select->metric);
	else if (!s->program && select->metric[0] && strcmp(select->metric, "val_accuracy") != 0
		&& strcmp(select->metric, "val_loss") != 0)
		node_error(s->diagnostics, by,
			"select_by = %.32s: only val_accuracy or val_loss may choose, never the "
			"test images",
			select->metric);
}

/* Without `than` a claim is a number; with it, which of two configurations has more. */
static void finish_claim(
	struct study *s, const struct node *map, const struct sweep *sweep, void *slot)
{
	static const char *const numbers[] = { "paper", "rounds_to", "unit", "paper_sd",
		"paper_n" };
	struct claim *claim = slot;
	const struct node *than = node_get(map, "than");
	(void)sweep;
	if (s->program) {
		const struct declared_metric *m = program_metric(s->program, claim->metric);
		claim->declared = m ? &m->declared : NULL;
	}
	read_compare(s, map, claim);
	read_unit(s, map, claim);
	check_margin(s, map, claim);
	if (!study_is_frozen(s))
		check_number(s, map, claim);
	finish_selection(s, map, &claim->select);
	if (!than && !node_get(map, "paper"))
		node_error(s->diagnostics, map,
			"'paper' is missing in this claim: the number that the paper prints (or "
			"'than': the trials it is compared with)");
	if (!than)
		return;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (node_get(map, numbers[i]))
			node_error(s->diagnostics, node_get(map, numbers[i]),
				"%s: a claim has 'than' or a number, not both", numbers[i]);
	if (!node_get(map, "compare"))
		node_error(s->diagnostics, map,
			"'compare' is missing in this claim with 'than': higher, lower or "
			"equivalent");
	if (than->kind == NODE_MAP && !than->first)
		node_error(s->diagnostics, than,
			"than: a map such as {recipe: scratch} is needed here");
	if (claim->where.count + claim->than.count > SWEEP_WHERE_MAX)
		node_error(s->diagnostics, than,
			"too many conditions (at most %d in 'where' and 'than' together)",
			SWEEP_WHERE_MAX);
}

/* Are all values of the label numbers? */
static bool is_numeric(const struct sweep *sweep, const char *label)
{
	bool any = false;
	for (size_t a = 0; a < sweep->axis_count; a++) {
		const struct sweep_axis *axis = &sweep->axes[a];
		for (size_t i = 0; i < axis->value_count && strcmp(axis->name, label) == 0; i++) {
			char *end;
			strtod(axis->values[i].text, &end);
			if (!axis->values[i].text[0] || *end)
				return false;
			any = true;
		}
	}
	return any;
}

/* A figure without a kind shows the metric by its parameter: a slice of numbers, rows of words. */
static void choose_kind(struct study *s, const struct node *map, const struct sweep *sweep,
	struct figure_spec *figure)
{
	if (!figure->parameter[0]) {
		node_error(s->diagnostics, map,
			"'kind' is needed (retrial help figures), or 'parameter': the label whose "
			"values the metric is drawn by");
		return;
	}
	const bool numbers = is_numeric(sweep, figure->parameter);
	snprintf(figure->kind, sizeof(figure->kind), "%s", numbers ? "slice" : "accuracy");
	if (!numbers)
		snprintf(figure->series, sizeof(figure->series), "%.*s",
			(int)sizeof(figure->series) - 1, figure->parameter);
}

/* Without a wish the lines are the values of recipe; of a program, those of the first axis which
 * the figure is not drawn against. Against a parameter, only one with few values can give lines. */
static const char *usual_series(
	const struct study *s, const struct sweep *sweep, const struct figure_spec *figure)
{
	enum { LINES_MAX = 8 };
	if (!s->program)
		return "recipe";
	const bool heatmap = strcmp(figure->kind, "heatmap") == 0;
	for (size_t i = 0; i < sweep->axis_count; i++) {
		const struct sweep_axis *axis = &sweep->axes[i];
		if (!figure->parameter[0] || heatmap || axis->value_count <= LINES_MAX)
			if (strcmp(axis->name, figure->parameter) != 0)
				return axis->name;
	}
	return "";
}

static void finish_figure(
	struct study *s, const struct node *map, const struct sweep *sweep, void *slot)
{
	struct figure_spec *figure = slot;
	if (!figure->kind[0] && !node_get(map, "kind"))
		choose_kind(s, map, sweep, figure);
	if (!figure->series[0])
		snprintf(figure->series, sizeof(figure->series), "%s",
			usual_series(s, sweep, figure));
}

static void finish_table(
	struct study *s, const struct node *map, const struct sweep *sweep, void *slot)
{
	struct table_spec *table = slot;
	(void)sweep;
	finish_selection(s, map, &table->select);
}

static const struct claim new_claim = { .rounds_to = -1, .scale = 1 };
static const struct table_spec new_table;
static const struct figure_spec new_figure;

/* What the lists are made of. The id is the first field of each of the structs. */
static const struct output {
	const char *key;
	enum place place;
	size_t bytes;
	const void *fresh; /* an entry before anything is read */
	size_t line;       /* offset of the line of the file */
	void (*finish)(
		struct study *s, const struct node *map, const struct sweep *sweep, void *slot);
} outputs[] = {
	{ "claims", PLACE_CLAIM, sizeof(struct claim), &new_claim, offsetof(struct claim, line),
		finish_claim },
	{ "tables", PLACE_TABLE, sizeof(struct table_spec), &new_table,
		offsetof(struct table_spec, line), finish_table },
	{ "figures", PLACE_FIGURE, sizeof(struct figure_spec), &new_figure,
		offsetof(struct figure_spec, line), finish_figure },
};

static void read_entry(struct study *s, const struct output *o, const struct node *map,
	const struct sweep *sweep, void *slot)
{
	memcpy(slot, o->fresh, o->bytes);
	memcpy((char *)slot + o->line, &map->line, sizeof(map->line));
	language_check_keys(o->place, map, s->diagnostics);
	language_check_needed(o->place, map, s->diagnostics);
	for (const struct node *n = map->first; n; n = n->next) {
		const struct key *key = language_find(o->place, n->key);
		if (key)
			read_value(s, key, n, sweep, slot);
	}
	if (o->finish)
		o->finish(s, map, sweep, slot);
}

/* Read every map of the list into its slot of an array. */
static size_t read_list(struct study *s, const struct output *o, const struct node *root,
	struct sweep *sweep, void **slots)
{
	const struct node *list = node_get(root, o->key);
	*slots = NULL;
	if (!list || (list->kind == NODE_SCALAR && !*list->text))
		return 0;
	if (list->kind != NODE_LIST || list->count > OUTPUTS_MAX_LIST) {
		node_error(s->diagnostics, list, "%s: a list of at most %d maps is needed here",
			list->key, OUTPUTS_MAX_LIST);
		return 0;
	}
	char *array = arena_zero(s->arena, list->count * o->bytes);
	struct index ids = { 0 };
	size_t count = 0;
	for (const struct node *n = list->first; n; n = n->next) {
		if (n->kind != NODE_MAP) {
			node_error(s->diagnostics, n, "%s: a map is needed here, not %s", list->key,
				node_kind_name(n));
			continue;
		}
		const char *id = array + count * o->bytes;
		read_entry(s, o, n, sweep, array + count++ * o->bytes);
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
	out->claim_count = read_list(s, &outputs[0], root, out, &slots);
	out->claims = slots;
	out->table_count = read_list(s, &outputs[1], root, out, &slots);
	out->tables = slots;
	out->figure_count = read_list(s, &outputs[2], root, out, &slots);
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

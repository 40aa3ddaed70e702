/* expand.c - the product of dimensions, and one configuration from the settings of a combination.
 */
#include "expand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "identity.h"
#include "merged.h"

enum { SETTINGS_MAX = 1024 };

/* What the networks of a trial and whether they fit depend on. Compared by its bytes. */
struct checked {
	const struct phase_config *phases;
	const struct model_config *networks;
	char dataset[64];
};

struct expander {
	struct study *study;
	struct sweep *out;
	const struct block *block;
	const struct setting *overrides;
	int override_count;
	struct trial defaults;
	const void *default_values; /* of the program's parameters */
	uint64_t first_seed;

	const struct setting *chosen[SETTINGS_MAX]; /* base, rows, overrides: later ones win */
	bool labelled[SETTINGS_MAX];
	int chosen_count;
	int last[TARGETS_MAX]; /* position + 1 in chosen of the setting that counts for a target, 0:
				  none */

	size_t capacity; /* of out->trials */
	struct index
		configurations; /* by identity under the first seed; keys are the texts below */
	struct index recipes; /* phases as some combination changed them, by their bytes: equal ones
				 are kept once */
	const struct phase_config **variants; /* by their number in recipes */
	size_t variant_capacity;
	struct index checked; /* struct checked: what check_networks has seen */
	struct merged merged;
	bool doubtful; /* the file has errors, so that what is missing may be a consequence */
	size_t most_trials, most_combinations;
	long steps; /* comparisons of settings and conditions so far */
	bool stopped;
};

/* ---- one combination ---- */

static int choose(struct expander *x, const struct setting *settings, int count, bool labelled)
{
	if (x->chosen_count + count > SETTINGS_MAX) {
		node_error(x->study->diagnostics, x->block->node,
			"more than %d settings in one combination", SETTINGS_MAX);
		x->stopped = true;
		return -1;
	}
	for (int i = 0; i < count; i++) {
		x->labelled[x->chosen_count] = labelled;
		x->chosen[x->chosen_count++] = &settings[i];
	}
	return 0;
}

static const struct setting *find_chosen(const struct expander *x, const struct target *target)
{
	for (int i = x->chosen_count - 1; i >= 0; i--)
		if (x->chosen[i]->target == target)
			return x->chosen[i];
	return NULL;
}

static const struct setting *find_kind(const struct expander *x, enum target_kind kind)
{
	for (int i = x->chosen_count - 1; i >= 0; i--)
		if (x->chosen[i]->target->kind == kind)
			return x->chosen[i];
	return NULL;
}

/* One of the trial's amounts of transforms. */
static void amount_text(const struct expander *x, const struct param *p, struct str *out)
{
	for (int i = x->chosen_count - 1; i >= 0; i--)
		if (x->chosen[i]->target->kind == TARGET_AMOUNT
			&& x->chosen[i]->target->param == p) {
			str_add(out, x->chosen[i]->text);
			return;
		}
	const struct setting *from = find_kind(x, TARGET_AUGMENT);
	param_text(p, 0, from ? &from->augment->amounts : &x->defaults.augment, out);
}

/* The value of a parameter of the phase that the target means. */
static int phase_unset_text(const struct expander *x, const struct target *target, struct str *out)
{
	int matches[PHASES_MAX];
	const struct setting *from = find_kind(x, TARGET_RECIPE);
	if (!from || !from->recipe->phases
		|| target_phases(target, from->recipe->phases, from->recipe->count, matches) == 0)
		return -1;
	const struct phase_config *phase = &from->recipe->phases[matches[0]];
	if (target->param->scope != SCOPE_AUGMENT || phase->own_augment)
		return phase_text(phase, target->within, out);
	amount_text(x, target->param, out);
	return 0;
}

/* The value of a parameter that no setting names: the trial's default, or what the recipe or the
 * set of transforms says. Returns 0, or -1 when there is none. */
static int unset_text(const struct expander *x, const struct target *target, struct str *out)
{
	switch (target->kind) {
	case TARGET_PARAM: param_text(target->param, 0, &x->defaults, out); return 0;
	case TARGET_AUGMENT: str_add(out, "none"); return 0;
	case TARGET_MODEL: str_add(out, x->defaults.model); return 0;
	case TARGET_AMOUNT: amount_text(x, target->param, out); return 0;
	case TARGET_PHASE: return phase_unset_text(x, target, out);
	case TARGET_VALUE:
		if (!target->param->fallback)
			return -1;
		param_text(target->param, 0, x->default_values, out);
		return 0;
	case TARGET_WIDTH: str_add(out, target->param->fallback); return 0;
	case TARGET_LAYER:
	case TARGET_RECIPE:
	case TARGET_LABEL: break;
	}
	return -1;
}

static bool term_holds(struct expander *x, const struct condition_term *term)
{
	x->steps += x->chosen_count;
	const struct setting *setting = find_chosen(x, term->target);
	struct str unset = { 0 };
	const char *text = setting ? setting->text : NULL;
	if (!setting && unset_text(x, term->target, &unset) == 0)
		text = unset.s ? unset.s : "";
	bool holds = false;
	for (size_t i = 0; text && i < term->count && !holds; i++, x->steps++)
		holds = strcmp(text, term->texts[i]) == 0;
	str_free(&unset);
	return holds;
}

static bool condition_holds(struct expander *x, const struct condition *c)
{
	for (int i = 0; i < c->count; i++)
		if (!term_holds(x, &c->terms[i]))
			return false;
	return true;
}

static bool is_excluded(struct expander *x)
{
	bool excluded = false;
	for (int i = 0; i < x->block->rule_count; i++) {
		struct rule *rule = x->block->rules[i];
		if ((excluded && rule->matched) || !condition_holds(x, &rule->condition))
			continue;
		rule->matched = true;
		rule->removed += !excluded;
		excluded = true;
	}
	return excluded;
}

/* ---- phases ---- */

/* The kept copy of equal phases. */
static const struct phase_config *keep_phases(
	struct expander *x, const struct phase_config *phases, size_t bytes, bool *new)
{
	size_t number = index_find(&x->recipes, phases, bytes);
	*new = number == SIZE_MAX;
	if (!*new)
		return x->variants[number];
	struct phase_config *kept = arena_zero(x->study->arena, bytes);
	memcpy(kept, phases, bytes);
	number = index_add(&x->recipes, kept, bytes);
	if (number == x->variant_capacity) {
		const size_t capacity = x->variant_capacity ? x->variant_capacity * 2 : 64;
		const struct phase_config **variants =
			arena_zero(x->study->arena, capacity * sizeof(*variants));
		if (number)
			memcpy(variants, x->variants, number * sizeof(*variants));
		x->variants = variants;
		x->variant_capacity = capacity;
	}
	x->variants[number] = kept;
	return kept;
}

static void no_such_phase(
	struct expander *x, const struct setting *setting, const struct recipe *recipe)
{
	struct str names = { 0 };
	for (int i = 0; i < recipe->count; i++)
		str_addf(&names, "%s%s", i > 0 ? ", " : "", recipe->phases[i].name);
	const struct node *place = setting->named ? setting->named : setting->node;
	const struct target *target = setting->target;
	if (strcmp(target->phase, recipe->name) == 0)
		node_key_error(x->study->diagnostics, place,
			"%s: '%s' is the recipe: say which of its phases is meant, such as %s.%s "
			"(it has %s)",
			target->path, recipe->name, recipe->phases[0].name, target->within,
			names.s);
	else
		node_key_error(x->study->diagnostics, place,
			"%s: recipe '%s' has no phase '%s' (it has %s); use when: {recipe: ...} on "
			"the axis, or exclude:",
			target->path, recipe->name, target->phase, names.s);
	str_free(&names);
}

/* Apply one setting to all phases that it means; places[i] becomes where a complaint about phase i
 * goes. */
static int apply_phase_setting(struct expander *x, const struct setting *setting,
	const struct recipe *recipe, const struct trial *t, struct phase_config *phases,
	const struct node **places)
{
	const struct param *p = setting->target->param;
	int matches[PHASES_MAX];
	const int count = target_phases(setting->target, phases, recipe->count, matches);
	if (count == 0) {
		no_such_phase(x, setting, recipe);
		return -1;
	}
	for (int i = 0; i < count; i++) {
		struct phase_config *phase = &phases[matches[i]];
		if (p->scope == SCOPE_AUGMENT && !phase->own_augment)
			phase_set_augment(phase, &t->augment);
		if (phase_assign(
			    phase, setting->target->within, setting->node, x->study->diagnostics))
			return -1;
		if (p->type == PARAM_NAMED)
			phase_set_augment(
				phase, setting->augment ? &setting->augment->amounts : NULL);
		places[matches[i]] = setting->node;
	}
	return 0;
}

static bool counts(const struct expander *x, int i)
{
	return x->last[x->chosen[i]->target->number] == i + 1;
}

static int resolve_phases(struct expander *x, const struct recipe *recipe, struct trial *t,
	const struct node *places[PHASES_MAX])
{
	struct phase_config phases[PHASES_MAX];
	const size_t bytes = (size_t)recipe->count * sizeof(phases[0]);
	bool changed = false;
	/* The kind of an optimizer and the set of transforms first: they reset the others of their
	 * parameters. */
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < x->chosen_count; i++) {
			const struct setting *setting = x->chosen[i];
			if (setting->target->kind != TARGET_PHASE || !counts(x, i))
				continue;
			const enum param_type type = setting->target->param->type;
			if ((type == PARAM_GROUP || type == PARAM_NAMED) != (pass == 0))
				continue;
			if (!changed) {
				memcpy(phases, recipe->phases, bytes);
				for (int k = 0; k < recipe->count; k++)
					places[k] = recipe->node;
			}
			changed = true;
			if (apply_phase_setting(x, setting, recipe, t, phases, places))
				return -1;
		}
	t->phases = recipe->phases;
	t->phase_count = recipe->count;
	if (!changed) {
		int k = 0;
		for (const struct node *n = recipe->node->first; n; n = n->next)
			places[k++] = n;
		return 0;
	}
	bool new;
	t->phases = keep_phases(x, phases, bytes, &new);
	return new ? phases_check(phases, recipe->count, places, x->study->diagnostics) : 0;
}

/* ---- layers ---- */

/* A copy of the model in the arena whose layers may be changed. */
static struct model_config *copy_model(
	struct expander *x, const struct model_config *m, struct layer_config *layers[MODEL_BLOCKS])
{
	struct model_config *copy = arena_zero(x->study->arena, sizeof(*copy));
	*copy = *m;
	for (int b = 0; b < MODEL_BLOCKS; b++) {
		const size_t bytes = (size_t)m->counts[b] * sizeof(*layers[b]);
		layers[b] = arena_zero(x->study->arena, bytes + 1);
		if (bytes)
			memcpy(layers[b], m->layers[b], bytes);
		copy->layers[b] = layers[b];
	}
	return copy;
}

static int scaled(int number, double width)
{
	const int by = (int)(number * width + 0.5);
	return number == 0 ? 0 : by < 1 ? 1 : by;
}

static void widen(struct expander *x, const struct model_config *m,
	struct layer_config *layers[MODEL_BLOCKS], const struct setting *setting)
{
	struct model_options options = { .width = 1 };
	assign_value(setting->target->param, 0, &options, setting->node, x->study->diagnostics);
	for (int b = 0; b < MODEL_BLOCKS; b++)
		for (int i = 0; i < m->counts[b]; i++) {
			layers[b][i].filters = scaled(layers[b][i].filters, options.width);
			layers[b][i].channels = scaled(layers[b][i].channels, options.width);
			layers[b][i].units = scaled(layers[b][i].units, options.width);
		}
}

static int no_such_layer(struct expander *x, const struct setting *setting,
	const struct model_config *m, const char *model)
{
	enum { NAMES_MAX = 64 };
	const char *names[NAMES_MAX];
	size_t count = 0;
	for (int b = 0; b < MODEL_BLOCKS; b++)
		for (int i = 0; i < m->counts[b] && count < NAMES_MAX; i++)
			if (m->layers[b][i].name[0])
				names[count++] = m->layers[b][i].name;
	const char *near = str_nearest(setting->target->phase, names, count);
	node_key_error(x->study->diagnostics, setting->named ? setting->named : setting->node,
		"%s: model '%s' has no layer '%s'%s%s%s; use when: {model: ...} on the axis, or "
		"exclude:",
		setting->target->path, model, setting->target->phase,
		near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
	return -1;
}

static int change_layer(struct expander *x, const struct setting *setting,
	const struct model_config *m, struct layer_config *layers[MODEL_BLOCKS], const char *model)
{
	const struct param *p = setting->target->param;
	bool any = false;
	for (int b = 0; b < MODEL_BLOCKS; b++)
		for (int i = 0; i < m->counts[b]; i++) {
			struct layer_config *l = &layers[b][i];
			if (strcmp(l->name, setting->target->phase) != 0)
				continue;
			any = true;
			if (!param_applies(p, (int)l->kind)) {
				not_applicable(
					x->study->diagnostics, setting->node, p, (int)l->kind);
				return -1;
			}
			if (assign_value(p, (int)l->kind, l, setting->node, x->study->diagnostics))
				return -1;
		}
	return any ? 0 : no_such_layer(x, setting, m, model);
}

static bool counts(const struct expander *x, int i);

/* The model with what model.width and model.LAYER.PARAM say. */
static int resolve_model(struct expander *x, struct trial *t)
{
	struct layer_config *layers[MODEL_BLOCKS];
	struct model_config *changed = NULL;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < x->chosen_count; i++) {
			const struct setting *s = x->chosen[i];
			if (s->target->kind != (pass ? TARGET_LAYER : TARGET_WIDTH)
				|| !counts(x, i))
				continue;
			if (!changed)
				changed = copy_model(x, t->networks, layers);
			if (pass == 0)
				widen(x, changed, layers, s);
			else if (change_layer(x, s, changed, layers, t->model))
				return -1;
		}
	if (!changed || model_equal(changed, t->networks))
		return 0;
	struct str why = { 0 };
	enum model_block block;
	int layer;
	const struct setting *named = find_kind(x, TARGET_MODEL);
	const int result = model_check(changed, &block, &layer, &why);
	if (named)
		model_reword(named->model->node, &why);
	if (result)
		node_error(x->study->diagnostics, named ? named->node : x->block->node,
			"model %s: %s", t->model, why.s);
	str_free(&why);
	t->networks = changed;
	return result;
}

/* ---- a trial ---- */

/* Where the phase is written, or the layer of the model; or what chose the model. */
static const struct node *place_of(const struct expander *x, const struct misfit *where,
	const struct node *const places[PHASES_MAX])
{
	const struct setting *model = find_kind(x, TARGET_MODEL);
	if (where->phase >= 0)
		return places[where->phase];
	if (!model)
		return x->block->node;
	const struct node *layer = where->layer < 0
		? NULL
		: model_place(model->model, (enum model_block)where->block, where->layer);
	return layer ? layer : model->node;
}

/* Has the model the layers that the phases freeze, and do its networks fit the images? Each
 * combination is asked about once. */
static int check_networks(
	struct expander *x, const struct trial *t, const struct node *const places[PHASES_MAX])
{
	struct study *s = x->study;
	struct checked key;
	memset(&key, 0, sizeof(key));
	key.phases = t->phases;
	key.networks = t->networks;
	memcpy(key.dataset, t->dataset, strlen(t->dataset));
	if (index_find(&x->checked, &key, sizeof(key)) != SIZE_MAX)
		return 0;
	struct checked *kept = arena_zero(s->arena, sizeof(*kept));
	memcpy(kept, &key, sizeof(key));
	index_add(&x->checked, kept, sizeof(*kept));
	if (phases_check_layers(t->phases, t->phase_count, t->networks, places, s->diagnostics))
		return -1;
	struct err e = { 0 };
	struct misfit where = { -1, -1, -1 };
	if (!s->options || !s->options->fits
		|| s->options->fits(t, s->options->fits_context, &where, &e) == 0)
		return 0;
	node_error(s->diagnostics, place_of(x, &where, places), "%s", e.text);
	return -1;
}

static int missing(struct expander *x, const char *name)
{
	if (!x->doubtful)
		node_error(x->study->diagnostics, x->block->node,
			"'%s' is not set: give it in base or as an axis", name);
	return -1;
}

/* The values of the program's parameters: those that are set, and the defaults of the others. */
static int resolve_values(struct expander *x, struct trial *t)
{
	const struct program_config *p = x->study->program;
	char *values = arena_zero(x->study->arena, p->values_bytes + 1);
	memcpy(values, x->default_values, p->values_bytes);
	*t = (struct trial){ .program = p, .values = values };
	for (int i = 0; i < x->chosen_count; i++)
		if (x->chosen[i]->target->kind == TARGET_VALUE && counts(x, i))
			assign_value(x->chosen[i]->target->param, 0, values, x->chosen[i]->node,
				x->study->diagnostics);
	for (int i = 0; i < p->parameter_count; i++) {
		const struct param *row = &p->parameters[i];
		bool set = row->fallback != NULL;
		for (int k = 0; k < x->chosen_count && !set; k++)
			set = x->chosen[k]->target->param == row;
		if (!set)
			return missing(x, row->name);
		if (strcmp(row->name, "dataset") == 0) {
			struct str text = { 0 };
			param_text(row, 0, values, &text);
			snprintf(t->dataset, sizeof(t->dataset), "%s", text.s ? text.s : "");
			str_free(&text);
		}
	}
	snprintf(t->model, sizeof(t->model), "program");
	return 0;
}

static int resolve_networks(struct expander *x, struct trial *t)
{
	const struct setting *recipe = find_kind(x, TARGET_RECIPE);
	const struct setting *augment = find_kind(x, TARGET_AUGMENT);
	const struct setting *model = find_kind(x, TARGET_MODEL);
	const struct node *places[PHASES_MAX];
	*t = x->defaults;
	if (model) {
		snprintf(t->model, sizeof(t->model), "%s", model->model->name);
		t->networks = model->model->config;
	}
	if (augment)
		t->augment = augment->augment->amounts;
	for (int i = 0; i < x->chosen_count; i++) {
		const struct setting *setting = x->chosen[i];
		if (!counts(x, i))
			continue;
		if (setting->target->kind == TARGET_PARAM)
			assign_value(
				setting->target->param, 0, t, setting->node, x->study->diagnostics);
		else if (setting->target->kind == TARGET_AMOUNT)
			assign_value(setting->target->param, 0, &t->augment, setting->node,
				x->study->diagnostics);
	}
	if (!t->dataset[0])
		return missing(x, "dataset");
	if (!recipe)
		return missing(x, "recipe");
	if (!recipe->recipe->phases || !t->networks)
		return -1; /* the errors of the recipe or the model are known */
	return resolve_model(x, t) || resolve_phases(x, recipe->recipe, t, places)
			|| check_networks(x, t, places)
		? -1
		: 0;
}

static int resolve(struct expander *x, struct trial *t)
{
	memset(x->last, 0, sizeof(x->last));
	for (int i = 0; i < x->chosen_count; i++)
		x->last[x->chosen[i]->target->number] = i + 1;
	return x->study->program ? resolve_values(x, t) : resolve_networks(x, t);
}

static int add_label(struct expander *x, struct trial *t, const char *name, const char *value)
{
	for (int i = 0; i < t->label_count; i++)
		if (strcmp(t->labels[i].name, name) == 0)
			return 0;
	if (t->label_count == LABELS_MAX) {
		node_error(x->study->diagnostics, x->block->node,
			"too many axes for one trial (at most %d labels)", LABELS_MAX);
		x->stopped = true;
		return -1;
	}
	struct label *l = &t->labels[t->label_count++];
	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->value, sizeof(l->value), "%s", value);
	return 0;
}

/* Where the core trains, dataset, recipe and augment always; then the axes. */
static int add_labels(struct expander *x, struct trial *t)
{
	int result = 0;
	if (!t->program) {
		const struct setting *augment = find_kind(x, TARGET_AUGMENT);
		result = add_label(x, t, "dataset", t->dataset);
		result |= add_label(x, t, "recipe", find_kind(x, TARGET_RECIPE)->text);
		result |= add_label(x, t, "augment", augment ? augment->text : "none");
	}
	for (int i = 0; i < x->chosen_count && result == 0; i++)
		if (x->labelled[i])
			result = add_label(x, t, x->chosen[i]->target->path,
				find_chosen(x, x->chosen[i]->target)->text);
	return result;
}

/* Room for one more trial. */
static int reserve(struct expander *x)
{
	struct sweep *out = x->out;
	if (out->trial_count < x->capacity)
		return 0;
	size_t capacity = x->capacity ? x->capacity * 2 : 64;
	if (capacity > x->most_trials)
		capacity = x->most_trials;
	struct trial *trials = realloc(out->trials, capacity * sizeof(*trials));
	if (!trials)
		err_end_nomem();
	out->trials = trials;
	x->capacity = capacity;
	return 0;
}

static void too_many(struct expander *x)
{
	node_error(x->study->diagnostics, x->block->node,
		"too many combinations (at most %zu trials, and %zu before exclude)",
		x->most_trials, x->most_combinations);
	x->stopped = true;
}

/* Where the label's value is written; NULL: it is a default. */
static const struct node *place_of_label(const struct expander *x, const char *name)
{
	for (int i = x->chosen_count - 1; i >= 0; i--)
		if (strcmp(x->chosen[i]->target->path, name) == 0)
			return x->chosen[i]->node;
	return NULL;
}

/* A combination that is the trial at this position. What --set makes equal was asked for. */
static void merge(struct expander *x, const struct trial *t, size_t position)
{
	x->out->merged++;
	for (int i = 0; i < t->label_count && x->override_count == 0; i++) {
		const struct label *own = &t->labels[i];
		const char *other = label_value(&x->out->trials[position], own->name);
		const struct node *place = place_of_label(x, own->name);
		if (place && !(other && strcmp(other, own->value) == 0))
			merged_add(&x->merged, own, position, place);
	}
}

static void finish_combination(struct expander *x)
{
	struct trial t;
	if (++x->out->combinations > x->most_combinations
		|| x->out->trial_count == x->most_trials) {
		too_many(x);
		return;
	}
	if (is_excluded(x) || resolve(x, &t) || add_labels(x, &t) || reserve(x))
		return;
	t.seed = x->first_seed;
	trial_identify(&t);
	const size_t same = index_find(&x->configurations, t.identity, sizeof(t.identity));
	if (same != SIZE_MAX) {
		merge(x, &t, same);
		return;
	}
	const char *key = arena_text(x->study->arena, t.identity, sizeof(t.identity));
	index_add(&x->configurations, key, sizeof(t.identity));
	x->out->trials[x->out->trial_count++] = t;
}

/* ---- the product ---- */

static void walk(struct expander *x, int depth)
{
	const int mark = x->chosen_count;
	if (depth == x->block->dimension_count) {
		if (choose(x, x->overrides, x->override_count, true) == 0)
			finish_combination(x);
		x->chosen_count = mark;
		return;
	}
	const struct dimension *d = x->block->dimensions[depth];
	if (x->steps > STEPS_MAX && !x->stopped) {
		node_error(x->study->diagnostics, x->block->node,
			"conditions and rules need too many comparisons: the plan is too large");
		x->stopped = true;
	}
	if (d->when && !condition_holds(x, d->when)) {
		if (!x->stopped)
			walk(x, depth + 1);
		return;
	}
	for (size_t i = 0; i < d->count && !x->stopped; i++) {
		if (choose(x, d->rows[i].settings, d->rows[i].count, true) == 0)
			walk(x, depth + 1);
		x->chosen_count = mark;
	}
}

/* Are there too many combinations in any case? Then nobody needs to wait until they have been
 * counted. */
static void check_size(struct expander *x)
{
	size_t product = 1;
	for (int i = 0; i < x->block->dimension_count && product <= x->most_combinations; i++)
		if (!x->block->dimensions[i]->when)
			product *= x->block->dimensions[i]->count;
	if (product > x->most_combinations)
		too_many(x);
}

/* A condition may only ask for what is decided before it: base, or an axis above. */
static void check_when(struct study *s, const struct block *b)
{
	for (int i = 0; i < b->dimension_count; i++) {
		const struct condition *when = b->dimensions[i]->when;
		for (int t = 0; when && t < when->count; t++)
			for (int k = i; k < b->dimension_count; k++)
				for (int c = 0; c < b->dimensions[k]->rows[0].count; c++)
					if (b->dimensions[k]->rows[0].settings[c].target
						== when->terms[t].target)
						node_key_error(s->diagnostics,
							b->dimensions[i]->node,
							"when: '%s' is decided later: put its axis "
							"above this one",
							when->terms[t].target->path);
	}
}

/* Copies of the configurations for the other seeds, seed by seed, so that the first results span
 * the study. */
static int add_seeds(struct expander *x, const uint64_t *seeds, int seed_count)
{
	struct sweep *out = x->out;
	const size_t count = out->trial_count;
	if (count == 0 || seed_count == 1)
		return 0;
	if (count > x->most_trials / (size_t)seed_count) {
		node_error(x->study->diagnostics, x->block->node,
			"too many trials: %zu configurations for %d seeds (at most %zu)", count,
			seed_count, x->most_trials);
		return -1;
	}
	struct trial *trials = realloc(out->trials, count * (size_t)seed_count * sizeof(*trials));
	if (!trials)
		err_end_nomem();
	out->trials = trials;
	for (int s = 1; s < seed_count; s++)
		for (size_t i = 0; i < count; i++) {
			struct trial *t = &trials[out->trial_count++];
			*t = trials[i];
			t->seed = seeds[s];
			trial_identify(t);
		}
	return 0;
}

/* ---- what the plan spans ---- */

static void count_label(
	struct expander *x, const struct label *l, struct index *values, size_t *capacities)
{
	struct sweep *out = x->out;
	size_t a = 0;
	while (a < out->axis_count && strcmp(out->axes[a].name, l->name) != 0)
		a++;
	if (a == TARGETS_MAX)
		return;
	struct sweep_axis *axis = &out->axes[a];
	if (a == out->axis_count) {
		snprintf(axis->name, sizeof(axis->name), "%s", l->name);
		out->axis_count++;
	}
	size_t number = index_find(&values[a], l->value, strlen(l->value));
	if (number == SIZE_MAX) {
		number = index_add(&values[a], l->value, strlen(l->value));
		if (number == capacities[a]) {
			const size_t capacity = capacities[a] ? capacities[a] * 2 : 8;
			struct sweep_value *larger =
				arena_zero(x->study->arena, capacity * sizeof(*larger));
			if (number)
				memcpy(larger, axis->values, number * sizeof(*larger));
			axis->values = larger;
			capacities[a] = capacity;
		}
		snprintf(axis->values[number].text, sizeof(axis->values[number].text), "%s",
			l->value);
		axis->value_count++;
	}
	axis->values[number].trials++;
}

static void count_labels(struct expander *x)
{
	struct sweep *out = x->out;
	struct index values[TARGETS_MAX] = { { 0 } };
	size_t capacities[TARGETS_MAX] = { 0 };
	out->axes = arena_zero(x->study->arena, TARGETS_MAX * sizeof(*out->axes));
	for (size_t i = 0; i < out->trial_count; i++)
		for (int k = 0; k < out->trials[i].label_count; k++)
			count_label(x, &out->trials[i].labels[k], values, capacities);
	for (size_t a = 0; a < TARGETS_MAX; a++)
		index_free(&values[a]);
}

/* A change that equals the base, or another change, would be missing in the table without a word.
 */
static void check_changes(struct expander *x, const struct dimension *d)
{
	const struct sweep *out = x->out;
	size_t a = 0, v;
	while (a < out->axis_count && strcmp(out->axes[a].name, "ablation") != 0)
		a++;
	for (size_t i = 1; i < d->count && a < out->axis_count; i++) {
		const struct setting *name = &d->rows[i].settings[d->rows[i].count - 1];
		for (v = 0; v < out->axes[a].value_count; v++)
			if (strcmp(out->axes[a].values[v].text, name->text) == 0)
				break;
		if (v == out->axes[a].value_count)
			node_key_error(x->study->diagnostics, name->node,
				"change '%s' makes no trial of its own: its trials are those of "
				"base or of another change",
				name->text);
	}
}

/* Where neither --set nor a rule could have taken its trials away, nor an earlier block has them
 * (merged_warn says that). */
static void check_ablations(struct expander *x, const struct block *first)
{
	for (int k = 0; first->ablates && k < first->dimension_count; k++) {
		const struct dimension *d = first->dimensions[k];
		const struct row *base = &d->rows[0];
		if (first->rule_count == 0 && x->override_count == 0
			&& strcmp(base->settings[base->count - 1].target->path, "ablation") == 0)
			check_changes(x, d);
	}
}

static const void *default_values(struct study *s)
{
	const struct program_config *p = s->program;
	char *values = arena_zero(s->arena, p->values_bytes + 1);
	for (int i = 0; i < p->parameter_count; i++) {
		struct str why = { 0 };
		if (p->parameters[i].fallback)
			param_parse(&p->parameters[i], p->parameters[i].fallback, 0, values, &why);
		str_free(&why);
	}
	return values;
}

void expand_blocks(struct study *s, const struct block *blocks, int block_count,
	const struct setting *overrides, int override_count, const uint64_t *seeds, int seed_count,
	struct sweep *out)
{
	struct expander *x = arena_zero(s->arena, sizeof(*x));
	x->study = s;
	x->out = out;
	x->overrides = overrides;
	x->override_count = override_count;
	x->merged.arena = s->arena;
	x->first_seed = seeds[0];
	x->most_trials =
		s->options && s->options->most_trials ? s->options->most_trials : TRIALS_MAX;
	x->most_combinations = x->most_trials < TRIALS_MAX ? x->most_trials * 2 : COMBINATIONS_MAX;
	x->doubtful = s->diagnostics->count > 0;
	param_defaults(SCOPE_TRIAL, 0, &x->defaults);
	param_defaults(SCOPE_AUGMENT, 0, &x->defaults.augment);
	trial_default_model(&x->defaults);
	if (s->program)
		x->default_values = default_values(s);
	for (int i = 0; i < block_count && !x->stopped; i++) {
		x->block = &blocks[i];
		x->chosen_count = 0;
		check_when(s, x->block);
		check_size(x);
		if (!x->stopped && choose(x, x->block->base, x->block->base_count, false) == 0)
			walk(x, 0);
	}
	if (x->block && add_seeds(x, seeds, seed_count) == 0) {
		count_labels(x);
		merged_warn(&x->merged, out);
		if (s->diagnostics->count == 0 && !study_is_frozen(s))
			check_ablations(x, blocks);
	}
	index_free(&x->configurations);
	index_free(&x->recipes);
	index_free(&x->checked);
	merged_free(&x->merged);
}

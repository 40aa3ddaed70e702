/* phases.c - reading recipes and checking the order of their phases. */
#include "phases.h"

#include <stdio.h>
#include <string.h>

#include "assign.h"
#include "layers.h"

enum { KEYS_MAX = 32 };

/* ---- one phase ---- */

/* The spelling of start that says what is asked for. */
static int assign_chain(struct phase_config *phase, const struct node *value, struct diagnostics *d)
{
	const struct param *start = param_find(SCOPE_PHASE, "start");
	if (!param_applies(start, (int)phase->kind)) {
		not_applicable(d, value, start, (int)phase->kind);
		return -1;
	}
	const char *text = node_text(value, "chain", d);
	if (!text)
		return -1;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
		node_error(d, value,
			"chain = %.40s: neither true nor false (true is start: chain, false is "
			"start: same)",
			text);
		return -1;
	}
	phase->start = strcmp(text, "true") == 0 ? FOLD_CHAIN : FOLD_SAME;
	return 0;
}

/* ---- groups of which there are kinds: optimizer and schedule ---- */

/* The group's struct in the phase, whose first member is its kind (an enum). */
static void *group_of(struct phase_config *phase, const struct param *p, size_t *bytes)
{
	*bytes = p->members == SCOPE_OPTIMIZER ? sizeof(phase->optimizer) : sizeof(phase->schedule);
	return p->members == SCOPE_OPTIMIZER ? (void *)&phase->optimizer : (void *)&phase->schedule;
}

static int kind_find(const struct param *p, const char *text, const struct node *at, bool key,
	struct diagnostics *d)
{
	for (int kind = 0; p->names[kind]; kind++)
		if (strcmp(p->names[kind], text) == 0)
			return kind;
	unknown_kind(d, at, key, p->name, text, p->names);
	return -1;
}

void phase_set_kind(struct phase_config *phase, const struct param *p, int kind)
{
	size_t bytes;
	void *group = group_of(phase, p, &bytes);
	memset(group, 0, bytes);
	memcpy(group, &kind, sizeof(kind));
	param_defaults(p->members, kind, group);
}

int phase_kind_of(const struct phase_config *phase, enum param_scope scope)
{
	return scope == SCOPE_OPTIMIZER   ? (int)phase->optimizer.kind
		: scope == SCOPE_SCHEDULE ? (int)phase->schedule.kind
					  : (int)phase->kind;
}

/* What this kind of optimizer or schedule cannot do without. map: its parameters; NULL: none. */
static int check_group(const struct param *p, int kind, const struct node *map,
	const struct node *place, struct diagnostics *d)
{
	size_t count;
	int result = 0;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		const struct param *row = &table[i];
		if (row->scope != p->members || !param_applies(row, kind)
			|| param_fallback(row, kind) || (map && node_get(map, row->name)))
			continue;
		struct str expect = { 0 };
		param_expect(row, kind, &expect);
		node_error(d, place, "'%s' is missing in this %s %s (%s: %s)", row->name,
			p->names[kind], param_kinds_noun(row->scope), row->name, expect.s);
		str_free(&expect);
		result = -1;
	}
	return result;
}

/* nadam, or {nadam: {lr: 1e-3}}. */
static int assign_of_kind(struct phase_config *phase, const struct param *p,
	const struct node *value, struct diagnostics *d)
{
	const bool word = value->kind == NODE_SCALAR && *value->text;
	size_t bytes;
	if (!word && (value->kind != NODE_MAP || value->count != 1)) {
		struct str names = { 0 };
		for (int i = 0; p->names[i]; i++)
			str_addf(&names, "%s%s", i ? ", " : "", p->names[i]);
		node_error(d, value, "%s: one of %s is needed here, such as %s", p->name, names.s,
			p->members == SCOPE_OPTIMIZER ? "{nadam: {lr: 1e-3}}"
						      : "{cosine: {warm_up: 1}}");
		str_free(&names);
		return -1;
	}
	const int kind = kind_find(
		p, word ? value->text : value->first->key, word ? value : value->first, !word, d);
	if (kind < 0)
		return -1;
	phase_set_kind(phase, p, kind);
	if (!word && assign_map(p->members, kind, group_of(phase, p, &bytes), value->first, d))
		return -1;
	const struct node *map = word || value->first->kind != NODE_MAP ? NULL : value->first;
	return check_group(p, kind, map, value, d);
}

static int assign_group(struct phase_config *phase, const struct param *p, const struct node *value,
	struct diagnostics *d)
{
	if (p->names)
		return assign_of_kind(phase, p, value, d);
	return assign_map(SCOPE_STOP, 0, &phase->stop, value, d);
}

const struct param *phase_param(const char *path)
{
	static const char *const groups[] = { "optimizer", "stop", "schedule" };
	const char *dot = strchr(path, '.');
	if (strncmp(path, "augment.", 8) == 0)
		return param_find(SCOPE_AUGMENT, dot + 1);
	const struct param *p =
		dot ? NULL : param_find(SCOPE_PHASE, strcmp(path, "chain") == 0 ? "start" : path);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]) && !p; i++) {
		const size_t length = strlen(groups[i]);
		if (!dot || (strncmp(path, groups[i], length) == 0 && path + length == dot))
			p = param_find(
				param_find(SCOPE_PHASE, groups[i])->members, dot ? dot + 1 : path);
	}
	return p;
}

/* The struct that the parameter's offset counts from, and the kind that decides whether it applies.
 */
static void *base_of(struct phase_config *phase, const struct param *p, int *kind)
{
	*kind = phase_kind_of(phase, p->scope);
	if (p->scope == SCOPE_OPTIMIZER)
		return &phase->optimizer;
	if (p->scope == SCOPE_SCHEDULE)
		return &phase->schedule;
	if (p->scope == SCOPE_AUGMENT)
		return &phase->augment;
	return p->scope == SCOPE_STOP ? (void *)&phase->stop : (void *)phase;
}

/* The name; what it stands for is found when all sets are known (library.c, expand.c). */
static int assign_augment(
	struct phase_config *phase, const struct node *value, struct diagnostics *d)
{
	const char *name = node_text(value, "augment", d);
	if (!name)
		return -1;
	if (!name_is_good(name, sizeof(phase->augment_name))) {
		node_error(d, value,
			"augment = %.60s: not the name of a set of transforms (letters, digits and "
			"- _ + ., at most %zu)",
			name, sizeof(phase->augment_name) - 1);
		return -1;
	}
	memcpy(phase->augment_name, name, strlen(name) + 1);
	return 0;
}

void phase_set_augment(struct phase_config *phase, const struct augment_config *own)
{
	phase->own_augment = own != NULL;
	phase->augment = own ? *own : (struct augment_config){ 0 };
}

int phase_assign(struct phase_config *phase, const char *path, const struct node *value,
	struct diagnostics *d)
{
	if (strcmp(path, "chain") == 0)
		return assign_chain(phase, value, d);
	const struct param *p = phase_param(path);
	int kind;
	void *base = base_of(phase, p, &kind);
	if (!param_applies(p, kind)) {
		not_applicable(d, value, p, kind);
		return -1;
	}
	if (p->type == PARAM_NAMED)
		return assign_augment(phase, value, d);
	return p->type == PARAM_GROUP ? assign_group(phase, p, value, d)
				      : assign_value(p, kind, base, value, d);
}

int phase_text(const struct phase_config *phase, const char *path, struct str *out)
{
	const struct param *p = phase_param(path);
	struct phase_config copy = *phase;
	int kind;
	const void *base = base_of(&copy, p, &kind);
	if (!param_applies(p, kind) || (p->scope == SCOPE_AUGMENT && !phase->own_augment))
		return -1;
	if (p->type == PARAM_NAMED)
		str_add(out, phase->augment_name);
	else if (p->type == PARAM_GROUP && p->names)
		str_add(out, p->names[phase_kind_of(phase, p->members)]);
	else if (p->type != PARAM_GROUP)
		param_text(p, kind, base, out);
	return 0;
}

/* ---- a recipe ---- */

static void unknown_phase_key(const struct node *at, int kind, struct diagnostics *d)
{
	const struct param *inner = phase_param(at->key);
	if (inner && (inner->scope == SCOPE_OPTIMIZER || inner->scope == SCOPE_SCHEDULE)) {
		const char *const *names = param_kinds(inner->scope);
		while (!param_applies(inner, (int)(names - param_kinds(inner->scope))))
			names++;
		node_key_error(d, at, "'%s' belongs inside the %s: {%s: {%s: ...}}", at->key,
			param_kinds_noun(inner->scope), *names, at->key);
		return;
	}
	if (inner && inner->scope == SCOPE_STOP) {
		node_key_error(d, at, "'%s' belongs inside stop: {%s: ...}", at->key, at->key);
		return;
	}
	const char *names[KEYS_MAX];
	size_t count, used = 0;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count && used < KEYS_MAX; i++)
		if (table[i].scope == SCOPE_PHASE && param_applies(&table[i], kind))
			names[used++] = table[i].name;
	unknown_key(d, at, "in a phase", names, used);
}

/* Every parameter without a default has to be there. */
static int check_required(const struct node *map, int kind, struct diagnostics *d)
{
	size_t count;
	int result = 0;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		if (p->scope != SCOPE_PHASE || p->type == PARAM_GROUP
			|| strcmp(p->name, "name") == 0)
			continue;
		if (!param_applies(p, kind) || param_fallback(p, kind) || node_get(map, p->name))
			continue;
		struct str expect = { 0 };
		param_expect(p, kind, &expect);
		node_error(d, map, "'%s' is missing in this %s phase (%s: %s)", p->name,
			phase_kind_name((enum phase_kind)kind), p->name, expect.s);
		str_free(&expect);
		result = -1;
	}
	return result;
}

/* The words of ordinary training, and the kinds of phase that they are. `network` chooses between
 * two. */
static int read_word(const struct node *map, const struct node *kind, struct phase_config *out,
	struct diagnostics *d)
{
	const struct node *network = node_get(map, "network");
	const char *word = kind->kind == NODE_SCALAR ? kind->text : "";
	const bool train = strcmp(word, "train") == 0;
	if (network && !train) {
		node_key_error(
			d, network, "'network' belongs to {phase: train}: which network it trains");
		return -1;
	}
	if (network
		&& (network->kind != NODE_SCALAR
			|| (strcmp(network->text, "submodel") != 0
				&& strcmp(network->text, "unified") != 0))) {
		node_error(d, network, "network: submodel or unified is needed here");
		return -1;
	}
	if (train)
		out->kind = network && strcmp(network->text, "unified") == 0 ? PHASE_SCRATCH
									     : PHASE_SINGLE;
	else if (strcmp(word, "continue") == 0)
		out->kind = PHASE_UNFREEZE;
	else
		return assign_value(param_find(SCOPE_PHASE, "phase"), 0, out, kind, d);
	return 0;
}

static int read_kind(const struct node *map, struct phase_config *out, struct diagnostics *d)
{
	if (map->kind != NODE_MAP) {
		node_error(d, map, "a phase is a map such as {phase: dual, epochs: 20}, not %s",
			node_kind_name(map));
		return -1;
	}
	const struct node *kind = node_get(map, "phase");
	if (!kind) {
		node_error(d, map,
			"'phase' is missing: which kind is it (train, continue, single, dual, "
			"scratch, unify, unfreeze, kfold, teacher)?");
		return -1;
	}
	return read_word(map, kind, out, d);
}

static int read_phase(const struct node *map, struct phase_config *out, struct diagnostics *d)
{
	if (read_kind(map, out, d))
		return -1;
	const int kind = (int)out->kind;
	param_defaults(SCOPE_PHASE, kind, out);
	phase_set_kind(out, param_find(SCOPE_PHASE, "optimizer"), OPTIMIZER_NADAM);
	phase_set_kind(out, param_find(SCOPE_PHASE, "schedule"), SCHEDULE_CONSTANT);
	param_defaults(SCOPE_STOP, 0, &out->stop);
	snprintf(out->augment_name, sizeof(out->augment_name), "trial");
	snprintf(out->name, sizeof(out->name), "%.31s", node_get(map, "phase")->text);
	int result = 0;
	for (const struct node *n = map->first; n; n = n->next) {
		if (strcmp(n->key, "phase") == 0 || strcmp(n->key, "network") == 0)
			continue;
		const struct param *p = phase_param(n->key);
		const bool mine = p && (p->scope == SCOPE_PHASE) && !strchr(n->key, '.');
		if (!mine)
			unknown_phase_key(n, kind, d);
		if (!mine || phase_assign(out, n->key, n, d))
			result = -1;
	}
	const struct node *name = node_get(map, "name");
	if (name && name->kind == NODE_SCALAR && strchr(name->text, '.')) {
		node_error(d, name,
			"name = %.40s: no dots in the name of a phase (an axis is called "
			"NAME.PARAM)",
			name->text);
		result = -1;
	}
	if (node_get(map, "chain") && node_get(map, "start")) {
		node_key_error(d, node_get(map, "chain"),
			"chain and start say the same thing: give one of them");
		result = -1;
	}
	return check_required(map, kind, d) ? -1 : result;
}

void recipe_read(
	const struct node *list, struct arena *a, struct diagnostics *d, struct recipe *out)
{
	out->node = list;
	if (list->kind != NODE_LIST || list->count == 0) {
		node_error(d, list, "a recipe is a list of phases, not %s",
			list->kind == NODE_LIST ? "an empty list" : node_kind_name(list));
		return;
	}
	if (list->count > PHASES_MAX) {
		node_error(d, list, "too many phases: %zu, at most %d are possible", list->count,
			PHASES_MAX);
		return;
	}
	struct phase_config *phases = arena_zero(a, list->count * sizeof(*phases));
	const struct node *places[PHASES_MAX];
	int count = 0, bad = 0;
	for (const struct node *n = list->first; n; n = n->next) {
		places[count] = n;
		bad |= read_phase(n, &phases[count++], d);
	}
	if (bad || phases_check(phases, count, places, d))
		return;
	out->phases = phases;
	out->count = count;
}

/* ---- order and layers ---- */

/* "phase 2 'head' (unify)": a phase as messages call it. */
static void name_phase(const struct phase_config *phases, int i, char text[96])
{
	const char *kind = phase_kind_name(phases[i].kind);
	if (strcmp(phases[i].name, kind) == 0)
		snprintf(text, 96, "phase %d (%s)", i + 1, kind);
	else
		snprintf(text, 96, "phase %d '%s' (%s)", i + 1, phases[i].name, kind);
}

static bool has_teacher(const struct phase_config *phases, int i)
{
	while (--i >= 0)
		if (phases[i].kind == PHASE_TEACHER)
			return true;
	return false;
}

/* What is wrong with phase i in this place, or NULL. %1 and %2 of the message are the phase and the
 * one before. */
static const char *order_problem(const struct phase_config *phases, int i)
{
	const enum phase_kind kind = phases[i].kind;
	const bool fresh = kind == PHASE_SINGLE || kind == PHASE_DUAL || kind == PHASE_SCRATCH
		|| kind == PHASE_TEACHER;
	const bool teacher_before = i > 0 && network_of_phase(phases, i - 1) == NETWORK_TEACHER;
	if (i > 0 && phases[i - 1].kind == PHASE_KFOLD)
		return "k-fold leaves one network per fold, so it must come last";
	if (phases[i].distill > 0
		&& (!has_teacher(phases, i) || network_of_phase(phases, i) == NETWORK_TEACHER))
		return "distill: it learns from the network of a teacher phase, which must come "
		       "before";
	if (teacher_before && fresh && kind != PHASE_TEACHER)
		return NULL;
	if (i > 0 && fresh)
		return "it begins from random weights, so what was learned before would be lost; "
		       "it has to be first";
	if (kind == PHASE_UNIFY && (i == 0 || phases[i - 1].kind != PHASE_DUAL))
		return "it joins the two submodels of a dual phase, which has to come directly "
		       "before";
	if (!fresh && i == 0)
		return "it trains the network of the phase before, and there is none";
	if ((kind == PHASE_UNFREEZE || kind == PHASE_KFOLD) && phases[i - 1].kind == PHASE_DUAL)
		return "a dual phase leaves two submodels; join them with a unify phase first";
	return NULL;
}

static int check_order(
	const struct phase_config *phases, int i, const struct node *place, struct diagnostics *d)
{
	const char *problem = order_problem(phases, i);
	if (!problem)
		return 0;
	char this[96], before[96] = "";
	name_phase(phases, i, this);
	if (i > 0)
		name_phase(phases, i - 1, before);
	node_error(d, place, "%s %s%s: %s", this, i > 0 ? "after " : "at the beginning", before,
		problem);
	return -1;
}

static int unknown_layer(const struct layer_list *layers, const char *entry, const char *phase,
	const struct node *place, struct diagnostics *d)
{
	const char *names[2 * LAYERS_MAX];
	size_t count = 0;
	struct str list = { 0 };
	if (!d)
		return -1;
	for (int i = 0; i < layers->count; i++) {
		const char *last = strrchr(layers->path[i], '/');
		names[count++] = layers->path[i];
		if (last)
			names[count++] = last + 1;
		str_addf(&list, "%s%s", i > 0 ? ", " : "", layers->path[i]);
	}
	const char *near = str_nearest(entry, names, count);
	node_error(d, place, "%s: freeze: no layer '%s'%s%s%s (its network has %s)", phase, entry,
		near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "", list.s);
	str_free(&list);
	return -1;
}

/* The freeze list inside the phase's map, or whatever stands for the phase. */
static const struct node *freeze_place(const struct node *place)
{
	const struct node *freeze = node_get(place, "freeze");
	return freeze ? freeze : place;
}

static int check_layers(const struct phase_config *phases, int i, const struct model_config *m,
	const struct node *place, struct diagnostics *d)
{
	const enum network network = network_of_phase(phases, i);
	struct layer_list layers;
	bool frozen[LAYERS_MAX] = { false };
	char this[96];
	name_phase(phases, i, this);
	if (network == NETWORK_UNIFIED && m->counts[BLOCK_UNIFIED_HEAD] == 0) {
		if (d)
			node_error(d, place,
				"%s: the model has no unified network (unified_head: is missing)",
				this);
		return -1;
	}
	if (network == NETWORK_TEACHER && m->counts[BLOCK_TEACHER] == 0) {
		if (d)
			node_error(d, place, "%s: the model has no teacher (teacher: is missing)",
				this);
		return -1;
	}
	if (network == NETWORK_DUAL && m->counts[BLOCK_EXIT] > 0) {
		if (d)
			node_error(d, place,
				"%s: the model has an exit, two of them have no dual "
				"phase",
				this);
		return -1;
	}
	network_layers(m, network, &layers);
	for (int k = 0; k < phases[i].freeze_count; k++)
		if (network_freeze(&layers, phases[i].freeze[k], frozen) == 0)
			return unknown_layer(
				&layers, phases[i].freeze[k], this, freeze_place(place), d);
	for (int k = 0; k < layers.count; k++)
		if (!frozen[k])
			return 0;
	if (d)
		node_error(d, freeze_place(place),
			"%s: freeze: every layer is frozen, nothing is left to train", this);
	return -1;
}

int phases_check(const struct phase_config *phases, int count, const struct node *const *places,
	struct diagnostics *d)
{
	int bad = 0;
	for (int i = 0; i < count; i++)
		bad |= check_order(phases, i, places[i], d);
	return bad ? -1 : 0;
}

int phases_check_layers(const struct phase_config *phases, int count, const struct model_config *m,
	const struct node *const *places, struct diagnostics *d)
{
	int bad = 0;
	for (int i = 0; i < count; i++)
		bad |= check_layers(phases, i, m, places[i], d);
	return bad ? -1 : 0;
}

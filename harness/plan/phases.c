/* phases.c - reading recipes and checking the order of their phases. */
#include "phases.h"

#include <stdio.h>
#include <string.h>

#include "assign.h"
#include "layers.h"

enum { KEYS_MAX = 32 };

/* ---- one phase -------------------------------------------------------------------------------------------------------- */

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
		node_error(d, value, "chain = %.40s: neither true nor false (true is start: chain, false is start: same)", text);
		return -1;
	}
	phase->start = strcmp(text, "true") == 0 ? FOLD_CHAIN : FOLD_SAME;
	return 0;
}

static int optimizer_kind(const char *text, const struct node *at, bool key, struct diagnostics *d)
{
	const struct param *p = param_find(SCOPE_PHASE, "optimizer");
	size_t count = 0;
	for (; p->names[count]; count++)
		if (strcmp(p->names[count], text) == 0)
			return (int)count;
	const char *near = str_nearest(text, p->names, count);
	char message[160];
	snprintf(message, sizeof(message), "unknown optimizer '%.40s'%s%s%s (one of nadam, sgd)", text, near ? " (did you mean '" : "",
		 near ? near : "", near ? "'?)" : "");
	if (key)
		node_key_error(d, at, "%s", message);
	else
		node_error(d, at, "%s", message);
	return -1;
}

static void optimizer_reset(struct optimizer_config *o, int kind)
{
	*o = (struct optimizer_config){ .kind = (enum optimizer_kind)kind };
	param_defaults(SCOPE_OPTIMIZER, kind, o);
}

/* nadam, or {nadam: {lr: 1e-3}}. */
static int assign_optimizer(struct optimizer_config *o, const struct node *value, struct diagnostics *d)
{
	if (value->kind == NODE_SCALAR && *value->text) {
		const int kind = optimizer_kind(value->text, value, false, d);
		if (kind < 0)
			return -1;
		optimizer_reset(o, kind);
		return 0;
	}
	if (value->kind != NODE_MAP || value->count != 1) {
		node_error(d, value, "optimizer: one of nadam, sgd is needed here, such as {nadam: {lr: 1e-3}}");
		return -1;
	}
	const int kind = optimizer_kind(value->first->key, value->first, true, d);
	if (kind < 0)
		return -1;
	optimizer_reset(o, kind);
	return assign_map(SCOPE_OPTIMIZER, kind, o, value->first, d);
}

static int assign_group(struct phase_config *phase, const struct param *p, const struct node *value, struct diagnostics *d)
{
	if (p->members == SCOPE_OPTIMIZER)
		return assign_optimizer(&phase->optimizer, value, d);
	return assign_map(SCOPE_STOP, 0, &phase->stop, value, d);
}

const struct param *phase_param(const char *path)
{
	const char *dot = strchr(path, '.');
	if (dot) {
		const struct param *group = NULL;
		if (strncmp(path, "optimizer.", 10) == 0 || strncmp(path, "stop.", 5) == 0)
			group = param_find(SCOPE_PHASE, path[0] == 'o' ? "optimizer" : "stop");
		return group ? param_find(group->members, dot + 1) : NULL;
	}
	const struct param *p = param_find(SCOPE_PHASE, strcmp(path, "chain") == 0 ? "start" : path);
	if (!p)
		p = param_find(SCOPE_OPTIMIZER, path);
	return p ? p : param_find(SCOPE_STOP, path);
}

/* The struct that the parameter's offset counts from, and the kind that decides whether it applies. */
static void *base_of(struct phase_config *phase, const struct param *p, int *kind)
{
	*kind = p->scope == SCOPE_OPTIMIZER ? (int)phase->optimizer.kind : (int)phase->kind;
	if (p->scope == SCOPE_OPTIMIZER)
		return &phase->optimizer;
	return p->scope == SCOPE_STOP ? (void *)&phase->stop : (void *)phase;
}

int phase_assign(struct phase_config *phase, const char *path, const struct node *value, struct diagnostics *d)
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
	return p->type == PARAM_GROUP ? assign_group(phase, p, value, d) : assign_value(p, kind, base, value, d);
}

int phase_text(const struct phase_config *phase, const char *path, struct str *out)
{
	const struct param *p = phase_param(path);
	struct phase_config copy = *phase;
	int kind;
	const void *base = base_of(&copy, p, &kind);
	if (!param_applies(p, kind))
		return -1;
	if (p->type == PARAM_GROUP && p->members == SCOPE_OPTIMIZER)
		str_add(out, p->names[phase->optimizer.kind]);
	else if (p->type != PARAM_GROUP)
		param_text(p, kind, base, out);
	return 0;
}

/* ---- a recipe --------------------------------------------------------------------------------------------------------- */

static void unknown_phase_key(const struct node *at, int kind, struct diagnostics *d)
{
	const struct param *inner = phase_param(at->key);
	if (inner && inner->scope == SCOPE_OPTIMIZER) {
		node_key_error(d, at, "'%s' belongs inside the optimizer: {%s: {%s: ...}}", at->key, inner->kinds == 2 ? "sgd" : "nadam", at->key);
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
		if (p->scope != SCOPE_PHASE || p->type == PARAM_GROUP || strcmp(p->name, "name") == 0)
			continue;
		if (!param_applies(p, kind) || param_fallback(p, kind) || node_get(map, p->name))
			continue;
		struct str expect = { 0 };
		param_expect(p, kind, &expect);
		node_error(d, map, "'%s' is missing in this %s phase (%s: %s)", p->name, phase_kind_name((enum phase_kind)kind), p->name, expect.s);
		str_free(&expect);
		result = -1;
	}
	return result;
}

static int read_kind(const struct node *map, struct phase_config *out, struct diagnostics *d)
{
	if (map->kind != NODE_MAP) {
		node_error(d, map, "a phase is a map such as {phase: dual, epochs: 20}, not %s", node_kind_name(map));
		return -1;
	}
	const struct node *kind = node_get(map, "phase");
	if (!kind) {
		node_error(d, map, "'phase' is missing: which kind is it (single, dual, scratch, unify, unfreeze, kfold)?");
		return -1;
	}
	return assign_value(param_find(SCOPE_PHASE, "phase"), 0, out, kind, d);
}

static int read_phase(const struct node *map, struct phase_config *out, struct diagnostics *d)
{
	if (read_kind(map, out, d))
		return -1;
	const int kind = (int)out->kind;
	param_defaults(SCOPE_PHASE, kind, out);
	optimizer_reset(&out->optimizer, OPTIMIZER_NADAM);
	param_defaults(SCOPE_STOP, 0, &out->stop);
	snprintf(out->name, sizeof(out->name), "%s", phase_kind_name(out->kind));
	int result = 0;
	for (const struct node *n = map->first; n; n = n->next) {
		if (strcmp(n->key, "phase") == 0)
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
		node_error(d, name, "name = %.40s: no dots in the name of a phase (an axis is called NAME.PARAM)", name->text);
		result = -1;
	}
	if (node_get(map, "chain") && node_get(map, "start")) {
		node_key_error(d, node_get(map, "chain"), "chain and start say the same thing: give one of them");
		result = -1;
	}
	return check_required(map, kind, d) ? -1 : result;
}

void recipe_read(const struct node *list, struct arena *a, struct diagnostics *d, struct recipe *out)
{
	out->node = list;
	if (list->kind != NODE_LIST || list->count == 0) {
		node_error(d, list, "a recipe is a list of phases, not %s", list->kind == NODE_LIST ? "an empty list" : node_kind_name(list));
		return;
	}
	if (list->count > PHASES_MAX) {
		node_error(d, list, "too many phases: %zu, at most %d are possible", list->count, PHASES_MAX);
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

/* ---- order and layers ------------------------------------------------------------------------------------------------- */

/* "phase 2 'head' (unify)": a phase as messages call it. */
static void name_phase(const struct phase_config *phases, int i, char text[96])
{
	const char *kind = phase_kind_name(phases[i].kind);
	if (strcmp(phases[i].name, kind) == 0)
		snprintf(text, 96, "phase %d (%s)", i + 1, kind);
	else
		snprintf(text, 96, "phase %d '%s' (%s)", i + 1, phases[i].name, kind);
}

/* What is wrong with phase i in this place, or NULL. %1 and %2 of the message are the phase and the one before. */
static const char *order_problem(const struct phase_config *phases, int i)
{
	const enum phase_kind kind = phases[i].kind;
	const bool fresh = kind == PHASE_SINGLE || kind == PHASE_DUAL || kind == PHASE_SCRATCH;
	if (i > 0 && phases[i - 1].kind == PHASE_KFOLD)
		return "k-fold leaves one network a fold, so it has to be last";
	if (i > 0 && fresh)
		return "it begins from random weights, so what was learned before would be lost; it has to be first";
	if (kind == PHASE_UNIFY && (i == 0 || phases[i - 1].kind != PHASE_DUAL))
		return "it joins the two submodels of a dual phase, which has to come directly before";
	if (!fresh && i == 0)
		return "it trains the network of the phase before, and there is none";
	if ((kind == PHASE_UNFREEZE || kind == PHASE_KFOLD) && phases[i - 1].kind == PHASE_DUAL)
		return "a dual phase leaves two submodels; join them with a unify phase first";
	return NULL;
}

static int check_order(const struct phase_config *phases, int i, const struct node *place, struct diagnostics *d)
{
	const char *problem = order_problem(phases, i);
	if (!problem)
		return 0;
	char this[96], before[96] = "";
	name_phase(phases, i, this);
	if (i > 0)
		name_phase(phases, i - 1, before);
	node_error(d, place, "%s %s%s: %s", this, i > 0 ? "after " : "at the beginning", before, problem);
	return -1;
}

static int unknown_layer(const struct layer_list *layers, const char *entry, const char *phase, const struct node *place, struct diagnostics *d)
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
	node_error(d, place, "%s: freeze: no layer '%s'%s%s%s (its network has %s)", phase, entry, near ? " (did you mean '" : "",
		   near ? near : "", near ? "'?)" : "", list.s);
	str_free(&list);
	return -1;
}

/* The freeze list inside the phase's map, or whatever stands for the phase. */
static const struct node *freeze_place(const struct node *place)
{
	const struct node *freeze = node_get(place, "freeze");
	return freeze ? freeze : place;
}

static int check_layers(const struct phase_config *phases, int i, const struct model_config *m, const struct node *place, struct diagnostics *d)
{
	const enum network network = network_of_phase(phases, i);
	struct layer_list layers;
	bool frozen[LAYERS_MAX] = { false };
	char this[96];
	name_phase(phases, i, this);
	if (network == NETWORK_UNIFIED && m->counts[BLOCK_UNIFIED_HEAD] == 0) {
		if (d)
			node_error(d, place, "%s: the model has no unified network (unified_head: is missing)", this);
		return -1;
	}
	network_layers(m, network, &layers);
	for (int k = 0; k < phases[i].freeze_count; k++)
		if (network_freeze(&layers, phases[i].freeze[k], frozen) == 0)
			return unknown_layer(&layers, phases[i].freeze[k], this, freeze_place(place), d);
	for (int k = 0; k < layers.count; k++)
		if (!frozen[k])
			return 0;
	if (d)
		node_error(d, freeze_place(place), "%s: freeze: every layer is frozen, nothing is left to train", this);
	return -1;
}

int phases_check(const struct phase_config *phases, int count, const struct node *const *places, struct diagnostics *d)
{
	int bad = 0;
	for (int i = 0; i < count; i++)
		bad |= check_order(phases, i, places[i], d);
	return bad ? -1 : 0;
}

int phases_check_layers(const struct phase_config *phases, int count, const struct model_config *m, const struct node *const *places,
			struct diagnostics *d)
{
	int bad = 0;
	for (int i = 0; i < count; i++)
		bad |= check_layers(phases, i, m, places[i], d);
	return bad ? -1 : 0;
}

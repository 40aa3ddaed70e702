/* identity.c - the canonical text of a trial: written by hand from the table of parameters, so that
 * not one byte of it depends on a library's version; read back with jansson. */
#include "identity.h"

#include <assert.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "../base/str.h"
#include "layers.h"
#include "param.h"
#include "phases.h"
#include "program.h"

enum { ROWS_MAX = 64 };

/* ---- writing ---- */

/* The rows of a scope in the order of their names. */
static size_t sorted_rows(enum param_scope scope, const struct param *rows[ROWS_MAX])
{
	size_t count, used = 0;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (table[i].scope != scope)
			continue;
		assert(used < ROWS_MAX);
		size_t at = used++;
		for (; at > 0 && strcmp(rows[at - 1]->name, table[i].name) > 0; at--)
			rows[at] = rows[at - 1];
		rows[at] = &table[i];
	}
	return used;
}

static void add_key(struct str *out, const char *key)
{
	const bool first = out->length == 0 || out->s[out->length - 1] == '{';
	str_addf(out, "%s\"%s\":", first ? "" : ",", key);
}

/* The simple parameters of a scope that differ from their defaults, without braces. */
static void add_simple(
	struct str *out, const struct param *p, int kind, const void *base, const void *defaults)
{
	if (!param_applies(p, kind)
		|| (param_fallback(p, kind) && param_equal(p, kind, base, defaults)))
		return;
	add_key(out, p->name);
	param_format(p, kind, base, out);
}

static void add_scope(
	struct str *out, enum param_scope scope, int kind, const void *base, const void *defaults)
{
	const struct param *rows[ROWS_MAX];
	const size_t count = sorted_rows(scope, rows);
	str_add(out, "{");
	for (size_t i = 0; i < count; i++)
		add_simple(out, rows[i], kind, base, defaults);
	str_add(out, "}");
}

/* The optimizer or the schedule, unless it is the default one with its defaults. */
static void add_of_kind(struct str *out, const struct param *p, const struct phase_config *phase)
{
	const int kind = phase_kind_of(phase, p->members);
	struct phase_config defaults = { 0 };
	phase_set_kind(&defaults, p, kind);
	struct str inside = { 0 };
	if (p->members == SCOPE_OPTIMIZER)
		add_scope(&inside, p->members, kind, &phase->optimizer, &defaults.optimizer);
	else
		add_scope(&inside, p->members, kind, &phase->schedule, &defaults.schedule);
	if (strcmp(p->names[kind], p->fallback) != 0 || inside.length > 2) {
		add_key(out, p->name);
		str_addf(out, "{\"%s\":%s}", p->names[kind], inside.s);
	}
	str_free(&inside);
}

static void add_stop(struct str *out, const struct param *p, const struct stop_config *stop)
{
	struct stop_config defaults = { 0 };
	param_defaults(SCOPE_STOP, 0, &defaults);
	struct str inside = { 0 };
	add_scope(&inside, SCOPE_STOP, 0, stop, &defaults);
	if (inside.length > 2) {
		add_key(out, p->name);
		str_add(out, inside.s);
	}
	str_free(&inside);
}

/* The layers that a freeze list stands for, by their paths and in the order of the network: [stem1,
 * stem2] and [conv1, conv2, wide] are one. A name that the network does not have stays as it is. */
static void add_freeze(struct str *out, const struct trial *t, int index)
{
	const struct phase_config *phase = &t->phases[index];
	if (phase->freeze_count == 0)
		return;
	struct layer_list layers;
	network_layers(trial_networks(t), network_of_phase(t->phases, index), &layers);
	bool frozen[LAYERS_MAX] = { false };
	const char *separator = "";
	add_key(out, "freeze");
	str_add(out, "[");
	for (int i = 0; i < phase->freeze_count; i++)
		if (network_freeze(&layers, phase->freeze[i], frozen) == 0) {
			str_addf(out, "%s\"%s\"", separator, phase->freeze[i]);
			separator = ",";
		}
	for (int i = 0; i < layers.count; i++)
		if (frozen[i]) {
			str_addf(out, "%s\"%s\"", separator, layers.path[i]);
			separator = ",";
		}
	str_add(out, "]");
}

/* Is anything on that moves pixels? */
static bool is_sampled(const struct augment_config *a)
{
	return a->rotation != 0 || a->zoom != 0 || a->translation != 0 || a->shear != 0 || a->flip
		|| a->crop > 0;
}

/* {amounts}: those that differ from their defaults and have an effect. */
static void add_amounts(struct str *out, struct augment_config amounts)
{
	struct augment_config defaults = { 0 };
	param_defaults(SCOPE_AUGMENT, 0, &defaults);
	if (amounts.crop == 0)
		amounts.crop_fill = defaults.crop_fill; /* of nothing */
	if (!is_sampled(&amounts))
		amounts.resampling = defaults.resampling;
	add_scope(out, SCOPE_AUGMENT, 0, &amounts, &defaults);
}

static void add_augment(struct str *out, const struct trial *t)
{
	const struct augment_config *first = trial_first_augment(t);
	struct str inside = { 0 };
	if (!first)
		return;
	add_amounts(&inside, *first);
	if (inside.length > 2) {
		add_key(out, "augment");
		str_add(out, inside.s);
	}
	str_free(&inside);
}

/* Where they are others than those that stand as the trial's: trials with the same trainings have
 * the same text. */
static void add_phase_augment(struct str *out, const struct trial *t, int index)
{
	struct str first = { 0 }, mine = { 0 };
	if (!phase_uses_augment(&t->phases[index]))
		return;
	add_amounts(&first, *trial_first_augment(t));
	add_amounts(&mine, *trial_phase_augment(t, index));
	if (strcmp(first.s, mine.s) != 0) {
		add_key(out, "augment");
		str_add(out, mine.s);
	}
	str_free(&first);
	str_free(&mine);
}

static void add_phase(struct str *out, const struct trial *t, int index)
{
	struct phase_config active = t->phases[index], *phase = &active;
	const int kind = (int)phase->kind;
	struct phase_config defaults = { 0 };
	param_defaults(SCOPE_PHASE, kind, &defaults);
	if (!(phase->distill > 0)) /* of nothing */
		phase->temperature = defaults.temperature;
	if (trial_networks(t)->counts[BLOCK_EXIT] == 0)
		phase->exit_weight = defaults.exit_weight;
	if (phase->validation == t->validation)
		phase->validation = defaults.validation;
	const struct param *rows[ROWS_MAX];
	const size_t count = sorted_rows(SCOPE_PHASE, rows);
	str_add(out, "{");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i]->name, "name") == 0)
			continue;
		if (rows[i]->type == PARAM_NAMES)
			add_freeze(out, t, index);
		else if (rows[i]->type == PARAM_NAMED)
			add_phase_augment(out, t, index);
		else if (rows[i]->type != PARAM_GROUP)
			add_simple(out, rows[i], kind, phase, &defaults);
		else if (rows[i]->names)
			add_of_kind(out, rows[i], phase);
		else
			add_stop(out, rows[i], &phase->stop);
	}
	str_add(out, "}");
}

/* "phases" stands where "recipe", its name in a sweep file, would. */
static void add_phases(struct str *out, const struct trial *t)
{
	add_key(out, "phases");
	str_add(out, "[");
	for (int i = 0; i < t->phase_count; i++) {
		str_add(out, i > 0 ? "," : "");
		struct str phase = { 0 };
		add_phase(&phase, t, i);
		str_add(out, phase.s);
		str_free(&phase);
	}
	str_add(out, "]");
}

static void add_layer(struct str *out, const struct layer_config *l)
{
	const int kind = (int)l->kind;
	struct layer_config defaults = { 0 };
	param_defaults(SCOPE_LAYER, kind, &defaults);
	struct str inside = { 0 };
	add_scope(&inside, SCOPE_LAYER, kind, l, &defaults);
	str_addf(out, "{\"%s\":%s}", param_kinds(SCOPE_LAYER)[kind], inside.s);
	str_free(&inside);
}

/* The blocks of a model that is not the default; an empty block is as none. */
static void add_model(struct str *out, const struct trial *t)
{
	const struct model_config *m = trial_networks(t);
	if (model_equal(m, model_lightweight()))
		return;
	add_key(out, "model");
	str_add(out, "{");
	for (int b = 0; b < MODEL_BLOCKS; b++) {
		if (m->counts[b] == 0)
			continue;
		add_key(out, model_block_name((enum model_block)b));
		for (int i = 0; i < m->counts[b]; i++) {
			str_add(out, i > 0 ? "," : "[");
			add_layer(out, &m->layers[b][i]);
		}
		str_add(out, "]");
	}
	str_add(out, "}");
}

/* Of a trial that a program executes: the templates of its command, and all values. */
static char *program_canonical(const struct trial *t)
{
	const struct program_config *p = t->program;
	const struct param *rows[PROGRAM_PARAMETERS_MAX];
	struct str out = { 0 };
	for (int i = 0; i < p->parameter_count; i++) {
		int at = i;
		for (; at > 0 && strcmp(rows[at - 1]->name, p->parameters[i].name) > 0; at--)
			rows[at] = rows[at - 1];
		rows[at] = &p->parameters[i];
	}
	str_add(&out, "{\"parameters\":{");
	for (int i = 0; i < p->parameter_count; i++) {
		add_key(&out, rows[i]->name);
		param_format(rows[i], 0, t->values, &out);
	}
	str_add(&out, "},\"program\":[");
	for (int i = 0; i < p->argument_count; i++) {
		str_add(&out, i > 0 ? "," : "");
		str_add_json(&out, p->command[i]);
	}
	str_addf(&out, "],\"seed\":%llu}", (unsigned long long)t->seed);
	return str_take(&out);
}

char *trial_canonical(const struct trial *t)
{
	if (t->program)
		return program_canonical(t);
	struct trial defaults = { 0 };
	param_defaults(SCOPE_TRIAL, 0, &defaults);
	const struct param *rows[ROWS_MAX];
	const size_t count = sorted_rows(SCOPE_TRIAL, rows);
	struct str out = { 0 };
	str_add(&out, "{");
	for (size_t i = 0; i < count; i++) {
		if (rows[i]->type != PARAM_NAMED)
			add_simple(&out, rows[i], 0, t, &defaults);
		else if (rows[i]->members == SCOPE_AUGMENT)
			add_augment(&out, t);
		else if (rows[i]->members == SCOPE_LAYER)
			add_model(&out, t);
		else
			add_phases(&out, t);
	}
	str_add(&out, "}");
	return str_take(&out);
}

void trial_identify(struct trial *t)
{
	char *text = trial_canonical(t);
	digest_bytes(text, strlen(text), t->identity);
	free(text);
}

/* ---- reading ---- */

static int read_value(
	const struct param *p, const json_t *value, int index, void *base, struct err *e)
{
	char number[32];
	const char *text = NULL;
	struct str whole = { 0 };
	if (json_is_string(value))
		text = json_string_value(value);
	else if (json_is_boolean(value))
		text = json_is_true(value) ? "true" : "false";
	else if (json_is_integer(value)) {
		str_addf(&whole, "%lld", (long long)json_integer_value(value));
		text = whole.s;
	} else if (json_is_real(value)) {
		number_format(json_real_value(value), number);
		text = number;
	}
	struct str why = { 0 };
	int result = 0;
	if (!text)
		result = err_set(e, ERR_USAGE, "configuration of a trial: %s: no value", p->name);
	else if (param_parse(p, text, index, base, &why))
		result = err_set(e, ERR_USAGE, "configuration of a trial: %s = %.60s: %s", p->name,
			text, why.s);
	str_free(&whole);
	str_free(&why);
	return result;
}

static int read_param(const struct param *p, const json_t *value, void *base, struct err *e)
{
	if (!json_is_array(value))
		return read_value(p, value, 0, base, e);
	const size_t most = p->type == PARAM_NAMES ? (size_t)p->max
		: p->type == PARAM_REALS           ? (size_t)p->max_count
		: p->type == PARAM_ENUMS           ? 2
						   : 0;
	if (json_array_size(value) > most)
		return err_set(
			e, ERR_USAGE, "configuration of a trial: %s: too many values", p->name);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (read_value(p, json_array_get(value, i), (int)i, base, e))
			return -1;
	return 0;
}

/* What a trial that was read back owns. */
struct owned {
	struct model_config networks;
	struct phase_config phases[PHASES_MAX];
	size_t layer_count;
	struct layer_config layers[]; /* of all blocks */
};

/* Every parameter that has no default has to be there; keys that nobody knows come from a newer
 * program. */
static int read_scope(
	enum param_scope scope, int kind, const json_t *object, void *base, struct err *e);

static int read_group(const struct param *p, const json_t *value, void *base, struct err *e)
{
	if (p->members == SCOPE_STOP)
		return read_scope(SCOPE_STOP, 0, value, &((struct phase_config *)base)->stop, e);
	struct phase_config *phase = base;
	void *group = p->members == SCOPE_OPTIMIZER ? (void *)&phase->optimizer
						    : (void *)&phase->schedule;
	const char *name = json_object_iter_key(json_object_iter((json_t *)value));
	for (int k = 0; name && p->names[k]; k++) {
		if (strcmp(p->names[k], name) != 0)
			continue;
		phase_set_kind(phase, p, k);
		return read_scope(p->members, k, json_object_get(value, name), group, e);
	}
	return err_set(e, ERR_USAGE, "configuration of a trial: %s '%s' is not known", p->name,
		name ? name : "");
}

static int read_layer(const json_t *object, struct layer_config *out, struct err *e)
{
	const char *const *kinds = param_kinds(SCOPE_LAYER);
	const char *name = json_object_iter_key(json_object_iter((json_t *)object));
	for (int k = 0; name && kinds[k]; k++) {
		if (strcmp(kinds[k], name) != 0)
			continue;
		out->kind = (enum layer_kind)k;
		param_defaults(SCOPE_LAYER, k, out);
		if (read_scope(SCOPE_LAYER, k, json_object_get(object, name), out, e))
			return -1;
		if (layer_has_weights(out) && !out->name[0])
			return err_set(e, ERR_USAGE,
				"configuration of a trial: a %s layer without a name", name);
		return 0;
	}
	return err_set(e, ERR_USAGE, "configuration of a trial: layer '%s' is not known",
		name ? name : "");
}

static int read_block(const char *key, const json_t *list, struct owned *o, struct err *e)
{
	struct model_config *m = &o->networks;
	const int b = model_block_find(key);
	if (b < 0 || !json_is_array(list) || json_array_size(list) > BLOCK_LAYERS_MAX)
		return err_set(e, ERR_USAGE,
			"configuration of a trial: model: '%s' is no list of at most %d layers",
			key, BLOCK_LAYERS_MAX);
	struct layer_config *layers = &o->layers[o->layer_count];
	m->layers[b] = layers;
	m->counts[b] = (int)json_array_size(list);
	o->layer_count += json_array_size(list);
	for (int i = 0; i < m->counts[b]; i++)
		if (read_layer(json_array_get(list, (size_t)i), &layers[i], e))
			return -1;
	return 0;
}

/* Layers that read_block can come to, at most. */
static size_t count_layers(const json_t *model)
{
	const char *key;
	json_t *list;
	size_t count = 0;
	json_object_foreach((json_t *)model, key,
		list) if (json_array_size(list) <= BLOCK_LAYERS_MAX) count += json_array_size(list);
	return count;
}

/* Into the room that the trial owns. */
static int read_model(const json_t *object, struct trial *t, struct err *e)
{
	struct owned *o = t->memory;
	struct model_config *m = &o->networks;
	if (!json_is_object(object))
		return err_set(e, ERR_USAGE, "configuration of a trial: model: not a JSON object");
	const char *key;
	json_t *list;
	json_object_foreach((json_t *)object, key, list) if (read_block(key, list, o, e)) return -1;
	struct str why = { 0 };
	enum model_block block;
	int layer;
	const int bad = model_check(m, &block, &layer, &why);
	if (bad)
		err_set(e, ERR_USAGE, "configuration of a trial: model: %s", why.s);
	str_free(&why);
	snprintf(t->model, sizeof(t->model), "unnamed");
	t->networks = m;
	return bad;
}

static int read_key(
	enum param_scope scope, const char *key, const json_t *value, void *base, struct err *e)
{
	const struct param *p = param_find(scope, key);
	if (!p || (p->type == PARAM_NAMED && p->members == SCOPE_TRIAL))
		return err_set(e, ERR_USAGE,
			"configuration of a trial: parameter '%s' is not known to this version",
			key);
	if (p->type == PARAM_NAMED && p->members == SCOPE_LAYER)
		return read_model(value, base, e);
	if (p->type == PARAM_NAMED && scope == SCOPE_PHASE)
		((struct phase_config *)base)->own_augment = true;
	if (p->type == PARAM_NAMED)
		return read_scope(p->members, 0, value, (char *)base + p->offset, e);
	return p->type == PARAM_GROUP ? read_group(p, value, base, e)
				      : read_param(p, value, base, e);
}

static int read_scope(
	enum param_scope scope, int kind, const json_t *object, void *base, struct err *e)
{
	if (!json_is_object(object))
		return err_set(e, ERR_USAGE, "configuration of a trial: not a JSON object");
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)object, key, value)
	{
		const bool list = scope == SCOPE_TRIAL && strcmp(key, "phases") == 0;
		if (!list && read_key(scope, key, value, base, e))
			return -1;
	}
	const struct param *rows[ROWS_MAX];
	const size_t count = sorted_rows(scope, rows);
	for (size_t i = 0; i < count; i++) {
		const bool simple = rows[i]->type != PARAM_GROUP && rows[i]->type != PARAM_NAMED
			&& strcmp(rows[i]->name, "name") != 0;
		if (simple && param_applies(rows[i], kind) && !param_fallback(rows[i], kind)
			&& !json_object_get(object, rows[i]->name))
			return err_set(e, ERR_USAGE, "configuration of a trial: '%s' is missing",
				rows[i]->name);
	}
	return 0;
}

static int read_phase(const json_t *object, struct phase_config *out, struct err *e)
{
	const struct param *row = param_find(SCOPE_PHASE, "phase");
	const json_t *kind = json_object_get(object, row->name);
	if (!kind)
		return err_set(e, ERR_USAGE, "configuration of a trial: a phase without its kind");
	if (read_value(row, kind, 0, out, e))
		return -1;
	param_defaults(SCOPE_PHASE, (int)out->kind, out);
	phase_set_kind(out, param_find(SCOPE_PHASE, "optimizer"), OPTIMIZER_NADAM);
	phase_set_kind(out, param_find(SCOPE_PHASE, "schedule"), SCHEDULE_CONSTANT);
	param_defaults(SCOPE_STOP, 0, &out->stop);
	param_defaults(SCOPE_AUGMENT, 0, &out->augment);
	snprintf(out->augment_name, sizeof(out->augment_name), "trial");
	const char *name = phase_kind_name(out->kind);
	memcpy(out->name, name, strlen(name) + 1);
	return read_scope(SCOPE_PHASE, (int)out->kind, object, out, e);
}

static int read_phases(const json_t *list, struct trial *out, struct err *e)
{
	const size_t count = json_array_size(list);
	if (count == 0 || count > PHASES_MAX)
		return err_set(e, ERR_USAGE,
			"configuration of a trial: %zu phases (1 to %d are possible)", count,
			PHASES_MAX);
	struct phase_config *phases = ((struct owned *)out->memory)->phases;
	out->phases = phases;
	out->phase_count = (int)count;
	for (size_t i = 0; i < count; i++)
		if (read_phase(json_array_get(list, i), &phases[i], e))
			return -1;
	return 0;
}

/* What a trial of a program that was read back owns. All numbers are reals and all words texts: of
 * the parameters only the values were recorded, and they are written the same. */
struct owned_program {
	struct program_config config;
	const char *command[PROGRAM_ARGUMENTS_MAX + 1];
	struct param rows[PROGRAM_PARAMETERS_MAX];
	double values[PROGRAM_PARAMETERS_MAX * PROGRAM_TEXT_MAX / sizeof(double)];
	char texts[]; /* as many bytes as the canonical text has: more than they need */
};

static const char *keep_text(char **at, const char *text)
{
	char *kept = *at;
	const size_t bytes = strlen(text) + 1;
	memcpy(kept, text, bytes);
	*at += bytes;
	return kept;
}

static int read_command(struct owned_program *o, const json_t *list, char **at, struct err *e)
{
	const size_t count = json_array_size(list);
	if (count == 0 || count > PROGRAM_ARGUMENTS_MAX)
		return err_set(e, ERR_USAGE, "configuration of a trial: a program without command");
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		if (!text)
			return err_set(e, ERR_USAGE,
				"configuration of a trial: program: an argument is no text");
		o->command[i] = keep_text(at, text);
	}
	o->config.command = o->command;
	o->config.argument_count = (int)count;
	return 0;
}

static int read_values(struct owned_program *o, const json_t *object, char **at, struct err *e)
{
	const char *key;
	json_t *value;
	if (!json_is_object(object) || json_object_size(object) > PROGRAM_PARAMETERS_MAX)
		return err_set(e, ERR_USAGE, "configuration of a trial: parameters of a program");
	json_object_foreach((json_t *)object, key, value)
	{
		struct param *row = &o->rows[o->config.parameter_count];
		*row = (struct param){ .scope = SCOPE_PROGRAM,
			.name = keep_text(at, key),
			.type = json_is_number(value)    ? PARAM_REAL
				: json_is_boolean(value) ? PARAM_BOOL
							 : PARAM_STRING,
			.offset = o->config.values_bytes,
			.size = PROGRAM_TEXT_MAX,
			.min = -DBL_MAX,
			.max = DBL_MAX };
		if (read_value(row, value, 0, o->values, e))
			return -1;
		o->config.parameter_count++;
		o->config.values_bytes += PROGRAM_TEXT_MAX;
	}
	o->config.parameters = o->rows;
	return 0;
}

static int read_program(const json_t *root, size_t length, struct trial *out, struct err *e)
{
	struct owned_program *o = calloc(1, sizeof(*o) + length + 1);
	if (!o)
		return err_nomem(e);
	char *at = o->texts;
	*out = (struct trial){ .memory = o, .program = &o->config, .values = o->values };
	o->config.directory = ".";
	o->config.folder = "";
	snprintf(out->model, sizeof(out->model), "program");
	const json_t *seed = json_object_get(root, "seed");
	if (!json_is_integer(seed) || json_integer_value(seed) < 0)
		return err_set(e, ERR_USAGE, "configuration of a trial: 'seed' is missing");
	out->seed = (uint64_t)json_integer_value(seed);
	return read_command(o, json_object_get(root, "program"), &at, e)
			|| read_values(o, json_object_get(root, "parameters"), &at, e)
		? -1
		: 0;
}

static int read_networks(const json_t *root, struct trial *out, struct err *e)
{
	*out = (struct trial){ 0 };
	param_defaults(SCOPE_TRIAL, 0, out);
	param_defaults(SCOPE_AUGMENT, 0, &out->augment);
	trial_default_model(out);
	out->memory = calloc(1,
		sizeof(struct owned)
			+ (count_layers(json_object_get(root, "model")) + 1)
				* sizeof(struct layer_config));
	if (!out->memory)
		return err_nomem(e);
	return read_scope(SCOPE_TRIAL, 0, root, out, e)
			|| read_phases(json_object_get(root, "phases"), out, e)
		? -1
		: 0;
}

int trial_from_canonical(const char *text, struct trial *out, struct err *e)
{
	*out = (struct trial){ 0 };
	json_error_t problem;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
	int result = 0;
	if (!root)
		result = err_set(e, ERR_USAGE, "configuration of a trial: bad JSON at byte %d: %s",
			problem.position, problem.text);
	else if (json_object_get(root, "program"))
		result = read_program(root, strlen(text), out, e);
	else
		result = read_networks(root, out, e);
	if (root)
		json_decref(root);
	if (result) {
		trial_free(out);
		*out = (struct trial){ 0 };
		return -1;
	}
	trial_identify(out);
	return 0;
}

void trial_beginning(const struct trial *t, int phases, char identity[DIGEST_TEXT])
{
	struct trial beginning = *t;
	struct model_config alone = *trial_networks(t);
	beginning.phase_count = phases;
	/* a teacher is the same whoever learns from it */
	for (int b = 0; b < MODEL_BLOCKS; b++)
		alone.counts[b] = b == BLOCK_TEACHER ? alone.counts[b] : 0;
	if (phases > 0 && network_of_phase(t->phases, phases - 1) == NETWORK_TEACHER)
		beginning.networks = &alone;
	trial_identify(&beginning);
	memcpy(identity, beginning.identity, DIGEST_TEXT);
}

/* schema.c - the rows of the language as a JSON Schema. Files with a program and files that train
 * with the core differ in paths and metrics: each has definitions of its own. */
#include "schema.h"

#include <float.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "language.h"
#include "robustness.h"

#define NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9_.+-]*$"
#define PHASE_PATTERN "^[A-Za-z0-9][A-Za-z0-9_+-]*\\.((optimizer|schedule|stop)\\.)?"
#define PHASE_AMOUNT_PATTERN "^[A-Za-z0-9][A-Za-z0-9_+-]*\\.augment\\."

struct maker {
	bool program;
	const char *const *metrics, *const *figures;
};

/* ---- pieces ---- */

static json_t *of_type(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

static json_t *scalar(void)
{
	return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
}

static json_t *reference(const struct maker *m, const char *name)
{
	char text[80];
	snprintf(text, sizeof(text), "#/$defs/%s-%s", m->program ? "program" : "core", name);
	return json_pack("{s:s}", "$ref", text);
}

static json_t *any_of(json_t *a, json_t *b)
{
	return json_pack("{s:[o,o]}", "anyOf", a, b);
}

static json_t *list_of(json_t *items, size_t min)
{
	return json_pack(
		"{s:s,s:o,s:I}", "type", "array", "items", items, "minItems", (json_int_t)min);
}

static json_t *one_of_words(const char *const *words)
{
	json_t *list = json_array();
	for (int i = 0; words[i]; i++)
		json_array_append_new(list, json_string(words[i]));
	return json_pack("{s:o}", "enum", list);
}

static json_t *name(void)
{
	return json_pack("{s:[s,s],s:s}", "type", "string", "number", "pattern", NAME_PATTERN);
}

static json_t *number(bool whole, double min, bool min_open, double max, bool max_open)
{
	json_t *out = of_type(whole ? "integer" : "number");
	if (min != -DBL_MAX && min != INT_MIN)
		json_object_set_new(out, min_open ? "exclusiveMinimum" : "minimum", json_real(min));
	if (max != DBL_MAX && max != INT_MAX)
		json_object_set_new(out, max_open ? "exclusiveMaximum" : "maximum", json_real(max));
	return out;
}

/* Any names, each with this value. */
static json_t *named(json_t *value)
{
	return json_pack("{s:s,s:{s:s},s:o}", "type", "object", "propertyNames", "pattern",
		NAME_PATTERN, "additionalProperties", value);
}

static void describe(json_t *schema, const char *help, const char *detail)
{
	struct str text = { 0 };
	str_addf(&text, "%s%s%s", help, detail ? "\n\n" : "", detail ? detail : "");
	json_object_set_new(schema, "description", json_string(text.s));
	str_free(&text);
}

/* ---- parameters ---- */

static json_t *scope_map(enum param_scope scope, int kind);

/* {KIND: {parameters}}, or the kind alone. */
static json_t *kinds_map(enum param_scope scope, bool word)
{
	json_t *properties = json_object();
	const char *const *names = param_kinds(scope);
	for (int k = 0; names[k]; k++) {
		json_t *map = scope_map(scope, k);
		const struct kind *row = kind_find(scope, names[k]);
		if (word)
			json_object_set_new(map, "type", json_pack("[s,s]", "object", "null"));
		if (row)
			describe(map, row->help, row->detail);
		json_object_set_new(properties, names[k], map);
	}
	json_t *map = json_pack("{s:s,s:o,s:b,s:i,s:i}", "type", "object", "properties", properties,
		"additionalProperties", 0, "minProperties", 1, "maxProperties", 1);
	return word ? any_of(one_of_words(names), map) : map;
}

static json_t *param_value(const struct param *p)
{
	switch (p->type) {
	case PARAM_INTEGER:
	case PARAM_SEED:
	case PARAM_REAL: {
		json_t *value =
			number(p->type != PARAM_REAL, p->min, p->min_open, p->max, p->max_open);
		return p->zero ? any_of(value, json_pack("{s:s}", "const", p->zero)) : value;
	}
	case PARAM_REALS:
		return list_of(number(false, p->min, p->min_open, p->max, p->max_open), 1);
	case PARAM_BOOL: return of_type("boolean");
	case PARAM_ENUM: return one_of_words(p->names);
	case PARAM_ENUMS: return any_of(one_of_words(p->names), list_of(one_of_words(p->names), 1));
	case PARAM_TEXT: return p->names ? one_of_words(p->names) : name();
	case PARAM_NAMES: return any_of(scalar(), list_of(scalar(), 0));
	case PARAM_STRING: return scalar();
	case PARAM_GROUP: return p->names ? kinds_map(p->members, true) : scope_map(p->members, 0);
	case PARAM_NAMED: return name();
	}
	return json_object();
}

/* A map of the parameters that this kind has. */
static json_t *scope_map(enum param_scope scope, int kind)
{
	size_t count;
	const struct param *table = param_table(&count);
	json_t *properties = json_object(), *required = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		if (p->scope != scope || !param_applies(p, kind))
			continue;
		json_t *value = param_value(p);
		describe(value, p->help, p->detail);
		json_object_set_new(properties, p->name, value);
		const bool has_default = param_fallback(p, kind) || p->type == PARAM_GROUP
			|| (scope == SCOPE_PHASE && strcmp(p->name, "name") == 0);
		if (!has_default)
			json_array_append_new(required, json_string(p->name));
	}
	if (scope == SCOPE_PHASE && json_object_get(properties, "start"))
		json_object_set_new(properties, "chain", of_type("boolean"));
	return json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties,
		"required", required, "additionalProperties", 0);
}

static json_t *phase(void)
{
	json_t *kinds = json_array();
	const char *const *names = param_kinds(SCOPE_PHASE);
	for (int k = 0; names[k]; k++)
		json_array_append_new(kinds,
			json_pack("{s:{s:{s:{s:s}}},s:o}", "if", "properties", "phase", "const",
				names[k], "then", scope_map(SCOPE_PHASE, k)));
	/* Words of ordinary training: which kind they are depends on the model. */
	json_t *word = one_of_words(names), *words = json_object_get(word, "enum");
	const char *const *more = param_find(SCOPE_PHASE, "phase")->words;
	for (int i = 0; more[i]; i++)
		json_array_append_new(words, json_string(more[i]));
	return json_pack("{s:s,s:{s:o},s:[s],s:o}", "type", "object", "properties", "phase", word,
		"required", "phase", "allOf", kinds);
}

/* ---- paths ---- */

static json_t *as_is(json_t *value)
{
	return value;
}

static json_t *or_list(json_t *value)
{
	json_t *items = json_deep_copy(value);
	return any_of(value, list_of(items, 1));
}

static json_t *only_list(json_t *value)
{
	return list_of(value, 1);
}

/* A list of values, or how to draw one. */
static json_t *draw(json_t *value)
{
	json_t *bounds = json_pack("{s:s,s:{s:s},s:i,s:i}", "type", "array", "items", "type",
		"number", "minItems", 2, "maxItems", 2);
	json_t *range = json_pack("{s:s,s:{s:O,s:o},s:b,s:i,s:i}", "type", "object", "properties",
		"uniform", bounds, "log", bounds, "additionalProperties", 0, "minProperties", 1,
		"maxProperties", 1);
	return any_of(list_of(value, 1), range);
}

/* A list of values, one, or a map with a condition. */
static json_t *axis(json_t *value)
{
	json_t *with_condition = json_pack("{s:s,s:{s:o,s:{s:s}},s:[s],s:b}", "type", "object",
		"properties", "values", or_list(json_deep_copy(value)), "when", "$ref",
		"#/$defs/core-when", "required", "values", "additionalProperties", 0);
	return any_of(or_list(value), with_condition);
}

/* May the parameter stand behind the name of a phase? */
static bool behind_phase(const struct param *p)
{
	return p->scope >= SCOPE_PHASE && p->scope <= SCOPE_STOP && strcmp(p->name, "phase") != 0
		&& strcmp(p->name, "name") != 0;
}

static json_t *value_reference(const char *prefix, const char *name)
{
	char text[80];
	snprintf(text, sizeof(text), "#/$defs/%s%s", prefix, name);
	return json_pack("{s:s}", "$ref", text);
}

/* What a path's parameter may be; several scopes may have the name. */
static void define_values(json_t *definitions)
{
	size_t count;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		char key[80];
		snprintf(key, sizeof(key), "%s%s",
			p->scope == SCOPE_TRIAL             ? "trial-"
				: p->scope == SCOPE_AUGMENT ? "augment-"
							    : "phase-",
			p->name);
		if (p->scope > SCOPE_STOP || (p->scope >= SCOPE_PHASE && !behind_phase(p)))
			continue;
		json_t *known = json_object_get(definitions, key);
		if (!known) {
			known = json_pack("{s:[]}", "anyOf");
			json_object_set_new(definitions, key, known);
		}
		json_t *value = param_value(p);
		describe(value, p->help, NULL);
		json_array_append_new(json_object_get(known, "anyOf"), value);
	}
	json_object_set_new(definitions, "phase-chain", of_type("boolean"));
}

/* {PATH: shape(value)}; of a program: {NAME: anything}. also: a further key, or NULL. */
static json_t *paths(const struct maker *m, json_t *(*shape)(json_t *), const char *also)
{
	json_t *properties = json_object();
	size_t count;
	const struct param *table = param_table(&count);
	if (also)
		json_object_set_new(properties, also, reference(m, "when"));
	if (m->program)
		return json_pack("{s:s,s:o,s:{s:s}}", "type", "object", "properties", properties,
			"propertyNames", "pattern", NAME_PATTERN);
	json_t *patterns = json_object();
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		char key[160];
		if (p->scope == SCOPE_TRIAL && p->type != PARAM_SEED) {
			json_t *value = shape(value_reference("trial-", p->name));
			if (!json_object_get(value, "$ref"))
				describe(value, p->help, NULL);
			json_object_set_new(properties, p->name, value);
		} else if (p->scope == SCOPE_AUGMENT) {
			snprintf(key, sizeof(key), "augment.%s", p->name);
			json_object_set_new(
				properties, key, shape(value_reference("augment-", p->name)));
			snprintf(key, sizeof(key), PHASE_AMOUNT_PATTERN "%s$", p->name);
			json_object_set_new(
				patterns, key, shape(value_reference("augment-", p->name)));
		} else if (behind_phase(p)) {
			snprintf(key, sizeof(key), PHASE_PATTERN "%s$", p->name);
			json_object_set_new(
				patterns, key, shape(value_reference("phase-", p->name)));
		}
	}
	/* Parameters of layers by their names, which only the model knows. */
	json_object_set_new(patterns, "^model\\.[A-Za-z0-9_.+-]+$", json_object());
	json_object_set_new(
		patterns, PHASE_PATTERN "chain$", shape(value_reference("phase-", "chain")));
	return json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties,
		"patternProperties", patterns, "additionalProperties", 0);
}

/* ---- keys ---- */

static json_t *metric(const struct maker *m)
{
	if (m->program)
		return name();
	return any_of(one_of_words(m->metrics),
		json_pack("{s:s,s:s}", "type", "string", "pattern", "^epochs_to_[0-9.]+$"));
}

static json_t *corruptions(void)
{
	const char *words[CORRUPTIONS + 1] = { NULL };
	for (int i = 0; i < CORRUPTIONS; i++)
		words[i] = corruption_info((enum corruption)i)->name;
	return one_of_words(words);
}

static const char *const type_words[] = { "integer", "real", "boolean", "enum", "text", NULL };

static const char *place_definition(enum place place)
{
	static const char *const names[] = { "file", "library", "block", "axis", "zip", "random",
		"range", "claim", "table", "figure", "robustness", "model", "executed", "parameter",
		"metric", "template", "layers", "repeat" };
	size_t i = 0;
	while (place >> i > 1)
		i++;
	return names[i];
}

static json_t *key_value(const struct maker *m, const struct key *k)
{
	switch (k->type) {
	case KEY_NAME:
	case KEY_LABEL:
	case KEY_PHASE: return name();
	case KEY_TEXT:
		return json_pack("{s:[s,s],s:I}", "type", "string", "number", "maxLength",
			(json_int_t)k->size - 1);
	case KEY_WORD: return k->words ? one_of_words(k->words) : corruptions();
	case KEY_WHOLE: return number(true, k->min, false, k->max, false);
	case KEY_REAL:
	case KEY_NUMBER: return number(false, k->min, false, k->max, false);
	case KEY_WHERE: return of_type("object");
	case KEY_LABELS: return any_of(scalar(), list_of(scalar(), 1));
	case KEY_METRIC: return metric(m);
	case KEY_METRICS: return any_of(metric(m), list_of(metric(m), 1));
	case KEY_FIGURE: return one_of_words(m->figures);
	case KEY_VERSION: return json_pack("{s:i}", "const", 1);
	case KEY_SEEDS:
		return any_of(number(true, k->min, false, k->max, false),
			json_pack("{s:s,s:o,s:b,s:i}", "type", "array", "items",
				number(true, 0, false, 9007199254740992.0, false), "uniqueItems", 1,
				"minItems", 1));
	case KEY_FILES: return any_of(of_type("string"), list_of(of_type("string"), 0));
	case KEY_SETTINGS: return reference(m, "settings");
	case KEY_AXES: return reference(m, "axes");
	case KEY_CONDITION: return reference(m, "when");
	case KEY_CONDITIONS: return list_of(reference(m, "when"), 0);
	case KEY_ZIP: return any_of(reference(m, "zip"), list_of(reference(m, "zip"), 1));
	case KEY_TRIALS: return any_of(of_type("string"), list_of(reference(m, "settings"), 1));
	case KEY_DRAWS: return reference(m, "draws");
	case KEY_CHANGES: return named(reference(m, "settings"));
	case KEY_RECIPES:
		return named(json_pack("{s:s,s:o,s:i,s:i}", "type", "array", "items",
			reference(m, "phase"), "minItems", 1, "maxItems", 16));
	case KEY_AUGMENTS: return named(reference(m, "amounts"));
	case KEY_MODELS: return named(reference(m, "model"));
	case KEY_LAYERS: return list_of(reference(m, "layer"), 0);
	case KEY_SEVERITIES: return list_of(number(false, 0, false, DBL_MAX, false), 1);
	case KEY_MAP: return reference(m, place_definition(k->members));
	case KEY_MAPS: return list_of(reference(m, place_definition(k->members)), 0);
	case KEY_NAMED_MAPS:
		return named(any_of(reference(m, place_definition(k->members)), of_type("null")));
	case KEY_COMMAND: return list_of(scalar(), 1);
	case KEY_PATHS: return any_of(scalar(), list_of(scalar(), 1));
	case KEY_TEXTS:
		return json_pack("{s:s,s:o}", "type", "object", "additionalProperties", scalar());
	case KEY_STRING: return scalar();
	case KEY_FLAG: return of_type("boolean");
	case KEY_PARAMETERS:
		return named(any_of(
			one_of_words(type_words), reference(m, place_definition(k->members))));
	case KEY_TOLERANCES: return named(number(false, 0, false, DBL_MAX, false));
	case KEY_VALUES:
	case KEY_BOUNDS:
	case KEY_ANY: break;
	}
	return json_object();
}

static bool of_other_engine(const struct maker *m, const char *name)
{
	static const char *const core[] = { "use", "recipes", "augments", "models", "robustness",
		NULL };
	static const char *const program[] = { "program", "parameters", "metrics", "verify", NULL };
	const char *const *others = m->program ? core : program;
	while (*others && strcmp(*others, name) != 0)
		others++;
	return *others != NULL;
}

static json_t *place_map(const struct maker *m, enum place place)
{
	size_t count;
	const struct key *table = language_table(&count);
	json_t *properties = json_object(), *required = json_array(), *both = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct key *k = &table[i];
		if (!(k->places & place) || (place == PLACE_SWEEP && of_other_engine(m, k->name)))
			continue;
		json_t *value = key_value(m, k);
		if (!json_object_get(value, "$ref"))
			describe(value, k->help, k->detail);
		json_object_set_new(properties, k->name, value);
		if (k->old)
			json_object_set_new(properties, k->old, key_value(m, k));
		if (k->needed & place && k->old)
			json_array_append_new(both,
				json_pack("{s:[{s:[s]},{s:[s]}]}", "oneOf", "required", k->name,
					"required", k->old));
		else if (k->needed & place)
			json_array_append_new(required, json_string(k->name));
	}
	json_t *out = json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties,
		"required", required, "additionalProperties", 0);
	if (json_array_size(both))
		json_object_set(out, "allOf", both);
	json_decref(both);
	return out;
}

/* ---- the whole ---- */

static void define(json_t *definitions, const struct maker *m, const char *name, json_t *schema)
{
	char key[80];
	snprintf(key, sizeof(key), "%s-%s", m->program ? "program" : "core", name);
	json_object_set_new(definitions, key, schema);
}

static json_t *claim(const struct maker *m)
{
	json_t *out = place_map(m, PLACE_CLAIM);
	/* a number of the paper, or two configurations */
	json_object_set_new(out, "oneOf",
		json_pack(
			"[{s:[s]},{s:[s,s]}]", "required", "paper", "required", "than", "compare"));
	return out;
}

static void define_all(json_t *definitions, const struct maker *m)
{
	static const struct {
		enum place place;
		bool core, program;
	} plain[] = { { PLACE_BLOCK, true, true }, { PLACE_RANDOM, true, true },
		{ PLACE_TABLE, true, true }, { PLACE_FIGURE, true, true },
		{ PLACE_ROBUSTNESS, true, false }, { PLACE_PROGRAM, false, true },
		{ PLACE_PARAMETER, false, true }, { PLACE_METRIC, false, true },
		{ PLACE_TEMPLATE, true, false } };
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (m->program ? plain[i].program : plain[i].core)
			define(definitions, m, place_definition(plain[i].place),
				place_map(m, plain[i].place));
	define(definitions, m, "claim", claim(m));
	define(definitions, m, "settings", paths(m, as_is, NULL));
	define(definitions, m, "axes", paths(m, axis, NULL));
	define(definitions, m, "zip", paths(m, only_list, "when"));
	define(definitions, m, "draws", paths(m, draw, NULL));
	json_t *when = paths(m, or_list, NULL);
	json_object_set_new(when, "minProperties", json_integer(1));
	if (!m->program)
		json_object_set_new(json_object_get(when, "properties"), "ablation", json_object());
	define(definitions, m, "when", when);
	define(definitions, m, "file", place_map(m, PLACE_SWEEP));
	if (m->program)
		return;
	define(definitions, m, "phase", phase());
	json_t *layer = kinds_map(SCOPE_LAYER, false);
	json_object_set_new(json_object_get(layer, "properties"), "repeat", of_type("object"));
	define(definitions, m, "layer", layer);
	/* With templates a layer may be any of their names, and a number may be a parameter. */
	json_t *model = json_pack("{s:s,s:[s]}", "type", "object", "required", "templates");
	define(definitions, m, "model", any_of(place_map(m, PLACE_MODEL), model));
	json_t *amounts = scope_map(SCOPE_AUGMENT, 0);
	json_object_set_new(amounts, "type", json_pack("[s,s]", "object", "null"));
	define(definitions, m, "amounts", amounts);
}

int language_schema(
	const char *const *metrics, const char *const *figures, struct str *out, struct err *e)
{
	struct maker core = { false, metrics, figures }, program = { true, metrics, figures };
	json_t *definitions = json_object();
	define_values(definitions);
	define_all(definitions, &core);
	define_all(definitions, &program);
	json_t *schema = json_pack("{s:s,s:s,s:s,s:s,s:{s:[s]},s:o,s:o,s:o}", "$schema",
		"https://json-schema.org/draft/2020-12/schema", "title", "Retrial sweep file",
		"description", "A study for retrial. `retrial help sweep` is the reference.",
		"type", "object", "if", "required", "program", "then", reference(&program, "file"),
		"else", reference(&core, "file"), "$defs", definitions);
	char *text = schema ? json_dumps(schema, JSON_INDENT(1)) : NULL;
	json_decref(schema);
	if (!text)
		return err_nomem(e);
	str_addf(out, "%s\n", text);
	free(text);
	return 0;
}

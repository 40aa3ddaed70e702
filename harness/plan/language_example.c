/* language_example.c - the examples of the table, each as a whole sweep file. */
#include "language.h"

#include <string.h>

static const struct {
	const char *key, *line;
} frame[] = {
	{ "retrial", "retrial: 1\n" },
	{ "base", "base: {dataset: synthetic, recipe: example}\n" },
	{ "axes", "axes: {recipe: [example, other]}\n" },
	{ "recipes",
		"recipes: {example: [{phase: single, epochs: 2}], "
		"other: [{phase: single, epochs: 3}]}\n" },
};

/* The same for the keys of a program. */
static const struct {
	const char *key, *line;
} program_frame[] = {
	{ "retrial", "retrial: 1\n" },
	{ "base", "base: {C: 1}\n" },
	{ "program", "program: {command: [./solve, \"{C}\", \"{seed}\"]}\n" },
	{ "parameters", "parameters: {C: real}\n" },
	{ "metrics", "metrics: {accuracy: {better: higher}}\n" },
};

static const struct {
	const char *key, *line;
} blocks[] = {
	{ "stem", "stem: [{conv: {name: first, filters: 4, kernel: 3}}]" },
	{ "submodel_head", "submodel_head: [{dense: {name: classifier, units: classes}}]" },
	{ "unified_stem", "unified_stem: [{conv: {name: wide, filters: 4, kernel: map}}]" },
	{ "unified_head", "unified_head: [{dense: {name: classifier, units: classes}}]" },
};

static bool begins_with_key(const char *text, const char *key)
{
	const size_t length = strlen(key);
	return text && strncmp(text, key, length) == 0 && text[length] == ':';
}

/* The lines of a file that every study needs, but for the one that `text` has, then text. */
static void add_file(const char *text, struct str *out)
{
	for (size_t i = 0; i < sizeof(frame) / sizeof(frame[0]); i++)
		if (!begins_with_key(text, frame[i].key))
			str_add(out, frame[i].line);
	str_addf(out, "%s\n", text);
}

static void add_program_file(const char *text, struct str *out)
{
	for (size_t i = 0; i < sizeof(program_frame) / sizeof(program_frame[0]); i++)
		if (!begins_with_key(text, program_frame[i].key))
			str_add(out, program_frame[i].line);
	str_addf(out, "%s\n", text);
}

static bool of_program(const struct key *key)
{
	static const char *const top[] = { "program", "parameters", "metrics", "verify" };
	if (key->places & (PLACE_PROGRAM | PLACE_PARAMETER | PLACE_METRIC))
		return true;
	for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++)
		if (key->places & PLACE_SWEEP && strcmp(key->name, top[i]) == 0)
			return true;
	return false;
}

/* A model with this block, or with this layer behind the first one of its stem. */
static void add_model(const char *block, const char *layer, struct str *out)
{
	struct str model = { 0 };
	bool known = !block;
	if (block && begins_with_key(block, "network")) {
		str_addf(&model, "models: {example: {%s}}", block);
		add_file(model.s, out);
		str_free(&model);
		return;
	}
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		known = known || begins_with_key(block, blocks[i].key);
	str_add(&model, "models: {example: {");
	if (!known)
		str_addf(&model, "%s,\n  ", block);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		const bool same = block && begins_with_key(block, blocks[i].key);
		const char *line = same ? block : blocks[i].line;
		const size_t length = strlen(line);
		str_add(&model, i ? ",\n  " : "");
		if (i == 0 && layer)
			str_addf(&model, "%.*s, %s]", (int)length - 1, line, layer);
		else
			str_add(&model, line);
	}
	str_add(&model, "}}");
	add_file(model.s, out);
	str_free(&model);
}

/* A template with this key. */
static void add_template(const char *line, struct str *out)
{
	struct str block = { 0 };
	str_addf(&block, "templates: {unit: {%s%s}}", line,
		begins_with_key(line, "layers") ? "" : ", layers: []");
	add_model(block.s, NULL, out);
	str_free(&block);
}

/* The same where somebody learns from a teacher. */
static void add_taught_recipe(const char *phase, const char *kind, struct str *out)
{
	str_add(out,
		"retrial: 1\n"
		"base: {dataset: synthetic, recipe: example, model: taught}\n"
		"axes: {recipe: [example, other]}\n"
		"models: {taught: {network: [{dense: {name: classifier, units: classes}}],\n"
		"  teacher: [{dense: {name: wide, units: 32, activation: relu}},\n"
		"  {dense: {name: classifier, units: classes}}]}}\n");
	str_addf(out, "recipes: {example: [%s%s], other: [{phase: single, epochs: 2}]}\n",
		strcmp(kind, "teacher") == 0 ? "" : "{phase: teacher, epochs: 2}, ", phase);
}

/* A recipe with this phase, behind one that it may follow. */
static void add_recipe(const char *phase, const char *kind, struct str *out)
{
	static const struct {
		const char *kind, *before;
	} order[] = {
		{ "unify", "{phase: dual, epochs: 2}, " },
		{ "unfreeze", "{phase: scratch, epochs: 2}, " },
		{ "kfold", "{phase: scratch, epochs: 2}, " },
	};
	struct str recipes = { 0 };
	if (strcmp(kind, "teacher") == 0 || strstr(phase, "distill:")) {
		add_taught_recipe(phase, kind, out);
		return;
	}
	str_add(&recipes, "recipes: {example: [");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		str_add(&recipes, strcmp(kind, order[i].kind) == 0 ? order[i].before : "");
	str_addf(&recipes, "%s], other: [{phase: single, epochs: 2}]}", phase);
	add_file(recipes.s, out);
	str_free(&recipes);
}

/* ---- parameters ---- */

static void add_value(const struct param *p, int kind, struct str *out)
{
	char number[32];
	const char *fallback = param_fallback(p, kind);
	if (p->example) {
		str_add(out, p->example);
	} else if (p->type == PARAM_REALS) {
		str_add(out, "[10, 15]");
	} else if (p->type == PARAM_NAMES && (!fallback || !*fallback)) {
		str_add(out, "[]");
	} else if (p->names) {
		str_add(out, p->names[0]);
	} else if (fallback && *fallback && strcmp(fallback, "0") != 0) {
		str_add(out, fallback);
	} else if (p->type == PARAM_TEXT || p->type == PARAM_NAMED) {
		str_add(out, "example");
	} else {
		number_format(p->max <= 1 ? 0.1 * (p->min + p->max) : p->min + 1, number);
		str_add(out, number);
	}
}

/* The kind's example with the parameter in it. */
static void add_to_kind(const struct param *p, int kind, struct str *out)
{
	const struct kind *row = kind_find(p->scope, param_kinds(p->scope)[kind]);
	const char *text = row ? row->example : "";
	struct str mine = { 0 };
	str_addf(&mine, " %s:", p->name);
	if (strstr(text, mine.s) || (mine.s[0] = '{', strstr(text, mine.s))) {
		str_add(out, text);
	} else if (text[0] != '{') {
		str_addf(out, "{%s: {%s: ", text, p->name);
		add_value(p, kind, out);
		str_add(out, "}}");
	} else {
		size_t end = strlen(text);
		while (end > 0 && text[end - 1] == '}')
			end--;
		str_addf(out, "%.*s, %s: ", (int)end, text, p->name);
		add_value(p, kind, out);
		str_add(out, text + end);
	}
	str_free(&mine);
}

static int first_kind(const struct param *p)
{
	int kind = 0;
	while (!param_applies(p, kind))
		kind++;
	return kind;
}

void language_param_example(const struct param *p, struct str *out)
{
	const char *const open = p->scope == SCOPE_AUGMENT ? "augments: {example: {" : "stop: {";
	switch (p->scope) {
	case SCOPE_MODEL:
		str_addf(out, "base: {dataset: synthetic, recipe: example, model.%s: ", p->name);
		add_value(p, 0, out);
		str_add(out, "}");
		return;
	case SCOPE_TRIAL:
		if (p->type == PARAM_SEED) {
			str_add(out, "seeds: [1, 2]");
			return;
		}
		str_add(out, "base: {dataset: synthetic, recipe: example");
		if (strcmp(p->name, "dataset") != 0 && strcmp(p->name, "recipe") != 0) {
			str_addf(out, ", %s: ", p->name);
			add_value(p, 0, out);
		}
		str_add(out, "}");
		return;
	case SCOPE_AUGMENT:
	case SCOPE_STOP:
		str_addf(out, "%s%s: ", open, p->name);
		add_value(p, 0, out);
		str_add(out, p->scope == SCOPE_AUGMENT ? "}}" : "}");
		return;
	default: add_to_kind(p, first_kind(p), out); return;
	}
}

/* ---- the whole file ---- */

/* A fragment of this scope in its file. */
static void add_fragment(
	enum param_scope scope, const char *kind, const char *text, struct str *out)
{
	struct str phase = { 0 };
	switch (scope) {
	case SCOPE_TRIAL:
	case SCOPE_PROGRAM:
	case SCOPE_MODEL:
	case SCOPE_AUGMENT: add_file(text, out); return;
	case SCOPE_LAYER: add_model(NULL, text, out); return;
	case SCOPE_PHASE: add_recipe(text, kind, out); return;
	case SCOPE_OPTIMIZER: str_addf(&phase, "optimizer: %s", text); break;
	case SCOPE_SCHEDULE: str_addf(&phase, "schedule: %s", text); break;
	case SCOPE_STOP: str_add(&phase, text); break;
	}
	struct str map = { 0 };
	str_addf(&map, "{phase: single, epochs: 2, %s}", phase.s);
	add_recipe(map.s, "single", out);
	str_free(&map);
	str_free(&phase);
}

bool language_example_file(
	const struct key *key, const struct param *param, const struct kind *kind, struct str *out)
{
	if (key && key->example && key->places & (PLACE_MODEL | PLACE_LAYERS | PLACE_REPEAT))
		add_model(key->example, NULL, out);
	else if (key && key->example && key->places & PLACE_TEMPLATE)
		add_template(key->example, out);
	else if (key && key->example && of_program(key))
		add_program_file(key->example, out);
	else if (key && key->example)
		add_file(key->example, out);
	else if (kind && kind->example)
		add_fragment(kind->scope, kind->name, kind->example, out);
	else if (param) {
		struct str text = { 0 };
		language_param_example(param, &text);
		add_fragment(param->scope,
			param->scope == SCOPE_PHASE ? param_kinds(SCOPE_PHASE)[first_kind(param)]
						    : "",
			text.s, out);
		str_free(&text);
	} else
		return false;
	return true;
}

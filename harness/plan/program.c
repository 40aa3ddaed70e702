/* program.c - the keys of a program from their nodes. */
#include "program.h"

#include <float.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "language.h"
#include "settings.h"
#include "template.h"

enum { NAMES_MAX = 300 };

/* What every program can be told, beside its parameters. */
static const char *const placeholders[] = { "seed", "slot", "scratch", "study", "trial",
	"parameters", "out", NULL };

bool program_placeholder(const char *name)
{
	for (int i = 0; placeholders[i]; i++)
		if (strcmp(placeholders[i], name) == 0)
			return true;
	return false;
}

const struct param *program_parameter(const struct program_config *p, const char *name)
{
	for (int i = 0; i < p->parameter_count; i++)
		if (strcmp(p->parameters[i].name, name) == 0)
			return &p->parameters[i];
	return NULL;
}

const struct declared_metric *program_metric(const struct program_config *p, const char *name)
{
	for (int i = 0; i < p->metric_count; i++)
		if (strcmp(p->metrics[i].declared.name, name) == 0)
			return &p->metrics[i];
	return NULL;
}

/* ---- inputs ---- */

static int no_value(void *context, const char *name, struct str *out)
{
	(void)context;
	(void)name;
	(void)out;
	return -1;
}

char *program_input_directory(const struct program_config *p)
{
	struct str out = { 0 };
	if (template_fill(p->directory, no_value, NULL, &out) || !out.length
		|| strcmp(out.s, ".") == 0)
		str_clear(&out);
	str_add(&out, "");
	return str_take(&out);
}

char *program_input_folder(const struct program_config *p)
{
	const char *folder = p->folder[0] ? p->folder : ".";
	struct str path = { 0 };
	char *directory = program_input_directory(p);
	if (!directory[0])
		str_add(&path, folder);
	else if (directory[0] == '/')
		str_add(&path, directory);
	else
		str_addf(&path, "%s/%s", folder, directory);
	free(directory);
	return str_take(&path);
}

/* The rest of a name that begins so, or NULL. */
static const char *behind(const char *name, const char *beginning)
{
	const size_t length = strlen(beginning);
	return strncmp(name, beginning, length) == 0 ? name + length : NULL;
}

bool program_input_is_text(const struct program_config *p, const char *name)
{
	const char *variable = behind(name, "environment "),
		   *metric = behind(name, "match of metric ");
	for (int i = 0; variable && i < p->variable_count; i++)
		if (strcmp(p->variables[i].name, variable) == 0)
			return true;
	const struct declared_metric *m = metric ? program_metric(p, metric) : NULL;
	return m && m->match;
}

/* ---- placeholders ---- */

static bool text_uses(const char *text, const char *name)
{
	struct template_part part;
	const size_t length = strlen(name);
	while (template_next(&text, &part))
		if (part.kind == TEMPLATE_PLACEHOLDER
			&& ((part.length == length && strncmp(part.text, name, length) == 0)
				|| (part.length == 10
					&& strncmp(part.text, "parameters", 10) == 0)))
			return true;
	return false;
}

void program_command_text(struct str *out, const struct sweep *sweep)
{
	const struct program_config *p = sweep->program;

	for (int i = 0; p && i < p->argument_count; i++)
		str_addf(out, "%s%s", i ? " " : "", p->command[i]);
}

bool program_uses(const struct program_config *p, const char *parameter)
{
	for (int i = 0; i < p->argument_count; i++)
		if (text_uses(p->command[i], parameter))
			return true;
	for (int i = 0; i < p->variable_count; i++)
		if (text_uses(p->variables[i].value, parameter))
			return true;
	return text_uses(p->directory, parameter);
}

/* ---- texts and lists ---- */

/* A value, which may be empty; NULL after an error. NUL bytes cannot be in it (yaml.h). */
static const char *read_any_text(struct study *s, const struct node *n, const char *what)
{
	if (n->kind == NODE_SCALAR)
		return n->text;
	node_error(
		s->diagnostics, n, "%s: one value is needed here, not %s", what, node_kind_name(n));
	return NULL;
}

/* A list of texts that ends with NULL; one text is a list of one if `single`. */
static const char *const *read_list(
	struct study *s, const struct node *n, bool single, int most, int *count)
{
	*count = 0;
	const bool list = n->kind == NODE_LIST;
	if (n->kind == NODE_MAP || (!list && !single) || (list && n->count == 0)
		|| (!list && !*n->text)) {
		node_error(s->diagnostics, n, "%s: a list such as %s is needed here%s", n->key,
			single ? "[train.py, data/*.csv]" : "[python3, train.py]",
			n->kind == NODE_SCALAR && !single
				? ", one element an argument: no shell reads it"
				: "");
		return NULL;
	}
	if (list && n->count > (size_t)most) {
		node_error(s->diagnostics, n, "%s: at most %d", n->key, most);
		return NULL;
	}
	const char **texts = arena_zero(s->arena, ((list ? n->count : 1) + 1) * sizeof(*texts));
	for (const struct node *item = list ? n->first : n; item; item = list ? item->next : NULL) {
		const char *text = read_any_text(s, item, n->key);
		if (text)
			texts[(*count)++] = text;
	}
	return texts;
}

static bool control_character(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return true;
	return false;
}

/* ---- keys of program ---- */

static void read_command(struct study *s, const struct node *n, const char *const **out, int *count)
{
	*out = read_list(s, n, false, PROGRAM_ARGUMENTS_MAX, count);
	if (*count && !*(*out)[0])
		node_error(s->diagnostics, n->first, "%s: the program's name is missing", n->key);
}

static void read_inputs(struct study *s, const struct node *n, struct program_config *out)
{
	out->inputs = read_list(s, n, true, PROGRAM_LIST_MAX, &out->input_count);
	const struct node *item = n->kind == NODE_LIST ? n->first : n;
	for (int i = 0; i < out->input_count && item; i++, item = item->next)
		if (!*out->inputs[i] && !study_is_frozen(s))
			node_error(
				s->diagnostics, item, "inputs: the name of a file is needed here");
}

static void read_outputs(struct study *s, const struct node *n, struct program_config *out)
{
	out->outputs = read_list(s, n, true, PROGRAM_LIST_MAX, &out->output_count);
	const struct node *item = n->kind == NODE_LIST ? n->first : n;
	for (int i = 0; i < out->output_count && item; i++, item = item->next) {
		const char *path = out->outputs[i];
		if (!*path || *path == '/' || strstr(path, "..") || control_character(path))
			node_error(s->diagnostics, item,
				"outputs = %.60s: the name of a file in the scratch folder is "
				"needed here, without /, .. at its beginning or within",
				path);
	}
}

static bool variable_name(const char *name)
{
	if (*name >= '0' && *name <= '9')
		return false;
	for (const char *p = name; *p; p++)
		if (!((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || *p == '_'
			    || (*p >= '0' && *p <= '9')))
			return false;
	return *name != '\0';
}

static void read_variables(struct study *s, const struct node *map, struct program_config *out)
{
	if (map->kind != NODE_MAP || map->count > PROGRAM_LIST_MAX) {
		node_error(s->diagnostics, map,
			"environment: a map such as {OMP_NUM_THREADS: \"1\"} is needed here");
		return;
	}
	struct program_variable *list = arena_zero(s->arena, map->count * sizeof(*list));
	for (const struct node *n = map->first; n; n = n->next) {
		const char *value = read_any_text(s, n, n->key);
		if (!variable_name(n->key) || strncmp(n->key, "RETRIAL_", 8) == 0)
			node_key_error(s->diagnostics, n,
				"environment: '%.60s' cannot be the name of a variable (letters, "
				"digits and _; those of RETRIAL_ are set by retrial)",
				n->key);
		else if (value)
			list[out->variable_count++] = (struct program_variable){ n->key, value };
	}
	out->variables = list;
}

static void read_amount(struct study *s, const struct node *n, double min, double max, double *out)
{
	double value;
	const char *text = node_text(n, n->key, s->diagnostics);
	if (!text)
		return;
	if (!number_parse(text, &value) || value < min || value > max)
		node_error(s->diagnostics, n, "%s = %.60s: a number of %g to %g is needed here",
			n->key, text, min, max);
	else
		*out = value;
}

static void read_key(struct study *s, const struct node *n, struct program_config *out)
{
	double number = 0;
	int ignored;
	if (strcmp(n->key, "command") == 0) {
		read_command(s, n, &out->command, &out->argument_count);
	} else if (strcmp(n->key, "directory") == 0) {
		const char *text = node_text(n, n->key, s->diagnostics);
		out->directory = text ? text : ".";
	} else if (strcmp(n->key, "inputs") == 0) {
		read_inputs(s, n, out);
	} else if (strcmp(n->key, "outputs") == 0) {
		read_outputs(s, n, out);
	} else if (strcmp(n->key, "keep_outputs") == 0) {
		const char *text = node_text(n, n->key, s->diagnostics);
		out->keep_outputs = text && strcmp(text, "true") == 0;
		if (text && !out->keep_outputs && strcmp(text, "false") != 0)
			node_error(s->diagnostics, n, "keep_outputs = %.60s: true or false", text);
	} else if (strcmp(n->key, "environment") == 0) {
		read_variables(s, n, out);
	} else if (strcmp(n->key, "version") == 0) {
		read_command(s, n, &out->version, &ignored);
	} else if (strcmp(n->key, "packages") == 0) {
		read_command(s, n, &out->packages, &ignored);
	} else if (strcmp(n->key, "timeout") == 0) {
		read_amount(s, n, 0.01, 1e9, &out->timeout);
	} else if (strcmp(n->key, "memory") == 0) {
		read_amount(s, n, 1, 1e8, &number);
		out->memory_bytes = (size_t)(number * 1048576);
	} else if (strcmp(n->key, "retries") == 0) {
		read_amount(s, n, 0, 100, &number);
		out->retries = (int)number;
		if (number != out->retries && !study_is_frozen(s))
			node_error(s->diagnostics, n, "retries = %g: a whole number is needed here",
				number);
	}
}

/* ---- parameters ---- */

static const char *const type_names[] = { "integer", "real", "boolean", "enum", "text", NULL };
static const enum param_type types[] = { PARAM_INTEGER, PARAM_REAL, PARAM_BOOL, PARAM_ENUM,
	PARAM_STRING };

static void read_type(struct study *s, const struct node *n, struct param *out)
{
	const char *text = node_text(n, "type", s->diagnostics);
	for (int i = 0; text && type_names[i]; i++)
		if (strcmp(type_names[i], text) == 0) {
			out->type = types[i];
			return;
		}
	if (text)
		unknown_kind(s->diagnostics, n, false, "type", text, type_names);
}

static void read_bound(struct study *s, const struct node *n, struct param *out)
{
	double value;
	const char *text = node_text(n, n->key, s->diagnostics);
	const bool low = strcmp(n->key, "above") == 0 || strcmp(n->key, "at_least") == 0;
	const bool open = strcmp(n->key, "above") == 0 || strcmp(n->key, "below") == 0;
	if (!text)
		return;
	if (out->type != PARAM_INTEGER && out->type != PARAM_REAL) {
		node_key_error(s->diagnostics, n,
			"'%s' belongs to parameters of type integer or "
			"real",
			n->key);
	} else if (!number_parse(text, &value)) {
		node_error(s->diagnostics, n, "%s = %.60s: not a number", n->key, text);
	} else if (low) {
		out->min = value;
		out->min_open = open;
	} else {
		out->max = value;
		out->max_open = open;
	}
}

static void read_names(struct study *s, const struct node *n, struct param *out)
{
	int count;
	if (out->type != PARAM_ENUM) {
		node_key_error(s->diagnostics, n, "'values' belongs to parameters of type enum");
		return;
	}
	out->names = read_list(s, n, true, NAMES_MAX, &count);
	const struct node *item = n->kind == NODE_LIST ? n->first : n;
	for (int i = 0; i < count && item; i++, item = item->next) {
		if (!*out->names[i] || strlen(out->names[i]) >= PROGRAM_TEXT_MAX
			|| control_character(out->names[i]))
			node_error(s->diagnostics, item,
				"values: a word of at most %d bytes is needed here",
				PROGRAM_TEXT_MAX - 1);
		for (int k = 0; k < i; k++)
			if (strcmp(out->names[i], out->names[k]) == 0)
				node_error(s->diagnostics, item, "'%s' is already in this list",
					out->names[i]);
	}
}

/* The keys of a parameter, but for its type, which is known, and its default, which needs all of
 * them. */
static void read_parameter_key(struct study *s, const struct node *n, struct param *out)
{
	static const char *const bounds[] = { "above", "below", "at_least", "at_most" };
	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++)
		if (strcmp(n->key, bounds[i]) == 0) {
			read_bound(s, n, out);
			return;
		}
	if (strcmp(n->key, "values") == 0)
		read_names(s, n, out);
	else if (strcmp(n->key, "unit") == 0)
		out->unit = node_text(n, n->key, s->diagnostics);
	else if (strcmp(n->key, "help") == 0)
		out->help = node_text(n, n->key, s->diagnostics);
	if (!out->help)
		out->help = "parameter of the program";
}

/* A lower and an upper bound are one each. */
static void refuse_two_bounds(struct study *s, const struct node *map)
{
	static const char *const pairs[][2] = { { "above", "at_least" }, { "below", "at_most" } };
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (node_get(map, pairs[i][0]) && node_get(map, pairs[i][1]))
			node_key_error(s->diagnostics, node_get(map, pairs[i][1]),
				"'%s' and '%s' are the same bound: give one of them", pairs[i][0],
				pairs[i][1]);
}

static size_t value_bytes(const struct param *p)
{
	return p->type == PARAM_STRING ? PROGRAM_TEXT_MAX : sizeof(double);
}

/* The default, if there is one, must be a value that the parameter could have. */
static void read_default(struct study *s, const struct node *n, struct param *out)
{
	const struct node *value = node_get(n, "default");
	double room[PROGRAM_TEXT_MAX / sizeof(double)] = { 0 };
	struct param at_start = *out;
	at_start.offset = 0;
	if (value && assign_value(&at_start, 0, room, value, s->diagnostics) == 0)
		out->fallback = value->text;
}

static void read_parameter(struct study *s, const struct node *n, struct param *out)
{
	const struct node *type = n->kind == NODE_MAP ? node_get(n, "type") : n;
	*out = (struct param){ .scope = SCOPE_PROGRAM,
		.name = n->key,
		.type = PARAM_STRING,
		.size = PROGRAM_TEXT_MAX,
		.help = "parameter of the program" };
	if (!name_is_good(n->key, sizeof(((struct label *)0)->name)))
		node_key_error(s->diagnostics, n,
			"parameter '%.60s': not a name (letters, digits and - _ + ., at most 31)",
			n->key);
	else if (program_placeholder(n->key) || strcmp(n->key, "ablation") == 0)
		node_key_error(s->diagnostics, n,
			"parameter '%s': retrial gives this name to something of its own: choose "
			"another",
			n->key);
	if (!type) {
		node_error(s->diagnostics, n,
			"'type' is missing in this parameter (integer, "
			"real, boolean, enum or text)");
		return;
	}
	read_type(s, type, out);
	if (out->type == PARAM_INTEGER || out->type == PARAM_REAL) {
		out->max = out->type == PARAM_INTEGER ? INT_MAX : DBL_MAX;
		out->min = out->type == PARAM_INTEGER ? INT_MIN : -DBL_MAX;
	}
	if (n->kind == NODE_MAP) {
		language_check_keys(PLACE_PARAMETER, n, s->diagnostics);
		if (!study_is_frozen(s))
			refuse_two_bounds(s, n);
	}
	for (const struct node *key = n->first; n->kind == NODE_MAP && key; key = key->next)
		read_parameter_key(s, key, out);
	if (out->type == PARAM_ENUM && !out->names) {
		static const char *const none[] = { NULL };
		out->names = none;
		node_error(s->diagnostics, n,
			"'values' is missing in this parameter: the words "
			"of the enum");
	}
	if (out->min > out->max || (out->min == out->max && (out->min_open || out->max_open)))
		node_error(s->diagnostics, n, "no number is in the range of this parameter");
	if (n->kind == NODE_MAP)
		read_default(s, n, out);
}

static void read_parameters(struct study *s, const struct node *map, struct program_config *out)
{
	if (map->kind != NODE_MAP || map->count > PROGRAM_PARAMETERS_MAX) {
		node_error(s->diagnostics, map,
			"parameters: a map such as {C: {type: real, above: 0}} is needed here (at "
			"most %d)",
			PROGRAM_PARAMETERS_MAX);
		return;
	}
	struct param *rows = arena_zero(s->arena, map->count * sizeof(*rows));
	for (const struct node *n = map->first; n; n = n->next) {
		struct param *row = &rows[out->parameter_count++];
		read_parameter(s, n, row);
		row->offset = out->values_bytes;
		out->values_bytes += value_bytes(row);
	}
	out->parameters = rows;
}

/* ---- placeholders ---- */

/* Everything in braces is a parameter, or something that every program can be told. */
static void check_template(struct study *s, const struct program_config *p, const struct node *at)
{
	struct template_part part;
	const char *text = at->kind == NODE_SCALAR ? at->text : "";
	while (template_next(&text, &part)) {
		char name[PROGRAM_TEXT_MAX];
		const char *names[NAMES_MAX];
		size_t count = 0;
		if (part.kind == TEMPLATE_TEXT)
			continue;
		if (part.kind == TEMPLATE_BAD) {
			node_error(s->diagnostics, at,
				"'%.40s': a brace without its partner, or without a name ({{ and "
				"}} are braces themselves)",
				part.text);
			return;
		}
		memcpy(name, part.text, part.length);
		name[part.length] = '\0';
		if (program_placeholder(name) || program_parameter(p, name))
			continue;
		for (int i = 0; i < p->parameter_count; i++)
			names[count++] = p->parameters[i].name;
		for (int i = 0; placeholders[i]; i++)
			names[count++] = placeholders[i];
		const char *near = str_nearest(name, names, count);
		node_error(s->diagnostics, at,
			"nothing sets the placeholder {%s}%s%s%s (declare it under parameters:, or "
			"use seed, slot, scratch, study, trial, parameters or out)",
			name, near ? " (did you mean {" : "", near ? near : "", near ? "}?)" : "");
	}
}

/* Elsewhere nothing is filled in: what looks like a placeholder is a mistake. Other braces may be
 * part of a name. */
static void check_no_template(
	struct study *s, const struct program_config *p, const char *key, const struct node *at)
{
	struct template_part part;
	const char *text = at->kind == NODE_SCALAR ? at->text : "";
	while (template_next(&text, &part)) {
		char name[PROGRAM_TEXT_MAX];
		if (part.kind != TEMPLATE_PLACEHOLDER)
			continue;
		memcpy(name, part.text, part.length);
		name[part.length] = '\0';
		if (program_placeholder(name) || program_parameter(p, name))
			node_error(s->diagnostics, at,
				"%s: {%s} is not filled in here; placeholders belong to command, "
				"environment and directory%s",
				key, name,
				strcmp(key, "outputs") == 0
					? " (each trial has a scratch folder of its own)"
					: "");
	}
}

static void check_templates(
	struct study *s, const struct program_config *p, const struct node *program)
{
	static const char *const keys[] = { "command", "environment", "directory" };
	static const char *const others[] = { "inputs", "outputs", "version", "packages" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct node *n = node_get(program, keys[i]);
		if (n && n->kind == NODE_SCALAR)
			check_template(s, p, n);
		for (const struct node *item = n ? n->first : NULL; item; item = item->next)
			check_template(s, p, item);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others) && !study_is_frozen(s); i++) {
		const struct node *n = node_get(program, others[i]);
		if (n && n->kind == NODE_SCALAR)
			check_no_template(s, p, n->key, n);
		for (const struct node *item = n ? n->first : NULL; item; item = item->next)
			check_no_template(s, p, n->key, item);
	}
}

/* Listings and conditions know both by their names. */
static void refuse_same_names(
	struct study *s, const struct program_config *p, const struct node *metrics)
{
	for (const struct node *n = metrics->kind == NODE_MAP ? metrics->first : NULL; n;
		n = n->next)
		if (program_parameter(p, n->key))
			node_key_error(s->diagnostics, n,
				"metric '%s': a parameter has this name: choose another", n->key);
}

/* ---- the whole ---- */

static void refuse_others(struct study *s, const struct node *root)
{
	static const char *const of_programs[] = { "parameters", "metrics", "verify" };
	for (size_t i = 0; i < sizeof(of_programs) / sizeof(*of_programs); i++) {
		const struct node *n = node_get(root, of_programs[i]);
		if (n)
			node_key_error(s->diagnostics, n,
				"'%s' belongs to sweeps with a program: there is none in this file",
				n->key);
	}
}

static void refuse_core_keys(struct study *s, const struct node *root)
{
	static const char *const of_core[] = { "use", "recipes", "augments", "models",
		"robustness" };
	for (size_t i = 0; i < sizeof(of_core) / sizeof(*of_core); i++) {
		const struct node *n = node_get(root, of_core[i]);
		if (n)
			node_key_error(s->diagnostics, n,
				"'%s' belongs to sweeps that train with retrial's own core: this "
				"one runs a program",
				n->key);
	}
}

/* The folder of a path, "" for the current one. */
static const char *folder_of(struct study *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	return arena_text(s->arena, path, slash ? (size_t)(slash - path) + (slash == path) : 0);
}

const struct program_config *program_read(
	struct study *s, const struct node *root, const char *path)
{
	const struct node *program = node_get(root, "program");
	const struct node *parameters = node_get(root, "parameters"),
			  *metrics = node_get(root, "metrics"),
			  *tolerances = node_get(root, "verify");
	if (!program) {
		refuse_others(s, root);
		return NULL;
	}
	struct program_config *out = arena_zero(s->arena, sizeof(*out));
	struct declared_metric *list = NULL;
	static const char *const nothing[] = { NULL };
	*out = (struct program_config){
		.command = nothing, .directory = ".", .folder = folder_of(s, path)
	};
	refuse_core_keys(s, root);
	if (program->kind != NODE_MAP)
		node_error(s->diagnostics, program,
			"program: a map such as {command: [python3, train.py]} is needed here, not "
			"%s",
			node_kind_name(program));
	else
		language_check_keys(PLACE_PROGRAM, program, s->diagnostics);
	for (const struct node *n = program->kind == NODE_MAP ? program->first : NULL; n;
		n = n->next)
		read_key(s, n, out);
	if (program->kind == NODE_MAP && !node_get(program, "command"))
		node_error(s->diagnostics, program,
			"'command' is missing in program: a list such as [python3, train.py]");
	if (parameters)
		read_parameters(s, parameters, out);
	if (metrics) {
		out->metric_count = metrics_read(s, metrics, &list);
		if (!study_is_frozen(s))
			refuse_same_names(s, out, metrics);
	} else {
		node_error(s->diagnostics, program,
			"'metrics' is missing: what the program reports, such as metrics: "
			"{accuracy: {better: higher}}");
	}
	if (tolerances && out->metric_count)
		metrics_read_tolerances(s, tolerances, list, out->metric_count);
	out->metrics = list;
	if (program->kind == NODE_MAP)
		check_templates(s, out, program);
	return out;
}

void program_check_unused(struct study *s, const struct node *root)
{
	const struct node *map = s->program ? node_get(root, "parameters") : NULL;
	if (!map || s->diagnostics->count)
		return;
	for (const struct node *n = map->first; n; n = n->next)
		if (!program_uses(s->program, n->key))
			node_key_error(s->diagnostics, n,
				"no placeholder uses '%s': the program would never see it (write "
				"{%s} in command or environment)",
				n->key, n->key);
}

/* settings.c - paths of parameters and typed values for them. Does not know what is combined with
 * what (blocks.h). */
#include "settings.h"

#include <stdio.h>
#include <string.h>

#include "assign.h"

/* ---- paths ---- */

enum { NAMES_MAX = 128 };

static enum target_kind named_kind(const struct param *p)
{
	return p->members == SCOPE_AUGMENT  ? TARGET_AUGMENT
		: p->members == SCOPE_LAYER ? TARGET_MODEL
					    : TARGET_RECIPE;
}

/* A phase's kind and name make the recipe what it is: no path leads to them. */
static bool is_fixed(const char *param)
{
	return strcmp(param, "phase") == 0 || strcmp(param, "name") == 0;
}

/* What the path means, without saying anything. Returns 0, or -1 when it means nothing. */
static int path_parse(const struct study *s, const char *path, struct target *out)
{
	const char *dot = strchr(path, '.');
	*out = (struct target){ .path = path };
	if (s->program) {
		out->kind = TARGET_VALUE;
		out->param = program_parameter(s->program, path);
		return out->param ? 0 : -1;
	}
	if (!dot) {
		out->param = param_find(SCOPE_TRIAL, path);
		if (!out->param || out->param->type == PARAM_SEED)
			return -1;
		out->kind = TARGET_PARAM;
		if (out->param->type == PARAM_NAMED)
			out->kind = named_kind(out->param);
		return 0;
	}
	if (strncmp(path, "augment.", 8) == 0) {
		out->kind = TARGET_AMOUNT;
		out->param = param_find(SCOPE_AUGMENT, dot + 1);
		return out->param ? 0 : -1;
	}
	if (strncmp(path, "model.", 6) == 0) {
		const char *last = strrchr(path, '.');
		out->kind = last == dot ? TARGET_WIDTH : TARGET_LAYER;
		out->param = param_find(last == dot ? SCOPE_MODEL : SCOPE_LAYER, last + 1);
		return out->param && (last == dot || last - dot > 1) ? 0 : -1;
	}
	out->kind = TARGET_PHASE;
	out->param = phase_param(dot + 1);
	out->within = dot + 1;
	return out->param && !is_fixed(dot + 1) && dot > path && dot - path < PHASE_NAME_MAX ? 0
											     : -1;
}

bool study_is_frozen(const struct study *s)
{
	return s->options && s->options->frozen;
}

bool target_exists(const struct study *s, const char *path)
{
	struct target t;
	return path_parse(s, path, &t) == 0;
}

/* Where a path stands: the key of a map's member, or the text of a scalar. */
static void path_error(struct study *s, const struct node *place, const char *message)
{
	if (place->key)
		node_key_error(s->diagnostics, place, "%s", message);
	else
		node_error(s->diagnostics, place, "%s", message);
}

static size_t scope_names(enum param_scope scope, const char *names[NAMES_MAX], size_t used)
{
	size_t count;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count && used < NAMES_MAX; i++)
		if (table[i].scope == scope && table[i].type != PARAM_SEED)
			names[used++] = table[i].name;
	return used;
}

/* "dual.lr, unfreeze.lr": the parameter in the phases of the file's recipes that have it, at most a
 * few, each once. Without such a recipe: in a kind of phase that has it. */
static void add_phase_paths(const struct study *s, const char *param, struct str *out)
{
	enum { SHOWN_MAX = 4 };
	const char *names[SHOWN_MAX];
	int count = 0;
	for (size_t r = 0; r < s->library.recipe_count; r++)
		for (int i = 0; i < s->library.recipes[r].count && s->library.recipes[r].phases
			&& count < SHOWN_MAX;
			i++) {
			const struct phase_config *phase = &s->library.recipes[r].phases[i];
			struct str text = { 0 };
			bool known = phase_text(phase, param, &text) != 0;
			str_free(&text);
			for (int k = 0; k < count; k++)
				known |= strcmp(names[k], phase->name) == 0;
			if (known)
				continue;
			names[count++] = phase->name;
			str_addf(out, "%s%s.%s", out->length ? ", " : "", phase->name, param);
		}
	const struct param *p = phase_param(param);
	const char *const *kinds = param_kinds(SCOPE_PHASE);
	for (int k = 0; !count && kinds[k]; k++)
		if (p->scope != SCOPE_PHASE || param_applies(p, k)) {
			str_addf(out, "%s.%s", kinds[k], param);
			count++;
		}
}

static void unknown_parameter(struct study *s, const char *path, const struct node *place)
{
	char message[400];
	const char *names[PROGRAM_PARAMETERS_MAX];
	const int count = s->program->parameter_count;
	for (int i = 0; i < count; i++)
		names[i] = s->program->parameters[i].name;
	const char *near = str_nearest(path, names, (size_t)count);
	if (near)
		snprintf(message, sizeof(message), "unknown parameter '%.60s' (did you mean '%s'?)",
			path, near);
	else if (strcmp(path, "seed") == 0)
		snprintf(message, sizeof(message),
			"seeds are replicates, not an axis: write seeds: 3 or seeds: [1, 5, 7] at "
			"the top of the file, and {seed} in the command");
	else
		snprintf(message, sizeof(message),
			"'%.60s' is no parameter of the program: declare it, such as parameters: "
			"{%.60s: real}",
			path, path);
	path_error(s, place, message);
}

static void unknown_path(struct study *s, const char *path, const struct node *place)
{
	if (s->program) {
		unknown_parameter(s, path, place);
		return;
	}
	char message[400];
	const char *dot = strchr(path, '.');
	const char *names[NAMES_MAX];
	size_t count = 0;
	const bool of_phase = dot && strncmp(dot, ".augment.", 9) == 0,
		   amount = of_phase || strncmp(path, "augment.", 8) == 0,
		   layer = strncmp(path, "model.", 6) == 0;
	if (layer || of_phase)
		dot = strrchr(path, '.');
	if (!dot)
		count = scope_names(SCOPE_TRIAL, names, count);
	else if (amount)
		count = scope_names(SCOPE_AUGMENT, names, count);
	else if (layer) {
		count = scope_names(SCOPE_LAYER, names, count);
		count = scope_names(SCOPE_MODEL, names, count);
	} else
		for (enum param_scope scope = SCOPE_PHASE; scope <= SCOPE_STOP; scope++)
			count = scope_names(scope, names, count);
	const char *near = diagnostics_full(s->diagnostics)
		? NULL
		: str_nearest(dot ? dot + 1 : path, names, count);
	const struct param *inner = dot ? NULL : phase_param(path);
	struct str paths = { 0 };
	if (inner)
		add_phase_paths(s, path, &paths);
	if (strcmp(path, "seed") == 0)
		snprintf(message, sizeof(message),
			"seeds are replicates, not an axis: write seeds: 3 or seeds: [1, 5, 7] at "
			"the top of the file");
	else if (!layer && !amount && is_fixed(dot ? dot + 1 : path))
		snprintf(message, sizeof(message),
			"'%.60s' cannot change from trial to trial: write another recipe, and "
			"choose by recipe",
			path);
	else if (near && strcmp(near, dot ? dot + 1 : path) != 0)
		snprintf(message, sizeof(message),
			"unknown parameter '%.60s' (did you mean '%.*s%s'?)", path,
			dot ? (int)(dot + 1 - path) : 0, path, near);
	else if (inner)
		snprintf(message, sizeof(message),
			"'%.60s' is a parameter of phases: say of which (%.200s)", path, paths.s);
	else if (param_find(SCOPE_AUGMENT, path))
		snprintf(message, sizeof(message),
			"'%.60s' is an amount of augment: write augment.%.60s", path, path);
	else
		snprintf(message, sizeof(message),
			"unknown parameter '%.60s' (retrial help sweep lists them all)", path);
	path_error(s, place, message);
	str_free(&paths);
}

static const struct target *target_keep(struct study *s, const struct target *t)
{
	struct target *kept = arena_zero(s->arena, sizeof(*kept));
	*kept = *t;
	kept->number = (int)s->target_count;
	s->targets[s->target_count++] = kept;
	return kept;
}

const struct target *target_ablation(struct study *s)
{
	static const struct target label = { .path = "ablation", .kind = TARGET_LABEL };
	for (size_t i = 0; i < s->target_count; i++)
		if (s->targets[i]->kind == TARGET_LABEL)
			return s->targets[i];
	return target_keep(s, &label);
}

const struct target *target_find(struct study *s, const char *path, const struct node *place)
{
	for (size_t i = 0; i < s->target_count; i++)
		if (strcmp(s->targets[i]->path, path) == 0 && s->targets[i]->kind != TARGET_LABEL)
			return s->targets[i];
	struct target t;
	if (path_parse(s, path, &t)) {
		unknown_path(s, path, place);
		return NULL;
	}
	if (s->program && !program_uses(s->program, path)) {
		char message[300];
		snprintf(message, sizeof(message),
			"no placeholder uses '%.60s': the program would never see it (write "
			"{%.60s} "
			"in command or environment)",
			path, path);
		path_error(s, place, message);
		return NULL;
	}
	if (strlen(path) >= sizeof(((struct label *)0)->name)) {
		path_error(s, place,
			"this path is too long for the name of a column (at most 31 letters): give "
			"the phase a shorter name");
		return NULL;
	}
	if (s->target_count + 1 == TARGETS_MAX) { /* one is left for the label of ablations */
		path_error(s, place, "too many different parameters in one file (at most 255)");
		return NULL;
	}
	t.path = arena_text(s->arena, path, strlen(path));
	if (t.kind == TARGET_LAYER) {
		const size_t length = (size_t)(strrchr(path, '.') - path) - 6;
		t.phase = arena_text(s->arena, path + 6, length);
	}
	if (t.kind == TARGET_PHASE) {
		const size_t length = strcspn(path, ".");
		t.phase = arena_text(s->arena, path, length);
		t.within = t.path + length + 1;
	}
	return target_keep(s, &t);
}

int target_phases(const struct target *target, const struct phase_config *phases, int count,
	int matches[PHASES_MAX])
{
	int found = 0;
	for (int i = 0; i < count; i++)
		if (strcmp(phases[i].name, target->phase) == 0)
			matches[found++] = i;
	for (int i = 0; found == 0 && i < count; i++)
		if (strcmp(phase_kind_name(phases[i].kind), target->phase) == 0) {
			for (; i < count; i++)
				if (strcmp(phase_kind_name(phases[i].kind), target->phase) == 0)
					matches[found++] = i;
		}
	return found;
}

/* ---- values ---- */

/* A list as a+b, a map as k=v,k=v: the text of a value that is not one word. */
static void flow_text(const struct node *n, struct str *out)
{
	if (n->kind == NODE_SCALAR)
		str_add(out, n->text);
	for (const struct node *child = n->first; child; child = child->next) {
		if (child != n->first)
			str_add(out, n->kind == NODE_LIST ? "+" : ",");
		if (child->key)
			str_addf(out, "%s=", child->key);
		flow_text(child, out);
	}
}

static int dataset_check(struct study *s, const struct node *value)
{
	const struct sweep_options *o = s->options;
	if (!o || !o->datasets)
		return 0;
	for (size_t i = 0; i < o->dataset_count; i++)
		if (strcmp(o->datasets[i], value->text) == 0)
			return 0;
	struct str known = { 0 };
	for (size_t i = 0; i < o->dataset_count; i++)
		str_addf(&known, "%s%s", i > 0 ? ", " : "", o->datasets[i]);
	const char *near = str_nearest(value->text, o->datasets, o->dataset_count);
	node_error(s->diagnostics, value,
		"unknown data set '%.60s'%s%s%s (known: %s; retrial data import NAME DIR adds one)",
		value->text, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "",
		known.s ? known.s : "none");
	str_free(&known);
	return -1;
}

/* A value of a simple parameter: checked, and its text made canonical. */
static int read_simple(
	struct study *s, const struct param *p, const struct node *value, struct str *text)
{
	union {
		struct trial trial;
		struct phase_config phase;
		struct optimizer_config optimizer;
		struct schedule_config schedule;
		struct stop_config stop;
		struct augment_config augment;
		struct layer_config layer;
		struct model_options options;
	} scratch = { 0 };
	if (p->scope == SCOPE_PROGRAM) {
		double room[PROGRAM_TEXT_MAX / sizeof(double)] = { 0 };
		struct param at_start = *p;
		at_start.offset = 0;
		if (assign_value(&at_start, 0, room, value, s->diagnostics))
			return -1;
		param_text(&at_start, 0, room, text);
		return 0;
	}
	if (assign_value(p, 0, &scratch, value, s->diagnostics))
		return -1;
	if (p->scope == SCOPE_TRIAL && strcmp(p->name, "dataset") == 0 && dataset_check(s, value))
		return -1;
	param_text(p, 0, &scratch, text);
	return 0;
}

static int read_named(struct study *s, const struct target *t, const struct node *value,
	struct setting *out, struct str *text)
{
	const char *name = node_text(value, t->path, s->diagnostics);
	if (!name)
		return -1;
	str_add(text, name);
	if (t->kind == TARGET_PHASE)
		return library_phase_augment(&s->library, value, &out->augment);
	if (t->kind == TARGET_RECIPE)
		out->recipe = library_recipe(&s->library, value);
	else if (t->kind == TARGET_AUGMENT)
		out->augment = library_augment(&s->library, value);
	else
		out->model = library_model(&s->library, value);
	return out->recipe || out->augment || out->model ? 0 : -1;
}

int setting_read(
	struct study *s, const struct target *target, const struct node *value, struct setting *out)
{
	const struct param *p = target->param;
	/* Whether a pair or a group is right depends on the phase: it is checked when the phase is
	 * known (expand.c). */
	const bool later = p->type == PARAM_GROUP || p->type == PARAM_ENUMS
		|| (target->within && strcmp(target->within, "chain") == 0);
	struct str text = { 0 };
	int result = 0;
	*out = (struct setting){ .target = target, .node = value };
	if (target->param && p->type == PARAM_NAMED)
		result = read_named(s, target, value, out, &text);
	else if (later)
		flow_text(value, &text);
	else
		result = read_simple(s, p, value, &text);
	if (result == 0 && text.length >= sizeof(((struct label *)0)->value)) {
		node_error(s->diagnostics, value,
			"this value is too long for a label (at most 63 letters)");
		result = -1;
	}
	out->text = arena_text(s->arena, text.s ? text.s : "", text.length);
	str_free(&text);
	return result;
}

void settings_read(struct study *s, const struct node *map, const struct setting **out, int *count)
{
	*out = NULL;
	*count = 0;
	if (map->kind != NODE_MAP) {
		if (map->kind != NODE_SCALAR || *map->text)
			node_error(s->diagnostics, map,
				"a map such as {dataset: mnist, batch_size: 32} is needed here, "
				"not %s",
				node_kind_name(map));
		return;
	}
	struct setting *list = arena_zero(s->arena, map->count * sizeof(*list));
	for (const struct node *n = map->first; n; n = n->next) {
		const struct target *target = target_find(s, n->key, n);
		if (target && setting_read(s, target, n, &list[*count]) == 0)
			(*count)++;
	}
	*out = list;
}

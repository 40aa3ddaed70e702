/* parameters.c - see parameters.h. */
#include "parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "param.h"
#include "phases.h"
#include "program.h"

struct walk {
	parameters_take *take;
	void *context;
	struct str name, text;
};

static bool is_number(const struct param *p)
{
	return p->type == PARAM_INTEGER || p->type == PARAM_REAL;
}

/* The name and text of the walk are complete. */
static int give(struct walk *w, const struct param *p, struct err *e)
{
	double number;
	const bool numeric = is_number(p) && number_parse(w->text.s, &number);
	const int result = w->take(w->context,
		&(struct parameter){ .name = w->name.s,
			.text = w->text.s,
			.number = numeric ? number : NAN,
			.whole = p->type == PARAM_INTEGER },
		e);
	str_clear(&w->name);
	str_clear(&w->text);
	return result;
}

/* The rows of a scope that have a value of their own. */
static int give_scope(
	struct walk *w, enum param_scope scope, const char *prefix, const void *base, struct err *e)
{
	size_t count;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		if (p->scope != scope || p->type == PARAM_GROUP || p->type == PARAM_NAMED
			|| p->type == PARAM_SEED)
			continue;
		str_addf(&w->name, "%s%s", prefix, p->name);
		param_text(p, 0, base, &w->text);
		if (give(w, p, e))
			return -1;
	}
	return 0;
}

/* Its name within a phase: early stopping and transforms are maps of their own. */
static const char *within(const struct param *p, char out[PARAMETER_NAME_MAX])
{
	snprintf(out, PARAMETER_NAME_MAX, "%s%s",
		p->scope == SCOPE_STOP              ? "stop."
			: p->scope == SCOPE_AUGMENT ? "augment."
						    : "",
		p->name);
	return out;
}

static bool is_of_phases(const struct param *p)
{
	return p->scope == SCOPE_PHASE || p->scope == SCOPE_OPTIMIZER || p->scope == SCOPE_SCHEDULE
		|| p->scope == SCOPE_STOP;
}

/* How many phases before this one have its name. */
static int namesakes(const struct trial *t, int phase)
{
	int count = 0;
	for (int i = 0; i < phase; i++)
		count += strcmp(t->phases[i].name, t->phases[phase].name) == 0;
	return count;
}

/* The value of the phase's parameter. Returns 0, or -1 when it has none of its own: amounts of
 * transforms only where they are others than the trial's. */
static int phase_value(
	const struct trial *t, int phase, const struct param *p, const char *path, struct str *out)
{
	const bool group = p->type == PARAM_GROUP && !p->names;
	if (p->scope == SCOPE_AUGMENT) {
		const struct augment_config *mine = trial_phase_augment(t, phase);
		if (!phase_uses_augment(&t->phases[phase])
			|| param_equal(p, 0, mine, trial_first_augment(t)))
			return -1;
		param_text(p, 0, mine, out);
		return 0;
	}
	return !is_of_phases(p) || group || p->type == PARAM_NAMED || strcmp(p->name, "name") == 0
		? -1
		: phase_text(&t->phases[phase], path, out);
}

static int give_phase(struct walk *w, const struct trial *t, int phase, struct err *e)
{
	size_t count;
	const struct param *table = param_table(&count);
	const int before = namesakes(t, phase);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		char path[PARAMETER_NAME_MAX];
		if (phase_value(t, phase, p, within(p, path), &w->text))
			continue;
		str_add(&w->name, t->phases[phase].name);
		if (before)
			str_addf(&w->name, "#%d", before + 1);
		str_addf(&w->name, ".%s", path);
		if (give(w, p, e))
			return -1;
	}
	return 0;
}

int parameters_each(const struct trial *t, parameters_take *take, void *context, struct err *e)
{
	struct walk w = { .take = take, .context = context };
	for (int i = 0; t->program && i < t->program->parameter_count; i++) {
		str_add(&w.name, t->program->parameters[i].name);
		param_text(&t->program->parameters[i], 0, t->values, &w.text);
		if (give(&w, &t->program->parameters[i], e))
			return -1;
	}
	if (t->program) {
		str_free(&w.name);
		str_free(&w.text);
		return 0;
	}
	str_add(&w.name, "model");
	str_add(&w.text, t->model);
	int result = give(&w, param_find(SCOPE_TRIAL, "model"), e);
	if (!result)
		result = give_scope(&w, SCOPE_TRIAL, "", t, e);
	if (!result)
		result = give_scope(&w, SCOPE_AUGMENT, "augment.",
			trial_uses_augment(t) ? trial_first_augment(t) : &t->augment, e);
	for (int i = 0; i < t->phase_count && !result; i++)
		result = give_phase(&w, t, i, e);
	str_free(&w.name);
	str_free(&w.text);
	return result;
}

void parameters_name(const char *path, char out[PARAMETER_NAME_MAX])
{
	const char *dot = strchr(path, '.');
	const struct param *p =
		dot && strncmp(path, "augment.", 8) != 0 ? phase_param(dot + 1) : NULL;
	char inner[PARAMETER_NAME_MAX];
	struct str name = { 0 };
	if (p)
		str_add_bytes(&name, path, (size_t)(dot + 1 - path));
	str_add(&name, p ? within(p, inner) : path);
	snprintf(out, PARAMETER_NAME_MAX, "%s", name.s);
	str_free(&name);
}

const char *parameters_of_phases(const char *path, char out[PARAMETER_NAME_MAX])
{
	const struct param *p = param_find(SCOPE_TRIAL, path) ? NULL : phase_param(path);
	const bool group = p && p->type == PARAM_GROUP && !p->names;
	return p && !group && p->scope != SCOPE_AUGMENT && strcmp(p->name, "name") != 0
		? within(p, out)
		: NULL;
}

void parameters_digest(char out[DIGEST_TEXT])
{
	size_t count;
	const struct param *table = param_table(&count);
	struct str text = { 0 };
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		str_addf(&text, "%d %s %s %s %u %u %u\n", (int)p->scope, p->name,
			p->fallback ? p->fallback : "", p->fallback_for ? p->fallback_for : "",
			p->fallback_kinds, p->kinds, p->pair_kinds);
	}
	digest_bytes(text.s, text.length, out);
	str_free(&text);
}

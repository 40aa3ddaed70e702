/* param_help.c - the table of parameters in words: what a message expects, and the help of one
 * parameter. */
#include "language.h"

#include <float.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *const scope_titles[] = {
	[SCOPE_TRIAL] = "of a trial (base:, axes:)",
	[SCOPE_AUGMENT] = "of a set of random transforms (augments:, or augment.PARAM)",
	[SCOPE_PHASE] = "of a phase (recipes:, or PHASE.PARAM)",
	[SCOPE_OPTIMIZER] = "of an optimizer (optimizer: {KIND: {...}}, or PHASE.PARAM)",
	[SCOPE_SCHEDULE] =
		"of a schedule of the learning rate (schedule: {KIND: {...}}, or PHASE.PARAM)",
	[SCOPE_STOP] = "of early stopping (stop: {...}, or PHASE.PARAM)",
	[SCOPE_LAYER] = "of a layer (models:, or model.LAYER.PARAM)",
	[SCOPE_MODEL] = "of a model as a whole (model.PARAM)",
};

static void add_bounds(const struct param *p, struct str *out)
{
	char low[32], high[32];
	number_format(p->min, low);
	number_format(p->max, high);
	/* The bounds of the type itself say nothing. */
	if (p->min != -DBL_MAX && p->min != INT_MIN)
		str_addf(out, ", %s %s", p->min_open ? "above" : "at least", low);
	if (p->max != DBL_MAX && p->max != INT_MAX)
		str_addf(out, ", %s %s", p->max_open ? "below" : "at most", high);
	str_addf(out, "%s%s", p->unit ? " " : "", p->unit ? p->unit : "");
	if (p->zero)
		str_addf(out, ", or %s", p->zero);
}

static void add_names(const struct param *p, struct str *out)
{
	str_add(out, p->type == PARAM_ENUMS ? ", each one of " : ", one of ");
	for (size_t i = 0; p->words && p->words[i]; i++)
		str_addf(out, "%s | ", p->words[i]);
	for (size_t i = 0; p->names[i]; i++)
		str_addf(out, "%s%s", i > 0 ? " | " : "", p->names[i]);
}

/* What values are allowed. */
static void add_values(const struct param *p, struct str *out)
{
	if (p->type == PARAM_INTEGER || p->type == PARAM_SEED || p->type == PARAM_REAL
		|| p->type == PARAM_REALS)
		add_bounds(p, out);
	else if (p->type == PARAM_BOOL)
		str_add(out, ", true or false");
	else if (p->names)
		add_names(p, out);
}

/* A default as a sweep file writes it. */
static void add_default(const struct param *p, const char *fallback, struct str *out)
{
	if ((p->type == PARAM_NAMES || p->type == PARAM_REALS) && !*fallback)
		str_add(out, "[]");
	else if (!*fallback)
		str_add(out, "none");
	else if (p->type == PARAM_ENUMS && strchr(fallback, ' '))
		str_addf(out, "[%.*s, %s]", (int)strcspn(fallback, " "), fallback,
			strchr(fallback, ' ') + 1);
	else
		str_add(out, fallback);
}

void param_expect(const struct param *p, int kind, struct str *out)
{
	str_add(out, p->help);
	add_values(p, out);
	const char *fallback = param_fallback(p, kind);
	if (fallback) {
		str_add(out, ", default ");
		add_default(p, fallback, out);
	}
}

static const char *type_name(const struct param *p)
{
	switch (p->type) {
	case PARAM_INTEGER:
	case PARAM_SEED: return "a whole number";
	case PARAM_REAL: return "a number";
	case PARAM_REALS: return "a list of numbers, ascending";
	case PARAM_BOOL: return "true or false";
	case PARAM_ENUM: return "a word";
	case PARAM_ENUMS: return "a word, or a list of two";
	case PARAM_TEXT: return "a name";
	case PARAM_NAMES: return "a list of names";
	case PARAM_STRING: return "a text";
	case PARAM_GROUP: return "a map";
	case PARAM_NAMED: return "the name of something defined in the file";
	}
	return "";
}

/* "dual, kfold" or "nadam": where the row is not for all. */
static void add_kinds(const struct param *p, unsigned kinds, struct str *out)
{
	const char *const *names = param_kinds(p->scope);
	const char *separator = "";
	for (int k = 0; names[k]; k++) {
		if (!(kinds >> k & 1))
			continue;
		str_addf(out, "%s%s", separator, names[k]);
		separator = ", ";
	}
}

static void describe_default(const struct param *p, struct manual *m)
{
	struct str out = { 0 };
	const char *noun = param_kinds_noun(p->scope);
	if (!p->fallback && p->type != PARAM_GROUP && strcmp(p->name, "name") != 0
		&& p->type != PARAM_SEED)
		str_add(&out, "none: it must be given");
	if (p->fallback)
		add_default(p, p->fallback, &out);
	if (p->fallback && p->fallback_for) {
		str_add(&out, "; ");
		add_default(p, p->fallback_for, &out);
		str_addf(&out, " in %ss of the kind ", noun);
		add_kinds(p, p->fallback_kinds, &out);
	}
	if (p->fallback && p->needed_kinds) {
		str_addf(&out, "; must be given in %ss of the kind ", noun);
		add_kinds(p, p->needed_kinds, &out);
	}
	if (out.length)
		manual_fact(m, "default", out.s);
	str_free(&out);
}

static void list_scope(enum param_scope scope, struct manual *m)
{
	size_t count;
	const struct param *table = param_table(&count);
	if (m->form == MANUAL_TEXT)
		str_add(m->out, "\nparameters in it:\n");
	for (size_t i = 0; i < count; i++)
		if (table[i].scope == scope)
			manual_row(m, table[i].name, table[i].help);
}

const char *param_scope_title(enum param_scope scope)
{
	return scope_titles[scope];
}

void param_manual(const struct param *p, bool members, struct manual *m)
{
	struct str text = { 0 };
	manual_entry(m, p->name, p->help);
	str_addf(&text, "a parameter %s", scope_titles[p->scope]);
	if (members)
		manual_fact(m, "where", text.s);
	str_clear(&text);
	str_add(&text, type_name(p));
	if (p->type != PARAM_BOOL)
		add_values(p, &text);
	manual_fact(m, "value", text.s);
	str_clear(&text);
	if (p->kinds) {
		str_addf(&text, "%ss of the kind ", param_kinds_noun(p->scope));
		add_kinds(p, p->kinds, &text);
		manual_fact(m, "only in", text.s);
	}
	describe_default(p, m);
	manual_fact(m, "since", p->since);
	if (p->detail)
		manual_text(m, p->detail);
	if (members
		&& (p->type == PARAM_GROUP
			|| (p->type == PARAM_NAMED && p->members != SCOPE_TRIAL)))
		list_scope(p->members, m);
	str_clear(&text);
	language_param_example(p, &text);
	manual_code(m, "example", text.s);
	str_free(&text);
}

/* param_help.c - the table of parameters in words: what a message expects, and the help of one
 * parameter. */
#include "param.h"

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
	[SCOPE_LAYER] = "of a layer (models:)",
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

static void describe_default(const struct param *p, struct str *out)
{
	if (!p->fallback && p->type != PARAM_GROUP && strcmp(p->name, "name") != 0
		&& p->type != PARAM_SEED)
		str_add(out, "  default   none: it has to be given\n");
	if (!p->fallback)
		return;
	str_add(out, "  default   ");
	add_default(p, p->fallback, out);
	if (p->fallback_for) {
		str_add(out, "; ");
		add_default(p, p->fallback_for, out);
		str_addf(out, " in %ss of the kind ", param_kinds_noun(p->scope));
		add_kinds(p, p->fallback_kinds, out);
	}
	if (p->needed_kinds) {
		str_addf(out, "; has to be given in %ss of the kind ", param_kinds_noun(p->scope));
		add_kinds(p, p->needed_kinds, out);
	}
	str_add(out, "\n");
}

static void list_scope(enum param_scope scope, struct str *out)
{
	size_t count;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++)
		if (table[i].scope == scope)
			str_addf(out, "  %-15s %s\n", table[i].name, table[i].help);
}

static void describe(const struct param *p, struct str *out)
{
	str_addf(out, "%s - %s\n", p->name, p->help);
	str_addf(out, "  where     a parameter %s\n", scope_titles[p->scope]);
	struct str values = { 0 };
	add_values(p, &values);
	str_addf(out, "  value     %s%s\n", type_name(p),
		p->type == PARAM_BOOL || !values.s ? "" : values.s);
	str_free(&values);
	if (p->kinds) {
		str_addf(out, "  only in   %ss of the kind ", param_kinds_noun(p->scope));
		add_kinds(p, p->kinds, out);
		str_add(out, "\n");
	}
	describe_default(p, out);
	str_addf(out, "  since     %s\n", p->since);
	if (p->detail)
		str_addf(out, "\n%s", p->detail);
	if (p->type == PARAM_GROUP || (p->type == PARAM_NAMED && p->members != SCOPE_TRIAL)) {
		str_add(out, "\nparameters in it:\n");
		list_scope(p->members, out);
	}
}

static void list_all(struct str *out)
{
	for (enum param_scope scope = SCOPE_TRIAL; scope <= SCOPE_LAYER; scope++) {
		str_addf(out, "%sParameters %s:\n", scope ? "\n" : "", scope_titles[scope]);
		list_scope(scope, out);
	}
}

int param_describe(struct str *out, const char *name)
{
	if (!name) {
		list_all(out);
		return 0;
	}
	const char *dot = strrchr(name, '.');
	const char *last = dot ? dot + 1 : name;
	size_t count;
	const struct param *table = param_table(&count);
	const char *names[128];
	size_t known = 0, found = 0;
	for (size_t i = 0; i < count; i++) {
		if (known < sizeof(names) / sizeof(names[0]))
			names[known++] = table[i].name;
		if (strcmp(table[i].name, last) != 0)
			continue;
		str_add(out, found++ ? "\n" : "");
		describe(&table[i], out);
	}
	if (found)
		return 0;
	const char *near = str_nearest(last, names, known);
	str_addf(out, "unknown parameter '%s'", name);
	if (near)
		str_addf(out, " (did you mean '%s'?)", near);
	return -1;
}

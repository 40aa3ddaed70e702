/* language_help.c - the language in words: what one word means, and the complete reference. */
#include "language.h"

#include <stdio.h>
#include <string.h>

#include "robustness.h"

/* ---- rows ---- */

void language_value(const struct key *key, struct str *out)
{
	char low[32], high[32];
	number_format(key->min, low);
	number_format(key->max, high);
	switch (key->type) {
	case KEY_NAME: str_add(out, "a name: letters, digits and - _ + ."); return;
	case KEY_TEXT: str_addf(out, "one line of at most %zu bytes", key->size - 1); return;
	case KEY_WORD:
		if (!key->words)
			break;
		str_add(out, "one of ");
		for (int i = 0; key->words[i]; i++)
			str_addf(out, "%s%s", i ? " | " : "", key->words[i]);
		return;
	case KEY_WHOLE:
		str_addf(out, "a whole number from %s to %s%s%s", low, high, key->unit ? " " : "",
			key->unit ? key->unit : "");
		return;
	case KEY_REAL: str_add(out, "a number"); return;
	case KEY_NUMBER:
		str_addf(out, "a number from %s to %s%s%s", low, high, key->unit ? " " : "",
			key->unit ? key->unit : "");
		return;
	case KEY_SEEDS:
		str_addf(out, "a whole number from %s to %s, or a list of seeds", low, high);
		return;
	case KEY_ANY:
		str_add(out,
			key->places & PLACE_TEMPLATE ? "a list of names, or a map {NAME: DEFAULT}"
						     : "a value of the parameter's type");
		return;
	default: break;
	}
	static const char *const values[] = {
		[KEY_WORD] = "one of the corruptions below",
		[KEY_WHERE] = "a map of labels: {recipe: scratch, dataset: mnist}",
		[KEY_LABEL] = "the name of a label",
		[KEY_LABELS] = "a list of labels",
		[KEY_METRIC] = "the name of a metric",
		[KEY_METRICS] = "a list of metrics",
		[KEY_FIGURE] = "a kind of figure",
		[KEY_PHASE] = "the name of a phase",
		[KEY_VERSION] = "1",
		[KEY_FILES] = "a file name, or a list of file names",
		[KEY_SETTINGS] = "a map {PATH: VALUE}",
		[KEY_AXES] = "a map {PATH: [VALUES]}",
		[KEY_VALUES] = "a list of values",
		[KEY_ZIP] = "a map {PATH: [VALUES]}, or a list of such maps",
		[KEY_TRIALS] = "a list of maps {PATH: VALUE}, or the name of a CSV file",
		[KEY_DRAWS] = "a map {PATH: [VALUES]}, {PATH: {uniform: [A, B]}} or {PATH: {log: "
			      "[A, B]}}",
		[KEY_BOUNDS] = "a list of the lower and the upper bound",
		[KEY_CHANGES] = "a map {NAME: {PATH: VALUE}}",
		[KEY_CONDITION] = "a map {PATH: VALUE} or {PATH: [VALUES]}",
		[KEY_CONDITIONS] = "a list of maps {PATH: VALUE} or {PATH: [VALUES]}",
		[KEY_RECIPES] = "a map {NAME: [PHASES]}",
		[KEY_AUGMENTS] = "a map {NAME: {AMOUNT: VALUE}}",
		[KEY_MODELS] = "a map {NAME: {BLOCK: [LAYERS]}}",
		[KEY_LAYERS] = "a list of layers",
		[KEY_SEVERITIES] = "a list of numbers",
		[KEY_MAP] = "a map",
		[KEY_MAPS] = "a list of maps",
		[KEY_NAMED_MAPS] = "a map {NAME: {...}}",
		[KEY_COMMAND] = "a list of texts: the program and its arguments",
		[KEY_PATHS] = "a text, or a list of texts",
		[KEY_TEXTS] = "a map {NAME: TEXT}",
		[KEY_STRING] = "a text",
		[KEY_FLAG] = "true or false",
		[KEY_PARAMETERS] = "a map {NAME: TYPE} or {NAME: {type: TYPE, ...}}",
		[KEY_TOLERANCES] = "a map {METRIC: NUMBER}",
	};
	str_add(out, values[key->type]);
}

static void add_places(unsigned where, struct str *out)
{
	const char *separator = "";
	for (unsigned p = 1; p < PLACES_END; p <<= 1)
		if (where & p) {
			str_addf(out, "%s%s", separator, place_name((enum place)p));
			separator = ", or ";
		}
}

/* members: as param_manual. */
static void key_manual(const struct key *key, bool members, struct manual *m)
{
	struct str text = { 0 };
	size_t count;
	const struct key *table = language_table(&count);
	manual_entry(m, key->name, key->help);
	if (members) {
		add_places(key->places, &text);
		manual_fact(m, "where", text.s);
		str_clear(&text);
	}
	language_value(key, &text);
	manual_fact(m, "value", text.s);
	if (key->needed)
		manual_fact(m, "default", "none: it must be given");
	else if (key->fallback)
		manual_fact(m, "default", key->fallback);
	if (key->old)
		manual_fact(m, "formerly", key->old);
	if (key->detail)
		manual_text(m, key->detail);
	if (members && key->members) {
		if (m->form == MANUAL_TEXT)
			str_add(m->out, "\nkeys in it:\n");
		for (size_t i = 0; i < count; i++)
			if (table[i].places & key->members)
				manual_row(m, table[i].name, table[i].help);
	}
	if (members && key->members == PLACE_ROBUSTNESS) {
		str_add(m->out, "\ncorruptions by the severity s:\n");
		for (int i = 0; i < CORRUPTIONS; i++)
			manual_row(m, corruption_info((enum corruption)i)->name,
				corruption_info((enum corruption)i)->help);
	}
	if (key->example)
		manual_code(m, "example", key->example);
	str_free(&text);
}

static void kind_manual(const struct kind *kind, bool members, struct manual *m)
{
	struct str text = { 0 };
	const char *noun = param_kinds_noun(kind->scope);
	const char *const *names = param_kinds(kind->scope);
	int number = 0;
	while (names[number] && strcmp(names[number], kind->name) != 0)
		number++;
	manual_entry(m, kind->name, kind->help);
	str_addf(&text, "a kind of %s", noun);
	if (members)
		manual_fact(m, "what", text.s);
	str_clear(&text);
	size_t count;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++)
		if (table[i].scope == kind->scope && param_applies(&table[i], number)
			&& strcmp(table[i].name, "phase") != 0)
			str_addf(&text, "%s%s", text.length ? ", " : "", table[i].name);
	if (text.length)
		manual_fact(m, "takes", text.s);
	if (kind->detail)
		manual_text(m, kind->detail);
	if (kind->example)
		manual_code(m, "example", kind->example);
	str_free(&text);
}

static void corruption_manual(const struct corruption_info *c, struct manual *m)
{
	struct str text = { 0 };
	str_addf(&text, "above 0, at most %g; %s", c->max, c->unit);
	manual_entry(m, c->name, c->help);
	manual_fact(m, "severity", text.s);
	str_free(&text);
}

/* ---- one word ---- */

struct answer {
	struct manual m;
	int count;
};

static void begin_answer(struct answer *a)
{
	if (a->count++)
		str_add(a->m.out, "\n");
}

static bool listed(const char *const *names, const char *word)
{
	for (int i = 0; names && names[i]; i++)
		if (strcmp(names[i], word) == 0)
			return true;
	return false;
}

static void describe_keys(struct answer *a, const char *word)
{
	size_t count;
	const struct key *table = language_table(&count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, word) == 0
			|| (table[i].old && strcmp(table[i].old, word) == 0)) {
			begin_answer(a);
			key_manual(&table[i], true, &a->m);
		}
}

/* Is the row meant by the path? "stop.patience" is not the patience of a schedule. */
static bool path_means(const char *path, const struct param *p)
{
	static const struct {
		const char *group;
		enum param_scope scope;
	} groups[] = { { "augment.", SCOPE_AUGMENT }, { "optimizer.", SCOPE_OPTIMIZER },
		{ "schedule.", SCOPE_SCHEDULE }, { "stop.", SCOPE_STOP },
		{ "model.", SCOPE_MODEL } };
	const char *dot = strrchr(path, '.');
	if (strcmp(p->name, dot ? dot + 1 : path) != 0)
		return false;
	for (size_t i = 0; dot && i < sizeof(groups) / sizeof(groups[0]); i++) {
		const size_t length = strlen(groups[i].group);
		if ((size_t)(dot + 1 - path) >= length
			&& strncmp(dot + 1 - length, groups[i].group, length) == 0)
			return p->scope == groups[i].scope;
	}
	return true;
}

static void describe_params(struct answer *a, const char *word)
{
	size_t count;
	const struct param *table = param_table(&count);
	const char *dot = strrchr(word, '.');
	for (size_t i = 0; i < count; i++)
		if (path_means(word, &table[i])) {
			begin_answer(a);
			param_manual(&table[i], true, &a->m);
		}
	if (strcmp(dot ? dot + 1 : word, "chain") == 0) {
		begin_answer(a);
		manual_entry(&a->m, "chain", "short for start in a kfold phase");
		manual_fact(&a->m, "value", "true is start: chain, false is start: same");
	}
}

static void describe_kinds(struct answer *a, const char *word)
{
	size_t count;
	const struct kind *table = kind_table(&count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, word) == 0) {
			begin_answer(a);
			kind_manual(&table[i], true, &a->m);
		}
	for (int i = 0; i < CORRUPTIONS; i++)
		if (strcmp(corruption_info((enum corruption)i)->name, word) == 0) {
			begin_answer(a);
			manual_entry(&a->m, word, "a corruption of test images (robustness:)");
			corruption_manual(corruption_info((enum corruption)i), &a->m);
		}
}

/* A value that a key or a parameter may have, and that is no kind. */
static void describe_values(struct answer *a, const char *word)
{
	size_t count;
	struct str text = { 0 };
	const struct key *keys = language_table(&count);
	for (size_t i = 0; i < count; i++)
		if (listed(keys[i].words, word)) {
			str_addf(&text, "a value of %s", keys[i].name);
			begin_answer(a);
			manual_entry(&a->m, word, text.s);
			key_manual(&keys[i], true, &a->m);
			str_clear(&text);
		}
	const struct param *params = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &params[i];
		const bool kinds = p->type == PARAM_GROUP || strcmp(p->name, "phase") == 0;
		if (!listed(p->words, word)
			&& (kinds
				|| !(listed(p->names, word)
					|| (p->zero && strcmp(p->zero, word) == 0))))
			continue;
		str_addf(&text, "a value of %s", p->name);
		begin_answer(a);
		manual_entry(&a->m, word, text.s);
		param_manual(p, true, &a->m);
		str_clear(&text);
	}
	str_free(&text);
}

int language_describe(const char *word, struct str *out)
{
	struct answer a = { .m = { MANUAL_TEXT, out } };
	describe_keys(&a, word);
	describe_params(&a, word);
	describe_kinds(&a, word);
	describe_values(&a, word);
	return a.count;
}

typedef void word_visitor(const char *word, const char *help, void *context);

static void each_value(
	const char *const *names, const char *owner, word_visitor *each, void *context)
{
	struct str help = { 0 };
	str_addf(&help, "a value of %s", owner);
	for (int i = 0; names && names[i]; i++)
		each(names[i], help.s, context);
	str_free(&help);
}

static void each_kind(enum param_scope scope, word_visitor *each, void *context)
{
	for (int k = 0; param_kinds(scope)[k]; k++) {
		const struct kind *row = kind_find(scope, param_kinds(scope)[k]);
		each(param_kinds(scope)[k], row ? row->help : "", context);
	}
}

void language_words(word_visitor *each, void *context)
{
	size_t count;
	const struct key *keys = language_table(&count);
	for (size_t i = 0; i < count; i++) {
		each(keys[i].name, keys[i].help, context);
		if (keys[i].old)
			each(keys[i].old, keys[i].help, context);
		each_value(keys[i].words, keys[i].name, each, context);
	}
	const struct param *params = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		const char *const zero[] = { params[i].zero, NULL };
		each(params[i].name, params[i].help, context);
		each_value(zero, params[i].name, each, context);
		each_value(params[i].words, params[i].name, each, context);
	}
	each("chain", "short for start in a kfold phase", context);
	each_kind(SCOPE_PHASE, each, context);
	each_kind(SCOPE_OPTIMIZER, each, context);
	each_kind(SCOPE_SCHEDULE, each, context);
	each_kind(SCOPE_LAYER, each, context);
	for (size_t i = 0; i < count; i++)
		each_value(params[i].names, params[i].name, each, context);
	for (int i = 0; i < CORRUPTIONS; i++)
		each(corruption_info((enum corruption)i)->name,
			corruption_info((enum corruption)i)->help, context);
}

/* ---- the reference ---- */

static const char introduction[] =
	"A sweep file is YAML and holds a whole study: which trials there are (base, axes and\n"
	"the other keys that combine), how often each is repeated (seeds), what they train\n"
	"(recipes, augments, models), and which claims, tables and figures the results become.\n"
	"`retrial check FILE` finds all errors of a file; `retrial plan FILE` shows its trials.";

static const char identity[] =
	"A trial is one configuration with one seed. Its identity is the digest of the resolved,\n"
	"typed configuration: 1e-3 and 0.001 are the same trial, names of recipes are not part of\n"
	"it, and a new parameter with a default changes no old identity. Therefore `retrial run`\n"
	"runs only what is missing, whichever file asks for it.";

static const char yaml[] =
	"Sweep files use maps, lists and scalars of YAML, in block or flow style. JSON also\n"
	"works. Anchors, aliases, tags, several documents in one file and repeated keys are\n"
	"errors.";

static void place_manual(enum place place, struct manual *m)
{
	size_t count;
	const struct key *table = language_table(&count);
	struct str title = { 0 };
	str_addf(&title, "Keys %s", place_name(place));
	manual_heading(m, 1, title.s);
	manual_list_begin(m);
	for (size_t i = 0; i < count; i++) {
		if (!(table[i].places & place))
			continue;
		key_manual(&table[i], false, m);
		if (m->form == MANUAL_TEXT)
			str_add(m->out, "\n");
	}
	manual_list_end(m);
	str_free(&title);
}

/* The keys of a library and of a block are keys of a sweep file: their names do. */
static void place_names(enum place place, struct manual *m)
{
	const char *names[64];
	const size_t count = language_names(place, names, 64);
	struct str text = { 0 };
	str_addf(&text, "%s: ",
		place == PLACE_BLOCK ? "Keys in an entry of blocks"
				     : "Keys of a file that others use");
	for (size_t i = 0; i < count; i++)
		str_addf(&text, "%s%s", i ? ", " : "", names[i]);
	str_add(&text, ". They mean what they mean at the top of a sweep file.");
	manual_text(m, text.s);
	str_free(&text);
}

static void scope_manual(enum param_scope scope, struct manual *m)
{
	size_t count;
	const struct param *table = param_table(&count);
	struct str title = { 0 };
	str_addf(&title, "Parameters %s", param_scope_title(scope));
	manual_heading(m, 1, title.s);
	manual_list_begin(m);
	for (size_t i = 0; i < count; i++) {
		if (table[i].scope != scope)
			continue;
		param_manual(&table[i], false, m);
		if (m->form == MANUAL_TEXT)
			str_add(m->out, "\n");
	}
	manual_list_end(m);
	str_free(&title);
}

static void kinds_manual(enum param_scope scope, struct manual *m)
{
	size_t count;
	const struct kind *table = kind_table(&count);
	struct str title = { 0 };
	str_addf(&title, "Kinds of %s", param_kinds_noun(scope));
	manual_heading(m, 1, title.s);
	manual_list_begin(m);
	for (size_t i = 0; i < count; i++) {
		if (table[i].scope != scope)
			continue;
		kind_manual(&table[i], false, m);
		if (m->form == MANUAL_TEXT)
			str_add(m->out, "\n");
	}
	manual_list_end(m);
	str_free(&title);
}

void language_reference(struct manual *m)
{
	static const enum param_scope kinds[] = { SCOPE_PHASE, SCOPE_OPTIMIZER, SCOPE_SCHEDULE,
		SCOPE_LAYER };
	manual_text(m, introduction);
	manual_text(m, identity);
	manual_text(m, yaml);
	for (unsigned p = 1; p < PLACES_END; p <<= 1) {
		if (p == PLACE_LIBRARY || p == PLACE_BLOCK)
			place_names((enum place)p, m);
		else
			place_manual((enum place)p, m);
	}
	manual_heading(m, 1, "Corruptions of test images");
	manual_list_begin(m);
	for (int i = 0; i < CORRUPTIONS; i++)
		corruption_manual(corruption_info((enum corruption)i), m);
	manual_list_end(m);
	for (int scope = SCOPE_TRIAL; scope <= SCOPE_MODEL; scope++)
		scope_manual((enum param_scope)scope, m);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		kinds_manual(kinds[i], m);
}

/* completion.c - candidates from the tables of verbs, options and parameters, the named queries,
 * the sweep file and the database. Prints nothing itself. Which kind of word a verb takes is read
 * from its usage text ("SWEEP.yaml [ID]"), so that a new verb needs nothing here. */
#include "completion.h"

#include <stdlib.h>
#include <string.h>

#include "../data/dataset.h"
#include "../plan/language.h"
#include "../plan/sweep.h"
#include "../report/figures.h"
#include "../report/format.h"
#include "../report/metric.h"
#include "../store/read.h"
#include "parse.h"

/* The words so far, taken apart. */
struct line {
	const struct cli_verb *verb;
	const char *const *words;
	int count;
	const char *typed; /* the beginning of the word that is asked for */
	const char *lead;  /* what stands in front of it in the same word: "--db=", or "" */
	int lead_length;
	const struct cli_option *wants; /* the option whose value it is, or NULL */
	int position;                   /* else: its number among the arguments, from 0 */
	const char *first;              /* the first argument; NULL: there is none yet */
	const char *db;
	struct str *out;
};

static void offer(const struct line *l, const char *word, const char *explanation)
{
	if (strncmp(word, l->typed, strlen(l->typed)) != 0)
		return;
	str_addf(l->out, "%.*s%s", l->lead_length, l->lead, word);
	if (explanation && *explanation)
		str_addf(l->out, "\t%s", explanation);
	str_add(l->out, "\n");
}

/* Words between bars, such as "csv|json". */
static void offer_each(const struct line *l, const char *words)
{
	for (const char *w = words; *w; w += strcspn(w, "|"), w += *w == '|') {
		struct str one = { 0 };
		str_add_bytes(&one, w, strcspn(w, "|"));
		offer(l, one.s, NULL);
		str_free(&one);
	}
}

/* ---- from the database ---- */

/* A line a row: the first column, explained by the others. */
static void offer_rows(const struct line *l, const char *query, const char *const *parameters)
{
	struct store *store = NULL;
	struct rows *r = NULL;
	struct err e = { 0 };
	if (store_open(l->db, STORE_READ, &e, &store))
		return;
	if (store_ask(store, query, parameters, &e, &r) == 0)
		for (size_t i = 0; i < r->row_count; i++) {
			const struct value *row = &r->values[i * (size_t)r->column_count];
			if (row[0].kind == VALUE_TEXT)
				offer(l, row[0].text,
					r->column_count > 1 && row[1].kind == VALUE_TEXT
						? row[1].text
						: NULL);
		}
	rows_free(r);
	store_close(store);
}

static void offer_trials(const struct line *l)
{
	const char *const parameters[] = { "typed", l->typed, NULL };
	offer_rows(l, "complete_trials", parameters);
}

static void offer_sweeps(const struct line *l)
{
	offer_rows(l, "complete_sweeps", NULL);
}

/* ---- from the tables of the program ---- */

static void offer_verbs(const struct line *l)
{
	for (size_t i = 0; cli_verb_at(i); i++)
		offer(l, cli_verb_at(i)->name, cli_verb_at(i)->summary);
}

static void offer_options(const struct line *l)
{
	const struct cli_option *tables[] = { l->verb->options, cli_further_options(l->verb),
		cli_common_options() };
	for (int t = 0; t < 3; t++)
		for (const struct cli_option *o = tables[t]; o && o->name; o++) {
			char word[64];
			snprintf(word, sizeof(word), "--%.60s", o->name);
			offer(l, word, o->help);
			snprintf(word, sizeof(word), "-%c", o->letter);
			if (o->letter && strcmp(l->typed, "-") == 0)
				offer(l, word, o->help);
		}
}

static void offer_datasets(const struct line *l, const char *before)
{
	int count;
	const struct dataset_info *info = dataset_manifest(&count);
	for (int i = 0; i < count; i++) {
		struct str word = { 0 };
		str_addf(&word, "%s%s", before, info[i].name);
		offer(l, word.s, NULL);
		str_free(&word);
	}
}

static void offer_queries(const struct line *l)
{
	size_t count;
	const char *const *names = store_named_queries(&count);
	for (size_t i = 0; i < count; i++) {
		const char *text = store_named_query(names[i]);
		struct str about = { 0 };
		if (strncmp(text, "-- ", 3) == 0)
			str_add_bytes(&about, text + 3, strcspn(text + 3, "\n"));
		offer(l, names[i], about.s);
		str_free(&about);
	}
}

/* The parameters of a named query: NAME= for each :NAME in it. */
static void offer_query_parameters(const struct line *l)
{
	const char *text = l->first ? store_named_query(l->first) : NULL;
	for (const char *at = text; at && (at = strchr(at, ':')) != NULL;) {
		const size_t length = strspn(++at, "abcdefghijklmnopqrstuvwxyz_");
		struct str word = { 0 };
		str_add_bytes(&word, at, length);
		str_add(&word, "=");
		if (length && at[-2] != ':' && !strstr(l->out->s ? l->out->s : "", word.s))
			offer(l, word.s, NULL);
		str_free(&word);
	}
}

/* ---- parameters of trials ---- */

/* PATH=, or behind the equals sign the values that are words. path is in front of the parameter's
 * name: "", "augment." or "dual.". */
static void offer_setting(const struct line *l, const char *path, const struct param *p)
{
	struct str word = { 0 };
	str_addf(&word, "%s%s=", path, p->name);
	const size_t length = word.length;
	if (strncmp(l->typed, word.s, length) != 0) {
		offer(l, word.s, p->help);
	} else if (strcmp(p->name, "dataset") == 0) {
		offer_datasets(l, word.s);
	} else if (p->names || p->type == PARAM_BOOL) {
		static const char *const truths[] = { "true", "false", NULL };
		for (const char *const *name = p->names ? p->names : truths; *name; name++) {
			str_addf(&word, "%s", *name);
			offer(l, word.s, NULL);
			word.s[word.length = length] = '\0';
		}
	}
	str_free(&word);
}

static void offer_scope(const struct line *l, const char *path, enum param_scope scope)
{
	size_t count;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++)
		if (table[i].scope == scope && table[i].type != PARAM_SEED
			&& !(scope == SCOPE_PHASE
				&& (strcmp(table[i].name, "phase") == 0
					|| strcmp(table[i].name, "name") == 0)))
			offer_setting(l, path, &table[i]);
}

static void offer_phase(const struct line *l, const char *name)
{
	struct str path = { 0 };
	str_addf(&path, "%s.", name);
	offer_scope(l, path.s, SCOPE_PHASE);
	offer_scope(l, path.s, SCOPE_OPTIMIZER);
	offer_scope(l, path.s, SCOPE_STOP);
	str_free(&path);
}

/* recipe=, augment= and model= as the sweep's labels name them. */
static void offer_labels(const struct line *l, const struct sweep *s)
{
	for (size_t a = 0; a < s->axis_count; a++)
		for (size_t k = 0; k < s->axes[a].value_count; k++) {
			struct str word = { 0 };
			str_addf(&word, "%s=", s->axes[a].name);
			const bool typed = strncmp(l->typed, word.s, word.length) == 0
				&& strcmp(s->axes[a].name, "dataset") != 0;
			str_add(&word, s->axes[a].values[k].text);
			if (typed)
				offer(l, word.s, NULL);
			str_free(&word);
		}
}

/* The names of the phases of the sweep's recipes, each once; the kinds of phase without a sweep. */
static void offer_phases(const struct line *l, const struct sweep *s)
{
	enum { NAMES_MAX = 64 };
	const char *names[NAMES_MAX];
	const char *const *kinds = param_kinds(SCOPE_PHASE);
	int count = 0;
	for (int k = 0; !s && kinds[k]; k++)
		offer_phase(l, kinds[k]);
	for (size_t i = 0; s && i < s->trial_count && s->trials[i].seed == s->trials[0].seed; i++)
		for (int p = 0; p < s->trials[i].phase_count && count < NAMES_MAX; p++) {
			const char *name = s->trials[i].phases[p].name;
			int known = 0;
			while (known < count && strcmp(names[known], name) != 0)
				known++;
			if (known < count)
				continue;
			names[count++] = name;
			offer_phase(l, name);
		}
}

static struct sweep *read_sweep(const struct line *l)
{
	const struct sweep_options as_the_file_says = { .seeds = 0 };
	struct err e = { 0 };
	struct sweep *s = NULL;
	return l->first && sweep_read(l->first, &as_the_file_says, &e, &s) == 0 ? s : NULL;
}

static void offer_settings(const struct line *l)
{
	struct sweep *s = read_sweep(l);
	offer_scope(l, "", SCOPE_TRIAL);
	offer_scope(l, "augment.", SCOPE_AUGMENT);
	offer_phases(l, s);
	if (s)
		offer_labels(l, s);
	sweep_free(s);
}

/* The tables or figures of the sweep file that is the first argument. */
static void offer_ids(const struct line *l)
{
	struct sweep *s = read_sweep(l);
	const bool figures = strcmp(l->verb->name, "plot") == 0;
	for (size_t i = 0; s && i < (figures ? s->figure_count : s->table_count); i++)
		offer(l, figures ? s->figures[i].id : s->tables[i].id,
			figures ? s->figures[i].title : s->tables[i].title);
	sweep_free(s);
}

/* ---- which of them ---- */

static void offer_word(const char *word, const char *help, void *context)
{
	const struct line *l = context;
	struct str line = { 0 };
	str_addf(&line, "%s\t", word);
	const char *text = l->out->s;
	const char *at = text ? strstr(text, line.s) : NULL;
	if (!at || (at > text && at[-1] != '\n'))
		offer(l, word, help);
	str_free(&line);
}

/* What `retrial help` explains: verbs and the words of the language, each once. */
static void offer_subjects(struct line *l)
{
	size_t count;
	offer_verbs(l);
	offer_word("sweep", "the complete reference of sweep files", l);
	language_words(offer_word, l);
	const char *const *kinds = figures_kinds(&count);
	for (size_t i = 0; i < count; i++)
		offer_word(kinds[i], figures_help(kinds[i]), l);
	for (size_t i = 0; metric_at(i); i++)
		offer_word(metric_at(i)->name, "a metric", l);
	const char *term, *help;
	for (size_t i = 0; (term = cli_term_at(i, &help)); i++)
		offer_word(term, "a term of the reference", l);
}

/* The words of the usage text in lower case are actions: "list | verify [NAME...] | show NAME". */
static void offer_actions(const struct line *l)
{
	static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
	for (const char *at = l->verb->arguments; *at;) {
		const size_t length = strspn(at, lower);
		struct str word = { 0 };
		str_add_bytes(&word, at, length);
		if (length > 1)
			offer(l, word.s, NULL);
		str_free(&word);
		at += length ? length : strcspn(at, " ");
		at += strspn(at, " |");
	}
}

static void offer_argument(struct line *l)
{
	const char *usage = l->verb->arguments;
	if (!usage)
		return;
	if (strstr(usage, "SWEEP.yaml") && (l->position == 0 || strstr(usage, "SWEEP.yaml...")))
		str_add(l->out, ":yaml\n");
	else if (strstr(usage, "SWEEP.yaml") && strstr(usage, "[ID]") && l->position == 1)
		offer_ids(l);
	else if (strstr(usage, "VERB"))
		offer_subjects(l);
	else if (strstr(usage, "SQL") && l->position == 0)
		offer_queries(l);
	else if (strstr(usage, "SQL"))
		offer_query_parameters(l);
	else if (strspn(usage, "abcdefghijklmnopqrstuvwxyz") > 1 && l->position == 0)
		offer_actions(l);
	else if (strspn(usage, "abcdefghijklmnopqrstuvwxyz") > 1
		&& strcmp(l->verb->name, "data") == 0)
		offer_datasets(l, "");
	else if (strstr(usage, "TRIAL"))
		offer_trials(l);
	else if (strstr(usage, "[SWEEP]"))
		offer_sweeps(l);
	else if (strstr(usage, "FILE") || strstr(usage, "DATABASE"))
		str_add(l->out, ":files\n");
}

/* Options whose values are one of a few words. verb NULL: of every verb. */
static const struct {
	const char *verb, *option, *words;
} choices[] = {
	{ "table", "format", "text|md|csv|json|latex|html|macros" },
	{ "claims", "format", "text|md|csv|json|latex|html" },
	{ "export", "format", "safetensors|npz|int8|onnx|c" },
	{ "help", "format", "text|md|man" },
	{ NULL, "format", FORMAT_NAMES },
	{ NULL, "progress", "auto|always|lines|never" },
	{ NULL, "color", "auto|always|never" },
	{ NULL, "retry", "failed|all" },
	{ NULL, "on-error", "continue|stop" },
	{ NULL, "kernels", "plain|avx2|avx512|neon" },
};

static void offer_value(const struct line *l)
{
	const char *option = l->wants->name, *argument = l->wants->argument;
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++)
		if (strcmp(choices[i].option, option) == 0
			&& (!choices[i].verb || strcmp(choices[i].verb, l->verb->name) == 0)) {
			offer_each(l, choices[i].words);
			return;
		}
	if (strcmp(option, "set") == 0)
		offer_settings(l);
	else if (strcmp(option, "sweep") == 0)
		offer_sweeps(l);
	else if (strcmp(argument, "FILE") == 0)
		str_add(l->out, ":files\n");
	else if (strcmp(argument, "DIR") == 0)
		str_add(l->out, ":folders\n");
}

/* The option that the word is, and in *value what follows its equals sign, NULL: nothing does. */
static const struct cli_option *find_option(
	const struct cli_verb *verb, const char *word, const char **value)
{
	const struct cli_option *tables[] = { verb->options, cli_common_options() };
	*value = NULL;
	for (int t = 0; t < 2; t++)
		for (const struct cli_option *o = tables[t]; o && o->name; o++) {
			const size_t length = strlen(o->name);
			if (word[0] == '-' && o->letter && word[1] == o->letter && word[2] == '\0')
				return o;
			if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, o->name, length) != 0)
				continue;
			if (word[2 + length] == '=')
				*value = word + 2 + length + 1;
			if (*value || word[2 + length] == '\0')
				return o;
		}
	return NULL;
}

/* Which words are options, values and arguments. */
static void read_line(struct line *l)
{
	const char *value;
	for (int i = 1; i < l->count - 1; i++) {
		const char *word = l->words[i];
		const struct cli_option *o =
			word[0] == '-' ? find_option(l->verb, word, &value) : NULL;
		if (o && o->argument && !value && ++i == l->count - 1) {
			l->wants = o;
			return;
		}
		if (o && strcmp(o->name, "db") == 0)
			l->db = value ? value : l->words[i];
		if (!o && (word[0] != '-' || !word[1]) && l->position++ == 0)
			l->first = word;
	}
	const char *last = l->words[l->count - 1];
	const struct cli_option *o = find_option(l->verb, last, &value);
	if (o && value) {
		l->wants = o;
		l->lead = last;
		l->lead_length = (int)(value - last);
		l->typed = value;
	}
}

void completion_list(const char *const *words, int count, struct str *out)
{
	struct line l = {
		.words = words, .count = count, .lead = "", .db = "results/retrial.db", .out = out
	};
	if (count < 1)
		return;
	l.typed = words[count - 1];
	if (count == 1) {
		offer_verbs(&l);
		if (words[0][0] == '-') {
			offer(&l, "--help", "show the verbs");
			offer(&l, "--version", "show the version");
		}
		return;
	}
	for (size_t i = 0; cli_verb_at(i); i++)
		if (strcmp(cli_verb_at(i)->name, words[0]) == 0)
			l.verb = cli_verb_at(i);
	if (!l.verb)
		return;
	read_line(&l);
	if (l.wants)
		offer_value(&l);
	else if (l.typed[0] == '-')
		offer_options(&l);
	else
		offer_argument(&l);
}

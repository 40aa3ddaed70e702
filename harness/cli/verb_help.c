/* verb_help.c - `retrial help`: verbs, every word of the sweep language, metrics and figures; and
 * the reference of the language in three forms. */
#include <string.h>

#include "../base/manual.h"
#include "../plan/language.h"
#include "../report/figures.h"
#include "../report/metric.h"
#include "parse.h"

enum { WORDS_MAX = 1000 };

/* Words of the texts that no sweep file has as a key. */
static const struct {
	const char *word, *help;
} terms[] = {
	{ "path",
		"Name of a setting in base and axes: a parameter of the trial (batch_size), one "
		"amount (augment.rotation), or PHASE.PARAM (train.lr). Of a program: the name of a "
		"parameter." },
	{ "label",
		"A path whose value names trials in rows, where, than and series. Every path that "
		"is not only in base is a label, and dataset, recipe and augment always are. An "
		"axis with one value makes a path a label." },
	{ "configuration",
		"All settings of a trial but the seed. Trials of one configuration are its "
		"replicates." },
	{ "replicate",
		"A trial with the same configuration and another seed. Tables show mean and "
		"standard deviation over replicates." },
	{ "placeholder",
		"{NAME} in a program's command: a parameter, seed, slot, scratch, study, trial, "
		"parameters or out (retrial help command)." },
	{ "slot",
		"{slot} in a program's command: the number of the worker, from 0. Trials that run "
		"at the same time have different slots, for instance for GPUs." },
	{ "verdict",
		"What `retrial claims` says of a claim: reproduced, not reproduced, equivalent, "
		"inconclusive; of sizes and bounds: consistent, larger, smaller (retrial help "
		"claims)." },
};
enum { TERMS = sizeof(terms) / sizeof(terms[0]) };

const char *cli_term_at(size_t i, const char **help)
{
	*help = i < TERMS ? terms[i].help : "";
	return i < TERMS ? terms[i].word : NULL;
}

static void describe_metric(const char *name, struct manual *m)
{
	static const char *const kinds[] = { [METRIC_RESULT] = "a result: tested by seed",
		[METRIC_SERIES] = "a series by epoch: for curves, never tested",
		[METRIC_CONSTANT] = "a property of the network, equal for every seed",
		[METRIC_TIME] = "measured on the machine: tested only by a claim",
		[METRIC_COUNT] = "a count: tested by a claim, or a table with a family" };
	const struct metric *metric = metric_find(NULL, name);
	struct str text = { 0 };
	metric_heading(&text, NULL, name);
	manual_entry(m, name, text.s);
	manual_fact(m, "what",
		metric->kind == METRIC_SERIES ? "a metric, for figures of the kind curves"
					      : "a metric, for tables, claims and figures");
	manual_fact(m, "better",
		metric->better > 0           ? "more"
			: metric->better < 0 ? "less"
					     : "neither");
	manual_fact(m, "kind", kinds[metric->kind]);
	if (metric_help(name))
		manual_text(m, metric_help(name));
	str_free(&text);
}

static void describe_figure(const char *kind, struct manual *m)
{
	struct str text = { 0 };
	manual_entry(m, kind, figures_help(kind));
	manual_fact(m, "what", "a kind of figure");
	str_addf(&text, "figures: [%s]", figures_example(kind));
	manual_code(m, "example", text.s);
	str_free(&text);
}

/* Metrics, figures and terms of that name; returns how many. */
static int describe_others(const char *word, struct str *out, bool more)
{
	struct manual m = { MANUAL_TEXT, out };
	struct err e = { 0 };
	int found = 0;
	if (metric_check(NULL, word, &e) == 0) {
		str_add(out, more ? "\n" : "");
		describe_metric(word, &m);
		found++;
	}
	if (figures_check_kind(word, &e) == 0) {
		str_add(out, more || found ? "\n" : "");
		describe_figure(word, &m);
		found++;
	}
	for (size_t i = 0; i < TERMS; i++)
		if (strcmp(terms[i].word, word) == 0) {
			str_add(out, more || found ? "\n" : "");
			manual_entry(&m, word, "a term of this reference");
			manual_text(&m, terms[i].help);
			found++;
		}
	return found;
}

struct words {
	const char *list[WORDS_MAX];
	size_t count;
};

static void add_word(const char *word, const char *help, void *context)
{
	(void)help;
	struct words *w = context;
	if (w->count < WORDS_MAX)
		w->list[w->count++] = word;
}

static int unknown_word(const char *word)
{
	struct words words = { .count = 0 };
	size_t count;
	language_words(add_word, &words);
	for (size_t i = 0; cli_verb_at(i); i++)
		add_word(cli_verb_at(i)->name, "", &words);
	const char *const *kinds = figures_kinds(&count);
	for (size_t i = 0; i < count; i++)
		add_word(kinds[i], "", &words);
	for (size_t i = 0; metric_at(i); i++)
		add_word(metric_at(i)->name, "", &words);
	for (size_t i = 0; i < TERMS; i++)
		add_word(terms[i].word, "", &words);
	const char *near = str_nearest(word, words.list, words.count);
	fprintf(stderr, "retrial help: unknown word '%s'", word);
	if (near)
		fprintf(stderr, " (did you mean '%s'?)", near);
	fprintf(stderr, "; retrial help sweep lists the whole language\n");
	return ERR_USAGE;
}

static int print_reference(const struct cli *c)
{
	static const char *const names[] = { "text", "md", "man" };
	const char *format = cli_get(c, "format", "text");
	int form = 0;
	while (form < 3 && strcmp(names[form], format) != 0)
		form++;
	if (form == 3)
		return cli_misuse(c, "unknown format '%s' (one of text, md, man)", format);
	struct str out = { 0 };
	struct manual m = { (enum manual_form)form, &out };
	size_t count;
	if (form == MANUAL_MARKDOWN)
		str_add(&out,
			"# The sweep language\n\nThis page is made by `retrial help sweep "
			"--format md`.\n");
	if (form == MANUAL_MAN)
		str_add(&out,
			".\\\" made by: retrial help sweep --format man\n.Dd November 28, 2026\n"
			".Dt RETRIAL-SWEEP 5\n.Os\n.Sh NAME\n.Nm retrial-sweep\n"
			".Nd the language of sweep files\n.Sh DESCRIPTION\n");
	language_reference(&m);
	manual_heading(&m, 1, "Terms");
	manual_list_begin(&m);
	for (size_t i = 0; i < TERMS; i++)
		manual_row(&m, terms[i].word, terms[i].help);
	manual_list_end(&m);
	manual_heading(&m, 1, "Metrics");
	manual_list_begin(&m);
	for (size_t i = 0; metric_at(i); i++) {
		struct str heading = { 0 };
		if (metric_of_exits(metric_at(i)->name))
			continue;
		metric_heading(&heading, NULL, metric_at(i)->name);
		if (metric_help(metric_at(i)->name))
			str_addf(&heading, ". %s", metric_help(metric_at(i)->name));
		manual_row(&m, metric_at(i)->name, heading.s);
		str_free(&heading);
	}
	manual_row(&m, "epochs_to_N", "epochs until the validation accuracy first was N %");
	manual_row(&m, "exit_accuracy_at_P",
		"test accuracy if images leave at the early exit with probability P: 0.5, 0.7, "
		"0.8, 0.9, 0.95 or 0.99");
	manual_row(&m, "exit_share_at_P", "images that leave at the exit then");
	manual_row(&m, "exit_macs_at_P", "multiply-accumulates for an image then, mean");
	manual_list_end(&m);
	manual_heading(&m, 1, "Kinds of figure");
	manual_list_begin(&m);
	const char *const *kinds = figures_kinds(&count);
	for (size_t i = 0; i < count; i++)
		manual_row(&m, kinds[i], figures_help(kinds[i]));
	manual_list_end(&m);
	if (form == MANUAL_MAN)
		str_add(&out, ".Sh SEE ALSO\n.Xr retrial 1\n");
	fputs(out.s, stdout);
	str_free(&out);
	return ERR_NONE;
}

static void describe_options(struct manual *m, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		struct str term = { 0 };
		if (o->letter)
			str_addf(&term, "-%c, ", o->letter);
		str_addf(&term, "--%s%s%s", o->name, o->argument ? "=" : "",
			o->argument ? o->argument : "");
		manual_row(m, term.s, o->help);
		str_free(&term);
	}
}

/* The options of every verb, for the man page of the program (the Makefile puts them in). */
static int print_options(void)
{
	struct str out = { 0 };
	struct manual m = { MANUAL_MAN, &out };
	manual_heading(&m, 1, "Options");
	manual_text(&m, "Every verb has these options:");
	manual_list_begin(&m);
	describe_options(&m, cli_common_options());
	manual_list_end(&m);
	for (size_t i = 0; cli_verb_at(i); i++) {
		const struct cli_verb *verb = cli_verb_at(i);
		if (!verb->options || !verb->options[0].name)
			continue;
		manual_heading(&m, 2, verb->name);
		manual_list_begin(&m);
		describe_options(&m, verb->options);
		describe_options(&m, cli_further_options(verb));
		manual_list_end(&m);
	}
	fputs(out.s, stdout);
	str_free(&out);
	return ERR_NONE;
}

static int run(const struct cli *c)
{
	if (c->argument_count == 0) {
		cli_print_usage(stdout);
		return ERR_NONE;
	}
	if (c->argument_count > 1)
		return cli_misuse(c, "expected one word");
	const char *word = c->arguments[0];
	if (strcmp(word, "sweep") == 0)
		return print_reference(c);
	if (strcmp(word, "options") == 0 && strcmp(cli_get(c, "format", ""), "man") == 0)
		return print_options();
	const struct cli_verb *verb = cli_verb_find(word);
	struct str out = { 0 };
	int found = language_describe(word, &out);
	found += describe_others(word, &out, found > 0);
	if (verb)
		cli_print_help(verb);
	if (verb && found)
		printf("\nin a sweep file:\n\n");
	if (found)
		fputs(out.s, stdout);
	str_free(&out);
	return verb || found ? ERR_NONE : unknown_word(word);
}

static const struct cli_option options[] = {
	{ "format", 0, "FORMAT", "of the reference (help sweep): text (default), md or man" },
	{ 0 },
};

const struct cli_verb verb_help = {
	.name = "help",
	.arguments = "[VERB | WORD | sweep]",
	.summary = "explain a verb or any word of a sweep file; `sweep`: the whole language",
	.examples = "  retrial help run          # a verb\n"
		    "  retrial help ablate       # a key of a sweep file\n"
		    "  retrial help dual.lr      # a parameter\n"
		    "  retrial help sweep        # the complete reference of sweep files\n",
	.options = options,
	.run = run,
};

/* report.c - the page: its sections and what stands in each. Numbers come from tables.c, claims.c
 * and figures.c, tags from html.c. */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../plan/trial_kind.h"
#include "../store/read.h"
#include "figures.h"
#include "html.h"
#include "metric.h"
#include "report_method.h"
#include "table_print.h"

enum { SVG_MAX_BYTES = 8 << 20, TRIAL_METRICS_MAX = 12 };

static const char style[] =
	":root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #ccc; --soft: "
	"#f4f4f4; --dim: #555;\n"
	"  --good: #00664a; --bad: #a33600; --more: #0b5394; --open: #555 }\n"
	"@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #16181b; --line: "
	"#444; --soft: #22252a; --dim: #aaa;\n"
	"  --good: #4fd1a5; --bad: #ff9b66; --more: #8ec5ff; --open: #bbb } }\n"
	"* { box-sizing: border-box }\n"
	"body { margin: 0 auto; padding: 1rem; max-width: 100rem; font: 16px/1.5 system-ui, "
	"sans-serif; color: var(--ink);\n"
	"  background: var(--paper); overflow-wrap: break-word }\n"
	"h1 { font-size: 1.6rem; line-height: 1.2 } h2 { font-size: 1.25rem; margin-top: 2.5rem; "
	"border-bottom: 1px solid var(--line) }\n"
	"a { color: inherit }\n"
	"nav { display: flex; flex-wrap: wrap; gap: .3rem 1rem; font-size: .9rem }\n"
	".wide { overflow-x: auto; max-width: 100% }\n"
	"table { border-collapse: collapse; font-size: .875rem; margin: 1rem 0 .5rem }\n"
	"caption { text-align: left; font-weight: 600; padding: .3rem 0 }\n"
	"th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid "
	"var(--line); vertical-align: top; white-space: "
	"nowrap }\n"
	"td.long { white-space: normal; min-width: 16rem }\n"
	"tbody th { font-weight: 400 }\n"
	".number { text-align: right; font-variant-numeric: tabular-nums }\n"
	"tr.group > * { border-top: 2px solid var(--line) }\n"
	".notes { font-size: .8125rem; color: var(--dim); margin: .2rem 0 } ul.notes { padding: 0; "
	"list-style: none }\n"
	".verdicts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none }\n"
	".verdicts li { border: 1px solid var(--line); border-radius: .4rem; padding: .2rem .6rem "
	"}\n"
	".reproduced, .equivalent, .consistent { color: var(--good); font-weight: 600 }\n"
	".not-reproduced, .larger, .smaller { color: var(--bad); font-weight: 600 }\n"
	".inconclusive, .uninformative, .no-data { color: var(--open); font-weight: 600 }\n"
	"figure { margin: 1rem 0; padding: .5rem; max-width: 49rem; background: #fff; border: 1px "
	"solid var(--line); border-radius: .4rem; overflow-x: auto "
	"}\n"
	"figure svg { display: block; width: 100%; height: auto; max-width: 48rem; min-width: "
	"34rem }\n"
	".figures { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, "
	"minmax(min(100%, 36rem), 1fr)) }\n"
	"figure svg image { image-rendering: pixelated }\n"
	/* A figure's own dark variant: light and dark change places, hues stay. Photographs stay as
	 * they are; only what stands around them changes. */
	"@media (prefers-color-scheme: dark) { figure:not(:has(image)) { "
	"filter: invert(1) hue-rotate(180deg) }\n"
	"  figure:has(image) { background: #000 } figure:has(image) rect[fill=\"#ffffff\"] { "
	"fill: #000 }\n"
	"  figure:has(image) g[fill=black], figure:has(image) g[fill=\"rgb(0,0,0)\"] { fill: #fff "
	"} figure:has(image) "
	"g[fill=\"rgb(51,51,51)\"] { fill: #ccc }\n"
	"  figure:has(image) g[color=black] { color: #fff } }\n"
	/* Below this width every figure is wider than its frame. */
	"@media (max-width: 37rem) { figure::before { content: \"scroll sideways \\2192\"; "
	"display: block; position: sticky; left: 0; color: #333; font-size: .75rem }\n"
	"  figure:has(image)::before { color: var(--dim) } }\n"
	/* A shadow at the side where a table goes on. */
	".wide { background: linear-gradient(to right, var(--paper) 30%, transparent) left / "
	"2.5rem "
	"100% no-repeat local, linear-gradient(to left, var(--paper) 30%, transparent) right / "
	"2.5rem 100% no-repeat local, linear-gradient(to right, #8889, transparent) left / .7rem "
	"100% no-repeat scroll, linear-gradient(to left, #8889, transparent) right / .7rem 100% "
	"no-repeat scroll }\n"
	/* What scrolls sideways says so, also where scroll bars are hidden until they are used. */
	".wide::-webkit-scrollbar, figure::-webkit-scrollbar, pre::-webkit-scrollbar { height: "
	".5rem }\n"
	".wide::-webkit-scrollbar-thumb, figure::-webkit-scrollbar-thumb, "
	"pre::-webkit-scrollbar-thumb { background: #8a8a8a; border-radius: .25rem }\n"
	"pre, code { font-family: ui-monospace, monospace; font-size: .8125rem }\n"
	"pre { background: var(--soft); padding: .6rem; overflow-x: auto; border-radius: .4rem }\n"
	"summary { cursor: pointer }\n"
	"@media (max-width: 42rem) { .stack, .stack tbody, .stack tr, .stack td, .stack th { "
	"display: block } .stack thead { display: none "
	"}\n"
	"  .stack tr { border-bottom: 1px solid var(--line); padding: .4rem 0 } .stack th, .stack "
	"td { border: 0; white-space: normal }\n"
	"  .stack th { font-weight: 600 } .stack td.long { min-width: 0 } }\n"
	"@media print { nav, summary { display: none } body { max-width: none; font-size: 10pt } "
	"figure, tr { break-inside: avoid }\n"
	"  .wide, pre { overflow: visible } th, td { white-space: normal } pre { white-space: "
	"pre-wrap } figure svg { min-width: 0 }\n"
	"  details::details-content { content-visibility: visible; block-size: auto } }\n";

/* The page under way. */
struct page {
	struct store *store;
	const struct study *study;
	const struct report_context *context;
	struct str *out;
};

static void section(const struct page *p, const char *id, const char *title)
{
	str_addf(p->out, "<h2 id=\"%s\">", id);
	html_text(p->out, title);
	str_add(p->out, "</h2>\n");
}

static void preformatted(struct str *out, const char *text)
{
	str_add(out, "<pre tabindex=\"0\">"); /* it scrolls: reachable with the keyboard */
	html_text(out, text);
	str_add(out, "</pre>\n");
}

/* ---- head ---- */

/* Different seeds of the plan: the frozen one may ask for others than the file does. */
static size_t count_seeds(const struct study *s)
{
	size_t count = 0;
	for (size_t i = 0; i < s->count; i++) {
		size_t k = 0;
		while (s->samples[k].seed != s->samples[i].seed)
			k++;
		count += k == i;
	}
	return count;
}

static void begin(const struct page *p)
{
	static const char *const links[][2] = {
		{ "verdicts", "Verdicts" },
		{ "missing", "What is missing" },
		{ "method", "Method" },
		{ "tables", "Tables" },
		{ "figures", "Figures" },
		{ "trials", "Trials" },
		{ "environment", "Environment" },
		{ "commands", "Commands" },
		{ "sweep", "Sweep file" },
	};
	const struct sweep *sweep = p->study->sweep;
	const char *title = sweep->title[0] ? sweep->title : sweep->name;

	str_add(p->out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		/* Whatever got into the page: nothing is loaded from elsewhere and nothing runs. */
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; img-src data:\">\n");
	html_element(p->out, "title", NULL, title);
	str_addf(p->out, "<style>\n%s</style>\n</head>\n<body>\n<header>\n", style);
	html_element(p->out, "h1", NULL, title);
	report_asked(p->out, p->study);
	struct str line = { 0 };
	const size_t seeds = count_seeds(p->study);
	size_t done = 0;
	for (size_t i = 0; i < p->study->count; i++)
		done += p->study->samples[i].state == SAMPLE_DONE;
	str_addf(&line, "%zu of %zu trials done, %zu seed%s.", done, p->study->count, seeds,
		seeds == 1 ? "" : "s");
	html_element(p->out, "p", NULL, line.s);
	str_free(&line);
	str_add(p->out, "<nav aria-label=\"Sections\">\n");
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		str_addf(p->out, "<a href=\"#%s\">%s</a>\n", links[i][0], links[i][1]);
	str_add(p->out, "</nav>\n</header>\n<main>\n");
}

/* ---- verdicts ---- */

/* The verdict's name as a class: a hyphen for the blank. */
static void verdict_class(char out[32], enum verdict v)
{
	const char *name = claims_verdict_name(v);
	size_t i = 0;

	for (; i < 31 && name[i]; i++)
		out[i] = name[i] == ' ' ? '-' : name[i];
	out[i] = '\0';
}

static void count_verdicts(const struct page *p, const struct claim_result *results)
{
	str_add(p->out, "<ul class=\"verdicts\">\n");
	for (int v = VERDICT_REPRODUCED; v <= VERDICT_NO_DATA; v++) {
		size_t count = 0;
		char class[32];
		struct str text = { 0 };
		for (size_t i = 0; i < p->study->sweep->claim_count; i++)
			count += (int)results[i].verdict == v;
		if (!count)
			continue;
		verdict_class(class, (enum verdict)v);
		str_addf(&text, "%zu %s", count, claims_verdict_name((enum verdict)v));
		html_element(p->out, "li", class, text.s);
		str_free(&text);
	}
	str_add(p->out, "</ul>\n");
}

static void verdict_row(const struct page *p, const struct claim_result *r)
{
	struct str evidence = { 0 }, verdict = { 0 };
	char class[32];

	claims_evidence(&evidence, r);
	verdict_class(class, r->verdict);
	str_add(p->out, "<tr>");
	str_add(p->out, "<th scope=\"row\">");
	html_text(p->out, r->claim->id);
	str_add(p->out, "</th>");
	html_element(p->out, "td", "long", r->claim->title[0] ? r->claim->title : r->claim->metric);
	claims_verdict_text(&verdict, r);
	html_element(p->out, "td", class, verdict.s);
	html_element(p->out, "td", "long", evidence.s);
	str_add(p->out, "</tr>\n");
	str_free(&evidence);
	str_free(&verdict);
}

static void verdicts(const struct page *p, const struct claim_result *results)
{
	section(p, "verdicts", "Verdicts");
	if (!p->study->sweep->claim_count) {
		html_element(p->out, "p", NULL, "The sweep file states no claims.");
		return;
	}
	count_verdicts(p, results);
	str_add(p->out,
		"<div class=\"wide\" tabindex=\"0\">\n<table class=\"stack\">\n<thead><tr><th "
		"scope=\"col\">claim</th><th "
		"scope=\"col\">what</th>"
		"<th scope=\"col\">verdict</th><th "
		"scope=\"col\">evidence</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->study->sweep->claim_count; i++)
		verdict_row(p, &results[i]);
	str_add(p->out, "</tbody>\n</table>\n</div>\n");
	str_add(p->out, "<details class=\"notes\">\n<summary>How to read the verdicts</summary>\n");
	html_element(p->out, "p", "notes",
		"Reproduced: the 95 % interval of our mean (over seeds and, of test accuracies, "
		"test "
		"images) lies inside the margin around the paper's figure. Not reproduced: it lies "
		"outside. Inconclusive: neither, or too few seeds. Sizes and bounds are "
		"consistent, "
		"larger or smaller; a bound that nearly anything satisfies is uninformative. "
		"Claims that "
		"one configuration has more than another: by the exact sign-flip test of the "
		"differences "
		"paired by seed, corrected jointly within the family of all comparisons of the "
		"metric, at "
		"0.05; the interval is that of the corrected test; equivalent: two one-sided tests "
		"put the difference inside the margin.");
	str_add(p->out, "</details>\n");
}

/* ---- what is missing ---- */

static const char *state_name(enum sample_state state)
{
	static const char *const names[] = {
		[SAMPLE_MISSING] = "not run",
		[SAMPLE_RUNNING] = "running",
		[SAMPLE_SKIPPED] = "skipped",
		[SAMPLE_DONE] = "done",
		[SAMPLE_FAILED] = "failed",
		[SAMPLE_DIVERGED] = "diverged",
		[SAMPLE_INTERRUPTED] = "interrupted",
	};
	return names[state];
}

/* Has an earlier sample the same state and reason? */
static bool told(const struct study *study, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (study->samples[i].state == study->samples[at].state
			&& !strcmp(study->samples[i].reason, study->samples[at].reason))
			return true;
	return false;
}

static void missing(const struct page *p)
{
	const struct study *study = p->study;
	size_t done = 0;
	struct str text = { 0 };

	section(p, "missing", "What is missing");
	for (size_t i = 0; i < study->count; i++)
		done += study->samples[i].state == SAMPLE_DONE;
	str_addf(&text, "%zu of %zu planned trials are done.", done, study->count);
	if (!study->frozen)
		str_add(&text, " No plan of this name is in the database.");
	if (study->changed)
		str_add(&text,
			" The sweep file has changed since its plan was frozen; this page is about "
			"the frozen plan.");
	html_element(p->out, "p", NULL, text.s);
	if (done < study->count)
		str_add(p->out, "<ul>\n");
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		size_t same = 0;
		if (s->state == SAMPLE_DONE || told(study, i))
			continue;
		for (size_t k = i; k < study->count; k++)
			same += study->samples[k].state == s->state
				&& !strcmp(study->samples[k].reason, s->reason);
		str_clear(&text);
		str_addf(&text, "%zu %s%s%s", same, state_name(s->state), s->reason[0] ? ": " : "",
			s->reason);
		html_element(p->out, "li", NULL, text.s);
	}
	if (done < study->count)
		str_add(p->out, "</ul>\n");
	str_free(&text);
}

/* ---- method ---- */

static void method(const struct page *p)
{
	struct str text = { 0 };

	section(p, "method", "Method");
	report_method(p->out, p->study);
	str_addf(
		&text, "Sweep %s, file digest %s.", p->study->sweep->name, p->study->sweep->digest);
	html_element(p->out, "p", "notes", text.s);
	str_free(&text);
}

/* ---- tables and figures ---- */

static void failed_piece(
	const struct page *p, const char *what, const char *id, const struct err *e)
{
	struct str text = { 0 };

	str_addf(&text, "%s %s could not be made: %s", what, id, e->text);
	html_element(p->out, "p", e->kind == ERR_FAILED ? "notes" : "not-reproduced",
		text.s); /* no data yet is no mistake */
	if (e->kind != ERR_FAILED && p->context->missing)
		str_addf(p->context->missing, "%.*s\n", (int)strcspn(text.s, "\n"), text.s);
	str_free(&text);
}

static void tables(const struct page *p)
{
	const struct sweep *sweep = p->study->sweep;

	section(p, "tables", "Tables");
	for (size_t i = 0; i < sweep->table_count; i++) {
		struct err e = { 0 };
		struct table *t = NULL;
		struct str command = { 0 };
		str_addf(&command, "retrial table %s %s --db %s", sweep->path, sweep->tables[i].id,
			p->context->database);
		const struct table_context context = { .command = command.s, .intervals = true };
		if (tables_make(p->study, &sweep->tables[i], &e, &t)
			|| table_print(p->out, t, TABLE_HTML, &context, &e))
			failed_piece(p, "Table", sweep->tables[i].id, &e);
		tables_free(t);
		str_free(&command);
	}
	if (!sweep->table_count)
		html_element(p->out, "p", NULL, "The sweep file describes no tables.");
}

/* Copy one picture into the page. path ends with ".svg"; number tells pictures apart. */
static int picture(
	const struct page *p, const char *path, const char *title, int number, struct err *e)
{
	char *svg = NULL;
	size_t length;
	struct str prefix = { 0 };

	if (file_read(path, SVG_MAX_BYTES, &svg, &length, e))
		return -1;
	str_addf(&prefix, "figure%d", number);
	str_addf(p->out, "<figure id=\"%s\" tabindex=\"0\">\n", prefix.s);
	html_svg(p->out, svg, prefix.s, title);
	str_add(p->out, "</figure>\n");
	str_free(&prefix);
	free(svg);
	return 0;
}

/* Draw one figure of the sweep file into the page; number counts pictures. */
static void figure(const struct page *p, size_t i, int *number)
{
	const struct figure_spec *spec = &p->study->sweep->figures[i];
	const struct figure_places places = { .scripts = p->context->scripts,
		.output = p->context->figures,
		.command = p->context->command,
		.data = p->context->data,
		.augment = p->context->augment };
	struct err e = { 0 };
	struct str written = { 0 };
	int result = figures_make(p->store, p->study, spec, &places, &written, &e);

	for (char *line = written.s; line && *line && !result;) {
		char *end = strchr(line, '\n');
		*end = '\0';
		if (end - line > 4 && !strcmp(end - 4, ".svg"))
			result = picture(
				p, line, spec->title[0] ? spec->title : spec->id, ++*number, &e);
		line = end + 1;
	}
	if (result)
		failed_piece(p, "Figure", spec->id, &e);
	str_free(&written);
}

/* The first figure of the file stands beside the answer, the others in a section of their own. */
static void figures(const struct page *p, int *number)
{
	const size_t count = p->study->sweep->figure_count;

	section(p, "figures", "Figures");
	str_add(p->out, "<div class=\"figures\">\n");
	for (size_t i = 1; i < count; i++)
		figure(p, i, number);
	str_add(p->out, "</div>\n");
	if (!count)
		html_element(p->out, "p", NULL, "The sweep file describes no figures.");
	else if (count == 1)
		html_element(p->out, "p", NULL, "The only figure stands at the top.");
}

/* ---- every trial ---- */

static void labels_text(struct str *out, const struct sample *s)
{
	for (int i = 0; i < s->label_count; i++)
		str_addf(out, "%s%s = %s", i ? ", " : "", s->labels[i].name, s->labels[i].value);
}

static void set_value(struct grid *g, size_t row, int column, const struct study *study,
	const struct sample *s, const char *name)
{
	struct err ignored = { 0 };
	struct str text = { 0 };
	const int metric = study_metric(study, name, "", "report", &ignored);

	if (metric >= 0 && s->state == SAMPLE_DONE)
		metric_value(&text, metric_find(study->sweep, name), study_value(study, s, metric));
	grid_set(g, row, column, text.s ? text.s : "");
	str_free(&text);
}

/* The metrics of the table: what the program declares, or the core's usual ones. */
static int shown_metrics(const struct sweep *sweep, const char *names[TRIAL_METRICS_MAX])
{
	int count = 0;

	const struct trial_kind *kind = trial_kind_of(sweep);

	if (kind->networks) {
		names[count++] = "test_accuracy";
		names[count++] = "epochs";
	}
	for (size_t i = 0; !kind->networks && count < TRIAL_METRICS_MAX - 1; i++) {
		const struct declared_metric *m = kind->metric(sweep, i);
		if (!m)
			break;
		names[count++] = m->declared.name;
	}
	names[count++] = "seconds";
	return count;
}

static void set_digest(struct grid *g, size_t row, int column, const char *digest)
{
	char shown[13];

	snprintf(shown, sizeof(shown), "%.12s", digest);
	grid_set(g, row, column, shown);
}

static void trial_row(const struct page *p, struct grid *g, const struct sample *s,
	const char *const *metrics, int count)
{
	const size_t row = grid_row(g);
	struct str text = { 0 };

	set_digest(g, row, 0, s->identity);
	labels_text(&text, s);
	grid_set(g, row, 1, text.s ? text.s : "");
	str_clear(&text);
	str_addf(&text, "%llu", (unsigned long long)s->seed);
	grid_set(g, row, 2, text.s);
	grid_set(g, row, 3, state_name(s->state));
	for (int i = 0; i < count; i++)
		set_value(g, row, 4 + i, p->study, s, metrics[i]);
	if (trial_kind_of(p->study->sweep)->networks) {
		set_digest(g, row, 4 + count, s->weights_digest);
		set_digest(g, row, 5 + count, s->data_digest);
		str_clear(&text);
		if (s->core_version)
			str_addf(&text, "%d", s->core_version);
		grid_set(g, row, 6 + count, text.s ? text.s : "");
	}
	str_free(&text);
}

static void trials(const struct page *p)
{
	static const char *const first[] = { "trial", "labels", "seed", "state" };
	static const char *const last[] = { "weights", "data", "core" };
	const char *metrics[TRIAL_METRICS_MAX];
	const int count = shown_metrics(p->study->sweep, metrics);
	const bool networks = trial_kind_of(p->study->sweep)->networks;
	struct grid g = { 0 };

	section(p, "trials", "Trials");
	for (int c = 0; c < 4; c++)
		grid_column(&g, first[c], c == 2);
	for (int i = 0; i < count; i++) {
		struct str heading = { 0 };
		metric_heading(&heading, p->study->sweep, metrics[i]);
		grid_column(&g, heading.s, true);
		str_free(&heading);
	}
	for (int c = 0; c < 3 && networks; c++)
		grid_column(&g, last[c], c == 2);
	for (size_t i = 0; i < p->study->count; i++)
		trial_row(p, &g, &p->study->samples[i], metrics, count);
	struct str summary = { 0 };
	str_addf(&summary, "All %zu trials%s", p->study->count,
		networks ? ", with the first 12 digits of their digests" : "");
	str_add(p->out, "<details>\n");
	html_element(p->out, "summary", NULL, summary.s);
	html_grid(p->out, &g, NULL, 1);
	str_add(p->out, "</details>\n");
	if (networks)
		html_element(p->out, "p", "notes", "All digests in full: retrial query digests.");
	str_free(&summary);
	grid_free(&g);
}

/* ---- environment, commands, sweep file ---- */

static int environment(const struct page *p, struct err *e)
{
	struct rows *r = NULL;
	struct grid g = { 0 };

	section(p, "environment", "Environment");
	if (store_ask(p->store, "facts", NULL, e, &r))
		return -1;
	grid_column(&g, "environment", false);
	grid_column(&g, "fact", false);
	grid_column(&g, "value", false);
	for (size_t i = 0; i < r->row_count; i++) {
		const size_t row = grid_row(&g);
		for (int c = 0; c < 3; c++)
			grid_set(&g, row, c, rows_text(r, i, c));
		g.rules[row] = i && strcmp(rows_text(r, i, 0), rows_text(r, i - 1, 0));
	}
	rows_free(r);
	if (g.row_count) {
		str_add(p->out, "<details>\n");
		html_element(p->out, "summary", NULL,
			"Machines and programs that ran the trials of this database");
		html_grid(p->out, &g, NULL, 1);
		str_add(p->out, "</details>\n");
	} else {
		html_element(p->out, "p", NULL, "No trial was run yet.");
	}
	grid_free(&g);
	return 0;
}

static void commands(const struct page *p)
{
	const char *sweep = p->study->sweep->path, *db = p->context->database;
	struct str text = { 0 };

	section(p, "commands", "Commands");
	html_element(p->out, "p", NULL, "What this page shows, made again:");
	str_addf(&text,
		"retrial run %s --db %s\nretrial claims %s --db %s\nretrial table %s --db "
		"%s\nretrial plot %s --db %s\n%s\n",
		sweep, db, sweep, db, sweep, db, sweep, db, p->context->command);
	preformatted(p->out, text.s);
	str_clear(&text);
	html_element(p->out, "p", NULL,
		"Trials run again and compared to the bit (a trial is named by how its identity "
		"begins):");
	str_addf(&text, "retrial verify %s --sample 3 --db %s\nretrial verify TRIAL --db %s\n",
		sweep, db, db);
	preformatted(p->out, text.s);
	str_free(&text);
}

static void sweep_file(const struct page *p)
{
	section(p, "sweep", "Sweep file");
	str_add(p->out, "<details>\n");
	html_element(p->out, "summary", NULL, p->study->sweep->path);
	preformatted(p->out, p->study->sweep->text ? p->study->sweep->text : "");
	str_add(p->out, "</details>\n");
}

int report_make(struct store *store, const struct study *study,
	const struct report_context *context, struct str *out, struct err *e)
{
	const struct page p = { store, study, context, out };
	struct claim_result *results = NULL;

	if (claims_evaluate(study, e, &results))
		return -1;
	begin(&p);
	verdicts(&p, results);
	free(results);
	int number = 0;
	if (study->sweep->figure_count) {
		str_add(out, "<div class=\"figures\">\n");
		figure(&p, 0, &number);
		str_add(out, "</div>\n");
	}
	missing(&p);
	method(&p);
	tables(&p);
	figures(&p, &number);
	trials(&p);
	if (environment(&p, e))
		return -1;
	commands(&p);
	sweep_file(&p);
	str_add(out, "</main>\n</body>\n</html>\n");
	return 0;
}

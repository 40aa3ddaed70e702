/* table_print.c - a table and the verdicts for people: what stands in each column, and what has to
 * be said around it. The layout is grid.c's, the sentences are kept in notes.c, the machine formats
 * are in table_data.c. */
#include "table_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/trial_kind.h"
#include "figure_layout.h"
#include "html.h"
#include "metric.h"
#include "notes.h"
#include "table_data.h"
#include "table_macros.h"

static const struct {
	const char *name;
	enum table_format format;
} formats[] = {
	{ "text", TABLE_TEXT },
	{ "md", TABLE_MARKDOWN },
	{ "csv", TABLE_CSV },
	{ "json", TABLE_JSON },
	{ "latex", TABLE_LATEX },
	{ "macros", TABLE_MACROS },
	{ "html", TABLE_HTML },
};

int table_format_find(const char *name, enum table_format *out, struct err *e)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, name)) {
			*out = formats[i].format;
			return 0;
		}
	return err_set(e, ERR_USAGE,
		"unknown format '%s' (text, md, csv, json, latex, macros or html)", name);
}

/* ---- what stands in a cell ---- */

static const char *why_empty(const struct table_row *row)
{
	return row->skipped     ? "skipped"
		: row->diverged ? "diverged"
		: row->failed   ? "failed"
				: "not run";
}

static void mean_text(struct str *out, const struct table_row *row, const struct cell *cell,
	const struct metric *m)
{
	if (!cell->n) {
		str_add(out, row->done ? "n/a" : why_empty(row));
		return;
	}
	if (m->kind == METRIC_CONSTANT && cell->min != cell->max) {
		metric_value(out, m, cell->min);
		str_add(out, " to ");
		metric_value(out, m, cell->max);
		return;
	}
	metric_value(out, m, cell->mean);
	if (m->kind != METRIC_CONSTANT && cell->n >= 2) {
		str_add(out, " ± ");
		metric_value(out, m, cell->sd);
	}
	if (cell->n < row->done) /* a value that some of the finished trials do not have: an
				    accuracy that they never reached */
		str_addf(out, " (n = %zu)", cell->n);
}

static void interval_text(struct str *out, struct interval i, const struct metric *m)
{
	if (!interval_exists(i)) {
		str_add(out, "n/a");
		return;
	}
	metric_value(out, m, i.low);
	str_add(out, " to ");
	metric_value(out, m, i.high);
}

static void difference_interval_text(struct str *out, struct interval i, const struct metric *m)
{
	metric_difference(out, m, i.low);
	if (!interval_exists(i))
		return;
	str_add(out, " to ");
	metric_difference(out, m, i.high);
}

/* Half of the interval that the test images leave. */
static void images_text(struct str *out, const struct cell *cell, const struct metric *m)
{
	if (!cell->images)
		return;
	str_add(out, "± ");
	metric_value(out, m, (cell->images95.high - cell->images95.low) / 2);
}

static void p_text(struct str *out, const struct comparison *c)
{
	if (isnan(c->p_adjusted))
		str_addf(out, "n/a (n = %zu)", c->pairs);
	else if (c->p_adjusted < 0.001)
		str_add(out, "< 0.001");
	else
		str_addf(out, "%.3f", c->p_adjusted);
}

/* ---- what has to be said about a row ---- */

static void count_text(struct str *out, size_t count, const char *what)
{
	if (count)
		str_addf(out, "%s%zu %s", out->length ? ", " : "", count, what);
}

static void note_incomplete(struct notes *notes, struct str *cell, const struct table_row *row)
{
	struct str parts = { 0 }, text = { 0 };

	count_text(&parts, row->failed, "failed");
	count_text(&parts, row->diverged, "diverged");
	count_text(&parts, row->skipped, "not run");
	count_text(&parts, row->missing, "not finished");
	str_addf(&text, "%zu of %zu planned trials have a result: %s", row->done, row->planned,
		parts.s ? parts.s : "");
	if (row->reason[0])
		str_addf(&text, " (%s)", row->reason);
	str_add(&text, ".");
	notes_mark(notes, cell, text.s);
	str_free(&parts);
	str_free(&text);
}

static void note_variants(struct notes *notes, struct str *cell, const struct table_row *row)
{
	const struct sample *first = NULL;
	bool different = false;
	struct str text = { 0 };

	for (size_t i = 0; i < row->planned; i++) {
		const struct sample *s = row->members[i];
		if (s->state != SAMPLE_DONE)
			continue;
		different |= first && strcmp(first->data_digest, s->data_digest);
		first = first ? first : s;
	}
	if (first && first->data_variant[0] && strcmp(first->data_variant, "canonical")) {
		if (strcmp(first->data_variant, "imported") == 0)
			str_add(&text, "Data set: imported (retrial data import).");
		else
			str_addf(&text,
				"Data set: the known variant '%s', not the canonical files.",
				first->data_variant);
		notes_mark(notes, cell, text.s);
	}
	if (different)
		notes_mark(notes, cell,
			"The trials of this row were not all run on the same data (their data "
			"digests differ).");
	str_free(&text);
}

/* ---- explanations ---- */

static void explain(struct notes *notes, struct str *text)
{
	notes_explain(notes, text->s);
	str_free(text);
}

static void explain_tests(struct str *text, const struct table *t)
{
	str_add(text, " p is the exact sign-flip test");
	if (t->most_pairs > STATS_JOINT_EXACT_MAX)
		str_addf(text, " (random patterns above %d pairs)", STATS_JOINT_EXACT_MAX);
	if (t->comparisons && t->family_tests > 1)
		str_addf(text,
			", corrected jointly (step-down max-T) within the family of %zu "
			"comparisons that the sweep's tables and claims make of %s",
			t->family_tests, t->spec->family[0] ? t->spec->family : "the metric");
	if (t->fewest_pairs < stats_exact_pairs(0.05))
		str_addf(text, "; n/a: with fewer than %zu pairs it cannot reach 0.05",
			stats_exact_pairs(0.05));
	str_add(text, ".");
	if (t->comparisons)
		str_addf(text,
			" The 95 %% interval of Δ is that of %s test: it excludes 0 exactly when "
			"p < 0.05",
			t->family_tests > 1 ? "the corrected" : "this");
	if (t->unbounded)
		str_add(text, "; n/a: too few pairs for p < 0.05 in this family");
	str_add(text, t->comparisons ? "." : "");
}

/* "batch_size 8, base": a number needs its label. */
static void name_baseline(struct str *out, const struct where *baseline)
{
	for (int i = 0; i < baseline->count; i++) {
		str_add(out, i ? ", " : "");
		if (figure_layout_is_bare(baseline->is[i].value))
			str_addf(out, "%s ", baseline->is[i].name);
		str_add(out, baseline->is[i].value);
	}
}

static void explain_comparisons(struct notes *notes, const struct table *t)
{
	struct str text = { 0 };

	if (!t->most_pairs && !t->untested)
		return;
	str_add(&text, "Δ is the mean difference to ");
	name_baseline(&text, &t->spec->baseline);
	str_add(&text, " over the seeds that both have (accuracies in percentage points, pp).");
	if (t->most_pairs)
		explain_tests(&text, t);
	if (t->untested)
		str_add(&text,
			" Counts, times and memory are not tested; their intervals are not "
			"corrected.");
	explain(notes, &text);
}

/* "10000", or "128 or 10000" where the rows differ. */
static void image_counts(struct str *out, const struct table *t)
{
	size_t fewest = 0, most = 0;

	for (size_t i = 0; i < t->row_count; i++)
		for (int m = 0; m < t->spec->metric_count; m++) {
			const size_t images = t->rows[i].cells[m].images;
			fewest = images && (!fewest || images < fewest) ? images : fewest;
			most = images > most ? images : most;
		}
	str_addf(out, fewest < most ? "%zu to %zu" : "%zu", fewest, most);
}

static void explain_images(struct notes *notes, const struct table *t)
{
	struct str text = { 0 };
	bool any = false;

	for (int m = 0; m < t->spec->metric_count; m++)
		any |= tables_has_images(t, m);
	if (!any)
		return;
	str_add(&text,
		"± images is half of Wilson's 95 % interval for one network of the mean accuracy "
		"on ");
	image_counts(&text, t);
	str_add(&text,
		" test images: the uncertainty due to the finite test set. All seeds, folds and "
		"outputs are scored on the same images, so more of them do not make it smaller. "
		"Differences to the baseline are measured on the same images and are therefore "
		"more certain than this suggests.");
	explain(notes, &text);
}

static bool any_spread(const struct table *t)
{
	for (size_t i = 0; i < t->row_count; i++)
		for (int m = 0; m < t->spec->metric_count; m++)
			if (metric_find(t->study->sweep, t->spec->metrics[m])->kind
					!= METRIC_CONSTANT
				&& t->rows[i].cells[m].n >= 2)
				return true;
	return false;
}

static bool any_best(const struct table *t)
{
	for (size_t i = 0; i < t->row_count; i++)
		for (int m = 0; m < t->spec->metric_count; m++)
			if (t->rows[i].cells[m].best)
				return true;
	return false;
}

static bool any_bca(const struct table *t)
{
	bool any = false;

	for (int m = 0; m < t->spec->metric_count; m++)
		any |= tables_has_bca(t, m);
	return any;
}

static bool any_both(const struct table *t)
{
	bool any = false;

	for (int m = 0; m < t->spec->metric_count; m++)
		any |= tables_has_both(t, m);
	return any;
}

static bool any_accuracy(const struct table *t)
{
	for (int m = 0; m < t->spec->metric_count; m++)
		if (strstr(t->spec->metrics[m], "accuracy"))
			return true;
	return false;
}

static bool any_threshold(const struct table *t)
{
	for (int m = 0; m < t->spec->metric_count; m++)
		if (metric_threshold(t->spec->metrics[m], NULL))
			return true;
	return false;
}

static bool any_claim(const struct table *t, bool exact)
{
	for (int m = 0; m < t->spec->metric_count; m++)
		if (tables_has_claim(t, m)
			&& (metric_find(t->study->sweep, t->spec->metrics[m])->kind
				   == METRIC_CONSTANT)
				== exact)
			return true;
	return false;
}

static void explain_table(
	struct notes *notes, const struct table *t, const struct table_context *context)
{
	const struct trial_kind *kind = trial_kind_of(t->study->sweep);
	struct str spread = { 0 };

	str_addf(&spread,
		"± is the sample standard deviation over seeds; n is the number of seeds, each one "
		"%s.",
		kind->one_run);
	if (any_spread(t))
		notes_explain(notes, spread.s);
	str_free(&spread);
	if (any_accuracy(t) && kind->networks)
		notes_explain(notes,
			"Accuracies are those of the last phase of a recipe, the mean over its "
			"folds and outputs.");
	if (any_threshold(t))
		notes_explain(notes,
			"Epochs to an accuracy: trained, phase after phase without k-fold, until "
			"the accuracy on the validation images (of a dual "
			"phase: of its first submodel) first was so high. Trials that never came "
			"so far are not in the mean, which then has its own n; in differences they "
			"count as one epoch more than they were trained, or as no difference where "
			"the other trial took longer.");
	explain_images(notes, t);
	if (context->intervals)
		notes_explain(notes,
			any_bca(t)
				? "Intervals are of the mean over seeds, 95 %: Student t, and BCa "
				  "bootstrap (9,999 resamples, fixed seed) from 10 seeds on."
				: "Intervals are 95 % Student t intervals of the mean over seeds.");
	explain_comparisons(notes, t);
	if (context->intervals && any_both(t))
		notes_explain(notes,
			"Images too: over seeds and test images at once (crossed bootstrap), at "
			"least the interval of the corrected test: what other seeds and another "
			"test set would give.");
	if (t->spec->select.label_count) {
		struct str text = { 0 };
		str_addf(&text,
			"Each row is at its own setting with the best %s (mean over seeds); the "
			"test images choose nothing.",
			metric_find(t->study->sweep, t->spec->select.metric)->title);
		notes_explain(notes, text.s);
		str_free(&text);
	}
	if (any_best(t))
		notes_explain(notes,
			"Starred or bold: better than every other row of its group, each time with "
			"p < 0.05 (paired exact tests, corrected jointly over the pairs of the "
			"group, "
			"and no printed p of 0.05 or more); nothing is marked where rows are "
			"tied.");
	if (any_claim(t, false))
		notes_explain(notes,
			"The verdict: reproduced if the 95 % interval of our mean (over seeds and, "
			"of test "
			"accuracies, test images) lies inside the margin around the paper's "
			"figure, not "
			"reproduced if it lies outside, else inconclusive.");
	else if (any_claim(t, true))
		notes_explain(
			notes, "The verdict compares the paper's figure with that of every trial.");
}

static void add_core_versions(struct str *out, const struct study *study, const struct where *where)
{
	int seen[8], count = 0;

	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		int k = 0;
		while (k < count && seen[k] != s->core_version)
			k++;
		if (s->state == SAMPLE_DONE && s->core_version && k == count && count < 8
			&& study_holds(where, s))
			seen[count++] = s->core_version;
	}
	if (!count)
		return;
	str_add(out, count > 1 ? " Core versions" : " Core version");
	for (int k = 0; k < count; k++)
		str_addf(out, "%s %d", k ? "," : "", seen[k]);
	str_add(out, count > 1 ? " (results of different cores stand side by side)." : ".");
}

/* " Data: mnist 0123456789ab, cifar10 ...": what the trials were run on. */
static void add_data_digests(struct str *out, const struct study *study, const struct where *where)
{
	enum { MOST = 12 };
	const struct sample *seen[MOST];
	size_t count = 0;

	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		size_t k = 0;
		while (k < count && strcmp(seen[k]->data_digest, s->data_digest))
			k++;
		if (s->state != SAMPLE_DONE || !s->data_digest[0] || k < count || count == MOST
			|| !study_holds(where, s))
			continue;
		const char *name = study_label(s, "dataset");
		str_addf(out, "%s %s %.12s", count ? "," : " Data digests:", name ? name : "",
			s->data_digest);
		seen[count++] = s;
	}
	str_add(out, count ? "." : "");
}

/* " Weights of these 15 networks: digest 0123456789ab.": equal for two tables whose networks are
 * equal to the bit. */
static void add_weights_digest(
	struct str *out, const struct study *study, const struct where *where)
{
	struct digest *d = digest_begin();
	char text[DIGEST_TEXT];
	size_t count = 0;

	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		if (s->state != SAMPLE_DONE || !s->weights_digest[0] || !study_holds(where, s))
			continue;
		digest_add(d, s->identity, DIGEST_TEXT - 1);
		digest_add(d, s->weights_digest, DIGEST_TEXT - 1);
		count++;
	}
	digest_end(d, text);
	if (count)
		str_addf(out, " %s of the %zu trials: digest %.12s.",
			trial_kind_of(study->sweep)->digests, count, text);
}

/* Where the numbers come from: the last lines under every table. */
static void explain_origin(struct notes *notes, const struct study *study,
	const struct where *where, const struct table_context *context)
{
	struct str text = { 0 };

	str_addf(&text, "Sweep %s (file digest %.12s)", study->sweep->name, study->sweep->digest);
	str_add(&text,
		!study->frozen           ? "; no plan of this name is in the database."
			: study->changed ? "; the file has changed since its plan was frozen: rows "
					   "and n are those of the frozen plan."
					 : ".");
	add_core_versions(&text, study, where);
	add_data_digests(&text, study, where);
	add_weights_digest(&text, study, where);
	explain(notes, &text);
	str_addf(&text, "Command: %s", context->command);
	explain(notes, &text);
}

/* ---- the whole table ---- */

/* Which columns a metric has. Numbers are -1 when the column is not there. */
struct columns {
	int mean, images, interval, bca, difference, range, both, p, paper, verdict;
};

static struct columns add_columns(
	struct grid *g, const struct table *t, int m, const struct table_context *context)
{
	const char *name = t->spec->metrics[m];
	const struct metric *metric = metric_find(t->study->sweep, name);
	struct columns c = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
	struct str heading = { 0 };

	metric_heading(&heading, t->study->sweep, name);
	c.mean = grid_column(g, heading.s, true);
	if (tables_has_images(t, m))
		c.images = grid_column(g, "± images", true);
	if (context->intervals && metric->kind != METRIC_CONSTANT)
		c.interval = grid_column(g, "95 % t interval", true);
	if (context->intervals && tables_has_bca(t, m))
		c.bca = grid_column(g, "95 % BCa interval", true);
	if (tables_has_comparison(t, m)) {
		str_clear(&heading);
		str_add(&heading, "Δ");
		if (metric->unit_of_difference[0])
			str_addf(&heading, " (%s)", metric->unit_of_difference);
		c.difference = grid_column(g, heading.s, true);
		if (tables_has_interval(t, m))
			c.range = grid_column(g, "95 % of Δ", true);
		if (context->intervals && tables_has_both(t, m))
			c.both = grid_column(g, "95 % of Δ, images too", true);
		if (tables_has_test(t, m))
			c.p = grid_column(g, "p", true);
	}
	if (tables_has_claim(t, m)) {
		c.paper = grid_column(g, "paper", true);
		c.verdict = grid_column(g, "verdict", false);
	}
	str_free(&heading);
	grid_set_rank(g, c.mean, 10 * m + 1);
	const int others[] = { c.verdict, c.difference, c.p, c.range, c.paper, c.interval, c.bca,
		c.images, c.both };
	for (int i = 0; i < (int)(sizeof(others) / sizeof(*others)); i++)
		if (others[i] >= 0)
			grid_set_rank(g, others[i], 10 * m + 2 + i);
	return c;
}

static void set(struct grid *g, size_t row, int column, struct str *text)
{
	grid_set(g, row, column, text->s ? text->s : "");
	str_clear(text);
}

static void fill_cells(struct grid *g, size_t r, struct columns at, struct notes *notes,
	const struct table_row *row, const struct cell *cell, const struct metric *m)
{
	struct str text = { 0 };

	mean_text(&text, row, cell, m);
	set(g, r, at.mean, &text);
	if (cell->best)
		grid_set_strong(g, r, at.mean);
	if (at.images >= 0) {
		images_text(&text, cell, m);
		set(g, r, at.images, &text);
	}
	if (at.bca >= 0 && cell->n) {
		interval_text(&text, cell->bca95, m);
		set(g, r, at.bca, &text);
	}
	if (at.interval >= 0 && cell->n) {
		interval_text(&text, cell->t95, m);
		set(g, r, at.interval, &text);
	}
	if (at.difference >= 0 && row->baseline) {
		grid_set(g, r, at.difference, "baseline");
	} else if (at.difference >= 0 && cell->against.made) {
		metric_difference(&text, m, cell->against.difference);
		if (tables_unsure_over_images(&cell->against))
			notes_mark(notes, &text,
				"Sure over seeds, not over test images: over both the 95 % "
				"interval includes 0.");
		set(g, r, at.difference, &text);
		if (at.range >= 0) {
			difference_interval_text(&text, cell->against.interval, m);
			set(g, r, at.range, &text);
		}
		if (at.both >= 0) {
			difference_interval_text(&text, cell->against.both95, m);
			if (!interval_exists(cell->against.both95)
				&& interval_exists(cell->against.interval))
				notes_mark(notes, &text,
					"The test images of this data set, or the predictions, are "
					"not at hand: see RETRIAL_DATA.");
			set(g, r, at.both, &text);
		}
		if (at.p >= 0) {
			p_text(&text, &cell->against);
			set(g, r, at.p, &text);
		}
	}
	if (at.paper >= 0 && cell->claim) {
		claims_paper_text(&text, cell->claim->claim);
		set(g, r, at.paper, &text);
		claims_verdict_text(&text, cell->claim);
		set(g, r, at.verdict, &text);
	}
	str_free(&text);
}

/* At which setting the row is. */
static void note_selection(struct notes *notes, struct str *cell, const struct selection *select,
	const struct table_row *row)
{
	struct str text = { 0 };

	for (int i = 0; i < select->label_count && row->planned; i++) {
		const char *value = study_label(row->members[0], select->labels[i]);
		if (value)
			str_addf(&text, "%s%s = %s", text.length ? ", " : "At ", select->labels[i],
				value);
	}
	if (text.length) {
		str_add(&text, ".");
		notes_mark(notes, cell, text.s);
	}
	str_free(&text);
}

static void fill_count(struct grid *g, size_t r, int column, struct notes *notes,
	const struct selection *select, const struct table_row *row)
{
	struct str text = { 0 };

	str_addf(&text, "%zu", row->done);
	if (row->done < row->planned)
		note_incomplete(notes, &text, row);
	note_variants(notes, &text, row);
	note_selection(notes, &text, select, row);
	set(g, r, column, &text);
	str_free(&text);
}

static void make_grid(struct grid *g, struct notes *notes, const struct table *t,
	const struct table_context *context)
{
	const struct table_spec *spec = t->spec;
	struct columns at[SWEEP_COLUMNS_MAX];

	for (int k = 0; k < spec->row_count; k++)
		grid_column(g, spec->rows[k], false);
	const int count = grid_column(g, "n", true);
	grid_set_rank(g, count, 6);
	for (int m = 0; m < spec->metric_count; m++)
		at[m] = add_columns(g, t, m, context);
	for (size_t i = 0; i < t->row_count; i++) {
		const struct table_row *row = &t->rows[i];
		const size_t r = grid_row(g);
		for (int k = 0; k < spec->row_count; k++)
			grid_set(g, r, k, row->labels[k][0] ? row->labels[k] : "–");
		g->rules[r] = i > 0 && spec->row_count > 1
			&& strcmp(row->labels[0], t->rows[i - 1].labels[0]);
		fill_count(g, r, count, notes, &t->spec->select, row);
		for (int m = 0; m < spec->metric_count; m++)
			fill_cells(g, r, at[m], notes, row, &row->cells[m],
				metric_find(t->study->sweep, spec->metrics[m]));
	}
}

/* ---- documents ---- */

static int write_text(struct str *out, const char *title, const struct grid *g,
	const struct notes *notes, struct err *e)
{
	str_addf(out, "%s\n\n", title);
	if (grid_text(out, g, e))
		return -1;
	str_add(out, "\n");
	notes_text(out, notes);
	return 0;
}

static void write_markdown(
	struct str *out, const char *title, const struct grid *g, const struct notes *notes)
{
	str_add(out, "**");
	grid_escape_markdown(out, title);
	str_add(out, "**\n\n");
	grid_markdown(out, g);
	str_add(out, "\n");
	notes_markdown(out, notes);
}

static void write_latex(struct str *out, const char *title, const char *label, const struct grid *g,
	const struct notes *notes)
{
	str_add(out, "\\begin{table}\n\\centering\n\\caption{");
	grid_escape_latex(out, title);
	str_addf(out, "}\n\\label{tab:%s}\n", label);
	grid_latex(out, g);
	str_add(out, "\\par\\medskip\\footnotesize\\raggedright\n");
	notes_latex(out, notes);
	str_add(out, "\\end{table}\n");
}

static void write_html(struct str *out, const char *title, const char *label, const struct grid *g,
	const struct notes *notes)
{
	int heads = 0; /* what stands before the first column of numbers says which row it is */

	while (heads < g->column_count && !g->columns[heads].right)
		heads++;
	str_add(out, "<section id=\"table-");
	html_text(out, label);
	str_add(out, "\">\n");
	html_grid(out, g, title, heads);
	html_notes(out, notes);
	str_add(out, "</section>\n");
}

static int write_for_people(struct str *out, enum table_format format, const char *title,
	const char *label, const struct grid *g, const struct notes *notes, struct err *e)
{
	if (format == TABLE_TEXT)
		return write_text(out, title, g, notes, e);
	if (format == TABLE_MARKDOWN)
		write_markdown(out, title, g, notes);
	else if (format == TABLE_HTML)
		write_html(out, title, label, g, notes);
	else
		write_latex(out, title, label, g, notes);
	return 0;
}

int table_print(struct str *out, const struct table *t, enum table_format format,
	const struct table_context *context, struct err *e)
{
	if (format == TABLE_CSV) {
		table_data_csv(out, t);
		return 0;
	}
	if (format == TABLE_JSON)
		return table_data_json(out, t, context->command, e);
	if (format == TABLE_MACROS)
		return table_macros(out, t, e);

	struct grid g = { 0 };
	struct notes notes = { 0 };
	make_grid(&g, &notes, t, context);
	explain_table(&notes, t, context);
	explain_origin(&notes, t->study, &t->spec->where, context);
	const int result = write_for_people(out, format,
		t->spec->title[0] ? t->spec->title : t->spec->id, t->spec->id, &g, &notes, e);
	grid_free(&g);
	notes_free(&notes);
	return result;
}

void table_print_begin(struct str *out, enum table_format format)
{
	if (format == TABLE_JSON)
		str_add(out, "[\n");
	else if (format == TABLE_CSV)
		table_data_csv_heading(out);
}

void table_print_between(struct str *out, enum table_format format)
{
	if (format == TABLE_JSON)
		str_add(out, ",\n");
	else if (format != TABLE_CSV)
		str_add(out, "\n");
}

void table_print_end(struct str *out, enum table_format format)
{
	if (format == TABLE_JSON)
		str_add(out, "\n]\n");
}

/* ---- verdicts ---- */

enum { CLAIM_TITLE_LEAST = 24 }; /* columns of a claim's title on a terminal */

static void fill_claim(struct grid *g, struct notes *notes, const struct claim_result *r)
{
	const size_t row = grid_row(g);
	struct str text = { 0 };

	grid_set(g, row, 0, r->claim->id);
	grid_set(g, row, 1, r->claim->title[0] ? r->claim->title : r->claim->metric);
	claims_paper_text(&text, r->claim);
	set(g, row, 2, &text);
	claims_ours_text(&text, r);
	set(g, row, 3, &text);
	claims_interval_text(&text, r);
	set(g, row, 4, &text);
	str_addf(&text, r->n < r->planned ? "%zu of %zu" : "%zu", r->n, r->planned);
	set(g, row, 5, &text);
	claims_verdict_text(&text, r);
	if (r->reason[0])
		notes_mark(notes, &text, r->reason);
	if (r->warning[0]) {
		struct str warning = { 0 };
		str_addf(&warning, "Warning: %s", r->warning);
		notes_mark(notes, &text, warning.s);
		str_free(&warning);
	}
	set(g, row, 6, &text);
	str_free(&text);
}

static void explain_claims(struct notes *notes, const struct sweep *sweep)
{
	size_t compared = 0;

	for (size_t i = 0; i < sweep->claim_count; i++)
		compared += sweep->claims[i].than.count > 0;
	if (compared < sweep->claim_count)
		notes_explain(notes,
			"Ours is the mean ± the sample standard deviation over n seeds, with a 95 "
			"% "
			"interval of the mean: over seeds, of test accuracies over seeds and test "
			"images. "
			"Reproduced: the interval lies inside the margin around the paper's "
			"figure; not "
			"reproduced: outside; else inconclusive. Sizes and bounds are consistent, "
			"larger "
			"or smaller; a bound that nearly anything satisfies is uninformative. "
			"Properties of "
			"the network (parameters, bytes) have to agree in every trial.");
	if (compared)
		notes_explain(notes,
			"Where the paper says that one configuration has more, or less, than "
			"another, "
			"ours is the mean ± the sample standard deviation of the n differences "
			"paired by "
			"seed; p is the exact sign-flip test, "
			"corrected jointly (step-down max-T) within the family of all comparisons "
			"that the "
			"sweep's tables and claims make of the metric. The 95 % interval is that "
			"of the corrected test: it excludes 0 exactly when p < 0.05. Reproduced, "
			"not reproduced: "
			"p < "
			"0.05, by the sign; equivalent: two one-sided tests put the difference "
			"inside the "
			"margin; else inconclusive.");
}

int table_print_claims(struct str *out, const struct study *study,
	const struct claim_result *results, enum table_format format,
	const struct table_context *context, struct err *e)
{
	const struct sweep *sweep = study->sweep;

	if (format == TABLE_CSV) {
		table_data_claims_csv(out, results, sweep->claim_count);
		return 0;
	}
	if (format == TABLE_JSON)
		return table_data_claims_json(
			out, results, sweep->claim_count, context->command, e);
	if (format == TABLE_MACROS)
		return err_set(e, ERR_USAGE,
			"claims have no macros of their own: retrial table --format macros has "
			"their figures and verdicts");
	if (!sweep->claim_count) {
		str_addf(out, "Sweep %s states no claims (retrial help claims).\n", sweep->name);
		return 0;
	}

	static const char *const headings[] = { "claim", "what", "paper", "ours", "95 % interval",
		"n", "verdict" };
	static const int ranks[] = { 0, 0, 2, 1, 5, 4, 0 };
	static const struct where everything = { .count = 0 };
	struct grid g = { 0 };
	struct notes notes = { 0 };
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		grid_set_rank(&g, grid_column(&g, headings[i], i >= 2 && i <= 5), ranks[i]);
	g.columns[1].least = CLAIM_TITLE_LEAST;
	for (size_t i = 0; i < sweep->claim_count; i++)
		fill_claim(&g, &notes, &results[i]);
	explain_claims(&notes, sweep);
	explain_origin(&notes, study, &everything, context);
	struct str title = { 0 };
	str_addf(&title, "Claims of %s", sweep->title[0] ? sweep->title : sweep->name);
	const int result = write_for_people(out, format, title.s, "claims", &g, &notes, e);
	str_free(&title);
	grid_free(&g);
	notes_free(&notes);
	return result;
}

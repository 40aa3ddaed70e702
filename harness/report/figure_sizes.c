/* figure_sizes.c - how many bytes a trained network takes: bars by what it is written as (table
 * model_files, filled by `retrial export`), beside its bare weights, its weights with the
 * optimizer's state, and the paper's figures where claims give one. A panel for each data set. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../store/read.h"
#include "claims.h"
#include "figure.h"

enum { ROW_HEIGHT = 22, BARS_MAX = 64, TITLE_MAX = 128, SAMPLES_MAX = 1024 };
static const double kilobyte = 1024;

/* A row of every panel: one series and what its network is written as. */
struct bar {
	size_t series;
	const char *format; /* of model_files, owned by the answer; or NULL: */
	int column;         /* a metric of the study */
	const char *metric, *phase;
	char title[TITLE_MAX];
};

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	struct rows *files;
	struct bar bars[BARS_MAX];
	size_t bar_count;
	double largest;     /* KB */
	bool paper, varies; /* any claim is drawn; any bar is of files of different sizes */
};

/* The bytes of a bar in a panel: smallest, largest; false when there is no such file. */
static bool bytes_of(
	const struct plot *p, const struct bar *bar, size_t panel, double *least, double *most)
{
	const struct sample *samples[SAMPLES_MAX];
	const size_t n =
		figure_layout_samples(p->layout, panel, bar->series, -1, samples, SAMPLES_MAX);

	*least = *most = NAN;
	for (size_t i = 0; i < n && !bar->format; i++) {
		*least = fmin(study_value(p->layout->study, samples[i], bar->column), *least);
		*most = fmax(study_value(p->layout->study, samples[i], bar->column), *most);
	}
	for (size_t r = 0; r < p->files->row_count && bar->format; r++)
		for (size_t i = 0; i < n; i++)
			if (!strcmp(rows_text(p->files, r, 1), bar->format)
				&& !strcmp(rows_text(p->files, r, 0), samples[i]->identity)) {
				*least = fmin(rows_number(p->files, r, 3), *least);
				*most = fmax(rows_number(p->files, r, 3), *most);
			}
	return !isnan(*least);
}

/* Keep the bar if any panel has it. */
static int keep(struct plot *p, const struct bar *bar, const char *what, struct err *e)
{
	double least, most;
	bool any = false;
	struct str title = { 0 };

	for (size_t panel = 0; panel < p->layout->panel_count && !any; panel++)
		any = bytes_of(p, bar, panel, &least, &most);
	if (!any)
		return 0;
	if (p->bar_count == BARS_MAX)
		return err_set(e, ERR_USAGE, "figure %s: more than %d bars: narrow its 'where'",
			p->layout->spec->id, BARS_MAX);
	struct bar *kept = &p->bars[p->bar_count++];
	*kept = *bar;
	if (p->layout->series_count > 1)
		str_addf(&title, "%s: ", p->layout->names[bar->series]);
	str_add(&title, what);
	memcpy(kept->title, title.s, title.length < TITLE_MAX ? title.length : TITLE_MAX - 1);
	str_free(&title);
	return 0;
}

static int keep_metric(
	struct plot *p, size_t series, const char *metric, const char *phase, struct err *e)
{
	struct str what = { 0 };
	struct bar bar = { .series = series, .metric = metric, .phase = phase };

	bar.column = study_metric(p->layout->study, metric, phase, "figure", e);
	if (bar.column < 0)
		return -1;
	str_add(&what, !strcmp(metric, "weight_bytes") ? "bare weights" : "with optimizer state");
	if (phase[0])
		str_addf(&what, ", %s", phase);
	const int result = keep(p, &bar, what.s, e);
	str_free(&what);
	return result;
}

/* With the optimizer's state: of the phases that claims name, once each. */
static int keep_training(struct plot *p, size_t series, struct err *e)
{
	const struct sweep *sweep = p->layout->study->sweep;

	for (size_t i = 0; i < sweep->claim_count; i++) {
		bool before = strcmp(sweep->claims[i].metric, "training_bytes") != 0;
		for (size_t k = 0; k < i && !before; k++)
			before = !strcmp(sweep->claims[k].metric, "training_bytes")
				&& !strcmp(sweep->claims[k].phase, sweep->claims[i].phase);
		if (!before && keep_metric(p, series, "training_bytes", sweep->claims[i].phase, e))
			return -1;
	}
	return 0;
}

static int find_bars(struct plot *p, struct err *e)
{
	for (size_t series = 0; series < p->layout->series_count; series++) {
		if (keep_metric(p, series, "weight_bytes", "", e))
			return -1;
		for (size_t r = 0; r < p->files->row_count; r++) {
			const struct bar bar = { .series = series,
				.format = rows_text(p->files, r, 1) };
			if ((!r || strcmp(bar.format, rows_text(p->files, r - 1, 1)))
				&& keep(p, &bar, bar.format, e))
				return -1;
		}
		if (keep_training(p, series, e))
			return -1;
	}
	return 0;
}

/* Does the claim state a figure of this bar in this panel? */
static bool covers(const struct plot *p, const struct claim *c, size_t panel, const struct bar *bar)
{
	const struct sample *sample;

	return !bar->format && !strcmp(c->metric, bar->metric) && !strcmp(c->phase, bar->phase)
		&& !c->compare
		&& figure_layout_samples(p->layout, panel, bar->series, -1, &sample, 1)
		&& study_holds(&c->where, sample);
}

/* What rounds to the claim's figure, in KB. */
static struct interval claim_interval(const struct claim *c)
{
	const double unit =
		(c->scale > 0 ? 1 / c->scale : 1) / kilobyte; /* a paper's MB is so many KB */
	const struct interval paper = claims_paper_interval(c);

	return (struct interval){ paper.low * unit, paper.high * unit };
}

/* Where the paper's figures for the bar end; 0 when there is none. */
static double claimed(const struct plot *p, size_t panel, const struct bar *bar)
{
	const struct sweep *sweep = p->layout->study->sweep;
	double end = 0;

	for (size_t i = 0; i < sweep->claim_count; i++)
		if (covers(p, &sweep->claims[i], panel, bar))
			end = fmax(end, claim_interval(&sweep->claims[i]).high);
	return end;
}

static void write_claims(struct plot *p, size_t panel, const struct bar *bar, double y)
{
	const struct sweep *sweep = p->layout->study->sweep;

	for (size_t i = 0; i < sweep->claim_count; i++) {
		const struct claim *c = &sweep->claims[i];
		if (!covers(p, c, panel, bar))
			continue;
		const struct interval k = claim_interval(c);
		figure_row(p->f,
			(const double[]){ c->paper / (c->scale > 0 ? c->scale : 1) / kilobyte, y,
				k.low, k.high, y - 0.5, y + 0.5 },
			6);
		p->largest = fmax(p->largest, k.high);
		p->paper = true;
	}
}

static void add_panel(struct plot *p, size_t panel)
{
	figure_layout_block(p->layout, p->f, panel,
		"bars: KB, position, from, to, below, above, where the number stands");
	for (size_t i = 0; i < p->bar_count; i++) {
		const double y = -(double)(i + 1);
		double least, most;
		if (!bytes_of(p, &p->bars[i], panel, &least, &most))
			continue;
		figure_row(p->f,
			(const double[]){ most / kilobyte, y, 0, most / kilobyte, y - 0.36,
				y + 0.36, fmax(most / kilobyte, claimed(p, panel, &p->bars[i])) },
			7);
		p->largest = fmax(p->largest, most / kilobyte);
		p->varies |= most > least;
	}
	figure_layout_block(p->layout, p->f, panel,
		"the paper: KB, position, what rounds to it from, to, below, above");
	for (size_t i = 0; i < p->bar_count; i++)
		write_claims(p, panel, &p->bars[i], -(double)(i + 1));
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	const struct legend_entry legend[] = { { "the paper", 1, true, false } };
	struct axis x = figure_axis(0, p->largest * 1.2,
		l->panel_count > 2 ? 4 : 7); /* room for a number behind the longest bar */
	const char *titles[BARS_MAX];
	size_t widest = 0;

	x.low = 0;
	for (size_t i = 0; i < p->bar_count; i++) {
		titles[i] = p->bars[i].title;
		widest = strlen(titles[i]) > widest ? strlen(titles[i]) : widest;
	}
	figure_number(p->f, "panels", (double)l->panel_count);
	figure_texts(p->f, "panel_title", l->panels, l->panel_count);
	figure_number(p->f, "rows", (double)p->bar_count);
	figure_texts(p->f, "row_title", titles, p->bar_count);
	figure_number(p->f, "row_title_width", (double)widest);
	figure_text(p->f, "x_label", "size (KB of 1024 bytes)");
	figure_number(p->f, "x_high", x.high);
	figure_number(p->f, "x_step", x.step);
	figure_legend(p->f, legend, p->paper);
	p->f->height = (int)p->bar_count * ROW_HEIGHT + 68;
}

static void write_caption(struct plot *p)
{
	struct str *c = &p->f->caption;

	str_add(c,
		"Bars: bytes of one trained network; bare weights are its parameters as 32-bit "
		"floats");
	str_add(c,
		p->files->row_count ? ", the others but those with optimizer state are files that "
				      "retrial export wrote (of c, the constants in the program)."
				    : ". No file of retrial export is recorded.");
	if (p->varies)
		str_add(c, " Where files of several seeds or folds differ, the largest.");
	if (p->paper)
		str_add(c, " Dashed: the paper's figure; grey: its margin, or what rounds to it.");
	figure_layout_caption(c, p->layout);
}

int figure_sizes(struct figure *f, struct err *e)
{
	const char *const parameters[] = { "sweep", f->layout.study->sweep->name, NULL };
	struct plot *p = calloc(1, sizeof(*p));
	int result = -1;

	if (!p)
		return err_nomem(e);
	*p = (struct plot){ .f = f, .layout = &f->layout };
	if (store_ask(f->store, "figure_sizes", parameters, e, &p->files) || find_bars(p, e))
		goto out;
	for (size_t panel = 0; panel < p->layout->panel_count; panel++)
		add_panel(p, panel);
	write_variables(p);
	write_caption(p);
	result = 0;
out:
	rows_free(p->files);
	free(p);
	return result;
}

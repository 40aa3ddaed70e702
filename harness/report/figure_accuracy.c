/* figure_accuracy.c - one point a trained network: a metric of every seed, the mean with its t
 * interval, and the paper's figure where a claim covers a row. A panel for each data set, a row for
 * each value of the series label. Works on the study alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "../plan/trial_kind.h"
#include "figure.h"
#include "metric.h"
#include "stats.h"

enum { ROW_HEIGHT = 24, VALUES_MAX = 1024 };

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	const struct metric *metric;
	int column;                                             /* of the metric in the study */
	bool paper;                                             /* any claim is drawn */
	double low[LAYOUT_PANELS_MAX], high[LAYOUT_PANELS_MAX]; /* of everything in the panel */
};

static void stretch(struct plot *p, size_t panel, double from, double to)
{
	p->low[panel] = isnan(p->low[panel]) || from < p->low[panel] ? from : p->low[panel];
	p->high[panel] = isnan(p->high[panel]) || to > p->high[panel] ? to : p->high[panel];
}

/* The values of one row of one panel, as they are printed; returns how many. */
static size_t gather(const struct plot *p, size_t panel, size_t row, double *values)
{
	const struct sample *samples[VALUES_MAX];
	const size_t n =
		figure_layout_samples(p->layout, panel, row, p->column, samples, VALUES_MAX);

	for (size_t i = 0; i < n; i++)
		values[i] = study_value(p->layout->study, samples[i], p->column) * p->metric->scale;
	return n;
}

/* Seeds are spread over the upper half of their row, in their order, so that equal values stay
 * apart; the mean lies below them. */
static void write_points(struct plot *p, size_t panel)
{
	double values[VALUES_MAX];

	figure_layout_block(p->layout, p->f, panel, "single seeds: value, position");
	for (size_t row = 0; row < p->layout->series_count; row++) {
		const size_t n = gather(p, panel, row, values);
		for (size_t i = 0; i < n; i++) {
			const double offset =
				n > 1 ? 0.08 + 0.22 * (double)i / (double)(n - 1) : 0.18;
			stretch(p, panel, values[i], values[i]);
			figure_row(p->f, (const double[]){ values[i], -(double)(row + 1) + offset },
				2);
		}
	}
}

static void write_means(struct plot *p, size_t panel)
{
	double values[VALUES_MAX];

	figure_layout_block(
		p->layout, p->f, panel, "means: mean, position, 95 % t interval low, high, seeds");
	for (size_t row = 0; row < p->layout->series_count; row++) {
		const size_t n = gather(p, panel, row, values);
		if (!n)
			continue;
		const double mean = stats_mean(values, n);
		/* The interval of two values is 12.7 standard errors wide to either side and would
		 * set the scale of the panel. */
		struct interval t = n >= CLAIM_MIN_SEEDS ? stats_t_interval(values, n, 0.95)
							 : (struct interval){ mean, mean };
		if (!strcmp(p->metric->unit, "%")) /* no bar beyond what can be */
			t = (struct interval){ fmax(0, t.low), fmin(100, t.high) };
		stretch(p, panel, t.low, t.high);
		figure_row(p->f,
			(const double[]){
				mean, -(double)(row + 1) - 0.12, t.low, t.high, (double)n },
			5);
	}
}

/* The claim's figure and its rounding interval, in this row if the claim covers it. */
static void write_claim(struct plot *p, size_t panel, size_t row, const struct claim *c)
{
	const struct sample *sample;

	if (!figure_layout_samples(p->layout, panel, row, p->column, &sample, 1)
		|| !study_holds(&c->where, sample))
		return;
	const struct interval paper = claims_paper_interval(c);
	const double y = -(double)(row + 1), scale = p->metric->scale;
	figure_row(p->f,
		(const double[]){ c->paper * scale, y, paper.low * scale, paper.high * scale,
			y - 0.45, y + 0.45 },
		6);
	stretch(p, panel, paper.low * scale, paper.high * scale);
	p->paper = true;
}

static void write_paper(struct plot *p, size_t panel)
{
	const struct figure_spec *spec = p->layout->spec;
	const struct sweep *sweep = p->layout->study->sweep;

	figure_layout_block(p->layout, p->f, panel,
		"the paper: figure, position, rounding interval low, high, position low, high");
	for (size_t i = 0; i < sweep->claim_count; i++) {
		const struct claim *c = &sweep->claims[i];
		if (strcmp(c->metric, spec->metric) || strcmp(c->phase, spec->phase) || c->unit[0]
			|| c->compare)
			continue;
		for (size_t row = 0; row < p->layout->series_count; row++)
			write_claim(p, panel, row, c);
	}
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	const bool intervals = l->most >= CLAIM_MIN_SEEDS;
	const struct legend_entry legend[] = {
		{ "one seed", 1, false, true },
		{ intervals ? "mean, 95 % t interval" : "mean", 2, intervals, true },
		{ "the paper", 3, true, false },
	};
	struct axis x[LAYOUT_PANELS_MAX];
	struct str heading = { 0 };
	size_t widest = 0;

	for (size_t i = 0; i < l->series_count; i++)
		widest = strlen(l->names[i]) > widest ? strlen(l->names[i]) : widest;
	metric_heading(&heading, l->study->sweep, l->spec->metric);
	figure_number(p->f, "panels", (double)l->panel_count);
	figure_texts(p->f, "panel_title", l->panels, l->panel_count);
	figure_number(p->f, "rows", (double)l->series_count);
	figure_texts(p->f, "row_title", l->names, l->series_count);
	figure_number(p->f, "row_title_width", (double)widest);
	figure_text(p->f, "x_label", heading.s);
	figure_legend(p->f, legend, p->paper ? 3 : 2);
	for (size_t i = 0; i < l->panel_count; i++)
		x[i] = figure_axis(p->low[i], p->high[i], l->panel_count > 2 ? 4 : 7);
	figure_axes(p->f, "x", x, l->panel_count);
	p->f->height = (int)l->series_count * ROW_HEIGHT + 68;
	str_free(&heading);
}

static void write_caption(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	struct str *c = &p->f->caption;

	str_addf(
		c, "Circles: single seeds, each one %s (", trial_kind_of(l->study->sweep)->one_run);
	figure_layout_n(c, l);
	str_add(c, "). Diamonds: their mean");
	if (l->most >= CLAIM_MIN_SEEDS)
		str_add(c, ", with its 95 % Student t interval");
	str_add(c,
		l->most >= CLAIM_MIN_SEEDS && l->fewest < CLAIM_MIN_SEEDS
			? " where n is at least 3."
			: ".");
	if (p->paper)
		str_add(c, " Dashed: the paper's figure; grey: its margin, or what rounds to it.");
	figure_layout_caption(c, l);
}

int figure_accuracy(struct figure *f, struct err *e)
{
	struct plot p = {
		.f = f,
		.layout = &f->layout,
		.metric = metric_find(f->layout.study->sweep, f->layout.spec->metric),
		.column = f->metric,
	};

	(void)e;
	for (size_t panel = 0; panel < p.layout->panel_count; panel++) {
		p.low[panel] = p.high[panel] = NAN;
		write_points(&p, panel);
		write_means(&p, panel);
		write_paper(&p, panel);
	}
	write_variables(&p);
	write_caption(&p);
	return 0;
}

/* figure_pareto.c - a metric against parameters, or against another metric of which less is better
 * (latency): which recipes are worth their size. A panel for each data set, a point for each value
 * of the series label (mean over seeds with its t interval), a line along those that no other beats
 * in both, and the paper's point where claims give both of its numbers. Works on the study alone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "../plan/trial_kind.h"
#include "figure.h"
#include "metric.h"
#include "stats.h"

enum { HEIGHT = 260, SEEDS_MAX = 1024, PAPER_STYLE = FIGURE_SERIES_MAX + 1 };

struct point {
	size_t n; /* seeds that have the metric; 0: no point */
	double x, y, low, high;
};

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	const char *x_name;
	const struct metric *x, *y;
	int x_column, y_column; /* of the metrics in the study */
	bool lower;             /* a lower y is better */
	int size_column;        /* of the number of parameters; -1: the study has none */
	bool paper;             /* any point of it is drawn */
	bool front;             /* several points of a panel are on it */
	bool pooled;            /* several series share the times of one network */
	size_t fewest, most;    /* seeds of a point */
	struct axis x_axis[LAYOUT_PANELS_MAX], y_axis[LAYOUT_PANELS_MAX];
};

struct reach {
	double x_low, x_high, y_low, y_high;
};

static void stretch(struct reach *r, double x, double low, double high)
{
	r->x_low = fmin(x, r->x_low); /* fmin and fmax leave NAN out */
	r->x_high = fmax(x, r->x_high);
	r->y_low = fmin(low, r->y_low);
	r->y_high = fmax(high, r->y_high);
}

/* The values of a metric in a series, NaN left out; returns how many. */
static size_t values_of(const struct plot *p, size_t panel, size_t series, int column, double scale,
	double out[SEEDS_MAX])
{
	const struct sample *samples[SEEDS_MAX];
	const size_t count =
		figure_layout_samples(p->layout, panel, series, column, samples, SEEDS_MAX);

	for (size_t i = 0; i < count; i++)
		out[i] = study_value(p->layout->study, samples[i], column) * scale;
	return count;
}

/* The parameters of a series' networks; NaN where its trials differ or have none. */
static double size_of(const struct plot *p, size_t panel, size_t series)
{
	double sizes[SEEDS_MAX];
	const size_t n =
		p->size_column < 0 ? 0 : values_of(p, panel, series, p->size_column, 1, sizes);

	for (size_t i = 1; i < n; i++)
		if (sizes[i] != sizes[0])
			return NAN;
	return n ? sizes[0] : NAN;
}

/* Where a series stands on the horizontal axis: the mean of its seeds, of times the median of all
 * measurements of networks as large as its own, as they are the same network: their times differ
 * by noise. */
static double x_of(struct plot *p, size_t panel, size_t series)
{
	double values[SEEDS_MAX], all[SEEDS_MAX];
	size_t n = values_of(p, panel, series, p->x_column, p->x->scale, values);

	if (p->x->kind != METRIC_TIME)
		return stats_mean(values, n);
	const double size = size_of(p, panel, series);
	if (isnan(size))
		return stats_median(values, n);
	n = 0;
	for (size_t other = 0; other < p->layout->series_count; other++) {
		if (size_of(p, panel, other) != size)
			continue;
		const size_t more = values_of(p, panel, other, p->x_column, p->x->scale, values);
		for (size_t i = 0; i < more && n < SEEDS_MAX; i++)
			all[n++] = values[i];
		p->pooled |= other != series && more > 0;
	}
	return stats_median(all, n);
}

/* The metric is that of all seeds, whichever of them have the other number. */
static struct point point_of(struct plot *p, size_t panel, size_t series)
{
	double y[SEEDS_MAX];
	const size_t n = values_of(p, panel, series, p->y_column, p->y->scale, y);
	const double x = n ? x_of(p, panel, series) : NAN, mean = stats_mean(y, n);
	const struct interval t = n >= CLAIM_MIN_SEEDS ? stats_t_interval(y, n, 0.95)
						       : (struct interval){ mean, mean };

	return (struct point){ isnan(x) ? 0 : n, x, mean, t.low, t.high };
}

/* Is another point no larger and no worse, and in one of the two better? */
static bool is_dominated(const struct plot *p, const struct point *points, size_t count, size_t at)
{
	const double sign = p->lower ? -1 : 1;

	for (size_t i = 0; i < count; i++) {
		const double gain = sign * (points[i].y - points[at].y);
		if (points[i].n && points[i].x <= points[at].x && gain >= 0
			&& (points[i].x < points[at].x || gain > 0))
			return true;
	}
	return false;
}

/* The points that none dominates, from the smallest x to the largest: y gets better with x along
 * them. */
static void write_front(struct plot *p, const struct point *points, size_t count)
{
	double last = -INFINITY;

	for (size_t on_it = 0;; on_it++) {
		size_t next = count;
		for (size_t i = 0; i < count; i++)
			if (points[i].n && points[i].x > last && !is_dominated(p, points, count, i)
				&& (next == count || points[i].x < points[next].x))
				next = i;
		if (next == count)
			return;
		p->front |= on_it > 0;
		figure_row(p->f, (const double[]){ points[next].x, points[next].y }, 2);
		last = points[next].x;
	}
}

/* The paper's point of this panel, where it prints both numbers of one of the series. */
static void write_paper(struct plot *p, size_t panel, struct reach *reach)
{
	const struct sweep *sweep = p->layout->study->sweep;

	for (size_t series = 0; series < p->layout->series_count; series++) {
		const struct sample *sample;
		const struct claim *x = NULL, *y = NULL;
		if (!figure_layout_samples(p->layout, panel, series, p->y_column, &sample, 1))
			continue;
		for (size_t i = 0; i < sweep->claim_count; i++) {
			const struct claim *c = &sweep->claims[i];
			if (c->phase[0] || c->unit[0] || c->compare
				|| !study_holds(&c->where, sample))
				continue;
			x = !strcmp(c->metric, p->x_name) ? c : x;
			y = !strcmp(c->metric, p->layout->spec->metric) ? c : y;
		}
		if (!x || !y)
			continue;
		const double px = x->paper * p->x->scale, py = y->paper * p->y->scale;
		figure_row(p->f, (const double[]){ px, py }, 2);
		stretch(reach, px, py, py);
		p->paper = true;
	}
}

static void block(struct plot *p, size_t panel, const char *what)
{
	struct str comment = { 0 };

	str_addf(&comment, "%s, %s", p->layout->panels[panel], what);
	figure_block(p->f, comment.s);
	str_free(&comment);
}

/* Blocks of a panel: the paper, the front, then one a series. */
static void add_panel(struct plot *p, size_t panel)
{
	struct point points[FIGURE_SERIES_MAX];
	struct reach reach = { NAN, NAN, NAN, NAN };
	const size_t count = p->layout->series_count;

	for (size_t i = 0; i < count; i++) {
		points[i] = point_of(p, panel, i);
		p->fewest = points[i].n && (!p->fewest || points[i].n < p->fewest) ? points[i].n
										   : p->fewest;
		p->most = points[i].n > p->most ? points[i].n : p->most;
		if (points[i].n)
			stretch(&reach, points[i].x, points[i].low, points[i].high);
	}
	block(p, panel, "the paper: x, metric");
	write_paper(p, panel, &reach);
	const double margin = 0.1 * (reach.x_high - reach.x_low);
	p->x_axis[panel] = figure_axis(reach.x_low - margin, reach.x_high + margin, 4);
	p->y_axis[panel] = figure_axis(reach.y_low, reach.y_high, 6);
	block(p, panel, "what none beats in both: x, metric");
	write_front(p, points, count);
	for (size_t i = 0; i < count; i++) {
		struct str what = { 0 };
		str_addf(&what, "%s: x, mean, 95 %% t interval low, high, seeds",
			p->layout->series[i]);
		block(p, panel, what.s);
		str_free(&what);
		if (points[i].n)
			figure_row(p->f,
				(const double[]){ points[i].x, points[i].y, points[i].low,
					points[i].high, (double)points[i].n },
				5);
	}
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	struct legend_entry legend[FIGURE_SERIES_MAX + 1];
	struct str heading = { 0 };

	for (size_t i = 0; i < l->series_count; i++)
		legend[i] = (struct legend_entry){ l->names[i], (int)i + 1, false, true };
	legend[l->series_count] = (struct legend_entry){ "the paper", PAPER_STYLE, false, true };
	figure_legend(p->f, legend, l->series_count + p->paper);
	figure_number(p->f, "panels", (double)l->panel_count);
	figure_texts(p->f, "panel_title", l->panels, l->panel_count);
	figure_number(p->f, "series", (double)l->series_count);
	metric_heading(&heading, l->study->sweep, p->x_name);
	figure_text(p->f, "x_label", heading.s);
	str_clear(&heading);
	metric_heading(&heading, l->study->sweep, l->spec->metric);
	figure_text(p->f, "y_label", heading.s);
	str_free(&heading);
	figure_axes(p->f, "x", p->x_axis, p->layout->panel_count);
	figure_axes(p->f, "y", p->y_axis, p->layout->panel_count);
	p->f->height = HEIGHT;
}

static void write_caption(struct plot *p)
{
	struct str *c = &p->f->caption;

	str_addf(c, "Points: mean over seeds (n = %zu", p->fewest);
	if (p->most > p->fewest)
		str_addf(c, " to %zu", p->most);
	str_add(c,
		p->most >= CLAIM_MIN_SEEDS ? "), bars: 95 % Student t interval of the mean."
					   : ").");
	if (p->front)
		str_addf(c,
			" Dotted: the Pareto front; no point has %s and a %s mean than one on it.",
			strcmp(p->x_name, "params") ? "less" : "fewer parameters",
			p->lower ? "lower" : "higher");
	if (p->pooled)
		str_add(c,
			" Series whose networks have the same number of parameters share one time, "
			"the median of all their measurements.");
	figure_layout_caption(c, p->layout);
}

int figure_pareto_foresee(const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	return spec->against[0] || trial_kind_of(sweep)->networks
		? 0
		: err_set(e, ERR_USAGE,
			"figure %s: a pareto figure needs 'against', the metric on its horizontal "
			"axis, such as seconds",
			spec->id);
}

int figure_pareto(struct figure *f, struct err *e)
{
	const struct figure_spec *spec = f->layout.spec;
	struct plot p = {
		.f = f,
		.layout = &f->layout,
		.x_name = spec->against[0] ? spec->against : "params",
		.y = metric_find(f->layout.study->sweep, spec->metric),
		.y_column = f->metric,
	};
	struct str context = { 0 };

	p.lower = p.y->better < 0;
	p.x = metric_find(f->layout.study->sweep, p.x_name);
	str_addf(&context, "figure %s", spec->id);
	p.x_column = study_metric(p.layout->study, p.x_name, spec->phase, context.s, e);
	if (p.x_column < 0) {
		str_free(&context);
		return -1;
	}
	struct err none = { 0 };
	p.size_column = study_metric(p.layout->study, "params", "", context.s, &none);
	str_free(&context);
	for (size_t panel = 0; panel < p.layout->panel_count; panel++)
		add_panel(&p, panel);
	if (!p.most)
		return err_set(e, ERR_FAILED,
			"figure %s: nothing to draw: no finished trial has a value of %s", spec->id,
			p.x_name);
	write_variables(&p);
	write_caption(&p);
	return 0;
}

/* figure_steps.c - a metric that a program reports step by step: curves (its values) and
 * convergence (the best value so far). A panel for each data set, a line for each value of the
 * series label: the mean over seeds with a band. Curves also show every seed as a thin line to its
 * own end; the mean is where all seeds have a value. In a convergence figure a seed that has
 * ended keeps its best. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/trial_kind.h"
#include "../store/read.h"
#include "band.h"
#include "figure.h"
#include "metric.h"

enum { SEEDS_MAX = 256, STEPS_MAX = 100000, HEIGHT = 260 };

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	const struct declared_metric *metric;
	bool best;
	double panel[LAYOUT_PANELS_MAX * FIGURE_SERIES_MAX],
		style[LAYOUT_PANELS_MAX * FIGURE_SERIES_MAX]; /* of a curve */
	size_t curves;
	struct axis x[LAYOUT_PANELS_MAX], y[LAYOUT_PANELS_MAX];
};

/* ---- which metric ---- */

/* The metric that is named, else the first with steps. NULL with e. */
static const struct declared_metric *find_metric(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	const struct trial_kind *kind = trial_kind_of(sweep);
	const struct declared_metric *m =
		spec->metric[0] ? trial_kind_metric(sweep, spec->metric) : kind->metric(sweep, 0);

	for (size_t i = 1; !spec->metric[0] && m && !m->series; i++)
		m = kind->metric(sweep, i);
	if (!m || !m->series)
		err_set(e, ERR_USAGE,
			"figure %s: %s%s has no steps: declare them (metrics: {%s: {series: "
			"epoch}})",
			spec->id, spec->metric[0] ? "metric " : "no metric", spec->metric,
			spec->metric[0] ? spec->metric : "loss");
	return m && m->series ? m : NULL;
}

int figure_curves_of_steps_foresee(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	return find_metric(sweep, spec, e) ? 0 : -1;
}

int figure_best_of_steps_foresee(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	const struct declared_metric *m = find_metric(sweep, spec, e);

	if (m && m->declared.better == 0)
		return err_set(e, ERR_USAGE,
			"figure %s: is a higher or a lower %s the better one? Declare it (better: "
			"higher, or lower)",
			spec->id, m->declared.name);
	return m ? 0 : -1;
}

/* ---- one line ---- */

static int by_number(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* All steps that any of the seeds has, ascending. *steps is the caller's. */
static int unite_steps(
	struct rows *const *reported, size_t seeds, struct err *e, double **steps, size_t *count)
{
	size_t most = 0;

	for (size_t s = 0; s < seeds; s++)
		most += reported[s]->row_count;
	*count = 0;
	*steps = malloc((most + 1) * sizeof(**steps));
	if (!*steps)
		return err_nomem(e);
	for (size_t s = 0; s < seeds; s++)
		for (size_t i = 0; i < reported[s]->row_count; i++)
			(*steps)[(*count)++] = rows_number(reported[s], i, 0);
	qsort(*steps, *count, sizeof(**steps), by_number);
	size_t kept = 0;
	for (size_t i = 0; i < *count; i++)
		if (kept == 0 || (*steps)[i] != (*steps)[kept - 1])
			(*steps)[kept++] = (*steps)[i];
	*count = kept;
	return 0;
}

/* The better one of two; NAN is worse than anything. */
static double better_of(const struct metric *m, double a, double b)
{
	return m->better > 0 ? fmax(a, b) : fmin(a, b);
}

/* One seed's row of c->y, scaled; what it has not reported stays NAN, or is its best. */
static void fill_seed(
	const struct plot *p, const struct rows *reported, double *y, const struct curve *c)
{
	const struct metric *m = &p->metric->declared;

	for (size_t x = 0, i = 0; x < c->length; x++) {
		const bool has = i < reported->row_count && rows_number(reported, i, 0) == c->x[x];
		const double now = has ? rows_number(reported, i, 1) * m->scale : NAN;
		i += has;
		y[x] = p->best && x ? better_of(m, y[x - 1], now) : now;
	}
}

static int make_curve(const struct plot *p, struct rows *const *reported, size_t seeds,
	struct curve *c, double **steps, struct err *e)
{
	*c = (struct curve){ .seeds = seeds, .any_sign = true };
	if (unite_steps(reported, seeds, e, steps, &c->length))
		return -1;
	if (c->length > STEPS_MAX)
		return err_set(e, ERR_USAGE,
			"figure %s: more than %d steps: let the program report every tenth",
			p->layout->spec->id, STEPS_MAX);
	c->x = *steps;
	c->y = malloc((seeds * c->length + 1) * sizeof(*c->y));
	if (!c->y)
		return err_nomem(e);
	for (size_t s = 0; s < seeds; s++)
		fill_seed(p, reported[s], c->y + s * c->length, c);
	return 0;
}

static int read_curve(const struct plot *p, const struct sample *const *samples, size_t count,
	struct curve *c, double **steps, struct err *e)
{
	struct rows *reported[SEEDS_MAX] = { NULL };
	int result = 0;

	for (size_t s = 0; s < count && !result; s++) {
		const char *const parameters[] = { "trial", samples[s]->identity, "metric",
			p->metric->declared.name, NULL };
		result = store_ask(p->f->store, "steps_of_metric", parameters, e, &reported[s]);
	}
	if (!result)
		result = make_curve(p, reported, count, c, steps, e);
	for (size_t s = 0; s < count; s++)
		rows_free(reported[s]);
	return result;
}

/* ---- the panels ---- */

static void draw_curve(
	struct plot *p, const struct curve *c, size_t panel, size_t series, struct extent *reach)
{
	struct str comment = { 0 };
	const char *where = p->layout->panels[panel];

	str_addf(&comment, "%s%s%s: %s, mean, low, high, seeds", where, where[0] ? ", " : "",
		p->layout->series[series], p->metric->series);
	band_mean(p->f, c, INFINITY, comment.s, reach);
	str_clear(&comment);
	str_addf(&comment, "%s%s%s: %s, value; a line a seed", where, where[0] ? ", " : "",
		p->layout->series[series], p->metric->series);
	band_seeds(p->f, c, comment.s, reach);
	str_free(&comment);
	p->panel[p->curves] = (double)panel + 1;
	p->style[p->curves++] = (double)series + 1;
}

static int add_panel(struct plot *p, size_t panel, struct err *e)
{
	const struct sample *samples[SEEDS_MAX];
	struct extent reach = { NAN, NAN, -INFINITY };
	double first = INFINITY;
	bool whole = true; /* all steps are whole numbers: no ticks between them */

	for (size_t series = 0; series < p->layout->series_count; series++) {
		struct curve c = { .y = NULL };
		double *steps = NULL;
		const size_t count =
			figure_layout_samples(p->layout, panel, series, -1, samples, SEEDS_MAX);
		const int result = read_curve(p, samples, count, &c, &steps, e);
		if (!result && c.length) {
			first = fmin(first, c.x[0]);
			for (size_t i = 0; i < c.length; i++)
				whole = whole && c.x[i] == floor(c.x[i]);
			draw_curve(p, &c, panel, series, &reach);
		}
		free(c.y);
		free(steps);
		if (result)
			return -1;
	}
	const bool any = isfinite(first);
	p->x[panel] = figure_axis(any ? first : 0, any ? reach.longest : 1, 6);
	if (whole && any)
		p->x[panel] = figure_whole_axis(first, reach.longest, 6);
	p->y[panel] = figure_axis(reach.low, reach.high, 6);
	return 0;
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	struct legend_entry legend[FIGURE_SERIES_MAX];
	struct str heading = { 0 }, label = { 0 };

	for (size_t i = 0; i < l->series_count; i++)
		legend[i] = (struct legend_entry){ l->series[i], (int)i + 1, true, false };
	figure_legend(p->f, legend, l->series_count > 1 ? l->series_count : 0);
	metric_heading(&heading, l->study->sweep, p->metric->declared.name);
	str_addf(&label, "%s%s", p->best ? "best " : "", heading.s);
	figure_text(p->f, "x_label", p->metric->series);
	figure_text(p->f, "y_label", label.s);
	figure_number(p->f, "seeds_too", !p->best);
	figure_number(p->f, "panels", (double)l->panel_count);
	figure_texts(p->f, "panel_title", l->panels, l->panel_count);
	figure_number(p->f, "curves", (double)p->curves);
	figure_numbers(p->f, "curve_panel", p->panel, p->curves);
	figure_numbers(p->f, "curve_style", p->style, p->curves);
	figure_axes(p->f, "x", p->x, l->panel_count);
	figure_axes(p->f, "y", p->y, l->panel_count);
	p->f->height = HEIGHT;
	str_free(&heading);
	str_free(&label);
}

static void write_caption(struct plot *p)
{
	struct str *c = &p->f->caption, heading = { 0 };
	const struct figure_layout *l = p->layout;

	metric_heading(&heading, l->study->sweep, p->metric->declared.name);
	str_addf(c, "%s%s by %s. Thick lines: mean over the seeds%s (", p->best ? "Best " : "",
		heading.s, p->metric->series,
		p->best ? "; one that has ended keeps its best"
			: ", at the steps that all of them report");
	figure_layout_n(c, l);
	str_addf(c, "). Bands: %s.%s",
		l->fewest < BAND_SD_MIN ? "smallest to largest value" : "mean ± standard deviation",
		p->best ? "" : " Thin lines: single seeds.");
	figure_layout_caption(c, l);
	str_free(&heading);
}

static int draw(struct figure *f, bool best, struct err *e)
{
	struct plot *p = calloc(1, sizeof(*p));
	int result = -1;

	if (!p)
		return err_nomem(e);
	*p = (struct plot){ .f = f, .layout = &f->layout, .best = best };
	p->metric = find_metric(f->layout.study->sweep, f->layout.spec, e);
	if (!p->metric)
		goto out;
	for (size_t panel = 0; panel < p->layout->panel_count; panel++)
		if (add_panel(p, panel, e))
			goto out;
	if (!p->curves) {
		err_set(e, ERR_FAILED, "figure %s: nothing to draw: no finished trial has steps",
			f->layout.spec->id);
		goto out;
	}
	write_variables(p);
	write_caption(p);
	result = 0;
out:
	free(p);
	return result;
}

int figure_curves_of_steps(struct figure *f, struct err *e)
{
	return draw(f, false, e);
}

int figure_best_of_steps(struct figure *f, struct err *e)
{
	return draw(f, true, e);
}

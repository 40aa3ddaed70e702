/* figure_convergence.c - how fast: the best validation accuracy so far against all epochs trained,
 * phase after phase. A panel for each data set, a line for each value of the series label.
 *
 * A training that has ended keeps its best, so every line is over all seeds and none is carried by
 * the seeds that trained longest. K-fold phases are left out: their validation images have been
 * trained on. Of the dual model it is the first output, of the original images. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../store/read.h"
#include "band.h"
#include "figure.h"
#include "stats.h"

enum { SEEDS_MAX = 256, HEIGHT = 260 };

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	struct store *store;
	double panel[LAYOUT_PANELS_MAX * FIGURE_SERIES_MAX],
		style[LAYOUT_PANELS_MAX * FIGURE_SERIES_MAX]; /* of a curve */
	size_t curves;
	struct axis x[LAYOUT_PANELS_MAX], y[LAYOUT_PANELS_MAX];
};

/* The validation accuracies of one trial in the order of training, from the named phase on where
 * the recipe has one. */
static int ask(const struct plot *p, const struct sample *s, struct err *e, struct rows **out)
{

	const char *const parameters[] = { "sweep", p->layout->study->sweep->name, "trial",
		s->identity, "phase", p->layout->spec->phase, NULL };

	return store_ask(p->store, "convergence", parameters, e, out);
}

/* Best so far of every sample, each as long as the longest. */
static int best_so_far(
	const struct rows *const *epochs, size_t count, struct curve *c, struct err *e)
{
	*c = (struct curve){ .seeds = count };
	for (size_t s = 0; s < count; s++)
		c->length = epochs[s]->row_count > c->length ? epochs[s]->row_count : c->length;
	c->y = malloc((count * c->length + 1) * sizeof(*c->y));
	if (!c->y)
		return err_nomem(e);
	for (size_t s = 0; s < count; s++) {
		double best = NAN;
		for (size_t x = 0; x < c->length; x++) {
			const double now =
				x < epochs[s]->row_count ? 100 * rows_number(epochs[s], x, 2) : NAN;
			best = isnan(best) || now > best ? now : best;
			c->y[s * c->length + x] = best;
		}
	}
	return 0;
}

static int read_curve(const struct plot *p, const struct sample *const *samples, size_t count,
	struct curve *c, struct err *e)
{
	struct rows *epochs[SEEDS_MAX] = { NULL };
	int result = 0;

	for (size_t s = 0; s < count && !result; s++)
		result = ask(p, samples[s], e, &epochs[s]);
	if (!result)
		result = best_so_far((const struct rows *const *)epochs, count, c, e);
	for (size_t s = 0; s < count; s++)
		rows_free(epochs[s]);
	return result;
}

/* The lowest mean once a twelfth of the training has passed: what the scale begins at. The first
 * epochs lie far below everything else. */
static double low_end(const struct curve *c)
{
	double y[SEEDS_MAX];
	const size_t x = c->length / 12;

	for (size_t s = 0; s < c->seeds; s++)
		y[s] = c->y[s * c->length + x];
	return stats_min(y, c->seeds);
}

static int add_series(struct plot *p, size_t panel, size_t series, struct extent *reach,
	double *low, struct err *e)
{
	const struct sample *samples[SEEDS_MAX];
	const size_t count =
		figure_layout_samples(p->layout, panel, series, -1, samples, SEEDS_MAX);
	struct curve c;
	struct str comment = { 0 };

	if (read_curve(p, samples, count, &c, e))
		return -1;
	if (c.length) {
		str_addf(&comment, "%s, %s: epochs trained, mean, low, high, seeds",
			p->layout->panels[panel], p->layout->series[series]);
		band_mean(p->f, &c, 100, comment.s, reach);
		p->panel[p->curves] = (double)panel + 1;
		p->style[p->curves++] = (double)series + 1;
		const double from = low_end(&c);
		*low = isnan(*low) || from < *low ? from : *low;
	}
	str_free(&comment);
	free(c.y);
	return 0;
}

static int add_panel(struct plot *p, size_t panel, struct err *e)
{
	struct extent reach = { NAN, NAN, 1 };
	double low = NAN;

	for (size_t series = 0; series < p->layout->series_count; series++)
		if (add_series(p, panel, series, &reach, &low, e))
			return -1;
	p->x[panel] = figure_whole_axis(1, reach.longest, 6);
	p->y[panel] = figure_axis(low < reach.high ? low : reach.low, reach.high, 6);
	return 0;
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	struct legend_entry legend[FIGURE_SERIES_MAX];

	for (size_t i = 0; i < l->series_count; i++)
		legend[i] = (struct legend_entry){ l->names[i], (int)i + 1, true, false };
	figure_legend(p->f, legend, l->series_count);
	figure_number(p->f, "panels", (double)l->panel_count);
	figure_texts(p->f, "panel_title", l->panels, l->panel_count);
	figure_number(p->f, "curves", (double)p->curves);
	figure_numbers(p->f, "curve_panel", p->panel, p->curves);
	figure_numbers(p->f, "curve_style", p->style, p->curves);
	figure_axes(p->f, "x", p->x, p->layout->panel_count);
	figure_axes(p->f, "y", p->y, p->layout->panel_count);
	p->f->height = HEIGHT;
}

static void write_caption(struct plot *p)
{
	struct str *c = &p->f->caption;

	str_add(c, "Best validation accuracy so far against epochs trained");
	if (p->layout->spec->phase[0])
		str_addf(c, " from phase %s on (all, where a recipe has no such phase)",
			p->layout->spec->phase);
	str_add(c,
		", in all phases but k-fold (its validation images have been trained on);"
		" a training that has ended keeps its best. Lines: mean over seeds (");
	figure_layout_n(c, p->layout);
	str_add(c,
		p->layout->fewest < BAND_SD_MIN ? "); bands: smallest to largest value."
						: "); bands: ± standard deviation.");
	str_add(c,
		" An epoch of a dual phase trains two submodels; the first one's accuracy is "
		"shown.");
	figure_layout_caption(c, p->layout);
}

int figure_convergence_foresee(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	(void)sweep;
	return !spec->metric[0] || strcmp(spec->metric, "val_accuracy") == 0
		? 0
		: err_set(e, ERR_USAGE,
			"figure %s: convergence shows the best val_accuracy so far, not %s",
			spec->id, spec->metric);
}

int figure_convergence(struct figure *f, struct err *e)
{
	struct plot *p = calloc(1, sizeof(*p));
	int result = -1;

	if (!p)
		return err_nomem(e);
	*p = (struct plot){ .f = f, .layout = &f->layout, .store = f->store };
	for (size_t panel = 0; panel < p->layout->panel_count; panel++)
		if (add_panel(p, panel, e))
			goto out;
	write_variables(p);
	write_caption(p);
	result = 0;
out:
	free(p);
	return result;
}

/* figure_robustness.c - accuracy on corrupted test images against the severity of the corruption: a
 * panel for each corruption that the sweep names, a line for each value of the series label, all
 * from clean images (severity 0) on. Only trials that were evaluated at every severity
 * count, so that each line is over the same seeds from end to end. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "figure.h"
#include "robust.h"
#include "stats.h"

enum { SEEDS_MAX = 1024, ROW_HEIGHT = 190 };

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	struct rows *rows; /* robust_read's */
	int metric;
	struct axis x[CORRUPTIONS], y[CORRUPTIONS];
};

struct reach {
	double low, high;
};

static const struct sweep *sweep_of(const struct plot *p)
{
	return p->layout->study->sweep;
}

/* All samples of the series, whatever the data set (the figure is about one, unless data sets are
 * its series). */
static size_t samples_of(const struct plot *p, size_t series, const struct sample **samples)
{
	size_t count = 0;

	for (size_t panel = 0; panel < p->layout->panel_count; panel++)
		count += figure_layout_samples(
			p->layout, panel, series, p->metric, samples + count, SEEDS_MAX - count);
	return count;
}

/* Position, mean and band of one severity; 0: clean images. */
static void add_point(struct plot *p, const struct sample *const *samples, size_t count,
	const char *corruption, double severity, struct reach *reach)
{
	double y[SEEDS_MAX] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		size_t first, end;
		robust_trial(p->rows, samples[i]->identity, &first, &end);
		const double accuracy = robust_accuracy(
			p->rows, first, end, severity > 0 ? corruption : "none", severity);
		if (!isnan(accuracy))
			y[n++] = 100 * accuracy;
	}
	const double mean = stats_mean(y, n);
	struct interval band = { stats_min(y, n), stats_max(y, n) };
	if (n >= CLAIM_MIN_SEEDS)
		band = stats_t_interval(y, n, 0.95);
	band = (struct interval){ fmax(0, band.low), fmin(100, band.high) };
	reach->low = fmin(reach->low, band.low); /* fmin and fmax leave NAN out */
	reach->high = fmax(reach->high, band.high);
	figure_row(p->f, (const double[]){ severity, mean, band.low, band.high, (double)n }, 5);
}

/* Blocks of a panel: one a series. */
static void add_panel(struct plot *p, size_t panel)
{
	const struct robustness_spec *spec = &sweep_of(p)->robustness[panel];
	const char *corruption = corruption_info(spec->corruption)->name;
	const struct sample *samples[SEEDS_MAX];
	struct reach reach = { NAN, NAN };

	for (size_t series = 0; series < p->layout->series_count; series++) {
		const size_t count = samples_of(p, series, samples);
		struct str comment = { 0 };
		str_addf(&comment, "%s, %s: severity (%s), mean, low, high, seeds", corruption,
			p->layout->series[series], corruption_info(spec->corruption)->unit);
		figure_block(p->f, comment.s);
		str_free(&comment);
		add_point(p, samples, count, corruption, 0, &reach);
		for (size_t k = 0; k < spec->count; k++)
			add_point(p, samples, count, corruption, spec->severities[k], &reach);
	}
	p->x[panel] = figure_axis(0, spec->severities[spec->count - 1], 4);
	p->y[panel] = figure_axis(reach.low, reach.high, 8);
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	const size_t panels = sweep_of(p)->robustness_count,
		     columns = panels <= 3   ? panels
		: panels <= 6 && panels != 4 ? 3
					     : 4;
	struct legend_entry legend[FIGURE_SERIES_MAX];
	const char *titles[CORRUPTIONS], *units[CORRUPTIONS];

	for (size_t i = 0; i < l->series_count; i++)
		legend[i] = (struct legend_entry){ l->names[i], (int)i + 1, true, true };
	for (size_t i = 0; i < panels; i++) {
		titles[i] = corruption_info(sweep_of(p)->robustness[i].corruption)->name;
		units[i] = corruption_info(sweep_of(p)->robustness[i].corruption)->unit;
	}
	const size_t rows = (panels + columns - 1) / columns;
	figure_legend(p->f, legend, l->series_count);
	figure_number(p->f, "panels", (double)panels);
	figure_number(p->f, "panel_columns", (double)columns);
	figure_number(p->f, "panel_rows", (double)rows);
	figure_texts(p->f, "panel_title", titles, panels);
	figure_texts(p->f, "panel_unit", units, panels);
	figure_number(p->f, "series", (double)l->series_count);
	figure_axes(p->f, "x", p->x, panels);
	figure_axes(p->f, "y", p->y, panels);
	p->f->height = (int)rows * ROW_HEIGHT;
}

static void write_caption(struct plot *p)
{
	struct str *c = &p->f->caption;

	str_add(c,
		"Test accuracy against the severity of a corruption of the test images; 0: clean "
		"images. Every image is corrupted with exactly this severity,"
		" its direction is random but the same for all networks. Lines: mean over seeds (");
	figure_layout_n(c, p->layout);
	str_add(c,
		p->layout->fewest >= CLAIM_MIN_SEEDS
			? "), bands: 95 % Student t interval of the mean."
			: "), bands: 95 % Student t interval of the mean, below 3 seeds smallest "
			  "to largest value.");
	str_add(c, " Scales differ between panels.");
	figure_layout_caption(c, p->layout);
}

int figure_robustness(struct figure *f, struct err *e)
{
	struct plot *p = calloc(1, sizeof(*p));
	int result = -1;

	if (!p)
		return err_nomem(e);
	*p = (struct plot){ .f = f, .layout = &f->layout, .metric = f->metric };
	if (!robust_read(f->store, sweep_of(p), e, &p->rows)) {
		for (size_t panel = 0; panel < sweep_of(p)->robustness_count; panel++)
			add_panel(p, panel);
		write_variables(p);
		write_caption(p);
		result = 0;
	}
	rows_free(p->rows);
	free(p);
	return result;
}

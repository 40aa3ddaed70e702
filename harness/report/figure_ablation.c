/* figure_ablation.c - what one change does: bars of the mean difference to a baseline, paired by
 * seed, with its interval and every seed as a point. The interval is the one that tables and claims
 * print of the comparison (family.h); of a comparison that they do not make it is uncorrected. A
 * panel for each data set, a row for each value of the series label but the baseline's, which is
 * that of the first table of the metric with a baseline in this label ("base" for ablations). Bars
 * begin at 0, so their lengths can be compared. Works on the study alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "comparisons.h"
#include "figure.h"
#include "metric.h"
#include "stats.h"

enum { ROW_HEIGHT = 26, SEEDS_MAX = 1024 };

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	const struct metric *metric;
	int column;           /* of the metric in the study */
	const char *baseline; /* a value of the series label */
	const char *family;   /* of the metric's comparisons with it */
	struct families families;
	size_t fewest, most;           /* pairs */
	size_t corrected, uncorrected; /* intervals */
	double low[LAYOUT_PANELS_MAX],
		high[LAYOUT_PANELS_MAX]; /* of everything in the panel; 0 is always in it */
};

/* The values of one row of one panel, with their seeds; returns how many. */
static size_t values_of(
	const struct plot *p, size_t panel, size_t row, double *values, uint64_t *seeds)
{
	const struct sample *samples[SEEDS_MAX];
	const size_t n =
		figure_layout_samples(p->layout, panel, row, p->column, samples, SEEDS_MAX);

	for (size_t i = 0; i < n; i++) {
		values[i] = study_value(p->layout->study, samples[i], p->column);
		seeds[i] = samples[i]->seed;
	}
	return n;
}

/* The differences of one row of one panel to the baseline's samples of the same seeds; returns how
 * many pairs. */
static size_t differences(
	const struct plot *p, size_t panel, size_t row, double *out, uint64_t *keys)
{
	const struct figure_layout *l = p->layout;
	double base[SEEDS_MAX];
	uint64_t seeds[SEEDS_MAX], base_seeds[SEEDS_MAX];
	size_t baseline = 0;

	while (strcmp(l->series[baseline], p->baseline))
		baseline++;
	const size_t n = values_of(p, panel, row, out, seeds),
		     base_n = values_of(p, panel, baseline, base, base_seeds);
	return stats_pair_keys(out, seeds, n, base, base_seeds, base_n, out, keys);
}

/* The interval of these differences; where there is none, their mean. */
static struct interval interval_of(struct plot *p, const double *d, const uint64_t *seeds, size_t n)
{
	const double mean = stats_mean(d, n);
	const struct family_member *member =
		families_find_same(&p->families, p->family, d, seeds, n);
	const struct interval i = member ? member->interval : stats_difference_interval(d, n, 0.95);

	if (!interval_exists(i))
		return (struct interval){ mean, mean };
	p->corrected += member != NULL;
	p->uncorrected += !member;
	return i;
}

static void stretch(struct plot *p, size_t panel, double value)
{
	p->low[panel] = fmin(p->low[panel], value);
	p->high[panel] = fmax(p->high[panel], value);
}

/* One row: the mean with its interval, or, with points, every seed; y counts the rows downwards. */
static void add_row(struct plot *p, size_t panel, size_t row, double y, bool points)
{
	double d[SEEDS_MAX];
	uint64_t seeds[SEEDS_MAX];
	const size_t n = differences(p, panel, row, d, seeds);
	const double scale = p->metric->scale;

	for (size_t i = 0; i < n && points; i++) {
		stretch(p, panel, scale * d[i]);
		figure_row(p->f,
			(const double[]){ scale * d[i],
				y + (n > 1 ? 0.1 + 0.22 * (double)i / (double)(n - 1) : 0.2) },
			2);
	}
	if (!n || points)
		return;
	const double mean = scale * stats_mean(d, n);
	const struct interval i = interval_of(p, d, seeds, n);
	stretch(p, panel, scale * i.low);
	stretch(p, panel, scale * i.high);
	figure_row(p->f,
		(const double[]){ mean, y - 0.12, scale * i.low, scale * i.high, fmin(0, mean),
			fmax(0, mean), y - 0.34, y + 0.34, (double)n },
		9);
	p->fewest = !p->fewest || n < p->fewest ? n : p->fewest;
	p->most = n > p->most ? n : p->most;
}

static void add_panel(struct plot *p, size_t panel)
{
	for (int points = 0; points < 2; points++) {
		double y = 0;
		figure_layout_block(p->layout, p->f, panel,
			points ? "single seeds: difference, position"
			       : "bars: mean difference, position, 95 % interval low, high, bar "
				 "from, to, below, above, pairs");
		for (size_t row = 0; row < p->layout->series_count; row++)
			if (strcmp(p->layout->series[row], p->baseline))
				add_row(p, panel, row, --y, points);
	}
}

static bool has_metric(const struct table_spec *t, const char *metric)
{
	for (int m = 0; m < t->metric_count; m++)
		if (!strcmp(t->metrics[m], metric))
			return true;
	return false;
}

/* The baseline in the series label of the first table that has one, and has the metric (NULL: any);
 * *family is the table's. NULL: there is none. */
static const char *baseline_of(
	const struct sweep *sweep, const char *series, const char *metric, const char **family)
{
	for (size_t i = 0; i < sweep->table_count; i++) {
		const struct table_spec *t = &sweep->tables[i];
		for (int k = 0; k < t->baseline.count && (!metric || has_metric(t, metric)); k++)
			if (!strcmp(t->baseline.is[k].name, series)) {
				*family = t->family;
				return t->baseline.is[k].value;
			}
	}
	return NULL;
}

/* That of a table with the figure's metric, else of any table; *family is that of the comparisons.
 */
static const char *find_baseline(
	const struct sweep *sweep, const struct figure_spec *spec, const char **family)
{
	const char *none, *found = baseline_of(sweep, spec->series, spec->metric, family);

	if (!found || !(*family)[0])
		*family = spec->metric;
	return found ? found : baseline_of(sweep, spec->series, NULL, &none);
}

int figure_ablation_foresee(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	const char *family;

	return find_baseline(sweep, spec, &family)
		? 0
		: err_set(e, ERR_USAGE,
			"figure %s: no table of the sweep has a baseline for '%s', which the "
			"others are compared with (retrial help baseline)",
			spec->id, spec->series);
}

/* As the rows are named: with its label where it is a number. It has a result (check_baseline). */
static const char *baseline_name(const struct plot *p)
{
	const struct figure_layout *l = p->layout;
	size_t i = 0;

	while (i < l->series_count && strcmp(l->series[i], p->baseline))
		i++;
	return i < l->series_count ? l->names[i] : p->baseline;
}

/* The baseline must have results. */
static int check_baseline(const struct plot *p, struct err *e)
{
	const struct figure_layout *l = p->layout;

	for (size_t i = 0; i < l->series_count; i++)
		if (!strcmp(l->series[i], p->baseline))
			return 0;
	return err_set(e, ERR_FAILED,
		"figure %s: nothing to draw: no finished trial of the baseline, %s", l->spec->id,
		p->baseline);
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	const bool intervals = p->corrected + p->uncorrected > 0;
	const struct legend_entry legend[] = {
		{ "one seed", 1, false, true },
		{ intervals ? "mean difference, 95 % interval" : "mean difference", 2, intervals,
			true },
	};
	struct axis x[LAYOUT_PANELS_MAX];
	const char *rows[LAYOUT_SERIES_MAX];
	struct str heading = { 0 };
	size_t widest = 0, count = 0;

	for (size_t i = 0; i < l->series_count; i++) {
		if (!strcmp(l->series[i], p->baseline))
			continue;
		widest = strlen(l->names[i]) > widest ? strlen(l->names[i]) : widest;
		rows[count++] = l->names[i];
	}
	str_addf(&heading, "difference to %s", baseline_name(p));
	if (p->metric->unit_of_difference[0])
		str_addf(&heading, " (%s)", p->metric->unit_of_difference);
	figure_number(p->f, "panels", (double)l->panel_count);
	figure_texts(p->f, "panel_title", l->panels, l->panel_count);
	figure_number(p->f, "rows", (double)count);
	figure_texts(p->f, "row_title", rows, count);
	figure_number(p->f, "row_title_width", (double)widest);
	figure_text(p->f, "x_label", heading.s);
	figure_legend(p->f, legend, 2);
	for (size_t i = 0; i < l->panel_count; i++)
		x[i] = figure_axis(p->low[i], p->high[i], l->panel_count > 2 ? 4 : 7);
	figure_axes(p->f, "x", x, l->panel_count);
	p->f->height = (int)count * ROW_HEIGHT + 68;
	str_free(&heading);
}

static void write_caption(struct plot *p)
{
	struct str *c = &p->f->caption;

	metric_heading(c, p->layout->study->sweep, p->layout->spec->metric);
	c->s[0] = c->s[0] >= 'a' && c->s[0] <= 'z' ? (char)(c->s[0] - 'a' + 'A') : c->s[0];
	str_addf(c, ". Bars: mean of the differences to %s, paired by seed", baseline_name(p));
	if (p->most > p->fewest)
		str_addf(c, " (n = %zu to %zu pairs)", p->fewest, p->most);
	else
		str_addf(c, " (n = %zu pair%s)", p->most, p->most == 1 ? "" : "s");
	if (p->corrected + p->uncorrected) {
		str_addf(c, ", with the 95 %% interval of the exact sign-flip test%s",
			p->fewest < stats_exact_pairs(CLAIM_ALPHA) ? " where n is at least 6" : "");
		str_add(c,
			!p->corrected            ? ", not corrected"
				: p->uncorrected ? ", corrected where a table or claim makes the "
						   "comparison"
						 : ", corrected as in the table");
	}
	str_add(c, ". Circles: the seeds.");
	if (p->corrected)
		str_add(c, " The p values are in the table.");
	figure_layout_caption(c, p->layout);
}

int figure_ablation(struct figure *f, struct err *e)
{
	const struct figure_spec *spec = f->layout.spec;
	struct plot p = {
		.f = f,
		.layout = &f->layout,
		.metric = metric_find(f->layout.study->sweep, spec->metric),
		.column = f->metric,
	};

	p.baseline = find_baseline(f->layout.study->sweep, spec, &p.family);
	if (check_baseline(&p, e) || comparisons_of(f->layout.study, NULL, &p.families, e))
		return -1;
	for (size_t panel = 0; panel < p.layout->panel_count; panel++)
		add_panel(&p, panel);
	families_free(&p.families);
	if (!p.most)
		return err_set(e, ERR_FAILED,
			"figure %s: nothing to draw: no finished trial has the seed of one of the "
			"baseline",
			spec->id);
	write_variables(&p);
	write_caption(&p);
	return 0;
}

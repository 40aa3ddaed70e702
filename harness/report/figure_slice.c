/* figure_slice.c - a metric against a parameter with numbers: the mean over seeds with its t
 * interval at each value, a line for each value of the series label, every seed as a small point.
 * The axis is logarithmic where the values are geometric. Works on the study alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "claims.h"
#include "figure.h"
#include "metric.h"
#include "stats.h"

enum { HEIGHT = 280, TICKS_MAX = 12 };

struct extent {
	double low, high;
};

static void widen(struct extent *r, double value)
{
	r->low = fmin(value, r->low); /* fmin and fmax leave NAN out */
	r->high = fmax(value, r->high);
}

static void write_series(struct figure *f, const struct cells *c, size_t y, struct extent *reach)
{
	double values[CELLS_SEEDS_MAX];
	struct str comment = { 0 };

	str_addf(&comment, "%s: x, mean, 95 %% t interval low, high, seeds",
		c->y_texts[y][0] ? c->y_texts[y] : "all");
	figure_block(f, comment.s);
	str_free(&comment);
	for (size_t x = 0; x < c->x_count; x++) {
		const size_t n = cells_values(c, x, y, values);
		if (!n)
			continue;
		const double mean = stats_mean(values, n);
		const struct interval t = n >= CLAIM_MIN_SEEDS ? stats_t_interval(values, n, 0.95)
							       : (struct interval){ mean, mean };
		if (!c->scattered) {
			widen(reach, t.low);
			widen(reach, t.high);
		}
		figure_row(
			f, (const double[]){ c->x_numbers[x], mean, t.low, t.high, (double)n }, 5);
	}
	figure_block(f, "its seeds: x, value");
	for (size_t x = 0; x < c->x_count; x++) {
		const size_t n = cells_values(c, x, y, values);
		for (size_t i = 0; i < n; i++) {
			widen(reach, values[i]);
			figure_row(f, (const double[]){ c->x_numbers[x], values[i] }, 2);
		}
	}
}

/* Pixels between two numbers on an axis that has all of them. */
static double distance(const struct cells *c, double from, double to)
{
	enum { WIDTH = 540 };
	const double low = c->x_numbers[0], high = c->x_numbers[c->x_count - 1];

	return WIDTH
		* (c->x_geometric ? log(to / from) / log(high / low) : (to - from) / (high - low));
}

/* Every value is a tick where they are few, so that an axis has the numbers of the sweep file; but
 * those whose texts would touch the one before have none. */
static void write_ticks(struct figure *f, const struct cells *c)
{
	double at[TICKS_MAX];
	const char *texts[TICKS_MAX];
	size_t kept = 0;

	for (size_t i = 0; i < c->x_count && c->x_count > 1 && c->x_count <= TICKS_MAX; i++) {
		const size_t letters =
			strlen(c->x_texts[i]) + (kept ? strlen(texts[kept - 1]) : 0) + 2;
		if (kept && distance(c, at[kept - 1], c->x_numbers[i]) < 3.0 * (double)letters)
			continue;
		at[kept] = c->x_numbers[i];
		texts[kept++] = c->x_texts[i];
	}
	figure_number(f, "ticks", (double)kept);
	figure_numbers(f, "tick_at", at, kept);
	figure_texts(f, "tick_text", texts, kept);
}

static void write_x(struct figure *f, const struct cells *c)
{
	const double low = c->x_numbers[0], high = c->x_numbers[c->x_count - 1];
	const double room = c->x_count < 2 ? (low != 0 ? fabs(low) * 0.5 : 1)
		: c->x_geometric           ? pow(high / low, 0.04)
					   : (high - low) * 0.04;
	const struct axis plain = figure_axis(low - room, high + room, 8);

	figure_number(f, "x_log", c->x_geometric);
	figure_number(f, "x_low", c->x_geometric ? low / room : low - room);
	figure_number(f, "x_high", c->x_geometric ? high * room : high + room);
	figure_number(f, "x_step", plain.step);
	write_ticks(f, c);
	figure_text(f, "x_label", c->x_label);
}

static void write_frame(struct figure *f, const struct cells *c, const struct extent *reach)
{
	struct legend_entry legend[FIGURE_SERIES_MAX];
	struct str names[FIGURE_SERIES_MAX] = { { 0 } }, heading = { 0 };
	const struct axis y = figure_axis(reach->low, reach->high, 7);

	for (size_t i = 0; i < c->y_count; i++) {
		if (c->y_count > 1)
			figure_layout_name(&names[i], c->y_label, c->y_texts[i]);
		legend[i] = (struct legend_entry){ names[i].s, (int)i + 1, !c->scattered, true };
	}
	figure_legend(f, legend, c->y_count > 1 ? c->y_count : 0);
	figure_number(f, "series", (double)c->y_count);
	figure_number(f, "joined", !c->scattered);
	figure_axes(f, "y", &y, 1);
	metric_heading(&heading, c->study->sweep, c->spec->metric);
	figure_text(f, "y_label", heading.s);
	write_x(f, c);
	f->height = HEIGHT;
	for (size_t i = 0; i < c->y_count; i++)
		str_free(&names[i]);
	str_free(&heading);
}

/* What can be said before anything is run, too. */
static int check(const struct cells *c, struct err *e)
{
	if (!c->x_numeric)
		return err_set(e, ERR_USAGE,
			"figure %s: not all values of '%s' are numbers: draw a heatmap, or kind "
			"accuracy with series: %s",
			c->spec->id, c->x_label, c->x_label);
	if (c->y_count > FIGURE_SERIES_MAX)
		return err_set(e, ERR_USAGE,
			"figure %s: %zu series, at most %d can be told apart: narrow its 'where'",
			c->spec->id, c->y_count, FIGURE_SERIES_MAX);
	return 0;
}

int figure_slice_foresee(const struct study *study, const struct figure_spec *spec, struct err *e)
{
	struct cells *c = calloc(1, sizeof(*c));

	if (!c)
		return err_nomem(e);
	const int result =
		cells_make(c, study, spec, -1, spec->parameter, spec->series, e) || check(c, e);
	free(c);
	return result ? -1 : 0;
}

static void write_caption(struct figure *f, const struct cells *c)
{
	struct str *out = &f->caption;

	if (c->scattered) {
		str_addf(out, "Points: single trials, which differ in more than %s.", c->x_label);
		return;
	}
	str_addf(out, "Points on the lines: mean over seeds (n = %zu", c->fewest);
	if (c->most > c->fewest)
		str_addf(out, " to %zu", c->most);
	str_add(out,
		c->most >= CLAIM_MIN_SEEDS ? "), bars: 95 % Student t interval of the mean."
					   : ").");
	str_add(out, " Small points: single seeds.");
}

int figure_slice(struct figure *f, struct err *e)
{
	const struct figure_spec *spec = f->layout.spec;
	struct extent reach = { NAN, NAN };
	struct cells *c = calloc(1, sizeof(*c));
	int result = -1;

	if (!c)
		return err_nomem(e);
	if (cells_make(c, f->layout.study, spec, f->metric, spec->parameter, spec->series, e)
		|| check(c, e))
		goto out;
	for (size_t y = 0; y < c->y_count; y++)
		write_series(f, c, y, &reach);
	write_frame(f, c, &reach);
	write_caption(f, c);
	result = 0;
out:
	free(c);
	return result;
}

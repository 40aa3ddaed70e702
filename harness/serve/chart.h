/* chart.h - line charts, dots and parallel coordinates as SVG in a page. Colours and fonts come
 * from the page's style sheet (classes series-0 to series-7), so charts follow its light and dark
 * themes. Computes positions; knows nothing of trials. */
#ifndef SERVE_CHART_H
#define SERVE_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/str.h"

enum { CHART_COLOURS = 8 };

/* Points of a line in the order of x. NaN in y leaves a gap. low and high: a band around the line,
 * or NULL. Nothing is owned. */
struct chart_series {
	const char *name;
	const double *x, *y, *low, *high;
	size_t count;
	int colour; /* 0 to CHART_COLOURS - 1 */
	bool dots;  /* draw a dot at each point; lines of single seeds have none */
	bool thin;  /* one of many lines */
	bool line;  /* join the points */
};

struct chart {
	const char *title, *x_title, *y_title;
	const struct chart_series *series;
	size_t count;
	bool log_x; /* logarithmic: all x are above 0; only some of them are ticks */
	bool whole; /* x are integers: no ticks between them */
};

/* Append the chart with a legend below it, or a sentence if there is nothing to draw. Axes have at
 * least two labelled ticks. */
void chart_lines(struct str *out, const struct chart *c);

/* One axis of parallel coordinates: numbers, or categories; the value is then an index into
 * `names`. */
struct chart_axis {
	const char *title;
	const char *const *names; /* NULL: numbers */
	size_t name_count;
	bool log; /* logarithmic: numbers above 0; only some of them are ticks */
};

enum { CHART_AXES_MAX = 16 };

/* Append parallel coordinates of at most CHART_AXES_MAX axes. values: [line][axis]; NaN: the line
 * skips the axis. Titles and names that are too long for the room between two axes are cut; the
 * whole is then their tooltip. The colour of a line goes from series-0 (smallest value on the last
 * axis) to series-3 (largest). */
void chart_parallel(struct str *out, const char *title, const struct chart_axis *axes,
	size_t axis_count, const double *values, size_t line_count);

#endif

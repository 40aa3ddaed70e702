/* cells.h - the finished trials of a figure by the values of two labels of the plan: what the kinds
 * slice and heatmap draw. A cell is one configuration; its values are those of the seeds. */
#ifndef REPORT_CELLS_H
#define REPORT_CELLS_H

#include "study.h"

enum { CELLS_X_MAX = 512, CELLS_Y_MAX = 40, CELLS_SEEDS_MAX = 256 };

struct cells {
	const struct study *study;
	const struct figure_spec *spec;
	int metric;
	const char *x_label, *y_label; /* y_label "": one row */
	const char *x_texts[CELLS_X_MAX], *y_texts[CELLS_Y_MAX];
	double x_numbers[CELLS_X_MAX]; /* NaN where the text is no number */
	size_t x_count, y_count;
	bool x_numeric;      /* all of them are numbers; then they are sorted */
	bool x_geometric;    /* ... as cells_geometric says */
	bool scattered;      /* of a slice: many values, and trials of one row differ in more labels
				than x_label (random search): no line, no mean */
	size_t fewest, most; /* values of a cell that has any */
};

/* Find the values of both labels among the trials of the figure that have the metric (-1: among
 * all that are planned). Numbers are
 * sorted, words stand in the order of the plan. Returns 0, or -1 with e: ERR_USAGE (no such label;
 * too many values; a cell that mixes configurations), ERR_FAILED (nothing to draw yet). */
int cells_make(struct cells *c, const struct study *study, const struct figure_spec *spec,
	int metric, const char *x_label, const char *y_label, struct err *e);

/* The values of a cell, scaled as the metric is printed, with room for CELLS_SEEDS_MAX. Returns how
 * many. */
size_t cells_values(const struct cells *c, size_t x, size_t y, double *values);

/* Are these increasing numbers above 0 that call for a logarithmic axis, here and on the live page?
 * Either at least three, each about the same multiple of the one before, or at least eight over a
 * factor of 100 or more with their median near the middle of that axis (drawn by random: log). */
bool cells_geometric(const double *x, size_t count);

#endif

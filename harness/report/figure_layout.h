/* figure_layout.h - which panels and which series a figure has: a panel for each data set, a series
 * for each value of the spec's label, both in the order of the plan, and only those with a result.
 * What has none is named, so that the caption can say so. */
#ifndef REPORT_FIGURE_LAYOUT_H
#define REPORT_FIGURE_LAYOUT_H

#include <stdbool.h>

#include "study.h"

struct figure;

enum { LAYOUT_PANELS_MAX = 12, LAYOUT_SERIES_MAX = 40 };

struct figure_layout {
	const struct study *study;
	const struct figure_spec *spec;
	const char *panels[LAYOUT_PANELS_MAX];
	const char *series[LAYOUT_SERIES_MAX];
	size_t panel_count, series_count;
	const char *names[LAYOUT_SERIES_MAX];     /* of the series, as a reader understands them
						     (figure_layout_name) */
	struct str name_texts[LAYOUT_SERIES_MAX]; /* what they point to */
	size_t fewest, most; /* seeds with a result, over all panels and series that have any */
	size_t excluded;     /* trials that failed or diverged */
	struct str missing;  /* "cifar10 (data set not found)", separated by "; " */
};

/* Find them. metric: the one that a trial must have (study_metric), or -1: any finished trial
 * counts. Returns 0, or -1 with e (ERR_USAGE: too many, mixed configurations; ERR_FAILED: nothing
 * to draw yet). Free with figure_layout_free in either case. */
int figure_layout_make(struct figure_layout *l, const struct study *study,
	const struct figure_spec *spec, int metric, struct err *e);
void figure_layout_free(struct figure_layout *l);

/* The samples of one series in one panel that have the metric; returns how many (at most max). */
size_t figure_layout_samples(const struct figure_layout *l, size_t panel, size_t series, int metric,
	const struct sample **out, size_t max);

/* Does a value say nothing without its label's name: a number, "true", "none"? */
bool figure_layout_is_bare(const char *value);

/* Append what a value of a label is called in a legend: a number with the label's name before it
 * ("batch size 16"), a word as it is. */
void figure_layout_name(struct str *out, const char *label, const char *value);

/* Append "n = 3" or "n = 2 to 3". */
void figure_layout_n(struct str *out, const struct figure_layout *l);
/* Append the sentences on trials without a value and on what is not shown. */
void figure_layout_caption(struct str *out, const struct figure_layout *l);

/* Begin a block of data (figures.h) whose comment names the panel, and what its numbers are. */
void figure_layout_block(
	const struct figure_layout *l, struct figure *f, size_t panel, const char *what);

#endif

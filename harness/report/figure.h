/* figure.h - a figure under way, for the files that compute one kind each (figure_KIND.c): what a
 * kind is given, what it fills in, and the functions that write gnuplot's variables and data. */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include "../store/open.h"
#include "figure_layout.h"
#include "figures.h"

struct figure {
	/* What a kind is given. */
	struct store *store;
	struct figure_layout layout; /* its study, spec, panels and series */
	int metric; /* the column of the spec's metric in the study; -1: the kind has none */
	const struct dataset_places *data_places;
	figures_augment *augment;
	/* What it fills in. */
	struct str data;      /* blocks for gnuplot, two empty lines between them */
	struct str variables; /* assignments, by the functions below */
	struct str caption;   /* sentences: what lines, bands and bars are, and n */
	int height; /* pixels at 96 an inch, without title, legend and caption; the width is always
		       7 inches */
	int blocks; /* so far */
};

/* ---- the frame (figure.c) ---- */

/* gnuplot variables. Texts are written so that nothing in them is ever a command. */
void figure_number(struct figure *f, const char *name, double value);
void figure_text(struct figure *f, const char *name, const char *text);
void figure_numbers(struct figure *f, const char *name, const double *values, size_t count);
void figure_texts(struct figure *f, const char *name, const char *const *texts, size_t count);

/* Begin a block of data with a comment; returns its number (gnuplot's index). Rows are added with
 * figure_row; an empty block gets a row of NaN, so that the numbers stay right. */
int figure_block(struct figure *f, const char *comment);
void figure_row(struct figure *f, const double *values, size_t count);
void figure_block_end(struct figure *f); /* after the last; figures.c does it */
/* An empty line: what follows is a new line of the same block. */
void figure_gap(struct figure *f);

/* One entry of the legend across the figure: a line, a point or both in this line style of the
 * script. Every figure sets its legend (count may be 0); at most 16 entries are shown, in as many
 * rows as they need. */
struct legend_entry {
	const char *text;
	int style;
	bool line, point;
};
void figure_legend(struct figure *f, const struct legend_entry *entries, size_t count);

/* A scale that holds [low, high] with a margin, with at most `most` labelled steps of 1, 2 or 5
 * times a power of ten. */
struct axis {
	double low, high, step;
	int decimals; /* that the labels need */
};
struct axis figure_axis(double low, double high, int most);
/* The same for whole numbers, such as epochs: its steps are whole, and it has two labels also where
 * first and last are one. */
struct axis figure_whole_axis(double first, double last, int most);
/* Write the scales of count panels as the arrays NAME_low, NAME_high, NAME_step and NAME_decimals.
 */
void figure_axes(struct figure *f, const char *name, const struct axis *axes, size_t count);

/* The line styles that plots/series.gp gives to the values of a series: 1 to 8. */
enum { FIGURE_SERIES_MAX = 8 };

/* ---- the kinds ---- */

/* Each fills in the figure: 0, or -1 with e (ERR_FAILED: nothing to draw yet). figures.c has
 * checked the spec and made the layout. */
int figure_curves(struct figure *f, struct err *e);
int figure_curves_of_steps(struct figure *f, struct err *e); /* of a program's metric */
int figure_best_of_steps(struct figure *f, struct err *e);   /* likewise: convergence */
int figure_accuracy(struct figure *f, struct err *e);
int figure_convergence(struct figure *f, struct err *e);
int figure_confusion(struct figure *f, struct err *e);
int figure_ablation(struct figure *f, struct err *e);
int figure_sizes(struct figure *f, struct err *e);
int figure_latency(struct figure *f, struct err *e);
int figure_images(struct figure *f, struct err *e);
int figure_robustness(struct figure *f, struct err *e);
int figure_pareto(struct figure *f, struct err *e);
int figure_slice(struct figure *f, struct err *e);
int figure_heatmap(struct figure *f, struct err *e);
int figure_parallel(struct figure *f, struct err *e);
int figure_misclassified(struct figure *f, struct err *e);

/* Would the plan's trials make such a figure? Returns 0, or -1 with e (ERR_USAGE). */
int figure_slice_foresee(const struct study *study, const struct figure_spec *spec, struct err *e);
int figure_heatmap_foresee(
	const struct study *study, const struct figure_spec *spec, struct err *e);

/* Has the program a metric with steps to draw? Returns 0, or -1 with e (ERR_USAGE). */
int figure_curves_of_steps_foresee(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e);
int figure_best_of_steps_foresee(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e);

/* Is its metric one that the figure shows? Returns 0, or -1 with e (ERR_USAGE). */
int figure_curves_foresee(const struct sweep *sweep, const struct figure_spec *spec, struct err *e);
int figure_convergence_foresee(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e);

/* Is there a metric for the horizontal axis? Returns 0, or -1 with e (ERR_USAGE). */
int figure_pareto_foresee(const struct sweep *sweep, const struct figure_spec *spec, struct err *e);

/* Is there a baseline to compare with? Returns 0, or -1 with e (ERR_USAGE). */
int figure_ablation_foresee(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e);

#endif

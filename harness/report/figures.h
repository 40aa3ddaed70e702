/* figures.h - a figure of the sweep file, drawn: everything is computed here and written to one
 * data file, a script of plots/ draws it with gnuplot.
 *
 * In the output folder a figure ID is ID.tsv (the numbers, with a comment that says what they are),
 * ID.gp (the script: texts and sizes of this figure, plots/style.gp and plots/KIND.gp), ID.svg and
 * ID.png: `gnuplot -d -c ID.gp svg` there draws it again. The SVG is canonical: the same data give
 * the same bytes. */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "../data/dataset.h"
#include "study.h"

/* An image as a trial's training sees it: run/augmented.h, which is handed in, as this folder knows
 * no training. */
typedef int figures_augment(const struct trial *t, int phase, int epoch, uint32_t index,
	const uint8_t *image, int channels, int height, int width, float *out, struct err *e);

/* Where to read and to write. */
struct figure_places {
	const char *scripts; /* the folder plots/ */
	const char *output;  /* made when it is not there */
	const char *command; /* that makes the figure; written into the script */
	bool pdf;            /* ID.pdf as well (its bytes hold a date: not reproducible) */
	const struct dataset_places *data; /* for the kinds that need images or true classes
					      (images, confusion); NULL: the system's only */
	figures_augment *augment;          /* for the kind images; NULL: it cannot be drawn */
};

/* Draw it. A kind that shows one data set (curves, confusion, images, robustness) becomes one
 * figure ID-DATASET for each, when the plan has several; data sets without a finished trial are
 * left out, and one that fails does not keep the others from being drawn. Returns 0, or -1 with e:
 * ERR_USAGE (unknown kind, metric or series, mixed configurations), ERR_FAILED (nothing to draw
 * yet, with the reason), ERR_ENVIRONMENT (no gnuplot, disk full, data set missing). Appends the
 * paths of the files to written, one a line. */
int figures_make(struct store *store, const struct study *study, const struct figure_spec *spec,
	const struct figure_places *places, struct str *written, struct err *e);

/* The kinds there are, for messages and help. */
const char *const *figures_kinds(size_t *count);

/* What figures of the kind show, in one line; "" when there is no such kind. */
const char *figures_help(const char *kind);

/* Is there such a kind? Returns 0, or -1 with e, which names the nearest. */
int figures_check_kind(const char *kind, struct err *e);

/* ---- for the files that compute one kind each (figure_KIND.c) ---- */

/* What a kind fills in. */
struct figure {
	struct str data;      /* blocks for gnuplot, two empty lines between them */
	struct str variables; /* assignments, by the functions below */
	struct str caption;   /* sentences: what lines, bands and bars are, and n */
	int height; /* pixels at 96 an inch, without title, legend and caption; the width is always
		       7 inches */
	int blocks; /* so far */
	const struct dataset_places *data_places; /* given */
	figures_augment *augment;                 /* given */
};

/* gnuplot variables. Texts are written so that nothing in them is ever a command. */
void figure_number(struct figure *f, const char *name, double value);
void figure_text(struct figure *f, const char *name, const char *text);
void figure_numbers(struct figure *f, const char *name, const double *values, size_t count);
void figure_texts(struct figure *f, const char *name, const char *const *texts, size_t count);

/* Begin a block of data with a comment; returns its number (gnuplot's index). Rows are added with
 * figure_row; an empty block gets a row of NaN, so that the numbers stay right. */
int figure_block(struct figure *f, const char *comment);
void figure_row(struct figure *f, const double *values, size_t count);
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
/* Write the scales of count panels as the arrays NAME_low, NAME_high, NAME_step and NAME_decimals.
 */
void figure_axes(struct figure *f, const char *name, const struct axis *axes, size_t count);

/* The line styles that plots/series.gp gives to the values of a series: 1 to 8. */
enum { FIGURE_SERIES_MAX = 8 };

int figure_curves(struct store *store, const struct study *study, const struct figure_spec *spec,
	struct figure *f, struct err *e);
int figure_accuracy(struct store *store, const struct study *study, const struct figure_spec *spec,
	struct figure *f, struct err *e);
int figure_convergence(struct store *store, const struct study *study,
	const struct figure_spec *spec, struct figure *f, struct err *e);
int figure_confusion(struct store *store, const struct study *study, const struct figure_spec *spec,
	struct figure *f, struct err *e);
int figure_ablation(struct store *store, const struct study *study, const struct figure_spec *spec,
	struct figure *f, struct err *e);
int figure_sizes(struct store *store, const struct study *study, const struct figure_spec *spec,
	struct figure *f, struct err *e);
int figure_latency(struct store *store, const struct study *study, const struct figure_spec *spec,
	struct figure *f, struct err *e);
int figure_images(struct store *store, const struct study *study, const struct figure_spec *spec,
	struct figure *f, struct err *e);
int figure_robustness(struct store *store, const struct study *study,
	const struct figure_spec *spec, struct figure *f, struct err *e);
int figure_pareto(struct store *store, const struct study *study, const struct figure_spec *spec,
	struct figure *f, struct err *e);

#endif

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
#include "../store/open.h"
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

/* Say what figures_make would refuse of this figure of a plan (study_planned), before anything is
 * run: mixed configurations, too many series, no baseline. Returns 0, or -1 with e (ERR_USAGE). */
int figures_foresee(const struct study *study, const struct figure_spec *spec, struct err *e);

/* The kinds there are, for messages and help. */
const char *const *figures_kinds(size_t *count);

/* What figures of the kind show, in one line; "" when there is no such kind. */
const char *figures_help(const char *kind);

/* An entry of figures: of the kind, as a sweep file writes it; "" when there is no such kind. */
const char *figures_example(const char *kind);

/* Is there such a kind? Returns 0, or -1 with e, which names the nearest. */
int figures_check_kind(const char *kind, struct err *e);

#endif

/* report.h - a study as one static HTML page: the verdicts first, then tables and figures, what is
 * missing, every trial, the environment, the commands and the digests. No script, nothing loaded
 * from elsewhere; readable in light and dark, on a phone and on paper. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "../data/dataset.h"
#include "../store/open.h"
#include "claims.h"
#include "figures.h"
#include "study.h"

/* What the page says beside the numbers. */
struct report_context {
	const char *command;               /* that makes this page */
	const char *database;              /* its path, for the commands that do it all again */
	const char *scripts;               /* the folder plots/ */
	const struct dataset_places *data; /* where data sets are looked for, for figures that need
					      true classes; NULL: the system's only */
	figures_augment *augment; /* for sheets of images (figures.h); NULL: they are not made */
	const char *figures; /* where the figures are drawn (figures.h), before they are copied into
				the page */
	struct str *missing; /* gets one line for each table or figure that cannot be made, unless
				its trials are not done yet; NULL: nobody asks */
};

/* Append the page. A figure or table that cannot be made is on the page with the reason; so is
 * missing gnuplot. Returns 0, or -1 with e (the database cannot be read; a claim that is wrong in
 * the file). */
int report_make(struct store *store, const struct study *study,
	const struct report_context *context, struct str *out, struct err *e);

#endif

/* published.h - the readable results of a study: tables, verdicts, figures and report page of each
 * sweep in the database, made from the sweep files in the bundle. */
#ifndef BUNDLE_PUBLISHED_H
#define BUNDLE_PUBLISHED_H

#include "../base/str.h"
#include "../data/dataset.h"
#include "../report/figures.h"
#include "../store/open.h"
#include "pack.h"

struct published_places {
	const char *scripts; /* the folder plots/ */
	const struct dataset_places *data;
	figures_augment *augment; /* figures.h; NULL: no image grids */
	const char *temporary; /* a folder to make a temporary folder in, which is removed again */
};

/* Add results/NAME/tables.md, tables.csv, verdicts.md, verdicts.csv, report.html and figures/ for
 * each sweep in sweeps/NAME.yaml (which is in the pack already, with its libraries). *missing gets
 * one line for anything that cannot be made; the page also gives the reason for a figure. Returns
 * 0, or -1 with e. */
int published_add(struct pack *p, struct store *s, const struct published_places *places,
	struct str *missing, struct err *e);

#endif

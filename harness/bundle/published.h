/* published.h - the results of a study as people read them: of each sweep of the database its
 * tables, verdicts, figures and page, made from the sweep files that go into the bundle. */
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
	figures_augment *augment; /* figures.h; NULL: no sheets of images */
	const char *temporary;    /* a folder of their own is made in it, and removed */
};

/* Add of each sweep in sweeps/NAME.yaml (they and their libraries are in the pack already)
 * results/NAME/tables.md, tables.csv, verdicts.md, verdicts.csv, report.html and figures/. A figure
 * that cannot be drawn is on the page with its reason. What else cannot be made is said in
 * *missing, a line each. Returns 0, or -1 with e. */
int published_add(struct pack *p, struct store *s, const struct published_places *places,
	struct str *missing, struct err *e);

#endif

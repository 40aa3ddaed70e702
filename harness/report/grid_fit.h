/* grid_fit.h - a grid made to fit so many columns of a terminal, so that one look at it is
 * complete: what is the same in all rows is said once below it, identities are as short as they can
 * be told apart, long texts lose a part in which they do not differ, and the least important
 * columns are left out and named. */
#ifndef REPORT_GRID_FIT_H
#define REPORT_GRID_FIT_H

#include "grid.h"

/* What became of a grid. Zero-initialise; texts are owned by it (grid_fit_free). */
struct grid_fit {
	struct grid grid; /* to be written */
	struct str below; /* lines to be written below it */
};

/* Two different texts of a column stay different, in identities and where 64 characters are enough
 * to tell them apart. hide: columns may be left out. The thread's locale must know UTF-8. */
void grid_fit_make(struct grid_fit *out, const struct grid *g, int columns, bool hide);
void grid_fit_free(struct grid_fit *f);

/* Columns of a terminal that the text takes; a control character takes four (\x1b). */
int grid_text_width(const char *text);

#endif

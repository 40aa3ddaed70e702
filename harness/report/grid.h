/* grid.h - a rectangle of texts with headings, and how it is written for a terminal, for Markdown
 * and for LaTeX. What the numbers mean is decided by who fills it (table_print.c); machine formats
 * (CSV, JSON) are not made from texts and are not here. */
#ifndef REPORT_GRID_H
#define REPORT_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"

enum { GRID_COLUMNS_MAX = 64 };

/* Zero-initialise. All texts are UTF-8 and owned by the grid. */
struct grid {
	struct {
		char *heading;
		bool right; /* aligned to the right: numbers */
		bool words; /* states or verdicts: coloured on a terminal (screen.h) */
		int rank;   /* how soon the column is left out where there is no room for all (the
			       largest first); 0: never */
		int least;  /* columns that a text keeps there; 0: as it comes */
	} columns[GRID_COLUMNS_MAX];
	int column_count;
	char **cells; /* row after row; NULL: empty */
	bool *strong; /* likewise: bold in Markdown and LaTeX, a star before it in text */
	bool *rules;  /* a thin line above the row (LaTeX only; rows of a new group) */
	size_t row_count;
};

/* Add a column (before any row) or an empty row; the column's or row's number is returned. More
 * than GRID_COLUMNS_MAX is a bug (assert). */
int grid_column(struct grid *g, const char *heading, bool right);
void grid_set_rank(struct grid *g, int column, int rank);
size_t grid_row(struct grid *g);
void grid_set(struct grid *g, size_t row, int column, const char *text);
void grid_set_strong(struct grid *g, size_t row, int column);
const char *grid_get(const struct grid *g, size_t row, int column);
void grid_free(struct grid *g);

/* For a terminal or a text file (libsmartcols): fitted to the screen and coloured where one is set
 * (screen.h, grid_fit.h), complete and plain otherwise. Returns 0, or -1 with e. */
int grid_text(struct str *out, const struct grid *g, struct err *e);
/* A GitHub table. */
void grid_markdown(struct str *out, const struct grid *g);
/* A tabular with booktabs rules (the document needs \usepackage{booktabs}). */
void grid_latex(struct str *out, const struct grid *g);

/* A text as it has to be written there: every special character escaped, ±, Δ and dashes in LaTeX's
 * way. */
void grid_escape_markdown(struct str *out, const char *text);
void grid_escape_latex(struct str *out, const char *text);

#endif

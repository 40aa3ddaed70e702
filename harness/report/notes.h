/* notes.h - the sentences around a table: explanations in order, and footnotes, each written once
 * with a mark. */
#ifndef REPORT_NOTES_H
#define REPORT_NOTES_H

#include <stddef.h>

#include "../base/str.h"

/* Zero-initialise. Texts are owned. */
struct notes {
	char **explanations;
	size_t explanation_count;
	char **footnotes;
	size_t footnote_count;
};

/* Add a sentence; text is copied. */
void notes_explain(struct notes *n, const char *text);
/* Append " [a]" to the cell: the mark of the footnote that says text (a new one if no footnote says
 * it yet). */
void notes_mark(struct notes *n, struct str *cell, const char *text);
void notes_free(struct notes *n);
/* Append "[b] what it says". */
void notes_footnote(struct str *out, const struct notes *n, size_t i);

/* As plain text, wrapped at 100 columns; each explanation and footnote begins a line. */
void notes_text(struct str *out, const struct notes *n);
/* Markdown paragraphs; LaTeX lines. */
void notes_markdown(struct str *out, const struct notes *n);
void notes_latex(struct str *out, const struct notes *n);

#endif

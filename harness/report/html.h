/* html.h - HTML as text: everything that comes from outside is escaped here. Knows tags, not what a
 * report says. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "../base/str.h"
#include "grid.h"
#include "notes.h"

/* Append text so that it is text in an element or in a double-quoted attribute: & < > " ' escaped,
 * control characters and bytes that are no UTF-8 replaced by U+FFFD. */
void html_text(struct str *out, const char *text);

/* Append <tag>text</tag> and a newline; <tag class="class">text</tag> when class is not NULL. */
void html_element(struct str *out, const char *tag, const char *class, const char *text);

/* Append a table that scrolls sideways when it is too wide, with this caption (NULL: none). The
 * first `heads` columns are row headings. */
void html_grid(struct str *out, const struct grid *g, const char *caption, int heads);

/* Append footnotes as a list, and explanations as paragraphs that unfold. */
void html_notes(struct str *out, const struct notes *n);

/* Append an SVG picture of gnuplot's as part of the page: its ids begin with prefix (two pictures
 * may stand in one page), it has this title for those who do not see it, and it holds no empty
 * groups. A text that is no SVG is left out. */
void html_svg(struct str *out, const char *svg, const char *prefix, const char *title);

#endif

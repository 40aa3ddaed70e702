/* html.c - escaping, tables and pictures for report.c. */
#include "html.h"

#include <string.h>

/* ---- text ---- */

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return c == 0x7f || (c < ' ' && c != '\n' && c != '\t') ? "\xef\xbf\xbd" : NULL;
	}
}

void html_text(struct str *out, const char *text)
{
	while (*text) {
		const size_t length = str_utf8_length(text);
		const char *instead = length ? entity((unsigned char)*text) : "\xef\xbf\xbd";
		if (instead)
			str_add(out, instead);
		else
			str_add_bytes(out, text, length);
		text += length ? length : 1;
	}
}

void html_element(struct str *out, const char *tag, const char *class, const char *text)
{
	str_addf(out, "<%s", tag);
	if (class) {
		str_add(out, " class=\"");
		html_text(out, class);
		str_add(out, "\"");
	}
	str_add(out, ">");
	html_text(out, text);
	str_addf(out, "</%s>\n", tag);
}

/* ---- tables ---- */

static void grid_cell(struct str *out, const struct grid *g, size_t row, int column, int heads)
{
	const char *text = grid_get(g, row, column);
	const bool strong = g->strong[row * (size_t)g->column_count + (size_t)column];

	if (column < heads)
		str_add(out, "<th scope=\"row\">");
	else
		str_add(out, g->columns[column].right ? "<td class=\"number\">" : "<td>");
	str_add(out, strong ? "<strong>" : "");
	html_text(out, text);
	str_add(out, strong ? "</strong>" : "");
	str_add(out, column < heads ? "</th>" : "</td>");
}

void html_grid(struct str *out, const struct grid *g, const char *caption, int heads)
{
	str_add(out, "<div class=\"wide\" tabindex=\"0\">\n<table>\n");
	if (caption)
		html_element(out, "caption", NULL, caption);
	str_add(out, "<thead><tr>");
	for (int c = 0; c < g->column_count; c++) {
		str_add(out,
			g->columns[c].right ? "<th scope=\"col\" class=\"number\">"
					    : "<th scope=\"col\">");
		html_text(out, g->columns[c].heading);
		str_add(out, "</th>");
	}
	str_add(out, "</tr></thead>\n<tbody>\n");
	for (size_t r = 0; r < g->row_count; r++) {
		str_add(out, g->rules[r] ? "<tr class=\"group\">" : "<tr>");
		for (int c = 0; c < g->column_count; c++)
			grid_cell(out, g, r, c, heads);
		str_add(out, "</tr>\n");
	}
	str_add(out, "</tbody>\n</table>\n</div>\n");
}

void html_notes(struct str *out, const struct notes *n)
{
	if (n->footnote_count) {
		str_add(out, "<ul class=\"notes\">\n");
		for (size_t i = 0; i < n->footnote_count; i++) {
			struct str text = { 0 };
			notes_footnote(&text, n, i);
			html_element(out, "li", NULL, text.s);
			str_free(&text);
		}
		str_add(out, "</ul>\n");
	}
	if (!n->explanation_count)
		return;
	/* What it says is the same under every table: folded, so that notes stay shorter. */
	str_add(out, "<details class=\"notes\">\n<summary>How to read this table</summary>\n");
	for (size_t i = 0; i < n->explanation_count; i++)
		html_element(out, "p", "notes", n->explanations[i]);
	str_add(out, "</details>\n");
}

/* ---- pictures ---- */

/* Does s begin with what? */
static bool begins(const char *s, const char *what)
{
	return !strncmp(s, what, strlen(what));
}

/* The end of an empty group ("<g ...>", blanks, "</g>") at s, or NULL. */
static const char *empty_group(const char *s)
{
	if (!begins(s, "<g"))
		return NULL;
	const char *end = strchr(s, '>');
	if (!end)
		return NULL;
	end++;
	end += strspn(end, " \t\r\n");
	return begins(end, "</g>") ? end + 4 : NULL;
}

/* The end of "<title>...</title>" at s (gnuplot names its plots "gnuplot_plot_1"), or NULL. */
static const char *plot_title(const char *s)
{
	if (!begins(s, "<title>"))
		return NULL;
	const char *end = strstr(s, "</title>");
	return end ? end + 8 : NULL;
}

/* Copy the inside of the picture with its ids renamed. What may refer to an id: id, xlink:href and
 * url(). */
static void copy_picture(struct str *out, const char *s, const char *end, const char *prefix)
{
	static const char *const before_id[] = { " id='", " id=\"", "href='#", "href=\"#",
		"url(#" };

	while (s < end) {
		const char *skip = empty_group(s);
		skip = skip ? skip : plot_title(s);
		if (skip) {
			s = skip;
			continue;
		}
		size_t length = 0;
		for (size_t i = 0; i < sizeof(before_id) / sizeof(before_id[0]); i++)
			if (begins(s, before_id[i]))
				length = strlen(before_id[i]);
		str_add_bytes(out, s, length ? length : 1);
		if (length)
			str_addf(out, "%s-", prefix);
		s += length ? length : 1;
	}
}

void html_svg(struct str *out, const char *svg, const char *prefix, const char *title)
{
	const char *start = strstr(svg, "<svg"), *body = start ? strchr(start, '>') : NULL,
		   *end = NULL;
	for (const char *at = body; at && (at = strstr(at, "</svg>")); at++)
		end = at; /* the last one */
	if (!end)
		return;
	str_add_bytes(out, start, (size_t)(body - start));
	str_add(out, " role=\"img\" aria-label=\"");
	html_text(out, title);
	str_add(out, "\">");
	copy_picture(out, body + 1, end, prefix);
	str_add(out, "</svg>\n");
}

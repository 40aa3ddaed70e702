/* manual.c - the three forms of a manual. */
#include "manual.h"

#include <ctype.h>
#include <string.h>

enum { WIDTH_TEXT = 80, WIDTH_MARKDOWN = 100, TERM_WIDTH = 18 };

/* mdoc wants every sentence on a line of its own. */
static bool ends_sentence(const char *p)
{
	return (*p == '.' || *p == '?') && p[1] == ' ' && p[2] && !islower((unsigned char)p[2]);
}

void manual_escape(struct str *out, const char *text)
{
	bool first = true;
	for (const char *p = text; *p; p++) {
		if (first && (*p == '.' || *p == '\''))
			str_add(out, "\\&");
		first = *p == '\n';
		if (*p == '\\')
			str_add(out, "\\e");
		else
			str_add_bytes(out, p, 1);
		if (ends_sentence(p)) {
			str_add(out, "\n");
			first = true;
			p++;
		}
	}
}

/* ---- filling ---- */

/* Words of text up to its end or a line break that ends the paragraph, filled to the width; every
 * line begins with `indent` blanks. */
static void fill(struct str *out, const char *text, size_t length, int indent, int width)
{
	int column = 0;
	for (size_t i = 0; i < length;) {
		size_t end = i;
		while (end < length && text[end] != ' ' && text[end] != '\n')
			end++;
		const int word = (int)(end - i);
		if (word > 0) {
			if (column > 0 && column + 1 + word > width) {
				str_add(out, "\n");
				column = 0;
			}
			if (column == 0)
				str_addf(out, "%*s", indent, "");
			else
				str_add(out, " ");
			column += column ? 1 + word : indent + word;
			str_add_bytes(out, text + i, (size_t)word);
		}
		i = end + 1;
	}
	if (column)
		str_add(out, "\n");
}

static void add_display(struct manual *m, const char *text, size_t length)
{
	if (m->form == MANUAL_MARKDOWN)
		str_add(m->out, "\n```\n");
	if (m->form == MANUAL_MAN)
		str_add(m->out, ".Bd -literal -compact\n");
	struct str lines = { 0 };
	str_add_bytes(&lines, text, length);
	if (m->form == MANUAL_MAN)
		manual_escape(m->out, lines.s ? lines.s : "");
	else
		str_add(m->out, lines.s ? lines.s : "");
	if (length && text[length - 1] != '\n')
		str_add(m->out, "\n");
	if (m->form == MANUAL_MARKDOWN)
		str_add(m->out, "```\n");
	if (m->form == MANUAL_MAN)
		str_add(m->out, ".Ed\n");
	str_free(&lines);
}

/* Bytes of the lines from p on that are (not) displayed. */
static size_t run_of(const char *p, bool displayed)
{
	size_t length = 0;
	while (p[length] && (p[length] == ' ') == displayed) {
		length += strcspn(p + length, "\n");
		length += p[length] == '\n';
	}
	return length;
}

static void paragraph(struct manual *m, const char *text, size_t length)
{
	struct str one = { 0 };
	switch (m->form) {
	case MANUAL_TEXT: fill(m->out, text, length, 0, WIDTH_TEXT); break;
	case MANUAL_MARKDOWN:
		str_add(m->out, "\n");
		fill(m->out, text, length, 0, WIDTH_MARKDOWN);
		break;
	case MANUAL_MAN:
		fill(&one, text, length, 0, WIDTH_TEXT);
		manual_escape(m->out, one.s ? one.s : "");
		break;
	}
	str_free(&one);
}

/* An item of a Markdown list: lines after the first are indented. */
static void add_item(struct str *out, const char *text)
{
	struct str filled = { 0 };
	fill(&filled, text, strlen(text), 0, WIDTH_MARKDOWN - 2);
	for (const char *p = filled.s; p && *p;) {
		const size_t length = strcspn(p, "\n") + 1;
		str_add(out, p == filled.s ? "" : "  ");
		str_add_bytes(out, p, length);
		p += length;
	}
	str_free(&filled);
}

/* ---- pieces ---- */

void manual_heading(struct manual *m, int level, const char *title)
{
	switch (m->form) {
	case MANUAL_TEXT: str_addf(m->out, "%s%s\n\n", m->out->length ? "\n" : "", title); return;
	case MANUAL_MARKDOWN:
		str_addf(m->out, "\n%s %s\n", level == 1 ? "##" : "###", title);
		return;
	case MANUAL_MAN: break;
	}
	str_addf(m->out, ".%s ", level == 1 ? "Sh" : "Ss");
	for (const char *p = title; *p; p++) {
		const char letter = level == 1 ? (char)toupper((unsigned char)*p) : *p;
		str_add_bytes(m->out, &letter, 1);
	}
	str_add(m->out, "\n");
}

/* Is the last line an mdoc heading? */
static bool after_heading(const struct str *out)
{
	size_t at = out->length ? out->length - 1 : 0;
	while (at > 0 && out->s[at - 1] != '\n')
		at--;
	return out->length && strncmp(out->s + at, ".S", 2) == 0;
}

void manual_text(struct manual *m, const char *text)
{
	if (m->form == MANUAL_TEXT)
		str_add(m->out, "\n");
	if (m->form == MANUAL_MAN && !after_heading(m->out))
		str_add(m->out, ".Pp\n");
	for (const char *p = text; *p;) {
		const bool displayed = *p == ' ';
		const size_t length = run_of(p, displayed);
		if (displayed)
			add_display(m, p, length);
		else
			paragraph(m, p, length);
		p += length;
	}
}

void manual_code(struct manual *m, const char *title, const char *text)
{
	if (m->form == MANUAL_TEXT) {
		if (title)
			str_addf(m->out, "\n%s:\n", title);
		for (const char *p = text; *p;) {
			const size_t length = strcspn(p, "\n");
			str_addf(m->out, "  %.*s\n", (int)length, p);
			p += length + (p[length] == '\n');
		}
		return;
	}
	if (m->form == MANUAL_MARKDOWN)
		str_add(m->out, "\n```yaml\n");
	else
		str_add(m->out, ".Pp\n.Dl ");
	for (const char *p = text; *p;) {
		const size_t length = strcspn(p, "\n");
		struct str line = { 0 };
		str_add_bytes(&line, p, length);
		if (m->form == MANUAL_MAN)
			manual_escape(m->out, line.s ? line.s : "");
		else
			str_add(m->out, line.s ? line.s : "");
		p += length + (p[length] == '\n');
		str_add(m->out, m->form == MANUAL_MAN && *p ? "\n.Dl " : "\n");
		str_free(&line);
	}
	if (m->form == MANUAL_MARKDOWN)
		str_add(m->out, "```\n");
}

void manual_list_begin(struct manual *m)
{
	if (m->form == MANUAL_MAN)
		str_add(m->out, ".Bl -tag -width Ds\n");
}

void manual_list_end(struct manual *m)
{
	if (m->form == MANUAL_MAN)
		str_add(m->out, ".El\n");
}

static void add_sentence(struct manual *m, const char *text)
{
	struct str line = { 0 };
	str_addf(&line, "%c%s", toupper((unsigned char)text[0]), text[0] ? text + 1 : "");
	const char last = line.length ? line.s[line.length - 1] : '.';
	if (last != '.' && last != ':' && last != '?')
		str_add(&line, ".");
	if (m->form == MANUAL_MAN)
		manual_escape(m->out, line.s);
	else
		fill(m->out, line.s, line.length, 0, WIDTH_MARKDOWN);
	if (m->form == MANUAL_MAN)
		str_add(m->out, "\n");
	str_free(&line);
}

/* A term of mdoc: macros among its words would be called. */
static void add_term(struct manual *m, const char *term)
{
	str_add(m->out, ".It Ic \"");
	manual_escape(m->out, term);
	str_add(m->out, "\"\n");
}

void manual_entry(struct manual *m, const char *term, const char *meaning)
{
	switch (m->form) {
	case MANUAL_TEXT: str_addf(m->out, "%s - %s\n", term, meaning); return;
	case MANUAL_MARKDOWN: str_addf(m->out, "\n#### `%s`\n\n", term); break;
	case MANUAL_MAN: add_term(m, term); break;
	}
	add_sentence(m, meaning);
}

/* Is the last line one of a list? */
static bool in_list(const struct str *out)
{
	size_t at = out->length ? out->length - 1 : 0;
	while (at > 0 && out->s[at - 1] != '\n')
		at--;
	return out->length
		&& (strncmp(out->s + at, "- ", 2) == 0 || strncmp(out->s + at, "  ", 2) == 0);
}

void manual_fact(struct manual *m, const char *name, const char *value)
{
	struct str line = { 0 };
	switch (m->form) {
	case MANUAL_TEXT: str_addf(m->out, "  %-9s %s\n", name, value); break;
	case MANUAL_MARKDOWN:
		str_addf(&line, "- *%s*: %s", name, value);
		str_add(m->out, in_list(m->out) ? "" : "\n");
		add_item(m->out, line.s);
		break;
	case MANUAL_MAN:
		str_addf(&line, "%s: %s", name, value);
		add_sentence(m, line.s);
		break;
	}
	str_free(&line);
}

void manual_row(struct manual *m, const char *term, const char *meaning)
{
	struct str line = { 0 };
	switch (m->form) {
	case MANUAL_TEXT: str_addf(m->out, "  %-*s %s\n", TERM_WIDTH - 3, term, meaning); break;
	case MANUAL_MARKDOWN:
		str_addf(&line, "- `%s`: %s", term, meaning);
		str_add(m->out, in_list(m->out) ? "" : "\n");
		add_item(m->out, line.s);
		break;
	case MANUAL_MAN:
		add_term(m, term);
		add_sentence(m, meaning);
		break;
	}
	str_free(&line);
}

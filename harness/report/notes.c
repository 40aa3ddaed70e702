/* notes.c - explanations and footnotes of a table, and how they are written. Knows nothing of
 * numbers. */
#include "notes.h"

#include <stdlib.h>
#include <string.h>

#include "../base/err.h"
#include "grid.h"
#include "screen.h"

enum { WRAP_COLUMNS = 100 };

static size_t wrap_columns(void)
{
	const int screen = screen_columns();
	return screen > 0 && screen < WRAP_COLUMNS ? (size_t)screen : WRAP_COLUMNS;
}

static void append(char ***list, size_t *count, const char *text)
{
	*list = realloc(*list, (*count + 1) * sizeof(**list));
	char *copy = *list ? strdup(text) : NULL;
	if (!copy)
		err_end_nomem(); /* as a growing string does (str.h) */
	(*list)[(*count)++] = copy;
}

void notes_explain(struct notes *n, const char *text)
{
	append(&n->explanations, &n->explanation_count, text);
}

/* a, b, ... z, aa, ab, ... */
static void mark(struct str *out, size_t i)
{
	if (i >= 26)
		mark(out, i / 26 - 1);
	str_addf(out, "%c", (char)('a' + i % 26));
}

void notes_mark(struct notes *n, struct str *cell, const char *text)
{
	size_t i = 0;

	while (i < n->footnote_count && strcmp(n->footnotes[i], text))
		i++;
	if (i == n->footnote_count)
		append(&n->footnotes, &n->footnote_count, text);
	str_add(cell, " [");
	mark(cell, i);
	str_add(cell, "]");
}

void notes_free(struct notes *n)
{
	for (size_t i = 0; i < n->explanation_count; i++)
		free(n->explanations[i]);
	for (size_t i = 0; i < n->footnote_count; i++)
		free(n->footnotes[i]);
	free(n->explanations);
	free(n->footnotes);
	*n = (struct notes){ 0 };
}

/* Characters of UTF-8 text, not bytes: continuation bytes are 10xxxxxx. */
static size_t width(const char *text, size_t bytes)
{
	size_t count = 0;

	for (size_t i = 0; i < bytes; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static void wrap(struct str *out, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		const size_t length = strcspn(text, " "), columns = width(text, length);
		if (column && column + 1 + columns > wrap_columns()) {
			str_addf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column) {
			str_add(out, " ");
			column++;
		}
		str_add_bytes(out, text, length);
		column += columns;
		text += length;
		text += strspn(text, " ");
	}
	str_add(out, "\n");
}

void notes_footnote(struct str *out, const struct notes *n, size_t i)
{
	str_add(out, "[");
	mark(out, i);
	str_addf(out, "] %s", n->footnotes[i]);
}

void notes_text(struct str *out, const struct notes *n)
{
	for (size_t i = 0; i < n->footnote_count; i++) {
		struct str line = { 0 };
		notes_footnote(&line, n, i);
		wrap(out, line.s, 4);
		str_free(&line);
	}
	for (size_t i = 0; i < n->explanation_count; i++) {
		if (strncmp(n->explanations[i], "Command: ", 9)
			== 0) /* to be copied: never broken */
			str_addf(out, "%s\n", n->explanations[i]);
		else
			wrap(out, n->explanations[i], 0);
	}
}

void notes_markdown(struct str *out, const struct notes *n)
{
	for (size_t i = 0; i < n->footnote_count + n->explanation_count; i++) {
		struct str line = { 0 };
		if (i < n->footnote_count)
			notes_footnote(&line, n, i);
		else
			str_add(&line, n->explanations[i - n->footnote_count]);
		grid_escape_markdown(out, line.s);
		str_add(out, i + 1 < n->footnote_count + n->explanation_count ? "  \n" : "\n");
		str_free(&line);
	}
}

void notes_latex(struct str *out, const struct notes *n)
{
	for (size_t i = 0; i < n->footnote_count + n->explanation_count; i++) {
		struct str line = { 0 };
		if (i < n->footnote_count)
			notes_footnote(&line, n, i);
		else
			str_add(&line, n->explanations[i - n->footnote_count]);
		if (line.s[0] == '[')
			str_add(out, "{}");
		grid_escape_latex(out, line.s);
		str_add(out, "\\par\n");
		str_free(&line);
	}
}

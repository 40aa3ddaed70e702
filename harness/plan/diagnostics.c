/* diagnostics.c - errors with their place: file, line, column, the source line and a caret. Does
 * not print; see sweep.h. */
#include "diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DIAGNOSTICS_MAX = 100,
	MESSAGE_MAX = 600,
	LINE_WIDTH = 96, /* of the source line shown; longer ones are cut around the caret */
};

struct diagnostic {
	const struct source *source;
	int line, column;
	size_t order; /* in which it was found; keeps the sort stable */
	char message[MESSAGE_MAX];
};

void diagnose(struct diagnostics *d, const struct source *source, int line, int column,
	const char *format, ...)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->list[i].source == source && d->list[i].line == line
			&& d->list[i].column == column)
			return;
	if (d->count == DIAGNOSTICS_MAX) {
		d->dropped++;
		return;
	}
	if (d->count == d->capacity) {
		const size_t capacity = d->capacity ? d->capacity * 2 : 8;
		struct diagnostic *list = realloc(d->list, capacity * sizeof(*list));
		if (!list) {
			d->dropped++;
			return;
		}
		d->list = list;
		d->capacity = capacity;
	}
	struct diagnostic *new = &d->list[d->count];
	*new = (struct diagnostic){
		.source = source, .line = line, .column = column, .order = d->count
	};
	va_list arguments;
	va_start(arguments, format);
	const int length = vsnprintf(new->message, sizeof(new->message), format, arguments);
	va_end(arguments);
	if (length >= MESSAGE_MAX)
		memcpy(new->message + MESSAGE_MAX - 4, "...", 4);
	d->count++;
}

bool diagnostics_full(const struct diagnostics *d)
{
	return d->count == DIAGNOSTICS_MAX;
}

/* Bytes of the line break at p, 0 if there is none. The same breaks as libyaml's, or line numbers
 * would differ. */
static size_t line_break(const char *p, const char *end)
{
	const size_t left = (size_t)(end - p);
	if (left >= 2 && p[0] == '\r' && p[1] == '\n')
		return 2;
	if (left >= 1 && (p[0] == '\r' || p[0] == '\n'))
		return 1;
	if (left >= 2 && memcmp(p, "\xC2\x85", 2) == 0)
		return 2;
	if (left >= 3 && (memcmp(p, "\xE2\x80\xA8", 3) == 0 || memcmp(p, "\xE2\x80\xA9", 3) == 0))
		return 3;
	return 0;
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The line's bytes, without its break. */
static const char *find_line(const struct source *s, int line, size_t *length)
{
	const char *p = s->text, *end = s->text + s->length;
	if (s->length >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	for (int at = 1; at < line && p < end;) {
		const size_t step = line_break(p, end);
		p += step ? step : 1;
		at += step > 0;
	}
	const char *stop = p;
	while (stop < end && !line_break(stop, end))
		stop++;
	*length = (size_t)(stop - p);
	return p;
}

/* One character as it may be shown: control characters and broken UTF-8 would disturb a terminal.
 */
static void add_visible(struct str *out, const char *at, size_t bytes)
{
	const unsigned char first = (unsigned char)at[0];
	if (first == '\t')
		str_add(out, "\t");
	else if (first < 0x20 || first == 0x7F || (first >= 0x80 && bytes < 2) || first > 0xF4)
		str_add(out, "?");
	else
		str_add_bytes(out, at, bytes);
}

/* The source line and the caret below it, both indented by two spaces. */
static void print_excerpt(const struct diagnostic *d, struct str *out)
{
	size_t length;
	const char *line = find_line(d->source, d->line, &length);
	const int first = d->column > LINE_WIDTH ? d->column - LINE_WIDTH / 2 : 1;
	struct str caret = { 0 };
	str_add(out, first > 1 ? "  ..." : "  ");
	str_add(&caret, first > 1 ? "     " : "  ");
	int column = 0;
	for (size_t i = 0; i < length && column < first + LINE_WIDTH;) {
		size_t bytes = 1;
		while (i + bytes < length && bytes < 4 && is_continuation(line[i + bytes]))
			bytes++;
		column++;
		if (column >= first) {
			add_visible(out, line + i, bytes);
			if (column < d->column)
				str_add(&caret, line[i] == '\t' ? "\t" : " ");
		}
		i += bytes;
	}
	str_addf(out, "%s\n%s^\n", column >= first + LINE_WIDTH ? "..." : "", caret.s);
	str_free(&caret);
}

static int by_place(const void *left, const void *right)
{
	const struct diagnostic *a = left, *b = right;
	if (a->source != b->source && strcmp(a->source->path, b->source->path) != 0)
		return strcmp(a->source->path, b->source->path);
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void diagnostics_print(struct diagnostics *d, struct str *out)
{
	if (d->count)
		qsort(d->list, d->count, sizeof(*d->list), by_place);
	for (size_t i = 0; i < d->count; i++) {
		const struct diagnostic *one = &d->list[i];
		if (one->line == 0) {
			str_addf(out, "%s: error: %s\n", one->source->path, one->message);
			continue;
		}
		str_addf(out, "%s:%d:%d: error: %s\n", one->source->path, one->line, one->column,
			one->message);
		print_excerpt(one, out);
	}
	if (d->dropped)
		str_addf(out, "... and %zu more errors\n", d->dropped);
}

void diagnostics_free(struct diagnostics *d)
{
	free(d->list);
	*d = (struct diagnostics){ 0 };
}

/* csv.c - see csv.h. */
#include "csv.h"

#include <string.h>

struct csv csv_begin(const char *text, size_t length)
{
	const bool mark = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
	const char *at = mark ? text + 3 : text;
	return (struct csv){ .at = at, .end = text + length, .line_start = at, .line = 1 };
}

static void begin_line(struct csv *c, const char *start)
{
	c->line++;
	c->line_start = start;
}

static bool at_line_end(const struct csv *c)
{
	return c->at == c->end || *c->at == '\n'
		|| (*c->at == '\r' && c->at + 1 < c->end && c->at[1] == '\n');
}

/* Behind the line's end. */
static void pass_line_end(struct csv *c)
{
	if (c->at < c->end)
		c->at += *c->at == '\r' ? 2 : 1;
	begin_line(c, c->at);
}

/* The inside of a quoted field; "" is a quote. */
static int read_quoted(struct csv *c, struct str *out)
{
	for (c->at++; c->at < c->end; c->at++) {
		if (*c->at == '"' && (c->at + 1 == c->end || c->at[1] != '"')) {
			c->at++;
			return 0;
		}
		c->at += *c->at == '"';
		str_add_bytes(out, c->at, 1);
		if (*c->at == '\n')
			begin_line(c, c->at + 1);
	}
	return -1;
}

int csv_next(struct csv *c, struct csv_field *f)
{
	str_clear(&f->text);
	f->line = c->line;
	f->column = 1;
	for (const char *p = c->line_start; p < c->at; p++)
		f->column += ((unsigned char)*p & 0xC0) != 0x80;
	f->quoted = c->at < c->end && *c->at == '"';
	if (f->quoted && read_quoted(c, &f->text))
		return -1;
	const char *start = c->at;
	while (!at_line_end(c) && *c->at != ',')
		c->at++;
	if (f->quoted && c->at > start)
		return -1;
	str_add_bytes(&f->text, start, (size_t)(c->at - start));
	f->last = at_line_end(c);
	if (f->last)
		pass_line_end(c);
	else
		c->at++;
	return 0;
}

bool csv_skip_empty(struct csv *c)
{
	if (c->at == c->end || c->at != c->line_start || !at_line_end(c))
		return false;
	pass_line_end(c);
	return true;
}

/* rows_csv.c - see rows_csv.h. */
#include "rows_csv.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/str.h"

enum { COLUMNS_MAX = 64, FILE_MAX_BYTES = 256 << 20 };

struct reader {
	const char *path, *at, *end;
	int line;
	struct str field; /* the last one read */
	bool quoted;      /* it was in quotes */
	bool last;        /* and is the last of its line */
};

/* The inside of a quoted field; "" is a quote. */
static int read_quoted(struct reader *r, struct err *e)
{
	const int begun = r->line;
	for (r->at++; r->at < r->end; r->at++) {
		if (*r->at == '"' && (r->at + 1 == r->end || r->at[1] != '"')) {
			r->at++;
			return 0;
		}
		r->at += *r->at == '"';
		r->line += *r->at == '\n';
		str_add_bytes(&r->field, r->at, 1);
	}
	return err_set(e, ERR_USAGE, "%s:%d: a quoted field does not end", r->path, begun);
}

static int read_field(struct reader *r, struct err *e)
{
	str_clear(&r->field);
	r->quoted = r->at < r->end && *r->at == '"';
	if (r->quoted && read_quoted(r, e))
		return -1;
	const char *stop = r->at;
	while (stop < r->end && *stop != ',' && *stop != '\n')
		stop++;
	r->last = stop == r->end || *stop == '\n';
	const char *text_end = r->last && stop > r->at && stop[-1] == '\r' ? stop - 1 : stop;
	if (r->quoted && text_end > r->at)
		return err_set(e, ERR_USAGE,
			"%s:%d: something stands behind the end of a quoted field", r->path,
			r->line);
	str_add_bytes(&r->field, r->at, (size_t)(text_end - r->at));
	r->at = stop < r->end ? stop + 1 : stop;
	r->line += r->last;
	return 0;
}

static int read_heading(struct reader *r, char *names[COLUMNS_MAX], int *count, struct err *e)
{
	do {
		if (read_field(r, e))
			return -1;
		if (*count == COLUMNS_MAX)
			return err_set(
				e, ERR_USAGE, "%s: more than %d columns", r->path, COLUMNS_MAX);
		names[*count] = strdup(r->field.s ? r->field.s : "");
		if (!names[(*count)++])
			return err_nomem(e);
	} while (!r->last);
	return 0;
}

static int read_line(struct reader *r, struct rows *out, struct err *e)
{
	const int line = r->line;
	int count = 0;
	do {
		if (read_field(r, e))
			return -1;
		if (count++ == out->column_count)
			break;
		if (r->field.length || r->quoted)
			rows_add_bytes(out, VALUE_TEXT, r->field.length ? r->field.s : "",
				r->field.length);
		else
			rows_add_null(out);
	} while (!r->last);
	if (count != out->column_count)
		return err_set(e, ERR_USAGE, "%s:%d: %s fields than the heading's %d", r->path,
			line, count > out->column_count ? "more" : "fewer", out->column_count);
	return 0;
}

int rows_read_csv(const char *path, struct err *e, struct rows **out)
{
	char *bytes, *names[COLUMNS_MAX];
	size_t length;
	int count = 0;
	*out = NULL;
	if (file_read(path, FILE_MAX_BYTES, &bytes, &length, e))
		return -1;
	struct reader r = { .path = path, .at = bytes, .end = bytes + length, .line = 1 };
	int result = length == 0 ? err_set(e, ERR_USAGE, "%s: empty", path)
				 : read_heading(&r, names, &count, e);
	if (!result && !(*out = rows_new(count, (const char *const *)names)))
		result = err_nomem(e);
	while (!result && r.at < r.end)
		result = read_line(&r, *out, e);
	if (!result && !rows_complete(*out))
		result = err_nomem(e);
	if (result) {
		rows_free(*out);
		*out = NULL;
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	str_free(&r.field);
	free(bytes);
	return result;
}

/* rows_csv.c - see rows_csv.h. */
#include "rows_csv.h"

#include <stdlib.h>
#include <string.h>

#include "../base/csv.h"
#include "../base/file.h"

enum { COLUMNS_MAX = 64, FILE_MAX_BYTES = 256 << 20 };

struct reader {
	const char *path;
	struct csv csv;
	struct csv_field field; /* the last one read */
};

static int read_field(struct reader *r, struct err *e)
{
	if (!csv_next(&r->csv, &r->field))
		return 0;
	return err_set(e, ERR_USAGE,
		"%s:%d: a quoted field does not end, or something stands behind its end", r->path,
		r->field.line);
}

static int read_heading(struct reader *r, char *names[COLUMNS_MAX], int *count, struct err *e)
{
	do {
		if (read_field(r, e))
			return -1;
		if (*count == COLUMNS_MAX)
			return err_set(
				e, ERR_USAGE, "%s: more than %d columns", r->path, COLUMNS_MAX);
		names[*count] = strdup(r->field.text.s ? r->field.text.s : "");
		if (!names[(*count)++])
			return err_nomem(e);
	} while (!r->field.last);
	return 0;
}

static int read_line(struct reader *r, struct rows *out, struct err *e)
{
	const int line = r->csv.line;
	int count = 0;
	do {
		if (read_field(r, e))
			return -1;
		if (count++ == out->column_count)
			break;
		const struct str *text = &r->field.text;
		if (text->length || r->field.quoted)
			rows_add_bytes(out, VALUE_TEXT, text->length ? text->s : "", text->length);
		else
			rows_add_null(out);
	} while (!r->field.last);
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
	struct reader r = { .path = path, .csv = csv_begin(bytes, length) };
	int result = length == 0 ? err_set(e, ERR_USAGE, "%s: empty", path)
				 : read_heading(&r, names, &count, e);
	if (!result && !(*out = rows_new(count, (const char *const *)names)))
		result = err_nomem(e);
	while (!result && r.csv.at < r.csv.end)
		result = read_line(&r, *out, e);
	if (!result && !rows_complete(*out))
		result = err_nomem(e);
	if (result) {
		rows_free(*out);
		*out = NULL;
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	str_free(&r.field.text);
	free(bytes);
	return result;
}

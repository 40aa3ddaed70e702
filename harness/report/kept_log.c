/* kept_log.c - see kept_log.h. */
#include "kept_log.h"

#include <stdlib.h>
#include <zlib.h>

enum {
	DEFLATE_MOST = 1032
}; /* zlib compresses no better than that (zlib.net, technical details) */

static const struct value *cell(const struct rows *r, size_t row, const char *column)
{
	return &r->values[row * (size_t)r->column_count + (size_t)rows_column(r, column)];
}

int kept_log(struct str *out, const struct rows *r, size_t row, struct err *e)
{
	const struct value *stream = cell(r, row, "stream"), *kept = cell(r, row, "kept"),
			   *content = cell(r, row, "content");

	if (stream->kind == VALUE_NULL)
		return 0;
	const bool possible = content->kind == VALUE_BLOB && kept->integer >= 0
		&& (uint64_t)kept->integer / DEFLATE_MOST <= content->length;
	uLongf length = possible ? (uLongf)kept->integer : 0;
	char *text = malloc(length + 1);
	if (!text)
		return err_nomem(e);
	const int code = possible ? uncompress((Bytef *)text, &length, (const Bytef *)content->text,
				 (uLong)content->length)
				  : Z_DATA_ERROR;
	if (code == Z_OK)
		str_add_bytes(out, text, length);
	free(text);
	return code == Z_OK ? 0
			    : err_set(e, ERR_ENVIRONMENT, "the kept %s is damaged", stream->text);
}

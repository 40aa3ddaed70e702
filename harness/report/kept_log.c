/* kept_log.c - see kept_log.h. */
#include "kept_log.h"

#include <stdlib.h>
#include <zlib.h>

enum {
	DEFLATE_MOST = 1032
}; /* zlib compresses no better than that (zlib.net, technical details) */

int kept_log(struct str *out, const struct rows *r, size_t row, struct err *e)
{
	const struct value *stream = rows_named(r, row, "stream"),
			   *kept = rows_named(r, row, "kept"),
			   *content = rows_named(r, row, "content");

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

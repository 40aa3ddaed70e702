/* export_output.c - see export_output.h. */
#include "export_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../base/digest.h"
#include "../base/file.h"
#include "../base/str.h"
#include "../plan/trial_kind.h"
#include "../store/read.h"

enum { BYTES_MAX = 256 << 20 }; /* as many as are kept of an output (run/program_run.c) */

int export_output_check(struct store *s, const char *identity, struct err *e)
{
	const char *const parameters[] = { "trial", identity, NULL };
	struct rows *trial;
	if (store_ask(s, "rerun_trial", parameters, e, &trial))
		return -1;
	const bool networks = trial_kind_of_config(rows_text(trial, 0, 0))->networks;
	rows_free(trial);
	return networks ? 0
			: err_set(e, ERR_USAGE,
				"trial %.12s: a program executed it: name the output to write "
				"(retrial show lists them): retrial export TRIAL OUTPUT -o FILE",
				identity);
}

/* There is no such output: which are there? */
static int refuse(struct store *s, const char *identity, const char *name, struct err *e)
{
	const char *const parameters[] = { "trial", identity, NULL };
	struct str list = { 0 };
	struct rows *outputs;
	if (store_ask(s, "show_outputs", parameters, e, &outputs))
		return -1;
	for (size_t i = 0; i < outputs->row_count; i++)
		str_addf(&list, "%s%s", i ? ", " : "", rows_text(outputs, i, 0));
	rows_free(outputs);
	err_set(e, ERR_USAGE, "trial %.12s has no recorded output '%.200s' (there %s %.500s)",
		identity, name, list.length ? "are:" : "is", list.length ? list.s : "none");
	str_free(&list);
	return -1;
}

/* The content, checked by its digest. *bytes is the caller's. */
static int unpack(
	const struct rows *r, const char *name, char **bytes, size_t *count, struct err *e)
{
	const struct value *content = rows_at(r, 0, 2);
	const int64_t size = rows_integer(r, 0, 0);
	char digest[DIGEST_TEXT] = "";
	*bytes = NULL;
	if (content->kind == VALUE_NULL)
		return err_set(e, ERR_USAGE,
			"output %s: its content was not kept (program: {keep_outputs: true} keeps "
			"those of later trials)",
			name);
	if (size >= 0 && size <= BYTES_MAX && !(*bytes = malloc((size_t)size + 1)))
		return err_nomem(e);
	uLongf length = (uLongf)size;
	if (*bytes
		&& uncompress((Bytef *)*bytes, &length, (const Bytef *)content->text,
			   (uLong)content->length)
			== Z_OK)
		digest_bytes(*bytes, length, digest);
	*count = length;
	if (strcmp(digest, rows_text(r, 0, 1)) == 0)
		return 0;
	free(*bytes);
	return err_set(e, ERR_FAILED, "output %s: its kept content is damaged", name);
}

int export_output(
	struct store *s, const char *identity, const char *name, const char *path, struct err *e)
{
	const char *const parameters[] = { "trial", identity, "path", name, NULL };
	struct rows *r;
	char *bytes;
	size_t count = 0;
	if (store_ask(s, "export_output", parameters, e, &r))
		return -1;
	int result =
		r->row_count ? unpack(r, name, &bytes, &count, e) : refuse(s, identity, name, e);
	if (!result) {
		result = file_write(path, bytes, count, e);
		free(bytes);
	}
	if (!result)
		printf("%s: %zu bytes; output %s of trial %.12s\n", path, count, name, identity);
	rows_free(r);
	return result;
}

/* model_files.c - what was exported. */
#include <math.h>

#include "attempts.h"
#include "store_internal.h"

static int add_model_file(struct store *s, const struct store_model_file *f, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT OR REPLACE INTO model_files (attempt, fold, format, bytes, digest, "
		"test_accuracy)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		e);
	if (!insert)
		return -1;
	bind_integer(insert, 1, f->attempt);
	bind_integer(insert, 2, f->fold);
	bind_text(insert, 3, f->format);
	bind_integer(insert, 4, f->bytes);
	bind_text(insert, 5, f->digest);
	if (!isnan(f->test_accuracy))
		sqlite3_bind_double(insert, 6, f->test_accuracy);
	return statement_run(s, insert, e);
}

int store_model_file(struct store *s, const struct store_model_file *f, struct err *e)
{
	if (transaction_begin(s, e))
		return -1;
	return transaction_end(s, add_model_file(s, f, e), e);
}

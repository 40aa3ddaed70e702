/* robustness.c - results on corrupted test images: the only pieces of a result that come after an
 * attempt's end. */
#include "attempts.h"
#include "store_internal.h"

#include <assert.h>

static int add_output(struct store *s, int64_t attempt, const struct robustness_result *r,
	int output, struct err *e)
{
	sqlite3_stmt *insert = store_statement(s,
		"INSERT INTO robustness (attempt, phase, fold, output, corruption, severity, "
		"count, "
		"test_accuracy) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT DO NOTHING",
		e);
	sqlite3_stmt *same = store_statement(s,
		"SELECT count = ?7 AND test_accuracy = ?8 FROM robustness WHERE attempt = ?1 AND "
		"phase = ?2 AND fold = ?3 AND output = ?4 AND"
		" corruption = ?5 AND severity = ?6",
		e);
	sqlite3_stmt *const both[] = { insert, same };
	if (!insert || !same)
		return -1;
	for (int i = 0; i < 2; i++) {
		bind_integer(both[i], 1, attempt);
		bind_integer(both[i], 2, r->phase);
		bind_integer(both[i], 3, r->fold);
		bind_integer(both[i], 4, output);
		bind_text(both[i], 5, r->corruption);
		sqlite3_bind_double(both[i], 6, r->severity);
		bind_integer(both[i], 7, r->test_count);
		sqlite3_bind_double(both[i], 8, r->test_accuracy[output]);
	}
	int64_t is_same;
	if (statement_run(s, insert, e) || statement_integer(s, same, NULL, &is_same, e))
		return -1;
	if (is_same)
		return 0;
	return err_set(e, ERR_FAILED,
		"%s: attempt %lld, %s %g: another accuracy is recorded than %.9g, which came out "
		"now",
		s->path, (long long)attempt, r->corruption, r->severity, r->test_accuracy[output]);
}

int store_robustness(
	struct store *s, int64_t attempt, const struct robustness_result *r, struct err *e)
{
	assert(r->outputs >= 1 && r->outputs <= OUTPUTS_MAX);
	if (transaction_begin(s, e))
		return -1;
	int result = 0;
	for (int output = 0; result == 0 && output < r->outputs; output++)
		result = add_output(s, attempt, r, output, e);
	return transaction_end(s, result, e);
}

/* status_trials.c - see status_trials.h. */
#include "status_trials.h"

#include <jansson.h>
#include <string.h>

#include "../plan/identity.h"
#include "../plan/trial_kind.h"
#include "../report/format.h"
#include "../report/screen.h"

enum { SILENT_SECONDS = 60 /* a sign of life comes every 20 s at least */, NAMES_MAX = 32 };

static const char gone[] = " (its process may be gone: the next run takes over)";

/* "phase 2 of 4 (unify), fold 3, epoch 4 of 20": what the trial was last heard of, in its
 * configuration's terms. */
static void position_of(const struct rows *r, size_t row, struct str *out)
{
	struct trial t;
	if (rows_named(r, row, "reported")->kind == VALUE_TEXT) {
		str_addf(out, "step %lld: %s", (long long)rows_named(r, row, "step")->integer,
			value_text(rows_named(r, row, "reported")));
		return;
	}
	const int64_t phase = rows_named(r, row, "phase")->integer,
		      fold = rows_named(r, row, "fold")->integer,
		      epoch = rows_named(r, row, "epoch")->integer;
	const bool known =
		trial_from_canonical(value_text(rows_named(r, row, "config")), &t, NULL) == 0;
	if (rows_named(r, row, "phase")->kind == VALUE_NULL) {
		str_add(out, (known ? trial_kind_of_trial(&t) : &trial_kind_core)->silent);
		if (known)
			trial_free(&t);
		return;
	}
	if (!known) {
		str_addf(out, "phase %lld, epoch %lld", (long long)phase + 1, (long long)epoch + 1);
		return;
	}
	if (phase >= 0 && phase < t.phase_count) {
		const struct phase_config *c = &t.phases[phase];
		str_addf(out, "phase %lld of %d (%s)", (long long)phase + 1, t.phase_count,
			phase_kind_name(c->kind));
		if (fold >= 0)
			str_addf(out, ", fold %lld", (long long)fold + 1);
		str_addf(out, ", epoch %lld of %d", (long long)epoch + 1, c->epochs);
	}
	trial_free(&t);
}

/* The names of the labels in the order of the first trial; they point into it. */
static int label_names(json_t *labels, const char *names[NAMES_MAX])
{
	int count = 0;
	const char *name;
	json_t *value;
	json_object_foreach(labels, name, value) if (count < NAMES_MAX) names[count++] = name;
	return count;
}

static void add_running(struct rows *out, const struct rows *r, size_t row)
{
	const double age = rows_named(r, row, "heartbeat_age")->real;
	struct str text = { 0 };
	position_of(r, row, &text);
	rows_add_text(out, text.s);
	str_clear(&text);
	str_addf(&text, "%.0f s", rows_named(r, row, "seconds")->real);
	rows_add_text(out, text.s);
	str_clear(&text);
	str_addf(&text, "%.0f s ago%s", age, age > SILENT_SECONDS ? gone : "");
	rows_add_text(out, text.s);
	str_free(&text);
}

static void add_row(struct rows *out, const struct rows *r, size_t row, const char *const *names,
	int count, bool running)
{
	json_t *labels = json_loads(value_text(rows_named(r, row, "labels")), 0, NULL);
	rows_add_text(out, running ? "running" : value_text(rows_named(r, row, "state")));
	rows_add_bytes(out, VALUE_TEXT, value_text(rows_named(r, row, "trial")),
		strnlen(value_text(rows_named(r, row, "trial")), 12));
	for (int i = 0; i < count; i++)
		rows_add_text(out, json_string_value(json_object_get(labels, names[i])));
	rows_add_value(out, rows_named(r, row, "seed"));
	if (running) {
		add_running(out, r, row);
	} else {
		const char *reason = value_text(rows_named(r, row, "reason"));
		rows_add_bytes(out, VALUE_TEXT, reason, strcspn(reason, "\n"));
	}
	json_decref(labels);
}

/* Indent what the table says. */
static void add_indented(struct str *out, const char *text)
{
	while (*text) {
		const size_t length = strcspn(text, "\n");
		str_addf(out, "  %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static bool is_of(const struct rows *r, size_t row, const char *sweep)
{
	return strcmp(value_text(rows_named(r, row, "sweep")), sweep) == 0;
}

int status_trials(
	struct str *out, const struct rows *r, const char *sweep, bool running, struct err *e)
{
	const char *columns[NAMES_MAX + 8] = { "state", "trial" };
	struct str table = { 0 };
	size_t first = 0;
	while (first < r->row_count && !is_of(r, first, sweep))
		first++;
	if (first == r->row_count)
		return 0;
	json_t *labels = json_loads(value_text(rows_named(r, first, "labels")), 0, NULL);
	const int count = label_names(labels, columns + 2);
	int columns_used = count + 2;
	columns[columns_used++] = "seed";
	columns[columns_used++] = running ? "position" : "reason";
	if (running) {
		columns[columns_used++] = "for";
		columns[columns_used++] = "last heard";
	}
	struct rows *made = rows_new(columns_used, columns);
	for (size_t row = first; made && row < r->row_count; row++)
		if (is_of(r, row, sweep))
			add_row(made, r, row, columns + 2, count, running);
	screen_indent(2);
	const int result = !made || !rows_complete(made)
		? err_nomem(e)
		: format_rows(made, FORMAT_TABLE, &table, e);
	screen_indent(0);
	if (result == 0)
		add_indented(out, table.s);
	rows_free(made);
	json_decref(labels);
	str_free(&table);
	return result;
}

/* show.c - one trial: its plan rows, configuration, result, phases, attempts and the environment of
 * the attempt that counts. */
#include "show.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../store/read.h"
#include "format.h"
#include "screen.h"

int show_find(struct store *s, const char *beginning, char identity[DIGEST_TEXT], struct err *e)
{
	if (beginning[0] == '\0' || beginning[strspn(beginning, "0123456789abcdef")] != '\0')
		return err_set(e, ERR_USAGE,
			"'%s' is no trial: its identity, or how that begins, is expected (retrial "
			"runs lists them)",
			beginning);
	const char *const parameters[] = { "beginning", beginning, NULL };
	struct rows *rows = NULL;
	if (store_ask(s, "trials_beginning", parameters, e, &rows))
		return -1;
	int result = 0;
	if (rows->row_count == 0) {
		result = err_set(e, ERR_USAGE,
			"no trial's identity begins with '%s' (retrial runs lists them)",
			beginning);
	} else if (rows->row_count > 1) {
		result = err_set(e, ERR_USAGE,
			"more than one trial begins with '%s': %.16s, %.16s%s", beginning,
			rows->values[0].text, rows->values[1].text,
			rows->row_count > 2 ? " ..." : "");
	} else {
		snprintf(identity, DIGEST_TEXT, "%s", rows->values[0].text);
	}
	rows_free(rows);
	return result;
}

/* The parts, in the order in which they are shown. A part of one row is shown as names and values.
 */
static const struct part {
	const char *name, *title, *query;
	bool one_row;
} parts[] = {
	{ "trial", "trial", "show_trial", true },
	{ "plans", "in the plans of", "show_plans", false },
	{ "result", "result", "show_result", true },
	{ "phases", "phases", "show_phases", false },
	{ "metrics", "metrics that the program reported", "show_measures", false },
	{ "series", "series that it reported", "show_series", false },
	{ "outputs", "files that it wrote", "show_outputs", false },
	{ "inputs", "what its result depends on", "show_inputs", false },
	{ "logs", "what it printed (retrial log shows it)", "show_logs", false },
	{ "attempts", "attempts", "show_attempts", false },
	{ "latencies", "latency, in microseconds a call", "show_latencies", false },
	{ "tags", "tags", "show_tags", false },
	{ "notes", "notes", "show_notes", false },
	{ "environment",
		"environment of the attempt that counts (the latest done one, else the latest)",
		"show_environment", false },
};

/* One row as two columns of names and values; NULLs are left out. */
static struct rows *upright(const struct rows *in)
{
	static const char *const columns[] = { "name", "value" };
	struct rows *out = rows_new(2, columns);
	for (int c = 0; out && c < in->column_count; c++) {
		const struct value *v = &in->values[c];
		struct str text = { 0 };
		if (v->kind == VALUE_NULL)
			continue;
		if (v->kind == VALUE_REAL)
			format_real(&text, v->real);
		rows_add_text(out, in->columns[c]);
		if (v->kind == VALUE_REAL)
			rows_add_text(out, text.s);
		else if (v->kind == VALUE_INTEGER)
			rows_add_integer(out, v->integer);
		else
			rows_add_bytes(out, v->kind, v->text, v->length);
		str_free(&text);
	}
	return out;
}

static int add_text(
	struct str *out, const struct part *part, const struct rows *rows, struct err *e)
{
	if (rows->row_count == 0)
		return 0;
	str_addf(out, "%s%s\n", out->length ? "\n" : "", part->title);
	struct rows *turned = part->one_row ? upright(rows) : NULL;
	struct str table = { 0 };
	screen_indent(turned ? SCREEN_WHOLE : 2); /* the whole identity of a trial is here */
	int result = part->one_row && !turned
		? err_nomem(e)
		: format_rows(turned ? turned : rows, FORMAT_TABLE, &table, e);
	screen_indent(0);
	/* Indented; the heading "name value" of an upright part says nothing. */
	for (const char *line = result ? "" : table.s; *line;) {
		const size_t length = strcspn(line, "\n");
		if (line != table.s || !turned)
			str_addf(out, "  %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	str_free(&table);
	rows_free(turned);
	return result;
}

static int add_part(struct store *s, const char *identity, const struct part *part, bool json,
	struct str *out, struct err *e)
{
	const char *const parameters[] = { "trial", identity, NULL };
	struct rows *rows = NULL;
	if (store_ask(s, part->query, parameters, e, &rows))
		return -1;
	int result;
	if (json) {
		str_addf(out, "\"%s\": ", part->name);
		result = format_rows(rows, FORMAT_JSON, out, e);
	} else {
		result = add_text(out, part, rows, e);
	}
	rows_free(rows);
	return result;
}

/* The canonical text as it is: it is JSON. */
static int add_config(
	struct store *s, const char *identity, bool json, struct str *out, struct err *e)
{
	const char *const parameters[] = { "trial", identity, NULL };
	struct rows *rows = NULL;
	if (store_ask(s, "trial_config", parameters, e, &rows))
		return -1;
	const char *text =
		rows->row_count && rows->values[0].kind == VALUE_TEXT ? rows->values[0].text : "{}";
	str_addf(out,
		json ? "\"config\": %s"
		     : "\nconfiguration (canonical: values that equal their default are left "
		       "out)\n  %s\n",
		text);
	rows_free(rows);
	return 0;
}

int show_trial(struct store *s, const char *identity, bool json, struct str *out, struct err *e)
{
	if (json)
		str_add(out, "{");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (add_part(s, identity, &parts[i], json, out, e))
			return -1;
		if (json)
			str_add(out, ", ");
	}
	if (add_config(s, identity, json, out, e))
		return -1;
	if (json)
		str_add(out, "}\n");
	return 0;
}

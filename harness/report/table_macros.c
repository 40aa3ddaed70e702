/* table_macros.c - names and values of LaTeX macros. What is computed is in tables.c. */
#include "table_macros.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "metric.h"

/* Letters only, a capital at every beginning of a word. first: whether the first word has one, too.
 */
static void add_name(struct str *out, const char *text, bool first)
{
	static const char *const digits[] = { "Zero", "One", "Two", "Three", "Four", "Five", "Six",
		"Seven", "Eight", "Nine" };
	bool capital = first;

	for (; *text; text++) {
		if (*text >= '0' && *text <= '9') {
			str_add(out, digits[*text - '0']);
			capital = true;
		} else if (isalpha((unsigned char)*text) && (unsigned char)*text < 0x80) {
			const char letter = (char)(capital ? toupper((unsigned char)*text) : *text);
			str_add_bytes(out, &letter, 1);
			capital = false;
		} else {
			capital = true;
		}
	}
}

static void row_name(struct str *out, const struct table *t, const struct table_row *row)
{
	add_name(out, t->spec->id, false);
	for (int k = 0; k < t->spec->row_count; k++)
		add_name(out, row->labels[k], true);
}

/* One macro; value is in the form of the tables and escaped here. Nothing when there is no value.
 */
static void macro(struct str *out, const char *name, const char *ending, const struct str *value)
{
	if (!value->length || !strcmp(value->s, "n/a"))
		return;
	str_addf(out, "\\newcommand{\\%s%s}{", name, ending);
	grid_escape_latex(out, value->s);
	str_add(out, "}\n");
}

static void number(
	struct str *out, const char *name, const char *ending, const struct metric *m, double value)
{
	struct str text = { 0 };

	metric_value(&text, m, value);
	macro(out, name, ending, &text);
	str_free(&text);
}

static void count(struct str *out, const char *name, const char *ending, size_t value)
{
	struct str text = { 0 };

	str_addf(&text, "%zu", value);
	macro(out, name, ending, &text);
	str_free(&text);
}

static void comparison(
	struct str *out, const char *name, const struct metric *m, const struct comparison *c)
{
	struct str text = { 0 };

	if (!c->made)
		return;
	metric_difference(&text, m, c->difference);
	macro(out, name, "Delta", &text);
	str_clear(&text);
	number(out, name, "DeltaLow", m, c->interval.low);
	number(out, name, "DeltaHigh", m, c->interval.high);
	number(out, name, "DeltaBothLow", m, c->both95.low);
	number(out, name, "DeltaBothHigh", m, c->both95.high);
	count(out, name, "Pairs", c->pairs);
	if (!c->tested) {
		str_free(&text);
		return;
	}
	if (!isnan(c->p_adjusted) && c->p_adjusted < 0.001)
		str_add(&text, "< 0.001");
	else if (!isnan(c->p_adjusted))
		str_addf(&text, "%.3f", c->p_adjusted);
	macro(out, name, "P", &text);
	str_free(&text);
}

static void cell(struct str *out, const struct table *t, const struct table_row *row, int column)
{
	const struct cell *c = &row->cells[column];
	const struct metric *m = metric_find(t->study->sweep, t->spec->metrics[column]);
	struct str name = { 0 }, text = { 0 };

	row_name(&name, t, row);
	add_name(&name, t->spec->metrics[column], true);
	number(out, name.s, "Mean", m, c->mean);
	if (m->kind != METRIC_CONSTANT) {
		number(out, name.s, "Sd", m, c->sd);
		number(out, name.s, "Low", m, c->t95.low);
		number(out, name.s, "High", m, c->t95.high);
		count(out, name.s, "N", c->n);
		number(out, name.s, "BcaLow", m, c->bca95.low);
		number(out, name.s, "BcaHigh", m, c->bca95.high);
		number(out, name.s, "Images", m, (c->images95.high - c->images95.low) / 2);
	}
	comparison(out, name.s, m, &c->against);
	if (c->claim) {
		claims_paper_text(&text, c->claim->claim);
		macro(out, name.s, "Paper", &text);
		str_clear(&text);
		claims_verdict_text(&text, c->claim);
		macro(out, name.s, "Verdict", &text);
	}
	str_free(&name);
	str_free(&text);
}

static int check_names(const struct table *t, struct err *e)
{
	for (size_t i = 0; i < t->row_count; i++)
		for (size_t k = 0; k < i; k++) {
			struct str a = { 0 }, b = { 0 };
			row_name(&a, t, &t->rows[i]);
			row_name(&b, t, &t->rows[k]);
			const bool same = a.s && b.s && !strcmp(a.s, b.s);
			if (same)
				err_set(e, ERR_USAGE,
					"table %s: two rows have the same name as a LaTeX macro "
					"(\\%s): rename a label",
					t->spec->id, a.s);
			str_free(&a);
			str_free(&b);
			if (same)
				return -1;
		}
	return 0;
}

int table_macros(struct str *out, const struct table *t, struct err *e)
{
	if (check_names(t, e))
		return -1;
	for (size_t i = 0; i < t->row_count; i++) {
		const struct table_row *row = &t->rows[i];
		str_addf(out, "%% %s", t->study->sweep->name);
		for (int k = 0; k < t->spec->row_count; k++)
			str_addf(out, ", %s = %s", t->spec->rows[k], row->labels[k]);
		str_addf(out, ": %zu of %zu trials\n", row->done, row->planned);
		for (int m = 0; m < t->spec->metric_count; m++)
			cell(out, t, row, m);
	}
	return 0;
}

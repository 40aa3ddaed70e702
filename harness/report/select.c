/* select.c - see select.h. Computes nothing. */
#include "select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/str.h"

enum { CONDITIONS_MAX = 16, KEYS_MAX = 8 };

enum operator{ EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL, LIKE };

struct condition {
	int column;
	bool word; /* one of the column's words is meant (tag=best) */
	enum operator operator;
	struct value value;
};

struct key {
	int column;
	bool largest_first;
};

/* ---- comparing ---- */

/* The number that a value is, or that its text says ("1e-4"). */
static bool number_of(const struct value *v, double *number)
{
	if (v->kind == VALUE_INTEGER || v->kind == VALUE_REAL) {
		*number = v->real;
		return true;
	}
	if (v->kind != VALUE_TEXT || v->length == 0
		|| strspn(v->text, "+-.0123456789eE") != v->length)
		return false;
	char *end;
	*number = strtod(v->text, &end);
	return *end == '\0';
}

/* Numbers come before texts, NULL last. */
static int compare_values(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_NULL || b->kind == VALUE_NULL)
		return (a->kind == VALUE_NULL) - (b->kind == VALUE_NULL);
	double x, y;
	const bool is_a = number_of(a, &x), is_b = number_of(b, &y);
	if (is_a && is_b)
		return (x > y) - (x < y);
	if (is_a || is_b)
		return is_a ? -1 : 1;
	return strcmp(a->text, b->text);
}

static bool compares(const struct condition *c, const struct value *v)
{
	if (v->kind == VALUE_NULL)
		return false;
	const int order = compare_values(v, &c->value);
	switch (c->operator) {
	case EQUAL: return order == 0;
	case NOT_EQUAL: return order != 0;
	case LESS: return order < 0;
	case LESS_EQUAL: return order <= 0;
	case MORE: return order > 0;
	case MORE_EQUAL: return order >= 0;
	case LIKE: return v->kind == VALUE_TEXT && fnmatch(c->value.text, v->text, 0) == 0;
	}
	return false;
}

static bool holds(const struct condition *c, const struct value *v)
{
	if (!c->word || v->kind == VALUE_INTEGER || v->kind == VALUE_REAL)
		return compares(c, v);
	/* tag!=best: no word is "best", also where there is none. */
	struct condition any = *c;
	if (c->operator== NOT_EQUAL)
		any.operator= EQUAL;
	bool found = false;
	for (const char *at = v->kind == VALUE_TEXT ? v->text : ""; *at && !found;
		at += strspn(at, " ")) {
		char word[128];
		const size_t length = strcspn(at, " ");
		snprintf(word, sizeof(word), "%.*s", (int)length, at);
		found = compares(&any,
			&(struct value){
				.kind = VALUE_TEXT, .text = word, .length = strlen(word) });
		at += length;
	}
	return found == (c->operator!= NOT_EQUAL);
}

/* ---- names ---- */

static int unknown_name(const struct rows *r, const char *what, const char *name, struct err *e)
{
	const char *near = str_nearest(name, r->columns, (size_t)r->column_count);
	if (near)
		return err_set(e, ERR_USAGE, "%s: runs have no '%s' (did you mean '%s'?)", what,
			name, near);
	struct str list = { 0 };
	for (int c = 0; c < r->column_count; c++)
		str_addf(&list, "%s%s", c ? ", " : "", r->columns[c]);
	err_set(e, ERR_USAGE, "%s: runs have no '%s' (they have: %s)", what, name, list.s);
	str_free(&list);
	return -1;
}

/* Copies name (length bytes) for the lookup; -1 with e when there is no such column. */
static int find_column(
	const struct rows *r, const char *what, const char *name, size_t length, struct err *e)
{
	char *copy = strndup(name, length);
	if (!copy)
		return err_nomem(e);
	int column = rows_column(r, copy);
	if (column < 0)
		unknown_name(r, what, copy, e);
	free(copy);
	return column;
}

/* A misspelt state finds nothing, which would look like good news. */
static int check_state(const char *text, const char *value, struct err *e)
{
	static const char *const states[] = { "queued", "running", "done", "failed", "diverged",
		"timeout", "interrupted", "skipped" };
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(value, states[i]) == 0)
			return 0;
	return err_set(e, ERR_USAGE,
		"'%s': a state is queued, running, done, failed, diverged, timeout, interrupted or "
		"skipped",
		text);
}

/* Is this the column of the trials' states? A label of that name (a program's parameter) comes
 * before it. */
static bool holds_states(const struct rows *r, int column)
{
	int last = -1;
	for (int c = 0; c < r->column_count; c++)
		if (strcmp(r->columns[c], "state") == 0)
			last = c;
	return column == last;
}

/* What a value cannot be. */
static int check_value(const struct rows *r, const struct selection *s, const char *text,
	const struct condition *c, struct err *e)
{
	double number;
	const char *value = c->value.text;

	if (value[0] && strchr("=<>!~", value[0]))
		return err_set(e, ERR_USAGE,
			"'%s' is no condition: a value begins with '%c'; write NAME=VALUE, or != < "
			"<= "
			"> >= ~ between them",
			text, value[0]);
	if (c->operator!= LIKE && s->numbers[c->column] && !number_of(&c->value, &number))
		return err_set(e, ERR_USAGE,
			"'%s': '%s' is no number, and the column holds numbers", text, value);
	if ((c->operator== EQUAL || c->operator== NOT_EQUAL) && holds_states(r, c->column))
		return check_state(text, value, e);
	return 0;
}

static int parse_condition(const struct rows *r, const struct selection *s, const char *text,
	struct condition *out, struct err *e)
{
	static const struct {
		const char *text;
		enum operator operator;
	} operators[] = {
		{ "!=", NOT_EQUAL },
		{ "<=", LESS_EQUAL },
		{ ">=", MORE_EQUAL },
		{ "=", EQUAL },
		{ "<", LESS },
		{ ">", MORE },
		{ "~", LIKE },
	};
	const size_t name = strcspn(text, "!<>=~");
	for (size_t i = 0; name > 0 && i < sizeof(operators) / sizeof(operators[0]); i++) {
		const size_t length = strlen(operators[i].text);
		if (strncmp(text + name, operators[i].text, length) != 0)
			continue;
		const char *value = text + name + length;
		out->operator= operators[i].operator;
		out->value = (struct value){
			.kind = VALUE_TEXT, .text = value, .length = strlen(value)
		};
		const bool tag = name == 3 && strncmp(text, "tag", 3) == 0;
		out->column = tag ? find_column(r, text, "tags", 4, e)
				  : find_column(r, text, text, name, e);
		if (out->column < 0)
			return -1;
		out->word = tag || s->words[out->column];
		return check_value(r, s, text, out, e);
	}
	return err_set(e, ERR_USAGE,
		"'%s' is no condition: NAME=VALUE, or with != < <= > >= ~ (state=failed, "
		"'lr>=1e-4', 'recipe~paper*')",
		text);
}

/* ---- selecting ---- */

struct line {
	const struct rows *rows;
	size_t row;
	const struct key *keys;
	int key_count;
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	const struct value *row_x = &x->rows->values[x->row * (size_t)x->rows->column_count];
	const struct value *row_y = &y->rows->values[y->row * (size_t)y->rows->column_count];
	for (int k = 0; k < x->key_count; k++) {
		const struct value *v = &row_x[x->keys[k].column], *w = &row_y[x->keys[k].column];
		const int order = compare_values(v, w);
		if (order)
			return x->keys[k].largest_first && v->kind != VALUE_NULL
					&& w->kind != VALUE_NULL
				? -order
				: order;
	}
	return (x->row > y->row) - (x->row < y->row); /* as planned */
}

static int parse_sort(const struct rows *r, const char *sort, struct key keys[KEYS_MAX], int *count,
	struct err *e)
{
	for (*count = 0; sort && *sort;) {
		if (*count == KEYS_MAX)
			return err_set(e, ERR_USAGE, "sort: at most %d names", KEYS_MAX);
		struct key *key = &keys[(*count)++];
		key->largest_first = *sort == '-';
		sort += key->largest_first;
		const size_t length = strcspn(sort, ",");
		key->column = find_column(r, "sort", sort, length, e);
		if (key->column < 0)
			return -1;
		sort += length + (sort[length] == ',');
	}
	return 0;
}

/* Which columns are asked for; those that are shown when none is named. `shown` of them come before
 * the rest. */
static int parse_columns(const struct rows *r, const char *names, size_t shown,
	int columns[SELECT_COLUMNS_MAX], int *count, struct err *e)
{
	*count = 0;
	if (!names || strcmp(names, "all") == 0) {
		for (int c = 0; c < (names ? r->column_count : (int)shown); c++)
			columns[(*count)++] = c;
		return 0;
	}
	while (*names) {
		if (*count == SELECT_COLUMNS_MAX)
			return err_set(
				e, ERR_USAGE, "columns: at most %d names", SELECT_COLUMNS_MAX);
		const size_t length = strcspn(names, ",");
		const int column = find_column(r, "columns", names, length, e);
		if (column < 0)
			return -1;
		columns[(*count)++] = column;
		names += length + (names[length] == ',');
	}
	return *count ? 0 : err_set(e, ERR_USAGE, "columns: names separated by commas, or all");
}

static struct rows *copy_lines(const struct rows *in, const struct line *lines, size_t count,
	const int *columns, int column_count, bool short_identity)
{
	const char *names[SELECT_COLUMNS_MAX];
	for (int c = 0; c < column_count; c++)
		names[c] = in->columns[columns[c]];
	struct rows *out = rows_new(column_count, names);
	for (size_t i = 0; out && i < count; i++) {
		for (int c = 0; c < column_count; c++) {
			struct value v = in->values[lines[i].row * (size_t)in->column_count
				+ (size_t)columns[c]];
			if (columns[c] == 0 && short_identity && v.length > 12)
				v.length = 12;
			rows_add_value(out, &v);
		}
	}
	return out;
}

int select_rows(const struct rows *all, const struct selection *q, struct err *e, struct rows **out)
{
	int columns[SELECT_COLUMNS_MAX], column_count;
	struct condition conditions[CONDITIONS_MAX];
	struct key keys[KEYS_MAX];
	int key_count;
	if (q->condition_count > CONDITIONS_MAX)
		return err_set(e, ERR_USAGE, "at most %d conditions", CONDITIONS_MAX);
	for (size_t i = 0; i < q->condition_count; i++)
		if (parse_condition(all, q, q->conditions[i], &conditions[i], e))
			return -1;
	if (parse_sort(all, q->sort, keys, &key_count, e)
		|| parse_columns(all, q->columns, q->shown, columns, &column_count, e))
		return -1;

	struct line *lines = calloc(all->row_count + 1, sizeof(*lines));
	if (!lines)
		return err_nomem(e);
	size_t count = 0;
	for (size_t r = 0; r < all->row_count; r++) {
		bool wanted = true;
		for (size_t i = 0; wanted && i < q->condition_count; i++)
			wanted = holds(&conditions[i],
				&all->values[r * (size_t)all->column_count
					+ (size_t)conditions[i].column]);
		if (wanted)
			lines[count++] = (struct line){ all, r, keys, key_count };
	}
	if (key_count)
		qsort(lines, count, sizeof(*lines), compare_lines);
	if (q->limit > 0 && count > (size_t)q->limit)
		count = (size_t)q->limit;
	*out = copy_lines(all, lines, count, columns, column_count, q->short_identity);
	free(lines);
	if (*out && rows_complete(*out))
		return 0;
	rows_free(*out);
	return err_nomem(e);
}

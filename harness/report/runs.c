/* runs.c - reads the view `runs`, makes columns of its labels, filters and sorts. Computes nothing. */
#include "runs.h"

#include <fnmatch.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 64, CONDITIONS_MAX = 16, KEYS_MAX = 8 };

static const char runs_sql[] =
	"SELECT trial, sweep, dataset, labels, seed, state, attempts, seconds, test_accuracy, started_at, reason FROM runs ORDER BY"
	" sweep, position";
enum { COLUMN_LABELS = 3 }; /* before it and after it: columns of the result */

enum operator { EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL, LIKE };

struct condition {
	int column;
	enum operator operator;
	struct value value;
};

struct key {
	int column;
	bool largest_first;
};

/* ---- comparing --------------------------------------------------------------------------------------------------------- */

/* The number that a value is, or that its text says ("1e-4"). */
static bool number_of(const struct value *v, double *number)
{
	if (v->kind == VALUE_INTEGER || v->kind == VALUE_REAL) {
		*number = v->real;
		return true;
	}
	if (v->kind != VALUE_TEXT || v->length == 0 || strspn(v->text, "+-.0123456789eE") != v->length) return false;
	char *end;
	*number = strtod(v->text, &end);
	return *end == '\0';
}

/* Numbers come before texts, NULL last. */
static int compare_values(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_NULL || b->kind == VALUE_NULL) return (a->kind == VALUE_NULL) - (b->kind == VALUE_NULL);
	double x, y;
	const bool is_a = number_of(a, &x), is_b = number_of(b, &y);
	if (is_a && is_b) return (x > y) - (x < y);
	if (is_a || is_b) return is_a ? -1 : 1;
	return strcmp(a->text, b->text);
}

static bool holds(const struct condition *c, const struct value *v)
{
	if (v->kind == VALUE_NULL) return false;
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

/* ---- names ------------------------------------------------------------------------------------------------------------- */

static int unknown_name(const struct rows *r, const char *what, const char *name, struct err *e)
{
	const char *near = str_nearest(name, r->columns, (size_t)r->column_count);
	if (near) return err_set(e, ERR_USAGE, "%s: runs have no '%s' (did you mean '%s'?)", what, name, near);
	struct str list = { 0 };
	for (int c = 0; c < r->column_count; c++) str_addf(&list, "%s%s", c ? ", " : "", r->columns[c]);
	err_set(e, ERR_USAGE, "%s: runs have no '%s' (they have: %s)", what, name, list.s);
	str_free(&list);
	return -1;
}

/* Copies name (length bytes) for the lookup; -1 with e when there is no such column. */
static int find_column(const struct rows *r, const char *what, const char *name, size_t length, struct err *e)
{
	char *copy = strndup(name, length);
	if (!copy) return err_nomem(e);
	int column = rows_column(r, copy);
	if (column < 0) unknown_name(r, what, copy, e);
	free(copy);
	return column;
}

static int parse_condition(const struct rows *r, const char *text, struct condition *out, struct err *e)
{
	static const struct { const char *text; enum operator operator; } operators[] = {
		{ "!=", NOT_EQUAL }, { "<=", LESS_EQUAL }, { ">=", MORE_EQUAL }, { "=", EQUAL }, { "<", LESS }, { ">", MORE },
		{ "~", LIKE },
	};
	const size_t name = strcspn(text, "!<>=~");
	for (size_t i = 0; name > 0 && i < sizeof(operators) / sizeof(operators[0]); i++) {
		const size_t length = strlen(operators[i].text);
		if (strncmp(text + name, operators[i].text, length) != 0) continue;
		const char *value = text + name + length;
		out->operator = operators[i].operator;
		out->value = (struct value){ .kind = VALUE_TEXT, .text = value, .length = strlen(value) };
		out->column = find_column(r, text, text, name, e);
		return out->column < 0 ? -1 : 0;
	}
	return err_set(e, ERR_USAGE,
		"'%s' is no condition: NAME=VALUE, or with != < <= > >= ~ (state=failed, 'lr>=1e-4', 'recipe~paper*')", text);
}

/* ---- labels as columns ------------------------------------------------------------------------------------------------- */

/* The names of all labels but dataset, sorted; they point into the parsed objects. */
static int collect_names(json_t *const *labels, size_t count, const char *names[NAMES_MAX])
{
	int used = 0;
	for (size_t i = 0; i < count; i++) {
		const char *name;
		json_t *value;
		json_object_foreach(labels[i], name, value) {
			int at = 0, order = 1;
			while (at < used && (order = strcmp(name, names[at])) > 0) at++;
			if ((at < used && order == 0) || used == NAMES_MAX || strcmp(name, "dataset") == 0) continue;
			memmove(names + at + 1, names + at, (size_t)(used - at) * sizeof(*names));
			names[at] = name;
			used++;
		}
	}
	return used;
}

static void add_value(struct rows *rows, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NULL: rows_add_null(rows); break;
	case VALUE_INTEGER: rows_add_integer(rows, v->integer); break;
	case VALUE_REAL: rows_add_real(rows, v->real); break;
	case VALUE_TEXT:
	case VALUE_BLOB: rows_add_bytes(rows, v->kind, v->text, v->length); break;
	}
}

/* The rows of the view with a column for each label instead of the JSON text. */
static struct rows *spread_labels(const struct rows *in, json_t *const *labels)
{
	const char *names[NAMES_MAX], *columns[NAMES_MAX + 16];
	const int count = collect_names(labels, in->row_count, names);
	int used = 0;
	for (int c = 0; c < in->column_count; c++) {
		if (c != COLUMN_LABELS) columns[used++] = in->columns[c];
		for (int n = 0; c == COLUMN_LABELS && n < count; n++) columns[used++] = names[n];
	}
	struct rows *out = rows_new(used, columns);
	for (size_t r = 0; out && r < in->row_count; r++) {
		for (int c = 0; c < in->column_count; c++) {
			if (c != COLUMN_LABELS) add_value(out, &in->values[r * (size_t)in->column_count + (size_t)c]);
			for (int n = 0; c == COLUMN_LABELS && n < count; n++)
				rows_add_text(out, json_string_value(json_object_get(labels[r], names[n])));
		}
	}
	return out;
}

static struct rows *with_labels(const struct rows *in)
{
	json_t **labels = calloc(in->row_count + 1, sizeof(json_t *));
	if (!labels) return NULL;
	for (size_t r = 0; r < in->row_count; r++) {
		const struct value *v = &in->values[r * (size_t)in->column_count + COLUMN_LABELS];
		labels[r] = v->kind == VALUE_TEXT ? json_loadb(v->text, v->length, 0, NULL) : NULL;
	}
	struct rows *out = spread_labels(in, labels);
	for (size_t r = 0; r < in->row_count; r++) json_decref(labels[r]);
	free(labels);
	return out;
}

/* ---- selecting --------------------------------------------------------------------------------------------------------- */

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
		if (order) return x->keys[k].largest_first && v->kind != VALUE_NULL && w->kind != VALUE_NULL ? -order : order;
	}
	return (x->row > y->row) - (x->row < y->row); /* as planned */
}

static int parse_sort(const struct rows *r, const char *sort, struct key keys[KEYS_MAX], int *count, struct err *e)
{
	for (*count = 0; sort && *sort;) {
		if (*count == KEYS_MAX) return err_set(e, ERR_USAGE, "sort: at most %d names", KEYS_MAX);
		struct key *key = &keys[(*count)++];
		key->largest_first = *sort == '-';
		sort += key->largest_first;
		const size_t length = strcspn(sort, ",");
		key->column = find_column(r, "sort", sort, length, e);
		if (key->column < 0) return -1;
		sort += length + (sort[length] == ',');
	}
	return 0;
}

static struct rows *copy_lines(const struct rows *in, const struct line *lines, size_t count, bool short_identity)
{
	struct rows *out = rows_new(in->column_count, in->columns);
	for (size_t i = 0; out && i < count; i++) {
		for (int c = 0; c < in->column_count; c++) {
			struct value v = in->values[lines[i].row * (size_t)in->column_count + (size_t)c];
			if (c == 0 && short_identity && v.length > 12) v.length = 12;
			add_value(out, &v);
		}
	}
	return out;
}

static int select_lines(const struct rows *all, const struct runs_query *q, struct err *e, struct rows **out)
{
	struct condition conditions[CONDITIONS_MAX];
	struct key keys[KEYS_MAX];
	int key_count;
	if (q->condition_count > CONDITIONS_MAX) return err_set(e, ERR_USAGE, "at most %d conditions", CONDITIONS_MAX);
	for (size_t i = 0; i < q->condition_count; i++)
		if (parse_condition(all, q->conditions[i], &conditions[i], e)) return -1;
	if (parse_sort(all, q->sort, keys, &key_count, e)) return -1;

	struct line *lines = calloc(all->row_count + 1, sizeof(*lines));
	if (!lines) return err_nomem(e);
	size_t count = 0;
	for (size_t r = 0; r < all->row_count; r++) {
		bool wanted = true;
		for (size_t i = 0; wanted && i < q->condition_count; i++)
			wanted = holds(&conditions[i], &all->values[r * (size_t)all->column_count + (size_t)conditions[i].column]);
		if (wanted) lines[count++] = (struct line){ all, r, keys, key_count };
	}
	if (key_count) qsort(lines, count, sizeof(*lines), compare_lines);
	if (q->limit > 0 && count > (size_t)q->limit) count = (size_t)q->limit;
	*out = copy_lines(all, lines, count, q->short_identity);
	free(lines);
	if (*out && rows_complete(*out)) return 0;
	rows_free(*out);
	return err_nomem(e);
}

int runs_read(struct store *s, const struct runs_query *q, struct err *e, struct rows **out)
{
	struct rows *raw = NULL;
	if (store_query(s, runs_sql, NULL, e, &raw)) return -1;
	struct rows *all = with_labels(raw);
	rows_free(raw);
	const int result = all && rows_complete(all) ? select_lines(all, q, e, out) : err_nomem(e);
	rows_free(all);
	return result;
}

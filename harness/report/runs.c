/* runs.c - reads the view `runs`, makes columns of its labels and parameters, filters and sorts.
 * Computes nothing. */
#include "runs.h"

#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/param.h"

enum {
	NAMES_MAX = 64,
	CONDITIONS_MAX = 16,
	KEYS_MAX = 8,
	PARAMS_MAX = 8,
	COLUMNS_MAX = NAMES_MAX + PARAMS_MAX + 32
};

/* Before the labels and after them: columns of the answer. The others are there for those who ask
 * for them; config is last. */
static const char sql_head[] = "SELECT r.trial, r.sweep, r.dataset, r.labels, r.seed, r.state, "
			       "r.attempts, r.seconds, r.test_accuracy, r.started_at,"
			       " r.reason, r.tags";
static const char sql_more[] =
	", r.position, r.model, r.configuration, e.test_accuracy_1, e.test_accuracy_2, "
	"e.val_accuracy, e.test_loss, e.val_loss,"
	" e.epochs, e.params, e.weight_bytes, e.optimizer_bytes, e.macs, e.activation_bytes, "
	"a.cpu_seconds, a.peak_bytes, a.data_variant, t.config"
	" FROM runs AS r JOIN trials AS t ON t.identity = r.trial LEFT JOIN results AS e ON "
	"e.attempt = r.attempt"
	" LEFT JOIN attempts AS a ON a.id = r.attempt";
static const char sql_head_only[] = " FROM runs AS r";
static const char sql_order[] = " ORDER BY r.sweep, r.position";
enum { COLUMN_LABELS = 3, COLUMNS_SHOWN = 12 };

/* Parameters of trials (plan/param.h) that are asked for. */
struct params {
	const struct param *of[PARAMS_MAX];
	int count;
};

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
	if (!c->word)
		return compares(c, v);
	/* tag!=best: no word is "best", also where there is none. */
	struct condition any = *c;
	if (c->operator== NOT_EQUAL)
		any.operator= EQUAL;
	bool found = false;
	for (const char *at = v->kind == VALUE_TEXT ? v->text : ""; *at && !found;
		at += strspn(at, " ")) {
		char word[STORE_TAG_MAX + 1];
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

static int parse_condition(
	const struct rows *r, const char *text, struct condition *out, struct err *e)
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
		out->word = name == 3 && strncmp(text, "tag", 3) == 0;
		out->value = (struct value){
			.kind = VALUE_TEXT, .text = value, .length = strlen(value)
		};
		out->column = out->word ? find_column(r, text, "tags", 4, e)
					: find_column(r, text, text, name, e);
		return out->column < 0 ? -1 : 0;
	}
	return err_set(e, ERR_USAGE,
		"'%s' is no condition: NAME=VALUE, or with != < <= > >= ~ (state=failed, "
		"'lr>=1e-4', 'recipe~paper*')",
		text);
}

/* ---- labels as columns ---- */

/* The names of all labels but dataset, sorted; they point into the parsed objects. */
static int collect_names(json_t *const *labels, size_t count, const char *names[NAMES_MAX])
{
	int used = 0;
	for (size_t i = 0; i < count; i++) {
		const char *name;
		json_t *value;
		json_object_foreach(labels[i], name, value)
		{
			int at = 0, order = 1;
			while (at < used && (order = strcmp(name, names[at])) > 0)
				at++;
			if ((at < used && order == 0) || used == NAMES_MAX
				|| strcmp(name, "dataset") == 0)
				continue;
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

/* A trial's parameter: what its configuration says, or the default, which is left out there. */
static void add_param(struct rows *rows, const struct param *p, const json_t *config)
{
	const json_t *own = json_object_get(config, p->name);
	const char *text = own ? NULL : param_fallback(p, 0);
	const bool number =
		p->type == PARAM_INTEGER || p->type == PARAM_SEED || p->type == PARAM_REAL;
	char *end = NULL;
	const double value = number && text ? strtod(text, &end) : 0;
	if (json_is_integer(own))
		rows_add_integer(rows, json_integer_value(own));
	else if (json_is_real(own))
		rows_add_real(rows, json_real_value(own));
	else if (json_is_string(own))
		rows_add_text(rows, json_string_value(own));
	else if (json_is_boolean(own))
		rows_add_text(rows, json_is_true(own) ? "true" : "false");
	else if (!end || end == text || *end)
		rows_add_text(rows, text);
	else if (p->type == PARAM_REAL && !(p->share && value >= 1))
		rows_add_real(rows, value);
	else
		rows_add_integer(rows, (int64_t)value);
}

static void add_params(struct rows *rows, const struct params *params, const struct value *config)
{
	if (params->count == 0)
		return;
	json_t *root = config->kind == VALUE_TEXT
		? json_loadb(config->text, config->length, 0, NULL)
		: NULL;
	for (int i = 0; i < params->count; i++)
		add_param(rows, params->of[i], root);
	json_decref(root);
}

/* The rows of the view with a column for each label instead of the JSON text, and the parameters
 * instead of the configuration. */
static struct rows *spread_labels(
	const struct rows *in, json_t *const *labels, const struct params *params)
{
	const char *names[NAMES_MAX], *columns[COLUMNS_MAX];
	const int count = collect_names(labels, in->row_count, names),
		  last = in->column_count - (in->column_count > COLUMNS_SHOWN);
	int used = 0;
	for (int c = 0; c < last; c++) {
		if (c != COLUMN_LABELS)
			columns[used++] = in->columns[c];
		for (int n = 0; c == COLUMN_LABELS && n < count; n++)
			columns[used++] = names[n];
	}
	for (int i = 0; i < params->count; i++)
		columns[used++] = params->of[i]->name;
	struct rows *out = rows_new(used, columns);
	for (size_t r = 0; out && r < in->row_count; r++) {
		const struct value *row = &in->values[r * (size_t)in->column_count];
		for (int c = 0; c < last; c++) {
			if (c != COLUMN_LABELS)
				add_value(out, &row[c]);
			for (int n = 0; c == COLUMN_LABELS && n < count; n++)
				rows_add_text(out,
					json_string_value(json_object_get(labels[r], names[n])));
		}
		add_params(out, params, &row[in->column_count - 1]);
	}
	return out;
}

static struct rows *with_labels(const struct rows *in, const struct params *params)
{
	json_t **labels = calloc(in->row_count + 1, sizeof(json_t *));
	if (!labels)
		return NULL;
	for (size_t r = 0; r < in->row_count; r++) {
		const struct value *v = &in->values[r * (size_t)in->column_count + COLUMN_LABELS];
		labels[r] = v->kind == VALUE_TEXT ? json_loadb(v->text, v->length, 0, NULL) : NULL;
	}
	struct rows *out = spread_labels(in, labels, params);
	for (size_t r = 0; r < in->row_count; r++)
		json_decref(labels[r]);
	free(labels);
	return out;
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
static int parse_columns(const struct rows *r, const char *names, int shown,
	int columns[COLUMNS_MAX], int *count, struct err *e)
{
	*count = 0;
	if (!names || strcmp(names, "all") == 0) {
		for (int c = 0; c < (names ? r->column_count : shown); c++)
			columns[(*count)++] = c;
		return 0;
	}
	while (*names) {
		if (*count == COLUMNS_MAX)
			return err_set(e, ERR_USAGE, "columns: at most %d names", COLUMNS_MAX);
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
	const char *names[COLUMNS_MAX];
	for (int c = 0; c < column_count; c++)
		names[c] = in->columns[columns[c]];
	struct rows *out = rows_new(column_count, names);
	for (size_t i = 0; out && i < count; i++) {
		for (int c = 0; c < column_count; c++) {
			struct value v = in->values[lines[i].row * (size_t)in->column_count
				+ (size_t)columns[c]];
			if (columns[c] == 0 && short_identity && v.length > 12)
				v.length = 12;
			add_value(out, &v);
		}
	}
	return out;
}

static int select_lines(const struct rows *all, const struct runs_query *q, int shown,
	struct err *e, struct rows **out)
{
	int columns[COLUMNS_MAX], column_count;
	struct condition conditions[CONDITIONS_MAX];
	struct key keys[KEYS_MAX];
	int key_count;
	if (q->condition_count > CONDITIONS_MAX)
		return err_set(e, ERR_USAGE, "at most %d conditions", CONDITIONS_MAX);
	for (size_t i = 0; i < q->condition_count; i++)
		if (parse_condition(all, q->conditions[i], &conditions[i], e))
			return -1;
	if (parse_sort(all, q->sort, keys, &key_count, e)
		|| parse_columns(all, q->columns, shown, columns, &column_count, e))
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

/* ---- what has to be read ---- */

typedef void take_name(void *context, const char *name, size_t length);

/* Every name that the query mentions. */
static void for_each_name(const struct runs_query *q, take_name *take, void *context)
{
	for (size_t i = 0; i < q->condition_count; i++)
		take(context, q->conditions[i], strcspn(q->conditions[i], "!<>=~"));
	const char *const lists[] = { q->sort, q->columns };
	for (int k = 0; k < 2; k++) {
		for (const char *at = lists[k]; at && *at; at += *at == ',') {
			at += k == 0 && *at == '-';
			take(context, at, strcspn(at, ","));
			at += strcspn(at, ",");
		}
	}
}

struct missing {
	const struct rows *rows;
	bool any;
	struct params params;
};

/* Is the name no column yet? It may be a parameter. */
static void note_missing(void *context, const char *name, size_t length)
{
	struct missing *m = context;
	char copy[64];
	snprintf(copy, sizeof(copy), "%.*s", (int)length, name);
	if (rows_column(m->rows, copy) >= 0 || strcmp(copy, "tag") == 0)
		return;
	m->any = true;
	const struct param *p = param_find(SCOPE_TRIAL, copy);
	const bool single = p
		&& (p->type == PARAM_INTEGER || p->type == PARAM_SEED || p->type == PARAM_REAL
			|| p->type == PARAM_BOOL || p->type == PARAM_ENUM || p->type == PARAM_TEXT);
	for (int i = 0; i < m->params.count; i++)
		if (m->params.of[i] == p)
			return;
	if (single && m->params.count < PARAMS_MAX)
		m->params.of[m->params.count++] = p;
}

static int read_rows(
	struct store *s, bool more, const struct params *params, struct rows **out, struct err *e)
{
	struct str sql = { 0 };
	struct rows *raw = NULL;
	str_addf(&sql, "%s%s%s", sql_head, more ? sql_more : sql_head_only, sql_order);
	const int result = store_query(s, sql.s, NULL, e, &raw);
	str_free(&sql);
	if (result)
		return -1;
	*out = with_labels(raw, params);
	rows_free(raw);
	return *out && rows_complete(*out) ? 0 : err_nomem(e);
}

int runs_read(struct store *s, const struct runs_query *q, struct err *e, struct rows **out)
{
	struct rows *all = NULL;
	struct missing missing = { 0 };
	int result = read_rows(s, false, &missing.params, &all, e);
	const int shown = result ? 0 : all->column_count;
	if (result == 0) {
		missing.rows = all;
		for_each_name(q, note_missing, &missing);
		if (missing.any) {
			rows_free(all);
			all = NULL;
			result = read_rows(s, true, &missing.params, &all, e);
		}
	}
	if (result == 0)
		result = select_lines(all, q, shown, e, out);
	rows_free(all);
	return result;
}

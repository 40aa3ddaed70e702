/* runs.c - reads the plan rows, makes columns of their labels, of the metrics of programs and of
 * the parameters that are asked for, and has them selected (select.h). Computes nothing. */
#include "runs.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/param.h"
#include "../plan/parameters.h"
#include "../store/read.h"
#include "select.h"

enum {
	NAMES_MAX = 64, /* labels */
	PARAMS_MAX = 16,
	MEASURES_MAX = 48, /* metrics of programs */
	COLUMNS_MAX = NAMES_MAX + PARAMS_MAX + MEASURES_MAX + 40,
	COLUMN_LABELS = 3,
	COLUMN_RESULT = 8, /* after it come the metrics of programs */
	COLUMNS_SHOWN = 12
};
_Static_assert((int)COLUMNS_MAX <= (int)SELECT_COLUMNS_MAX, "all columns can be asked for");

/* Columns of the plan rows that hold no numbers. */
static const char *const texts[] = { "trial", "sweep", "dataset", "labels", "state", "started_at",
	"reason", "tags", "model", "configuration", "data_variant" };

/* A parameter that is a column: of the trial or of one phase, or of all phases that have it. */
struct param_column {
	char name[PARAMETER_NAME_MAX]; /* as it was asked for, or the label's */
	bool of_phases;
	bool numbers;
	struct value *values; /* one a plan row; texts owned by `from` and by `joined` */
	struct rows *from;
	struct str *joined; /* of phases: one a plan row; NULL otherwise */
};

/* A metric of programs, as a column. */
struct measure_column {
	const char *name;     /* owned by table.measured */
	struct value *values; /* one a plan row */
};

/* The table under way. */
struct table {
	struct store *store;
	struct rows *raw;             /* the answer of runs.sql or runs_all.sql */
	json_t **labels;              /* of every row */
	size_t *by_trial;             /* rows in the order of their trials */
	const char *names[NAMES_MAX]; /* of labels */
	int name_count;
	struct param_column params[PARAMS_MAX];
	int param_count;
	struct rows *measured; /* trial, metric, value; sorted by metric */
	struct measure_column measures[MEASURES_MAX];
	int measure_count;
	char *trials; /* of a page: its trials as a JSON array; NULL: all rows are here */
	bool words[COLUMNS_MAX], numbers[COLUMNS_MAX];
};

static const struct value *raw_value(const struct table *t, size_t row, int column)
{
	return &t->raw->values[row * (size_t)t->raw->column_count + (size_t)column];
}

static const char *trial_of(const struct table *t, size_t row)
{
	const struct value *v = raw_value(t, row, 0);
	return v->kind == VALUE_TEXT ? v->text : "";
}

/* ---- labels ---- */

/* The names of all labels but dataset, sorted; they point into the parsed objects. */
static void collect_names(struct table *t)
{
	for (size_t i = 0; i < t->raw->row_count; i++) {
		const char *name;
		json_t *value;
		json_object_foreach(t->labels[i], name, value)
		{
			int at = 0, order = 1;
			while (at < t->name_count && (order = strcmp(name, t->names[at])) > 0)
				at++;
			if ((at < t->name_count && order == 0) || t->name_count == NAMES_MAX
				|| strcmp(name, "dataset") == 0)
				continue;
			memmove(t->names + at + 1, t->names + at,
				(size_t)(t->name_count - at) * sizeof(*t->names));
			t->names[at] = name;
			t->name_count++;
		}
	}
}

static int read_labels(struct table *t, struct err *e)
{
	t->labels = calloc(t->raw->row_count + 1, sizeof(json_t *));
	if (!t->labels)
		return err_nomem(e);
	for (size_t r = 0; r < t->raw->row_count; r++) {
		const struct value *v = raw_value(t, r, COLUMN_LABELS);
		t->labels[r] =
			v->kind == VALUE_TEXT ? json_loadb(v->text, v->length, 0, NULL) : NULL;
	}
	collect_names(t);
	return 0;
}

static int find_label(const struct table *t, const char *name)
{
	for (int i = 0; i < t->name_count; i++)
		if (strcmp(t->names[i], name) == 0)
			return i;
	return -1;
}

/* ---- parameters ---- */

static int by_trial(const void *a, const void *b, void *table)
{
	const struct table *t = table;
	return strcmp(trial_of(t, *(const size_t *)a), trial_of(t, *(const size_t *)b));
}

/* The first place in by_trial whose trial is this one, or the number of rows. */
static size_t first_of(const struct table *t, const char *trial)
{
	size_t low = 0, high = t->raw->row_count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (strcmp(trial_of(t, t->by_trial[middle]), trial) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int sort_by_trial(struct table *t, struct err *e)
{
	if (t->by_trial)
		return 0;
	t->by_trial = calloc(t->raw->row_count + 1, sizeof(*t->by_trial));
	if (!t->by_trial)
		return err_nomem(e);
	for (size_t i = 0; i < t->raw->row_count; i++)
		t->by_trial[i] = i;
	qsort_r(t->by_trial, t->raw->row_count, sizeof(*t->by_trial), by_trial, t);
	return 0;
}

/* The same value in another phase counts once. */
static void join_word(struct str *words, const struct value *text)
{
	for (const char *at = words->s; at && *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == text->length && memcmp(at, text->text, text->length) == 0)
			return;
	str_addf(words, "%s%s", words->length ? " " : "", text->text);
}

/* Row `row` of p->from is of this plan row. */
static void take_value(struct param_column *p, size_t row, size_t plan_row)
{
	const struct value *number = &p->from->values[3 * row + 1], *text = number + 1;
	if (text->kind != VALUE_TEXT)
		return;
	const bool numeric = number->kind == VALUE_REAL || number->kind == VALUE_INTEGER;
	p->numbers |= numeric;
	if (!p->of_phases) {
		p->values[plan_row] = numeric ? *number : *text;
		return;
	}
	struct str *words = &p->joined[plan_row];
	join_word(words, text);
	p->values[plan_row] = strchr(words->s, ' ')
		? (struct value){ .kind = VALUE_TEXT, .text = words->s, .length = words->length }
		: numeric ? *number
			  : *text;
}

static int read_param(struct table *t, struct param_column *p, const char *name, struct err *e)
{
	const char *const parameters[] = { "name", name, t->trials ? "trials" : NULL, t->trials,
		NULL };
	p->values = calloc(t->raw->row_count + 1, sizeof(*p->values));
	p->joined = p->of_phases ? calloc(t->raw->row_count + 1, sizeof(*p->joined)) : NULL;
	if (!p->values || (p->of_phases && !p->joined))
		return err_nomem(e);
	if (sort_by_trial(t, e)
		|| store_ask(t->store,
			p->of_phases        ? "parameter_of_phases"
				: t->trials ? "runs_page_parameter"
					    : "parameter",
			parameters, e, &p->from))
		return -1;
	for (size_t i = 0; i < p->from->row_count; i++) {
		const struct value *trial = &p->from->values[3 * i];
		if (trial->kind != VALUE_TEXT)
			continue;
		for (size_t k = first_of(t, trial->text); k < t->raw->row_count
			&& strcmp(trial_of(t, t->by_trial[k]), trial->text) == 0;
			k++)
			take_value(p, i, t->by_trial[k]);
	}
	return 0;
}

/* Is there a parameter of this name? (A program may have parameters that param.h does not know.) */
static bool has_values(const struct param_column *p)
{
	return p->from && p->from->row_count > 0;
}

static void free_param(struct param_column *p, size_t rows)
{
	for (size_t i = 0; p->joined && i < rows; i++)
		str_free(&p->joined[i]);
	free(p->joined);
	free(p->values);
	rows_free(p->from);
	*p = (struct param_column){ 0 };
}

static const struct param_column *find_param(const struct table *t, const char *name)
{
	for (int i = 0; i < t->param_count; i++)
		if (strcmp(t->params[i].name, name) == 0)
			return &t->params[i];
	return NULL;
}

/* Make the parameter that this means a column, unless it is one. A label that is no parameter's own
 * name comes before a parameter of phases without the phase (lr). */
static int add_param(struct table *t, const char *asked, struct err *e)
{
	char name[PARAMETER_NAME_MAX];
	if (find_param(t, asked) || t->param_count == PARAMS_MAX)
		return 0;
	struct param_column *p = &t->params[t->param_count];
	*p = (struct param_column){ 0 };
	snprintf(p->name, sizeof(p->name), "%s", asked);
	parameters_name(asked, name);
	int result = read_param(t, p, name, e);
	if (!result && !has_values(p) && find_label(t, asked) < 0
		&& parameters_of_phases(asked, name)) {
		free_param(p, t->raw->row_count);
		snprintf(p->name, sizeof(p->name), "%s", asked);
		p->of_phases = true;
		result = read_param(t, p, name, e);
	}
	if (result || !has_values(p))
		free_param(p, t->raw->row_count);
	else
		t->param_count++;
	return result;
}

/* ---- metrics of programs ---- */

static void take_measure(struct table *t, struct value *values, size_t row)
{
	const struct value *v = &t->measured->values[3 * row];
	for (size_t k = first_of(t, v[0].text);
		k < t->raw->row_count && strcmp(trial_of(t, t->by_trial[k]), v[0].text) == 0; k++)
		values[t->by_trial[k]] = v[2];
}

/* A column for each metric that the file of any sweep declares, unless a label has its name. */
static int add_measures(struct table *t, struct err *e)
{
	const char *const page[] = { "trials", t->trials, NULL };
	if (store_ask(t->store, t->trials ? "runs_page_measures" : "runs_measures",
		    t->trials ? page : NULL, e, &t->measured))
		return -1;
	for (size_t i = 0, end; i < t->measured->row_count; i = end) {
		const char *name = t->measured->values[3 * i + 1].text;
		end = i + 1;
		while (end < t->measured->row_count
			&& strcmp(t->measured->values[3 * end + 1].text, name) == 0)
			end++;
		if (t->measure_count == MEASURES_MAX || find_label(t, name) >= 0)
			continue;
		if (sort_by_trial(t, e))
			return -1;
		struct measure_column *m = &t->measures[t->measure_count];
		m->name = name;
		m->values = calloc(t->raw->row_count + 1, sizeof(*m->values));
		if (!m->values)
			return err_nomem(e);
		t->measure_count++;
		for (; i < end; i++)
			take_measure(t, m->values, i);
	}
	return 0;
}

static bool is_measure(const struct table *t, const char *name)
{
	for (int i = 0; i < t->measure_count; i++)
		if (strcmp(t->measures[i].name, name) == 0)
			return true;
	return false;
}

/* ---- the columns ---- */

static bool is_text(const char *column)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(texts[i], column) == 0)
			return true;
	return false;
}

/* Is this column of the plan rows also a metric ("macs")? There is one column then, that of the
 * metric; older trials have only the value of the plan row. */
static bool is_twice(const struct table *t, int column)
{
	return column >= COLUMNS_SHOWN && is_measure(t, t->raw->columns[column]);
}

/* Name the columns: those of the plan rows with one for each label in the place of `labels` and one
 * for each metric of programs after test_accuracy, then the parameters that are no labels. *shown:
 * those that are not asked for by name. */
static int name_columns(struct table *t, const char *columns[COLUMNS_MAX], size_t *shown)
{
	int used = 0;
	for (int c = 0; c < t->raw->column_count; c++) {
		for (int n = 0; c == COLUMN_LABELS && n < t->name_count; n++) {
			const struct param_column *p = find_param(t, t->names[n]);
			t->numbers[used] = p && p->numbers;
			columns[used++] = t->names[n];
		}
		if (c == COLUMN_LABELS || is_twice(t, c))
			continue;
		t->numbers[used] = !is_text(t->raw->columns[c]);
		columns[used++] = t->raw->columns[c];
		for (int m = 0; c == COLUMN_RESULT && m < t->measure_count; m++) {
			t->numbers[used] = true;
			columns[used++] = t->measures[m].name;
		}
		if (c == COLUMNS_SHOWN - 1)
			*shown = (size_t)used;
	}
	for (int i = 0; i < t->param_count; i++) {
		if (find_label(t, t->params[i].name) >= 0)
			continue;
		t->numbers[used] = t->params[i].numbers;
		t->words[used] = t->params[i].of_phases;
		columns[used++] = t->params[i].name;
	}
	return used;
}

static void add_measure(
	const struct table *t, const struct measure_column *m, size_t row, struct rows *out)
{
	const int twice = rows_column(t->raw, m->name);
	const bool missing = m->values[row].kind == VALUE_NULL;
	rows_add_value(out,
		missing && twice >= COLUMNS_SHOWN ? raw_value(t, row, twice) : &m->values[row]);
}

static void add_row(const struct table *t, size_t row, struct rows *out)
{
	for (int c = 0; c < t->raw->column_count; c++) {
		for (int n = 0; c == COLUMN_LABELS && n < t->name_count; n++) {
			const struct param_column *p = find_param(t, t->names[n]);
			if (p)
				rows_add_value(out, &p->values[row]);
			else
				rows_add_text(out,
					json_string_value(
						json_object_get(t->labels[row], t->names[n])));
		}
		if (c != COLUMN_LABELS && !is_twice(t, c))
			rows_add_value(out, raw_value(t, row, c));
		for (int m = 0; c == COLUMN_RESULT && m < t->measure_count; m++)
			add_measure(t, &t->measures[m], row, out);
	}
	for (int i = 0; i < t->param_count; i++)
		if (find_label(t, t->params[i].name) < 0)
			rows_add_value(out, &t->params[i].values[row]);
}

static struct rows *make_rows(struct table *t, size_t *shown)
{
	const char *columns[COLUMNS_MAX];
	struct rows *out = rows_new(name_columns(t, columns, shown), columns);
	for (size_t r = 0; out && r < t->raw->row_count; r++)
		add_row(t, r, out);
	if (out && rows_complete(out))
		return out;
	rows_free(out);
	return NULL;
}

/* ---- what is asked for ---- */

typedef int take_name(struct table *t, const char *name, struct err *e);

static int take_copy(
	struct table *t, take_name *take, const char *name, size_t length, struct err *e)
{
	char copy[PARAMETER_NAME_MAX];
	if (length >= sizeof(copy))
		return 0; /* no column has such a name: select_rows will say so */
	snprintf(copy, sizeof(copy), "%.*s", (int)length, name);
	return take(t, copy, e);
}

/* Every name that the query mentions. */
static int for_each_name(
	struct table *t, const struct runs_query *q, take_name *take, struct err *e)
{
	const char *const lists[] = { q->sort, q->columns };
	for (size_t i = 0; i < q->condition_count; i++)
		if (take_copy(t, take, q->conditions[i], strcspn(q->conditions[i], "!<>=~"), e))
			return -1;
	for (int k = 0; k < 2; k++) {
		for (const char *at = lists[k]; at && *at; at += *at == ',') {
			at += k == 0 && *at == '-';
			if (take_copy(t, take, at, strcspn(at, ","), e))
				return -1;
			at += strcspn(at, ",");
		}
	}
	return 0;
}

/* Is it no column that is there anyway? Returns 1 then. */
static int is_more(struct table *t, const char *name, struct err *e)
{
	(void)e;
	return rows_column(t->raw, name) < 0 && find_label(t, name) < 0 && !is_measure(t, name)
		&& strcmp(name, "tag") != 0;
}

static int ask_param(struct table *t, const char *name, struct err *e)
{
	return rows_column(t->raw, name) < 0 && !is_measure(t, name) ? add_param(t, name, e) : 0;
}

/* Labels whose name is a parameter's have its resolved value also where a sweep does not vary it.
 */
static int add_labels(struct table *t, struct err *e)
{
	for (int i = 0; i < t->name_count; i++) {
		const struct param *p = param_find(SCOPE_TRIAL, t->names[i]);
		const bool parameter = strchr(t->names[i], '.') || (p && p->type != PARAM_NAMED);
		if (parameter && add_param(t, t->names[i], e))
			return -1;
	}
	return 0;
}

static int read_table(struct table *t, const char *query, struct err *e)
{
	return store_ask(t->store, query, NULL, e, &t->raw) || read_labels(t, e)
			|| add_measures(t, e)
		? -1
		: 0;
}

/* The rows of a page, and which trials they are. */
static int read_page(struct table *t, const struct runs_query *q, struct err *e)
{
	char limit[32], from[32];
	snprintf(limit, sizeof(limit), "%ld", q->limit);
	snprintf(from, sizeof(from), "%ld", q->from);
	if (store_ask(t->store, "runs_page",
		    (const char *const[]){ "limit", limit, "from", from, NULL }, e, &t->raw))
		return -1;
	json_t *trials = json_array();
	for (size_t i = 0; trials && i < t->raw->row_count; i++)
		json_array_append_new(trials, json_string(trial_of(t, i)));
	t->trials = trials ? json_dumps(trials, JSON_COMPACT) : NULL;
	json_decref(trials);
	if (!t->trials)
		return err_nomem(e);
	return read_labels(t, e) || add_measures(t, e) ? -1 : 0;
}

static void free_table(struct table *t)
{
	const size_t rows = t->raw ? t->raw->row_count : 0;
	for (size_t r = 0; t->labels && r < rows; r++)
		json_decref(t->labels[r]);
	free(t->labels);
	free(t->by_trial);
	free(t->trials);
	for (int i = 0; i < t->param_count; i++)
		free_param(&t->params[i], rows);
	for (int i = 0; i < t->measure_count; i++)
		free(t->measures[i].values);
	rows_free(t->measured);
	rows_free(t->raw);
	*t = (struct table){ .store = t->store };
}

/* An unknown name may be a misspelt parameter. */
static int suggest_params(struct table *t, struct err *e)
{
	static const char says[] = "runs have no '";
	const char *list[512];
	size_t count = 0;
	const char *word = strstr(e->text, says);
	struct rows *names = NULL;
	if (!word || strstr(word, "did you mean")
		|| store_ask(t->store, "parameter_names", NULL, e, &names))
		return -1;
	const int before = (int)(word - e->text);
	word += sizeof(says) - 1;
	char *copy = strndup(word, strcspn(word, "'")), *prefix = strndup(e->text, (size_t)before);
	for (size_t i = 0; i < names->row_count && count < sizeof(list) / sizeof(*list); i++)
		if (names->values[i].kind == VALUE_TEXT)
			list[count++] = names->values[i].text;
	const char *near = copy && prefix ? str_nearest(copy, list, count) : NULL;
	if (near)
		err_set(e, ERR_USAGE, "%s%s%s' (did you mean the parameter '%s'?)", prefix, says,
			copy, near);
	free(copy);
	free(prefix);
	rows_free(names);
	return -1;
}

int runs_read(struct store *s, const struct runs_query *q, struct err *e, struct rows **out)
{
	struct table t = { .store = s };
	struct rows *all = NULL;
	struct selection selection = { .conditions = q->conditions,
		.condition_count = q->condition_count,
		.sort = q->sort,
		.columns = q->columns,
		.limit = q->limit,
		.short_identity = q->short_identity };
	int result = q->page ? read_page(&t, q, e) : read_table(&t, "runs", e);
	if (!result && for_each_name(&t, q, is_more, e)) {
		free_table(&t);
		result = read_table(&t, "runs_all", e);
	}
	if (!result)
		result = add_labels(&t, e) || for_each_name(&t, q, ask_param, e) ? -1 : 0;
	if (!result) {
		all = make_rows(&t, &selection.shown);
		result = all ? 0 : err_nomem(e);
	}
	selection.words = t.words;
	selection.numbers = t.numbers;
	if (!result && select_rows(all, &selection, e, out))
		result = suggest_params(&t, e);
	rows_free(all);
	free_table(&t);
	return result;
}

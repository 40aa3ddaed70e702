/* page_sweep.c - one sweep: its progress, a metric against a parameter, parallel coordinates, and
 * where its runs and its report are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../report/cells.h"
#include "../report/html.h"
#include "../report/runs.h"
#include "../report/stats.h"
#include "chart.h"
#include "page.h"

enum {
	LABELS_SHOWN = CHART_AXES_MAX - 1,
	VALUES_MAX = 64, /* different values of a label that are told apart */
	LINES_MAX = 2000,
	SERIES_MAX = 12,
	BAND_SD_MIN = 5,
};

/* A label of the plan and its different values, numbers in their order. */
struct axis {
	const char *name;
	int column;
	const struct value *values[VALUES_MAX];
	const char *texts[VALUES_MAX]; /* of them; in `written` where they are numbers */
	char written[VALUES_MAX][32];
	double numbers[VALUES_MAX];
	size_t count;
	bool numeric, geometric;
	bool crowded; /* more values than are told apart: the lists above have the first ones */
};

struct sweep_page {
	struct rows *runs;   /* trial, sweep, dataset, labels ..., seed, state ... */
	struct rows *metric; /* the same rows with the metric: runs, or trial and the metric */
	const char *name;    /* of the metric */
	struct axis axes[LABELS_SHOWN];
	size_t axis_count;
};

static const struct value *run_value(const struct sweep_page *p, size_t row, int column)
{
	return &p->runs->values[row * (size_t)p->runs->column_count + (size_t)column];
}

static double metric_value(const struct sweep_page *p, size_t row)
{
	const struct value *v = rows_named(p->metric, row, p->name);

	return v->kind == VALUE_REAL || v->kind == VALUE_INTEGER ? v->real : NAN;
}

/* A number, also one that stands in a text. */
static bool read_number(const struct value *v, double *out)
{
	char *end;

	*out = v->real;
	if (v->kind == VALUE_INTEGER || v->kind == VALUE_REAL)
		return isfinite(*out);
	if (v->kind != VALUE_TEXT)
		return false;
	*out = strtod(v->text, &end);
	return end != v->text && !*end && isfinite(*out);
}

static bool same(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_TEXT || b->kind == VALUE_TEXT)
		return a->kind == b->kind && !strcmp(a->text, b->text);
	return a->kind == b->kind && a->real == b->real;
}

static size_t value_index(const struct axis *a, const struct value *v)
{
	size_t i = 0;

	while (i < a->count && !same(a->values[i], v))
		i++;
	return i;
}

static int by_number(const void *a, const void *b)
{
	double x = 0, y = 0;

	read_number(*(const struct value *const *)a, &x);
	read_number(*(const struct value *const *)b, &y);
	return (x > y) - (x < y);
}

static void write_texts(struct axis *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct value *v = a->values[i];
		if (v->kind != VALUE_TEXT)
			snprintf(a->written[i], sizeof(a->written[i]), "%.10g", v->real);
		a->texts[i] = v->kind == VALUE_TEXT ? v->text : a->written[i];
	}
}

/* Also of the numbers that are not told apart. */
static bool all_above_zero(const struct sweep_page *p, const struct axis *a)
{
	for (size_t i = 0; i < p->runs->row_count; i++) {
		double number;
		if (read_number(run_value(p, i, a->column), &number) && number <= 0)
			return false;
	}
	return true;
}

static void read_axis(struct sweep_page *p, struct axis *a)
{
	bool numbers = true;
	for (size_t i = 0; i < p->runs->row_count; i++) {
		const struct value *v = run_value(p, i, a->column);
		double number;
		if (v->kind == VALUE_NULL || value_index(a, v) < a->count)
			continue;
		numbers = numbers && read_number(v, &number);
		if (a->count == VALUES_MAX)
			a->crowded = true;
		else
			a->values[a->count++] = v;
	}
	a->numeric = a->count > 0 && numbers;
	for (size_t i = 0; i < a->count; i++)
		a->numeric = read_number(a->values[i], &a->numbers[i]) && a->numeric;
	if (a->numeric) {
		qsort(a->values, a->count, sizeof(a->values[0]), by_number);
		for (size_t i = 0; i < a->count; i++)
			read_number(a->values[i], &a->numbers[i]);
		a->geometric = cells_geometric(a->numbers, a->count) && all_above_zero(p, a);
	}
	write_texts(a);
}

/* Labels stand between "sweep" and "seed"; those with one value tell nothing. */
static void find_axes(struct sweep_page *p)
{
	const int from = rows_column(p->runs, "sweep") + 1, to = rows_column(p->runs, "seed");

	for (int c = from; c < to && p->axis_count < LABELS_SHOWN; c++) {
		struct axis *a = &p->axes[p->axis_count];
		*a = (struct axis){ .name = p->runs->columns[c], .column = c };
		read_axis(p, a);
		p->axis_count += a->count > 1;
	}
}

/* ---- metric against a parameter ---- */

static struct axis *find_axis(struct sweep_page *p, const char *name)
{
	for (size_t i = 0; i < p->axis_count; i++)
		if (!strcmp(p->axes[i].name, name))
			return &p->axes[i];
	return NULL;
}

/* Points of one series: the mean over trials at each value, with the band of the seeds. */
static size_t slice(const struct sweep_page *p, const struct axis *x, const struct axis *series,
	size_t which, double *values, double *points)
{
	size_t count = 0;

	for (size_t k = 0; k < x->count; k++) {
		size_t n = 0;
		for (size_t i = 0; i < p->runs->row_count; i++) {
			const double value = metric_value(p, i);
			if (!isnan(value) && same(run_value(p, i, x->column), x->values[k])
				&& (!series
					|| same(run_value(p, i, series->column),
						series->values[which])))
				values[n++] = value;
		}
		if (!n)
			continue;
		const double mean = stats_mean(values, n), sd = stats_sd(values, n);
		points[count] = x->numbers[k];
		points[VALUES_MAX + count] = mean;
		points[2 * VALUES_MAX + count] = n < BAND_SD_MIN ? stats_min(values, n) : mean - sd;
		points[3 * VALUES_MAX + count++] =
			n < BAND_SD_MIN ? stats_max(values, n) : mean + sd;
	}
	return count;
}

/* Points of a crowded axis: single trials, in the order of the plan. */
static size_t scatter(const struct sweep_page *p, const struct axis *x, const struct axis *series,
	size_t which, double *points, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < p->runs->row_count && count < most; i++) {
		double number;
		const double value = metric_value(p, i);
		if (isnan(value) || !read_number(run_value(p, i, x->column), &number)
			|| (series
				&& !same(run_value(p, i, series->column), series->values[which])))
			continue;
		points[count] = number;
		points[most + count++] = value;
	}
	return count;
}

static int add_slice(struct visit *v, const struct sweep_page *p, const struct axis *x,
	const struct axis *by, struct err *e)
{
	struct chart_series series[SERIES_MAX];
	const size_t count = by ? by->count < SERIES_MAX ? by->count : SERIES_MAX : 1,
		     room = x->crowded ? LINES_MAX : VALUES_MAX;
	double *points = malloc(count * 4 * room * sizeof(*points)),
	       *values = malloc((p->runs->row_count + 1) * sizeof(*values));
	struct str title = { 0 }, names[SERIES_MAX] = { { 0 } };

	if (!points || !values) {
		free(points);
		free(values);
		return err_nomem(e);
	}
	for (size_t k = 0; k < count; k++) {
		double *mine = points + k * 4 * room;
		const size_t n = x->crowded ? scatter(p, x, by, k, mine, room)
					    : slice(p, x, by, k, values, mine);
		if (by)
			str_addf(&names[k], "%s %s", by->name, by->texts[k]);
		series[k] = (struct chart_series){ by ? names[k].s : p->name, mine, mine + room,
			x->crowded ? NULL : mine + 2 * room, x->crowded ? NULL : mine + 3 * room, n,
			(int)(k % CHART_COLOURS), .dots = true, .line = !x->crowded };
	}
	str_addf(&title, "%s against %s", p->name, x->name);
	if (by)
		str_addf(&title, ", a %s a value of %s", x->crowded ? "colour" : "line", by->name);
	chart_lines(v->out,
		&(struct chart){ .title = title.s,
			.x_title = x->name,
			.y_title = p->name,
			.series = series,
			.count = count,
			.log_x = x->geometric });
	if (x->crowded)
		str_addf(v->out, "<p class=\"notes\">Points: single trials%s.",
			p->runs->row_count > LINES_MAX ? ", the first 2000 of each colour" : "");
	else
		str_addf(v->out,
			"<p class=\"notes\">Means over all trials with that value; bands: range of "
			"fewer than %d trials, else mean ± standard deviation.",
			BAND_SD_MIN);
	if (by && by->count > SERIES_MAX) {
		str_addf(v->out, " Only the first %d values of ", SERIES_MAX);
		html_text(v->out, by->name);
		str_add(v->out, " are shown.");
	}
	str_add(v->out, "</p>\n");
	for (size_t k = 0; k < count; k++)
		str_free(&names[k]);
	str_free(&title);
	free(points);
	free(values);
	return 0;
}

static void add_choice(struct str *out, const char *name, const char *label,
	const struct sweep_page *p, const struct axis *chosen, bool numeric_only)
{
	str_addf(out, "<label>%s <select name=\"%s\">", label, name);
	if (!numeric_only)
		str_add(out, "<option value=\"\">none</option>");
	for (size_t i = 0; i < p->axis_count; i++) {
		if (numeric_only && !p->axes[i].numeric)
			continue;
		str_addf(out, "<option%s>", &p->axes[i] == chosen ? " selected" : "");
		html_text(out, p->axes[i].name);
		str_add(out, "</option>");
	}
	str_add(out, "</select></label>\n");
}

/* Is this column of the runs a result in numbers that any trial has? */
static bool is_metric(const struct rows *r, int column)
{
	static const char *const others[] = { "seed", "attempts", "started_at", "position" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(r->columns[column], others[i]))
			return false;
	for (size_t i = 0; i < r->row_count; i++) {
		const enum value_kind kind =
			r->values[i * (size_t)r->column_count + (size_t)column].kind;
		if (kind == VALUE_REAL || kind == VALUE_INTEGER)
			return true;
	}
	return false;
}

/* What may be asked for, as suggestions: other results and parameters can be typed, too. */
static void add_metrics(struct str *out, const struct rows *r)
{
	str_add(out, "<datalist id=\"metrics\">");
	for (int c = rows_column(r, "seed") + 1; c < r->column_count; c++) {
		if (!is_metric(r, c))
			continue;
		str_add(out, "<option value=\"");
		html_text(out, r->columns[c]);
		str_add(out, "\">");
	}
	str_add(out, "</datalist>\n");
}

/* Without a wish: the test accuracy, else the first metric that a program reports, else the time.
 */
static const char *usual_metric(const struct rows *r)
{
	const int accuracy = rows_column(r, "test_accuracy"), time = rows_column(r, "seconds");

	if (accuracy >= 0 && is_metric(r, accuracy))
		return "test_accuracy";
	for (int c = rows_column(r, "seed") + 1; c < r->column_count; c++)
		if (c != time && is_metric(r, c))
			return r->columns[c];
	return time >= 0 && is_metric(r, time) ? "seconds" : "test_accuracy";
}

static int add_slices(struct visit *v, struct sweep_page *p, const char *sweep, struct err *e)
{
	struct axis *x = find_axis(p, http_value(v->request, "against", "")),
		    *by = find_axis(p, http_value(v->request, "series", ""));

	for (size_t i = 0; i < p->axis_count && (!x || !x->numeric); i++)
		x = &p->axes[i];
	if (!http_value(v->request, "series", NULL))
		for (size_t i = 0; i < p->axis_count && !by; i++)
			by = &p->axes[i] == x || p->axes[i].count > SERIES_MAX ? NULL : &p->axes[i];
	by = by == x ? NULL : by;
	page_heading(v, "A metric against a parameter");
	str_add(v->out,
		"<form class=\"filter\" action=\"/sweep\"><input type=\"hidden\" name=\"name\" "
		"value=\"");
	html_text(v->out, sweep);
	str_add(v->out, "\">\n<label>Metric <input name=\"metric\" list=\"metrics\" value=\"");
	html_text(v->out, p->name);
	str_add(v->out, "\"></label>\n");
	add_metrics(v->out, p->runs);
	add_choice(v->out, "against", "Parameter", p, x, true);
	add_choice(v->out, "series", "A line each", p, by, false);
	str_add(v->out, "<button>Show</button></form>\n");
	if (!x || !x->numeric) {
		str_add(v->out,
			"<p class=\"notes\">No parameter of this sweep has several numbers as "
			"values.</p>\n");
		return 0;
	}
	return add_slice(v, p, x, by, e);
}

/* ---- parallel coordinates ---- */

static int add_parallel(struct visit *v, const struct sweep_page *p, struct err *e)
{
	const size_t axis_count = p->axis_count + 1;
	struct chart_axis axes[CHART_AXES_MAX];
	size_t lines = 0;

	if (!p->axis_count)
		return 0;
	double *values = malloc((size_t)LINES_MAX * axis_count * sizeof(*values));
	if (!values)
		return err_nomem(e);
	for (size_t a = 0; a < p->axis_count; a++)
		axes[a] = p->axes[a].numeric ? (struct chart_axis){ .title = p->axes[a].name,
			.log = p->axes[a].geometric }
					     : (struct chart_axis){ p->axes[a].name,
						       p->axes[a].texts, p->axes[a].count, false };
	axes[p->axis_count] = (struct chart_axis){ .title = p->name };
	for (size_t i = 0; i < p->runs->row_count && lines < LINES_MAX; i++) {
		double *line = values + lines * axis_count;
		line[p->axis_count] = metric_value(p, i);
		if (isnan(line[p->axis_count]))
			continue;
		for (size_t a = 0; a < p->axis_count; a++) {
			const struct value *cell = run_value(p, i, p->axes[a].column);
			const size_t k = value_index(&p->axes[a], cell);
			if (p->axes[a].numeric && read_number(cell, &line[a]))
				continue;
			line[a] = k == p->axes[a].count ? NAN : (double)k;
		}
		lines++;
	}
	page_heading(v, "Parallel coordinates");
	if (lines) {
		chart_parallel(
			v->out, "Every finished trial as a line", axes, axis_count, values, lines);
		str_add(v->out, "<p class=\"notes\">Orange: the largest values of ");
		html_text(v->out, p->name);
		str_add(v->out, ", then blue; grey: the smallest.</p>\n");
	} else
		str_add(v->out, "<p class=\"notes\">No trial has this metric yet.</p>\n");
	if (lines == LINES_MAX)
		str_addf(v->out, "<p class=\"notes\">The first %d trials.</p>\n", LINES_MAX);
	free(values);
	return 0;
}

/* ---- the page ---- */

static int add_progress(struct visit *v, const char *name, struct err *e)
{
	struct rows *r;

	if (page_query(v, "serve_sweep", "sweep", name, e, &r))
		return -1;
	if (!r->row_count) {
		rows_free(r);
		return err_set(e, ERR_USAGE, "there is no sweep '%.64s' in this database", name);
	}
	const int64_t done = rows_named(r, 0, "done")->integer,
		      trials = rows_named(r, 0, "trials")->integer;
	html_element(v->out, "p", NULL, value_text(rows_named(r, 0, "title")));
	str_addf(v->out,
		"<p><progress max=\"%lld\" value=\"%lld\" aria-label=\"done\"></progress> %lld of "
		"%lld "
		"trials done. ",
		(long long)trials, (long long)done, (long long)done, (long long)trials);
	page_link(v->out, "/report", "sweep", name, "Report: verdicts, tables, figures");
	str_add(v->out, " · ");
	struct str condition = { 0 };
	str_addf(&condition, "\"sweep=%s\"", name);
	page_link(v->out, "/runs", "where", condition.s, "all runs");
	str_free(&condition);
	str_add(v->out, "</p>\n");
	rows_free(r);
	return 0;
}

static int read_runs(struct visit *v, const char *name, struct sweep_page *p, struct err *e)
{
	struct str condition = { 0 }, columns = { 0 };

	str_addf(&condition, "sweep=%s", name);
	struct runs_query q = { .conditions = (const char *const[]){ condition.s },
		.condition_count = 1 };
	int result = runs_read(v->store, &q, e, &p->runs);
	if (!result && !p->name[0])
		p->name = usual_metric(p->runs);
	str_addf(&columns, "trial,%s", p->name);
	q.columns = columns.s;
	if (!result && rows_column(p->runs, p->name) >= 0)
		p->metric = p->runs;
	else if (!result)
		result = runs_read(v->store, &q, e, &p->metric);
	if (!result && p->runs->row_count != p->metric->row_count)
		result = err_set(
			e, ERR_ENVIRONMENT, "the plan changed just now: load the page again");
	str_free(&condition);
	str_free(&columns);
	return result;
}

int page_sweep(struct visit *v, struct err *e)
{
	const char *name = http_value(v->request, "name", "");
	struct sweep_page *p = calloc(1, sizeof(*p));
	int result = -1;

	if (!p)
		return err_nomem(e);
	snprintf(v->title, sizeof(v->title), "Sweep %.200s", name);
	p->name = http_value(v->request, "metric", "");
	if (add_progress(v, name, e) || read_runs(v, name, p, e))
		goto out;
	find_axes(p);
	result = add_slices(v, p, name, e) || add_parallel(v, p, e) ? -1 : 0;
out:
	if (p->metric != p->runs)
		rows_free(p->metric);
	rows_free(p->runs);
	free(p);
	return result;
}

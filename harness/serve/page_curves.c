/* page_curves.c - learning curves of chosen trials, also of running ones. Seeds of one
 * configuration become a mean with a band; every seed is a thin line. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../report/html.h"
#include "../report/stats.h"
#include "chart.h"
#include "page.h"

enum { CURVES_MAX = 64, LABEL_MAX = 160, METRICS_MAX = 16, BAND_SD_MIN = 5 };

/* One metric of one trial along its epochs (or steps). */
struct curve {
	double *x, *y;
	size_t count;
};

/* All that is drawn: curve [metric][trial]. */
struct curves {
	char metrics[METRICS_MAX][64];
	size_t metric_count, trial_count;
	struct curve *curves; /* [METRICS_MAX][trial_count] */
};

static struct curve *curve_at(const struct curves *c, size_t metric, size_t trial)
{
	return &c->curves[metric * c->trial_count + trial];
}

static void curves_free(struct curves *c)
{
	for (size_t i = 0; c->curves && i < METRICS_MAX * c->trial_count; i++)
		free(c->curves[i].x);
	free(c->curves);
}

/* The number of a metric by its name, new ones at the end; METRICS_MAX: no room. */
static size_t metric_number(struct curves *c, const char *name)
{
	size_t i = 0;

	while (i < c->metric_count && strcmp(c->metrics[i], name))
		i++;
	if (i == c->metric_count && i < METRICS_MAX && strlen(name) < sizeof(c->metrics[0]))
		memcpy(c->metrics[c->metric_count++], name, strlen(name) + 1);
	return i < c->metric_count ? i : METRICS_MAX;
}

/* Rows (metric, x, y) of one trial, in the order of x. */
static int take_rows(struct curves *c, size_t trial, const struct rows *r, struct err *e)
{
	for (size_t i = 0; i < r->row_count; i++) {
		const size_t metric = metric_number(c, value_text(rows_named(r, i, "metric")));
		const struct value *y = rows_named(r, i, "y");
		if (metric == METRICS_MAX)
			continue;
		struct curve *to = curve_at(c, metric, trial);
		if (!to->x) {
			to->x = malloc(2 * r->row_count * sizeof(*to->x));
			if (!to->x)
				return err_nomem(e);
			to->y = to->x + r->row_count;
		}
		to->x[to->count] = rows_named(r, i, "x")->real;
		to->y[to->count++] = y->kind == VALUE_NULL ? NAN : y->real;
	}
	return 0;
}

static int read_curves(struct visit *v, const char *const *trials, struct curves *c, struct err *e)
{
	c->curves = calloc(METRICS_MAX * c->trial_count, sizeof(*c->curves));
	if (!c->curves)
		return err_nomem(e);
	for (size_t t = 0; t < c->trial_count; t++) {
		struct rows *r;
		if (page_query(v, "serve_curve", "trial", trials[t], e, &r))
			return -1;
		const int result = take_rows(c, t, r, e);
		rows_free(r);
		if (result)
			return -1;
	}
	return 0;
}

/* ---- mean and band ---- */

/* The trials that are called the same as trial `first`. */
static size_t members_of(const char *const *labels, size_t count, size_t first, size_t *members)
{
	size_t n = 0;

	for (size_t i = first; i < count; i++)
		if (!strcmp(labels[i], labels[first]))
			members[n++] = i;
	return n;
}

static bool is_first(const char *const *labels, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(labels[i], labels[at]))
			return false;
	return true;
}

/* Mean, low and high of a group where all of its seeds still train: position by position. room has
 * place for four times the longest curve. Returns how many positions there are. */
static size_t band_of(const struct curves *c, size_t metric, const size_t *members, size_t n,
	double *room, size_t longest)
{
	double values[CURVES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < longest; i++) {
		size_t there = 0;
		for (size_t k = 0; k < n; k++) {
			const struct curve *one = curve_at(c, metric, members[k]);
			if (i < one->count && !isnan(one->y[i]))
				values[there++] = one->y[i];
		}
		if (there < n)
			break; /* the mean of those that are left would jump */
		const double mean = stats_mean(values, n), sd = stats_sd(values, n);
		room[count] = curve_at(c, metric, members[0])->x[i];
		room[longest + count] = mean;
		room[2 * longest + count] = n < BAND_SD_MIN ? stats_min(values, n) : mean - sd;
		room[3 * longest + count++] = n < BAND_SD_MIN ? stats_max(values, n) : mean + sd;
	}
	return count;
}

static int add_metric(struct visit *v, const struct curves *c, size_t metric,
	const char *const *labels, struct err *e)
{
	const size_t trials = c->trial_count;
	struct chart_series *series = calloc(2 * trials, sizeof(*series));
	size_t members[CURVES_MAX], count = 0, longest = 1;
	int colour = 0;

	for (size_t i = 0; i < trials; i++)
		if (curve_at(c, metric, i)->count > longest)
			longest = curve_at(c, metric, i)->count;
	double *room = malloc(4 * longest * trials * sizeof(*room));
	if (!series || !room) {
		free(series);
		free(room);
		return err_nomem(e);
	}
	for (size_t t = 0; t < trials; t++) {
		if (!is_first(labels, t))
			continue;
		const size_t n = members_of(labels, trials, t, members);
		double *mine = room + 4 * longest * t;
		if (n > 1) {
			const size_t length = band_of(c, metric, members, n, mine, longest);
			series[count] = (struct chart_series){ labels[t], mine, mine + longest,
				mine + 2 * longest, mine + 3 * longest, length, colour,
				.line = true };
			count++;
		}
		for (size_t k = 0; k < n; k++) {
			const struct curve *one = curve_at(c, metric, members[k]);
			series[count] = (struct chart_series){ .name = labels[t],
				.x = one->x,
				.y = one->y,
				.count = one->count,
				.colour = colour,
				.thin = n > 1,
				.line = true,
				.dots = one->count < 3 };
			count++;
		}
		colour = (colour + 1) % CHART_COLOURS;
	}
	chart_lines(v->out,
		&(struct chart){ .title = c->metrics[metric],
			.x_title = "epoch (or step)",
			.y_title = c->metrics[metric],
			.series = series,
			.count = count,
			.whole = true });
	free(series);
	free(room);
	return 0;
}

int page_add_curves(struct visit *v, const char *const *trials, const char *const *labels,
	size_t count, struct err *e)
{
	struct curves c = { .trial_count = count };
	int result = read_curves(v, trials, &c, e);

	if (!result && !c.metric_count)
		str_add(v->out, "<p class=\"notes\">No epoch is recorded yet.</p>\n");
	str_add(v->out, "<div class=\"charts\">\n");
	for (size_t m = 0; m < c.metric_count && !result; m++)
		result = add_metric(v, &c, m, labels, e);
	str_add(v->out, "</div>\n");
	curves_free(&c);
	return result;
}

/* ---- what the trials are called ---- */

/* The labels of a trial as a JSON object, or NULL. */
static json_t *labels_of(struct visit *v, const char *trial, struct err *e)
{
	struct rows *r;
	json_t *result = NULL;

	if (page_query(v, "serve_labels", "trial", trial, e, &r))
		return NULL;
	if (!r->row_count)
		err_set(e, ERR_USAGE, "there is no trial '%.64s' in this database", trial);
	else
		result = json_loads(value_text(rows_named(r, 0, "labels")), 0, NULL);
	if (r->row_count && !result)
		result = json_object();
	rows_free(r);
	return result;
}

/* A label's value as a word. */
static void add_label_value(struct str *out, const json_t *value)
{
	if (json_is_string(value)) {
		str_add(out, json_string_value(value));
		return;
	}
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	str_add(out, text ? text : "");
	free(text);
}

/* Do the trials differ in this label? */
static bool varies(json_t *const *all, size_t count, const char *name)
{
	for (size_t i = 1; i < count; i++) {
		json_t *a = json_object_get(all[0], name), *b = json_object_get(all[i], name);
		if (!a != !b || (a && !json_equal(a, b)))
			return true;
	}
	return false;
}

/* What tells the i-th trial from those of other configurations; "seeds" when nothing does. */
static void call(json_t *const *all, size_t count, size_t i, struct str *out)
{
	const char *name;
	json_t *value;

	json_object_foreach(all[i], name, value)
	{
		if (!varies(all, count, name))
			continue;
		str_addf(out, "%s%s ", out->length ? ", " : "", name);
		add_label_value(out, value);
	}
	if (!out->length)
		str_add(out, count > 1 ? "these seeds" : "this trial");
}

int page_curves(struct visit *v, struct err *e)
{
	const char *trials[CURVES_MAX], *labels[CURVES_MAX];
	json_t *all[CURVES_MAX] = { NULL };
	struct str names[CURVES_MAX] = { { 0 } };
	size_t count = 0;
	int result = -1;

	snprintf(v->title, sizeof(v->title), "Learning curves");
	for (const char *t; count < CURVES_MAX && (t = http_nth(v->request, "trial", count));)
		trials[count++] = t;
	if (!count)
		return err_set(e, ERR_USAGE, "choose trials in the table of runs first");
	for (size_t i = 0; i < count; i++)
		if (!(all[i] = labels_of(v, trials[i], e)))
			goto out;
	for (size_t i = 0; i < count; i++) {
		call(all, count, i, &names[i]);
		labels[i] = names[i].s;
	}
	str_addf(v->out,
		"<p>%zu trial%s. A band is the range of fewer than %d seeds, mean ± standard "
		"deviation of more. It ends where the first seed stopped.</p>\n",
		count, count == 1 ? "" : "s", BAND_SD_MIN);
	result = page_add_curves(v, trials, labels, count, e);
	str_add(v->out, "<p class=\"notes\">Trials: ");
	for (size_t i = 0; i < count; i++) {
		char shown[16];
		snprintf(shown, sizeof(shown), "%.12s", trials[i]);
		page_link(v->out, "/trial", "id", trials[i], shown);
		str_add(v->out, " ");
	}
	str_add(v->out, "</p>\n");
out:
	for (size_t i = 0; i < count; i++) {
		json_decref(all[i]);
		str_free(&names[i]);
	}
	return result;
}

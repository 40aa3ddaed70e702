/* cells.c - grouping by two labels (cells.h). */
#include "cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"

/* A part of what is drawn? */
static bool belongs(const struct cells *c, const struct sample *s)
{
	return study_holds(&c->spec->where, s)
		&& (c->metric < 0 || !isnan(study_value(c->study, s, c->metric)));
}

static const char *label_text(const struct sample *s, const char *name)
{
	const char *text = name[0] ? study_label(s, name) : "";

	return text ? text : "not set";
}

static bool read_number(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && !*end && isfinite(*out);
}

static size_t find(const char *const *texts, size_t count, const char *text)
{
	size_t i = 0;

	while (i < count && strcmp(texts[i], text))
		i++;
	return i;
}

static int add_value(const struct cells *c, const char **texts, size_t *count, size_t max,
	const char *label, const char *text, struct err *e)
{
	if (find(texts, *count, text) < *count)
		return 0;
	if (*count == max)
		return err_set(e, ERR_USAGE,
			"figure %s: '%s' has more than %zu values: narrow its 'where'", c->spec->id,
			label, max);
	texts[(*count)++] = text;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	double x = 0, y = 0;

	read_number(*(const char *const *)a, &x);
	read_number(*(const char *const *)b, &y);
	return (x > y) - (x < y);
}

static bool all_numbers(const char *const *texts, size_t count)
{
	double number;

	for (size_t i = 0; i < count; i++)
		if (!read_number(texts[i], &number))
			return false;
	return count > 0;
}

bool cells_geometric(const double *x, size_t count)
{
	if (count < 3 || x[0] <= 0)
		return false;
	const double whole = log(x[count - 1] / x[0]) / (double)(count - 1);
	for (size_t i = 1; i < count; i++)
		if (fabs(log(x[i] / x[i - 1]) - whole) > 0.35 * whole)
			return false;
	return whole > log(1.5);
}

static void sort_values(struct cells *c)
{
	c->x_numeric = all_numbers(c->x_texts, c->x_count);
	if (c->x_numeric)
		qsort(c->x_texts, c->x_count, sizeof(c->x_texts[0]), by_number);
	if (all_numbers(c->y_texts, c->y_count))
		qsort(c->y_texts, c->y_count, sizeof(c->y_texts[0]), by_number);
	for (size_t i = 0; i < c->x_count; i++)
		if (!read_number(c->x_texts[i], &c->x_numbers[i]))
			c->x_numbers[i] = NAN;
	c->x_geometric = c->x_numeric && cells_geometric(c->x_numbers, c->x_count);
}

/* The samples of a cell differ in nothing but the seed. */
static int check_cell(
	const struct cells *c, const struct sample *first, const struct sample *s, struct err *e)
{
	const char *label;

	if (study_same_labels(first, s, &label))
		return 0;
	const char *a = study_label(first, label), *b = study_label(s, label);
	return err_set(e, ERR_USAGE,
		"figure %s: a point would mix configurations (%s is %s and %s): make '%s' its "
		"series, or name one value in its 'where'",
		c->spec->id, label, a ? a : "not set", b ? b : "not set", label);
}

static int check_cells(struct cells *c, struct err *e)
{
	const struct sample *first[CELLS_X_MAX * CELLS_Y_MAX] = { NULL };
	size_t n[CELLS_X_MAX * CELLS_Y_MAX] = { 0 };

	for (size_t i = 0; i < c->study->count; i++) {
		const struct sample *s = &c->study->samples[i];
		if (!belongs(c, s))
			continue;
		const size_t at =
			find(c->x_texts, c->x_count, label_text(s, c->x_label)) * CELLS_Y_MAX
			+ find(c->y_texts, c->y_count, label_text(s, c->y_label));
		if (first[at] && check_cell(c, first[at], s, e))
			return -1;
		first[at] = first[at] ? first[at] : s;
		n[at]++;
	}
	for (size_t i = 0; i < CELLS_X_MAX * CELLS_Y_MAX; i++) {
		c->most = n[i] > c->most ? n[i] : c->most;
		c->fewest = n[i] && (!c->fewest || n[i] < c->fewest) ? n[i] : c->fewest;
	}
	return 0;
}

int cells_make(struct cells *c, const struct study *study, const struct figure_spec *spec,
	int metric, const char *x_label, const char *y_label, struct err *e)
{
	*c = (struct cells){ .study = study,
		.spec = spec,
		.metric = metric,
		.x_label = x_label,
		.y_label = y_label };
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		if (!belongs(c, s))
			continue;
		if (add_value(c, c->x_texts, &c->x_count, CELLS_X_MAX, x_label,
			    label_text(s, x_label), e)
			|| add_value(c, c->y_texts, &c->y_count, CELLS_Y_MAX, y_label,
				label_text(s, y_label), e))
			return -1;
	}
	if (!c->x_count)
		return err_set(e, ERR_FAILED,
			"figure %s: nothing to draw: no finished trial has a value of %s", spec->id,
			spec->metric);
	sort_values(c);
	return check_cells(c, e);
}

size_t cells_values(const struct cells *c, size_t x, size_t y, double *values)
{
	const double scale = metric_find(c->study->sweep, c->spec->metric)->scale;
	size_t n = 0;

	for (size_t i = 0; i < c->study->count && n < CELLS_SEEDS_MAX; i++) {
		const struct sample *s = &c->study->samples[i];
		if (belongs(c, s) && !strcmp(label_text(s, c->x_label), c->x_texts[x])
			&& !strcmp(label_text(s, c->y_label), c->y_texts[y]))
			values[n++] = study_value(c->study, s, c->metric) * scale;
	}
	return n;
}

/* cells.c - grouping by two labels (cells.h). */
#include "cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"

/* So many values may go together with those of other labels (a zip) and still be one line. */
enum { JOINED_MAX = 12 };

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

/* Numbers that were drawn evenly on a logarithmic axis are about as many below its middle as above;
 * of those drawn evenly on a linear one nearly all lie in its upper half. */
static bool drawn_geometric(const double *x, size_t count)
{
	enum { FEWEST = 8, FACTOR = 100 };
	if (count < FEWEST || x[count - 1] / x[0] < FACTOR)
		return false;
	const double median = log(x[count / 2] / x[0]) / log(x[count - 1] / x[0]);
	return median > 0.25 && median < 0.75;
}

bool cells_geometric(const double *x, size_t count)
{
	if (count < 3 || x[0] <= 0)
		return false;
	if (drawn_geometric(x, count))
		return true;
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

/* Has b a label with another value, not counting the one on the axis? */
static bool differs_elsewhere(const struct cells *c, const struct sample *a, const struct sample *b)
{
	for (int i = 0; i < b->label_count; i++)
		if (strcmp(b->labels[i].name, c->x_label)
			&& strcmp(label_text(a, b->labels[i].name), b->labels[i].value))
			return true;
	return false;
}

struct cell {
	const struct sample *first;
	size_t n;
};

static int fill_cells(struct cells *c, struct cell *cells, struct err *e)
{
	const struct sample *row[CELLS_Y_MAX] = { NULL };
	const bool many =
		c->x_count > JOINED_MAX && c->x_numeric && !strcmp(c->spec->kind, "slice");

	for (size_t i = 0; i < c->study->count; i++) {
		const struct sample *s = &c->study->samples[i];
		if (!belongs(c, s))
			continue;
		const size_t y = find(c->y_texts, c->y_count, label_text(s, c->y_label));
		struct cell *cell =
			&cells[find(c->x_texts, c->x_count, label_text(s, c->x_label)) * c->y_count
				+ y];
		if (cell->first && !many && check_cell(c, cell->first, s, e))
			return -1;
		cell->first = cell->first ? cell->first : s;
		cell->n++;
		row[y] = row[y] ? row[y] : s;
		c->scattered |= many
			&& (differs_elsewhere(c, row[y], s) || differs_elsewhere(c, s, row[y]));
	}
	for (size_t i = 0; i < c->x_count * c->y_count; i++) {
		const size_t n = cells[i].n;
		c->most = n > c->most ? n : c->most;
		c->fewest = n && (!c->fewest || n < c->fewest) ? n : c->fewest;
	}
	return 0;
}

static int check_cells(struct cells *c, struct err *e)
{
	struct cell *cells = calloc(c->x_count * c->y_count, sizeof(*cells));

	if (!cells)
		return err_nomem(e);
	const int result = fill_cells(c, cells, e);
	free(cells);
	return result;
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

/* figure_heatmap.c - a metric by two parameters: a field for each pair of values, coloured by the
 * mean over seeds, which is printed in it. Works on the study alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "figure.h"
#include "metric.h"
#include "stats.h"

enum { ROW_HEIGHT = 30, FRAME_HEIGHT = 74, COLUMNS_MAX = 64 };

static void write_fields(
	struct figure *f, const struct cells *c, const char **texts, struct str *kept)
{
	const struct metric *m = metric_find(c->study->sweep, c->spec->metric);
	double values[CELLS_SEEDS_MAX];
	size_t count = 0;

	figure_block(f, "fields: column, row, mean over seeds, seeds");
	for (size_t y = 0; y < c->y_count; y++)
		for (size_t x = 0; x < c->x_count; x++) {
			const size_t n = cells_values(c, x, y, values);
			const double mean = stats_mean(values, n);
			figure_row(f,
				(const double[]){ (double)x + 1, -(double)y - 1, mean, (double)n },
				4);
			if (n)
				metric_value(&kept[count], m, mean / m->scale);
			texts[count] = kept[count].s ? kept[count].s : "";
			count++;
		}
	figure_texts(f, "field_text", texts, count);
}

static int make_cells(struct cells *c, const struct study *study, const struct figure_spec *spec,
	int metric, struct err *e)
{
	if (cells_make(c, study, spec, metric, spec->parameter, spec->series, e))
		return -1;
	return c->x_count <= COLUMNS_MAX
		? 0
		: err_set(e, ERR_USAGE,
			"figure %s: '%s' has more than %d values: narrow its 'where'", spec->id,
			spec->parameter, COLUMNS_MAX);
}

int figure_heatmap_foresee(const struct study *study, const struct figure_spec *spec, struct err *e)
{
	struct cells *c = calloc(1, sizeof(*c));

	if (!c)
		return err_nomem(e);
	const int result = make_cells(c, study, spec, -1, e);
	free(c);
	return result;
}

int figure_heatmap(struct figure *f, struct err *e)
{
	const struct figure_spec *spec = f->layout.spec;
	struct cells *c = calloc(1, sizeof(*c));
	struct str *kept = NULL, heading = { 0 };
	const char **texts = NULL;
	int result = -1;

	if (!c)
		return err_nomem(e);
	if (make_cells(c, f->layout.study, spec, f->metric, e))
		goto out;
	kept = calloc(c->x_count * c->y_count, sizeof(*kept));
	texts = calloc(c->x_count * c->y_count, sizeof(*texts));
	if (!kept || !texts) {
		err_nomem(e);
		goto out;
	}
	write_fields(f, c, texts, kept);
	for (size_t i = 0; i < c->x_count * c->y_count; i++)
		str_free(&kept[i]);
	figure_legend(f, NULL, 0);
	figure_number(f, "columns", (double)c->x_count);
	figure_number(f, "rows", (double)c->y_count);
	figure_texts(f, "column_text", c->x_texts, c->x_count);
	figure_texts(f, "row_text", c->y_texts, c->y_count);
	figure_text(f, "x_label", c->x_label);
	figure_text(f, "y_label", c->y_label);
	metric_heading(&heading, c->study->sweep, spec->metric);
	str_addf(&f->caption, "Mean over seeds of %s (n = %zu", heading.s, c->fewest);
	if (c->most > c->fewest)
		str_addf(&f->caption, " to %zu", c->most);
	str_add(&f->caption, "). More colour: a larger value. Empty: no finished trial.");
	f->height = (int)c->y_count * ROW_HEIGHT + FRAME_HEIGHT;
	result = 0;
out:
	str_free(&heading);
	free(kept);
	free(texts);
	free(c);
	return result;
}

/* figure_parallel.c - parallel coordinates: an axis for each label that varies and one for the
 * metric, a line for each configuration (mean over its seeds), the darker the better. Which values
 * go together, for more parameters than a slice or a heatmap can show. Works on the study alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "figure.h"
#include "metric.h"
#include "short_names.h"

enum {
	AXES_MAX = 10,
	WORDS_MAX = 64,    /* values of an axis that are not all numbers */
	VALUES_MAX = 2000, /* ... that are */
	LINES_MAX = 2000,
	TICKS_MAX = 10,
	HEIGHT = 300,
	WIDTH = 532, /* pixels from the first axis to the last (plots/parallel.gp) */
	LETTER = 6,  /* pixels of a character */
	NAME_MIN = 4,
	TITLE_MAX = 25, /* characters that the margin has room for */
	TEXTS_MAX = (AXES_MAX + 1) * 2 * TICKS_MAX,
};

/* One axis: the distinct values of a label, numbers in their order, words in that of the plan. */
struct scale {
	const char *label;
	const char *texts[VALUES_MAX];
	double at[VALUES_MAX]; /* from 0 to 1 */
	size_t count;
	bool numbers, logarithmic;
	double low, high; /* of numbers */
};

struct line {
	const struct sample *first;
	double sum, mean;
	size_t n;
};

struct plot {
	struct figure *f;
	const struct study *study;
	const struct figure_spec *spec;
	const struct metric *metric;
	struct scale axes[LABELS_MAX];
	size_t axis_count;
	struct str left_out; /* labels that also vary, but have no axis */
	struct line *lines;
	size_t line_count;
	struct str tick_texts[TEXTS_MAX];
	size_t tick_count;
};

static bool belongs(const struct plot *p, const struct sample *s)
{
	return study_holds(&p->spec->where, s) && !isnan(study_value(p->study, s, p->f->metric));
}

static const char *text_of(const struct sample *s, const char *label)
{
	const char *text = study_label(s, label);
	return text ? text : "not set";
}

/* ---- axes ---- */

static size_t find(const struct scale *a, const char *text)
{
	size_t i = 0;
	while (i < a->count && strcmp(a->texts[i], text) != 0)
		i++;
	return i;
}

static int add_text(const struct plot *p, struct scale *a, const char *text, struct err *e)
{
	if (find(a, text) < a->count)
		return 0;
	if (a->count == VALUES_MAX)
		return err_set(e, ERR_USAGE,
			"figure %s: '%s' has more than %d values: narrow its 'where'", p->spec->id,
			a->label, VALUES_MAX);
	a->texts[a->count++] = text;
	return 0;
}

static double number_of(const char *text)
{
	char *end;
	const double number = strtod(text, &end);
	return end == text || *end ? NAN : number;
}

static int by_number(const void *a, const void *b)
{
	const double x = number_of(*(const char *const *)a), y = number_of(*(const char *const *)b);
	return (x > y) - (x < y);
}

static double place_number(const struct scale *a, double number)
{
	return a->logarithmic ? log(number / a->low) / log(a->high / a->low)
			      : (number - a->low) / (a->high - a->low);
}

/* Place the values: numbers as they are (their logarithm where they are geometric), words at equal
 * distances. */
static void place_values(struct scale *a)
{
	double x_of[VALUES_MAX] = { 0 };
	a->numbers = true;
	for (size_t i = 0; i < a->count; i++)
		a->numbers = a->numbers && isfinite(number_of(a->texts[i]));
	if (a->numbers)
		qsort(a->texts, a->count, sizeof(*a->texts), by_number);
	for (size_t i = 0; i < a->count; i++)
		x_of[i] = number_of(a->texts[i]);
	a->low = x_of[0];
	a->high = x_of[a->count - 1];
	a->logarithmic = a->numbers && cells_geometric(x_of, a->count);
	for (size_t i = 0; i < a->count; i++)
		a->at[i] =
			a->numbers ? place_number(a, x_of[i]) : (double)i / (double)(a->count - 1);
}

/* An axis for each label of which the figure's trials have several values. */
static int find_axes(struct plot *p, struct err *e)
{
	for (size_t i = 0; i < p->study->count; i++) {
		const struct sample *s = &p->study->samples[i];
		for (int k = 0; k < s->label_count && belongs(p, s); k++) {
			size_t at = 0;
			while (at < p->axis_count
				&& strcmp(p->axes[at].label, s->labels[k].name) != 0)
				at++;
			if (at == LABELS_MAX)
				continue;
			p->axes[at].label = s->labels[k].name;
			p->axis_count += at == p->axis_count;
		}
	}
	for (size_t i = 0; i < p->study->count; i++)
		for (size_t a = 0; a < p->axis_count && belongs(p, &p->study->samples[i]); a++)
			if (add_text(p, &p->axes[a],
				    text_of(&p->study->samples[i], p->axes[a].label), e))
				return -1;
	size_t kept = 0;
	for (size_t a = 0; a < p->axis_count; a++) {
		if (p->axes[a].count < 2)
			continue;
		if (kept == AXES_MAX)
			str_addf(&p->left_out, "%s%s", p->left_out.length ? ", " : "",
				p->axes[a].label);
		else
			p->axes[kept++] = p->axes[a];
	}
	p->axis_count = kept;
	for (size_t a = 0; a < kept; a++) {
		place_values(&p->axes[a]);
		if (!p->axes[a].numbers && p->axes[a].count > WORDS_MAX)
			return err_set(e, ERR_USAGE,
				"figure %s: '%s' has more than %d values: narrow its 'where'",
				p->spec->id, p->axes[a].label, WORDS_MAX);
	}
	return kept ? 0
		    : err_set(e, ERR_FAILED,
			    "figure %s: nothing to draw: no label has several values among the "
			    "finished trials",
			    p->spec->id);
}

/* ---- lines ---- */

static int by_mean(const void *a, const void *b)
{
	const double x = ((const struct line *)a)->mean, y = ((const struct line *)b)->mean;
	return (x > y) - (x < y);
}

static int find_lines(struct plot *p, struct err *e)
{
	const char *differs;
	for (size_t i = 0; i < p->study->count; i++) {
		const struct sample *s = &p->study->samples[i];
		size_t at = 0;
		if (!belongs(p, s))
			continue;
		while (at < p->line_count && !study_same_labels(p->lines[at].first, s, &differs))
			at++;
		if (at == LINES_MAX)
			return err_set(e, ERR_USAGE,
				"figure %s: more than %d configurations: narrow its 'where'",
				p->spec->id, LINES_MAX);
		if (at == p->line_count)
			p->lines[p->line_count++].first = s;
		p->lines[at].sum += study_value(p->study, s, p->f->metric) * p->metric->scale;
		p->lines[at].n++;
	}
	for (size_t i = 0; i < p->line_count; i++)
		p->lines[i].mean = p->lines[i].sum / (double)p->lines[i].n;
	qsort(p->lines, p->line_count, sizeof(*p->lines), by_mean); /* the best is drawn last */
	if (p->metric->better < 0)
		for (size_t i = 0; i < p->line_count / 2; i++) {
			const struct line other = p->lines[i];
			p->lines[i] = p->lines[p->line_count - 1 - i];
			p->lines[p->line_count - 1 - i] = other;
		}
	return 0;
}

/* ---- the figure ---- */

static void write_lines(struct plot *p, const struct axis *y)
{
	const double worst = p->lines[0].mean, best = p->lines[p->line_count - 1].mean;
	figure_block(p->f,
		"a line a configuration: axis, height from 0 to 1, shade from worst (0) to "
		"best (1), mean of the metric");
	for (size_t i = 0; i < p->line_count; i++) {
		const struct line *l = &p->lines[i];
		const double shade = best != worst ? (l->mean - worst) / (best - worst) : 1;
		for (size_t a = 0; a < p->axis_count; a++) {
			const struct scale *s = &p->axes[a];
			const double at = s->at[find(s, text_of(l->first, s->label))];
			figure_row(p->f, (const double[]){ (double)a + 1, at, shade, l->mean }, 4);
		}
		const double at = (l->mean - y->low) / (y->high - y->low);
		figure_row(
			p->f, (const double[]){ (double)p->axis_count + 1, at, shade, l->mean }, 4);
		figure_gap(p->f);
	}
}

/* The characters that fit between an axis and the next, on `rows` lines that take turns. */
static int room(const struct plot *p, int rows)
{
	const int letters = rows * WIDTH / (int)p->axis_count / LETTER - 2;
	return letters > NAME_MIN ? letters : NAME_MIN;
}

static void add_tick(struct plot *p, size_t axis, double at, const char *text)
{
	figure_row(p->f, (const double[]){ (double)axis + 1, at }, 2);
	str_add(&p->tick_texts[p->tick_count++], text);
}

/* Few values are all told; of many numbers round ones, so many that at least two are there. */
static void add_round_ticks(struct plot *p, size_t axis)
{
	const struct scale *s = &p->axes[axis];
	char text[32];
	if (s->logarithmic) {
		const int last = (int)floor(log10(s->high) + 1e-9),
			  first = (int)ceil(log10(s->low) - 1e-9),
			  step = (last - first) / TICKS_MAX + 1;
		if (last <= first) {
			add_tick(p, axis, 0, s->texts[0]);
			add_tick(p, axis, 1, s->texts[s->count - 1]);
			return;
		}
		for (int k = first; k <= last; k += step) {
			snprintf(text, sizeof(text), "%.10g", pow(10, k));
			add_tick(p, axis, place_number(s, pow(10, k)), text);
		}
		return;
	}
	const struct axis y = figure_axis(s->low, s->high, 6);
	for (double k = ceil(s->low / y.step); k * y.step <= s->high; k++) {
		snprintf(text, sizeof(text), "%.*f", y.decimals, k == 0 ? 0 : k * y.step);
		add_tick(p, axis, place_number(s, k * y.step), text);
	}
}

static void add_label_ticks(struct plot *p, size_t axis)
{
	const struct scale *s = &p->axes[axis];
	struct str names[WORDS_MAX] = { { 0 } };
	if (s->numbers && s->count > TICKS_MAX) {
		add_round_ticks(p, axis);
		return;
	}
	short_names(s->texts, s->count, room(p, 1), names);
	const size_t step = (s->count + TICKS_MAX - 1) / TICKS_MAX;
	for (size_t i = 0; i < s->count; i++) {
		if (i % step == 0)
			add_tick(p, axis, s->at[i], names[i].s);
		str_free(&names[i]);
	}
}

static void write_ticks(struct plot *p, const struct axis *y)
{
	const char *texts[TEXTS_MAX];
	char text[32];
	figure_block(p->f, "labels of the axes (tick_text): axis, height");
	for (size_t a = 0; a < p->axis_count; a++)
		add_label_ticks(p, a);
	size_t made = 0;
	for (double k = ceil(y->low / y->step); k * y->step <= y->high && made < TICKS_MAX; k++) {
		const double v = k == 0 ? 0 : k * y->step; /* no -0.0 */
		snprintf(text, sizeof(text), "%.*f", y->decimals, v);
		add_tick(p, p->axis_count, (v - y->low) / (y->high - y->low), text);
		made++;
	}
	for (size_t i = 0; i < p->tick_count; i++)
		texts[i] = p->tick_texts[i].s;
	figure_texts(p->f, "tick_text", texts, p->tick_count);
}

/* Titles of neighbours stand on two lines where they would touch. */
static void write_titles(struct plot *p, const char *metric)
{
	const char *titles[AXES_MAX + 1];
	struct str names[AXES_MAX + 1] = { { 0 } };
	const size_t count = p->axis_count + 1;
	bool stagger = false;
	for (size_t a = 0; a < count; a++) {
		titles[a] = a < p->axis_count ? p->axes[a].label : metric;
		stagger |= short_names_length(titles[a]) > room(p, 1);
	}
	short_names(titles, count, room(p, 2) < TITLE_MAX ? room(p, 2) : TITLE_MAX, names);
	for (size_t a = 0; a < count; a++)
		titles[a] = names[a].s;
	figure_texts(p->f, "axis_title", titles, count);
	figure_number(p->f, "stagger", stagger);
	for (size_t a = 0; a < count; a++)
		str_free(&names[a]);
}

static void write_figure(struct plot *p)
{
	struct str heading = { 0 };
	size_t fewest = p->lines[0].n, most = fewest;
	double low = NAN, high = NAN;
	for (size_t i = 0; i < p->line_count; i++) {
		low = fmin(p->lines[i].mean, low);
		high = fmax(p->lines[i].mean, high);
		fewest = p->lines[i].n < fewest ? p->lines[i].n : fewest;
		most = p->lines[i].n > most ? p->lines[i].n : most;
	}
	const struct axis y = figure_axis(low, high, 6);
	write_lines(p, &y);
	write_ticks(p, &y);
	metric_heading(&heading, p->study->sweep, p->spec->metric);
	figure_legend(p->f, NULL, 0);
	figure_number(p->f, "axes", (double)p->axis_count + 1);
	write_titles(p, heading.s);
	str_addf(&p->f->caption,
		"A line: one configuration (%zu of them), mean over seeds (n = %zu", p->line_count,
		fewest);
	if (most > fewest)
		str_addf(&p->f->caption, " to %zu", most);
	str_addf(&p->f->caption, "). Dark and on top: the %s values of %s.",
		p->metric->better < 0 ? "smallest" : "largest", heading.s);
	if (p->left_out.length)
		str_addf(&p->f->caption, " More than %d labels vary: %s without an axis.", AXES_MAX,
			p->left_out.s);
	p->f->height = HEIGHT;
	str_free(&heading);
}

int figure_parallel(struct figure *f, struct err *e)
{
	struct plot *p = calloc(1, sizeof(*p));
	int result = -1;
	if (!p)
		return err_nomem(e);
	*p = (struct plot){ .f = f,
		.study = f->layout.study,
		.spec = f->layout.spec,
		.metric = metric_find(f->layout.study->sweep, f->layout.spec->metric) };
	p->lines = calloc(LINES_MAX, sizeof(*p->lines));
	if (!p->lines)
		err_nomem(e);
	else if (find_axes(p, e) == 0 && find_lines(p, e) == 0) {
		write_figure(p);
		result = 0;
	}
	for (size_t i = 0; i < p->tick_count; i++)
		str_free(&p->tick_texts[i]);
	str_free(&p->left_out);
	free(p->lines);
	free(p);
	return result;
}

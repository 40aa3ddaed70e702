/* chart.c - scales, ticks and marks of chart.h. */
#include "chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/err.h"
#include "../report/html.h"
#include "../report/short_names.h"

enum {
	WIDTH = 720,
	HEIGHT = 300,
	LEFT = 64,
	RIGHT = 12,
	TOP = 10,
	BOTTOM = 42,
	TICKS_MAX = 6,
	TICK_VALUES_MAX = 12,
	PARALLEL_TOP = 46,  /* two rows of titles */
	PARALLEL_SIDE = 70, /* half a title, and the labels of the last axis */
	LETTER = 7,         /* pixels of a character */
	LABEL_GAP = 5,      /* from an axis to its labels */
	NAME_MIN = 4,
	NAMES_SHOWN = 14, /* one below the other */
};

/* From values to pixels along one axis. */
struct scale {
	double low, high, step; /* in log10 when log */
	double from, to;        /* pixels of low and high */
	bool log;
};

static double along(const struct scale *s, double value)
{
	const double v = s->log ? log10(value) : value;

	return s->from + (v - s->low) / (s->high - s->low) * (s->to - s->from);
}

/* 1, 2 or 5 times a power of ten: at least two and at most `most` of them lie in [low, high]. */
static double nice_step(double low, double high, int most)
{
	const double rough = (high - low) / most, power = pow(10, floor(log10(rough)));
	static const double factors[] = { 1, 2, 5, 10 };

	for (size_t i = 0; i < 4; i++)
		if (power * factors[i] >= rough * 0.999999)
			return power * factors[i];
	return power * 10;
}

static struct scale make_scale(
	double low, double high, bool log, bool whole, double from, double to)
{
	struct scale s = { low, high, 0, from, to, log };

	if (log) {
		s.low = log10(low);
		s.high = log10(high);
	}
	if (!(s.high > s.low)) { /* one value: room on both sides of it */
		const double room = log ? 0.5 : s.low != 0 ? fabs(s.low) * 0.05 : 0.5;
		s.low -= whole ? 1 : room;
		s.high += whole ? 1 : room;
	}
	s.step = nice_step(s.low, s.high, TICKS_MAX);
	if (log && s.high - s.low >= 2)
		s.step = fmax(1, round(s.step));
	if (whole)
		s.step = fmax(1, round(s.step));
	return s;
}

static void add_number(struct str *out, double value, double step)
{
	const int decimals = step > 0 && step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;

	if (fabs(value) < step * 1e-6)
		value = 0;
	if (fabs(value) >= 1e6 || (value != 0 && fabs(value) < 1e-4))
		str_addf(out, "%.3g", value);
	else
		str_addf(out, "%.*f", decimals > 6 ? 6 : decimals, value);
}

static void add_tick_label(struct str *out, const struct scale *s, double value)
{
	if (s->log)
		str_addf(out, "%.3g", value);
	else
		add_number(out, value, s->step);
}

/* Ticks are computed from whole multiples, so that rounding does not add up. */
static double first_tick(const struct scale *s)
{
	return ceil(s->low / s->step - 1e-9);
}

static bool is_tick(const struct scale *s, double k)
{
	return k * s->step <= s->high + s->step * 1e-9;
}

/* The labelled places of a scale: those of its steps, or given ones. */
struct ticks {
	double at[TICK_VALUES_MAX + 1]; /* the values themselves; one more: too many */
	size_t count;
	bool given;
};

static struct ticks steps_of(const struct scale *s)
{
	struct ticks t = { .count = 0 };

	for (double k = first_tick(s); is_tick(s, k) && t.count < TICK_VALUES_MAX; k++)
		t.at[t.count++] = s->log ? pow(10, k * s->step) : k * s->step;
	return t;
}

static void note_value(struct ticks *t, double value)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->at[i] == value)
			return;
	if (isfinite(value) && t->count < TICK_VALUES_MAX + 1)
		t->at[t->count++] = value;
}

/* On a logarithmic axis the sweep's own values are the ticks: 16, 32, 64. With one value or with
 * more than there is room for the steps are. */
static struct ticks ticks_of(const struct scale *s, struct ticks values)
{
	if (!s->log || values.count < 2 || values.count > TICK_VALUES_MAX)
		return steps_of(s);
	values.given = true;
	return values;
}

static void add_tick(struct str *out, const struct scale *s, const struct ticks *t, size_t i)
{
	if (t->given)
		str_addf(out, "%.10g", t->at[i]);
	else
		add_tick_label(out, s, t->at[i]);
}

static void x_axis(struct str *out, const struct scale *x, const struct ticks *t, const char *title)
{
	for (size_t i = 0; i < t->count; i++) {
		const double at = along(x, t->at[i]);
		str_addf(out,
			"<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
			"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
			at, TOP, at, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 16);
		add_tick(out, x, t, i);
		str_add(out, "</text>\n");
	}
	str_addf(out, "<text class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
		(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6);
	html_text(out, title);
	str_add(out, "</text>\n");
}

static void y_axis(struct str *out, const struct scale *y, const char *title)
{
	const struct ticks t = steps_of(y);

	for (size_t i = 0; i < t.count; i++) {
		const double at = along(y, t.at[i]);
		str_addf(out,
			"<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" dy=\".35em\">",
			LEFT, at, WIDTH - RIGHT, at, LEFT - 6, at);
		add_tick(out, y, &t, i);
		str_add(out, "</text>\n");
	}
	str_addf(out,
		"<text class=\"axis\" transform=\"translate(14 %d) rotate(-90)\" "
		"text-anchor=\"middle\">",
		(TOP + HEIGHT - BOTTOM) / 2);
	html_text(out, title);
	str_add(out, "</text>\n");
}

/* ---- lines ---- */

static void add_band_points(
	struct str *out, const struct chart_series *s, const struct scale *x, const struct scale *y)
{
	for (size_t i = 0; i < s->count; i++)
		if (!isnan(s->high[i]))
			str_addf(out, "%.1f,%.1f ", along(x, s->x[i]), along(y, s->high[i]));
	for (size_t i = s->count; i-- > 0;)
		if (!isnan(s->low[i]))
			str_addf(out, "%.1f,%.1f ", along(x, s->x[i]), along(y, s->low[i]));
}

static void add_line(
	struct str *out, const struct chart_series *s, const struct scale *x, const struct scale *y)
{
	bool pen_down = false;

	str_addf(out, "<path class=\"line series-%d%s\" d=\"", s->colour, s->thin ? " thin" : "");
	for (size_t i = 0; i < s->count; i++) {
		if (isnan(s->y[i])) {
			pen_down = false;
			continue;
		}
		str_addf(out, "%c%.1f %.1f", pen_down ? 'L' : 'M', along(x, s->x[i]),
			along(y, s->y[i]));
		pen_down = true;
	}
	str_add(out, "\"/>\n");
}

static void add_dots(
	struct str *out, const struct chart_series *s, const struct scale *x, const struct scale *y)
{
	for (size_t i = 0; i < s->count; i++)
		if (!isnan(s->y[i]))
			str_addf(out,
				"<circle class=\"series-%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"/>\n",
				s->colour, along(x, s->x[i]), along(y, s->y[i]),
				s->thin ? "2" : "3");
}

static void add_series(
	struct str *out, const struct chart_series *s, const struct scale *x, const struct scale *y)
{
	if (s->low && s->high) {
		str_addf(out, "<polygon class=\"band series-%d\" points=\"", s->colour);
		add_band_points(out, s, x, y);
		str_add(out, "\"/>\n");
	}
	if (s->line)
		add_line(out, s, x, y);
	if (s->dots)
		add_dots(out, s, x, y);
}

static void widen(double value, double *low, double *high)
{
	if (!isfinite(value))
		return;
	*low = isnan(*low) || value < *low ? value : *low;
	*high = isnan(*high) || value > *high ? value : *high;
}

/* What all series need. Returns whether there is a point. */
static bool extent(const struct chart *c, double x[2], double y[2])
{
	x[0] = x[1] = y[0] = y[1] = NAN;
	for (size_t k = 0; k < c->count; k++) {
		const struct chart_series *s = &c->series[k];
		for (size_t i = 0; i < s->count; i++) {
			if (!isfinite(s->y[i]))
				continue;
			widen(s->x[i], &x[0], &x[1]);
			widen(s->y[i], &y[0], &y[1]);
			if (s->low && s->high) {
				widen(s->low[i], &y[0], &y[1]);
				widen(s->high[i], &y[0], &y[1]);
			}
		}
	}
	const double room = (y[1] - y[0]) * 0.04;
	y[0] -= room;
	y[1] += room;
	if (!c->whole && c->log_x) {
		x[0] /= 1.08;
		x[1] *= 1.08;
	} else if (!c->whole) {
		x[0] -= (x[1] - x[0]) * 0.02;
		x[1] += (x[1] - x[0]) * 0.02;
	}
	return !isnan(x[0]);
}

/* The name of a series is told once, also when several lines (a band, its seeds) have it. */
static bool named_before(const struct chart *c, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (c->series[i].colour == c->series[at].colour
			&& !strcmp(c->series[i].name, c->series[at].name))
			return true;
	return false;
}

static void legend(struct str *out, const struct chart *c)
{
	size_t names = 0;

	for (size_t i = 0; i < c->count; i++)
		names += !named_before(c, i);
	if (names < 2)
		return; /* the title says it */
	str_add(out, "<ul class=\"legend\">\n");
	for (size_t i = 0; i < c->count; i++) {
		if (named_before(c, i))
			continue;
		str_addf(out,
			"<li><svg class=\"key\" viewBox=\"0 0 20 10\" aria-hidden=\"true\"><path "
			"class=\"line series-%d\" d=\"M0 5L20 5\"/></svg>",
			c->series[i].colour);
		html_text(out, c->series[i].name);
		str_add(out, "</li>\n");
	}
	str_add(out, "</ul>\n");
}

static void begin_figure(struct str *out, const char *title, int width, int height)
{
	str_add(out, "<figure class=\"chart\">\n");
	html_element(out, "figcaption", NULL, title);
	str_addf(out, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"");
	html_text(out, title);
	str_addf(out, "\"><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", width, height);
	html_text(out, title);
	str_add(out, "\">\n");
}

void chart_lines(struct str *out, const struct chart *c)
{
	double x_ends[2], y_ends[2];

	if (!extent(c, x_ends, y_ends)) {
		str_add(out, "<p class=\"notes\">Nothing to draw yet: ");
		html_text(out, c->title);
		str_add(out, "</p>\n");
		return;
	}
	const struct scale x = make_scale(
				   x_ends[0], x_ends[1], c->log_x, c->whole, LEFT, WIDTH - RIGHT),
			   y = make_scale(y_ends[0], y_ends[1], false, false, HEIGHT - BOTTOM, TOP);
	begin_figure(out, c->title, WIDTH, HEIGHT);
	struct ticks values = { .count = 0 };
	for (size_t k = 0; c->log_x && k < c->count; k++)
		for (size_t i = 0; i < c->series[k].count; i++)
			note_value(&values, c->series[k].x[i]);
	const struct ticks t = ticks_of(&x, values);
	x_axis(out, &x, &t, c->x_title);
	y_axis(out, &y, c->y_title);
	for (size_t i = 0; i < c->count; i++)
		add_series(out, &c->series[i], &x, &y);
	str_add(out, "</svg></div>\n");
	legend(out, c);
	str_add(out, "</figure>\n");
}

/* ---- parallel coordinates ---- */

static struct scale parallel_scale(const struct chart_axis *axis, size_t a, size_t axis_count,
	const double *values, size_t lines)
{
	double low = NAN, high = NAN;

	if (axis->names)
		return (struct scale){ -0.5, (double)axis->name_count - 0.5, 1, HEIGHT - BOTTOM,
			PARALLEL_TOP, false };
	for (size_t i = 0; i < lines; i++)
		widen(values[i * axis_count + a], &low, &high);
	if (isnan(low))
		low = high = axis->log ? 1 : 0;
	return make_scale(low, high, axis->log, false, HEIGHT - BOTTOM, PARALLEL_TOP);
}

/* How the axes share the width. */
struct parallel {
	double between; /* pixels from an axis to the next */
	bool stagger;   /* titles of neighbours would touch: they stand on two rows */
	struct str titles[CHART_AXES_MAX];
};

static double parallel_x(const struct parallel *p, size_t a)
{
	return PARALLEL_SIDE + p->between * (double)a;
}

/* The characters that fit in so many pixels, with a gap behind. */
static int room(double pixels)
{
	const int letters = (int)(pixels / LETTER) - 1;
	return letters > NAME_MIN ? letters : NAME_MIN;
}

static void parallel_titles(struct parallel *p, const struct chart_axis *axes, size_t count)
{
	const char *titles[CHART_AXES_MAX];
	const double widest = fmin(2 * p->between, 2 * PARALLEL_SIDE);

	for (size_t a = 0; a < count; a++) {
		titles[a] = axes[a].title;
		p->stagger |= short_names_length(titles[a]) > room(p->between);
	}
	short_names(titles, count, room(widest), p->titles);
}

/* A text in the SVG element that is open; where it was cut, its tooltip has the whole. */
static void add_cut_text(struct str *out, const char *text, const char *whole)
{
	if (strcmp(text, whole) != 0)
		html_element(out, "title", NULL, whole);
	html_text(out, text);
	str_add(out, "</text>\n");
}

static void begin_parallel_label(struct str *out, const struct parallel *p, size_t a, double y)
{
	str_addf(out, "<text class=\"halo\" x=\"%.1f\" y=\"%.1f\" dy=\".35em\">",
		parallel_x(p, a) + LABEL_GAP, y);
}

static void parallel_names(struct str *out, const struct parallel *p, const struct chart_axis *axis,
	size_t a, const struct scale *s)
{
	const size_t step = (axis->name_count + NAMES_SHOWN - 1) / NAMES_SHOWN;
	struct str *names = calloc(axis->name_count + 1, sizeof(*names));

	if (!names)
		err_end_nomem();
	short_names(axis->names, axis->name_count, room(p->between - LABEL_GAP), names);
	for (size_t i = 0; i < axis->name_count; i++) {
		if (i % step == 0) {
			begin_parallel_label(out, p, a, along(s, (double)i));
			add_cut_text(out, names[i].s, axis->names[i]);
		}
		str_free(&names[i]);
	}
	free(names);
}

static void parallel_axis(struct str *out, const struct parallel *p, const struct chart_axis *axis,
	size_t a, const struct scale *s, const struct ticks *t)
{
	const double x = parallel_x(p, a);

	str_addf(out,
		"<line class=\"rule\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
		"<text class=\"axis\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
		x, PARALLEL_TOP, x, HEIGHT - BOTTOM, x, p->stagger && a % 2 == 0 ? 16 : 32);
	add_cut_text(out, p->titles[a].s, axis->title);
	if (axis->names) {
		parallel_names(out, p, axis, a, s);
		return;
	}
	for (size_t i = 0; i < t->count; i++) {
		begin_parallel_label(out, p, a, along(s, t->at[i]));
		add_tick(out, s, t, i);
		str_add(out, "</text>\n");
	}
}

void chart_parallel(struct str *out, const char *title, const struct chart_axis *axes,
	size_t axis_count, const double *values, size_t line_count)
{
	struct scale scales[CHART_AXES_MAX];

	if (axis_count < 2 || axis_count > CHART_AXES_MAX || !line_count)
		return;
	struct parallel p = {
		.between = (WIDTH - 2.0 * PARALLEL_SIDE) / (double)(axis_count - 1),
	};
	parallel_titles(&p, axes, axis_count);
	for (size_t a = 0; a < axis_count; a++)
		scales[a] = parallel_scale(&axes[a], a, axis_count, values, line_count);
	const struct scale *goal = &scales[axis_count - 1];
	begin_figure(out, title, WIDTH, HEIGHT);
	for (size_t i = 0; i < line_count; i++) {
		const double *v = values + i * axis_count;
		const double share =
			(goal->from - along(goal, v[axis_count - 1])) / (goal->from - goal->to);
		bool pen_down = false;
		if (isnan(v[axis_count - 1]))
			continue;
		str_addf(out, "<path class=\"line thin rank-%d\" d=\"",
			share < 0.25           ? 0
				: share < 0.5  ? 1
				: share < 0.75 ? 2
					       : 3);
		for (size_t a = 0; a < axis_count; a++) {
			if (isnan(v[a]))
				continue;
			str_addf(out, "%c%.1f %.1f", pen_down ? 'L' : 'M', parallel_x(&p, a),
				along(&scales[a], v[a]));
			pen_down = true;
		}
		str_add(out, "\"/>\n");
	}
	for (size_t a = 0; a < axis_count; a++) {
		struct ticks distinct = { .count = 0 };
		for (size_t i = 0; axes[a].log && i < line_count; i++)
			note_value(&distinct, values[i * axis_count + a]);
		const struct ticks t = ticks_of(&scales[a], distinct);
		parallel_axis(out, &p, &axes[a], a, &scales[a], &t);
		str_free(&p.titles[a]);
	}
	str_add(out, "</svg></div>\n</figure>\n");
}

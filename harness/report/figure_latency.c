/* figure_latency.c - how long one call of a trained network with one image takes: the distribution
 * of all measured calls (table latencies, filled by `retrial latency`), with its median, 90 % and
 * 99 %. A panel for each data set, a row for each value of the series label and number format, by
 * the kernel variant that was fastest. Distributions of several trials (seeds) of one row are added
 * up. Other batch sizes and variants: retrial query latency. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../store/read.h"
#include "figure.h"

enum { ROW_HEIGHT = 40, ROWS_MAX = 48, TITLE_MAX = 128, SAMPLES_MAX = 1024, BINS_MAX = 4096 };
enum { TRIAL, FORMAT, KERNELS, CALLS, HISTOGRAM, NOISE, CPU };

/* Of every trial and number format, the variant with the smallest median, by the latest measurement
 * of each. */

/* What a row of the figure is about; `first` is a row of the answer that is like it. */
struct line {
	size_t series, first;
	char title[TITLE_MAX];
};

struct bin {
	double seconds, count;
};

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	struct rows *measured;
	struct line lines[ROWS_MAX];
	size_t line_count;
	struct bin bins[BINS_MAX];
	size_t bin_count;    /* of the row at hand, sorted */
	double calls;        /* of the row at hand */
	double low, high;    /* of the axis, microseconds */
	double fewest, most; /* calls of a row */
	double noise;        /* largest */
};

static bool like(const struct plot *p, size_t a, size_t b)
{
	return !strcmp(rows_text(p->measured, a, FORMAT), rows_text(p->measured, b, FORMAT));
}

static bool is_of(const struct plot *p, size_t r, size_t panel, size_t series)
{
	const struct sample *samples[SAMPLES_MAX];
	const size_t n = figure_layout_samples(p->layout, panel, series, -1, samples, SAMPLES_MAX);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(samples[i]->identity, rows_text(p->measured, r, TRIAL)))
			return true;
	return false;
}

/* Does this column differ between any two measurements? Then a row's title says it. */
static bool differs(const struct plot *p, int column)
{
	for (size_t r = 1; r < p->measured->row_count; r++)
		if (strcmp(rows_text(p->measured, 0, column), rows_text(p->measured, r, column)))
			return true;
	return false;
}

static void title_of(const struct plot *p, struct line *line)
{
	struct str title = { 0 };

	str_add(&title, p->layout->names[line->series]);
	if (differs(p, FORMAT))
		str_addf(&title, ", %s", rows_text(p->measured, line->first, FORMAT));
	memcpy(line->title, title.s, title.length < TITLE_MAX ? title.length : TITLE_MAX - 1);
	str_free(&title);
}

static int find_lines(struct plot *p, struct err *e)
{
	for (size_t series = 0; series < p->layout->series_count; series++)
		for (size_t r = 0; r < p->measured->row_count; r++) {
			bool ours = false, before = false;
			for (size_t panel = 0; panel < p->layout->panel_count && !ours; panel++)
				ours = is_of(p, r, panel, series);
			for (size_t i = 0; i < p->line_count && !before; i++)
				before = p->lines[i].series == series
					&& like(p, p->lines[i].first, r);
			if (!ours || before)
				continue;
			if (p->line_count == ROWS_MAX)
				return err_set(e, ERR_USAGE,
					"figure %s: more than %d rows: narrow its 'where'",
					p->layout->spec->id, ROWS_MAX);
			p->lines[p->line_count] = (struct line){ .series = series, .first = r };
			title_of(p, &p->lines[p->line_count++]);
		}
	return p->line_count ? 0
			     : err_set(e, ERR_FAILED,
				     "figure %s: nothing to draw: no latency of one image is "
				     "recorded (retrial latency measures it)",
				     p->layout->spec->id);
}

/* ---- distributions ---- */

static int add_bin(struct plot *p, double seconds, double count)
{
	for (size_t i = 0; i < p->bin_count; i++)
		if (p->bins[i].seconds == seconds) {
			p->bins[i].count += count;
			return 0;
		}
	if (p->bin_count == BINS_MAX || !(seconds > 0) || !(count >= 0))
		return -1;
	p->bins[p->bin_count++] = (struct bin){ seconds, count };
	return 0;
}

/* Add one histogram, [[seconds, count], ...]. */
static int add_histogram(struct plot *p, size_t r, struct err *e)
{
	json_t *bins = json_loads(rows_text(p->measured, r, HISTOGRAM), 0, NULL), *bin;
	size_t i;
	int result = json_is_array(bins) ? 0 : -1;

	json_array_foreach(bins, i, bin) result = result
			|| add_bin(p, json_number_value(json_array_get(bin, 0)),
				json_number_value(json_array_get(bin, 1)))
		? -1
		: 0;
	json_decref(bins);
	return result ? err_set(e, ERR_ENVIRONMENT,
		       "figure %s: the histogram of a latency of trial %.12s is damaged",
		       p->layout->spec->id, rows_text(p->measured, r, TRIAL))
		      : 0;
}

static int by_seconds(const void *a, const void *b)
{
	const struct bin *x = a, *y = b;

	return x->seconds < y->seconds ? -1 : x->seconds > y->seconds;
}

/* All calls of a row of one panel, into p->bins; none: calls is 0. */
static int gather(struct plot *p, size_t panel, const struct line *line, struct err *e)
{
	p->bin_count = 0;
	p->calls = 0;
	for (size_t r = 0; r < p->measured->row_count; r++)
		if (like(p, line->first, r) && is_of(p, r, panel, line->series)) {
			if (add_histogram(p, r, e))
				return -1;
			p->noise = fmax(rows_number(p->measured, r, NOISE), p->noise);
		}
	qsort(p->bins, p->bin_count, sizeof(p->bins[0]), by_seconds);
	for (size_t i = 0; i < p->bin_count; i++)
		p->calls += p->bins[i].count;
	return 0;
}

/* The bin that holds this share of the calls, in microseconds. */
static double quantile(const struct plot *p, double share)
{
	double below = 0;
	size_t i = 0;

	while (i + 1 < p->bin_count && (below += p->bins[i].count) < share * p->calls)
		i++;
	return 1e6 * p->bins[i].seconds;
}

/* ---- the figure ---- */

static void begin_block(const struct plot *p, size_t panel, const char *title, const char *what)
{
	struct str comment = { 0 };

	str_addf(&comment, "%s%s%s, %s", p->layout->panels[panel], title[0] ? ", " : "", title,
		what);
	figure_block(p->f, comment.s);
	str_free(&comment);
}

/* The outline over the row's base at y: as high as its fullest bin. */
static void write_outline(const struct plot *p, double y)
{
	double largest = 0;

	for (size_t i = 0; i < p->bin_count; i++)
		largest = fmax(largest, p->bins[i].count);
	for (size_t i = 0; i < p->bin_count; i++)
		figure_row(p->f,
			(const double[]){ 1e6 * p->bins[i].seconds, y,
				y + 0.72 * p->bins[i].count / largest, p->bins[i].count },
			4);
}

/* Blocks of a panel: an outline for each row, then the quantiles of all. */
static int add_panel(struct plot *p, size_t panel, struct err *e)
{
	double marks[ROWS_MAX][5];

	for (size_t i = 0; i < p->line_count; i++) {
		const double y = -(double)(i + 1);
		if (gather(p, panel, &p->lines[i], e))
			return -1;
		begin_block(p, panel, p->lines[i].title,
			"bins: microseconds a call, base, outline, calls");
		marks[i][0] = NAN;
		if (!(p->calls > 0))
			continue;
		write_outline(p, y);
		const double row[5] = { quantile(p, 0.5), y - 0.09, quantile(p, 0.9),
			quantile(p, 0.99), p->calls };
		memcpy(marks[i], row, sizeof(row));
		p->low = fmin(1e6 * p->bins[0].seconds, p->low);
		p->high = fmax(quantile(p, 0.995), p->high);
		p->fewest = fmin(p->calls, p->fewest);
		p->most = fmax(p->calls, p->most);
	}
	begin_block(p, panel, "", "quantiles: median, position, 90 %, 99 %, calls");
	for (size_t i = 0; i < p->line_count; i++)
		if (!isnan(marks[i][0]))
			figure_row(p->f, marks[i], 5);
	return 0;
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	const struct legend_entry legend[] = { { "median", 1, false, true },
		{ "to 90 %", 2, true, false }, { "to 99 %", 3, true, false } };
	const char *titles[ROWS_MAX];
	size_t widest = 0;

	for (size_t i = 0; i < p->line_count; i++) {
		titles[i] = p->lines[i].title;
		widest = strlen(titles[i]) > widest ? strlen(titles[i]) : widest;
	}
	figure_number(p->f, "panels", (double)l->panel_count);
	figure_texts(p->f, "panel_title", l->panels, l->panel_count);
	figure_number(p->f, "rows", (double)p->line_count);
	figure_texts(p->f, "row_title", titles, p->line_count);
	figure_number(p->f, "row_title_width", (double)widest);
	figure_number(p->f, "x_low", 0.95 * p->low);
	figure_number(p->f, "x_high", 1.05 * p->high);
	figure_legend(p->f, legend, 3);
	p->f->height = (int)p->line_count * ROW_HEIGHT + 72;
}

/* What stands in a column of the answer, once each. */
static void add_different(struct str *out, const struct plot *p, int column, const char *before)
{
	size_t count = 0;

	for (size_t r = 0; r < p->measured->row_count; r++) {
		const char *text = rows_text(p->measured, r, column);
		bool told = !text[0];
		for (size_t i = 0; i < r && !told; i++)
			told = !strcmp(rows_text(p->measured, i, column), text);
		if (!told)
			str_addf(out, "%s%s", count++ ? ", " : before, text);
	}
	str_add(out, count ? "." : "");
}

static void write_caption(struct plot *p)
{
	struct str *c = &p->f->caption;

	str_addf(c,
		"Grey: the distribution of all measured calls with one image, in bins of 1 %% of "
		"their time (%.0f",
		p->fewest);
	if (p->most > p->fewest)
		str_addf(c, " to %.0f", p->most);
	str_add(c, " calls). Logarithmic; the slowest 0.5 % are beyond the axis.");
	add_different(c, p, FORMAT, " Numbers: ");
	add_different(c, p, KERNELS, " Kernels, the fastest of each: ");
	add_different(c, p, CPU, " Measured on ");
	if (!isnan(p->noise))
		str_addf(c, " The medians of two halves of the same calls differ by up to %.1f %%.",
			100 * p->noise);
	figure_layout_caption(c, p->layout);
}

int figure_latency(struct figure *f, struct err *e)
{
	const char *const parameters[] = { "sweep", f->layout.study->sweep->name, NULL };
	struct plot *p = calloc(1, sizeof(*p));
	int result = -1;

	if (!p)
		return err_nomem(e);
	*p = (struct plot){
		.f = f,
		.layout = &f->layout,
		.low = NAN,
		.high = NAN,
		.fewest = NAN,
		.most = NAN,
		.noise = NAN,
	};
	if (store_ask(f->store, "figure_latency", parameters, e, &p->measured) || find_lines(p, e))
		goto out;
	for (size_t panel = 0; panel < p->layout->panel_count; panel++)
		if (add_panel(p, panel, e))
			goto out;
	write_variables(p);
	write_caption(p);
	result = 0;
out:
	rows_free(p->measured);
	free(p);
	return result;
}

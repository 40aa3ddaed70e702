/* figure_curves.c - learning curves: one panel a phase, validation and training by epoch within the
 * phase, over the seeds.
 *
 * Phases end early at different epochs for different seeds, so a cumulative axis would lay unlike
 * epochs over each other. Every phase begins at its own epoch 1; the mean is over all seeds
 * and ends where the first of them does; every seed is there as a thin line to its own end. A
 * k-fold phase is a panel over its folds: what each fold's kept weights score on its validation
 * images and on the test images. A value of the figure's series label begins a row of panels unless
 * all its phases fit beside the one before. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../store/read.h"
#include "band.h"
#include "figure.h"

enum {
	PANELS_MAX = 64,
	COLUMNS_MAX = 4,
	CURVES_MAX = 256,
	SEEDS_MAX = 256,
	EPOCHS_MAX = 4096,
	ROW_HEIGHT = 184
};
enum style {
	STYLE_VALIDATION = 1,
	STYLE_TRAINING,
	STYLE_VALIDATION_2,
	STYLE_TRAINING_2,
	STYLE_TEST,
	STYLES
};

struct plot {
	const struct study *study;
	const struct figure_spec *spec;
	struct figure *f;
	struct store *store;
	bool loss;
	double scale;
	struct str titles[PANELS_MAX];
	double first[PANELS_MAX], last[PANELS_MAX], row[PANELS_MAX], column[PANELS_MAX],
		folds[PANELS_MAX]; /* of a panel; curves from 0 */
	struct axis x[PANELS_MAX], y[PANELS_MAX];
	double low[PANELS_MAX], high[PANELS_MAX]; /* of a panel's values */
	struct str series[PANELS_MAX], phases[PANELS_MAX];
	struct extent reach; /* of the panel under way */
	double style[CURVES_MAX];
	size_t panels, curves, columns;
	size_t rows, next_column; /* complete rows of panels; where the next panel goes in the one
				     under way */
	size_t fewest, most;      /* seeds of a row */
	bool used[STYLES];
};

static double number(const struct rows *r, size_t row, const char *column)
{
	return rows_number(r, row, rows_column(r, column));
}

static const char *text(const struct rows *r, size_t row, const char *column)
{
	return rows_text(r, row, rows_column(r, column));
}

/* What the database has of one finished trial. */
struct history {
	struct rows *epochs, *phases;
};

/* ---- one curve ---- */

static void write_curve(struct plot *p, const struct curve *c, enum style style, const char *what)
{
	struct str comment = { 0 };
	const char *panel = p->titles[p->panels].s;

	str_addf(&comment, "%s, %s: %s, mean, low, high, seeds", panel, what,
		p->folds[p->panels] ? "fold" : "epoch");
	band_mean(p->f, c, p->loss ? INFINITY : 100, comment.s, &p->reach);
	str_clear(&comment);
	str_addf(&comment, "%s, %s: %s, value; one line per seed", panel, what,
		p->folds[p->panels] ? "fold" : "epoch");
	band_seeds(p->f, c, comment.s, &p->reach);
	str_free(&comment);
	p->style[p->curves++] = style;
	p->used[style] = true;
}

/* Where the values of a curve come from: one column of the rows of this phase and output (-1:
 * whatever the row's). */
struct source {
	bool folds; /* the kept weights of every fold, by fold; else every epoch's, by epoch */
	int phase, output;
	const char *column;
};

/* Is this row meant? *x is its place on the axis, from 0. */
static bool is_meant(const struct source *from, const struct rows *r, size_t row, double *x)
{
	*x = number(r, row, from->folds ? "fold" : "epoch");
	return (int)number(r, row, "phase") == from->phase
		&& (from->output < 0 || (int)number(r, row, "output") == from->output) && *x >= 0
		&& *x < EPOCHS_MAX && !isnan(number(r, row, from->column));
}

static int collect(const struct source *from, double scale, const struct history *histories,
	size_t seeds, struct curve *c, struct err *e)
{
	*c = (struct curve){ .seeds = seeds };
	for (int fill = 0; fill < 2; fill++) {
		for (size_t s = 0; s < seeds; s++) {
			const struct rows *r =
				from->folds ? histories[s].phases : histories[s].epochs;
			for (size_t i = 0; i < r->row_count; i++) {
				double x;
				if (!is_meant(from, r, i, &x))
					continue;
				if (fill)
					c->y[s * c->length + (size_t)x] =
						number(r, i, from->column) * scale;
				else if ((size_t)x + 1 > c->length)
					c->length = (size_t)x + 1;
			}
		}
		if (fill)
			break;
		c->y = malloc((seeds * c->length + 1) * sizeof(*c->y));
		if (!c->y)
			return err_nomem(e);
		for (size_t k = 0; k < seeds * c->length; k++)
			c->y[k] = NAN;
	}
	return 0;
}

static int add_curve(struct plot *p, const struct history *histories, size_t seeds,
	const struct source *from, enum style style, const char *what, struct err *e)
{
	struct curve c;

	if (p->curves == CURVES_MAX)
		return err_set(e, ERR_USAGE, "figure %s: more than %d curves: narrow its 'where'",
			p->spec->id, CURVES_MAX);
	if (collect(from, p->scale, histories, seeds, &c, e))
		return -1;
	if (c.length)
		write_curve(p, &c, style, what);
	free(c.y);
	return 0;
}

/* ---- panels ---- */

static int add_phase(struct plot *p, const struct history *histories, size_t seeds, int phase,
	bool folds, struct err *e)
{
	static const struct {
		bool folds, loss;
		int output;
		const char *column;
		enum style style;
		const char *what;
	} curves[] = {
		{ false, false, 0, "train_accuracy", STYLE_TRAINING, "training" },
		{ false, false, 1, "train_accuracy", STYLE_TRAINING_2, "training, output 2" },
		{ false, false, 0, "val_accuracy", STYLE_VALIDATION, "validation" },
		{ false, false, 1, "val_accuracy", STYLE_VALIDATION_2, "validation, output 2" },
		{ true, false, -1, "val_accuracy_1", STYLE_VALIDATION, "validation" },
		{ true, false, -1, "test_accuracy_1", STYLE_TEST, "test" },
		{ false, true, 0, "train_loss", STYLE_TRAINING, "training" },
		{ false, true, 1, "train_loss", STYLE_TRAINING_2, "training, output 2" },
		{ false, true, 0, "val_loss", STYLE_VALIDATION, "validation" },
		{ false, true, 1, "val_loss", STYLE_VALIDATION_2, "validation, output 2" },
		{ true, true, -1, "val_loss_1", STYLE_VALIDATION, "validation" },
		{ true, true, -1, "test_loss_1", STYLE_TEST, "test" },
	};

	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		const struct source from = { folds, phase, curves[i].output, curves[i].column };
		if (curves[i].folds == folds && curves[i].loss == p->loss
			&& add_curve(
				p, histories, seeds, &from, curves[i].style, curves[i].what, e))
			return -1;
	}
	return 0;
}

/* The name of the phase in the trials' recipe ("" when it has none), and whether it has folds. */
static const char *describe_phase(
	const struct history *histories, size_t seeds, int phase, bool *folds)
{
	for (size_t s = 0; s < seeds; s++)
		for (size_t i = 0; i < histories[s].phases->row_count; i++)
			if ((int)number(histories[s].phases, i, "phase") == phase) {
				*folds = number(histories[s].phases, i, "fold") >= 0;
				return text(histories[s].phases, i, "name");
			}
	return "";
}

static int add_panels(struct plot *p, const char *series, const struct history *histories,
	size_t seeds, struct err *e)
{
	size_t column = p->next_column, count = 0;
	bool folds;

	for (int phase = 0; phase < PHASES_MAX; phase++)
		count += describe_phase(histories, seeds, phase, &folds)[0] != '\0';
	if (column && column + count > COLUMNS_MAX) { /* a series that does not fit beside the last
							 one begins a row of its own */
		column = 0;
		p->rows++;
	}
	for (int phase = 0; phase < PHASES_MAX; phase++) {
		folds = false;
		const char *name = describe_phase(histories, seeds, phase, &folds);
		if (!name[0])
			continue;
		if (p->panels == PANELS_MAX)
			return err_set(e, ERR_USAGE,
				"figure %s: more than %d panels: narrow its 'where'", p->spec->id,
				PANELS_MAX);
		str_addf(&p->titles[p->panels], "%s%s%s", series, series[0] ? ": " : "", name);
		str_add(&p->series[p->panels], series);
		str_add(&p->phases[p->panels], name);
		p->folds[p->panels] = folds;
		if (column == COLUMNS_MAX) {
			column = 0;
			p->rows++;
		}
		p->row[p->panels] = (double)p->rows;
		p->column[p->panels] = (double)column++;
		p->first[p->panels] = (double)p->curves;
		p->reach = (struct extent){ NAN, NAN, 1 };
		if (add_phase(p, histories, seeds, phase, folds, e))
			return -1;
		p->low[p->panels] = p->reach.low;
		p->high[p->panels] = p->reach.high;
		p->x[p->panels] = figure_whole_axis(1, p->reach.longest, 5);
		if (folds && p->reach.longest <= 10)
			p->x[p->panels].step = 1;
		p->last[p->panels++] = (double)p->curves - 1;
		p->columns = column > p->columns ? column : p->columns;
	}
	p->next_column = column;
	p->fewest = !p->fewest || seeds < p->fewest ? seeds : p->fewest;
	p->most = seeds > p->most ? seeds : p->most;
	return 0;
}

static int ask(const struct plot *p, const char *query, const char *trial, struct err *e,
	struct rows **out)
{
	const char *const parameters[] = { "sweep", p->study->sweep->name, "trial", trial, NULL };

	return store_ask(p->store, query, parameters, e, out);
}

/* The panels of one value of the series label. A trial that has several plan rows has every row of
 * the views as often: DISTINCT. */
static int add_row(struct plot *p, const char *series, const struct sample *const *samples,
	size_t seeds, struct err *e)
{

	struct history *histories = calloc(seeds + 1, sizeof(*histories));
	int result = histories ? 0 : err_nomem(e);

	for (size_t s = 0; s < seeds && !result; s++)
		result = ask(p, "curves_epochs", samples[s]->identity, e, &histories[s].epochs)
				|| ask(p, "curves_phases", samples[s]->identity, e,
					&histories[s].phases)
			? -1
			: 0;
	if (!result)
		result = add_panels(p, series, histories, seeds, e);
	for (size_t s = 0; s < seeds && histories; s++) {
		rows_free(histories[s].epochs);
		rows_free(histories[s].phases);
	}
	free(histories);
	return result;
}

/* The finished replicates of one series value, from the sample at `start` on; returns how many. */
static size_t gather(const struct plot *p, size_t start, const char *series,
	const struct sample *samples[SEEDS_MAX])
{
	size_t seeds = 0;

	for (size_t i = start; i < p->study->count && seeds < SEEDS_MAX; i++) {
		const struct sample *s = &p->study->samples[i];
		const char *value = study_label(s, p->spec->series);
		if (study_holds(&p->spec->where, s) && s->state == SAMPLE_DONE
			&& !strcmp(value ? value : "", series))
			samples[seeds++] = s;
	}
	return seeds;
}

static bool seen_before(const struct plot *p, size_t at, const char *series)
{
	for (size_t i = 0; i < at; i++) {
		const struct sample *s = &p->study->samples[i];
		const char *value = study_label(s, p->spec->series);
		if (study_holds(&p->spec->where, s) && !strcmp(value ? value : "", series))
			return true;
	}
	return false;
}

static int add_named_row(struct plot *p, const char *series, const struct sample *const *samples,
	size_t seeds, struct err *e)
{
	struct str name = { 0 };
	figure_layout_name(&name, p->spec->series, series);
	const int result = add_row(p, name.s ? name.s : "", samples, seeds, e);
	str_free(&name);
	return result;
}

static int add_rows(struct plot *p, struct str *missing, struct err *e)
{
	const struct sample *samples[SEEDS_MAX];

	for (size_t i = 0; i < p->study->count; i++) {
		const struct sample *s = &p->study->samples[i];
		const char *value = study_label(s, p->spec->series), *series = value ? value : "";
		if (!study_holds(&p->spec->where, s) || seen_before(p, i, series))
			continue;
		const size_t seeds = gather(p, i, series, samples);
		if (!seeds)
			str_addf(missing, "%s%s%s%s%s", missing->length ? "; " : "", series,
				s->reason[0] ? " (" : "", s->reason, s->reason[0] ? ")" : "");
		else if (add_named_row(p, series, samples, seeds, e))
			return -1;
	}
	return 0;
}

/* ---- the whole ---- */

static void write_caption(struct plot *p, const char *missing)
{
	struct str *c = &p->f->caption;

	str_addf(c,
		"Thick lines: mean over all seeds, as long as none has stopped; thin lines: single "
		"seeds to their own end (n = %zu",
		p->fewest);
	if (p->most > p->fewest)
		str_addf(c, " to %zu", p->most);
	str_add(c, "). Band: ");
	if (p->fewest < BAND_SD_MIN)
		str_add(c,
			p->most < BAND_SD_MIN ? "smallest to largest value."
					      : "smallest to largest value (n < 5), otherwise mean "
						"± standard deviation.");
	else
		str_add(c, "mean ± standard deviation.");
	if (p->used[STYLE_TRAINING])
		str_add(c,
			p->loss ? " Training values are running means over the epoch, with dropout."
				: " Training accuracy is a running mean over the epoch, on the "
				  "images as they were trained on and with dropout.");
	if (p->used[STYLE_TEST])
		str_add(c,
			" Folds: the weights that each fold keeps, on its own validation images "
			"and on the test images.");
	if (missing[0])
		str_addf(c, " Not shown: %s.", missing);
}

/* Leave out the middle of a text that is longer than so many characters. */
static void fit(struct str *text, size_t most)
{
	size_t characters = 0;
	for (const char *c = text->s; c && *c; c++)
		characters += ((unsigned char)*c & 0xc0) != 0x80;
	if (characters <= most)
		return;
	struct str out = { 0 };
	const size_t head = (most - 1) / 2, tail = characters - (most - 1 - head);
	size_t at = 0;
	for (const char *c = text->s; *c; c++) {
		at += ((unsigned char)*c & 0xc0) != 0x80;
		if (at <= head || at > tail)
			str_add_bytes(&out, c, 1);
		else if (at == head + 1 && ((unsigned char)*c & 0xc0) != 0x80)
			str_add(&out, "…");
	}
	str_free(text);
	*text = out;
}

/* Titles that do not reach into the next panel. */
static void fit_titles(struct plot *p)
{
	enum { PAGE = 672, MARGINS = 66, GAP = 38 };
	const double columns = p->columns ? (double)p->columns : 1;
	const double panel = (PAGE - MARGINS - GAP * (columns - 1)) / columns + GAP - 6;
	for (size_t i = 0; i < p->panels; i++) {
		fit(&p->series[i], (size_t)(panel / 6.4));
		fit(&p->phases[i], (size_t)(panel / 6.4));
	}
}

/* All panels of a row have one vertical scale: they can be compared by eye. */
static void share_axes(struct plot *p)
{
	for (size_t i = 0; i < p->panels; i++) {
		double low = NAN, high = NAN;
		for (size_t k = 0; k < p->panels; k++)
			if (p->row[k] == p->row[i]) {
				low = fmin(p->low[k], low); /* leaves NAN out */
				high = fmax(p->high[k], high);
			}
		p->y[i] = figure_axis(low, high, 5);
	}
}

static void write_variables(struct plot *p)
{
	static const char *const names[STYLES] = { "", "validation", "training",
		"validation, output 2", "training, output 2", "test" };
	const char *titles[PANELS_MAX], *upper[PANELS_MAX], *lower[PANELS_MAX];
	struct legend_entry legend[STYLES];
	const size_t rows = p->rows + (p->next_column > 0);
	size_t entries = 0;

	for (size_t i = 0; i < p->panels; i++)
		titles[i] = p->titles[i].s;
	fit_titles(p);
	share_axes(p);
	for (size_t i = 0; i < p->panels; i++) {
		upper[i] = p->series[i].s ? p->series[i].s : "";
		lower[i] = p->phases[i].s ? p->phases[i].s : "";
	}
	for (int s = 1; s < STYLES; s++)
		if (p->used[s])
			legend[entries++] = (struct legend_entry){ names[s], s, true, true };
	figure_legend(p->f, legend, entries);
	figure_number(p->f, "panels", (double)p->panels);
	figure_number(p->f, "panel_rows", (double)rows);
	figure_number(p->f, "panel_columns", (double)p->columns);
	figure_texts(p->f, "panel_name", titles, p->panels);
	figure_texts(p->f, "panel_title", lower, p->panels);
	figure_texts(p->f, "panel_series", upper, p->panels);
	figure_numbers(p->f, "panel_row", p->row, p->panels);
	figure_numbers(p->f, "panel_column", p->column, p->panels);
	figure_numbers(p->f, "panel_folds", p->folds, p->panels);
	figure_numbers(p->f, "panel_first", p->first, p->panels);
	figure_numbers(p->f, "panel_last", p->last, p->panels);
	figure_axes(p->f, "x", p->x, p->panels);
	figure_axes(p->f, "y", p->y, p->panels);
	figure_numbers(p->f, "curve_style", p->style, p->curves);
	figure_text(p->f, "y_label", p->loss ? "loss" : "accuracy (%)");
	p->f->height = (int)rows * ROW_HEIGHT;
}

int figure_curves_foresee(const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	static const char *const by_epoch[] = { "", "val_accuracy", "train_accuracy", "val_loss",
		"train_loss" };
	(void)sweep;
	for (size_t i = 0; i < sizeof(by_epoch) / sizeof(by_epoch[0]); i++)
		if (strcmp(spec->metric, by_epoch[i]) == 0)
			return 0;
	return err_set(e, ERR_USAGE,
		"figure %s: curves show training and validation by epoch: metric is val_accuracy "
		"or val_loss, not %s",
		spec->id, spec->metric);
}

int figure_curves(struct figure *f, struct err *e)
{
	struct plot *p = calloc(1, sizeof(*p));
	struct str missing = { 0 };

	if (!p)
		return err_nomem(e);
	*p = (struct plot){
		.study = f->layout.study, .spec = f->layout.spec, .f = f, .store = f->store
	};
	p->loss = strstr(p->spec->metric, "loss") != NULL;
	p->scale = p->loss ? 1 : 100;
	const int result = add_rows(p, &missing, e);
	if (!result) {
		write_variables(p);
		write_caption(p, missing.s ? missing.s : "");
	}
	for (size_t i = 0; i < PANELS_MAX; i++) {
		str_free(&p->titles[i]);
		str_free(&p->series[i]);
		str_free(&p->phases[i]);
	}
	str_free(&missing);
	free(p);
	return result;
}

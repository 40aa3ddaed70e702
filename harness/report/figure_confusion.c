/* figure_confusion.c - which classes are taken for which: a panel for each value of the series
 * label, a row a true class, a column a predicted one, in per cent of the row's test images, mean
 * over seeds and folds. Needs the data set for the true classes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../data/dataset.h"
#include "../store/read.h"
#include "figure.h"
#include "short_names.h"

enum {
	CLASSES_MAX = 20,
	PANELS_MAX = 8,
	SEEDS_MAX = 1024,
	COLUMNS = 2,
	CELL_HEIGHT = 20,
	NAME_MOST = 32,   /* characters of a class name in the only panel of a row, ... */
	NAME_BESIDE = 16, /* ... and beside another panel */
	PAGE = 672,       /* pixels, as all of these (plots/confusion.gp) */
	EDGE = 8,
	GAP = 16,
	CELL_WIDTH_MAX = 46,
	TITLE_MIN = 4
};

/* All predictions of the first output of a trial's last phase, or of the phase of this name. */

struct plot {
	struct figure *f;
	const struct figure_layout *layout;
	const struct dataset *dataset;
	struct store *store;
};

struct matrix {
	double count[CLASSES_MAX][CLASSES_MAX]; /* [true][predicted] */
};

static int add_predictions(
	const struct plot *p, const struct value *classes, struct matrix *m, struct err *e)
{
	const struct dataset *d = p->dataset;

	if (classes->kind != VALUE_BLOB || classes->length > d->test_count)
		return err_set(e, ERR_ENVIRONMENT,
			"figure %s: predictions for %zu images, but data set %s has %u test images",
			p->layout->spec->id, classes->length, d->name, (unsigned)d->test_count);
	for (size_t i = 0; i < classes->length; i++) {
		const uint8_t predicted = (uint8_t)classes->text[i];
		if (predicted >= d->classes)
			return err_set(e, ERR_ENVIRONMENT,
				"figure %s: a predicted class is %d, data set %s has %d classes",
				p->layout->spec->id, predicted, d->name, d->classes);
		m->count[d->test_labels[i]][predicted]++;
	}
	return 0;
}

static int add_trial(const struct plot *p, const struct sample *s, struct matrix *m, struct err *e)
{
	const char *const parameters[] = { "sweep", p->layout->study->sweep->name, "trial",
		s->identity, "phase", p->layout->spec->phase, NULL };
	struct rows *r = NULL;
	int result = 0;

	if (strcmp(s->data_digest, p->dataset->digest))
		return err_set(e, ERR_ENVIRONMENT,
			"figure %s: data set %s here is not the one that trial %.12s was run on "
			"(another digest)",
			p->layout->spec->id, p->dataset->name, s->identity);
	if (store_ask(p->store, "figure_confusion", parameters, e, &r))
		return -1;
	for (size_t i = 0; i < r->row_count && !result; i++)
		result = add_predictions(p, &r->values[i * (size_t)r->column_count + 1], m, e);
	rows_free(r);
	return result;
}

/* Counts to per cent of their row. */
static void normalise(struct matrix *m, int classes)
{
	for (int t = 0; t < classes; t++) {
		double sum = 0;
		for (int k = 0; k < classes; k++)
			sum += m->count[t][k];
		for (int k = 0; k < classes; k++)
			m->count[t][k] = sum > 0 ? 100 * m->count[t][k] / sum : NAN;
	}
}

/* One block for the diagonal, one for the rest: column, row (downwards), per cent. */
static void write_matrix(struct plot *p, const struct matrix *m, const char *series)
{
	const int classes = p->dataset->classes;

	for (int diagonal = 1; diagonal >= 0; diagonal--) {
		struct str comment = { 0 };
		str_addf(&comment,
			"%s, %s: predicted class, true class (downwards), per cent of the true "
			"class",
			series, diagonal ? "right" : "wrong");
		figure_block(p->f, comment.s);
		str_free(&comment);
		for (int t = 0; t < classes; t++)
			for (int k = 0; k < classes; k++) {
				if ((t == k) != diagonal || isnan(m->count[t][k]))
					continue;
				figure_row(p->f, (const double[]){ k, -t, m->count[t][k] }, 3);
			}
	}
}

static int add_panel(struct plot *p, size_t series, struct err *e)
{
	const struct sample *samples[SEEDS_MAX];
	const size_t count = figure_layout_samples(p->layout, 0, series, -1, samples, SEEDS_MAX);
	struct matrix m = { .count = { { 0 } } };

	for (size_t i = 0; i < count; i++)
		if (add_trial(p, samples[i], &m, e))
			return -1;
	normalise(&m, p->dataset->classes);
	write_matrix(p, &m, p->layout->series[series]);
	return 0;
}

/* The characters that a panel's title may have: it is centred above the cells, and reaches neither
 * over the page's edge nor into the next title. */
static int title_room(int columns, int classes, size_t name_width)
{
	const double names = 24 + 6.0 * (double)name_width,
		     share = (PAGE - 2 * EDGE - columns * names - GAP * (columns - 1)) / columns,
		     cells = fmin(share, classes * CELL_WIDTH_MAX), next = names + cells + GAP,
		     first = EDGE + names + cells / 2, last = first + next * (columns - 1);
	double room = 2 * fmin(first, PAGE - last);

	if (columns > 1)
		room = fmin(room, next);
	return room / 6.4 > TITLE_MIN ? (int)(room / 6.4) : TITLE_MIN;
}

static void write_titles(struct plot *p, int columns, size_t name_width)
{
	const struct figure_layout *l = p->layout;
	const char *titles[PANELS_MAX];
	struct str short_ones[PANELS_MAX] = { { 0 } };

	short_names(l->names, l->series_count, title_room(columns, p->dataset->classes, name_width),
		short_ones);
	for (size_t i = 0; i < l->series_count; i++)
		titles[i] = short_ones[i].s;
	figure_texts(p->f, "panel_title", titles, l->series_count);
	for (size_t i = 0; i < l->series_count; i++)
		str_free(&short_ones[i]);
}

static void write_variables(struct plot *p)
{
	const struct figure_layout *l = p->layout;
	const int columns = l->series_count < COLUMNS ? (int)l->series_count : COLUMNS;
	const size_t classes = (size_t)p->dataset->classes;
	const char *names[CLASSES_MAX] = { NULL };
	struct str short_ones[CLASSES_MAX] = { { 0 } };
	size_t widest = 0;

	for (size_t k = 0; k < classes; k++)
		names[k] = dataset_class(p->dataset, (int)k);
	short_names(names, classes, columns > 1 ? NAME_BESIDE : NAME_MOST, short_ones);
	for (size_t k = 0; k < classes; k++) {
		names[k] = short_ones[k].s;
		const size_t length = (size_t)short_names_length(names[k]);
		widest = length > widest ? length : widest;
	}
	figure_legend(p->f, NULL, 0);
	figure_number(p->f, "panels", (double)l->series_count);
	write_titles(p, columns, widest);
	figure_number(p->f, "panel_columns", columns);
	figure_number(p->f, "classes", p->dataset->classes);
	figure_texts(p->f, "class_name", names, classes);
	figure_number(p->f, "class_name_width", (double)widest);
	figure_number(p->f, "cell_height", CELL_HEIGHT);
	const int rows = ((int)l->series_count + columns - 1) / columns;
	p->f->height = rows * (p->dataset->classes * CELL_HEIGHT + 64 + 6 * (int)widest);
	for (size_t k = 0; k < classes; k++)
		str_free(&short_ones[k]);
}

static void write_caption(struct plot *p)
{
	struct str *c = &p->f->caption;

	str_add(c,
		"Rows: true class, columns: predicted class; per cent of the true class's test "
		"images, mean over seeds (");
	figure_layout_n(c, p->layout);
	str_add(c,
		") and folds. Blue: right; the redder, the more wrong, on one scale in all panels; "
		"empty: less than 0.05 %.");
	figure_layout_caption(c, p->layout);
}

/* The whole, once the data set is open. */
static int draw(struct plot *p, struct err *e)
{
	if (p->dataset->classes > CLASSES_MAX || p->layout->series_count > PANELS_MAX)
		return err_set(e, ERR_USAGE,
			"figure %s: more than %d classes or %d panels: narrow its 'where'",
			p->layout->spec->id, CLASSES_MAX, PANELS_MAX);
	for (size_t i = 0; i < p->layout->series_count; i++)
		if (add_panel(p, i, e))
			return -1;
	write_variables(p);
	write_caption(p);
	return 0;
}

int figure_confusion(struct figure *f, struct err *e)
{
	static const struct dataset_places nowhere = { .folder = NULL };
	struct plot p = { .f = f, .layout = &f->layout, .store = f->store };
	struct dataset *dataset = NULL;

	if (dataset_open(
		    p.layout->panels[0], f->data_places ? f->data_places : &nowhere, e, &dataset))
		return -1;
	p.dataset = dataset;
	const int result = draw(&p, e);
	dataset_close(dataset);
	return result;
}

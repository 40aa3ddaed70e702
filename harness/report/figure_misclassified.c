/* figure_misclassified.c - the test images that most of the figure's trained networks get wrong,
 * each with its true class and the class that most of those networks take it for. Shows one data
 * set, whose images it needs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../data/dataset.h"
#include "../store/read.h"
#include "figure.h"
#include "short_names.h"

enum {
	COLUMNS = 8,
	ROWS_MAX = 3,
	SIDE_MAX = 128,
	CLASSES_MAX = 256,
	GAP = 2,
	WIDTH = 652,
	TEXT_HEIGHT = 34,
	NAME_MOST = 11 /* characters of a class name */
};

struct plot {
	struct figure *f;
	const struct figure_spec *spec;
	const struct dataset *dataset;
	uint32_t *wrong;       /* [test_count]: networks that are wrong */
	uint16_t *taken;       /* [test_count][classes]: how often for which class */
	size_t networks;       /* that predicted */
	size_t trials, tested; /* images that any of them predicted */
	uint32_t shown[COLUMNS * ROWS_MAX];
	size_t count;
	double *pixels; /* [lines][columns], as figure_images.c has them */
	int columns, lines, step_x, step_y;
	double scale; /* pixels of the page to a pixel of an image */
};

static int add_predictions(struct plot *p, const struct value *classes, struct err *e)
{
	const struct dataset *d = p->dataset;
	if (classes->kind != VALUE_BLOB || classes->length > d->test_count)
		return err_set(e, ERR_ENVIRONMENT,
			"figure %s: predictions for %zu images, but data set %s has %u test images",
			p->spec->id, classes->length, d->name, (unsigned)d->test_count);
	for (size_t i = 0; i < classes->length; i++) {
		const uint8_t predicted = (uint8_t)classes->text[i];
		if (predicted >= d->classes)
			return err_set(e, ERR_ENVIRONMENT,
				"figure %s: a predicted class is %d, data set %s has %d classes",
				p->spec->id, predicted, d->name, d->classes);
		if (predicted == d->test_labels[i])
			continue;
		p->wrong[i]++;
		p->taken[i * (size_t)d->classes + predicted]++;
	}
	p->networks++;
	p->tested = classes->length > p->tested ? classes->length : p->tested;
	return 0;
}

static int add_trial(
	struct plot *p, const struct study *study, const struct sample *s, struct err *e)
{
	const char *const parameters[] = { "sweep", study->sweep->name, "trial", s->identity,
		"phase", p->spec->phase, NULL };
	struct rows *r = NULL;
	int result = 0;
	if (strcmp(s->data_digest, p->dataset->digest) != 0)
		return err_set(e, ERR_ENVIRONMENT,
			"figure %s: data set %s here is not the one that trial %.12s was run on "
			"(another digest)",
			p->spec->id, p->dataset->name, s->identity);
	if (store_ask(p->f->store, "figure_confusion", parameters, e, &r))
		return -1;
	for (size_t i = 0; i < r->row_count && result == 0; i++)
		result = add_predictions(p, &r->values[i * (size_t)r->column_count + 1], e);
	p->trials++;
	rows_free(r);
	return result;
}

/* The images that most networks get wrong; of equally many the first in the data set. */
static void choose(struct plot *p)
{
	while (p->count < COLUMNS * ROWS_MAX) {
		uint32_t best = 0, most = 0;
		for (uint32_t i = 0; i < p->dataset->test_count; i++) {
			bool before = p->wrong[i] <= most;
			for (size_t k = 0; k < p->count && !before; k++)
				before = p->shown[k] == i;
			if (!before) {
				best = i;
				most = p->wrong[i];
			}
		}
		if (!most)
			return;
		p->shown[p->count++] = best;
	}
}

static void paste(struct plot *p, size_t at)
{
	const struct dataset *d = p->dataset;
	const int plane = d->height * d->width, left = (int)(at % COLUMNS) * p->step_x,
		  top = (int)(at / COLUMNS) * p->step_y;
	const uint8_t *image =
		d->test_images + (size_t)p->shown[at] * (size_t)(plane * d->channels);
	for (int y = 0; y < d->height; y++)
		for (int x = 0; x < d->width; x++) {
			const uint8_t *from = &image[y * d->width + x];
			p->pixels[(top + y) * p->columns + left + x] = d->channels < 3
				? from[0]
				: 65536.0 * from[0] + 256.0 * from[plane] + from[2 * plane];
		}
}

static int draw(struct plot *p, struct err *e)
{
	const struct dataset *d = p->dataset;
	const int rows = (int)((p->count + COLUMNS - 1) / COLUMNS);
	p->step_x = d->width + (d->width + 7) / 8;
	p->columns = COLUMNS * p->step_x;
	p->scale = (double)WIDTH / p->columns;
	p->step_y = d->height + (int)ceil(TEXT_HEIGHT / p->scale);
	p->lines = rows * p->step_y;
	const size_t count = (size_t)p->columns * (size_t)p->lines;
	p->pixels = malloc(count * sizeof(*p->pixels));
	if (!p->pixels)
		return err_nomem(e);
	for (size_t i = 0; i < count; i++)
		p->pixels[i] = -1; /* between the images */
	for (size_t i = 0; i < p->count; i++)
		paste(p, i);
	figure_block(p->f,
		d->channels < 3
			? "the images: a line a row of pixels, grey from 0 to 255; -1: no image"
			: "the images: a line a row of pixels, 65536 red + 256 green + blue; -1: "
			  "no image");
	for (int y = 0; y < p->lines; y++)
		figure_row(p->f, &p->pixels[y * p->columns], (size_t)p->columns);
	return 0;
}

/* The class that the image is taken for most often. */
static int usual_class(const struct plot *p, uint32_t image)
{
	const uint16_t *taken = &p->taken[(size_t)image * (size_t)p->dataset->classes];
	int usual = 0;
	for (int k = 1; k < p->dataset->classes; k++)
		usual = taken[k] > taken[usual] ? k : usual;
	return usual;
}

static void write_variables(struct plot *p)
{
	struct str classes[CLASSES_MAX] = { { 0 } }, texts[COLUMNS * ROWS_MAX] = { { 0 } };
	const char *whole[CLASSES_MAX], *names[2][COLUMNS * ROWS_MAX];
	const size_t class_count = (size_t)p->dataset->classes;
	for (size_t k = 0; k < class_count; k++)
		whole[k] = dataset_class(p->dataset, (int)k);
	short_names(whole, class_count, NAME_MOST, classes);
	for (size_t i = 0; i < p->count; i++) {
		const uint32_t image = p->shown[i];
		str_addf(&texts[i], "→ %s", classes[usual_class(p, image)].s);
		names[0][i] = classes[p->dataset->test_labels[image]].s;
		names[1][i] = texts[i].s;
	}
	figure_legend(p->f, NULL, 0);
	figure_number(p->f, "color", p->dataset->channels >= 3);
	figure_number(p->f, "columns", p->columns);
	figure_number(p->f, "lines", p->lines);
	figure_number(p->f, "step_x", p->step_x);
	figure_number(p->f, "step_y", p->step_y);
	figure_number(p->f, "image_width", p->dataset->width);
	figure_number(p->f, "image_height", p->dataset->height);
	figure_number(p->f, "image_columns", COLUMNS);
	figure_number(p->f, "images", (double)p->count);
	figure_texts(p->f, "true_class", names[0], p->count);
	figure_texts(p->f, "predicted_class", names[1], p->count);
	figure_number(p->f, "area_width", p->scale * p->columns);
	figure_number(p->f, "area_height", p->scale * p->lines);
	p->f->height = (int)ceil(p->scale * p->lines) + 8;
	for (size_t k = 0; k < class_count; k++)
		str_free(&classes[k]);
	for (size_t i = 0; i < p->count; i++)
		str_free(&texts[i]);
}

static void write_caption(struct plot *p)
{
	uint32_t wrong = 0;
	for (uint32_t i = 0; i < p->dataset->test_count; i++)
		wrong += p->wrong[i] > 0;
	str_addf(&p->f->caption,
		"The %zu test images that most of %zu trained networks (of %zu trials) get wrong, "
		"the first one wrong in %u: the true class, and below it the predicted class that "
		"is most frequent. %u of %zu test images are wrong in at least one.",
		p->count, p->networks, p->trials, (unsigned)p->wrong[p->shown[0]], (unsigned)wrong,
		p->tested);
}

/* All of it, once the data set is open. */
static int make(struct plot *p, const struct study *study, struct err *e)
{
	const struct dataset *d = p->dataset;
	if (d->channels > 3 || d->height > SIDE_MAX || d->width > SIDE_MAX
		|| d->classes > CLASSES_MAX)
		return err_set(e, ERR_USAGE, "figure %s: images of more than %d by %d pixels",
			p->spec->id, SIDE_MAX, SIDE_MAX);
	p->wrong = calloc(d->test_count + 1, sizeof(*p->wrong));
	p->taken = calloc(((size_t)d->test_count + 1) * (size_t)d->classes, sizeof(*p->taken));
	if (!p->wrong || !p->taken)
		return err_nomem(e);
	for (size_t i = 0; i < study->count; i++)
		if (study_holds(&p->spec->where, &study->samples[i])
			&& study->samples[i].state == SAMPLE_DONE
			&& add_trial(p, study, &study->samples[i], e))
			return -1;
	choose(p);
	if (!p->count)
		return err_set(e, ERR_FAILED,
			"figure %s: nothing to draw: no finished trial has a wrong prediction",
			p->spec->id);
	if (draw(p, e))
		return -1;
	write_variables(p);
	write_caption(p);
	return 0;
}

/* The data set of the first finished trial; "" when there is none. */
static const char *dataset_of(const struct study *study, const struct figure_spec *spec)
{
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		const char *name = study_label(s, "dataset");
		if (study_holds(&spec->where, s) && s->state == SAMPLE_DONE && name)
			return name;
	}
	return "";
}

int figure_misclassified(struct figure *f, struct err *e)
{
	static const struct dataset_places nowhere = { .folder = NULL };
	const struct study *study = f->layout.study;
	struct plot p = { .f = f, .spec = f->layout.spec };
	struct dataset *dataset = NULL;
	const char *name = dataset_of(study, p.spec);
	if (!name[0])
		return err_set(
			e, ERR_FAILED, "figure %s: nothing to draw: no finished trial", p.spec->id);
	if (dataset_open(name, f->data_places ? f->data_places : &nowhere, e, &dataset))
		return -1;
	p.dataset = dataset;
	const int result = make(&p, study, e);
	free(p.pixels);
	free(p.wrong);
	free(p.taken);
	dataset_close(dataset);
	return result;
}

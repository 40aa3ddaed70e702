/* figure_images.c - a sheet of training images: the first of each class as it is, and below it as
 * training saw it in its first epochs, by nn's own augmentation with the trial's seed. Shows one
 * data set, and of its trials the first finished one that trains on augmented images. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/identity.h"
#include "../store/read.h"
#include "figure.h"
#include "short_names.h"

enum { CLASSES_MAX = 10, EPOCHS = 4, GAP = 2, SIDE_MAX = 128, CELL = 60, WIDTH = 596 };
static const double CHARACTER = 6.2; /* pixels of the page, on average */

struct sheet {
	struct figure *f;
	const struct figure_spec *spec;
	const struct dataset *dataset;
	const struct sample *sample;
	struct trial trial;
	int phase;                   /* the first whose training sees augmented images */
	int classes;                 /* shown */
	uint32_t index[CLASSES_MAX]; /* of the image of each class in the training images */
	double *pixels; /* the whole sheet, [rows][columns], grey or 65536 red + 256 green + blue */
	int columns, rows;
};

/* The first phase of the trial that sees augmented images, or -1. */
static int augmented_phase(const struct trial *t)
{
	for (int p = 0; p < t->phase_count; p++) {
		const struct phase_config *c = &t->phases[p];
		if (c->kind != PHASE_KFOLD
			&& (c->both || c->inputs[0] == INPUT_AUGMENTED
				|| (c->kind == PHASE_DUAL && c->inputs[1] == INPUT_AUGMENTED)))
			return p;
	}
	return -1;
}

static int read_trial(struct store *store, const struct sample *s, struct trial *out, struct err *e)
{
	const char *const parameters[] = { "trial", s->identity, NULL };
	struct rows *r = NULL;

	if (store_ask(store, "trial_config", parameters, e, &r))
		return -1;
	const int result = trial_from_canonical(r->row_count ? rows_text(r, 0, 0) : "", out, e);
	rows_free(r);
	return result;
}

static int find_trial(
	struct sheet *s, struct store *store, const struct study *study, struct err *e)
{
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *sample = &study->samples[i];
		if (!study_holds(&s->spec->where, sample) || sample->state != SAMPLE_DONE)
			continue;
		if (read_trial(store, sample, &s->trial, e))
			return -1;
		s->phase = augmented_phase(&s->trial);
		if (s->phase >= 0) {
			s->sample = sample;
			return 0;
		}
		trial_free(&s->trial);
	}
	return err_set(e, ERR_FAILED,
		"figure %s: nothing to draw: no finished trial sees augmented images", s->spec->id);
}

/* The first training image of each class, behind the validation images. */
static void choose(struct sheet *s)
{
	const struct dataset *d = s->dataset;

	s->classes = d->classes < CLASSES_MAX ? d->classes : CLASSES_MAX;
	for (int k = 0; k < s->classes; k++) {
		uint32_t i = trial_validation(&s->trial, d->train_count);
		while (i + 1 < d->train_count && d->train_labels[i] != k)
			i++;
		s->index[k] = i;
	}
}

/* Put one image, bytes [channels][height][width], into the sheet. */
static void paste(struct sheet *s, int row, int column, const uint8_t *image)
{
	const struct dataset *d = s->dataset;
	const int plane = d->height * d->width;

	for (int y = 0; y < d->height; y++)
		for (int x = 0; x < d->width; x++) {
			const uint8_t *p = &image[y * d->width + x];
			double *to = &s->pixels[(row * (d->height + GAP) + y) * s->columns
				+ column * (d->width + GAP) + x];
			*to = d->channels < 3 ? p[0]
					      : 65536.0 * p[0] + 256.0 * p[plane] + p[2 * plane];
		}
}

static int paste_augmented(struct sheet *s, int epoch, int class, struct err *e)
{
	const struct dataset *d = s->dataset;
	const size_t size = (size_t)d->channels * (size_t)d->height * (size_t)d->width;
	float seen[3 * SIDE_MAX * SIDE_MAX];
	uint8_t bytes[3 * SIDE_MAX * SIDE_MAX];

	if (s->f->augment(&s->trial, s->phase, epoch, s->index[class],
		    d->train_images + s->index[class] * size, d->channels, d->height, d->width,
		    seen, e))
		return -1;
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)lroundf(255 * seen[i]);
	paste(s, epoch + 1, class, bytes);
	return 0;
}

static int draw(struct sheet *s, struct err *e)
{
	const struct dataset *d = s->dataset;
	const size_t size = (size_t)d->channels * (size_t)d->height * (size_t)d->width;

	choose(s);
	s->columns = s->classes * (d->width + GAP) - GAP;
	s->rows = (EPOCHS + 1) * (d->height + GAP) - GAP;
	const size_t count = (size_t)s->columns * (size_t)s->rows;
	s->pixels = malloc(count * sizeof(*s->pixels));
	if (!s->pixels)
		return err_nomem(e);
	for (size_t i = 0; i < count; i++)
		s->pixels[i] = -1; /* between the images */
	for (int k = 0; k < s->classes; k++) {
		paste(s, 0, k, d->train_images + s->index[k] * size);
		for (int epoch = 0; epoch < EPOCHS; epoch++)
			if (paste_augmented(s, epoch, k, e))
				return -1;
	}
	figure_block(s->f,
		d->channels < 3 ? "the image grid: one line per row of pixels, grey from 0 to 255; "
				  "-1: no image"
				: "the image grid: one line per row of pixels, 65536 red + 256 "
				  "green + blue; -1: no image");
	for (int y = 0; y < s->rows; y++)
		figure_row(s->f, &s->pixels[y * s->columns], (size_t)s->columns);
	return 0;
}

static void write_variables(struct sheet *s)
{
	static const char *const row_titles[] = { "original", "epoch 1", "epoch 2", "epoch 3",
		"epoch 4" };
	const char *names[CLASSES_MAX];
	struct str short_ones[CLASSES_MAX] = { { 0 } };
	/* A pixel is a square: as large as the width of the page allows, CELL at most for an image.
	 */
	const int most = CELL * s->classes < WIDTH ? CELL * s->classes : WIDTH;
	const double tall = (double)CELL * s->rows / (s->dataset->height * (EPOCHS + 1)),
		     scale = fmin((double)most / s->columns, tall * (EPOCHS + 1) / s->rows),
		     room = scale * (s->dataset->width + GAP) / CHARACTER;

	for (int k = 0; k < s->classes; k++)
		names[k] = dataset_class(s->dataset, k);
	short_names(names, (size_t)s->classes, room < 4 ? 4 : (int)room, short_ones);
	for (int k = 0; k < s->classes; k++)
		names[k] = short_ones[k].s;
	figure_legend(s->f, NULL, 0);
	figure_number(s->f, "color", s->dataset->channels >= 3);
	figure_number(s->f, "columns", s->columns);
	figure_number(s->f, "lines", s->rows);
	figure_number(s->f, "step_x", s->dataset->width + GAP);
	figure_number(s->f, "step_y", s->dataset->height + GAP);
	figure_number(s->f, "images", s->classes);
	figure_texts(s->f, "image_name", names, (size_t)s->classes);
	figure_number(s->f, "rows", EPOCHS + 1);
	figure_texts(s->f, "row_title", row_titles, EPOCHS + 1);
	figure_number(s->f, "area_width", scale * s->columns);
	figure_number(s->f, "area_height", scale * s->rows);
	s->f->height = (int)ceil(scale * s->rows) + 40;
	for (int k = 0; k < s->classes; k++)
		str_free(&short_ones[k]);
}

static void amount(struct str *out, const char *format, double value)
{
	if (value == 0)
		return;
	str_add(out, out->s[out->length - 1] == ' ' ? "" : ", ");
	str_addf(out, format, value);
}

/* What is not 0. */
static void add_amounts(struct str *out, const struct augment_config *a)
{
	amount(out, "rotation up to %.3g degrees", 360 * a->rotation);
	amount(out, "zoom up to %.3g %%", 100 * a->zoom);
	amount(out, "translation up to %.3g %%", 100 * a->translation);
	amount(out, "shear up to %.3g", a->shear);
	amount(out, "random crops of an edge of %.0f pixels", a->crop);
	str_add(out,
		!a->flip                                 ? ""
			: out->s[out->length - 1] == ' ' ? "flipped or not"
							 : ", flipped or not");
	amount(out, "brightness ± %.3g", a->brightness);
	amount(out, "contrast ± %.3g", a->contrast);
	amount(out, "noise of %.3g", a->noise);
	amount(out, "a black square of %.0f pixels", a->cutout);
}

static void write_caption(struct sheet *s)
{
	struct str *c = &s->f->caption;

	str_add(c,
		"The first training image of each class, and the same as training sees it in its "
		"first epochs: ");
	add_amounts(c, trial_phase_augment(&s->trial, s->phase));
	str_addf(c,
		". By the training core itself, with the random numbers of phase %s of trial %.12s "
		"(seed %llu).",
		s->trial.phases[s->phase].name, s->sample->identity,
		(unsigned long long)s->trial.seed);
}

/* The data set must be the one that the trial was trained on. */
static int check(const struct sheet *s, struct err *e)
{
	const struct dataset *d = s->dataset;

	if (strcmp(s->sample->data_digest, d->digest))
		return err_set(e, ERR_ENVIRONMENT,
			"figure %s: data set %s here is not the one that trial %.12s was run on "
			"(another digest)",
			s->spec->id, d->name, s->sample->identity);
	if (d->reals)
		return err_set(e, ERR_USAGE, "figure %s: data set %s holds floats, not images",
			s->spec->id, d->name);
	if (d->channels > 3 || d->height > SIDE_MAX || d->width > SIDE_MAX)
		return err_set(e, ERR_USAGE, "figure %s: images of more than %d by %d pixels",
			s->spec->id, SIDE_MAX, SIDE_MAX);
	return 0;
}

int figure_images(struct figure *f, struct err *e)
{
	static const struct dataset_places nowhere = { .folder = NULL };
	struct sheet s = { .f = f, .spec = f->layout.spec };
	struct dataset *dataset = NULL;

	if (!f->augment)
		return err_set(
			e, ERR_USAGE, "figure %s: this program cannot augment images", s.spec->id);
	if (find_trial(&s, f->store, f->layout.study, e))
		return -1;
	int result = dataset_open(
		s.trial.dataset, f->data_places ? f->data_places : &nowhere, e, &dataset);
	if (!result) {
		s.dataset = dataset;
		result = check(&s, e) || draw(&s, e) ? -1 : 0;
	}
	if (!result) {
		write_variables(&s);
		write_caption(&s);
	}
	free(s.pixels);
	trial_free(&s.trial);
	dataset_close(dataset);
	return result;
}

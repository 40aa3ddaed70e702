/* verb_data.c - retrial data: which data sets are there, are they right, and what do they look
 * like. */
#include <ctype.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "../../nn/augment.h"
#include "../base/str.h"
#include "../report/format.h"
#include "../store/rows.h"
#include "cli.h"
#include "data_cli.h"
#include "places.h"
#include "sheet.h"

enum { COUNT_MAX = 1000, COUNT_DEFAULT = 100, CLASSES_MAX = 256 };

/* ---- list and verify ---- */

/* A data set as it was found: a line of the table. */
struct finding {
	const char *name;
	const struct dataset_info *info; /* NULL: an imported set */
	struct dataset *d;               /* NULL when it could not be opened */
	bool missing;                    /* then: because it is nowhere */
	struct err e;                    /* then: why */
};

static const struct finding nothing_found;

static void find(const char *name, const struct dataset_places *places, struct finding *f)
{
	*f = nothing_found;
	f->name = name;
	f->info = dataset_find(name);
	dataset_open_or_miss(name, places, &f->e, &f->missing, &f->d);
}

static const char *state_name(const struct finding *f)
{
	if (f->d)
		return "found";
	return f->missing ? "missing" : "bad";
}

/* Print the rows: as JSON, or as a table whose headings are in capitals and whose last column is
 * broken into lines on a terminal. Returns 0, or -1 with e. */
static int print_rows(const struct cli *c, const struct rows *rows, struct err *e)
{
	struct str text = { 0 };
	if (!rows || !rows_complete(rows))
		return err_nomem(e);
	if (cli_has(c, "json")) {
		const int result = format_rows(rows, FORMAT_JSON, &text, e);
		if (result == 0)
			fputs(text.s, stdout);
		str_free(&text);
		return result;
	}
	struct libscols_table *table = scols_new_table();
	int result = table ? 0 : -1;
	for (int i = 0; result == 0 && i < rows->column_count; i++) {
		const bool number = strcmp(rows->columns[i], "train") == 0
			|| strcmp(rows->columns[i], "test") == 0;
		char name[32];
		snprintf(name, sizeof(name), "%s", rows->columns[i]);
		for (char *at = name; *at; at++)
			*at = (char)toupper((unsigned char)*at);
		result = scols_table_new_column(table, name, 0,
				 (i == rows->column_count - 1 ? SCOLS_FL_WRAP : 0)
					 | (number ? SCOLS_FL_RIGHT : 0))
			? 0
			: -1;
	}
	for (size_t row = 0; result == 0 && row < rows->row_count; row++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);
		result = line ? 0 : -1;
		for (int i = 0; result == 0 && i < rows->column_count; i++) {
			const struct value *v = rows_at(rows, row, i);
			str_clear(&text);
			if (v->kind == VALUE_INTEGER)
				str_addf(&text, "%lld", (long long)v->integer);
			else
				str_add(&text, v->kind == VALUE_TEXT ? v->text : "-");
			result = scols_line_set_data(line, (size_t)i, text.s);
		}
	}
	if (result == 0)
		result = scols_print_table(table);
	scols_unref_table(table);
	str_free(&text);
	return result ? err_nomem(e) : 0;
}

/* An empty text is none. */
static void add_text(struct rows *rows, const char *text)
{
	rows_add_text(rows, text && text[0] ? text : NULL);
}

static void add_to_list(struct rows *rows, const struct finding *f)
{
	const struct dataset_info *info = f->info;
	char shape[48] = "";
	add_text(rows, f->name);
	if (f->d || info) {
		rows_add_integer(rows, f->d ? f->d->train_count : info->train_count);
		rows_add_integer(rows, f->d ? f->d->test_count : info->test_count);
		snprintf(shape, sizeof(shape), "%dx%dx%d", f->d ? f->d->height : info->height,
			f->d ? f->d->width : info->width, f->d ? f->d->channels : info->channels);
	} else {
		rows_add_null(rows);
		rows_add_null(rows);
	}
	add_text(rows, shape);
	add_text(rows, state_name(f));
	add_text(rows, f->d ? f->d->variant : NULL);
	add_text(rows, f->d ? f->d->source : f->missing && info ? info->fetch_hint : f->e.text);
}

static int run_list(const struct cli *c, const struct dataset_places *places)
{
	if (c->argument_count > 1)
		return cli_misuse(c, "list takes no names (verify NAME checks one data set)");
	static const char *const columns[] = { "name", "train", "test", "shape", "state", "variant",
		"where" };
	struct rows *rows = rows_new(7, columns);
	struct known_datasets known;
	known_datasets_fill(&known, c);
	for (size_t i = 0; rows && i < known.count; i++) {
		struct finding f;
		find(known.names[i], places, &f);
		add_to_list(rows, &f);
		dataset_close(f.d);
	}
	struct err e = { 0 };
	const int result = print_rows(c, rows, &e);
	rows_free(rows);
	return result ? cli_fail(&e) : ERR_NONE;
}

/* Is there a data set of this name? If not, the message says so. */
static bool is_known(const char *name, const struct known_datasets *known)
{
	for (size_t i = 0; i < known->count; i++)
		if (strcmp(known->names[i], name) == 0)
			return true;
	struct dataset *none;
	struct err e = { 0 };
	if (dataset_open(name, NULL, &e, &none))
		cli_fail(&e);
	return false;
}

/* Without names all are read, and only a bad one is a failure: not everybody has all of them. */
static int run_verify(const struct cli *c, const struct dataset_places *places)
{
	static const char *const columns[] = { "name", "state", "variant", "digest" };
	struct known_datasets known;
	known_datasets_fill(&known, c);
	const int named = c->argument_count - 1, count = named ? named : (int)known.count;
	struct dataset_places sources = *places;
	sources.cache = NULL; /* what is checked is what was published, not what was decoded from it
				 earlier */

	struct err e = { 0 };
	for (int i = 0; i < named; i++)
		if (!is_known(c->arguments[1 + i], &known))
			return ERR_USAGE;
	int code = ERR_NONE;
	struct rows *rows = rows_new(4, columns);
	for (int i = 0; rows && i < count; i++) {
		struct finding f;
		find(named ? c->arguments[1 + i] : known.names[i], &sources, &f);
		if (!f.d && (named || !f.missing))
			code = cli_fail(&f.e);
		add_text(rows, f.name);
		add_text(rows, f.d ? "good" : state_name(&f));
		add_text(rows, f.d ? f.d->variant : NULL);
		add_text(rows, f.d ? f.d->digest : NULL);
		dataset_close(f.d);
	}
	const int result = print_rows(c, rows, &e);
	rows_free(rows);
	return result ? cli_fail(&e) : code;
}

/* ---- show ---- */

/* The training and test images of every class. */
static struct rows *count_classes(const struct dataset *d)
{
	static const char *const columns[] = { "class", "name", "train", "test" };
	uint32_t train[CLASSES_MAX] = { 0 }, test[CLASSES_MAX] = { 0 };
	struct rows *rows = rows_new(4, columns);
	for (uint32_t i = 0; i < d->train_count; i++)
		train[d->train_labels[i]]++;
	for (uint32_t i = 0; i < d->test_count; i++)
		test[d->test_labels[i]]++;
	for (int k = 0; rows && k < d->classes; k++) {
		rows_add_integer(rows, k);
		rows_add_text(rows, dataset_class(d, k));
		rows_add_integer(rows, train[k]);
		rows_add_integer(rows, test[k]);
	}
	return rows;
}

/* Facts and classes for people. */
static void describe(const struct dataset *d, const struct rows *classes)
{
	const struct dataset_info *info = dataset_find(d->name);
	printf("name     %s\n", d->name);
	if (info)
		printf("title    %s\nlicence  %s\n", info->title, info->licence);
	printf("images   %u for training, %u for testing\n", (unsigned)d->train_count,
		(unsigned)d->test_count);
	if (d->reals)
		printf("shape    %d x %d x %d floats (channels, height, width)\n", d->channels,
			d->height, d->width);
	else
		printf("shape    %d x %d, %s\n", d->height, d->width,
			d->channels == 3 ? "red, green, blue" : "grey");
	printf("variant  %s\ndigest   %s\nsource   %s\n", d->variant, d->digest, d->source);
	if (d->origin[0])
		printf("import   %s\n", d->origin);
	for (size_t row = 0; row < classes->row_count; row++)
		printf("class %lld  %-12s %5lld + %lld\n",
			(long long)rows_at(classes, row, 0)->integer,
			rows_at(classes, row, 1)->text,
			(long long)rows_at(classes, row, 2)->integer,
			(long long)rows_at(classes, row, 3)->integer);
}

/* The same as one JSON object of two tables. */
static int describe_json(const struct dataset *d, const struct rows *classes, struct err *e)
{
	static const char *const columns[] = { "name", "title", "licence", "train", "test",
		"height", "width", "channels", "variant", "digest", "source", "origin" };
	const struct dataset_info *info = dataset_find(d->name);
	struct str text = { 0 };
	struct rows *facts = rows_new(12, columns);
	if (!facts)
		return err_nomem(e);
	add_text(facts, d->name);
	add_text(facts, info ? info->title : NULL);
	add_text(facts, info ? info->licence : NULL);
	rows_add_integer(facts, d->train_count);
	rows_add_integer(facts, d->test_count);
	rows_add_integer(facts, d->height);
	rows_add_integer(facts, d->width);
	rows_add_integer(facts, d->channels);
	add_text(facts, d->variant);
	add_text(facts, d->digest);
	add_text(facts, d->source);
	add_text(facts, d->origin);
	str_add(&text, "{\"dataset\": ");
	int result =
		rows_complete(facts) ? format_rows(facts, FORMAT_JSON, &text, e) : err_nomem(e);
	str_add(&text, ", \"classes\": ");
	if (result == 0)
		result = format_rows(classes, FORMAT_JSON, &text, e);
	str_add(&text, "}\n");
	if (result == 0)
		fputs(text.s, stdout);
	str_free(&text);
	rows_free(facts);
	return result;
}

static int print_description(const struct cli *c, const struct dataset *d, struct err *e)
{
	struct rows *classes = count_classes(d);
	int result = classes && rows_complete(classes) ? 0 : err_nomem(e);
	if (result == 0 && cli_has(c, "json"))
		result = describe_json(d, classes, e);
	else if (result == 0)
		describe(d, classes);
	rows_free(classes);
	return result;
}

/* The first training image of class k at or behind `from`; train_count when there is none. */
static uint32_t next_of_class(const struct dataset *d, int k, uint32_t from)
{
	while (from < d->train_count && d->train_labels[from] != k)
		from++;
	return from;
}

/* The paper's amounts. */
static const struct nn_augment paper_augment = {
	.rotation = 0.1, .zoom = 0.2, .brightness = 0, .translation = 0.2
};

/* Image number `index` as a training with seed 1 sees it in this epoch of its first phase. */
static int augment(
	const struct dataset *d, uint32_t index, uint32_t epoch, uint8_t *picture, struct err *e)
{
	const struct nn_shape shape = { d->channels, d->height, d->width };
	const size_t count = (size_t)d->channels * (size_t)d->height * (size_t)d->width;
	const struct nn_rng rng = { .seed = 1, .stream = NN_STREAM_AUGMENT, .epoch = epoch };
	float *values = malloc(count * sizeof(*values));
	if (!values)
		return err_nomem(e);
	struct nn_warp warp;
	nn_augment_draw(&paper_augment, &rng, index, shape, &warp);
	const int result = nn_augment_apply(&warp, d->train_images + index * count, shape, values)
		? err_nomem(e)
		: 0;
	for (size_t i = 0; result == 0 && i < count; i++)
		picture[i] = (uint8_t)(values[i] * 255 + 0.5f);
	free(values);
	return result;
}

/* A row a class. Columns: its first training images; or its first one, and that one augmented in
 * epoch after epoch. */
static int fill_sheet(struct sheet *s, const struct dataset *d, bool augmented, struct err *e)
{
	const size_t image_bytes = (size_t)d->channels * (size_t)d->height * (size_t)d->width;
	uint8_t *picture = malloc(image_bytes);
	if (!picture)
		return err_nomem(e);
	int result = 0;
	for (int k = 0; k < s->rows; k++) {
		uint32_t index = next_of_class(d, k, 0);
		for (int column = 0; result == 0 && column < s->columns && index < d->train_count;
			column++) {
			memcpy(picture, d->train_images + index * image_bytes, image_bytes);
			if (augmented && column > 0)
				result = augment(d, index, (uint32_t)column - 1, picture, e);
			if (result == 0)
				sheet_put(s, column, k, picture, d->channels);
			if (!augmented)
				index = next_of_class(d, k, index + 1);
		}
	}
	free(picture);
	return result;
}

static int write_sheet(
	const struct dataset *d, long count, bool augmented, const char *path, struct err *e)
{
	const int columns = (int)((count + d->classes - 1) / d->classes);
	struct sheet s;
	int result = sheet_make(&s, columns, d->classes, d->width, d->height, e);
	if (result == 0)
		result = fill_sheet(&s, d, augmented, e);
	if (result == 0)
		result = sheet_write(&s, path, e);
	sheet_free(&s);
	return result;
}

static int run_show(const struct cli *c, const struct dataset_places *places)
{
	if (c->argument_count != 2)
		return cli_misuse(c, "show takes the name of one data set");
	bool bad = false;
	const long count = cli_number(c, "count", 1, COUNT_MAX, COUNT_DEFAULT, &bad);
	if (bad)
		return ERR_USAGE;
	const char *path = cli_get(c, "output", NULL);
	if (!path && (cli_has(c, "augment") || cli_has(c, "count")))
		return cli_misuse(c, "an image grid needs -o FILE.png, .ppm or .pgm");

	struct err e = { 0 };
	struct dataset *d = NULL;
	int result = dataset_open(c->arguments[1], places, &e, &d);
	if (result == 0 && path && d->reals)
		result = err_set(&e, ERR_USAGE, "%s: its numbers are floats, not images", d->name);
	else if (result == 0 && path)
		result = write_sheet(d, count, cli_has(c, "augment"), path, &e);
	else if (result == 0)
		result = print_description(c, d, &e);
	dataset_close(d);
	return result ? cli_fail(&e) : ERR_NONE;
}

/* ---- the verb ---- */

static int run(const struct cli *c)
{
	static const struct {
		const char *name;
		int (*run)(const struct cli *c, const struct dataset_places *places);
	} actions[] = { { "list", run_list }, { "fetch", data_fetch }, { "verify", run_verify },
		{ "show", run_show }, { "import", data_import }, { "export", data_export },
		{ "rm", data_rm } };
	enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

	struct places places;
	places_fill(&places, c);
	if (c->argument_count == 0)
		return cli_misuse(
			c, "say what to do: list, fetch, verify, show, import, export or rm");
	const char *names[ACTIONS];
	for (int i = 0; i < ACTIONS; i++) {
		names[i] = actions[i].name;
		if (strcmp(c->arguments[0], names[i]) == 0)
			return actions[i].run(c, &places.dataset);
	}
	const char *nearest = str_nearest(c->arguments[0], names, ACTIONS);
	if (nearest)
		return cli_misuse(
			c, "unknown action '%s' (did you mean '%s'?)", c->arguments[0], nearest);
	return cli_misuse(c,
		"unknown action '%s' (there are: list, fetch, verify, show, import, export, rm)",
		c->arguments[0]);
}

static const struct cli_option options[] = {
	CLI_OPTION_DATA,
	{ "json", 0, NULL, "list, verify, show: as JSON" },
	{ "mirror", 0, "URL", "fetch: ask URL/FILE first, then the known mirrors" },
	{ "stall", 0, "SECONDS",
		"fetch: give up on a server that is silent for this long (default 30)" },
	{ "resize", 0, "WIDTHxHEIGHT",
		"import: resize every image (area mean; the aspect ratio is not kept)" },
	{ "test", 0, "FRACTION",
		"import of images in CLASS/ alone: fraction of each class for testing (default "
		"0.2)" },
	{ "seed", 0, "N", "import: seed that chooses the images for testing (default 1)" },
	{ "variant", 0, "NAME",
		"import: CIFAR-100's labels (fine, the default, or coarse); a part of EMNIST "
		"(letters)" },
	{ "keep-order", 0, NULL,
		"import: keep the order of the files (default: by content, which mixes classes)" },
	{ "form", 0, "FORM", "export: idx, cifar or png" },
	{ "output", 'o', "FILE",
		"export: the folder; show: an image grid with one row per class, as .png, .ppm or "
		".pgm" },
	{ "count", 0, "N",
		"show: number of images in the grid (default 100, rounded up to whole columns)" },
	{ "augment", 0, NULL,
		"show: grid of the first image of each class, then augmented as in the paper" },
	{ NULL, 0, NULL, NULL },
};

const struct cli_verb verb_data = {
	.name = "data",
	.arguments = "list | fetch NAME... | verify [NAME...] | show NAME | import NAME DIR | "
		     "export NAME | rm NAME [DIGEST]",
	.summary = "list, fetch, check, show, import, export or remove data sets",
	.examples = "  retrial data list\n"
		    "  retrial data fetch mnist cifar10\n"
		    "  retrial data import leaves pictures/   # pictures/train/CLASS/*.png and "
		    "pictures/test/CLASS/*.png\n"
		    "  retrial data import cifar100 cifar-100-binary/\n"
		    "  retrial data import wine wine.npz   # x_train, y_train, x_test, y_test\n"
		    "  retrial data import cells photos/ --resize 32x32   # photos/CLASS/*.jpg\n"
		    "  retrial data verify fashion-mnist\n"
		    "  retrial data show fashion-mnist\n"
		    "  retrial data show fashion-mnist --augment -o grid.png",
	.options = options,
	.run = run,
};

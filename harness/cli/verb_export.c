/* verb_export.c - retrial export: a recorded trial's trained network as a file, read back and
 * evaluated, its size recorded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../model/images.h"
#include "../report/show.h"
#include "../run/trained.h"
#include "../store/attempts.h"
#include "export_output.h"
#include "model_cli.h"
#include "places.h"
#include "study_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	{ "format", 'f', "NAME",
		"safetensors, npz, int8, onnx or c (default: by the ending of FILE)" },
	{ "fold", 0, "N", "which fold of a k-fold, from 0 (default: the first)" },
	{ "output", 'o', "FILE",
		"the file to write, whole or not at all; format c also writes the header beside "
		"it" },
	{ 0 },
};

/* An export at work. */
struct export
{
	const struct model_format *format;
	const char *path;
	int fold;
	struct store *store;
	bool writable;        /* false: nothing is recorded in the store */
	struct dataset *data; /* what the network was trained on; NULL: not there */
	struct model model;
	struct model_files files;
	int64_t attempt;
	double accuracy; /* of the file; NaN: not evaluated */
	struct str told;
};

static int find_format(const struct cli *c, struct export *x, struct err *e)
{
	const char *name = cli_get(c, "format", NULL);
	x->path = cli_get(c, "output", NULL);
	if (!x->path)
		return err_set(e, ERR_USAGE, "export: which file? (-o FILE)");
	x->format = name ? model_format_find(name, e) : model_format_of_path(x->path);
	if (!x->format)
		return name
			? -1
			: err_set(e, ERR_USAGE,
				"export: which format? (--format NAME; the ending of %s says none)",
				x->path);
	if (model_format_of_path(x->path) != x->format)
		return err_set(e, ERR_USAGE,
			"%s: a file of format %s must end with %s, to be read again", x->path,
			x->format->name, x->format->ending);
	return 0;
}

/* The file's name without folder and ending. */
static char *base_name(const char *path, const char *ending)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	return strndup(name, strlen(name) - strlen(ending));
}

static int write_header(const struct export *x, struct err *e)
{
	struct str path = { 0 };
	str_add_bytes(&path, x->path, strlen(x->path) - strlen(x->format->ending));
	str_add(&path, ".h");
	const int result = file_write(path.s, x->files.header.s, x->files.header.length, e);
	str_free(&path);
	return result;
}

static int write_files(struct export *x, struct err *e)
{
	const struct dataset *d = x->data;
	const struct nn_images images = d ? images_of(d, false) : (struct nn_images){ 0 };
	char *name = base_name(x->path, x->format->ending);
	if (!name)
		return err_nomem(e);
	const struct model_writing how = { name, d ? &images : NULL };
	int result = x->format->write(&x->model, &how, &x->files, e);
	free(name);
	if (!result)
		result = file_write(x->path, x->files.main.s, x->files.main.length, e);
	return !result && x->files.header.length ? write_header(x, e) : result;
}

/* Read the file again and evaluate it, where it can be read and the data are there. Returns 0, or
 * -1 with e: it cannot be read, or an exact format predicts something else than is recorded. */
static int check_file(struct export *x, struct err *e)
{
	struct model again;
	struct model_evaluation r;
	if (!x->format->read || !x->data)
		return 0;
	if (model_file_read(x->path, &again, NULL, e))
		return -1;
	int result = model_cli_evaluate(&again, x->data, NULL, &r, e);
	if (!result) {
		x->accuracy = r.mean;
		str_add(&x->told, "; ");
		model_cli_describe(&again, x->data, &r, &x->told);
		if (x->format->exact && r.comparable && !(r.same_accuracy && r.same_predictions))
			result = err_set(e, ERR_FAILED,
				"%s: read again it does not predict what is recorded: %s", x->path,
				x->told.s);
	}
	model_free(&again);
	return result;
}

static int record(const struct export *x, struct err *e)
{
	char digest[DIGEST_TEXT];
	digest_bytes(x->files.main.s, x->files.main.length, digest);
	const struct store_model_file f = { .attempt = x->attempt,
		.fold = x->model.facts.fold,
		.format = x->format->name,
		.digest = digest,
		.bytes = (int64_t)(x->files.constant_bytes ? x->files.constant_bytes
							   : x->files.main.length),
		.test_accuracy = x->accuracy };
	return store_model_file(x->store, &f, e);
}

static int export(const struct cli *c, struct export *x, const struct places *places, struct err *e)
{
	char identity[DIGEST_TEXT];
	struct err why = { 0 };
	if (find_format(c, x, e) || study_cli_open_to_record(c, &x->writable, e, &x->store)
		|| show_find(x->store, c->arguments[0], identity, e)
		|| export_output_check(x->store, identity, e)
		|| trained_load(
			x->store, identity, x->fold, &places->dataset, &x->model, &x->attempt, e))
		return -1;
	if (dataset_open(x->model.facts.dataset, &places->dataset, &why, &x->data))
		x->data = NULL;
	if (x->format->calibrated && !x->data)
		return err_set(e, why.kind, "format %s is calibrated on training images: %s",
			x->format->name, why.text);
	if (write_files(x, e) || check_file(x, e) || (x->writable && record(x, e)))
		return -1;
	printf("%s: %zu bytes", x->path, x->files.main.length);
	if (x->files.constant_bytes)
		printf(" of source, %zu bytes of constants in the program",
			x->files.constant_bytes);
	printf("; trial %.12s", identity);
	if (x->model.facts.fold >= 0)
		printf(", fold %d", x->model.facts.fold);
	printf("%s\n", x->told.s ? x->told.s : "");
	if (!x->data)
		fprintf(stderr, "retrial export: not evaluated: %s\n", why.text);
	return 0;
}

/* An output of a program's trial. */
static int export_named(const struct cli *c, struct store **s, struct err *e)
{
	char identity[DIGEST_TEXT];
	const char *path = cli_get(c, "output", NULL);
	if (!path)
		return err_set(e, ERR_USAGE, "export: which file? (-o FILE)");
	return store_open(cli_get(c, "db", "results/retrial.db"), STORE_READ, e, s)
			|| show_find(*s, c->arguments[0], identity, e)
			|| export_output(*s, identity, c->arguments[1], path, e)
		? -1
		: 0;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct export x = { .accuracy = NAN };
	struct places places;
	bool bad = false;
	x.fold = (int)cli_number(c, "fold", 0, 1000000, TRAINED_FIRST_FOLD, &bad);
	if (bad)
		return ERR_USAGE;
	if (c->argument_count < 1 || c->argument_count > 2)
		return cli_misuse(c,
			"which trial? (its identity, or how that begins: retrial runs lists them)");
	places_fill(&places, c);
	const int result =
		c->argument_count == 2 ? export_named(c, &x.store, &e) : export(c, &x, &places, &e);
	model_free(&x.model);
	model_files_free(&x.files);
	str_free(&x.told);
	dataset_close(x.data);
	store_close(x.store);
	return result ? cli_fail(&e) : ERR_NONE;
}

const struct cli_verb verb_export = {
	.name = "export",
	.arguments = "TRIAL [OUTPUT]",
	.summary = "write a trial's trained network to a file (safetensors, NumPy, int8, ONNX, C), "
		   "or a "
		   "kept output of a program",
	.examples = "  retrial export 3522efb8 -o model.onnx\n"
		    "  retrial export 3522efb8 --fold 3 -o model.safetensors\n"
		    "  retrial export 3522efb8 model.pkl -o model.pkl   # what a program wrote",
	.options = options,
	.run = run,
};

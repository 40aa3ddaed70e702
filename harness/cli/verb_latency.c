/* verb_latency.c - retrial latency: how fast trained networks answer, in fp32 and in 8 bits, one
 * image and many at a time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/machine.h"
#include "../model/histogram.h"
#include "../model/images.h"
#include "../model/latency.h"
#include "../report/format.h"
#include "../report/show.h"
#include "../run/trained.h"
#include "../store/attempts.h"
#include "../store/rows.h"
#include "kernels_cli.h"
#include "places.h"
#include "run_cli.h"
#include "study_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	{ "kernels", 0, "NAME",
		"plain, avx2, avx512 or neon (default: all that run here except plain)" },
	{ "batch", 0, "N", "images per call (default: 1, 32 and 1024)" },
	{ "seconds", 's', "N",
		"about how long each variant, number format and batch is measured (default 1)" },
	{ "format", 'f', "NAME", FORMAT_NAMES " (default table)" },
	{ 0 },
};

struct work {
	const struct cli *c;
	struct latency_options how;
	enum format format;
	struct store *store; /* NULL: only files are measured */
	bool writable;       /* false: nothing is recorded in it */
	int64_t environment;
	struct rows *rows;
	struct places places;
};

/* ---- what may spoil a measurement ---- */

static void warn(const struct machine_now *before, const struct machine_now *after)
{
	if (before->load > 0.5)
		fprintf(stderr,
			"warning: the load average is %.2f: other programs run beside the "
			"measurement\n",
			before->load);
	if (before->governor[0] && strcmp(before->governor, "performance") != 0)
		fprintf(stderr, "warning: the processor's governor is '%s', not 'performance'\n",
			before->governor);
	if (fabs(after->mhz - before->mhz) > 0.05 * before->mhz)
		fprintf(stderr, "warning: the processor's frequency went from %.0f to %.0f MHz\n",
			before->mhz, after->mhz);
}

static void warn_of_noise(const struct latency_results *r)
{
	double worst = 0;
	for (int i = 0; i < r->count; i++)
		worst = r->all[i].noise > worst ? r->all[i].noise : worst;
	if (worst > 0.05)
		fprintf(stderr,
			"warning: medians of the same differ by up to %.0f %%: smaller differences "
			"than that mean nothing\n",
			100 * worst);
}

/* ---- results ---- */

static const char *const columns[] = { "model", "kernels", "numbers", "batch", "samples", "p50_us",
	"p90_us", "p99_us", "min_us", "images_per_second", "noise" };

static void add_row(struct rows *rows, const char *name, const struct latency_result *r)
{
	static const double shares[] = { 0.5, 0.9, 0.99 };
	rows_add_text(rows, name);
	rows_add_text(rows, r->kernels);
	rows_add_text(rows, r->number_format);
	rows_add_integer(rows, r->batch);
	rows_add_integer(rows, (int64_t)r->count);
	for (int i = 0; i < 3; i++)
		rows_add_real(rows, 1e6 * histogram_quantile(r->seconds, r->count, shares[i]));
	rows_add_real(rows, 1e6 * r->seconds[0]);
	rows_add_real(rows, r->images_per_second);
	rows_add_real(rows, r->noise);
}

static int record(struct work *w, int64_t attempt, const struct latency_result *r,
	const struct machine_now *machine, struct err *e)
{
	struct str histogram = { 0 };
	histogram_json(r->seconds, r->count, &histogram);
	const struct store_latency l = { .attempt = attempt,
		.environment = w->environment,
		.kernels = r->kernels,
		.number_format = r->number_format,
		.batch = r->batch,
		.samples = (int64_t)r->count,
		.p50 = histogram_quantile(r->seconds, r->count, 0.5),
		.p90 = histogram_quantile(r->seconds, r->count, 0.9),
		.p99 = histogram_quantile(r->seconds, r->count, 0.99),
		.min = r->seconds[0],
		.images_per_second = r->images_per_second,
		.noise = r->noise,
		.load = machine->load,
		.mhz = machine->mhz,
		.histogram = histogram.s };
	const int result = store_latency(w->store, &l, e);
	str_free(&histogram);
	return result;
}

/* ---- one network ---- */

static int measure(struct work *w, const char *name, const struct model *m,
	const struct model *quantised, int64_t attempt, struct err *e)
{
	struct latency_results r;
	struct machine_now before, after;
	w->how.model = m;
	w->how.quantised = quantised;
	machine_look(latency_cpu(), &before);
	if (latency_measure(&w->how, &r, e))
		return -1;
	machine_look(latency_cpu(), &after);
	int result = 0;
	for (int i = 0; !result && i < r.count; i++) {
		add_row(w->rows, name, &r.all[i]);
		if (attempt && w->writable)
			result = record(w, attempt, &r.all[i], &before, e);
	}
	warn(&before, &after);
	warn_of_noise(&r);
	latency_free(&r);
	return result;
}

/* Quantise the model, where that can be, and measure. */
static int measure_on(
	struct work *w, const char *name, const struct model *m, int64_t attempt, struct err *e)
{
	struct dataset *d;
	struct model quantised;
	struct err why = { 0 };
	if (dataset_open(m->facts.dataset, &w->places.dataset, e, &d))
		return err_prefix(e, "its images are what is measured with: ");
	const struct nn_images training = images_of(d, false), images = images_of(d, true);
	const bool is_quantised = model_quantise(m, &training, &quantised, &why) == 0;
	if (!is_quantised)
		fprintf(stderr, "retrial latency: fp32 alone: %s\n", why.text);
	w->how.images = &images;
	const int result = measure(w, name, m, is_quantised ? &quantised : NULL, attempt, e);
	model_free(&quantised);
	dataset_close(d);
	return result;
}

static int measure_file(struct work *w, const char *path, struct err *e)
{
	struct model m;
	int result = model_file_read(path, &m, NULL, e);
	if (result)
		return -1;
	if (!m.params)
		result = err_set(e, ERR_USAGE,
			"%s: is in 8 bits: name the trial, or an fp32 file; both number formats "
			"are measured beside each other",
			path);
	else if (!m.facts.dataset[0])
		result = err_set(e, ERR_USAGE,
			"%s: does not name its data set, whose images are what is measured with",
			path);
	else
		result = measure_on(w, path, &m, 0, e);
	model_free(&m);
	return result;
}

static int open_store(struct work *w, struct err *e)
{
	struct str facts = { 0 };
	if (w->store)
		return 0;
	int result = study_cli_open_to_record(w->c, &w->writable, e, &w->store);
	if (!result && w->writable) {
		run_cli_facts(&facts, nn_kernels_find(NULL), true);
		result = store_environment(w->store, facts.s, &w->environment, e);
	}
	str_free(&facts);
	return result;
}

static int measure_trial(struct work *w, const char *beginning, struct err *e)
{
	char identity[DIGEST_TEXT], name[16];
	int64_t attempt;
	struct model m;
	if (open_store(w, e) || show_find(w->store, beginning, identity, e)
		|| trained_load(w->store, identity, TRAINED_FIRST_FOLD, &w->places.dataset, &m,
			&attempt, e))
		return -1;
	snprintf(name, sizeof(name), "%.12s", identity);
	const int result = measure_on(w, name, &m, attempt, e);
	model_free(&m);
	return result;
}

/* ---- the verb ---- */

static int measure_all(struct work *w, struct err *e)
{
	struct str text = { 0 };
	int result = 0;
	for (int i = 0; !result && i < w->c->argument_count; i++) {
		const char *name = w->c->arguments[i];
		result = model_format_of_path(name) ? measure_file(w, name, e)
						    : measure_trial(w, name, e);
	}
	if (!result && !rows_complete(w->rows))
		result = err_nomem(e);
	if (!result)
		result = format_rows(w->rows, w->format, &text, e);
	if (!result)
		fputs(text.s, stdout);
	str_free(&text);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	bool bad = false;
	struct work w = { .c = c, .how = { .batches = { 1, 32, 1024 }, .batch_count = 3 } };
	if (c->argument_count == 0)
		return cli_misuse(c,
			"which trials? (their identities, or how these begin: retrial runs lists "
			"them; or files that retrial export wrote)");
	if (format_parse(cli_get(c, "format", "table"), &w.format, &e))
		return cli_fail(&e);
	w.how.seconds = (double)cli_number(c, "seconds", 1, 600, 1, &bad);
	if (cli_has(c, "batch")) {
		w.how.batches[0] = (int)cli_number(c, "batch", 1, 4096, 1, &bad);
		w.how.batch_count = 1;
	}
	if (bad || (cli_has(c, "kernels") && kernels_cli_find(c, &w.how.kernels)))
		return ERR_USAGE;
	places_fill(&w.places, c);
	w.rows = rows_new(sizeof(columns) / sizeof(*columns), columns);
	const int result = w.rows ? measure_all(&w, &e) : err_nomem(&e);
	rows_free(w.rows);
	store_close(w.store);
	return result ? cli_fail(&e) : ERR_NONE;
}

const struct cli_verb verb_latency = {
	.name = "latency",
	.arguments = "TRIAL|FILE...",
	.summary = "measure inference time of trained networks: fp32 and int8, one image and many",
	.examples =
		"  retrial latency 3522efb8                    # recorded: retrial query latency\n"
		"  retrial latency model.onnx --batch 1        # a file that retrial export wrote: "
		"only measured",
	.options = options,
	.run = run,
};

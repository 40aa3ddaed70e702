/* figures.c - the frame of every figure: kinds, data file, script, gnuplot. What a kind shows is in
 * figure_KIND.c. */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../plan/trial_kind.h"
#include "figure.h"
#include "gnuplot.h"
#include "metric.h"

enum { SCRIPT_MAX_BYTES = 1 << 20, CAPTION_COLUMNS = 104, CAPTION_LINES_MAX = 16 };

enum drawn { NOTHING, ITS_METRIC, ROBUST_ACCURACY };

/* How a kind is prepared. */
struct kind {
	int (*fill)(struct figure *, struct err *);
	enum drawn metric;  /* that a trial must have to be drawn */
	bool by_dataset;    /* one figure a data set */
	bool one_dataset;   /* also where data sets are its series */
	bool line_styles;   /* its script uses the line styles of plots/series.gp */
	bool single_trials; /* it groups trials by itself, or shows single ones: no layout */
	bool of_networks;   /* it shows networks of the core */
	const char *script; /* plots/SCRIPT.gp; NULL: the kind's name */
	/* It needs a parameter, and groups by itself: no layout. Likewise; NULL: it needs none. */
	int (*foresee_cells)(const struct study *, const struct figure_spec *, struct err *);
	int (*foresee)(
		const struct sweep *, const struct figure_spec *, struct err *); /* or NULL */
	/* How it is made where the sweep file declares the metrics; NULL: the same way. */
	const struct kind *of_declared;
};

static const struct kind curves_of_steps = { .fill = figure_curves_of_steps,
	.line_styles = true,
	.script = "steps",
	.foresee = figure_curves_of_steps_foresee };
static const struct kind best_of_steps = { .fill = figure_best_of_steps,
	.line_styles = true,
	.script = "steps",
	.foresee = figure_best_of_steps_foresee };

static const struct kind makers[] = {
	{ .fill = figure_curves,
		.by_dataset = true,
		.foresee = figure_curves_foresee,
		.of_declared = &curves_of_steps },
	{ .fill = figure_accuracy, .metric = ITS_METRIC },
	{ .fill = figure_convergence,
		.line_styles = true,
		.foresee = figure_convergence_foresee,
		.of_declared = &best_of_steps },
	{ .fill = figure_pareto,
		.metric = ITS_METRIC,
		.line_styles = true,
		.foresee = figure_pareto_foresee },
	{ .fill = figure_confusion, .by_dataset = true, .one_dataset = true, .of_networks = true },
	{ .fill = figure_ablation, .metric = ITS_METRIC, .foresee = figure_ablation_foresee },
	{ .fill = figure_sizes, .of_networks = true },
	{ .fill = figure_latency, .of_networks = true },
	{ .fill = figure_images, .by_dataset = true, .single_trials = true, .of_networks = true },
	{ .fill = figure_robustness,
		.metric = ROBUST_ACCURACY,
		.of_networks = true,
		.by_dataset = true,
		.line_styles = true },
	{ .fill = figure_slice,
		.metric = ITS_METRIC,
		.by_dataset = true,
		.line_styles = true,
		.foresee_cells = figure_slice_foresee },
	{ .fill = figure_heatmap,
		.metric = ITS_METRIC,
		.by_dataset = true,
		.foresee_cells = figure_heatmap_foresee },
	{ .fill = figure_parallel, .metric = ITS_METRIC, .single_trials = true },
	{ .fill = figure_misclassified,
		.by_dataset = true,
		.single_trials = true,
		.of_networks = true },
};
static const char *const kinds[] = { "curves", "accuracy", "convergence", "pareto", "confusion",
	"ablation", "sizes", "latency", "images", "robustness", "slice", "heatmap", "parallel",
	"misclassified" };
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const char *const *figures_kinds(size_t *count)
{
	*count = KINDS;
	return kinds;
}

static const char *const helps[KINDS] = {
	"learning curves: a metric by epoch, a panel a phase; of a program, by its own steps",
	"a metric of every seed, with the mean and its 95 % interval",
	"best validation accuracy so far against all epochs trained; of a program, any metric",
	"accuracy against parameters or another cost, with the Pareto front",
	"confusion matrix: true classes against predicted ones",
	"mean paired difference of each change to the baseline, with its 95 % interval",
	"bytes of a trained network in each file format",
	"distribution of the time that one call of the network takes",
	"image grid: training images before and after augmentation",
	"accuracy on corrupted test images against the severity",
	"a metric against a parameter's numbers: mean and interval, one line per series",
	"a metric by two parameters: a grid of means over seeds",
	"parallel coordinates: an axis for each label and the metric, a line a configuration",
	"test images that most networks get wrong, with true and predicted class",
};

const char *figures_help(const char *kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i], kind) == 0)
			return helps[i];
	return "";
}

static const char *const examples[KINDS] = {
	"{id: curves, kind: curves, metric: val_accuracy, series: recipe}",
	"{id: accuracy, kind: accuracy, metric: test_accuracy, series: recipe}",
	"{id: convergence, kind: convergence, metric: val_accuracy, series: recipe}",
	"{id: cost, kind: pareto, metric: test_accuracy, against: params, series: recipe}",
	"{id: classes, kind: confusion, where: {recipe: example}, series: recipe}",
	"{id: changes, kind: ablation, metric: test_accuracy, series: recipe}",
	"{id: sizes, kind: sizes, where: {recipe: example}}",
	"{id: latency, kind: latency, series: recipe}",
	"{id: images, kind: images, where: {recipe: example}}",
	"{id: corrupted, kind: robustness, series: recipe}",
	"{id: batches, kind: slice, metric: test_accuracy, parameter: batch_size, series: recipe}",
	"{id: grid, kind: heatmap, metric: test_accuracy, parameter: batch_size, series: recipe}",
	"{id: all, kind: parallel, metric: test_accuracy}",
	"{id: wrong, kind: misclassified, where: {recipe: example}}",
};

const char *figures_example(const char *kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i], kind) == 0)
			return examples[i] ? examples[i] : "";
	return "";
}

/* ---- the script ---- */

/* Break the caption into lines that fit the width. */
static size_t wrap_caption(char *caption, const char *lines[CAPTION_LINES_MAX])
{
	size_t count = 0;

	while (*caption && count < CAPTION_LINES_MAX) {
		char *end = caption, *last = NULL;
		size_t columns = 0;
		for (; *end && (columns <= CAPTION_COLUMNS || !last); end++) {
			columns += ((unsigned char)*end & 0xc0) != 0x80;
			if (*end == ' ' && end > caption && end[-1] != '=' && end[1] != '='
				&& end[1] != '%')
				last = end; /* "n = 3" and "95 %" stay together */
		}
		lines[count++] = caption;
		if (!*end && columns <= CAPTION_COLUMNS)
			break;
		if (!last)
			break;
		*last = '\0';
		caption = last + 1;
	}
	return count;
}

static void frame_variables(struct figure *f, const struct figure_spec *spec)
{
	const char *lines[CAPTION_LINES_MAX];
	char *caption = str_take(&f->caption);
	const size_t count = wrap_caption(caption, lines);

	figure_text(f, "id", spec->id);
	figure_text(f, "figure_title", spec->title[0] ? spec->title : spec->id);
	figure_texts(f, "caption", lines, count);
	figure_number(f, "caption_lines", (double)count);
	figure_number(f, "plot_height", f->height);
	free(caption);
}

static int add_script(struct str *out, const char *folder, const char *name, struct err *e)
{
	struct str path = { 0 };
	char *text = NULL;
	size_t length;

	str_addf(&path, "%s/%s.gp", folder, name);
	const int result = file_read(path.s, SCRIPT_MAX_BYTES, &text, &length, e);
	if (!result) {
		str_addf(out, "\n# ---- %s.gp ----\n", name);
		str_add_bytes(out, text, length);
	}
	free(text);
	str_free(&path);
	return result;
}

static int write_in(const char *folder, const char *id, const char *ending, const struct str *text,
	struct str *written, struct err *e)
{
	struct str path = { 0 };

	str_addf(&path, "%s/%s.%s", folder, id, ending);
	const int result = file_write(path.s, text->s ? text->s : "", text->length, e);
	if (!result)
		str_addf(written, "%s\n", path.s);
	str_free(&path);
	return result;
}

static int write_files(struct figure *f, const struct figure_spec *spec, const struct kind *kind,
	const struct figure_places *places, struct str *written, struct err *e)
{
	struct str script = { 0 };
	int result = -1;

	figure_block_end(f);
	str_add(&f->data, "\n");
	frame_variables(f, spec);
	str_addf(&script,
		"# %s.gp - made by: %s\n# Draw it again with: gnuplot -d -c %s.gp svg (or png, "
		"pdf). The numbers are in %s.tsv.\n",
		spec->id, places->command, spec->id, spec->id);
	str_add(&script, f->variables.s);
	if (add_script(&script, places->scripts, "style", e)
		|| (kind->line_styles && add_script(&script, places->scripts, "series", e))
		|| add_script(
			&script, places->scripts, kind->script ? kind->script : spec->kind, e))
		goto out;
	if (write_in(places->output, spec->id, "tsv", &f->data, written, e)
		|| write_in(places->output, spec->id, "gp", &script, written, e))
		goto out;
	result = 0;
out:
	str_free(&script);
	return result;
}

static int draw(const struct figure_spec *spec, const struct figure_places *places,
	struct str *written, struct err *e)
{
	static const char *const endings[] = { "svg", "png", "pdf" };
	char script[sizeof(spec->id) + 8] = "";
	size_t length = strnlen(spec->id, sizeof(spec->id));

	memcpy(script, spec->id, length);
	memcpy(script + length, ".gp", 4);
	for (size_t i = 0; i < (places->pdf ? 3u : 2u); i++) {
		if (gnuplot_run(places->output, script, endings[i], e))
			return -1;
		str_addf(written, "%s/%s.%s\n", places->output, spec->id, endings[i]);
	}
	return 0;
}

int figures_check_kind(const char *kind, struct err *e)
{
	for (int i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i], kind))
			return 0;
	const char *nearest = str_nearest(kind, kinds, KINDS);
	struct str list = { 0 };
	for (int i = 0; i < KINDS; i++)
		str_addf(&list, "%s%s", i ? ", " : "", kinds[i]);
	if (nearest)
		err_set(e, ERR_USAGE, "unknown kind of figure '%.40s' (did you mean '%s'?)", kind,
			nearest);
	else
		err_set(e, ERR_USAGE, "unknown kind of figure '%.40s' (there are: %s)", kind,
			list.s);
	str_free(&list);
	return -1;
}

/* How the sweep's figure of this kind is made. NULL with e: there is no such kind, or it shows
 * what the sweep's trials do not have. */
static const struct kind *find_kind(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	struct err reason = { 0 };
	const struct kind *kind = makers;
	if (figures_check_kind(spec->kind, &reason)) {
		err_set(e, ERR_USAGE, "figure %s: %s", spec->id, reason.text);
		return NULL;
	}
	while (strcmp(kinds[kind - makers], spec->kind) != 0)
		kind++;
	if (trial_kind_of(sweep)->networks)
		return kind;
	if (kind->of_networks) {
		err_set(e, ERR_USAGE,
			"figure %s: kind %s shows networks of the core, but a program executes "
			"these trials",
			spec->id, spec->kind);
		return NULL;
	}
	return kind->of_declared ? kind->of_declared : kind;
}

/* What every kind refuses, once its layout is known. */
static int check_layout(const struct kind *kind, const struct figure_layout *l, struct err *e)
{
	const struct figure_spec *spec = l->spec;
	const bool apart = !strcmp(spec->series, "dataset") && !kind->one_dataset;

	if (kind->by_dataset && !apart && l->panel_count > 1)
		return err_set(e, ERR_USAGE,
			"figure %s: it shows one data set: name one in its 'where'", spec->id);
	if (kind->line_styles && l->series_count > FIGURE_SERIES_MAX)
		return err_set(e, ERR_USAGE,
			"figure %s: %zu series, at most %d can be told apart: narrow its 'where'",
			spec->id, l->series_count, FIGURE_SERIES_MAX);
	return kind->foresee ? kind->foresee(l->study->sweep, spec, e) : 0;
}

static int prepare(struct figure *f, const struct study *study, const struct figure_spec *spec,
	const struct kind *kind, struct err *e)
{
	struct str context = { 0 };

	f->metric = -1;
	f->layout = (struct figure_layout){ .study = study, .spec = spec };
	if (kind->metric != NOTHING) {
		str_addf(&context, "figure %s", spec->id);
		f->metric = kind->metric == ITS_METRIC
			? study_metric(study, spec->metric, spec->phase, context.s, e)
			: study_metric(study, "robust_accuracy", "", context.s, e);
		str_free(&context);
		if (f->metric < 0)
			return -1;
	}
	if (kind->single_trials || kind->foresee_cells)
		return 0;
	return figure_layout_make(&f->layout, study, spec, f->metric, e)
			|| check_layout(kind, &f->layout, e)
		? -1
		: 0;
}

static int make_one(struct store *store, const struct study *study, const struct figure_spec *spec,
	const struct kind *kind, const struct figure_places *places, struct str *written,
	struct err *e)
{
	struct figure f = {
		.store = store,
		.height = 200,
		.data_places = places->data,
		.augment = places->augment,
	};
	int result = -1;

	if (!prepare(&f, study, spec, kind, e) && !kind->fill(&f, e)
		&& !write_files(&f, spec, kind, places, written, e))
		result = draw(spec, places, written, e);
	figure_layout_free(&f.layout);
	str_free(&f.data);
	str_free(&f.variables);
	str_free(&f.caption);
	return result;
}

/* The next data set of the plan after *at that none before it is, or NULL; *any is set if one of
 * its trials is done. */
static const char *next_dataset(
	const struct study *study, const struct where *where, size_t *at, bool *any)
{
	for (; *at < study->count; ++*at) {
		const struct sample *s = &study->samples[*at];
		const char *dataset = study_label(s, "dataset");
		bool before = false;
		if (!dataset || !study_holds(where, s))
			continue;
		for (size_t i = 0; i < *at && !before; i++) {
			const char *other = study_label(&study->samples[i], "dataset");
			before = other && study_holds(where, &study->samples[i])
				&& !strcmp(other, dataset);
		}
		if (before)
			continue;
		*any = false;
		for (size_t i = *at; i < study->count && !*any; i++) {
			const char *other = study_label(&study->samples[i], "dataset");
			*any = other && study_holds(where, &study->samples[i])
				&& !strcmp(other, dataset)
				&& study->samples[i].state == SAMPLE_DONE;
		}
		++*at;
		return dataset;
	}
	return NULL;
}

static size_t count_datasets(const struct study *study, const struct where *where, size_t *done)
{
	size_t at = 0, count = 0;
	bool any;

	*done = 0;
	while (next_dataset(study, where, &at, &any)) {
		count++;
		*done += any;
	}
	return count;
}

/* The same figure for one data set only: "curves" becomes "curves-mnist". */
static void narrow(struct figure_spec *out, const struct figure_spec *spec, const char *dataset)
{
	struct str id = { 0 }, title = { 0 };

	*out = *spec;
	str_addf(&id, "%s-%s", spec->id, dataset);
	str_addf(&title, "%s, %s", spec->title[0] ? spec->title : spec->id, dataset);
	memset(out->id, 0, sizeof(out->id));
	memcpy(out->id, id.s, id.length < sizeof(out->id) ? id.length : sizeof(out->id) - 1);
	memset(out->title, 0, sizeof(out->title));
	memcpy(out->title, title.s,
		title.length < sizeof(out->title) ? title.length : sizeof(out->title) - 1);
	struct label *l = &out->where.is[out->where.count++];
	memset(l, 0, sizeof(*l));
	memcpy(l->name, "dataset", 8);
	memcpy(l->value, dataset, strnlen(dataset, sizeof(l->value) - 1));
	str_free(&id);
	str_free(&title);
}

/* The kind, with what can be said of the spec alone; NULL with e. */
static const struct kind *check_spec(
	const struct sweep *sweep, const struct figure_spec *spec, struct err *e)
{
	if (strspn(spec->id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
		!= strlen(spec->id)) {
		err_set(e, ERR_USAGE,
			"figure %s: its id names files: only letters, digits, '-' and '_'",
			spec->id);
		return NULL;
	}
	const struct kind *kind = find_kind(sweep, spec, e);
	if (kind && kind->foresee_cells && !spec->parameter[0]) {
		err_set(e, ERR_USAGE,
			"figure %s: a %s needs 'parameter', the label on its horizontal axis",
			spec->id, spec->kind);
		return NULL;
	}
	return kind;
}

/* Does it become a figure for each data set? */
static bool is_split(
	const struct study *study, const struct figure_spec *spec, const struct kind *kind)
{
	size_t done;

	return kind->by_dataset && count_datasets(study, &spec->where, &done) >= 2 && done
		&& spec->where.count < SWEEP_WHERE_MAX && strcmp(spec->series, "dataset");
}

int figures_make(struct store *store, const struct study *study, const struct figure_spec *spec,
	const struct figure_places *places, struct str *written, struct err *e)
{
	const struct kind *kind = check_spec(study->sweep, spec, e);
	size_t at = 0;
	const char *dataset;
	bool any;

	if (!kind)
		return -1;
	if (!is_split(study, spec, kind))
		return make_one(store, study, spec, kind, places, written, e);
	int result = 0;
	while ((dataset = next_dataset(study, &spec->where, &at, &any))) {
		struct figure_spec one;
		narrow(&one, spec, dataset);
		struct err reason = { 0 };
		if (!any || !make_one(store, study, &one, kind, places, written, &reason))
			continue;
		result = -1;
		if (reason.kind > e->kind) /* of several, the worst */
			*e = reason;
	}
	return result;
}

static int foresee_one(const struct study *study, const struct figure_spec *spec,
	const struct kind *kind, struct err *e)
{
	struct figure_layout layout;

	if (kind->foresee_cells)
		return kind->foresee_cells(study, spec, e);
	const int result =
		figure_layout_make(&layout, study, spec, -1, e) || check_layout(kind, &layout, e)
		? -1
		: 0;

	figure_layout_free(&layout);
	return result;
}

static int foresee_metrics(const struct study *study, const struct figure_spec *spec,
	const struct kind *kind, struct err *e)
{
	const char *const names[] = { spec->metric, spec->against };
	struct err reason = { 0 };
	int result = 0;

	for (size_t i = 0; i < 2 && kind->metric == ITS_METRIC && !result; i++)
		result = names[i][0] ? metric_foresee(study->sweep, names[i], spec->phase, &reason)
				     : 0;
	if (kind->metric == ROBUST_ACCURACY)
		result = metric_foresee(study->sweep, "robust_accuracy", "", &reason);
	return result ? err_set(e, ERR_USAGE, "figure %s: %s", spec->id, reason.text) : 0;
}

int figures_foresee(const struct study *study, const struct figure_spec *spec, struct err *e)
{
	const struct kind *kind = check_spec(study->sweep, spec, e);
	size_t at = 0;
	const char *dataset;
	bool any;

	if (!kind)
		return -1;
	if (foresee_metrics(study, spec, kind, e))
		return -1;
	if (kind->single_trials)
		return 0;
	if (!is_split(study, spec, kind))
		return foresee_one(study, spec, kind, e);
	while ((dataset = next_dataset(study, &spec->where, &at, &any))) {
		struct figure_spec one;
		narrow(&one, spec, dataset);
		if (foresee_one(study, &one, kind, e))
			return -1;
	}
	return 0;
}

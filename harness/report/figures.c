/* figures.c - the frame of every figure: kinds, data file, script, gnuplot. What a kind shows is in
 * figure_KIND.c. */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "gnuplot.h"

enum { SCRIPT_MAX_BYTES = 1 << 20, CAPTION_COLUMNS = 126, CAPTION_LINES_MAX = 16 };

static const struct {
	int (*fill)(struct store *, const struct study *, const struct figure_spec *,
		struct figure *, struct err *);
	bool by_dataset; /* one figure a data set */
	bool series;     /* its script uses the line styles of plots/series.gp */
} makers[] = {
	{ figure_curves, true, false },
	{ figure_accuracy, false, false },
	{ figure_convergence, false, true },
	{ figure_pareto, false, true },
	{ figure_confusion, true, false },
	{ figure_ablation, false, false },
	{ figure_sizes, false, false },
	{ figure_latency, false, false },
	{ figure_images, true, false },
	{ figure_robustness, true, true },
};
static const char *const kinds[] = { "curves", "accuracy", "convergence", "pareto", "confusion",
	"ablation", "sizes", "latency", "images", "robustness" };
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const char *const *figures_kinds(size_t *count)
{
	*count = KINDS;
	return kinds;
}

static const char *const helps[KINDS] = {
	"learning curves: a metric by epoch, one panel for each phase",
	"a metric of every seed, with the mean and its 95 % interval",
	"best validation accuracy so far against all epochs trained",
	"accuracy against parameters or another cost, with the Pareto front",
	"confusion matrix: true classes against predicted ones",
	"mean paired difference of each change to the baseline, with its 95 % interval",
	"bytes of a trained network in each file format",
	"distribution of the time that one call of the network takes",
	"image grid: training images as they are and as training saw them",
	"accuracy on corrupted test images against the severity",
};

const char *figures_help(const char *kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i], kind) == 0)
			return helps[i];
	return "";
}

/* ---- variables ---- */

/* A single-quoted string: gnuplot expands nothing in it (a double-quoted one runs what stands in
 * backquotes). */
static void quote(struct str *out, const char *text)
{
	str_add(out, "'");
	for (; *text; text++) {
		if (*text == '\'')
			str_add(out, "''");
		else
			str_add_bytes(out, (unsigned char)*text < ' ' ? " " : text, 1);
	}
	str_add(out, "'");
}

void figure_number(struct figure *f, const char *name, double value)
{
	if (isnan(value))
		str_addf(&f->variables, "%s = NaN\n", name);
	else
		str_addf(&f->variables, "%s = %.10g\n", name, value);
}

void figure_text(struct figure *f, const char *name, const char *text)
{
	str_addf(&f->variables, "%s = ", name);
	quote(&f->variables, text);
	str_add(&f->variables, "\n");
}

void figure_numbers(struct figure *f, const char *name, const double *values, size_t count)
{
	str_addf(&f->variables, "array %s[%zu] = [", name, count ? count : 1);
	for (size_t i = 0; i < count; i++)
		str_addf(&f->variables, "%s%.10g", i ? ", " : "", values[i]);
	str_add(&f->variables, count ? "]\n" : "0]\n");
}

void figure_texts(struct figure *f, const char *name, const char *const *texts, size_t count)
{
	str_addf(&f->variables, "array %s[%zu] = [", name, count ? count : 1);
	for (size_t i = 0; i < count; i++) {
		str_add(&f->variables, i ? ", " : "");
		quote(&f->variables, texts[i]);
	}
	str_add(&f->variables, count ? "]\n" : "'']\n");
}

/* An entry is a 28 pixel sample, its text (5.7 pixels a character on average) and a gap. */
static double entry_width(const struct legend_entry *entry)
{
	size_t characters = 0;

	for (const char *c = entry->text; *c; c++)
		characters += ((unsigned char)*c & 0xc0) != 0x80;
	return 34 + 5.7 * (double)characters + 18;
}

void figure_legend(struct figure *f, const struct legend_entry *entries, size_t count)
{
	enum { MOST = 16, WIDTH = 652 };
	const char *texts[MOST];
	double styles[MOST], lines[MOST], points[MOST], x[MOST], row[MOST], end = 10;
	size_t rows = count > 0;

	count = count < MOST ? count : MOST;
	for (size_t i = 0; i < count; i++) {
		const double width = entry_width(&entries[i]);
		if (end > 10 && end + width > WIDTH) {
			end = 10;
			rows++;
		}
		texts[i] = entries[i].text;
		styles[i] = entries[i].style;
		lines[i] = entries[i].line;
		points[i] = entries[i].point;
		x[i] = end;
		row[i] = (double)rows - 1;
		end += width;
	}
	figure_number(f, "legend_entries", (double)count);
	figure_number(f, "legend_rows", (double)rows);
	figure_texts(f, "legend", texts, count);
	figure_numbers(f, "legend_style", styles, count);
	figure_numbers(f, "legend_line", lines, count);
	figure_numbers(f, "legend_point", points, count);
	figure_numbers(f, "legend_x", x, count);
	figure_numbers(f, "legend_row", row, count);
}

/* ---- data ---- */

static void end_block(struct figure *f)
{
	if (f->blocks && f->data.length
		&& f->data.s[f->data.length - 1] == '#') /* nothing came since its heading */
		str_add(&f->data, "\nNaN\tNaN\tNaN\tNaN\tNaN\tNaN");
}

int figure_block(struct figure *f, const char *comment)
{
	end_block(f);
	str_addf(&f->data, "%s# block %d: ", f->blocks ? "\n\n\n" : "", f->blocks);
	for (; *comment; comment++)
		str_add_bytes(&f->data, *comment == '\n' ? " " : comment, 1);
	str_add(&f->data, "\n#");
	return f->blocks++;
}

void figure_row(struct figure *f, const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		str_add(&f->data, i ? "\t" : "\n");
		if (isnan(values[i]))
			str_add(&f->data, "NaN");
		else
			str_addf(&f->data, "%.10g", values[i]);
	}
}

void figure_gap(struct figure *f)
{
	str_add(&f->data, "\n");
}

/* ---- scales ---- */

static int nearest_power_below(double x)
{
	int power = 0;

	while (pow(10, power) > x)
		power--;
	while (pow(10, power + 1) <= x)
		power++;
	return power;
}

struct axis figure_axis(double low, double high, int most)
{
	static const double factors[] = { 1, 2, 5, 10 };

	if (!(low < high)) { /* one value, or none at all */
		const double middle = isnan(low) ? 0 : low,
			     around = middle != 0 ? fabs(middle) * 0.01 : 1;
		low = middle - around;
		high = middle + around;
	}
	const double margin = 0.04 * (high - low);
	struct axis a = { low - margin, high + margin, 0, 0 };
	const double least = (a.high - a.low) / most;
	const int power = nearest_power_below(least);
	for (size_t i = 0; i < 4 && a.step < least; i++)
		a.step = factors[i] * pow(10, power);
	a.decimals = a.step < 1 ? -nearest_power_below(a.step * 1.0000001) : 0;
	return a;
}

void figure_axes(struct figure *f, const char *name, const struct axis *axes, size_t count)
{
	static const char *const parts[] = { "low", "high", "step", "decimals" };

	for (int part = 0; part < 4; part++) {
		str_addf(&f->variables, "array %s_%s[%zu] = [", name, parts[part], count);
		for (size_t i = 0; i < count; i++) {
			const struct axis *a = &axes[i];
			const double value = part == 0 ? a->low
				: part == 1            ? a->high
				: part == 2            ? a->step
						       : a->decimals;
			str_addf(&f->variables, "%s%.10g", i ? ", " : "", value);
		}
		str_add(&f->variables, "]\n");
	}
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
			if (*end == ' ')
				last = end;
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

static int write_files(struct figure *f, const struct figure_spec *spec, int kind,
	const struct figure_places *places, struct str *written, struct err *e)
{
	struct str script = { 0 };
	int result = -1;

	end_block(f);
	str_add(&f->data, "\n");
	frame_variables(f, spec);
	str_addf(&script,
		"# %s.gp - made by: %s\n# Draw it again with: gnuplot -d -c %s.gp svg (or png, "
		"pdf). The numbers are in %s.tsv.\n",
		spec->id, places->command, spec->id, spec->id);
	str_add(&script, f->variables.s);
	if (add_script(&script, places->scripts, "style", e)
		|| (makers[kind].series && add_script(&script, places->scripts, "series", e))
		|| add_script(&script, places->scripts, kinds[kind], e))
		goto done;
	if (write_in(places->output, spec->id, "tsv", &f->data, written, e)
		|| write_in(places->output, spec->id, "gp", &script, written, e))
		goto done;
	result = 0;
done:
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

static int find_kind(const struct figure_spec *spec, struct err *e)
{
	struct err reason = { 0 };
	if (figures_check_kind(spec->kind, &reason))
		return err_set(e, ERR_USAGE, "figure %s: %s", spec->id, reason.text);
	int kind = 0;
	while (strcmp(kinds[kind], spec->kind) != 0)
		kind++;
	return kind;
}

static int make_one(struct store *store, const struct study *study, const struct figure_spec *spec,
	int kind, const struct figure_places *places, struct str *written, struct err *e)
{
	struct figure f = {
		.height = 200, .data_places = places->data, .augment = places->augment
	};
	int result = -1;

	if (!makers[kind].fill(store, study, spec, &f, e)
		&& !write_files(&f, spec, kind, places, written, e))
		result = draw(spec, places, written, e);
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

int figures_make(struct store *store, const struct study *study, const struct figure_spec *spec,
	const struct figure_places *places, struct str *written, struct err *e)
{
	const int kind = find_kind(spec, e);
	size_t done, at = 0;
	const char *dataset;
	bool any;

	if (kind < 0)
		return -1;
	if (strspn(spec->id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
		!= strlen(spec->id))
		return err_set(e, ERR_USAGE,
			"figure %s: its id names files: only letters, digits, '-' and '_'",
			spec->id);
	if (!makers[kind].by_dataset || count_datasets(study, &spec->where, &done) < 2 || !done
		|| spec->where.count == SWEEP_WHERE_MAX || !strcmp(spec->series, "dataset"))
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

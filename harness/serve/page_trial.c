/* page_trial.c - one trial: how it stands, its curves, phases, confusion, misclassified images,
 * configuration, output and exports. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../report/html.h"
#include "../report/show.h"
#include "page.h"

enum { CLASSES_MAX = 256, CONFUSION_MAX = 20, WRONG_MAX = 24, SHADES = 6, SIDE = 64 };

static int add_rows(
	struct visit *v, const char *query, const char *trial, const char *heading, struct err *e)
{
	struct rows *r;

	if (page_query(v, query, "trial", trial, e, &r))
		return -1;
	if (r->row_count) {
		page_heading(v, heading);
		page_rows(v->out, r, NULL);
	}
	rows_free(r);
	return 0;
}

/* ---- predictions ---- */

/* The classes that the first output predicts for the test images, after the last phase. */
struct predicted {
	const struct dataset *dataset;
	struct rows *rows;
	const uint8_t *classes;
	size_t count;
};

static int read_predictions(
	struct visit *v, const char *trial, struct predicted *out, struct err *e)
{
	*out = (struct predicted){ 0 };
	if (page_query(v, "serve_predictions", "trial", trial, e, &out->rows))
		return -1;
	if (!out->rows->row_count)
		return 0;
	const struct value *classes = rows_named(out->rows, 0, "classes");
	out->dataset = page_dataset(v, value_text(rows_named(out->rows, 0, "dataset")));
	if (classes->kind == VALUE_BLOB && out->dataset
		&& classes->length <= out->dataset->test_count) {
		out->classes = (const uint8_t *)classes->text;
		out->count = classes->length;
	}
	return 0;
}

static void add_confusion(struct visit *v, const struct predicted *p)
{
	const struct dataset *d = p->dataset;
	const int classes = d->classes;
	static const char caption[] =
		"Test images by true class (rows) and predicted class (columns)";
	unsigned *counts;

	if (classes > CONFUSION_MAX
		|| !(counts = calloc((size_t)classes * (size_t)classes, sizeof(*counts))))
		return;
	unsigned totals[CONFUSION_MAX] = { 0 };
	for (size_t i = 0; i < p->count; i++)
		if (p->classes[i] < classes && d->test_labels[i] < classes) {
			counts[d->test_labels[i] * classes + p->classes[i]]++;
			totals[d->test_labels[i]]++;
		}
	page_heading(v, "Confusion");
	str_add(v->out, "<div class=\"wide\" tabindex=\"0\"><table class=\"confusion\">");
	html_element(v->out, "caption", NULL, caption);
	str_add(v->out, "<thead><tr><th scope=\"col\">true class</th>");
	for (int k = 0; k < classes; k++) {
		str_add(v->out, "<th scope=\"col\" class=\"number\">");
		html_text(v->out, dataset_class(d, k));
		str_add(v->out, "</th>");
	}
	str_add(v->out, "</tr></thead><tbody>\n");
	for (int t = 0; t < classes; t++) {
		str_add(v->out, "<tr><th scope=\"row\">");
		html_text(v->out, dataset_class(d, t));
		str_add(v->out, "</th>");
		for (int k = 0; k < classes; k++) {
			const unsigned n = counts[t * classes + k];
			const unsigned shade = totals[t] ? n * (SHADES - 1) / totals[t] : 0;
			str_addf(v->out, "<td class=\"number %s-%u\">%u</td>",
				t == k ? "right" : "wrong", t != k && n && !shade ? 1 : shade, n);
		}
		str_add(v->out, "</tr>\n");
	}
	str_add(v->out, "</tbody></table></div>\n");
	free(counts);
}

static void add_misclassified(struct visit *v, const struct predicted *p)
{
	const struct dataset *d = p->dataset;
	size_t wrong = 0;

	for (size_t i = 0; i < p->count; i++)
		wrong += p->classes[i] != d->test_labels[i];
	if (!wrong || (d->channels != 1 && d->channels != 3))
		return;
	page_heading(v, "Misclassified test images");
	str_addf(v->out,
		"<p class=\"notes\">%zu of %zu; the first %zu.</p>\n<ul class=\"pictures\">\n",
		wrong, p->count, wrong < WRONG_MAX ? wrong : (size_t)WRONG_MAX);
	/* At their own aspect; the longer side has SIDE pixels. */
	const int longer = d->width > d->height ? d->width : d->height,
		  width = (SIDE * d->width + longer / 2) / longer,
		  height = (SIDE * d->height + longer / 2) / longer;
	size_t shown = 0;
	for (size_t i = 0; i < p->count && shown < WRONG_MAX; i++) {
		if (p->classes[i] == d->test_labels[i])
			continue;
		shown++;
		str_addf(v->out,
			"<li><img width=\"%d\" height=\"%d\" alt=\"test image %zu\" "
			"src=\"/image?dataset=",
			width, height, i);
		page_url(v->out, d->name);
		str_addf(v->out, "&amp;index=%zu\"><span>", i);
		html_text(v->out, dataset_class(d, d->test_labels[i]));
		str_add(v->out, " taken for ");
		html_text(v->out, dataset_class(d, p->classes[i]));
		str_add(v->out, "</span></li>\n");
	}
	str_add(v->out, "</ul>\n");
}

static int add_predictions(struct visit *v, const char *trial, struct err *e)
{
	struct predicted p;

	if (read_predictions(v, trial, &p, e))
		return -1;
	if (p.classes) {
		add_confusion(v, &p);
		add_misclassified(v, &p);
	} else if (p.rows->row_count && !p.dataset) {
		page_heading(v, "Confusion");
		str_add(v->out, "<p class=\"notes\">The data set ");
		html_text(v->out, value_text(rows_named(p.rows, 0, "dataset")));
		str_add(v->out,
			" is not on this machine, so the true classes are not known here "
			"(<code>retrial serve --data DIR</code>).</p>\n");
	}
	rows_free(p.rows);
	return 0;
}

/* ---- configuration and exports ---- */

static void add_configuration(struct visit *v, const char *canonical)
{
	json_t *config = json_loads(canonical, 0, NULL);
	char *text = config ? json_dumps(config, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;

	page_heading(v, "Configuration");
	str_add(v->out,
		"<p class=\"notes\">What differs from the defaults.</p>\n"
		"<pre tabindex=\"0\">");
	html_text(v->out, text ? text : canonical);
	str_add(v->out, "</pre>\n");
	free(text);
	json_decref(config);
}

/* A trained network can be exported; what a program leaves behind are its outputs. */
static void add_commands(struct visit *v, const char *trial, bool trained)
{
	page_heading(v, "Commands");
	str_addf(v->out,
		"<pre tabindex=\"0\">retrial show %.12s\nretrial verify %.12s        # run it "
		"again and compare every bit\n",
		trial, trial);
	if (trained)
		str_addf(v->out, "retrial export %.12s -o model.onnx", trial);
	else
		str_addf(v->out, "retrial log %.12s", trial);
	str_add(v->out, "</pre>\n");
}

static int add_all(struct visit *v, const char *trial, struct err *e)
{
	struct str text = { 0 };

	if (show_trial(v->store, trial, false, &text, e)) {
		str_free(&text);
		return -1;
	}
	page_heading(v, "All that is recorded");
	str_add(v->out,
		"<details><summary>as retrial show prints it</summary><pre tabindex=\"0\">");
	html_text(v->out, text.s ? text.s : "");
	str_add(v->out, "</pre></details>\n");
	str_free(&text);
	return 0;
}

int page_trial(struct visit *v, struct err *e)
{
	char trial[DIGEST_TEXT], shown[16];
	struct rows *r = NULL;
	bool is_program = false;
	int result = -1;

	snprintf(v->title, sizeof(v->title), "Trial");
	if (show_find(v->store, http_value(v->request, "id", ""), trial, e)
		|| page_query(v, "serve_trial", "trial", trial, e, &r))
		goto out;
	snprintf(shown, sizeof(shown), "%.12s", trial);
	snprintf(v->title, sizeof(v->title), "Trial %s", shown);
	page_rows(v->out, r, NULL);
	page_heading(v, "Curves");
	if (page_add_curves(v, (const char *const[]){ trial }, (const char *const[]){ shown }, 1, e)
		|| add_rows(v, "serve_results", trial, "Results", e)
		|| add_rows(v, "show_measures", trial, "Metrics", e)
		|| page_add_log(v, trial, &is_program, e)
		|| add_rows(v, "show_outputs", trial, "Outputs", e)
		|| add_rows(v, "serve_phases", trial, "Phases", e) || add_predictions(v, trial, e)
		|| add_rows(v, "serve_notes", trial, "Tags and notes", e)
		|| add_rows(v, "serve_model_files", trial, "Exports", e))
		goto out;
	add_configuration(v, r->row_count ? value_text(rows_named(r, 0, "_config")) : "");
	add_commands(v, trial, !is_program);
	result = add_all(v, trial, e);
out:
	rows_free(r);
	return result;
}

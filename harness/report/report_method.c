/* report_method.c - see report_method.h. Labels and data come from the frozen plan and its results,
 * recipes from the sweep file. */
#include "report_method.h"

#include <string.h>

#include "../plan/program.h"
#include "../plan/trial.h"
#include "../plan/trial_kind.h"
#include "html.h"

enum { VALUES_SHOWN = 8, NAMES_MAX = LABELS_MAX * 2, ROWS_SHOWN = 12 };

/* ---- labels ---- */

static size_t label_names(const struct study *study, const char *names[NAMES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < study->count; i++)
		for (int k = 0; k < study->samples[i].label_count; k++) {
			const char *name = study->samples[i].labels[k].name;
			size_t at = 0;
			while (at < count && strcmp(names[at], name) != 0)
				at++;
			if (at == count && count < NAMES_MAX)
				names[count++] = name;
		}
	return count;
}

/* The different values of a label, in the order of the plan; at most VALUES_SHOWN are kept, all are
 * counted. Trials without the label count as one value of its own. */
static size_t label_values(
	const struct study *study, const char *name, const char *values[VALUES_SHOWN])
{
	size_t count = 0;

	for (size_t i = 0; i < study->count; i++) {
		const char *value = study_label(&study->samples[i], name);
		bool seen = false;
		value = value ? value : "not set";
		for (size_t k = 0; k < i && !seen; k++) {
			const char *earlier = study_label(&study->samples[k], name);
			seen = strcmp(earlier ? earlier : "not set", value) == 0;
		}
		if (seen)
			continue;
		if (count < VALUES_SHOWN)
			values[count] = value;
		count++;
	}
	return count;
}

static void add_values(struct str *out, const char *const *values, size_t count)
{
	for (size_t i = 0; i < count && i < VALUES_SHOWN; i++)
		str_addf(out, "%s%s", i ? ", " : "", values[i]);
	if (count > VALUES_SHOWN)
		str_addf(out, " and %zu more", count - VALUES_SHOWN);
}

/* An ablation's changes are such labels: the ablation's name says what they say. */
static bool is_unset_somewhere(const struct study *study, const char *name)
{
	for (size_t i = 0; i < study->count; i++)
		if (!study_label(&study->samples[i], name))
			return true;
	return false;
}

void report_asked(struct str *out, const struct study *study)
{
	const char *names[NAMES_MAX], *values[VALUES_SHOWN];
	const size_t count = label_names(study, names);
	struct str text = { 0 };

	for (size_t i = 0; i < count; i++) {
		const size_t different = label_values(study, names[i], values);
		if (different < 2 || is_unset_somewhere(study, names[i]))
			continue;
		str_addf(&text, "%s%s (", text.length ? "; " : "Compared: ", names[i]);
		add_values(&text, values, different);
		str_add(&text, ")");
	}
	if (text.length) {
		str_add(&text, ".");
		html_element(out, "p", NULL, text.s);
	}
	str_free(&text);
}

/* ---- the table ---- */

static void row(struct str *out, const char *what, const char *text)
{
	str_add(out, "<tr><th scope=\"row\">");
	html_text(out, what);
	str_add(out, "</th>");
	html_element(out, "td", "long", text);
	str_add(out, "</tr>\n");
}

static void label_rows(struct str *out, const struct study *study)
{
	const char *names[NAMES_MAX], *values[VALUES_SHOWN];
	const size_t count = label_names(study, names);
	struct str same = { 0 };

	for (size_t i = 0; i < count; i++) {
		const size_t different = label_values(study, names[i], values);
		struct str text = { 0 };
		if (different < 2) {
			str_addf(&same, "%s%s %s", same.length ? "; " : "", names[i], values[0]);
			continue;
		}
		add_values(&text, values, different);
		row(out, names[i], text.s);
		str_free(&text);
	}
	if (same.length)
		row(out, "the same in all trials", same.s);
	str_free(&same);
}

static void seeds_row(struct str *out, const struct study *study)
{
	struct str text = { 0 };
	size_t configurations = 0; /* each has a trial of every seed */
	uint64_t low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < study->count; i++) {
		const uint64_t seed = study->samples[i].seed;
		low = seed < low ? seed : low;
		high = seed > high ? seed : high;
	}
	for (size_t i = 0; i < study->count; i++)
		configurations += study->samples[i].seed == low;
	if (!study->count)
		return;
	str_addf(&text, "%llu to %llu: %zu trials of %zu configurations; seeds are replicates",
		(unsigned long long)low, (unsigned long long)high, study->count, configurations);
	row(out, "seeds", text.s);
	str_free(&text);
}

static void add_phases(struct str *out, const struct trial *t)
{
	for (int i = 0; i < t->phase_count; i++) {
		const struct phase_config *p = &t->phases[i];
		str_addf(out, "%s%s, ", i ? "; " : "", p->name);
		if (p->kind == PHASE_KFOLD)
			str_addf(out, "%d folds of ", p->folds);
		str_addf(out, "%s%d epoch%s", p->stop.patience ? "at most " : "", p->epochs,
			p->epochs == 1 ? "" : "s");
	}
}

static const char *recipe_of(const struct trial *t)
{
	for (int i = 0; i < t->label_count; i++)
		if (!strcmp(t->labels[i].name, "recipe"))
			return t->labels[i].value;
	return "";
}

/* A row for each recipe and its phases; one that trials have in several forms is shown in each. */
static void recipe_rows(struct str *out, const struct sweep *sweep)
{
	struct str known = { 0 };
	size_t shown = 0;

	for (size_t i = 0; i < sweep->trial_count; i++) {
		struct str phases = { 0 }, entry = { 0 };
		add_phases(&phases, &sweep->trials[i]);
		str_addf(&entry, "\n%s\t%s\n", recipe_of(&sweep->trials[i]),
			phases.s ? phases.s : "");
		if (phases.s && (!known.s || !strstr(known.s, entry.s))) {
			struct str what = { 0 };
			str_add(&known, entry.s);
			str_addf(&what, "recipe %s", recipe_of(&sweep->trials[i]));
			if (++shown <= ROWS_SHOWN)
				row(out, what.s, phases.s);
			str_free(&what);
		}
		str_free(&phases);
		str_free(&entry);
	}
	if (shown > ROWS_SHOWN)
		row(out, "more recipes", "in the sweep file below");
	str_free(&known);
}

static void program_row(struct str *out, const struct sweep *sweep)
{
	struct str text = { 0 };

	program_command_text(&text, sweep);
	row(out, "program", text.s ? text.s : "");
	str_free(&text);
}

static void data_rows(struct str *out, const struct study *study)
{
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		const char *name = study_label(s, "dataset");
		size_t k = 0;
		if (!s->data_digest[0] || !name)
			continue;
		while (k < i && strcmp(study->samples[k].data_digest, s->data_digest) != 0)
			k++;
		if (k < i)
			continue;
		struct str text = { 0 };
		str_addf(&text, "%s (%s), digest %.12s", name,
			s->data_variant[0] ? s->data_variant : "canonical", s->data_digest);
		row(out, "data", text.s);
		str_free(&text);
	}
}

void report_method(struct str *out, const struct study *study)
{
	str_add(out, "<div class=\"wide\" tabindex=\"0\">\n<table class=\"stack\">\n<tbody>\n");
	label_rows(out, study);
	seeds_row(out, study);
	if (trial_kind_of(study->sweep)->networks)
		recipe_rows(out, study->sweep);
	else
		program_row(out, study->sweep);
	data_rows(out, study);
	str_add(out, "</tbody>\n</table>\n</div>\n");
}

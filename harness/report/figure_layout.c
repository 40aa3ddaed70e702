/* figure_layout.c - see figure_layout.h. Computes nothing but counts. */
#include "figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char panel_label[] = "dataset";

static const char *value_of(const struct sample *s, const char *label)
{
	const char *value = study_label(s, label);

	return value ? value : "";
}

static bool has_result(const struct figure_layout *l, const struct sample *s, int metric)
{
	return study_holds(&l->spec->where, s) && s->state == SAMPLE_DONE
		&& (metric < 0 || !isnan(study_value(l->study, s, metric)));
}

static size_t find(const char *const *list, size_t count, const char *text)
{
	size_t i = 0;

	while (i < count && strcmp(list[i], text))
		i++;
	return i;
}

/* Add text to a list of distinct ones; -1 when it is full. */
static int add_distinct(const char **list, size_t *count, size_t max, const char *text)
{
	if (find(list, *count, text) < *count)
		return 0;
	if (*count == max)
		return -1;
	list[(*count)++] = text;
	return 0;
}

static int collect(struct figure_layout *l, int metric, struct err *e)
{
	for (size_t i = 0; i < l->study->count; i++) {
		const struct sample *s = &l->study->samples[i];
		if (!has_result(l, s, metric))
			continue;
		if (add_distinct(
			    l->panels, &l->panel_count, LAYOUT_PANELS_MAX, value_of(s, panel_label))
			|| add_distinct(l->series, &l->series_count, LAYOUT_SERIES_MAX,
				value_of(s, l->spec->series)))
			return err_set(e, ERR_USAGE,
				"figure %s: more than %d data sets or %d series: narrow its "
				"'where'",
				l->spec->id, LAYOUT_PANELS_MAX, LAYOUT_SERIES_MAX);
	}
	return 0;
}

/* Data sets of the plan without any result, once each, with the reason that their first trial
 * gives. */
static void name_missing(struct figure_layout *l)
{
	const char *named[LAYOUT_PANELS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < l->study->count; i++) {
		const struct sample *s = &l->study->samples[i];
		const char *panel = value_of(s, panel_label);
		l->excluded += study_holds(&l->spec->where, s)
			&& (s->state == SAMPLE_FAILED || s->state == SAMPLE_DIVERGED);
		if (!study_holds(&l->spec->where, s)
			|| find(l->panels, l->panel_count, panel) < l->panel_count
			|| find(named, count, panel) < count
			|| add_distinct(named, &count, LAYOUT_PANELS_MAX, panel))
			continue;
		str_addf(&l->missing, "%s%s (%s)", l->missing.length ? "; " : "", panel,
			s->reason[0] ? s->reason : "not run");
	}
}

static bool belongs(
	const struct figure_layout *l, const struct sample *s, size_t panel, size_t series)
{
	return !strcmp(value_of(s, panel_label), l->panels[panel])
		&& !strcmp(value_of(s, l->spec->series), l->series[series]);
}

/* Replicates only: all samples of a series in a panel have the same labels. */
static int check_series(
	struct figure_layout *l, size_t panel, size_t series, int metric, struct err *e)
{
	const struct sample *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < l->study->count; i++) {
		const struct sample *s = &l->study->samples[i];
		const char *label;
		if (!study_holds(&l->spec->where, s) || !belongs(l, s, panel, series))
			continue;
		if (first && !study_same_labels(first, s, &label))
			return err_set(e, ERR_USAGE,
				"figure %s: it would mix configurations (%s is %s and %s): make "
				"'%s' its series, or name one in its "
				"'where'",
				l->spec->id, label, value_of(first, label), value_of(s, label),
				label);
		first = first ? first : s;
		n += has_result(l, s, metric);
	}
	if (n) {
		l->fewest = !l->fewest || n < l->fewest ? n : l->fewest;
		l->most = n > l->most ? n : l->most;
	}
	return 0;
}

bool figure_layout_is_bare(const char *value)
{
	static const char *const bare[] = { "true", "false", "yes", "no", "none", "on", "off" };
	char *end;
	strtod(value, &end);
	bool found = *value && *end == '\0';
	for (size_t i = 0; i < sizeof(bare) / sizeof(*bare); i++)
		found |= strcmp(value, bare[i]) == 0;
	return found;
}

void figure_layout_name(struct str *out, const char *label, const char *value)
{
	const bool named = figure_layout_is_bare(value);
	for (const char *c = label; named && *c; c++)
		str_add_bytes(out, *c == '_' ? " " : c, 1);
	str_addf(out, "%s%s", named && label[0] ? " " : "", value);
}

static void name_series(struct figure_layout *l)
{
	for (size_t i = 0; i < l->series_count; i++) {
		figure_layout_name(&l->name_texts[i], l->spec->series, l->series[i]);
		l->names[i] = l->name_texts[i].s ? l->name_texts[i].s : "";
	}
}

int figure_layout_make(struct figure_layout *l, const struct study *study,
	const struct figure_spec *spec, int metric, struct err *e)
{
	*l = (struct figure_layout){ .study = study, .spec = spec };
	if (collect(l, metric, e))
		return -1;
	name_missing(l);
	name_series(l);
	if (!l->panel_count)
		return err_set(e, ERR_FAILED, "figure %s: nothing to draw: no finished trial%s%s",
			spec->id, l->missing.length ? ": " : "", l->missing.s ? l->missing.s : "");
	for (size_t panel = 0; panel < l->panel_count; panel++)
		for (size_t series = 0; series < l->series_count; series++)
			if (check_series(l, panel, series, metric, e))
				return -1;
	return 0;
}

void figure_layout_free(struct figure_layout *l)
{
	for (size_t i = 0; i < LAYOUT_SERIES_MAX; i++)
		str_free(&l->name_texts[i]);
	str_free(&l->missing);
}

size_t figure_layout_samples(const struct figure_layout *l, size_t panel, size_t series, int metric,
	const struct sample **out, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < l->study->count && count < max; i++) {
		const struct sample *s = &l->study->samples[i];
		if (has_result(l, s, metric) && belongs(l, s, panel, series))
			out[count++] = s;
	}
	return count;
}

void figure_layout_n(struct str *out, const struct figure_layout *l)
{
	str_addf(out, "n = %zu", l->fewest);
	if (l->most > l->fewest)
		str_addf(out, " to %zu", l->most);
}

void figure_layout_caption(struct str *out, const struct figure_layout *l)
{
	if (l->excluded)
		str_addf(out, " %zu trial%s failed or diverged and %s no value.", l->excluded,
			l->excluded > 1 ? "s" : "", l->excluded > 1 ? "have" : "has");
	if (l->missing.length)
		str_addf(out, " Not shown: %s.", l->missing.s);
}

void figure_layout_block(
	const struct figure_layout *l, struct figure *f, size_t panel, const char *what)
{
	struct str comment = { 0 };

	str_addf(&comment, "%s, %s", l->panels[panel], what);
	figure_block(f, comment.s);
	str_free(&comment);
}

/* selection.c - see selection.h. */
#include "selection.h"

#include <math.h>
#include <string.h>

#include "metric.h"

static bool same_setting(const struct selection *by, const struct sample *a, const struct sample *b)
{
	for (int i = 0; i < by->label_count; i++) {
		const char *x = study_label(a, by->labels[i]), *y = study_label(b, by->labels[i]);
		if ((x || y) && (!x || !y || strcmp(x, y)))
			return false;
	}
	return true;
}

/* Is it the first sample of its setting? */
static bool is_first(const struct selection *by, const struct sample *const *samples, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_setting(by, samples[k], samples[i]))
			return false;
	return true;
}

/* The mean over the setting's samples that have a value, NAN without one; adds their number. */
static double mean_of(const struct study *study, const struct selection *by, int metric,
	const struct sample *const *samples, size_t count, size_t first, size_t *values)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = first; i < count && metric >= 0; i++) {
		const double value = study_value(study, samples[i], metric);
		if (isnan(value) || !same_setting(by, samples[first], samples[i]))
			continue;
		sum += value;
		n++;
	}
	*values += n;
	return n ? sum / (double)n : NAN;
}

static void say(const struct study *study, const struct selection *by, const struct sample *best,
	size_t settings, size_t values, size_t count, struct str *said)
{
	bool any = false;

	for (int i = 0; i < by->label_count; i++) {
		const char *value = study_label(best, by->labels[i]);
		if (value)
			str_addf(said, "%s%s = %s", any ? ", " : "", by->labels[i], value);
		any |= value != NULL;
	}
	str_addf(said, "%s the best %s of %zu (%zu of %zu trials)", any ? " has" : "has",
		metric_find(study->sweep, by->metric)->title, settings, values, count);
}

void selection_keep(const struct study *study, const struct selection *by,
	const struct sample **samples, size_t *count, struct str *said)
{
	struct err none = { 0 };
	const int metric = study_metric(study, by->metric, "", "select", &none);
	const double sign = metric_find(study->sweep, by->metric)->better < 0 ? -1 : 1;
	double best_mean = -INFINITY;
	size_t best = 0, settings = 0, values = 0, kept = 0;

	if (!by->label_count || !*count)
		return;
	for (size_t i = 0; i < *count; i++) {
		if (!is_first(by, samples, i))
			continue;
		const double mean = sign * mean_of(study, by, metric, samples, *count, i, &values);
		settings++;
		if (mean > best_mean) {
			best_mean = mean;
			best = i;
		}
	}
	const struct sample *chosen = samples[best];
	if (said)
		say(study, by, chosen, settings, values, *count, said);
	for (size_t i = 0; i < *count; i++)
		if (same_setting(by, chosen, samples[i]))
			samples[kept++] = samples[i];
	*count = kept;
}

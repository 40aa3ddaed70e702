/* metric.c - what is declared of metrics, and how their values are printed. Computes nothing. */
#include "metric.h"

#include <math.h>
#include <string.h>

#include "../plan/param.h"
#include "../plan/robustness.h"
#include "../plan/trial_kind.h"

enum { METRICS_MAX = 256 };
static const char threshold_prefix[] = "epochs_to_";
static const struct metric threshold = { threshold_prefix, "epochs to", "", "", 1, 1, -1,
	METRIC_COUNT, true };
static const struct metric plain = { "", "", "", "", 1, -1, 0, METRIC_RESULT, false };

const struct metric *metric_find(const struct sweep *sweep, const char *name)
{
	const struct declared_metric *declared = trial_kind_metric(sweep, name);

	if (declared)
		return &declared->declared;
	return trial_kind_of(sweep)->networks && metric_threshold(name, NULL) ? &threshold : &plain;
}

const struct metric *metric_at(size_t i)
{
	const struct declared_metric *m = trial_kind_core.metric(NULL, i);

	return m ? &m->declared : NULL;
}

const char *metric_help(const char *name)
{
	const struct declared_metric *m = trial_kind_metric(NULL, name);

	return m ? m->help : NULL;
}

const struct metric *metric_of_claim(const struct claim *c)
{
	return c->declared ? c->declared : metric_find(NULL, c->metric);
}

bool metric_threshold(const char *name, double *percent)
{
	const size_t length = sizeof(threshold_prefix) - 1;
	double number;

	if (strncmp(name, threshold_prefix, length) || !number_parse(name + length, &number)
		|| !(number > 0 && number <= 100))
		return false;
	if (percent)
		*percent = number;
	return true;
}

bool metric_of_changes(const char *name)
{
	const char *end = strrchr(name, '_');
	char corruption[32] = "";

	if (!end || metric_find(NULL, name) == &plain
		|| (strcmp(end, "_accuracy") && strcmp(end, "_drop"))
		|| (size_t)(end - name) >= sizeof(corruption))
		return false;
	memcpy(corruption, name, (size_t)(end - name));
	return !strcmp(corruption, "robust") || corruption_find(corruption) < CORRUPTIONS;
}

/* "unknown metric 'acuracy' (did you mean 'accuracy'?)", and what the sweep file declares. */
static int refuse(const struct sweep *sweep, const char *name, struct err *e)
{
	const struct trial_kind *kind = trial_kind_of(sweep);
	const struct declared_metric *m;
	const char *names[METRICS_MAX];
	struct str list = { 0 }, meant = { 0 };
	size_t count = 0;

	while (count < METRICS_MAX && (m = kind->metric(sweep, count)))
		names[count++] = m->declared.name;
	for (size_t i = 0; i < count; i++)
		str_addf(&list, "%s%s", i ? ", " : "", names[i]);
	const char *nearest = str_nearest(name, names, count);
	if (nearest)
		str_addf(&meant, " (did you mean '%s'?)", nearest);
	if (!kind->networks)
		str_addf(&meant, " (there are: %.400s)", list.s);
	else if (!nearest)
		str_add(&meant,
			" (such as test_accuracy, params, epochs, epochs_to_90: columns of "
			"retrial query accuracy)");
	err_set(e, ERR_USAGE, "unknown metric '%.40s'%s", name, meant.s);
	str_free(&list);
	str_free(&meant);
	return -1;
}

bool metric_of_exits(const char *name)
{
	return !strncmp(name, "exit_", 5) && strstr(name, "_at_");
}

static int refuse_exit(const char *name, struct err *e)
{
	struct str list = { 0 };

	for (int i = 0; i < EXIT_CONFIDENCES; i++)
		str_addf(&list, "%s%s", i ? ", " : "", exit_confidences[i]);
	err_set(e, ERR_USAGE,
		"metric '%.40s': exit_accuracy_at_P, exit_share_at_P and exit_macs_at_P are "
		"recorded for P = %s (retrial eval --exit takes any)",
		name, list.s);
	str_free(&list);
	return -1;
}

int metric_check(const struct sweep *sweep, const char *name, struct err *e)
{
	if (metric_find(sweep, name) != &plain)
		return 0;
	if (trial_kind_of(sweep)->networks && metric_of_exits(name))
		return refuse_exit(name, e);
	if (trial_kind_of(sweep)->networks
		&& !strncmp(name, threshold_prefix, sizeof(threshold_prefix) - 1))
		return err_set(e, ERR_USAGE,
			"metric '%.40s': the percentage has to be above 0 and at most 100, such as "
			"epochs_to_90",
			name);
	return refuse(sweep, name, e);
}

int metric_foresee(const struct sweep *sweep, const char *name, const char *phase, struct err *e)
{
	if (trial_kind_of(sweep)->networks && metric_find(sweep, name)->kind == METRIC_SERIES)
		return err_set(e, ERR_USAGE,
			"metric '%s' is recorded by epoch: only a figure of the kind curves shows "
			"it (retrial query epochs)",
			name);
	if (phase[0] && !metric_find(sweep, name)->of_phase)
		return err_set(e, ERR_USAGE,
			"metric '%s' is a trial's: no phase has one of its own", name);
	if (metric_of_changes(name) && trial_kind_of(sweep)->networks && !sweep->robustness_count)
		return err_set(e, ERR_USAGE,
			"metric '%s' is of corrupted test images: name some under 'robustness' "
			"(retrial help robustness)",
			name);
	return 0;
}

void metric_heading(struct str *out, const struct sweep *sweep, const char *name)
{
	const struct metric *m = metric_find(sweep, name);

	if (m == &threshold) {
		str_addf(out, "epochs to %s %%", name + sizeof(threshold_prefix) - 1);
		return;
	}
	str_add(out, m->title[0] ? m->title : name);
	if (m->unit[0])
		str_addf(out, " (%s)", m->unit);
}

void metric_value(struct str *out, const struct metric *m, double value)
{
	if (isnan(value))
		str_add(out, "n/a");
	else if (m->decimals < 0)
		str_addf(out, "%.6g", value);
	else
		str_addf(out, "%.*f", m->decimals, value * m->scale);
}

void metric_difference(struct str *out, const struct metric *m, double value)
{
	if (isnan(value))
		str_add(out, "n/a");
	else if (m->decimals < 0)
		str_addf(out, "%+.6g", value);
	else
		str_addf(out, "%+.*f", m->decimals, value * m->scale);
}

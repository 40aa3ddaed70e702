/* metric.c - the table of metrics and how their values are printed. Computes nothing. */
#include "metric.h"

#include <math.h>
#include <string.h>

#include "../plan/param.h"
#include "../plan/program.h"
#include "../plan/robustness.h"

static const struct metric metrics[] = {
	{ "test_accuracy", "test accuracy", "%", "pp", 100, 2, 1, METRIC_RESULT, true },
	{ "test_accuracy_1", "test accuracy, output 1", "%", "pp", 100, 2, 1, METRIC_RESULT, true },
	{ "test_accuracy_2", "test accuracy, output 2", "%", "pp", 100, 2, 1, METRIC_RESULT, true },
	{ "val_accuracy", "validation accuracy", "%", "pp", 100, 2, 1, METRIC_RESULT, true },
	{ "val_optimism", "validation above test accuracy", "pp", "pp", 100, 2, 0, METRIC_RESULT,
		true },
	{ "train_accuracy", "training accuracy", "%", "pp", 100, 2, 1, METRIC_RESULT, false },
	{ "test_count", "test images", "", "", 1, 0, 0, METRIC_CONSTANT, false },
	{ "test_loss", "test loss", "", "", 1, 4, -1, METRIC_RESULT, true },
	{ "val_loss", "validation loss", "", "", 1, 4, -1, METRIC_RESULT, true },
	{ "train_loss", "training loss", "", "", 1, 4, -1, METRIC_RESULT, false },
	{ "top5_accuracy", "top-5 accuracy", "%", "pp", 100, 2, 1, METRIC_RESULT, false },
	{ "auc", "area under the ROC curve", "", "", 1, 4, 1, METRIC_RESULT, false },
	{ "calibration_error", "calibration error", "%", "pp", 100, 2, -1, METRIC_RESULT, false },
	{ "flip_accuracy", "test accuracy, mirror images too", "%", "pp", 100, 2, 1, METRIC_RESULT,
		false },
	{ "macs", "multiply-accumulates", "", "", 1, 0, 0, METRIC_CONSTANT, false },
	{ "epochs", "epochs", "", "", 1, 1, 0, METRIC_COUNT, true },
	{ "ensemble_accuracy", "test accuracy, outputs averaged", "%", "pp", 100, 2, 1,
		METRIC_RESULT, false },
	{ "dead_units", "dead units", "", "", 1, 1, -1, METRIC_COUNT, false },
	{ "dead_share", "dead units, worst layer", "%", "pp", 100, 1, -1, METRIC_COUNT, false },
	{ "seconds", "time", "s", "s", 1, 1, -1, METRIC_TIME, true },
	{ "cpu_seconds", "CPU time", "s", "s", 1, 1, -1, METRIC_TIME, false },
	{ "latency", "time of one image", "µs", "µs", 1e6, 1, -1, METRIC_TIME, false },
	{ "peak_bytes", "peak memory", "MB", "MB", 1e-6, 1, 0, METRIC_TIME, false },
	{ "params", "parameters", "", "", 1, 0, 0, METRIC_CONSTANT, true },
	{ "trainable", "trainable parameters", "", "", 1, 0, 0, METRIC_CONSTANT, true },
	{ "weight_bytes", "weights", "bytes", "bytes", 1, 0, 0, METRIC_CONSTANT, true },
	{ "optimizer_bytes", "optimizer state", "bytes", "bytes", 1, 0, 0, METRIC_CONSTANT, true },
	{ "training_bytes", "weights and optimizer state", "bytes", "bytes", 1, 0, 0,
		METRIC_CONSTANT, true },
	{ "robust_accuracy", "accuracy on corrupted images", "%", "pp", 100, 2, 1, METRIC_RESULT,
		false },
	{ "robust_drop", "drop on corrupted images", "pp", "pp", 100, 2, -1, METRIC_RESULT, false },
	{ "rotation_accuracy", "accuracy, rotated", "%", "pp", 100, 2, 1, METRIC_RESULT, false },
	{ "rotation_drop", "drop, rotated", "pp", "pp", 100, 2, -1, METRIC_RESULT, false },
	{ "translation_accuracy", "accuracy, translated", "%", "pp", 100, 2, 1, METRIC_RESULT,
		false },
	{ "translation_drop", "drop, translated", "pp", "pp", 100, 2, -1, METRIC_RESULT, false },
	{ "zoom_accuracy", "accuracy, zoomed", "%", "pp", 100, 2, 1, METRIC_RESULT, false },
	{ "zoom_drop", "drop, zoomed", "pp", "pp", 100, 2, -1, METRIC_RESULT, false },
	{ "shear_accuracy", "accuracy, sheared", "%", "pp", 100, 2, 1, METRIC_RESULT, false },
	{ "shear_drop", "drop, sheared", "pp", "pp", 100, 2, -1, METRIC_RESULT, false },
	{ "brightness_accuracy", "accuracy, brightness", "%", "pp", 100, 2, 1, METRIC_RESULT,
		false },
	{ "brightness_drop", "drop, brightness", "pp", "pp", 100, 2, -1, METRIC_RESULT, false },
	{ "contrast_accuracy", "accuracy, contrast", "%", "pp", 100, 2, 1, METRIC_RESULT, false },
	{ "contrast_drop", "drop, contrast", "pp", "pp", 100, 2, -1, METRIC_RESULT, false },
	{ "noise_accuracy", "accuracy, noisy", "%", "pp", 100, 2, 1, METRIC_RESULT, false },
	{ "noise_drop", "drop, noisy", "pp", "pp", 100, 2, -1, METRIC_RESULT, false },
};

enum { METRICS = sizeof(metrics) / sizeof(metrics[0]), METRICS_MAX = 256 };
static const char threshold_prefix[] = "epochs_to_";
static const struct metric threshold = { threshold_prefix, "epochs to", "", "", 1, 1, -1,
	METRIC_COUNT, false };
static const struct metric plain = { "", "", "", "", 1, -1, 0, METRIC_RESULT, false };

/* What every trial has, whatever executes it. */
static bool of_every_trial(const char *name)
{
	return !strcmp(name, "seconds") || !strcmp(name, "cpu_seconds")
		|| !strcmp(name, "peak_bytes");
}

const struct metric *metric_find(const struct sweep *sweep, const char *name)
{
	const struct program_config *p = sweep ? sweep->program : NULL;
	const struct program_metric *own = p ? program_metric(p, name) : NULL;

	if (own)
		return &own->declared;
	if (p && !of_every_trial(name))
		return &plain;
	for (size_t i = 0; i < METRICS; i++)
		if (!strcmp(metrics[i].name, name))
			return &metrics[i];
	return metric_threshold(name, NULL) ? &threshold : &plain;
}

bool metric_declared_by_file(const struct sweep *sweep)
{
	return sweep->program != NULL;
}

const struct metric *metric_at(size_t i)
{
	return i < METRICS ? &metrics[i] : NULL;
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

static int check_of_program(const struct program_config *p, const char *name, struct err *e)
{
	const char *names[METRICS_MAX];
	struct str list = { 0 };
	size_t count = 0;

	for (int i = 0; i < p->metric_count && count < METRICS_MAX - 3; i++)
		names[count++] = p->metrics[i].declared.name;
	names[count++] = "seconds";
	names[count++] = "cpu_seconds";
	names[count++] = "peak_bytes";
	for (size_t i = 0; i < count; i++)
		str_addf(&list, "%s%s", i ? ", " : "", names[i]);
	const char *nearest = str_nearest(name, names, count);
	err_set(e, ERR_USAGE, "unknown metric '%.40s'%s%s%s (there are: %.400s)", name,
		nearest ? " (did you mean '" : "", nearest ? nearest : "", nearest ? "'?)" : "",
		list.s);
	str_free(&list);
	return -1;
}

int metric_check(const struct sweep *sweep, const char *name, struct err *e)
{
	const char *names[METRICS];

	if (metric_find(sweep, name) != &plain)
		return 0;
	if (sweep && sweep->program)
		return check_of_program(sweep->program, name, e);
	if (!strncmp(name, threshold_prefix, sizeof(threshold_prefix) - 1))
		return err_set(e, ERR_USAGE,
			"metric '%.40s': the percentage has to be above 0 and at most 100, such as "
			"epochs_to_90",
			name);
	for (size_t i = 0; i < METRICS; i++)
		names[i] = metrics[i].name;
	const char *nearest = str_nearest(name, names, METRICS);
	if (nearest)
		return err_set(
			e, ERR_USAGE, "unknown metric '%.40s' (did you mean '%s'?)", name, nearest);
	return err_set(e, ERR_USAGE,
		"unknown metric '%.40s' (such as test_accuracy, params, epochs, epochs_to_90: "
		"columns of retrial query accuracy)",
		name);
}

int metric_foresee(const struct sweep *sweep, const char *name, const char *phase, struct err *e)
{
	if (phase[0] && !metric_find(sweep, name)->of_phase)
		return err_set(e, ERR_USAGE,
			"metric '%s' is a trial's: no phase has one of its own", name);
	if (metric_of_changes(name) && !sweep->program && !sweep->robustness_count)
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

/* metric.c - the table of metrics and how their values are printed. Computes nothing. */
#include "metric.h"

#include <math.h>
#include <string.h>

static const struct metric metrics[] = {
	{ "test_accuracy", "test accuracy", "%", "pp", 100, 2, 1, false },
	{ "test_accuracy_1", "test accuracy, output 1", "%", "pp", 100, 2, 1, false },
	{ "test_accuracy_2", "test accuracy, output 2", "%", "pp", 100, 2, 1, false },
	{ "val_accuracy", "validation accuracy", "%", "pp", 100, 2, 1, false },
	{ "train_accuracy", "training accuracy", "%", "pp", 100, 2, 1, false },
	{ "test_loss", "test loss", "", "", 1, 4, -1, false },
	{ "val_loss", "validation loss", "", "", 1, 4, -1, false },
	{ "train_loss", "training loss", "", "", 1, 4, -1, false },
	{ "epochs", "epochs", "", "", 1, 1, 0, false },
	{ "seconds", "time", "s", "s", 1, 1, -1, false },
	{ "cpu_seconds", "CPU time", "s", "s", 1, 1, -1, false },
	{ "peak_bytes", "peak memory", "MB", "MB", 1e-6, 1, 0, false },
	{ "params", "parameters", "", "", 1, 0, 0, true },
	{ "trainable", "trainable parameters", "", "", 1, 0, 0, true },
	{ "weight_bytes", "weights", "bytes", "bytes", 1, 0, 0, true },
	{ "optimizer_bytes", "optimizer state", "bytes", "bytes", 1, 0, 0, true },
	{ "training_bytes", "weights and optimizer state", "bytes", "bytes", 1, 0, 0, true },
};

static const struct metric plain = { "", "", "", "", 1, -1, 0, false };

const struct metric *metric_find(const char *name)
{
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		if (!strcmp(metrics[i].name, name))
			return &metrics[i];
	return &plain;
}

void metric_heading(struct str *out, const char *name)
{
	const struct metric *m = metric_find(name);

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

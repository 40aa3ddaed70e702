/* trial_kind.c - the core, with its table of metrics, and programs, which declare theirs in the
 * sweep file. */
#include "trial_kind.h"

#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "program.h"

const struct trial_kind *trial_kind_of(const struct sweep *sweep)
{
	return sweep && sweep->program ? &trial_kind_program : &trial_kind_core;
}

const struct trial_kind *trial_kind_of_trial(const struct trial *t)
{
	return t->program ? &trial_kind_program : &trial_kind_core;
}

const struct trial_kind *trial_kind_of_config(const char *canonical)
{
	struct trial t;
	struct err ignored = { 0 };
	if (trial_from_canonical(canonical, &t, &ignored))
		return &trial_kind_core;
	const struct trial_kind *kind = trial_kind_of_trial(&t);
	trial_free(&t);
	return kind;
}

const struct declared_metric *trial_kind_metric(const struct sweep *sweep, const char *name)
{
	const struct trial_kind *kind = trial_kind_of(sweep);
	const struct declared_metric *m;
	for (size_t i = 0; (m = kind->metric(sweep, i)); i++)
		if (strcmp(m->declared.name, name) == 0)
			return m;
	return NULL;
}

/* ---- the core ---- */

const char *const exit_confidences[EXIT_CONFIDENCES] = { "0.5", "0.7", "0.8", "0.9", "0.95",
	"0.99" };

/* Of a network with an early exit at which images leave that are so sure. */
#define EXIT_METRICS(confidence)                                                                   \
	{ .declared = { "exit_accuracy_at_" confidence, "test accuracy, exit at " confidence, "%", \
		  "pp", 100, 2, 1, METRIC_RESULT, false },                                         \
		.measured = true },                                                                \
		{ .declared = { "exit_share_at_" confidence,                                       \
			  "images that leave, exit at " confidence, "%", "pp", 100, 1, 0,          \
			  METRIC_RESULT, false },                                                  \
			.measured = true },                                                        \
	{                                                                                          \
		.declared = { "exit_macs_at_" confidence,                                          \
			"multiply-accumulates, exit at " confidence, "", "", 1, 0, -1,             \
			METRIC_RESULT, false },                                                    \
		.measured = true                                                                   \
	}

static const struct declared_metric core_metrics[] = {
	{ .declared = { "test_accuracy", "test accuracy", "%", "pp", 100, 2, 1, METRIC_RESULT,
		  true },
		.help = "Share of the test images that the networks of the last phase classify "
			"right: the mean over folds and outputs." },
	{ .declared = { "test_accuracy_1", "test accuracy, output 1", "%", "pp", 100, 2, 1,
		  METRIC_RESULT, true },
		.help = "That of the first output: the mean over folds." },
	{ .declared = { "test_accuracy_2", "test accuracy, output 2", "%", "pp", 100, 2, 1,
		  METRIC_RESULT, true },
		.help = "That of the second output: of the second submodel, or of an early exit." },
	{ .declared = { "val_accuracy", "validation accuracy", "%", "pp", 100, 2, 1, METRIC_RESULT,
		  true },
		.help = "Accuracy on the validation images of the weights that the last phase "
			"keeps (retrial help keep): the mean over folds and outputs." },
	{ .declared = { "val_optimism", "validation above test accuracy", "pp", "pp", 100, 2, 0,
		  METRIC_RESULT, true },
		.help = "Validation accuracy minus test accuracy: by how much validation "
			"overestimates." },
	{ .declared = { "train_accuracy", "training accuracy", "%", "pp", 100, 2, 1, METRIC_SERIES,
		  false },
		.help = "A running mean over the batches of an epoch, with dropout and random "
			"transforms. Recorded by epoch." },
	{ .declared = { "test_count", "test images", "", "", 1, 0, 0, METRIC_CONSTANT, false } },
	{ .declared = { "test_loss", "test loss", "", "", 1, 4, -1, METRIC_RESULT, true },
		.help = "Cross-entropy on the test images: the mean over folds and outputs." },
	{ .declared = { "val_loss", "validation loss", "", "", 1, 4, -1, METRIC_RESULT, true },
		.help = "Cross-entropy on the validation images of the weights that the last phase "
			"keeps." },
	{ .declared = { "train_loss", "training loss", "", "", 1, 4, -1, METRIC_SERIES, false },
		.help = "A running mean over the batches of an epoch, with dropout and random "
			"transforms, without the penalty of l2. Recorded by epoch." },
	{ .declared = { "top5_accuracy", "top-5 accuracy", "%", "pp", 100, 2, 1, METRIC_RESULT,
		  false },
		.measured = true,
		.help = "Share of the test images whose class is among the five most probable "
			"ones." },
	{ .declared = { "auc", "area under the ROC curve", "", "", 1, 4, 1, METRIC_RESULT, false },
		.measured = true,
		.help = "Of one class against the rest, on the test images; the mean over "
			"classes." },
	{ .declared = { "calibration_error", "calibration error", "%", "pp", 100, 2, -1,
		  METRIC_RESULT, false },
		.measured = true,
		.help = "Expected calibration error on the test images: the distance between the "
			"largest probability and the accuracy, in 15 bins." },
	{ .declared = { "flip_accuracy", "test accuracy, mirror images too", "%", "pp", 100, 2, 1,
		  METRIC_RESULT, false },
		.measured = true,
		.help = "Accuracy of the mean prediction for each test image and its mirror "
			"image." },
	{ .declared = { "macs", "multiply-accumulates", "", "", 1, 0, 0, METRIC_CONSTANT, false },
		.measured = true,
		.help = "Of the final network, for one image." },
	{ .declared = { "epochs", "epochs", "", "", 1, 1, 0, METRIC_COUNT, true },
		.help = "Epochs trained in all phases and folds." },
	{ .declared = { "ensemble_accuracy", "test accuracy, outputs averaged", "%", "pp", 100, 2,
		  1, METRIC_RESULT, false },
		.measured = true,
		.help = "The class probabilities of all outputs are averaged. Of a network with "
			"one output it is the test accuracy." },
	EXIT_METRICS("0.5"),
	EXIT_METRICS("0.7"),
	EXIT_METRICS("0.8"),
	EXIT_METRICS("0.9"),
	EXIT_METRICS("0.95"),
	EXIT_METRICS("0.99"),
	{ .declared = { "dead_units", "dead units", "", "", 1, 1, -1, METRIC_COUNT, false },
		.measured = true,
		.help = "A channel or dense unit behind a ReLU or ReLU6 is dead if it is 0 at "
			"every position of every test image." },
	{ .declared = { "dead_share", "dead units, worst layer", "%", "pp", 100, 1, -1,
		  METRIC_COUNT, false },
		.measured = true,
		.help = "The largest share of dead units (see dead_units) in one layer." },
	{ .declared = { "seconds", "time", "s", "s", 1, 1, -1, METRIC_TIME, true },
		.help = "Wall time of the trial, from start to result. A shared phase counts only "
			"where it was trained." },
	{ .declared = { "cpu_seconds", "CPU time", "s", "s", 1, 1, -1, METRIC_TIME, false },
		.help = "Processor time of the trial's process, and of the processes that it "
			"waited for." },
	{ .declared = { "latency", "time of one image", "µs", "µs", 1e6, 1, -1, METRIC_TIME,
		  false },
		.help = "Median time for one image in 32-bit floats, of the fastest kernels. "
			"`retrial latency` measures it." },
	{ .declared = { "peak_bytes", "peak memory", "MB", "MB", 1e-6, 1, 0, METRIC_TIME, false },
		.help = "Largest resident memory of the trial's process; 1 MB is a million "
			"bytes." },
	{ .declared = { "params", "parameters", "", "", 1, 0, 0, METRIC_CONSTANT, true },
		.help = "Weights and biases of the final network, and the moving means and "
			"variances of batch normalization." },
	{ .declared = { "trainable", "trainable parameters", "", "", 1, 0, 0, METRIC_CONSTANT,
		  true },
		.help = "Weights that the last phase trains: neither frozen nor pruned." },
	{ .declared = { "weight_bytes", "weights", "bytes", "bytes", 1, 0, 0, METRIC_CONSTANT,
		  true },
		.help = "The parameters as 32-bit floats." },
	{ .declared = { "optimizer_bytes", "optimizer state", "bytes", "bytes", 1, 0, 0,
		  METRIC_CONSTANT, true },
		.help = "State of the last phase's optimizer, beside the weights." },
	{ .declared = { "training_bytes", "weights and optimizer state", "bytes", "bytes", 1, 0, 0,
		  METRIC_CONSTANT, true },
		.help = "What a file with weights and optimizer state holds." },
	{ .declared = { "robust_accuracy", "accuracy on corrupted images", "%", "pp", 100, 2, 1,
		  METRIC_RESULT, false },
		.help = "Test accuracy on corrupted images: the mean over the severities of each "
			"corruption, then over the corruptions (retrial help robustness)." },
	{ .declared = { "robust_drop", "drop on corrupted images", "pp", "pp", 100, 2, -1,
		  METRIC_RESULT, false },
		.help = "Test accuracy on clean images minus robust_accuracy." },
	{ .declared = { "rotation_accuracy", "accuracy, rotated", "%", "pp", 100, 2, 1,
		  METRIC_RESULT, false } },
	{ .declared = { "rotation_drop", "drop, rotated", "pp", "pp", 100, 2, -1, METRIC_RESULT,
		  false } },
	{ .declared = { "translation_accuracy", "accuracy, translated", "%", "pp", 100, 2, 1,
		  METRIC_RESULT, false } },
	{ .declared = { "translation_drop", "drop, translated", "pp", "pp", 100, 2, -1,
		  METRIC_RESULT, false } },
	{ .declared = { "zoom_accuracy", "accuracy, zoomed", "%", "pp", 100, 2, 1, METRIC_RESULT,
		  false } },
	{ .declared = { "zoom_drop", "drop, zoomed", "pp", "pp", 100, 2, -1, METRIC_RESULT,
		  false } },
	{ .declared = { "shear_accuracy", "accuracy, sheared", "%", "pp", 100, 2, 1, METRIC_RESULT,
		  false } },
	{ .declared = { "shear_drop", "drop, sheared", "pp", "pp", 100, 2, -1, METRIC_RESULT,
		  false } },
	{ .declared = { "brightness_accuracy", "accuracy, brightness", "%", "pp", 100, 2, 1,
		  METRIC_RESULT, false } },
	{ .declared = { "brightness_drop", "drop, brightness", "pp", "pp", 100, 2, -1,
		  METRIC_RESULT, false } },
	{ .declared = { "contrast_accuracy", "accuracy, contrast", "%", "pp", 100, 2, 1,
		  METRIC_RESULT, false } },
	{ .declared = { "contrast_drop", "drop, contrast", "pp", "pp", 100, 2, -1, METRIC_RESULT,
		  false } },
	{ .declared = { "noise_accuracy", "accuracy, noisy", "%", "pp", 100, 2, 1, METRIC_RESULT,
		  false } },
	{ .declared = { "noise_drop", "drop, noisy", "pp", "pp", 100, 2, -1, METRIC_RESULT,
		  false } },
};

/* What every trial has, whatever executes it. */
static const struct declared_metric *of_every_trial(size_t i)
{
	static const char *const names[] = { "seconds", "cpu_seconds", "peak_bytes" };
	return i < sizeof(names) / sizeof(names[0]) ? trial_kind_metric(NULL, names[i]) : NULL;
}

static const struct declared_metric *core_metric(const struct sweep *sweep, size_t i)
{
	(void)sweep;
	return i < sizeof(core_metrics) / sizeof(core_metrics[0]) ? &core_metrics[i] : NULL;
}

static int core_inputs(const struct sweep *sweep, const char *const **names, char **folder)
{
	(void)sweep;
	*names = NULL;
	*folder = NULL;
	return 0;
}

const struct trial_kind trial_kind_core = { .networks = true,
	.one_run = "trained network",
	.digests = "Weights",
	.silent = "no epoch yet",
	.metric = core_metric,
	.inputs = core_inputs };

/* ---- programs ---- */

static const struct declared_metric *program_declared(const struct sweep *sweep, size_t i)
{
	const struct program_config *p = sweep->program;
	const size_t count = (size_t)p->metric_count;
	return i < count ? &p->metrics[i] : of_every_trial(i - count);
}

static int program_inputs(const struct sweep *sweep, const char *const **names, char **folder)
{
	*names = sweep->program->inputs;
	*folder = program_input_folder(sweep->program);
	return sweep->program->input_count;
}

const struct trial_kind trial_kind_program = { .networks = false,
	.one_run = "run of the program",
	.digests = "Results",
	.silent = "its program runs",
	.metric = program_declared,
	.inputs = program_inputs };

int trial_kind_retries(const struct sweep *sweep)
{
	return sweep->program ? sweep->program->retries : 0;
}

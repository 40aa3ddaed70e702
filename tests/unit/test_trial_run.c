/* test_trial_run.c - harness/run/trial_run.h with everything that a sweep file can ask of the core:
 * what is written is what the core gets, and a trial that is interrupted after every epoch ends
 * with the bits of one that is not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/str.h"
#include "harness/plan/sweep.h"
#include "harness/run/networks.h"
#include "harness/run/trial_run.h"
#include "scratch.h"

enum { INTERRUPTIONS_MAX = 200 };

static struct dataset *data;

static int open_data(void **state)
{
	struct err e = { 0 };
	const struct dataset_places places = { 0 };
	(void)state;
	return scratch_make_in_memory(scratch) || dataset_open("synthetic", &places, &e, &data) ? -1
												: 0;
}

static int close_data(void **state)
{
	(void)state;
	dataset_close(data);
	return rmdir(scratch); /* fails if a trial that is done has left its checkpoint */
}

static struct sweep *read_text(const char *text)
{
	struct err e = { 0 };
	struct sweep *s;
	const struct sweep_options options = { .fits = networks_fit };
	if (sweep_parse("test.yaml", text, strlen(text), &options, &e, &s))
		fail_msg("%s", e.text);
	return s;
}

/* ---- what a trial sends ---- */

/* No number is the same whatever its sign. */
static double plain(double value)
{
	return isnan(value) ? (double)NAN : value;
}

static int tell_epoch(void *context, const struct epoch_result *r, struct err *e)
{
	(void)e;
	for (int k = 0; k < r->outputs; k++)
		str_addf(context, "%d %d %d %d: %a %a %a %a\n", r->phase, r->fold, r->epoch, k,
			r->train_loss[k], r->train_accuracy[k], plain(r->val_loss[k]),
			plain(r->val_accuracy[k]));
	return 0;
}

static int tell_phase(void *context, const struct phase_result *r, struct err *e)
{
	(void)e;
	str_addf(context, "%s %d: %s, %d epochs, %ld of %ld trained\n", r->name, r->fold,
		r->weights_digest, r->epochs_run, r->trainable, r->parameters);
	for (int k = 0; k < r->outputs; k++)
		str_addf(context, "  %d: epoch %d, %a %a, %a %a\n", k, r->best_epoch[k],
			plain(r->val_loss[k]), plain(r->val_accuracy[k]), r->test_loss[k],
			r->test_accuracy[k]);
	return 0;
}

static int tell_measure(void *context, const struct measure_result *r, struct err *e)
{
	(void)e;
	str_addf(context, "%s %a\n", r->metric, r->value);
	return 0;
}

/* Run a trial to its end, as often as it takes; all that it sent the last time, and the digest of
 * its weights. Owned by the caller. */
static char *run(const struct trial *t, const struct trial_options *options, int *interruptions)
{
	struct str sent = { 0 };
	struct trial_end end;
	const struct trial_sink sink = {
		.context = &sent, .epoch = tell_epoch, .phase = tell_phase, .measure = tell_measure
	};
	*interruptions = 0;
	while (trial_run(t, data, options, &sink, &end)) {
		if (end.state != TRIAL_INTERRUPTED || ++*interruptions > INTERRUPTIONS_MAX)
			fail_msg("%s", end.error);
		str_free(&sent);
	}
	str_addf(&sent, "%s\n", end.weights_digest);
	return str_take(&sent);
}

static void same_text(const char *what, const struct trial *t, char *expected, char *text)
{
	if (strcmp(expected, text) != 0)
		fail_msg("%s, recipe %s, model %s:\n%s\n, and now\n%s", what,
			label_value(t, "recipe"), t->model, expected, text);
	free(text);
}

static void the_same_bits_however_it_is_run(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	const struct sweep_options sweep_options = { .fits = networks_fit };
	if (sweep_read("tests/fixtures/wide.yaml", &sweep_options, &e, &s))
		fail_msg("%s", e.text);
	const atomic_int stop = 1;
	const struct trial_options once = { .threads = 1 }, threads = { .threads = 2 },
				   slow = { .threads = 1, .kernels = nn_kernels_find("plain") },
				   interrupted = { .threads = 1, .stop = &stop, .states = scratch };
	int epochs = 0, count;
	for (size_t i = 0; i < s->trial_count; i++) {
		const struct trial *t = &s->trials[i];
		if (t->seed != 1)
			continue;
		char *expected = run(t, &once, &count);
		assert_int_equal(count, 0);
		same_text("2 threads", t, expected, run(t, &threads, &count));
		if (strcmp(t->model, "lightweight")
			!= 0) /* which is large, and test_training.c has its layers */
			same_text("plain kernels", t, expected, run(t, &slow, &count));
		same_text(
			"interrupted after every epoch", t, expected, run(t, &interrupted, &count));
		epochs += count;
		free(expected);
	}
	assert_true(epochs > 40); /* interruptions */
	sweep_free(s);
}

/* ---- metrics of the probabilities ---- */

struct measured {
	int folds;
	double fold_accuracy, ensemble, calibration, test_accuracy[2], test_loss[2];
};

static int add_phase(void *context, const struct phase_result *r, struct err *e)
{
	struct measured *m = context;
	(void)e;
	m->folds += r->fold >= 0;
	m->fold_accuracy += r->fold >= 0 ? r->test_accuracy[0] : 0;
	for (int k = 0; k < r->outputs; k++) {
		m->test_accuracy[k] = r->test_accuracy[k];
		m->test_loss[k] = r->test_loss[k];
	}
	return 0;
}

static int take_measure(void *context, const struct measure_result *r, struct err *e)
{
	struct measured *m = context;
	(void)e;
	if (strcmp(r->metric, "ensemble_accuracy") == 0)
		m->ensemble = r->value;
	if (strcmp(r->metric, "calibration_error") == 0)
		m->calibration = r->value;
	return 0;
}

static int ignore_epoch(void *context, const struct epoch_result *r, struct err *e)
{
	(void)context;
	(void)r;
	(void)e;
	return 0;
}

static struct measured measure(const char *phases)
{
	struct str text = { 0 };
	struct measured m = { .ensemble = -1, .calibration = -1 };
	struct trial_end end;
	const struct trial_options options = { .threads = 1 };
	const struct trial_sink sink = {
		.context = &m, .epoch = ignore_epoch, .phase = add_phase, .measure = take_measure
	};
	str_addf(&text,
		"retrial: 1\nseeds: [5]\nuse: experiments/library/lightweight.yaml\n"
		"base: {dataset: synthetic, model: lightweight, augment: paper, recipe: r, "
		"validation: 60, train_limit: 240, test_limit: 90}\n"
		"recipes: {r: [%s]}\n",
		phases);
	struct sweep *s = read_text(text.s);
	if (trial_run(&s->trials[0], data, &options, &sink, &end))
		fail_msg("%s", end.error);
	sweep_free(s);
	str_free(&text);
	return m;
}

static void metrics_are_means_over_the_folds(void **state)
{
	(void)state;
	const struct measured one = measure("{phase: single, epochs: 2}"),
			      folds = measure(
				      "{phase: single, epochs: 2}, {phase: kfold, folds: 3, "
				      "start: same, epochs: 1}");
	assert_true(fabs(one.ensemble - one.test_accuracy[0]) < 1e-12); /* of one output */
	assert_int_equal(folds.folds, 3);
	assert_true(fabs(folds.fold_accuracy / 3 - folds.test_accuracy[0]) > 1e-6);
	assert_true(fabs(folds.ensemble - folds.fold_accuracy / 3) < 1e-12);
	assert_true(folds.calibration > 0 && folds.calibration < 1);
}

/* With `both` the two submodels see the same images and differ only in their first weights. */
static void both_submodels_see_both_kinds_of_images(void **state)
{
	(void)state;
	const struct measured
		pair = measure("{phase: dual, both: true, epochs: 2, keep: last}"),
		one = measure("{phase: single, both: true, epochs: 2, keep: last}"),
		plain = measure(
			"{phase: dual, inputs: [original, original], epochs: 2, keep: last}");
	assert_true(fabs(pair.test_loss[0] - one.test_loss[0]) < 1e-12);
	assert_true(fabs(pair.test_loss[0] - pair.test_loss[1]) > 1e-6);
	assert_true(fabs(pair.test_loss[1] - plain.test_loss[1]) > 1e-6);
	assert_true(pair.ensemble > 0);
}

/* ---- what is written is what the core gets ---- */

static const char blocks[] =
	"models:\n"
	"  m:\n"
	"    stem:\n"
	"      - {conv: {name: a, filters: 4, kernel: 3, stride: 2, padding: same, bias: false}}\n"
	"      - {batchnorm: {name: n, momentum: 0.75, epsilon: 0.01, activation: relu6}}\n"
	"      - {depthwise: {name: d, kernel: 3, padding: same, activation: silu}}\n"
	"      - {add: {with: n, activation: relu}}\n"
	"      - {concat: {with: d}}\n"
	"      - {maxpool: {}}\n"
	"    submodel_head:\n"
	"      - {avgpool: {size: map}}\n"
	"      - {dense: {name: out, units: classes}}\n";

/* By hand what blocks says. */
static void build(struct nn_net *net)
{
	*net = (struct nn_net){ 0 };
	const struct nn_conv_options a = { .filters = 4,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride = 2,
		.padding = NN_SAME,
		.no_bias = true,
		.init = NN_GLOROT_UNIFORM };
	const struct nn_conv_options d = {
		.kernel_height = 3, .kernel_width = 3, .padding = NN_SAME, .init = NN_GLOROT_UNIFORM
	};
	int layer = nn_conv_with(
		net, "stem1/a", nn_input(net, "stem1/input", (struct nn_shape){ 1, 28, 28 }), &a);
	const int n = nn_relu6(net, "r", nn_batchnorm(net, "stem1/n", layer, 0.75, 0.01));
	const int silu = nn_silu(net, "s", nn_depthwise(net, "stem1/d", n, &d));
	layer = nn_relu(net, "u", nn_add(net, "p", (int[]){ silu, n }, 2));
	layer = nn_concat(net, "c", (int[]){ layer, silu }, 2);
	layer = nn_avgpool(net, "g", nn_maxpool(net, "m", layer, 2), 7, 7);
	nn_output(net, "o", nn_dense(net, "stem1/out", layer, 10, false, NN_GLOROT_UNIFORM));
	assert_true(nn_net_ok(net));
}

static const char recipe[] = "retrial: 1\n"
			     "base: {dataset: synthetic, model: m, recipe: r, augment: a, "
			     "batch_size: 20, validation: 50, train_limit: 90, test_limit: 30}\n"
			     "seeds: [5]\n"
			     "augments: {a: {shear: 0.1, crop: 2, crop_fill: reflect, contrast: "
			     "0.2, noise: 0.1, cutout: 5}}\n"
			     "recipes: {r: [{phase: single, inputs: augmented, optimizer: {adamw: "
			     "{lr: 0.01, beta1: 0.8, beta2: 0.9, epsilon: 1e-5,\n"
			     "  weight_decay: 0.1, ema: 0.7}}, schedule: {cosine: {warm_up: 1, "
			     "final: 0.2}}, label_smoothing: 0.1, mixup: 0.5, epochs: 3,\n"
			     "  keep: last}]}\n";

/* The training of the recipe by the core alone; digest of the average of its weights. */
static void train_by_hand(char digest[DIGEST_TEXT])
{
	struct nn_net net;
	const struct nn_images images = { data->train_images, data->train_labels, { 1, 28, 28 },
		data->train_count, NULL };
	uint32_t order[90];
	struct nn_score score;
	build(&net);
	const struct nn_trainer_options options = {
		.batch_size = 20,
		.threads = 1,
		.optimizer = { .kind = NN_ADAM,
			.lr = 0.01,
			.beta1 = 0.8,
			.beta2 = 0.9,
			.epsilon = 1e-5,
			.weight_decay = 0.1,
			.average_momentum = 0.7,
			.rate = { .kind = NN_RATE_COSINE, .warm_up = 5, .total = 15, .last = 0.2 } }
	};
	struct nn_trainer *t = nn_trainer_new(&net, &options);
	nn_init_net(&net, 5, nn_trainer_params(t));
	for (uint32_t epoch = 0; epoch < 3; epoch++) {
		const struct nn_rng rng = {
			.seed = 5, .stream = NN_STREAM_SHUFFLE, .epoch = epoch
		};
		for (uint32_t i = 0; i < 90; i++)
			order[i] = 50 + i;
		nn_rng_shuffle(&rng, order, 90);
		const struct nn_epoch e = { .images = &images,
			.order = order,
			.count = 90,
			.augmented = { true },
			.augment = { .shear = 0.1,
				.crop = 2,
				.crop_fill = NN_CROP_REFLECT,
				.contrast = 0.2,
				.noise = 0.1,
				.cutout = 5 },
			.label_smoothing = 0.1,
			.mixup = 0.5,
			.seed = 5,
			.epoch = epoch };
		assert_int_equal(nn_train_epoch(t, &e, &score), -1);
	}
	digest_bytes(nn_trainer_average(t), net.parameter_count * sizeof(float), digest);
	nn_trainer_free(t);
}

/* The digest of the weights of the one trial. */
static void train_text(const char *text, char digest[DIGEST_TEXT])
{
	struct sweep *s = read_text(text);
	const struct trial_options options = { .threads = 1 };
	int count;
	assert_int_equal(s->trial_count, 1);
	char *sent = run(&s->trials[0], &options, &count);
	snprintf(digest, DIGEST_TEXT, "%s", sent + strlen(sent) - DIGEST_TEXT);
	free(sent);
	sweep_free(s);
}

static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	struct str out = { 0 };
	if (!at)
		fail_msg("no '%s' in %s", from, text);
	str_addf(&out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return str_take(&out);
}

static void a_recipe_trains_as_the_core_does_with_the_same_options(void **state)
{
	(void)state;
	char expected[DIGEST_TEXT], digest[DIGEST_TEXT];
	struct str text = { 0 };
	str_addf(&text, "%s%s", recipe, blocks);
	train_by_hand(expected);
	train_text(text.s, digest);
	assert_string_equal(digest, expected);
	str_free(&text);
}

/* One change at a time: another training each. */
static void every_parameter_reaches_the_core(void **state)
{
	(void)state;
	static const char *const changes[][2] = {
		{ "base", "base" },
		{ "shear: 0.1", "shear: 0" },
		{ "crop: 2", "crop: 3" },
		{ "crop_fill: reflect", "crop_fill: zero" },
		{ "contrast: 0.2", "contrast: 0.1" },
		{ "noise: 0.1", "noise: 0.2" },
		{ "cutout: 5", "cutout: 6" },
		{ "beta1: 0.8", "beta1: 0.9" },
		{ "beta2: 0.9", "beta2: 0.99" },
		{ "epsilon: 1e-5", "epsilon: 1e-7" },
		{ "weight_decay: 0.1", "weight_decay: 0.2" },
		{ "ema: 0.7", "ema: 0.8" },
		{ "ema: 0.7", "ema: 0" },
		{ "label_smoothing: 0.1", "label_smoothing: 0.2" },
		{ "mixup: 0.5", "mixup: 1" },
		{ "warm_up: 1", "warm_up: 2" },
		{ "final: 0.2", "final: 0.1" },
		{ "{cosine: {warm_up: 1, final: 0.2}}", "{constant: {warm_up: 1}}" },
		{ "{cosine: {warm_up: 1, final: 0.2}}", "{step: {every: 1, factor: 0.5}}" },
		{ "{cosine: {warm_up: 1, final: 0.2}}", "{step: {every: 2, factor: 0.5}}" },
		{ "{cosine: {warm_up: 1, final: 0.2}}", "{step: {every: 1, factor: 0.25}}" },
		{ "stride: 2", "stride: 1" },
		{ "bias: false", "bias: true" },
		{ "momentum: 0.75", "momentum: 0.5" },
		{ "epsilon: 0.01", "epsilon: 0.02" },
		{ "activation: relu6", "activation: none" },
		{ "activation: silu", "activation: relu" },
		{ "activation: relu}", "activation: none}" },
		{ "{maxpool: {}}", "{avgpool: {}}" },
		{ "{depthwise: {name: d, kernel: 3", "{depthwise: {name: d, kernel: 5" },
		{ "{add: {with: n", "{add: {with: d, input: n" },
	};
	enum { CHANGES = sizeof(changes) / sizeof(changes[0]) };
	static char digests[CHANGES][DIGEST_TEXT];
	struct str text = { 0 };
	str_addf(&text, "%s%s", recipe, blocks);
	for (int i = 0; i < CHANGES; i++) {
		char *changed = replaced(text.s, changes[i][0], changes[i][1]);
		train_text(changed, digests[i]);
		for (int k = 0; k < i; k++)
			if (strcmp(digests[i], digests[k]) == 0
				&& i != CHANGES - 1) /* the last one is the first with its sum the
							other way round */
				fail_msg("%s trains as %s", changes[i][1], changes[k][1]);
		free(changed);
	}
	assert_string_equal(digests[CHANGES - 1], digests[0]);
	str_free(&text);
}

/* ---- a phase with its own transforms and validation set ---- */

/* The recipe with up to three changes trains to these weights. */
static void train_changed(const char *const (*changes)[2], int count, char digest[DIGEST_TEXT])
{
	struct str text = { 0 };
	str_addf(&text, "%s%s", recipe, blocks);
	for (int i = 0; i < count; i++) {
		char *changed = replaced(text.s, changes[i][0], changes[i][1]);
		str_clear(&text);
		str_add(&text, changed);
		free(changed);
	}
	train_text(text.s, digest);
	str_free(&text);
}

/* `phase` says in the phase what `trial` says of the trial. */
static void same_training(const char *const (*phase)[2], int phase_changes,
	const char *const (*trial)[2], int trial_changes, bool same)
{
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	train_changed(phase, phase_changes, a);
	train_changed(trial, trial_changes, b);
	if ((strcmp(a, b) == 0) != same)
		fail_msg("%s: %s, %s: %s", phase[0][1], a, trial[0][1], b);
}

static void a_phase_trains_as_a_trial_with_its_transforms_and_validation_set(void **state)
{
	(void)state;
	static const char *const as_is[][2] = { { "base", "base" } };
	static const char *const none[][2] = { { "augment: a,", "augment: none," } };
	static const char *const phase_none[][2] = { { "inputs: augmented",
		"inputs: augmented, augment: none" } };
	static const char *const phase_only[][2] = { { "augment: a, ", "" },
		{ "inputs: augmented", "inputs: augmented, augment: a" } };
	same_training(phase_none, 1, none, 1, true);
	same_training(phase_only, 2, as_is, 1, true);
	same_training(phase_none, 1, as_is, 1, false);
	static const char *const all[][2] = { { "validation: 50, train_limit: 90",
		"validation: 0, train_limit: 140" } };
	static const char *const phase_all[][2] = { { "mixup", "validation: 0, mixup" } };
	static const char *const some[][2] = { { "validation: 50, train_limit: 90",
		"validation: 30, train_limit: 110" } };
	static const char *const phase_some[][2] = { { "mixup", "validation: 30, mixup" } };
	same_training(phase_all, 1, all, 1, true);
	same_training(phase_some, 1, some, 1, true);
	same_training(phase_some, 1, phase_all, 1, false);
}

static const char phases[] =
	"retrial: 1\n"
	"base: {dataset: synthetic, model: m, augment: a, batch_size: 20, validation: 50, "
	"train_limit: 90, test_limit: 30, stratify: true}\n"
	"axes: {recipe: [plain, taught, folds]}\n"
	"augments: {a: {rotation: 0.1}, b: {noise: 0.2}}\n"
	"recipes:\n"
	"  plain:\n"
	"    - {phase: train, inputs: augmented, epochs: 2, augment: b, validation: 40}\n"
	"    - {phase: continue, inputs: augmented, epochs: 2}\n"
	"    - {phase: continue, name: last, inputs: augmented, epochs: 2, augment: none, "
	"validation: 0}\n"
	"  taught:\n"
	"    - {phase: teacher, inputs: augmented, epochs: 2, augment: b, validation: 0}\n"
	"    - {phase: train, inputs: augmented, epochs: 2, distill: 0.5}\n"
	"  folds:\n"
	"    - {phase: train, inputs: augmented, epochs: 2, augment: b, validation: 0}\n"
	"    - {phase: kfold, inputs: augmented, epochs: 1, folds: 2, start: clean, augment: "
	"none}\n";

static int count_in(const char *text, const char *part)
{
	int count = 0;
	while ((text = strstr(text, part))) {
		count++;
		text++;
	}
	return count;
}

static void such_phases_have_the_same_bits_however_they_are_run(void **state)
{
	(void)state;
	struct str text = { 0 };
	str_addf(&text,
		"%s%s    teacher: [{dense: {name: wide, units: 20, activation: relu}}, {dense: "
		"{name: "
		"out, units: classes}}]\n",
		phases, blocks);
	struct sweep *s = read_text(text.s);
	const atomic_int stop = 1;
	const struct trial_options once = { .threads = 1 },
				   interrupted = { .threads = 2, .stop = &stop, .states = scratch };
	assert_int_equal(s->trial_count, 3);
	for (size_t i = 0; i < s->trial_count; i++) {
		const struct trial *t = &s->trials[i];
		int count;
		char *expected = run(t, &once, &count);
		/* loss and accuracy of two epochs and their phase; folds have their own images */
		assert_int_equal(count_in(expected, "nan"), 2 * (2 + 1));
		same_text(
			"interrupted after every epoch", t, expected, run(t, &interrupted, &count));
		assert_true(count > 0);
		free(expected);
	}
	sweep_free(s);
	str_free(&text);
}

static void floats_are_not_augmented(void **state)
{
	(void)state;
	struct sweep *s = read_text(
		"retrial: 1\nbase: {dataset: synthetic, recipe: r}\nrecipes: {r: [{phase: "
		"single, inputs: augmented, epochs: 1}]}\n");
	struct dataset floats = *data;
	const struct trial_options once = { .threads = 1 };
	const struct trial_sink sink = { 0 };
	struct trial_end end;
	floats.reals = true;
	assert_int_equal(trial_run(&s->trials[0], &floats, &once, &sink, &end), -1);
	assert_int_equal(end.state, TRIAL_FAILED);
	assert_string_equal(end.error,
		"the data set holds floats, not images: it cannot be augmented (inputs: original "
		"in every phase)");
	sweep_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bits_however_it_is_run),
		cmocka_unit_test(metrics_are_means_over_the_folds),
		cmocka_unit_test(both_submodels_see_both_kinds_of_images),
		cmocka_unit_test(a_recipe_trains_as_the_core_does_with_the_same_options),
		cmocka_unit_test(every_parameter_reaches_the_core),
		cmocka_unit_test(a_phase_trains_as_a_trial_with_its_transforms_and_validation_set),
		cmocka_unit_test(floats_are_not_augmented),
		cmocka_unit_test(such_phases_have_the_same_bits_however_they_are_run),
	};
	return cmocka_run_group_tests(tests, open_data, close_data);
}

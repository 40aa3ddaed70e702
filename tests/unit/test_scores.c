/* test_scores.c - harness/run/scores.h against counting by hand and by pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "harness/model/exits.h"
#include "harness/run/scores.h"

enum { COUNT = 200, CLASSES = 7 };

static float probabilities[COUNT * CLASSES];
static uint8_t labels[COUNT];

static uint32_t draw(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

/* Few different values, so that there are ties; the label is often the best. */
static int make(void **state)
{
	uint32_t seed = 3;
	(void)state;
	for (int i = 0; i < COUNT; i++) {
		float sum = 0, *p = probabilities + (size_t)i * CLASSES;
		labels[i] = (uint8_t)(draw(&seed) % (CLASSES - 1)); /* one class has no image */
		for (int k = 0; k < CLASSES; k++) {
			p[k] = (float)(1 + draw(&seed) % 5 + (k == labels[i] ? 2 : 0));
			sum += p[k];
		}
		for (int k = 0; k < CLASSES; k++)
			p[k] /= sum;
	}
	return 0;
}

static void close_to(double got, double want)
{
	if (!(fabs(got - want) < 1e-12))
		fail_msg("%.15g, expected %.15g", got, want);
}

static void top5_counts_those_before(void **state)
{
	(void)state;
	static const float p[] = { .3f, .3f, .1f, .1f, .1f, .05f, .05f };
	for (uint8_t label = 0; label < CLASSES; label++) /* the first of equals come first */
		close_to(scores_top5(p, &label, 1, CLASSES), label < 5);
	int hits = 0;
	for (int i = 0; i < COUNT; i++) {
		const float *q = probabilities + (size_t)i * CLASSES;
		int taken[CLASSES] = { 0 };
		for (int n = 0; n < 5; n++) { /* take the largest five times */
			int best = -1;
			for (int k = 0; k < CLASSES; k++)
				if (!taken[k] && (best < 0 || q[k] > q[best]))
					best = k;
			taken[best] = 1;
		}
		hits += taken[labels[i]];
	}
	close_to(scores_top5(probabilities, labels, COUNT, CLASSES), (double)hits / COUNT);
}

static void auc_is_the_share_of_pairs_in_order(void **state)
{
	(void)state;
	double sum = 0;
	int used = 0;
	for (int k = 0; k < CLASSES; k++) {
		double right = 0, pairs = 0;
		for (int i = 0; i < COUNT; i++)
			for (int j = 0; j < COUNT; j++) {
				if (labels[i] != k || labels[j] == k)
					continue;
				const float a = probabilities[i * CLASSES + k],
					    b = probabilities[j * CLASSES + k];
				right += a > b ? 1 : a == b ? .5 : 0;
				pairs++;
			}
		if (pairs > 0) {
			sum += right / pairs;
			used++;
		}
	}
	assert_int_equal(used, CLASSES - 1);
	close_to(scores_auc(probabilities, labels, COUNT, CLASSES), sum / used);
}

static void calibration_is_confidence_against_accuracy(void **state)
{
	(void)state;
	/* two bins: 3 images of confidence 0.5 of which 1 is right, 1 of 0.9 that is right */
	static const float p[] = { .5f, .25f, .25f, .5f, .25f, .25f, .5f, .25f, .25f, .9f, .05f,
		.05f };
	static const uint8_t classes[] = { 0, 1, 2, 0 };
	const double want = (fabs(1.5 - 1) + fabs((double).9f - 1)) / 4;
	close_to(scores_calibration(p, classes, 4, 3), want);
	static const float sure[] = { 1, 0, 0, 1 };
	static const uint8_t right[] = { 0, 1 };
	close_to(scores_calibration(sure, right, 2, 2), 0);
}

/* One pixel x: the exit says class 0 with probability 1 / (1 + e^-(4x - 1)), the final output with
 * 1 / (1 + e^(3.1x - 2)). */
static void images_leave_at_the_exit_where_it_is_sure(void **state)
{
	(void)state;
	enum { IMAGES = 256 };
	static uint8_t pixels[IMAGES], classes[IMAGES];
	static const double at_least[] = { 0.4, 0.6, 0.9, 0.97 };
	struct nn_net net = { 0 };
	const int input = nn_input(&net, "input", (struct nn_shape){ 1, 1, 1 }),
		  late = nn_dense(&net, "late", input, 2, false, NN_GLOROT_UNIFORM),
		  early = nn_dense(&net, "early", input, 2, false, NN_GLOROT_UNIFORM);
	nn_output(&net, "out", late);
	nn_output(&net, "exit", early);
	assert_true(nn_net_ok(&net) && exits_has(&net));
	float *params = calloc(net.parameter_count, sizeof(*params));
	float *w = params + net.tensors[net.layers[early].kernel_tensor].offset;
	w[0] = 4;
	params[net.tensors[net.layers[early].kernel_tensor + 1].offset] = -1;
	params[net.tensors[net.layers[late].kernel_tensor].offset] = -3.1f;
	params[net.tensors[net.layers[late].kernel_tensor + 1].offset] = 2;
	for (int i = 0; i < IMAGES; i++) {
		pixels[i] = (uint8_t)i;
		classes[i] = (uint8_t)(i % 3 == 0);
	}
	const struct nn_images images = { pixels, classes, { 1, 1, 1 }, IMAGES, NULL };
	struct exit_score got[4];
	struct err e = { 0 };
	assert_int_equal(exits_evaluate(&net, params, &images, NULL, at_least, 4, got, &e), 0);
	for (int k = 0; k < 4; k++) {
		int left = 0, hits = 0;
		for (int i = 0; i < IMAGES; i++) {
			const double x = i / 255.0, first = 1 / (1 + exp(1 - 4 * x)),
				     last = 1 / (1 + exp(3.1 * x - 2));
			const bool leaves = fmax(first, 1 - first) >= at_least[k];
			left += leaves;
			hits += ((leaves ? first : last) < 0.5) == classes[i];
		}
		close_to(got[k].share, left / (double)IMAGES);
		close_to(got[k].accuracy, hits / (double)IMAGES);
		close_to(got[k].macs, 4 - 2 * got[k].share);
	}
	assert_true(got[0].share == 1 && got[1].share < 1 && got[2].share > 0 && got[3].share == 0);
	free(params);
}

static void outputs_of_different_classes_are_no_exit(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	const int input = nn_input(&net, "input", (struct nn_shape){ 1, 1, 1 });
	nn_output(&net, "out", nn_dense(&net, "late", input, 2, false, NN_GLOROT_UNIFORM));
	nn_output(&net, "exit", nn_dense(&net, "early", input, 3, false, NN_GLOROT_UNIFORM));
	assert_true(nn_net_ok(&net) && !exits_has(&net));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outputs_of_different_classes_are_no_exit),
		cmocka_unit_test(top5_counts_those_before),
		cmocka_unit_test(auc_is_the_share_of_pairs_in_order),
		cmocka_unit_test(calibration_is_confidence_against_accuracy),
		cmocka_unit_test(images_leave_at_the_exit_where_it_is_sure),
	};
	return cmocka_run_group_tests(tests, make, NULL);
}

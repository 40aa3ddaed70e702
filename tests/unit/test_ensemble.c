/* test_ensemble.c - nn/ensemble.h: the averaged probabilities of two submodels, beside logits that
 * nn_logits gives and softmax in double precision. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "nn/nn.h"
#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"

enum { IMAGES = 203, CLASSES = 10 };

static void it_is_the_mean_of_both_softmax_outputs(void **state)
{
	(void)state;
	struct nn_net *net = calloc(1, sizeof(*net));
	assert_non_null(net);
	paper_dual(net, (struct nn_shape){ 1, 28, 28 }, CLASSES);
	struct check_images images =
		check_images_new(3, (struct nn_shape){ 1, 28, 28 }, IMAGES, CLASSES, false);
	struct nn_trainer_options options = {
		.batch_size = 32, .threads = 1, .optimizer = { .kind = NN_SGD, .lr = 1e-3 }
	};
	struct nn_trainer *t = nn_trainer_new(net, &options);
	assert_non_null(t);
	nn_init_net(net, 5, nn_trainer_params(t));
	uint32_t order[IMAGES];
	for (uint32_t i = 0; i < IMAGES; i++)
		order[i] = i;
	static float logits[2][IMAGES * CLASSES];
	for (int k = 0; k < 2; k++)
		nn_logits(t, &images.images, order, IMAGES, k, logits[k]);
	int right = 0, first = 0;
	for (int i = 0; i < IMAGES; i++) {
		double mean[CLASSES] = { 0 };
		int best = 0, alone = 0;
		for (int k = 0; k < 2; k++) {
			const float *z = logits[k] + i * CLASSES;
			double whole = 0;
			for (int c = 0; c < CLASSES; c++)
				whole += exp((double)z[c]);
			for (int c = 0; c < CLASSES; c++)
				mean[c] += exp((double)z[c]) / whole / 2;
		}
		for (int c = 1; c < CLASSES; c++) {
			best = mean[c] > mean[best] ? c : best;
			alone = logits[0][i * CLASSES + c] > logits[0][i * CLASSES + alone] ? c
											    : alone;
		}
		images.labels[i] = (uint8_t)(i % 3 ? best : alone);
		right += images.labels[i] == best;
		first += images.labels[i] == alone;
	}
	double accuracy;
	for (int variant = 0; nn_kernels_at(variant); variant++) {
		assert_int_equal(nn_ensemble_accuracy(net, nn_trainer_params(t), &images.images,
					 IMAGES, nn_kernels_at(variant), &accuracy),
			0);
		assert_float_equal(accuracy, (double)right / IMAGES, 1e-12);
	}
	assert_true(right < IMAGES && first != right); /* neither is what one output says */
	nn_trainer_free(t);
	check_images_free(&images);
	free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_mean_of_both_softmax_outputs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

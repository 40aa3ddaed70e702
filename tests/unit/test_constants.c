/* test_constants.c - what networks normalise their images by: mean and sd of the training images.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/networks.h"

enum { COUNT = 5, CHANNELS = 2, PIXELS = 4 };

static const uint8_t pixels[COUNT][CHANNELS][PIXELS] = {
	{ { 0, 10, 20, 7 }, { 255, 255, 255, 255 } }, { { 1, 90, 200, 7 }, { 255, 255, 255, 255 } },
	{ { 2, 30, 250, 7 }, { 255, 255, 255, 255 } },
	{ { 3, 40, 100, 7 }, { 255, 255, 255, 255 } },
	{ { 99, 99, 99, 99 }, { 1, 2, 3, 4 } }, /* not a training image */
};
static const uint8_t labels[COUNT];
static const uint32_t ids[] = { 3, 0, 2, 1 };

static void constants_of(enum normalize_kind kind, struct nn_net *net, float *params)
{
	const struct trial t = { .normalize = kind };
	const struct nn_images images = { &pixels[0][0][0], labels, { CHANNELS, 2, 2 }, COUNT,
		NULL };
	struct err e = { 0 };
	static const struct layer_config head = {
		.kind = LAYER_DENSE, .name = "d", .bias = true, .lr_scale = 1
	};
	static const struct model_config model = { .layers = { [BLOCK_SUBMODEL_HEAD] = &head },
		.counts = { [BLOCK_SUBMODEL_HEAD] = 1 } };
	struct trial with = t;
	with.networks = &model;
	if (network_of_trial(&with, NETWORK_SUBMODEL, images.shape, 3, net, &e))
		fail_msg("%s", e.text);
	nn_init_net(net, 1, params);
	network_set_constants(&with, net, &images, ids, 4, params);
}

/* Number k, of all channels, of training image i. */
static double pixel(size_t i, size_t k)
{
	return pixels[ids[i]][k / PIXELS][k % PIXELS] / 255.0;
}

/* Mean and sd of numbers first .. first + length - 1 of the four training images. */
static void moments(size_t first, size_t length, double *mean, double *sd)
{
	double sum = 0, squares = 0;
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < length; k++)
			sum += pixel(i, first + k);
	*mean = sum / (4.0 * (double)length);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < length; k++) {
			const double d = pixel(i, first + k) - *mean;
			squares += d * d;
		}
	*sd = sqrt(squares / (4.0 * (double)length));
}

static void constants_are_those_of_the_training_images(void **state)
{
	(void)state;
	for (enum normalize_kind kind = NORMALIZE_CHANNELS; kind <= NORMALIZE_BYTES; kind++) {
		struct nn_net net;
		float params[100];
		constants_of(kind, &net, params);
		const struct nn_tensor *mean = nn_net_tensor(&net, "stem1/normalize/mean"),
				       *scale = nn_net_tensor(&net, "stem1/normalize/scale");
		assert_true(mean && scale);
		const bool by_pixel = kind == NORMALIZE_MEAN_IMAGE || kind == NORMALIZE_PIXELS;
		assert_int_equal(mean->count, by_pixel ? 8 : 2);
		for (size_t i = 0; i < mean->count; i++) {
			const size_t length = by_pixel ? 1 : PIXELS;
			double at, sd;
			moments(i * length, length, &at, &sd);
			double by = kind == NORMALIZE_MEAN_IMAGE || sd == 0 ? 1 : 1 / sd;
			if (kind == NORMALIZE_SIGNED)
				at = .5, by = 2;
			if (kind == NORMALIZE_BYTES)
				at = 0, by = 255;
			if (!(fabs((double)params[mean->offset + i] - at) < 1e-7)
				|| !(fabs((double)params[scale->offset + i] / by - 1) < 1e-6))
				fail_msg("kind %d, constant %zu: %g %g, expected %g %g", (int)kind,
					i, (double)params[mean->offset + i],
					(double)params[scale->offset + i], at, by);
		}
	}
}

/* Half of the pixels black, half white: sd 0.5, of however many images. 64,000 of 28x28 pixels have
 * sums whose products are beyond 64 bits. */
static void the_sums_of_many_images_do_not_overflow(void **state)
{
	(void)state;
	enum { MANY = 64000, SIZE = 28 * 28 };
	static uint8_t image[SIZE];
	static uint32_t all[MANY]; /* image 0, many times */
	memset(image, 255, SIZE / 2);
	const struct nn_images images = { image, labels, { 1, 28, 28 }, 1, NULL };
	static const struct layer_config head = {
		.kind = LAYER_DENSE, .name = "d", .bias = true, .lr_scale = 1
	};
	static const struct model_config model = { .layers = { [BLOCK_SUBMODEL_HEAD] = &head },
		.counts = { [BLOCK_SUBMODEL_HEAD] = 1 } };
	const struct trial t = { .normalize = NORMALIZE_CHANNELS, .networks = &model };
	struct nn_net net;
	struct err e = { 0 };
	if (network_of_trial(&t, NETWORK_SUBMODEL, images.shape, 3, &net, &e))
		fail_msg("%s", e.text);
	float *params = calloc(net.parameter_count, sizeof(*params));
	assert_non_null(params);
	network_set_constants(&t, &net, &images, all, MANY, params);
	assert_float_equal(params[nn_net_tensor(&net, "stem1/normalize/mean")->offset], 0.5, 1e-6);
	assert_float_equal(params[nn_net_tensor(&net, "stem1/normalize/scale")->offset], 2, 1e-6);
	free(params);
}

static void without_normalisation_there_is_no_layer(void **state)
{
	(void)state;
	struct nn_net net;
	float params[100];
	constants_of(NORMALIZE_NONE, &net, params);
	assert_int_equal(nn_net_constants(&net), 0);
	assert_int_equal(net.layer_count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constants_are_those_of_the_training_images),
		cmocka_unit_test(the_sums_of_many_images_do_not_overflow),
		cmocka_unit_test(without_normalisation_there_is_no_layer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_wide_augment.c - shear, random crop, contrast, noise and cutout (nn/augment.h,
 * nn/photometric.h) and mixed images (nn/mixup.h): what is drawn and what is done to the pixels.
 * That mixing reaches images and labels is in test_wide_layers.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { DRAWS = 4000 };

static const struct nn_shape shape = { 2, 9, 12 };
enum { HEIGHT = 9, WIDTH = 12, PLANE = 108, PIXELS = 216 };

static struct nn_rng rng_of(uint32_t epoch)
{
	return (struct nn_rng){
		.seed = 7, .stream = NN_STREAM_AUGMENT, .phase = 1, .epoch = epoch
	};
}

static struct nn_warp draw(const struct nn_augment *amounts, uint32_t index)
{
	const struct nn_rng rng = rng_of(index / 1000);
	struct nn_warp w;
	nn_augment_draw(amounts, &rng, index % 1000, shape, &w);
	return w;
}

/* One augmented image of random pixels; original: its pixels / 255. */
static void augment(const struct nn_augment *amounts, uint32_t index, float *out, float *original)
{
	struct check_images images = check_images_new(index, shape, 1, 2, false);
	const struct nn_rng rng = rng_of(0);
	assert_int_equal(nn_augment_image(amounts, &rng, index, images.pixels, shape, out), 0);
	for (int k = 0; k < PIXELS && original; k++)
		original[k] = (float)images.pixels[k] / 255.0f;
	check_images_free(&images);
}

static int by_size(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b)
		- (*(const double *)a < *(const double *)b);
}

/* Kolmogorov-Smirnov: sqrt(n) times the largest distance of the sample from its distribution,
 * above 1.95 once in a thousand tries. */
static void check_distribution(const char *what, double *values, int count,
	double (*cdf)(double x, double parameter), double parameter)
{
	double distance = 0;
	qsort(values, (size_t)count, sizeof(double), by_size);
	for (int i = 0; i < count; i++) {
		double p = cdf(values[i], parameter);
		distance = fmax(
			distance, fmax(fabs(p - (double)i / count), fabs(p - (i + 1.0) / count)));
	}
	if (!(distance * sqrt(count) <= 1.95))
		fail_msg("%s %g: Kolmogorov-Smirnov distance %g", what, parameter,
			distance * sqrt(count));
}

static double uniform_cdf(double x, double amount)
{
	return fmin(1, fmax(0, (x + amount) / (2 * amount)));
}

static double normal_cdf(double x, double sd)
{
	return gsl_cdf_gaussian_P(x, sd);
}

static double beta_cdf(double x, double alpha)
{
	return gsl_cdf_beta_P(x, alpha, alpha);
}

/* ---- shear ---- */

static void shear_alone_is_uniform_and_leaves_the_centre(void **state)
{
	(void)state;
	const struct nn_augment amounts = { .shear = .3 };
	static double a[DRAWS], b[DRAWS];
	double product = 0;
	for (uint32_t i = 0; i < DRAWS; i++) {
		const struct nn_warp w = draw(&amounts, i);
		assert_true(w.map[0] == 1 && w.map[4] == 1);
		a[i] = w.map[1];
		b[i] = w.map[3];
		product += a[i] * b[i];
		double x = w.map[0] * 5.5 + w.map[1] * 4 + w.map[2],
		       y = w.map[3] * 5.5 + w.map[4] * 4 + w.map[5];
		assert_true(fabs(x - 5.5) < 1e-5 && fabs(y - 4) < 1e-5);
	}
	assert_true(fabs(product / DRAWS) < 4 * .03 / sqrt(DRAWS)); /* independent */
	check_distribution("shear", a, DRAWS, uniform_cdf, .3);
	check_distribution("shear", b, DRAWS, uniform_cdf, .3);
}

/* The same draws with and without shear differ by one matrix between rotation and zoom. */
static void shear_comes_between_rotation_and_zoom(void **state)
{
	(void)state;
	const struct nn_augment all = { .rotation = .2, .zoom = .3, .shear = .25 },
				turn = { .rotation = .2 }, shear = { .shear = .25 },
				zoom = { .zoom = .3 };
	for (uint32_t i = 0; i < 200; i++) {
		const struct nn_warp w = draw(&all, i), r = draw(&turn, i), s = draw(&shear, i),
				     z = draw(&zoom, i);
		double rs[4] = { r.map[0] * s.map[0] + r.map[1] * s.map[3],
			r.map[0] * s.map[1] + r.map[1] * s.map[4],
			r.map[3] * s.map[0] + r.map[4] * s.map[3],
			r.map[3] * s.map[1] + r.map[4] * s.map[4] };
		const double want[4] = { rs[0] * z.map[0], rs[1] * z.map[4], rs[2] * z.map[0],
			rs[3] * z.map[4] };
		const double got[4] = { w.map[0], w.map[1], w.map[3], w.map[4] };
		for (int k = 0; k < 4; k++)
			if (!(fabs(got[k] - want[k]) < 1e-6))
				fail_msg("draw %u, element %d: %g, expected %g", i, k, got[k],
					want[k]);
	}
}

/* ---- crop ---- */

static int mirrored(int i, int n)
{
	while (i < 0 || i >= n)
		i = i < 0 ? -1 - i : 2 * n - 1 - i;
	return i;
}

static void a_crop_shifts_by_whole_pixels_in_all_places_equally_often(void **state)
{
	(void)state;
	for (int fill = 0; fill < 2; fill++) {
		const struct nn_augment amounts = { .crop = 2,
			.crop_fill = fill ? NN_CROP_REFLECT : NN_CROP_ZERO };
		int seen[5][5] = { { 0 } };
		for (uint32_t i = 0; i < DRAWS; i++) {
			const struct nn_warp w = draw(&amounts, i);
			int right = (int)w.map[2], down = (int)w.map[5];
			assert_true(w.map[0] == 1 && w.map[1] == 0 && w.map[3] == 0 && w.map[4] == 1
				&& w.map[2] == (float)right && w.map[5] == (float)down);
			assert_true(abs(right) <= 2 && abs(down) <= 2);
			seen[right + 2][down + 2]++;
		}
		for (int k = 0; k < 25; k++) /* 160 each, 5 sd */
			if (abs(seen[k / 5][k % 5] - DRAWS / 25) > 62)
				fail_msg("%d to the right, %d down: %d times of %d", k / 5 - 2,
					k % 5 - 2, seen[k / 5][k % 5], DRAWS);
	}
}

static void a_cropped_image_has_its_own_pixels_and_black_or_mirrored_ones(void **state)
{
	(void)state;
	for (int fill = 0; fill < 2; fill++)
		for (int crop = 1; crop <= 20; crop += 3)
			for (uint32_t i = 0; i < 40; i++) {
				const struct nn_augment amounts = { .crop = crop,
					.crop_fill = fill ? NN_CROP_REFLECT : NN_CROP_ZERO };
				const struct nn_rng rng = rng_of(0);
				float out[PIXELS], original[PIXELS];
				int right, down;
				augment(&amounts, i, out, original);
				nn_crop_draw(&amounts, &rng, i, &right, &down);
				for (int k = 0; k < PIXELS; k++) {
					int y = k % PLANE / WIDTH + down, x = k % WIDTH + right;
					bool outside = y < 0 || y >= HEIGHT || x < 0 || x >= WIDTH;
					float want = outside && !fill
						? 0
						: original[k / PLANE * PLANE
							+ mirrored(y, HEIGHT) * WIDTH
							+ mirrored(x, WIDTH)];
					if (out[k] != want)
						fail_msg("crop %d by (%d, %d), pixel %d: %.9g, "
							 "expected %.9g",
							crop, right, down, k, (double)out[k],
							(double)want);
				}
			}
}

/* With other transforms a crop shifts the map, and is black outside whatever these do to the
 * pixels. */
static void a_crop_comes_after_the_other_transforms(void **state)
{
	(void)state;
	struct nn_augment amounts = { .rotation = .1,
		.zoom = .2,
		.translation = .1,
		.flip = true,
		.brightness = .3,
		.contrast = .2,
		.noise = .1 };
	for (uint32_t i = 0; i < 100; i++) {
		amounts.crop = 0;
		const struct nn_warp plain = draw(&amounts, i);
		amounts.crop = 3;
		const struct nn_warp cropped = draw(&amounts, i);
		const struct nn_rng rng = rng_of(0);
		int right, down;
		nn_crop_draw(&amounts, &rng, i, &right, &down);
		for (int k = 0; k < 2; k++) {
			double want = plain.map[3 * k] * right + plain.map[3 * k + 1] * down
				+ plain.map[3 * k + 2];
			assert_true(fabs(cropped.map[3 * k + 2] - want) < 1e-5);
			assert_true(cropped.map[3 * k] == plain.map[3 * k]
				&& cropped.map[3 * k + 1] == plain.map[3 * k + 1]);
		}
		float out[PIXELS];
		augment(&amounts, i, out, NULL);
		for (int k = 0; k < PIXELS; k++) {
			int y = k % PLANE / WIDTH + down, x = k % WIDTH + right;
			if (y < 0 || y >= HEIGHT || x < 0 || x >= WIDTH)
				assert_true(out[k] == 0);
		}
	}
}

/* ---- cutout ---- */

static void cutout_blackens_one_square_around_a_uniform_centre(void **state)
{
	(void)state;
	for (int side = 1; side <= 6; side++) {
		const struct nn_augment amounts = { .cutout = side };
		int centres[PLANE] = { 0 };
		for (uint32_t i = 0; i < DRAWS; i++) {
			const struct nn_rng rng = rng_of(1);
			struct nn_photometric r;
			nn_photometric_draw(&amounts, &rng, i, shape, &r);
			assert_true(r.bottom - r.top == side && r.right - r.left == side
				&& r.contrast == 0 && r.noise == 0);
			int y = r.top + side / 2, x = r.left + side / 2;
			assert_true(y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH);
			centres[y * WIDTH + x]++;
			float image[PIXELS];
			for (int k = 0; k < PIXELS; k++)
				image[k] = .5f;
			nn_photometric_apply(&r, shape, image);
			for (int k = 0; k < PIXELS; k++) {
				int py = k % PLANE / WIDTH, px = k % WIDTH;
				bool black = abs(2 * (py - r.top) + 1 - side) < side
					&& abs(2 * (px - r.left) + 1 - side) < side;
				assert_true(image[k] == (black ? 0 : .5f));
			}
		}
		for (int k = 0; k < PLANE; k++) /* 37 each, 5.5 sd */
			assert_in_range(centres[k], 4, 71);
	}
}

/* ---- contrast and noise ---- */

static void contrast_spreads_each_channel_about_its_mean(void **state)
{
	(void)state;
	const struct nn_augment amounts = { .contrast = .8 };
	static double factors[1000];
	for (uint32_t i = 0; i < 1000; i++) {
		const struct nn_rng rng = rng_of(0);
		struct nn_photometric r;
		float out[PIXELS], original[PIXELS];
		augment(&amounts, i, out, original);
		nn_photometric_draw(&amounts, &rng, i, shape, &r);
		factors[i] = r.contrast;
		for (int c = 0; c < 2; c++) {
			double mean = 0;
			for (int k = 0; k < PLANE; k++)
				mean += original[c * PLANE + k] / (double)PLANE;
			for (int k = c * PLANE; k < (c + 1) * PLANE; k++) {
				double want = fmin(1,
					fmax(0,
						mean
							+ (original[k] - mean)
								* (1 + (double)r.contrast)));
				if (!(fabs(out[k] - want) < 1e-6))
					fail_msg("image %u, pixel %d: %.9g, expected %.9g", i, k,
						(double)out[k], want);
			}
		}
	}
	check_distribution("contrast", factors, 1000, uniform_cdf, .8);
}

static void noise_is_normal_independent_and_clipped(void **state)
{
	(void)state;
	enum { NOISY = 50, ALL = NOISY * PIXELS };
	static double noise[ALL], sorted[ALL];
	for (uint32_t i = 0; i < NOISY; i++) {
		const struct nn_augment amounts = { .noise = .05 };
		const struct nn_rng rng = rng_of(i % 5);
		struct nn_photometric r;
		float image[PIXELS];
		for (int k = 0; k < PIXELS; k++)
			image[k] = .5f;
		nn_photometric_draw(&amounts, &rng, i / 5, shape, &r);
		nn_photometric_apply(&r, shape, image);
		for (int k = 0; k < PIXELS; k++)
			noise[i * PIXELS + (uint32_t)k] = image[k] - .5;
	}
	for (int lag = 1; lag <= PIXELS; lag = lag < 5 ? lag + 1
			: lag == 5                     ? PLANE
			: lag == PLANE                 ? PIXELS
						       : PIXELS + 1) {
		double product = 0;
		for (int k = 0; k + lag < ALL; k++)
			product += noise[k] * noise[k + lag];
		if (!(fabs(product / (ALL - lag)) < 4 * .0025 / sqrt(ALL)))
			fail_msg("noise is correlated with noise %d pixels on: %g", lag,
				product / (ALL - lag) / .0025);
	}
	memcpy(sorted, noise, sizeof(noise));
	check_distribution("noise", sorted, ALL, normal_cdf, .05);
	const struct nn_augment strong = { .noise = 3 };
	int ends = 0;
	for (uint32_t i = 0; i < 5; i++) {
		float out[PIXELS];
		augment(&strong, i, out, NULL);
		for (int k = 0; k < PIXELS; k++) {
			assert_true(out[k] >= 0 && out[k] <= 1);
			ends += out[k] == 0 || out[k] == 1;
		}
	}
	assert_true(ends > 5 * PIXELS * 3 / 4);
}

/* ---- in training ---- */

/* Weights are 0, so both classes have probability 1/2, and the gradient of a weight of class 0 is
 * -1/2 of its pixel, as all other images of the batch are black and not augmented. */
static void training_sees_the_same_bits_in_every_lane_and_variant(void **state)
{
	(void)state;
	static const struct nn_augment amounts[] = {
		{ .rotation = .1,
			.shear = .2,
			.zoom = .1,
			.crop = 2,
			.crop_fill = NN_CROP_REFLECT,
			.brightness = .2,
			.contrast = .3,
			.noise = .1,
			.cutout = 4,
			.flip = true },
		{ .crop = 4 },
		{ .noise = .2 },
		{ .cutout = 5 },
		{ .contrast = .9 },
		{ .shear = .5 },
	};
	struct nn_net net = { 0 };
	nn_output(&net, "out",
		nn_dense(&net, "pick", nn_input(&net, "in", shape), 2, false, NN_HE_NORMAL));
	struct check_images images = check_images_new(3, shape, 20, 2, false);
	memset(images.pixels, 0, PIXELS);
	memset(images.labels, 0, 20);
	for (size_t a = 0; a < COUNT(amounts); a++)
		for (int i = 0; nn_kernels_at(i); i++)
			for (uint32_t position = 0; position < 32; position += 1 + position % 3) {
				uint32_t order[32] = { 0 }, index = 1 + position % 19;
				order[position] = index | NN_ORDER_AUGMENTED;
				const struct nn_epoch e = { .images = &images.images,
					.order = order,
					.count = 32,
					.augment = amounts[a],
					.seed = 7,
					.phase = 1 };
				struct nn_trainer_options options = { .kernels = nn_kernels_at(i),
					.batch_size = 32,
					.threads = 1,
					.optimizer = { .kind = NN_SGD, .lr = 1 } };
				struct nn_trainer *t = nn_trainer_new(&net, &options);
				assert_non_null(t);
				struct nn_score score;
				const float *g = nn_gradients(t, &e, true, &score);
				const struct nn_rng rng = rng_of(0);
				float want[PIXELS];
				assert_int_equal(
					nn_augment_image(&amounts[a], &rng, index,
						images.pixels + index * PIXELS, shape, want),
					0);
				for (int k = 0; k < PIXELS; k++)
					if (g[k] * -64 != want[k])
						fail_msg("amounts %zu, %s, position %u, pixel %d: "
							 "%.9g in training, %.9g from "
							 "nn_augment_image",
							a, nn_kernels_name(nn_kernels_at(i)),
							position, k, (double)g[k] * -64,
							(double)want[k]);
				nn_trainer_free(t);
			}
	check_images_free(&images);
}

/* ---- mixing ---- */

static void lambda_has_the_symmetric_beta_distribution(void **state)
{
	(void)state;
	static const double alphas[] = { .15, .2, .4, .5, 1, 1.5, 4, 32 };
	static double values[DRAWS];
	for (size_t k = 0; k < COUNT(alphas); k++) {
		for (uint32_t i = 0; i < DRAWS; i++) {
			uint32_t bits[4];
			const struct nn_rng rng = { .seed = k, .stream = NN_STREAM_MIXUP };
			nn_rng_four(&rng, i, 1, bits);
			values[i] = nn_symmetric_beta(alphas[k], bits);
			assert_true(values[i] >= 0 && values[i] <= 1);
		}
		check_distribution("beta", values, DRAWS, beta_cdf, alphas[k]);
	}
	for (int corner = 0; corner < 16; corner++) {
		uint32_t bits[4];
		for (int k = 0; k < 4; k++)
			bits[k] = corner >> k & 1 ? UINT32_MAX : 0;
		for (size_t k = 0; k < COUNT(alphas); k++) {
			double v = nn_symmetric_beta(alphas[k], bits);
			assert_true(v >= 0 && v <= 1);
		}
	}
}

static void partners_are_others_of_the_batch_equally_often(void **state)
{
	(void)state;
	int seen[10] = { 0 };
	double last = -1;
	for (uint32_t batch = 0; batch < 1800; batch++) {
		const struct nn_rng rng = {
			.seed = 1, .stream = NN_STREAM_MIXUP, .epoch = batch % 3
		};
		uint32_t distance;
		double share;
		nn_mixup_draw(.4, &rng, batch / 3 * 10, 10, &distance, &share);
		assert_in_range(distance, 1, 9);
		assert_true(share >= 0 && share <= 1 && share != last);
		last = share;
		seen[distance]++;
		nn_mixup_draw(.4, &rng, batch, 1, &distance, &share);
		assert_true(distance == 0 && share == 0);
	}
	for (int k = 1; k < 10; k++) /* 200 each, 5 sd */
		assert_in_range(seen[k], 133, 267);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shear_alone_is_uniform_and_leaves_the_centre),
		cmocka_unit_test(shear_comes_between_rotation_and_zoom),
		cmocka_unit_test(a_crop_shifts_by_whole_pixels_in_all_places_equally_often),
		cmocka_unit_test(a_cropped_image_has_its_own_pixels_and_black_or_mirrored_ones),
		cmocka_unit_test(a_crop_comes_after_the_other_transforms),
		cmocka_unit_test(cutout_blackens_one_square_around_a_uniform_centre),
		cmocka_unit_test(contrast_spreads_each_channel_about_its_mean),
		cmocka_unit_test(noise_is_normal_independent_and_clipped),
		cmocka_unit_test(training_sees_the_same_bits_in_every_lane_and_variant),
		cmocka_unit_test(lambda_has_the_symmetric_beta_distribution),
		cmocka_unit_test(partners_are_others_of_the_batch_equally_often),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

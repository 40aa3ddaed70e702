/* test_augment.c - nn/augment.h: what is drawn (ranges, distributions, what it depends on) and what
 * is done to the pixels, by the plain function and by the kernels of every variant. A map is taken
 * apart into rotation, zoom and translation as paper.md defines them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"

enum { DRAWS = 4000 };

static const struct nn_augment paper = { .rotation = .1, .zoom = .2, .translation = .2 };
static const struct nn_shape digit = { 1, 28, 28 };

static struct nn_warp draw(const struct nn_augment *amounts, uint64_t seed, uint32_t epoch,
	uint32_t index, struct nn_shape shape)
{
	const struct nn_rng rng = {
		.seed = seed, .stream = NN_STREAM_AUGMENT, .phase = 1, .epoch = epoch
	};
	struct nn_warp warp;
	memset(&warp, 0xff, sizeof(warp));
	nn_augment_draw(amounts, &rng, index, shape, &warp);
	return warp;
}

/* A map in the terms of oracle_warp_map. */
struct parts {
	double turns, zoom_x, zoom_y, right, down, brightness;
	bool flipped;
	double skew; /* cosine of the angle between the images of the axes: 0, when rotation comes
			before zoom */
};

static struct parts take_apart(const struct nn_warp *w, struct nn_shape shape)
{
	const double a = w->map[0], b = w->map[1], c = w->map[3], d = w->map[4];
	const double centre_x = (shape.width - 1) / 2.0, centre_y = (shape.height - 1) / 2.0;
	struct parts p = { .flipped = a * d - b * c < 0, .brightness = w->brightness };
	p.zoom_x = hypot(a, c);
	p.zoom_y = hypot(b, d);
	p.turns = atan2(-b, d) / (2 * acos(-1));
	p.skew = (a * b + c * d) / (p.zoom_x * p.zoom_y);
	/* map(0, 0) = centre + column_x (-centre_x - right) + column_y (-centre_y - down); right
	 * means nothing when flipped */
	double from_x = w->map[2] - centre_x, from_y = w->map[5] - centre_y;
	p.right = -(d * from_x - b * from_y) / (a * d - b * c) - centre_x;
	p.down = -(a * from_y - c * from_x) / (a * d - b * c) - centre_y;
	return p;
}

static int by_size(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b)
		- (*(const double *)a < *(const double *)b);
}

/* Uniform between low and high? Kolmogorov-Smirnov: distance times sqrt(n) is above 1.95 once in a
 * thousand tries. */
static void check_uniform_between(const char *what, const double *values, double low, double high)
{
	double sorted[DRAWS], distance = 0, slack = 1e-5 * (1 + fabs(high));
	memcpy(sorted, values, sizeof(sorted));
	qsort(sorted, DRAWS, sizeof(double), by_size);
	if (sorted[0] < low - slack || sorted[DRAWS - 1] > high + slack)
		fail_msg("%s: drawn from %g to %g, allowed are %g to %g", what, sorted[0],
			sorted[DRAWS - 1], low, high);
	for (int i = 0; i < DRAWS; i++) {
		double p = (sorted[i] - low) / (high - low);
		distance = fmax(
			distance, fmax(fabs(p - (double)i / DRAWS), fabs(p - (i + 1.0) / DRAWS)));
	}
	if (distance * sqrt(DRAWS) > 1.95)
		fail_msg("%s: not uniform, Kolmogorov-Smirnov distance %g", what,
			distance * sqrt(DRAWS));
}

static void all_amounts_are_uniform_within_their_ranges_and_independent(void **state)
{
	(void)state;
	const struct nn_augment amounts = {
		.rotation = .1, .zoom = .2, .brightness = .3, .translation = .2
	};
	const struct nn_shape shape = { 1, 20, 30 };
	static double values[6][DRAWS];
	for (uint32_t i = 0; i < DRAWS; i++) {
		const struct nn_warp w =
			draw(&amounts, 1, i / 1000, i % 1000, shape); /* over images and epochs */
		const struct parts p = take_apart(&w, shape);
		assert_false(p.flipped);
		if (!(fabs(p.skew) < 1e-6))
			fail_msg("draw %u: rotation and zoom are not composed in this order (skew "
				 "%g)",
				i, p.skew);
		values[0][i] = p.turns;
		values[1][i] = p.zoom_x;
		values[2][i] = p.zoom_y;
		values[3][i] = p.right;
		values[4][i] = p.down;
		values[5][i] = p.brightness;
	}
	check_uniform_between("rotation", values[0], -.1, .1);
	check_uniform_between("zoom of the width", values[1], .8, 1.2);
	check_uniform_between("zoom of the height", values[2], .8, 1.2);
	check_uniform_between("shift to the right", values[3], -6, 6);
	check_uniform_between("shift down", values[4], -4, 4);
	check_uniform_between("brightness", values[5], -.3, .3);
	for (int a = 0; a < 6;
		a++) /* correlations, of one draw's amounts and of neighbouring draws */
		for (int b = 0; b < 6; b++)
			for (int lag = 0; lag < 2; lag++) {
				double ab = 0, aa = 0, bb = 0, mean_a = a == 1 || a == 2 ? 1 : 0,
				       mean_b = b == 1 || b == 2 ? 1 : 0;
				for (int i = 0; i + lag < DRAWS; i++) {
					ab += (values[a][i] - mean_a)
						* (values[b][i + lag] - mean_b);
					aa += (values[a][i] - mean_a) * (values[a][i] - mean_a);
					bb += (values[b][i] - mean_b) * (values[b][i] - mean_b);
				}
				if ((a != b || lag) && fabs(ab / sqrt(aa * bb)) > 4 / sqrt(DRAWS))
					fail_msg("amounts %d and %d (lag %d) are correlated: %g", a,
						b, lag, ab / sqrt(aa * bb));
			}
}

/* Take apart, put together by the oracle's definition of the order and centre: the same map. */
static void a_map_is_rotation_then_zoom_then_shift_about_the_centre(void **state)
{
	(void)state;
	static const struct nn_shape shapes[] = { { 1, 28, 28 }, { 3, 32, 32 }, { 1, 9, 14 } };
	for (int k = 0; k < 3; k++)
		for (uint32_t i = 0; i < 200; i++) {
			const struct nn_warp w = draw(&paper, 2, 0, i, shapes[k]);
			const struct parts p = take_apart(&w, shapes[k]);
			double map[6];
			oracle_warp_map(
				p.turns, p.zoom_x, p.zoom_y, p.right, p.down, shapes[k], map);
			for (int j = 0; j < 6; j++) /* offsets near 30 are rounded by 2e-6 */
				if (!(fabs(map[j] - w.map[j]) < 1e-5))
					fail_msg("image %u: map[%d] is %g, put together again %g",
						i, j, w.map[j], map[j]);
		}
}

static void each_transform_alone_is_only_that(void **state)
{
	(void)state;
	const struct nn_shape shape = { 1, 20, 30 };
	static const struct nn_augment alone[] = { { .rotation = .1 }, { .zoom = .2 },
		{ .translation = .2 }, { .brightness = .3 }, { .flip = true } };
	for (int k = 0; k < 5; k++) {
		double most[6] = { 0 };
		int flips = 0;
		for (uint32_t i = 0; i < 1000; i++) {
			const struct nn_warp w = draw(&alone[k], 3, 0, i, shape);
			const struct parts p = take_apart(&w, shape);
			const double off[6] = { p.turns, p.zoom_x - 1, p.zoom_y - 1, p.right,
				p.down, p.brightness };
			flips += p.flipped;
			for (int j = 0; j < 6 && k != 4; j++)
				most[j] = fmax(most[j], fabs(off[j]));
			if (k == 4) { /* a flipped image or the image, to the bit */
				const float straight[6] = { 1, 0, 0, 0, 1, 0 },
					    flipped[6] = { -1, 0, 29, 0, 1, 0 };
				for (int j = 0; j < 6; j++)
					assert_true(
						w.map[j] == (p.flipped ? flipped : straight)[j]);
				assert_true(w.brightness == 0);
			}
		}
		static const double limits[5][6] = { { .1, 0, 0, 0, 0, 0 }, { 0, .2, .2, 0, 0, 0 },
			{ 0, 0, 0, 6, 4, 0 }, { 0, 0, 0, 0, 0, .3 }, { 0 } };
		for (int j = 0; j < 6; j++)
			if (!(most[j] <= limits[k][j] + 1e-5 && most[j] >= .98 * limits[k][j]))
				fail_msg("transform %d alone: amount %d goes up to %g, expected %g",
					k, j, most[j], limits[k][j]);
		if (k == 4)
			assert_in_range(flips, 437, 563); /* 4 sd around half of 1000 */
		else
			assert_int_equal(flips, 0);
	}
}

static void a_flip_in_the_papers_set_mirrors_and_stays_within_the_amounts(void **state)
{
	(void)state;
	struct nn_augment amounts = paper;
	amounts.flip = true;
	const struct nn_shape shape = { 3, 32, 32 };
	int flips = 0;
	for (uint32_t i = 0; i < 1000; i++) {
		const struct nn_warp w = draw(&amounts, 4, 0, i, shape);
		const struct parts p = take_apart(&w, shape);
		flips += p.flipped;
		assert_true(fabs(p.skew) < 1e-6);
		assert_true(fabs(p.turns) <= .1 + 1e-6 && fabs(p.zoom_x - 1) <= .2 + 1e-6
			&& fabs(p.zoom_y - 1) <= .2 + 1e-6);
		assert_true(fabs(p.down) <= 6.4 + 1e-4);
	}
	assert_in_range(flips, 437, 563);
}

static void no_amounts_leave_the_image_as_it_is(void **state)
{
	(void)state;
	const struct nn_augment none = { 0 };
	const struct nn_shape shape = { 3, 7, 9 };
	struct check_images images = check_images_new(5, shape, 1, 2, false);
	images.pixels[0] = 255;
	images.pixels[1] = 0;
	const struct nn_warp w = draw(&none, 1, 0, 0, shape);
	const float identity[6] = { 1, 0, 0, 0, 1, 0 };
	for (int j = 0; j < 6; j++)
		assert_true(w.map[j] == identity[j]);
	assert_true(w.brightness == 0);
	float out[189];
	nn_augment_apply(&w, images.pixels, shape, out);
	for (int i = 0; i < 189; i++)
		if (!(fabs(out[i] - images.pixels[i] / 255.0) < 1.2e-7))
			fail_msg("pixel %d is %.9g, was %d / 255", i, out[i], images.pixels[i]);
	assert_true(out[0] == 1 && out[1] == 0);
	check_images_free(&images);
}

static bool same_warp(struct nn_warp a, struct nn_warp b)
{
	return memcmp(a.map, b.map, sizeof(a.map)) == 0 && a.brightness == b.brightness;
}

static void every_image_epoch_phase_and_seed_has_its_own_draw(void **state)
{
	(void)state;
	const struct nn_warp first = draw(&paper, 1, 0, 0, digit);
	assert_true(same_warp(first, draw(&paper, 1, 0, 0, digit)));
	assert_false(same_warp(first, draw(&paper, 2, 0, 0, digit)));
	assert_false(same_warp(first, draw(&paper, 1, 1, 0, digit)));
	assert_false(same_warp(first, draw(&paper, 1, 0, 1, digit)));
	const struct nn_rng other_phase = { .seed = 1, .stream = NN_STREAM_AUGMENT, .phase = 2 };
	struct nn_warp w;
	nn_augment_draw(&paper, &other_phase, 0, digit, &w);
	assert_false(same_warp(first, w));
}

/* A coordinate up to 64 is rounded by 4e-6 in fp32, once or twice in each axis; neighbouring pixels
 * differ by at most 1, so a pixel is off by at most a few times that. */
static void check_apply(const struct nn_warp *w, const uint8_t *image, struct nn_shape shape)
{
	static float got[3 * 64 * 64];
	static double want[3 * 64 * 64];
	double map[6];
	for (int j = 0; j < 6; j++)
		map[j] = w->map[j];
	nn_augment_apply(w, image, shape, got);
	oracle_warp(map, w->brightness, image, shape, want);
	for (size_t i = 0; i < nn_shape_size(shape); i++) {
		if (!(fabs(got[i] - want[i]) < 3e-5))
			fail_msg("%d x %d x %d, pixel %zu: %.7g, oracle %.7g", shape.channels,
				shape.height, shape.width, i, got[i], want[i]);
		if (!(got[i] >= 0 && got[i] <= 1))
			fail_msg("pixel %zu is %.9g", i, got[i]);
	}
}

static void the_pixels_are_the_oracles(void **state)
{
	(void)state;
	static const struct nn_shape shapes[] = { { 1, 28, 28 }, { 3, 32, 32 }, { 2, 1, 1 },
		{ 1, 2, 7 }, { 1, 7, 2 }, { 1, 17, 16 } };
	const struct nn_augment amounts[] = { paper, { .brightness = .5 },
		{ .rotation = .5, .zoom = .9, .brightness = .2, .translation = 1, .flip = true } };
	for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
		struct check_images images = check_images_new(k, shapes[k], 20, 2, k == 1);
		for (int a = 0; a < 3; a++)
			for (uint32_t i = 0; i < 20; i++) {
				const struct nn_warp w = draw(&amounts[a], 6, 0, i, shapes[k]);
				check_apply(&w, images.pixels + i * nn_shape_size(shapes[k]),
					shapes[k]);
			}
		check_images_free(&images);
	}
}

/* Borders are mirrored however far outside: several widths away, and exactly on whole pixels and
 * halves. */
static void far_outside_the_image_is_mirrored_again_and_again(void **state)
{
	(void)state;
	const struct nn_shape shape = { 1, 5, 4 };
	struct check_images images = check_images_new(7, shape, 1, 2, false);
	for (int quarter = -60; quarter <= 60; quarter++) {
		const struct nn_warp across = { .map = { 1, 0, (float)quarter / 4, 0, 1, 0 } },
				     along = { .map = { 1, 0, 0, 0, 1, (float)quarter / 4 } },
				     turned = { .map = { 0, -3, (float)quarter / 4, 2, 0,
							-(float)quarter / 2 },
					     .brightness = .1f };
		check_apply(&across, images.pixels, shape);
		check_apply(&along, images.pixels, shape);
		check_apply(&turned, images.pixels, shape);
	}
	check_images_free(&images);
}

/* Weights are 0, so both classes have probability 1/2, and the gradient of a weight of class 0 is
 * -1/2 of its pixel's sum over the batch, divided by the batch's size: exact for a power of two and
 * one image that is not black. */
static void read_training_pixels(
	int variant, const struct nn_images *images, const struct nn_epoch *e, float *pixels)
{
	struct nn_net net = { 0 };
	int at = nn_input(&net, "in", images->shape);
	nn_output(&net, "out", nn_dense(&net, "pick", at, 2, false, NN_HE_NORMAL));
	assert_true(nn_net_ok(&net));
	struct nn_trainer_options options = { .kernels = nn_kernels_at(variant),
		.batch_size = 32,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	struct nn_trainer *t = nn_trainer_new(&net, &options);
	assert_non_null(t);
	struct nn_score score;
	const float *g = nn_gradients(t, e, true, &score);
	for (size_t i = 0; i < nn_shape_size(images->shape); i++)
		pixels[i] = g[i] * -2 * (float)e->count;
	nn_trainer_free(t);
}

/* Image 0 is black, the others are random; labels 0. */
static struct check_images with_black(struct nn_shape shape)
{
	struct check_images images = check_images_new(8, shape, 40, 2, false);
	memset(images.pixels, 0, nn_shape_size(shape));
	memset(images.labels, 0, 40);
	return images;
}

static void training_sees_the_same_bits_as_apply_in_every_lane_and_variant(void **state)
{
	(void)state;
	static const struct nn_shape shapes[] = { { 1, 28, 28 }, { 3, 32, 32 }, { 2, 5, 9 } };
	struct nn_augment amounts[3] = { paper, paper, paper };
	amounts[1].flip = amounts[2].flip = amounts[2].sequential = true;
	static float got[3072], want[3072];
	for (int k = 0; k < 3; k++) {
		struct check_images images = with_black(shapes[k]);
		for (int variant = 0; nn_kernels_at(variant); variant++)
			for (uint32_t position = 0; position < 32; position++) {
				uint32_t order[32] = { 0 },
					 count = position < 4 ? 4
					: position < 16       ? 16
							      : 32,
					 index = 1 + position;
				order[position] = index;
				const struct nn_epoch e = { .images = &images.images,
					.order = order,
					.count = count,
					.augmented = { true },
					.augment = amounts[position % 3],
					.seed = 12,
					.phase = 3,
					.epoch = 4 };
				read_training_pixels(variant, &images.images, &e, got);
				const struct nn_rng rng = { .seed = 12,
					.stream = NN_STREAM_AUGMENT,
					.phase = 3,
					.epoch = 4 };
				assert_int_equal(
					nn_augment_image(&e.augment, &rng, index,
						images.pixels + index * nn_shape_size(shapes[k]),
						shapes[k], want),
					0);
				for (size_t i = 0; i < nn_shape_size(shapes[k]); i++)
					if (got[i] != want[i])
						fail_msg("%s, position %u, pixel %zu: %.9g in "
							 "training, %.9g from nn_augment_image",
							nn_kernels_name(nn_kernels_at(variant)),
							position, i, got[i], want[i]);
			}
		check_images_free(&images);
	}
}

/* One transform is sampled once in either way. */
static void one_transform_alone_is_the_same_in_sequence(void **state)
{
	(void)state;
	static const struct nn_augment alone[] = { { .rotation = .3 }, { .zoom = .4 },
		{ .translation = .3 }, { .flip = true }, { .brightness = .4 } };
	struct check_images images = with_black(digit);
	float composed[784], sequential[784];
	for (size_t k = 0; k < sizeof(alone) / sizeof(alone[0]); k++)
		for (uint32_t i = 1; i < 20; i++) {
			const struct nn_rng rng = { .seed = 5, .stream = NN_STREAM_AUGMENT };
			struct nn_augment a = alone[k];
			nn_augment_image(&a, &rng, i, images.pixels + i * 784, digit, composed);
			a.sequential = true;
			nn_augment_image(&a, &rng, i, images.pixels + i * 784, digit, sequential);
			assert_memory_equal(composed, sequential, sizeof(composed));
		}
	check_images_free(&images);
}

/* A value of an image whose borders are mirrored. */
static double mirrored(const double *image, int size, int y, int x)
{
	const int period = 2 * size;
	y = (y % period + period) % period;
	x = (x % period + period) % period;
	return image[(y < size ? y : period - 1 - y) * size + (x < size ? x : period - 1 - x)];
}

/* Output pixel (x, y) takes the input at (xx x + xy y + x0, yx x + yy y + y0), about the centre. */
static void sample(double *image, int size, double xx, double xy, double yx, double yy,
	double right, double down)
{
	double out[32 * 32];
	const double centre = (size - 1) / 2.0;
	for (int y = 0; y < size; y++)
		for (int x = 0; x < size; x++) {
			const double u = x - centre - right, v = y - centre - down,
				     sx = xx * u + xy * v + centre, sy = yx * u + yy * v + centre,
				     fx = sx - floor(sx), fy = sy - floor(sy);
			const int ix = (int)floor(sx), iy = (int)floor(sy);
			out[y * size + x] = (1 - fy)
					* ((1 - fx) * mirrored(image, size, iy, ix)
						+ fx * mirrored(image, size, iy, ix + 1))
				+ fy
					* ((1 - fx) * mirrored(image, size, iy + 1, ix)
						+ fx * mirrored(image, size, iy + 1, ix + 1));
		}
	memcpy(image, out, (size_t)(size * size) * sizeof(*out));
}

/* Keras's layers one after the other, in double precision: rotate, zoom, shift, each resampling
 * what the one before gave. The amounts are those of the one map (take_apart). */
static void in_sequence_each_transform_samples_what_the_one_before_gave(void **state)
{
	(void)state;
	struct check_images images = with_black(digit);
	struct nn_augment amounts = paper;
	double largest = 0;
	amounts.sequential = true;
	for (uint32_t i = 1; i < 30; i++) {
		const struct nn_rng rng = {
			.seed = 9, .stream = NN_STREAM_AUGMENT, .phase = 1, .epoch = 2
		};
		const struct nn_warp one = draw(&paper, 9, 2, i, digit);
		const struct parts p = take_apart(&one, digit);
		const double angle = p.turns * 2 * acos(-1);
		double want[784];
		float got[784];
		for (int k = 0; k < 784; k++)
			want[k] = images.pixels[i * 784 + (uint32_t)k] / 255.0;
		sample(want, 28, cos(angle), -sin(angle), sin(angle), cos(angle), 0, 0);
		sample(want, 28, p.zoom_x, 0, 0, p.zoom_y, 0, 0);
		sample(want, 28, 1, 0, 0, 1, p.right, p.down);
		nn_augment_image(&amounts, &rng, i, images.pixels + i * 784, digit, got);
		for (int k = 0; k < 784; k++)
			if (!(fabs(got[k] - want[k]) < 1e-4))
				fail_msg("image %u, pixel %d: %.7g, wanted %.7g", i, k, got[k],
					want[k]);
		nn_augment_apply(&one, images.pixels + i * 784, digit, got);
		for (int k = 0; k < 784; k++)
			largest = fmax(largest, fabs(got[k] - want[k]));
	}
	assert_true(largest > 0.1); /* which is not what one sampling gives */
	check_images_free(&images);
}

static void brightness_is_added_in_training_too(void **state)
{
	(void)state;
	const struct nn_shape shape = { 1, 6, 6 };
	struct check_images images = with_black(shape);
	float got[36], want[36];
	for (int variant = 0; nn_kernels_at(variant); variant++)
		for (uint32_t index = 1; index < 20; index++) {
			const uint32_t order[1] = { index };
			const struct nn_epoch e = { .images = &images.images,
				.order = order,
				.count = 1,
				.augmented = { true },
				.augment = { .brightness = .4, .rotation = .1, .translation = .1 },
				.seed = 13 };
			read_training_pixels(variant, &images.images, &e, got);
			const struct nn_rng rng = { .seed = 13, .stream = NN_STREAM_AUGMENT };
			struct nn_warp w;
			nn_augment_draw(&e.augment, &rng, index, shape, &w);
			nn_augment_apply(&w, images.pixels + index * 36, shape, want);
			for (int i = 0; i < 36; i++)
				assert_true(got[i] == want[i]);
		}
	check_images_free(&images);
}

static void the_order_can_ask_for_an_augmented_copy(void **state)
{
	(void)state;
	const struct nn_shape shape = { 1, 10, 10 };
	struct check_images images = with_black(shape);
	float plain[100], marked[100], chosen[100];
	for (int variant = 0; nn_kernels_at(variant); variant++) {
		uint32_t order[2] = { 5, 0 };
		struct nn_epoch e = { .images = &images.images,
			.order = order,
			.count = 2,
			.augment = paper,
			.seed = 14,
			.epoch = 1 };
		read_training_pixels(variant, &images.images, &e, plain);
		for (int i = 0; i < 100; i++)
			assert_true(fabs(plain[i] - images.pixels[500 + i] / 255.0) < 1.2e-7);
		order[0] = 5 | NN_ORDER_AUGMENTED;
		read_training_pixels(variant, &images.images, &e, marked);
		order[0] = 5;
		e.augmented[0] = true;
		read_training_pixels(variant, &images.images, &e, chosen);
		assert_memory_equal(marked, chosen, sizeof(marked));
		assert_memory_not_equal(marked, plain, sizeof(marked));
	}
	check_images_free(&images);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_amounts_are_uniform_within_their_ranges_and_independent),
		cmocka_unit_test(a_map_is_rotation_then_zoom_then_shift_about_the_centre),
		cmocka_unit_test(each_transform_alone_is_only_that),
		cmocka_unit_test(a_flip_in_the_papers_set_mirrors_and_stays_within_the_amounts),
		cmocka_unit_test(no_amounts_leave_the_image_as_it_is),
		cmocka_unit_test(every_image_epoch_phase_and_seed_has_its_own_draw),
		cmocka_unit_test(the_pixels_are_the_oracles),
		cmocka_unit_test(far_outside_the_image_is_mirrored_again_and_again),
		cmocka_unit_test(training_sees_the_same_bits_as_apply_in_every_lane_and_variant),
		cmocka_unit_test(one_transform_alone_is_the_same_in_sequence),
		cmocka_unit_test(in_sequence_each_transform_samples_what_the_one_before_gave),
		cmocka_unit_test(brightness_is_added_in_training_too),
		cmocka_unit_test(the_order_can_ask_for_an_augmented_copy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

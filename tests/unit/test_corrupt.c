/* test_corrupt.c - nn/corrupt.h: a severity is what it says, both ways and every direction come up,
 * strength 0 changes nothing, and no network sees other images than another. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"

enum { IMAGES = 400, SIDE = 29, MIDDLE = SIDE / 2, SIZE = SIDE * SIDE };

static const struct nn_shape shape = { 1, SIDE, SIDE };

/* Images with one bright spot of 3x3 pixels around (x, y), all the same. */
static uint8_t *spots(int x, int y)
{
	uint8_t *pixels = calloc(IMAGES, SIZE);
	for (int i = 0; i < IMAGES; i++)
		for (int k = 0; k < 9; k++)
			pixels[i * SIZE + (y - 1 + k / 3) * SIDE + x - 1 + k % 3] = 255;
	return pixels;
}

static uint8_t *grey(uint8_t value)
{
	uint8_t *pixels = malloc(IMAGES * SIZE);
	memset(pixels, value, IMAGES * SIZE);
	return pixels;
}

static uint8_t *changed(const uint8_t *pixels, enum nn_corruption change, double strength,
	const struct nn_kernels *kernels)
{
	const struct nn_images images = { .pixels = pixels, .shape = shape, .count = IMAGES };
	uint8_t *out = malloc(IMAGES * SIZE);
	assert_int_equal(nn_corrupt(&images, IMAGES, change, strength, kernels, out), 0);
	return out;
}

/* The spot's centre of gravity in image i, from the image's middle. */
static void find_spot(const uint8_t *pixels, int i, double *x, double *y)
{
	double sum = 0;
	*x = *y = 0;
	for (int k = 0; k < SIZE; k++) {
		const double p = pixels[i * SIZE + k];
		sum += p;
		*x += p * (k % SIDE - MIDDLE);
		*y += p * (k / SIDE - MIDDLE);
	}
	*x /= sum;
	*y /= sum;
}

static void strength_zero_changes_no_pixel(void **state)
{
	(void)state;
	uint8_t *pixels = malloc(IMAGES * SIZE);
	for (int i = 0; i < IMAGES * SIZE; i++)
		pixels[i] = (uint8_t)(i * 7 + i / 256); /* every grey level is there */
	for (enum nn_corruption change = NN_ROTATE; change <= NN_NOISE; change++) {
		uint8_t *out = changed(pixels, change, 0, NULL);
		assert_memory_equal(out, pixels, IMAGES * SIZE);
		free(out);
	}
	free(pixels);
}

static void a_rotation_turns_by_exactly_its_degrees_both_ways(void **state)
{
	(void)state;
	uint8_t *pixels = spots(MIDDLE + 8, MIDDLE), *out = changed(pixels, NN_ROTATE, 30, NULL);
	int left = 0;
	for (int i = 0; i < IMAGES; i++) {
		double x, y;
		find_spot(out, i, &x, &y);
		assert_true(fabs(hypot(x, y) - 8) < 0.1);
		assert_true(fabs(fabs(atan2(y, x)) * 180 / acos(-1) - 30) < 1);
		left += y < 0;
	}
	assert_in_range(left, IMAGES * 2 / 5, IMAGES * 3 / 5);
	free(out);
	free(pixels);
}

static void a_translation_has_its_length_in_every_direction(void **state)
{
	(void)state;
	uint8_t *pixels = spots(MIDDLE, MIDDLE), *out = changed(pixels, NN_TRANSLATE, 0.2, NULL);
	int quadrant[4] = { 0 };
	for (int i = 0; i < IMAGES; i++) {
		double x, y;
		find_spot(out, i, &x, &y);
		assert_true(fabs(hypot(x, y) - 0.2 * SIDE) < 0.05);
		quadrant[(x < 0) + 2 * (y < 0)]++;
	}
	for (int q = 0; q < 4; q++)
		assert_in_range(quadrant[q], IMAGES / 4 - 40, IMAGES / 4 + 40);
	free(out);
	free(pixels);
}

/* A zoom of s shows 1 + s or 1 - s times as much, so what is seen moves to 1 / (1 + s) or 1 / (1 -
 * s) of its distance. */
static void a_zoom_scales_by_its_strength_both_ways(void **state)
{
	(void)state;
	uint8_t *pixels = spots(MIDDLE + 6, MIDDLE), *out = changed(pixels, NN_ZOOM, 0.2, NULL);
	int smaller = 0;
	for (int i = 0; i < IMAGES; i++) {
		double x, y;
		find_spot(out, i, &x, &y);
		assert_true(fabs(y) < 0.01 && (fabs(x - 6 / 1.2) < 0.1 || fabs(x - 6 / 0.8) < 0.1));
		smaller += x < 6;
	}
	assert_in_range(smaller, IMAGES * 2 / 5, IMAGES * 3 / 5);
	free(out);
	free(pixels);
}

static void a_shear_moves_rows_by_its_strength(void **state)
{
	(void)state;
	uint8_t *pixels = spots(MIDDLE, MIDDLE + 8), *out = changed(pixels, NN_SHEAR, 0.5, NULL);
	for (int i = 0; i < IMAGES; i++) {
		double x, y;
		find_spot(out, i, &x, &y);
		assert_true(fabs(y - 8) < 0.05 && fabs(fabs(x) - 4) < 0.05);
	}
	free(out);
	free(pixels);
}

static void brightness_is_added_or_taken_and_contrast_taken(void **state)
{
	(void)state;
	uint8_t *pixels = grey(100), *out = changed(pixels, NN_BRIGHTEN, 0.2, NULL),
		*dark = changed(pixels, NN_BRIGHTEN, 0.5, NULL);
	int brighter = 0;
	for (int i = 0; i < IMAGES; i++) {
		assert_true(out[i * SIZE] == 151 || out[i * SIZE] == 49);
		assert_true(dark[i * SIZE] == 228 || dark[i * SIZE] == 0); /* clipped; rounded up */
		assert_int_equal(out[i * SIZE] > 100,
			dark[i * SIZE] > 100); /* the same way at every strength */
		brighter += out[i * SIZE] > 100;
	}
	assert_in_range(brighter, IMAGES * 2 / 5, IMAGES * 3 / 5);
	free(out);
	free(dark);
	for (int i = 0; i < IMAGES * SIZE; i += 2)
		pixels[i] = 200; /* image 0, with one pixel more of 200: mean 150.06 */
	out = changed(pixels, NN_CONTRAST, 0.5, NULL);
	assert_int_equal(out[0], 175);
	assert_int_equal(out[1], 125);
	free(out);
	out = changed(pixels, NN_CONTRAST, 1, NULL);
	for (int k = 0; k < SIZE; k++)
		assert_int_equal(out[k], 150);
	free(out);
	free(pixels);
}

static void noise_has_its_standard_deviation_and_no_mean(void **state)
{
	(void)state;
	uint8_t *pixels = grey(128), *out = changed(pixels, NN_NOISE, 0.1, NULL);
	double sum = 0, squares = 0;
	for (int i = 0; i < IMAGES * SIZE; i++) {
		sum += out[i] - 128;
		squares += (out[i] - 128) * (out[i] - 128);
	}
	const double n = IMAGES * SIZE, mean = sum / n, sd = sqrt(squares / n - mean * mean);
	assert_true(fabs(mean) < 0.2);
	assert_true(fabs(sd - 25.5) < 0.2);
	assert_memory_not_equal(out, out + SIZE, SIZE); /* another noise for every image */
	free(out);
	free(pixels);
}

static void every_variant_of_the_kernels_makes_the_same_bytes(void **state)
{
	(void)state;
	uint8_t *pixels = malloc(IMAGES * SIZE);
	for (int i = 0; i < IMAGES * SIZE; i++)
		pixels[i] = (uint8_t)((unsigned)i * 2654435761u >> 24);
	for (enum nn_corruption change = NN_ROTATE; change <= NN_NOISE; change++) {
		uint8_t *plain = changed(
			pixels, change, change == NN_ROTATE ? 33 : 0.3, nn_kernels_find("plain"));
		for (int k = 0; nn_kernels_at(k); k++) {
			uint8_t *out = changed(
				pixels, change, change == NN_ROTATE ? 33 : 0.3, nn_kernels_at(k));
			assert_memory_equal(out, plain, IMAGES * SIZE);
			free(out);
		}
		free(plain);
	}
	free(pixels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strength_zero_changes_no_pixel),
		cmocka_unit_test(a_rotation_turns_by_exactly_its_degrees_both_ways),
		cmocka_unit_test(a_translation_has_its_length_in_every_direction),
		cmocka_unit_test(a_zoom_scales_by_its_strength_both_ways),
		cmocka_unit_test(a_shear_moves_rows_by_its_strength),
		cmocka_unit_test(brightness_is_added_or_taken_and_contrast_taken),
		cmocka_unit_test(noise_has_its_standard_deviation_and_no_mean),
		cmocka_unit_test(every_variant_of_the_kernels_makes_the_same_bytes),
	};
	return cmocka_run_group_tests_name("corrupt", tests, NULL, NULL);
}

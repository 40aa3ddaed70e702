/* test_dead.c - nn/dead.h: networks whose dead units are known, as their kernels are 0 and their
 * biases say everything. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "nn/nn.h"
#include "tests/oracle/paper_nets.h"

enum { IMAGES = 37, PIXELS = 28 * 28 }; /* no whole number of blocks */

struct scene {
	struct nn_net net;
	float *params;
	uint8_t pixels[IMAGES * PIXELS], labels[IMAGES];
	struct nn_images images;
};

static struct scene *new_scene(void)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	paper_unified(&s->net, (struct nn_shape){ 1, 28, 28 }, 10);
	s->params = calloc(s->net.parameter_count, sizeof(*s->params));
	assert_non_null(s->params);
	for (int i = 0; i < IMAGES * PIXELS; i++)
		s->pixels[i] = (uint8_t)(i * 7);
	s->images = (struct nn_images){
		.pixels = s->pixels, .labels = s->labels, .shape = { 1, 28, 28 }, .count = IMAGES
	};
	return s;
}

static void free_scene(struct scene *s)
{
	free(s->params);
	free(s);
}

static float *tensor(struct scene *s, const char *name)
{
	const struct nn_tensor *t = nn_net_tensor(&s->net, name);

	assert_non_null(t);
	return s->params + t->offset;
}

/* The first `alive` biases are above 0, the others below. */
static void set_biases(struct scene *s, const char *name, int alive, int count)
{
	float *bias = tensor(s, name);

	for (int i = 0; i < count; i++)
		bias[i] = i < alive ? 0.5f : -0.5f;
}

static struct nn_dead count(const struct scene *s, uint32_t images)
{
	struct nn_dead dead;

	assert_int_equal(nn_dead_units(&s->net, s->params, &s->images, images, NULL, &dead), 0);
	return dead;
}

static void units_that_no_image_reaches_are_counted_by_layer(void **state)
{
	(void)state;
	struct scene *s = new_scene();
	static const char *const stems[] = { "stem1", "stem2" };
	for (int k = 0; k < 2; k++) {
		char name[64];
		snprintf(name, sizeof(name), "%s/conv1/bias", stems[k]);
		set_biases(s, name, 10, 10);
		snprintf(name, sizeof(name), "%s/conv2/bias", stems[k]);
		set_biases(s, name, 18, 20);
		snprintf(name, sizeof(name), "%s/wide/bias", stems[k]);
		set_biases(s, name, k ? 1 : 10, 10);
	}
	set_biases(s, "classifier/dense/bias", 32, 32);
	const struct nn_dead dead = count(s, IMAGES);

	assert_int_equal(dead.units, 2 * (10 + 20 + 10) + 32);
	assert_int_equal(dead.dead, 2 + 2 + 9);
	assert_string_equal(s->net.layers[dead.layer].name, "stem2/wide");
	assert_float_equal(dead.share, 0.9, 1e-12);
	free_scene(s);
}

static void one_image_that_reaches_a_unit_keeps_it_alive(void **state)
{
	(void)state;
	struct scene *s = new_scene();
	for (int i = 0; i < IMAGES * PIXELS; i++)
		s->pixels[i] = i / PIXELS == IMAGES - 1 && i % PIXELS == PIXELS / 2 + 14 ? 255 : 0;
	static const char *const alive[] = { "stem1/conv2/bias", "stem2/conv1/bias",
		"stem2/conv2/bias", "stem1/wide/bias", "stem2/wide/bias", "classifier/dense/bias" };
	for (size_t i = 0; i < sizeof(alive) / sizeof(alive[0]); i++)
		set_biases(s, alive[i], 32, (int)nn_net_tensor(&s->net, alive[i])->count);
	float *kernel = tensor(s, "stem1/conv1/kernel");
	kernel[4] =
		1; /* the first filter answers where there is a white pixel: in the last image */

	assert_int_equal(count(s, IMAGES).dead, 9);
	assert_int_equal(count(s, IMAGES - 1).dead, 10);
	assert_float_equal(count(s, IMAGES - 1).share, 1, 0);
	free_scene(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_that_no_image_reaches_are_counted_by_layer),
		cmocka_unit_test(one_image_that_reaches_a_unit_keeps_it_alive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

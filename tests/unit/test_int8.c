/* test_int8.c - the file of a network in 8 bits: read again it gives the same classes; whatever is
 * broken in it is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "harness/model/model.h"
#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"
#include "tests/unit/made_models.h"

enum { IMAGES = 60 };

struct fixture {
	struct model model;
	struct check_images images;
	struct model_files files;
	const struct model_format *format;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };
	assert_non_null(f);
	*state = f;
	f->model.facts.fold = -1;
	paper_unified(&f->model.net, (struct nn_shape){ 1, 28, 28 }, 10);
	f->model.params = calloc(f->model.net.parameter_count, sizeof(*f->model.params));
	assert_non_null(f->model.params);
	check_params(4, &f->model.net, false, f->model.params);
	f->images = check_images_new(5, (struct nn_shape){ 1, 28, 28 }, IMAGES, 10, false);
	f->format = model_format_find("int8", &e);
	assert_non_null(f->format);
	const struct model_writing how = { "test", &f->images.images };
	if (f->format->write(&f->model, &how, &f->files, &e))
		fail_msg("%s", e.text);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	model_free(&f->model);
	model_files_free(&f->files);
	check_images_free(&f->images);
	free(f);
	return 0;
}

static void read_again_it_gives_the_same_classes(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct model again = { .facts.fold = -1 }, quantised;
	uint8_t want[IMAGES], have[IMAGES];
	double accuracy[NN_OUTPUTS_MAX];
	if (f->format->read(f->files.main.s, f->files.main.length, &again, &e))
		fail_msg("%s", e.text);
	assert_null(again.params);
	assert_int_equal(model_quantise(&f->model, &f->images.images, &quantised, &e), 0);
	assert_int_equal(model_evaluate(&again, &f->images.images, NULL, accuracy,
				 (uint8_t *const[NN_OUTPUTS_MAX]){ have }, &e),
		0);
	assert_int_equal(model_evaluate(&quantised, &f->images.images, NULL, accuracy,
				 (uint8_t *const[NN_OUTPUTS_MAX]){ want }, &e),
		0);
	assert_memory_equal(have, want, IMAGES);
	model_free(&again);
	model_free(&quantised);
}

static void it_is_less_than_half_the_native_file(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct model_files native = { 0 };
	const struct model_writing how = { "test", NULL };
	assert_int_equal(
		model_format_find("safetensors", &e)->write(&f->model, &how, &native, &e), 0);
	assert_true(f->files.main.length < native.main.length / 2);
	model_files_free(&native);
}

static void its_name_tells_the_format(void **state)
{
	(void)state;
	assert_string_equal(model_format_of_path("a/b.int8.safetensors")->name, "int8");
	assert_string_equal(model_format_of_path("a/int8.safetensors")->name, "safetensors");
}

static void cut_short_it_is_refused(void **state)
{
	struct fixture *f = *state;
	for (size_t count = 0; count < f->files.main.length; count += count < 64 ? 1 : 97) {
		char *part = malloc(count + 1); /* so that a read beyond is seen by a sanitizer */
		struct model out = { .facts.fold = -1 };
		struct err e = { 0 };
		memcpy(part, f->files.main.s, count);
		if (!f->format->read(part, count, &out, &e))
			fail_msg("%zu of %zu bytes were read", count, f->files.main.length);
		assert_int_equal(e.kind, ERR_USAGE);
		model_free(&out);
		free(part);
	}
}

/* Whatever is read of changed bytes can be run; most is refused. */
static void changed_bytes_do_no_harm(void **state)
{
	struct fixture *f = *state;
	uint64_t random = 9;
	int refused = 0;
	char *bytes = malloc(f->files.main.length);
	for (int round = 0; round < 300; round++) {
		struct model out = { .facts.fold = -1 };
		struct err e = { 0 };
		uint8_t classes[IMAGES];
		double accuracy[NN_OUTPUTS_MAX];
		memcpy(bytes, f->files.main.s, f->files.main.length);
		for (int k = 0; k < 1 + round % 5;
			k++) /* in the header, or in the scales and biases behind it */
			bytes[8 + check_below(&random, (uint32_t)f->files.main.length - 8)] =
				(char)check_random(&random);
		if (f->format->read(bytes, f->files.main.length, &out, &e))
			refused++;
		else
			model_evaluate(&out, &f->images.images, NULL, accuracy,
				(uint8_t *const[NN_OUTPUTS_MAX]){ classes }, &e);
		model_free(&out);
	}
	free(bytes);
	assert_true(refused > 50);
}

static void a_layer_that_cannot_be_quantised_is_named(void **state)
{
	struct fixture *f = *state;
	struct model_files files = { 0 };
	struct err e = { 0 };
	struct model m = { .facts.fold = -1 };
	nn_output(&m.net, "out",
		nn_dense(&m.net, "wide", nn_input(&m.net, "in", (struct nn_shape){ 1, 300, 300 }),
			3, false, NN_HE_NORMAL));
	m.params = calloc(m.net.parameter_count, sizeof(*m.params));
	const struct model_writing how = { "test", &f->images.images };
	assert_int_equal(f->format->write(&m, &how, &files, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "'wide' reads more than 65536 numbers"));
	model_free(&m);
	model_files_free(&files);
}

/* Every kind of layer: what is read again gives the same classes, and mostly those of fp32. */
static void networks_of_every_layer_are_written_and_read(void **state)
{
	(void)state;
	for (int i = 0; i < MADE_NETWORKS; i++) {
		struct model m, quantised, again = { .facts.fold = -1 };
		struct model_files files = { 0 };
		struct err e = { 0 };
		const struct model_format *format = model_format_find("int8", &e);
		uint8_t want[IMAGES], have[IMAGES], real[IMAGES];
		uint8_t *const to[3][NN_OUTPUTS_MAX] = { { want }, { have }, { real } };
		double accuracy[NN_OUTPUTS_MAX];
		assert_true(made_model(i, &m));
		struct check_images images =
			check_images_new(6, m.net.layers[m.net.inputs[0]].shape, IMAGES, 3, false);
		const struct model_writing how = { "test", &images.images };
		if (format->write(&m, &how, &files, &e)
			|| format->read(files.main.s, files.main.length, &again, &e)
			|| model_quantise(&m, &images.images, &quantised, &e)
			|| model_evaluate(&quantised, &images.images, NULL, accuracy, to[0], &e)
			|| model_evaluate(&again, &images.images, NULL, accuracy, to[1], &e)
			|| model_evaluate(&m, &images.images, NULL, accuracy, to[2], &e))
			fail_msg("%s: %s", made_networks[i].name, e.text);
		assert_memory_equal(want, have, IMAGES);
		int same = 0;
		for (int k = 0; k < IMAGES; k++)
			same += have[k] == real[k];
		if (same < IMAGES * 8 / 10)
			fail_msg("%s: int8 agrees with fp32 on %d of %d images",
				made_networks[i].name, same, IMAGES);
		model_free(&m);
		model_free(&quantised);
		model_free(&again);
		model_files_free(&files);
		check_images_free(&images);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			read_again_it_gives_the_same_classes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			it_is_less_than_half_the_native_file, set_up, tear_down),
		cmocka_unit_test(its_name_tells_the_format),
		cmocka_unit_test(networks_of_every_layer_are_written_and_read),
		cmocka_unit_test_setup_teardown(cut_short_it_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(changed_bytes_do_no_harm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_layer_that_cannot_be_quantised_is_named, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

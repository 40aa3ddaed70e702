/* test_import.c - harness/data/import.h: what becomes of folders of pictures. The pictures are
 * written here with libpng and libjpeg. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jpeglib.h>

#include "harness/base/file.h"
#include "harness/data/import.h"
#include "harness/data/picture.h"
#include "harness/data/png_file.h"
#include "scratch.h"

enum { SIDE = 8, PIXELS = SIDE * SIDE };

static void shell(const char *format, ...)
{
	char command[512], rest[400];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(rest, sizeof(rest), format, arguments);
	va_end(arguments);
	snprintf(command, sizeof(command), "cd %s && %s", scratch, rest);
	assert_int_equal(system(command), 0);
}

/* A grey picture that says its number. */
static void draw(uint8_t *pixels, int count, int number)
{
	for (int i = 0; i < count; i++)
		pixels[i] = (uint8_t)(number * 37 + i * (number % 5 + 1));
}

static void put_png(const char *name, int width, int height, int number)
{
	char path[256];
	uint8_t pixels[64 * 64];
	struct err e = { 0 };
	draw(pixels, width * height, number);
	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	if (png_write(path, 1, height, width, pixels, &e))
		fail_msg("%s", e.text);
}

/* orientation: 0 writes no EXIF data. */
static void put_jpeg(const char *name, int channels, int orientation)
{
	char path[256];
	uint8_t pixels[PIXELS * 3];
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	unsigned char exif[] = "Exif\0\0II*\0\10\0\0\0\1\0\x12\1\3\0\1\0\0\0\0\0\0\0";
	exif[24] = (unsigned char)orientation;
	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	draw(pixels, PIXELS * channels, channels);
	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_stdio_dest(&jpeg, f);
	jpeg.image_width = jpeg.image_height = SIDE;
	jpeg.input_components = channels;
	jpeg.in_color_space = channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
	jpeg_set_defaults(&jpeg);
	jpeg_start_compress(&jpeg, TRUE);
	if (orientation)
		jpeg_write_marker(&jpeg, JPEG_APP0 + 1, exif, sizeof(exif) - 1);
	for (int y = 0; y < SIDE; y++) {
		JSAMPROW row = pixels + (size_t)(y * SIDE * channels);
		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	fclose(f);
}

/* train/a, train/b, test/a, test/b with so many pictures in each folder for training. */
static void put_set(const char *set, int count)
{
	char name[128];
	shell("mkdir -p %s/train/a %s/train/b %s/test/a %s/test/b", set, set, set, set);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s/train/a/%03d.png", set, i);
		put_png(name, SIDE, SIDE, i);
		snprintf(name, sizeof(name), "%s/train/b/%03d.png", set, i);
		put_png(name, SIDE, SIDE, 100 + i);
	}
	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s/test/%c/x.png", set, "ab"[i]);
		put_png(name, SIDE, SIDE, 200 + i);
	}
}

static const struct import_options plain = { .test_share = 0.25, .seed = 1 };

static struct dataset *import_with(const char *set, const struct import_options *o)
{
	char path[256];
	struct err e = { 0 };
	struct dataset *d = NULL;
	uint32_t in_both = 0;
	snprintf(path, sizeof(path), "%s/%s", scratch, set);
	if (dataset_import("own", path, scratch, o, &e, &in_both, &d))
		fail_msg("%s", e.text);
	return d;
}

static void refuse_with(const char *set, const struct import_options *o, const char *text)
{
	char path[256];
	struct err e = { 0 };
	struct dataset *d = NULL;
	uint32_t in_both;
	snprintf(path, sizeof(path), "%s/%s", scratch, set);
	assert_int_equal(dataset_import("own", path, scratch, o, &e, &in_both, &d), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.text, text))
		fail_msg("'%s' is not in '%s'", text, e.text);
}

/* How many neighbours in the order are of different classes. */
static uint32_t changes(const struct dataset *d)
{
	uint32_t count = 0;
	for (uint32_t i = 1; i < d->train_count; i++)
		count += d->train_labels[i] != d->train_labels[i - 1];
	return count;
}

static void classes_are_mixed_and_names_of_files_do_not_matter(void **state)
{
	(void)state;
	put_set("one", 24);
	struct dataset *d = import_with("one", &plain);
	assert_int_equal(d->train_count, 48);
	assert_true(changes(d) > 8); /* in the order of the files there is 1 change */
	shell("cd one/train/a && mv 000.png zzz.png && mv 023.png 000.png && touch 005.png");
	struct dataset *other = import_with("one", &plain);
	assert_string_equal(d->digest, other->digest);
	assert_memory_equal(d->train_labels, other->train_labels, d->train_count);
	dataset_close(d);
	dataset_close(other);
	const struct import_options keep = { .keep_order = true, .test_share = 0.2 };
	d = import_with("one", &keep);
	assert_int_equal(changes(d), 1);
	assert_non_null(strstr(d->origin, "order of the files"));
	dataset_close(d);
}

static void every_picture_keeps_its_label(void **state)
{
	(void)state;
	uint8_t expected[PIXELS];
	put_set("labels", 20);
	struct dataset *d = import_with("labels", &plain);
	int found = 0;
	for (int number = 0; number < 120; number++) {
		draw(expected, PIXELS, number);
		for (uint32_t i = 0; (number < 20 || number >= 100) && i < d->train_count; i++)
			if (memcmp(d->train_images + (size_t)i * PIXELS, expected, PIXELS) == 0
				&& d->train_labels[i] == (number >= 100))
				found++;
	}
	assert_int_equal(found, 40);
	dataset_close(d);
}

static void jpeg_files_are_read_by_content(void **state)
{
	(void)state;
	uint8_t planes[PIXELS * 3];
	struct picture_size size;
	struct err e = { 0 };
	char path[128];
	put_jpeg("grey.jpg", 1, 0);
	put_jpeg(
		"colour.png", 3, 1); /* a name that lies, and an orientation that changes nothing */
	snprintf(path, sizeof(path), "%s/grey.jpg", scratch);
	assert_int_equal(picture_look(path, &size, &e), 0);
	assert_true(size.width == SIDE && size.height == SIDE && !size.colour);
	assert_int_equal(picture_read(path, 1, SIDE, SIDE, false, planes, &e), 0);
	snprintf(path, sizeof(path), "%s/colour.png", scratch);
	assert_int_equal(picture_look(path, &size, &e), 0);
	assert_true(size.colour);
	assert_int_equal(picture_read(path, 3, SIDE, SIDE, false, planes, &e), 0);
	put_jpeg("turned.jpg", 3, 6);
	snprintf(path, sizeof(path), "%s/turned.jpg", scratch);
	assert_int_equal(picture_look(path, &size, &e), -1);
	assert_non_null(strstr(e.text, "orientation 6"));
	shell("head -c 200 grey.jpg >cut.jpg && head -c 20 grey.jpg >short.jpg");
	snprintf(path, sizeof(path), "%s/cut.jpg", scratch);
	assert_int_equal(picture_read(path, 1, SIDE, SIDE, false, planes, &e), -1);
	snprintf(path, sizeof(path), "%s/short.jpg", scratch);
	assert_int_equal(picture_read(path, 1, SIDE, SIDE, false, planes, &e), -1);
}

static void mixed_sizes_need_resize(void **state)
{
	(void)state;
	const struct import_options resize = { .test_share = 0.2, .width = 6, .height = 4 };
	put_set("sizes", 4);
	put_png("sizes/train/a/large.png", 40, 24, 7);
	refuse_with("sizes", &plain, "40 x 24 pixels, the first image has 8 x 8");
	refuse_with("sizes", &plain, "--resize WIDTHxHEIGHT");
	struct dataset *d = import_with("sizes", &resize);
	assert_true(d->width == 6 && d->height == 4 && d->train_count == 9);
	assert_non_null(strstr(d->origin, "resized to 6 x 4"));
	dataset_close(d);
}

static void resizing_is_the_mean_of_the_area(void **state)
{
	(void)state;
	const uint8_t four[] = { 10, 20, 30, 41 }, three[] = { 0, 90, 240 };
	uint8_t to[6];
	picture_resize(four, 2, 2, 1, to, 1, 1);
	assert_int_equal(to[0], 25); /* 25.25 */
	picture_resize(three, 3, 1, 1, to, 2, 1);
	assert_int_equal(to[0], 30); /* (0 + 90 / 2) / 1.5 */
	assert_int_equal(to[1], 190);
	picture_resize(four, 2, 2, 1, to, 2, 2);
	assert_memory_equal(to, four, 4);
	picture_resize(three, 3, 1, 1, to, 6, 1);
	assert_memory_equal(to, ((const uint8_t[]){ 0, 0, 90, 90, 240, 240 }), 6);
}

/* CLASS/ alone: 20 of a, 8 of b. */
static void put_unsplit(void)
{
	char name[128];
	shell("mkdir -p unsplit/a unsplit/b");
	for (int i = 0; i < 28; i++) {
		snprintf(name, sizeof(name), "unsplit/%c/%d.png", i < 20 ? 'a' : 'b', i);
		put_png(name, SIDE, SIDE, i);
	}
}

static void unsplit_folders_are_split_by_class_and_seed(void **state)
{
	(void)state;
	struct import_options other = plain;
	uint32_t tests[2] = { 0 };
	put_unsplit();
	struct dataset *d = import_with("unsplit", &plain);
	assert_true(d->train_count == 21 && d->test_count == 7);
	for (uint32_t i = 0; i < d->test_count; i++)
		tests[d->test_labels[i]]++;
	assert_true(tests[0] == 5 && tests[1] == 2);
	assert_non_null(strstr(d->origin, "stratified split, 0.25 for testing, seed 1"));
	shell("mv unsplit/a/3.png unsplit/a/zz.png");
	struct dataset *same = import_with("unsplit", &plain);
	assert_string_equal(same->digest, d->digest);
	other.seed = 2;
	struct dataset *drawn = import_with("unsplit", &other);
	assert_string_not_equal(drawn->digest, d->digest);
	dataset_close(drawn);
	dataset_close(same);
	dataset_close(d);
}

static void a_picture_that_cannot_be_opened_is_the_machines_failure(void **state)
{
	(void)state;
	char path[256];
	struct err e = { 0 };
	struct picture_size size;
	snprintf(path, sizeof(path), "%s/gone.png", scratch);
	assert_int_equal(png_look(path, &size, &e), -1);
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
	shell("echo >gone.png");
	assert_int_equal(png_look(path, &size, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
}

static void what_cannot_be_a_data_set_is_refused(void **state)
{
	(void)state;
	struct import_options resize = plain, split = plain;
	put_set("bad", 3);
	split.split_given = true;
	refuse_with("bad", &split, "split into training and test images already");
	shell("echo >bad/train/a/x.bmp");
	refuse_with("bad", &plain, "bad/train/a/x.bmp: only PNG and JPEG files are read");
	shell("rm bad/train/a/x.bmp && mkdir -p few/a few/b && cp bad/train/a/000.png few/a &&"
	      " cp bad/train/b/00?.png few/b");
	refuse_with("few", &plain, "few/a: one image");
	shell("mkdir idx && head -c 784 /dev/zero >idx/x && { printf '\\0\\0\\10\\3\\0\\0\\0\\1"
	      "\\0\\0\\0\\34\\0\\0\\0\\34'; cat idx/x; } >idx/t10k-images-idx3-ubyte &&"
	      " { printf '\\0\\0\\10\\3\\0\\0\\0\\2\\0\\0\\0\\34\\0\\0\\0\\34'; cat idx/x idx/x; }"
	      " >idx/train-images-idx3-ubyte &&"
	      " printf '\\0\\0\\10\\1\\0\\0\\0\\1\\0' >idx/t10k-labels-idx1-ubyte &&"
	      " printf '\\0\\0\\10\\1\\0\\0\\0\\2\\0\\1' >idx/train-labels-idx1-ubyte");
	refuse_with("idx", &plain, "class '1' has 1 training images and 0 test images");
	resize.width = resize.height = 14;
	refuse_with("idx", &resize, "only PNG and JPEG files are resized");
	shell("mkdir flat && cp idx/*labels* flat &&"
	      " printf '\\0\\0\\10\\3\\0\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\\34' "
	      ">flat/t10k-images-idx3-ubyte &&"
	      " printf '\\0\\0\\10\\3\\0\\0\\0\\2\\0\\0\\0\\0\\0\\0\\0\\34' "
	      ">flat/train-images-idx3-ubyte");
	refuse_with("flat", &plain, "images of 28 x 0 pixels; 1 x 1 to");
}

static void test_pictures_that_are_trained_on_are_counted(void **state)
{
	char path[128];
	struct err e = { 0 };
	struct dataset *d = NULL;
	uint32_t in_both = 0;
	(void)state;
	put_set("twice", 6);
	shell("cp twice/train/a/002.png twice/test/a/y.png");
	snprintf(path, sizeof(path), "%s/twice", scratch);
	assert_int_equal(dataset_import("own", path, scratch, &plain, &e, &in_both, &d), 0);
	assert_int_equal(in_both, 1);
	dataset_close(d);
}

static void a_file_of_the_first_version_is_read(void **state)
{
	(void)state;
	char path[600], *bytes;
	size_t count;
	struct err e = { 0 };
	const struct dataset_places places = { .folder = scratch };
	put_set("old", 5);
	shell("rm -rf own");
	struct dataset *d = import_with("old", &plain), *again = NULL;
	snprintf(path, sizeof(path), "%s", d->source);
	assert_int_equal(file_read(path, 1000000, &bytes, &count, &e), 0);
	bytes[strcspn(bytes, "\n") - 1] = '1';
	char *from = strstr(bytes, "origin "), *end = strchr(from, '\n') + 1;
	memmove(from, end, (size_t)(bytes + 4096 - end));
	assert_int_equal(file_write(path, bytes, count, &e), 0);
	if (dataset_open("own", &places, &e, &again))
		fail_msg("%s", e.text);
	assert_string_equal(again->digest, d->digest);
	assert_string_equal(again->origin, "");
	assert_string_equal(dataset_class(again, 1), "b");
	dataset_close(again);
	dataset_close(d);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_are_mixed_and_names_of_files_do_not_matter),
		cmocka_unit_test(every_picture_keeps_its_label),
		cmocka_unit_test(jpeg_files_are_read_by_content),
		cmocka_unit_test(mixed_sizes_need_resize),
		cmocka_unit_test(resizing_is_the_mean_of_the_area),
		cmocka_unit_test(unsplit_folders_are_split_by_class_and_seed),
		cmocka_unit_test(a_picture_that_cannot_be_opened_is_the_machines_failure),
		cmocka_unit_test(what_cannot_be_a_data_set_is_refused),
		cmocka_unit_test(test_pictures_that_are_trained_on_are_counted),
		cmocka_unit_test(a_file_of_the_first_version_is_read),
	};
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}

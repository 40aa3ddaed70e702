/* test_import_published.c - harness/data/import.h: CIFAR-100, SVHN, EMNIST and NumPy arrays, as
 * their authors write them, and damaged ones. The files are written here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/data/import.h"
#include "harness/data/mat.h"
#include "harness/data/npy.h"

enum { IMAGE = 3 * 32 * 32 };

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_published.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) == 0 ? 0 : -1;
}

static void put(const char *name, const struct str *bytes)
{
	char path[256];
	struct err e = { 0 };
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (file_write(path, bytes->s, bytes->length, &e))
		fail_msg("%s", e.text);
}

static int import(const char *set, const char *variant, struct err *e, struct dataset **out)
{
	char path[256], place[256];
	uint32_t in_both;
	const struct import_options o = {
		.keep_order = true, .test_share = 0.2, .variant = variant
	};
	snprintf(path, sizeof(path), "%s/%s", folder, set);
	snprintf(place, sizeof(place), "%s/place-%s", folder, set);
	*out = NULL;
	return dataset_import("own", path, place, &o, e, &in_both, out);
}

static struct dataset *take(const char *set, const char *variant)
{
	struct err e = { 0 };
	struct dataset *d;
	if (import(set, variant, &e, &d))
		fail_msg("%s", e.text);
	return d;
}

static void refuse(const char *set, const char *variant, const char *text)
{
	struct err e = { 0 };
	struct dataset *d;
	assert_int_equal(import(set, variant, &e, &d), -1);
	if (!strstr(e.text, text))
		fail_msg("'%s' is not in '%s'", text, e.text);
}

/* Number i of image `image`, whatever the set. */
static uint8_t byte_of(size_t image, size_t i)
{
	return (uint8_t)(image * 31 + i * 7 + i / 50);
}

static void check_image(const struct dataset *d, const uint8_t *images, size_t image)
{
	const size_t size = (size_t)(d->channels * d->height * d->width);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(images[image * size + i], byte_of(image, i));
}

/* ---- CIFAR-100 ---- */

static void put_hundred(const char *set, int highest)
{
	for (int part = 0; part < 2; part++) {
		struct str bytes = { 0 };
		char name[64];
		for (int i = 0; i < 100; i++) {
			char record[2 + IMAGE];
			record[0] = (char)(i / 5);
			record[1] = (char)(i == 99 ? highest : i);
			for (size_t k = 0; k < IMAGE; k++)
				record[2 + k] = (char)byte_of((size_t)i, k);
			str_add_bytes(&bytes, record, sizeof(record));
		}
		snprintf(name, sizeof(name), "%s/%s", set, part ? "test.bin" : "train.bin");
		put(name, &bytes);
		str_free(&bytes);
	}
}

static void cifar_100_has_fine_and_coarse_labels(void **state)
{
	struct str names = { 0 };
	(void)state;
	put_hundred("hundred", 99);
	struct dataset *d = take("hundred", NULL);
	assert_int_equal(d->classes, 100);
	assert_int_equal(d->train_labels[42], 42);
	assert_string_equal(dataset_class(d, 42), "42");
	check_image(d, d->train_images, 42);
	check_image(d, d->test_images, 99);
	dataset_close(d);
	for (int k = 0; k < 20; k++)
		str_addf(&names, "kind_%d\n", k);
	put("hundred/coarse_label_names.txt", &names);
	d = take("hundred", "coarse");
	assert_int_equal(d->classes, 20);
	assert_int_equal(d->test_labels[42], 8);
	assert_string_equal(dataset_class(d, 8), "kind_8");
	assert_non_null(strstr(d->origin, "CIFAR-100, coarse"));
	dataset_close(d);
	refuse("hundred", "medium", "--variant=medium: CIFAR-100 has the labels fine and coarse");
	names.length -= 8;
	put("hundred/coarse_label_names.txt", &names);
	refuse("hundred", "coarse", "line 20 has no name");
	str_free(&names);
	put_hundred("beyond", 100);
	refuse("beyond", NULL, "label 100 of record 99 is out of range (0 to 99)");
}

/* ---- SVHN ---- */

static void add32(struct str *out, uint32_t x)
{
	const char bytes[4] = { (char)x, (char)(x >> 8), (char)(x >> 16), (char)(x >> 24) };
	str_add_bytes(out, bytes, 4);
}

static void add_element(struct str *out, uint32_t type, const void *data, size_t bytes)
{
	add32(out, type);
	add32(out, (uint32_t)bytes);
	str_add_bytes(out, data, bytes);
	str_add_bytes(out, "\0\0\0\0\0\0\0", (8 - bytes % 8) % 8);
}

/* A matrix as `save` writes it: the name in the short form, doubles that are bytes as bytes. */
static void add_matrix(struct str *out, const char *name, uint32_t class, const int32_t *sizes,
	int dimensions, const struct str *numbers)
{
	struct str inner = { 0 };
	const uint32_t flags[2] = { class, 0 };
	add_element(&inner, 6, flags, 8);
	add_element(&inner, 5, sizes, (size_t)dimensions * 4);
	add32(&inner, 1 | 1u << 16);
	str_add_bytes(&inner, name, 1);
	str_add_bytes(&inner, "\0\0\0", 3);
	add_element(&inner, 2, numbers->s, numbers->length);
	add_element(out, 14, inner.s, inner.length);
	str_free(&inner);
}

static void add_compressed(struct str *out, const struct str *element)
{
	uLongf length = compressBound(element->length);
	char *bytes = malloc(length);
	assert_int_equal(
		compress((Bytef *)bytes, &length, (Bytef *)element->s, element->length), Z_OK);
	add32(out, 15);
	add32(out, (uint32_t)length);
	str_add_bytes(out, bytes, length);
	free(bytes);
}

static void make_mat(struct str *file, int images, bool compressed, bool bad)
{
	struct str x = { 0 }, y = { 0 }, elements[2] = { { 0 } };
	char header[128] = "MATLAB 5.0 MAT-file, written by a test";
	header[124] = 0, header[125] = 1, header[126] = 'I', header[127] = 'M';
	str_add_bytes(file, header, sizeof(header));
	for (size_t image = 0; image < (size_t)images; image++) {
		for (size_t i = 0; i < IMAGE; i++) { /* rows vary fastest, then columns */
			const size_t row = i % 32, column = i / 32 % 32, c = i / 1024;
			const char b = (char)byte_of(image, (c * 32 + row) * 32 + column);
			str_add_bytes(&x, &b, 1);
		}
		const char label = (char)(bad ? 11 : image % 10 + 1);
		str_add_bytes(&y, &label, 1);
	}
	add_matrix(&elements[0], "X", 9, (const int32_t[]){ 32, 32, 3, images }, 4, &x);
	add_matrix(&elements[1], "y", 6, (const int32_t[]){ images, 1 }, 2, &y);
	for (int i = 0; i < 2; i++) {
		if (compressed)
			add_compressed(file, &elements[i]);
		else
			str_add_bytes(file, elements[i].s, elements[i].length);
		str_free(&elements[i]);
	}
	str_free(&x);
	str_free(&y);
}

static void put_svhn(const char *set, bool compressed, bool bad)
{
	for (int part = 0; part < 2; part++) {
		struct str file = { 0 };
		char name[64];
		make_mat(&file, part ? 10 : 20, compressed, bad);
		snprintf(name, sizeof(name), "%s/%s_32x32.mat", set, part ? "test" : "train");
		put(name, &file);
		str_free(&file);
	}
}

static void svhn_is_read_with_its_rows_and_columns(void **state)
{
	(void)state;
	for (int compressed = 0; compressed < 2; compressed++) {
		put_svhn("svhn", compressed, false);
		struct dataset *d = take("svhn", NULL);
		assert_int_equal(d->train_count, 20);
		assert_int_equal(d->test_count, 10);
		assert_int_equal(d->classes, 10);
		for (size_t i = 0; i < 20; i++) {
			assert_int_equal(d->train_labels[i], (i + 1) % 10); /* 10 is 0 */
			check_image(d, d->train_images, i);
		}
		dataset_close(d);
	}
	put_svhn("svhn", true, true);
	refuse("svhn", NULL, "label 11 of image 0 is no digit");
}

/* Whatever stands in the file: an answer or an error, no crash and no endless memory. */
static void damaged_mat_files_are_refused(void **state)
{
	(void)state;
	for (int compressed = 0; compressed < 2; compressed++) {
		struct str file = { 0 };
		make_mat(&file, 2, compressed, false);
		for (size_t length = 0; length < file.length; length += length < 400 ? 1 : 97) {
			char *cut = malloc(length + 1); /* the sanitizer sees its end */
			struct mat m;
			struct err e = { 0 };
			memcpy(cut, file.s, length);
			assert_int_equal(mat_read(cut, length, "y", 100000, "f", &m, &e), -1);
			assert_int_equal(e.kind, ERR_USAGE);
			free(cut);
		}
		for (size_t at = 0; at < file.length; at += at < 400 ? 1 : 41)
			for (int bit = 0; bit < 8; bit++) {
				struct mat m;
				struct err e = { 0 };
				file.s[at] = (char)(file.s[at] ^ 1 << bit);
				if (mat_read(file.s, file.length, "X", 100000, "f", &m, &e) == 0)
					free(m.data);
				else
					assert_true(e.text[0]);
				file.s[at] = (char)(file.s[at] ^ 1 << bit);
			}
		struct mat m;
		struct err e = { 0 };
		if (compressed) { /* a bomb */
			assert_int_equal(mat_read(file.s, file.length, "X", 1000, "f", &m, &e), -1);
			assert_non_null(strstr(e.text, "longer than 1000 bytes"));
		}
		str_free(&file);
	}
}

/* ---- EMNIST ---- */

static void add_big(struct str *out, uint32_t x)
{
	const char bytes[4] = { (char)(x >> 24), (char)(x >> 16), (char)(x >> 8), (char)x };
	str_add_bytes(out, bytes, 4);
}

static void put_emnist(const char *variant, int first, int classes)
{
	static const char *const parts[] = { "train", "test" };
	for (int part = 0; part < 2; part++) {
		struct str images = { 0 }, labels = { 0 };
		char name[128];
		const uint32_t count = (uint32_t)(classes * (2 - part));
		add_big(&images, 0x803);
		add_big(&images, count);
		add_big(&images, 28);
		add_big(&images, 28);
		add_big(&labels, 0x801);
		add_big(&labels, count);
		for (size_t i = 0; i < count; i++) {
			const char label = (char)(first + (int)i % classes);
			str_add_bytes(&labels, &label, 1);
			for (size_t k = 0; k < 784; k++) {
				const char b = (char)byte_of(i, k % 28 * 28 + k / 28);
				str_add_bytes(&images, &b, 1);
			}
		}
		snprintf(name, sizeof(name), "emnist/emnist-%s-%s-images-idx3-ubyte", variant,
			parts[part]);
		put(name, &images);
		snprintf(name, sizeof(name), "emnist/emnist-%s-%s-labels-idx1-ubyte", variant,
			parts[part]);
		put(name, &labels);
		str_free(&images);
		str_free(&labels);
	}
}

static void emnist_is_turned_upright_and_counted_from_zero(void **state)
{
	struct str mapping = { 0 };
	(void)state;
	for (int k = 1; k <= 26; k++)
		str_addf(&mapping, "%d %d %d\n", k, 64 + k, 96 + k);
	put("emnist/emnist-letters-mapping.txt", &mapping);
	str_free(&mapping);
	put_emnist("letters", 1, 26);
	struct dataset *d = take("emnist", NULL);
	assert_int_equal(d->classes, 26);
	assert_int_equal(d->train_labels[27], 1);
	assert_string_equal(dataset_class(d, 1), "B");
	check_image(d, d->train_images, 27);
	check_image(d, d->test_images, 3);
	dataset_close(d);
	put_emnist("digits", 0, 10);
	refuse("emnist", NULL, "--variant NAME (digits, letters)");
	refuse("emnist", "bymerge", "--variant NAME (digits, letters)");
	d = take("emnist", "digits");
	assert_int_equal(d->classes, 10);
	assert_int_equal(d->train_labels[13], 3);
	dataset_close(d);
}

/* ---- NumPy ---- */

static void make_npy(
	struct str *out, const char *type, const char *shape, const void *data, size_t bytes)
{
	struct str header = { 0 };
	str_addf(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", type, shape);
	while ((header.length + 11) % 64)
		str_add(&header, " ");
	str_add(&header, "\n");
	const char length[2] = { (char)header.length, (char)(header.length >> 8) };
	str_add_bytes(out, "\x93NUMPY\1\0", 8);
	str_add_bytes(out, length, 2);
	str_add_bytes(out, header.s, header.length);
	str_add_bytes(out, data, bytes);
	str_free(&header);
}

static void put_npy(
	const char *name, const char *type, const char *shape, const void *data, size_t bytes)
{
	struct str file = { 0 };
	make_npy(&file, type, shape, data, bytes);
	put(name, &file);
	str_free(&file);
}

static void feature_vectors_are_floats(void **state)
{
	const double train[4][3] = { { 0.5, -1e3, 7 }, { 1, 2, 3 }, { 1.0 / 3, 5, 6 },
		{ 0, 0, 1 } };
	float test[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
	const int64_t y_train[4] = { 0, 1, 1, 0 }, many[4] = { 0, 1, 256, 0 };
	const int32_t y_test[2] = { 1, 0 };
	(void)state;
	put_npy("features/x_train.npy", "<f8", "4, 3", train, sizeof(train));
	put_npy("features/y_train.npy", "<i8", "4,", y_train, sizeof(y_train));
	put_npy("features/x_test.npy", "<f4", "2, 3", test, sizeof(test));
	put_npy("features/y_test.npy", "<i4", "2, 1", y_test, sizeof(y_test));
	struct dataset *d = take("features", NULL);
	assert_true(d->reals);
	assert_int_equal(d->channels, 3);
	assert_int_equal(d->height * d->width, 1);
	assert_int_equal(d->classes, 2);
	assert_true(dataset_reals(d, false)[1] == -1e3f);
	assert_true(dataset_reals(d, false)[6] == (float)(1.0 / 3));
	assert_true(dataset_reals(d, true)[5] == 6);
	assert_int_equal(d->test_labels[0], 1);
	struct err e = { 0 };
	struct dataset *again;
	char place[256];
	snprintf(place, sizeof(place), "%s/place-features", folder);
	const struct dataset_places places = { .folder = place };
	if (dataset_open("own", &places, &e, &again))
		fail_msg("%s", e.text);
	assert_true(again->reals);
	assert_string_equal(again->digest, d->digest);
	assert_memory_equal(dataset_reals(again, false), dataset_reals(d, false), 48);
	assert_int_equal(dataset_export(d, DATASET_PNG, folder, &e), -1);
	dataset_close(again);
	dataset_close(d);

	put_npy("features/y_train.npy", "<i8", "4,", many, sizeof(many));
	refuse("features", NULL,
		"label 256 of image 2: classes are numbered from 0, and there are "
		"at most 256");
	put_npy("features/y_train.npy", "<i8", "3,", y_train, 24);
	refuse("features", NULL, "3 labels, but 4 images");
	put_npy("features/y_train.npy", "<i8", "4,", y_train, sizeof(y_train));
	put_npy("features/x_test.npy", "<f4", "3, 2", test, sizeof(test));
	refuse("features", NULL, "x_test is of 2 x 1 x 1 floats, x_train of 3 x 1 x 1 floats");
	test[1][1] = 1.0f / 0.0f;
	put_npy("features/x_test.npy", "<f4", "2, 3", test, sizeof(test));
	refuse("features", NULL, "number 1 of image 1 is inf");
}

static void arrays_of_bytes_are_pictures_in_either_order(void **state)
{
	uint8_t last[4][2][5][3], first[4][3][2][5];
	const uint8_t labels[4] = { 0, 1, 0, 1 };
	struct dataset *sets[2];
	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t c = 0; c < 3; c++)
			for (size_t y = 0; y < 2; y++)
				for (size_t x = 0; x < 5; x++)
					last[i][y][x][c] = first[i][c][y][x] =
						byte_of(i, (c * 2 + y) * 5 + x);
	for (int k = 0; k < 2; k++) {
		const char *shape = k ? "4, 3, 2, 5" : "4, 2, 5, 3";
		const void *data = k ? (void *)first : (void *)last;
		put_npy("bytes/x_train.npy", "|u1", shape, data, sizeof(last));
		put_npy("bytes/x_test.npy", "|u1", shape, data, sizeof(last));
		put_npy("bytes/y_train.npy", "|u1", "4,", labels, 4);
		put_npy("bytes/y_test.npy", "|u1", "4,", labels, 4);
		sets[k] = take("bytes", NULL);
		assert_false(sets[k]->reals);
		check_image(sets[k], sets[k]->train_images, 3);
	}
	assert_string_equal(sets[0]->digest, sets[1]->digest);
	dataset_close(sets[0]);
	dataset_close(sets[1]);
}

static void damaged_arrays_are_refused(void **state)
{
	const uint16_t numbers[6] = { 1, 2, 3, 4, 5, 6 };
	struct str file = { 0 };
	struct npy a;
	(void)state;
	make_npy(&file, "<u2", "2, 3", numbers, sizeof(numbers));
	for (size_t length = 0; length < file.length; length++) {
		char *cut = malloc(length + 1);
		struct err e = { 0 };
		memcpy(cut, file.s, length);
		assert_int_equal(npy_parse(cut, length, "f", &a, &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
		free(cut);
	}
	for (size_t at = 0; at < file.length; at++)
		for (int bit = 0; bit < 8; bit++) {
			struct err e = { 0 };
			file.s[at] = (char)(file.s[at] ^ 1 << bit);
			if (npy_parse(file.s, file.length, "f", &a, &e) == 0)
				for (size_t i = 0; i < a.count; i++)
					assert_true(npy_number(&a, i) >= -70000);
			file.s[at] = (char)(file.s[at] ^ 1 << bit);
		}
	str_free(&file);
	struct err e = { 0 };
	make_npy(&file, "<u2", "4294967296, 4294967296, 2", numbers, sizeof(numbers));
	assert_int_equal(npy_parse(file.s, file.length, "f", &a, &e), -1);
	str_free(&file);
	make_npy(&file, "<c8", "1,", numbers, 8);
	assert_int_equal(npy_parse(file.s, file.length, "f", &a, &e), -1);
	assert_non_null(strstr(e.text, "numbers of another type"));
	str_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cifar_100_has_fine_and_coarse_labels),
		cmocka_unit_test(svhn_is_read_with_its_rows_and_columns),
		cmocka_unit_test(damaged_mat_files_are_refused),
		cmocka_unit_test(emnist_is_turned_upright_and_counted_from_zero),
		cmocka_unit_test(feature_vectors_are_floats),
		cmocka_unit_test(arrays_of_bytes_are_pictures_in_either_order),
		cmocka_unit_test(damaged_arrays_are_refused),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* test_data.c - harness/data: readers against files written here, good and damaged; the search; the
 * cache; the made set. What needs the real Fashion-MNIST (Debian's dataset-fashion-mnist) is
 * skipped where that is not installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/data/archive.h"
#include "harness/data/cache.h"
#include "harness/data/cifar.h"
#include "harness/data/dataset.h"
#include "harness/data/idx.h"
#include "harness/data/manifest.h"
#include "harness/data/memory.h"
#include "harness/data/synthetic.h"
#include "scratch.h"

static const char fashion[] = "/usr/share/datasets/fashion-mnist";

static void assert_says(const struct err *e, const char *part)
{
	if (!strstr(e->text, part))
		fail_msg("\"%s\" does not say \"%s\"", e->text, part);
}

static void write_bytes(const char *path, const void *bytes, size_t count)
{
	struct err e = { 0 };
	if (file_write(path, bytes, count, &e))
		fail_msg("%s", e.text);
}

static void make_folder(const char *path)
{
	struct err e = { 0 };
	if (file_make_folder(path, &e))
		fail_msg("%s", e.text);
}

/* Places without the machine's own data sets. */
static struct dataset_places no_places(void)
{
	return (struct dataset_places){ .system = in_scratch("no-system") };
}

/* Open what must not open; the message is in e. */
static void assert_refused(
	const char *name, const struct dataset_places *places, enum err_kind kind, struct err *e)
{
	struct dataset *d = NULL;
	assert_int_equal(dataset_open(name, places, e, &d), -1);
	assert_null(d);
	if (e->kind != kind)
		fail_msg("kind %d, expected %d: %s", (int)e->kind, (int)kind, e->text);
}

/* ---- IDX ---- */

enum { TINY_IMAGES = 16 + 2 * 3 * 4, TINY_LABELS = 8 + 5 };

static const uint8_t tiny_images[TINY_IMAGES] = {
	0,
	0,
	8,
	3,
	0,
	0,
	0,
	2,
	0,
	0,
	0,
	3,
	0,
	0,
	0,
	4, /* 2 images of 3 rows, 4 columns */
	1,
	2,
	3,
	4,
	5,
	6,
	7,
	8,
	9,
	10,
	11,
	12,
	13,
	14,
	15,
	16,
	17,
	18,
	19,
	20,
	21,
	22,
	23,
	24,
};
static const uint8_t tiny_labels[TINY_LABELS] = { 0, 0, 8, 1, 0, 0, 0, 5, 3, 9, 0, 1, 2 };

static void idx_images_are_read_with_their_sizes(void **state)
{
	(void)state;
	struct idx idx;
	struct err e = { 0 };
	assert_int_equal(idx_parse(tiny_images, TINY_IMAGES, 3, "f", &idx, &e), 0);
	assert_int_equal(idx.size[0], 2);
	assert_int_equal(idx.size[1], 3);
	assert_int_equal(idx.size[2], 4);
	assert_int_equal(idx.data_bytes, 24);
	assert_ptr_equal(idx.data, tiny_images + 16);
}

static void idx_file_cut_anywhere_is_truncated(void **state)
{
	(void)state;
	for (size_t count = 0; count < TINY_IMAGES; count++) {
		uint8_t *exact = malloc(count + 1); /* so that a sanitizer sees reading beyond */
		assert_non_null(exact);
		memcpy(exact, tiny_images, count);
		struct idx idx;
		struct err e = { 0 };
		assert_int_equal(idx_parse(exact, count, 3, "dir/f", &idx, &e), -1);
		assert_says(&e, "dir/f: truncated: ");
		assert_int_equal(e.kind, ERR_ENVIRONMENT);
		free(exact);
	}
}

static void idx_file_with_bytes_too_many_is_refused(void **state)
{
	(void)state;
	uint8_t longer[TINY_IMAGES + 1] = { 0 };
	memcpy(longer, tiny_images, TINY_IMAGES);
	struct idx idx;
	struct err e = { 0 };
	assert_int_equal(idx_parse(longer, sizeof(longer), 3, "f", &idx, &e), -1);
	assert_says(&e, "f: too long: the header promises 24 bytes of data, the file has 25");
}

static void idx_wrong_magic_number_says_what_was_found(void **state)
{
	(void)state;
	struct idx idx;
	struct err e = { 0 };
	assert_int_equal(idx_parse(tiny_labels, TINY_LABELS, 3, "f", &idx, &e), -1);
	assert_says(&e, "f: wrong magic number 0x00000801 (labels), expected 0x00000803 (images)");
	assert_int_equal(idx_parse("\x89PNG....", 8, 1, "f", &idx, &e), -1);
	assert_says(&e,
		"wrong magic number 0x89504e47 (no IDX file of bytes), expected 0x00000801 "
		"(labels)");
}

static void idx_sizes_that_overflow_are_refused(void **state)
{
	(void)state;
	uint8_t huge[TINY_IMAGES];
	memcpy(huge, tiny_images, TINY_IMAGES);
	memset(huge + 4, 0xFF, 12);
	struct idx idx;
	struct err e = { 0 };
	assert_int_equal(idx_parse(huge, TINY_IMAGES, 3, "f", &idx, &e), -1);
	assert_says(&e, "impossible");
	memset(huge + 12, 0, 4); /* a size of zero: zero bytes promised */
	assert_int_equal(idx_parse(huge, TINY_IMAGES, 3, "f", &idx, &e), -1);
}

static void idx_label_out_of_range_names_its_place(void **state)
{
	(void)state;
	struct idx idx;
	struct err e = { 0 };
	assert_int_equal(idx_parse(tiny_labels, TINY_LABELS, 1, "f", &idx, &e), 0);
	assert_int_equal(idx_check_labels(&idx, 10, "f", &e), 0);
	assert_int_equal(idx_check_labels(&idx, 9, "f", &e), -1);
	assert_says(&e, "f: label 9 of image 1 is out of range (0 to 8)");
}

/* ---- CIFAR ---- */

/* Two records: labels 7 and 2; byte k of image r is k + r. */
static uint8_t *two_records(void)
{
	uint8_t *bytes = malloc(2 * CIFAR_RECORD_BYTES);
	assert_non_null(bytes);
	for (int r = 0; r < 2; r++) {
		bytes[r * CIFAR_RECORD_BYTES] = r ? 2 : 7;
		for (int k = 0; k < CIFAR_IMAGE_BYTES; k++)
			bytes[r * CIFAR_RECORD_BYTES + 1 + k] = (uint8_t)(k + r);
	}
	return bytes;
}

static void cifar_records_become_images_and_labels(void **state)
{
	(void)state;
	uint8_t *bytes = two_records(), *images = malloc(2 * CIFAR_IMAGE_BYTES), labels[2];
	assert_non_null(images);
	struct err e = { 0 };
	assert_int_equal(
		cifar_decode(bytes, 2 * CIFAR_RECORD_BYTES, 2, "f", images, labels, &e), 0);
	assert_int_equal(labels[0], 7);
	assert_int_equal(labels[1], 2);
	for (int k = 0; k < 2 * CIFAR_IMAGE_BYTES; k++)
		assert_int_equal(
			images[k], (uint8_t)(k % CIFAR_IMAGE_BYTES + k / CIFAR_IMAGE_BYTES));
	free(images);
	free(bytes);
}

static void cifar_records_of_wrong_number_or_label_are_refused(void **state)
{
	(void)state;
	uint8_t *bytes = two_records(), *images = malloc(2 * CIFAR_IMAGE_BYTES), labels[2];
	assert_non_null(images);
	struct err e = { 0 };
	assert_int_equal(
		cifar_decode(bytes, 2 * CIFAR_RECORD_BYTES - 1, 2, "f", images, labels, &e), -1);
	assert_says(&e, "f: truncated: 6145 bytes, expected 6146 (2 records of 3073 bytes)");
	assert_int_equal(
		cifar_decode(bytes, 2 * CIFAR_RECORD_BYTES, 1, "f", images, labels, &e), -1);
	assert_says(&e, "f: too long");
	bytes[CIFAR_RECORD_BYTES] = 10;
	assert_int_equal(
		cifar_decode(bytes, 2 * CIFAR_RECORD_BYTES, 2, "f", images, labels, &e), -1);
	assert_says(&e, "f: label 10 of record 1 is out of range (0 to 9)");
	free(images);
	free(bytes);
}

/* ---- compressed files and archives ---- */

struct member {
	const char *name;
	const void *bytes;
	size_t count;
};

enum filter { PLAIN, GZIP, XZ };

/* Write a tar archive, or (tar false) the first member's bytes alone. */
static void write_archive(
	const char *path, enum filter filter, bool tar, const struct member *members, int count)
{
	struct archive *a = archive_write_new();
	assert_non_null(a);
	if (filter == GZIP)
		archive_write_add_filter_gzip(a);
	if (filter == XZ)
		archive_write_add_filter_xz(a);
	if (tar)
		archive_write_set_format_ustar(a);
	else
		archive_write_set_format_raw(a);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	for (int i = 0; i < count; i++) {
		struct archive_entry *entry = archive_entry_new();
		archive_entry_set_pathname(entry, members[i].name);
		archive_entry_set_size(entry, (la_int64_t)members[i].count);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
		assert_int_equal(archive_write_data(a, members[i].bytes, members[i].count),
			members[i].count);
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_free(a), ARCHIVE_OK);
}

static const char *filter_path(enum filter filter, const char *name)
{
	static const char *const endings[] = { "", ".gz", ".xz" };
	char with_ending[128];
	snprintf(with_ending, sizeof(with_ending), "%s%s", name, endings[filter]);
	return in_scratch(with_ending);
}

static void archive_file_is_read_plain_gzipped_and_xzipped(void **state)
{
	(void)state;
	const size_t count = 300000;
	uint8_t *bytes = malloc(count);
	assert_non_null(bytes);
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(i * i >> 5);
	for (enum filter filter = PLAIN; filter <= XZ; filter++) {
		const char *path = filter_path(filter, "whole");
		const struct member member = { "x", bytes, count };
		write_archive(path, filter, false, &member, 1);
		char *got = NULL;
		size_t got_count = 0;
		struct err e = { 0 };
		if (archive_unpack_file(path, count, &got, &got_count, &e))
			fail_msg("%s", e.text);
		assert_int_equal(got_count, count);
		assert_memory_equal(got, bytes, count);
		free(got);
		assert_int_equal(archive_unpack_file(path, count - 1, &got, &got_count, &e), -1);
		assert_says(&e, "too long: uncompressed more than the expected 299999 bytes");
	}
	free(bytes);
}

static void archive_file_cut_off_damaged_missing_or_empty_is_no_crash(void **state)
{
	(void)state;
	uint8_t bytes[5000];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i >> 3);
	char *got = NULL;
	size_t count = 0;
	struct err e = { 0 };
	for (enum filter filter = GZIP; filter <= XZ; filter++) {
		const char *path = filter_path(filter, "cut");
		const struct member member = { "x", bytes, sizeof(bytes) };
		write_archive(path, filter, false, &member, 1);
		struct stat info;
		assert_int_equal(stat(path, &info), 0);
		assert_int_equal(truncate(path, info.st_size / 2), 0);
		assert_int_equal(archive_unpack_file(path, sizeof(bytes), &got, &count, &e), -1);
		assert_int_equal(e.kind, ERR_ENVIRONMENT);
		assert_says(&e, "cannot be read: ");
	}
	assert_int_equal(archive_unpack_file(in_scratch("none.gz"), 10, &got, &count, &e), -1);
	assert_says(&e, "none.gz");
	write_bytes(in_scratch("empty.gz"), "", 0);
	assert_int_equal(archive_unpack_file(in_scratch("empty.gz"), 10, &got, &count, &e), 0);
	assert_int_equal(count, 0);
	free(got);
}

/* Takes members down as "number:bytes "... */
static int note_member(void *context, int member, const char *bytes, size_t count, struct err *e)
{
	(void)e;
	struct str *seen = context;
	str_addf(seen, "%d:%.*s ", member, (int)count, bytes);
	return 0;
}

static void archive_members_are_found_by_their_last_name_in_any_order(void **state)
{
	(void)state;
	const struct member members[] = {
		{ "folder/b.bin", "second", 6 },
		{ "readme.html", "skipped", 7 },
		{ "a.bin", "first", 5 },
		{ "x/a.bin", "again", 5 },
		{ "x/not-a.bin", "other", 5 },
	};
	static const char *const names[] = { "a.bin", "b.bin" };
	for (enum filter filter = PLAIN; filter <= XZ; filter++) {
		const char *path = filter_path(filter, "some.tar");
		write_archive(path, filter, true, members, 5);
		struct str seen = { 0 };
		struct err e = { 0 };
		if (archive_unpack_members(path, names, 2, 100, note_member, &seen, &e))
			fail_msg("%s", e.text);
		assert_string_equal(seen.s, "1:second 0:first ");
		str_free(&seen);
	}
}

static void archive_member_that_is_missing_or_too_long_is_named(void **state)
{
	(void)state;
	const struct member members[] = { { "a.bin", "first", 5 } };
	static const char *const names[] = { "a.bin", "b.bin" };
	const char *path = in_scratch("one.tar.gz");
	write_archive(path, GZIP, true, members, 1);
	struct str seen = { 0 };
	struct err e = { 0 };
	assert_int_equal(archive_unpack_members(path, names, 2, 100, note_member, &seen, &e), -1);
	assert_says(&e, "one.tar.gz: there is no b.bin in this archive");
	assert_int_equal(archive_unpack_members(path, names, 1, 4, note_member, &seen, &e), -1);
	assert_says(&e, "too long");
	write_bytes(in_scratch("no.tar.gz"), "this is no archive", 18);
	assert_int_equal(archive_unpack_members(
				 in_scratch("no.tar.gz"), names, 1, 100, note_member, &seen, &e),
		-1);
	assert_says(&e, "no.tar.gz: cannot be read");
	str_free(&seen);
}

/* ---- the made set ---- */

static void synthetic_set_has_the_published_digest(void **state)
{
	(void)state;
	struct dataset *d;
	struct err e = { 0 };
	if (dataset_open("synthetic", NULL, &e, &d))
		fail_msg("%s", e.text);
	assert_string_equal(
		d->digest, "1ce3020972e252fb0bdce9f25d1fe6927e3013b7c18604e0a20b72a004b8245c");
	assert_string_equal(d->variant, "canonical");
	assert_int_equal(d->train_count, 6000);
	assert_int_equal(d->test_count, 1000);
	int count[10] = { 0 };
	for (uint32_t i = 0; i < d->test_count; i++)
		count[d->test_labels[i]]++;
	for (int k = 0; k < 10; k++)
		assert_int_equal(count[k], 100);
	dataset_close(d);
}

/* The digest says that the bytes are those; this says that they are a data set: the nearest class
 * mean of the training images, an image's own place unknown to it, is right far more often than one
 * in ten and far from always. */
static void synthetic_classes_can_be_told_apart_but_not_by_their_mean_alone(void **state)
{
	(void)state;
	enum { PIXELS = SYNTHETIC_SIDE * SYNTHETIC_SIDE };
	struct dataset *d;
	struct err e = { 0 };
	if (dataset_open("synthetic", NULL, &e, &d))
		fail_msg("%s", e.text);
	static double mean[10][PIXELS];
	for (uint32_t i = 0; i < d->train_count; i++)
		for (int p = 0; p < PIXELS; p++)
			mean[d->train_labels[i]][p] +=
				d->train_images[i * PIXELS + (uint32_t)p] / 600.0;
	int right = 0;
	for (uint32_t i = 0; i < d->test_count; i++) {
		int nearest = 0;
		double least = 1e300;
		for (int k = 0; k < 10; k++) {
			double distance = 0;
			for (int p = 0; p < PIXELS; p++) {
				const double difference =
					d->test_images[i * PIXELS + (uint32_t)p] - mean[k][p];
				distance += difference * difference;
			}
			if (distance < least) {
				least = distance;
				nearest = k;
			}
		}
		right += nearest == d->test_labels[i];
	}
	if (right < 300 || right > 900)
		fail_msg("%d of 1000 right", right);
	dataset_close(d);
}

static void synthetic_image_depends_on_its_number_alone(void **state)
{
	(void)state;
	enum { PIXELS = SYNTHETIC_SIDE * SYNTHETIC_SIDE };
	uint8_t together[3 * PIXELS], labels[3], alone[PIXELS], label;
	synthetic_make(10, 3, together, labels);
	memset(alone, 0xAA, sizeof(alone)); /* what was in the memory must not matter */
	synthetic_make(12, 1, alone, &label);
	assert_memory_equal(alone, together + 2 * PIXELS, PIXELS);
	assert_int_equal(label, labels[2]);
	assert_memory_not_equal(together, together + PIXELS, PIXELS);
}

static void opened_set_cannot_be_written_to(void **state)
{
	(void)state;
	struct dataset *d;
	struct err e = { 0 };
	if (dataset_open("synthetic", NULL, &e, &d))
		fail_msg("%s", e.text);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		*(volatile uint8_t *)(uintptr_t)d->train_images = 1;
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
	dataset_close(d);
}

/* ---- names and places ---- */

static void unknown_name_is_the_users_mistake_with_a_hint(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_refused("cifar-10", NULL, ERR_USAGE, &e);
	assert_says(&e, "unknown data set 'cifar-10' (did you mean 'cifar10'?)");
	assert_refused("imagenet", NULL, ERR_USAGE, &e);
	assert_says(&e, "(there are: mnist, fashion-mnist, cifar10, synthetic, synthetic-colour; ");
}

static void missing_set_says_where_it_looked_in_order_and_what_to_do(void **state)
{
	(void)state;
	make_folder(in_scratch("empty-a"));
	make_folder(in_scratch("empty-b"));
	struct dataset_places places = no_places();
	places.folder = in_scratch("empty-a");
	places.environment = in_scratch("not-there");
	places.xdg_data = in_scratch("empty-b");
	struct err e = { 0 };
	assert_refused("fashion-mnist", &places, ERR_ENVIRONMENT, &e);
	struct str expected = { 0 };
	str_addf(&expected,
		"data set fashion-mnist not found: looked in %s, %s (no such folder), %s, %s (no "
		"such folder); install Debian's package",
		places.folder, places.environment, places.xdg_data, places.system);
	assert_says(&e, expected.s);
	str_free(&expected);
}

static void python_version_of_cifar_is_named_and_not_read(void **state)
{
	(void)state;
	write_bytes(in_scratch("python/cifar10/cifar-10-python.tar.gz"), "x", 1);
	struct dataset_places places = no_places();
	places.folder = in_scratch("python");
	struct err e = { 0 };
	assert_refused("cifar10", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e,
		"python/cifar10/cifar-10-python.tar.gz is the Python version, which is not read");
}

/* An IDX file of zeros with a right header; takes no space on disk. */
static void write_zeros(const char *path, uint32_t count, uint32_t side, uint32_t bytes)
{
	const uint8_t header[16] = {
		0,
		0,
		8,
		side ? 3 : 1,
		(uint8_t)(count >> 24),
		(uint8_t)(count >> 16),
		(uint8_t)(count >> 8),
		(uint8_t)count,
		0,
		0,
		0,
		(uint8_t)side,
		0,
		0,
		0,
		(uint8_t)side,
	};
	write_bytes(path, header, side ? 16 : 8);
	assert_int_equal(truncate(path, bytes), 0);
}

static void right_shape_with_unknown_content_is_refused_with_both_digests(void **state)
{
	(void)state;
	write_zeros(in_scratch("zeros/mnist/train-images-idx3-ubyte"), 60000, 28, 47040016);
	struct dataset_places places = no_places();
	places.folder = in_scratch("zeros");
	struct err e = { 0 };
	assert_refused("mnist", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e,
		"zeros/mnist/train-images-idx3-ubyte: the size is right, but the content is not "
		"that of mnist's train-images-idx3-ubyte");
	assert_says(&e,
		"expected SHA-256 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db "
		"(canonical)");
	char digest[DIGEST_TEXT];
	assert_int_equal(
		digest_file(in_scratch("zeros/mnist/train-images-idx3-ubyte"), digest, &e), 0);
	struct err again = { 0 };
	assert_refused("mnist", &places, ERR_ENVIRONMENT, &again);
	assert_says(&again, digest);
}

static void wrong_count_and_wrong_size_of_images_are_named(void **state)
{
	(void)state;
	struct dataset_places places = no_places();
	places.folder = in_scratch("shapes");
	struct err e = { 0 };
	write_zeros(in_scratch("shapes/mnist/train-images-idx3-ubyte"), 5, 28, 16 + 5 * 784);
	assert_refused("mnist", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e, "5 records, mnist has 60000");
	write_zeros(in_scratch("shapes/mnist/train-images-idx3-ubyte"), 60000, 27,
		16 + 60000 * 27 * 27);
	assert_refused("mnist", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e, "images of 27 x 27 pixels, mnist has 28 x 28");
	write_zeros(in_scratch("shapes/mnist/train-images-idx3-ubyte"), 60000, 28, 47040000);
	assert_refused("mnist", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e,
		"train-images-idx3-ubyte: truncated: the header promises 47040000 bytes of data, "
		"the file has 47039984");
	write_zeros(in_scratch("shapes/mnist/train-images-idx3-ubyte"), 60000, 28, 50000000);
	assert_refused("mnist", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e, "train-images-idx3-ubyte: too long");
}

static void incomplete_cifar_says_which_file_is_missing(void **state)
{
	(void)state;
	struct dataset_places places = no_places();
	places.folder = in_scratch("half");
	struct err e = { 0 };
	write_bytes(in_scratch("half/cifar10/cifar-10-batches-bin/data_batch_2.bin"), "x", 1);
	assert_refused("cifar10", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e,
		"half/cifar10/cifar-10-batches-bin/data_batch_1.bin: missing, though other files "
		"of cifar10 are there");
	write_bytes(in_scratch("half/cifar10/cifar-10-batches-bin/data_batch_1.bin"), "x", 1);
	assert_refused("cifar10", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e, "data_batch_1.bin: truncated: 1 bytes, expected 30730000");
}

static void cifar_archive_with_unknown_records_is_refused_by_member(void **state)
{
	(void)state;
	const size_t count = (size_t)10000 * CIFAR_RECORD_BYTES;
	void *zeros = calloc(1, count);
	assert_non_null(zeros);
	const struct member members[] = { { "cifar-10-batches-bin/test_batch.bin", zeros, count } };
	make_folder(in_scratch("forged/cifar10"));
	write_archive(in_scratch("forged/cifar10/cifar-10-binary.tar.gz"), GZIP, true, members, 1);
	free(zeros);
	struct dataset_places places = no_places();
	places.folder = in_scratch("forged");
	places.cache = in_scratch("forged-cache");
	struct err e = { 0 };
	assert_refused("cifar10", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e,
		"forged/cifar10/cifar-10-binary.tar.gz: test_batch.bin: the size is right, but the "
		"content is not that of");
	assert_says(&e,
		"expected SHA-1 67eb016db431130d61cd03c7ad570b013799c88c (canonical) or SHA-256 "
		"123ca0dad8f960344d9149742165d4215093c84c8c4bdc5922af93b614bdb501 (20-stand-ins); "
		"found SHA-256 ");
	assert_says(&e, ", SHA-1 ");
	assert_false(file_exists(places.cache)); /* nothing is kept of what was refused */
}

/* ---- real Fashion-MNIST ---- */

static void need_fashion(void)
{
	if (!file_exists(fashion))
		skip();
}

static void link_fashion(const char *place_and_name)
{
	const char *path = in_scratch(place_and_name);
	char parent[256];
	snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(path, '/') - path), path);
	make_folder(parent);
	assert_int_equal(symlink(fashion, path), 0);
}

static void fashion_mnist_is_canonical_whatever_folder_it_is_in(void **state)
{
	(void)state;
	need_fashion();
	link_fashion("torch/FashionMNIST/raw");
	const char *const systems[] = { "/usr/share/datasets", in_scratch("torch"), fashion };
	for (int i = 0; i < 3; i++) {
		const struct dataset_places places = { .system = systems[i] };
		struct dataset *d;
		struct err e = { 0 };
		if (dataset_open("fashion-mnist", &places, &e, &d))
			fail_msg("%s", e.text);
		assert_string_equal(d->variant, "canonical");
		assert_string_equal(d->digest,
			"acefb426566c728f6de8bfb0626c8bafdb96ced0523fa0634ee5f5f00703bd36");
		assert_int_equal(strncmp(d->source, systems[i], strlen(systems[i])), 0);
		assert_int_equal(
			d->train_labels[0], 9); /* the first training image is an ankle boot */
		assert_string_equal(dataset_class(d, d->train_labels[0]), "Ankle boot");
		dataset_close(d);
	}
}

static void fashion_mnist_in_mnists_folder_is_found_out(void **state)
{
	(void)state;
	need_fashion();
	link_fashion("mixed/mnist");
	struct dataset_places places = no_places();
	places.folder = in_scratch("mixed");
	struct err e = { 0 };
	assert_refused("mnist", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e,
		"mixed/mnist/train-images-idx3-ubyte.gz: this is fashion-mnist's "
		"train-images-idx3-ubyte, not mnist's");
	/* But a place that is itself another data set's folder is only passed over, with a note. */
	places.folder = fashion;
	assert_refused("mnist", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e, "data set mnist not found: looked in");
	assert_says(&e, "this is fashion-mnist's");
}

static void first_place_that_has_the_set_wins(void **state)
{
	(void)state;
	need_fashion();
	link_fashion("order-b/fashion-mnist");
	link_fashion("order-c/fashion-mnist");
	struct dataset_places places = no_places();
	make_folder(in_scratch("order-a"));
	places.folder = in_scratch("order-a");
	places.environment = in_scratch("order-b");
	places.xdg_data = in_scratch("order-c");
	struct dataset *d;
	struct err e = { 0 };
	if (dataset_open("fashion-mnist", &places, &e, &d))
		fail_msg("%s", e.text);
	assert_string_equal(d->source, in_scratch("order-b/fashion-mnist"));
	dataset_close(d);
	/* A damaged file is an error: it is not hidden by a good one further on. */
	write_bytes(in_scratch("order-a/fashion-mnist/train-images-idx3-ubyte"), "bad", 3);
	assert_refused("fashion-mnist", &places, ERR_ENVIRONMENT, &e);
	assert_says(&e, "data set fashion-mnist: ");
	assert_says(&e, "order-a/fashion-mnist/train-images-idx3-ubyte: truncated");
}

/* ---- the cache ---- */

/* A writable copy of the synthetic set. */
static struct dataset *filled_set(void)
{
	struct dataset *d = memory_describe(manifest_find("synthetic")->info);
	struct memory_part parts[PART_COUNT];
	struct err e = { 0 };
	assert_non_null(d);
	assert_int_equal(memory_allocate(d, parts, &e), 0);
	for (int p = 0; p < PART_COUNT; p++)
		synthetic_make(0, parts[p].count, parts[p].images, parts[p].labels);
	snprintf(d->variant, sizeof(d->variant), "20-stand-ins");
	memory_digest(d, d->digest);
	return d;
}

static void cached_set_comes_back_as_it_was(void **state)
{
	(void)state;
	struct dataset *d = filled_set(),
		       *again = memory_describe(manifest_find("synthetic")->info);
	const char *folder = in_scratch("cache/deep");
	assert_false(cache_load(folder, "key", again));
	assert_null(again->memory);
	cache_save(folder, "key", d);
	assert_true(cache_load(folder, "key", again));
	assert_string_equal(again->variant, "20-stand-ins");
	assert_string_equal(again->digest, d->digest);
	assert_memory_equal(again->test_labels, d->test_labels, d->test_count);
	assert_memory_equal(
		again->train_images, d->train_images, d->train_count * memory_image_bytes(d));
	dataset_close(again);
	dataset_close(d);
}

static void damaged_stale_or_foreign_cache_is_not_used(void **state)
{
	(void)state;
	struct dataset *d = filled_set();
	const char *folder = in_scratch("cache-bad"), *path = in_scratch("cache-bad/key.data");
	for (int damage = 0; damage < 4; damage++) {
		cache_save(folder, "key", d);
		struct dataset *again = memory_describe(manifest_find("synthetic")->info);
		FILE *f = fopen(path, "r+b");
		assert_non_null(f);
		if (damage == 0)
			fseek(f, -1, SEEK_END), fputc(11, f); /* a label */
		if (damage == 1)
			fseek(f, MEMORY_HEADER_BYTES, SEEK_SET), fputc(255, f); /* a pixel */
		if (damage == 2)
			fseek(f, 8, SEEK_SET), fputc('x', f); /* the header */
		fclose(f);
		if (damage == 3)
			assert_int_equal(truncate(path, (off_t)d->memory_bytes - 1), 0);
		assert_false(cache_load(folder, "key", again));
		assert_null(again->memory);
		dataset_close(again);
	}
	cache_save(folder, "key", d);
	struct dataset *other = memory_describe(manifest_find("mnist")->info);
	assert_false(cache_load(folder, "key", other));
	dataset_close(other);
	dataset_close(d);
}

static void cache_that_cannot_be_written_is_no_error(void **state)
{
	(void)state;
	struct dataset *d = filled_set();
	write_bytes(in_scratch("a-file"), "x", 1);
	cache_save(in_scratch("a-file/cache"), "key", d);
	assert_false(file_exists(in_scratch("a-file/cache")));
	dataset_close(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idx_images_are_read_with_their_sizes),
		cmocka_unit_test(idx_file_cut_anywhere_is_truncated),
		cmocka_unit_test(idx_file_with_bytes_too_many_is_refused),
		cmocka_unit_test(idx_wrong_magic_number_says_what_was_found),
		cmocka_unit_test(idx_sizes_that_overflow_are_refused),
		cmocka_unit_test(idx_label_out_of_range_names_its_place),
		cmocka_unit_test(cifar_records_become_images_and_labels),
		cmocka_unit_test(cifar_records_of_wrong_number_or_label_are_refused),
		cmocka_unit_test(archive_file_is_read_plain_gzipped_and_xzipped),
		cmocka_unit_test(archive_file_cut_off_damaged_missing_or_empty_is_no_crash),
		cmocka_unit_test(archive_members_are_found_by_their_last_name_in_any_order),
		cmocka_unit_test(archive_member_that_is_missing_or_too_long_is_named),
		cmocka_unit_test(synthetic_set_has_the_published_digest),
		cmocka_unit_test(synthetic_classes_can_be_told_apart_but_not_by_their_mean_alone),
		cmocka_unit_test(synthetic_image_depends_on_its_number_alone),
		cmocka_unit_test(opened_set_cannot_be_written_to),
		cmocka_unit_test(unknown_name_is_the_users_mistake_with_a_hint),
		cmocka_unit_test(missing_set_says_where_it_looked_in_order_and_what_to_do),
		cmocka_unit_test(python_version_of_cifar_is_named_and_not_read),
		cmocka_unit_test(right_shape_with_unknown_content_is_refused_with_both_digests),
		cmocka_unit_test(wrong_count_and_wrong_size_of_images_are_named),
		cmocka_unit_test(incomplete_cifar_says_which_file_is_missing),
		cmocka_unit_test(cifar_archive_with_unknown_records_is_refused_by_member),
		cmocka_unit_test(fashion_mnist_is_canonical_whatever_folder_it_is_in),
		cmocka_unit_test(fashion_mnist_in_mnists_folder_is_found_out),
		cmocka_unit_test(first_place_that_has_the_set_wins),
		cmocka_unit_test(cached_set_comes_back_as_it_was),
		cmocka_unit_test(damaged_stale_or_foreign_cache_is_not_used),
		cmocka_unit_test(cache_that_cannot_be_written_is_no_error),
	};
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}

/* test_split.c - harness/run/split.h: which images are validated on, and which splits are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/run/split.h"

enum { TRAIN = 200, TEST = 40, CLASSES = 4 };

static uint8_t train_labels[TRAIN], test_labels[TEST];
static struct phase_config phases[2] = { { .kind = PHASE_SINGLE },
	{ .kind = PHASE_KFOLD, .folds = 5 } };

/* A set in the order of its classes: 100, 60, 30 and 10 images for training, 10 each for testing.
 */
static struct dataset by_class(void)
{
	struct dataset d = { .name = "own",
		.channels = 1,
		.height = 1,
		.width = 1,
		.classes = CLASSES,
		.train_count = TRAIN,
		.test_count = TEST,
		.train_labels = train_labels,
		.test_labels = test_labels };
	for (int i = 0; i < TRAIN; i++)
		train_labels[i] = (uint8_t)((i >= 100) + (i >= 160) + (i >= 190));
	for (int i = 0; i < TEST; i++)
		test_labels[i] = (uint8_t)(i / 10);
	return d;
}

static struct trial trial(double validation, bool stratify)
{
	return (struct trial){ .dataset = "own",
		.seed = 3,
		.validation = validation,
		.stratify = stratify,
		.phases = phases,
		.phase_count = 1 };
}

static void refuse(const struct trial *t, const struct dataset *d, const char *text)
{
	struct err e = { 0 };
	assert_int_equal(split_check(t, d, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.text, text))
		fail_msg("'%s' is not in '%s'", text, e.text);
}

static void good(const struct trial *t, const struct dataset *d)
{
	struct err e = { 0 };
	if (split_check(t, d, &e))
		fail_msg("%s", e.text);
}

static void a_split_without_a_class_is_refused_with_counts(void **state)
{
	(void)state;
	const struct dataset d = by_class();
	struct trial t = trial(20, false);
	refuse(&t, &d, "none of the 20 validation images is of class '1' (0 20, 1 0, 2 0, 3 0)");
	refuse(&t, &d, "stratify: true");
	t.validation = 195;
	refuse(&t, &d, "none of the 5 training images is of class '0'");
	t = trial(20, true);
	good(&t, &d);
	t.test_limit = 25;
	refuse(&t, &d, "none of the 25 test images is of class '3'");
}

/* Every class has its share: in the validation set, in what is trained on, in every fold. */
static void stratified_parts_have_each_class_in_its_share(void **state)
{
	(void)state;
	const struct dataset d = by_class();
	struct trial t = trial(0.1, true);
	struct split_sizes n;
	struct err e = { 0 };
	uint32_t ids[TRAIN], train[TRAIN];
	struct split s;
	t.train_limit = 100;
	assert_int_equal(split_find_sizes(&t, "own", TRAIN, TEST, &n, &e), 0);
	assert_int_equal(n.validation, 20);
	assert_int_equal(n.used, 120);
	split_make(&t, &d, &n, -1, ids, train, &s);
	int val[CLASSES] = { 0 }, rest[CLASSES] = { 0 }, seen[TRAIN] = { 0 };
	for (uint32_t i = 0; i < s.val_count; i++)
		val[d.train_labels[s.val[i]]]++, seen[s.val[i]]++;
	for (uint32_t i = 0; i < s.train_count; i++)
		rest[d.train_labels[s.train[i]]]++, seen[s.train[i]]++;
	assert_true(val[0] == 10 && val[1] == 6 && val[2] == 3 && val[3] == 1);
	assert_true(rest[0] == 50 && rest[1] == 30 && rest[2] == 15 && rest[3] == 5);
	for (int i = 0; i < TRAIN; i++)
		assert_true(seen[i] <= 1);
}

static void stratified_folds_share_every_class(void **state)
{
	(void)state;
	const struct dataset d = by_class();
	struct trial t = trial(0.1, true);
	struct split_sizes n;
	struct err e = { 0 };
	uint32_t ids[TRAIN], train[TRAIN];
	int seen[TRAIN] = { 0 };
	t.phase_count = 2;
	good(&t, &d);
	assert_int_equal(split_find_sizes(&t, "own", TRAIN, TEST, &n, &e), 0);
	for (int fold = 0; fold < 5; fold++) {
		struct split s;
		int val[CLASSES] = { 0 };
		split_make(&t, &d, &n, fold, ids, train, &s);
		assert_int_equal(s.val_count, 40);
		assert_int_equal(s.train_count, 160);
		for (uint32_t i = 0; i < s.val_count; i++)
			val[d.train_labels[s.val[i]]]++, seen[s.val[i]]++;
		assert_true(val[0] == 20 && val[1] == 12 && val[2] == 6 && val[3] == 2);
	}
	for (int i = 0; i < TRAIN; i++)
		assert_int_equal(seen[i], 1);
}

/* The rarest class has two images, so at most two of five folds can have one. */
static void folds_without_a_class_are_refused(void **state)
{
	(void)state;
	struct dataset d = by_class();
	struct trial t = trial(0.5, true);
	for (int i = 192; i < TRAIN; i++)
		train_labels[i] = 0;
	t.phase_count = 2;
	refuse(&t, &d, "validation (fold ");
}

static void without_stratify_the_first_images_are_for_validation(void **state)
{
	(void)state;
	const struct dataset d = by_class();
	const struct trial t = trial(30, false);
	struct split_sizes n;
	struct err e = { 0 };
	uint32_t ids[TRAIN], train[TRAIN];
	struct split s;
	assert_int_equal(split_find_sizes(&t, "own", TRAIN, TEST, &n, &e), 0);
	split_make(&t, &d, &n, -1, ids, train, &s);
	for (uint32_t i = 0; i < s.val_count; i++)
		assert_int_equal(s.val[i], i);
	for (uint32_t i = 0; i < s.train_count; i++)
		assert_int_equal(s.train[i], 30 + i);
}

static void counts_beyond_the_set_are_refused(void **state)
{
	(void)state;
	const struct dataset d = by_class();
	struct trial t = trial(10000, true);
	refuse(&t, &d, "validation: 10000 of the 200 training images of own leave none");
	t = trial(40, true);
	t.train_limit = 161;
	refuse(&t, &d, "train_limit: 161 images, but own has 200 training images");
	t.train_limit = 160;
	good(&t, &d);
	t.test_limit = 41;
	refuse(&t, &d, "test_limit: 41 images, but own has 40 test images");
	t = trial(0.001, true); /* one image at least, and that cannot have four classes */
	refuse(&t, &d, "none of the 1 validation images");
}

/* A label that no image has (EMNIST's letters begin with 1) is no missing class. */
static void a_label_without_images_is_no_class(void **state)
{
	(void)state;
	struct dataset d = by_class();
	const struct trial t = trial(20, true);
	d.classes = CLASSES + 1;
	good(&t, &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_split_without_a_class_is_refused_with_counts),
		cmocka_unit_test(stratified_parts_have_each_class_in_its_share),
		cmocka_unit_test(stratified_folds_share_every_class),
		cmocka_unit_test(folds_without_a_class_are_refused),
		cmocka_unit_test(without_stratify_the_first_images_are_for_validation),
		cmocka_unit_test(counts_beyond_the_set_are_refused),
		cmocka_unit_test(a_label_without_images_is_no_class),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

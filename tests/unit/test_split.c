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
static struct phase_config phases[2] = { { .kind = PHASE_SINGLE, .validation = -1 },
	{ .kind = PHASE_KFOLD, .folds = 5, .validation = -1 } };

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
	split_make(&t, &d, &n, t.phase_count - 1, -1, ids, train, &s);
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
		split_make(&t, &d, &n, t.phase_count - 1, fold, ids, train, &s);
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
	split_make(&t, &d, &n, t.phase_count - 1, -1, ids, train, &s);
	for (uint32_t i = 0; i < s.val_count; i++)
		assert_int_equal(s.val[i], i);
	for (uint32_t i = 0; i < s.train_count; i++)
		assert_int_equal(s.train[i], 30 + i);
}

/* Of each class that the trial uses, how many are for validation. */
static void draw(uint64_t seed, bool stratify, int limit, int val[CLASSES], bool first[TRAIN])
{
	const struct dataset d = by_class();
	struct trial t = trial(40, stratify);
	struct split_sizes n;
	struct err e = { 0 };
	uint32_t ids[TRAIN], train[TRAIN];
	int used[TRAIN] = { 0 };
	struct split s;
	t.split = SPLIT_SEED;
	t.seed = seed;
	t.train_limit = limit;
	assert_int_equal(split_find_sizes(&t, "own", TRAIN, TEST, &n, &e), 0);
	split_make(&t, &d, &n, 0, -1, ids, train, &s);
	assert_int_equal(s.val_count, 40);
	assert_int_equal(s.train_count, n.used - 40);
	memset(val, 0, CLASSES * sizeof(*val));
	for (uint32_t i = 0; i < TRAIN; i++)
		first[i] = false;
	for (uint32_t i = 0; i < s.val_count; i++) {
		assert_true(i == 0 || s.val[i - 1] < s.val[i]);
		first[s.val[i]] = true;
		used[s.val[i]]++;
		val[d.train_labels[s.val[i]]]++;
	}
	for (uint32_t i = 0; i < s.train_count; i++) {
		assert_true(i == 0 || s.train[i - 1] < s.train[i]);
		used[s.train[i]]++;
	}
	for (uint32_t i = 0; i < TRAIN; i++) /* each once; without stratify the first ones */
		assert_true(used[i] <= 1 && (stratify || used[i] == (i < n.used)));
}

static void the_seed_draws_the_validation_images(void **state)
{
	(void)state;
	int val[CLASSES];
	bool one[TRAIN], same[TRAIN], other[TRAIN];
	struct trial a = trial(40, false), b = a;
	draw(1, false, 0, val, one);
	draw(1, false, 0, val, same);
	draw(2, false, 0, val, other);
	assert_memory_equal(one, same, sizeof(one));
	assert_memory_not_equal(one, other, sizeof(one));
	draw(1, false, 60, val, one);
	draw(1, true, 0, val, one);
	assert_true(val[0] == 20 && val[1] == 12 && val[2] == 6 && val[3] == 2);
	draw(2, true, 100, val, other);
	assert_true(val[0] == 20 && val[1] == 12 && val[2] == 6 && val[3] == 2);
	assert_true(split_same(&a, &b));
	b.seed = 4;
	assert_true(split_same(&a, &b));
	b.split = SPLIT_SEED;
	assert_false(split_same(&a, &b));
	a.split = SPLIT_SEED;
	assert_false(split_same(&a, &b));
	b.seed = a.seed;
	assert_true(split_same(&a, &b));
}

/* The split of phase 0 with so many images for validation, of the trial with so many. */
static struct split split_of(double own, double validation, bool stratify, int limit,
	const struct dataset *d, uint32_t *ids, uint32_t *train)
{
	static struct phase_config phase;
	struct trial t = trial(validation, stratify);
	struct split_sizes n;
	struct err e = { 0 };
	struct split s;
	phase = (struct phase_config){ .kind = PHASE_SINGLE, .validation = own };
	t.phases = &phase;
	t.train_limit = limit;
	assert_int_equal(split_find_sizes(&t, "own", TRAIN, TEST, &n, &e), 0);
	split_make(&t, d, &n, 0, -1, ids, train, &s);
	return s;
}

/* The same as that of a trial with so many, where both use the same images. */
static void a_phase_validates_on_some_and_trains_on_the_others(void **state)
{
	(void)state;
	const struct dataset d = by_class();
	static const struct {
		double own, validation;
		bool stratify;
		int limit, equal_limit;
	} cases[] = { { 0, 40, false, 0, 0 }, { 15, 40, false, 0, 0 }, { 0.1, 40, false, 100, 120 },
		{ 0, 40, true, 0, 0 }, { 20, 40, true, 0, 0 }, { 40, 40, true, 100, 100 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t ids[TRAIN], train[TRAIN], other_ids[TRAIN], other_train[TRAIN];
		const struct split s = split_of(cases[i].own, cases[i].validation,
			cases[i].stratify, cases[i].limit, &d, ids, train);
		const struct split o = split_of(-1, cases[i].own, cases[i].stratify,
			cases[i].equal_limit, &d, other_ids, other_train);
		assert_int_equal(s.val_count, o.val_count);
		assert_int_equal(s.train_count, o.train_count);
		assert_memory_equal(s.val, o.val, s.val_count * sizeof(*s.val));
		assert_memory_equal(s.train, o.train, s.train_count * sizeof(*s.train));
	}
}

/* All images of the trial, each once; those for validation are some of the trial's. */
static void a_stratified_phase_validates_on_each_class_in_its_share(void **state)
{
	(void)state;
	const struct dataset d = by_class();
	uint32_t ids[TRAIN], train[TRAIN], all_ids[TRAIN], all_train[TRAIN];
	const struct split s = split_of(20, 40, true, 100, &d, ids, train),
			   all = split_of(-1, 40, true, 100, &d, all_ids, all_train);
	int where[TRAIN] = { 0 }, val[CLASSES] = { 0 };
	for (uint32_t i = 0; i < all.val_count; i++)
		where[all.val[i]] = 1;
	for (uint32_t i = 0; i < all.train_count; i++)
		where[all.train[i]] = 2;
	assert_int_equal(s.val_count, 20);
	assert_int_equal(s.train_count, 120);
	for (uint32_t i = 0; i < s.val_count; i++) {
		assert_int_equal(where[s.val[i]], 1);
		where[s.val[i]] = 0;
		val[d.train_labels[s.val[i]]]++;
	}
	for (uint32_t i = 0; i < s.train_count; i++) {
		assert_true(where[s.train[i]] > 0);
		assert_true(i == 0 || s.train[i - 1] < s.train[i]);
		where[s.train[i]] = 0;
	}
	assert_true(val[0] == 10 && val[1] == 6 && val[2] == 3 && val[3] == 1);
}

static void a_validation_set_of_a_phase_is_checked(void **state)
{
	(void)state;
	const struct dataset d = by_class();
	static struct phase_config own[2] = {
		{ .kind = PHASE_SINGLE, .name = "first", .validation = -1 },
		{ .kind = PHASE_UNFREEZE, .name = "last", .validation = 0 }
	};
	struct trial t = trial(40, true), other = t;
	t.phases = own;
	t.phase_count = 2;
	good(&t, &d);
	assert_false(split_same(&t, &other));
	own[1].stop.patience = 2;
	refuse(&t, &d, "validation: 0: phase last has a patience, which needs validation images");
	own[1].stop.patience = 0;
	own[1].validation = 41;
	refuse(&t, &d, "phase last has 41 images, but the trial's validation set");
	own[1].validation = 3;
	refuse(&t, &d,
		"none of the 3 validation (phase last) images is of class '2' (0 2, 1 1, 2 0, 3 "
		"0)");
	own[1].validation = 20;
	good(&t, &d);
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
		cmocka_unit_test(the_seed_draws_the_validation_images),
		cmocka_unit_test(a_phase_validates_on_some_and_trains_on_the_others),
		cmocka_unit_test(a_stratified_phase_validates_on_each_class_in_its_share),
		cmocka_unit_test(a_validation_set_of_a_phase_is_checked),
		cmocka_unit_test(counts_beyond_the_set_are_refused),
		cmocka_unit_test(a_label_without_images_is_no_class),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* split.h - which images of a data set a trial trains on, validates on and tests on.
 *
 * Without stratify the validation set is the first training images and the rest is trained on.
 * With stratify both have each class in its share of the training set. Neither depends on the
 * seed, unless split is SPLIT_SEED: then the validation set is drawn by it among the images in use,
 * with stratify each class in its share. A phase may have a smaller validation set: the first of
 * the trial's validation images, with stratify each class in its share. The rest of them joins the
 * phase's training images. A fold of a k-fold splits the same images by the seed. */
#ifndef RUN_SPLIT_H
#define RUN_SPLIT_H

#include <stdint.h>

#include "../data/dataset.h"
#include "../plan/trial.h"

/* Numbers of training images. The arrays belong to whoever made them. */
struct split {
	const uint32_t *train, *val;
	uint32_t train_count, val_count;
};

struct split_sizes {
	uint32_t validation; /* images */
	uint32_t used;       /* images of the training set in use: validation and training */
	uint32_t test;       /* test images in use, the first so many */
};

/* How many images the trial uses of a set of that name with so many images; a limit beyond them
 * takes all. Returns 0, or -1 with e (ERR_USAGE) when none would be left to train on. */
int split_find_sizes(const struct trial *t, const char *name, uint32_t train_images,
	uint32_t test_images, struct split_sizes *out, struct err *e);

/* The same, but a limit beyond the images is an error, too: the user means another data set. */
int split_check_sizes(const struct trial *t, const char *name, uint32_t train_images,
	uint32_t test_images, struct err *e);

/* Is a part of the split so small that a class may be missing? The published sets are in mixed
 * order: no 114 images in a row lack a class. Folds are drawn: below 1,000 images they need a look
 * at the labels. */
bool split_is_small(const struct trial *t, uint32_t train_images, const struct split_sizes *n);

/* The split of a phase of the trial, or with fold >= 0 that of a fold of its last phase. ids and
 * train are memory for n->used numbers each; the split points into them. */
void split_make(const struct trial *t, const struct dataset *d, const struct split_sizes *n,
	int phase, int fold, uint32_t *ids, uint32_t *train, struct split *out);

/* See that every class of the set is in validation, training and test images, in folds as well.
 * Returns 0, or -1 with e (ERR_USAGE: sizes as above, or which class is missing and the counts). */
int split_check(const struct trial *t, const struct dataset *d, struct err *e);

/* Do two trials have the same split? Then one check is enough for both. */
bool split_same(const struct trial *a, const struct trial *b);

#endif

/* crossed.h - uncertainty due to the finite test set: intervals of test accuracies over seeds and
 * test images at once (stats_crossed_interval), from the predictions of every image that the
 * database keeps. They need the true classes, so the data set has to be at hand. */
#ifndef REPORT_CROSSED_H
#define REPORT_CROSSED_H

#include "../data/dataset.h"
#include "stats.h"
#include "study.h"

/* Read which test images each finished trial gets right, where its data set is found in `places`
 * and is the one that it was run on. Data sets that are not there are left out. Returns 0, or -1
 * with e (the database cannot be read, or contradicts the data set). */
int crossed_read(
	struct store *s, struct study *study, const struct dataset_places *places, struct err *e);

/* 95 % interval of the mean test accuracy of these samples of the study. None without their images.
 */
struct interval crossed_of(
	const struct study *study, const struct sample *const *samples, size_t n);

/* 95 % interval of the mean difference of n pairs, a minus b. */
struct interval crossed_of_pairs(const struct study *study, const struct sample *const *a,
	const struct sample *const *b, size_t n);

#endif

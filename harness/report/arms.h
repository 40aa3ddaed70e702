/* arms.h - signs that training failed for some seeds of a configuration. A comparison with such an
 * arm measures the failure. The signs, each on its own:
 * - collapsed: an accuracy of less than 0.6 times the arm's best;
 * - bimodal: six values or more whose largest gap is more than half of their range (of fewer than
 * ten: more than 0.6, of fewer than eight: than 0.7; so one normal sample in a hundred is called
 * bimodal), where the range is at least 3 percentage points and both sides of the gap have two
 * values or more;
 * - spread: an sd of more than 3 times the other arm's, and of at least 1 percentage point;
 * - dead units: on average more than 25 % of the units of a layer.
 * The first three are asked of accuracies alone. */
#ifndef REPORT_ARMS_H
#define REPORT_ARMS_H

#include "../base/str.h"
#include "study.h"

struct arm {
	const char *name; /* "scratch", for the message */
	const struct sample *const *samples;
	size_t count;
};

/* Append what looks wrong, one sentence each: "scratch: bimodal, ...". other: the arm it is
 * compared with, or NULL. metric: number of the metric; accuracy: its values are accuracies. */
void arms_check(struct str *out, const struct study *study, const struct arm *arm,
	const struct arm *other, int metric, bool accuracy);

#endif

/* merged.h - the labels of combinations that stand for a trial with other labels: values that no
 * trial of the plan may have, so that tables lack them. */
#ifndef PLAN_MERGED_H
#define PLAN_MERGED_H

#include "index.h"
#include "settings.h"

/* A label of a merged combination. */
struct merged_label {
	const struct label *label;
	size_t trial;             /* the position of the trial that has another value, or none */
	const struct node *place; /* of the value */
};

/* Zero-initialise ({0}) with arena set; freed with merged_free. */
struct merged {
	struct arena *arena;
	struct index labels;       /* by their bytes */
	struct merged_label *list; /* by number; in the arena */
	size_t capacity;
};

/* Keep a label of a combination that is the trial at this position, which has not this label. */
void merged_add(
	struct merged *m, const struct label *label, size_t trial, const struct node *place);

/* Warn (out->warnings) of labels that no trial of out->axes has: of the first few. */
void merged_warn(const struct merged *m, struct sweep *out);

void merged_free(struct merged *m);

#endif

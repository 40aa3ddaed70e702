/* blocks.h - the combinations of a sweep file: blocks of base settings, dimensions and rules. Reads
 * and checks them; expand.h combines them. */
#ifndef PLAN_BLOCKS_H
#define PLAN_BLOCKS_H

#include "settings.h"

/* Several settings that go together: one value of an axis, one line of a zip or of a list of
 * trials, one ablation. */
struct row {
	const struct setting *settings;
	int count;
};

/* All of the terms hold; a term holds when the parameter has one of the texts. */
struct condition_term {
	const struct target *target;
	const char **texts;
	size_t count;
};

struct condition {
	const struct condition_term *terms;
	int count;
};

/* One of the rows at a time. Dimensions are multiplied with each other. */
struct dimension {
	const char *path; /* of an axis; NULL: a zip, a list of trials or an ablation */
	const struct node *node;
	const struct row *rows;
	size_t count;
	const struct condition
		*when; /* NULL: always; where it does not hold, the dimension sets nothing */
};

struct rule {
	struct condition condition;
	const struct node *node;
	size_t removed;
	bool matched; /* some combination, which an earlier rule may have removed */
};

enum { DIMENSIONS_MAX = 32, RULES_MAX = 256, BLOCKS_MAX = 1000 };

struct block {
	const struct node *node;
	const struct setting *base;
	int base_count;
	const struct dimension *dimensions[DIMENSIONS_MAX];
	int dimension_count;
	struct rule *rules[RULES_MAX];
	int rule_count;
	bool ablates;
};

/* Read the keys base, axes, zip, trials, random, ablate and exclude of a map. The settings of
 * `outer` (NULL: none) are inherited; an axis replaces the outer one of the same path. Errors are
 * diagnosed. */
void block_read(
	struct study *s, const struct node *map, const struct block *outer, struct block *out);

#endif

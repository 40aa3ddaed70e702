/* expand.h - blocks into trials: every combination of rows, less what rules exclude, each
 * configuration once, for every seed. */
#ifndef PLAN_EXPAND_H
#define PLAN_EXPAND_H

#include "blocks.h"

/* Limits that keep a hostile file from costing much; a study of a hundred thousand trials is far
 * below them. */
enum { TRIALS_MAX = 300000, COMBINATIONS_MAX = 1000000, STEPS_MAX = 100000000 };

/* Fill trials, trial_count, combinations, merged and axes of out. overrides are the settings of
 * --set, which win over everything. Errors are diagnosed. */
void expand_blocks(struct study *s, const struct block *blocks, int block_count,
	const struct setting *overrides, int override_count, const uint64_t *seeds, int seed_count,
	struct sweep *out);

#endif

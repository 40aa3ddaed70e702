/* shards.h - a plan cut into parts that can run anywhere. Parts are disjoint and cover the plan;
 * trials that share phases are in the same part. The same plan gives the same parts everywhere. */
#ifndef RUN_SHARDS_H
#define RUN_SHARDS_H

#include <stdbool.h>

#include "../base/err.h"
#include "../plan/sweep.h"

/* Cut the wanted trials (NULL: all) of the sweep into at most `count` parts of about the same work,
 * the largest first. work[trial_count] is the expected work of each trial, NULL: epochs times
 * images. shard[trial_count] gets the part of each trial, from 0, or SIZE_MAX for those not wanted;
 * *used how many parts have trials. Returns 0, or -1 with e. */
int shards_cut(const struct sweep *sweep, const bool *wanted, const double *work, size_t count,
	struct err *e, size_t *shard, size_t *used);

/* Some trials of a sweep as a sweep of its own, with their positions in the whole. The arrays
 * belong to the part (sweep_part_free); all else is lent by the whole. */
struct sweep_part {
	struct sweep sweep;
	size_t *positions;
};
int sweep_part_make(
	const struct sweep *whole, const bool *wanted, struct err *e, struct sweep_part *out);
void sweep_part_free(struct sweep_part *part);

#endif

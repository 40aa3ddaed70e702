/* sweeps.h - frozen plans. */
#ifndef STORE_SWEEPS_H
#define STORE_SWEEPS_H

#include "open.h"
#include "../plan/sweep.h"

/* Freeze the plan: the sweep's text and digest and all its trials (new ones are added, known ones
 * kept). The plan that was frozen for the same sweep name before is replaced by this one; trials
 * and their results are never touched. */
int store_sweep(struct store *s, const struct sweep *sweep, int64_t *sweep_id, struct err *e);

/* Record why a trial of the frozen plan is not run ("data set cifar10: not found; retrial data
 * fetch
 * ..."). NULL clears it. */
int store_skip(
	struct store *s, int64_t sweep_id, const char *identity, const char *reason, struct err *e);

#endif

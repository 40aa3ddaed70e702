/* verify_trial.h - one trial of verify.h in this process: what a worker does. Internal to run/ and
 * its tests. */
#ifndef RUN_VERIFY_TRIAL_H
#define RUN_VERIFY_TRIAL_H

#include "verify.h"

/* All that is recorded of a trial. */
struct verify_case {
	const struct recorded *from;
	struct recorded_trial trial;
	struct rows *epochs, *weights; /* recorded_details; NULL: not recorded */
};

/* Run it from the start and compare; *result says how it came out. */
void verify_trial(const struct verify_case *recorded, const struct dataset *data,
	const struct verify_options *options, struct verify_result *result);

#endif

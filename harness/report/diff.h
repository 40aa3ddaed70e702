/* diff.h - two recorded trials side by side: configuration, program, machine, data, results, and
 * the test images that are classified differently. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include <stdbool.h>

#include "../base/str.h"
#include "../data/dataset.h"
#include "../store/open.h"

/* Append the comparison, as text or as one JSON object of tables, of the trials with these
 * identities (of each its latest done attempt, else its latest); *same says whether their
 * configurations and their results, to the bit, are. The data set is looked for in `places`, for
 * its labels; without it flipped images are counted, but not who is right. Returns 0, or -1 with e.
 */
int diff_trials(struct store *s, const char *identity_a, const char *identity_b,
	const struct dataset_places *places, bool json, struct str *out, bool *same, struct err *e);

#endif

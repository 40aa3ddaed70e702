/* comparisons.h - all paired comparisons of a study, in their families. */
#ifndef REPORT_COMPARISONS_H
#define REPORT_COMPARISONS_H

#include "family.h"
#include "study.h"

/* Every comparison of the sweep's tables and claims, corrected. also: a table that may not be one
 * of the sweep's, or NULL. A table or claim that cannot be made adds nothing: whoever makes it says
 * why. On success *out is the caller's (families_free). Returns 0 or -1 with e. */
int comparisons_of(const struct study *study, const struct table_spec *also, struct families *out,
	struct err *e);

#endif

/* family.h - paired comparisons, with the p values and intervals that they have together. Every
 * comparison of a sweep - of its tables and of its claims - is a member of one family; the members
 * of a family are corrected jointly (stats_joint_sign_flip). So a comparison has one p and one
 * interval, wherever they are printed, and the interval excludes 0 exactly when p < FAMILY_ALPHA.
 */
#ifndef REPORT_FAMILY_H
#define REPORT_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "stats.h"

#define FAMILY_ALPHA 0.05

struct family_member {
	const void *owner; /* the table_spec or claim, */
	size_t place;      /* and which of its comparisons */
	char family[40];
	size_t first, pairs;      /* into differences and seeds */
	double p;                 /* corrected; NAN: too few pairs ever to reach FAMILY_ALPHA, or a
				   * difference that is not finite: such a comparison is no member */
	struct interval interval; /* of the mean difference, corrected; none as p, and where the
				     pairs are too few for a p below FAMILY_ALPHA in this family */
	size_t tests; /* different comparisons of its family: one that a table and a claim both make
			 counts once */
};

/* Zero-initialise. */
struct families {
	struct family_member *members;
	double *differences;
	uint64_t *seeds;
	size_t count, values;
};

/* Add a comparison: differences with their seeds, each seed once. Copies. Returns 0 or -1 with e.
 */
int families_add(struct families *f, const char *family, const void *owner, size_t place,
	const double *difference, const uint64_t *seeds, size_t pairs, struct err *e);

/* Set p and tests of all members, and if wanted (it takes longer) the intervals. Returns 0 or -1
 * with e. */
int families_correct(struct families *f, bool intervals, struct err *e);

/* The member, or NULL. */
const struct family_member *families_find(
	const struct families *f, const void *owner, size_t place);

/* A tested member of this family with the same differences and seeds, or NULL. */
const struct family_member *families_find_same(const struct families *f, const char *family,
	const double *difference, const uint64_t *seeds, size_t pairs);

void families_free(struct families *f);

#endif

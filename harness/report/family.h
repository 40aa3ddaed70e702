/* family.h - paired comparisons and the p values that they have together. Every comparison of a
 * sweep - of its tables and of its claims - is a member of one family; the members of a family are
 * corrected jointly (stats_joint_sign_flip). So a comparison has one p, wherever it is printed. */
#ifndef REPORT_FAMILY_H
#define REPORT_FAMILY_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

#define FAMILY_ALPHA 0.05

struct family_member {
	const void *owner; /* the table_spec or claim, */
	size_t place;      /* and which of its comparisons */
	char family[40];
	size_t first, pairs; /* into differences and seeds */
	double p;            /* corrected; NAN: too few pairs ever to reach FAMILY_ALPHA, or a
			      * difference that is not finite: such a comparison is no member */
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

/* Set p and tests of all members. Returns 0 or -1 with e. */
int families_correct(struct families *f, struct err *e);

/* The member, or NULL. */
const struct family_member *families_find(
	const struct families *f, const void *owner, size_t place);

void families_free(struct families *f);

#endif

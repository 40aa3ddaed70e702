/* foresee.h - what the plan alone says of a sweep's tables, claims and figures before anything is
 * run: what `table`, `claims` and `plot` would refuse, and which tests have too few seeds. */
#ifndef REPORT_FORESEE_H
#define REPORT_FORESEE_H

#include "../plan/sweep.h"

/* One thing to say. */
struct foreseen {
	char *text;       /* "table main: a row would mix configurations ..." */
	int line;         /* of the sweep file; 0: of no line */
	const char *path; /* of another file, the sweep's; NULL: it is the sweep file */
	bool refusal;     /* it would be refused; else a warning */
};

struct foresight {
	struct foreseen
		*list; /* axes, rules, sets of transforms, tables, then claims, then figures */
	size_t count, refusals;
};

/* Look at the plan and at all tables, claims and figures of the sweep. On success *out is the
 * caller's (foresight_free). Returns 0, or -1 with e (memory). */
int foresee(const struct sweep *sweep, struct foresight *out, struct err *e);
void foresight_free(struct foresight *f);

#endif

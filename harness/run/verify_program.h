/* verify_program.h - run a recorded trial of a program again, in an empty scratch folder, and
 * compare what it reports and writes with what is recorded. Nothing is recorded. */
#ifndef RUN_VERIFY_PROGRAM_H
#define RUN_VERIFY_PROGRAM_H

#include "../plan/result.h"
#include "../plan/trial.h"
#include "../store/open.h"
#include "verify.h"

/* t is a trial of a sweep that was read from its file (or from the frozen text of it); inputs: the
 * digest that is recorded; folder: an empty one, for scratch. Runs in this process, which must have
 * no children. VERIFY_CANNOT: the inputs are others now, or it did not come to its end. A metric's
 * tolerance is that of the sweep (verify:). Returns 0, or -1 with e when the machine fails. */
int verify_program(struct store *s, const struct trial *t, const char *inputs, const char *folder,
	const atomic_int *stop, struct verify_result *result, struct err *e);

#endif

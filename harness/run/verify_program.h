/* verify_program.h - run recorded trials of programs again, each in an empty scratch folder, and
 * compare what they report and write with what is recorded. Nothing is recorded. */
#ifndef RUN_VERIFY_PROGRAM_H
#define RUN_VERIFY_PROGRAM_H

#include "../plan/result.h"
#include "../plan/trial.h"
#include "../store/open.h"
#include "verify.h"

/* A trial of a sweep that was read from its file, or from the frozen text of it. */
struct verify_program_job {
	const struct trial *trial;
	const char *inputs; /* their digest, as it is recorded */
};

/* Verify the trials, `workers` at a time in processes of their own, their scratch folders in the
 * folder `temporary`; done is called for each, as
 * they come to their ends. VERIFY_CANNOT: the inputs are others now, or it did not come to its end.
 * A metric's tolerance is that of the sweep (verify:). Returns 0, or -1 with e when the machine
 * fails. */
int verify_programs(struct store *s, const struct verify_program_job *jobs, size_t count,
	int workers, const char *temporary, const atomic_int *stop,
	void (*done)(void *context, size_t job, const struct verify_result *result), void *context,
	struct err *e);

#endif

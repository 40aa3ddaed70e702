/* sharing.h - which phases of the trials that would run are trained once for several of them:
 * recipes that begin alike, with the same seed and data set, have the same network after these
 * phases (run/schedule.h does it). */
#ifndef REPORT_SHARING_H
#define REPORT_SHARING_H

#include "../plan/sweep.h"

/* A phase by its name, in the order in which the plan first has it. */
struct sharing_phase {
	char name[PHASE_NAME_MAX];
	size_t asked;   /* trials that have the phase among those that can share it */
	size_t trained; /* how often it is trained all the same */
	double seconds; /* of one processor, saved; NAN: nothing to go by */
};

struct sharing {
	unsigned *taken; /* [trial_count] bit p: phase p is taken over from an earlier trial of the
			    plan */
	struct sharing_phase *phases;
	size_t phase_count; /* only those that are shared at all */
};

/* run[i]: trial i would run. Returns 0 with *out filled (sharing_free), or -1 with e. */
int sharing_find(const struct sweep *sweep, const bool *run, struct err *e, struct sharing *out);
void sharing_free(struct sharing *s);

/* Note that phase p of the trial, which is taken over, would have taken so many seconds. */
void sharing_save(struct sharing *s, const struct trial *t, int p, double seconds);

#endif

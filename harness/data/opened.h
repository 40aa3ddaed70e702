/* opened.h - the data sets of many trials: each is opened once, at its first use. */
#ifndef DATA_OPENED_H
#define DATA_OPENED_H

#include "dataset.h"

enum { OPENED_MAX = 64 };

/* A data set: open, or the reason why not. */
struct opened {
	const char *name; /* lent */
	struct dataset *data;
	bool damaged;   /* something is there, but it is not what it should be */
	char why[4096]; /* as long as an err's text */
};

/* Zero-initialise. */
struct opened_sets {
	struct opened sets[OPENED_MAX];
	int count;
};

/* The set of that name, opened or tried at the first call for it. NULL: there are OPENED_MAX
 * others already. */
const struct opened *opened_find(
	struct opened_sets *s, const char *name, const struct dataset_places *places);

void opened_close(struct opened_sets *s);

#endif

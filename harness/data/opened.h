/* opened.h - the data sets of many trials: each is opened once, at its first use. */
#ifndef DATA_OPENED_H
#define DATA_OPENED_H

#include "dataset.h"

enum { OPENED_MAX = 64 };

/* A data set that is open, or the reason why it is not. */
struct opened {
	const char *name; /* lent */
	struct dataset *data;
	bool damaged;   /* the set was found, but it is wrong */
	char why[4096]; /* the error's text */
};

/* Zero-initialise. */
struct opened_sets {
	struct opened sets[OPENED_MAX];
	int count;
};

/* The set of that name. The first call for a name opens it. NULL: OPENED_MAX other sets are there
 * already. */
const struct opened *opened_find(
	struct opened_sets *s, const char *name, const struct dataset_places *places);

void opened_close(struct opened_sets *s);

#endif

/* places.h - where data sets are looked for, from the options and the environment. For verbs that have the option --data. */
#ifndef CLI_PLACES_H
#define CLI_PLACES_H

#include <limits.h>

#include "../data/dataset.h"
#include "cli.h"

/* dataset points into the struct itself: fill it where it stays, do not copy it. */
struct places {
	struct dataset_places dataset; /* for dataset_open */
	char xdg_data[PATH_MAX], cache[PATH_MAX];
};

void places_fill(struct places *out, const struct cli *c);

#endif

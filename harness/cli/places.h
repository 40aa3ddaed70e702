/* places.h - where data sets are looked for, from the options and the environment. For verbs that
 * have the option --data. */
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

/* Where temporary folders are made: $TMPDIR, or /tmp. */
const char *places_temporary(void);

/* Names of data sets: those of the manifest, then the imported ones that are found. Those beyond
 * the last place are left out. */
enum { KNOWN_DATASETS_MAX = 256 };
struct known_datasets {
	const char *names[KNOWN_DATASETS_MAX];
	size_t count;
	char imported[KNOWN_DATASETS_MAX][sizeof(
		((struct dataset *)0)->name)]; /* what names of imported sets point to */
};
void known_datasets_fill(struct known_datasets *out, const struct cli *c);

#endif

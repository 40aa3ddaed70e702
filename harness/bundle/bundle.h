/* bundle.h - a study as one archive for other people: database, sweeps, source, published results,
 * digests, environment, the ACM artifact appendix and the NeurIPS checklist. Equal content gives
 * equal bytes. */
#ifndef BUNDLE_BUNDLE_H
#define BUNDLE_BUNDLE_H

#include "../base/str.h"
#include "../data/dataset.h"
#include "../store/open.h"
#include "published.h"

struct bundle_options {
	const char *name; /* of the one folder in the archive */
	/* A folder of published results (make paper), to be added as results/; NULL: they are made
	 * with `published` (published.h). */
	const char *results;
	const struct published_places *published;
	bool source;                         /* add the program's source at its commit, from git */
	const struct dataset_places *places; /* of imported data */
	bool inputs;                         /* add the inputs of programs (programs.h) */
	size_t data_bytes_max; /* of each imported data set, and of the inputs of each program */
};

/* Write the bundle to path: README.md, results.db (a compact copy of the database),
 * sweeps/NAME.yaml with the files that they use, data/ (imported sets), programs/ (programs.h),
 * trials.csv and digests.csv (for `retrial verify`), environment.csv, results/, ARTIFACT.md,
 * CHECKLIST.md, and what the options add. *warning lists what could not be added, one line each (""
 * if nothing). Returns 0, or -1 with e. */
int bundle_make(struct store *s, const struct bundle_options *options, const char *path,
	struct str *warning, struct err *e);

/* Is this the file name of a bundle (.tar.zst)? */
bool bundle_is_one(const char *path);

/* Check its checksums and unpack it into a new folder below `parent`. The caller owns *folder
 * (free) and the files (file_remove_tree). `verify` accepts the folder (run/recorded.h). Returns 0,
 * or -1 with e and *folder NULL; then nothing is left behind. */
int bundle_open(const char *path, const char *parent, char **folder, struct err *e);
/* The folder of a bundle's imported data, for dataset_places; owned by the caller (free). */
char *bundle_data(const char *folder);

#endif

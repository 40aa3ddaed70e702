/* bundle.h - a study as one archive for other people: database, sweeps, source, published results,
 * digests, environment, the ACM artifact appendix and the NeurIPS checklist. The same content gives
 * the same bytes. */
#ifndef BUNDLE_BUNDLE_H
#define BUNDLE_BUNDLE_H

#include "../base/str.h"
#include "../data/dataset.h"
#include "../store/open.h"
#include "published.h"

struct bundle_options {
	const char *name;    /* the one folder in the archive */
	const char *results; /* a folder of published results (make paper), which goes in as
				results/; NULL: they are made (published.h) */
	const struct published_places *published; /* for that */
	bool source;                              /* the program's source at its commit, from git */
	const struct dataset_places *places;      /* of imported data */
	bool inputs;                              /* of programs (programs.h) */
	size_t data_bytes_max; /* of each imported data set, and of the inputs of each program */
};

/* Make it: README.md, results.db (a compact copy of the database), sweeps/NAME.yaml with the files
 * that they use, data/ (imported sets), programs/ (programs.h), trials.csv and digests.csv (what
 * `retrial verify` needs), environment.csv, results/, ARTIFACT.md, CHECKLIST.md, and what the
 * options ask for. *warning says what could not be put in, a line each ("": all is in). Returns 0,
 * or -1 with e. */
int bundle_make(struct store *s, const struct bundle_options *options, const char *path,
	struct str *warning, struct err *e);

/* Is this file a bundle, by its name? (.tar.zst) */
bool bundle_is_one(const char *path);

/* Check its sums and take it apart into a new folder below `parent`; *folder is the caller's
 * (free), and so are the files. The folder is one for verify (run/recorded.h). Returns 0, or -1
 * with e and *folder NULL, and then nothing is left behind. */
int bundle_open(const char *path, const char *parent, char **folder, struct err *e);
/* The folder of a bundle's imported data, for dataset_places. Owned by the caller. */
char *bundle_data(const char *folder);
/* Remove the folder with all that is in it. */
void bundle_remove(const char *folder);

#endif

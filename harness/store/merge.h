/* merge.h - databases into one. */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include "open.h"
#include "rows.h"

/* The outcome of merging one database. */
struct merge_counts {
	const char *path;
	size_t sweeps;    /* that were not there, or whose plan grew */
	size_t edited;    /* sweeps of that name that are here from another file: our plan stays */
	size_t trials;    /* that were not there */
	size_t attempts;  /* copied */
	size_t known;     /* attempts that were there already, done ones by their result */
	size_t outranked; /* done attempts left out: there is one of a newer core, or on other data
			   */
	size_t running;   /* attempts left out: they have not ended */
	size_t conflicts; /* done attempts left out: same trial, data and core version, other
			     digests */
};

/* Merge the databases at `paths` into s, all in one transaction; merging again changes nothing.
 * Trials are the same when their identities are; nothing that s has is overwritten. A done attempt
 * whose digests are not those of s's attempt of the same trial, data and core version is a
 * reproducibility failure: it is left out and becomes a row of *conflicts (columns: source, trial,
 * dataset, what, ours, theirs). counts has `count` elements. On success *conflicts is the caller's
 * (rows_free). */
int store_merge(struct store *s, const char *const *paths, size_t count,
	struct merge_counts *counts, struct err *e, struct rows **conflicts);

/* The same of one database whose process is known to have ended (a cluster's task): attempts that
 * it left running are copied as interrupted. */
int store_merge_ended(struct store *s, const char *path, struct merge_counts *counts, struct err *e,
	struct rows **conflicts);

#endif

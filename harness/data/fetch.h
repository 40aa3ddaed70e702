/* fetch.h - get a published data set from its mirrors: downloaded beside its place, checked by
 * content, put in place when it is whole. */
#ifndef DATA_FETCH_H
#define DATA_FETCH_H

#include <stdatomic.h>
#include <stdint.h>

#include "dataset.h"

struct fetch_options {
	const char *folder;     /* the set goes into FOLDER/NAME */
	const char *mirror;     /* tried before the manifest's mirrors: URL/FILE; NULL: none */
	long stall_seconds;     /* see download.h */
	const atomic_int *stop; /* likewise */
	void *context;
	void (*progress)(void *context, const char *file, uint64_t done,
		uint64_t total); /* bytes of this file; total 0: not known */
};

/* Fetch the data set `name`. What an interrupted fetch has left is gone on with; a file whose
 * content is not the published one is thrown away and asked for from the next mirror; only a whole,
 * right set appears in its place. Two fetches of one set: the second waits for nothing and is
 * refused. *there: it was whole before, nothing was downloaded. Returns 0, or -1 with e (ERR_USAGE:
 * no such data set, or one that is not published; ERR_ENVIRONMENT: cannot be had, with each
 * mirror's reason). */
int dataset_fetch(
	const char *name, const struct fetch_options *options, bool *there, struct err *e);

#endif

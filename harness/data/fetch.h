/* fetch.h - fetches a published data set from its mirrors: downloads it to a working folder, checks
 * its content, and moves it into place when it is complete. */
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
	/* Bytes of this file; total 0: unknown. */
	void (*progress)(void *context, const char *file, uint64_t done, uint64_t total);
};

/* Fetch the data set `name`. An interrupted fetch is resumed. A file with other than the published
 * content is deleted and requested from the next mirror. The set appears in its place only when it
 * is complete and correct. A second fetch of the same set at the same time is refused. *there: the
 * set was complete before, and nothing was downloaded. Returns 0, or -1 with e (ERR_USAGE: no such
 * data set, or one that is not published; ERR_ENVIRONMENT: no mirror worked, with each mirror's
 * reason). */
int dataset_fetch(
	const char *name, const struct fetch_options *options, bool *there, struct err *e);

#endif

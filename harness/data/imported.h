/* imported.h - a user's own data set as one file: a header page that describes it, then the arrays
 * as in memory (memory.h). The file is PLACE/NAME/DIGEST.data, where DIGEST is that of its content.
 * Internal to data/ (import.h writes it, dataset.h opens it). */
#ifndef DATA_IMPORTED_H
#define DATA_IMPORTED_H

#include <stdbool.h>

#include "dataset.h"

enum {
	IMPORTED_CLASSES_MAX = 256,
	IMPORTED_SIDE_MAX = 512,
	IMPORTED_IMAGES_MAX = 10000000,
	IMPORTED_CHANNELS_MAX = 65536 /* of floats */
};

/* May an imported data set have this name: a-z, 0-9 and dashes, and not that of a published set? */
bool imported_name_is_good(const char *name);

/* Write d with its header page to PLACE/NAME/DIGEST.data. Its memory (memory_allocate), digest and
 * class names must be set. *path is owned by the caller. Returns 0, or -1 with e. */
int imported_write(struct dataset *d, const char *place, char **path, struct err *e);

/* Open the set of this name in a place. Returns 1 with *out; 0 if there is none; -1 with e
 * (damaged, or two contents with one name). */
int imported_open(const char *place, const char *name, struct err *e, struct dataset **out);

/* What the header of that set says, without its images: channels to reals of *out, the rest is
 * 0. Returns as imported_open; -1 has no message. */
int imported_describe(const char *place, const char *name, struct dataset_info *out);

/* Call take with the name of every imported data set of a place; names are lent for the call. */
void imported_list(const char *place, void (*take)(void *context, const char *name), void *context);

#endif

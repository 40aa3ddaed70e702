/* imported.h - a user's own data set as one file: a header page that says what it is, then the
 * arrays as they lie in memory (memory.h). The file is PLACE/NAME/DIGEST.data, named by the digest
 * of its content. Internal to data/ (import.h makes them, dataset.h opens them). */
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

/* Is this a name that an imported data set may have: a-z, 0-9 and dashes, and no published set's?
 */
bool imported_name_is_good(const char *name);

/* Write the header page of d, whose memory is filled (memory_allocate) and whose digest and class
 * names are set: PLACE/NAME/DIGEST.data. *path is owned by the caller. Returns 0, or -1 with e. */
int imported_write(struct dataset *d, const char *place, char **path, struct err *e);

/* Open the set of this name in a place. Returns 1 with *out; 0 when there is none; -1 with e
 * (damaged, or two contents of one name). */
int imported_open(const char *place, const char *name, struct err *e, struct dataset **out);

/* Call take with the name of every imported data set of a place (names are lent). */
void imported_list(const char *place, void (*take)(void *context, const char *name), void *context);

#endif

/* listing.h - the sorted names in a folder. Internal to data/. */
#ifndef DATA_LISTING_H
#define DATA_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"

struct listing {
	char **at;
	size_t count;
};

/* The names that `wanted` accepts (NULL: all), sorted by bytes, without hidden ones. Freed with
 * listing_free. Returns 0, or -1 with e (ERR_USAGE: the folder cannot be read) and *out empty. */
int listing_read(
	const char *folder, bool (*wanted)(const char *name), struct listing *out, struct err *e);
void listing_free(struct listing *l);

/* Does the name end with `ending`? Upper and lower case ASCII letters are equal. */
bool listing_ends(const char *name, const char *ending);

#endif

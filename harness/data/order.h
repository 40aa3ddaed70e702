/* order.h - sorts a data set by the digests of its images, an order without information. Internal
 * to data/. */
#ifndef DATA_ORDER_H
#define DATA_ORDER_H

#include "memory.h"

/* Sort the images of every part by the SHA-256 of their pixels, equal ones by their label. The
 * order then depends on the content alone, and the classes are mixed. *in_both: the number of test
 * images that are training images as well. With `keep` the order stays, and only *in_both is set.
 * Returns 0, or -1 with e (no memory). */
int order_parts(const struct dataset *d, struct memory_part parts[PART_COUNT], bool keep,
	uint32_t *in_both, struct err *e);

#endif

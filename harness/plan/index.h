/* index.h - a set of byte strings that numbers them in the order in which they came: "have I seen
 * this before, and where?" */
#ifndef PLAN_INDEX_H
#define PLAN_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_slot {
	uint64_t hash;
	const void *key; /* NULL: empty */
	size_t length, number;
};

/* Zero-initialise ({0}); freed with index_free. Keys are not copied: they outlive the index. */
struct index {
	struct index_slot *slots;
	size_t capacity, count;
};

/* The number of an equal key that is in the set, or SIZE_MAX. */
size_t index_find(const struct index *x, const void *key, size_t length);

/* Add a key that is not in the set; its number is the count before. When memory runs out the
 * program ends. */
size_t index_add(struct index *x, const void *key, size_t length);

void index_free(struct index *x);

#endif

/* arena.h - many small pieces of memory that are freed together: the nodes of a file, its recipes,
 * its texts. */
#ifndef PLAN_ARENA_H
#define PLAN_ARENA_H

#include <stddef.h>

struct arena_block;

/* Zero-initialise ({0}); freed with arena_free. When memory runs out the program ends, as with
 * str.h. */
struct arena {
	struct arena_block *last;
};

/* Zeroed memory, aligned for any type. */
void *arena_zero(struct arena *a, size_t bytes);

/* A copy with a NUL behind it. */
char *arena_text(struct arena *a, const char *text, size_t length);

void arena_free(struct arena *a);

#endif

/* arena.c - memory that is freed together: a list of growing blocks, each filled from its
 * beginning. */
#include "arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/err.h"

enum { BLOCK_BYTES_MIN = 16 * 1024 };

struct arena_block {
	struct arena_block *before;
	size_t used, capacity;
	alignas(max_align_t) char bytes[];
};

static struct arena_block *block_new(struct arena_block *before, size_t bytes)
{
	size_t capacity = before ? before->capacity * 2 : BLOCK_BYTES_MIN;
	if (capacity > (size_t)1 << 20)
		capacity = (size_t)1 << 20;
	if (capacity < bytes)
		capacity = bytes;
	struct arena_block *b = calloc(1, sizeof(*b) + capacity);
	if (!b)
		err_end_nomem();
	b->before = before;
	b->capacity = capacity;
	return b;
}

void *arena_zero(struct arena *a, size_t bytes)
{
	const size_t unit = alignof(max_align_t);
	const size_t rounded = (bytes + unit - 1) / unit * unit;
	if (!a->last || a->last->capacity - a->last->used < rounded)
		a->last = block_new(a->last, rounded);
	void *piece = a->last->bytes + a->last->used;
	a->last->used += rounded;
	return piece;
}

char *arena_text(struct arena *a, const char *text, size_t length)
{
	char *copy = arena_zero(a, length + 1);
	memcpy(copy, text, length);
	return copy;
}

void arena_free(struct arena *a)
{
	while (a->last) {
		struct arena_block *before = a->last->before;
		free(a->last);
		a->last = before;
	}
}

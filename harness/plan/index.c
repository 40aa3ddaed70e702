/* index.c - open addressing with linear probing, at most half full. */
#include "index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/err.h"

/* Eight bytes at a time, multiplied and folded: only has to spread, nobody attacks his own sweep
 * file. */
static uint64_t hash_bytes(const void *key, size_t length)
{
	const unsigned char *p = key;
	uint64_t h = 0x9E3779B97F4A7C15u ^ length;
	for (; length >= 8; p += 8, length -= 8) {
		uint64_t word;
		memcpy(&word, p, 8);
		h = (h ^ word) * 0xFF51AFD7ED558CCDu;
		h ^= h >> 32;
	}
	for (; length > 0; p++, length--)
		h = (h ^ *p) * 0x100000001B3u;
	return h ^ h >> 29;
}

static struct index_slot *find_slot(
	const struct index *x, uint64_t hash, const void *key, size_t length)
{
	size_t at = hash & (x->capacity - 1);
	for (;;) {
		struct index_slot *slot = &x->slots[at];
		if (!slot->key
			|| (slot->hash == hash && slot->length == length
				&& memcmp(slot->key, key, length) == 0))
			return slot;
		at = (at + 1) & (x->capacity - 1);
	}
}

size_t index_find(const struct index *x, const void *key, size_t length)
{
	if (x->count == 0)
		return SIZE_MAX;
	const struct index_slot *slot = find_slot(x, hash_bytes(key, length), key, length);
	return slot->key ? slot->number : SIZE_MAX;
}

static void grow(struct index *x)
{
	struct index larger = { .capacity = x->capacity ? x->capacity * 2 : 64, .count = x->count };
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		err_end_nomem();
	for (size_t i = 0; i < x->capacity; i++) {
		const struct index_slot *old = &x->slots[i];
		if (old->key)
			*find_slot(&larger, old->hash, old->key, old->length) = *old;
	}
	free(x->slots);
	*x = larger;
}

size_t index_add(struct index *x, const void *key, size_t length)
{
	if (2 * (x->count + 1) > x->capacity)
		grow(x);
	const uint64_t hash = hash_bytes(key, length);
	*find_slot(x, hash, key, length) = (struct index_slot){ hash, key, length, x->count };
	return x->count++;
}

void index_free(struct index *x)
{
	free(x->slots);
	*x = (struct index){ 0 };
}

/* order.c - see order.h. */
#include "order.h"

#include <stdlib.h>
#include <string.h>

/* A picture, where it is now, and what says where it goes. */
struct ticket {
	char key[DIGEST_TEXT];
	uint8_t label;
	uint32_t index;
};

static int compare(const void *a, const void *b)
{
	const struct ticket *x = a, *y = b;
	const int order = strcmp(x->key, y->key);
	if (order)
		return order;
	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Sorted. Owned by the caller; NULL when memory runs out. */
static struct ticket *sort(const struct memory_part *p, size_t bytes)
{
	struct ticket *tickets = calloc((size_t)p->count + 1, sizeof(*tickets));
	for (uint32_t i = 0; tickets && i < p->count; i++) {
		digest_bytes(p->images + i * bytes, bytes, tickets[i].key);
		tickets[i].label = p->labels[i];
		tickets[i].index = i;
	}
	if (tickets)
		qsort(tickets, p->count, sizeof(*tickets), compare);
	return tickets;
}

/* Put picture tickets[i].index into position i, along the cycles of the permutation. */
static int permute(struct memory_part *p, size_t bytes, struct ticket *tickets)
{
	uint8_t *saved = malloc(bytes);
	if (!saved)
		return -1;
	for (uint32_t start = 0; start < p->count; start++) {
		uint32_t to = start;
		if (tickets[start].index == start)
			continue;
		memcpy(saved, p->images + start * bytes, bytes);
		const uint8_t label = p->labels[start];
		while (tickets[to].index != start) {
			const uint32_t from = tickets[to].index;
			memcpy(p->images + to * bytes, p->images + from * bytes, bytes);
			p->labels[to] = p->labels[from];
			tickets[to].index = to;
			to = from;
		}
		memcpy(p->images + to * bytes, saved, bytes);
		p->labels[to] = label;
		tickets[to].index = to;
	}
	free(saved);
	return 0;
}

static uint32_t count_in_both(
	const struct ticket *train, uint32_t trains, const struct ticket *test, uint32_t tests)
{
	uint32_t count = 0;
	for (uint32_t i = 0, k = 0; i < tests; i++) {
		while (k < trains && strcmp(train[k].key, test[i].key) < 0)
			k++;
		count += k < trains && strcmp(train[k].key, test[i].key) == 0;
	}
	return count;
}

int order_parts(const struct dataset *d, struct memory_part parts[PART_COUNT], bool keep,
	uint32_t *in_both, struct err *e)
{
	const size_t bytes = memory_image_bytes(d);
	struct ticket *train = sort(&parts[PART_TRAIN], bytes),
		      *test = sort(&parts[PART_TEST], bytes);
	int result = train && test ? 0 : -1;
	if (result == 0)
		*in_both =
			count_in_both(train, parts[PART_TRAIN].count, test, parts[PART_TEST].count);
	if (result == 0 && !keep)
		result = permute(&parts[PART_TRAIN], bytes, train)
				|| permute(&parts[PART_TEST], bytes, test)
			? -1
			: 0;
	free(train);
	free(test);
	return result ? err_nomem(e) : 0;
}

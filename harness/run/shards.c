/* shards.c - groups of trials that begin alike, the heaviest first, each to the part that has the
 * least work so far. */
#include "shards.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/identity.h"

/* Trials with the same first phase (or the same work altogether): they stay together. */
struct group {
	char key[DIGEST_TEXT];
	size_t first; /* trial of the plan: decides between equal ones */
	double work;
	size_t shard;
};

/* A trial and what it is grouped by. */
struct member {
	char key[DIGEST_TEXT];
	size_t trial, group;
};

struct part {
	double work;
	size_t number; /* decides between equal ones */
};

static int by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	const int order = strcmp(x->key, y->key);
	return order ? order : (x->trial > y->trial) - (x->trial < y->trial);
}

static int by_work(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	if (x->work != y->work)
		return x->work < y->work ? 1 : -1;
	return (x->first > y->first) - (x->first < y->first);
}

static int part_by_work(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	if (x->work != y->work)
		return x->work < y->work ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Epochs times images, twice for two networks: enough to tell long trials from short ones. */
static double work_of(const struct trial *t)
{
	enum { IMAGES = 50000 };
	double epochs = 0;
	for (int p = 0; p < t->phase_count; p++) {
		const struct phase_config *c = &t->phases[p];
		epochs += c->epochs * (c->kind == PHASE_KFOLD ? c->folds : 1)
			* (c->kind == PHASE_DUAL ? 2.0 : 1.0);
	}
	return (epochs > 0 ? epochs : 1) * (t->train_limit > 0 ? t->train_limit : IMAGES);
}

static void key_of(const struct trial *t, char key[DIGEST_TEXT])
{
	if (t->phase_count > 0 && t->phases[0].kind != PHASE_KFOLD)
		trial_beginning(t, 1, key);
	else
		memcpy(key, t->identity, DIGEST_TEXT);
}

/* Number the groups of the sorted members; returns how many. */
static size_t make_groups(const struct sweep *sweep, const double *work, struct member *members,
	size_t count, struct group *groups)
{
	size_t group_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct member *m = &members[i];
		if (i == 0 || strcmp(m->key, members[i - 1].key) != 0) {
			groups[group_count] = (struct group){ .first = m->trial };
			memcpy(groups[group_count].key, m->key, DIGEST_TEXT);
			group_count++;
		}
		m->group = group_count - 1;
		groups[m->group].work += work ? work[m->trial] : work_of(&sweep->trials[m->trial]);
	}
	return group_count;
}

/* The part with the least work is at the root of a heap. */
static void sink(struct part *heap, size_t count)
{
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < count; child++)
			if (heap[child].work < heap[least].work
				|| (heap[child].work == heap[least].work
					&& heap[child].number < heap[least].number))
				least = child;
		if (least == i)
			return;
		const struct part swap = heap[i];
		heap[i] = heap[least];
		heap[least] = swap;
		i = least;
	}
}

/* The groups to the parts; then parts are numbered by their work. Returns how many have any. */
static size_t deal(struct group *groups, size_t group_count, struct part *heap, size_t count,
	size_t *renumbered)
{
	size_t used = 0;
	for (size_t i = 0; i < count; i++)
		heap[i] = (struct part){ .number = i };
	for (size_t g = 0; g < group_count; g++) {
		groups[g].shard = heap[0].number;
		heap[0].work += groups[g].work;
		sink(heap, count);
	}
	qsort(heap, count, sizeof(*heap), part_by_work);
	for (size_t i = 0; i < count; i++) {
		renumbered[heap[i].number] = i;
		used += heap[i].work > 0;
	}
	for (size_t g = 0; g < group_count; g++)
		groups[g].shard = renumbered[groups[g].shard];
	return used;
}

/* Where each trial of the groups (now in another order than the members count them) goes. */
static int assign(const struct member *members, size_t count, const struct group *groups,
	size_t group_count, struct err *e, size_t *shard)
{
	/* The group of a member is known by its first trial. */
	for (size_t g = 0; g < group_count; g++)
		shard[groups[g].first] = groups[g].shard;
	size_t first = 0;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || members[i].group != members[i - 1].group)
			first = members[i].trial;
		if (shard[first] == SIZE_MAX)
			return err_set(e, ERR_FAILED, "a trial without a shard");
		shard[members[i].trial] = shard[first];
	}
	return 0;
}

int shards_cut(const struct sweep *sweep, const bool *wanted, const double *work, size_t count,
	struct err *e, size_t *shard, size_t *used)
{
	const size_t trials = sweep->trial_count;
	struct member *members = calloc(trials + 1, sizeof(*members));
	struct group *groups = calloc(trials + 1, sizeof(*groups));
	struct part *heap = calloc(count + 1, sizeof(*heap));
	size_t *renumbered = calloc(count + 1, sizeof(*renumbered));
	int result = members && groups && heap && renumbered ? 0 : err_nomem(e);
	if (!result) {
		size_t member_count = 0;
		for (size_t i = 0; i < trials; i++) {
			shard[i] = SIZE_MAX;
			if (wanted && !wanted[i])
				continue;
			members[member_count].trial = i;
			key_of(&sweep->trials[i], members[member_count++].key);
		}
		qsort(members, member_count, sizeof(*members), by_key);
		const size_t group_count = make_groups(sweep, work, members, member_count, groups);
		qsort(groups, group_count, sizeof(*groups), by_work);
		*used = deal(groups, group_count, heap, count, renumbered);
		result = assign(members, member_count, groups, group_count, e, shard);
	}
	free(members);
	free(groups);
	free(heap);
	free(renumbered);
	return result;
}

int sweep_part_make(
	const struct sweep *whole, const bool *wanted, struct err *e, struct sweep_part *out)
{
	size_t most = 0;
	for (size_t i = 0; i < whole->trial_count; i++)
		most += wanted[i];
	*out = (struct sweep_part){ .sweep = *whole };
	out->sweep.trials = calloc(most + 1, sizeof(*out->sweep.trials));
	out->positions = calloc(most + 1, sizeof(*out->positions));
	if (!out->sweep.trials || !out->positions) {
		sweep_part_free(out);
		return err_nomem(e);
	}
	size_t count = 0;
	for (size_t i = 0; i < whole->trial_count; i++)
		if (wanted[i]) {
			out->sweep.trials[count] = whole->trials[i];
			out->positions[count++] = i;
		}
	out->sweep.trial_count = count;
	out->sweep.positions = out->positions;
	return 0;
}

void sweep_part_free(struct sweep_part *part)
{
	free(part->sweep.trials);
	free(part->positions);
	*part = (struct sweep_part){ 0 };
}

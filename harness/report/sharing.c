/* sharing.c - beginnings of recipes, counted over the trials that would run. Knows no database and
 * no time. */
#include "sharing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/identity.h"
#include "../plan/index.h"

enum { NAMES_MAX = 64 };

/* What is known while counting: the identities of all beginnings so far. */
struct counter {
	const struct sweep *sweep;
	struct index seen;
	char (*identities)[DIGEST_TEXT];
	size_t count;
};

/* How many of the trial's phases can be shared: k-fold is the last phase and leaves no network to
 * go on from. */
static int sharing_phases(const struct trial *t)
{
	if (t->phase_count == 0)
		return 0;
	return t->phase_count - (t->phases[t->phase_count - 1].kind == PHASE_KFOLD);
}

static struct sharing_phase *find_phase(struct sharing *s, const char *name, bool add)
{
	for (size_t i = 0; i < s->phase_count; i++)
		if (strcmp(s->phases[i].name, name) == 0)
			return &s->phases[i];
	if (!add || s->phase_count == NAMES_MAX)
		return NULL;
	struct sharing_phase *p = &s->phases[s->phase_count++];
	snprintf(p->name, sizeof(p->name), "%s", name);
	return p;
}

static void count_trial(struct counter *c, size_t number, struct sharing *out)
{
	const struct trial *t = &c->sweep->trials[number];
	for (int p = 0; p < sharing_phases(t); p++) {
		struct sharing_phase *phase = find_phase(out, t->phases[p].name, true);
		char *identity = c->identities[c->count];
		if (p + 1 == t->phase_count)
			memcpy(identity, t->identity, DIGEST_TEXT);
		else
			trial_beginning(t, p + 1, identity);
		const bool taken = index_find(&c->seen, identity, DIGEST_TEXT) != SIZE_MAX;
		if (taken)
			out->taken[number] |= 1u << p;
		else
			index_add(&c->seen, c->identities[c->count++], DIGEST_TEXT);
		if (phase) {
			phase->asked++;
			phase->trained += !taken;
		}
	}
}

/* Phases that every trial trains by itself are of no interest. */
static void drop_unshared(struct sharing *s)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->phase_count; i++)
		if (s->phases[i].trained < s->phases[i].asked)
			s->phases[kept++] = s->phases[i];
	s->phase_count = kept;
}

int sharing_find(const struct sweep *sweep, const bool *run, struct err *e, struct sharing *out)
{
	struct counter c = { .sweep = sweep };
	size_t most = 1;
	for (size_t i = 0; i < sweep->trial_count; i++)
		most += run[i] ? (size_t)sharing_phases(&sweep->trials[i]) : 0;
	*out = (struct sharing){ .taken = calloc(sweep->trial_count + 1, sizeof(*out->taken)),
		.phases = calloc(NAMES_MAX, sizeof(*out->phases)) };
	c.identities = malloc(most * sizeof(*c.identities));
	const bool room = out->taken && out->phases && c.identities;
	for (size_t i = 0; room && i < sweep->trial_count; i++)
		if (run[i])
			count_trial(&c, i, out);
	index_free(&c.seen);
	free(c.identities);
	if (!room) {
		sharing_free(out);
		return err_nomem(e);
	}
	drop_unshared(out);
	return 0;
}

void sharing_free(struct sharing *s)
{
	free(s->taken);
	free(s->phases);
	*s = (struct sharing){ 0 };
}

void sharing_save(struct sharing *s, const struct trial *t, int p, double seconds)
{
	struct sharing_phase *phase = find_phase(s, t->phases[p].name, false);
	if (phase)
		phase->seconds += seconds;
}

/* family.c - see family.h. */
#include "family.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

static void *grown(void *old, size_t count, size_t bytes)
{
	return realloc(old, (count + 1) * bytes);
}

int families_add(struct families *f, const char *family, const void *owner, size_t place,
	const double *difference, const uint64_t *seeds, size_t pairs, struct err *e)
{
	struct family_member *members = grown(f->members, f->count + 1, sizeof(*members));
	if (!members)
		return err_nomem(e);
	f->members = members;
	double *differences = grown(f->differences, f->values + pairs, sizeof(*differences));
	if (!differences)
		return err_nomem(e);
	f->differences = differences;
	uint64_t *keys = grown(f->seeds, f->values + pairs, sizeof(*keys));
	if (!keys)
		return err_nomem(e);
	f->seeds = keys;
	struct family_member *m = &f->members[f->count++];
	*m = (struct family_member){
		.owner = owner, .place = place, .first = f->values, .pairs = pairs, .p = NAN
	};
	memcpy(m->family, family, strnlen(family, sizeof(m->family) - 1));
	if (pairs) {
		memcpy(f->differences + f->values, difference, pairs * sizeof(*difference));
		memcpy(f->seeds + f->values, seeds, pairs * sizeof(*seeds));
	}
	f->values += pairs;
	return 0;
}

/* Can it be tested? */
static bool counts(const struct families *f, const struct family_member *m)
{
	for (size_t i = 0; i < m->pairs; i++)
		if (!isfinite(f->differences[m->first + i]))
			return false;
	return m->pairs && stats_exact_floor(m->pairs) <= FAMILY_ALPHA;
}

/* The members of one family. */
struct group {
	struct families *f;
	const char *name;
	size_t *members, count; /* their numbers */
	uint64_t *seeds;        /* all that occur, each once */
	size_t seed_count;
};

static size_t seed_place(const struct group *g, uint64_t seed)
{
	size_t i = 0;

	while (i < g->seed_count && g->seeds[i] != seed)
		i++;
	return i;
}

static void collect(struct group *g)
{
	g->count = g->seed_count = 0;
	for (size_t i = 0; i < g->f->count; i++) {
		const struct family_member *m = &g->f->members[i];
		if (strcmp(m->family, g->name) || !counts(g->f, m))
			continue;
		g->members[g->count++] = i;
		for (size_t k = 0; k < m->pairs; k++) {
			const uint64_t seed = g->f->seeds[m->first + k];
			if (seed_place(g, seed) == g->seed_count)
				g->seeds[g->seed_count++] = seed;
		}
	}
}

/* [seeds][members]; NAN: a pair that the member does not have. */
static void fill(const struct group *g, double *matrix)
{
	for (size_t i = 0; i < g->seed_count * g->count; i++)
		matrix[i] = NAN;
	for (size_t c = 0; c < g->count; c++) {
		const struct family_member *m = &g->f->members[g->members[c]];
		for (size_t k = 0; k < m->pairs; k++)
			matrix[seed_place(g, g->f->seeds[m->first + k]) * g->count + c] =
				g->f->differences[m->first + k];
	}
}

/* Are two columns the same comparison, or the same turned round? */
static bool same_column(const struct group *g, const double *matrix, size_t a, size_t b)
{
	bool equal = true, opposite = true;

	for (size_t i = 0; i < g->seed_count; i++) {
		const double x = matrix[i * g->count + a], y = matrix[i * g->count + b];
		if (isnan(x) && isnan(y))
			continue;
		equal = equal && x == y;
		opposite = opposite && x == -y;
	}
	return equal || opposite;
}

static size_t different_columns(const struct group *g, const double *matrix)
{
	size_t different = 0;

	for (size_t a = 0; a < g->count; a++) {
		bool seen = false;
		for (size_t b = 0; b < a && !seen; b++)
			seen = same_column(g, matrix, a, b);
		different += !seen;
	}
	return different;
}

static int correct(struct group *g, struct err *e)
{
	double *matrix = calloc(g->seed_count * g->count + 1, sizeof(*matrix)),
	       *p = calloc(g->count + 1, sizeof(*p));
	int result = matrix && p ? 0 : err_nomem(e);

	if (!result) {
		fill(g, matrix);
		const size_t tests = different_columns(g, matrix);
		if (stats_joint_sign_flip(matrix, g->seed_count, g->count, p))
			result = err_nomem(e);
		for (size_t c = 0; c < g->count && !result; c++) {
			g->f->members[g->members[c]].p = p[c];
			g->f->members[g->members[c]].tests = tests;
		}
	}
	free(matrix);
	free(p);
	return result;
}

int families_correct(struct families *f, struct err *e)
{
	struct group g = { .f = f,
		.members = calloc(f->count + 1, sizeof(*g.members)),
		.seeds = calloc(f->values + 1, sizeof(*g.seeds)) };
	int result = g.members && g.seeds ? 0 : err_nomem(e);

	for (size_t i = 0; i < f->count && !result; i++) {
		bool done = false;
		for (size_t k = 0; k < i && !done; k++)
			done = !strcmp(f->members[k].family, f->members[i].family);
		if (done)
			continue;
		g.name = f->members[i].family;
		collect(&g);
		if (g.count)
			result = correct(&g, e);
	}
	free(g.members);
	free(g.seeds);
	return result;
}

const struct family_member *families_find(const struct families *f, const void *owner, size_t place)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->members[i].owner == owner && f->members[i].place == place)
			return &f->members[i];
	return NULL;
}

void families_free(struct families *f)
{
	free(f->members);
	free(f->differences);
	free(f->seeds);
	*f = (struct families){ 0 };
}

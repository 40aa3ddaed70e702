/* family.c - see family.h. */
#include "family.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
	*m = (struct family_member){ .owner = owner,
		.place = place,
		.first = f->values,
		.pairs = pairs,
		.p = NAN,
		.interval = interval_none() };
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

/* Which column of the matrix a member is. */
struct column {
	size_t place;
	bool opposite; /* with the other sign */
};

/* Are two columns equal, or opposite: the same two arms, subtracted in the other order? */
static bool same_column(
	const struct group *g, const double *matrix, size_t a, size_t b, bool *opposite)
{
	bool equal = true, turned = true;

	for (size_t i = 0; i < g->seed_count; i++) {
		const double x = matrix[i * g->count + a], y = matrix[i * g->count + b];
		if (isnan(x) && isnan(y))
			continue;
		equal = equal && x == y;
		turned = turned && x == -y;
	}
	*opposite = !equal;
	return equal || turned;
}

/* Leave each comparison in the matrix once; its rows become shorter. Returns how many there are. */
static size_t merge_columns(const struct group *g, double *matrix, struct column *columns)
{
	size_t different = 0;
	size_t *kept = calloc(g->count + 1, sizeof(*kept));

	if (!kept)
		return 0;
	for (size_t a = 0; a < g->count; a++) {
		size_t b = 0;
		while (b < different && !same_column(g, matrix, a, kept[b], &columns[a].opposite))
			b++;
		columns[a].place = b;
		if (b < different)
			continue;
		columns[a].opposite = false;
		kept[different++] = a;
	}
	for (size_t i = 0; i < g->seed_count; i++)
		for (size_t b = 0; b < different; b++)
			matrix[i * different + b] = matrix[i * g->count + kept[b]];
	free(kept);
	return different;
}

static struct interval turned(struct interval i)
{
	return (struct interval){ -i.high, -i.low };
}

static int correct(struct group *g, bool with_intervals, struct err *e)
{
	double *matrix = calloc(g->seed_count * g->count + 1, sizeof(*matrix)),
	       *p = calloc(g->count + 1, sizeof(*p));
	struct interval *intervals = calloc(g->count + 1, sizeof(*intervals));
	struct column *columns = calloc(g->count + 1, sizeof(*columns));
	size_t tests = 0;

	if (matrix && p && intervals && columns) {
		fill(g, matrix);
		tests = merge_columns(g, matrix, columns);
	}
	int result = tests ? 0 : err_nomem(e);
	if (tests
		&& stats_joint_sign_flip(matrix, g->seed_count, tests, FAMILY_ALPHA, p,
			with_intervals ? intervals : NULL))
		result = err_nomem(e);
	for (size_t c = 0; c < g->count && !result; c++) {
		struct family_member *m = &g->f->members[g->members[c]];
		const struct interval i = intervals[columns[c].place];
		m->p = p[columns[c].place];
		if (with_intervals)
			m->interval = columns[c].opposite ? turned(i) : i;
		m->tests = tests;
	}
	free(matrix);
	free(p);
	free(intervals);
	free(columns);
	return result;
}

int families_correct(struct families *f, bool intervals, struct err *e)
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
			result = correct(&g, intervals, e);
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

static bool same_differences(const struct families *f, const struct family_member *m,
	const double *difference, const uint64_t *seeds, size_t pairs)
{
	size_t equal = 0;

	for (size_t i = 0; i < pairs; i++)
		for (size_t k = 0; k < m->pairs; k++)
			equal += f->seeds[m->first + k] == seeds[i]
				&& f->differences[m->first + k] == difference[i];
	return m->pairs == pairs && equal == pairs;
}

const struct family_member *families_find_same(const struct families *f, const char *family,
	const double *difference, const uint64_t *seeds, size_t pairs)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct family_member *m = &f->members[i];
		if (m->tests && !strcmp(m->family, family)
			&& same_differences(f, m, difference, seeds, pairs))
			return m;
	}
	return NULL;
}

void families_free(struct families *f)
{
	free(f->members);
	free(f->differences);
	free(f->seeds);
	*f = (struct families){ 0 };
}

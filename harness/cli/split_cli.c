/* split_cli.c - see split_cli.h. */
#include "split_cli.h"

#include <string.h>

#include "../run/engine.h"
#include "../run/split.h"
#include "places.h"

enum { SETS_MAX = 64, MESSAGES_MAX = 10 };

/* A data set of the sweep. */
struct set {
	const char *name;
	struct dataset *d;               /* NULL: not open */
	bool missing;                    /* it cannot be opened here */
	const struct dataset_info *info; /* NULL: nothing is published of it */
};

struct check {
	const char *path;
	struct set sets[SETS_MAX];
	int count;
	int messages;
	struct places places;
};

/* NULL: the sweep has more of them than can be. */
static struct set *find_set(struct check *x, const char *name)
{
	for (int i = 0; i < x->count; i++)
		if (strcmp(x->sets[i].name, name) == 0)
			return &x->sets[i];
	if (x->count == SETS_MAX)
		return NULL;
	x->sets[x->count] = (struct set){ .name = name, .info = dataset_find(name) };
	return &x->sets[x->count++];
}

/* At the first use of its labels: reading a published set takes a second. */
static void open_set(struct check *x, struct set *s)
{
	struct err e = { 0 };
	if (s->d || s->missing)
		return;
	s->missing = dataset_open(s->name, &x->places.dataset, &e, &s->d) != 0;
	if (s->missing && !s->info)
		fprintf(stderr, "%s: data set %s cannot be read here: its splits are not checked\n",
			x->path, s->name);
}

static int check_one(struct check *x, const struct trial *t)
{
	struct set *s = find_set(x, t->dataset);
	struct split_sizes n = { 0 };
	struct err e = { 0 };
	int result = 0;
	if (s && s->info)
		result =
			split_check_sizes(t, s->name, s->info->train_count, s->info->test_count, &e)
				|| split_find_sizes(t, s->name, s->info->train_count,
					s->info->test_count, &n, &e)
			? -1
			: 0;
	if (s && result == 0 && (!s->info || split_is_small(t, s->info->train_count, &n))) {
		open_set(x, s);
		result = s->d ? split_check(t, s->d, &e) : 0;
	}
	if (result == 0)
		return ERR_NONE;
	if (x->messages++ < MESSAGES_MAX)
		fprintf(stderr, "%s: error: %s\n", x->path, e.text);
	return (int)e.kind;
}

int split_cli_check(const struct cli *c, const struct sweep *sweep)
{
	struct check x = { .path = sweep->path };
	const struct trial *last = NULL;
	int code = ERR_NONE;
	places_fill(&x.places, c);
	for (size_t i = 0; i < sweep->trial_count && engine_of(sweep)->check; i++) {
		const struct trial *t = &sweep->trials[i];
		if (last && split_same(last, t))
			continue;
		const int one = check_one(&x, t);
		code = one > code ? one : code;
		last = t;
	}
	if (x.messages > MESSAGES_MAX)
		fprintf(stderr, "%s: and %d more\n", x.path, x.messages - MESSAGES_MAX);
	for (int i = 0; i < x.count; i++)
		dataset_close(x.sets[i].d);
	return code;
}

/* split.c - see split.h. */
#include "split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../nn/nn.h"
#include "../base/str.h"

enum { CLASSES_MAX = 256, SHOWN_MAX = 12 };

/* Images by class. */
struct tally {
	uint32_t of[CLASSES_MAX];
};

/* The k-fold is the last phase, if there is one. */
static const struct phase_config *kfold_of(const struct trial *t)
{
	const struct phase_config *last = t->phase_count ? &t->phases[t->phase_count - 1] : NULL;
	return last && last->kind == PHASE_KFOLD ? last : NULL;
}

/* ---- sizes ---- */

int split_find_sizes(const struct trial *t, const char *name, uint32_t train_images,
	uint32_t test_images, struct split_sizes *out, struct err *e)
{
	const uint32_t validation = trial_validation(t, train_images);
	const uint32_t limit = (uint32_t)t->train_limit, tests = (uint32_t)t->test_limit;
	const struct phase_config *kfold = kfold_of(t);
	if (validation >= train_images)
		return err_set(e, ERR_USAGE,
			"validation: %u of the %u training images of %s leave none to train on; "
			"give fewer, or a fraction such as validation: 0.1",
			(unsigned)validation, (unsigned)train_images, name);
	*out = (struct split_sizes){ .validation = validation,
		.used = limit && limit < train_images - validation ? validation + limit
								   : train_images,
		.test = tests && tests < test_images ? tests : test_images };
	if (kfold && (uint32_t)kfold->folds > out->used)
		return err_set(e, ERR_USAGE, "folds: %d folds of %u images of %s", kfold->folds,
			(unsigned)out->used, name);
	return 0;
}

/* A phase's validation set is part of the trial's. */
static int check_phases(const struct trial *t, uint32_t train_images, struct err *e)
{
	const uint32_t all = trial_validation(t, train_images);
	for (int i = 0; i < t->phase_count; i++) {
		const uint32_t own = trial_phase_validation(t, i, train_images);
		if (own > all)
			return err_set(e, ERR_USAGE,
				"validation: phase %s has %u images, but the trial's validation "
				"set, which they are part of, has %u; give the phase fewer, or the "
				"trial more",
				t->phases[i].name, (unsigned)own, (unsigned)all);
	}
	return 0;
}

/* Does anything watch the validation images while it trains? */
static bool is_watched(const struct phase_config *p)
{
	return p->stop.patience > 0 || p->schedule.kind == SCHEDULE_PLATEAU;
}

/* Without validation images nobody can watch them; each fold of a k-fold has its own. */
static int check_watching(const struct trial *t, struct err *e)
{
	for (int i = 0; i < t->phase_count; i++) {
		const struct phase_config *p = &t->phases[i];
		const double validation = p->validation < 0 ? t->validation : p->validation;
		if (p->kind == PHASE_KFOLD || validation != 0)
			continue;
		if (is_watched(p))
			return err_set(e, ERR_USAGE,
				"validation: 0: phase %s has a %s, which needs validation images; "
				"give some, or leave it out",
				p->name, p->stop.patience > 0 ? "patience" : "plateau");
	}
	return 0;
}

int split_check_sizes(const struct trial *t, const char *name, uint32_t train_images,
	uint32_t test_images, struct err *e)
{
	struct split_sizes n;
	if (split_find_sizes(t, name, train_images, test_images, &n, e)
		|| check_phases(t, train_images, e) || check_watching(t, e))
		return -1;
	if ((uint32_t)t->train_limit > train_images - n.validation)
		return err_set(e, ERR_USAGE,
			"train_limit: %d images, but %s has %u training images and %u of them are "
			"for validation: %u are left (0 takes all)",
			t->train_limit, name, (unsigned)train_images, (unsigned)n.validation,
			(unsigned)(train_images - n.validation));
	if ((uint32_t)t->test_limit > test_images)
		return err_set(e, ERR_USAGE,
			"test_limit: %d images, but %s has %u test images (0 takes all)",
			t->test_limit, name, (unsigned)test_images);
	return 0;
}

bool split_is_small(const struct trial *t, uint32_t train_images, const struct split_sizes *n)
{
	const struct phase_config *kfold = kfold_of(t);
	const uint32_t least = 114, least_of_fold = 1000, train = n->used - n->validation;
	for (int i = 0; i < t->phase_count; i++) {
		const uint32_t own = trial_phase_validation(t, i, train_images);
		if (own > 0 && own < least)
			return true;
	}
	return (n->validation > 0 && n->validation < least) || train < least || n->test < least
		|| (kfold && n->used / (uint32_t)kfold->folds < least_of_fold);
}

/* ---- the split ---- */

static void count_ids(
	const struct dataset *d, const uint32_t *ids, uint32_t count, struct tally *out)
{
	*out = (struct tally){ { 0 } };
	for (uint32_t i = 0; i < count; i++)
		out->of[d->train_labels[ids[i]]]++;
}

/* Share `take` of `total` images between classes by their counts: largest remainders, the lower
 * class first. */
static void apportion(const struct tally *counts, uint32_t total, uint32_t take, struct tally *out)
{
	uint32_t rest[CLASSES_MAX], given = 0;
	for (int k = 0; k < CLASSES_MAX; k++) {
		const uint64_t share = (uint64_t)counts->of[k] * take;
		out->of[k] = (uint32_t)(share / total);
		rest[k] = (uint32_t)(share % total);
		given += out->of[k];
	}
	for (; given < take; given++) {
		int most = 0;
		for (int k = 1; k < CLASSES_MAX; k++)
			most = rest[k] > rest[most] ? k : most;
		out->of[most]++;
		rest[most] = 0;
	}
}

/* Validation images first, then those to train on, each in the order of the data set. */
static void choose_stratified(const struct dataset *d, const struct split_sizes *n, uint32_t *ids)
{
	struct tally left = { { 0 } }, validation, training;
	uint32_t val = 0, train = n->validation;
	for (uint32_t i = 0; i < d->train_count; i++)
		left.of[d->train_labels[i]]++;
	apportion(&left, d->train_count, n->validation, &validation);
	for (int k = 0; k < CLASSES_MAX; k++)
		left.of[k] -= validation.of[k];
	apportion(&left, d->train_count - n->validation, n->used - n->validation, &training);
	for (uint32_t i = 0; i < d->train_count; i++) {
		const uint8_t k = d->train_labels[i];
		if (validation.of[k]) {
			validation.of[k]--;
			ids[val++] = i;
		} else if (training.of[k]) {
			training.of[k]--;
			ids[train++] = i;
		}
	}
}

/* Put shuffled images into an order of which equal pieces have all classes alike: sorted by class,
 * then dealt to the folds one after the other. room: memory for `count` numbers. */
static void deal(
	const struct dataset *d, uint32_t count, uint32_t folds, uint32_t *ids, uint32_t *room)
{
	uint32_t at = 0;
	for (int k = 0; k < d->classes; k++)
		for (uint32_t i = 0; i < count; i++)
			if (d->train_labels[ids[i]] == k)
				room[at++] = ids[i];
	at = 0;
	for (uint32_t f = 0; f < folds; f++)
		for (uint32_t i = f; i < count; i += folds)
			ids[at++] = room[i];
}

/* Fold f of n over `count` shuffled images: the first count % n folds have one more (as
 * scikit-learn cuts them). */
static void cut_fold(const uint32_t *shuffled, uint32_t *train, uint32_t count, int folds, int fold,
	struct split *split)
{
	uint32_t n = (uint32_t)folds, f = (uint32_t)fold;
	uint32_t begin = f * (count / n) + (f < count % n ? f : count % n);
	uint32_t size = count / n + (f < count % n);
	memcpy(train, shuffled, begin * sizeof(*train));
	memcpy(train + begin, shuffled + begin + size, (count - begin - size) * sizeof(*train));
	*split = (struct split){ .train = train,
		.train_count = count - size,
		.val = shuffled + begin,
		.val_count = size };
}

/* Of `count` validation images in the order of the data set, put `own` with each class in its share
 * first. Both parts stay in order. room: memory for `count` numbers. */
static void keep_stratified(
	const struct dataset *d, uint32_t *ids, uint32_t count, uint32_t own, uint32_t *room)
{
	struct tally all, kept;
	uint32_t val = 0, others = 0;
	count_ids(d, ids, count, &all);
	apportion(&all, count, own, &kept);
	for (uint32_t i = 0; i < count; i++)
		if (kept.of[d->train_labels[ids[i]]]) {
			kept.of[d->train_labels[ids[i]]]--;
			ids[val++] = ids[i];
		} else {
			room[others++] = ids[i];
		}
	memcpy(ids + val, room, others * sizeof(*ids));
}

/* Merge two ordered lists that follow each other, of `first` and count - first numbers. room:
 * memory for `count` numbers. */
static void merge(uint32_t *ids, uint32_t first, uint32_t count, uint32_t *room)
{
	uint32_t a = 0, b = first;
	for (uint32_t i = 0; i < count; i++)
		room[i] = b == count || (a < first && ids[a] < ids[b]) ? ids[a++] : ids[b++];
	memcpy(ids, room, count * sizeof(*ids));
}

/* The split of a phase, which trains on its images in the order of the data set. room: memory for
 * n->used numbers. */
static void cut_phase(const struct trial *t, const struct dataset *d, const struct split_sizes *n,
	int phase, uint32_t *ids, uint32_t *room, struct split *out)
{
	const uint32_t wanted = trial_phase_validation(t, phase, d->train_count),
		       own = wanted < n->validation ? wanted : n->validation;
	if (t->stratify && own < n->validation) {
		keep_stratified(d, ids, n->validation, own, room);
		merge(ids + own, n->validation - own, n->used - own, room);
	}
	*out = (struct split){
		.val = ids, .val_count = own, .train = ids + own, .train_count = n->used - own
	};
}

static int by_number(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Put validation images first that the seed draws. Both parts are in the order of the data set.
 * room: memory for n->used numbers. */
static void draw_validation(const struct trial *t, const struct dataset *d,
	const struct split_sizes *n, uint32_t *ids, uint32_t *room)
{
	const struct nn_rng rng = { .seed = t->seed, .stream = NN_STREAM_SPLIT };
	nn_rng_shuffle(&rng, ids, n->used);
	if (t->stratify)
		keep_stratified(d, ids, n->used, n->validation, room);
	qsort(ids, n->validation, sizeof(*ids), by_number);
	qsort(ids + n->validation, n->used - n->validation, sizeof(*ids), by_number);
}

void split_make(const struct trial *t, const struct dataset *d, const struct split_sizes *n,
	int phase, int fold, uint32_t *ids, uint32_t *train, struct split *out)
{
	for (uint32_t i = 0; i < n->used; i++)
		ids[i] = i;
	if (t->stratify)
		choose_stratified(d, n, ids);
	if (fold < 0) {
		if (t->split == SPLIT_SEED)
			draw_validation(t, d, n, ids, train);
		cut_phase(t, d, n, phase, ids, train, out);
		return;
	}
	const struct nn_rng rng = {
		.seed = t->seed, .stream = NN_STREAM_FOLDS, .phase = (uint16_t)(t->phase_count - 1)
	};
	const int folds = kfold_of(t)->folds;
	nn_rng_shuffle(&rng, ids, n->used);
	if (t->stratify)
		deal(d, n->used, (uint32_t)folds, ids, train);
	cut_fold(ids, train, n->used, folds, fold, out);
}

/* ---- the check ---- */

/* The first class that the set has and this part has not; -1: none. */
static int missing_class(const struct dataset *d, const struct tally *all, const struct tally *part)
{
	for (int k = 0; k < d->classes; k++)
		if (all->of[k] && !part->of[k])
			return k;
	return -1;
}

static int refuse(const struct dataset *d, int k, const char *part, const struct tally *counts,
	const char *remedy, struct err *e)
{
	struct str list = { 0 };
	uint32_t total = 0;
	for (int i = 0; i < d->classes; i++)
		total += counts->of[i];
	for (int i = 0; i < d->classes && i < SHOWN_MAX; i++)
		str_addf(&list, "%s%s %u", i ? ", " : "", dataset_class(d, i),
			(unsigned)counts->of[i]);
	err_set(e, ERR_USAGE,
		"data set %s: none of the %u %s images is of class '%s' (%s%s); "
		"what a network learns and scores would mean nothing: %s",
		d->name, (unsigned)total, part, dataset_class(d, k), list.s ? list.s : "",
		d->classes > SHOWN_MAX ? ", ..." : "", remedy);
	str_free(&list);
	return -1;
}

static int check_split(const struct trial *t, const struct dataset *d, const struct tally *all,
	const struct split *s, int phase, int fold, struct err *e)
{
	const char *remedy = t->stratify ? "the class has too few images: use more"
					 : "set stratify: true, or use more images";
	char part[64 + PHASE_NAME_MAX], where[32 + PHASE_NAME_MAX] = "";
	struct tally counts;
	if (fold >= 0)
		snprintf(where, sizeof(where), " (fold %d)", fold + 1);
	else if (t->phases[phase].validation >= 0)
		snprintf(where, sizeof(where), " (phase %s)", t->phases[phase].name);
	count_ids(d, s->val, s->val_count, &counts);
	int k = s->val_count ? missing_class(d, all, &counts) : -1;
	snprintf(part, sizeof(part), "validation%s", where);
	if (k >= 0)
		return refuse(d, k, part, &counts, remedy, e);
	count_ids(d, s->train, s->train_count, &counts);
	k = missing_class(d, all, &counts);
	snprintf(part, sizeof(part), "training%s", where);
	return k >= 0 ? refuse(d, k, part, &counts, remedy, e) : 0;
}

int split_check(const struct trial *t, const struct dataset *d, struct err *e)
{
	struct split_sizes n;
	struct tally all = { { 0 } }, test = { { 0 } };
	if (split_check_sizes(t, d->name, d->train_count, d->test_count, e)
		|| split_find_sizes(t, d->name, d->train_count, d->test_count, &n, e))
		return -1;
	for (uint32_t i = 0; i < d->train_count; i++)
		all.of[d->train_labels[i]]++;
	for (uint32_t i = 0; i < d->test_count; i++)
		all.of[d->test_labels[i]]++;
	for (uint32_t i = 0; i < n.test; i++)
		test.of[d->test_labels[i]]++;
	const int k = missing_class(d, &all, &test);
	if (k >= 0)
		return refuse(d, k, "test", &test,
			t->test_limit ? "raise test_limit, or leave it out"
				      : "import the set with test images of every class",
			e);
	uint32_t *ids = malloc(n.used * sizeof(*ids)), *train = malloc(n.used * sizeof(*train));
	const struct phase_config *kfold = kfold_of(t);
	int result = ids && train ? 0 : err_nomem(e);
	for (int phase = 0; result == 0 && phase < t->phase_count; phase++) {
		struct split s;
		const struct phase_config *p = &t->phases[phase];
		if (p->kind == PHASE_KFOLD || (phase > 0 && p->validation == p[-1].validation))
			continue;
		split_make(t, d, &n, phase, -1, ids, train, &s);
		result = check_split(t, d, &all, &s, phase, -1, e);
	}
	for (int fold = 0; result == 0 && kfold && fold < kfold->folds; fold++) {
		struct split s;
		split_make(t, d, &n, t->phase_count - 1, fold, ids, train, &s);
		result = check_split(t, d, &all, &s, t->phase_count - 1, fold, e);
	}
	free(ids);
	free(train);
	return result;
}

/* Do the phases validate on the same images, as far as the checks can tell? */
static bool same_phases(const struct trial *a, const struct trial *b)
{
	bool same = a->phase_count == b->phase_count;
	for (int i = 0; same && i < a->phase_count; i++)
		same = a->phases[i].validation == b->phases[i].validation
			&& is_watched(&a->phases[i]) == is_watched(&b->phases[i]);
	return same;
}

/* Do all phases have the trial's validation set, and it has images? */
static bool is_plain(const struct trial *t)
{
	bool plain = t->validation != 0;
	for (int i = 0; plain && i < t->phase_count; i++)
		plain = t->phases[i].validation < 0;
	return plain;
}

bool split_same(const struct trial *a, const struct trial *b)
{
	const struct phase_config *x = kfold_of(a), *y = kfold_of(b);
	const bool one = strcmp(a->dataset, b->dataset) == 0 && a->validation == b->validation
		&& a->train_limit == b->train_limit && a->test_limit == b->test_limit
		&& a->stratify == b->stratify && a->split == b->split
		&& (a->split == SPLIT_FIRST || a->seed == b->seed) && !x == !y
		&& ((is_plain(a) && is_plain(b)) || same_phases(a, b));
	return one
		&& (!x
			|| (x->folds == y->folds && a->seed == b->seed
				&& a->phase_count == b->phase_count));
}

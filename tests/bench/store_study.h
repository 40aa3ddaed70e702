/* store_study.h - a large study made of numbers that were made up, for the benchmark of the results
 * database (bench_store.c). */
#ifndef TESTS_BENCH_STORE_STUDY_H
#define TESTS_BENCH_STORE_STUDY_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/plan/identity.h"
#include "harness/plan/result.h"
#include "harness/plan/sweep.h"
#include "harness/store/attempts.h"
#include "harness/store/open.h"

enum { SEEDS = 10, FOLDS = 2 };

static const struct phase_config phases[1] = {
	{ .kind = PHASE_KFOLD,
		.epochs = 50,
		.folds = FOLDS,
		.optimizer = { .kind = OPTIMIZER_SGD, .lr = 0.001 } },
};

static inline void add_label(struct trial *t, const char *name, const char *value)
{
	struct label *l = &t->labels[t->label_count++];
	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->value, sizeof(l->value), "%s", value);
}

static inline void make_sweep(struct sweep *s, size_t trials)
{
	static const char *const datasets[] = { "mnist", "fashion-mnist", "cifar10" };
	snprintf(s->name, sizeof(s->name), "bench");
	snprintf(s->digest, sizeof(s->digest), "%064d", 0);
	s->text = (char *)"";
	s->seed_count = SEEDS;
	s->trial_count = trials;
	s->trials = calloc(trials, sizeof(*s->trials));
	if (!s->trials)
		abort();
	for (size_t i = 0; i < trials; i++) {
		struct trial *t = &s->trials[i];
		char recipe[32];
		snprintf(t->dataset, sizeof(t->dataset), "%s", datasets[i / SEEDS % 3]);
		snprintf(t->model, sizeof(t->model), "lightweight");
		snprintf(recipe, sizeof(recipe), "recipe-%zu", i / SEEDS / 3);
		t->seed = 1 + i % SEEDS;
		t->batch_size = (int)(1 + i / SEEDS / 3); /* makes configurations differ */
		t->phases = phases;
		t->phase_count = 1;
		trial_identify(t);
		add_label(t, "dataset", datasets[i / SEEDS % 3]);
		add_label(t, "recipe", recipe);
		add_label(t, "augment", "paper");
	}
	s->claims = calloc(3, sizeof(*s->claims));
	if (!s->claims)
		abort();
	for (size_t i = 0; i < 3; i++, s->claim_count++) {
		struct claim *c = &s->claims[i];
		*c = (struct claim){
			.metric = "test_accuracy", .paper = 0.89, .rounds_to = 2, .where.count = 2
		};
		snprintf(c->id, sizeof(c->id), "C%zu", i + 1);
		c->where.is[0] = (struct label){ "dataset", "mnist" };
		c->where.is[1] = (struct label){ "recipe", "recipe-0" };
	}
}

/* Numbers that do not compress and do not repeat; an accuracy, on 10,000 images. */
static inline double number(size_t i)
{
	uint64_t x = (uint64_t)i * 0x9e3779b97f4a7c15u;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9u;
	return (double)(x >> 11) * 0x1p-53;
}

static inline double accuracy(size_t i)
{
	return (double)(int)(1e4 * number(i)) / 1e4;
}

static inline struct epoch_result epoch_of(size_t trial, int fold, int epoch)
{
	const size_t i = (trial * FOLDS + (size_t)fold) * 1000 + (size_t)epoch;
	return (struct epoch_result){ .phase = 0,
		.fold = fold,
		.epoch = epoch,
		.outputs = 1,
		.train_loss = { number(i) },
		.train_accuracy = { accuracy(i + 1) },
		.val_loss = { number(i + 2) },
		.val_accuracy = { accuracy(i + 3) },
		.seconds = number(i + 4),
		.images_per_second = 1e5 * number(i + 5) };
}

struct writer {
	struct store *store;
	const struct sweep *sweep;
	int64_t sweep_id, environment;
	int core_version;        /* 0: 1 */
	const char *data_digest; /* NULL: one that was made up */
	const size_t *number;    /* of each trial, for its results; NULL: its place in the sweep */
};

/* Everything that belongs to a trial, as the runner records it. */
static inline int write_trial(const struct writer *w, size_t place, int epochs, struct err *e)
{
	static uint8_t classes[100];
	const size_t trial = w->number ? w->number[place] : place;
	int64_t attempt;
	if (store_attempt_begin(w->store, w->sweep_id, w->sweep->trials[place].identity,
		    w->environment, (long)getpid(), &attempt, e))
		return -1;
	for (int i = 0; i < epochs; i++) {
		const struct epoch_result r = epoch_of(trial, i % FOLDS, i / FOLDS);
		if (store_epoch(w->store, attempt, &r, e))
			return -1;
	}
	for (int fold = 0; fold < FOLDS; fold++) {
		struct phase_result r = { .fold = fold,
			.name = "kfold",
			.stopped = "epochs",
			.epochs_run = epochs / FOLDS,
			.outputs = 1,
			.test_count = 100,
			.val_loss = { number(trial) },
			.val_accuracy = { accuracy(trial) },
			.test_loss = { number(trial + 1) },
			.test_accuracy = { accuracy(trial + 1) },
			.predictions = { classes },
			.parameters = 14862,
			.trainable = 14862,
			.weight_bytes = 59448,
			.optimizer_bytes = 59448 };
		digest_bytes(&trial, sizeof(trial), r.weights_digest);
		if (store_phase(w->store, attempt, &r, e))
			return -1;
	}
	struct trial_end end = { .state = TRIAL_DONE,
		.seconds = 10 + number(trial),
		.core_version = w->core_version ? w->core_version : 1,
		.kernels = "plain",
		.data_variant = "canonical" };
	digest_bytes("data", 4, end.data_digest);
	if (w->data_digest)
		snprintf(end.data_digest, sizeof(end.data_digest), "%s", w->data_digest);
	digest_bytes(&trial, sizeof(trial), end.weights_digest);
	return store_attempt_end(w->store, attempt, &end, e);
}

#endif

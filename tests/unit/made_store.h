/* made_store.h - a sweep and results put together by hand, for tests of the store itself: few and
 * round numbers, nothing is trained. */
#ifndef TESTS_MADE_STORE_H
#define TESTS_MADE_STORE_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/plan/identity.h"
#include "harness/plan/result.h"
#include "harness/plan/sweep.h"
#include "harness/store/attempts.h"
#include "harness/store/open.h"

enum { MADE_TRIALS_MAX = 64 };

static const struct phase_config made_phases[2] = {
	{ .kind = PHASE_DUAL,
		.epochs = 3,
		.validation = -1,
		.optimizer = { .kind = OPTIMIZER_NADAM, .lr = 0.001 } },
	{ .kind = PHASE_KFOLD,
		.epochs = 2,
		.folds = 2,
		.optimizer = { .kind = OPTIMIZER_SGD, .lr = 0.001 } },
};

struct made_sweep {
	struct sweep sweep;
	struct trial trials[MADE_TRIALS_MAX];
	struct claim claims[2];
};

static inline void made_label(struct trial *t, const char *name, const char *value)
{
	struct label *l = &t->labels[t->label_count++];
	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->value, sizeof(l->value), "%s", value);
}

static inline struct trial made_trial(const char *recipe, uint64_t seed)
{
	struct trial t = { .seed = seed,
		.batch_size = 32,
		.validation = 10000,
		.phases = made_phases,
		.phase_count = 2 };
	snprintf(t.dataset, sizeof(t.dataset), "synthetic");
	snprintf(t.model, sizeof(t.model), "lightweight");
	if (strcmp(recipe, "short") == 0)
		t.batch_size = 64; /* another configuration */
	trial_identify(&t);
	made_label(&t, "dataset", "synthetic");
	made_label(&t, "recipe", recipe);
	made_label(&t, "augment", "paper");
	return t;
}

/* A sweep with two recipes and that many seeds; two claims. */
static inline void made_init(struct made_sweep *m, const char *name, int seeds)
{
	memset(m, 0, sizeof(*m));
	snprintf(m->sweep.name, sizeof(m->sweep.name), "%s", name);
	snprintf(m->sweep.title, sizeof(m->sweep.title), "A study that was made up");
	snprintf(m->sweep.path, sizeof(m->sweep.path), "experiments/%s.yaml", name);
	digest_bytes(name, strlen(name), m->sweep.digest);
	m->sweep.text = (char *)"retrial: 1\n";
	m->sweep.seed_count = seeds;
	m->sweep.trials = m->trials;
	for (int seed = 1; seed <= seeds; seed++) {
		m->trials[m->sweep.trial_count++] = made_trial("paper-notebook", (uint64_t)seed);
		m->trials[m->sweep.trial_count++] = made_trial("short", (uint64_t)seed);
	}
	m->sweep.claims = m->claims;
	m->sweep.claim_count = 2;
	m->claims[0] = (struct claim){ .id = "C2",
		.title = "accuracy",
		.metric = "test_accuracy",
		.paper = 0.89,
		.rounds_to = 2 };
	m->claims[0].where = (struct where){ .is = { { "recipe", "paper-notebook" } }, .count = 1 };
	m->claims[1] = (struct claim){ .id = "C5",
		.title = "size",
		.metric = "params",
		.paper = 20000,
		.rounds_to = 0,
		.compare = -1 };
}

/* An epoch of the dual phase. */
static inline struct epoch_result made_epoch(int epoch)
{
	return (struct epoch_result){ .phase = 0,
		.fold = -1,
		.epoch = epoch,
		.outputs = 2,
		.train_loss = { 0.5, 0.75 },
		.train_accuracy = { 0.8, 0.7 },
		.val_loss = { 0.25, 0.375 },
		.val_accuracy = { 0.9, 0.85 },
		.seconds = 1.5,
		.images_per_second = 50000 };
}

/* The dual phase, or fold 0 or 1 of the k-fold phase with this test accuracy. Predictions of four
 * images. */
static inline struct phase_result made_phase(int phase, int fold, double accuracy)
{
	static uint8_t classes[4] = { 7, 0, 9, 1 };
	struct phase_result r = { .phase = phase,
		.fold = fold,
		.epochs_run = 3 - phase,
		.best_epoch = { 2 - phase, 1 },
		.seconds = 4.5,
		.outputs = 2 - phase,
		.val_loss = { 0.25, 0.375 },
		.val_accuracy = { 0.9, 0.85 },
		.test_loss = { 0.3, 0.4 },
		.test_accuracy = { accuracy, accuracy - 0.25 },
		.test_count = 4,
		.predictions = { classes, phase ? NULL : classes },
		.parameters = phase ? 14862 : 13860,
		.trainable = phase ? 14862 : 13860,
		.weight_bytes = phase ? 59448 : 55440,
		.optimizer_bytes = phase ? 59448 : 110880 };
	snprintf(r.name, sizeof(r.name), "%s", phase ? "kfold" : "dual");
	snprintf(r.stopped, sizeof(r.stopped), "patience");
	digest_bytes(&accuracy, sizeof(accuracy), r.weights_digest);
	return r;
}

static inline struct trial_end made_end(enum trial_state state, const char *error)
{
	struct trial_end end = { .state = state,
		.seconds = 12.5,
		.cpu_seconds = 12.25,
		.peak_bytes = 1 << 20,
		.core_version = 1 };
	snprintf(end.error, sizeof(end.error), "%s", error);
	snprintf(end.kernels, sizeof(end.kernels), "plain");
	digest_bytes("data", 4, end.data_digest);
	snprintf(end.data_variant, sizeof(end.data_variant), "canonical");
	digest_bytes("weights", 7, end.weights_digest);
	return end;
}

/* Run a trial to its end: a dual phase of one epoch, two folds with these test accuracies. */
static inline int made_run(struct store *s, int64_t sweep, int64_t environment,
	const struct trial *t, double first, double second, int64_t *attempt, struct err *e)
{
	const struct epoch_result epoch = made_epoch(0);
	const struct phase_result dual = made_phase(0, -1, 0.5), one = made_phase(1, 0, first),
				  two = made_phase(1, 1, second);
	const struct trial_end end = made_end(TRIAL_DONE, "");
	return store_attempt_begin(s, sweep, t->identity, environment, (long)getpid(), attempt, e)
			|| store_epoch(s, *attempt, &epoch, e) || store_phase(s, *attempt, &dual, e)
			|| store_phase(s, *attempt, &one, e) || store_phase(s, *attempt, &two, e)
			|| store_attempt_end(s, *attempt, &end, e)
		? -1
		: 0;
}

#endif

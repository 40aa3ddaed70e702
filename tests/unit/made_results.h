/* made_results.h - results that look like those of trained networks, made up by a formula, put into
 * a store through its API: for tests of what is made from a database. Nothing here was measured. */
#ifndef TESTS_MADE_RESULTS_H
#define TESTS_MADE_RESULTS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/plan/result.h"
#include "harness/plan/trial.h"
#include "harness/store/attempts.h"
#include "harness/store/open.h"

enum { MADE_IMAGES = 1000 }; /* of the made test set */

/* A number in [0, 1) that depends on all four arguments and on nothing else (splitmix64's
 * finalizer). */
static inline double made_noise(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	uint64_t z = (((a * 1000003 + b) * 1000003 + c) * 1000003 + d) * 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* To a multiple of 1/10000, as an accuracy on 10,000 images is. */
static inline double made_accuracy(double x)
{
	return round((x > 1 ? 1 : x) * 10000) / 10000;
}

/* What the recipe ends at: by data set, a little more for later phases and worse for augmented
 * training. */
static inline double made_level(const struct trial *t, int phase, int output)
{
	const double best = !strcmp(t->dataset, "mnist") ? 0.989
		: !strcmp(t->dataset, "cifar10")         ? 0.65
							 : 0.895;
	const double recipe = 0.004 * made_noise(t->phases[0].kind, (uint64_t)t->phase_count, 3, 7);
	const bool augmented = t->phases[phase].kind == PHASE_DUAL && output == 1;

	return best - recipe - (augmented ? 0.12 * (1 - best) + 0.05 : 0)
		- 0.004 * (t->phase_count - 1 - phase);
}

static inline int made_outputs(const struct phase_config *p)
{
	return p->kind == PHASE_DUAL ? 2 : 1;
}

/* The accuracy that training approaches: phases after the first begin near the end. */
static inline double made_curve(double level, int phase, int epoch)
{
	return level - (phase ? 0.02 : 0.25) * exp(-0.45 * (epoch + 1));
}

static inline int made_epochs(const struct trial *t, int phase, int fold)
{
	const struct phase_config *p = &t->phases[phase];
	const double share =
		0.4 + 0.6 * made_noise(t->seed, (uint64_t)phase, (uint64_t)(fold + 1), 11);

	return p->epochs > 2 ? (int)(p->epochs * share) + 1 : p->epochs;
}

static inline int made_phase(
	struct store *s, int64_t attempt, const struct trial *t, int phase, int fold, struct err *e)
{
	const struct phase_config *p = &t->phases[phase];
	const int epochs = made_epochs(t, phase, fold) < p->epochs ? made_epochs(t, phase, fold)
								   : p->epochs,
		  outputs = made_outputs(p);
	struct phase_result r = { .phase = phase,
		.fold = fold,
		.epochs_run = epochs,
		.seconds = 1.5 * epochs,
		.outputs = outputs,
		.test_count = MADE_IMAGES,
		.trainable = 14862,
		.optimizer_bytes = p->optimizer.kind == OPTIMIZER_NADAM ? 2 * 59448 : 59448 };
	uint8_t predictions[OUTPUTS_MAX][MADE_IMAGES];

	r.parameters = p->kind == PHASE_DUAL     ? 13860
		: p->kind == PHASE_SINGLE        ? 6930
		: !strcmp(t->dataset, "cifar10") ? 19622
						 : 14862;
	r.weight_bytes = 4 * r.parameters;
	memcpy(r.name, p->name, sizeof(r.name));
	memcpy(r.stopped, epochs < p->epochs ? "patience" : "epochs", epochs < p->epochs ? 9 : 7);
	digest_bytes(&t->seed, sizeof(t->seed), r.weights_digest);
	for (int o = 0; o < outputs; o++) {
		const double level = made_level(t, phase, o),
			     wobble = 0.0036
			* (made_noise(t->seed, (uint64_t)phase, (uint64_t)o, 5) - 0.5);
		for (int epoch = 0; epoch < epochs; epoch++) {
			struct epoch_result er = { .phase = phase,
				.fold = fold,
				.epoch = epoch,
				.outputs = outputs,
				.seconds = 1.5,
				.images_per_second = 30000 };
			for (int k = 0; k < outputs; k++) {
				const double a = made_curve(made_level(t, phase, k), phase, epoch),
					     n = made_noise(t->seed, (uint64_t)(phase * 97 + epoch),
						     (uint64_t)k, 1);
				er.val_accuracy[k] = made_accuracy(a + 0.006 * (n - 0.5));
				er.train_accuracy[k] = made_accuracy(a - 0.03 + 0.0015 * epoch);
				er.val_loss[k] = 3 * (1 - er.val_accuracy[k]);
				er.train_loss[k] = 3 * (1 - er.train_accuracy[k]);
			}
			if (o == 0 && store_epoch(s, attempt, &er, e))
				return -1;
		}
		r.best_epoch[o] = epochs - 1;
		r.val_accuracy[o] =
			made_accuracy(level + wobble + (fold >= 0 ? 0.004 + 0.002 * fold : 0));
		r.test_accuracy[o] =
			made_accuracy(level + wobble + (fold >= 0 ? 0.0005 * fold : 0));
		r.val_loss[o] = 3 * (1 - r.val_accuracy[o]);
		r.test_loss[o] = 3 * (1 - r.test_accuracy[o]);
		for (int i = 0; i < MADE_IMAGES; i++)
			predictions[o][i] =
				(uint8_t)((i
						  + (made_noise(t->seed, (uint64_t)i, (uint64_t)o,
							     9) > level
								  ? 1
								  : 0))
					% 10);
		r.predictions[o] = predictions[o];
	}
	return store_phase(s, attempt, &r, e);
}

/* One finished attempt of a trial, or one that ended in this other state. */
static inline int made_attempt(struct store *s, int64_t sweep, int64_t environment,
	const struct trial *t, enum trial_state state, struct err *e)
{
	struct trial_end end = { .state = state,
		.seconds = 60 + 10 * made_noise(t->seed, 1, 1, 1),
		.cpu_seconds = 58,
		.peak_bytes = 120000000,
		.core_version = 1 };
	int64_t attempt;

	if (store_attempt_begin(s, sweep, t->identity, environment, 1, &attempt, e))
		return -1;
	for (int p = 0; p < t->phase_count && state == TRIAL_DONE; p++) {
		const bool folds = t->phases[p].kind == PHASE_KFOLD;
		for (int fold = folds ? 0 : -1; fold < (folds ? t->phases[p].folds : 0); fold++)
			if (made_phase(s, attempt, t, p, fold, e))
				return -1;
	}
	digest_bytes(t->identity, 64, end.weights_digest);
	digest_bytes(t->dataset, strlen(t->dataset), end.data_digest);
	memcpy(end.kernels, "plain", 6);
	const char *variant = strcmp(t->dataset, "cifar10") ? "canonical" : "20-stand-ins";
	memcpy(end.data_variant, variant, strlen(variant) + 1);
	if (state != TRIAL_DONE) {
		static const char why[] = "phase unify, epoch 3, step 17: loss is not finite";
		memcpy(end.error, why, sizeof(why));
	}
	return store_attempt_end(s, attempt, &end, e);
}

#endif

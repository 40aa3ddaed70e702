/* trial_run.c - a trial from its first phase to its last: splits, the networks handed from phase to phase, k-fold. */
#include "trial_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "networks.h"
#include "training.h"

int trial_fail(struct trial_work *w, enum trial_state state, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	w->end->state = state;
	vsnprintf(w->end->error, sizeof w->end->error, format, arguments);
	va_end(arguments);
	return -1;
}

int model_make(struct trial_work *w, struct model *m, int network_kind)
{
	struct err e = { 0 };
	model_free(m);
	if (network_build((enum network_kind)network_kind, w->train.shape, w->classes, &m->net, &e))
		return trial_fail(w, TRIAL_FAILED, "%s", e.text);
	m->params = malloc(m->net.parameter_count * sizeof *m->params);
	if (!m->params)
		return trial_fail(w, TRIAL_FAILED, "out of memory");
	nn_init_net(&m->net, w->trial->seed, m->params);
	return 0;
}

void model_free(struct model *m)
{
	free(m->params);
	m->params = NULL;
}

/* Copy tensor `from_name` of a model to tensor `to_name` of another; both exist and have the same number of weights. */
static int copy_tensor(struct trial_work *w, struct model *to, const char *to_name, const struct model *from, const char *from_name)
{
	const struct nn_tensor *a = nn_net_tensor(&to->net, to_name), *b = nn_net_tensor(&from->net, from_name);
	if (!a || !b || a->count != b->count)
		return trial_fail(w, TRIAL_FAILED, "cannot copy %s to %s: the networks do not match", from_name, to_name);
	memcpy(to->params + a->offset, from->params + b->offset, a->count * sizeof(float));
	return 0;
}

/* Stage 2a's network (paper.md): the stems take the submodels' convolutions; the wide convolutions their Dense weights, or stay random (N2). */
static int unify(struct trial_work *w, const struct phase_config *phase, struct model *m)
{
	static const char *const parts[] = { "kernel", "bias" };
	struct model dual = *m;
	int answer = -1;
	m->params = NULL;
	if (model_make(w, m, NETWORK_UNIFIED))
		goto out;
	for (int stem = 1; stem <= 2; stem++)
		for (int part = 0; part < 2; part++) {
			char from[NN_NAME_MAX], to[NN_NAME_MAX];
			for (int conv = 1; conv <= 2; conv++) {
				snprintf(to, sizeof to, "stem%d/conv%d/%s", stem, conv, parts[part]);
				if (copy_tensor(w, m, to, &dual, to))
					goto out;
			}
			snprintf(from, sizeof from, "stem%d/dense/%s", stem, parts[part]);
			snprintf(to, sizeof to, "stem%d/wide/%s", stem, parts[part]);
			if (phase->heads[stem - 1] == HEAD_COPY && copy_tensor(w, m, to, &dual, from))
				goto out;
		}
	answer = 0;
out:
	model_free(&dual);
	return answer;
}

/* The network that a phase begins with, from what the phase before left. */
static int enter_phase(struct trial_work *w, const struct phase_config *phase, struct model *m)
{
	switch (phase->kind) {
	case PHASE_SINGLE: return model_make(w, m, NETWORK_SUBMODEL);
	case PHASE_DUAL: return model_make(w, m, NETWORK_DUAL);
	case PHASE_SCRATCH: return model_make(w, m, NETWORK_UNIFIED);
	case PHASE_UNIFY: return unify(w, phase, m);
	case PHASE_UNFREEZE:
	case PHASE_KFOLD: break;
	}
	return 0;
}

static int run_phase(struct trial_work *w, struct model *m, const struct split *split, struct place at, char digest[DIGEST_TEXT])
{
	if (enter_phase(w, &w->trial->phases[at.phase], m))
		return -1;
	return training_run(w, m, split, at, NULL, digest);
}

/* Fold f of n over `count` shuffled images: the first count % n folds have one more (as scikit-learn cuts them). */
static void cut_fold(uint32_t *shuffled, uint32_t *train, uint32_t count, int folds, int fold, struct split *split)
{
	uint32_t n = (uint32_t)folds, f = (uint32_t)fold;
	uint32_t begin = f * (count / n) + (f < count % n ? f : count % n);
	uint32_t size = count / n + (f < count % n);
	memcpy(train, shuffled, begin * sizeof *train);
	memcpy(train + begin, shuffled + begin + size, (count - begin - size) * sizeof *train);
	*split = (struct split){ .train = train, .train_count = count - size, .val = shuffled + begin, .val_count = size };
}

/* One fold. m enters as the phase before left it or, chained, as the fold before went on; `onward` is for the next fold. */
static int run_fold(struct trial_work *w, struct model *m, const struct split *split, struct place at, float *onward, char digest[DIGEST_TEXT])
{
	if (w->trial->phases[at.phase].start == FOLD_CLEAN)
		for (int p = 0; p < at.phase; p++) {
			char ignored[DIGEST_TEXT];
			if (run_phase(w, m, split, (struct place){ p, at.fold }, ignored))
				return -1;
		}
	return training_run(w, m, split, at, onward, digest);
}

/* All folds of a k-fold over the training images that the trial uses (training and validation set together). */
static int run_kfold(struct trial_work *w, struct model *m, uint32_t count, int phase, char digest[DIGEST_TEXT])
{
	const struct phase_config *config = &w->trial->phases[phase];
	const struct nn_rng rng = { .seed = w->trial->seed, .stream = NN_STREAM_FOLDS, .phase = (uint16_t)phase };
	const size_t bytes = m->net.parameter_count * sizeof(float);
	uint32_t *shuffled = malloc(count * sizeof *shuffled), *train = malloc(count * sizeof *train);
	float *start = malloc(bytes), *onward = malloc(bytes);
	struct str digests = { 0 };
	int answer = -1;
	if (!shuffled || !train || !start || !onward) {
		trial_fail(w, TRIAL_FAILED, "out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < count; i++)
		shuffled[i] = i;
	nn_rng_shuffle(&rng, shuffled, count);
	memcpy(start, m->params, bytes);
	for (int fold = 0; fold < config->folds; fold++) {
		struct split split;
		char of_fold[DIGEST_TEXT];
		cut_fold(shuffled, train, count, config->folds, fold, &split);
		memcpy(m->params, start, bytes);
		if (run_fold(w, m, &split, (struct place){ phase, fold }, onward, of_fold))
			goto out;
		if (config->start == FOLD_CHAIN)
			memcpy(start, onward, bytes);
		str_addf(&digests, "%s\n", of_fold);
	}
	digest_bytes(digests.s, digests.length, digest);
	answer = 0;
out:
	str_free(&digests);
	free(shuffled);
	free(train);
	free(start);
	free(onward);
	return answer;
}

static int run_phases(struct trial_work *w, uint32_t *ids, uint32_t count)
{
	const uint32_t validation = (uint32_t)w->trial->validation;
	const struct split split = { .val = ids, .val_count = validation, .train = ids + validation, .train_count = count - validation };
	struct model m = { .params = NULL };
	int answer = 0;
	for (int p = 0; p < w->trial->phase_count && !answer; p++) {
		if (w->trial->phases[p].kind == PHASE_KFOLD)
			answer = run_kfold(w, &m, count, p, w->end->weights_digest);
		else
			answer = run_phase(w, &m, &split, (struct place){ p, -1 }, w->end->weights_digest);
	}
	model_free(&m);
	return answer;
}

/* How many training images the trial uses, or 0 when the data set is too small for what it asks. */
static uint32_t images_used(struct trial_work *w, const struct dataset *d)
{
	const struct trial *t = w->trial;
	uint32_t count = d->train_count, validation = (uint32_t)t->validation;
	if (t->train_limit > 0 && validation + (uint32_t)t->train_limit < count)
		count = validation + (uint32_t)t->train_limit;
	if (validation < 1 || validation >= count) {
		trial_fail(w, TRIAL_FAILED, "validation: %d images of the %u in %s leave none to train on", t->validation, d->train_count, d->name);
		return 0;
	}
	for (int p = 0; p < t->phase_count; p++)
		if (t->phases[p].kind == PHASE_KFOLD && (uint32_t)t->phases[p].folds > count) {
			trial_fail(w, TRIAL_FAILED, "folds: %d folds of %u images", t->phases[p].folds, count);
			return 0;
		}
	return count;
}

int trial_run(const struct trial *t, const struct dataset *d, const struct trial_options *options, const struct trial_sink *sink,
              struct trial_end *end)
{
	const struct nn_shape shape = { d->channels, d->height, d->width };
	const uint32_t tests = t->test_limit > 0 && (uint32_t)t->test_limit < d->test_count ? (uint32_t)t->test_limit : d->test_count;
	struct trial_work w = { .trial = t, .options = options, .sink = sink, .classes = d->classes, .end = end,
		.train = { d->train_images, d->train_labels, shape, d->train_count }, .test = { d->test_images, d->test_labels, shape, tests } };
	const struct nn_kernels *kernels = options->kernels ? options->kernels : nn_kernels_find(NULL);
	struct timespec start, stop;
	clock_gettime(CLOCK_MONOTONIC, &start);
	*end = (struct trial_end){ .state = TRIAL_DONE, .core_version = NN_CORE_VERSION };
	snprintf(end->kernels, sizeof end->kernels, "%s", nn_kernels_name(kernels));
	snprintf(end->data_digest, sizeof end->data_digest, "%s", d->digest);
	snprintf(end->data_variant, sizeof end->data_variant, "%s", d->variant);

	uint32_t count = images_used(&w, d);
	uint32_t *ids = count ? malloc(count * sizeof *ids) : NULL;
	int answer = -1;
	if (count && !ids)
		trial_fail(&w, TRIAL_FAILED, "out of memory");
	for (uint32_t i = 0; ids && i < count; i++)
		ids[i] = i;
	if (ids)
		answer = run_phases(&w, ids, count);
	free(ids);
	clock_gettime(CLOCK_MONOTONIC, &stop);
	end->seconds = (double)(stop.tv_sec - start.tv_sec) + 1e-9 * (double)(stop.tv_nsec - start.tv_nsec);
	return answer;
}

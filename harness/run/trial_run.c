/* trial_run.c - a trial from its first stage to its last: splits, the network handed from stage to
 * stage, k-fold, checkpoints. */
#include "trial_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../model/images.h"
#include "../plan/identity.h"
#include "networks.h"
#include "scores.h"
#include "training.h"
#include "wire.h"

/* One training of the trial. A k-fold with clean folds runs the earlier phases again in each of
 * them. */
struct stage {
	struct place at;
	bool last_of_fold; /* of the k-fold phase itself */
};

/* The weights of the state's network; there is none before the first stage. */
static int set_network(struct trial_work *w, enum network kind, const struct nn_net *net,
	const struct split *split)
{
	struct run_state *s = &w->state;
	if (s->network == NETWORK_TEACHER && kind != NETWORK_TEACHER) { /* it is learned from */
		free(s->teacher);
		s->teacher = s->params;
		s->teacher_parameters = s->parameters;
		s->params = NULL;
	}
	free(s->params);
	s->network = kind;
	free(s->mask);
	s->mask = NULL;
	s->parameters = net->parameter_count;
	s->params = malloc(s->parameters * sizeof(*s->params));
	if (!s->params)
		return work_nomem(w);
	nn_init_net(net, w->trial->seed, s->params);
	network_set_constants(
		w->trial, net, &w->train, split->train, split->train_count, s->params);
	return 0;
}

static int build(struct trial_work *w, enum network kind, struct nn_net *net)
{
	struct err e = { 0 };
	if (network_of_trial(w->trial, kind, w->train.shape, w->classes, net, &e))
		return work_fail(w, e.kind == ERR_ENVIRONMENT ? TRIAL_MACHINE : TRIAL_FAILED,
			"model %s: %s", w->trial->model, e.text);
	return 0;
}

/* Stage 2a's network (paper.md), from the two submodels of the state. */
static int unify(struct trial_work *w, const struct phase_config *phase, const struct split *split,
	struct nn_net *net)
{
	struct nn_net dual;
	struct err e = { 0 };
	float *from = w->state.params;
	w->state.params = NULL;
	int result = build(w, NETWORK_DUAL, &dual) || build(w, NETWORK_UNIFIED, net)
			|| set_network(w, NETWORK_UNIFIED, net, split)
		? -1
		: 0;
	if (result == 0
		&& network_unify(trial_networks(w->trial), phase->heads, &dual, from, net,
			w->state.params, &e))
		result = work_fail_by(w, &e);
	free(from);
	return result;
}

/* The network that a stage begins with, from what the stage before left. */
static int enter(struct trial_work *w, const struct phase_config *phase, const struct split *split,
	struct nn_net *net)
{
	enum network kind = phase->kind == PHASE_SINGLE ? NETWORK_SUBMODEL
		: phase->kind == PHASE_DUAL             ? NETWORK_DUAL
		: phase->kind == PHASE_TEACHER          ? NETWORK_TEACHER
							: NETWORK_UNIFIED;
	switch (phase->kind) {
	case PHASE_SINGLE:
	case PHASE_DUAL:
	case PHASE_TEACHER:
	case PHASE_SCRATCH: return build(w, kind, net) || set_network(w, kind, net, split) ? -1 : 0;
	case PHASE_UNIFY: return unify(w, phase, split, net);
	case PHASE_UNFREEZE:
	case PHASE_KFOLD: break;
	}
	return build(w, (enum network)w->state.network, net);
}

/* A copy of `from` in *to, allocated if need be. */
static int keep_copy(struct trial_work *w, float **to, const float *from)
{
	const size_t bytes = w->state.parameters * sizeof(float);
	if (!*to && !(*to = malloc(bytes)))
		return work_nomem(w);
	memcpy(*to, from, bytes);
	return 0;
}

/* Before the training of a fold: the weights it starts from. A clean fold's are there: the stages
 * before it have left them. */
static int enter_fold(struct trial_work *w, int fold, enum fold_start start)
{
	struct run_state *s = &w->state;
	if (start == FOLD_CLEAN)
		return 0;
	return fold == 0 ? keep_copy(w, &s->fold_start, s->params)
			 : keep_copy(w, &s->params, s->fold_start);
}

/* Before a phase: what it prunes, and the weights that it rewinds to. */
static int prune(
	struct trial_work *w, int number, const struct nn_net *net, const struct split *split)
{
	const struct phase_config *phase = &w->trial->phases[number];
	struct run_state *s = &w->state;
	if (phase->kind != PHASE_UNFREEZE)
		return 0;
	if (phase->prune > 0 && network_prune(w->trial, phase, net, s->params, &s->mask))
		return work_nomem(w);
	if (phase->rewind != REWIND_NONE) {
		network_rewind(w->trial, number, net, s->params);
		network_set_constants(
			w->trial, net, &w->train, split->train, split->train_count, s->params);
	}
	for (size_t i = 0; s->mask && i < s->parameters; i++)
		s->params[i] *= s->mask[i];
	return 0;
}

/* What the phase or fold keeps. */
static int send_weights(struct trial_work *w, struct place at)
{
	return work_send_weights(w,
		&(struct weights_result){ .phase = at.phase,
			.fold = at.fold,
			.count = w->state.parameters,
			.values = w->state.params });
}

static int run_stage(struct trial_work *w, const struct stage *stage, const struct split *split)
{
	const struct phase_config *phase = &w->trial->phases[stage->at.phase];
	struct run_state *s = &w->state;
	struct nn_net net;
	if (s->training.params) { /* it has begun */
		if (build(w, (enum network)s->network, &net))
			return -1;
	} else if (enter(w, phase, split, &net) || prune(w, stage->at.phase, &net, split)
		|| (stage->last_of_fold && enter_fold(w, stage->at.fold, phase->start))) {
		return -1;
	}
	if (s->network == NETWORK_SUBMODEL && net.output_count > 1)
		net.layers[net.outputs[1]].loss_weight = phase->exit_weight;
	if (training_run(w, &net, split, stage->at,
		    stage->last_of_fold && phase->start == FOLD_CHAIN ? s->fold_start : NULL))
		return -1;
	if (stage->last_of_fold) {
		str_addf(&s->fold_digests, "%s\n", s->weights_digest);
		digest_bytes(s->fold_digests.s, s->fold_digests.length, s->weights_digest);
		if (send_weights(w, stage->at))
			return -1;
	}
	s->stage++;
	return 0;
}

/* All trainings of the trial in their order. Owned by the caller (free); NULL when memory runs out.
 */
static struct stage *list_stages(const struct trial *t, int *count)
{
	const struct phase_config *last = &t->phases[t->phase_count - 1];
	const bool kfold = last->kind == PHASE_KFOLD;
	const int plain = t->phase_count - kfold, folds = kfold ? last->folds : 0,
		  per_fold = kfold && last->start == FOLD_CLEAN ? plain + 1 : 1;
	struct stage *stages = calloc((size_t)(plain + folds * per_fold), sizeof(*stages));
	*count = 0;
	for (int p = 0; stages && p < plain; p++)
		stages[(*count)++] = (struct stage){ { p, -1 }, false };
	for (int f = 0; stages && f < folds; f++) {
		for (int p = 0; p < per_fold - 1; p++)
			stages[(*count)++] = (struct stage){ { p, f }, false };
		stages[(*count)++] = (struct stage){ { plain, f }, true };
	}
	return stages;
}

static int send_measure(struct trial_work *w, const char *metric, double value)
{
	const struct measure_result r = { metric, value };
	struct err e = { 0 };
	return w->sink->measure(w->sink->context, &r, &e) ? work_fail_by(w, &e) : 0;
}

/* Dead units of the last network, over the test images. */
static int measure_dead(struct trial_work *w, const struct nn_net *net)
{
	struct nn_dead dead;
	if (!w->sink->measure)
		return 0;
	if (nn_dead_units(
		    net, w->state.params, &w->test, w->test.count, w->options->kernels, &dead))
		return work_nomem(w);
	if (!dead.units)
		return 0;
	return send_measure(w, "dead_units", dead.dead) || send_measure(w, "dead_share", dead.share)
		? -1
		: 0;
}

/* The network of every fold; its weights are among the events (work_send_weights). */
static int add_folds(struct trial_work *w, const struct nn_net *net, struct scores *sums)
{
	const struct str *events = &w->state.events;
	const char *line = events->s, *end = line + events->length;
	int result = 0;
	for (const char *stop;
		!result && line < end && (stop = memchr(line, '\n', (size_t)(end - line)));
		line = stop + 1) {
		struct wire_message m;
		struct err e = { 0 };
		if (wire_read(line, (size_t)(stop - line), &m, &e))
			return work_fail_by(w, &e);
		if (m.event == WIRE_WEIGHTS)
			result = scores_add(w, net, m.weights.values, sums);
		wire_message_free(&m);
	}
	return result;
}

/* What the probabilities say, mean over the folds of a k-fold. */
static int measure_scores(struct trial_work *w, const struct nn_net *net)
{
	const bool kfold = w->trial->phases[w->trial->phase_count - 1].kind == PHASE_KFOLD;
	struct scores sums = { 0 };
	if (!w->sink->measure)
		return 0;
	if (kfold ? add_folds(w, net, &sums) : scores_add(w, net, w->state.params, &sums))
		return -1;
	return send_measure(w, "macs", (double)nn_net_macs(net)) || scores_send(w, &sums) ? -1 : 0;
}

/* What the network of the last stage asks of the machine that it will run on, and its metrics. */
static int measure_network(struct trial_work *w)
{
	struct nn_net net;
	if (build(w, (enum network)w->state.network, &net))
		return -1;
	w->end->macs = (long)nn_net_macs(&net);
	w->end->activation_bytes = (long)(nn_net_activations(&net) * sizeof(float));
	return measure_scores(w, &net) || measure_dead(w, &net) ? -1 : 0;
}

static int run_stages(struct trial_work *w, const struct dataset *d, const struct split_sizes *n)
{
	int stage_count, answer = -1;
	struct stage *stages = list_stages(w->trial, &stage_count);
	uint32_t *ids = malloc(n->used * sizeof(*ids)), *train = malloc(n->used * sizeof(*train));
	if (!stages || !ids || !train) {
		work_nomem(w);
		goto out;
	}
	if (w->checkpoint && work_load(w))
		goto out;
	w->last_checkpoint = clock_seconds();
	while (w->state.stage < stage_count) {
		const struct stage *stage = &stages[w->state.stage];
		struct split split;
		split_make(w->trial, d, n, stage->at.phase, stage->at.fold, ids, train, &split);
		if (run_stage(w, stage, &split) || work_save_phase(w, stage->at)
			|| work_checkpoint(w, false))
			goto out;
	}
	if ((!stages[stage_count - 1].last_of_fold && send_weights(w, stages[stage_count - 1].at))
		|| measure_network(w))
		goto out;
	memcpy(w->end->weights_digest, w->state.weights_digest, DIGEST_TEXT);
	if (w->checkpoint)
		unlink(w->checkpoint);
	answer = 0;
out:
	free(stages);
	free(ids);
	free(train);
	return answer;
}

static int check_augment(struct trial_work *w)
{
	struct err e = { 0 };
	return network_check_augment(w->trial, w->train.values, &e)
		? work_fail(w, TRIAL_FAILED, "%s", e.text)
		: 0;
}

/* Every class has to be in every part. What is verified was recorded: whatever its split is, it is
 * the one to repeat. */
static int find_sizes(struct trial_work *w, const struct dataset *d, struct split_sizes *out)
{
	struct err e = { 0 };
	if (!w->options->any_split && split_check(w->trial, d, &e))
		return work_fail(w, TRIAL_FAILED, "%s", e.text);
	return split_find_sizes(w->trial, d->name, d->train_count, d->test_count, out, &e)
		? work_fail(w, TRIAL_FAILED, "%s", e.text)
		: 0;
}

int trial_run(const struct trial *t, const struct dataset *d, const struct trial_options *options,
	const struct trial_sink *sink, struct trial_end *end)
{
	struct trial_work w = { .trial = t,
		.options = options,
		.sink = sink,
		.classes = d->classes,
		.end = end,
		.state = { .network = -1 },
		.train = images_of(d, false),
		.test = images_of(d, true),
		.key = { .core_version = NN_CORE_VERSION } };
	const struct nn_kernels *kernels =
		options->kernels ? options->kernels : nn_kernels_find(NULL);
	double start = clock_seconds();
	*end = (struct trial_end){ .state = TRIAL_DONE, .core_version = NN_CORE_VERSION };
	snprintf(end->kernels, sizeof(end->kernels), "%s", nn_kernels_name(kernels));
	snprintf(end->data_digest, sizeof(end->data_digest), "%s", d->digest);
	snprintf(end->data_variant, sizeof(end->data_variant), "%s", d->variant);
	memcpy(w.key.data, d->digest, DIGEST_TEXT);
	trial_beginning(t, t->phase_count, w.key.identity);
	if (options->states)
		w.checkpoint = state_path(options->states, &w.key, true);

	struct split_sizes n;
	int result = check_augment(&w) || find_sizes(&w, d, &n) ? -1 : 0;
	w.test.count = result ? 0 : n.test;
	if (!result)
		result = run_stages(&w, d, &n);
	run_state_free(&w.state);
	free(w.checkpoint);
	end->seconds = clock_seconds() - start;
	return result;
}

/* training.c - one phase's training: freezing, epochs, early stopping, snapshots, scores. */
#include "training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "networks.h"

/* A training at work. Snapshots are whole parameter arrays; each output only uses the part that leads to it. */
struct training {
	struct trial_work *work;
	const struct phase_config *phase;
	struct place at;
	const struct split *split;
	struct nn_trainer *trainer;
	const struct nn_net *net;
	float *params;                       /* the trainer's */
	float *best[OUTPUTS_MAX];            /* highest validation accuracy, one array an output */
	float *restored[OUTPUTS_MAX];        /* early stopping's */
	struct nn_stop stop[OUTPUTS_MAX];
	struct nn_score val[OUTPUTS_MAX][2]; /* [output][best, restored]: the validation scores at that epoch */
	int epoch_of[OUTPUTS_MAX][2];
	double best_accuracy[OUTPUTS_MAX];
	struct nn_score last_val;
	uint32_t *order;
	uint32_t order_count;
	int epochs_run;
	bool patience_used;
};

enum { OF_BEST, OF_RESTORED };

static double wall_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Does tensor t lead to output k? (All tensors of its layers' ancestors.) */
static bool leads_to(const struct nn_net *net, int tensor, int output)
{
	bool reached[NN_LAYERS_MAX] = { false };
	reached[net->outputs[output]] = true;
	for (int l = net->layer_count - 1; l >= 0; l--)
		for (int i = 0; reached[l] && i < net->layers[l].input_count; i++)
			reached[net->layers[l].inputs[i]] = true;
	return reached[net->tensors[tensor].layer];
}

/* Copy the parameters that lead to output k. */
static void copy_part(const struct nn_net *net, int output, float *to, const float *from)
{
	for (int i = 0; i < net->tensor_count; i++)
		if (leads_to(net, i, output))
			memcpy(to + net->tensors[i].offset, from + net->tensors[i].offset, net->tensors[i].count * sizeof *to);
}

/* Which tensors the phase's freeze list names; every entry must name a layer with weights. */
static int find_frozen(struct training *t, bool *frozen)
{
	for (int f = 0; f < t->phase->freeze_count; f++) {
		bool any = false;
		for (int i = 0; i < t->net->tensor_count; i++)
			if (nn_layer_matches(&t->net->layers[t->net->tensors[i].layer], t->phase->freeze[f]))
				any = frozen[i] = true;
		if (!any) {
			struct str names = { 0 };
			for (int i = 0; i < t->net->tensor_count; i += 2)
				str_addf(&names, "%s%s", i ? ", " : "", t->net->layers[t->net->tensors[i].layer].name);
			trial_fail(t->work, TRIAL_FAILED, "phase %s: freeze: no layer '%s'; layers with weights: %s", t->phase->name,
			           t->phase->freeze[f], names.s);
			str_free(&names);
			return -1;
		}
	}
	return 0;
}

static struct nn_optimizer optimizer_of(const struct optimizer_config *c)
{
	return (struct nn_optimizer){ .kind = c->kind == OPTIMIZER_NADAM ? NN_NADAM : NN_SGD, .lr = c->lr, .beta1 = c->beta1, .beta2 = c->beta2,
		.epsilon = c->epsilon, .momentum = c->momentum, .weight_decay = c->weight_decay, .nesterov = c->nesterov };
}

static struct nn_augment augment_of(const struct augment_config *c)
{
	return (struct nn_augment){ .rotation = c->rotation, .zoom = c->zoom, .brightness = c->brightness, .translation = c->translation,
		.flip = c->flip };
}

/* The random streams of a phase: each fold of a k-fold has its own. */
static uint16_t rng_phase(struct place at)
{
	return (uint16_t)(at.phase + 256 * (at.fold + 1));
}

/* This epoch's order: the training images (with `both`, each twice, once augmented) in a fresh permutation. */
static void shuffle(struct training *t, int epoch)
{
	const uint32_t n = t->split->train_count;
	memcpy(t->order, t->split->train, n * sizeof *t->order);
	if (t->phase->both)
		for (uint32_t i = 0; i < n; i++)
			t->order[n + i] = t->split->train[i] | NN_ORDER_AUGMENTED;
	const struct nn_rng rng = { .seed = t->work->trial->seed, .stream = NN_STREAM_SHUFFLE, .phase = rng_phase(t->at), .epoch = (uint32_t)epoch };
	nn_rng_shuffle(&rng, t->order, t->order_count);
}

static int train_epoch(struct training *t, int epoch, struct nn_score *score)
{
	shuffle(t, epoch);
	struct nn_epoch e = { .images = &t->work->train, .order = t->order, .count = t->order_count, .augment = augment_of(&t->work->trial->augment),
		.seed = t->work->trial->seed, .phase = rng_phase(t->at), .epoch = (uint32_t)epoch };
	for (int k = 0; k < t->net->input_count && k < 2; k++)
		e.augmented[k] = t->phase->inputs[k] == INPUT_AUGMENTED && !t->phase->both;
	long step = nn_train_epoch(t->trainer, &e, score);
	if (step < 0)
		return 0;
	char fold[32] = "";
	if (t->at.fold >= 0)
		snprintf(fold, sizeof fold, ", fold %d", t->at.fold + 1);
	return trial_fail(t->work, TRIAL_DIVERGED, "phase %s%s, epoch %d, step %ld: the loss or a weight is not finite", t->phase->name, fold,
	                  epoch + 1, step + 1);
}

/* Keep snapshots and ask early stopping. Returns whether training goes on. */
static bool look_at(struct training *t, int epoch, const struct nn_score *val)
{
	bool go_on = true;
	for (int k = 0; k < t->net->output_count; k++) {
		double accuracy = (double)val->correct[k] / val->count, loss = val->loss_sum[k] / val->count;
		if (epoch == 0 || accuracy > t->best_accuracy[k]) {
			t->best_accuracy[k] = accuracy;
			t->epoch_of[k][OF_BEST] = epoch;
			t->val[k][OF_BEST] = *val;
			copy_part(t->net, k, t->best[k], t->params);
		}
		int answer = nn_stop_epoch(&t->stop[k], epoch, t->phase->stop.on == STOP_VAL_ACCURACY ? accuracy : loss);
		if (answer & NN_STOP_KEEP) {
			t->epoch_of[k][OF_RESTORED] = epoch;
			t->val[k][OF_RESTORED] = *val;
			copy_part(t->net, k, t->restored[k], t->params);
		}
		if (answer & NN_STOP_NOW)
			go_on = false;
	}
	return go_on;
}

static int send_epoch(struct training *t, int epoch, const struct nn_score *train, const struct nn_score *val, double train_seconds, double seconds)
{
	struct epoch_result r = { .phase = t->at.phase, .fold = t->at.fold, .epoch = epoch, .outputs = t->net->output_count, .seconds = seconds,
		.images_per_second = train_seconds > 0 ? train->count / train_seconds : 0 };
	for (int k = 0; k < r.outputs; k++) {
		r.train_loss[k] = train->loss_sum[k] / train->count;
		r.train_accuracy[k] = (double)train->correct[k] / train->count;
		r.val_loss[k] = val->loss_sum[k] / val->count;
		r.val_accuracy[k] = (double)val->correct[k] / val->count;
	}
	struct err e = { 0 };
	if (t->work->sink->epoch(t->work->sink->context, &r, &e))
		return trial_fail(t->work, TRIAL_FAILED, "%s", e.text);
	return 0;
}

static int run_epochs(struct training *t)
{
	for (int epoch = 0; epoch < t->phase->epochs; epoch++) {
		struct nn_score train;
		double start = wall_seconds();
		if (train_epoch(t, epoch, &train))
			return -1;
		double trained = wall_seconds();
		nn_evaluate(t->trainer, &t->work->train, t->split->val, 0, t->split->val_count, &t->last_val, NULL);
		t->epochs_run = epoch + 1;
		if (send_epoch(t, epoch, &train, &t->last_val, trained - start, wall_seconds() - start))
			return -1;
		if (!look_at(t, epoch, &t->last_val)) {
			t->patience_used = true;
			return 0;
		}
		if (t->work->options->stop && atomic_load(t->work->options->stop))
			return trial_fail(t->work, TRIAL_INTERRUPTED, "interrupted in phase %s after epoch %d", t->phase->name, epoch + 1);
	}
	return 0;
}

/* Put the weights that the phase keeps into the trainer and fill in which epoch they are from and how they score in validation. */
static void keep_weights(struct training *t, struct phase_result *r)
{
	for (int k = 0; k < t->net->output_count; k++) {
		/* patience may never have looked at an epoch (from_epoch beyond the last): then there is nothing to restore */
		bool can_restore = t->stop[k].any;
		int which = t->phase->keep == KEEP_RESTORED ? OF_RESTORED : OF_BEST;
		const struct nn_score *val = &t->val[k][which];
		if (t->phase->keep == KEEP_LAST || (which == OF_RESTORED && !can_restore)) {
			val = &t->last_val;
			r->best_epoch[k] = t->epochs_run - 1;
		} else {
			copy_part(t->net, k, t->params, which == OF_BEST ? t->best[k] : t->restored[k]);
			r->best_epoch[k] = t->epoch_of[k][which];
		}
		r->val_loss[k] = val->loss_sum[k] / val->count;
		r->val_accuracy[k] = (double)val->correct[k] / val->count;
	}
}

/* Where a next fold goes on: early stopping's weights, or the last ones if it never looked. */
static void copy_onward(struct training *t, float *onward)
{
	memcpy(onward, t->params, t->net->parameter_count * sizeof *onward);
	for (int k = 0; k < t->net->output_count; k++)
		if (t->stop[k].any)
			copy_part(t->net, k, onward, t->restored[k]);
}

static int score_test(struct training *t, struct phase_result *r)
{
	const struct nn_images *test = &t->work->test;
	uint8_t *predictions[NN_OUTPUTS_MAX] = { NULL };
	r->test_count = (int)test->count;
	for (int k = 0; k < r->outputs; k++) {
		predictions[k] = r->predictions[k] = malloc(test->count);
		if (!predictions[k])
			return trial_fail(t->work, TRIAL_FAILED, "out of memory");
	}
	struct nn_score score;
	nn_evaluate(t->trainer, test, NULL, 0, test->count, &score, predictions);
	for (int k = 0; k < r->outputs; k++) {
		r->test_loss[k] = score.loss_sum[k] / score.count;
		r->test_accuracy[k] = (double)score.correct[k] / score.count;
	}
	return 0;
}

static void count_sizes(const struct training *t, const bool *frozen, struct phase_result *r)
{
	const struct nn_optimizer optimizer = optimizer_of(&t->phase->optimizer);
	r->parameters = (long)t->net->parameter_count;
	for (int i = 0; i < t->net->tensor_count; i++)
		r->trainable += frozen[i] ? 0 : (long)t->net->tensors[i].count;
	r->weight_bytes = r->parameters * (long)sizeof(float);
	r->optimizer_bytes = r->trainable * (long)sizeof(float) * nn_optimizer_slots(&optimizer);
}

static int training_prepare(struct training *t, const struct model *m, const bool *frozen)
{
	const struct trial_work *w = t->work;
	struct nn_trainer_options options = { .kernels = w->options->kernels, .batch_size = w->trial->batch_size, .threads = w->options->threads,
		.frozen = frozen, .optimizer = optimizer_of(&t->phase->optimizer) };
	const size_t bytes = m->net.parameter_count * sizeof(float);
	t->trainer = nn_trainer_new(&m->net, &options);
	t->order_count = t->split->train_count * (t->phase->both ? 2 : 1);
	t->order = malloc((size_t)t->order_count * sizeof *t->order + 1);
	bool complete = t->trainer && t->order;
	for (int k = 0; k < m->net.output_count; k++) {
		const struct stop_config *s = &t->phase->stop;
		t->stop[k] = (struct nn_stop){ .maximize = s->on == STOP_VAL_ACCURACY, .patience = s->patience, .min_delta = s->min_delta,
			.from_epoch = s->from_epoch };
		t->best[k] = malloc(bytes);
		t->restored[k] = malloc(bytes);
		complete = complete && t->best[k] && t->restored[k];
	}
	if (!complete)
		return trial_fail(t->work, TRIAL_FAILED, "out of memory");
	t->params = nn_trainer_params(t->trainer);
	memcpy(t->params, m->params, bytes);
	return 0;
}

int training_run(struct trial_work *w, struct model *m, const struct split *split, struct place at, float *onward, char digest[DIGEST_TEXT])
{
	struct training t = { .work = w, .phase = &w->trial->phases[at.phase], .at = at, .split = split, .net = &m->net };
	struct phase_result r = { .phase = at.phase, .fold = at.fold, .outputs = m->net.output_count };
	bool frozen[2 * NN_LAYERS_MAX] = { false };
	double start = wall_seconds();
	int answer = -1;
	if (find_frozen(&t, frozen) || training_prepare(&t, m, frozen) || run_epochs(&t))
		goto out;
	if (onward)
		copy_onward(&t, onward);
	keep_weights(&t, &r);
	if (score_test(&t, &r))
		goto out;
	memcpy(m->params, t.params, m->net.parameter_count * sizeof *m->params);
	count_sizes(&t, frozen, &r);
	digest_bytes(m->params, m->net.parameter_count * sizeof *m->params, r.weights_digest);
	memcpy(digest, r.weights_digest, DIGEST_TEXT);
	snprintf(r.name, sizeof r.name, "%s", t.phase->name);
	snprintf(r.stopped, sizeof r.stopped, "%s", t.patience_used ? "patience" : "epochs");
	r.epochs_run = t.epochs_run;
	r.seconds = wall_seconds() - start;
	struct err e = { 0 };
	if (w->sink->phase(w->sink->context, &r, &e)) {
		trial_fail(w, TRIAL_FAILED, "%s", e.text);
		goto out;
	}
	answer = 0;
out:
	phase_result_free(&r);
	for (int k = 0; k < OUTPUTS_MAX; k++) {
		free(t.best[k]);
		free(t.restored[k]);
	}
	free(t.order);
	nn_trainer_free(t.trainer);
	return answer;
}

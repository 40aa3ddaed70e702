/* training.c - one phase's training: freezing, epochs, early stopping, snapshots, scores. */
#include "training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "networks.h"

/* A training at work. Snapshots are whole parameter arrays; each output only uses the part that
 * leads to it. */
struct training {
	struct trial_work *work;
	struct training_state *state; /* the work's */
	const struct phase_config *phase;
	struct place at;
	const struct split *split;
	struct nn_trainer *trainer;
	const struct nn_net *net;
	float *params;  /* the trainer's */
	float *average; /* the trainer's average of them; NULL: none */
	float *aside; /* [parameter_count], with an average: the weights that training goes on with
			 while it is evaluated */
	uint32_t *order;
	uint32_t order_count;
	struct nn_net *teacher; /* that it learns from; NULL: none */
	bool joint; /* outputs share layers: what is kept of them is chosen by the first */
};

enum { OF_BEST, OF_RESTORED };

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

/* Do two outputs have layers in common (an early exit)? */
static bool has_common_layers(const struct nn_net *net)
{
	for (int i = 0; net->output_count > 1 && i < net->tensor_count; i++)
		if (leads_to(net, i, 0) && leads_to(net, i, 1))
			return true;
	return false;
}

/* Copy the parameters that lead to output k; of joint outputs all with the first. */
static void copy_part(const struct training *t, int output, float *to, const float *from)
{
	const struct nn_net *net = t->net;
	if (t->joint && output == 0)
		memcpy(to, from, net->parameter_count * sizeof(*to));
	if (t->joint)
		return;
	for (int i = 0; i < net->tensor_count; i++)
		if (leads_to(net, i, output))
			memcpy(to + net->tensors[i].offset, from + net->tensors[i].offset,
				net->tensors[i].count * sizeof(*to));
}

/* Which tensors the phase's freeze list names; every entry must name a layer with weights. */
static int find_frozen(struct training *t, bool *frozen)
{
	for (int f = 0; f < t->phase->freeze_count; f++) {
		bool any = false;
		for (int i = 0; i < t->net->tensor_count; i++)
			if (nn_layer_matches(
				    &t->net->layers[t->net->tensors[i].layer], t->phase->freeze[f]))
				any = frozen[i] = true;
		if (!any) {
			struct str names = { 0 };
			for (int l = 0; l < t->net->layer_count; l++)
				if (t->net->layers[l].kernel_tensor >= 0)
					str_addf(&names, "%s%s", names.length ? ", " : "",
						t->net->layers[l].name);
			work_fail(t->work, TRIAL_FAILED,
				"phase %s: freeze: no layer '%s'; layers with weights: %s",
				t->phase->name, t->phase->freeze[f], names.s);
			str_free(&names);
			return -1;
		}
	}
	return 0;
}

static int batch_size_of(const struct training *t)
{
	return t->phase->batch_size ? t->phase->batch_size : t->work->trial->batch_size;
}

/* Epochs, or a part of something, in whole steps. */
static long steps_of(double epochs, long steps)
{
	return (long)(epochs * (double)steps + 0.5);
}

/* The schedule in steps: the phase's says epochs. */
static struct nn_rate rate_of(const struct training *t)
{
	static const enum nn_rate_kind kinds[] = { [SCHEDULE_CONSTANT] = NN_RATE_CONSTANT,
		[SCHEDULE_COSINE] = NN_RATE_COSINE,
		[SCHEDULE_STEP] = NN_RATE_STEP,
		[SCHEDULE_MILESTONES] = NN_RATE_MILESTONES,
		[SCHEDULE_LINEAR] = NN_RATE_LINEAR,
		[SCHEDULE_EXPONENTIAL] = NN_RATE_EXPONENTIAL,
		[SCHEDULE_ONE_CYCLE] = NN_RATE_ONE_CYCLE,
		[SCHEDULE_RESTARTS] = NN_RATE_RESTARTS,
		[SCHEDULE_PLATEAU] = NN_RATE_CONSTANT };
	const struct schedule_config *c = &t->phase->schedule;
	const long batch = batch_size_of(t), steps = ((long)t->order_count + batch - 1) / batch;
	struct nn_rate rate = { .kind = kinds[c->kind],
		.warm_up = steps_of(c->warm_up, steps),
		.total = t->phase->epochs * steps,
		.last = c->final,
		.every = steps_of(c->every, steps),
		.factor = c->factor,
		.milestone_count = c->milestone_count,
		.first = c->first,
		.straight = c->shape == CYCLE_LINEAR,
		.growth = c->growth };
	if (rate.every < 1)
		rate.every = 1;
	rate.rise = steps_of(c->rise, rate.total - rate.warm_up);
	for (int i = 0; i < c->milestone_count; i++)
		rate.milestones[i] = steps_of(c->milestones[i], steps);
	return rate;
}

static struct nn_optimizer optimizer_of(const struct training *t)
{
	static const enum nn_optimizer_kind kinds[] = { [OPTIMIZER_NADAM] = NN_NADAM,
		[OPTIMIZER_SGD] = NN_SGD,
		[OPTIMIZER_ADAM] = NN_ADAM,
		[OPTIMIZER_ADAMW] = NN_ADAM,
		[OPTIMIZER_RMSPROP] = NN_RMSPROP,
		[OPTIMIZER_ADAGRAD] = NN_ADAGRAD,
		[OPTIMIZER_ADADELTA] = NN_ADADELTA };
	const struct optimizer_config *c = &t->phase->optimizer;
	return (struct nn_optimizer){ .kind = kinds[c->kind],
		.lr = c->lr,
		.beta1 = c->beta1,
		.beta2 = c->beta2,
		.epsilon = c->epsilon,
		.momentum = c->momentum,
		.rho = c->rho,
		.accumulator = c->accumulator,
		.weight_decay = c->weight_decay,
		.l2 = c->l2,
		.decay_kernels = c->decay_on == DECAY_KERNELS,
		.clip_norm = c->clip_norm,
		.clip_value = c->clip_value,
		.lookahead = c->lookahead,
		.lookahead_share = c->lookahead_share,
		.nesterov = c->nesterov,
		.rate = rate_of(t),
		.average_momentum = c->ema };
}

struct nn_augment training_augment(const struct augment_config *c)
{
	return (struct nn_augment){ .sequential = c->resampling == RESAMPLING_SEQUENTIAL,
		.rotation = c->rotation,
		.zoom = c->zoom,
		.brightness = c->brightness,
		.translation = c->translation,
		.flip = c->flip,
		.shear = c->shear,
		.crop = c->crop,
		.crop_fill = c->crop_fill == FILL_REFLECT ? NN_CROP_REFLECT : NN_CROP_ZERO,
		.contrast = c->contrast,
		.noise = c->noise,
		.cutout = c->cutout };
}

uint16_t training_rng_phase(struct place at)
{
	return (uint16_t)(at.phase + 256 * (at.fold + 1));
}

/* This epoch's order: the training images (with `both`, each twice, once augmented) in a fresh
 * permutation. */
static void shuffle(struct training *t, int epoch)
{
	const uint32_t n = t->split->train_count;
	memcpy(t->order, t->split->train, n * sizeof(*t->order));
	if (t->phase->both)
		for (uint32_t i = 0; i < n; i++)
			t->order[n + i] = t->split->train[i] | NN_ORDER_AUGMENTED;
	const struct nn_rng rng = { .seed = t->work->trial->seed,
		.stream = NN_STREAM_SHUFFLE,
		.phase = training_rng_phase(t->at),
		.epoch = (uint32_t)epoch };
	nn_rng_shuffle(&rng, t->order, t->order_count);
}

static int train_epoch(struct training *t, int epoch, struct nn_score *score)
{
	shuffle(t, epoch);
	struct nn_epoch e = { .images = &t->work->train,
		.order = t->order,
		.count = t->order_count,
		.augment = training_augment(trial_phase_augment(t->work->trial, t->at.phase)),
		.label_smoothing = t->phase->label_smoothing,
		.distill = t->phase->distill,
		.temperature = t->phase->temperature,
		.mixup = t->phase->mixup,
		.seed = t->work->trial->seed,
		.phase = training_rng_phase(t->at),
		.epoch = (uint32_t)epoch };
	for (int k = 0; k < t->net->input_count && k < 2; k++)
		e.augmented[k] = t->phase->inputs[k] == INPUT_AUGMENTED && !t->phase->both;
	long step = nn_train_epoch(t->trainer, &e, score);
	if (step < 0)
		return 0;
	char fold[32] = "";
	if (t->at.fold >= 0)
		snprintf(fold, sizeof(fold), ", fold %d", t->at.fold + 1);
	return work_fail(t->work, TRIAL_DIVERGED,
		"phase %s%s, epoch %d, step %ld: the loss or a weight is not finite",
		t->phase->name, fold, epoch + 1, step + 1);
}

/* Keep snapshots and ask early stopping. */
static void look_at(struct training *t, int epoch, const struct nn_score *val)
{
	struct training_state *s = t->state;
	for (int k = 0; k < t->net->output_count && val->count > 0; k++) {
		double accuracy = (double)val->correct[k] / val->count,
		       loss = val->loss_sum[k] / val->count;
		if (t->joint && k > 0) { /* of the epochs that the first has chosen */
			for (int which = OF_BEST; which <= OF_RESTORED; which++)
				if (s->epoch_of[0][which] == epoch
					&& (which == OF_BEST || s->stop[0].any)) {
					s->epoch_of[k][which] = epoch;
					s->val[k][which] = *val;
				}
			s->stop[k].any = s->stop[0].any;
			continue;
		}
		if (epoch == 0 || accuracy > s->best_accuracy[k]) {
			s->best_accuracy[k] = accuracy;
			s->epoch_of[k][OF_BEST] = epoch;
			s->val[k][OF_BEST] = *val;
			copy_part(t, k, s->best[k], t->params);
		}
		int result = nn_stop_epoch(&s->stop[k], epoch,
			t->phase->stop.on == STOP_VAL_ACCURACY ? accuracy : loss);
		if (result & NN_STOP_KEEP) {
			s->epoch_of[k][OF_RESTORED] = epoch;
			s->val[k][OF_RESTORED] = *val;
			copy_part(t, k, s->restored[k], t->params);
		}
		if (result & NN_STOP_NOW)
			s->patience_used = true;
	}
}

/* On a plateau, lower the learning rate of the epochs to come. */
static void reduce_rate(struct training *t, const struct nn_score *val)
{
	const struct schedule_config *c = &t->phase->schedule;
	double value = 0;
	if (c->kind != SCHEDULE_PLATEAU)
		return;
	for (int k = 0; k < t->net->output_count; k++)
		value += (c->on == STOP_VAL_ACCURACY ? val->correct[k] : val->loss_sum[k])
			/ (double)val->count / t->net->output_count;
	struct nn_plateau *p = &t->state->plateau;
	p->maximize = c->on == STOP_VAL_ACCURACY;
	p->patience = c->patience;
	p->cooldown = c->cooldown;
	p->min_delta = c->min_delta;
	p->factor = c->factor;
	p->least = c->final;
	double *scale = &nn_trainer_optimizer_state(t->trainer).schedule->scale;
	*scale = nn_plateau_epoch(p, value, *scale);
}

static int send_epoch(struct training *t, int epoch, const struct nn_score *train,
	double train_seconds, double seconds)
{
	const struct nn_score *val = &t->state->last_val;
	struct epoch_result r = { .phase = t->at.phase,
		.fold = t->at.fold,
		.epoch = epoch,
		.outputs = t->net->output_count,
		.seconds = seconds,
		.images_per_second = train_seconds > 0 ? train->count / train_seconds : 0 };
	for (int k = 0; k < r.outputs; k++) {
		r.train_loss[k] = train->loss_sum[k] / train->count;
		r.train_accuracy[k] = (double)train->correct[k] / train->count;
		r.val_loss[k] = val->loss_sum[k] / val->count;
		r.val_accuracy[k] = (double)val->correct[k] / val->count;
	}
	return work_send_epoch(t->work, &r);
}

/* With an average, put it into the trainer in place of the weights: it is what is evaluated and
 * kept. */
static void use_average(struct training *t)
{
	const size_t bytes = t->net->parameter_count * sizeof(float);
	if (!t->average)
		return;
	nn_trainer_average(
		t->trainer); /* brings what is not averaged up to date, from the weights */
	memcpy(t->aside, t->params, bytes);
	memcpy(t->params, t->average, bytes);
}

/* Training goes on with the weights. */
static void use_weights(struct training *t)
{
	if (t->average)
		memcpy(t->params, t->aside, t->net->parameter_count * sizeof(float));
}

/* The trainer's weights and moments as they are now into the state, and that into the checkpoint.
 */
static int checkpoint(struct training *t, bool now)
{
	const size_t bytes = t->net->parameter_count * sizeof(float);
	const struct nn_optimizer_state o = nn_trainer_optimizer_state(t->trainer);
	if (!t->work->checkpoint)
		return 0;
	memcpy(t->state->params, t->params, bytes);
	memcpy(t->state->first, o.first, bytes);
	memcpy(t->state->second, o.second, bytes);
	if (t->average)
		memcpy(t->state->average, t->average, bytes);
	if (o.slow)
		memcpy(t->state->slow, o.slow, bytes);
	t->state->schedule = *o.schedule;
	return work_checkpoint(t->work, now);
}

static int run_epochs(struct training *t)
{
	struct training_state *s = t->state;
	while (s->epochs_run < t->phase->epochs && !s->patience_used) {
		struct nn_score train;
		double start = clock_seconds();
		int epoch = s->epochs_run;
		if (train_epoch(t, epoch, &train))
			return -1;
		double trained = clock_seconds();
		use_average(t);
		nn_evaluate(t->trainer, &t->work->train, t->split->val, 0, t->split->val_count,
			&s->last_val, NULL);
		double seconds = clock_seconds() - start;
		s->epochs_run++;
		s->seconds += seconds;
		look_at(t, epoch, &s->last_val);
		reduce_rate(t, &s->last_val);
		use_weights(t);
		if (send_epoch(t, epoch, &train, trained - start, seconds))
			return -1;
		bool stop = t->work->options->stop && atomic_load(t->work->options->stop);
		if (checkpoint(t, stop))
			return -1;
		if (stop)
			return work_fail(t->work, TRIAL_INTERRUPTED,
				"interrupted in phase %s after epoch %d", t->phase->name,
				epoch + 1);
	}
	return 0;
}

/* Put the weights that the phase keeps into the trainer and fill in which epoch they are from and
 * how they score in validation. */
static void keep_weights(struct training *t, struct phase_result *r)
{
	for (int k = 0; k < t->net->output_count; k++) {
		/* patience may never have looked at an epoch (from_epoch beyond the last): then
		 * there is nothing to restore */
		const struct training_state *s = t->state;
		bool can_restore = s->stop[k].any;
		int which = t->phase->keep == KEEP_RESTORED ? OF_RESTORED : OF_BEST;
		const struct nn_score *val = &s->val[k][which];
		if (t->phase->keep == KEEP_LAST || t->split->val_count == 0
			|| (which == OF_RESTORED && !can_restore)) {
			val = &s->last_val;
			r->best_epoch[k] = s->epochs_run - 1;
		} else {
			copy_part(t, k, t->params, which == OF_BEST ? s->best[k] : s->restored[k]);
			r->best_epoch[k] = s->epoch_of[k][which];
		}
		r->val_loss[k] = val->loss_sum[k] / val->count;
		r->val_accuracy[k] = (double)val->correct[k] / val->count;
	}
}

/* Where a next fold goes on: early stopping's weights, or the last ones if it never looked. */
static void copy_onward(struct training *t, float *onward)
{
	memcpy(onward, t->params, t->net->parameter_count * sizeof(*onward));
	for (int k = 0; k < t->net->output_count; k++)
		if (t->state->stop[k].any)
			copy_part(t, k, onward, t->state->restored[k]);
}

static int score_test(struct training *t, struct phase_result *r)
{
	const struct nn_images *test = &t->work->test;
	uint8_t *predictions[NN_OUTPUTS_MAX] = { NULL };
	r->test_count = (int)test->count;
	for (int k = 0; k < r->outputs; k++) {
		predictions[k] = r->predictions[k] = malloc(test->count);
		if (!predictions[k])
			return work_nomem(t->work);
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
	const struct nn_optimizer optimizer = optimizer_of(t);
	r->parameters = (long)(t->net->parameter_count - nn_net_constants(t->net));
	for (int i = 0; i < t->net->tensor_count; i++)
		r->trainable +=
			frozen[i] || t->net->tensors[i].moving ? 0 : (long)t->net->tensors[i].count;
	for (size_t k = 0; t->work->state.mask && k < t->net->parameter_count; k++)
		r->trainable -= t->work->state.mask[k] == 0;
	r->weight_bytes = r->parameters * (long)sizeof(float);
	r->optimizer_bytes = r->trainable * (long)sizeof(float)
		* (nn_optimizer_slots(&optimizer) + (t->average != NULL)
			+ (t->state->slow != NULL));
}

/* Arrays for a training that begins: the weights come from the network as the stage found it. */
static int begin(struct training *t)
{
	struct training_state *s = t->state;
	const size_t bytes = t->net->parameter_count * sizeof(float);
	bool complete = true;
	training_state_reset(s);
	float **arrays[] = { &s->params, &s->first, &s->second };
	for (int i = 0; i < 3; i++)
		complete = (*arrays[i] = calloc(1, bytes)) && complete;
	if (t->phase->optimizer.ema > 0)
		complete = (s->average = calloc(1, bytes)) && complete;
	if (t->phase->optimizer.lookahead > 0)
		complete = (s->slow = calloc(1, bytes)) && complete;
	for (int k = 0; k < t->net->output_count; k++) {
		complete = (s->best[k] = calloc(1, bytes)) && complete;
		complete = (s->restored[k] = calloc(1, bytes)) && complete;
	}
	if (!complete)
		return work_nomem(t->work);
	memcpy(s->params, t->work->state.params, bytes);
	return 0;
}

/* What of early stopping is configuration: the same for a training that begins and one that goes
 * on. */
static void configure_stop(struct training *t)
{
	for (int k = 0; k < t->net->output_count; k++) {
		struct nn_stop *s = &t->state->stop[k];
		s->maximize = t->phase->stop.on == STOP_VAL_ACCURACY;
		s->patience = t->phase->stop.patience;
		s->min_delta = t->phase->stop.min_delta;
		s->from_epoch = t->phase->stop.from_epoch;
	}
}

/* Weights, moments and average of the state into the trainer. */
static void load_trainer(struct training *t)
{
	const size_t bytes = t->net->parameter_count * sizeof(float);
	const struct nn_optimizer_state o = nn_trainer_optimizer_state(t->trainer);
	memcpy(t->params, t->state->params, bytes);
	memcpy(o.first, t->state->first, bytes);
	memcpy(o.second, t->state->second, bytes);
	if (t->average)
		memcpy(t->average, t->state->average, bytes);
	if (o.slow)
		memcpy(o.slow, t->state->slow, bytes);
	*o.schedule = t->state->schedule;
}

static int find_teacher(struct training *t)
{
	const struct trial_work *w = t->work;
	struct err e = { 0 };
	if (!(t->phase->distill > 0))
		return 0;
	if (!(t->teacher = malloc(sizeof(*t->teacher))))
		return work_nomem(t->work);
	return network_of_trial(
		       w->trial, NETWORK_TEACHER, w->train.shape, w->classes, t->teacher, &e)
		? work_fail_by(t->work, &e)
		: 0;
}

/* The ranges that maps are rounded to: of the network that the phase begins with. */
static void measure_maps(struct training *t)
{
	enum { IMAGES = 1000 };
	const uint32_t count = t->split->train_count < IMAGES ? t->split->train_count : IMAGES;
	if (!t->phase->map_bits)
		return;
	memcpy(t->params, t->work->state.params, t->net->parameter_count * sizeof(*t->params));
	nn_trainer_measure(t->trainer, &t->work->train, t->split->train, count);
}

static int prepare(struct training *t, const bool *frozen)
{
	const struct trial_work *w = t->work;
	if (find_teacher(t))
		return -1;
	t->joint = has_common_layers(t->net);
	t->order_count = t->split->train_count * (t->phase->both ? 2 : 1);
	const struct nn_trainer_options options = { .kernels = w->options->kernels,
		.batch_size = batch_size_of(t),
		.mask = w->state.mask,
		.threads = w->options->threads,
		.frozen = frozen,
		.teacher = t->teacher,
		.teacher_params = w->state.teacher,
		.weight_bits = t->phase->weight_bits,
		.map_bits = t->phase->map_bits,
		.optimizer = optimizer_of(t) };
	if (!t->state->params && begin(t))
		return -1;
	configure_stop(t);
	t->trainer = nn_trainer_new(t->net, &options);
	t->order = malloc((size_t)t->order_count * sizeof(*t->order) + 1);
	t->aside = malloc(t->net->parameter_count * sizeof(*t->aside));
	if (!t->trainer || !t->order || !t->aside)
		return work_nomem(t->work);
	t->params = nn_trainer_params(t->trainer);
	t->average = nn_trainer_average(t->trainer);
	measure_maps(t);
	load_trainer(t);
	return 0;
}

/* The phase is over: keep, score, send. */
static int finish(struct training *t, const bool *frozen, float *onward)
{
	struct run_state *state = &t->work->state;
	struct phase_result r = { .phase = t->at.phase,
		.fold = t->at.fold,
		.outputs = t->net->output_count,
		.epochs_run = t->state->epochs_run };
	int result = -1;
	use_average(t);
	if (onward)
		copy_onward(t, onward);
	keep_weights(t, &r);
	nn_trainer_settle(t->trainer);
	if (score_test(t, &r))
		goto out;
	memcpy(state->params, t->params, t->net->parameter_count * sizeof(*state->params));
	count_sizes(t, frozen, &r);
	digest_bytes(
		state->params, t->net->parameter_count * sizeof(*state->params), r.weights_digest);
	memcpy(state->weights_digest, r.weights_digest, DIGEST_TEXT);
	snprintf(r.name, sizeof(r.name), "%s", t->phase->name);
	snprintf(r.stopped, sizeof(r.stopped), "%s",
		t->state->patience_used ? "patience" : "epochs");
	r.seconds = t->state->seconds;
	result = work_send_phase(t->work, &r);
out:
	phase_result_free(&r);
	return result;
}

int training_run(struct trial_work *w, const struct nn_net *net, const struct split *split,
	struct place at, float *onward)
{
	struct training t = { .work = w,
		.state = &w->state.training,
		.phase = &w->trial->phases[at.phase],
		.at = at,
		.split = split,
		.net = net };
	bool frozen[2 * NN_LAYERS_MAX] = { false };
	int result = find_frozen(&t, frozen) || prepare(&t, frozen) || run_epochs(&t)
			|| finish(&t, frozen, onward)
		? -1
		: 0;
	if (!result)
		training_state_reset(t.state);
	free(t.order);
	free(t.aside);
	free(t.teacher);
	nn_trainer_free(t.trainer);
	return result;
}

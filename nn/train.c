/* train.c - the trainer: its memory, steps, epochs and evaluation. */
#include "train.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "batchnorm.h"
#include "block.h"
#include "chain.h"
#include "memory.h"
#include "mixup.h"
#include "plan.h"
#include "pool.h"
#include "rounding.h"
#include "step.h"

enum { BATCH_MAX = 4096, EVALUATION_BATCH = 1024, BLOCKS_MAX = BATCH_MAX / NN_LANES };

/* The network that is learned from, at work on the batch of the one that learns. */
struct teacher {
	const struct nn_net *net;
	struct nn_plan plan;
	struct nn_batch batch;
	float *memory;                       /* all of the following, in one allocation */
	float *params, *shared, *workspaces; /* [threads][plan.memory] */
};

struct nn_trainer {
	const struct nn_net *net;
	const struct nn_kernels *kernels;
	struct nn_plan plan, evaluation; /* evaluation: without a way back */
	struct nn_optimizer optimizer;
	struct nn_schedule schedule;
	struct nn_pool *pool;
	int batch_size, blocks, threads;
	bool frozen[2 * NN_LAYERS_MAX];
	size_t padded;                  /* parameter_count rounded up to whole cache lines */
	float *memory;                  /* all of the following, in one allocation */
	float *params, *first, *second; /* [padded] */
	float *average, *slow;          /* [padded], if the optimizer wants one; else NULL */
	float *mask;                    /* [padded], if there is one; else NULL */
	float *rounded;                 /* [padded], with weight_bits; else NULL */
	int weight_bits;
	struct nn_ranges *ranges; /* with map_bits; else NULL */
	struct teacher *teacher;  /* NULL: none */
	float *gradients;         /* [blocks, of one thread at most 2][padded] */
	float *shared;            /* [plan.shared] */
	float *workspaces;        /* [workspace_count][workspace] */
	size_t workspace;         /* floats, enough for both plans */
	int workspace_count; /* one a thread; where a batch has several stages at least one a block
			      */
	struct nn_block *work; /* [BLOCKS_MAX] */
	struct nn_batch batch; /* the one at work */
	bool wants_gradients;
	int stage, stages;
	struct nn_step step; /* the one at work */
};

static const struct nn_kernels *const variants[] = {
	&nn_kernels_plain,
#if defined __x86_64__
	&nn_kernels_avx2,
	&nn_kernels_avx512,
#elif defined __aarch64__
	&nn_kernels_neon,
#endif
};

static bool runs_here(const struct nn_kernels *k)
{
#if defined __x86_64__
	__builtin_cpu_init();
	if (k == &nn_kernels_avx2)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	if (k == &nn_kernels_avx512)
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
			&& __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
	return k != NULL;
}

const struct nn_kernels *nn_kernels_at(int i)
{
	for (size_t v = 0; v < sizeof(variants) / sizeof(*variants); v++)
		if (runs_here(variants[v]) && i-- == 0)
			return variants[v];
	return NULL;
}

const struct nn_kernels *nn_kernels_find(const char *name)
{
	const struct nn_kernels *found = NULL;
	for (int i = 0; nn_kernels_at(i); i++)
		if (!name || strcmp(name, nn_kernels_at(i)->name) == 0)
			found = nn_kernels_at(i);
	return found;
}

const char *nn_kernels_name(const struct nn_kernels *k)
{
	return k->name;
}

static void teacher_free(struct teacher *teacher)
{
	if (teacher)
		free(teacher->memory);
	free(teacher);
}

static struct teacher *teacher_new(const struct nn_net *net, const float *params, int threads)
{
	bool frozen[2 * NN_LAYERS_MAX];
	struct teacher *t = nn_zeroed(sizeof(*t));
	if (!t)
		return NULL;
	memset(frozen, true, sizeof(frozen));
	t->net = net;
	nn_plan_make(&t->plan, net, frozen, NN_MAPS_SHARED);
	nn_plan_chain(&t->plan, net);
	const size_t padded = (net->parameter_count + NN_LANES - 1) / NN_LANES * NN_LANES;
	t->memory = nn_zeroed(
		(padded + t->plan.shared + (size_t)threads * t->plan.memory) * sizeof(*t->memory));
	if (!t->memory) {
		free(t);
		return NULL;
	}
	t->params = t->memory;
	t->shared = t->params + padded;
	t->workspaces = t->shared + t->plan.shared;
	memcpy(t->params, params, net->parameter_count * sizeof(*params));
	return t;
}

/* What training needs beyond a plain one. Returns 0, or -1 when memory runs out. */
static int add_extras(struct nn_trainer *t, const struct nn_trainer_options *o)
{
	if (o->teacher && !(t->teacher = teacher_new(o->teacher, o->teacher_params, t->threads)))
		return -1;
	if (o->map_bits && !(t->ranges = nn_zeroed(sizeof(*t->ranges))))
		return -1;
	if (t->ranges)
		t->ranges->bits = o->map_bits;
	t->weight_bits = o->weight_bits;
	if (o->weight_bits && !(t->rounded = nn_zeroed(t->padded * sizeof(*t->rounded))))
		return -1;
	return 0;
}

static bool bits_ok(int bits)
{
	return bits == 0 || (bits >= NN_BITS_MIN && bits <= NN_BITS_MAX);
}

struct nn_trainer *nn_trainer_new(
	const struct nn_net *net, const struct nn_trainer_options *options)
{
	if (options->batch_size < 1 || options->batch_size > BATCH_MAX || options->threads < 1
		|| options->threads > NN_THREADS_MAX || !bits_ok(options->weight_bits)
		|| !bits_ok(options->map_bits))
		return NULL;
	struct nn_trainer *t = nn_zeroed(sizeof(*t));
	if (!t)
		return NULL;
	t->net = net;
	t->kernels = options->kernels ? options->kernels : nn_kernels_find(NULL);
	t->optimizer = options->optimizer;
	t->batch_size = options->batch_size;
	t->blocks = (options->batch_size + NN_LANES - 1) / NN_LANES;
	t->threads = options->threads;
	for (int i = 0; i < net->tensor_count; i++)
		t->frozen[i] = net->tensors[i].moving || (options->frozen && options->frozen[i]);
	/* A concatenation rounds its map by a range of its own. */
	const enum nn_plan_sharing sharing = options->map_bits ? NN_MAPS_APART : NN_MAPS_SHARED;
	nn_plan_make(&t->plan, net, t->frozen, sharing);
	bool none_trained[2 * NN_LAYERS_MAX];
	memset(none_trained, true, sizeof(none_trained));
	nn_plan_make(&t->evaluation, net, none_trained, sharing);
	if (!options->map_bits) {
		nn_plan_chain(&t->plan, net);
		nn_plan_chain(&t->evaluation, net);
	}
	t->workspace =
		t->plan.memory > t->evaluation.memory ? t->plan.memory : t->evaluation.memory;
	t->padded = (net->parameter_count + NN_LANES - 1) / NN_LANES * NN_LANES;
	t->workspace_count =
		t->plan.cut_count > 0 && t->blocks > t->threads ? t->blocks : t->threads;
	const bool average = t->optimizer.average_momentum > 0, slow = t->optimizer.lookahead > 0;
	const size_t gradients = t->threads > 1 || t->blocks == 1 ? (size_t)t->blocks : 2;
	size_t floats = (3 + (size_t)average + (size_t)slow + (options->mask != NULL) + gradients)
			* t->padded
		+ t->plan.shared + (size_t)t->workspace_count * t->workspace;
	t->memory = nn_zeroed(floats * sizeof(*t->memory));
	t->work = nn_zeroed(BLOCKS_MAX * sizeof(*t->work));
	t->pool = nn_pool_new(t->threads);
	if (!t->memory || !t->work || !t->pool || add_extras(t, options)) {
		nn_trainer_free(t);
		return NULL;
	}
	t->params = t->memory;
	t->first = t->params + t->padded;
	t->second = t->first + t->padded;
	t->gradients = t->second + t->padded;
	t->shared = t->gradients + gradients * t->padded;
	t->workspaces = t->shared + t->plan.shared;
	float *more = t->workspaces + (size_t)t->workspace_count * t->workspace;
	t->average = average ? more : NULL;
	t->slow = slow ? more + (average ? t->padded : 0) : NULL;
	if (options->mask) {
		t->mask = more + ((size_t)average + (size_t)slow) * t->padded;
		memcpy(t->mask, options->mask, net->parameter_count * sizeof(*t->mask));
	}
	t->step = (struct nn_step){ .net = net,
		.kernels = t->kernels,
		.optimizer = &t->optimizer,
		.frozen = t->frozen,
		.params = t->params,
		.first = t->first,
		.second = t->second,
		.gradients = t->gradients,
		.slow = t->slow };
	return t;
}

void nn_trainer_free(struct nn_trainer *t)
{
	if (!t)
		return;
	nn_pool_free(t->pool);
	teacher_free(t->teacher);
	free(t->ranges);
	free(t->rounded);
	free(t->work);
	free(t->memory);
	free(t);
}

float *nn_trainer_params(struct nn_trainer *t)
{
	return t->params;
}

struct nn_optimizer_state nn_trainer_optimizer_state(struct nn_trainer *t)
{
	return (struct nn_optimizer_state){ t->first, t->second, t->slow, &t->schedule };
}

/* The average as it is handed out: what is not trained is not averaged. */
float *nn_trainer_average(struct nn_trainer *t)
{
	if (!t->average)
		return NULL;
	for (int i = 0; i < t->net->tensor_count; i++)
		if (t->frozen[i])
			memcpy(t->average + t->net->tensors[i].offset,
				t->params + t->net->tensors[i].offset,
				t->net->tensors[i].count * sizeof(*t->params));
	return t->average;
}

static void run_block(void *context, int number, int thread)
{
	struct nn_trainer *t = context;
	struct nn_block *block = &t->work[number];
	block->memory = t->workspaces + (size_t)(t->stages > 1 ? number : thread) * t->workspace;
	block->gradient = block->sum = NULL;
	block->teacher_memory = t->batch.teacher
		? t->teacher->workspaces + (size_t)thread * t->teacher->plan.memory
		: NULL;
	if (t->wants_gradients && t->threads > 1)
		block->gradient = t->gradients + (size_t)number * t->padded;
	else if (t->wants_gradients) { /* blocks run in their order */
		block->gradient = number == 0 ? t->gradients : t->gradients + t->padded;
		block->sum = number == 0 ? NULL : t->gradients;
	}
	nn_block_run(block, &t->batch, number, t->stage);
}

/* All stages of all blocks of t->batch. */
static void run_stages(struct nn_trainer *t, int blocks)
{
	t->stages = nn_block_stages(&t->batch, t->wants_gradients);
	const int cuts = t->stages / 2;
	for (t->stage = 0; t->stage < t->stages; t->stage++) {
		nn_pool_run(t->pool, run_block, t, blocks);
		if (t->stage < cuts)
			nn_batchnorm_join(&t->batch, t->stage, t->work, blocks);
		else if (t->stage < t->stages - 1)
			nn_batchnorm_join_slopes(
				&t->batch, 2 * cuts - 1 - t->stage, t->work, blocks);
	}
}

/* Run the blocks of t->batch and add what they score, in their order. Returns false when a loss is
 * not finite. */
static bool run_batch(struct nn_trainer *t, struct nn_score *score)
{
	int blocks = (int)((t->batch.count + NN_LANES - 1) / NN_LANES);
	run_stages(t, blocks);
	bool finite = true;
	for (int b = 0; b < blocks; b++) {
		const struct nn_block *r = &t->work[b];
		for (int k = 0; k < t->net->output_count; k++)
			for (int lane = 0; lane < r->count; lane++) {
				finite = finite && __builtin_isfinite(r->loss[k][lane]);
				score->loss_sum[k] += (double)r->loss[k][lane];
				score->correct[k] += r->best[k][lane] == r->labels[lane];
			}
		score->count += (uint32_t)r->count;
	}
	return finite;
}

/* The parameters of one thread's share of an update: whole vectors, as even as they can be. */
static void share(const struct nn_trainer *t, int part, size_t *from, size_t *to)
{
	const size_t vectors = t->padded / NN_LANES, parts = (size_t)t->threads;
	*from = vectors * (size_t)part / parts * NN_LANES;
	*to = vectors * ((size_t)part + 1) / parts * NN_LANES;
}

/* Gradient of the whole batch, in gradients[0]: the blocks' in their order. One thread's share;
 * with one thread in all the blocks have done it. */
static void add_gradients_share(void *context, int part, int thread)
{
	(void)thread;
	struct nn_trainer *t = context;
	const int blocks = (int)((t->batch.count + NN_LANES - 1) / NN_LANES);
	size_t from, to;
	share(t, part, &from, &to);
	for (int b = 1; b < blocks && t->threads > 1; b++)
		t->kernels->add(t->gradients + from, t->gradients + (size_t)b * t->padded + from,
			(to - from) / NN_LANES);
}

static void add_gradients(struct nn_trainer *t)
{
	nn_pool_run(t->pool, add_gradients_share, t, t->threads);
}

static void step_share(void *context, int part, int thread)
{
	struct nn_trainer *t = context;
	size_t from, to;
	if (!(t->optimizer.clip_norm > 0)) /* else they are added: their norm was needed */
		add_gradients_share(context, part, thread);
	share(context, part, &from, &to);
	nn_step_range(&t->step, from, to);
}

/* Every parameter is on its own, so the threads share them out. */
static void step(struct nn_trainer *t)
{
	if (t->schedule.step == 0)
		nn_step_begin(&t->step);
	t->step.factors = nn_optimizer_advance(&t->optimizer, &t->schedule);
	if (t->optimizer.clip_norm > 0)
		add_gradients(t);
	t->step.clip = nn_step_clip(&t->step);
	nn_pool_run(t->pool, step_share, t, t->threads);
	nn_step_lookahead(&t->step, t->schedule.step);
	if (t->mask)
		t->kernels->multiply(t->params, t->params, t->mask, t->padded / NN_LANES);
	nn_batchnorm_move(&t->batch, t->params);
	if (t->average && t->schedule.step == 1)
		memcpy(t->average, t->params, t->padded * sizeof(*t->params));
	else if (t->average)
		t->kernels->lerp(t->average, t->params, (float)(1 - t->optimizer.average_momentum),
			t->padded / NN_LANES);
}

static bool all_finite(const float *x, size_t count)
{
	uint32_t not_finite = 0; /* no branch and no bool: vectorised */
	for (size_t i = 0; i < count; i++) {
		uint32_t bits;
		memcpy(&bits, x + i, sizeof(bits));
		not_finite |= (bits & 0x7f800000) == 0x7f800000;
	}
	return !not_finite;
}

#ifndef NDEBUG
/* The contract of train.h: are the batch's images there and of the network's shape, and their
 * labels classes of every output? */
static bool batch_ok(const struct nn_trainer *t)
{
	const struct nn_batch *b = &t->batch;
	const struct nn_images *images = b->images;
	const struct nn_net *net = t->net;
	for (int k = 0; k < net->input_count; k++)
		if (memcmp(&net->layers[net->inputs[k]].shape, &images->shape,
			    sizeof(images->shape))
			!= 0)
			return false;
	for (uint32_t i = 0; i < b->count; i++) {
		const uint32_t image = b->order ? b->order[i] & ~NN_ORDER_AUGMENTED : b->first + i;
		if (image >= images->count)
			return false;
		for (int k = 0; images->labels && k < net->output_count; k++)
			if (images->labels[image] >= net->layers[net->outputs[k]].shape.channels)
				return false;
	}
	return true;
}
#endif

/* The weights that a batch sees. */
static const float *seen_params(struct nn_trainer *t)
{
	if (!t->weight_bits)
		return t->params;
	nn_round_weights(t->net, t->params, t->weight_bits, t->rounded);
	return t->rounded;
}

void nn_trainer_settle(struct nn_trainer *t)
{
	memmove(t->params, seen_params(t), t->net->parameter_count * sizeof(*t->params));
	t->weight_bits = 0;
}

/* The same images for the teacher. */
static void set_teacher_batch(struct nn_trainer *t)
{
	struct teacher *teacher = t->teacher;
	if (!teacher || !t->batch.training || !(t->batch.epoch->distill > 0))
		return;
	teacher->batch = t->batch;
	teacher->batch.net = teacher->net;
	teacher->batch.plan = &teacher->plan;
	teacher->batch.params = teacher->params;
	teacher->batch.shared = teacher->shared;
	teacher->batch.ranges = NULL;
	teacher->batch.training = false;
	nn_batchnorm_prepare(&teacher->batch);
	t->batch.teacher = &teacher->batch;
}

/* Make the batch of an epoch that begins at `position`. */
static void set_epoch_batch(struct nn_trainer *t, const struct nn_epoch *epoch, uint32_t position,
	uint32_t count, bool training)
{
	t->batch = (struct nn_batch){ .net = t->net,
		.plan = &t->plan,
		.kernels = t->kernels,
		.params = seen_params(t),
		.ranges = training ? t->ranges : NULL,
		.shared = t->shared,
		.images = epoch->images,
		.epoch = epoch,
		.training = training,
		.order = epoch->order + position,
		.count = count,
		.position = position };
	if (training && epoch->mixup > 0) {
		const struct nn_rng rng = { .seed = epoch->seed,
			.stream = NN_STREAM_MIXUP,
			.phase = epoch->phase,
			.epoch = epoch->epoch };
		nn_mixup_draw(epoch->mixup, &rng, position, count, &t->batch.partner_distance,
			&t->batch.partner_share);
	}
	assert(count <= (uint32_t)t->batch_size && batch_ok(t));
	nn_batchnorm_prepare(&t->batch);
	set_teacher_batch(t);
	t->wants_gradients = true;
}

long nn_train_epoch(struct nn_trainer *t, const struct nn_epoch *epoch, struct nn_score *score)
{
	assert(epoch->label_smoothing >= 0 && epoch->label_smoothing < 1 && epoch->mixup >= 0);
	*score = (struct nn_score){ 0 };
	long number = 0;
	for (uint32_t position = 0; position < epoch->count; number++) {
		uint32_t left = epoch->count - position,
			 count = left < (uint32_t)t->batch_size ? left : (uint32_t)t->batch_size;
		set_epoch_batch(t, epoch, position, count, true);
		if (!run_batch(t, score))
			return number;
		step(t);
		position += count;
	}
	return all_finite(t->params, t->net->parameter_count) ? -1 : number - 1;
}

/* Prepare evaluation of `count` images; run_batch then does them. */
static void set_evaluation_batch(struct nn_trainer *t, const struct nn_images *images,
	const uint32_t *order, uint32_t first, uint32_t count)
{
	t->batch = (struct nn_batch){ .net = t->net,
		.plan = &t->evaluation,
		.kernels = t->kernels,
		.params = t->weight_bits ? t->rounded : t->params,
		.shared = t->shared,
		.images = images,
		.order = order,
		.first = first,
		.count = count };
	assert(count <= EVALUATION_BATCH && batch_ok(t));
	nn_batchnorm_prepare(&t->batch);
	t->wants_gradients = false;
}

void nn_evaluate(struct nn_trainer *t, const struct nn_images *images, const uint32_t *order,
	uint32_t first, uint32_t count, struct nn_score *score,
	uint8_t *const predictions[NN_OUTPUTS_MAX])
{
	*score = (struct nn_score){ 0 };
	seen_params(t);
	for (uint32_t done = 0; done < count; done += EVALUATION_BATCH) {
		uint32_t now = count - done < EVALUATION_BATCH ? count - done : EVALUATION_BATCH;
		set_evaluation_batch(t, images, order ? order + done : NULL, first + done, now);
		run_batch(t, score);
		for (int k = 0; predictions && k < t->net->output_count; k++)
			for (uint32_t i = 0; predictions[k] && i < now; i++)
				predictions[k][done + i] =
					(uint8_t)t->work[i / NN_LANES].best[k][i % NN_LANES];
	}
}

const float *nn_gradients(
	struct nn_trainer *t, const struct nn_epoch *epoch, bool train, struct nn_score *score)
{
	*score = (struct nn_score){ 0 };
	set_epoch_batch(t, epoch, 0, epoch->count, train);
	run_batch(t, score);
	add_gradients(t);
	for (int i = 0; i < t->net->tensor_count; i++)
		if (t->frozen[i])
			memset(t->gradients + t->net->tensors[i].offset, 0,
				t->net->tensors[i].count * sizeof(*t->gradients));
	return t->gradients;
}

void nn_trainer_measure(
	struct nn_trainer *t, const struct nn_images *images, const uint32_t *order, uint32_t count)
{
	seen_params(t);
	for (uint32_t done = 0; t->ranges && done < count; done += NN_LANES) {
		const uint32_t now = count - done < NN_LANES ? count - done : NN_LANES;
		set_evaluation_batch(t, images, order + done, 0, now);
		t->batch.measured = t->ranges;
		t->stage = 0;
		t->stages = 1;
		run_block(t, 0, 0);
	}
}

void nn_logits(struct nn_trainer *t, const struct nn_images *images, const uint32_t *order,
	uint32_t count, int output, float *out)
{
	assert(output >= 0 && output < t->net->output_count);
	int layer = t->net->layers[t->net->outputs[output]].inputs[0];
	size_t classes = (size_t)t->net->layers[layer].shape.channels;
	seen_params(t);
	for (uint32_t done = 0; done < count; done += NN_LANES) {
		uint32_t now = count - done < NN_LANES ? count - done : NN_LANES;
		set_evaluation_batch(t, images, order + done, 0, now);
		t->stage = 0;
		t->stages = 1;
		run_block(t, 0, 0);
		const float *logits = t->workspaces + t->evaluation.ops[layer].out;
		for (uint32_t i = 0; i < now; i++)
			for (size_t k = 0; k < classes; k++)
				out[(done + i) * classes + k] = logits[k * NN_LANES + i];
	}
}

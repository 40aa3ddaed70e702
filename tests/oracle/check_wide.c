/* check_wide.c - see check_wide.h. */
#include "check_wide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { IMAGES = 53 };

static void *zeros(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);
	assert_non_null(p);
	return p;
}

static bool ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);
	return a >= b && strcmp(name + a - b, end) == 0;
}

/* Weights that keep activations near 1, statistics and scales away from what they start as. */
void check_wide_params(uint64_t seed, const struct nn_net *net, float *params)
{
	for (int k = 0; k < net->tensor_count; k++) {
		const struct nn_tensor *t = &net->tensors[k];
		double size = t->bias ? .5
				      : sqrt(3.0 * (double)net->layers[t->layer].shape.channels
					      / (double)t->count),
		       low = -size;
		if (ends_with(t->name, "gamma") || ends_with(t->name, "moving_variance"))
			low = .4, size = 1.8;
		for (size_t i = 0; i < t->count; i++)
			params[t->offset + i] = (float)check_uniform(&seed, low, size);
	}
}

struct answer {
	float *gradients, *logits;
	struct nn_score trained, evaluated;
};

static size_t classes_of(const struct nn_net *net)
{
	return nn_shape_size(net->layers[net->outputs[0]].shape);
}

/* Freed by the caller. */
static float *teacher_params(const struct wide_check *c)
{
	float *params = zeros(c->teacher->parameter_count, sizeof(*params));
	check_wide_params(c->seed + 9, c->teacher, params);
	return params;
}

static struct answer ask_core(const struct wide_check *c, const struct nn_epoch *e,
	const float *params, int variant, int threads)
{
	size_t bytes = c->net->parameter_count * sizeof(float);
	struct nn_trainer_options options = { .kernels = nn_kernels_at(variant),
		.threads = threads,
		.batch_size = (int)c->count,
		.frozen = c->frozen,
		.teacher = c->teacher,
		.teacher_params = c->teacher ? teacher_params(c) : NULL,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	struct nn_trainer *t = nn_trainer_new(c->net, &options);
	assert_non_null(t);
	free((float *)(uintptr_t)options.teacher_params);
	memcpy(nn_trainer_params(t), params, bytes);
	struct answer a = { .gradients = zeros(c->net->parameter_count, sizeof(float)),
		.logits = zeros(c->count * classes_of(c->net), sizeof(float)) };
	memcpy(a.gradients, nn_gradients(t, e, c->training, &a.trained), bytes);
	nn_logits(t, e->images, e->order, c->count, 0, a.logits);
	nn_evaluate(t, e->images, e->order, 0, c->count, &a.evaluated, NULL);
	assert_memory_equal(nn_trainer_params(t), params, bytes); /* nothing above is a step */
	nn_trainer_free(t);
	return a;
}

static void free_answer(struct answer *a)
{
	free(a->gradients);
	free(a->logits);
}

static void same_bits(const struct wide_check *c, const struct answer *a, const struct answer *b,
	int variant, int threads)
{
	if (memcmp(a->gradients, b->gradients, c->net->parameter_count * sizeof(float))
		|| memcmp(a->logits, b->logits, c->count * classes_of(c->net) * sizeof(float))
		|| memcmp(&a->trained, &b->trained, sizeof(a->trained))
		|| memcmp(&a->evaluated, &b->evaluated, sizeof(a->evaluated)))
		fail_msg("%s: %s with %d threads differs from plain with 1", c->what,
			nn_kernels_name(nn_kernels_at(variant)), threads);
}

/* The teacher's logits of the same images. */
static void ask_teacher(const struct wide_check *c, struct wide *w)
{
	struct wide *teacher = wide_new(c->teacher, c->count);
	float *params = teacher_params(c);
	const size_t image = nn_shape_size(c->net->layers[c->net->inputs[0]].shape),
		     numbers = c->count * classes_of(c->teacher);
	teacher->labels = w->labels;
	for (size_t i = 0; i < c->teacher->parameter_count; i++)
		teacher->params[i] = (struct wide_number){ params[i], 0 };
	memcpy(teacher->images, w->images, c->count * image * sizeof(*w->images));
	wide_forward(teacher);
	w->teacher = zeros(numbers, sizeof(*w->teacher));
	memcpy(w->teacher, teacher->out[c->teacher->layers[c->teacher->outputs[0]].inputs[0]],
		numbers * sizeof(*w->teacher));
	w->distill = c->distill;
	w->temperature = c->temperature;
	free(params);
	wide_free(teacher);
}

struct wide *check_wide_oracle(
	const struct wide_check *c, const struct nn_epoch *e, const float *params, bool training)
{
	struct wide *w = wide_new(c->net, c->count);
	static uint8_t labels[IMAGES * 4];
	size_t size = nn_shape_size(e->images->shape);
	w->training = training;
	w->frozen = c->frozen;
	w->labels = labels;
	w->label_smoothing = e->label_smoothing;
	if (e->mixup > 0 && training) {
		const struct nn_rng rng = { .seed = e->seed,
			.stream = NN_STREAM_MIXUP,
			.phase = e->phase,
			.epoch = e->epoch };
		nn_mixup_draw(e->mixup, &rng, 0, c->count, &w->partner_distance, &w->partner_share);
	}
	for (size_t i = 0; i < c->net->parameter_count; i++)
		w->params[i] = (struct wide_number){ params[i], 0 };
	for (uint32_t i = 0; i < c->count; i++) {
		labels[i] = e->images->labels[e->order[i]];
		const uint8_t *own = e->images->pixels + e->order[i] * size;
		const uint8_t *other =
			e->images->pixels + e->order[(i + w->partner_distance) % c->count] * size;
		for (size_t k = 0; k < size; k++) {
			double x = own[k] / 255.0 * (1 - w->partner_share)
				+ other[k] / 255.0 * w->partner_share;
			w->images[i * size + k] =
				(struct wide_number){ x, w->partner_share > 0 ? 4 : x };
		}
	}
	if (c->teacher)
		ask_teacher(c, w);
	wide_forward(w);
	return w;
}

void check_wide_close(const struct wide_check *c, const char *what, size_t place, double got,
	struct wide_number want)
{
	if (!wide_close(got, want))
		fail_msg("%s: %s [%zu] is %.9g, the oracle has %.9g (error bound %.2g)", c->what,
			what, place, got, want.value, want.error * 0x1p-24);
}

static bool is_frozen(const struct wide_check *c, int tensor)
{
	return c->net->tensors[tensor].moving || (c->frozen && c->frozen[tensor]);
}

/* Images whose largest logit has their label; of mixed images that with the larger share. Logits of
 * these tests are not that near. */
static uint32_t count_correct(const struct wide *w, const struct wide_check *c, int logits)
{
	const size_t classes = classes_of(c->net);
	uint32_t correct = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		size_t best = 0;
		for (size_t k = 1; k < classes; k++)
			if (w->out[logits][i * classes + k].value
				> w->out[logits][i * classes + best].value)
				best = k;
		correct +=
			w->labels[w->partner_share > .5 ? (i + w->partner_distance) % c->count : i]
			== best;
	}
	return correct;
}

static void compare(const struct wide_check *c, const struct nn_epoch *e, const float *params,
	const struct answer *a)
{
	struct wide *w = check_wide_oracle(c, e, params, false);
	int logits = c->net->layers[c->net->outputs[0]].inputs[0];
	for (size_t i = 0; i < c->count * classes_of(c->net); i++)
		check_wide_close(c, "logit", i, a->logits[i], w->out[logits][i]);
	check_wide_close(c, "loss", 0, a->evaluated.loss_sum[0], w->loss[0]);
	assert_int_equal(a->evaluated.correct[0], count_correct(w, c, logits));
	wide_free(w);
	w = check_wide_oracle(c, e, params, c->training);
	wide_backward(w);
	check_wide_close(c, "training loss", 0, a->trained.loss_sum[0], w->loss[0]);
	assert_int_equal(a->trained.correct[0], count_correct(w, c, logits));
	for (int k = 0; k < c->net->tensor_count; k++)
		for (size_t i = c->net->tensors[k].offset, j = 0; j < c->net->tensors[k].count;
			i++, j++)
			check_wide_close(c, c->net->tensors[k].name, j, a->gradients[i],
				is_frozen(c, k) ? (struct wide_number){ 0, 0 } : w->gradients[i]);
	wide_free(w);
}

/* What is minimised: the losses of all outputs by their weights. */
static double loss_of(const struct wide *w)
{
	double sum = 0;
	for (int k = 0; k < w->net->output_count; k++) {
		const double weight = w->net->layers[w->net->outputs[k]].loss_weight;
		sum += w->loss[k].value * (weight > 0 ? weight : 1);
	}
	return sum;
}

/* The oracle's gradients are the derivatives of its loss. */
static void compare_with_differences(
	const struct wide_check *c, const struct nn_epoch *e, const float *params)
{
	const double h = 1e-6;
	struct wide *w = check_wide_oracle(c, e, params, c->training);
	wide_backward(w);
	uint64_t seed = c->seed;
	for (int k = 0; k < c->net->tensor_count; k++) {
		const struct nn_tensor *t = &c->net->tensors[k];
		for (int n = 0; n < 3 && !is_frozen(c, k); n++) {
			size_t i = t->offset + check_below(&seed, (uint32_t)t->count);
			double loss[2], was = w->params[i].value, want = w->gradients[i].value;
			for (int s = 0; s < 2; s++) {
				w->params[i].value = was + (s ? -h : h);
				wide_forward(w);
				loss[s] = loss_of(w) / c->count;
			}
			w->params[i].value = was;
			double difference = (loss[0] - loss[1]) / (2 * h);
			if (!(fabs(difference - want) < 1e-6 * (1 + fabs(want))))
				fail_msg("%s: oracle's gradient of %s [%zu] is %.9g, the "
					 "difference quotient %.9g",
					c->what, t->name, i - t->offset, want, difference);
		}
	}
	wide_free(w);
}

void check_wide(const struct wide_check *c)
{
	if (!nn_net_ok((struct nn_net *)(uintptr_t)c->net))
		fail_msg("%s: the network was refused: %s", c->what, c->net->error);
	struct check_images images = check_images_new(c->seed + 1,
		c->net->layers[c->net->inputs[0]].shape, IMAGES, (int)classes_of(c->net), false);
	float *params = zeros(c->net->parameter_count, sizeof(float));
	check_wide_params(c->seed + 2, c->net, params);
	uint32_t *order = zeros(c->count, sizeof(*order));
	uint64_t seed = c->seed + 3;
	for (uint32_t i = 0; i < c->count; i++)
		order[i] = check_below(&seed, IMAGES);
	const struct nn_epoch e = { .images = &images.images,
		.order = order,
		.count = c->count,
		.seed = 5,
		.phase = 2,
		.epoch = 3,
		.label_smoothing = c->label_smoothing,
		.mixup = c->mixup,
		.distill = c->distill,
		.temperature = c->temperature };
	struct answer first = ask_core(c, &e, params, 0, 1);
	for (int variant = 0; nn_kernels_at(variant); variant++)
		for (int threads = variant ? 1 : 2; threads <= 1 + (c->count > 16) * 2; threads++) {
			struct answer other = ask_core(c, &e, params, variant, threads);
			same_bits(c, &first, &other, variant, threads);
			free_answer(&other);
		}
	compare(c, &e, params, &first);
	if (!c->kinks)
		compare_with_differences(c, &e, params);
	free_answer(&first);
	free(order);
	free(params);
	check_images_free(&images);
}

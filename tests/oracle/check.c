/* check.c - see check.h. */
#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = 61 }; /* more than a batch of 48 draws from, and prime */

uint64_t check_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t check_below(uint64_t *state, uint32_t limit)
{
	return (uint32_t)((check_random(state) >> 32) * limit >> 32);
}

double check_uniform(uint64_t *state, double low, double high)
{
	return low + (high - low) * (double)(check_random(state) >> 11) / 9007199254740992.0;
}

static void *zeros(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);
	assert_non_null(p);
	return p;
}

struct check_images check_images_new(
	uint64_t seed, struct nn_shape shape, uint32_t count, int classes, bool black_and_white)
{
	size_t size = nn_shape_size(shape);
	struct check_images i = { .pixels = zeros(count, size), .labels = zeros(count, 1) };
	for (size_t k = 0; k < count * size; k++)
		i.pixels[k] =
			black_and_white ? check_below(&seed, 2) * 255 : check_below(&seed, 256);
	for (uint32_t k = 0; k < count; k++)
		i.labels[k] = (uint8_t)check_below(&seed, (uint32_t)classes);
	i.images = (struct nn_images){
		.pixels = i.pixels, .labels = i.labels, .shape = shape, .count = count
	};
	return i;
}

void check_images_free(struct check_images *i)
{
	free(i->pixels);
	free(i->labels);
}

void check_params(uint64_t seed, const struct nn_net *net, bool exact, float *params)
{
	for (int k = 0; k < net->tensor_count; k++) {
		const struct nn_tensor *t = &net->tensors[k];
		double size = sqrt(3.0 / (t->bias || t->fan_in < 1 ? 12 : t->fan_in));
		double step = exp2(-ceil(log2(1 / size)));
		for (size_t i = 0; i < t->count; i++)
			params[t->offset + i] =
				(float)(exact ? step * ((double)check_below(&seed, 3) - 1)
					      : check_uniform(&seed, -size, size));
	}
}

struct nn_epoch check_epoch(
	const struct check *c, const struct check_images *images, uint32_t *order)
{
	uint64_t seed = c->seed + 3;
	for (uint32_t i = 0; i < c->count; i++)
		order[i] = check_below(&seed, images->images.count);
	struct nn_epoch e = { .images = &images->images,
		.order = order,
		.count = c->count,
		.seed = c->seed,
		.phase = c->phase,
		.epoch = c->epoch };
	if (c->augment) {
		e.augment = *c->augment;
		memcpy(e.augmented, c->augmented, sizeof(e.augmented));
	}
	return e;
}

/* What one computation by the core gives. */
struct answer {
	float *gradients, *logits[NN_OUTPUTS_MAX];
	struct nn_score trained, evaluated;
	uint8_t *predictions[NN_OUTPUTS_MAX];
};

static size_t classes_of(const struct nn_net *net, int output)
{
	return nn_shape_size(net->layers[net->layers[net->outputs[output]].inputs[0]].shape);
}

static void answer_free(const struct check *c, struct answer *a)
{
	free(a->gradients);
	for (int k = 0; k < c->net->output_count; k++) {
		free(a->logits[k]);
		free(a->predictions[k]);
	}
}

static bool has_masks(const struct check *c)
{
	for (int i = 0; i < c->net->layer_count; i++)
		if (c->masks[i])
			return true;
	return false;
}

static struct answer ask_core(const struct check *c, const struct nn_kernels *kernels, int threads,
	const float *params, const struct nn_epoch *e)
{
	struct nn_trainer_options options = {
		.kernels = kernels,
		.threads = threads,
		.batch_size = c->batch_size ? c->batch_size : (int)c->count,
		.optimizer = { .kind = NN_SGD, .lr = 1 },
	};
	struct nn_trainer *t = nn_trainer_new(c->net, &options);
	assert_non_null(t);
	size_t bytes = c->net->parameter_count * sizeof(float);
	if (bytes)
		memcpy(nn_trainer_params(t), params, bytes);
	struct answer a = { .gradients = zeros(c->net->parameter_count, sizeof(float)) };
	const float *g = nn_gradients(t, e, has_masks(c), &a.trained);
	if (bytes)
		memcpy(a.gradients, g, bytes);
	for (int k = 0; k < c->net->output_count; k++) {
		a.logits[k] = zeros(c->count * classes_of(c->net, k), sizeof(float));
		a.predictions[k] = zeros(c->count, 1);
		nn_logits(t, e->images, e->order, c->count, k, a.logits[k]);
	}
	nn_evaluate(t, e->images, e->order, 0, c->count, &a.evaluated, a.predictions);
	assert_true(!bytes
		|| memcmp(nn_trainer_params(t), params, bytes) == 0); /* nothing above is a step */
	nn_trainer_free(t);
	return a;
}

static void same_bits(const struct check *c, const char *what, const char *variant, int threads,
	const void *first, const void *other, size_t bytes)
{
	const unsigned char *a = first, *b = other;
	for (size_t i = 0; i < bytes; i++)
		if (a[i] != b[i])
			fail_msg("%s: %s: %s with %d threads differs from the first variant with 1 "
				 "at byte %zu of %zu",
				c->what, what, variant, threads, i, bytes);
}

static void compare_answers(const struct check *c, const struct nn_kernels *kernels, int threads,
	const struct answer *first, const struct answer *other)
{
	const char *variant = nn_kernels_name(kernels);
	same_bits(c, "gradients", variant, threads, first->gradients, other->gradients,
		c->net->parameter_count * sizeof(float));
	for (int k = 0; k < c->net->output_count; k++) {
		same_bits(c, "logits", variant, threads, first->logits[k], other->logits[k],
			c->count * classes_of(c->net, k) * sizeof(float));
		same_bits(c, "predictions", variant, threads, first->predictions[k],
			other->predictions[k], c->count);
		same_bits(c, "training loss", variant, threads, &first->trained.loss_sum[k],
			&other->trained.loss_sum[k], sizeof(double));
		same_bits(c, "loss", variant, threads, &first->evaluated.loss_sum[k],
			&other->evaluated.loss_sum[k], sizeof(double));
		assert_int_equal(first->trained.correct[k], other->trained.correct[k]);
		assert_int_equal(first->evaluated.correct[k], other->evaluated.correct[k]);
	}
}

/* What the oracle sees at input k for the image at this position. */
static void oracle_image(const struct nn_epoch *e, uint32_t position, bool augmented, double *out)
{
	struct nn_shape shape = e->images->shape;
	size_t size = nn_shape_size(shape);
	uint32_t index = e->order[position] & ~NN_ORDER_AUGMENTED;
	const uint8_t *pixels = e->images->pixels + index * size;
	if (!augmented) {
		for (size_t i = 0; i < size; i++)
			out[i] = pixels[i] / 255.0;
		return;
	}
	struct nn_rng rng = {
		.seed = e->seed, .stream = NN_STREAM_AUGMENT, .phase = e->phase, .epoch = e->epoch
	};
	struct nn_warp warp;
	nn_augment_draw(&e->augment, &rng, index, shape, &warp);
	double map[6];
	for (int i = 0; i < 6; i++)
		map[i] = warp.map[i];
	oracle_warp(map, warp.brightness, pixels, shape, out);
}

static void close_to(const struct check *c, const char *what, size_t place, double got, double want,
	double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("%s: %s [%zu] is %.9g, the oracle has %.9g (tolerance %.2g)", c->what,
			what, place, got, want, tolerance);
}

static void give_images(struct oracle *o, const struct check *c, const struct nn_epoch *e,
	uint32_t position, bool training)
{
	double *images[NN_OUTPUTS_MAX] = { NULL };
	for (int k = 0; k < c->net->input_count; k++) {
		images[k] = zeros(nn_shape_size(e->images->shape), sizeof(double));
		oracle_image(e, position, training && c->augment && c->augmented[k], images[k]);
	}
	for (int i = 0; i < c->net->layer_count; i++)
		o->masks[i] = training && c->masks[i]
			? c->masks[i] + position * nn_shape_size(c->net->layers[i].shape)
			: NULL;
	oracle_forward(o, (const double *const *)images,
		e->images->labels[e->order[position] & ~NN_ORDER_AUGMENTED]);
	for (int k = 0; k < c->net->input_count; k++)
		free(images[k]);
}

static void compare_evaluation(
	const struct check *c, struct oracle *o, const struct nn_epoch *e, const struct answer *a)
{
	double loss[NN_OUTPUTS_MAX] = { 0 }, loss_mass[NN_OUTPUTS_MAX] = { 0 };
	uint32_t correct[NN_OUTPUTS_MAX] = { 0 };
	for (uint32_t i = 0; i < c->count; i++) {
		give_images(o, c, e, i, false);
		for (int k = 0; k < c->net->output_count; k++) {
			size_t classes = classes_of(c->net, k), best = 0;
			const float *logits = a->logits[k] + i * classes;
			for (size_t j = 0; j < classes; j++) {
				double tolerance =
					c->exact ? 0 : ORACLE_UNIT * oracle_logits_mass(o, k)[j];
				close_to(c, "logit", i * classes + j, logits[j],
					oracle_logits(o, k)[j], tolerance);
				if (logits[j] > logits[best])
					best = j;
			}
			assert_int_equal(a->predictions[k][i], best);
			correct[k] += (int)best == o->label;
			loss[k] += o->loss[k];
			loss_mass[k] += o->loss_mass[k];
		}
	}
	for (int k = 0; k < c->net->output_count; k++) {
		close_to(c, "loss of output", (size_t)k, a->evaluated.loss_sum[k], loss[k],
			ORACLE_UNIT * loss_mass[k]);
		assert_int_equal(a->evaluated.correct[k], correct[k]);
	}
	assert_int_equal(a->evaluated.count, c->count);
}

static void compare_training(
	const struct check *c, struct oracle *o, const struct nn_epoch *e, const struct answer *a)
{
	double loss[NN_OUTPUTS_MAX] = { 0 }, loss_mass[NN_OUTPUTS_MAX] = { 0 };
	for (uint32_t i = 0; i < c->count; i++) {
		give_images(o, c, e, i, true);
		oracle_backward(o, 1.0 / c->count);
		for (int k = 0; k < c->net->output_count; k++) {
			loss[k] += o->loss[k];
			loss_mass[k] += o->loss_mass[k];
		}
	}
	for (int k = 0; k < c->net->output_count; k++)
		close_to(c, "training loss of output", (size_t)k, a->trained.loss_sum[k], loss[k],
			ORACLE_UNIT * loss_mass[k]);
	assert_int_equal(a->trained.count, c->count);
	for (int k = 0; k < c->net->output_count && !c->augment && !has_masks(c); k++)
		assert_int_equal(a->trained.correct[k], a->evaluated.correct[k]);
	for (int k = 0; k < c->net->tensor_count; k++) {
		const struct nn_tensor *t = &c->net->tensors[k];
		for (size_t i = t->offset; i < t->offset + t->count; i++)
			close_to(c, t->name, i - t->offset, a->gradients[i], o->value.gradients[i],
				ORACLE_UNIT * o->mass.gradients[i]);
	}
}

void check_network(const struct check *c)
{
	if (!nn_net_ok((struct nn_net *)(uintptr_t)c->net))
		fail_msg("%s: the network was refused: %s", c->what, c->net->error);
	struct nn_shape shape = c->net->layers[c->net->inputs[0]].shape;
	int classes = (int)classes_of(c->net, 0);
	for (int k = 1; k < c->net->output_count; k++)
		if ((int)classes_of(c->net, k) < classes)
			classes = (int)classes_of(c->net, k);
	struct check_images images =
		check_images_new(c->seed + 1, shape, IMAGES, classes, c->exact);
	float *params = zeros(c->net->parameter_count, sizeof(float));
	check_params(c->seed + 2, c->net, c->exact, params);
	uint32_t *order = zeros(c->count, sizeof(*order));
	struct nn_epoch e = check_epoch(c, &images, order);

	struct answer first = ask_core(c, nn_kernels_at(0), 1, params, &e);
	int blocks = (int)(c->count + NN_LANES - 1) / NN_LANES,
	    threads_max = c->threads ? 3
		: blocks > 1         ? 2
				     : 1;
	for (int i = 0; nn_kernels_at(i); i++)
		for (int threads = i == 0 && !c->threads ? 2 : 1; threads <= threads_max;
			threads++) { /* the first is done */
			struct answer other = ask_core(c, nn_kernels_at(i), threads, params, &e);
			compare_answers(c, nn_kernels_at(i), threads, &first, &other);
			answer_free(c, &other);
		}
	struct oracle *o = oracle_new(c->net, params);
	o->exact = c->exact;
	compare_evaluation(c, o, &e, &first);
	compare_training(c, o, &e, &first);
	oracle_free(o);
	answer_free(c, &first);
	free(order);
	free(params);
	check_images_free(&images);
}

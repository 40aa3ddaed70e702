/* test_training.c - whole trainings: they learn, they give the same bits however they are computed,
 * they report divergence, and an epoch is its batches one after the other. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"

static const struct nn_optimizer nadam = {
	.kind = NN_NADAM, .lr = 1e-2, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7
};
static const struct nn_optimizer sgd = {
	.kind = NN_SGD, .lr = .05, .momentum = .9, .weight_decay = 1e-4, .nesterov = true
};

/* One training: everything that its bits may depend on, and what they may not (variant, threads).
 */
struct run {
	const struct nn_net *net;
	const struct nn_images *images;
	struct nn_optimizer optimizer;
	struct nn_augment augment;
	bool augmented[NN_OUTPUTS_MAX];
	const bool *frozen;
	uint32_t count;
	int batch_size, epochs;
	int variant, threads;
};

struct outcome {
	float *params;
	struct nn_score score; /* of the last epoch */
	long diverged;         /* step of the last epoch, or -1 */
};

static struct nn_trainer *start(const struct run *r)
{
	struct nn_trainer_options options = { .kernels = nn_kernels_at(r->variant),
		.batch_size = r->batch_size,
		.threads = r->threads,
		.frozen = r->frozen,
		.optimizer = r->optimizer };
	struct nn_trainer *t = nn_trainer_new(r->net, &options);
	assert_non_null(t);
	nn_init_net(r->net, 11, nn_trainer_params(t));
	return t;
}

static long train_one(
	const struct run *r, struct nn_trainer *t, uint32_t epoch, struct nn_score *score)
{
	uint32_t *order = calloc(r->count, sizeof(*order));
	assert_non_null(order);
	for (uint32_t i = 0; i < r->count; i++)
		order[i] = i % r->images->count;
	const struct nn_rng rng = {
		.seed = 12, .stream = NN_STREAM_SHUFFLE, .phase = 1, .epoch = epoch
	};
	nn_rng_shuffle(&rng, order, r->count);
	struct nn_epoch e = { .images = r->images,
		.order = order,
		.count = r->count,
		.augment = r->augment,
		.seed = 12,
		.phase = 1,
		.epoch = epoch };
	memcpy(e.augmented, r->augmented, sizeof(e.augmented));
	long diverged = nn_train_epoch(t, &e, score);
	free(order);
	return diverged;
}

static struct outcome train(const struct run *r)
{
	struct nn_trainer *t = start(r);
	struct outcome o = { .params = calloc(r->net->parameter_count, sizeof(float)),
		.diverged = -1 };
	assert_non_null(o.params);
	for (int epoch = 0; epoch < r->epochs && o.diverged < 0; epoch++)
		o.diverged = train_one(r, t, (uint32_t)epoch, &o.score);
	memcpy(o.params, nn_trainer_params(t), r->net->parameter_count * sizeof(float));
	nn_trainer_free(t);
	return o;
}

/* Squares and crosses in a noisy 10 x 10 image, at random places. */
static struct check_images toy_images(uint32_t count)
{
	struct check_images images =
		check_images_new(31, (struct nn_shape){ 1, 10, 10 }, count, 2, false);
	uint64_t seed = 32;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *p = images.pixels + i * 100;
		for (int k = 0; k < 100; k++)
			p[k] /= 4;
		uint32_t top = check_below(&seed, 6), left = check_below(&seed, 6);
		for (uint32_t y = 0; y < 5; y++)
			for (uint32_t x = 0; x < 5; x++)
				if (images.labels[i] ? y == 2 || x == 2
						     : y == 0 || y == 4 || x == 0 || x == 4)
					p[(top + y) * 10 + left + x] = 255;
	}
	return images;
}

static void a_small_network_learns_squares_from_crosses(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, (struct nn_shape){ 1, 10, 10 }, 2);
	struct check_images train_images = toy_images(600), all = toy_images(800);
	static const struct nn_optimizer *const optimizers[] = { &nadam, &sgd };
	for (int k = 0; k < 2; k++) {
		struct run r = { .net = &net,
			.images = &train_images.images,
			.optimizer = *optimizers[k],
			.count = 600,
			.batch_size = 32,
			.epochs = 12,
			.variant = 0,
			.threads = 1 };
		while (nn_kernels_at(r.variant + 1))
			r.variant++; /* the fastest */
		struct nn_trainer *t = start(&r);
		struct nn_score score, first = { 0 }, test;
		for (uint32_t epoch = 0; epoch < 12; epoch++) {
			assert_int_equal(train_one(&r, t, epoch, &score), -1);
			assert_int_equal(score.count, 600);
			if (epoch == 0)
				first = score;
		}
		nn_evaluate(
			t, &all.images, NULL, 600, 200, &test, NULL); /* images not trained on */
		assert_int_equal(test.count, 200);
		if (!(test.correct[0] >= 190 && score.loss_sum[0] < .3 * first.loss_sum[0]))
			fail_msg("optimizer %d: %u of 200 right, loss from %g to %g", k,
				test.correct[0], first.loss_sum[0] / 600, score.loss_sum[0] / 600);
		nn_trainer_free(t);
	}
	check_images_free(&train_images);
	check_images_free(&all);
}

static void same_outcome(
	const struct run *r, const char *what, const struct outcome *a, const struct outcome *b)
{
	for (size_t i = 0; i < r->net->parameter_count; i++)
		if (memcmp(&a->params[i], &b->params[i], sizeof(float)) != 0)
			fail_msg("%s, %s, %d threads: weight %zu is %.9g, was %.9g", what,
				nn_kernels_name(nn_kernels_at(r->variant)), r->threads, i,
				b->params[i], a->params[i]);
	for (int k = 0; k < r->net->output_count; k++) {
		assert_true(
			memcmp(&a->score.loss_sum[k], &b->score.loss_sum[k], sizeof(double)) == 0);
		assert_int_equal(a->score.correct[k], b->score.correct[k]);
	}
	assert_int_equal(a->diverged, b->diverged);
}

/* Every variant with 1, 2 and 3 threads, the first one twice. */
static void check_same_bits(const char *what, struct run r)
{
	r.variant = 0;
	r.threads = 1;
	struct outcome first = train(&r);
	assert_int_equal(first.diverged, -1);
	for (r.variant = 0; nn_kernels_at(r.variant); r.variant++)
		for (r.threads = 1; r.threads <= 3; r.threads++) {
			struct outcome other = train(&r);
			same_outcome(&r, what, &first, &other);
			free(other.params);
		}
	free(first.params);
}

static void trainings_have_the_same_bits_for_every_variant_and_number_of_threads(void **state)
{
	(void)state;
	struct nn_net unified = { 0 }, dual = { 0 };
	paper_unified(&unified, (struct nn_shape){ 1, 12, 13 }, 10);
	paper_dual(&dual, (struct nn_shape){ 3, 12, 10 }, 10);
	struct check_images grey =
		check_images_new(41, (struct nn_shape){ 1, 12, 13 }, 150, 10, false);
	struct check_images colour =
		check_images_new(42, (struct nn_shape){ 3, 12, 10 }, 150, 10, false);
	bool frozen[2 * NN_LAYERS_MAX] = { [0] = true, [1] = true, [9] = true };
	static const uint32_t counts[] = { 1, 15, 16, 33, 100, 150 };
	for (int k = 0; k < 6; k++) {
		check_same_bits("unified, SGD",
			(struct run){ .net = &unified,
				.images = &grey.images,
				.optimizer = sgd,
				.count = counts[k],
				.batch_size = 32,
				.epochs = 2,
				.frozen = k % 2 ? frozen : NULL });
		check_same_bits("dual, Nadam, augmented",
			(struct run){ .net = &dual,
				.images = &colour.images,
				.optimizer = nadam,
				.count = counts[k],
				.batch_size = 40 + k,
				.epochs = 2,
				.augmented = { false, true },
				.augment = { .rotation = .1,
					.zoom = .2,
					.brightness = .1,
					.translation = .2,
					.flip = k % 2 } });
	}
	check_images_free(&grey);
	check_images_free(&colour);
}

/* Without anything that depends on an image's position, an epoch of several batches is several
 * epochs of one batch. */
static void an_epoch_is_its_batches_one_after_the_other(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_submodel(&net, (struct nn_shape){ 1, 10, 11 }, 10);
	struct check_images images =
		check_images_new(51, (struct nn_shape){ 1, 10, 11 }, 100, 10, false);
	uint32_t order[100];
	for (uint32_t i = 0; i < 100; i++)
		order[i] = (i * 37) % 100;
	for (int variant = 0; nn_kernels_at(variant); variant++)
		for (uint32_t count = 1; count <= 100; count += 33) {
			const struct run r = { .net = &net,
				.images = &images.images,
				.optimizer = nadam,
				.batch_size = 32,
				.variant = variant,
				.threads = 1 };
			struct nn_trainer *whole = start(&r), *parts = start(&r);
			struct nn_epoch e = {
				.images = &images.images, .order = order, .count = count, .seed = 1
			};
			struct nn_score all, sum = { 0 };
			assert_int_equal(nn_train_epoch(whole, &e, &all), -1);
			for (uint32_t from = 0; from < count; from += 32) {
				struct nn_score score;
				e.order = order + from;
				e.count = count - from < 32 ? count - from : 32;
				assert_int_equal(nn_train_epoch(parts, &e, &score), -1);
				sum.loss_sum[0] += score.loss_sum[0];
				sum.correct[0] += score.correct[0];
				sum.count += score.count;
			}
			assert_memory_equal(nn_trainer_params(whole), nn_trainer_params(parts),
				net.parameter_count * sizeof(float));
			assert_int_equal(all.count, count);
			assert_int_equal(sum.count, count);
			assert_int_equal(all.correct[0], sum.correct[0]);
			assert_true(
				fabs(all.loss_sum[0] - sum.loss_sum[0]) < 1e-9 * sum.loss_sum[0]);
			assert_int_equal(nn_trainer_optimizer_state(whole).schedule->step,
				(count + 31) / 32);
			nn_trainer_free(whole);
			nn_trainer_free(parts);
		}
	check_images_free(&images);
}

static void a_diverging_training_is_reported_with_the_same_step_by_every_variant(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, (struct nn_shape){ 1, 10, 10 }, 10);
	struct check_images images =
		check_images_new(61, (struct nn_shape){ 1, 10, 10 }, 100, 10, false);
	static const struct nn_optimizer wild[] = {
		{ .kind = NN_SGD, .lr = 1e10 },
		{ .kind = NN_SGD, .lr = 1e10, .momentum = .9 },
		{ .kind = NN_SGD, .lr = 1e38 },
		{ .kind = NN_NADAM, .lr = 1e10, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7 },
		{ .kind = NN_NADAM, .lr = 1e38, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7 },
	};
	for (int k = 0; k < 5; k++) {
		struct run r = { .net = &net,
			.images = &images.images,
			.optimizer = wild[k],
			.count = 100,
			.batch_size = 8,
			.epochs = 4,
			.variant = 0,
			.threads = 1 };
		struct outcome first = train(&r);
		if (first.diverged < 0 || first.diverged > 12)
			fail_msg("optimizer %d: diverged at step %ld, expected one of 0 to 12", k,
				first.diverged);
		for (r.variant = 0; nn_kernels_at(r.variant); r.variant++)
			for (r.threads = 1; r.threads <= 2; r.threads++) {
				struct outcome other = train(&r);
				assert_int_equal(other.diverged, first.diverged);
				assert_memory_equal(other.params, first.params,
					net.parameter_count * sizeof(float));
				free(other.params);
			}
		free(first.params);
	}
	check_images_free(&images);
}

/* The weights are those before the step whose loss is not finite; that step's number is the answer.
 */
static void a_loss_that_is_not_finite_stops_before_its_step(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	nn_output(&net, "out",
		nn_dense(&net, "dense", nn_input(&net, "in", (struct nn_shape){ 1, 1, 2 }), 2,
			false, NN_HE_NORMAL));
	const uint8_t pixels[4] = { 0, 0, 255, 0 }, labels[2] = { 0, 1 };
	const struct nn_images images = {
		.pixels = pixels, .labels = labels, .shape = { 1, 1, 2 }, .count = 2
	};
	const uint32_t order[4] = { 0, 0, 1,
		0 }; /* the third step meets the weight that is infinite */
	const struct nn_epoch e = { .images = &images, .order = order, .count = 4 };
	for (int i = 0; nn_kernels_at(i); i++) {
		const struct run r = { .net = &net,
			.optimizer = { .kind = NN_SGD, .lr = .5 },
			.batch_size = 1,
			.variant = i,
			.threads = 1 };
		struct nn_trainer *t = start(&r);
		float *w = nn_trainer_params(t);
		memset(w, 0, net.parameter_count * sizeof(float));
		w[0] = 3e38f;
		w[1] = 1;
		struct nn_score score;
		/* logit 0 is 3e38, logit 1 is 0: the loss of label 1 is 3e38, finite */
		const struct nn_epoch finite = {
			.images = &images, .order = order + 2, .count = 1
		};
		nn_gradients(t, &finite, false, &score);
		assert_true(isfinite(score.loss_sum[0]) && score.loss_sum[0] > 2e38);
		w[4] = 3e38f; /* the bias makes it infinite for the white image; for black ones the
				 loss of label 0 is 0 */
		assert_int_equal(nn_train_epoch(t, &e, &score), 2);
		assert_true(w[0] == 3e38f && w[1] == 1 && w[4] == 3e38f);
		nn_trainer_free(t);
	}
}

static void weights_that_are_not_finite_at_the_end_are_reported(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	nn_output(&net, "out",
		nn_dense(&net, "dense", nn_input(&net, "in", (struct nn_shape){ 1, 1, 2 }), 2,
			false, NN_HE_NORMAL));
	const uint8_t pixels[2] = { 255, 255 }, labels[1] = { 1 };
	const struct nn_images images = {
		.pixels = pixels, .labels = labels, .shape = { 1, 1, 2 }, .count = 1
	};
	const uint32_t order[1] = { 0 };
	const struct nn_epoch e = { .images = &images, .order = order, .count = 1 };
	for (int i = 0; nn_kernels_at(i); i++) {
		const struct run r = { .net = &net,
			.optimizer = { .kind = NN_SGD, .lr = 1e38 },
			.batch_size = 1,
			.variant = i,
			.threads = 1 };
		struct nn_trainer *t = start(&r);
		float *w = nn_trainer_params(t);
		memset(w, 0, net.parameter_count * sizeof(float));
		w[0] = 3.3e38f; /* white: logit 0 is huge, label 1 wrong: bias and weights of class
				   1 go up by lr, those of class 0 down */
		w[1] = -3.3e38f;
		struct nn_score score;
		assert_int_equal(nn_train_epoch(t, &e, &score), 0);
		nn_trainer_free(t);
	}
}

static void evaluation_takes_a_range_or_an_order(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_dual(&net, (struct nn_shape){ 1, 10, 10 }, 10);
	struct check_images images =
		check_images_new(71, (struct nn_shape){ 1, 10, 10 }, 103, 10, false);
	for (int variant = 0; nn_kernels_at(variant); variant++) {
		const struct run r = { .net = &net,
			.optimizer = sgd,
			.batch_size = 32,
			.variant = variant,
			.threads = 1 + variant % 3 };
		struct nn_trainer *t = start(&r);
		uint8_t by_range[2][103], by_order[2][103], part[2][50];
		struct nn_score range, order_score, one, sum = { 0 };
		nn_evaluate(t, &images.images, NULL, 0, 103, &range,
			(uint8_t *const[NN_OUTPUTS_MAX]){ by_range[0], by_range[1] });
		uint32_t order[103];
		for (uint32_t i = 0; i < 103; i++)
			order[i] = (i * 10) % 103; /* 10 and 103 have no common factor */
		nn_evaluate(t, &images.images, order, 77, 103, &order_score,
			(uint8_t *const[NN_OUTPUTS_MAX]){ by_order[0], by_order[1] });
		for (uint32_t i = 0; i < 103; i++) {
			assert_int_equal(by_order[0][i], by_range[0][order[i]]);
			assert_int_equal(by_order[1][i], by_range[1][order[i]]);
		}
		assert_int_equal(order_score.correct[0], range.correct[0]);
		assert_true(fabs(order_score.loss_sum[1] - range.loss_sum[1])
			< 1e-6 * range.loss_sum[1]);
		nn_evaluate(t, &images.images, NULL, 41, 50, &one,
			(uint8_t *const[NN_OUTPUTS_MAX]){ NULL, part[1] });
		assert_memory_equal(part[1], by_range[1] + 41, 50);
		for (uint32_t i = 0; i < 103;
			i++) { /* an image's loss does not depend on its neighbours */
			nn_evaluate(t, &images.images, NULL, i, 1, &one, NULL);
			assert_int_equal(one.count, 1);
			assert_int_equal(one.correct[0], by_range[0][i] == images.labels[i]);
			sum.loss_sum[0] += one.loss_sum[0];
		}
		assert_true(fabs(sum.loss_sum[0] - range.loss_sum[0]) < 1e-9 * range.loss_sum[0]);
		float logits[103 * 10], logit[10];
		nn_logits(t, &images.images, order, 103, 1, logits);
		for (uint32_t i = 0; i < 103; i++) {
			nn_logits(t, &images.images, order + i, 1, 1, logit);
			assert_memory_equal(logit, logits + 10 * i, sizeof(logit));
		}
		nn_evaluate(t, &images.images, NULL, 103, 0, &one, NULL);
		assert_int_equal(one.count, 0);
		assert_true(one.loss_sum[0] == 0 && one.correct[0] == 0);
		nn_trainer_free(t);
	}
	check_images_free(&images);
}

static void two_trainers_at_once_do_not_disturb_each_other(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, (struct nn_shape){ 1, 10, 10 }, 10);
	struct check_images images =
		check_images_new(81, (struct nn_shape){ 1, 10, 10 }, 64, 10, false);
	const struct run r = { .net = &net,
		.images = &images.images,
		.optimizer = nadam,
		.count = 64,
		.batch_size = 32,
		.epochs = 2,
		.threads = 2 };
	struct outcome alone = train(&r);
	struct nn_trainer *a = start(&r), *b = start(&r);
	for (uint32_t epoch = 0; epoch < 2; epoch++) {
		struct nn_score score;
		train_one(&r, a, epoch, &score);
		train_one(&r, b, epoch, &score);
	}
	assert_memory_equal(
		nn_trainer_params(a), alone.params, net.parameter_count * sizeof(float));
	assert_memory_equal(
		nn_trainer_params(b), alone.params, net.parameter_count * sizeof(float));
	nn_trainer_free(a);
	nn_trainer_free(b);
	free(alone.params);
	check_images_free(&images);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_network_learns_squares_from_crosses),
		cmocka_unit_test(
			trainings_have_the_same_bits_for_every_variant_and_number_of_threads),
		cmocka_unit_test(an_epoch_is_its_batches_one_after_the_other),
		cmocka_unit_test(
			a_diverging_training_is_reported_with_the_same_step_by_every_variant),
		cmocka_unit_test(a_loss_that_is_not_finite_stops_before_its_step),
		cmocka_unit_test(weights_that_are_not_finite_at_the_end_are_reported),
		cmocka_unit_test(evaluation_takes_a_range_or_an_order),
		cmocka_unit_test(two_trainers_at_once_do_not_disturb_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

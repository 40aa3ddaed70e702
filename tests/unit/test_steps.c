/* test_steps.c - optimizers beyond Adam, decay in the gradient, clipping, Lookahead, learning rates
 * by layer, schedules and plateaus. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"
#include "tests/oracle/steps.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
enum { IMAGES = 20, STEPS = 15, FROZEN = 1 };

/* A small network with a batch normalisation, 20 random images; the convolution learns at a quarter
 * of the rate. */
struct setting {
	struct nn_net net;
	struct check_images images;
	float *params;
	uint32_t order[IMAGES];
	struct nn_epoch epoch;
};

static struct setting *setting_new(void)
{
	struct setting *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	const struct nn_conv_options o = { .filters = 5, .kernel_height = 3, .kernel_width = 3 };
	int at = nn_conv_with(
		&s->net, "conv", nn_input(&s->net, "in", (struct nn_shape){ 1, 8, 8 }), &o);
	s->net.layers[at].rate_scale = .25;
	at = nn_relu(&s->net, "relu", nn_batchnorm(&s->net, "bn", at, .9, 1e-3));
	at = nn_dense(&s->net, "hidden", at, 7, true, NN_HE_NORMAL);
	nn_output(&s->net, "out", nn_dense(&s->net, "logits", at, 3, false, NN_HE_NORMAL));
	assert_true(nn_net_ok(&s->net));
	s->images = check_images_new(1, (struct nn_shape){ 1, 8, 8 }, IMAGES, 3, false);
	s->params = calloc(s->net.parameter_count, sizeof(float));
	assert_non_null(s->params);
	nn_init_net(&s->net, 3, s->params);
	for (uint32_t i = 0; i < IMAGES; i++)
		s->order[i] = i;
	s->epoch = (struct nn_epoch){
		.images = &s->images.images, .order = s->order, .count = IMAGES, .seed = 1
	};
	return s;
}

static void setting_free(struct setting *s)
{
	check_images_free(&s->images);
	free(s->params);
	free(s);
}

static struct nn_trainer *trainer_for(
	const struct setting *s, const struct nn_optimizer *o, int variant, int threads)
{
	bool frozen[2 * NN_LAYERS_MAX] = { [FROZEN] = true }; /* the convolution's bias */
	const struct nn_trainer_options options = { .kernels = nn_kernels_at(variant),
		.batch_size = IMAGES,
		.threads = threads,
		.frozen = frozen,
		.optimizer = *o };
	struct nn_trainer *t = nn_trainer_new(&s->net, &options);
	assert_non_null(t);
	memcpy(nn_trainer_params(t), s->params, s->net.parameter_count * sizeof(float));
	return t;
}

#define RMSPROP .kind = NN_RMSPROP, .lr = 3e-3, .rho = .9, .epsilon = 1e-7
#define ADAGRAD .kind = NN_ADAGRAD, .lr = 2e-2, .accumulator = .1, .epsilon = 1e-7
#define ADADELTA .kind = NN_ADADELTA, .lr = .5, .rho = .95, .epsilon = 1e-6
#define MOMENTUM .kind = NN_SGD, .lr = 3e-2, .momentum = .9
static const struct nn_optimizer optimizers[] = {
	{ RMSPROP },
	{ RMSPROP, .momentum = .5, .rate = { .kind = NN_RATE_LINEAR, .total = 12, .last = .1 } },
	{ ADAGRAD },
	{ ADADELTA },
	{ MOMENTUM, .l2 = .05 },
	{ MOMENTUM, .nesterov = true, .l2 = .05, .decay_kernels = true },
	{ MOMENTUM, .weight_decay = .05, .decay_kernels = true },
	{ MOMENTUM, .clip_norm = .05 },
	{ MOMENTUM, .clip_norm = 1e3 },
	{ MOMENTUM, .clip_value = .01, .l2 = .01 },
	{ ADAGRAD, .clip_norm = .3, .clip_value = .02, .l2 = .02, .decay_kernels = true },
	{ MOMENTUM, .lookahead = 4, .lookahead_share = .5 },
	{ RMSPROP, .lookahead = 5, .lookahead_share = .8, .l2 = .01 },
};

static void first_weights(const struct setting *s, struct steps_weight *weights)
{
	for (int n = 0; n < s->net.tensor_count; n++) {
		const struct nn_tensor *t = &s->net.tensors[n];
		for (size_t j = t->offset; j < t->offset + t->count; j++)
			weights[j] = (struct steps_weight){ .weight = (double)s->params[j],
				.trained = n != FROZEN && !t->moving,
				.decays = true,
				.rate_scale = t->layer == 1 ? .25 : 1 };
	}
}

static void leave_out(const struct setting *s, struct steps_weight *weights)
{
	static const char *const names[] = { "bn/gamma", "bn/beta", "conv/bias", "hidden/bias",
		"logits/bias" };
	for (size_t n = 0; n < COUNT(names); n++) {
		const struct nn_tensor *t = nn_net_tensor(&s->net, names[n]);
		for (size_t j = t->offset; j < t->offset + t->count; j++)
			weights[j].decays = false;
	}
}

/* The oracle steps on the gradients that the core itself finds: only the step's own roundings
 * differ. */
static void steps_agree_with_the_oracle(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	const size_t count = s->net.parameter_count;
	struct steps_weight *weights = calloc(count, sizeof(*weights));
	assert_non_null(weights);
	for (size_t k = 0; k < COUNT(optimizers); k++)
		for (int i = 0; nn_kernels_at(i); i++) {
			const struct nn_optimizer *o = &optimizers[k];
			struct nn_trainer *t = trainer_for(s, o, i, 1 + i % 2);
			first_weights(s, weights);
			if (o->decay_kernels)
				leave_out(s, weights);
			steps_begin(o, weights, count);
			for (int step = 1; step <= STEPS; step++) {
				struct nn_score score;
				const float *g = nn_gradients(t, &s->epoch, true, &score);
				steps_step(o, nn_rate_at(&o->rate, o->lr, step - 1), step, g,
					weights, count);
				assert_int_equal(nn_train_epoch(t, &s->epoch, &score), -1);
				const float *w = nn_trainer_params(t);
				for (size_t j = 0; j < count; j++)
					if (weights[j].trained
						&& !(fabs((double)w[j] - weights[j].weight) <= step
								* 6e-8
								* (fabs(weights[j].weight) + .5
									+ 40 * o->lr)))
						fail_msg("optimizer %zu, %s, step %d, weight %zu: "
							 "%.9g, oracle %.9g",
							k, nn_kernels_name(nn_kernels_at(i)), step,
							j, (double)w[j], weights[j].weight);
				const struct nn_tensor *frozen = &s->net.tensors[FROZEN];
				assert_memory_equal(w + frozen->offset, s->params + frozen->offset,
					frozen->count * sizeof(*w));
			}
			nn_trainer_free(t);
		}
	free(weights);
	setting_free(s);
}

static void variants_and_threads_step_to_the_same_bits(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	const size_t bytes = s->net.parameter_count * sizeof(float);
	float *first = malloc(bytes);
	assert_non_null(first);
	for (size_t k = 0; k < COUNT(optimizers); k++)
		for (int i = 0; nn_kernels_at(i); i++)
			for (int threads = 1; threads <= 2; threads++) {
				struct nn_trainer *t = trainer_for(s, &optimizers[k], i, threads);
				struct nn_score score;
				for (int step = 0; step < 6; step++)
					assert_int_equal(nn_train_epoch(t, &s->epoch, &score), -1);
				if (i == 0 && threads == 1)
					memcpy(first, nn_trainer_params(t), bytes);
				assert_memory_equal(nn_trainer_params(t), first, bytes);
				nn_trainer_free(t);
			}
	free(first);
	setting_free(s);
}

static void slow_weights_are_state(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	const size_t bytes = s->net.parameter_count * sizeof(float);
	const struct nn_optimizer *o = &optimizers[11];
	struct nn_trainer *one = trainer_for(s, o, 0, 1), *two = trainer_for(s, o, 0, 1);
	struct nn_score score;
	for (int step = 0; step < 6; step++)
		nn_train_epoch(one, &s->epoch, &score);
	const struct nn_optimizer_state from = nn_trainer_optimizer_state(one),
					to = nn_trainer_optimizer_state(two);
	memcpy(nn_trainer_params(two), nn_trainer_params(one), bytes);
	memcpy(to.first, from.first, bytes);
	memcpy(to.second, from.second, bytes);
	memcpy(to.slow, from.slow, bytes);
	*to.schedule = *from.schedule;
	for (int step = 0; step < 6; step++) {
		nn_train_epoch(one, &s->epoch, &score);
		nn_train_epoch(two, &s->epoch, &score);
		assert_memory_equal(nn_trainer_params(one), nn_trainer_params(two), bytes);
	}
	nn_trainer_free(one);
	nn_trainer_free(two);
	struct nn_trainer *none = trainer_for(s, &optimizers[0], 0, 1);
	assert_null(nn_trainer_optimizer_state(none).slow);
	nn_trainer_free(none);
	setting_free(s);
}

/* A gradient that is not finite is not hidden by clipping. */
static void clipping_does_not_hide_a_divergence(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	const struct nn_optimizer o = {
		.kind = NN_SGD, .lr = 1e38, .clip_norm = 1e38, .clip_value = 1e38
	};
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer *t = trainer_for(s, &o, i, 1);
		struct nn_score score;
		long step = -1;
		for (int n = 0; n < 5 && step < 0; n++)
			step = nn_train_epoch(t, &s->epoch, &score);
		assert_true(step >= 0);
		nn_trainer_free(t);
	}
	setting_free(s);
}

static void close_rate(const char *what, long s, double got, double want)
{
	if (!(fabs(got - want) <= 1e-14))
		fail_msg("%s at step %ld: %.17g, expected %.17g", what, s, got, want);
}

static void schedules_follow_their_formulas(void **state)
{
	(void)state;
	const double pi = acos(-1);
	const struct nn_rate
		milestones = { .kind = NN_RATE_MILESTONES,
			.warm_up = 5,
			.factor = .1,
			.milestones = { 20, 50, 300 },
			.milestone_count = 3 },
		linear = { .kind = NN_RATE_LINEAR, .warm_up = 10, .total = 210, .last = .25 },
		exponential = { .kind = NN_RATE_EXPONENTIAL, .every = 40, .factor = .7 },
		cycle = { .kind = NN_RATE_ONE_CYCLE,
			.total = 200,
			.rise = 60,
			.first = .04,
			.last = 1e-3 },
		triangle = { .kind = NN_RATE_ONE_CYCLE,
			.total = 200,
			.rise = 50,
			.first = .2,
			.last = .1,
			.straight = true },
		restarts = { .kind = NN_RATE_RESTARTS, .every = 30, .growth = 2, .last = .1 },
		again = { .kind = NN_RATE_RESTARTS, .every = 30, .growth = 1 };
	for (long s = 0; s < 400; s++) {
		const double x = (double)s;
		double want = s < 5 ? (x + 1) / 5 : s < 25 ? 1 : s < 55 ? .1 : s < 305 ? .01 : .001;
		close_rate("milestones", s, nn_rate_at(&milestones, 1, s), want);
		want = s < 10 ? (x + 1) / 10 : s < 210 ? 1 - .75 * (x - 10) / 200 : .25;
		close_rate("linear", s, nn_rate_at(&linear, 1, s), want);
		close_rate("exponential", s, nn_rate_at(&exponential, 1, s), pow(.7, x / 40));
		want = s < 60     ? .04 + .96 * (1 - cos(pi * x / 60)) / 2
			: s < 200 ? 1e-3 + (1 - 1e-3) * (1 + cos(pi * (x - 60) / 140)) / 2
				  : 1e-3;
		close_rate("one cycle", s, nn_rate_at(&cycle, 1, s), want);
		want = s < 50 ? .2 + .8 * x / 50 : s < 200 ? 1 - .9 * (x - 50) / 150 : .1;
		close_rate("triangle", s, nn_rate_at(&triangle, 1, s), want);
		const double start = s < 30 ? 0
			: s < 90            ? 30
			: s < 210           ? 90
					    : 210,
			     period = s < 30 ? 30
			: s < 90             ? 60
			: s < 210            ? 120
					     : 240;
		want = .1 + .9 * (1 + cos(pi * (x - start) / period)) / 2;
		close_rate("restarts", s, nn_rate_at(&restarts, 1, s), want);
		want = (1 + cos(pi * (double)(s % 30) / 30)) / 2;
		close_rate("equal restarts", s, nn_rate_at(&again, 1, s), want);
	}
}

/* Keras's ReduceLROnPlateau, traced by hand: patience 2, cooldown 1, factor 0.5, least 0.2. */
static void the_rate_falls_on_a_plateau(void **state)
{
	(void)state;
	static const double loss[] = { 1, .5, .5, .45, .45, .45, .45, .45, .45, .45, .45, .45, .3,
		NAN, .3 };
	static const double want[] = { 1, 1, 1, 1, 1, .5, .5, .25, .25, .2, .2, .2, .2, .2, .2 };
	struct nn_plateau p = {
		.patience = 2, .cooldown = 1, .min_delta = .01, .factor = .5, .least = .2
	};
	double scale = 1;
	for (size_t i = 0; i < COUNT(loss); i++) {
		scale = nn_plateau_epoch(&p, loss[i], scale);
		if (fabs(scale - want[i]) > 1e-12)
			fail_msg("epoch %zu: %g, by hand %g", i, scale, want[i]);
	}
	struct nn_plateau up = { .maximize = true, .patience = 1, .min_delta = .01, .factor = .1 };
	assert_true(nn_plateau_epoch(&up, .5, 1) == 1);
	assert_true(nn_plateau_epoch(&up, .6, 1) == 1);
	assert_true(nn_plateau_epoch(&up, .605, 1) == .1);
}

static void the_scale_multiplies_the_rate_of_every_optimizer(void **state)
{
	(void)state;
	for (enum nn_optimizer_kind kind = NN_NADAM; kind <= NN_ADADELTA; kind++) {
		struct nn_optimizer o = {
			.kind = kind, .lr = .5, .beta1 = .9, .beta2 = .999, .weight_decay = .25
		};
		struct nn_schedule full = { 0 }, half = { 0 };
		nn_optimizer_advance(&o, &full);
		nn_optimizer_advance(&o, &half);
		assert_true(half.scale == 1);
		half.scale = .5;
		const struct nn_step_factors a = nn_optimizer_advance(&o, &full),
					     b = nn_optimizer_advance(&o, &half),
					     c = nn_step_factors_of(&a, .5, true),
					     d = nn_step_factors_of(&a, .5, false);
		assert_true(b.lr == a.lr / 2 && b.decay == a.decay / 2 && c.decay == b.decay
			&& d.decay == 0);
		assert_true(b.momentum_factor == a.momentum_factor / 2
			&& b.gradient_factor == a.gradient_factor / 2);
		assert_true(c.lr == b.lr && c.momentum_factor == b.momentum_factor
			&& c.gradient_factor == b.gradient_factor);
	}
}

static void slots_are_what_is_stored(void **state)
{
	(void)state;
	static const int slots[] = { [NN_NADAM] = 2,
		[NN_SGD] = 0,
		[NN_ADAM] = 2,
		[NN_RMSPROP] = 1,
		[NN_ADAGRAD] = 1,
		[NN_ADADELTA] = 2 };
	for (enum nn_optimizer_kind kind = NN_NADAM; kind <= NN_ADADELTA; kind++)
		assert_int_equal(
			nn_optimizer_slots(&(struct nn_optimizer){ .kind = kind }), slots[kind]);
	const struct nn_optimizer o = { .kind = NN_RMSPROP, .momentum = .5 };
	assert_int_equal(nn_optimizer_slots(&o), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_agree_with_the_oracle),
		cmocka_unit_test(variants_and_threads_step_to_the_same_bits),
		cmocka_unit_test(slow_weights_are_state),
		cmocka_unit_test(clipping_does_not_hide_a_divergence),
		cmocka_unit_test(schedules_follow_their_formulas),
		cmocka_unit_test(the_rate_falls_on_a_plateau),
		cmocka_unit_test(the_scale_multiplies_the_rate_of_every_optimizer),
		cmocka_unit_test(slots_are_what_is_stored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

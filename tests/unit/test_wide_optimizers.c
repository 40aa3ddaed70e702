/* test_wide_optimizers.c - Adam, AdamW, learning rates over the steps and averages of the weights,
 * as the trainer uses them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"
#include "tests/oracle/wide.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A small network with a batch normalisation, 37 random images in batches of 20 and 17. */
struct setting {
	struct nn_net net;
	struct check_images images;
	float *params;
	uint32_t order[37];
	struct nn_epoch epoch;
};

static struct setting *setting_new(void)
{
	struct setting *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	int at = nn_input(&s->net, "in", (struct nn_shape){ 1, 8, 8 });
	const struct nn_conv_options o = {
		.filters = 5, .kernel_height = 3, .kernel_width = 3, .stride = 2, .no_bias = true
	};
	at = nn_relu(&s->net, "relu",
		nn_batchnorm(&s->net, "bn", nn_conv_with(&s->net, "conv", at, &o), .9, 1e-3));
	nn_output(&s->net, "out", nn_dense(&s->net, "logits", at, 3, false, NN_HE_NORMAL));
	assert_true(nn_net_ok(&s->net));
	s->images = check_images_new(1, (struct nn_shape){ 1, 8, 8 }, 37, 3, false);
	s->params = calloc(s->net.parameter_count, sizeof(float));
	assert_non_null(s->params);
	nn_init_net(&s->net, 3, s->params);
	for (uint32_t i = 0; i < 37; i++)
		s->order[i] = i;
	s->epoch = (struct nn_epoch){
		.images = &s->images.images, .order = s->order, .count = 20, .seed = 1
	};
	return s;
}

static void setting_free(struct setting *s)
{
	check_images_free(&s->images);
	free(s->params);
	free(s);
}

static struct nn_trainer *trainer_for(const struct setting *s, const struct nn_optimizer *o,
	int variant, int threads, const bool *frozen)
{
	struct nn_trainer_options options = { .kernels = nn_kernels_at(variant),
		.batch_size = 20,
		.threads = threads,
		.frozen = frozen,
		.optimizer = *o };
	struct nn_trainer *t = nn_trainer_new(&s->net, &options);
	assert_non_null(t);
	memcpy(nn_trainer_params(t), s->params, s->net.parameter_count * sizeof(float));
	return t;
}

static const struct nn_optimizer adams[] = {
	{ .kind = NN_ADAM, .lr = 1e-2, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7 },
	{ .kind = NN_ADAM, .lr = 1e-3, .beta1 = .8, .beta2 = .99, .epsilon = 1e-3 },
	{ .kind = NN_ADAM,
		.lr = 1e-2,
		.beta1 = .9,
		.beta2 = .999,
		.epsilon = 1e-7,
		.weight_decay = .1 },
	{ .kind = NN_ADAM,
		.lr = 1e-2,
		.beta1 = .9,
		.beta2 = .999,
		.epsilon = 1e-7,
		.weight_decay = .01,
		.rate = { .kind = NN_RATE_COSINE, .warm_up = 4, .total = 15, .last = .01 } },
};

/* The oracle steps on the gradients that the core itself finds: only the step's own roundings
 * differ. */
static void twenty_steps_of_adam_agree_with_the_oracle(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	size_t count = s->net.parameter_count;
	double *slots[3];
	for (int k = 0; k < 3; k++) {
		slots[k] = calloc(count, sizeof(double));
		assert_non_null(slots[k]);
	}
	for (size_t k = 0; k < COUNT(adams); k++)
		for (int i = 0; nn_kernels_at(i); i++) {
			const struct nn_optimizer *o = &adams[k];
			struct nn_trainer *t = trainer_for(s, o, i, 1, NULL);
			for (size_t j = 0; j < count; j++) {
				slots[0][j] = s->params[j];
				slots[1][j] = slots[2][j] = 0;
			}
			for (int step = 1; step <= 20; step++) {
				struct nn_score score;
				const float *g = nn_gradients(t, &s->epoch, true, &score);
				double lr = nn_rate_at(&o->rate, o->lr, step - 1);
				for (int n = 0; n < s->net.tensor_count; n++)
					for (size_t j = s->net.tensors[n].offset;
						!s->net.tensors[n].moving
						&& j < s->net.tensors[n].offset
								+ s->net.tensors[n].count;
						j++)
						wide_adam(&slots[0][j], &slots[1][j], &slots[2][j],
							g[j], step, lr, o->beta1, o->beta2,
							o->epsilon, o->weight_decay);
				assert_int_equal(nn_train_epoch(t, &s->epoch, &score), -1);
				const float *w = nn_trainer_params(t);
				for (int n = 0; n < s->net.tensor_count; n++)
					for (size_t j = s->net.tensors[n].offset;
						!s->net.tensors[n].moving
						&& j < s->net.tensors[n].offset
								+ s->net.tensors[n].count;
						j++)
						if (!(fabs(w[j] - slots[0][j]) <= step * 6e-8
								    * (fabs(slots[0][j]) + .5
									    + 20 * lr)))
							fail_msg("optimizer %zu, %s, step %d, "
								 "weight %zu: %.9g, oracle %.9g",
								k,
								nn_kernels_name(nn_kernels_at(i)),
								step, j, (double)w[j], slots[0][j]);
			}
			nn_trainer_free(t);
		}
	for (int k = 0; k < 3; k++)
		free(slots[k]);
	setting_free(s);
}

/* Of one weight with gradient 1 from 0, by hand: each step is -lr, as m hat and v hat are 1. */
static void adam_moves_by_the_learning_rate_while_the_gradient_stays(void **state)
{
	(void)state;
	const struct nn_optimizer o = { .kind = NN_ADAM, .lr = .125, .beta1 = .9, .beta2 = .999 };
	struct nn_schedule s = { 0 };
	double m = 0, v = 0, w = 0;
	for (int step = 1; step <= 100; step++) {
		struct nn_step_factors f = nn_optimizer_advance(&o, &s);
		m += (1 - m) * f.one_minus_beta1;
		v += (1 - v) * f.one_minus_beta2;
		w -= m * f.momentum_factor / sqrt(v);
		if (!(fabs(w + .125 * step) < 1e-6 * step))
			fail_msg("after step %d the weight is %g, by hand %g", step, w,
				-.125 * step);
	}
	assert_true(fabs(s.mu_product - pow(.9, 100)) < 1e-12);
}

static void decay_acts_without_gradient_and_adam_has_two_slots(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	const struct nn_optimizer o = { .kind = NN_ADAM,
		.lr = .25,
		.beta1 = .9,
		.beta2 = .999,
		.epsilon = 1e-7,
		.weight_decay = .125 };
	assert_int_equal(nn_optimizer_slots(&o), 2);
	memset(s->images.pixels, 0,
		37 * 64); /* black: the convolution's weights have no gradient */
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer *t = trainer_for(s, &o, i, 1, NULL);
		nn_trainer_params(t)[0] = 32;
		struct nn_score score;
		nn_train_epoch(t, &s->epoch, &score);
		assert_true(nn_trainer_params(t)[0] == 31);
		nn_trainer_free(t);
	}
	setting_free(s);
}

static void rates_follow_their_formulas(void **state)
{
	(void)state;
	const struct nn_rate constant = { 0 }, warm = { .warm_up = 10 },
			     cosine = { .kind = NN_RATE_COSINE, .total = 1000, .last = .1 },
			     both = { .kind = NN_RATE_COSINE,
				     .warm_up = 50,
				     .total = 1050,
				     .last = 0 },
			     drops = {
				     .kind = NN_RATE_STEP, .warm_up = 5, .every = 7, .factor = .5
			     };
	for (long s = 0; s < 1200; s++) {
		double ramp = s < 10 ? .3 * ((double)s + 1) / 10 : .3, pi = acos(-1);
		assert_true(nn_rate_at(&constant, .3, s) == .3);
		assert_true(fabs(nn_rate_at(&warm, .3, s) - ramp) < 1e-15);
		double c = s < 1000 ? .1 + .9 * (1 + cos(pi * (double)s / 1000)) / 2 : .1;
		assert_true(fabs(nn_rate_at(&cosine, .3, s) - .3 * c) < 1e-15);
		double b = s < 50  ? ((double)s + 1) / 50
			: s < 1050 ? (1 + cos(pi * (double)(s - 50) / 1000)) / 2
				   : 0;
		if (!(fabs(nn_rate_at(&both, .3, s) - .3 * b) < 1e-15))
			fail_msg("warm-up and cosine at %ld: %.17g, expected %.17g", s,
				nn_rate_at(&both, .3, s), .3 * b);
		double d = s < 5 ? ((double)s + 1) / 5 : pow(.5, floor((double)(s - 5) / 7));
		assert_true(fabs(nn_rate_at(&drops, .3, s) - .3 * d) <= 1e-15 * .3);
	}
	assert_true(nn_rate_at(&warm, .3, 9) == .3 && nn_rate_at(&both, .3, 50) == .3);
	assert_true(nn_rate_at(&(struct nn_rate){ .kind = NN_RATE_STEP, .factor = .5 }, .3, 100)
		== .3); /* no drops asked for */
	assert_true(nn_rate_at(&drops, .3, 1000000000) >= 0);
}

/* The rate reaches every optimizer: with plain SGD, steps are proportional to it. */
static void every_optimizer_uses_the_rate_of_its_step(void **state)
{
	(void)state;
	const struct nn_rate rate = {
		.kind = NN_RATE_STEP, .warm_up = 2, .every = 2, .factor = .25
	};
	static const double lr[] = { .5, 1, 1, 1, .25, .25, .0625 };
	struct nn_optimizer o[3] = { { .kind = NN_SGD, .lr = 1, .weight_decay = .5, .rate = rate },
		{ .kind = NN_NADAM, .lr = 1, .beta1 = .9, .beta2 = .999, .rate = rate },
		{ .kind = NN_ADAM,
			.lr = 1,
			.beta1 = .9,
			.beta2 = .999,
			.weight_decay = .5,
			.rate = rate } };
	struct nn_schedule with[3] = { 0 }, without[3] = { 0 };
	for (size_t step = 0; step < COUNT(lr); step++)
		for (int k = 0; k < 3; k++) {
			struct nn_optimizer fixed = o[k];
			fixed.rate = (struct nn_rate){ 0 };
			fixed.lr = lr[step];
			const struct nn_step_factors a = nn_optimizer_advance(&o[k], &with[k]),
						     b = nn_optimizer_advance(&fixed, &without[k]);
			assert_true(a.lr == b.lr && a.decay == b.decay
				&& a.momentum_factor == b.momentum_factor
				&& a.gradient_factor == b.gradient_factor);
		}
}

/* Keras, use_ema: the average is the weights after the first step, then momentum * average + (1 -
 * momentum) * weights. */
static void the_average_follows_the_weights(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	size_t count = s->net.parameter_count;
	double *want = calloc(count, sizeof(double));
	assert_non_null(want);
	const struct nn_optimizer o = {
		.kind = NN_SGD, .lr = .1, .momentum = .9, .average_momentum = .75
	};
	bool frozen[2 * NN_LAYERS_MAX] = { false };
	frozen[s->net.tensor_count - 1] = true; /* the last bias */
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer *t = trainer_for(s, &o, i, 1 + i % 2, frozen);
		nn_trainer_params(t)[count - 1] = .5f;
		for (int step = 1; step <= 12; step++) {
			struct nn_score score;
			assert_int_equal(nn_train_epoch(t, &s->epoch, &score), -1);
			const float *w = nn_trainer_params(t), *average = nn_trainer_average(t);
			for (int n = 0; n < s->net.tensor_count; n++)
				for (size_t j = s->net.tensors[n].offset;
					j < s->net.tensors[n].offset + s->net.tensors[n].count;
					j++) {
					bool follows =
						step == 1 || frozen[n] || s->net.tensors[n].moving;
					want[j] = follows ? w[j] : .75 * want[j] + .25 * w[j];
					if (!(fabs(average[j] - want[j]) <= (follows ? 0
										     : step * 1.2e-7
								      * (1 + fabs(want[j])))))
						fail_msg("step %d, %s: the average is %.9g, "
							 "expected %.9g",
							step, s->net.tensors[n].name,
							(double)average[j], want[j]);
				}
		}
		assert_true(nn_trainer_params(t)[count - 1] == .5f);
		nn_trainer_free(t);
	}
	struct nn_trainer *none = trainer_for(s, &adams[0], 0, 1, NULL);
	assert_null(nn_trainer_average(none));
	nn_trainer_free(none);
	free(want);
	setting_free(s);
}

static void all_variants_and_threads_train_to_the_same_bits(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	size_t bytes = s->net.parameter_count * sizeof(float);
	float *first = malloc(bytes), *first_average = malloc(bytes);
	assert_true(first && first_average);
	struct nn_optimizer o = adams[3];
	o.average_momentum = .9;
	s->epoch.count = 37;
	s->epoch.label_smoothing = .1;
	s->epoch.mixup = .3;
	s->epoch.augmented[0] = true;
	s->epoch.augment = (struct nn_augment){ .rotation = .05,
		.shear = .1,
		.crop = 1,
		.contrast = .2,
		.noise = .02,
		.cutout = 3,
		.flip = true };
	for (int i = 0; nn_kernels_at(i); i++)
		for (int threads = 1; threads <= 3; threads++) {
			struct nn_trainer *t = trainer_for(s, &o, i, threads, NULL);
			for (uint32_t epoch = 0; epoch < 5; epoch++) {
				struct nn_score score;
				s->epoch.epoch = epoch;
				assert_int_equal(nn_train_epoch(t, &s->epoch, &score), -1);
			}
			if (i == 0 && threads == 1) {
				memcpy(first, nn_trainer_params(t), bytes);
				memcpy(first_average, nn_trainer_average(t), bytes);
			}
			assert_memory_equal(nn_trainer_params(t), first, bytes);
			assert_memory_equal(nn_trainer_average(t), first_average, bytes);
			nn_trainer_free(t);
		}
	free(first);
	free(first_average);
	setting_free(s);
}

static void a_saved_and_restored_state_goes_on_with_the_same_bits(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	size_t bytes = s->net.parameter_count * sizeof(float);
	struct nn_optimizer o = adams[3];
	o.average_momentum = .9;
	struct nn_trainer *one = trainer_for(s, &o, 0, 1, NULL),
			  *two = trainer_for(s, &o, 0, 1, NULL);
	struct nn_score score;
	for (int step = 0; step < 6; step++)
		nn_train_epoch(one, &s->epoch, &score);
	const struct nn_optimizer_state from = nn_trainer_optimizer_state(one),
					to = nn_trainer_optimizer_state(two);
	memcpy(nn_trainer_params(two), nn_trainer_params(one), bytes);
	memcpy(nn_trainer_average(two), nn_trainer_average(one), bytes);
	memcpy(to.first, from.first, bytes);
	memcpy(to.second, from.second, bytes);
	*to.schedule = *from.schedule;
	for (int step = 0; step < 4; step++) {
		nn_train_epoch(one, &s->epoch, &score);
		nn_train_epoch(two, &s->epoch, &score);
		assert_memory_equal(nn_trainer_params(one), nn_trainer_params(two), bytes);
		assert_memory_equal(nn_trainer_average(one), nn_trainer_average(two), bytes);
	}
	nn_trainer_free(one);
	nn_trainer_free(two);
	setting_free(s);
}

/* A step that diverges leaves the moving statistics as it leaves the weights. */
static void a_diverged_step_moves_nothing(void **state)
{
	(void)state;
	struct setting *s = setting_new();
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer *t = trainer_for(s, &adams[0], i, 1, NULL);
		float *w = nn_trainer_params(t);
		w[s->net.tensors[s->net.tensor_count - 1].offset] = INFINITY;
		float before[8];
		size_t at = nn_net_tensor(&s->net, "bn/moving_mean")->offset;
		memcpy(before, w + at, sizeof(before));
		struct nn_score score;
		assert_int_equal(nn_train_epoch(t, &s->epoch, &score), 0);
		assert_memory_equal(before, w + at, sizeof(before));
		nn_trainer_free(t);
	}
	setting_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_steps_of_adam_agree_with_the_oracle),
		cmocka_unit_test(adam_moves_by_the_learning_rate_while_the_gradient_stays),
		cmocka_unit_test(decay_acts_without_gradient_and_adam_has_two_slots),
		cmocka_unit_test(rates_follow_their_formulas),
		cmocka_unit_test(every_optimizer_uses_the_rate_of_its_step),
		cmocka_unit_test(the_average_follows_the_weights),
		cmocka_unit_test(all_variants_and_threads_train_to_the_same_bits),
		cmocka_unit_test(a_saved_and_restored_state_goes_on_with_the_same_bits),
		cmocka_unit_test(a_diverged_step_moves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_optimizer.c - nn/optimizer.h as the trainer uses it: steps computed by hand from Keras's
 * formulas, and longer runs against the oracle. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct nn_optimizer nadam = {
	.kind = NN_NADAM, .lr = .5, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7
};

/* A black image, two classes, label 0: the gradients of the two biases are p0 - 1 and p1, that of
 * every weight is 0. */
static void build_black(struct nn_net *net)
{
	nn_output(net, "out",
		nn_dense(net, "dense", nn_input(net, "in", (struct nn_shape){ 1, 1, 3 }), 2, false,
			NN_HE_NORMAL));
	assert_true(nn_net_ok(net));
	assert_int_equal(net->tensors[1].offset, 6);
}

static const uint8_t black[3] = { 0 }, label_0[1] = { 0 };
static const struct nn_images black_images = {
	.pixels = black, .labels = label_0, .shape = { 1, 1, 3 }, .count = 1
};
static const uint32_t first_image[1] = { 0 };
static const struct nn_epoch black_epoch = {
	.images = &black_images, .order = first_image, .count = 1
};

static struct nn_trainer *trainer_for(const struct nn_net *net, const struct nn_optimizer *o,
	int variant, const bool *frozen, int batch_size)
{
	struct nn_trainer_options options = { .kernels = nn_kernels_at(variant),
		.batch_size = batch_size,
		.threads = 1,
		.frozen = frozen,
		.optimizer = *o };
	struct nn_trainer *t = nn_trainer_new(net, &options);
	assert_non_null(t);
	return t;
}

/* Five steps from zero. The values were computed from the formulas in Keras's documentation with
 * another program (double precision); fp32 rounds weights near 2 by 1e-7 each step. */
static void five_steps_agree_with_hand_computed_ones(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		struct nn_optimizer optimizer;
		double weights[5]; /* of the first bias; the second is its negative */
	} cases[] = {
		{ "Nadam",
			{ .kind = NN_NADAM, .lr = .5, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7 },
			{ 0.5313937954, 0.7969237838, 1.0024235353, 1.1816018740, 1.3453990313 } },
		{ "SGD", { .kind = NN_SGD, .lr = .5 },
			{ 0.25, 0.4387703344, 0.5856141703, 0.7039306842, 0.8022164811 } },
		{ "SGD, momentum", { .kind = NN_SGD, .lr = .5, .momentum = .9 },
			{ 0.25, 0.6637703344, 1.1409468646, 1.6167225704, 2.0638838759 } },
		{ "SGD, Nesterov", { .kind = NN_SGD, .lr = .5, .momentum = .9, .nesterov = true },
			{ 0.475, 0.9424405809, 1.3628766914, 1.7403432105, 2.0807747066 } },
		{ "SGD, Nesterov, weight decay",
			{ .kind = NN_SGD,
				.lr = .5,
				.momentum = .9,
				.nesterov = true,
				.weight_decay = .1 },
			{ 0.475, 0.9186905809, 1.2984476516, 1.6207066939, 1.8926871470 } },
	};
	struct nn_net net = { 0 };
	build_black(&net);
	for (size_t k = 0; k < COUNT(cases); k++)
		for (int i = 0; nn_kernels_at(i); i++) {
			struct nn_trainer *t = trainer_for(&net, &cases[k].optimizer, i, NULL, 1);
			for (int step = 0; step < 5; step++) {
				struct nn_score score;
				assert_int_equal(nn_train_epoch(t, &black_epoch, &score), -1);
				const float *w = nn_trainer_params(t);
				for (int j = 0; j < 2; j++) {
					double want = j ? -cases[k].weights[step]
							: cases[k].weights[step];
					if (!(fabs(w[6 + j] - want) < 1e-6))
						fail_msg("%s, %s, step %d, bias %d: %.10g, by hand "
							 "%.10g",
							cases[k].what,
							nn_kernels_name(nn_kernels_at(i)), step + 1,
							j, w[6 + j], want);
				}
				for (int j = 0; j < 6; j++)
					assert_true(w[j] == 0);
			}
			nn_trainer_free(t);
		}
}

static void weight_decay_shrinks_weights_without_gradient_and_biases_too(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	build_black(&net);
	const struct nn_optimizer o = {
		.kind = NN_SGD, .lr = .25, .momentum = .9, .weight_decay = .125
	};
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer *t = trainer_for(&net, &o, i, NULL, 1);
		float *w = nn_trainer_params(t);
		w[0] = 32;
		w[6] = w[7] = 2048; /* equal logits: the slopes are -1/2 and 1/2 */
		struct nn_score score;
		nn_train_epoch(t, &black_epoch, &score);
		assert_true(w[0] == 31);
		assert_true(w[6] == 2048 - 64 + .125f && w[7] == 2048 - 64 - .125f);
		nn_train_epoch(t, &black_epoch, &score);
		assert_true(w[0] == 31 - 31.f / 32); /* not through the momentum */
		nn_trainer_free(t);
	}
}

static void nadam_leaves_weights_without_gradient_alone(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	build_black(&net);
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer *t = trainer_for(&net, &nadam, i, NULL, 1);
		float *w = nn_trainer_params(t);
		w[0] = 1.25f;
		struct nn_score score;
		for (int step = 0; step < 3; step++)
			nn_train_epoch(t, &black_epoch, &score);
		assert_true(w[0] == 1.25f);
		nn_trainer_free(t);
	}
}

static void close_to(const char *what, int step, double got, double want, double relative)
{
	if (!(fabs(got - want) <= relative * fabs(want)))
		fail_msg("step %d: %s is %.12g, expected %.12g", step, what, got, want);
}

/* The products that replace pow drift by less than 2^-53 a step; then one rounding to float. */
static void the_factors_of_5000_steps_agree_with_pow(void **state)
{
	(void)state;
	struct nn_schedule s = { 0 };
	double product = 1;
	struct nn_optimizer o = nadam;
	o.lr = 1e-3;
	for (int step = 1; step <= 5000; step++) {
		struct nn_step_factors f = nn_optimizer_advance(&o, &s);
		double mu = .9 * (1 - .5 * pow(.96, step)),
		       mu_next = .9 * (1 - .5 * pow(.96, step + 1));
		product *= mu;
		assert_int_equal(s.step, step);
		close_to("gradient factor", step, f.gradient_factor,
			1e-3 * (1 - mu) / (1 - product), 1e-7);
		close_to("momentum factor", step, f.momentum_factor,
			1e-3 * mu_next / (1 - product * mu_next), 1e-7);
		close_to("v factor", step, f.v_factor, 1 / (1 - pow(.999, step)), 1e-7);
		close_to("1 - beta1", step, f.one_minus_beta1, .1, 1e-7);
		close_to("1 - beta2", step, f.one_minus_beta2, .001, 1e-7);
		close_to("epsilon", step, f.epsilon, 1e-7, 1e-7);
		close_to("0.96^step", step, s.decay_power, pow(.96, step), 1e-12);
		close_to("beta2^step", step, s.beta2_power, pow(.999, step), 1e-12);
		close_to("product", step, s.mu_product, product, 1e-12);
	}
	struct nn_schedule sgd = { 0 };
	const struct nn_optimizer plain = {
		.kind = NN_SGD, .lr = 1e-3, .momentum = .9, .weight_decay = 1e-4, .nesterov = true
	};
	for (int step = 1; step <= 3; step++) {
		struct nn_step_factors f = nn_optimizer_advance(&plain, &sgd);
		assert_int_equal(sgd.step, step);
		close_to("lr", step, f.lr, 1e-3, 1e-7);
		close_to("momentum", step, f.momentum, .9, 1e-7);
		close_to("decay", step, f.decay, 1e-7, 1e-7);
		assert_true(f.nesterov);
	}
}

static void slots_are_counted_by_kind(void **state)
{
	(void)state;
	assert_int_equal(nn_optimizer_slots(&nadam), 2);
	assert_int_equal(nn_optimizer_slots(
				 &(struct nn_optimizer){ .kind = NN_SGD, .lr = 1, .momentum = .5 }),
		1);
	assert_int_equal(nn_optimizer_slots(&(struct nn_optimizer){ .kind = NN_SGD, .lr = 1 }), 0);
}

/* A small network on random images, with batches drawn by check_epoch. */
struct setting {
	struct nn_net net;
	struct check_images images;
	float *params;
	uint32_t order[21];
	struct nn_epoch epoch;
};

static struct setting *setting_new(void)
{
	struct setting *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	int at = nn_input(&s->net, "in", (struct nn_shape){ 1, 8, 8 });
	at = nn_conv(&s->net, "conv", at, 5, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	at = nn_maxpool(&s->net, "pool", at, 2);
	at = nn_dense(&s->net, "dense", at, 7, true, NN_HE_NORMAL);
	nn_output(&s->net, "out", nn_dense(&s->net, "logits", at, 3, false, NN_HE_NORMAL));
	assert_true(nn_net_ok(&s->net));
	s->images = check_images_new(1, (struct nn_shape){ 1, 8, 8 }, 40, 3, false);
	s->params = calloc(s->net.parameter_count, sizeof(float));
	assert_non_null(s->params);
	check_params(2, &s->net, false, s->params);
	const struct check c = { .net = &s->net, .seed = 3, .count = 21 };
	s->epoch = check_epoch(&c, &s->images, s->order);
	return s;
}

static void setting_free(struct setting *s)
{
	check_images_free(&s->images);
	free(s->params);
	free(s);
}

static void step_oracle(struct oracle_slot *slots, const float *gradients, size_t count, int step,
	const struct nn_optimizer *o)
{
	for (size_t i = 0; i < count; i++)
		if (o->kind == NN_NADAM)
			oracle_nadam(&slots[i], gradients[i], step, o->lr, o->beta1, o->beta2,
				o->epsilon);
		else
			oracle_sgd(&slots[i], gradients[i], o->lr, o->momentum, o->nesterov,
				o->weight_decay);
}

/* The oracle steps on the gradients that the core itself finds, so that only the step's own
 * roundings differ: a few units in the last place of the weight, of the moments and of the step. */
static void twenty_steps_of_a_network_agree_with_the_oracle(void **state)
{
	(void)state;
	static const struct nn_optimizer optimizers[] = {
		{ .kind = NN_NADAM, .lr = 1e-2, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7 },
		{ .kind = NN_NADAM, .lr = 1e-3, .beta1 = .8, .beta2 = .99, .epsilon = 1e-3 },
		{ .kind = NN_SGD, .lr = .1 },
		{ .kind = NN_SGD, .lr = .05, .weight_decay = .01 },
		{ .kind = NN_SGD, .lr = .05, .momentum = .9 },
		{ .kind = NN_SGD,
			.lr = .05,
			.momentum = .9,
			.nesterov = true,
			.weight_decay = 1e-2 },
	};
	struct setting *s = setting_new();
	size_t count = s->net.parameter_count;
	struct oracle_slot *slots = calloc(count, sizeof(*slots));
	assert_non_null(slots);
	for (size_t k = 0; k < COUNT(optimizers); k++)
		for (int i = 0; nn_kernels_at(i); i++) {
			struct nn_trainer *t = trainer_for(&s->net, &optimizers[k], i, NULL, 32);
			memcpy(nn_trainer_params(t), s->params, count * sizeof(float));
			for (size_t j = 0; j < count; j++)
				slots[j] = (struct oracle_slot){ .weight = s->params[j],
					.mu_product = 1 };
			for (int step = 1; step <= 20; step++) {
				struct nn_score score;
				step_oracle(slots, nn_gradients(t, &s->epoch, true, &score), count,
					step, &optimizers[k]);
				assert_int_equal(nn_train_epoch(t, &s->epoch, &score), -1);
				const float *w = nn_trainer_params(t);
				const struct nn_optimizer_state o = nn_trainer_optimizer_state(t);
				assert_int_equal(o.schedule->step, step);
				for (size_t j = 0; j < count; j++) {
					double tolerance = step * 6e-8
						* (fabs(slots[j].weight) + .5
							+ 20 * optimizers[k].lr);
					if (!(fabs(w[j] - slots[j].weight) <= tolerance))
						fail_msg("optimizer %zu, %s, step %d, weight %zu: "
							 "%.9g, oracle %.9g",
							k, nn_kernels_name(nn_kernels_at(i)), step,
							j, w[j], slots[j].weight);
					if (nn_optimizer_slots(&optimizers[k]) > 0
						&& !(fabs(o.first[j] - slots[j].first) <= 1e-6))
						fail_msg("optimizer %zu, step %d, first moment "
							 "%zu: %.9g, oracle %.9g",
							k, step, j, o.first[j], slots[j].first);
					if (nn_optimizer_slots(&optimizers[k]) > 1
						&& !(fabs(o.second[j] - slots[j].second)
							<= 1e-6 * slots[j].second + 1e-30))
						fail_msg("optimizer %zu, step %d, second moment "
							 "%zu: %.9g, oracle %.9g",
							k, step, j, o.second[j], slots[j].second);
				}
			}
			nn_trainer_free(t);
		}
	free(slots);
	setting_free(s);
}

static void frozen_tensors_are_not_touched_by_any_optimizer(void **state)
{
	(void)state;
	static const struct nn_optimizer optimizers[] = {
		{ .kind = NN_NADAM, .lr = 1e-2, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7 },
		{ .kind = NN_SGD, .lr = .05, .momentum = .9, .nesterov = true, .weight_decay = .5 },
		{ .kind = NN_SGD, .lr = .05, .weight_decay = .5 },
	};
	struct setting *s = setting_new();
	for (size_t k = 0; k < COUNT(optimizers); k++)
		for (int i = 0; nn_kernels_at(i); i++)
			for (int frozen_tensor = 0; frozen_tensor < s->net.tensor_count;
				frozen_tensor++) {
				bool frozen[2 * NN_LAYERS_MAX] = { false };
				frozen[frozen_tensor] = true;
				struct nn_trainer *t = trainer_for(
							  &s->net, &optimizers[k], i, frozen, 32),
						  *free_one = trainer_for(
							  &s->net, &optimizers[k], i, NULL, 32);
				struct nn_score score;
				memcpy(nn_trainer_params(t), s->params,
					s->net.parameter_count * sizeof(float));
				memcpy(nn_trainer_params(free_one), s->params,
					s->net.parameter_count * sizeof(float));
				nn_train_epoch(t, &s->epoch, &score);
				nn_train_epoch(free_one, &s->epoch, &score);
				for (int j = 0; j < s->net.tensor_count;
					j++) { /* after one step the others are what they are
						  without freezing */
					const struct nn_tensor *tensor = &s->net.tensors[j];
					const float *want = j == frozen_tensor
						? s->params
						: nn_trainer_params(free_one);
					assert_memory_equal(nn_trainer_params(t) + tensor->offset,
						want + tensor->offset,
						tensor->count * sizeof(float));
					assert_true(
						memcmp(nn_trainer_params(free_one) + tensor->offset,
							s->params + tensor->offset,
							tensor->count * sizeof(float))
						!= 0);
				}
				for (int step = 0; step < 3; step++)
					nn_train_epoch(t, &s->epoch, &score);
				const struct nn_tensor *tensor = &s->net.tensors[frozen_tensor];
				assert_memory_equal(nn_trainer_params(t) + tensor->offset,
					s->params + tensor->offset, tensor->count * sizeof(float));
				nn_trainer_free(t);
				nn_trainer_free(free_one);
			}
	setting_free(s);
}

static void a_saved_and_restored_state_goes_on_with_the_same_bits(void **state)
{
	(void)state;
	static const struct nn_optimizer optimizers[] = {
		{ .kind = NN_NADAM, .lr = 1e-2, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7 },
		{ .kind = NN_SGD,
			.lr = .05,
			.momentum = .9,
			.nesterov = true,
			.weight_decay = .01 },
		{ .kind = NN_SGD, .lr = .05 },
	};
	struct setting *s = setting_new();
	size_t bytes = s->net.parameter_count * sizeof(float);
	for (size_t k = 0; k < COUNT(optimizers); k++) {
		struct nn_trainer *one = trainer_for(&s->net, &optimizers[k], 0, NULL, 32),
				  *two = trainer_for(&s->net, &optimizers[k], 0, NULL, 32);
		struct nn_score score;
		memcpy(nn_trainer_params(one), s->params, bytes);
		for (int step = 0; step < 4; step++)
			nn_train_epoch(one, &s->epoch, &score);
		const struct nn_optimizer_state from = nn_trainer_optimizer_state(one),
						to = nn_trainer_optimizer_state(two);
		memcpy(nn_trainer_params(two), nn_trainer_params(one), bytes);
		if (nn_optimizer_slots(&optimizers[k]) > 0)
			memcpy(to.first, from.first, bytes);
		if (nn_optimizer_slots(&optimizers[k]) > 1)
			memcpy(to.second, from.second, bytes);
		*to.schedule = *from.schedule;
		for (int step = 0; step < 3; step++) {
			nn_train_epoch(one, &s->epoch, &score);
			nn_train_epoch(two, &s->epoch, &score);
			assert_memory_equal(nn_trainer_params(one), nn_trainer_params(two), bytes);
		}
		nn_trainer_free(one);
		nn_trainer_free(two);
	}
	setting_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_steps_agree_with_hand_computed_ones),
		cmocka_unit_test(weight_decay_shrinks_weights_without_gradient_and_biases_too),
		cmocka_unit_test(nadam_leaves_weights_without_gradient_alone),
		cmocka_unit_test(the_factors_of_5000_steps_agree_with_pow),
		cmocka_unit_test(slots_are_counted_by_kind),
		cmocka_unit_test(twenty_steps_of_a_network_agree_with_the_oracle),
		cmocka_unit_test(frozen_tensors_are_not_touched_by_any_optimizer),
		cmocka_unit_test(a_saved_and_restored_state_goes_on_with_the_same_bits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

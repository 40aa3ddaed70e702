/* test_pruning.c - magnitude pruning and rewinding: which weights go, and that they stay away. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/networks.h"
#include "tests/oracle/check.h"

/* conv/kernel 18, conv/bias 2, bn 4 * 2, dense/kernel 2 * 16 * 3 = 96, dense/bias 3 */
static void build(struct nn_net *net)
{
	const int in = nn_input(net, "in", (struct nn_shape){ 1, 6, 6 });
	int at = nn_conv(net, "stem1/conv", in, 2, 3, 3, NN_VALID, false, NN_HE_NORMAL);
	at = nn_batchnorm(net, "stem1/bn", at, .9, 1e-3);
	nn_output(net, "out", nn_dense(net, "stem1/dense", at, 3, false, NN_HE_NORMAL));
	assert_true(nn_net_ok(net));
}

static const struct layer_config layers[] = {
	{ .kind = LAYER_CONV, .name = "conv", .prune_scale = 1 },
	{ .kind = LAYER_DENSE, .name = "dense", .prune_scale = .5 }
};
static const struct model_config model = { .layers = { [BLOCK_SUBMODEL_HEAD] = layers },
	.counts = { [BLOCK_SUBMODEL_HEAD] = 2 } };

static size_t zeros_in(const struct nn_net *net, const char *name, const float *mask)
{
	const struct nn_tensor *t = nn_net_tensor(net, name);
	size_t zeros = 0;
	assert_non_null(t);
	for (size_t i = t->offset; i < t->offset + t->count; i++) {
		assert_true(mask[i] == 0 || mask[i] == 1);
		zeros += mask[i] == 0;
	}
	return zeros;
}

/* Every weight that is left is at least as large as every one that is gone. */
static void largest_are_left(
	const struct nn_net *net, const char *name, const float *params, const float *mask)
{
	const struct nn_tensor *t = nn_net_tensor(net, name);
	double gone = 0, left = INFINITY;
	for (size_t i = t->offset; i < t->offset + t->count; i++)
		if (mask[i] == 0)
			gone = fmax(gone, fabs((double)params[i]));
		else
			left = fmin(left, fabs((double)params[i]));
	assert_true(gone <= left);
}

static void the_smallest_of_each_layer_go(void **state)
{
	(void)state;
	struct nn_net *net = calloc(1, sizeof(*net));
	build(net);
	const struct trial t = { .networks = &model };
	const struct phase_config half = { .prune = .5 };
	float *params = calloc(net->parameter_count, sizeof(*params)), *mask = NULL;
	uint64_t seed = 1;
	for (size_t i = 0; i < net->parameter_count; i++)
		params[i] = (float)check_uniform(&seed, -1, 1);
	assert_int_equal(network_prune(&t, &half, net, params, &mask), 0);
	assert_int_equal(zeros_in(net, "stem1/conv/kernel", mask), 9);
	assert_int_equal(
		zeros_in(net, "stem1/dense/kernel", mask), 24); /* a quarter: prune_scale */
	static const char *const kept[] = { "stem1/conv/bias", "stem1/bn/gamma", "stem1/bn/beta",
		"stem1/bn/moving_mean", "stem1/dense/bias" };
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		assert_int_equal(zeros_in(net, kept[i], mask), 0);
	largest_are_left(net, "stem1/conv/kernel", params, mask);
	largest_are_left(net, "stem1/dense/kernel", params, mask);
	/* half of what is left, rounded: 9 -> 4.5 -> 5 go; 72 -> a quarter, 18 */
	assert_int_equal(network_prune(&t, &half, net, params, &mask), 0);
	assert_int_equal(zeros_in(net, "stem1/conv/kernel", mask), 14);
	assert_int_equal(zeros_in(net, "stem1/dense/kernel", mask), 42);
	largest_are_left(net, "stem1/dense/kernel", params, mask);
	free(mask);
	free(params);
	free(net);
}

static void the_smallest_of_all_go(void **state)
{
	(void)state;
	struct nn_net *net = calloc(1, sizeof(*net));
	build(net);
	const struct trial t = { .networks = &model };
	const struct phase_config part = { .prune = .25, .prune_by = PRUNE_BY_ALL };
	float *params = calloc(net->parameter_count, sizeof(*params)), *mask = NULL;
	const struct nn_tensor *conv = nn_net_tensor(net, "stem1/conv/kernel"),
			       *dense = nn_net_tensor(net, "stem1/dense/kernel");
	for (size_t i = 0; i < conv->count; i++)
		params[conv->offset + i] = 1;
	for (size_t i = 0; i < dense->count; i++) /* equal ones: the first go */
		params[dense->offset + i] = i < 10 ? 2 : -.5f;
	assert_int_equal(network_prune(&t, &part, net, params, &mask), 0);
	assert_int_equal(zeros_in(net, "stem1/conv/kernel", mask), 0);
	assert_int_equal(zeros_in(net, "stem1/dense/kernel", mask), 29); /* 114 / 4 = 28.5 */
	for (size_t i = 0; i < dense->count; i++)
		assert_true((mask[dense->offset + i] == 0) == (i >= 10 && i < 39));
	free(mask);
	free(params);
	free(net);
}

static void rewinding_gives_the_first_weights_or_others(void **state)
{
	(void)state;
	struct nn_net *net = calloc(1, sizeof(*net));
	build(net);
	const struct phase_config phases[] = { { .rewind = REWIND_NONE },
		{ .rewind = REWIND_INITIAL }, { .rewind = REWIND_RANDOM },
		{ .rewind = REWIND_RANDOM } };
	const struct trial t = {
		.seed = 7, .networks = &model, .phases = phases, .phase_count = 4
	};
	const size_t bytes = net->parameter_count * sizeof(float);
	float *first = malloc(bytes), *again = malloc(bytes), *other = malloc(bytes);
	nn_init_net(net, 7, first);
	network_rewind(&t, 1, net, again);
	assert_memory_equal(first, again, bytes);
	network_rewind(&t, 2, net, again);
	assert_memory_not_equal(first, again, bytes);
	network_rewind(&t, 3, net, other);
	assert_memory_not_equal(again, other, bytes);
	free(first);
	free(again);
	free(other);
	free(net);
}

/* Through momentum, decay, averages and lookahead, on every variant. */
static void removed_weights_stay_zero(void **state)
{
	(void)state;
	struct nn_net *net = calloc(1, sizeof(*net));
	build(net);
	const size_t count = net->parameter_count;
	float *params = calloc(count, sizeof(*params)), *mask = calloc(count, sizeof(*mask));
	struct check_images images =
		check_images_new(3, (struct nn_shape){ 1, 6, 6 }, 20, 3, false);
	uint32_t order[20];
	nn_init_net(net, 1, params);
	for (size_t i = 0; i < count; i++) {
		mask[i] = i % 3 != 0 || net->tensors[0].count <= i;
		params[i] *= mask[i];
	}
	for (uint32_t i = 0; i < 20; i++)
		order[i] = i;
	const struct nn_epoch e = {
		.images = &images.images, .order = order, .count = 20, .seed = 1
	};
	static const struct nn_optimizer optimizers[] = {
		{ .kind = NN_SGD, .lr = .1, .momentum = .9, .l2 = .1, .average_momentum = .5 },
		{ .kind = NN_ADAM,
			.lr = .1,
			.beta1 = .9,
			.beta2 = .999,
			.epsilon = 1e-7,
			.lookahead = 2,
			.lookahead_share = .5 },
	};
	for (int v = 0; nn_kernels_at(v); v++)
		for (size_t o = 0; o < 2; o++) {
			const struct nn_trainer_options options = { .kernels = nn_kernels_at(v),
				.batch_size = 20,
				.threads = 1 + v % 2,
				.mask = mask,
				.optimizer = optimizers[o] };
			struct nn_trainer *t = nn_trainer_new(net, &options);
			assert_non_null(t);
			memcpy(nn_trainer_params(t), params, count * sizeof(*params));
			struct nn_score score;
			for (int step = 0; step < 5; step++)
				assert_int_equal(nn_train_epoch(t, &e, &score), -1);
			const float *w = nn_trainer_params(t), *average = nn_trainer_average(t);
			bool moved = false;
			for (size_t i = 0; i < count; i++) {
				assert_true(mask[i] != 0
					|| (w[i] == 0 && (!average || average[i] == 0)));
				moved |= mask[i] != 0 && w[i] != params[i];
			}
			assert_true(moved);
			nn_trainer_free(t);
		}
	check_images_free(&images);
	free(mask);
	free(params);
	free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_of_each_layer_go),
		cmocka_unit_test(the_smallest_of_all_go),
		cmocka_unit_test(rewinding_gives_the_first_weights_or_others),
		cmocka_unit_test(removed_weights_stay_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

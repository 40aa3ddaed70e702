/* test_combined_layers.c - products, shuffled and padded channels, convolutions in groups, several
 * losses, distillation: against tests/oracle/wide.h, the same bits from every kernel variant and
 * number of threads. Training for int8: what is rounded, and how gradients pass. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/quant.h"
#include "tests/oracle/check.h"
#include "tests/oracle/check_wide.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int front(struct nn_net *net, int channels, int height, int width)
{
	const int in = nn_input(net, "in", (struct nn_shape){ 2, height, width });
	return nn_conv(net, "front", in, channels, 1, 1, NN_VALID, false, NN_HE_NORMAL);
}

static void back(struct nn_net *net, int from)
{
	nn_output(net, "out", nn_dense_without_bias(net, "back", from, 3, false, NN_HE_NORMAL));
}

static void check_net(const char *what, const struct nn_net *net, uint64_t seed, uint32_t count)
{
	check_wide(&(struct wide_check){
		.what = what, .net = net, .seed = seed, .count = count, .training = true });
}

/* Squeeze-and-excitation, and a product of two maps. */
static void products_of_maps_and_of_channels(void **state)
{
	(void)state;
	for (int form = 0; form < 3; form++) {
		struct nn_net net = { 0 };
		const int at = front(&net, 6, 4, 5);
		int by = nn_conv(&net, "by", at, 6, 3, 3, NN_SAME, false, NN_HE_NORMAL);
		if (form > 0) {
			by = nn_global_avgpool(&net, "squeeze", by);
			by = nn_dense(&net, "down", by, 2, false, NN_HE_NORMAL);
			by = nn_activation(&net, "tanh", by, NN_TANH, 0);
			by = nn_dense(&net, "up", by, 6, false, NN_HE_NORMAL);
			by = nn_activation(&net, "gate", by, NN_SIGMOID, 0);
		}
		int out = nn_multiply(&net, "product", at, by);
		if (form == 2) /* its input is read again */
			out = nn_add(&net, "sum", (int[]){ out, at }, 2);
		back(&net, out);
		check_net("product", &net, 700 + (uint64_t)form, form ? 21 : 3);
	}
}

static int conv_relu(struct nn_net *net, const char *name, int from, int channels)
{
	return nn_conv(net, name, from, channels, 1, 1, NN_VALID, true, NN_HE_NORMAL);
}

/* An addition, one of whose inputs holds the gradients of other layers. */
static void sums_of_sums_and_of_concatenations(void **state)
{
	(void)state;
	for (int form = 0; form < 5; form++) {
		struct nn_net net = { 0 };
		const int x = front(&net, 4, 3, 2);
		int at = x;
		if (form < 2) { /* 1: SqueezeNet with a bypass */
			if (form)
				at = conv_relu(&net, "squeeze", x, 2);
			const int parts[] = { conv_relu(&net, "a", at, 2),
				conv_relu(&net, "b", at, 2) };
			at = nn_concat(&net, "concat", parts, 2);
		} else {
			const int parts[] = { conv_relu(&net, "a", x, 4),
				form == 4 ? nn_batchnorm(&net, "b", x, 0.9, 1e-3)
					  : conv_relu(&net, "b", x, 4) };
			at = nn_add(&net, "inner", parts, 2);
			if (form >= 3)
				at = nn_activation(&net, "relu", at, NN_RELU, 0);
		}
		back(&net, nn_add(&net, "outer", (int[]){ at, x }, 2));
		check_net("a sum in a sum", &net, 800 + (uint64_t)form, 18);
	}
}

/* The next number below `count` of a fixed sequence (xorshift). */
static int draw(uint64_t *x, int count)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (int)(*x % (uint64_t)count);
}

/* Draw two different maps: one of the last three, and any other. */
static void draw_two(uint64_t *x, int maps, int two[2])
{
	two[0] = maps - 1 - draw(x, maps < 3 ? maps : 3);
	do
		two[1] = draw(x, maps);
	while (two[1] == two[0]);
}

static void networks_of_any_joints(void **state)
{
	(void)state;
	enum { NETWORKS = 150, STEPS = 7 };
	uint64_t x = 0x9e3779b97f4a7c15;
	for (int k = 0; k < NETWORKS; k++) {
		struct nn_net net = { 0 };
		int maps[STEPS + 2] = { front(&net, 4, 3, 2) }, count = 1, two[2];
		maps[count++] = conv_relu(&net, "second", maps[0], 4);
		for (int step = 0; step < STEPS; step++) {
			char name[16], more[16];
			snprintf(name, sizeof(name), "layer%d", step);
			snprintf(more, sizeof(more), "more%d", step);
			draw_two(&x, count, two);
			const int inputs[] = { maps[two[0]], maps[two[1]] };
			int at = inputs[0];
			switch (draw(&x, 7)) {
			case 0:
			case 1: at = nn_add(&net, name, inputs, 2); break;
			case 2:
				at = nn_add(&net, more, inputs, 2);
				at = nn_activation(&net, name, at, NN_RELU, 0);
				break;
			case 3:
				at = nn_concat(&net, more, inputs, 2);
				at = nn_conv(&net, name, at, 4, 1, 1, NN_VALID, draw(&x, 2),
					NN_HE_NORMAL);
				break;
			case 4:
				at = nn_batchnorm(&net, more, at, 0.9, 1e-3);
				if (draw(&x, 2))
					at = nn_activation(&net, name, at, NN_RELU, 0);
				break;
			case 5: {
				const int parts[] = { conv_relu(&net, more, at, 2),
					conv_relu(&net, name, inputs[1], 2) };
				snprintf(more, sizeof(more), "both%d", step);
				at = nn_concat(&net, more, parts, 2);
				break;
			}
			default:
				at = nn_conv(&net, name, at, 4, 1, 1, NN_VALID, draw(&x, 2),
					NN_HE_NORMAL);
			}
			maps[count++] = at;
		}
		draw_two(&x, count, two);
		back(&net, nn_add(&net, "end", (int[]){ maps[two[0]], maps[two[1]] }, 2));
		if (net.error[0])
			fail_msg("%s", net.error);
		check_wide(&(struct wide_check){ .what = "joints",
			.net = &net,
			.seed = 900 + (uint64_t)k,
			.count = 18,
			.training = true,
			.kinks = true });
	}
}

static void channels_shuffled_and_padded(void **state)
{
	(void)state;
	for (int groups = 1; groups <= 6; groups++) {
		struct nn_net net = { 0 };
		if (6 % groups)
			continue;
		back(&net, nn_shuffle(&net, "shuffle", front(&net, 6, 3, 2), groups));
		check_net("shuffle", &net, 720 + (uint64_t)groups, 18);
	}
	for (int channels = 3; channels <= 8; channels++) {
		struct nn_net net = { 0 };
		const int at = front(&net, 3, 4, 3);
		const int more =
			nn_conv(&net, "more", at, channels, 3, 3, NN_SAME, false, NN_HE_NORMAL);
		back(&net,
			nn_add(&net, "sum",
				(int[]){ more, nn_pad_channels(&net, "pad", at, channels) }, 2));
		check_net("padding", &net, 730 + (uint64_t)channels, 17);
	}
}

static void convolutions_in_groups(void **state)
{
	(void)state;
	static const struct {
		int channels, filters, groups, height, width, stride, same, relu;
	} cases[] = { { 4, 4, 2, 3, 3, 1, 1, 1 }, { 6, 12, 3, 3, 3, 2, 1, 0 },
		{ 6, 12, 6, 3, 3, 1, 0, 1 }, { 8, 4, 4, 1, 1, 1, 0, 0 }, { 4, 6, 2, 1, 3, 1, 1, 0 },
		{ 4, 10, 2, 4, 5, 1, 0, 0 }, { 40, 40, 2, 3, 1, 1, 1, 1 } };
	for (size_t k = 0; k < COUNT(cases); k++) {
		struct nn_net net = { 0 };
		const struct nn_conv_options o = { .filters = cases[k].filters,
			.kernel_height = cases[k].height,
			.kernel_width = cases[k].width,
			.stride = cases[k].stride,
			.padding = cases[k].same ? NN_SAME : NN_VALID,
			.relu = cases[k].relu,
			.no_bias = k == 1,
			.groups = cases[k].groups,
			.init = NN_HE_NORMAL };
		int at = nn_conv_with(&net, "conv", front(&net, cases[k].channels, 4, 5), &o);
		if (k == 0) /* would be done together, were there one group */
			at = nn_maxpool(&net, "pool", at, 2);
		back(&net, at);
		assert_int_equal(nn_net_tensor(&net, "conv/kernel")->count,
			cases[k].filters * cases[k].channels / cases[k].groups * o.kernel_height
				* o.kernel_width);
		check_net("groups", &net, 740 + k, k % 2 ? 19 : 4);
	}
	struct nn_net net = { 0 };
	const struct nn_conv_options bad = {
		.filters = 4, .kernel_height = 1, .kernel_width = 1, .groups = 3
	};
	assert_int_equal(nn_conv_with(&net, "conv", front(&net, 6, 2, 2), &bad), -1);
	assert_non_null(
		strstr(net.error, "conv: 3 groups do not divide 6 channels into 4 filters"));
}

/* A network with an exit: two losses of different weights, common layers. */
static void an_early_exit_counts_by_its_weight(void **state)
{
	(void)state;
	for (int form = 0; form < 2; form++) {
		struct nn_net net = { 0 };
		const int stem = nn_conv(
			&net, "stem", front(&net, 4, 5, 5), 5, 3, 3, NN_SAME, form, NN_HE_NORMAL);
		back(&net, nn_conv(&net, "deep", stem, 4, 3, 3, NN_VALID, false, NN_HE_NORMAL));
		nn_output(&net, "exit", nn_dense(&net, "early", stem, 3, false, NN_HE_NORMAL));
		net.layers[net.outputs[1]].loss_weight = .3;
		check_net("exit", &net, 760 + (uint64_t)form, 20);
	}
}

static void distillation_is_the_formula(void **state)
{
	(void)state;
	static const double shares[] = { .5, 1, .9 }, temperatures[] = { 1, 4, 20 };
	struct nn_net teacher = { 0 };
	int at = nn_input(&teacher, "in", (struct nn_shape){ 2, 4, 4 });
	at = nn_conv(&teacher, "a", at, 6, 3, 3, NN_SAME, false, NN_HE_NORMAL);
	at = nn_batchnorm(&teacher, "norm", at, .9, 1e-3);
	nn_output(&teacher, "out",
		nn_dense(&teacher, "b", nn_activation(&teacher, "t", at, NN_TANH, 0), 3, false,
			NN_HE_NORMAL));
	for (size_t k = 0; k < COUNT(shares); k++)
		for (int form = 0; form < 2; form++) {
			struct nn_net net = { 0 };
			int to = front(&net, 4, 4, 4);
			if (form)
				to = nn_batchnorm(&net, "norm", to, .9, 1e-3);
			back(&net, to);
			check_wide(&(struct wide_check){ .what = "distillation",
				.net = &net,
				.seed = 770 + 2 * k + (uint64_t)form,
				.count = k ? 37 : 5,
				.training = true,
				.label_smoothing = k == 2 ? .1 : 0,
				.mixup = k == 2 ? .4 : 0,
				.teacher = &teacher,
				.distill = shares[k],
				.temperature = temperatures[k] });
		}
}

/* ---- training for int8 ---- */

struct trained {
	struct nn_net net;
	struct check_images images;
	uint32_t order[32];
	struct nn_epoch epoch;
};

static void make(struct trained *x, int relu)
{
	*x = (struct trained){ .epoch = { .count = 32, .seed = 1 } };
	x->images = check_images_new(7, (struct nn_shape){ 2, 6, 6 }, 32, 3, false);
	for (uint32_t i = 0; i < 32; i++)
		x->order[i] = i;
	x->epoch.images = &x->images.images;
	x->epoch.order = x->order;
	int at = nn_input(&x->net, "in", (struct nn_shape){ 2, 6, 6 });
	at = nn_conv(&x->net, "conv", at, 5, 3, 3, NN_VALID, relu, NN_HE_NORMAL);
	at = nn_maxpool(&x->net, "pool", at, 2);
	nn_output(&x->net, "out", nn_dense(&x->net, "dense", at, 3, false, NN_HE_NORMAL));
}

static struct nn_trainer *trainer(const struct trained *x, int weight_bits, int map_bits)
{
	struct nn_trainer *t = nn_trainer_new(&x->net,
		&(struct nn_trainer_options){ .batch_size = 32,
			.threads = 1,
			.weight_bits = weight_bits,
			.map_bits = map_bits,
			.optimizer = { .kind = NN_SGD, .lr = .01 } });
	assert_non_null(t);
	nn_init_net(&x->net, 1, nn_trainer_params(t));
	return t;
}

/* How many different magnitudes the first filter has. */
static int values_in_filter(const struct nn_tensor *t, const float *params, size_t each)
{
	int count = 0;
	for (size_t i = 0; i < each; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= fabsf(params[t->offset + k]) == fabsf(params[t->offset + i]);
		count += !again;
	}
	return count;
}

static void rounded_weights_are_what_is_evaluated_and_kept(void **state)
{
	struct trained x;
	(void)state;
	make(&x, true);
	for (int bits = 2; bits <= 8; bits++) {
		struct nn_trainer *t = trainer(&x, bits, 0), *plain = trainer(&x, 0, 0);
		struct nn_score score, again;
		const struct nn_tensor *kernel = nn_net_tensor(&x.net, "conv/kernel");
		float *params = nn_trainer_params(t);
		const float before = params[0];
		assert_int_equal(nn_train_epoch(t, &x.epoch, &score), -1);
		assert_true(params[0] != before);
		if (bits == 4) /* the weights behind are no round ones */
			assert_true(values_in_filter(kernel, params, 18) > 8);
		nn_evaluate(t, x.epoch.images, x.order, 0, 32, &score, NULL);
		nn_trainer_settle(t);
		assert_true(values_in_filter(kernel, params, 18) <= 1 << (bits - 1));
		memcpy(nn_trainer_params(plain), params, x.net.parameter_count * sizeof(*params));
		nn_evaluate(plain, x.epoch.images, x.order, 0, 32, &again, NULL);
		assert_memory_equal(&score, &again, sizeof(score));
		nn_evaluate(t, x.epoch.images, x.order, 0, 32, &again, NULL);
		assert_memory_equal(&score, &again, sizeof(score));
		nn_trainer_free(plain);
		nn_trainer_free(t);
	}
	check_images_free(&x.images);
}

/* Straight through: the gradient is that of a network which has the rounded weights. */
static void gradients_pass_the_rounding(void **state)
{
	struct trained x;
	(void)state;
	make(&x, true);
	struct nn_trainer *t = trainer(&x, 3, 0), *plain = trainer(&x, 0, 0),
			  *settled = trainer(&x, 3, 0);
	struct nn_score score;
	const size_t bytes = x.net.parameter_count * sizeof(float);
	nn_trainer_settle(settled);
	memcpy(nn_trainer_params(plain), nn_trainer_params(settled), bytes);
	const float *want = nn_gradients(plain, &x.epoch, true, &score);
	assert_memory_equal(nn_gradients(t, &x.epoch, true, &score), want, bytes);
	nn_trainer_free(t);
	nn_trainer_free(plain);
	nn_trainer_free(settled);
	check_images_free(&x.images);
}

/* The int8 file of the network has the rounded weights, no others. */
static void int8_keeps_the_rounded_weights(void **state)
{
	struct trained x;
	char why[NN_QUANT_ERROR];
	(void)state;
	make(&x, true);
	struct nn_trainer *t = trainer(&x, 8, 0);
	struct nn_score score;
	nn_train_epoch(t, &x.epoch, &score);
	nn_trainer_settle(t);
	const float *params = nn_trainer_params(t);
	struct nn_quant *q = nn_quant_new(&x.net, why);
	assert_non_null(q);
	assert_int_equal(nn_quant_fit(q, params, x.epoch.images, NULL, 32, NULL), 0);
	const struct nn_tensor *kernel = nn_net_tensor(&x.net, "conv/kernel");
	const int8_t *whole = NULL;
	const float *scale = NULL;
	for (int i = 0; i < q->tensor_count; i++) {
		if (strcmp(q->tensors[i].name, "conv/kernel") == 0)
			whole = q->tensors[i].data;
		if (strcmp(q->tensors[i].name, "conv/kernel_scale") == 0)
			scale = q->tensors[i].data;
	}
	assert_true(whole && scale);
	for (size_t i = 0; i < kernel->count; i++)
		if (!(fabsf((float)whole[i] * scale[i / 18] - params[kernel->offset + i])
			    <= 1e-6f * fabsf(params[kernel->offset + i])))
			fail_msg("weight %zu is %.9g, in int8 %.9g", i,
				(double)params[kernel->offset + i],
				(double)((float)whole[i] * scale[i / 18]));
	nn_quant_free(q);
	nn_trainer_free(t);
	check_images_free(&x.images);
}

/* Maps have at most 2^bits values between their ends while training, and as many as they like in
 * evaluation; every variant and number of threads rounds alike. */
static void maps_are_rounded_while_training_alone(void **state)
{
	struct trained x;
	(void)state;
	make(&x, false);
	struct nn_score first = { 0 }, plain_score, score;
	struct nn_trainer *plain = trainer(&x, 0, 0);
	nn_evaluate(plain, x.epoch.images, x.order, 0, 32, &plain_score, NULL);
	for (int bits = 8; bits >= 2; bits -= 6) {
		struct nn_trainer *t = trainer(&x, 0, bits);
		nn_trainer_measure(t, x.epoch.images, x.order, 32);
		nn_evaluate(t, x.epoch.images, x.order, 0, 32, &score, NULL);
		assert_memory_equal(&score, &plain_score, sizeof(score));
		nn_gradients(t, &x.epoch, true, &score);
		const double apart =
			fabs(score.loss_sum[0] - plain_score.loss_sum[0]) / plain_score.loss_sum[0];
		assert_true(apart > 0 && (bits == 8 ? apart < 5e-3 : apart > 5e-3));
		first = score;
		nn_trainer_free(t);
	}
	for (int variant = 0; nn_kernels_at(variant); variant++)
		for (int threads = 1; threads <= 2; threads++) {
			struct nn_trainer *t = nn_trainer_new(&x.net,
				&(struct nn_trainer_options){ .batch_size = 32,
					.threads = threads,
					.kernels = nn_kernels_at(variant),
					.map_bits = 2,
					.optimizer = { .kind = NN_SGD, .lr = .01 } });
			nn_init_net(&x.net, 1, nn_trainer_params(t));
			nn_trainer_measure(t, x.epoch.images, x.order, 32);
			nn_gradients(t, &x.epoch, true, &score);
			assert_memory_equal(&score, &first, sizeof(score));
			nn_trainer_free(t);
		}
	nn_trainer_free(plain);
	check_images_free(&x.images);
}

/* What else reads an input of a concatenation reads the map that the input's own range rounded,
 * before the concatenation has rounded its map or behind it. */
static void a_concatenation_rounds_a_map_of_its_own(void **state)
{
	(void)state;
	double loss[2];
	for (int behind = 0; behind < 2; behind++) {
		struct nn_net net = { 0 };
		struct check_images images =
			check_images_new(3, (struct nn_shape){ 1, 4, 4 }, 32, 3, false);
		uint32_t order[32];
		const int in = nn_input(&net, "in", images.images.shape),
			  a = nn_conv(&net, "a", in, 2, 3, 3, NN_SAME, true, NN_HE_NORMAL),
			  b = nn_conv(&net, "b", in, 2, 3, 3, NN_SAME, true, NN_HE_NORMAL);
		int other = 0;
		if (!behind)
			other = nn_conv(&net, "other", a, 4, 1, 1, NN_VALID, false, NN_HE_NORMAL);
		const int both = nn_concat(&net, "both", (int[]){ a, b }, 2);
		if (behind)
			other = nn_conv(&net, "other", a, 4, 1, 1, NN_VALID, false, NN_HE_NORMAL);
		back(&net, nn_multiply(&net, "product", both, other));
		assert_true(nn_net_ok(&net));
		for (uint32_t i = 0; i < 32; i++)
			order[i] = i;
		const struct nn_epoch epoch = {
			.images = &images.images, .order = order, .count = 32, .seed = 1
		};
		struct nn_trainer *t = nn_trainer_new(&net,
			&(struct nn_trainer_options){ .batch_size = 32,
				.threads = 1,
				.map_bits = 3,
				.optimizer = { .kind = NN_SGD, .lr = .01 } });
		assert_non_null(t);
		struct nn_score score;
		/* Weights by tensor, whatever the order of the layers. */
		for (int k = 0; k < net.tensor_count; k++)
			for (size_t i = 0; i < net.tensors[k].count; i++)
				nn_trainer_params(t)[net.tensors[k].offset + i] =
					(float)sin((double)net.tensors[k].count
						+ 3 * net.tensors[k].name[0] + (double)i);
		nn_trainer_measure(t, &images.images, order, 32);
		nn_gradients(t, &epoch, true, &score);
		loss[behind] = score.loss_sum[0];
		nn_trainer_free(t);
		check_images_free(&images);
	}
	assert_true(loss[0] == loss[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_concatenation_rounds_a_map_of_its_own),
		cmocka_unit_test(products_of_maps_and_of_channels),
		cmocka_unit_test(sums_of_sums_and_of_concatenations),
		cmocka_unit_test(networks_of_any_joints),
		cmocka_unit_test(channels_shuffled_and_padded),
		cmocka_unit_test(convolutions_in_groups),
		cmocka_unit_test(an_early_exit_counts_by_its_weight),
		cmocka_unit_test(distillation_is_the_formula),
		cmocka_unit_test(rounded_weights_are_what_is_evaluated_and_kept),
		cmocka_unit_test(gradients_pass_the_rounding),
		cmocka_unit_test(int8_keeps_the_rounded_weights),
		cmocka_unit_test(maps_are_rounded_while_training_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

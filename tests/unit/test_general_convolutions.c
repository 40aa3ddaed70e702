/* test_general_convolutions.c - strides that differ by axis, dilation, rectangular pools: against
 * tests/oracle/wide.h and its numerical gradients, the same bits from every kernel variant and for
 * one image alone; as the convolutions that they are made of. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"
#include "tests/oracle/check_wide.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A network whose gradients show those of the convolution's input. */
static int front(struct nn_net *net, int channels, int height, int width)
{
	const int in = nn_input(net, "in", (struct nn_shape){ 2, height, width });
	return nn_conv(net, "front", in, channels, 1, 1, NN_VALID, false, NN_HE_NORMAL);
}

static void back(struct nn_net *net, int from)
{
	nn_output(net, "out", nn_dense_without_bias(net, "back", from, 3, false, NN_HE_NORMAL));
}

static int add(struct nn_net *net, bool depthwise, int from, const struct nn_conv_options *o)
{
	return depthwise ? nn_depthwise(net, "conv", from, o) : nn_conv_with(net, "conv", from, o);
}

/* One image alone has the logits of the batch. */
static void check_one_image(const struct nn_net *net, uint64_t seed)
{
	struct check_images images = check_images_new(seed, net->layers[0].shape, 3, 3, false);
	float *params = calloc(net->parameter_count, sizeof(*params)), logits[3 * 3];
	const uint32_t order[3] = { 0, 1, 2 };
	struct nn_trainer *t = nn_trainer_new(net,
		&(struct nn_trainer_options){
			.batch_size = 3, .threads = 1, .optimizer = { .kind = NN_SGD, .lr = 1 } });
	assert_true(params && t);
	check_wide_params(seed, net, params);
	memcpy(nn_trainer_params(t), params, net->parameter_count * sizeof(*params));
	nn_logits(t, &images.images, order, 3, 0, logits);
	struct nn_infer *f = nn_infer_new(net, params, NULL);
	assert_non_null(f);
	for (size_t i = 0; i < 3; i++) {
		nn_infer_bytes(f, images.images.pixels + i * nn_shape_size(net->layers[0].shape));
		assert_memory_equal(nn_infer_logits(f, 0), logits + 3 * i, 3 * sizeof(float));
	}
	nn_infer_free(f);
	nn_trainer_free(t);
	free(params);
	check_images_free(&images);
}

static void strides_and_dilation_of_every_form(void **state)
{
	(void)state;
	static const int kernels[][2] = { { 1, 3 }, { 3, 3 }, { 2, 3 }, { 3, 1 }, { 5, 2 } };
	static const int spreads[][4] = { { 2, 1, 1, 1 }, { 1, 3, 1, 1 }, { 1, 1, 2, 2 },
		{ 1, 1, 1, 3 }, { 2, 2, 2, 1 }, { 3, 2, 2, 3 } };
	static const int maps[][2] = { { 5, 9 }, { 12, 7 } };
	for (size_t k = 0; k < COUNT(kernels); k++)
		for (size_t s = 0; s < COUNT(spreads); s++)
			for (int form = 0; form < 8; form++) {
				const int *map = maps[form / 4];
				const bool fits = (kernels[k][0] - 1) * spreads[s][2] < map[0]
					&& (kernels[k][1] - 1) * spreads[s][3] < map[1];
				const bool same = form % 2 || !fits, depthwise = form / 2 % 2;
				const struct nn_conv_options o = { .filters = 5 + (int)s,
					.kernel_height = kernels[k][0],
					.kernel_width = kernels[k][1],
					.stride = spreads[s][0],
					.stride_width = spreads[s][1],
					.dilation = spreads[s][2],
					.dilation_width = spreads[s][3],
					.padding = same ? NN_SAME : NN_VALID,
					.relu = s % 2,
					.no_bias = s == 3 };
				char what[120];
				snprintf(what, sizeof(what),
					"%s %dx%d, strides %dx%d, dilation %dx%d, %s, map %dx%d",
					depthwise ? "depthwise" : "conv", o.kernel_height,
					o.kernel_width, o.stride, o.stride_width, o.dilation,
					o.dilation_width, same ? "same" : "valid", map[0], map[1]);
				struct nn_net net = { 0 };
				back(&net,
					add(&net, depthwise, front(&net, 4, map[0], map[1]), &o));
				const uint64_t seed = k * 1000 + s * 10 + (uint64_t)form;
				check_wide(&(struct wide_check){ .what = what,
					.net = &net,
					.seed = seed,
					.count = form == 3 ? 19 : 2,
					.training = true });
				check_one_image(&net, seed);
			}
}

/* What a valid window leaves out, and what nobody reads, is not computed. */
static void groups_pools_and_unread_rows(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		struct nn_net net = { 0 };
		const struct nn_conv_options o = { .filters = 12,
			.kernel_height = 3,
			.kernel_width = 3,
			.stride = form == 3 ? 2 : 1,
			.stride_width = 1,
			.dilation = 2,
			.relu = true,
			.groups = form ? 3 : 1 };
		int at = nn_conv_with(&net, "conv", front(&net, 6, 13, 14), &o);
		if (form != 2) /* 3x3, ReLU, pooling: not the fused sequence */
			at = nn_maxpool(&net, "pool", at, 2);
		back(&net, at);
		check_wide(&(struct wide_check){ .what = "groups",
			.net = &net,
			.seed = 40 + (uint64_t)form,
			.count = 17,
			.training = true });
		check_one_image(&net, 50 + (uint64_t)form);
	}
}

/* Windows that are not square, steps that differ; side by side where no stride is given. */
static void pools_of_every_rectangle(void **state)
{
	(void)state;
	static const int windows[][4] = { { 2, 1, 0, 0 }, { 1, 3, 0, 0 }, { 3, 2, 0, 0 },
		{ 2, 3, 1, 2 }, { 3, 3, 2, 1 }, { 2, 2, 0, 1 }, { 7, 8, 0, 0 } };
	for (size_t k = 0; k < COUNT(windows); k++)
		for (int form = 0; form < 4; form++) {
			struct nn_net net = { 0 };
			const struct nn_pool_options o = { .height = windows[k][0],
				.width = windows[k][1],
				.stride = windows[k][2],
				.stride_width = windows[k][3],
				.padding = form / 2 ? NN_SAME : NN_VALID };
			back(&net,
				nn_pool_with(&net, form % 2 ? NN_AVGPOOL : NN_MAXPOOL, "pool",
					front(&net, 3, 7, 8), &o));
			if (k == 6)
				assert_int_equal(nn_shape_size(net.layers[2].shape), 3);
			check_wide(&(struct wide_check){ .what = "pool",
				.net = &net,
				.seed = 60 + 10 * k + (uint64_t)form,
				.count = 3,
				.training = true });
			check_one_image(&net, 60);
		}
}

static void logits_of(const struct nn_net *net, const float *params, const struct nn_images *images,
	float *logits)
{
	struct nn_trainer *t = nn_trainer_new(net,
		&(struct nn_trainer_options){
			.batch_size = 2, .threads = 1, .optimizer = { .kind = NN_SGD, .lr = 1 } });
	assert_non_null(t);
	memcpy(nn_trainer_params(t), params, net->parameter_count * sizeof(*params));
	nn_logits(t, images, (const uint32_t[]){ 0, 1 }, 2, 0, logits);
	nn_trainer_free(t);
}

/* A filter with zeros between its taps is the same filter, to the bit: a product with 0 leaves a
 * sum as it is. */
static void dilation_is_a_filter_with_zeros_between_its_taps(void **state)
{
	(void)state;
	struct nn_net net = { 0 }, spread = { 0 };
	const struct nn_conv_options o = { .filters = 3,
		.kernel_height = 3,
		.kernel_width = 2,
		.stride = 2,
		.dilation = 2,
		.dilation_width = 3,
		.padding = NN_SAME };
	const struct nn_conv_options full = {
		.filters = 3, .kernel_height = 5, .kernel_width = 4, .stride = 2, .padding = NN_SAME
	};
	back(&net, add(&net, false, front(&net, 2, 9, 8), &o));
	back(&spread, add(&spread, false, front(&spread, 2, 9, 8), &full));
	float *params = calloc(net.parameter_count, sizeof(*params)),
	      *others = calloc(spread.parameter_count, sizeof(*others)), a[6], b[6];
	assert_true(params && others);
	check_wide_params(3, &net, params);
	for (int i = 0; i < net.tensor_count; i++) {
		const struct nn_tensor *from = &net.tensors[i], *to = &spread.tensors[i];
		assert_string_equal(from->name, to->name);
		for (size_t k = 0; k < from->count; k++) {
			const size_t at = strcmp(from->name, "conv/kernel")
				? k
				: k / 6 * 20 + k % 6 / 2 * 2 * 4 + k % 2 * 3;
			others[to->offset + at] = params[from->offset + k];
		}
	}
	struct check_images images = check_images_new(4, net.layers[0].shape, 2, 3, false);
	logits_of(&net, params, &images.images, a);
	logits_of(&spread, others, &images.images, b);
	assert_memory_equal(a, b, sizeof(a));
	free(params);
	free(others);
	check_images_free(&images);
}

static void shapes_and_refusals(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int in = nn_input(&net, "in", (struct nn_shape){ 1, 10, 12 });
	struct nn_conv_options o = { .filters = 2,
		.kernel_height = 3,
		.kernel_width = 1,
		.stride = 2,
		.stride_width = 3,
		.dilation = 4 };
	const struct nn_layer *l = &net.layers[nn_conv_with(&net, "a", in, &o)];
	assert_true(l->shape.height == 1 && l->shape.width == 4);
	assert_true(l->dilation == 4 && l->dilation_width == 1); /* of one column there is none */
	o.dilation = 5;
	assert_int_equal(nn_conv_with(&net, "b", in, &o), -1);
	assert_string_equal(net.error,
		"b: a 3x1 kernel of dilation 5x1 spans 11x1, which does not fit into in's output "
		"1x10x12");
	nn_net_clear(&net);
	in = nn_input(&net, "in", (struct nn_shape){ 1, 10, 12 });
	o.dilation_width = 65;
	assert_int_equal(nn_conv_with(&net, "b", in, &o), -1);
	assert_string_equal(net.error, "b: a dilation of 65 is not within 1 to 64");
	nn_net_clear(&net);
	in = nn_input(&net, "in", (struct nn_shape){ 1, 10, 12 });
	o.stride_width = -1;
	assert_int_equal(nn_conv_with(&net, "b", in, &o), -1);
	assert_string_equal(net.error, "b: a stride of -1 is not within 1 to 64");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strides_and_dilation_of_every_form),
		cmocka_unit_test(groups_pools_and_unread_rows),
		cmocka_unit_test(pools_of_every_rectangle),
		cmocka_unit_test(dilation_is_a_filter_with_zeros_between_its_taps),
		cmocka_unit_test(shapes_and_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_infer.c - inference of one image gives the bits of nn_logits, for networks that run by
 * position and for all others, in every kernel variant, from bytes and from floats, and allocates
 * nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/infer_channels.h"
#include "nn/kernels/kernels.h"
#include "tests/oracle/check.h"
#include "tests/oracle/networks.h"
#include "tests/oracle/paper_nets.h"

enum { IMAGES = 3, CLASSES_MAX = 256 };

/* Logits of all images and outputs by f, which is freed, against those of a trainer. */
static void check_logits(const char *what, const struct nn_net *net, const float *params,
	const struct check_images *images, const struct nn_kernels *kernels, struct nn_infer *f)
{
	struct nn_trainer_options options = { .kernels = kernels,
		.batch_size = 16,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	struct nn_trainer *t = nn_trainer_new(net, &options);
	assert_non_null(t);
	if (net->parameter_count)
		memcpy(nn_trainer_params(t), params, net->parameter_count * sizeof(*params));
	const size_t size = nn_shape_size(images->images.shape);
	float *values = calloc(size, sizeof(*values));
	assert_non_null(values);
	for (uint32_t i = 0; i < IMAGES; i++)
		for (int floats = 0; floats < 2; floats++) {
			const uint8_t *pixels = images->pixels + i * size;
			for (size_t p = 0; p < size; p++)
				values[p] = (float)pixels[p] / 255.0f;
			if (floats)
				nn_infer_floats(f, values);
			else
				nn_infer_bytes(f, pixels);
			for (int k = 0; k < net->output_count; k++) {
				float want[CLASSES_MAX];
				const float *got = nn_infer_logits(f, k);
				nn_logits(t, &images->images, &i, 1, k, want);
				for (int c = 0; c < net->layers[net->outputs[k]].shape.channels;
					c++)
					if (memcmp(&got[c], &want[c], sizeof(want[c])) != 0)
						fail_msg("%s, %s: image %u, output %d, class %d "
							 "from %s: %.9g, nn_logits has %.9g",
							what, kernels->name, i, k, c,
							floats ? "floats" : "bytes", got[c],
							want[c]);
			}
		}
	free(values);
	nn_infer_free(f);
	nn_trainer_free(t);
}

/* By position if that is possible, and as nn_infer_new chooses. */
static void check_kernels(const char *what, const struct nn_net *net, const float *params,
	const struct check_images *images, const struct nn_kernels *kernels, bool by_position)
{
	struct nn_infer *f = nn_infer_new_by_position(net, params, kernels);
	assert_non_null(f);
	if (nn_infer_by_position(f) != by_position)
		fail_msg("%s: runs %s", what, by_position ? "by channel" : "by position");
	check_logits(what, net, params, images, kernels, f);
	f = nn_infer_new(net, params, kernels);
	assert_non_null(f);
	check_logits(what, net, params, images, kernels, f);
}

static void check(const char *what, struct nn_net *net, bool by_position)
{
	if (!nn_net_ok(net))
		fail_msg("%s: %s", what, net->error);
	struct check_images images =
		check_images_new(7, net->layers[net->inputs[0]].shape, IMAGES, 2, false);
	float *params = calloc(net->parameter_count + 1, sizeof(*params));
	assert_non_null(params);
	for (int exact = 0; exact < 2;
		exact++) { /* in small whole numbers, too, where maxima are often equal */
		check_params(11, net, exact, params);
		for (int i = 0; i < net->tensor_count; i++) /* a variance is not negative */
			for (size_t k = 0; net->tensors[i].moving && k < net->tensors[i].count; k++)
				params[net->tensors[i].offset + k] =
					fabsf(params[net->tensors[i].offset + k]);
		for (int i = 0; nn_kernels_at(i); i++)
			check_kernels(what, net, params, &images, nn_kernels_at(i), by_position);
	}
	free(params);
	check_images_free(&images);
}

static int conv_pool(struct nn_net *net, int from, int filters)
{
	char name[NN_NAME_MAX];
	snprintf(name, sizeof(name), "conv%d", net->layer_count);
	from = nn_conv(net, name, from, filters, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	return nn_maxpool(net, "pool", from, 2);
}

static void head(struct nn_net *net, int from, int classes)
{
	char name[NN_NAME_MAX];
	snprintf(name, sizeof(name), "dense%d", net->layer_count);
	nn_output(net, "out", nn_dense(net, name, from, classes, false, NN_HE_NORMAL));
}

static int image(struct nn_net *net, int channels, int height, int width)
{
	return nn_input(net, "in", (struct nn_shape){ channels, height, width });
}

static void the_papers_networks_on_both_image_sizes(void **state)
{
	(void)state;
	static void (*const build[])(struct nn_net *, struct nn_shape, int) = { paper_submodel,
		paper_dual, paper_unified };
	for (int k = 0; k < 3; k++)
		for (int colour = 0; colour < 2; colour++) {
			struct nn_net net = { 0 };
			build[k](&net,
				colour ? (struct nn_shape){ 3, 32, 32 }
				       : (struct nn_shape){ 1, 28, 28 },
				10);
			check(colour ? "paper, 32x32x3" : "paper, 28x28x1", &net, true);
		}
}

static void chains_of_one_to_three_convolutions_on_images_of_every_size(void **state)
{
	(void)state;
	static const int smallest[] = { 0, 4, 10, 22 };
	for (int depth = 1; depth <= 3; depth++)
		for (int more = 0; more < 9; more++) {
			struct nn_net net = { 0 };
			int from = image(&net, 1 + more % 3, smallest[depth] + more,
				smallest[depth] + 3 * more % 11);
			for (int k = 0; k < depth; k++)
				from = conv_pool(&net, from, 3 + k);
			head(&net, from, 4);
			char what[80];
			snprintf(what, sizeof(what),
				"%d convolutions, %d larger than the smallest image", depth, more);
			check(what, &net, true);
		}
}

static void all_counts_of_channels_filters_and_classes(void **state)
{
	(void)state;
	static const int classes[] = { 2, 3, 4, 5, 8, 9, 12, 16, 17, 33, 63, 64, 65, 256 };
	for (int k = 0; k < 14; k++) {
		struct nn_net net = { 0 };
		head(&net,
			conv_pool(&net, conv_pool(&net, image(&net, 1 + k % 4, 12, 13), 1 + k),
				12 - k % 12),
			classes[k]);
		char what[80];
		snprintf(what, sizeof(what), "%d and %d filters, %d classes", 1 + k, 12 - k % 12,
			classes[k]);
		check(what, &net, true);
	}
}

static void dense_layers_alone_and_side_by_side(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	const int in = image(&net, 2, 3, 5);
	const int a = nn_dense(&net, "a", in, 7, true, NN_HE_NORMAL),
		  b = nn_dense(&net, "b", in, 7, false, NN_HE_NORMAL);
	const int c = nn_dense(&net, "c", in, 9, true, NN_HE_NORMAL),
		  d = nn_dense(&net, "d", a, 9, false, NN_HE_NORMAL);
	const int all[4] = { d, nn_relu(&net, "relu", b), c, nn_dropout(&net, "dropout", d, 0.5) };
	head(&net, nn_concat(&net, "concat", all, 4), 5);
	head(&net, a, 3);
	check("dense", &net, true);
}

static void an_image_may_be_its_own_logits(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	nn_output(&net, "out", image(&net, 4, 1, 1));
	check("no weights", &net, true);
}

/* 32 and 64 filters fill all lanes; the paper's 10 and 20 do not fill 8 or 16. */
static void a_network_runs_by_channel_if_its_channels_fill_the_lanes(void **state)
{
	(void)state;
	static const char *const names[] = { "paper", "mnist-convnet" };
	for (int k = 0; k < 2; k++) {
		struct nn_net net;
		assert_true(small_network_build(names[k], &net));
		check(names[k], &net, true);
		float *params = calloc(net.parameter_count, sizeof(*params));
		for (int i = 0; nn_kernels_at(i); i++) {
			struct nn_infer *f = nn_infer_new(&net, params, nn_kernels_at(i));
			assert_non_null(f);
			assert_int_equal(
				nn_infer_by_position(f), k == 0 && nn_kernels_at(i)->lanes >= 8);
			nn_infer_free(f);
		}
		free(params);
	}
}

static void all_other_networks_have_channels_in_the_lanes(void **state)
{
	(void)state;
	struct nn_net same = { 0 };
	head(&same,
		nn_maxpool(&same, "pool",
			nn_conv(&same, "conv", image(&same, 2, 8, 9), 5, 3, 3, NN_SAME, true,
				NN_HE_NORMAL),
			2),
		3);
	check("padding", &same, false);

	struct nn_net twice = { 0 }; /* one image read in two and in four phases */
	const int in = image(&twice, 1, 12, 12);
	head(&twice, conv_pool(&twice, in, 3), 3);
	head(&twice, conv_pool(&twice, conv_pool(&twice, in, 3), 3), 3);
	check("two depths", &twice, false);

	struct nn_net apart = { 0 }; /* a pooled map whose values do not lie side by side */
	nn_output(&apart, "out", conv_pool(&apart, image(&apart, 1, 4, 4), 3));
	check("a pooled map as logits", &apart, false);

	struct nn_net normal = { 0 };
	const struct nn_conv_options options = { .filters = 4,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride = 2,
		.padding = NN_SAME,
		.no_bias = true };
	int from = nn_conv_with(&normal, "conv", image(&normal, 3, 9, 9), &options);
	from = nn_silu(&normal, "silu", nn_batchnorm(&normal, "normal", from, 0.99, 1e-3));
	head(&normal, nn_global_avgpool(&normal, "average", from), 6);
	check("batch normalisation", &normal, false);
}

/* Every kind of layer, every count of channels up to 40, strides and kernels of both parities. */
static void all_layers_with_channels_in_the_lanes(void **state)
{
	(void)state;
	for (int channels = 1; channels <= 40; channels += channels < 20 ? 1 : 7) {
		struct nn_net net = { 0 };
		struct nn_conv_options o = { .filters = channels,
			.kernel_height = 1 + channels % 5,
			.kernel_width = 1 + channels % 4,
			.stride = 1 + channels % 3,
			.padding = channels % 2 ? NN_SAME : NN_VALID,
			.no_bias = channels % 3 == 0 };
		const int in = image(&net, 1 + channels % 3, 15 + channels % 3, 14),
			  first = nn_relu(&net, "first-relu",
				  nn_batchnorm(&net, "first-norm",
					  nn_conv_with(&net, "first", in, &o), 0.99, 1e-3));
		o.kernel_height = o.kernel_width = 3;
		o.stride = 1;
		o.padding = NN_SAME;
		const int depth = nn_relu6(&net, "relu6",
				  nn_batchnorm(&net, "norm", nn_depthwise(&net, "depth", first, &o),
					  0.9, 1e-3)),
			  sum = nn_relu(&net, "sum-relu",
				  nn_add(&net, "sum", (int[]){ first, depth, first }, 3)),
			  more = nn_concat(&net, "more", (int[]){ sum, depth }, 2);
		o.kernel_height = o.kernel_width = 1;
		o.filters = 41 - channels;
		o.relu = true;
		int from = nn_dropout(&net, "drop", nn_conv_with(&net, "point", more, &o), 0.5);
		from = channels % 2 ? nn_maxpool(&net, "pool", from, 2)
				    : nn_avgpool(&net, "pool", from, 2, 3);
		from = nn_dense(&net, "hidden", from, 3 * channels, true, NN_HE_NORMAL);
		head(&net, nn_silu(&net, "silu", from), 7);
		check("all layers", &net, false);
	}
}

/* Activations, products, shuffled and padded channels, constants, windows that overlap. */
static void all_layers_without_weights_with_channels_in_the_lanes(void **state)
{
	(void)state;
	static const enum nn_kind smooth[] = { NN_TANH, NN_SIGMOID, NN_LEAKY_RELU, NN_GELU,
		NN_HARD_SWISH, NN_HARD_SIGMOID };
	for (int k = 0; k < 24; k++) {
		struct nn_net net = { 0 };
		const int channels = 2 + 2 * k, images = 1 + k % 3;
		int from = nn_normalize(
			&net, "constants", image(&net, images, 7 + k % 4, 6 + k % 5), k % 2 == 1);
		from = nn_conv(&net, "conv", from, channels, 2, 3, NN_SAME, false, NN_HE_NORMAL);
		from = nn_activation(&net, "smooth", from, smooth[k % 6], 0.1);
		const struct nn_pool_options window = { .height = 2 + k % 2,
			.width = 3,
			.stride = 1 + k % 3,
			.padding = k % 5 < 3 ? NN_SAME : NN_VALID,
			.stride_width = 1 + k % 2 };
		from = nn_pool_with(
			&net, k % 4 < 2 ? NN_MAXPOOL : NN_AVGPOOL, "window", from, &window);
		from = nn_shuffle(&net, "shuffle", from, 2);
		from = nn_pad_channels(&net, "pad", from, channels + k % 7);
		int gate = nn_global_avgpool(&net, "squeeze", from);
		gate = nn_activation(&net, "gate", gate, NN_SIGMOID, 0);
		const int gated = nn_multiply(&net, "gated", from, gate),
			  product = nn_multiply(&net, "product", gated, from);
		head(&net, product, 5);
		check("no weights", &net, false);
		float *params = calloc(net.parameter_count, sizeof(*params));
		for (int i = 0; nn_kernels_at(i); i++) {
			struct nn_channels *f = nn_channels_new(&net, params, nn_kernels_at(i));
			assert_non_null(f); /* not the way of a block */
			nn_channels_free(f);
		}
		free(params);
	}
}

/* A convolution without bias that is fused with its pooling. */
/* Tiles of every size, with and without edges; weights of several blocks of input channels. */
static void convolutions_and_normalisations_of_many_shapes(void **state)
{
	(void)state;
	static const int kernels[] = { 1, 3, 5, 2 }, filters[] = { 3, 8, 17, 24, 40, 49, 64 };
	for (int k = 0; k < 60; k++) {
		const int channels = k % 6 == 5 ? 1100 : (k % 6 == 4 ? 70 : 1 + k % 19);
		struct nn_net net = { 0 };
		struct nn_conv_options o = { .filters = filters[k % 7],
			.kernel_height = channels > 1000 ? 1 : kernels[k % 4],
			.kernel_width = channels > 1000 ? 1 : kernels[(k + k / 20) % 4],
			.stride = 1 + k % 3,
			.padding = k % 5 < 3 ? NN_SAME : NN_VALID,
			.relu = k % 9 == 8,
			.no_bias = k % 2,
			.init = NN_HE_NORMAL };
		int from = image(&net, channels, 5 + k % 4, 5 + k % 30);
		from = nn_conv_with(&net, "conv", from, &o);
		if (k % 8 < 6)
			from = nn_batchnorm(&net, "normal", from, 0.9, 1e-3);
		from = k % 3 == 0 ? nn_relu(&net, "relu", from)
				  : (k % 3 == 1 ? nn_relu6(&net, "relu6", from) : from);
		o.kernel_height = o.kernel_width = k % 4 == 3 ? 2 : 3;
		o.padding = NN_SAME;
		from = nn_depthwise(&net, "depthwise", from, &o);
		if (k % 8 > 2)
			from = nn_batchnorm(&net, "normal2", from, 0.9, 1e-3);
		head(&net, from, 2);
		char what[120];
		snprintf(what, sizeof(what), "number %d: %d to %d channels, %d wide, stride %d", k,
			channels, o.filters, 5 + k % 30, o.stride);
		check(what, &net, false);
	}
}

static void a_convolution_without_bias(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	const struct nn_conv_options options = {
		.filters = 4, .kernel_height = 3, .kernel_width = 3, .relu = true, .no_bias = true
	};
	int from = nn_conv_with(&net, "conv", image(&net, 1, 9, 9), &options);
	head(&net, nn_maxpool(&net, "pool", from, 2), 3);
	check("no bias", &net, true);
}

/* More units than a convolution may have filters. */
static void a_wide_dense_layer_without_bias(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	const int at = conv_pool(&net, image(&net, 1, 8, 8), 4);
	head(&net, nn_dense_without_bias(&net, "wide", at, 6000, false, NN_HE_NORMAL), 3);
	check("wide dense layer", &net, true);
}

static void probabilities_are_the_softmax_in_the_same_bits_everywhere(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	nn_output(&net, "out", image(&net, 11, 1, 1));
	static const float logits[3][11] = { { 0, 1, 2, 3, -4, 5, 6, -7, 8, 9, 9 },
		{ 1e4f, -1e4f, 0 }, { 3e38f, -3e38f, 1 } };
	for (int j = 0; j < 3; j++) {
		double e[11], sum = 0;
		float first[11], p[11];
		for (int c = 0; c < 11; c++)
			sum += e[c] =
				exp((double)logits[j][c] - (j == 0 ? 9 : (double)logits[j][0]));
		for (int i = 0; nn_kernels_at(i); i++) {
			struct nn_infer *f = nn_infer_new(&net, NULL, nn_kernels_at(i));
			assert_non_null(f);
			nn_infer_floats(f, logits[j]);
			nn_infer_probabilities(f, 0, i == 0 ? first : p);
			for (int c = 0; c < 11 && i == 0; c++)
				if (!(fabs(first[c] - e[c] / sum) <= 3e-7 * e[c] / sum + 2e-38))
					fail_msg("probability %d is %.9g, should be %.9g", c,
						first[c], e[c] / sum);
			if (i > 0)
				assert_memory_equal(first, p, sizeof(p));
			nn_infer_free(f);
		}
	}
}

/* A network by positions, by channels, and one of groups, which takes the way of a block. */
static void a_call_allocates_nothing(void **state)
{
	(void)state;
	static struct nn_net nets[4];
	paper_unified(&nets[0], (struct nn_shape){ 1, 28, 28 }, 10);
	head(&nets[1],
		nn_conv(&nets[1], "conv", image(&nets[1], 1, 28, 28), 5, 3, 3, NN_SAME, true,
			NN_HE_NORMAL),
		3);
	const struct nn_conv_options grouped = { .filters = 4,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride = 1,
		.padding = NN_SAME,
		.groups = 2,
		.init = NN_HE_NORMAL };
	head(&nets[2],
		nn_conv_with(&nets[2], "groups",
			nn_conv(&nets[2], "conv", image(&nets[2], 1, 28, 28), 4, 3, 3, NN_SAME,
				true, NN_HE_NORMAL),
			&grouped),
		3);
	assert_true(small_network_build("mobilenet-small", &nets[3]));
	static uint8_t pixels[32 * 32 * 3];
	for (int k = 0; k < 4; k++) {
		float *params = calloc(nets[k].parameter_count, sizeof(*params)), p[10];
		assert_true(nn_net_ok(&nets[k]));
		struct nn_infer *f = nn_infer_new(&nets[k], params, NULL);
		assert_non_null(f);
		const struct mallinfo2 before = mallinfo2();
		for (int i = 0; i < 100; i++) {
			nn_infer_bytes(f, pixels);
			nn_infer_probabilities(f, 0, p);
		}
		const struct mallinfo2 after = mallinfo2();
		assert_int_equal(before.uordblks, after.uordblks);
		assert_int_equal(before.hblkhd, after.hblkhd);
		assert_int_equal(before.fordblks, after.fordblks);
		nn_infer_free(f);
		free(params);
	}
	nn_infer_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_papers_networks_on_both_image_sizes),
		cmocka_unit_test(chains_of_one_to_three_convolutions_on_images_of_every_size),
		cmocka_unit_test(all_counts_of_channels_filters_and_classes),
		cmocka_unit_test(dense_layers_alone_and_side_by_side),
		cmocka_unit_test(an_image_may_be_its_own_logits),
		cmocka_unit_test(a_network_runs_by_channel_if_its_channels_fill_the_lanes),
		cmocka_unit_test(all_other_networks_have_channels_in_the_lanes),
		cmocka_unit_test(all_layers_with_channels_in_the_lanes),
		cmocka_unit_test(all_layers_without_weights_with_channels_in_the_lanes),
		cmocka_unit_test(convolutions_and_normalisations_of_many_shapes),
		cmocka_unit_test(a_convolution_without_bias),
		cmocka_unit_test(a_wide_dense_layer_without_bias),
		cmocka_unit_test(probabilities_are_the_softmax_in_the_same_bits_everywhere),
		cmocka_unit_test(a_call_allocates_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

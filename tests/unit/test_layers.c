/* test_layers.c - every kind of layer, forward and backward, against the oracle, at sizes below, at
 * and above every tile; the same bits from every kernel variant and number of threads. Layers under
 * test stand behind another layer with weights, whose gradients show the derivatives that they pass
 * back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const int channel_counts[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20, 21 };

/* A network that begins with a 1x1 convolution to `channels` channels; returns that layer. */
static int front(struct nn_net *net, int channels, int height, int width)
{
	int in = nn_input(net, "in", (struct nn_shape){ 2, height, width });
	return nn_conv(net, "front", in, channels, 1, 1, NN_VALID, false, NN_HE_NORMAL);
}

static void back(struct nn_net *net, int from)
{
	nn_output(net, "out", nn_dense(net, "back", from, 3, false, NN_HE_NORMAL));
}

/* Once in whole numbers, where every logit must be exact, and once in real ones. */
static void check_both(const char *what, const struct nn_net *net, uint64_t seed, uint32_t count)
{
	struct check c = { .what = what, .net = net, .seed = seed, .count = count };
	check_network(&c);
	c.exact = true;
	check_network(&c);
}

static void conv3x3_for_all_counts_of_channels_and_filters(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(channel_counts); i++)
		for (size_t k = 0; k < COUNT(channel_counts); k++) {
			int channels = channel_counts[i], filters = channel_counts[k];
			char what[80];
			snprintf(what, sizeof(what), "conv 3x3, %d channels, %d filters", channels,
				filters);
			struct nn_net net = { 0 };
			back(&net,
				nn_conv(&net, "conv", front(&net, channels, 6, 5), filters, 3, 3,
					NN_VALID, k % 2, NN_HE_NORMAL));
			check_both(what, &net, i * 100 + k, 2);
			struct nn_net same = { 0 };
			back(&same,
				nn_conv(&same, "conv", front(&same, channels, 3, 4), filters, 3, 3,
					NN_SAME, i % 2, NN_HE_NORMAL));
			check_both(what, &same, i * 100 + k, 2);
		}
}

static void conv3x3_relu_pool_for_all_counts_of_channels_and_filters(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(channel_counts); i++)
		for (size_t k = 0; k < COUNT(channel_counts); k++) {
			char what[80];
			snprintf(what, sizeof(what), "conv 3x3 relu pool, %d channels, %d filters",
				channel_counts[i], channel_counts[k]);
			struct nn_net net = { 0 };
			int conv = nn_conv(&net, "conv", front(&net, channel_counts[i], 6, 7),
				channel_counts[k], 3, 3, NN_VALID, true, NN_HE_NORMAL);
			back(&net, nn_maxpool(&net, "pool", conv, 2));
			check_both(what, &net, 20000 + i * 100 + k, 2);
		}
}

/* The first layer of a network has no layer to pass derivatives to: another path. */
static void conv3x3_on_the_image_for_all_counts_of_filters(void **state)
{
	(void)state;
	for (int channels = 1; channels <= 5; channels++)
		for (size_t k = 0; k < COUNT(channel_counts); k++)
			for (int pooled = 0; pooled < 2; pooled++) {
				char what[80];
				snprintf(what, sizeof(what),
					"conv 3x3 on an image of %d channels, %d filters%s",
					channels, channel_counts[k], pooled ? ", pool" : "");
				struct nn_net net = { 0 };
				int at = nn_input(&net, "in", (struct nn_shape){ channels, 7, 8 });
				at = nn_conv(&net, "conv", at, channel_counts[k], 3, 3, NN_VALID,
					true, NN_HE_NORMAL);
				back(&net, pooled ? nn_maxpool(&net, "pool", at, 2) : at);
				check_both(what, &net, 40000 + (uint64_t)channels * 100 + k, 2);
			}
}

static void conv3x3_relu_pool_for_all_maps(void **state)
{
	(void)state;
	for (int height = 4; height <= 13; height++)
		for (int width = 4; width <= 13; width++)
			for (int first = 0; first < 2; first++) {
				char what[80];
				snprintf(what, sizeof(what), "conv 3x3 relu pool, map %d x %d%s",
					height, width, first ? ", on the image" : "");
				struct nn_net net = { 0 };
				int at = first ? nn_input(
						 &net, "in", (struct nn_shape){ 2, height, width })
					       : front(&net, 3, height, width);
				at = nn_conv(
					&net, "conv", at, 4, 3, 3, NN_VALID, true, NN_HE_NORMAL);
				back(&net, nn_maxpool(&net, "pool", at, 2));
				check_both(what, &net, 60000 + (uint64_t)(height * 100 + width), 2);
			}
}

/* All maps up to 13 x 13 for each kernel, a third of them in each of three forms. */
static void every_kernel_on_maps_from_1x1_to_13x13(void **state)
{
	(void)state;
	static const int kernels[][2] = { { 1, 1 }, { 2, 3 }, { 3, 2 }, { 3, 3 }, { 4, 4 },
		{ 5, 5 }, { 0, 0 } }; /* 0: the whole map */
	for (size_t k = 0; k < COUNT(kernels); k++)
		for (int height = 1; height <= 13; height++)
			for (int width = 1; width <= 13; width++) {
				int kernel_height = kernels[k][0] ? kernels[k][0] : height,
				    kernel_width = kernels[k][1] ? kernels[k][1] : width;
				int form = (height + width * 2 + (int)k) % 3;
				bool same =
					form == 1 || kernel_height > height || kernel_width > width;
				char what[80];
				snprintf(what, sizeof(what), "conv %dx%d %s, map %d x %d",
					kernel_height, kernel_width, same ? "same" : "valid",
					height, width);
				struct nn_net net = { 0 };
				int at = nn_conv(&net, "conv", front(&net, 3, height, width), 4,
					kernel_height, kernel_width, same ? NN_SAME : NN_VALID,
					form > 0, NN_HE_NORMAL);
				struct nn_shape out = net.layers[at].shape;
				back(&net,
					form == 2 && out.height > 1 && out.width > 1
						? nn_maxpool(&net, "pool", at, 2)
						: at);
				struct check c = { .what = what,
					.net = &net,
					.seed = 80000 + k * 10000
						+ (uint64_t)(height * 100 + width),
					.count = 2 };
				c.exact = (height + width) / 3 % 2;
				check_network(&c);
			}
}

/* The wide convolution of the unified network and its neighbours. */
static void a_convolution_over_the_whole_map_for_all_counts_of_filters(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(channel_counts); k++)
		for (int side = 5; side <= 6; side++) {
			struct nn_net net = { 0 };
			back(&net,
				nn_conv(&net, "wide", front(&net, channel_counts[k], side, side),
					channel_counts[COUNT(channel_counts) - 1 - k], side, side,
					NN_VALID, true, NN_GLOROT_UNIFORM));
			check_both("wide convolution", &net, 200000 + k * 10 + (uint64_t)side, 3);
		}
}

static void dense_for_many_counts_of_inputs_and_units(void **state)
{
	(void)state;
	static const int sizes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 20, 31,
		32, 33, 63, 64, 65, 100 };
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t k = 0; k < COUNT(sizes); k++) {
			char what[80];
			snprintf(what, sizeof(what), "dense, %d inputs, %d units", sizes[i],
				sizes[k]);
			struct nn_net net = { 0 };
			int at = nn_dense(&net, "front",
				nn_input(&net, "in", (struct nn_shape){ 1, 1, 3 }), sizes[i], false,
				NN_HE_NORMAL);
			back(&net, nn_dense(&net, "dense", at, sizes[k], k % 2, NN_HE_NORMAL));
			check_both(what, &net, 210000 + i * 100 + k, 2);
		}
}

static void dense_flattens_channel_row_column(void **state)
{
	(void)state;
	for (int side = 1; side <= 6; side++) {
		struct nn_net net = { 0 };
		back(&net,
			nn_dense(&net, "dense", front(&net, 20, side, 7 - side), 10, false,
				NN_GLOROT_UNIFORM));
		check_both("dense on a map", &net, 220000 + (uint64_t)side, 3);
	}
}

/* In whole numbers nearly every window has equal maxima, zeros after ReLU among them. */
static void pooling_of_every_size_on_every_map(void **state)
{
	(void)state;
	for (int size = 1; size <= 5; size++)
		for (int height = size; height <= 13; height++)
			for (int width = size; width <= 13; width += 1 + height % 2) {
				char what[80];
				snprintf(what, sizeof(what), "pool %d, map %d x %d", size, height,
					width);
				struct nn_net net = { 0 };
				int at = front(&net, 3, height, width);
				if (height % 2)
					at = nn_relu(&net, "relu", at);
				back(&net, nn_maxpool(&net, "pool", at, size));
				check_both(what, &net,
					230000 + (uint64_t)(size * 10000 + height * 100 + width),
					2);
			}
}

/* Every window has four equal values: the slope must go to the first one alone, which the front's
 * weights show, as its two input channels are the row's and the column's number. */
static void of_equal_maxima_the_first_gets_the_slope(void **state)
{
	(void)state;
	for (int i = 0; nn_kernels_at(i); i++)
		for (int conv = 0; conv < 2; conv++) {
			struct nn_net net = { 0 };
			int at = nn_input(&net, "in", (struct nn_shape){ 2, 6, 6 });
			int size = conv ? 3 : 1; /* 3x3 before pooling is what the core fuses */
			at = nn_conv(
				&net, "front", at, 1, size, size, NN_VALID, true, NN_HE_NORMAL);
			at = nn_maxpool(&net, "pool", at, 2);
			nn_output(&net, "out", nn_dense(&net, "back", at, 2, false, NN_HE_NORMAL));
			assert_true(nn_net_ok(&net));
			uint8_t pixels[72], label = 0;
			for (int y = 0; y < 6; y++)
				for (int x = 0; x < 6; x++) {
					pixels[y * 6 + x] = (uint8_t)(51 * y / 2);
					pixels[36 + y * 6 + x] = (uint8_t)(51 * x / 2);
				}
			const struct nn_images images = {
				.pixels = pixels, .labels = &label, .shape = { 2, 6, 6 }, .count = 1
			};
			const uint32_t order[1] = { 0 };
			const struct nn_epoch e = { .images = &images, .order = order, .count = 1 };
			struct nn_trainer_options options = { .kernels = nn_kernels_at(i),
				.batch_size = 1,
				.threads = 1,
				.optimizer = { .kind = NN_SGD, .lr = 1 } };
			struct nn_trainer *t = nn_trainer_new(&net, &options);
			assert_non_null(t);
			/* front: kernel 0, bias 1, so that all outputs are 1; back: first unit 1 of
			 * each, second 0 */
			float *params = nn_trainer_params(t);
			params[net.tensors[1].offset] = 1;
			size_t inputs = net.tensors[2].count / 2;
			for (size_t k = 0; k < inputs; k++)
				params[net.tensors[2].offset + k] = 0.5f;
			struct nn_score score;
			const float *g = nn_gradients(t, &e, false, &score);
			double slope =
				g[net.tensors[1].offset] / (double)inputs; /* of one window */
			assert_true(slope < 0);
			for (int c = 0; c < 2; c++)
				for (int k = 0; k < size * size; k++) {
					double want = 0;
					for (int y = 0; y + size <= 5;
						y += 2) /* the first place of each window */
						for (int x = 0; x + size <= 5; x += 2)
							want += slope
								* pixels[c * 36 + (y + k / size) * 6
									+ x + k % size]
								/ 255;
					double got = g[net.tensors[0].offset
						+ (size_t)(c * size * size + k)];
					if (!(got - want < 1e-6 && want - got < 1e-6))
						fail_msg("%s, kernel %d: gradient %d of channel %d "
							 "is %g, expected %g",
							nn_kernels_name(nn_kernels_at(i)), size, k,
							c, got, want);
				}
			nn_trainer_free(t);
		}
}

/* The core runs some sequences as one kernel. None of these variations of such a sequence may
 * change what is computed. */
static void sequences_near_the_fused_one(void **state)
{
	(void)state;
	for (int form = 0; form < 12; form++)
		for (int side = 8; side <= 9; side++) {
			char what[80];
			snprintf(what, sizeof(what), "sequence %d, map %d x %d", form, side,
				side + 1);
			struct nn_net net = { 0 };
			int at = front(&net, 3, side, side + 1);
			int kernel = form == 6 ? 5 : form == 7 ? 2 : 3;
			int conv = nn_conv(&net, "conv", at, 5, kernel, kernel,
				form == 8 ? NN_SAME : NN_VALID, form != 0 && form != 1,
				NN_HE_NORMAL);
			at = conv;
			if (form == 1 || form == 2) /* a ReLU of its own, alone or after the
						       built-in one */
				at = nn_relu(&net, "relu", at);
			if (form == 3)
				at = nn_dropout(&net, "drop", at, .5);
			at = nn_maxpool(&net, "pool", at, form == 4 ? 3 : form == 5 ? 1 : 2);
			if (form == 9) /* the convolution is read a second time */
				back(&net, conv);
			if (form == 10)
				at = nn_maxpool(&net, "again", at, 2);
			if (form == 11) { /* pooled twice */
				int two[] = { at, nn_maxpool(&net, "pool2", conv, 2) };
				at = nn_concat(&net, "joined", two, 2);
			}
			back(&net, at);
			check_both(what, &net, 300000 + (uint64_t)(form * 10 + side), 5);
		}
}

static void branches_join_and_split(void **state)
{
	(void)state;
	for (int form = 0; form < 8; form++) {
		char what[80];
		snprintf(what, sizeof(what), "branches %d", form);
		struct nn_net net = { 0 };
		int trunk = front(&net, 3, 6, 5), parts[NN_LAYER_INPUTS_MAX];
		parts[0] = nn_conv(&net, "a", trunk, 2, 3, 3, NN_SAME, true, NN_HE_NORMAL);
		parts[1] = form == 0
			? parts[0]
			: nn_conv(&net, "b", trunk, 5, 1, 1, NN_VALID, false, NN_HE_NORMAL);
		parts[2] = form == 1 ? trunk : nn_relu(&net, "c", trunk);
		parts[3] = form == 2 ? net.inputs[0] : nn_dropout(&net, "d", parts[1], .5);
		int at = nn_concat(&net, "joined", parts, form < 4 ? 4 : form - 3);
		if (form == 3) { /* a concatenation in a concatenation */
			int two[] = { at, trunk };
			at = nn_concat(&net, "again", two, 2);
		}
		if (form == 6) /* two losses on one trunk */
			back(&net, nn_maxpool(&net, "pool", trunk, 2));
		if (form == 7) /* computed, but no loss depends on it */
			nn_dense(&net, "unused", at, 4, true, NN_HE_NORMAL);
		back(&net, nn_conv(&net, "last", at, 4, 3, 3, NN_VALID, true, NN_HE_NORMAL));
		check_both(what, &net, 310000 + (uint64_t)form, 5);
	}
}

static void several_losses_with_different_numbers_of_classes(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int trunk = front(&net, 3, 4, 4);
	for (int classes = 2; classes <= 11; classes += 3) {
		char name[NN_NAME_MAX];
		snprintf(name, sizeof(name), "head%d", classes);
		nn_output(&net, "out", nn_dense(&net, name, trunk, classes, false, NN_HE_NORMAL));
	}
	check_both("four losses", &net, 320000, 17);
}

static void a_loss_for_every_number_of_classes(void **state)
{
	(void)state;
	static const int classes[] = { 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 33, 100, 255, 256 };
	for (size_t k = 0; k < COUNT(classes); k++) {
		struct nn_net net = { 0 };
		nn_output(&net, "out",
			nn_dense(&net, "logits", front(&net, 2, 3, 3), classes[k], false,
				NN_HE_NORMAL));
		check_both("classes", &net, 330000 + k, 18);
	}
}

static void batches_of_every_size_around_the_block(void **state)
{
	(void)state;
	static const uint32_t counts[] = { 1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 49 };
	for (size_t k = 0; k < COUNT(counts); k++)
		for (int larger = 0; larger < 2; larger++) {
			char what[80];
			snprintf(what, sizeof(what), "%u images", counts[k]);
			struct nn_net net = { 0 };
			paper_unified(&net, (struct nn_shape){ 2, 11, 10 }, 10);
			const struct check c = { .what = what,
				.net = &net,
				.seed = 400000 + k,
				.count = counts[k],
				.batch_size = larger ? 64 : 0,
				.exact = larger,
				.threads = true };
			check_network(&c);
		}
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
			struct check c = { .what = "paper",
				.net = &net,
				.seed = 500000 + (uint64_t)k,
				.count = k ? 17 : 3 };
			check_network(&c);
		}
}

/* One network input sees augmented images, the other the originals. */
static void the_dual_network_with_one_augmented_input(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_dual(&net, (struct nn_shape){ 1, 28, 28 }, 10);
	const struct nn_augment augment = { .rotation = .1, .zoom = .2, .translation = .2 };
	struct check c = { .what = "dual",
		.net = &net,
		.seed = 510000,
		.count = 19,
		.augment = &augment,
		.augmented = { false, true },
		.phase = 1,
		.epoch = 3 };
	check_network(&c);
}

static void an_image_may_be_its_own_logits(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	nn_output(&net, "out", nn_input(&net, "in", (struct nn_shape){ 4, 1, 1 }));
	check_both("no weights", &net, 520000, 17);
}

/* Logits far apart: probabilities underflow, the loss is large, nothing is NaN. */
static void logits_may_be_far_apart(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	nn_output(&net, "out",
		nn_dense(&net, "logits", nn_input(&net, "in", (struct nn_shape){ 1, 1, 1 }), 3,
			false, NN_HE_NORMAL));
	const uint8_t pixels[2] = { 255, 255 }, labels[2] = { 0, 1 };
	const struct nn_images images = {
		.pixels = pixels, .labels = labels, .shape = { 1, 1, 1 }, .count = 2
	};
	const uint32_t order[2] = { 0, 1 };
	const struct nn_epoch e = { .images = &images, .order = order, .count = 2 };
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer_options options = { .kernels = nn_kernels_at(i),
			.batch_size = 2,
			.threads = 1,
			.optimizer = { .kind = NN_SGD, .lr = 1 } };
		struct nn_trainer *t = nn_trainer_new(&net, &options);
		assert_non_null(t);
		const float weights[6] = { 1e4f, -1e4f, 0, 0, 0, 0 };
		memcpy(nn_trainer_params(t), weights, sizeof(weights));
		struct nn_score score;
		const float *g = nn_gradients(t, &e, false, &score);
		assert_true(score.loss_sum[0]
			== 20000); /* 0 for the first image, 20,000 for the second */
		assert_true(g[0] == .5f && g[1] == -.5f && g[2] >= 0
			&& g[2] <= 0x1p-125f); /* the third probability is e^-10000 */
		assert_int_equal(score.correct[0], 1);
		nn_trainer_free(t);
	}
}

static void frozen_tensors_have_no_gradient_and_the_others_are_unchanged(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	paper_unified(&net, (struct nn_shape){ 1, 12, 12 }, 10);
	struct check_images images =
		check_images_new(1, (struct nn_shape){ 1, 12, 12 }, 33, 10, false);
	uint32_t order[33];
	const struct check c = { .net = &net, .seed = 2, .count = 33 };
	const struct nn_epoch e = check_epoch(&c, &images, order);
	float *params = calloc(net.parameter_count, sizeof(float)),
	      *all = calloc(net.parameter_count, sizeof(float));
	assert_true(params && all);
	check_params(3, &net, false, params);
	uint64_t seed = 4;
	for (int trial = -1; trial < net.tensor_count + 20;
		trial++) { /* nothing, each tensor alone, random sets, everything */
		bool frozen[2 * NN_LAYERS_MAX] = { false };
		for (int k = 0; k < net.tensor_count && trial >= 0; k++)
			frozen[k] = trial < net.tensor_count ? k == trial
				: trial == net.tensor_count  ? true
							     : check_below(&seed, 2);
		for (int i = 0; nn_kernels_at(i); i++) {
			struct nn_trainer_options options = { .kernels = nn_kernels_at(i),
				.batch_size = 33,
				.threads = 1 + i % 2,
				.frozen = frozen,
				.optimizer = { .kind = NN_SGD, .lr = 1 } };
			struct nn_trainer *t = nn_trainer_new(&net, &options);
			assert_non_null(t);
			memcpy(nn_trainer_params(t), params, net.parameter_count * sizeof(float));
			struct nn_score score;
			const float *g = nn_gradients(t, &e, false, &score);
			if (trial < 0 && i == 0)
				memcpy(all, g, net.parameter_count * sizeof(float));
			for (int k = 0; k < net.tensor_count; k++)
				for (size_t j = net.tensors[k].offset;
					j < net.tensors[k].offset + net.tensors[k].count; j++)
					if (frozen[k] ? g[j] != 0
						      : memcmp(&g[j], &all[j], sizeof(float)) != 0)
						fail_msg("trial %d, %s: gradient of %s (%s) is %g, "
							 "without freezing %g",
							trial, nn_kernels_name(nn_kernels_at(i)),
							net.tensors[k].name,
							frozen[k] ? "frozen" : "trained", g[j],
							all[j]);
			nn_trainer_free(t);
		}
	}
	free(params);
	free(all);
	check_images_free(&images);
}

static void variants_are_found_by_name_from_the_plainest(void **state)
{
	(void)state;
	assert_string_equal(nn_kernels_name(nn_kernels_at(0)), "plain");
	int count = 0;
	for (; nn_kernels_at(count); count++)
		assert_ptr_equal(nn_kernels_find(nn_kernels_name(nn_kernels_at(count))),
			nn_kernels_at(count));
	assert_ptr_equal(nn_kernels_find(NULL), nn_kernels_at(count - 1));
	assert_null(nn_kernels_at(count + 1));
	assert_null(nn_kernels_find("abacus"));
	assert_null(nn_kernels_find(""));
}

static void options_out_of_range_are_refused(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	back(&net, front(&net, 2, 3, 3));
	static const struct {
		int batch_size, threads;
		bool fine;
	} cases[] = {
		{ 1, 1, true },
		{ 4096, 1, true },
		{ 0, 1, false },
		{ -1, 1, false },
		{ 4097, 1, false },
		{ 32, 0, false },
		{ 32, -1, false },
		{ 32, NN_THREADS_MAX, true },
		{ 32, NN_THREADS_MAX + 1, false },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct nn_trainer_options options = { .batch_size = cases[i].batch_size,
			.threads = cases[i].threads,
			.optimizer = { .kind = NN_SGD, .lr = 1 } };
		struct nn_trainer *t = nn_trainer_new(&net, &options);
		if ((t != NULL) != cases[i].fine)
			fail_msg("batch size %d and %d threads: %s", cases[i].batch_size,
				cases[i].threads, t ? "accepted" : "refused");
		nn_trainer_free(t);
	}
	nn_trainer_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variants_are_found_by_name_from_the_plainest),
		cmocka_unit_test(options_out_of_range_are_refused),
		cmocka_unit_test(conv3x3_for_all_counts_of_channels_and_filters),
		cmocka_unit_test(conv3x3_relu_pool_for_all_counts_of_channels_and_filters),
		cmocka_unit_test(conv3x3_on_the_image_for_all_counts_of_filters),
		cmocka_unit_test(conv3x3_relu_pool_for_all_maps),
		cmocka_unit_test(every_kernel_on_maps_from_1x1_to_13x13),
		cmocka_unit_test(a_convolution_over_the_whole_map_for_all_counts_of_filters),
		cmocka_unit_test(dense_for_many_counts_of_inputs_and_units),
		cmocka_unit_test(dense_flattens_channel_row_column),
		cmocka_unit_test(pooling_of_every_size_on_every_map),
		cmocka_unit_test(of_equal_maxima_the_first_gets_the_slope),
		cmocka_unit_test(sequences_near_the_fused_one),
		cmocka_unit_test(branches_join_and_split),
		cmocka_unit_test(several_losses_with_different_numbers_of_classes),
		cmocka_unit_test(a_loss_for_every_number_of_classes),
		cmocka_unit_test(batches_of_every_size_around_the_block),
		cmocka_unit_test(the_papers_networks_on_both_image_sizes),
		cmocka_unit_test(the_dual_network_with_one_augmented_input),
		cmocka_unit_test(an_image_may_be_its_own_logits),
		cmocka_unit_test(logits_may_be_far_apart),
		cmocka_unit_test(frozen_tensors_have_no_gradient_and_the_others_are_unchanged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

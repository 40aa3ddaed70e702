/* test_wide_layers.c - strided and depthwise convolution, average pooling, sums, ReLU6, SiLU, batch
 * normalisation, soft labels: forward and backward against tests/oracle/wide.h, the same bits from
 * every kernel variant and number of threads; the oracle's own gradients against differences of its
 * loss. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/check.h"
#include "tests/oracle/check_wide.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void *zeros(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);
	assert_non_null(p);
	return p;
}

static bool ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);
	return a >= b && strcmp(name + a - b, end) == 0;
}

static size_t classes_of(const struct nn_net *net)
{
	return nn_shape_size(net->layers[net->outputs[0]].shape);
}

/* ---- networks ---- */

/* A network that begins with a 1x1 convolution to `channels` channels, whose gradients show the
 * derivatives that are passed back. */
static int front(struct nn_net *net, int channels, int height, int width)
{
	int in = nn_input(net, "in", (struct nn_shape){ 2, height, width });
	return nn_conv(net, "front", in, channels, 1, 1, NN_VALID, false, NN_HE_NORMAL);
}

static void back(struct nn_net *net, int from)
{
	nn_output(net, "out", nn_dense(net, "back", from, 3, false, NN_HE_NORMAL));
}

static void check_net(const char *what, const struct nn_net *net, uint64_t seed, uint32_t count)
{
	check_wide(&(struct wide_check){
		.what = what, .net = net, .seed = seed, .count = count, .training = true });
}

static void strided_and_depthwise_convolutions_of_every_form(void **state)
{
	(void)state;
	static const int kernels[][2] = { { 1, 1 }, { 2, 3 }, { 3, 3 }, { 5, 4 } };
	static const int maps[][2] = { { 1, 1 }, { 4, 7 }, { 5, 5 }, { 8, 6 }, { 13, 12 },
		{ 5, 16 }, { 3, 28 } };
	for (size_t k = 0; k < COUNT(kernels); k++)
		for (size_t m = 0; m < COUNT(maps); m++)
			for (int stride = 1; stride <= 5; stride++)
				for (int form = 0; form < 4; form++) {
					const bool depthwise = form % 2,
						   same = form / 2 || kernels[k][0] > maps[m][0]
						|| kernels[k][1] > maps[m][1];
					const struct nn_conv_options o = { .filters = 6,
						.kernel_height = kernels[k][0],
						.kernel_width = kernels[k][1],
						.stride = stride,
						.padding = same ? NN_SAME : NN_VALID,
						.relu = stride % 2,
						.no_bias = stride == 2 };
					if (!depthwise && stride == 1 && !o.no_bias)
						continue; /* test_layers.c */
					char what[80];
					snprintf(what, sizeof(what),
						"%s %dx%d, stride %d, %s, map %dx%d",
						depthwise ? "depthwise" : "conv", kernels[k][0],
						kernels[k][1], stride, same ? "same" : "valid",
						maps[m][0], maps[m][1]);
					struct nn_net net = { 0 };
					int from = front(&net, 4, maps[m][0], maps[m][1]);
					back(&net,
						depthwise ? nn_depthwise(&net, "conv", from, &o)
							  : nn_conv_with(&net, "conv", from, &o));
					check_net(what, &net,
						k * 1000 + m * 100 + (uint64_t)(stride * 10 + form),
						2);
				}
}

static void strided_convolutions_of_every_count_of_channels(void **state)
{
	(void)state;
	static const int counts[] = { 1, 2, 3, 5, 6, 8, 9, 11 };
	for (size_t i = 0; i < COUNT(counts); i++)
		for (size_t f = 0; f < COUNT(counts); f++) {
			struct nn_net net = { 0 };
			const struct nn_conv_options o = { .filters = counts[f],
				.kernel_height = 3,
				.kernel_width = 3,
				.stride = 2,
				.padding = i % 2 ? NN_SAME : NN_VALID };
			back(&net, nn_conv_with(&net, "conv", front(&net, counts[i], 9, 10), &o));
			check_net("strided", &net, 2000 + i * 10 + f, 2);
		}
}

/* A strided valid convolution leaves rows unread, and a pooling behind it leaves more: the core
 * computes only what is read. */
static void what_nobody_reads_changes_nothing(void **state)
{
	(void)state;
	for (int form = 0; form < 6; form++) {
		struct nn_net net = { 0 };
		const struct nn_conv_options o = {
			.filters = 5, .kernel_height = 3, .kernel_width = 2, .stride = 2
		};
		int at = nn_conv(&net, "before", front(&net, 3, 14, 15), 4, 2, 2,
			form % 2 ? NN_SAME : NN_VALID, true, NN_HE_NORMAL);
		at = form < 3 ? nn_conv_with(&net, "strided", at, &o)
			      : nn_depthwise(&net, "strided", at, &o);
		if (form % 3 == 1)
			at = nn_avgpool(&net, "pool", at, 2, 3);
		if (form % 3 == 2)
			at = nn_conv_with(&net, "again", at, &o);
		back(&net, at);
		check_net("unread rows", &net, 2200 + (uint64_t)form, 3);
	}
}

/* 3x3, ReLU and pooling 2 are one kernel, but not with a stride, and without a bias, too. */
static void the_fused_sequence_with_stride_or_without_bias(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		struct nn_net net = { 0 };
		const struct nn_conv_options o = { .filters = 5,
			.kernel_height = 3,
			.kernel_width = 3,
			.stride = 1 + form % 2,
			.relu = true,
			.no_bias = form / 2 };
		back(&net,
			nn_maxpool(&net, "pool",
				nn_conv_with(&net, "conv", front(&net, 3, 11, 12), &o), 2));
		check_net("near the fused sequence", &net, 2300 + (uint64_t)form, 3);
	}
}

static void average_pooling_of_every_window(void **state)
{
	(void)state;
	for (int height = 1; height <= 4; height++)
		for (int width = 1; width <= 4; width++)
			for (int map = 4; map <= 9; map++) {
				struct nn_net net = { 0 };
				back(&net,
					nn_avgpool(&net, "pool", front(&net, 3, map, 13 - map),
						height, width));
				check_net("average pooling", &net,
					3000 + (uint64_t)(height * 100 + width * 10 + map), 2);
			}
	struct nn_net net = { 0 };
	int pooled = nn_global_avgpool(&net, "pool", front(&net, 5, 7, 8));
	assert_int_equal(net.layers[pooled].shape.height * net.layers[pooled].shape.width, 1);
	back(&net, pooled);
	check_net("global average pooling", &net, 3500, 17);
}

static void sums_of_branches(void **state)
{
	(void)state;
	for (int form = 0; form < 5; form++) {
		struct nn_net net = { 0 };
		int trunk = front(&net, 4, 6, 5), parts[4];
		parts[0] = nn_conv(&net, "a", trunk, 4, 3, 3, NN_SAME, true, NN_HE_NORMAL);
		parts[1] = trunk;
		parts[2] = form == 3 ? trunk : nn_relu(&net, "c", trunk);
		parts[3] = form == 2
			? parts[0]
			: nn_conv(&net, "d", parts[0], 4, 1, 1, NN_VALID, false, NN_HE_NORMAL);
		int at = nn_add(&net, "sum", parts, form == 4 ? 2 : form < 2 ? 2 + form : 4);
		at = nn_maxpool(&net, "pool", at, 2); /* drops the last column */
		back(&net, at);
		check_net("sum", &net, 4000 + (uint64_t)form, 3);
	}
}

static void relu6_and_silu(void **state)
{
	(void)state;
	for (int form = 0; form < 8; form++) {
		struct nn_net net = { 0 };
		int at = front(&net, 3, 5, 4);
		for (int depth = 0; depth < 1 + form / 4; depth++) {
			at = nn_conv(&net, "wide", at, 8, 3, 3, NN_SAME, false, NN_HE_NORMAL);
			at = form % 2 ? nn_silu(&net, "act", at) : nn_relu6(&net, "act", at);
		}
		back(&net, form % 4 >= 2 ? nn_maxpool(&net, "pool", at, 2) : at);
		check_net(form % 2 ? "SiLU" : "ReLU6", &net, 5000 + (uint64_t)form, 4);
	}
}

/* One unit whose input is the weight itself: values far out, at the kinks and NaN, in every
 * variant. */
static void activations_far_out_and_at_their_kinks(void **state)
{
	(void)state;
	static const struct {
		float x;
		double relu6, relu6_slope, silu, silu_slope;
	} cases[] = {
		{ 0, 0, 0, 0, .5 },
		{ 6, 6, 0, 5.985164261060192, 1.0123653 },
		{ 7, 6, 0, 6.993622685, 1.0054620 },
		{ -1, 0, 0, -.2689414213699951, .0723295 },
		{ 3, 3, 1, 2.8577223804673, 1.0881041 },
		{ 100, 6, 0, 100, 1 },
		{ -100, 0, 0, -1.6e-36, -1.6e-36 },
		{ 1e30f, 6, 0, 1e30, 1 },
	};
	const uint8_t pixel = 255, label = 0;
	const struct nn_images images = {
		.pixels = &pixel, .labels = &label, .shape = { 1, 1, 1 }, .count = 1
	};
	const uint32_t order[1] = { 0 };
	const struct nn_epoch e = { .images = &images, .order = order, .count = 1 };
	for (int silu = 0; silu < 2; silu++) {
		struct nn_net net = { 0 };
		int at = nn_dense(
			&net, "x", nn_input(&net, "in", images.shape), 1, false, NN_HE_NORMAL);
		at = silu ? nn_silu(&net, "act", at) : nn_relu6(&net, "act", at);
		nn_output(&net, "out", nn_dense(&net, "back", at, 2, false, NN_HE_NORMAL));
		for (int i = 0; nn_kernels_at(i); i++)
			for (size_t k = 0; k < COUNT(cases); k++) {
				struct nn_trainer_options options = { .kernels = nn_kernels_at(i),
					.batch_size = 1,
					.threads = 1,
					.optimizer = { .kind = NN_SGD, .lr = 1 } };
				struct nn_trainer *t = nn_trainer_new(&net, &options);
				assert_non_null(t);
				float *p = nn_trainer_params(t), logits[2];
				p[net.tensors[0].offset] = cases[k].x;
				p[net.tensors[2].offset] =
					1; /* the first logit is the activation, the second 0 */
				struct nn_score score;
				nn_logits(t, &images, order, 1, 0, logits);
				double want = silu ? cases[k].silu : cases[k].relu6;
				if (!(fabs(logits[0] - want) <= 1e-6 * fabs(want) + 1e-35))
					fail_msg("%s of %g is %.9g, not %.9g",
						silu ? "SiLU" : "ReLU6", (double)cases[k].x,
						(double)logits[0], want);
				const float *g = nn_gradients(t, &e, true, &score);
				double slope = (1 / (1 + exp(-want)) - 1)
					* (silu ? cases[k].silu_slope : cases[k].relu6_slope);
				if (!(fabs(g[net.tensors[0].offset] - slope) <= 1e-6))
					fail_msg("slope of %s at %g gives %.9g, not %.9g",
						silu ? "SiLU" : "ReLU6", (double)cases[k].x,
						(double)g[net.tensors[0].offset], slope);
				p[net.tensors[0].offset] = NAN;
				nn_logits(t, &images, order, 1, 0, logits);
				assert_true(isnan(logits[0])); /* a training that has diverged is
								  seen to have */
				nn_trainer_free(t);
			}
	}
}

static void soft_labels_and_mixed_images(void **state)
{
	(void)state;
	static const int classes[] = { 2, 3, 10, 17 };
	static const uint32_t counts[] = { 1, 2, 15, 16, 17, 33, 48 };
	for (size_t k = 0; k < COUNT(classes); k++)
		for (size_t n = 0; n < COUNT(counts); n++)
			for (int form = 1; form < 4; form++) {
				struct nn_net net = { 0 };
				nn_output(&net, "out",
					nn_dense(&net, "logits", front(&net, 2, 3, 3), classes[k],
						false, NN_HE_NORMAL));
				const struct wide_check c = { .what = form == 1 ? "smoothed labels"
						: form == 2                     ? "mixed"
							    : "mixed and smoothed",
					.net = &net,
					.seed = 6000 + k * 10 + n,
					.count = counts[n],
					.training = true,
					.label_smoothing = form & 1 ? .15 : 0,
					.mixup = form & 2 ? .4 + (double)n : 0 };
				check_wide(&c);
			}
}

/* ---- batch normalisation ---- */

/* A small residual network of the kind that these layers are for. */
static void build_residual(struct nn_net *net)
{
	int at = nn_input(net, "in", (struct nn_shape){ 2, 9, 8 });
	const struct nn_conv_options first = { .filters = 6,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride = 2,
		.padding = NN_SAME,
		.no_bias = true };
	at = nn_relu(net, "relu1",
		nn_batchnorm(net, "bn1", nn_conv_with(net, "conv1", at, &first), .99, 1e-3));
	const struct nn_conv_options depthwise = {
		.kernel_height = 3, .kernel_width = 3, .padding = NN_SAME, .no_bias = true
	};
	int b = nn_relu6(net, "relu2",
		nn_batchnorm(net, "bn2", nn_depthwise(net, "conv2", at, &depthwise), .9, 1e-2));
	b = nn_batchnorm(net, "bn3",
		nn_conv(net, "conv3", b, 6, 1, 1, NN_VALID, false, NN_HE_NORMAL), .99, 1e-3);
	at = nn_silu(net, "silu", nn_add(net, "sum", (int[]){ at, b }, 2));
	at = nn_global_avgpool(net, "pool", at);
	nn_output(net, "out", nn_dense(net, "logits", at, 4, false, NN_GLOROT_UNIFORM));
}

static void batch_normalisation_in_training_and_evaluation(void **state)
{
	(void)state;
	static const uint32_t counts[] = { 2, 7, 15, 16, 17, 32, 33, 47 };
	for (size_t n = 0; n < COUNT(counts); n++)
		for (int form = 0; form < 6; form++) {
			struct nn_net net = { 0 };
			if (form < 3) {
				int at = form == 0
					? nn_input(&net, "in", (struct nn_shape){ 3, 4, 5 })
					: front(&net, 3 + 14 * (form == 2), 4, 5);
				at = nn_batchnorm(&net, "bn", at, .99, 1e-3);
				if (form > 0) /* drops a column, which counts in the statistics */
					at = nn_maxpool(&net, "pool",
						form == 1 ? at : nn_silu(&net, "silu", at), 2);
				back(&net, at);
			} else {
				build_residual(&net);
			}
			struct wide_check c = { .what = "batch normalisation",
				.net = &net,
				.seed = 7000 + n * 10 + (uint64_t)form,
				.count = counts[n],
				.training = true,
				.label_smoothing = form == 4 ? .1 : 0,
				.mixup = form == 5 ? 1 : 0 };
			check_wide(&c);
			c.training = false;
			check_wide(&c);
		}
}

/* Frozen alone, gamma or beta changes nothing else; both frozen, the moving statistics are used. */
static void frozen_batch_normalisation_uses_the_moving_statistics(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	build_residual(&net);
	for (int form = 0; form < 5; form++) {
		bool frozen[2 * NN_LAYERS_MAX] = { false };
		for (int k = 0; k < net.tensor_count; k++) {
			const char *name = net.tensors[k].name;
			frozen[k] = (form == 0 && ends_with(name, "gamma"))
				|| (form == 1 && strncmp(name, "bn2", 3) == 0)
				|| (form == 2 && strncmp(name, "bn", 2) == 0)
				|| (form == 3 && strncmp(name, "conv1", 5) == 0)
				|| (form == 4 && strncmp(name, "logits", 6) != 0);
		}
		const struct wide_check c = { .what = "frozen batch normalisation",
			.net = &net,
			.seed = 7300 + (uint64_t)form,
			.count = 21,
			.training = true,
			.frozen = frozen };
		check_wide(&c);
	}
}

/* Two losses, a normalisation that no loss reads, and one on a layer that two others read. */
static void batch_normalisation_in_branches(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int trunk = front(&net, 4, 5, 5), a = nn_batchnorm(&net, "a", trunk, .99, 1e-3),
	    b = nn_batchnorm(&net, "b", trunk, .99, 1e-3);
	nn_batchnorm(&net, "unread", a, .99, 1e-3);
	int joined = nn_concat(&net, "joined", (int[]){ a, trunk, b }, 3);
	back(&net,
		nn_conv(&net, "last", nn_batchnorm(&net, "c", joined, .99, 1e-3), 3, 3, 3, NN_VALID,
			true, NN_HE_NORMAL));
	check_net("branches", &net, 7400, 35);
}

/* After a step: moving = moving * momentum + the batch's * (1 - momentum), the batch's found by the
 * oracle; nothing else moves it. */
static void moving_statistics_follow_the_batches(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	build_residual(&net);
	struct check_images images = check_images_new(7500, net.layers[0].shape, 37, 4, false);
	uint32_t order[37];
	for (uint32_t i = 0; i < 37; i++)
		order[i] = i;
	const struct nn_epoch e = {
		.images = &images.images, .order = order, .count = 37, .seed = 1
	};
	float *params = zeros(net.parameter_count, sizeof(float));
	check_wide_params(7501, &net, params);
	const struct wide_check c = {
		.what = "moving statistics", .net = &net, .count = 37, .training = true
	};
	struct wide *w = check_wide_oracle(&c, &e, params, true);
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer_options options = { .kernels = nn_kernels_at(i),
			.batch_size = 40,
			.threads = 1 + i % 2,
			.optimizer = {
				.kind = NN_SGD, .lr = .1, .momentum = .9, .weight_decay = .1 } };
		struct nn_trainer *t = nn_trainer_new(&net, &options);
		assert_non_null(t);
		memcpy(nn_trainer_params(t), params, net.parameter_count * sizeof(float));
		struct nn_score score;
		assert_int_equal(nn_train_epoch(t, &e, &score), -1);
		for (int l = 0; l < net.layer_count; l++) {
			const struct nn_layer *layer = &net.layers[l];
			for (int m = 0; m < 2 && layer->kind == NN_BATCHNORM; m++)
				for (int k = 0; k < layer->shape.channels; k++) {
					size_t at = net.tensors[m ? layer->variance_tensor
								  : layer->mean_tensor]
							    .offset
						+ (size_t)k;
					struct wide_number of_batch =
						m ? w->batch_variance[l][k] : w->batch_mean[l][k];
					double want = params[at] * layer->momentum
						+ of_batch.value * (1 - layer->momentum);
					check_wide_close(&c, layer->name, at,
						nn_trainer_params(t)[at],
						(struct wide_number){
							want, of_batch.error + fabs(want) });
				}
		}
		nn_trainer_free(t);
	}
	wide_free(w);
	free(params);
	check_images_free(&images);
}

static void a_constant_channel_stays_finite_and_one_image_is_a_batch(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	back(&net,
		nn_batchnorm(
			&net, "bn", nn_input(&net, "in", (struct nn_shape){ 2, 2, 2 }), .99, 1e-3));
	uint8_t pixels[8] = { 7, 7, 7, 7, 200, 200, 200, 200 }, label = 1;
	const struct nn_images images = {
		.pixels = pixels, .labels = &label, .shape = { 2, 2, 2 }, .count = 1
	};
	const uint32_t order[1] = { 0 };
	const struct nn_epoch e = { .images = &images, .order = order, .count = 1 };
	for (int i = 0; nn_kernels_at(i); i++) {
		struct nn_trainer_options options = { .kernels = nn_kernels_at(i),
			.batch_size = 1,
			.threads = 1,
			.optimizer = { .kind = NN_SGD, .lr = 1 } };
		struct nn_trainer *t = nn_trainer_new(&net, &options);
		assert_non_null(t);
		nn_init_net(&net, 1, nn_trainer_params(t));
		struct nn_score score;
		nn_gradients(t, &e, true, &score);
		assert_true(score.loss_sum[0]
			== (double)logf(3)); /* x - mean is 0: so are the logits */
		nn_trainer_free(t);
	}
}

static void normalisation_starts_as_keras_has_it(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	back(&net, nn_batchnorm(&net, "bn", front(&net, 3, 2, 2), .99, 1e-3));
	float *params = zeros(net.parameter_count, sizeof(float));
	nn_init_net(&net, 1, params);
	static const struct {
		const char *name;
		float start;
		bool moving;
	} tensors[] = { { "bn/gamma", 1, false }, { "bn/beta", 0, false },
		{ "bn/moving_mean", 0, true }, { "bn/moving_variance", 1, true } };
	for (size_t k = 0; k < COUNT(tensors); k++) {
		const struct nn_tensor *t = nn_net_tensor(&net, tensors[k].name);
		assert_non_null(t);
		assert_int_equal(t->count, 3);
		assert_int_equal(t->moving, tensors[k].moving);
		for (size_t i = 0; i < 3; i++)
			assert_true(params[t->offset + i] == tensors[k].start);
	}
	free(params);
}

/* ---- folding ---- */

static void a_folded_network_gives_the_same_answers_without_normalisation(void **state)
{
	(void)state;
	for (int form = 0; form < 3; form++) {
		struct nn_net net = { 0 }, folded;
		if (form == 0) {
			build_residual(&net);
		} else { /* in the fused sequence; behind a dense layer; and where it cannot go: on
			    the input, behind a ReLU, read twice */
			int at = nn_input(&net, "in", (struct nn_shape){ 2, 11, 10 });
			if (form == 2)
				at = nn_batchnorm(&net, "bn0", at, .99, 1e-3);
			at = nn_batchnorm(&net, "bn1",
				nn_conv(&net, "conv", at, 5, 3, 3, NN_VALID, form == 2,
					NN_HE_NORMAL),
				.99, 1e-3);
			at = nn_maxpool(&net, "pool", nn_relu(&net, "relu", at), 2);
			int d = nn_dense(&net, "dense", at, 7, false, NN_HE_NORMAL);
			at = nn_batchnorm(&net, "bn2", d, .99, 1e-3);
			back(&net, form == 2 ? nn_add(&net, "sum", (int[]){ at, d }, 2) : at);
		}
		assert_true(nn_net_ok(&net));
		float *params = zeros(net.parameter_count, sizeof(float)),
		      *folded_params = zeros(net.parameter_count, sizeof(float));
		check_wide_params(8000 + (uint64_t)form, &net, params);
		assert_int_equal(nn_fold_batchnorm(&net, params, &folded, folded_params), 0);
		int left = 0;
		for (int l = 0; l < folded.layer_count; l++)
			left += folded.layers[l].kind == NN_BATCHNORM;
		assert_int_equal(left, form == 2 ? 3 : 0);
		assert_true(folded.parameter_count <= net.parameter_count);
		struct check_images images =
			check_images_new(8001, net.layers[0].shape, 19, 3, false);
		uint32_t order[19];
		for (uint32_t i = 0; i < 19; i++)
			order[i] = i;
		const struct nn_epoch e = { .images = &images.images, .order = order, .count = 19 };
		const struct wide_check c = { .what = "folded", .net = &net, .count = 19 };
		struct wide *w = check_wide_oracle(&c, &e, params, false);
		struct nn_trainer_options options = {
			.batch_size = 19, .threads = 1, .optimizer = { .kind = NN_SGD, .lr = 1 }
		};
		struct nn_trainer *t = nn_trainer_new(&folded, &options);
		assert_non_null(t);
		memcpy(nn_trainer_params(t), folded_params, folded.parameter_count * sizeof(float));
		size_t classes = classes_of(&net);
		float *logits = zeros(19 * classes, sizeof(float));
		nn_logits(t, &images.images, order, 19, 0, logits);
		for (size_t i = 0; i < 19 * classes; i++)
			check_wide_close(&c, "logit", i, logits[i],
				w->out[net.layers[net.outputs[0]].inputs[0]][i]);
		nn_trainer_free(t);
		wide_free(w);
		check_images_free(&images);
		free(logits);
		free(params);
		free(folded_params);
	}
}

/* ---- descriptions ---- */

static void shapes_tensors_and_fans(void **state)
{
	(void)state;
	struct nn_net net = { 0 };
	int in = nn_input(&net, "in", (struct nn_shape){ 6, 11, 12 });
	const struct nn_conv_options same = { .filters = 4,
		.kernel_height = 3,
		.kernel_width = 5,
		.stride = 3,
		.padding = NN_SAME,
		.no_bias = true };
	struct nn_shape s = net.layers[nn_conv_with(&net, "same", in, &same)].shape;
	assert_true(s.channels == 4 && s.height == 4 && s.width == 4);
	const struct nn_conv_options valid = { .kernel_height = 3, .kernel_width = 5, .stride = 3 };
	s = net.layers[nn_depthwise(&net, "deep", in, &valid)].shape;
	assert_true(s.channels == 6 && s.height == 3 && s.width == 3);
	s = net.layers[nn_avgpool(&net, "pool", in, 4, 5)].shape;
	assert_true(s.channels == 6 && s.height == 2 && s.width == 2);
	assert_null(nn_net_tensor(&net, "same/bias"));
	const struct nn_tensor *t = nn_net_tensor(&net, "deep/kernel");
	assert_true(t->count == 90 && t->fan_in == 90 && t->fan_out == 15);
	assert_int_equal(nn_net_tensor(&net, "deep/bias")->count, 6);
}

static void descriptions_that_do_not_fit_are_refused_with_the_reason(void **state)
{
	(void)state;
	for (int form = 0; form < 9; form++) {
		struct nn_net net = { 0 };
		int in = nn_input(&net, "in", (struct nn_shape){ 3, 4, 5 }),
		    other = nn_input(&net, "other", (struct nn_shape){ 3, 5, 4 });
		struct nn_conv_options o = { .filters = 2,
			.kernel_height = form == 1 ? 5 : 2,
			.kernel_width = 2,
			.stride = form == 2 ? 65
				: form == 3 ? -1
					    : 1 };
		int result = form == 0 ? nn_add(&net, "it", (int[]){ in, other }, 2)
			: form == 1    ? nn_depthwise(&net, "it", in, &o)
			: form <= 3    ? nn_conv_with(&net, "it", in, &o)
			: form == 4    ? nn_avgpool(&net, "it", in, 5, 1)
			: form == 5    ? nn_avgpool(&net, "it", in, 1, 0)
			: form == 6    ? nn_batchnorm(&net, "it", in, 1, 1e-3)
			: form == 7    ? nn_batchnorm(&net, "it", in, .9, 0)
				       : nn_add(&net, "it", &in, 1);
		static const char *const reasons[] = { "differ in shape", "does not fit",
			"stride of 65", "stride of -1", "does not fit", "does not fit", "momentum",
			"epsilon", "two inputs" };
		assert_int_equal(result, -1);
		if (strncmp(net.error, "it: ", 4) != 0 || !strstr(net.error, reasons[form]))
			fail_msg("form %d: the message is '%s'", form, net.error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_tensors_and_fans),
		cmocka_unit_test(descriptions_that_do_not_fit_are_refused_with_the_reason),
		cmocka_unit_test(strided_and_depthwise_convolutions_of_every_form),
		cmocka_unit_test(strided_convolutions_of_every_count_of_channels),
		cmocka_unit_test(what_nobody_reads_changes_nothing),
		cmocka_unit_test(the_fused_sequence_with_stride_or_without_bias),
		cmocka_unit_test(average_pooling_of_every_window),
		cmocka_unit_test(sums_of_branches),
		cmocka_unit_test(relu6_and_silu),
		cmocka_unit_test(activations_far_out_and_at_their_kinks),
		cmocka_unit_test(soft_labels_and_mixed_images),
		cmocka_unit_test(normalisation_starts_as_keras_has_it),
		cmocka_unit_test(batch_normalisation_in_training_and_evaluation),
		cmocka_unit_test(frozen_batch_normalisation_uses_the_moving_statistics),
		cmocka_unit_test(batch_normalisation_in_branches),
		cmocka_unit_test(moving_statistics_follow_the_batches),
		cmocka_unit_test(a_constant_channel_stays_finite_and_one_image_is_a_batch),
		cmocka_unit_test(a_folded_network_gives_the_same_answers_without_normalisation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* made_models.h - small networks of every kind of layer with random weights, for tests of the files
 * that models are written as. */
#ifndef TESTS_MADE_MODELS_H
#define TESTS_MADE_MODELS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/model/model.h"
#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"

static inline int made_image(struct nn_net *net, int channels, int height, int width)
{
	return nn_input(net, "image", (struct nn_shape){ channels, height, width });
}

static inline void made_head(struct nn_net *net, int from, int classes)
{
	nn_output(net, "output", nn_dense(net, "classifier", from, classes, false, NN_HE_NORMAL));
}

static inline void made_tiny(struct nn_net *net)
{
	made_head(net,
		nn_maxpool(net, "pool",
			nn_conv(net, "conv", made_image(net, 1, 6, 6), 2, 3, 3, NN_VALID, true,
				NN_HE_NORMAL),
			2),
		3);
}

static inline void made_submodel(struct nn_net *net)
{
	paper_submodel(net, (struct nn_shape){ 1, 28, 28 }, 10);
}

static inline void made_dual(struct nn_net *net)
{
	paper_dual(net, (struct nn_shape){ 1, 28, 28 }, 10);
}

static inline void made_unified(struct nn_net *net)
{
	paper_unified(net, (struct nn_shape){ 3, 32, 32 }, 10);
}

/* Strides, "same" padding, depthwise, batch normalisations that can and that cannot be folded,
 * sums, averages. */
static inline void made_residual(struct nn_net *net)
{
	const struct nn_conv_options first = { .filters = 6,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride = 2,
		.padding = NN_SAME,
		.no_bias = true };
	const struct nn_conv_options depth = {
		.kernel_height = 3, .kernel_width = 3, .padding = NN_SAME, .relu = true
	};
	const struct nn_conv_options point = {
		.filters = 6, .kernel_height = 1, .kernel_width = 1, .no_bias = true
	};
	int from = nn_relu6(net, "relu6",
		nn_batchnorm(net, "norm",
			nn_conv_with(net, "conv", made_image(net, 3, 11, 10), &first), 0.99, 1e-3));
	int other = nn_batchnorm(net, "norm2",
		nn_conv_with(net, "point", nn_depthwise(net, "depth", from, &depth), &point), 0.9,
		1e-5);
	int sum = nn_add(net, "sum", (int[]){ from, other, from }, 3);
	sum = nn_batchnorm(net, "norm3", nn_silu(net, "silu", sum), 0.99, 1e-3);
	made_head(net, nn_global_avgpool(net, "mean", nn_avgpool(net, "means", sum, 2, 3)), 5);
}

/* Dense layers side by side with maps, in every combination; pools of one name; a convolution
 * behind a dense layer; two outputs of one layer. */
static inline void made_mixed(struct nn_net *net)
{
	const struct nn_conv_options rows = { .filters = 4,
		.kernel_height = 2,
		.kernel_width = 3,
		.stride = 3,
		.padding = NN_SAME,
		.relu = true };
	const int in = made_image(net, 2, 7, 9);
	const int pooled = nn_maxpool(net, "pool", nn_maxpool(net, "pool", in, 2), 1);
	const int a = nn_dense(net, "a", pooled, 6, true, NN_HE_NORMAL),
		  b = nn_dense(net, "b", in, 6, false, NN_HE_NORMAL);
	const int wide = nn_conv(net, "wide", in, 5, 7, 9, NN_VALID, true, NN_HE_NORMAL);
	const int both = nn_concat(net, "both",
		(int[]){ nn_dropout(net, "dropout", a, 0.25), wide, nn_relu(net, "relu", b) }, 3);
	const int mapped =
		nn_conv(net, "mapped", nn_silu(net, "silu", nn_relu(net, "relu_again", both)), 7, 1,
			1, NN_VALID, false, NN_HE_NORMAL);
	const int tall =
		nn_dense(net, "tall", nn_conv_with(net, "rows", in, &rows), 7, true, NN_HE_NORMAL);
	const int logits = nn_add(net, "logits", (int[]){ mapped, tall }, 2);
	nn_output(net, "first", logits);
	nn_output(net, "second",
		nn_dense(net, "end", nn_concat(net, "flat", (int[]){ a, tall }, 2), 3, false,
			NN_HE_NORMAL));
	nn_output(net, "third", logits);
}

/* Normalised inputs, pooling with strides and padding, every further activation, dense layers
 * without a bias, a batch normalisation last. */
static inline void made_recipes(struct nn_net *net)
{
	static const enum nn_kind kinds[] = { NN_TANH, NN_SIGMOID, NN_LEAKY_RELU, NN_GELU,
		NN_HARD_SWISH, NN_HARD_SIGMOID };
	int at = nn_normalize(net, "normalize", made_image(net, 2, 9, 8), true);
	at = nn_conv(net, "conv", at, 4, 3, 3, NN_SAME, false, NN_HE_NORMAL);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		at = nn_activation(net, (const char *const[]){ "a", "b", "c", "d", "e", "f" }[k],
			at, kinds[k], 0.25);
	int large = nn_pool_with(
		net, NN_MAXPOOL, "large", at, &(struct nn_pool_options){ 3, 3, 2, NN_SAME, 0 });
	int mean = nn_pool_with(
		net, NN_AVGPOOL, "average", at, &(struct nn_pool_options){ 3, 3, 2, NN_SAME, 0 });
	at = nn_add(net, "sum", (int[]){ large, mean }, 2);
	at = nn_pool_with(
		net, NN_MAXPOOL, "again", at, &(struct nn_pool_options){ 2, 3, 1, NN_VALID, 0 });
	at = nn_dense_without_bias(net, "hidden", at, 6, true, NN_HE_NORMAL);
	at = nn_activation(net, "gelu", at, NN_GELU, 0);
	at = nn_dense_without_bias(net, "logits", at, 3, false, NN_HE_NORMAL);
	nn_output(net, "output", nn_batchnorm(net, "last", at, 0.9, 1e-3));
}

static inline void made_normalized(struct nn_net *net)
{
	made_head(net, nn_normalize(net, "normalize", made_image(net, 3, 4, 5), false), 4);
}

/* Groups, a depth multiplier, a folded batch normalisation, shuffle, a gate, padded channels, an
 * early exit. */
static inline void made_grouped(struct nn_net *net)
{
	const struct nn_conv_options groups = { .filters = 8,
		.kernel_height = 1,
		.kernel_width = 3,
		.padding = NN_SAME,
		.no_bias = true,
		.groups = 2 };
	const struct nn_conv_options depth = { .filters = 16,
		.kernel_height = 3,
		.kernel_width = 3,
		.padding = NN_SAME,
		.groups = 8 };
	int at = nn_conv(
		net, "first", made_image(net, 2, 8, 8), 8, 3, 3, NN_SAME, true, NN_HE_NORMAL);
	int side = nn_pad_channels(net, "pad", at, 16);
	at = nn_conv_with(net, "groups", at, &groups);
	at = nn_shuffle(net, "shuffle", nn_relu(net, "r", nn_batchnorm(net, "n", at, .9, 1e-3)), 4);
	at = nn_conv_with(net, "depth", at, &depth);
	int gate = nn_global_avgpool(net, "squeeze", at);
	gate = nn_dense(net, "excite", gate, 16, false, NN_HE_NORMAL);
	gate = nn_activation(net, "gate", gate, NN_SIGMOID, 0);
	at = nn_multiply(net, "scaled", at, gate);
	at = nn_add(net, "sum", (int[]){ at, side }, 2);
	at = nn_multiply(net, "square", at, nn_activation(net, "tanh", at, NN_TANH, 0));
	made_head(net, nn_maxpool(net, "last", at, 2), 5);
	nn_output(net, "exit", nn_dense(net, "early", gate, 5, false, NN_HE_NORMAL));
}

/* Depthwise of one channel; padded pools whose windows are larger than the map. */
static inline void made_single(struct nn_net *net)
{
	const struct nn_conv_options depth = {
		.kernel_height = 2, .kernel_width = 3, .padding = NN_SAME
	};
	const struct nn_pool_options high = { 4, 2, 1, NN_SAME, 0 }, wide = { 3, 5, 2, NN_SAME, 0 };
	int at = nn_depthwise(net, "depth", made_image(net, 1, 3, 4), &depth);
	at = nn_pool_with(net, NN_MAXPOOL, "high", nn_relu(net, "relu", at), &high);
	at = nn_conv(net, "conv", at, 6, 1, 1, NN_VALID, false, NN_HE_NORMAL);
	made_head(net, nn_pool_with(net, NN_AVGPOOL, "wide", at, &wide), 5);
}

/* Strides that differ, dilation: of a convolution whose batch normalisation is folded, in groups,
 * of each channel. */
static inline void made_dilated(struct nn_net *net)
{
	const struct nn_conv_options first = { .filters = 6,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride = 2,
		.stride_width = 1,
		.dilation = 1,
		.dilation_width = 2,
		.padding = NN_SAME,
		.no_bias = true };
	const struct nn_conv_options groups = { .filters = 4,
		.kernel_height = 2,
		.kernel_width = 3,
		.dilation = 3,
		.dilation_width = 2,
		.relu = true,
		.groups = 2 };
	const struct nn_conv_options depth = { .kernel_height = 3,
		.kernel_width = 3,
		.dilation = 2,
		.padding = NN_SAME,
		.relu = true };
	int at = nn_relu(net, "r",
		nn_batchnorm(net, "n",
			nn_conv_with(net, "first", made_image(net, 2, 13, 11), &first), .9, 1e-3));
	at = nn_depthwise(net, "depth", nn_conv_with(net, "groups", at, &groups), &depth);
	at = nn_pool_with(
		net, NN_MAXPOOL, "high", at, &(struct nn_pool_options){ 2, 1, 0, NN_SAME, 0 });
	at = nn_pool_with(
		net, NN_AVGPOOL, "wide", at, &(struct nn_pool_options){ 1, 3, 1, NN_VALID, 2 });
	made_head(net, at, 5);
}

static const struct made_network {
	const char *name;
	void (*build)(struct nn_net *net);
	bool exact; /* C source with fused multiply-adds has the same bits: nothing in it is folded
		       or approximated */
} made_networks[] = {
	{ "tiny", made_tiny, true },
	{ "submodel", made_submodel, true },
	{ "dual", made_dual, true },
	{ "unified", made_unified, true },
	{ "residual", made_residual, false },
	{ "mixed", made_mixed, false },
	{ "recipes", made_recipes, false },
	{ "normalized", made_normalized, true },
	{ "grouped", made_grouped, false },
	{ "dilated", made_dilated, false },
	{ "single", made_single, false },
};
enum { MADE_NETWORKS = sizeof(made_networks) / sizeof(*made_networks) };

/* The network number i with random weights and some facts. Returns whether it could be made; freed
 * with model_free. */
static inline bool made_model(int i, struct model *out)
{
	*out = (struct model){ .facts = { .fold = 2,
				       .core_version = 1,
				       .test_count = 7,
				       .test_accuracy = { 0.1, 1.0 / 3 } } };
	made_networks[i].build(&out->net);
	out->params = calloc(out->net.parameter_count + 1, sizeof(*out->params));
	out->facts.config = strdup("{\"seed\":1}");
	if (!nn_net_ok(&out->net) || !out->params || !out->facts.config)
		return false;
	check_params(5, &out->net, false, out->params);
	for (int t = 0; t < out->net.tensor_count;
		t++) /* a variance is not negative, and far from 0 */
		for (size_t k = 0; out->net.tensors[t].moving && k < out->net.tensors[t].count; k++)
			out->params[out->net.tensors[t].offset + k] =
				fabsf(out->params[out->net.tensors[t].offset + k]) + 0.5f;
	digest_bytes(out->params, out->net.parameter_count * sizeof(*out->params),
		out->facts.weights_digest);
	digest_bytes("trial", 5, out->facts.identity);
	digest_bytes("data", 4, out->facts.data_digest);
	digest_bytes("predictions", 11, out->facts.predictions_digest[0]);
	snprintf(out->facts.dataset, sizeof(out->facts.dataset), "synthetic");
	snprintf(out->facts.data_variant, sizeof(out->facts.data_variant), "canonical");
	return true;
}

/* Logits of all outputs one after the other for these images, [count] times their number of
 * classes; owned by the caller. */
static inline float *made_logits(
	const struct model *m, const struct check_images *images, size_t *count)
{
	const struct nn_trainer_options options = {
		.batch_size = 16, .threads = 1, .optimizer = { .kind = NN_SGD, .lr = 1 }
	};
	struct nn_trainer *t = nn_trainer_new(&m->net, &options);
	const uint32_t n = images->images.count;
	uint32_t order[64];
	*count = 0;
	for (int k = 0; k < m->net.output_count; k++)
		*count += (size_t)m->net.layers[m->net.outputs[k]].shape.channels * n;
	float *logits = calloc(*count, sizeof(*logits)), *at = logits;
	for (uint32_t i = 0; i < n && i < 64; i++)
		order[i] = i;
	memcpy(nn_trainer_params(t), m->params, m->net.parameter_count * sizeof(*m->params));
	for (int k = 0; k < m->net.output_count;
		k++, at += (size_t)m->net.layers[m->net.outputs[k - 1]].shape.channels * n)
		nn_logits(t, &images->images, order, n, k, at);
	nn_trainer_free(t);
	return logits;
}

#endif

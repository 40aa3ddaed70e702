/* networks.h - the networks of the reference trainings (digests.c). What is here decides bits that
 * are kept: add to it, change nothing. */
#ifndef GOLDEN_NETWORKS_H
#define GOLDEN_NETWORKS_H

#include "nn/nn.h"

static int stem(struct nn_net *net, const char *const names[4], int from)
{
	from = nn_conv(net, names[0], from, 10, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	from = nn_maxpool(net, names[1], from, 2);
	from = nn_conv(net, names[2], from, 20, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	return nn_maxpool(net, names[3], from, 2);
}

static const char *const stem1[] = { "stem1/conv1", "stem1/pool1", "stem1/conv2", "stem1/pool2" };
static const char *const stem2[] = { "stem2/conv1", "stem2/pool1", "stem2/conv2", "stem2/pool2" };

static void build_dual(struct nn_net *net, struct nn_shape image)
{
	int a = stem(net, stem1, nn_input(net, "input1", image));
	nn_output(net, "output1", nn_dense(net, "head1/dense", a, 10, false, NN_GLOROT_UNIFORM));
	int b = stem(net, stem2, nn_input(net, "input2", image));
	nn_output(net, "output2", nn_dense(net, "head2/dense", b, 10, false, NN_GLOROT_UNIFORM));
}

static void build_unified(struct nn_net *net, struct nn_shape image)
{
	int in = nn_input(net, "input", image),
	    wide[2] = { stem(net, stem1, in), stem(net, stem2, in) };
	if (wide[1] < 0)
		return;
	struct nn_shape map = net->layers[wide[1]].shape;
	wide[0] = nn_conv(net, "stem1/wide", wide[0], 10, map.height, map.width, NN_VALID, true,
		NN_GLOROT_UNIFORM);
	wide[1] = nn_conv(net, "stem2/wide", wide[1], 10, map.height, map.width, NN_VALID, true,
		NN_GLOROT_UNIFORM);
	int at = nn_dense(
		net, "classifier/dense", nn_concat(net, "concat", wide, 2), 32, true, NN_HE_NORMAL);
	at = nn_dropout(net, "classifier/dropout", at, 0.5);
	nn_output(net, "output",
		nn_dense(net, "classifier/logits", at, 10, false, NN_GLOROT_UNIFORM));
}

/* Every kind of layer, kernels and maps of odd sizes, layers read twice, two losses. Its pooled
 * maps meet when the image's height is not a multiple of 3 and its width one less than a multiple.
 */
static void build_zoo(struct nn_net *net, struct nn_shape image)
{
	int in = nn_input(net, "in", image), parts[3];
	int a = nn_conv(net, "a", in, 7, 2, 3, NN_VALID, false, NN_HE_NORMAL);
	parts[0] = nn_maxpool(net, "a/pool", nn_relu(net, "a/relu", a), 3);
	int b = nn_conv(net, "b", in, 11, 5, 5, NN_SAME, true, NN_HE_NORMAL);
	b = nn_conv(net, "b2", nn_dropout(net, "b/drop", b, 0.25), 3, 2, 2, NN_SAME, false,
		NN_GLOROT_UNIFORM);
	parts[1] = nn_maxpool(net, "b/pool", b, 3);
	int c = nn_conv(net, "c", in, 5, 3, 3, NN_SAME, true, NN_HE_NORMAL);
	c = nn_conv(net, "c2", c, 21, 1, 1, NN_VALID, true, NN_HE_NORMAL);
	parts[2] = nn_maxpool(net, "c/pool", c, 3);
	int all = nn_concat(net, "all", parts, 3);
	if (all < 0)
		return;
	int d = nn_conv(net, "d", all, 13, 3, 3, NN_SAME, true, NN_HE_NORMAL);
	nn_output(net, "out1",
		nn_dense(net, "d/logits", nn_maxpool(net, "d/pool", d, 2), 10, false,
			NN_GLOROT_UNIFORM));
	int two[] = { d, parts[1] };
	int e = nn_dense(net, "e", nn_concat(net, "two", two, 2), 17, true, NN_HE_NORMAL);
	nn_output(net, "out2",
		nn_dense(net, "e/logits", nn_dropout(net, "e/drop", e, 0.5), 10, false,
			NN_GLOROT_UNIFORM));
}

/* A residual network of the layers beyond the paper's: strided, depthwise, batch normalisation,
 * sums, averages, ReLU6 and SiLU. */
static void build_residual(struct nn_net *net, struct nn_shape image)
{
	const struct nn_conv_options first = { .filters = 11,
		.kernel_height = 3,
		.kernel_width = 5,
		.stride = 2,
		.padding = NN_SAME,
		.no_bias = true };
	int at = nn_conv_with(net, "conv1", nn_input(net, "in", image), &first);
	at = nn_relu(net, "relu1", nn_batchnorm(net, "bn1", at, 0.99, 1e-3));
	const struct nn_conv_options deep = {
		.kernel_height = 3, .kernel_width = 3, .padding = NN_SAME
	};
	int branch = nn_relu6(net, "relu6",
		nn_batchnorm(net, "bn2", nn_depthwise(net, "deep1", at, &deep), 0.9, 1e-2));
	branch = nn_batchnorm(net, "bn3",
		nn_conv(net, "conv2", branch, 11, 1, 1, NN_VALID, false, NN_HE_NORMAL), 0.99, 1e-3);
	at = nn_silu(net, "silu", nn_add(net, "sum", (int[]){ at, branch, at }, 3));
	const struct nn_conv_options last = {
		.kernel_height = 2, .kernel_width = 3, .stride = 2, .relu = true
	};
	int pooled[] = { nn_global_avgpool(net, "pool", at), -1 };
	at = nn_avgpool(net, "pool2", nn_depthwise(net, "deep2", at, &last), 2, 1);
	pooled[1] = nn_global_avgpool(net, "pool3", at);
	nn_output(net, "out",
		nn_dense(net, "logits", nn_concat(net, "pooled", pooled, 2), 10, false,
			NN_GLOROT_UNIFORM));
}

/* Normalised inputs, pooling of windows that overlap and reach beyond the map, every further
 * activation, dense layers without a bias, a batch normalisation last. */
static void build_recipe(struct nn_net *net, struct nn_shape image)
{
	int at = nn_normalize(net, "normalize", nn_input(net, "in", image), true);
	at = nn_conv(net, "conv", at, 9, 3, 3, NN_SAME, false, NN_HE_UNIFORM);
	at = nn_activation(net, "gelu", at, NN_GELU, 0);
	int parts[2] = { nn_pool_with(net, NN_MAXPOOL, "max", at,
				 &(struct nn_pool_options){ 3, 3, 2, NN_SAME, 0 }),
		nn_pool_with(net, NN_AVGPOOL, "mean", at,
			&(struct nn_pool_options){ 3, 3, 2, NN_SAME, 0 }) };
	parts[0] = nn_activation(net, "tanh", parts[0], NN_TANH, 0);
	parts[1] = nn_activation(net, "sigmoid", parts[1], NN_SIGMOID, 0);
	at = nn_batchnorm(net, "norm", nn_add(net, "sum", parts, 2), 0.9, 1e-3);
	at = nn_activation(net, "hard_swish", at, NN_HARD_SWISH, 0);
	at = nn_pool_with(
		net, NN_MAXPOOL, "again", at, &(struct nn_pool_options){ 2, 3, 1, NN_VALID, 0 });
	at = nn_dense_without_bias(net, "hidden", at, 13, false, NN_ORTHOGONAL);
	net->tensors[net->layers[at].kernel_tensor].amount = 1;
	at = nn_activation(net, "leaky", at, NN_LEAKY_RELU, 0.2);
	int logits = nn_dense_without_bias(net, "logits", at, 10, false, NN_TORCH_UNIFORM);
	nn_output(net, "out", nn_batchnorm(net, "last", logits, 0.9, 1e-3));
	at = nn_activation(net, "hard_sigmoid", at, NN_HARD_SIGMOID, 0);
	nn_output(net, "out2", nn_dense(net, "other", at, 10, false, NN_LECUN_NORMAL));
}

/* Groups, a gate, shuffled and padded channels, an exit whose loss counts less. */
static void build_combined(struct nn_net *net, struct nn_shape image)
{
	const struct nn_conv_options groups = { .filters = 12,
		.kernel_height = 1,
		.kernel_width = 3,
		.padding = NN_SAME,
		.no_bias = true,
		.groups = 3 };
	int at = nn_conv(
		net, "first", nn_input(net, "in", image), 6, 3, 3, NN_SAME, true, NN_HE_NORMAL);
	const int shortcut = nn_pad_channels(net, "pad", at, 12);
	at = nn_conv_with(net, "groups", at, &groups);
	at = nn_shuffle(net, "shuffle", nn_batchnorm(net, "norm", at, 0.9, 1e-3), 4);
	int gate = nn_global_avgpool(net, "squeeze", at);
	gate = nn_dense(net, "excite", gate, 12, false, NN_HE_NORMAL);
	gate = nn_activation(net, "gate", gate, NN_SIGMOID, 0);
	at = nn_multiply(net, "scaled", at, gate);
	at = nn_add(net, "sum", (int[]){ at, shortcut }, 2);
	at = nn_multiply(net, "square", at, nn_relu(net, "open", at));
	nn_output(net, "out",
		nn_dense(net, "logits", nn_maxpool(net, "pool", at, 2), 10, false, NN_HE_NORMAL));
	nn_output(net, "exit", nn_dense(net, "early", gate, 10, false, NN_HE_NORMAL));
	if (net->output_count == 2)
		net->layers[net->outputs[1]].loss_weight = 0.3;
}

/* Strides that differ and dilation: of a convolution, in groups, of each channel. */
static void build_dilated(struct nn_net *net, struct nn_shape image)
{
	const struct nn_conv_options first = { .filters = 9,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride_width = 2,
		.padding = NN_SAME,
		.no_bias = true };
	const struct nn_conv_options groups = { .filters = 15,
		.kernel_height = 3,
		.kernel_width = 2,
		.dilation = 2,
		.dilation_width = 3,
		.relu = true,
		.groups = 3 };
	const struct nn_conv_options deep = { .kernel_height = 3,
		.kernel_width = 3,
		.stride = 2,
		.stride_width = 1,
		.dilation = 1,
		.dilation_width = 2,
		.padding = NN_SAME };
	int at = nn_conv_with(net, "first", nn_input(net, "in", image), &first);
	at = nn_relu(net, "relu", nn_batchnorm(net, "norm", at, 0.9, 1e-3));
	at = nn_depthwise(net, "deep", nn_conv_with(net, "groups", at, &groups), &deep);
	nn_output(net, "out",
		nn_dense(net, "logits", nn_maxpool(net, "pool", at, 2), 10, false, NN_HE_NORMAL));
}

/* Expanding, depthwise and projecting convolutions (Sandler et al., 2018), of maps of which few
 * channels at once fit into a cache. */
static int inverted(struct nn_net *net, const char *const names[7], int at, int filters, int stride)
{
	const struct nn_conv_options expand = { .filters = filters,
		.kernel_height = 1,
		.kernel_width = 1,
		.no_bias = true,
		.init = NN_HE_NORMAL },
				     project = { .filters = 5,
					     .kernel_height = 1,
					     .kernel_width = 1,
					     .no_bias = true,
					     .init = NN_HE_NORMAL },
				     deep = { .kernel_height = 3,
					     .kernel_width = 3,
					     .stride = stride,
					     .padding = NN_SAME,
					     .no_bias = stride == 2,
					     .init = NN_HE_NORMAL };
	at = nn_batchnorm(net, names[1], nn_conv_with(net, names[0], at, &expand), 0.9, 1e-3);
	at = stride == 2 ? nn_relu6(net, names[2], at) : nn_relu(net, names[2], at);
	at = nn_batchnorm(net, names[4], nn_depthwise(net, names[3], at, &deep), 0.9, 1e-3);
	return nn_batchnorm(net, names[6], nn_conv_with(net, names[5], at, &project), 0.9, 1e-3);
}

static void build_inverted(struct nn_net *net, struct nn_shape image)
{
	static const char *const first[] = { "expand1", "norm1", "relu1", "deep1", "norm2",
		"project1", "norm3" },
				 *const second[] = { "expand2", "norm4", "relu2", "deep2", "norm5",
					 "project2", "norm6" };
	int parts[2];
	parts[0] = inverted(net, first, nn_input(net, "in", image), 22, 2);
	parts[1] = inverted(net, second, parts[0], 13, 1);
	const int at = nn_global_avgpool(net, "pool", nn_add(net, "sum", parts, 2));
	nn_output(net, "out", nn_dense(net, "logits", at, 10, false, NN_GLOROT_UNIFORM));
}

#endif

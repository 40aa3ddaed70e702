/* networks.c - see networks.h. */
#include "networks.h"

#include <stdio.h>
#include <string.h>

#include "paper_nets.h"

/* A network that grows layer by layer; layers are named by their numbers. */
struct growing {
	struct nn_net *net;
	int last;
};

static const char *name_of(const struct growing *g)
{
	static char name[NN_NAME_MAX];
	snprintf(name, sizeof(name), "layer%d", g->net->layer_count);
	return name;
}

static struct growing begin(struct nn_net *net, int channels, int size)
{
	struct growing g = { .net = net };
	g.last = nn_input(net, "image", (struct nn_shape){ channels, size, size });
	return g;
}

static void end(struct growing *g)
{
	nn_output(g->net, "output", g->last);
}

static void convolve(
	struct growing *g, int filters, int kernel, int stride, enum nn_padding padding, bool relu)
{
	const struct nn_conv_options o = { .filters = filters,
		.kernel_height = kernel,
		.kernel_width = kernel,
		.stride = stride,
		.padding = padding,
		.relu = relu,
		.init = NN_HE_NORMAL };
	g->last = nn_conv_with(g->net, name_of(g), g->last, &o);
}

enum activation { LINEAR, RELU, RELU6, GELU };

static void activate(struct growing *g, enum activation a)
{
	if (a == RELU)
		g->last = nn_relu(g->net, name_of(g), g->last);
	else if (a == RELU6)
		g->last = nn_relu6(g->net, name_of(g), g->last);
	else if (a == GELU)
		g->last = nn_activation(g->net, name_of(g), g->last, NN_GELU, 0);
}

static void normalise(struct growing *g, enum activation a)
{
	g->last = nn_batchnorm(g->net, name_of(g), g->last, 0.9, 1e-5);
	activate(g, a);
}

/* A "same" convolution without bias, filters 0: of each channel by itself. */
static void bare(struct growing *g, int filters, int kernel, int stride)
{
	const struct nn_conv_options o = { .filters = filters,
		.kernel_height = kernel,
		.kernel_width = kernel,
		.stride = stride,
		.padding = NN_SAME,
		.no_bias = true,
		.init = NN_HE_NORMAL };
	g->last = filters ? nn_conv_with(g->net, name_of(g), g->last, &o)
			  : nn_depthwise(g->net, name_of(g), g->last, &o);
}

static void normal_conv(struct growing *g, int filters, int kernel, int stride, enum activation a)
{
	bare(g, filters, kernel, stride);
	normalise(g, a);
}

static void add(struct growing *g, int other, enum activation a)
{
	const int inputs[] = { g->last, other };
	g->last = nn_add(g->net, name_of(g), inputs, 2);
	activate(g, a);
}

static void dense(struct growing *g, int units, bool relu)
{
	g->last = nn_dense(
		g->net, name_of(g), g->last, units, relu, relu ? NN_HE_NORMAL : NN_GLOROT_UNIFORM);
}

static void pool(struct growing *g, int size)
{
	g->last = nn_maxpool(g->net, name_of(g), g->last, size);
}

static void average_all(struct growing *g)
{
	g->last = nn_global_avgpool(g->net, name_of(g), g->last);
}

/* ---- the networks ---- */

static void paper(struct nn_net *net)
{
	paper_unified(net, (struct nn_shape){ 1, 28, 28 }, 10);
}

/* The convolutional network of the Keras examples. */
static void mnist_convnet(struct nn_net *net)
{
	struct growing g = begin(net, 1, 28);
	convolve(&g, 32, 3, 1, NN_VALID, true);
	pool(&g, 2);
	convolve(&g, 64, 3, 1, NN_VALID, true);
	pool(&g, 2);
	g.last = nn_dropout(net, name_of(&g), g.last, 0.5);
	dense(&g, 10, false);
	end(&g);
}

/* LeCun et al. (1998), with ReLU and max pooling as it is trained today. */
static void lenet5(struct nn_net *net)
{
	struct growing g = begin(net, 1, 28);
	convolve(&g, 6, 5, 1, NN_SAME, true);
	pool(&g, 2);
	convolve(&g, 16, 5, 1, NN_VALID, true);
	pool(&g, 2);
	dense(&g, 120, true);
	dense(&g, 84, true);
	dense(&g, 10, false);
	end(&g);
}

static void lenet_300_100(struct nn_net *net)
{
	struct growing g = begin(net, 1, 28);
	dense(&g, 300, true);
	dense(&g, 100, true);
	dense(&g, 10, false);
	end(&g);
}

/* Two convolutions, two dense layers: the network of federated learning (McMahan et al., 2017). */
static void two_conv_two_dense(struct nn_net *net)
{
	struct growing g = begin(net, 1, 28);
	convolve(&g, 32, 5, 1, NN_SAME, true);
	pool(&g, 2);
	convolve(&g, 64, 5, 1, NN_SAME, true);
	pool(&g, 2);
	dense(&g, 512, true);
	dense(&g, 10, false);
	end(&g);
}

static void residual(struct growing *g, int filters, int stride)
{
	const int from = g->last;
	normal_conv(g, filters, 3, stride, RELU);
	normal_conv(g, filters, 3, 1, LINEAR);
	const int main = g->last;
	g->last = from;
	if (stride > 1 || g->net->layers[from].shape.channels != filters)
		normal_conv(g, filters, 1, stride, LINEAR);
	const int shortcut = g->last;
	g->last = main;
	add(g, shortcut, RELU);
}

/* He et al. (2016): 6 blocks + 2 layers, of `first` channels in the first third. */
static void residual_network(struct nn_net *net, int blocks, int first)
{
	struct growing g = begin(net, 3, 32);
	normal_conv(&g, first, 3, 1, RELU);
	for (int group = 0; group < 3; group++)
		for (int block = 0; block < blocks; block++)
			residual(&g, first << group, group > 0 && block == 0 ? 2 : 1);
	average_all(&g);
	dense(&g, 10, false);
	end(&g);
}

static void resnet_small(struct nn_net *net) /* of experiments/library/small-nets.yaml */
{
	residual_network(net, 1, 8);
}

static void resnet8(struct nn_net *net) /* MLPerf Tiny */
{
	residual_network(net, 1, 16);
}

static void resnet20(struct nn_net *net)
{
	residual_network(net, 3, 16);
}

/* "Striving for simplicity" (Springenberg et al., 2015). */
static void all_cnn_c(struct nn_net *net)
{
	struct growing g = begin(net, 3, 32);
	static const struct {
		int filters, kernel, stride;
	} layers[] = { { 96, 3, 1 }, { 96, 3, 1 }, { 96, 3, 2 }, { 192, 3, 1 }, { 192, 3, 1 },
		{ 192, 3, 2 }, { 192, 3, 1 }, { 192, 1, 1 }, { 10, 1, 1 } };
	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers); i++)
		convolve(&g, layers[i].filters, layers[i].kernel, layers[i].stride, NN_SAME, true);
	average_all(&g);
	end(&g);
}

static void separable(struct growing *g, int filters, int stride, enum activation a)
{
	normal_conv(g, 0, 3, stride, a);
	normal_conv(g, filters, 1, 1, a);
}

static void mobilenet_small(struct nn_net *net) /* of experiments/library/small-nets.yaml */
{
	struct growing g = begin(net, 3, 32);
	normal_conv(&g, 16, 3, 1, RELU6);
	separable(&g, 32, 2, RELU6);
	separable(&g, 32, 1, RELU6);
	separable(&g, 64, 2, RELU6);
	separable(&g, 64, 1, RELU6);
	average_all(&g);
	dense(&g, 10, false);
	end(&g);
}

/* MobileNetV1 of a quarter of the width (Howard et al., 2017), as in MLPerf Tiny. */
static void mobilenet_v1(struct nn_net *net)
{
	struct growing g = begin(net, 3, 96);
	normal_conv(&g, 8, 3, 2, RELU);
	static const int filters[] = { 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256 };
	for (int i = 0; i < 13; i++)
		separable(&g, filters[i], i == 1 || i == 3 || i == 5 || i == 11 ? 2 : 1, RELU);
	average_all(&g);
	dense(&g, 2, false);
	end(&g);
}

static void inverted_residual(struct growing *g, int filters, int stride)
{
	const int from = g->last, channels = g->net->layers[from].shape.channels;
	normal_conv(g, 6 * channels, 1, 1, RELU6);
	normal_conv(g, 0, 3, stride, RELU6);
	normal_conv(g, filters, 1, 1, LINEAR);
	if (stride == 1 && channels == filters)
		add(g, from, LINEAR);
}

/* MobileNetV2 (Sandler et al., 2018) for 32x32, with a third of its blocks. */
static void mobilenet_v2_small(struct nn_net *net)
{
	struct growing g = begin(net, 3, 32);
	normal_conv(&g, 16, 3, 1, RELU6);
	inverted_residual(&g, 24, 1);
	inverted_residual(&g, 24, 1);
	inverted_residual(&g, 32, 2);
	inverted_residual(&g, 32, 1);
	inverted_residual(&g, 64, 2);
	inverted_residual(&g, 64, 1);
	normal_conv(&g, 128, 1, 1, RELU6);
	average_all(&g);
	dense(&g, 10, false);
	end(&g);
}

/* Huang et al. (2017): depth 40, 12 filters a layer, without bottlenecks. */
static void densenet40(struct nn_net *net)
{
	struct growing g = begin(net, 3, 32);
	bare(&g, 16, 3, 1);
	for (int block = 0; block < 3; block++) {
		for (int layer = 0; layer < 12; layer++) {
			const int from = g.last;
			normalise(&g, RELU);
			bare(&g, 12, 3, 1);
			const int inputs[] = { from, g.last };
			g.last = nn_concat(net, name_of(&g), inputs, 2);
		}
		normalise(&g, RELU);
		if (block < 2) {
			bare(&g, net->layers[g.last].shape.channels, 1, 1);
			g.last = nn_avgpool(net, name_of(&g), g.last, 2, 2);
		}
	}
	average_all(&g);
	dense(&g, 10, false);
	end(&g);
}

/* An et al. (2020): ten 3x3 valid convolutions of 32, 48, ... 176 filters. */
static void m3(struct nn_net *net)
{
	struct growing g = begin(net, 1, 28);
	for (int i = 0; i < 10; i++) {
		const struct nn_conv_options o = { .filters = 32 + 16 * i,
			.kernel_height = 3,
			.kernel_width = 3,
			.no_bias = true,
			.init = NN_HE_NORMAL };
		g.last = nn_conv_with(net, name_of(&g), g.last, &o);
		normalise(&g, RELU);
	}
	dense(&g, 10, false);
	g.last = nn_batchnorm(net, name_of(&g), g.last, 0.9, 1e-5);
	end(&g);
}

/* The network of the DAWNBench entries (Page, 2018). */
static void resnet9(struct nn_net *net)
{
	struct growing g = begin(net, 3, 32);
	normal_conv(&g, 64, 3, 1, RELU);
	for (int group = 0; group < 3; group++) {
		normal_conv(&g, 128 << group, 3, 1, RELU);
		pool(&g, 2);
		if (group == 1)
			continue;
		const int from = g.last;
		normal_conv(&g, 128 << group, 3, 1, RELU);
		normal_conv(&g, 128 << group, 3, 1, RELU);
		add(&g, from, LINEAR);
	}
	pool(&g, 4);
	dense(&g, 10, false);
	end(&g);
}

/* Jordan (2024): a 2x2 whitening convolution, three groups of 64, 256 and 256 filters. */
static void airbench94(struct nn_net *net)
{
	static const int widths[] = { 64, 256, 256 };
	struct growing g = begin(net, 3, 32);
	convolve(&g, 24, 2, 1, NN_VALID, false);
	activate(&g, GELU);
	for (int group = 0; group < 3; group++) {
		bare(&g, widths[group], 3, 1);
		pool(&g, 2);
		normalise(&g, GELU);
		normal_conv(&g, widths[group], 3, 1, GELU);
	}
	pool(&g, 3);
	dense(&g, 10, false);
	end(&g);
}

static const struct small_network networks[] = {
	{ "paper", paper },
	{ "mnist-convnet", mnist_convnet },
	{ "lenet-5", lenet5 },
	{ "lenet-300-100", lenet_300_100 },
	{ "mobilenet-small", mobilenet_small },
	{ "resnet-small", resnet_small },
	{ "resnet-8", resnet8 },
	{ "mobilenet-v2-small", mobilenet_v2_small },
	{ "mobilenet-v1-0.25", mobilenet_v1 },
	{ "resnet-20", resnet20 },
	{ "densenet-40", densenet40 },
	{ "2c2d", two_conv_two_dense },
	{ "all-cnn-c", all_cnn_c },
	{ "m3", m3 },
	{ "airbench94", airbench94 },
	{ "resnet-9", resnet9 },
};

const struct small_network *small_network_at(int i)
{
	return i >= 0 && i < (int)(sizeof(networks) / sizeof(*networks)) ? &networks[i] : NULL;
}

bool small_network_build(const char *name, struct nn_net *net)
{
	for (int i = 0; small_network_at(i); i++)
		if (strcmp(small_network_at(i)->name, name) == 0) {
			*net = (struct nn_net){ 0 };
			small_network_at(i)->build(net);
			return nn_net_ok(net);
		}
	return false;
}

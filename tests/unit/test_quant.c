/* test_quant.c - 8-bit networks: inference equals an oracle of the same arithmetic written anew in
 * long double precision, in every kernel variant; the numbers that fitting finds are the nearest; a
 * trained network stays as good; what cannot be quantised is refused by name. */
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

#include "nn/kernels/kernels.h"
#include "tests/oracle/check.h"
#include "tests/oracle/paper_nets.h"

enum { IMAGES = 48, CLASSES_MAX = 256 };

/* ---- the oracle: activations [channel][y][x] as numbers q, wide ones as sums in the scale of the
 * logits ---- */

struct whole {
	const struct nn_quant *q;
	long double *values[NN_LAYERS_MAX];
};

static long double value_at(const struct whole *o, int layer, int c, int y, int x)
{
	const struct nn_shape s = o->q->net->layers[layer].shape;
	return o->values[layer]
			[((size_t)c * (size_t)s.height + (size_t)y) * (size_t)s.width + (size_t)x];
}

/* 62 bits of product are exact in a long double. */
static long double into_scale(long double sum, struct nn_quant_factor f)
{
	return floorl(ldexpl(sum * f.multiplier, -f.shift) + 0.5L);
}

static long double clamp(long double q)
{
	return q < 0 ? 0 : q > 255 ? 255 : q;
}

static int before(const struct nn_layer *l, int size, int kernel, int stride)
{
	const int missing = ((size + stride - 1) / stride - 1) * stride + kernel - size;
	return l->padding == NN_VALID || missing < 0 ? 0 : missing / 2;
}

/* Where tap `tap` of an axis reads for the output at `at`. */
static int read_at(const struct nn_layer *l, int axis, int at, int tap, int size)
{
	const int kernel = axis ? l->kernel_width : l->kernel_height,
		  stride = axis ? l->stride_width : l->stride,
		  dilation = axis ? l->dilation_width : l->dilation;
	return at * stride + tap * dilation - before(l, size, (kernel - 1) * dilation + 1, stride);
}

static long double weighted(const struct whole *o, int layer, int channel, int y, int x)
{
	const struct nn_layer *l = &o->q->net->layers[layer];
	const struct nn_shape in = o->q->net->layers[l->inputs[0]].shape;
	const struct nn_quant_layer *n = &o->q->layers[layer];
	const bool dense = l->kind == NN_DENSE;
	const int height = dense ? in.height : l->kernel_height,
		  width = dense ? in.width : l->kernel_width,
		  groups = l->kind == NN_DEPTHWISE ? in.channels
		: l->kind == NN_CONV && l->groups  ? l->groups
						   : 1,
		  each = in.channels / groups,
		  first = channel / (l->shape.channels / groups) * each;
	long double sum = n->bias[channel];
	for (int c = 0; c < each; c++)
		for (int i = 0; i < height * width; i++) {
			const int ky = i / width, kx = i % width;
			const int iy = dense ? ky : read_at(l, 0, y, ky, in.height),
				  ix = dense ? kx : read_at(l, 1, x, kx, in.width);
			if (iy >= 0 && iy < in.height && ix >= 0 && ix < in.width)
				sum += (long double)
						n->kernel[(channel * each + c) * height * width + i]
					* (value_at(o, l->inputs[0], first + c, iy, ix)
						- *o->q->layers[l->inputs[0]].zero_point);
		}
	sum = into_scale(l->relu && sum < 0 ? 0 : sum, n->factors[channel]);
	return n->wide ? sum : clamp(sum + *n->zero_point);
}

static long double pooled(const struct whole *o, const struct nn_layer *l, int c, int y, int x)
{
	const struct nn_shape in = o->q->net->layers[l->inputs[0]].shape;
	long double best = 0, sum = 0, count = 0;
	for (int i = 0; i < l->kernel_height * l->kernel_width; i++) {
		const int ky = i / l->kernel_width, kx = i % l->kernel_width,
			  iy = l->stride ? read_at(l, 0, y, ky, in.height)
					 : y * l->kernel_height + ky,
			  ix = l->stride ? read_at(l, 1, x, kx, in.width)
					 : x * l->kernel_width + kx;
		if (iy < 0 || iy >= in.height || ix < 0 || ix >= in.width)
			continue;
		best = fmaxl(best, value_at(o, l->inputs[0], c, iy, ix));
		sum += value_at(o, l->inputs[0], c, iy, ix);
		count++;
	}
	return l->kind == NN_MAXPOOL ? best : floorl(sum / count + 0.5L);
}

static long double real_of(const struct whole *o, int layer, int c, int y, int x)
{
	return ((long double)*o->q->layers[layer].scale)
		* (value_at(o, layer, c, y, x) - *o->q->layers[layer].zero_point);
}

static long double number_of(const struct whole *o, int layer, long double real)
{
	return clamp(floorl(real / (long double)*o->q->layers[layer].scale
		+ *o->q->layers[layer].zero_point + 0.5L));
}

/* By multipliers of 2^-30, exact. */
static long double added(const struct whole *o, int layer, int c, int y, int x)
{
	const struct nn_layer *l = &o->q->net->layers[layer];
	long double sum = 0;
	for (int i = 0; i < l->input_count; i++)
		sum += (value_at(o, l->inputs[i], c, y, x) - *o->q->layers[l->inputs[i]].zero_point)
			* (floorl(ldexpl((long double)*o->q->layers[l->inputs[i]].scale
						  / (long double)*o->q->layers[layer].scale,
					  30)
				+ 0.5L));
	return clamp(floorl(ldexpl(sum, -30) + 0.5L) + *o->q->layers[layer].zero_point);
}

static long double multiplied(const struct whole *o, int layer, int c, int y, int x)
{
	const int *in = o->q->net->layers[layer].inputs;
	const struct nn_shape by = o->q->net->layers[in[1]].shape;
	const bool gate = by.height == 1 && by.width == 1;
	return clamp(into_scale((value_at(o, in[0], c, y, x) - *o->q->layers[in[0]].zero_point)
				     * (value_at(o, in[1], c, gate ? 0 : y, gate ? 0 : x)
					     - *o->q->layers[in[1]].zero_point),
			     *o->q->layers[layer].factors)
		+ *o->q->layers[layer].zero_point);
}

static long double moved(
	const struct whole *o, const struct nn_layer *l, int zero, int c, int y, int x)
{
	const int channels = o->q->net->layers[l->inputs[0]].shape.channels,
		  from = l->kind == NN_SHUFFLE
		? c % l->groups * (channels / l->groups) + c / l->groups
		: c - (l->shape.channels - channels) / 2;
	return from < 0 || from >= channels ? zero : value_at(o, l->inputs[0], from, y, x);
}

static long double normalised(const struct whole *o, int layer, int c, int y, int x)
{
	const struct nn_layer *l = &o->q->net->layers[layer];
	const bool by_pixel = o->q->net->tensors[l->mean_tensor].count != (size_t)l->shape.channels;
	const int k = by_pixel ? (c * l->shape.height + y) * l->shape.width + x : c;
	return number_of(o, layer,
		(real_of(o, l->inputs[0], c, y, x) - (long double)o->q->layers[layer].mean[k])
			* (long double)o->q->layers[layer].factor[k]);
}

/* The C library's functions. */
static long double activated(const struct nn_layer *l, long double x)
{
	const long double s = 1 / (1 + expl(-x)), h = fminl(fmaxl(x + 3, 0), 6) / 6;
	switch (l->kind) {
	case NN_SILU: return x * s;
	case NN_TANH: return tanhl(x);
	case NN_SIGMOID: return s;
	case NN_LEAKY_RELU: return x > 0 ? x : (long double)l->slope * x;
	case NN_GELU: return x * erfcl(-x / sqrtl(2)) / 2;
	case NN_HARD_SWISH: return x * h;
	default: return h;
	}
}

static long double joined(const struct whole *o, int layer, int c, int y, int x)
{
	const struct nn_layer *l = &o->q->net->layers[layer];
	int i = 0;
	for (; c >= o->q->net->layers[l->inputs[i]].shape.channels; i++)
		c -= o->q->net->layers[l->inputs[i]].shape.channels;
	const long double q =
		value_at(o, l->inputs[i], c, y, x) - *o->q->layers[l->inputs[i]].zero_point;
	return clamp(
		into_scale(q, o->q->layers[layer].factors[i]) + *o->q->layers[layer].zero_point);
}

static long double output_of(const struct whole *o, int layer, int c, int y, int x)
{
	const struct nn_layer *l = &o->q->net->layers[layer];
	const struct nn_quant_layer *n = &o->q->layers[layer];
	switch (l->kind) {
	case NN_MAXPOOL:
	case NN_AVGPOOL: return pooled(o, l, c, y, x);
	case NN_ADD: return added(o, layer, c, y, x);
	case NN_MULTIPLY: return multiplied(o, layer, c, y, x);
	case NN_SHUFFLE:
	case NN_PAD: return moved(o, l, *n->zero_point, c, y, x);
	case NN_NORMALIZE: return normalised(o, layer, c, y, x);
	case NN_RELU6:
		return fminl(number_of(o, layer, 6),
			fmaxl(*n->zero_point, value_at(o, l->inputs[0], c, y, x)));
	case NN_SILU:
	case NN_TANH:
	case NN_SIGMOID:
	case NN_LEAKY_RELU:
	case NN_GELU:
	case NN_HARD_SWISH:
	case NN_HARD_SIGMOID:
		return number_of(o, layer, activated(l, real_of(o, l->inputs[0], c, y, x)));
	case NN_RELU: return fmaxl(*n->zero_point, value_at(o, l->inputs[0], c, y, x));
	case NN_CONCAT: return joined(o, layer, c, y, x);
	case NN_DROPOUT: return value_at(o, l->inputs[0], c, y, x);
	case NN_OUTPUT:
		return value_at(o, l->inputs[0], c, y, x)
			- (o->q->layers[l->inputs[0]].wide ? 0 : *n->zero_point);
	default: return weighted(o, layer, c, y, x);
	}
}

static void whole_run(struct whole *o, const uint8_t *image)
{
	for (int i = 0; i < o->q->net->layer_count; i++) {
		const struct nn_shape s = o->q->net->layers[i].shape;
		o->values[i] = realloc(o->values[i], nn_shape_size(s) * sizeof(long double));
		for (int k = 0; k < (int)nn_shape_size(s); k++)
			o->values[i][k] = o->q->net->layers[i].kind == NN_INPUT
				? image[k]
				: output_of(o, i, k / (s.height * s.width), k / s.width % s.height,
					k % s.width);
	}
}

/* ---- comparisons ---- */

struct subject {
	struct nn_net net;
	float *params;
	struct check_images images;
	struct nn_quant *q;
};

static void prepare(struct subject *s, const char *what)
{
	char error[NN_QUANT_ERROR];
	if (!nn_net_ok(&s->net))
		fail_msg("%s: %s", what, s->net.error);
	s->images = check_images_new(3, s->net.layers[s->net.inputs[0]].shape, IMAGES, 2, false);
	s->params = calloc(s->net.parameter_count + 1, sizeof(*s->params));
	check_params(11, &s->net, false, s->params);
	s->q = nn_quant_new(&s->net, error);
	if (!s->q)
		fail_msg("%s: %s", what, error);
	if (nn_quant_fit(s->q, s->params, &s->images.images, NULL, IMAGES, NULL))
		fail_msg("%s: %s", what, s->q->error);
}

static void release(struct subject *s)
{
	nn_quant_free(s->q);
	check_images_free(&s->images);
	free(s->params);
	free(s);
}

static void check_against_oracle(struct subject *s, const char *what)
{
	struct whole o = { .q = s->q };
	prepare(s, what);
	o.q = s->q;
	for (int k = 0; nn_kernels_at(k); k++) {
		struct nn_quant_infer *f = nn_quant_infer_new(s->q, nn_kernels_at(k));
		assert_non_null(f);
		for (uint32_t i = 0; i < 3; i++) {
			const uint8_t *image =
				s->images.pixels + i * nn_shape_size(s->images.images.shape);
			whole_run(&o, image);
			nn_quant_infer_bytes(f, image);
			for (int j = 0; j < s->net.output_count; j++)
				for (int c = 0; c < s->net.layers[s->net.outputs[j]].shape.channels;
					c++)
					if (nn_quant_infer_logits(f, j)[c]
						!= (int32_t)value_at(
							&o, s->net.outputs[j], c, 0, 0))
						fail_msg("%s, %s: image %u, output %d, class %d: "
							 "%d, the oracle has %.0Lf",
							what, nn_kernels_at(k)->name, i, j, c,
							nn_quant_infer_logits(f, j)[c],
							value_at(&o, s->net.outputs[j], c, 0, 0));
		}
		nn_quant_infer_free(f);
	}
	for (int i = 0; i < s->net.layer_count; i++)
		free(o.values[i]);
	release(s);
}

static struct subject *subject_new(void)
{
	struct subject *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	return s;
}

static void the_papers_networks_on_both_image_sizes(void **state)
{
	(void)state;
	static void (*const build[])(struct nn_net *, struct nn_shape, int) = { paper_submodel,
		paper_dual, paper_unified };
	for (int k = 0; k < 3; k++)
		for (int colour = 0; colour < 2; colour++) {
			struct subject *s = subject_new();
			build[k](&s->net,
				colour ? (struct nn_shape){ 3, 32, 32 }
				       : (struct nn_shape){ 1, 28, 28 },
				10);
			check_against_oracle(s, colour ? "32x32x3" : "28x28x1");
		}
}

static int conv_pool(struct nn_net *net, int from, int filters)
{
	char name[NN_NAME_MAX];
	snprintf(name, sizeof(name), "conv%d", net->layer_count);
	from = nn_conv(net, name, from, filters, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	return nn_maxpool(net, "pool", from, 2);
}

static void images_channels_filters_and_classes_of_every_number(void **state)
{
	(void)state;
	for (int k = 0; k < 24; k++) {
		struct subject *s = subject_new();
		int at = nn_input(
			&s->net, "in", (struct nn_shape){ 1 + k % 6, 10 + k, 11 + 5 * k % 37 });
		at = conv_pool(&s->net, at, 1 + k % 9);
		at = conv_pool(&s->net, at, 12 - k % 11);
		nn_output(&s->net, "out",
			nn_dense(&s->net, "dense", at, 2 + 3 * k, false, NN_HE_NORMAL));
		char what[40];
		snprintf(what, sizeof(what), "size %d", k);
		check_against_oracle(s, what);
	}
}

/* Padding, strides, kernels of other sizes, signed activations with a zero point, layers read
 * twice, 8-bit logits. */
static void every_other_layer(void **state)
{
	(void)state;
	struct subject *s = subject_new();
	struct nn_net *net = &s->net;
	const int in = nn_input(net, "in", (struct nn_shape){ 2, 11, 14 });
	const int a = nn_conv(net, "a", in, 7, 2, 3, NN_VALID, false, NN_HE_NORMAL);
	const struct nn_conv_options wide = { .filters = 11,
		.kernel_height = 5,
		.kernel_width = 4,
		.stride = 2,
		.padding = NN_SAME,
		.no_bias = true };
	const int b = nn_conv_with(net, "b", a, &wide),
		  c = nn_conv(net, "c", in, 6, 3, 3, NN_SAME, true, NN_HE_NORMAL);
	const int parts[] = { nn_relu(net, "relu", b),
		nn_maxpool(net, "pool2", nn_maxpool(net, "pool1", c, 1), 2), b };
	const int cropped[] = { parts[0], parts[2] };
	const int d =
		nn_dense(net, "d", nn_concat(net, "concat", cropped, 2), 17, false, NN_HE_NORMAL);
	const int e = nn_dense(
		net, "e", nn_dropout(net, "dropout", parts[1], 0.5), 17, true, NN_HE_NORMAL);
	const int both[] = { d, e };
	nn_output(net, "out1",
		nn_dense(net, "f", nn_concat(net, "both", both, 2), 5, false, NN_HE_NORMAL));
	nn_output(net, "out2", d);
	nn_output(net, "out3", nn_dense(net, "g", e, 3, true, NN_HE_NORMAL));
	check_against_oracle(s, "every other layer");

	s = subject_new(); /* a fused convolution of an image that a dense layer reads, too */
	const int image = nn_input(&s->net, "in", (struct nn_shape){ 1, 9, 9 });
	nn_output(&s->net, "out",
		nn_dense(&s->net, "dense", conv_pool(&s->net, image, 3), 3, false, NN_HE_NORMAL));
	nn_output(&s->net, "out2", nn_dense(&s->net, "dense2", image, 3, false, NN_HE_NORMAL));
	check_against_oracle(s, "an image read twice");
}

/* MLPerf Tiny's kinds of networks: residual sums with a ReLU behind them, depthwise convolutions
 * with ReLU6, global means. */
static void residual_and_depthwise_networks(void **state)
{
	(void)state;
	for (int form = 0; form < 4; form++) {
		struct subject *s = subject_new();
		struct nn_net *net = &s->net;
		const struct nn_conv_options o = { .filters = 9,
			.kernel_height = 3,
			.kernel_width = 3,
			.stride = 1 + form % 2,
			.padding = NN_SAME },
					     shortcut = { .filters = 9,
						     .kernel_height = 1,
						     .kernel_width = 1,
						     .stride = 1 + form % 2 };
		const int in = nn_input(net, "in", (struct nn_shape){ 3, 11 + form, 22 });
		const int a = nn_conv(net, "a", in, 6, 3, 3, NN_SAME, true, NN_HE_NORMAL);
		int b = nn_depthwise(net, "deep", a, &o);
		b = form / 2 ? nn_relu6(net, "relu6", b) : nn_relu(net, "relu", b);
		b = nn_conv(net, "b", b, 9, 1, 1, NN_VALID, false, NN_HE_NORMAL);
		const int parts[] = { b, nn_conv_with(net, "shortcut", a, &shortcut), b };
		b = nn_relu(net, "open", nn_add(net, "sum", parts, form == 3 ? 3 : 2));
		b = nn_add(net, "again", (int[]){ b, parts[1] }, 2);
		nn_output(net, "pooled", nn_global_avgpool(net, "mean", b));
		nn_output(net, "out",
			nn_dense(net, "dense", nn_avgpool(net, "means", b, 2, 3), 5, false,
				NN_HE_NORMAL));
		check_against_oracle(s, "a residual network");
	}
}

static void groups_dilation_products_and_moved_channels(void **state)
{
	(void)state;
	for (int form = 0; form < 2; form++) {
		struct subject *s = subject_new();
		struct nn_net *net = &s->net;
		const struct nn_conv_options o = { .filters = 10,
			.kernel_height = 3,
			.kernel_width = 2,
			.stride = 2,
			.stride_width = 1,
			.dilation = 2,
			.dilation_width = 3,
			.padding = form ? NN_SAME : NN_VALID,
			.relu = form,
			.groups = 2 },
					     deep = { .kernel_height = 3,
						     .kernel_width = 3,
						     .dilation = 2,
						     .padding = NN_SAME,
						     .no_bias = true };
		int at = nn_normalize(net, "normalize",
			nn_input(net, "in", (struct nn_shape){ 2, 12, 11 }), form);
		at = nn_conv(net, "first", at, 6, 3, 3, NN_SAME, false, NN_HE_NORMAL);
		at = nn_shuffle(net, "shuffle", nn_conv_with(net, "groups", at, &o), 5);
		at = nn_pad_channels(net, "pad", nn_depthwise(net, "deep", at, &deep), 13);
		int gate = nn_activation(net, "gate",
			nn_dense(net, "excite", nn_global_avgpool(net, "mean", at), 13, false,
				NN_HE_NORMAL),
			NN_SIGMOID, 0);
		at = nn_multiply(net, "product", at, gate);
		at = nn_relu(net, "open",
			nn_multiply(net, "square", at, nn_activation(net, "t", at, NN_TANH, 0)));
		const struct nn_pool_options pool = { 3, 2, 2, form ? NN_SAME : NN_VALID, 1 };
		const int pools[] = { nn_pool_with(net, NN_MAXPOOL, "largest", at, &pool),
			nn_pool_with(net, NN_AVGPOOL, "average", at, &pool) };
		nn_output(net, "out",
			nn_dense(net, "dense", nn_concat(net, "both", pools, 2), 4, false,
				NN_HE_NORMAL));
		check_against_oracle(s, form ? "combined, same" : "combined, valid");
	}
}

static void every_activation(void **state)
{
	(void)state;
	static const enum nn_kind kinds[] = { NN_SILU, NN_TANH, NN_SIGMOID, NN_LEAKY_RELU, NN_GELU,
		NN_HARD_SWISH, NN_HARD_SIGMOID, NN_RELU6 };
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		struct subject *s = subject_new();
		int at = nn_input(&s->net, "in", (struct nn_shape){ 2, 6, 7 });
		at = nn_conv(&s->net, "conv", at, 5, 3, 3, NN_VALID, false, NN_HE_NORMAL);
		at = nn_activation(&s->net, "it", at, kinds[k], kinds[k] == NN_LEAKY_RELU ? .2 : 0);
		nn_output(&s->net, "out", nn_dense(&s->net, "dense", at, 4, false, NN_HE_NORMAL));
		check_against_oracle(s, "an activation");
	}
}

/* Words of any bytes: the largest weights meet the largest activations. */
static void kernels_agree_on_extremes(void **state)
{
	(void)state;
	enum { WORDS = 37, STRIDE = 32 };
	static int32_t weights[WORDS * STRIDE], biases[STRIDE], x[WORDS];
	uint64_t random = 5;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < WORDS * STRIDE; i++)
			weights[i] = round == 0 ? (int32_t)0x80808080
				: round == 1    ? 0x7f7f7f7f
						: (int32_t)check_random(&random);
		for (int i = 0; i < WORDS; i++)
			x[i] = round < 2 ? -1 : (int32_t)check_random(&random);
		const struct nn_quant_dense s = { weights, biases, WORDS, 19, STRIDE };
		for (int k = 0; nn_kernels_at(k); k++) {
			int32_t sums[STRIDE + 16];
			nn_kernels_at(k)->quant.dense(sums, (const uint8_t *)x, &s);
			for (int o = 0; o < 19; o++) {
				int32_t want = 0;
				for (int i = 0; i < 4 * WORDS; i++)
					want += ((const uint8_t *)x)[i]
						* ((const int8_t *)weights)[(i / 4 * STRIDE + o) * 4
							+ i % 4];
				if (sums[o] != want)
					fail_msg("%s: sum %d is %d, should be %d",
						nn_kernels_at(k)->name, o, sums[o], want);
			}
		}
	}
}

/* Kernels as their table has them, which inference may replace by better ones for the same
 * processor. */
static void kernels_agree_on_convolutions(void **state)
{
	(void)state;
	enum {
		HEIGHT = 12,
		WIDTH = 23,
		TAPS = 18,
		CHANNELS = 6,
		ROW = 4 * ((WIDTH - 2) / 2),
		PLANE = ROW * 5
	};
	static uint8_t in[2 * HEIGHT * WIDTH * 4 + 128], want[2 * PLANE + 128], out[sizeof(want)];
	static int32_t weights[2 * TAPS * 4];
	static const int32_t biases[8] = { 0, -100, 1 << 28, -(1 << 28), 77, 1, 0, 0 };
	static const int32_t multipliers[8] = { 1 << 30, 1 << 29, 1 << 30, 1 << 30, 123456789, 1, 1,
		1 },
			     shifts[8] = { 30, 45, 51, 62, 40, 62, 30, 30 };
	int32_t offsets[TAPS];
	uint64_t random = 6;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)check_random(&random);
	for (int i = 0; i < 2 * TAPS * 4; i++)
		weights[i] = (int32_t)check_random(&random);
	for (int t = 0; t < TAPS; t++)
		offsets[t] = 4 * (t / 9 * HEIGHT * WIDTH + t / 3 % 3 * WIDTH + t % 3);
	const struct nn_quant_conv_pool s = { TAPS, offsets, weights, biases, multipliers, shifts,
		CHANNELS, 5, (WIDTH - 2) / 2, 4 * WIDTH, ROW, PLANE };
	for (int k = 0; nn_kernels_at(k); k++) {
		nn_kernels_at(k)->quant.conv_pool(k == 0 ? want : out, in, &s);
		if (k > 0 && memcmp(want, out, 2 * PLANE) != 0)
			fail_msg("%s gives other bytes than %s", nn_kernels_at(k)->name,
				nn_kernels_at(0)->name);
	}
}

static void fitted_numbers_are_the_nearest(void **state)
{
	(void)state;
	struct subject *s = subject_new();
	paper_unified(&s->net, (struct nn_shape){ 1, 28, 28 }, 10);
	prepare(s, "unified");
	for (int i = 0; i < s->net.layer_count; i++) {
		const struct nn_layer *l = &s->net.layers[i];
		const struct nn_quant_layer *n = &s->q->layers[i];
		if (!n->kernel)
			continue;
		const struct nn_tensor *t = &s->net.tensors[l->kernel_tensor];
		const size_t each = t->count / (size_t)l->shape.channels;
		const double in = (double)*s->q->layers[l->inputs[0]].scale;
		for (int o = 0; o < l->shape.channels; o++) {
			const double scale = (double)n->kernel_scale[o];
			for (size_t k = 0; k < each; k++)
				if (fabs((double)s->params[t->offset + (size_t)o * each + k]
					    - scale * n->kernel[(size_t)o * each + k])
					> 0.50001 * scale)
					fail_msg("%s: weight %zu of channel %d is not the nearest",
						l->name, k, o);
			if (fabs((double)s->params[s->net.tensors[l->bias_tensor].offset
					 + (size_t)o]
				    - in * scale * n->bias[o])
				> 0.50001 * in * scale)
				fail_msg("%s: bias %d is not the nearest", l->name, o);
			const double factor = in * scale / (double)*n->scale,
				     have = ldexp(n->factors[o].multiplier, -n->factors[o].shift);
			if (!(fabs(have / factor - 1) < 1e-9) || n->factors[o].shift < 30)
				fail_msg("%s: factor %d is %.17g, should be %.17g", l->name, o,
					have, factor);
		}
	}
	release(s);
}

/* A network trained to tell bright squares apart by their place is as good in 8 bits. */
static void a_trained_network_stays_as_good(void **state)
{
	(void)state;
	enum { COUNT = 960, TESTED = 320 };
	struct subject *s = subject_new();
	paper_submodel(&s->net, (struct nn_shape){ 1, 28, 28 }, 10);
	struct check_images images =
		check_images_new(8, (struct nn_shape){ 1, 28, 28 }, COUNT, 10, false);
	static uint32_t order[COUNT];
	for (uint32_t i = 0; i < COUNT; i++) {
		order[i] = i;
		for (int p = 0; p < 784; p++) {
			const int y = p / 28 - 2 - images.labels[i] / 5 * 12,
				  x = p % 28 - 1 - images.labels[i] % 5 * 5;
			images.pixels[i * 784 + (uint32_t)p] =
				(uint8_t)(images.pixels[i * 784 + (uint32_t)p] / 2
					+ (y >= 0 && y < 8 && x >= 0 && x < 5 ? 60 : 0));
		}
	}
	const struct nn_trainer_options options = { .batch_size = 32,
		.threads = 1,
		.optimizer = { .kind = NN_NADAM,
			.lr = 1e-3,
			.beta1 = 0.9,
			.beta2 = 0.999,
			.epsilon = 1e-7 } };
	struct nn_trainer *t = nn_trainer_new(&s->net, &options);
	nn_init_net(&s->net, 1, nn_trainer_params(t));
	struct nn_score score;
	for (uint32_t epoch = 0; epoch < 6; epoch++) {
		const struct nn_epoch e = { .images = &images.images,
			.order = order + TESTED,
			.count = COUNT - TESTED,
			.seed = 1,
			.epoch = epoch };
		assert_int_equal(nn_train_epoch(t, &e, &score), -1);
	}
	nn_evaluate(t, &images.images, NULL, 0, TESTED, &score, NULL);
	char error[NN_QUANT_ERROR];
	s->q = nn_quant_new(&s->net, error);
	assert_non_null(s->q);
	assert_int_equal(
		nn_quant_fit(s->q, nn_trainer_params(t), &images.images, order + TESTED, 200, NULL),
		0);
	struct nn_quant_infer *f = nn_quant_infer_new(s->q, NULL);
	uint32_t correct = 0;
	for (uint32_t i = 0; i < TESTED; i++) {
		nn_quant_infer_bytes(f, images.pixels + (size_t)i * 784);
		correct += nn_quant_infer_class(f, 0) == images.labels[i];
	}
	if (score.correct[0] < TESTED * 8 / 10 || correct + TESTED / 50 < score.correct[0])
		fail_msg("fp32 has %u of %d right, int8 %u", score.correct[0], TESTED, correct);
	nn_quant_infer_free(f);
	nn_trainer_free(t);
	check_images_free(&images);
	nn_quant_free(s->q);
	free(s);
}

static void the_numbers_do_not_depend_on_the_kernels(void **state)
{
	(void)state;
	struct subject *s = subject_new();
	paper_unified(&s->net, (struct nn_shape){ 1, 28, 28 }, 10);
	prepare(s, "unified");
	for (int k = 0; nn_kernels_at(k); k++) {
		char error[NN_QUANT_ERROR];
		struct nn_quant *q = nn_quant_new(&s->net, error);
		assert_int_equal(nn_quant_fit(q, s->params, &s->images.images, NULL, IMAGES,
					 nn_kernels_at(k)),
			0);
		for (int i = 0; i < q->tensor_count; i++)
			assert_memory_equal(q->tensors[i].data, s->q->tensors[i].data,
				q->tensors[i].count * (q->tensors[i].type == NN_QUANT_I8 ? 1 : 4));
		nn_quant_free(q);
	}
	release(s);
}

static void what_cannot_be_quantised_is_refused_by_name(void **state)
{
	(void)state;
	char error[NN_QUANT_ERROR];
	struct nn_net *net = calloc(1, sizeof(*net));
	const int in = nn_input(net, "in", (struct nn_shape){ 1, 4, 4 });
	nn_output(net, "out",
		nn_dense(net, "dense", nn_batchnorm(net, "norm", in, .9, 1e-3), 3, false,
			NN_HE_NORMAL));
	assert_null(nn_quant_new(net, error));
	if (!strstr(error, "layer 'norm' is a batch normalisation that is not folded"))
		fail_msg("%s", error);
	nn_net_clear(net);
	nn_output(net, "out",
		nn_dense(net, "wide", nn_input(net, "in", (struct nn_shape){ 1, 300, 300 }), 3,
			false, NN_HE_NORMAL));
	assert_null(nn_quant_new(net, error));
	if (!strstr(error, "layer 'wide' reads more than 65536 numbers"))
		fail_msg("%s", error);
	free(net);
}

/* Numbers as a hostile file may have them. */
static void numbers_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	struct subject *s = subject_new();
	paper_unified(&s->net, (struct nn_shape){ 1, 28, 28 }, 10);
	prepare(s, "unified");
	struct nn_quant *q = s->q;
	const int layer = q->net->tensors[0].layer;
	struct nn_quant_layer *l = &q->layers[layer];
	const float kernel_scale = l->kernel_scale[1], scale = *l->scale;
	static const float wrong[] = { 0, -1, NAN, INFINITY, 1e38f };
	for (int i = 0; i < 5; i++) {
		l->kernel_scale[1] = wrong[i];
		assert_int_equal(nn_quant_check(q), -1);
		l->kernel_scale[1] = kernel_scale;
		*l->scale = wrong[i];
		assert_int_equal(nn_quant_check(q), -1);
		*l->scale = scale;
	}
	*l->scale = scale / 1e9f;
	assert_int_equal(nn_quant_check(q), -1);
	*l->scale = scale;
	*l->zero_point = 1; /* after a ReLU */
	assert_int_equal(nn_quant_check(q), -1);
	*l->zero_point = 256;
	assert_int_equal(nn_quant_check(q), -1);
	*l->zero_point = 0;
	const int32_t bias = l->bias[0];
	l->bias[0] = INT32_MIN;
	assert_int_equal(nn_quant_check(q), -1);
	if (!strstr(q->error, q->net->layers[layer].name))
		fail_msg("%s", q->error);
	l->bias[0] = bias;
	assert_int_equal(nn_quant_check(q), 0);
	/* Wherever it stands; a ReLU may hide it from the activations. */
	for (int i = 0; i < q->net->tensor_count; i++)
		for (int k = 2; k < 5; k++) {
			float *weight = &s->params[q->net->tensors[i].offset];
			const float kept = *weight;
			*weight = wrong[k];
			assert_int_equal(
				nn_quant_fit(q, s->params, &s->images.images, NULL, IMAGES, NULL),
				-1);
			assert_string_equal(q->error, "a weight is not a finite number");
			*weight = kept;
		}
	assert_int_equal(nn_quant_fit(q, s->params, &s->images.images, NULL, IMAGES, NULL), 0);
	release(s);
}

static void a_channel_of_zeros_and_one_of_bias_alone(void **state)
{
	(void)state;
	struct subject *s = subject_new();
	paper_submodel(&s->net, (struct nn_shape){ 1, 12, 12 }, 10);
	prepare(s, "submodel");
	const struct nn_tensor *kernel = &s->net.tensors[0], *bias = &s->net.tensors[1];
	memset(s->params + kernel->offset, 0, 18 * sizeof(*s->params)); /* two filters */
	s->params[bias->offset] = 0;
	s->params[bias->offset + 1] = 0.75f;
	assert_int_equal(nn_quant_fit(s->q, s->params, &s->images.images, NULL, IMAGES, NULL), 0);
	const struct nn_quant_layer *l = &s->q->layers[kernel->layer];
	assert_int_equal(l->bias[0], 0);
	const double now = l->bias[1] * (double)l->kernel_scale[1] / 255;
	if (!(fabs(now - 0.75) < 1e-6))
		fail_msg("a bias of 0.75 is %.9g", now);
	release(s);
}

static void a_call_allocates_nothing(void **state)
{
	(void)state;
	struct subject *s = subject_new();
	paper_unified(&s->net, (struct nn_shape){ 1, 28, 28 }, 10);
	prepare(s, "unified");
	struct nn_quant_infer *f = nn_quant_infer_new(s->q, NULL);
	const struct mallinfo2 start = mallinfo2();
	for (int i = 0; i < 100; i++)
		nn_quant_infer_bytes(f, s->images.pixels);
	const struct mallinfo2 end = mallinfo2();
	assert_int_equal(start.uordblks, end.uordblks);
	assert_int_equal(start.hblkhd, end.hblkhd);
	nn_quant_infer_free(f);
	nn_quant_infer_free(NULL);
	nn_quant_free(NULL);
	release(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_papers_networks_on_both_image_sizes),
		cmocka_unit_test(images_channels_filters_and_classes_of_every_number),
		cmocka_unit_test(every_other_layer),
		cmocka_unit_test(residual_and_depthwise_networks),
		cmocka_unit_test(groups_dilation_products_and_moved_channels),
		cmocka_unit_test(every_activation),
		cmocka_unit_test(kernels_agree_on_extremes),
		cmocka_unit_test(kernels_agree_on_convolutions),
		cmocka_unit_test(fitted_numbers_are_the_nearest),
		cmocka_unit_test(a_trained_network_stays_as_good),
		cmocka_unit_test(the_numbers_do_not_depend_on_the_kernels),
		cmocka_unit_test(what_cannot_be_quantised_is_refused_by_name),
		cmocka_unit_test(numbers_that_make_no_sense_are_refused),
		cmocka_unit_test(a_channel_of_zeros_and_one_of_bias_alone),
		cmocka_unit_test(a_call_allocates_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* c_source.c - the network as C99 source: NAME.c with its weights as constants and the few loops
 * that it needs, NAME.h to call it by. No memory is allocated: the caller lends work memory, in
 * which each layer's output lies as long as somebody reads it. Batch normalisation is folded into
 * the layer before it where that is possible, pooling is done together with the convolution before
 * it. */
#include "formats.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../data/dataset.h"

enum { NUMBERS_A_LINE = 8 };

/* A source that is being made. */
struct source {
	const struct model *model;
	struct nn_net net;        /* folded */
	float *params;            /* its own */
	struct str name, upper;   /* "fashion", "FASHION" */
	size_t at[NN_LAYERS_MAX]; /* where the layer's output lies in the work memory, in floats */
	int last_reader[NN_LAYERS_MAX]; /* the layer after which the output is not wanted any more
					 */
	int same_as[NN_LAYERS_MAX];     /* the layer whose memory it has; itself: its own */
	bool fused[NN_LAYERS_MAX];      /* a convolution that is done with the pooling behind it: no
					   output */
	bool used[NN_KIND_COUNT];       /* kinds that need a function */
	bool windows[2];                /* pooling in general: of the largest, of the mean */
	bool general;                   /* convolutions with strides that differ or dilation */
	size_t work, constants;         /* floats */
	struct str weights, calls;
};

static const struct nn_layer *input_of(const struct source *s, int l)
{
	return &s->net.layers[s->net.layers[l].inputs[0]];
}

static bool is_weighted(const struct nn_layer *l)
{
	return l->kind == NN_CONV || l->kind == NN_DEPTHWISE || l->kind == NN_DENSE;
}

/* ---- memory ---- */

static int reader_count(const struct source *s, int layer)
{
	int count = 0;
	for (int l = layer + 1; l < s->net.layer_count; l++)
		for (int i = 0; i < s->net.layers[l].input_count; i++)
			count += s->net.layers[l].inputs[i] == layer;
	return count;
}

/* Which layers have no memory of their own: dropout and outputs are what they read, all inputs are
 * one image, and what goes through its values one by one may lie where it reads, if nobody else
 * does. */
static void find_shared(struct source *s)
{
	const struct nn_net *net = &s->net;
	for (int l = 0; l < net->layer_count; l++) {
		const struct nn_layer *layer = &net->layers[l];
		const bool in_place = nn_is_activation(layer->kind) || layer->kind == NN_BATCHNORM;
		s->same_as[l] = l;
		if (layer->kind == NN_INPUT)
			s->same_as[l] = net->inputs[0];
		else if (layer->kind == NN_DROPOUT || layer->kind == NN_OUTPUT
			|| (in_place && reader_count(s, layer->inputs[0]) == 1
				&& input_of(s, l)->kind != NN_INPUT
				&& input_of(s, l)->kind != NN_DROPOUT))
			s->same_as[l] = s->same_as[layer->inputs[0]];
		if (layer->kind == NN_MAXPOOL && !layer->stride && is_weighted(input_of(s, l))
			&& !nn_is_general(input_of(s, l)) && reader_count(s, layer->inputs[0]) == 1)
			s->fused[layer->inputs[0]] = true;
	}
}

/* Outputs are wanted at the end; an input as long as somebody reads it; what a fused convolution
 * reads, its pooling reads. */
static void find_readers(struct source *s)
{
	const struct nn_net *net = &s->net;
	for (int l = 0; l < net->layer_count; l++)
		s->last_reader[l] = l;
	for (int l = net->layer_count - 1; l >= 0; l--) {
		const struct nn_layer *layer = &net->layers[l];
		const int until = layer->kind == NN_OUTPUT  ? net->layer_count
			: s->fused[l] || s->same_as[l] != l ? s->last_reader[l]
							    : l;
		for (int i = 0; i < layer->input_count; i++)
			if (s->last_reader[layer->inputs[i]] < until)
				s->last_reader[layer->inputs[i]] = until;
		if (s->last_reader[s->same_as[l]] < s->last_reader[l])
			s->last_reader[s->same_as[l]] = s->last_reader[l];
	}
}

/* Do a and b both want memory at some time? b comes after a. */
static bool meet(const struct source *s, int a, int b)
{
	return s->same_as[a] == a && !s->fused[a] && s->last_reader[a] >= b;
}

/* The lowest place that is free as long as layer l is wanted. */
static size_t find_place(const struct source *s, int l)
{
	const size_t size = nn_shape_size(s->net.layers[l].shape);
	size_t at = 0;
	for (bool moved = true; moved;) {
		moved = false;
		for (int other = 0; other < l; other++) {
			const size_t end = s->at[other] + nn_shape_size(s->net.layers[other].shape);
			if (meet(s, other, l) && at < end && s->at[other] < at + size) {
				at = end;
				moved = true;
			}
		}
	}
	return at;
}

static void lay_out(struct source *s)
{
	find_shared(s);
	find_readers(s);
	for (int l = 0; l < s->net.layer_count; l++) {
		if (s->same_as[l] != l) {
			s->at[l] = s->at[s->same_as[l]];
		} else if (!s->fused[l]) {
			s->at[l] = find_place(s, l);
			const size_t end = s->at[l] + nn_shape_size(s->net.layers[l].shape);
			if (s->work < end)
				s->work = end;
		}
	}
}

/* ---- numbers ---- */

/* Nine digits bring the same float back. */
static void add_number(struct str *out, float x)
{
	char text[32];
	snprintf(text, sizeof(text), "%.9g", (double)x);
	str_addf(out, "%s%sf", text, strpbrk(text, ".e") ? "" : ".0");
}

static void add_array(struct source *s, const char *name, int l, const float *values, size_t count)
{
	str_addf(&s->weights, "static const float %s%d[%zu] = {", name, l, count);
	for (size_t i = 0; i < count; i++) {
		str_add(&s->weights, i % NUMBERS_A_LINE ? " " : "\n\t");
		add_number(&s->weights, values[i]);
		str_add(&s->weights, ",");
	}
	str_add(&s->weights, "\n};\n");
	s->constants += count;
}

static const float *tensor_of(const struct source *s, int tensor)
{
	return s->params + s->net.tensors[tensor].offset;
}

/* ---- layers ---- */

/* A weighted layer and, if `pool` is not it, the pooling behind it. A dense layer is a convolution
 * over the whole map. */
static void add_weighted(struct source *s, int l, int pool)
{
	const struct nn_layer *layer = &s->net.layers[l], *out = &s->net.layers[pool];
	const struct nn_shape in = input_of(s, l)->shape;
	const bool dense = layer->kind == NN_DENSE;
	const int height = dense ? in.height : layer->kernel_height,
		  width = dense ? in.width : layer->kernel_width;
	const int groups = layer->kind == NN_DEPTHWISE ? in.channels
		: layer->groups                        ? layer->groups
						       : 1,
		  each = in.channels / groups;
	add_array(s, "w", l, tensor_of(s, layer->kernel_tensor),
		s->net.tensors[layer->kernel_tensor].count);
	if (layer->bias_tensor >= 0)
		add_array(s, "b", l, tensor_of(s, layer->bias_tensor),
			s->net.tensors[layer->bias_tensor].count);
	str_addf(&s->weights,
		"static const struct conv c%d = { %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, "
		"%d, %d };\n",
		l, each, layer->shape.channels / groups, in.height, in.width, out->shape.channels,
		out->shape.height, out->shape.width, height, width, dense ? 1 : layer->stride,
		dense ? 0 : nn_window_padding(layer, 0, in.height) / 2,
		dense ? 0 : nn_window_padding(layer, 1, in.width) / 2,
		pool == l ? 1 : out->kernel_height, layer->relu);
	str_addf(&s->calls, "\tconv(work + %zu, w%d, ", s->at[layer->inputs[0]], l);
	if (layer->bias_tensor >= 0)
		str_addf(&s->calls, "b%d", l);
	else
		str_add(&s->calls, "0");
	str_addf(&s->calls, ", work + %zu, &c%d); /* %s */\n", s->at[pool], l, layer->name);
	s->used[NN_CONV] = true;
}

/* A convolution with strides that differ or dilation. */
static void add_general(struct source *s, int l)
{
	const struct nn_layer *layer = &s->net.layers[l];
	const struct nn_shape in = input_of(s, l)->shape;
	const int groups = layer->kind == NN_DEPTHWISE ? in.channels
		: layer->groups                        ? layer->groups
						       : 1;
	add_array(s, "w", l, tensor_of(s, layer->kernel_tensor),
		s->net.tensors[layer->kernel_tensor].count);
	if (layer->bias_tensor >= 0)
		add_array(s, "b", l, tensor_of(s, layer->bias_tensor),
			s->net.tensors[layer->bias_tensor].count);
	str_addf(&s->weights,
		"static const struct general c%d = { %d, %d, %d, %d, %d, %d, %d, { %d, %d }, { %d, "
		"%d }, { %d, %d }, { %d, %d }, %d };\n",
		l, in.channels / groups, layer->shape.channels / groups, in.height, in.width,
		layer->shape.channels, layer->shape.height, layer->shape.width,
		layer->kernel_height, layer->kernel_width, layer->stride, layer->stride_width,
		layer->dilation, layer->dilation_width, nn_window_padding(layer, 0, in.height) / 2,
		nn_window_padding(layer, 1, in.width) / 2, layer->relu);
	str_addf(&s->calls, "\tgeneral(work + %zu, w%d, ", s->at[layer->inputs[0]], l);
	if (layer->bias_tensor >= 0)
		str_addf(&s->calls, "b%d", l);
	else
		str_add(&s->calls, "0");
	str_addf(&s->calls, ", work + %zu, &c%d); /* %s */\n", s->at[l], l, layer->name);
	s->general = true;
}

static void add_pool(struct source *s, int l)
{
	const struct nn_layer *layer = &s->net.layers[l];
	const struct nn_shape in = input_of(s, l)->shape;
	if (layer->kind == NN_MAXPOOL && s->fused[layer->inputs[0]]) {
		add_weighted(s, layer->inputs[0], l);
		return;
	}
	if (layer->stride) {
		str_addf(&s->calls,
			"\twindow_%s(work + %zu, work + %zu, %d, %d, %d, %d, %d, %d, %d, %d, %d, "
			"%d, "
			"%d); "
			"/* %s */\n",
			layer->kind == NN_MAXPOOL ? "largest" : "mean", s->at[layer->inputs[0]],
			s->at[l], in.channels, in.height, in.width, layer->shape.height,
			layer->shape.width, layer->kernel_height, layer->kernel_width,
			layer->stride, layer->stride_width,
			nn_window_padding(layer, 0, in.height) / 2,
			nn_window_padding(layer, 1, in.width) / 2, layer->name);
		s->windows[layer->kind != NN_MAXPOOL] = true;
		return;
	}
	str_addf(&s->calls, "\t%s(work + %zu, work + %zu, %d, %d, %d, %d, %d, %d, %d); /* %s */\n",
		layer->kind == NN_MAXPOOL ? "largest" : "average", s->at[layer->inputs[0]],
		s->at[l], in.channels, in.height, in.width, layer->shape.height, layer->shape.width,
		layer->kernel_height, layer->kernel_width, layer->name);
	s->used[layer->kind] = true;
}

static void add_joint(struct source *s, int l)
{
	const struct nn_layer *layer = &s->net.layers[l];
	size_t at = s->at[l];
	for (int i = 0; i < layer->input_count; i++) {
		const size_t size = nn_shape_size(s->net.layers[layer->inputs[i]].shape);
		const bool copies = layer->kind == NN_CONCAT || i == 0;
		str_addf(&s->calls, "\t%s(work + %zu, work + %zu, %zu); /* %s */\n",
			copies ? "copy" : "add", s->at[layer->inputs[i]], at, size, layer->name);
		at += layer->kind == NN_CONCAT ? size : 0;
		s->used[copies ? NN_CONCAT : NN_ADD] = true;
	}
}

static void add_product(struct source *s, int l)
{
	const struct nn_layer *layer = &s->net.layers[l];
	const struct nn_shape by = s->net.layers[layer->inputs[1]].shape;
	const int positions =
		by.height == 1 && by.width == 1 ? layer->shape.height * layer->shape.width : 1;
	str_addf(&s->calls, "\tproduct(work + %zu, work + %zu, work + %zu, %zu, %d); /* %s */\n",
		s->at[layer->inputs[0]], s->at[layer->inputs[1]], s->at[l],
		nn_shape_size(layer->shape) / (size_t)positions, positions, layer->name);
	s->used[NN_MULTIPLY] = true;
}

/* Shuffle and padding: channel by channel. */
static void add_channels(struct source *s, int l)
{
	const struct nn_layer *layer = &s->net.layers[l];
	const size_t plane = (size_t)layer->shape.height * (size_t)layer->shape.width;
	for (int c = 0; c < layer->shape.channels; c++) {
		const int from = nn_channel_source(&s->net, layer, c);
		const size_t to = s->at[l] + (size_t)c * plane;
		if (from < 0)
			str_addf(&s->calls, "\tclear(work + %zu, %zu);", to, plane);
		else
			str_addf(&s->calls, "\tcopy(work + %zu, work + %zu, %zu);",
				s->at[layer->inputs[0]] + (size_t)from * plane, to, plane);
		if (c)
			str_add(&s->calls, "\n");
		else
			str_addf(&s->calls, " /* %s */\n", layer->name);
		s->used[from < 0 ? NN_PAD : NN_CONCAT] = true;
	}
}

/* A batch normalisation that could not be folded: y = x scale + shift. */
static int add_normalisation(struct source *s, int l, struct err *e)
{
	const struct nn_layer *layer = &s->net.layers[l];
	const size_t channels = (size_t)layer->shape.channels;
	const float *gamma = tensor_of(s, layer->kernel_tensor),
		    *beta = tensor_of(s, layer->bias_tensor);
	const float *mean = tensor_of(s, layer->mean_tensor),
		    *variance = tensor_of(s, layer->variance_tensor);
	float *scale = malloc(2 * channels * sizeof(*scale));
	if (!scale)
		return err_nomem(e);
	for (size_t c = 0; c < channels; c++) {
		const double by = (double)gamma[c] / sqrt((double)variance[c] + layer->epsilon);
		scale[c] = (float)by;
		scale[channels + c] = (float)((double)beta[c] - (double)mean[c] * by);
	}
	add_array(s, "w", l, scale, channels);
	add_array(s, "b", l, scale + channels, channels);
	free(scale);
	str_addf(&s->calls, "\tnormalise(work + %zu, work + %zu, w%d, b%d, %zu, %d); /* %s */\n",
		s->at[layer->inputs[0]], s->at[l], l, l, channels,
		layer->shape.height * layer->shape.width, layer->name);
	s->used[NN_BATCHNORM] = true;
	return 0;
}

/* Constants of each channel, or of each number: then each is a channel of one position. */
static void add_constants(struct source *s, int l)
{
	const struct nn_layer *layer = &s->net.layers[l];
	const size_t count = s->net.tensors[layer->mean_tensor].count;
	add_array(s, "w", l, tensor_of(s, layer->variance_tensor), count);
	add_array(s, "b", l, tensor_of(s, layer->mean_tensor), count);
	str_addf(&s->calls, "\tstandardise(work + %zu, work + %zu, w%d, b%d, %zu, %zu); /* %s */\n",
		s->at[layer->inputs[0]], s->at[l], l, l, count, nn_shape_size(layer->shape) / count,
		layer->name);
	s->used[NN_NORMALIZE] = true;
}

static const char *const activations[NN_KIND_COUNT] = {
	[NN_RELU] = "relu",
	[NN_RELU6] = "relu6",
	[NN_SILU] = "silu",
	[NN_TANH] = "hyperbolic",
	[NN_SIGMOID] = "sigmoid",
	[NN_LEAKY_RELU] = "leaky_relu",
	[NN_GELU] = "gelu",
	[NN_HARD_SWISH] = "hard_swish",
	[NN_HARD_SIGMOID] = "hard_sigmoid",
};

static void add_activation(struct source *s, int l)
{
	const struct nn_layer *layer = &s->net.layers[l];
	str_addf(&s->calls, "\t%s(work + %zu, work + %zu, ", activations[layer->kind],
		s->at[layer->inputs[0]], s->at[l]);
	if (layer->kind == NN_LEAKY_RELU) {
		add_number(&s->calls, (float)layer->slope);
		str_add(&s->calls, ", ");
	}
	str_addf(&s->calls, "%zu); /* %s */\n", nn_shape_size(layer->shape), layer->name);
	s->used[layer->kind] = true;
}

/* Does it call math.h? */
static bool needs_math(const struct source *s)
{
	return s->used[NN_SILU] || s->used[NN_TANH] || s->used[NN_SIGMOID] || s->used[NN_GELU];
}

static void add_output(struct source *s, int l, size_t *logits)
{
	const size_t classes = nn_shape_size(s->net.layers[l].shape);
	str_addf(&s->calls, "\tcopy(work + %zu, logits + %zu, %zu);\n", s->at[l], *logits, classes);
	s->used[NN_CONCAT] = true;
	*logits += classes;
}

static int add_layers(struct source *s, size_t *logits, struct err *e)
{
	for (int l = 0; l < s->net.layer_count; l++) {
		const struct nn_layer *layer = &s->net.layers[l];
		switch (layer->kind) {
		case NN_INPUT:
		case NN_DROPOUT: break;
		case NN_CONV:
		case NN_DEPTHWISE:
		case NN_DENSE:
			if (nn_is_general(layer))
				add_general(s, l);
			else if (!s->fused[l])
				add_weighted(s, l, l);
			break;
		case NN_MAXPOOL:
		case NN_AVGPOOL: add_pool(s, l); break;
		case NN_CONCAT:
		case NN_ADD: add_joint(s, l); break;
		case NN_NORMALIZE: add_constants(s, l); break;
		case NN_MULTIPLY: add_product(s, l); break;
		case NN_SHUFFLE:
		case NN_PAD: add_channels(s, l); break;
		default: add_activation(s, l); break;
		case NN_BATCHNORM:
			if (add_normalisation(s, l, e))
				return -1;
			break;
		case NN_OUTPUT: add_output(s, l, logits); break;
		}
	}
	return 0;
}

/* ---- functions of the source ---- */

/* "@" is the name in capitals. */
static const struct function {
	enum nn_kind kind;
	const char *text;
} functions[] = {
	{ NN_CONV,
		"/* A convolution with ReLU and max pooling: each filter sums `each` input "
		"channels, those of its group of so many filters. */\n"
		"struct conv {\n"
		"\tint each, group, in_height, in_width, filters, height, width, kernel_height, "
		"kernel_width, stride, top, left, pool, relu;\n"
		"};\n\n"
		"/* One sum, around row y and column x of the convolution's output. in: the "
		"filter's first channel. */\n"
		"static float sum(const float *in, const float *w, float bias, int y, int x, const "
		"struct conv *c)\n"
		"{\n"
		"\tconst int row = y * c->stride - c->top, column = x * c->stride - c->left;\n"
		"\tconst int first_y = row < 0 ? -row : 0, first_x = column < 0 ? -column : 0;\n"
		"\tconst int last_y = row + c->kernel_height > c->in_height ? c->in_height - row : "
		"c->kernel_height;\n"
		"\tconst int last_x = column + c->kernel_width > c->in_width ? c->in_width - "
		"column : c->kernel_width;\n"
		"\tint i, ky, kx;\n"
		"\tfor (i = 0; i < c->each; i++, in += c->in_height * c->in_width, w += "
		"c->kernel_height * c->kernel_width)\n"
		"\t\tfor (ky = first_y; ky < last_y; ky++)\n"
		"\t\t\tfor (kx = first_x; kx < last_x; kx++)\n"
		"\t\t\t\tbias = @_FMA(w[ky * c->kernel_width + kx], in[(row + ky) * c->in_width + "
		"column + kx], bias);\n"
		"\treturn bias;\n"
		"}\n\n"
		"static float largest_sum(const float *in, const float *w, float bias, int y, int "
		"x, const struct conv *c)\n"
		"{\n"
		"\tfloat best = sum(in, w, bias, y * c->pool, x * c->pool, c);\n"
		"\tint dy, dx;\n"
		"\tfor (dy = 0; dy < c->pool; dy++)\n"
		"\t\tfor (dx = dy == 0; dx < c->pool; dx++) {\n"
		"\t\t\tconst float next = sum(in, w, bias, y * c->pool + dy, x * c->pool + dx, "
		"c);\n"
		"\t\t\tif (next > best)\n"
		"\t\t\t\tbest = next;\n"
		"\t\t}\n"
		"\treturn c->relu && best < 0 ? 0 : best;\n"
		"}\n\n"
		"static void conv(const float *in, const float *w, const float *b, float *out, "
		"const struct conv *c)\n"
		"{\n"
		"\tint o, y, x;\n"
		"\tfor (o = 0; o < c->filters; o++, w += c->each * c->kernel_height * "
		"c->kernel_width)\n"
		"\t\tfor (y = 0; y < c->height; y++)\n"
		"\t\t\tfor (x = 0; x < c->width; x++)\n"
		"\t\t\t\t*out++ = largest_sum(in + o / c->group * c->each * c->in_height * "
		"c->in_width, w, b ? b[o] : 0, y, x, c);\n"
		"}\n\n" },
	{ NN_MAXPOOL,
		"static void largest(const float *in, float *out, int channels, int in_height, int "
		"in_width, int height, int width, int rows, int columns)\n"
		"{\n"
		"\tint c, y, x, ky, kx;\n"
		"\tfor (c = 0; c < channels; c++, in += in_height * in_width)\n"
		"\t\tfor (y = 0; y < height; y++)\n"
		"\t\t\tfor (x = 0; x < width; x++, out++) {\n"
		"\t\t\t\tconst float *from = in + y * rows * in_width + x * columns;\n"
		"\t\t\t\t*out = *from;\n"
		"\t\t\t\tfor (ky = 0; ky < rows; ky++)\n"
		"\t\t\t\t\tfor (kx = 0; kx < columns; kx++)\n"
		"\t\t\t\t\t\tif (from[ky * in_width + kx] > *out)\n"
		"\t\t\t\t\t\t\t*out = from[ky * in_width + kx];\n"
		"\t\t\t}\n"
		"}\n\n" },
	{ NN_AVGPOOL,
		"static void average(const float *in, float *out, int channels, int in_height, int "
		"in_width, int height, int width, int rows, int columns)\n"
		"{\n"
		"\tint c, y, x, ky, kx;\n"
		"\tfor (c = 0; c < channels; c++, in += in_height * in_width)\n"
		"\t\tfor (y = 0; y < height; y++)\n"
		"\t\t\tfor (x = 0; x < width; x++, out++) {\n"
		"\t\t\t\tconst float *from = in + y * rows * in_width + x * columns;\n"
		"\t\t\t\t*out = 0;\n"
		"\t\t\t\tfor (ky = 0; ky < rows; ky++)\n"
		"\t\t\t\t\tfor (kx = 0; kx < columns; kx++)\n"
		"\t\t\t\t\t\t*out += from[ky * in_width + kx];\n"
		"\t\t\t\t*out /= (float)(rows * columns);\n"
		"\t\t\t}\n"
		"}\n\n" },
	{ NN_CONCAT,
		"static void copy(const float *in, float *out, int count)\n{\n\tint i;\n\tfor (i = "
		"0; i < count; i++)\n\t\tout[i] = in[i];\n}\n\n" },
	{ NN_ADD,
		"static void add(const float *in, float *out, int count)\n{\n\tint i;\n\tfor (i = "
		"0; i < count; i++)\n\t\tout[i] += in[i];\n}\n\n" },
	{ NN_MULTIPLY,
		"/* Each number of `by` is the factor of so many positions. */\n"
		"static void product(const float *in, const float *by, float *out, int count, int "
		"positions)\n{\n\tint i, p;\n\tfor (i = 0; i < count; i++)\n\t\tfor (p = 0; p < "
		"positions; p++)\n\t\t\t*out++ = *in++ * by[i];\n}\n\n" },
	{ NN_PAD,
		"static void clear(float *out, int count)\n{\n\tint i;\n\tfor (i = 0; i < count; "
		"i++)\n\t\tout[i] = 0;\n}\n\n" },
	{ NN_RELU,
		"static void relu(const float *in, float *out, int count)\n{\n\tint i;\n\tfor (i = "
		"0; i < count; i++)\n\t\tout[i] = in[i] > 0 ? in[i] : 0;\n}\n\n" },
	{ NN_RELU6,
		"static void relu6(const float *in, float *out, int count)\n{\n\tint i;\n\tfor (i "
		"= 0; i < count; i++)\n"
		"\t\tout[i] = in[i] < 0 ? 0 : in[i] > 6 ? 6 : in[i];\n}\n\n" },
	{ NN_SILU,
		"static void silu(const float *in, float *out, int count)\n{\n\tint i;\n\tfor (i = "
		"0; i < count; i++)\n"
		"\t\tout[i] = in[i] / (1.0f + expf(-in[i]));\n}\n\n" },
	{ NN_NORMALIZE,
		"static void standardise(const float *in, float *out, const float *scale, const "
		"float *mean, int channels, int positions)\n"
		"{\n"
		"\tint c, i;\n"
		"\tfor (c = 0; c < channels; c++)\n"
		"\t\tfor (i = 0; i < positions; i++)\n"
		"\t\t\tout[c * positions + i] = (in[c * positions + i] - mean[c]) * scale[c];\n"
		"}\n\n" },
	{ NN_TANH,
		"static void hyperbolic(const float *in, float *out, int count)\n{\n\tint "
		"i;\n\tfor (i = 0; i < count; i++)\n\t\tout[i] = tanhf(in[i]);\n}\n\n" },
	{ NN_SIGMOID,
		"static void sigmoid(const float *in, float *out, int count)\n{\n\tint "
		"i;\n\tfor (i = 0; i < count; i++)\n\t\tout[i] = 1.0f / (1.0f + "
		"expf(-in[i]));\n}\n\n" },
	{ NN_LEAKY_RELU,
		"static void leaky_relu(const float *in, float *out, float slope, int "
		"count)\n{\n\tint i;\n\tfor (i = 0; i < count; i++)\n\t\tout[i] = in[i] > 0 ? "
		"in[i] : slope * in[i];\n}\n\n" },
	{ NN_GELU,
		"static void gelu(const float *in, float *out, int count)\n{\n\tint i;\n\tfor (i = "
		"0; i < count; i++)\n\t\tout[i] = 0.5f * in[i] * (1.0f + erff(in[i] * "
		"0.70710678f));\n}\n\n" },
	{ NN_HARD_SWISH,
		"static void hard_swish(const float *in, float *out, int count)\n{\n\tint "
		"i;\n\tfor (i = 0; i < count; i++)\n\t\tout[i] = in[i] <= -3 ? 0 : in[i] >= 3 ? "
		"in[i] : in[i] * (in[i] + 3) / 6;\n}\n\n" },
	{ NN_HARD_SIGMOID,
		"static void hard_sigmoid(const float *in, float *out, int count)\n{\n\tint "
		"i;\n\tfor (i = 0; i < count; i++)\n\t\tout[i] = in[i] <= -3 ? 0 : in[i] >= 3 ? 1 "
		": (in[i] + 3) / 6;\n}\n\n" },
	{ NN_BATCHNORM,
		"static void normalise(const float *in, float *out, const float *scale, const "
		"float *shift, int channels, int positions)\n"
		"{\n"
		"\tint c, i;\n"
		"\tfor (c = 0; c < channels; c++)\n"
		"\t\tfor (i = 0; i < positions; i++)\n"
		"\t\t\tout[c * positions + i] = @_FMA(in[c * positions + i], scale[c], shift[c]);\n"
		"}\n\n" },
};

/* Pooling of windows that overlap or reach beyond the map. */
#define WINDOW_HEAD(name)                                                                        \
	"static void window_" name "(const float *in, float *out, int channels, int in_height, " \
	"int in_width, int height, int width,\n\tint rows, int columns, int down, int across, "  \
	"int top, int "                                                                          \
	"left)\n{\n\tint c, y, x, ky, kx;\n"                                                     \
	"\tfor (c = 0; c < channels; c++, in += in_height * in_width)\n"                         \
	"\t\tfor (y = 0; y < height; y++)\n"                                                     \
	"\t\t\tfor (x = 0; x < width; x++, out++) {\n"                                           \
	"\t\t\t\tconst int row = y * down - top, column = x * across - left;\n"                  \
	"\t\t\t\tint count = 0;\n"                                                               \
	"\t\t\t\t*out = 0;\n"                                                                    \
	"\t\t\t\tfor (ky = row < 0 ? -row : 0; ky < rows && row + ky < in_height; ky++)\n"       \
	"\t\t\t\t\tfor (kx = column < 0 ? -column : 0; kx < columns && column + kx < in_width; " \
	"kx++) {\n"                                                                              \
	"\t\t\t\t\t\tconst float next = in[(row + ky) * in_width + column + kx];\n"
static const char *const window_functions[2] = {
	WINDOW_HEAD("largest") "\t\t\t\t\t\tif (count++ == 0 || next > *out)\n"
			       "\t\t\t\t\t\t\t*out = next;\n"
			       "\t\t\t\t\t}\n"
			       "\t\t\t}\n"
			       "}\n\n",
	WINDOW_HEAD("mean") "\t\t\t\t\t\t*out += next;\n"
			    "\t\t\t\t\t\tcount++;\n"
			    "\t\t\t\t\t}\n"
			    "\t\t\t\t*out /= (float)count;\n"
			    "\t\t\t}\n"
			    "}\n\n",
};

static const char general_function[] =
	"/* A convolution of any strides and dilation, by row and by column. */\n"
	"struct general {\n"
	"\tint each, group, in_height, in_width, filters, height, width, kernel[2], stride[2], "
	"dilation[2], padding[2], relu;\n"
	"};\n\n"
	"static void general(const float *in, const float *w, const float *b, float *out, const "
	"struct general *c)\n"
	"{\n"
	"\tint o, y, x, i, ky, kx;\n"
	"\tfor (o = 0; o < c->filters; o++)\n"
	"\t\tfor (y = 0; y < c->height; y++)\n"
	"\t\t\tfor (x = 0; x < c->width; x++) {\n"
	"\t\t\t\tfloat sum = b ? b[o] : 0;\n"
	"\t\t\t\tfor (i = 0; i < c->each; i++)\n"
	"\t\t\t\t\tfor (ky = 0; ky < c->kernel[0]; ky++)\n"
	"\t\t\t\t\t\tfor (kx = 0; kx < c->kernel[1]; kx++) {\n"
	"\t\t\t\t\t\t\tconst int row = y * c->stride[0] + ky * c->dilation[0] - "
	"c->padding[0];\n"
	"\t\t\t\t\t\t\tconst int column = x * c->stride[1] + kx * c->dilation[1] - "
	"c->padding[1];\n"
	"\t\t\t\t\t\t\tif (row >= 0 && row < c->in_height && column >= 0 && column < "
	"c->in_width)\n"
	"\t\t\t\t\t\t\t\tsum = @_FMA(w[((o * c->each + i) * c->kernel[0] + ky) * "
	"c->kernel[1] + kx], in[((o / c->group * c->each + i) * c->in_height + row) * c->in_width "
	"+ "
	"column], sum);\n"
	"\t\t\t\t\t\t}\n"
	"\t\t\t\t*out++ = c->relu && sum < 0 ? 0 : sum;\n"
	"\t\t\t}\n"
	"}\n\n";

/* The text with "@" as the name in capitals, "$" as the name, "~" as the type of a number of the
 * image. */
static void add_named(struct str *out, const char *text, const struct source *s)
{
	for (; *text; text++)
		if (*text == '@')
			str_add(out, s->upper.s);
		else if (*text == '$')
			str_add(out, s->name.s);
		else if (*text == '~')
			str_add(out, s->model->facts.reals ? "float" : "unsigned char");
		else
			str_add_bytes(out, text, 1);
}

/* ---- both files ---- */

/* Letters, digits and underscores of the file's name; a letter first. */
static void set_name(struct source *s, const char *name)
{
	if (!isalpha((unsigned char)name[0]))
		str_add(&s->name, "model_");
	for (; *name; name++) {
		const char c = isalnum((unsigned char)*name) ? *name : '_';
		str_add_bytes(&s->name, &c, 1);
	}
	for (size_t i = 0; i < s->name.length; i++) {
		const char c = (char)toupper((unsigned char)s->name.s[i]);
		str_add_bytes(&s->upper, &c, 1);
	}
}

static void describe(const struct source *s, struct str *out)
{
	const struct model_facts *f = &s->model->facts;
	str_addf(out, " a trained network with %zu parameters, written by retrial export.\n",
		s->model->net.parameter_count);
	if (f->identity[0])
		str_addf(out, " * Trial %s", f->identity);
	if (f->identity[0] && f->fold >= 0)
		str_addf(out, ", fold %d", f->fold);
	if (f->identity[0])
		str_add(out, ".\n");
	if (f->test_count)
		str_addf(out, " * Trained for %s (%s); test accuracy %.6g on %d images.\n",
			f->dataset, f->data_variant, f->test_accuracy[0], f->test_count);
	str_addf(out, " * %zu bytes of constants, %zu bytes of work memory.\n",
		s->constants * sizeof(float), s->work * sizeof(float));
}

static void write_header(const struct source *s, size_t logits, struct str *out)
{
	const struct nn_shape in = s->net.layers[s->net.inputs[0]].shape;
	const int classes = s->net.layers[s->net.outputs[0]].shape.channels;
	str_addf(out, "/* %s.h -", s->name.s);
	describe(s, out);
	add_named(out, " * C99 without any library", s);
	add_named(out, needs_math(s) ? " but math.h" : "", s);
	add_named(out,
		"; nothing is allocated, nothing is kept between calls. */\n#ifndef @_H\n#define "
		"@_H\n\n"
		"#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n",
		s);
	add_named(out, "enum {\n", s);
	add_named(out, "\t@_CHANNELS = ", s);
	str_addf(out, "%d,\n", in.channels);
	add_named(out, "\t@_HEIGHT = ", s);
	str_addf(out, "%d,\n", in.height);
	add_named(out, "\t@_WIDTH = ", s);
	str_addf(out, "%d,\n", in.width);
	add_named(out, "\t@_PIXELS = ", s);
	str_addf(out, "%zu,\n", nn_shape_size(in));
	add_named(out, "\t@_CLASSES = ", s);
	str_addf(out, "%d,\n", classes);
	add_named(out, "\t@_LOGITS = ", s);
	str_addf(out, "%zu, /* of all outputs */\n", logits);
	add_named(out, "\t@_WORK = ", s);
	str_addf(out, "%zu /* floats */\n};\n\n", s->work);
	add_named(out,
		"/* Logits of an image: its bytes (or floats, as in the data set) by channel, row, "
		"column. work: memory of @_WORK floats for the call. */\n"
		"void $_run(const ~ image[@_PIXELS], float work[@_WORK], float "
		"logits[@_LOGITS]);\n\n"
		"/* The class with the largest logit of the first output; the first of equals. */\n"
		"int $_predict(const ~ image[@_PIXELS], float work[@_WORK]);\n\n",
		s);
	if (s->model->facts.dataset[0])
		add_named(out, "extern const char *const $_class_names[@_CLASSES];\n\n", s);
	add_named(out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n", s);
}

static void write_class_names(const struct source *s, struct str *out)
{
	if (!s->model->facts.dataset[0])
		return;
	add_named(out, "const char *const $_class_names[@_CLASSES] = {\n", s);
	for (int k = 0; k < s->net.layers[s->net.outputs[0]].shape.channels; k++) {
		char number[16];
		str_add(out, "\t\"");
		for (const char *c = model_class_name(s->model, k, number); *c; c++)
			if ((unsigned char)*c >= ' ' && *c != '"' && *c != '\\')
				str_add_bytes(out, c, 1);
		str_add(out, "\",\n");
	}
	str_add(out, "};\n\n");
}

static void write_source(const struct source *s, const char *file, struct str *out)
{
	str_addf(out, "/* %s.c -", s->name.s);
	describe(s, out);
	add_named(out,
		" * With -D@_EXACT every sum is made by fused multiply-adds (fmaf of math.h), as "
		"retrial makes it: the same bits. */\n",
		s);
	str_addf(out, "#include \"%s.h\"\n\n", file);
	if (needs_math(s))
		str_add(out, "#include <math.h>\n\n");
	add_named(out,
		"#ifdef @_EXACT\n#include <math.h>\n#define @_FMA(a, b, c) fmaf(a, b, "
		"c)\n#else\n#define @_FMA(a, b, c) ((a) * (b) + (c))\n#endif\n\n",
		s);
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (s->used[functions[i].kind])
			add_named(out, functions[i].text, s);
	if (s->general)
		add_named(out, general_function, s);
	for (int i = 0; i < 2; i++)
		if (s->windows[i])
			str_add(out, window_functions[i]);
	str_add_bytes(out, s->weights.s ? s->weights.s : "", s->weights.length);
	str_add(out, "\n");
	write_class_names(s, out);
	add_named(out,
		"void $_run(const ~ image[@_PIXELS], float work[@_WORK], float "
		"logits[@_LOGITS])\n{\n\tint i;\n"
		"\tfor (i = 0; i < @_PIXELS; i++)\n",
		s);
	str_addf(out, "\t\twork[%zu + i] = %s;\n", s->at[s->net.inputs[0]],
		s->model->facts.reals ? "image[i]" : "(float)image[i] / 255.0f");
	str_add(out, s->calls.s);
	add_named(out,
		"}\n\nint $_predict(const ~ image[@_PIXELS], float "
		"work[@_WORK])\n{\n\tfloat logits[@_LOGITS];\n\tint best = 0, k;\n"
		"\t$_run(image, work, logits);\n\tfor (k = 1; k < @_CLASSES; k++)\n\t\tif "
		"(logits[k] > logits[best])\n\t\t\tbest = k;\n"
		"\treturn best;\n}\n",
		s);
}

int c_source_write(const struct model *m, const struct model_writing *how, struct model_files *out,
	struct err *e)
{
	struct source *s = calloc(1, sizeof(*s));
	int result = -1;
	size_t logits = 0;
	if (!s)
		return err_nomem(e);
	if (strpbrk(how->name, "\"\\\n")) {
		free(s);
		return err_set(e, ERR_USAGE,
			"a C file with a name of quotes, backslashes or line ends cannot include "
			"its header");
	}
	s->model = m;
	s->params = malloc(m->net.parameter_count * sizeof(*s->params) + 1);
	if (!s->params) {
		err_nomem(e);
	} else if (nn_fold_batchnorm(&m->net, m->params, &s->net, s->params)) {
		err_set(e, ERR_FAILED, "%s", s->net.error);
	} else {
		set_name(s, how->name);
		lay_out(s);
		result = add_layers(s, &logits, e);
	}
	if (!result) {
		write_source(s, how->name, &out->main);
		write_header(s, logits, &out->header);
		out->constant_bytes = s->constants * sizeof(float);
	}
	str_free(&s->name);
	str_free(&s->upper);
	str_free(&s->weights);
	str_free(&s->calls);
	free(s->params);
	free(s);
	return result;
}

/* net.c - building a network: shapes, limits, and the table of parameter tensors. */
#include "net.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { CHANNELS_MAX = 65536 };

size_t nn_shape_size(struct nn_shape s)
{
	return (size_t)s.channels * (size_t)s.height * (size_t)s.width;
}

void nn_net_clear(struct nn_net *net)
{
	net->layer_count = net->tensor_count = net->input_count = net->output_count = 0;
	net->parameter_count = 0;
	net->error[0] = '\0';
}

/* Keep the first error: what follows from it would only mislead. */
#define FAIL(net, ...) \
	((net)->error[0] ? -1 : (snprintf((net)->error, sizeof(net)->error, __VA_ARGS__), -1))

/* Append a layer with these inputs and no shape yet; NULL when a limit is passed or an input does
 * not exist. */
static struct nn_layer *add_layer(
	struct nn_net *net, enum nn_kind kind, const char *name, const int *inputs, int input_count)
{
	if (net->error[0])
		return NULL;
	if (net->layer_count == NN_LAYERS_MAX) {
		FAIL(net, "%s: more than %d layers", name, NN_LAYERS_MAX);
		return NULL;
	}
	if (strlen(name) >= NN_NAME_MAX) {
		FAIL(net, "%.40s...: a layer's name has at most %d bytes", name, NN_NAME_MAX - 1);
		return NULL;
	}
	if (input_count > NN_LAYER_INPUTS_MAX) {
		FAIL(net, "%s: %d inputs, at most %d", name, input_count, NN_LAYER_INPUTS_MAX);
		return NULL;
	}
	struct nn_layer *layer = &net->layers[net->layer_count];
	*layer = (struct nn_layer){ .kind = kind,
		.input_count = input_count,
		.stride = 1,
		.stride_width = 1,
		.dilation = 1,
		.dilation_width = 1,
		.kernel_tensor = -1,
		.bias_tensor = -1,
		.mean_tensor = -1,
		.variance_tensor = -1 };
	snprintf(layer->name, sizeof(layer->name), "%s", name);
	for (int i = 0; i < input_count; i++) {
		if (inputs[i] < 0 || inputs[i] >= net->layer_count) {
			FAIL(net, "%s: input %d is no layer before it", name, inputs[i]);
			return NULL;
		}
		layer->inputs[i] = inputs[i];
	}
	return layer;
}

static int finish_layer(struct nn_net *net, struct nn_layer *layer, struct nn_shape shape)
{
	layer->shape = shape;
	return net->layer_count++;
}

static int add_tensor(struct nn_net *net, const char *layer_name, const char *suffix, size_t count,
	int fan_in, int fan_out, bool bias, enum nn_init_kind init)
{
	if (net->tensor_count == 2 * NN_LAYERS_MAX)
		return FAIL(
			net, "%s: more than %d parameter tensors", layer_name, 2 * NN_LAYERS_MAX);
	struct nn_tensor *t = &net->tensors[net->tensor_count];
	*t = (struct nn_tensor){ .layer = net->layer_count,
		.offset = net->parameter_count,
		.count = count,
		.fan_in = fan_in,
		.fan_out = fan_out,
		.bias = bias,
		.init = init };
	snprintf(t->name, sizeof(t->name), "%s/%s", layer_name, suffix);
	net->parameter_count += count;
	return net->tensor_count++;
}

static struct nn_shape input_shape(const struct nn_net *net, const struct nn_layer *layer)
{
	return net->layers[layer->inputs[0]].shape;
}

int nn_input(struct nn_net *net, const char *name, struct nn_shape shape)
{
	struct nn_layer *layer = add_layer(net, NN_INPUT, name, NULL, 0);
	if (!layer)
		return -1;
	if (shape.channels < 1 || shape.height < 1 || shape.width < 1
		|| shape.channels > CHANNELS_MAX || shape.height > 1024 || shape.width > 1024)
		return FAIL(net, "%s: shape %dx%dx%d is not within 1 to 1024, %d channels", name,
			shape.channels, shape.height, shape.width, CHANNELS_MAX);
	if (net->input_count == NN_OUTPUTS_MAX)
		return FAIL(net, "%s: more than %d inputs", name, NN_OUTPUTS_MAX);
	net->inputs[net->input_count++] = net->layer_count;
	return finish_layer(net, layer, shape);
}

int nn_window_stride(const struct nn_layer *layer, int axis)
{
	return axis ? layer->stride_width : layer->stride;
}

int nn_window_span(const struct nn_layer *layer, int axis)
{
	const int kernel = axis ? layer->kernel_width : layer->kernel_height;
	return (kernel - 1) * (axis ? layer->dilation_width : layer->dilation) + 1;
}

/* Windows along an axis of `size`. */
static int window_count(const struct nn_layer *layer, int axis, int size)
{
	const int stride = nn_window_stride(layer, axis), span = nn_window_span(layer, axis);
	if (layer->padding == NN_SAME)
		return (size + stride - 1) / stride;
	return size < span ? 0 : (size - span) / stride + 1;
}

int nn_window_padding(const struct nn_layer *layer, int axis, int size)
{
	if (layer->padding == NN_VALID)
		return 0;
	const int missing = (window_count(layer, axis, size) - 1) * nn_window_stride(layer, axis)
		+ nn_window_span(layer, axis) - size;
	return missing > 0 ? missing : 0;
}

bool nn_is_general(const struct nn_layer *layer)
{
	return layer->stride != layer->stride_width || layer->dilation != 1
		|| layer->dilation_width != 1;
}

/* NN_CONV and NN_DEPTHWISE; filters: of the output. */
static int add_convolution(struct nn_net *net, enum nn_kind kind, const char *name, int input,
	int filters, const struct nn_conv_options *o)
{
	struct nn_layer *layer = add_layer(net, kind, name, &input, 1);
	if (!layer)
		return -1;
	struct nn_shape in = input_shape(net, layer);
	if (kind == NN_DEPTHWISE)
		filters = in.channels;
	const int height = o->kernel_height, width = o->kernel_width,
		  stride = o->stride ? o->stride : 1,
		  across = o->stride_width ? o->stride_width : stride,
		  dilation = o->dilation ? o->dilation : 1,
		  apart = o->dilation_width ? o->dilation_width : dilation,
		  groups = o->groups && kind == NN_CONV ? o->groups : 1;
	if (groups < 1 || in.channels % groups || filters % groups)
		return FAIL(net, "%s: %d groups do not divide %d channels into %d filters", name,
			groups, in.channels, filters);
	if (filters < 1 || filters > 4096 || height < 1 || width < 1 || height > 64 || width > 64)
		return FAIL(net,
			"%s: %d filters of %dx%d are not within 1 to 4096 filters of 1x1 to 64x64",
			name, filters, height, width);
	if (stride < 1 || stride > 64 || across < 1 || across > 64)
		return FAIL(net, "%s: a stride of %d is not within 1 to 64", name,
			stride < 1 || stride > 64 ? stride : across);
	if (dilation < 1 || dilation > 64 || apart < 1 || apart > 64)
		return FAIL(net, "%s: a dilation of %d is not within 1 to 64", name,
			dilation < 1 || dilation > 64 ? dilation : apart);
	layer->kernel_height = height;
	layer->kernel_width = width;
	layer->stride = stride;
	layer->stride_width = across;
	layer->dilation = height > 1 ? dilation : 1;
	layer->dilation_width = width > 1 ? apart : 1;
	layer->padding = o->padding;
	const struct nn_shape out = { filters, window_count(layer, 0, in.height),
		window_count(layer, 1, in.width) };
	if ((out.height < 1 || out.width < 1) && (layer->dilation > 1 || layer->dilation_width > 1))
		return FAIL(net,
			"%s: a %dx%d kernel of dilation %dx%d spans %dx%d, which does not fit into "
			"%s's output %dx%dx%d",
			name, height, width, layer->dilation, layer->dilation_width,
			nn_window_span(layer, 0), nn_window_span(layer, 1), net->layers[input].name,
			in.channels, in.height, in.width);
	if (out.height < 1 || out.width < 1)
		return FAIL(net, "%s: a %dx%d kernel does not fit into %s's output %dx%dx%d", name,
			height, width, net->layers[input].name, in.channels, in.height, in.width);
	layer->relu = o->relu;
	layer->groups = groups > 1 ? groups : 0;
	int fan_in = in.channels / groups * height * width,
	    fan_out = (kind == NN_DEPTHWISE ? 1 : filters) * height * width;
	size_t count = (size_t)filters * (size_t)(kind == NN_DEPTHWISE ? height * width : fan_in);
	layer->kernel_tensor =
		add_tensor(net, name, "kernel", count, fan_in, fan_out, false, o->init);
	if (!o->no_bias)
		layer->bias_tensor = add_tensor(
			net, name, "bias", (size_t)filters, fan_in, filters, true, o->init);
	return net->error[0] ? -1 : finish_layer(net, layer, out);
}

int nn_conv_with(
	struct nn_net *net, const char *name, int input, const struct nn_conv_options *options)
{
	return add_convolution(net, NN_CONV, name, input, options->filters, options);
}

int nn_conv(struct nn_net *net, const char *name, int input, int filters, int kernel_height,
	int kernel_width, enum nn_padding padding, bool relu, enum nn_init_kind init)
{
	return nn_conv_with(net, name, input,
		&(struct nn_conv_options){ .filters = filters,
			.kernel_height = kernel_height,
			.kernel_width = kernel_width,
			.padding = padding,
			.relu = relu,
			.init = init });
}

int nn_depthwise(
	struct nn_net *net, const char *name, int input, const struct nn_conv_options *options)
{
	return add_convolution(net, NN_DEPTHWISE, name, input, 0, options);
}

static int add_dense(struct nn_net *net, const char *name, int input, int units, bool relu,
	bool bias, enum nn_init_kind init)
{
	struct nn_layer *layer = add_layer(net, NN_DENSE, name, &input, 1);
	if (!layer)
		return -1;
	if (units < 1 || units > CHANNELS_MAX)
		return FAIL(net, "%s: %d units, must be 1 to %d", name, units, CHANNELS_MAX);
	const size_t size = nn_shape_size(input_shape(net, layer));
	if (size > INT_MAX)
		return FAIL(net, "%s: %zu inputs are more than %d", name, size, INT_MAX);
	const int inputs = (int)size;
	layer->relu = relu;
	layer->kernel_tensor = add_tensor(
		net, name, "kernel", (size_t)units * (size_t)inputs, inputs, units, false, init);
	if (bias)
		layer->bias_tensor =
			add_tensor(net, name, "bias", (size_t)units, inputs, units, true, init);
	return net->error[0] ? -1 : finish_layer(net, layer, (struct nn_shape){ units, 1, 1 });
}

int nn_dense(struct nn_net *net, const char *name, int input, int units, bool relu,
	enum nn_init_kind init)
{
	return add_dense(net, name, input, units, relu, true, init);
}

int nn_dense_without_bias(struct nn_net *net, const char *name, int input, int units, bool relu,
	enum nn_init_kind init)
{
	return add_dense(net, name, input, units, relu, false, init);
}

/* A layer whose output is shaped as its input. */
static int add_alike(struct nn_net *net, enum nn_kind kind, const char *name, int input)
{
	struct nn_layer *layer = add_layer(net, kind, name, &input, 1);
	return layer ? finish_layer(net, layer, input_shape(net, layer)) : -1;
}

int nn_relu(struct nn_net *net, const char *name, int input)
{
	return add_alike(net, NN_RELU, name, input);
}

int nn_relu6(struct nn_net *net, const char *name, int input)
{
	return add_alike(net, NN_RELU6, name, input);
}

int nn_silu(struct nn_net *net, const char *name, int input)
{
	return add_alike(net, NN_SILU, name, input);
}

bool nn_is_activation(enum nn_kind kind)
{
	return kind == NN_RELU || kind == NN_RELU6 || kind == NN_SILU || kind >= NN_TANH;
}

int nn_activation(struct nn_net *net, const char *name, int input, enum nn_kind kind, double slope)
{
	if (kind == NN_LEAKY_RELU && !(slope >= 0 && slope < 1))
		return FAIL(net, "%s: slope %g must be at least 0 and below 1", name, slope);
	const int layer = add_alike(net, kind, name, input);
	if (layer >= 0 && kind == NN_LEAKY_RELU)
		net->layers[layer].slope = slope;
	return layer;
}

/* Are the windows side by side, without padding? Maxima of those that are not square are windows in
 * general. */
static bool side_by_side(enum nn_kind kind, const struct nn_pool_options *o, int down, int across,
	struct nn_shape in)
{
	const bool fits =
		o->padding == NN_VALID || (in.height % o->height == 0 && in.width % o->width == 0);
	return fits && down == o->height && across == o->width
		&& (kind == NN_AVGPOOL || o->height == o->width);
}

int nn_pool_with(struct nn_net *net, enum nn_kind kind, const char *name, int input,
	const struct nn_pool_options *o)
{
	struct nn_layer *layer = add_layer(net, kind, name, &input, 1);
	if (!layer)
		return -1;
	const struct nn_shape in = input_shape(net, layer);
	const bool within = o->padding == NN_VALID;
	if (o->height < 1 || o->width < 1 || o->height > (within ? in.height : 1024)
		|| o->width > (within ? in.width : 1024))
		return FAIL(net, "%s: a %dx%d window does not fit into %s's output %dx%dx%d", name,
			o->height, o->width, net->layers[input].name, in.channels, in.height,
			in.width);
	const int down = o->stride ? o->stride : o->height,
		  across = o->stride_width ? o->stride_width
		: o->stride                ? o->stride
					   : o->width;
	if (o->stride < 0 || (down > 64 && down != o->height))
		return FAIL(net, "%s: a stride of %d is not within 1 to 64", name, o->stride);
	if (o->stride_width < 0 || (across > 64 && across != o->width))
		return FAIL(net, "%s: a stride of %d is not within 1 to 64", name, across);
	layer->kernel_height = o->height;
	layer->kernel_width = o->width;
	layer->stride = layer->stride_width = 0;
	if (side_by_side(kind, o, down, across, in))
		return finish_layer(net, layer,
			(struct nn_shape){
				in.channels, in.height / o->height, in.width / o->width });
	layer->stride = down;
	layer->stride_width = across;
	layer->padding = o->padding;
	return finish_layer(net, layer,
		(struct nn_shape){ in.channels, window_count(layer, 0, in.height),
			window_count(layer, 1, in.width) });
}

int nn_maxpool(struct nn_net *net, const char *name, int input, int size)
{
	return nn_pool_with(net, NN_MAXPOOL, name, input,
		&(struct nn_pool_options){ .height = size, .width = size });
}

int nn_avgpool(struct nn_net *net, const char *name, int input, int height, int width)
{
	return nn_pool_with(net, NN_AVGPOOL, name, input,
		&(struct nn_pool_options){ .height = height, .width = width });
}

int nn_global_avgpool(struct nn_net *net, const char *name, int input)
{
	if (net->error[0] || input < 0 || input >= net->layer_count)
		return nn_avgpool(net, name, input, 1, 1); /* which says what is wrong */
	const struct nn_shape in = net->layers[input].shape;
	return nn_avgpool(net, name, input, in.height, in.width);
}

int nn_dropout(struct nn_net *net, const char *name, int input, double rate)
{
	struct nn_layer *layer = add_layer(net, NN_DROPOUT, name, &input, 1);
	if (!layer)
		return -1;
	if (!(rate >= 0 && rate < 1))
		return FAIL(net, "%s: rate %g must be at least 0 and below 1", name, rate);
	layer->rate = rate;
	return finish_layer(net, layer, input_shape(net, layer));
}

int nn_concat(struct nn_net *net, const char *name, const int *inputs, int input_count)
{
	struct nn_layer *layer = add_layer(net, NN_CONCAT, name, inputs, input_count);
	if (!layer)
		return -1;
	if (input_count < 1)
		return FAIL(net, "%s: nothing to concatenate", name);
	struct nn_shape out = input_shape(net, layer);
	for (int i = 1; i < input_count; i++) {
		struct nn_shape in = net->layers[inputs[i]].shape;
		if (in.height != out.height || in.width != out.width)
			return FAIL(net,
				"%s: %s's output %dx%dx%d and %s's output %dx%dx%d differ in "
				"height or width",
				name, net->layers[inputs[0]].name, out.channels, out.height,
				out.width, net->layers[inputs[i]].name, in.channels, in.height,
				in.width);
		out.channels += in.channels;
		if (out.channels > CHANNELS_MAX)
			return FAIL(net, "%s: more than %d channels", name, CHANNELS_MAX);
	}
	return finish_layer(net, layer, out);
}

int nn_add(struct nn_net *net, const char *name, const int *inputs, int input_count)
{
	struct nn_layer *layer = add_layer(net, NN_ADD, name, inputs, input_count);
	if (!layer)
		return -1;
	if (input_count < 2)
		return FAIL(net, "%s: a sum needs two inputs or more", name);
	struct nn_shape out = input_shape(net, layer);
	for (int i = 1; i < input_count; i++) {
		struct nn_shape in = net->layers[inputs[i]].shape;
		if (in.channels != out.channels || in.height != out.height || in.width != out.width)
			return FAIL(net,
				"%s: %s's output %dx%dx%d and %s's output %dx%dx%d differ in shape",
				name, net->layers[inputs[0]].name, out.channels, out.height,
				out.width, net->layers[inputs[i]].name, in.channels, in.height,
				in.width);
	}
	return finish_layer(net, layer, out);
}

int nn_multiply(struct nn_net *net, const char *name, int input, int by)
{
	struct nn_layer *layer = add_layer(net, NN_MULTIPLY, name, (const int[]){ input, by }, 2);
	if (!layer)
		return -1;
	const struct nn_shape a = net->layers[input].shape, b = net->layers[by].shape;
	const bool gate = b.height == 1 && b.width == 1,
		   alike = a.height == b.height && a.width == b.width;
	if (a.channels != b.channels || (!gate && !alike))
		return FAIL(net,
			"%s: %s's output %dx%dx%d cannot be multiplied by %s's %dx%dx%d: that has "
			"to be of its shape, or one number a channel",
			name, net->layers[input].name, a.channels, a.height, a.width,
			net->layers[by].name, b.channels, b.height, b.width);
	return finish_layer(net, layer, a);
}

int nn_shuffle(struct nn_net *net, const char *name, int input, int groups)
{
	struct nn_layer *layer = add_layer(net, NN_SHUFFLE, name, &input, 1);
	if (!layer)
		return -1;
	const struct nn_shape in = input_shape(net, layer);
	if (groups < 1 || in.channels % groups)
		return FAIL(
			net, "%s: %d groups do not divide %d channels", name, groups, in.channels);
	layer->groups = groups;
	return finish_layer(net, layer, in);
}

int nn_pad_channels(struct nn_net *net, const char *name, int input, int channels)
{
	struct nn_layer *layer = add_layer(net, NN_PAD, name, &input, 1);
	if (!layer)
		return -1;
	struct nn_shape shape = input_shape(net, layer);
	if (channels < shape.channels || channels > CHANNELS_MAX)
		return FAIL(net, "%s: %d channels, from %d to %d would do", name, channels,
			shape.channels, CHANNELS_MAX);
	shape.channels = channels;
	return finish_layer(net, layer, shape);
}

int nn_channel_source(const struct nn_net *net, const struct nn_layer *layer, int c)
{
	const int channels = net->layers[layer->inputs[0]].shape.channels;
	if (layer->kind == NN_SHUFFLE)
		return c % layer->groups * (channels / layer->groups) + c / layer->groups;
	const int at = c - (layer->shape.channels - channels) / 2;
	return at >= 0 && at < channels ? at : -1;
}

static int add_moving(struct nn_net *net, const char *name, const char *suffix, int channels,
	enum nn_init_kind init)
{
	int tensor =
		add_tensor(net, name, suffix, (size_t)channels, channels, channels, false, init);
	if (tensor >= 0)
		net->tensors[tensor].moving = true;
	return tensor;
}

int nn_batchnorm(struct nn_net *net, const char *name, int input, double momentum, double epsilon)
{
	struct nn_layer *layer = add_layer(net, NN_BATCHNORM, name, &input, 1);
	if (!layer)
		return -1;
	if (!(momentum >= 0 && momentum < 1) || !(epsilon > 0 && epsilon <= 1))
		return FAIL(net,
			"%s: momentum %g must be at least 0 and below 1, epsilon %g above 0 and at "
			"most 1",
			name, momentum, epsilon);
	const struct nn_shape shape = input_shape(net, layer);
	layer->momentum = momentum;
	layer->epsilon = epsilon;
	layer->kernel_tensor = add_tensor(net, name, "gamma", (size_t)shape.channels,
		shape.channels, shape.channels, false, NN_ONES);
	layer->bias_tensor = add_tensor(net, name, "beta", (size_t)shape.channels, shape.channels,
		shape.channels, true, NN_ZEROS);
	layer->mean_tensor = add_moving(net, name, "moving_mean", shape.channels, NN_ZEROS);
	layer->variance_tensor = add_moving(net, name, "moving_variance", shape.channels, NN_ONES);
	return net->error[0] ? -1 : finish_layer(net, layer, shape);
}

int nn_normalize(struct nn_net *net, const char *name, int input, bool by_pixel)
{
	struct nn_layer *layer = add_layer(net, NN_NORMALIZE, name, &input, 1);
	if (!layer)
		return -1;
	if (net->layers[input].kind != NN_INPUT)
		return FAIL(net, "%s: only an input can be normalised by constants, and %s is none",
			name, net->layers[input].name);
	const struct nn_shape shape = input_shape(net, layer);
	const int count = by_pixel ? (int)nn_shape_size(shape) : shape.channels;
	layer->mean_tensor = add_moving(net, name, "mean", count, NN_ZEROS);
	layer->variance_tensor = add_moving(net, name, "scale", count, NN_ONES);
	return net->error[0] ? -1 : finish_layer(net, layer, shape);
}

size_t nn_net_constants(const struct nn_net *net)
{
	size_t count = 0;
	for (int i = 0; i < net->tensor_count; i++)
		if (net->layers[net->tensors[i].layer].kind == NN_NORMALIZE)
			count += net->tensors[i].count;
	return count;
}

int nn_output(struct nn_net *net, const char *name, int input)
{
	struct nn_layer *layer = add_layer(net, NN_OUTPUT, name, &input, 1);
	if (!layer)
		return -1;
	struct nn_shape in = input_shape(net, layer);
	if (in.height != 1 || in.width != 1 || in.channels < 2 || in.channels > 256)
		return FAIL(net, "%s: logits must be 2 to 256 numbers, %s's output is %dx%dx%d",
			name, net->layers[input].name, in.channels, in.height, in.width);
	if (net->output_count == NN_OUTPUTS_MAX)
		return FAIL(net, "%s: more than %d outputs", name, NN_OUTPUTS_MAX);
	net->outputs[net->output_count++] = net->layer_count;
	return finish_layer(net, layer, in);
}

bool nn_net_ok(struct nn_net *net)
{
	if (!net->error[0] && (net->input_count == 0 || net->output_count == 0))
		FAIL(net, "a network needs an input and an output");
	return !net->error[0];
}

int nn_net_readers(const struct nn_net *net, int layer, int *last)
{
	int count = 0;
	for (int l = layer + 1; l < net->layer_count; l++)
		for (int i = 0; i < net->layers[l].input_count; i++)
			if (net->layers[l].inputs[i] == layer) {
				count++;
				if (last)
					*last = l;
			}
	return count;
}

const struct nn_tensor *nn_net_tensor(const struct nn_net *net, const char *name)
{
	for (int i = 0; i < net->tensor_count; i++)
		if (strcmp(net->tensors[i].name, name) == 0)
			return &net->tensors[i];
	return NULL;
}

bool nn_layer_matches(const struct nn_layer *layer, const char *pattern)
{
	if (strcmp(layer->name, pattern) == 0)
		return true;
	size_t length = strlen(pattern);
	for (const char *part = layer->name; part;
		part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
		if (strncmp(part, pattern, length) == 0
			&& (part[length] == '/' || part[length] == '\0'))
			return length > 0;
	return false;
}

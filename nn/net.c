/* net.c - building a network: shapes, limits, and the table of parameter tensors. */
#include "net.h"

#include <stdio.h>
#include <string.h>

size_t nn_shape_size(struct nn_shape s)
{
	return (size_t)s.channels * (size_t)s.height * (size_t)s.width;
}

/* Keep the first error: what follows from it would only mislead. */
#define FAIL(net, ...) ((net)->error[0] ? -1 : (snprintf((net)->error, sizeof (net)->error, __VA_ARGS__), -1))

/* Append a layer with these inputs and no shape yet; NULL when a limit is passed or an input does not exist. */
static struct nn_layer *add_layer(struct nn_net *net, enum nn_kind kind, const char *name, const int *inputs, int input_count)
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
	*layer = (struct nn_layer){ .kind = kind, .input_count = input_count, .kernel_tensor = -1, .bias_tensor = -1 };
	snprintf(layer->name, sizeof layer->name, "%s", name);
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

static int add_tensor(struct nn_net *net, const char *layer_name, const char *suffix, size_t count, int fan_in, int fan_out, bool bias, enum nn_init_kind init)
{
	struct nn_tensor *t = &net->tensors[net->tensor_count];
	*t = (struct nn_tensor){ .layer = net->layer_count, .offset = net->parameter_count, .count = count,
		.fan_in = fan_in, .fan_out = fan_out, .bias = bias, .init = init };
	snprintf(t->name, sizeof t->name, "%s/%s", layer_name, suffix);
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
	if (shape.channels < 1 || shape.height < 1 || shape.width < 1 || shape.channels > 1024 || shape.height > 1024 || shape.width > 1024)
		return FAIL(net, "%s: shape %dx%dx%d is not within 1 to 1024", name, shape.channels, shape.height, shape.width);
	if (net->input_count == NN_OUTPUTS_MAX)
		return FAIL(net, "%s: more than %d inputs", name, NN_OUTPUTS_MAX);
	net->inputs[net->input_count++] = net->layer_count;
	return finish_layer(net, layer, shape);
}

int nn_conv(struct nn_net *net, const char *name, int input, int filters, int kernel_height, int kernel_width,
            enum nn_padding padding, bool relu, enum nn_init_kind init)
{
	struct nn_layer *layer = add_layer(net, NN_CONV, name, &input, 1);
	if (!layer)
		return -1;
	struct nn_shape in = input_shape(net, layer);
	if (filters < 1 || filters > 4096 || kernel_height < 1 || kernel_width < 1 || kernel_height > 64 || kernel_width > 64)
		return FAIL(net, "%s: %d filters of %dx%d are not within 1 to 4096 filters of 1x1 to 64x64", name, filters, kernel_height, kernel_width);
	struct nn_shape out = { filters, in.height, in.width };
	if (padding == NN_VALID) {
		out.height -= kernel_height - 1;
		out.width -= kernel_width - 1;
	}
	if (out.height < 1 || out.width < 1)
		return FAIL(net, "%s: a %dx%d kernel does not fit into %s's output %dx%dx%d", name, kernel_height, kernel_width,
		            net->layers[input].name, in.channels, in.height, in.width);
	layer->kernel_height = kernel_height;
	layer->kernel_width = kernel_width;
	layer->padding = padding;
	layer->relu = relu;
	int fan_in = in.channels * kernel_height * kernel_width;
	layer->kernel_tensor = add_tensor(net, name, "kernel", (size_t)filters * (size_t)fan_in, fan_in, filters * kernel_height * kernel_width, false, init);
	layer->bias_tensor = add_tensor(net, name, "bias", (size_t)filters, fan_in, filters, true, init);
	return finish_layer(net, layer, out);
}

int nn_dense(struct nn_net *net, const char *name, int input, int units, bool relu, enum nn_init_kind init)
{
	struct nn_layer *layer = add_layer(net, NN_DENSE, name, &input, 1);
	if (!layer)
		return -1;
	if (units < 1 || units > 65536)
		return FAIL(net, "%s: %d units, must be 1 to 65536", name, units);
	int inputs = (int)nn_shape_size(input_shape(net, layer));
	layer->relu = relu;
	layer->kernel_tensor = add_tensor(net, name, "kernel", (size_t)units * (size_t)inputs, inputs, units, false, init);
	layer->bias_tensor = add_tensor(net, name, "bias", (size_t)units, inputs, units, true, init);
	return finish_layer(net, layer, (struct nn_shape){ units, 1, 1 });
}

int nn_relu(struct nn_net *net, const char *name, int input)
{
	struct nn_layer *layer = add_layer(net, NN_RELU, name, &input, 1);
	return layer ? finish_layer(net, layer, input_shape(net, layer)) : -1;
}

int nn_maxpool(struct nn_net *net, const char *name, int input, int size)
{
	struct nn_layer *layer = add_layer(net, NN_MAXPOOL, name, &input, 1);
	if (!layer)
		return -1;
	struct nn_shape in = input_shape(net, layer);
	if (size < 1 || size > in.height || size > in.width)
		return FAIL(net, "%s: a %dx%d window does not fit into %s's output %dx%dx%d", name, size, size,
		            net->layers[input].name, in.channels, in.height, in.width);
	layer->kernel_height = layer->kernel_width = size;
	return finish_layer(net, layer, (struct nn_shape){ in.channels, in.height / size, in.width / size });
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
			return FAIL(net, "%s: %s's output %dx%dx%d and %s's output %dx%dx%d differ in height or width", name,
			            net->layers[inputs[0]].name, out.channels, out.height, out.width,
			            net->layers[inputs[i]].name, in.channels, in.height, in.width);
		out.channels += in.channels;
	}
	return finish_layer(net, layer, out);
}

int nn_output(struct nn_net *net, const char *name, int input)
{
	struct nn_layer *layer = add_layer(net, NN_OUTPUT, name, &input, 1);
	if (!layer)
		return -1;
	struct nn_shape in = input_shape(net, layer);
	if (in.height != 1 || in.width != 1 || in.channels < 2 || in.channels > 256)
		return FAIL(net, "%s: logits must be 2 to 256 numbers, %s's output is %dx%dx%d", name, net->layers[input].name,
		            in.channels, in.height, in.width);
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
	for (const char *part = layer->name; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
		if (strncmp(part, pattern, length) == 0 && (part[length] == '/' || part[length] == '\0'))
			return length > 0;
	return false;
}

/* fold.c - see fold.h. */
#include "fold.h"

#include <string.h>

/* A network on its way. */
struct folding {
	const struct nn_net *net;
	const float *params;
	struct nn_net *to;
	float *to_params;
	bool all;                  /* no batch normalisation is left */
	int number[NN_LAYERS_MAX]; /* of each layer, or of the one that it went into, in `to` */
};

/* The only layer that reads this one, or -1. */
static int only_reader(const struct nn_net *net, int layer)
{
	int reader = -1;
	return nn_net_readers(net, layer, &reader) == 1 ? reader : -1;
}

static bool is_linear(const struct nn_layer *l)
{
	return (l->kind == NN_CONV || l->kind == NN_DEPTHWISE || l->kind == NN_DENSE) && !l->relu;
}

/* The batch normalisation that goes into this layer, or -1. */
static int normalisation_of(const struct nn_net *net, int layer)
{
	int reader = is_linear(&net->layers[layer]) ? only_reader(net, layer) : -1;
	return reader >= 0 && net->layers[reader].kind == NN_BATCHNORM ? reader : -1;
}

/* The ReLU that goes with a batch normalisation, or -1. */
static int relu_of(const struct nn_net *net, int normalisation)
{
	int reader = only_reader(net, normalisation);
	return reader >= 0 && net->layers[reader].kind == NN_RELU ? reader : -1;
}

static int add_linear(struct nn_net *to, const struct nn_net *net, const struct nn_layer *l,
	int input, bool relu, bool bias)
{
	const enum nn_init_kind init = net->tensors[l->kernel_tensor].init;
	const struct nn_conv_options o = { .filters = l->shape.channels,
		.kernel_height = l->kernel_height,
		.kernel_width = l->kernel_width,
		.stride = l->stride,
		.stride_width = l->stride_width,
		.dilation = l->dilation,
		.dilation_width = l->dilation_width,
		.padding = l->padding,
		.relu = relu,
		.no_bias = !bias,
		.groups = l->groups,
		.init = init };
	if (l->kind == NN_DENSE)
		return (bias ? nn_dense : nn_dense_without_bias)(
			to, l->name, input, l->shape.channels, relu, init);
	return l->kind == NN_CONV ? nn_conv_with(to, l->name, input, &o)
				  : nn_depthwise(to, l->name, input, &o);
}

static int add_pool(struct nn_net *to, const struct nn_layer *l, int input)
{
	return nn_pool_with(to, l->kind, l->name, input,
		&(struct nn_pool_options){ .height = l->kernel_height,
			.width = l->kernel_width,
			.stride = l->stride,
			.stride_width = l->stride_width,
			.padding = l->padding });
}

static int add_copy(
	struct nn_net *to, const struct nn_net *net, const struct nn_layer *l, const int *inputs)
{
	switch (l->kind) {
	case NN_INPUT: return nn_input(to, l->name, l->shape);
	case NN_CONV:
	case NN_DEPTHWISE:
	case NN_DENSE: return add_linear(to, net, l, inputs[0], l->relu, l->bias_tensor >= 0);
	case NN_RELU: return nn_relu(to, l->name, inputs[0]);
	case NN_MAXPOOL:
	case NN_AVGPOOL: return add_pool(to, l, inputs[0]);
	case NN_DROPOUT: return nn_dropout(to, l->name, inputs[0], l->rate);
	case NN_CONCAT: return nn_concat(to, l->name, inputs, l->input_count);
	case NN_OUTPUT: return nn_output(to, l->name, inputs[0]);
	case NN_ADD: return nn_add(to, l->name, inputs, l->input_count);
	case NN_RELU6: return nn_relu6(to, l->name, inputs[0]);
	case NN_SILU: return nn_silu(to, l->name, inputs[0]);
	case NN_BATCHNORM: return nn_batchnorm(to, l->name, inputs[0], l->momentum, l->epsilon);
	case NN_MULTIPLY: return nn_multiply(to, l->name, inputs[0], inputs[1]);
	case NN_SHUFFLE: return nn_shuffle(to, l->name, inputs[0], l->groups);
	case NN_PAD: return nn_pad_channels(to, l->name, inputs[0], l->shape.channels);
	case NN_NORMALIZE:
		return nn_normalize(to, l->name, inputs[0],
			net->tensors[l->mean_tensor].count != (size_t)l->shape.channels);
	default: return nn_activation(to, l->name, inputs[0], l->kind, l->slope);
	}
}

static const float *tensor_of(const struct folding *f, int tensor)
{
	return f->params + f->net->tensors[tensor].offset;
}

static float *new_tensor_of(const struct folding *f, int tensor)
{
	return f->to_params + f->to->tensors[tensor].offset;
}

static void copy_tensor(const struct folding *f, int from, int to)
{
	if (from >= 0)
		memcpy(new_tensor_of(f, to), tensor_of(f, from),
			f->net->tensors[from].count * sizeof(float));
}

static void copy_tensors(
	const struct folding *f, const struct nn_layer *from, const struct nn_layer *to)
{
	copy_tensor(f, from->kernel_tensor, to->kernel_tensor);
	copy_tensor(f, from->bias_tensor, to->bias_tensor);
	copy_tensor(f, from->mean_tensor, to->mean_tensor);
	copy_tensor(f, from->variance_tensor, to->variance_tensor);
}

static void fold_tensors(const struct folding *f, const struct nn_layer *linear,
	const struct nn_layer *norm, const struct nn_layer *to)
{
	const size_t filters = (size_t)linear->shape.channels,
		     taps = f->net->tensors[linear->kernel_tensor].count / filters;
	for (size_t o = 0; o < filters; o++) {
		const double scale = (double)tensor_of(f, norm->kernel_tensor)[o]
			/ __builtin_sqrt(
				(double)tensor_of(f, norm->variance_tensor)[o] + norm->epsilon);
		const double bias =
			linear->bias_tensor >= 0 ? (double)tensor_of(f, linear->bias_tensor)[o] : 0;
		for (size_t k = o * taps; k < (o + 1) * taps; k++)
			new_tensor_of(f, to->kernel_tensor)[k] =
				(float)((double)tensor_of(f, linear->kernel_tensor)[k] * scale);
		new_tensor_of(f, to->bias_tensor)[o] =
			(float)((bias - (double)tensor_of(f, norm->mean_tensor)[o]) * scale
				+ (double)tensor_of(f, norm->bias_tensor)[o]);
	}
}

/* A batch normalisation of its own: a number and a bias for each channel. */
static int fold_alone(struct folding *f, int layer, int input)
{
	const struct nn_layer *norm = &f->net->layers[layer];
	const int relu = relu_of(f->net, layer);
	const struct nn_conv_options o = {
		.kernel_height = 1, .kernel_width = 1, .relu = relu >= 0
	};
	const int number = nn_depthwise(f->to, norm->name, input, &o);
	if (number < 0)
		return -1;
	const struct nn_layer *to = &f->to->layers[number];
	for (size_t c = 0; c < (size_t)norm->shape.channels; c++) {
		const double scale = (double)tensor_of(f, norm->kernel_tensor)[c]
			/ __builtin_sqrt(
				(double)tensor_of(f, norm->variance_tensor)[c] + norm->epsilon);
		new_tensor_of(f, to->kernel_tensor)[c] = (float)scale;
		new_tensor_of(f, to->bias_tensor)[c] =
			(float)((double)tensor_of(f, norm->bias_tensor)[c]
				- (double)tensor_of(f, norm->mean_tensor)[c] * scale);
	}
	if (relu >= 0)
		f->number[relu] = number;
	return number;
}

static int fold_layer(struct folding *f, int layer)
{
	const struct nn_layer *l = &f->net->layers[layer];
	int inputs[NN_LAYER_INPUTS_MAX];
	for (int i = 0; i < l->input_count; i++)
		inputs[i] = f->number[l->inputs[i]];
	const int norm = normalisation_of(f->net, layer);
	if (f->all && l->kind == NN_BATCHNORM)
		return fold_alone(f, layer, inputs[0]);
	if (norm < 0) {
		int to = add_copy(f->to, f->net, l, inputs);
		if (to >= 0)
			copy_tensors(f, l, &f->to->layers[to]);
		return to;
	}
	const int relu = relu_of(f->net, norm),
		  to = add_linear(f->to, f->net, l, inputs[0], relu >= 0, true);
	if (to < 0)
		return -1;
	fold_tensors(f, l, &f->net->layers[norm], &f->to->layers[to]);
	f->number[norm] = to;
	if (relu >= 0)
		f->number[relu] = to;
	return to;
}

static int fold(const struct nn_net *net, const float *params, bool all, struct nn_net *folded,
	float *folded_params)
{
	struct folding f = {
		.net = net, .params = params, .to = folded, .to_params = folded_params, .all = all
	};
	*folded = (struct nn_net){ 0 };
	for (int l = 0; l < net->layer_count; l++)
		f.number[l] = -1;
	for (int l = 0; l < net->layer_count; l++)
		if (f.number[l] < 0 && (f.number[l] = fold_layer(&f, l)) < 0)
			return -1;
	return nn_net_ok(folded) ? 0 : -1;
}

int nn_fold_batchnorm(
	const struct nn_net *net, const float *params, struct nn_net *folded, float *folded_params)
{
	return fold(net, params, false, folded, folded_params);
}

int nn_fold_all_batchnorm(
	const struct nn_net *net, const float *params, struct nn_net *folded, float *folded_params)
{
	return fold(net, params, true, folded, folded_params);
}

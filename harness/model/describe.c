/* describe.c - see describe.h. */
#include "describe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/model.h"

enum {
	VALUES_MAX = 1 << 22, /* of all layers together, for one image */
	FAN_IN_MAX = 1 << 24,
	CONFIG_BYTES_MAX = 1 << 20,
};

static const char *const kinds[] = {
	[NN_INPUT] = "input",
	[NN_CONV] = "conv",
	[NN_DENSE] = "dense",
	[NN_RELU] = "relu",
	[NN_MAXPOOL] = "maxpool",
	[NN_DROPOUT] = "dropout",
	[NN_CONCAT] = "concat",
	[NN_OUTPUT] = "output",
	[NN_DEPTHWISE] = "depthwise",
	[NN_AVGPOOL] = "avgpool",
	[NN_ADD] = "add",
	[NN_RELU6] = "relu6",
	[NN_SILU] = "silu",
	[NN_BATCHNORM] = "batchnorm",
	[NN_NORMALIZE] = "normalize",
	[NN_MULTIPLY] = "multiply",
	[NN_SHUFFLE] = "shuffle",
	[NN_PAD] = "pad_channels",
	[NN_TANH] = "tanh",
	[NN_SIGMOID] = "sigmoid",
	[NN_LEAKY_RELU] = "leaky_relu",
	[NN_GELU] = "gelu",
	[NN_HARD_SWISH] = "hard_swish",
	[NN_HARD_SIGMOID] = "hard_sigmoid",
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(*kinds) };

const char *describe_kind(enum nn_kind kind)
{
	return kinds[kind];
}

int describe_tensor_shape(const struct nn_net *net, int tensor, size_t sizes[4])
{
	const struct nn_tensor *t = &net->tensors[tensor];
	const struct nn_layer *l = &net->layers[t->layer];
	const bool kernel = l->kernel_tensor == tensor;
	sizes[0] = t->count;
	if (kernel && (l->kind == NN_CONV || l->kind == NN_DEPTHWISE)) {
		sizes[0] = (size_t)l->shape.channels;
		sizes[1] = l->kind == NN_DEPTHWISE
			? 1
			: (size_t)(net->layers[l->inputs[0]].shape.channels
				/ (l->groups ? l->groups : 1));
		sizes[2] = (size_t)l->kernel_height;
		sizes[3] = (size_t)l->kernel_width;
		return 4;
	}
	if (l->kind == NN_NORMALIZE && t->count != (size_t)l->shape.channels) {
		sizes[0] = (size_t)l->shape.channels;
		sizes[1] = (size_t)l->shape.height;
		sizes[2] = (size_t)l->shape.width;
		return 3;
	}
	if (kernel && l->kind == NN_DENSE) {
		sizes[0] = (size_t)l->shape.channels;
		sizes[1] = nn_shape_size(net->layers[l->inputs[0]].shape);
		return 2;
	}
	return 1;
}

/* ---- writing ---- */

static bool is_pool(const struct nn_layer *l)
{
	return l->kind == NN_MAXPOOL || l->kind == NN_AVGPOOL;
}

/* Whether a normalisation is by pixel only its tensors tell. */
static json_t *layer_json(const struct nn_net *net, const struct nn_layer *l)
{
	json_t *o = json_pack("{s:s, s:s}", "kind", kinds[l->kind], "name", l->name);
	json_t *inputs = json_array();
	for (int i = 0; i < l->input_count; i++)
		json_array_append_new(inputs, json_integer(l->inputs[i]));
	json_object_set_new(o, "inputs", inputs);
	if (l->kind == NN_INPUT)
		json_object_set_new(o, "shape",
			json_pack("[i, i, i]", l->shape.channels, l->shape.height, l->shape.width));
	if (l->kind == NN_CONV)
		json_object_set_new(o, "filters", json_integer(l->shape.channels));
	if (l->groups)
		json_object_set_new(o, "groups", json_integer(l->groups));
	if (l->kind == NN_PAD)
		json_object_set_new(o, "channels", json_integer(l->shape.channels));
	if (l->kind == NN_DENSE)
		json_object_set_new(o, "units", json_integer(l->shape.channels));
	if (l->kind == NN_CONV || l->kind == NN_DEPTHWISE || l->kind == NN_MAXPOOL
		|| l->kind == NN_AVGPOOL)
		json_object_set_new(
			o, "kernel", json_pack("[i, i]", l->kernel_height, l->kernel_width));
	if (l->kind == NN_CONV || l->kind == NN_DEPTHWISE || (is_pool(l) && l->stride)) {
		json_object_set_new(o, "stride", json_integer(l->stride));
		if (l->stride_width != l->stride)
			json_object_set_new(o, "stride_width", json_integer(l->stride_width));
		if (l->dilation != 1 || l->dilation_width != 1)
			json_object_set_new(
				o, "dilation", json_pack("[i, i]", l->dilation, l->dilation_width));
		json_object_set_new(
			o, "padding", json_string(l->padding == NN_SAME ? "same" : "valid"));
	}
	if (l->kind == NN_CONV || l->kind == NN_DEPTHWISE
		|| (l->kind == NN_DENSE && l->bias_tensor < 0))
		json_object_set_new(o, "bias", json_boolean(l->bias_tensor >= 0));
	if (l->kind == NN_LEAKY_RELU)
		json_object_set_new(o, "slope", json_real(l->slope));
	if (l->kind == NN_CONV || l->kind == NN_DEPTHWISE || l->kind == NN_DENSE)
		json_object_set_new(o, "relu", json_boolean(l->relu));
	if (l->kind == NN_DROPOUT)
		json_object_set_new(o, "rate", json_real(l->rate));
	if (l->kind == NN_NORMALIZE)
		json_object_set_new(o, "by_pixel",
			json_boolean(
				net->tensors[l->mean_tensor].count != (size_t)l->shape.channels));
	if (l->kind == NN_BATCHNORM) {
		json_object_set_new(o, "momentum", json_real(l->momentum));
		json_object_set_new(o, "epsilon", json_real(l->epsilon));
	}
	return o;
}

/* Set name to the JSON as text; the JSON is used up. */
static void set_json(json_t *metadata, const char *name, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
	json_object_set_new(metadata, name, json_string(text ? text : "null"));
	free(text);
	json_decref(json);
}

static void set_text(json_t *metadata, const char *name, const char *text)
{
	if (text && text[0])
		json_object_set_new(metadata, name, json_string(text));
}

static void set_number(json_t *metadata, const char *name, int number)
{
	char text[16];
	snprintf(text, sizeof(text), "%d", number);
	json_object_set_new(metadata, name, json_string(text));
}

static void set_facts(json_t *metadata, const struct model_facts *f, int outputs)
{
	set_text(metadata, "identity", f->identity);
	set_text(metadata, "config", f->config);
	if (f->fold >= 0)
		set_number(metadata, "fold", f->fold);
	if (f->core_version)
		set_number(metadata, "core_version", f->core_version);
	set_text(metadata, "weights_digest", f->weights_digest);
	set_text(metadata, "dataset", f->dataset);
	set_text(metadata, "data_digest", f->data_digest);
	set_text(metadata, "data_variant", f->data_variant);
	if (f->test_count == 0)
		return;
	json_t *test = json_array();
	for (int k = 0; k < outputs; k++)
		json_array_append_new(test,
			json_pack("{s:f, s:i, s:s}", "accuracy", f->test_accuracy[k], "count",
				f->test_count, "predictions_digest", f->predictions_digest[k]));
	set_json(metadata, "test", test);
}

json_t *describe_metadata(const struct model *m)
{
	json_t *metadata = json_object(), *network = json_array(), *classes = json_array();
	const struct nn_net *net = &m->net;
	char input[160], number[16];
	const struct nn_shape shape = net->layers[net->inputs[0]].shape;
	snprintf(input, sizeof(input), "[batch][%d][%d][%d] (channel, row, column): %s%s",
		shape.channels, shape.height, shape.width,
		m->facts.reals ? "numbers of the data set" : "the image's bytes / 255",
		net->input_count > 1 ? ", the same in every input" : "");
	for (int l = 0; l < net->layer_count; l++)
		json_array_append_new(network, layer_json(net, &net->layers[l]));
	for (int k = 0; m->facts.dataset[0] && k < net->layers[net->outputs[0]].shape.channels; k++)
		json_array_append_new(classes, json_string(model_class_name(m, k, number)));
	set_text(metadata, "format", "retrial model 1");
	set_json(metadata, "network", network);
	set_text(metadata, "input", input);
	set_text(metadata, "output",
		"[batch][class]: logits; the largest is the prediction, their softmax the "
		"probabilities");
	set_json(metadata, "classes", classes);
	set_facts(metadata, &m->facts, net->output_count);
	return metadata;
}

/* ---- a layer of anybody's ---- */

static int add_to_net(struct nn_net *net, const struct nn_layer *l, bool bias)
{
	const struct nn_conv_options conv = { .filters = l->shape.channels,
		.kernel_height = l->kernel_height,
		.kernel_width = l->kernel_width,
		.stride = l->stride,
		.stride_width = l->stride_width,
		.dilation = l->dilation,
		.dilation_width = l->dilation_width,
		.padding = l->padding,
		.relu = l->relu,
		.no_bias = !bias,
		.groups = l->groups,
		.init = NN_GLOROT_UNIFORM };
	switch (l->kind) {
	case NN_INPUT: return nn_input(net, l->name, l->shape);
	case NN_CONV: return nn_conv_with(net, l->name, l->inputs[0], &conv);
	case NN_DEPTHWISE: return nn_depthwise(net, l->name, l->inputs[0], &conv);
	case NN_DENSE:
		return (bias ? nn_dense : nn_dense_without_bias)(
			net, l->name, l->inputs[0], l->shape.channels, l->relu, NN_GLOROT_UNIFORM);
	case NN_RELU: return nn_relu(net, l->name, l->inputs[0]);
	case NN_RELU6: return nn_relu6(net, l->name, l->inputs[0]);
	case NN_SILU: return nn_silu(net, l->name, l->inputs[0]);
	case NN_MAXPOOL:
	case NN_AVGPOOL:
		return nn_pool_with(net, l->kind, l->name, l->inputs[0],
			&(struct nn_pool_options){ .height = l->kernel_height,
				.width = l->kernel_width,
				.stride = l->stride,
				.stride_width = l->stride_width,
				.padding = l->padding });
	case NN_DROPOUT: return nn_dropout(net, l->name, l->inputs[0], l->rate);
	case NN_CONCAT: return nn_concat(net, l->name, l->inputs, l->input_count);
	case NN_ADD: return nn_add(net, l->name, l->inputs, l->input_count);
	case NN_BATCHNORM: return nn_batchnorm(net, l->name, l->inputs[0], l->momentum, l->epsilon);
	case NN_MULTIPLY: return nn_multiply(net, l->name, l->inputs[0], l->inputs[1]);
	case NN_SHUFFLE: return nn_shuffle(net, l->name, l->inputs[0], l->groups);
	case NN_PAD: return nn_pad_channels(net, l->name, l->inputs[0], l->shape.channels);
	case NN_OUTPUT: return nn_output(net, l->name, l->inputs[0]);
	case NN_NORMALIZE: return nn_normalize(net, l->name, l->inputs[0], bias);
	default: return nn_activation(net, l->name, l->inputs[0], l->kind, l->slope);
	}
}

/* Only visible ASCII: such a text can be printed, and be a name in any format. */
static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\')
			return false;
	return true;
}

/* All that nn's own checks leave to its caller. */
static int check_layer(const struct nn_net *net, const struct nn_layer *l, struct err *e)
{
	const bool wants_inputs = l->kind == NN_CONCAT || l->kind == NN_ADD;
	if (!l->name[0] || !is_plain(l->name))
		return err_set(e, ERR_USAGE, "layer %d has no name of plain visible characters",
			net->layer_count);
	const int inputs = l->kind == NN_MULTIPLY ? 2 : l->kind != NN_INPUT;
	if (wants_inputs ? l->input_count < 1 : l->input_count != inputs)
		return err_set(e, ERR_USAGE, "%s: %d inputs are not possible for %s", l->name,
			l->input_count, kinds[l->kind]);
	for (int i = 0; i < l->input_count; i++)
		if (l->inputs[i] < 0 || l->inputs[i] >= net->layer_count
			|| net->layers[l->inputs[i]].kind == NN_OUTPUT)
			return err_set(e, ERR_USAGE, "%s: input %d is no layer before it", l->name,
				l->inputs[i]);
	if ((l->kind == NN_CONV || l->kind == NN_DEPTHWISE) && l->stride < 1)
		return err_set(
			e, ERR_USAGE, "%s: a stride of %d is not possible", l->name, l->stride);
	if (l->kind == NN_CONV
		&& (double)net->layers[l->inputs[0]].shape.channels * l->kernel_height
				* l->kernel_width
			> FAN_IN_MAX)
		return err_set(e, ERR_USAGE, "%s: kernels of %d x %d x %d numbers are too large",
			l->name, net->layers[l->inputs[0]].shape.channels, l->kernel_height,
			l->kernel_width);
	return 0;
}

int describe_add_layer(struct nn_net *net, const struct nn_layer *layer, bool bias, struct err *e)
{
	if (check_layer(net, layer, e))
		return -1;
	if (add_to_net(net, layer, bias) < 0)
		return err_set(e, ERR_USAGE, "%s", net->error);
	size_t values = 0;
	for (int l = 0; l < net->layer_count; l++)
		values += nn_shape_size(net->layers[l].shape);
	if (values > VALUES_MAX || net->parameter_count > MODEL_PARAMETERS_MAX)
		return err_set(e, ERR_USAGE,
			"%s: the network has more than %d values or %d parameters", layer->name,
			VALUES_MAX, MODEL_PARAMETERS_MAX);
	return 0;
}

int describe_check_network(struct nn_net *net, struct err *e)
{
	if (!nn_net_ok(net))
		return err_set(e, ERR_USAGE, "%s", net->error);
	for (int i = 0; i < net->tensor_count; i++)
		if (nn_net_tensor(net, net->tensors[i].name) != &net->tensors[i])
			return err_set(
				e, ERR_USAGE, "two tensors are called %s", net->tensors[i].name);
	const struct nn_shape first = net->layers[net->inputs[0]].shape;
	for (int k = 1; k < net->input_count; k++) {
		const struct nn_shape other = net->layers[net->inputs[k]].shape;
		if (other.channels != first.channels || other.height != first.height
			|| other.width != first.width)
			return err_set(e, ERR_USAGE, "the network's inputs have different shapes");
	}
	return 0;
}

int describe_check_params(const struct model *m, struct err *e)
{
	char digest[DIGEST_TEXT];
	for (int i = 0; i < m->net.tensor_count; i++) {
		const struct nn_tensor *t = &m->net.tensors[i];
		for (size_t k = 0; k < t->count; k++)
			if (!isfinite(m->params[t->offset + k]))
				return err_set(
					e, ERR_USAGE, "%s: number %zu is not finite", t->name, k);
		for (size_t k = 0;
			t->moving && m->net.layers[t->layer].variance_tensor == i && k < t->count;
			k++)
			if (m->params[t->offset + k] < 0)
				return err_set(
					e, ERR_USAGE, "%s: number %zu is negative", t->name, k);
	}
	digest_bytes(m->params, m->net.parameter_count * sizeof(*m->params), digest);
	if (m->facts.weights_digest[0] && strcmp(digest, m->facts.weights_digest) != 0)
		return err_set(e, ERR_USAGE,
			"the weights are not those of its metadata: weights_digest is %.12s there, "
			"of the weights %.12s (leave it out where"
			" weights were changed on purpose)",
			m->facts.weights_digest, digest);
	return 0;
}

/* ---- reading the network ---- */

/* The member as a whole number; at least `least`. */
static int take_number(const json_t *o, const char *name, int least, int *out, struct err *e)
{
	const json_t *j = o ? json_object_get(o, name) : NULL;
	const json_int_t n = json_integer_value(j);
	if (!json_is_integer(j) || n < least || n > 1 << 24)
		return err_set(e, ERR_USAGE, "layer %s: %s is no whole number from %d",
			json_string_value(json_object_get(o, "name")), name, least);
	*out = (int)n;
	return 0;
}

static int take_numbers(
	const json_t *o, const char *name, int count, int *const out[], struct err *e)
{
	const json_t *list = json_object_get(o, name);
	for (int i = 0; i < count; i++) {
		const json_t *j = json_array_get(list, (size_t)i);
		const json_int_t n = json_integer_value(j);
		if (!json_is_integer(j) || n < 1 || n > 65536
			|| json_array_size(list) != (size_t)count)
			return err_set(e, ERR_USAGE,
				"layer %s: %s is no list of %d numbers from 1 to 65536",
				json_string_value(json_object_get(o, "name")), name, count);
		*out[i] = (int)n;
	}
	return 0;
}

static int take_real(const json_t *o, const char *name, double *out, struct err *e)
{
	const json_t *j = json_object_get(o, name);
	*out = json_number_value(j);
	return json_is_number(j) ? 0
				 : err_set(e, ERR_USAGE, "layer %s: %s is no number",
					 json_string_value(json_object_get(o, "name")), name);
}

static int take_kind(const json_t *o, struct nn_layer *l, struct err *e)
{
	const char *kind = json_string_value(json_object_get(o, "kind")),
		   *name = json_string_value(json_object_get(o, "name"));
	if (!name || !kind || strlen(name) >= sizeof(l->name) || !is_plain(name) || !is_plain(kind))
		return err_set(e, ERR_USAGE,
			"a layer without a kind, or without a name of at most %d plain characters",
			NN_NAME_MAX - 1);
	snprintf(l->name, sizeof(l->name), "%s", name);
	for (int k = 0; k < KIND_COUNT; k++)
		if (strcmp(kinds[k], kind) == 0) {
			l->kind = (enum nn_kind)k;
			return 0;
		}
	return err_set(e, ERR_USAGE, "layer %s is of unknown kind '%.40s'", name, kind);
}

static int take_inputs(const json_t *o, struct nn_layer *l, struct err *e)
{
	const json_t *inputs = json_object_get(o, "inputs");
	const size_t count = json_array_size(inputs);
	if (!json_is_array(inputs) || count > NN_LAYER_INPUTS_MAX)
		return err_set(e, ERR_USAGE, "layer %s: inputs is no list of at most %d", l->name,
			NN_LAYER_INPUTS_MAX);
	for (size_t i = 0; i < count; i++) {
		const json_t *j = json_array_get(inputs, i);
		const json_int_t n = json_integer_value(j);
		if (!json_is_integer(j) || n < 0 || n >= NN_LAYERS_MAX)
			return err_set(e, ERR_USAGE, "layer %s: an input is no number of a layer",
				l->name);
		l->inputs[i] = (int)n;
	}
	l->input_count = (int)count;
	return 0;
}

static int take_stride(const json_t *o, struct nn_layer *l, struct err *e)
{
	const char *padding = json_string_value(json_object_get(o, "padding"));
	if (take_number(o, "stride", 1, &l->stride, e))
		return -1;
	l->stride_width = l->stride;
	if (json_object_get(o, "stride_width")
		&& take_number(o, "stride_width", 1, &l->stride_width, e))
		return -1;
	if (json_object_get(o, "dilation")
		&& take_numbers(o, "dilation", 2, (int *[]){ &l->dilation, &l->dilation_width }, e))
		return -1;
	if (!padding || (strcmp(padding, "same") != 0 && strcmp(padding, "valid") != 0))
		return err_set(e, ERR_USAGE, "layer %s: padding is neither \"same\" nor \"valid\"",
			l->name);
	l->padding = strcmp(padding, "same") == 0 ? NN_SAME : NN_VALID;
	return 0;
}

static int take_layer(const json_t *o, struct nn_layer *l, bool *bias, struct err *e)
{
	if (take_kind(o, l, e) || take_inputs(o, l, e))
		return -1;
	const bool convolution = l->kind == NN_CONV || l->kind == NN_DEPTHWISE,
		   pool = l->kind == NN_MAXPOOL || l->kind == NN_AVGPOOL;
	l->relu = json_is_true(json_object_get(o, "relu"));
	if (l->kind == NN_INPUT
		&& take_numbers(o, "shape", 3,
			(int *[]){ &l->shape.channels, &l->shape.height, &l->shape.width }, e))
		return -1;
	if ((convolution || pool)
		&& take_numbers(
			o, "kernel", 2, (int *[]){ &l->kernel_height, &l->kernel_width }, e))
		return -1;
	if (pool)
		l->stride = 0;
	if ((convolution || (pool && json_object_get(o, "stride"))) && take_stride(o, l, e))
		return -1;
	if (convolution || json_object_get(o, "bias"))
		*bias = json_is_true(json_object_get(o, "bias"));
	if (l->kind == NN_NORMALIZE)
		*bias = json_is_true(json_object_get(o, "by_pixel"));
	if (l->kind == NN_LEAKY_RELU && take_real(o, "slope", &l->slope, e))
		return -1;
	if ((l->kind == NN_CONV && take_number(o, "filters", 1, &l->shape.channels, e))
		|| (l->kind == NN_DENSE && take_number(o, "units", 1, &l->shape.channels, e))
		|| (l->kind == NN_PAD && take_number(o, "channels", 1, &l->shape.channels, e)))
		return -1;
	if ((l->kind == NN_SHUFFLE || (l->kind == NN_CONV && json_object_get(o, "groups")))
		&& take_number(o, "groups", 1, &l->groups, e))
		return -1;
	if (l->kind == NN_DROPOUT && take_real(o, "rate", &l->rate, e))
		return -1;
	return l->kind == NN_BATCHNORM
			&& (take_real(o, "momentum", &l->momentum, e)
				|| take_real(o, "epsilon", &l->epsilon, e))
		? -1
		: 0;
}

int describe_read_network(const json_t *metadata, struct nn_net *net, struct err *e)
{
	const char *text = json_string_value(json_object_get(metadata, "network"));
	json_error_t why;
	*net = (struct nn_net){ 0 };
	if (!text)
		return err_set(e, ERR_USAGE,
			"its metadata has no 'network' (retrial export writes it): the layers are "
			"not known");
	json_t *list = json_loads(text, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_array(list)) {
		json_decref(list);
		return err_set(e, ERR_USAGE, "the network in its metadata is no JSON list");
	}
	int result = 0;
	for (size_t i = 0; i < json_array_size(list) && !result; i++) {
		struct nn_layer layer = { .stride = 1 };
		bool bias = true;
		result = take_layer(json_array_get(list, i), &layer, &bias, e)
				|| describe_add_layer(net, &layer, bias, e)
			? -1
			: 0;
	}
	json_decref(list);
	return result ? err_prefix(e, "network: ") : describe_check_network(net, e);
}

/* ---- reading the facts ---- */

static int read_text(
	const json_t *metadata, const char *name, char *out, size_t size, struct err *e)
{
	const json_t *j = json_object_get(metadata, name);
	const char *text = json_string_value(j);
	if (!j)
		return 0;
	if (!text || strlen(text) >= size)
		return err_set(e, ERR_USAGE, "%s in its metadata is no text of at most %zu bytes",
			name, size - 1);
	for (const char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			return err_set(e, ERR_USAGE,
				"%s in its metadata has characters other than plain visible ones",
				name);
	snprintf(out, size, "%s", text);
	return 0;
}

static int read_number(const json_t *metadata, const char *name, int *out, struct err *e)
{
	char text[12] = "", *end = text;
	if (read_text(metadata, name, text, sizeof(text), e))
		return -1;
	if (!text[0])
		return 0;
	const long n = strtol(text, &end, 10);
	if (*end || n < 0 || n > 1000000000)
		return err_set(
			e, ERR_USAGE, "%s in its metadata is '%s', no whole number", name, text);
	*out = (int)n;
	return 0;
}

static int read_output(const json_t *o, int k, struct model_facts *f, struct err *e)
{
	const json_t *accuracy = json_object_get(o, "accuracy"),
		     *count = json_object_get(o, "count");
	const json_int_t n = json_integer_value(count);
	if (!json_is_number(accuracy) || !json_is_integer(count) || n < 1 || n > 1000000000)
		return err_set(
			e, ERR_USAGE, "test in its metadata is no list of accuracies and counts");
	f->test_accuracy[k] = json_number_value(accuracy);
	f->test_count = (int)n;
	return read_text(o, "predictions_digest", f->predictions_digest[k], DIGEST_TEXT, e);
}

static int read_test(const json_t *metadata, struct model_facts *f, struct err *e)
{
	const char *text = json_string_value(json_object_get(metadata, "test"));
	json_error_t why;
	if (!text)
		return 0;
	json_t *list = json_loads(text, JSON_REJECT_DUPLICATES, &why);
	int result = json_is_array(list) && json_array_size(list) <= NN_OUTPUTS_MAX
		? 0
		: err_set(e, ERR_USAGE, "test in its metadata is no list of outputs");
	for (size_t k = 0; !result && k < json_array_size(list); k++)
		result = read_output(json_array_get(list, k), (int)k, f, e);
	json_decref(list);
	return result;
}

int describe_read_facts(const json_t *metadata, struct model_facts *f, struct err *e)
{
	const char *config = json_string_value(json_object_get(metadata, "config"));
	if (config && strlen(config) > CONFIG_BYTES_MAX)
		return err_set(e, ERR_USAGE, "config in its metadata is longer than %d bytes",
			CONFIG_BYTES_MAX);
	if (config && !(f->config = strdup(config)))
		return err_nomem(e);
	return read_text(metadata, "identity", f->identity, sizeof(f->identity), e)
			|| read_number(metadata, "fold", &f->fold, e)
			|| read_number(metadata, "core_version", &f->core_version, e)
			|| read_text(metadata, "weights_digest", f->weights_digest,
				sizeof(f->weights_digest), e)
			|| read_text(metadata, "dataset", f->dataset, sizeof(f->dataset), e)
			|| read_text(
				metadata, "data_digest", f->data_digest, sizeof(f->data_digest), e)
			|| read_text(metadata, "data_variant", f->data_variant,
				sizeof(f->data_variant), e)
			|| read_test(metadata, f, e)
		? -1
		: 0;
}

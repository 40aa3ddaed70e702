/* onnx.c - the network as an ONNX graph of 32-bit floats, opset 10: what ONNX Runtime and OpenCV's
 * DNN read, old ones too. A layer becomes the operator of its kind, its built-in ReLU one more,
 * dropout none. The first dimension of inputs and outputs is the batch, of any size. Outputs are
 * logits.
 *
 * Values are called as the layers that make them, initializers as the parameter tensors. Maps are
 * [batch][channel][row][column]; what a dense layer makes is [batch][unit], and gets the two
 * further dimensions where a layer behind it wants a map. */
#include "formats.h"

#include <stdlib.h>
#include <string.h>

#include "../plan/arena.h"
#include "describe.h"
#include "onnx.pb-c.h"

enum { IR_VERSION = 7, NODES_MAX = 6 * NN_LAYERS_MAX, INITIALIZERS_MAX = 4 * NN_LAYERS_MAX };

/* A graph that is being made; all of it belongs to the arena. */
struct builder {
	struct arena arena;
	const struct model *model;
	Onnx__GraphProto graph;
	Onnx__NodeProto *nodes[NODES_MAX];
	Onnx__TensorProto *initializers[INITIALIZERS_MAX];
	char *values[NN_LAYERS_MAX]; /* what a layer's output is called */
	bool flat[NN_LAYERS_MAX];    /* it is [batch][unit] */
};

/* ---- pieces ---- */

static char *text(struct builder *b, const char *s)
{
	return arena_text(&b->arena, s, strlen(s));
}

/* "NAME/part", or NAME alone for an empty part. */
static char *joined(struct builder *b, const char *name, const char *part)
{
	struct str s = { 0 };
	str_addf(&s, "%s%s%s", name, part[0] ? "/" : "", part);
	char *copy = arena_text(&b->arena, s.s, s.length);
	str_free(&s);
	return copy;
}

static Onnx__NodeProto *add_node(
	struct builder *b, const char *op, const char *name, const char *input, char *output)
{
	Onnx__NodeProto *n = arena_zero(&b->arena, sizeof(*n));
	onnx__node_proto__init(n);
	n->name = text(b, name);
	n->op_type = text(b, op);
	n->input = arena_zero(&b->arena, 8 * sizeof(*n->input));
	n->output = arena_zero(&b->arena, sizeof(*n->output));
	n->input[n->n_input++] = text(b, input);
	n->output[n->n_output++] = output;
	n->attribute = arena_zero(&b->arena, 8 * sizeof(*n->attribute));
	b->nodes[b->graph.n_node++] = n;
	return n;
}

static void add_input(Onnx__NodeProto *n, char *value)
{
	n->input[n->n_input++] = value;
}

static Onnx__AttributeProto *add_attribute(struct builder *b, Onnx__NodeProto *n, const char *name,
	Onnx__AttributeProto__AttributeType type)
{
	Onnx__AttributeProto *a = arena_zero(&b->arena, sizeof(*a));
	onnx__attribute_proto__init(a);
	a->name = text(b, name);
	a->has_type = 1;
	a->type = type;
	n->attribute[n->n_attribute++] = a;
	return a;
}

static void set_integer(struct builder *b, Onnx__NodeProto *n, const char *name, int64_t value)
{
	Onnx__AttributeProto *a =
		add_attribute(b, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
	a->has_i = 1;
	a->i = value;
}

static void set_real(struct builder *b, Onnx__NodeProto *n, const char *name, float value)
{
	Onnx__AttributeProto *a =
		add_attribute(b, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
	a->has_f = 1;
	a->f = value;
}

static void set_integers(
	struct builder *b, Onnx__NodeProto *n, const char *name, const int *values, int count)
{
	Onnx__AttributeProto *a =
		add_attribute(b, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
	a->ints = arena_zero(&b->arena, (size_t)count * sizeof(*a->ints));
	a->n_ints = (size_t)count;
	for (int i = 0; i < count; i++)
		a->ints[i] = values[i];
}

static char *add_initializer(struct builder *b, const char *name, int32_t type, const size_t *sizes,
	int rank, const void *bytes, size_t count)
{
	Onnx__TensorProto *t = arena_zero(&b->arena, sizeof(*t));
	onnx__tensor_proto__init(t);
	t->name = text(b, name);
	t->has_data_type = 1;
	t->data_type = type;
	t->dims = arena_zero(&b->arena, 4 * sizeof(*t->dims));
	t->n_dims = (size_t)rank;
	for (int i = 0; i < rank; i++)
		t->dims[i] = (int64_t)sizes[i];
	t->has_raw_data = 1;
	t->raw_data.len = count;
	t->raw_data.data = arena_zero(&b->arena, count + 1);
	memcpy(t->raw_data.data, bytes, count);
	b->initializers[b->graph.n_initializer++] = t;
	return t->name;
}

static char *add_tensor(struct builder *b, int tensor)
{
	const struct nn_tensor *t = &b->model->net.tensors[tensor];
	size_t sizes[4];
	const int rank = describe_tensor_shape(&b->model->net, tensor, sizes);
	return add_initializer(b, t->name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, sizes, rank,
		b->model->params + t->offset, t->count * sizeof(float));
}

/* ---- layers ---- */

static const struct nn_layer *layer_of(const struct builder *b, int l)
{
	return &b->model->net.layers[l];
}

/* The value of layer `from` as [batch][channel][row][column]. */
static char *as_map(struct builder *b, int l, int from)
{
	if (!b->flat[from])
		return b->values[from];
	const int64_t shape[4] = { -1, layer_of(b, from)->shape.channels, 1, 1 };
	const size_t rank = 4;
	char *value = joined(b, b->values[l], joined(b, b->values[from], "map"));
	Onnx__NodeProto *n = add_node(b, "Reshape", value, b->values[from], value);
	add_input(n,
		add_initializer(b, joined(b, value, "shape"), ONNX__TENSOR_PROTO__DATA_TYPE__INT64,
			&rank, 1, shape, sizeof(shape)));
	return value;
}

/* The value of layer `from` as [batch][unit]. */
static char *as_units(struct builder *b, int l, int from)
{
	if (b->flat[from])
		return b->values[from];
	char *value = joined(b, b->values[l], "flatten");
	set_integer(b, add_node(b, "Flatten", value, b->values[from], value), "axis", 1);
	return value;
}

/* What a layer with a built-in ReLU calls its sums, before add_relu. */
static char *sums_of(struct builder *b, int l)
{
	return layer_of(b, l)->relu ? joined(b, b->values[l], "sums") : b->values[l];
}

static void add_relu(struct builder *b, int l)
{
	if (layer_of(b, l)->relu)
		add_node(b, "Relu", joined(b, b->values[l], "relu"), sums_of(b, l), b->values[l]);
}

static void set_window(struct builder *b, Onnx__NodeProto *n, const struct nn_layer *l,
	int stride_height, int stride_width)
{
	set_integers(b, n, "kernel_shape", (int[]){ l->kernel_height, l->kernel_width }, 2);
	set_integers(b, n, "strides", (int[]){ stride_height, stride_width }, 2);
}

static void add_convolution(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	int pads[4];
	onnx_pads(layer, layer_of(b, layer->inputs[0])->shape, pads);
	Onnx__NodeProto *n =
		add_node(b, "Conv", b->values[l], as_map(b, l, layer->inputs[0]), sums_of(b, l));
	add_input(n, add_tensor(b, layer->kernel_tensor));
	if (layer->bias_tensor >= 0)
		add_input(n, add_tensor(b, layer->bias_tensor));
	set_window(b, n, layer, layer->stride, layer->stride_width);
	if (layer->dilation != 1 || layer->dilation_width != 1)
		set_integers(
			b, n, "dilations", (int[]){ layer->dilation, layer->dilation_width }, 2);
	set_integers(b, n, "pads", pads, 4);
	if (layer->kind == NN_DEPTHWISE || layer->groups)
		set_integer(b, n, "group",
			layer->kind == NN_DEPTHWISE ? layer->shape.channels : layer->groups);
	add_relu(b, l);
}

/* A map times a map of its shape, or [batch][channel][1][1], which is repeated. */
static void add_product(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	b->flat[l] = b->flat[layer->inputs[0]] && b->flat[layer->inputs[1]];
	char *factors[2];
	for (int i = 0; i < 2; i++)
		factors[i] =
			b->flat[l] ? b->values[layer->inputs[i]] : as_map(b, l, layer->inputs[i]);
	add_input(add_node(b, "Mul", b->values[l], factors[0], b->values[l]), factors[1]);
}

static void add_shuffle(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	const size_t count = (size_t)layer->shape.channels;
	int64_t *from = arena_zero(&b->arena, count * sizeof(*from));
	for (size_t c = 0; c < count; c++)
		from[c] = nn_channel_source(&b->model->net, layer, (int)c);
	Onnx__NodeProto *n =
		add_node(b, "Gather", b->values[l], b->values[layer->inputs[0]], b->values[l]);
	add_input(n,
		add_initializer(b, joined(b, b->values[l], "order"),
			ONNX__TENSOR_PROTO__DATA_TYPE__INT64, &count, 1, from,
			count * sizeof(*from)));
	set_integer(b, n, "axis", 1);
	b->flat[l] = b->flat[layer->inputs[0]];
}

static void add_padding(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	const int more = layer->shape.channels - layer_of(b, layer->inputs[0])->shape.channels;
	Onnx__NodeProto *n =
		add_node(b, "Pad", b->values[l], as_map(b, l, layer->inputs[0]), b->values[l]);
	set_integers(b, n, "pads", (int[]){ 0, more / 2, 0, 0, 0, more - more / 2, 0, 0 }, 8);
}

/* A bias for a dense layer that has none: Gemm of this opset needs one. */
static char *add_zeros(struct builder *b, int l)
{
	const size_t count = (size_t)layer_of(b, l)->shape.channels;
	const float *zeros = arena_zero(&b->arena, count * sizeof(*zeros));
	return add_initializer(b, joined(b, layer_of(b, l)->name, "no_bias"),
		ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, &count, 1, zeros, count * sizeof(*zeros));
}

static void add_dense(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	Onnx__NodeProto *n =
		add_node(b, "Gemm", b->values[l], as_units(b, l, layer->inputs[0]), sums_of(b, l));
	add_input(n, add_tensor(b, layer->kernel_tensor));
	add_input(n, layer->bias_tensor >= 0 ? add_tensor(b, layer->bias_tensor) : add_zeros(b, l));
	set_integer(b, n, "transB", 1);
	b->flat[l] = true;
	add_relu(b, l);
}

static void add_pool(struct builder *b, int l, const char *op)
{
	const struct nn_layer *layer = layer_of(b, l);
	const int stride = layer->stride;
	int pads[4];
	Onnx__NodeProto *n =
		add_node(b, op, b->values[l], as_map(b, l, layer->inputs[0]), b->values[l]);
	set_window(b, n, layer, stride ? stride : layer->kernel_height,
		stride ? layer->stride_width : layer->kernel_width);
	if (!stride)
		return;
	onnx_pads(layer, layer_of(b, layer->inputs[0])->shape, pads); /* do not count in a mean */
	set_integers(b, n, "pads", pads, 4);
}

/* Concat and Sum: of maps, unless all are flat. */
static void add_joint(struct builder *b, int l, const char *op)
{
	const struct nn_layer *layer = layer_of(b, l);
	b->flat[l] = true;
	for (int i = 0; i < layer->input_count; i++)
		b->flat[l] = b->flat[l] && b->flat[layer->inputs[i]];
	char *inputs[NN_LAYER_INPUTS_MAX];
	for (int i = 0; i < layer->input_count; i++)
		inputs[i] =
			b->flat[l] ? b->values[layer->inputs[i]] : as_map(b, l, layer->inputs[i]);
	Onnx__NodeProto *n = add_node(b, op, b->values[l], inputs[0], b->values[l]);
	for (int i = 1; i < layer->input_count; i++)
		add_input(n, inputs[i]);
	if (layer->kind == NN_CONCAT)
		set_integer(b, n, "axis", 1);
}

static void add_batchnorm(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	Onnx__NodeProto *n = add_node(
		b, "BatchNormalization", b->values[l], b->values[layer->inputs[0]], b->values[l]);
	const int tensors[4] = { layer->kernel_tensor, layer->bias_tensor, layer->mean_tensor,
		layer->variance_tensor };
	for (int i = 0; i < 4; i++)
		add_input(n, add_tensor(b, tensors[i]));
	set_real(b, n, "epsilon", (float)layer->epsilon);
	set_real(b, n, "momentum", (float)layer->momentum);
	b->flat[l] = b->flat[layer->inputs[0]];
}

/* (x - mean) * scale, with constants [channels][1][1] or of each number. */
static void add_normalize(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	const size_t channels = (size_t)layer->shape.channels;
	const int tensors[2] = { layer->mean_tensor, layer->variance_tensor };
	char *value = b->values[layer->inputs[0]], *centred = joined(b, b->values[l], "centred");
	for (int i = 0; i < 2; i++) {
		const struct nn_tensor *t = &b->model->net.tensors[tensors[i]];
		const bool by_pixel = t->count != channels;
		const size_t sizes[3] = { channels, by_pixel ? (size_t)layer->shape.height : 1,
			by_pixel ? (size_t)layer->shape.width : 1 };
		char *to = i ? b->values[l] : centred;
		Onnx__NodeProto *n = add_node(b, i ? "Mul" : "Sub", to, value, to);
		add_input(n,
			add_initializer(b, t->name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, sizes, 3,
				b->model->params + t->offset, t->count * sizeof(float)));
		value = to;
	}
}

/* One number as an initializer. */
static char *add_constant(struct builder *b, int l, const char *name, float x)
{
	const size_t one = 1;
	return add_initializer(b, joined(b, b->values[l], name),
		ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, &one, 1, &x, sizeof(x));
}

/* x (1 + erf(x / sqrt 2)) / 2. */
static void add_gelu(struct builder *b, int l, char *in)
{
	char *v = b->values[l], *root = joined(b, v, "root"), *erf = joined(b, v, "erf"),
	     *sum = joined(b, v, "sum"), *half = joined(b, v, "half");
	add_input(add_node(b, "Mul", root, in, root), add_constant(b, l, "by_root", 0.70710678f));
	add_node(b, "Erf", erf, root, erf);
	add_input(add_node(b, "Add", sum, erf, sum), add_constant(b, l, "one", 1));
	add_input(add_node(b, "Mul", half, sum, half), add_constant(b, l, "by_half", 0.5f));
	add_input(add_node(b, "Mul", v, in, v), half);
}

static void add_hard(struct builder *b, int l, char *in)
{
	const bool swish = layer_of(b, l)->kind == NN_HARD_SWISH;
	char *v = b->values[l], *sigmoid = swish ? joined(b, v, "sigmoid") : v;
	Onnx__NodeProto *n = add_node(b, "HardSigmoid", sigmoid, in, sigmoid);
	set_real(b, n, "alpha", 1.0f / 6);
	set_real(b, n, "beta", 0.5f);
	if (swish)
		add_input(add_node(b, "Mul", v, in, v), sigmoid);
}

/* ReLU, min(max(x, 0), 6), x times its sigmoid, and those that have an operator. */
static void add_activation(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	char *in = b->values[layer->inputs[0]];
	b->flat[l] = b->flat[layer->inputs[0]];
	if (layer->kind == NN_RELU) {
		add_node(b, "Relu", b->values[l], in, b->values[l]);
	} else if (layer->kind == NN_RELU6) {
		Onnx__NodeProto *n = add_node(b, "Clip", b->values[l], in, b->values[l]);
		set_real(b, n, "min", 0);
		set_real(b, n, "max", 6);
	} else if (layer->kind == NN_TANH || layer->kind == NN_SIGMOID) {
		add_node(b, layer->kind == NN_TANH ? "Tanh" : "Sigmoid", b->values[l], in,
			b->values[l]);
	} else if (layer->kind == NN_LEAKY_RELU) {
		set_real(b, add_node(b, "LeakyRelu", b->values[l], in, b->values[l]), "alpha",
			(float)layer->slope);
	} else if (layer->kind == NN_GELU) {
		add_gelu(b, l, in);
	} else if (layer->kind == NN_HARD_SWISH || layer->kind == NN_HARD_SIGMOID) {
		add_hard(b, l, in);
	} else {
		char *sigmoid = joined(b, b->values[l], "sigmoid");
		add_node(b, "Sigmoid", sigmoid, in, sigmoid);
		add_input(add_node(b, "Mul", b->values[l], in, b->values[l]), sigmoid);
	}
}

static Onnx__ValueInfoProto *make_value(struct builder *b, char *name, const int *sizes, int rank)
{
	Onnx__ValueInfoProto *v = arena_zero(&b->arena, sizeof(*v));
	Onnx__TypeProto *type = arena_zero(&b->arena, sizeof(*type));
	Onnx__TypeProto__Tensor *tensor = arena_zero(&b->arena, sizeof(*tensor));
	Onnx__TensorShapeProto *shape = arena_zero(&b->arena, sizeof(*shape));
	onnx__value_info_proto__init(v);
	onnx__type_proto__init(type);
	onnx__type_proto__tensor__init(tensor);
	onnx__tensor_shape_proto__init(shape);
	shape->dim = arena_zero(&b->arena, (size_t)(rank + 1) * sizeof(*shape->dim));
	for (int i = 0; i <= rank; i++) {
		Onnx__TensorShapeProto__Dimension *d = shape->dim[shape->n_dim++] =
			arena_zero(&b->arena, sizeof(*d));
		onnx__tensor_shape_proto__dimension__init(d);
		d->value_case = i ? ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
				  : ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
		if (i)
			d->dim_value = sizes[i - 1];
		else
			d->dim_param = text(b, "batch");
	}
	tensor->has_elem_type = 1;
	tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
	tensor->shape = shape;
	type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
	type->tensor_type = tensor;
	v->name = name;
	v->type = type;
	return v;
}

static void add_graph_input(struct builder *b, int l)
{
	const struct nn_shape s = layer_of(b, l)->shape;
	Onnx__ValueInfoProto *v =
		make_value(b, b->values[l], (int[]){ s.channels, s.height, s.width }, 3);
	v->doc_string = text(b,
		b->model->facts.reals ? "numbers of the data set, by channel, row, column"
				      : "an image's bytes / 255, by channel, row, column");
	b->graph.input[b->graph.n_input++] = v;
}

static void add_graph_output(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	if (b->flat[layer->inputs[0]])
		add_node(b, "Identity", b->values[l], b->values[layer->inputs[0]], b->values[l]);
	else
		set_integer(b,
			add_node(b, "Flatten", b->values[l], b->values[layer->inputs[0]],
				b->values[l]),
			"axis", 1);
	Onnx__ValueInfoProto *v = make_value(b, b->values[l], (int[]){ layer->shape.channels }, 1);
	v->doc_string = text(b, "logits: the largest is the prediction");
	b->graph.output[b->graph.n_output++] = v;
}

static void add_layer(struct builder *b, int l)
{
	const struct nn_layer *layer = layer_of(b, l);
	switch (layer->kind) {
	case NN_INPUT: add_graph_input(b, l); break;
	case NN_OUTPUT: add_graph_output(b, l); break;
	case NN_CONV:
	case NN_DEPTHWISE: add_convolution(b, l); break;
	case NN_DENSE: add_dense(b, l); break;
	case NN_MAXPOOL: add_pool(b, l, "MaxPool"); break;
	case NN_AVGPOOL: add_pool(b, l, "AveragePool"); break;
	case NN_CONCAT: add_joint(b, l, "Concat"); break;
	case NN_ADD: add_joint(b, l, "Sum"); break;
	case NN_BATCHNORM: add_batchnorm(b, l); break;
	case NN_NORMALIZE: add_normalize(b, l); break;
	case NN_MULTIPLY: add_product(b, l); break;
	case NN_SHUFFLE: add_shuffle(b, l); break;
	case NN_PAD: add_padding(b, l); break;
	default: add_activation(b, l); break;
	case NN_DROPOUT:
		b->values[l] = b->values[layer->inputs[0]];
		b->flat[l] = b->flat[layer->inputs[0]];
		break;
	}
}

/* A value's name is its layer's; where two layers (pools, which have no weights) have the same, the
 * later one's number is behind it. */
static void name_values(struct builder *b)
{
	const struct nn_net *net = &b->model->net;
	for (int l = 0; l < net->layer_count; l++) {
		char name[NN_NAME_MAX + 16];
		bool again = false;
		for (int other = 0; other < l; other++)
			again = again || strcmp(net->layers[other].name, net->layers[l].name) == 0;
		snprintf(name, sizeof(name), again ? "%s#%d" : "%s", net->layers[l].name, l);
		b->values[l] = text(b, name);
	}
}

/* ---- the file ---- */

static void set_metadata(struct builder *b, Onnx__ModelProto *m)
{
	json_t *metadata = describe_metadata(b->model);
	const char *name;
	json_t *value;
	m->metadata_props = arena_zero(
		&b->arena, (json_object_size(metadata) + 1) * sizeof(*m->metadata_props));
	json_object_foreach(metadata, name, value)
	{
		Onnx__StringStringEntryProto *entry = arena_zero(&b->arena, sizeof(*entry));
		onnx__string_string_entry_proto__init(entry);
		entry->key = text(b, name);
		entry->value = text(b, json_string_value(value));
		m->metadata_props[m->n_metadata_props++] = entry;
	}
	json_decref(metadata);
}

static void build_graph(struct builder *b)
{
	onnx__graph_proto__init(&b->graph);
	b->graph.name = text(b, "retrial");
	b->graph.node = b->nodes;
	b->graph.initializer = b->initializers;
	b->graph.input = arena_zero(&b->arena, NN_OUTPUTS_MAX * sizeof(*b->graph.input));
	b->graph.output = arena_zero(&b->arena, NN_OUTPUTS_MAX * sizeof(*b->graph.output));
	name_values(b);
	for (int l = 0; l < b->model->net.layer_count; l++)
		add_layer(b, l);
}

int onnx_write(const struct model *m, const struct model_writing *how, struct model_files *out,
	struct err *e)
{
	(void)how;
	struct builder *b = calloc(1, sizeof(*b));
	if (!b)
		return err_nomem(e);
	b->model = m;
	build_graph(b);
	Onnx__OperatorSetIdProto opset;
	onnx__operator_set_id_proto__init(&opset);
	opset.has_version = 1;
	opset.version = ONNX_OPSET;
	Onnx__OperatorSetIdProto *opsets[] = { &opset };
	Onnx__ModelProto file;
	onnx__model_proto__init(&file);
	file.has_ir_version = 1;
	file.ir_version = IR_VERSION;
	file.opset_import = opsets;
	file.n_opset_import = 1;
	file.producer_name = text(b, "retrial");
	file.graph = &b->graph;
	set_metadata(b, &file);
	const size_t size = onnx__model_proto__get_packed_size(&file);
	uint8_t *bytes = malloc(size + 1);
	if (bytes) {
		onnx__model_proto__pack(&file, bytes);
		str_add_bytes(&out->main, (const char *)bytes, size);
	}
	free(bytes);
	arena_free(&b->arena);
	free(b);
	return bytes ? 0 : err_nomem(e);
}

void onnx_pads(const struct nn_layer *layer, struct nn_shape in, int pads[4])
{
	for (int i = 0; i < 2; i++) {
		const int all = nn_window_padding(layer, i, i ? in.width : in.height);
		pads[i] = all / 2;
		pads[i + 2] = all - all / 2;
	}
}

/* onnx_read.c - an ONNX graph as onnx.c writes it, read again from its operators: what they compute
 * is what is evaluated, whatever the metadata say. Graphs with other operators or attributes, from
 * elsewhere, are refused by name. */
#include "formats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "onnx.pb-c.h"

/* ---- nesting ---- */

/* The library reads messages within messages by recursion without an end: look first that there are
 * none of the kinds that can be nested (graphs in attributes, sequences of types, functions). */
enum message { MODEL, GRAPH, NODE, ATTRIBUTE, VALUE, TYPE, REFUSED };

static const struct nesting {
	enum message in;
	unsigned field;
	enum message is;
} nestings[] = {
	{ MODEL, 7, GRAPH },
	{ MODEL, 20, REFUSED },
	{ MODEL, 25, REFUSED },
	{ GRAPH, 1, NODE },
	{ GRAPH, 11, VALUE },
	{ GRAPH, 12, VALUE },
	{ GRAPH, 13, VALUE },
	{ NODE, 5, ATTRIBUTE },
	{ ATTRIBUTE, 6, REFUSED },
	{ ATTRIBUTE, 11, REFUSED },
	{ ATTRIBUTE, 14, REFUSED },
	{ ATTRIBUTE, 15, REFUSED },
	{ VALUE, 2, TYPE },
	{ TYPE, 4, REFUSED },
	{ TYPE, 5, REFUSED },
	{ TYPE, 9, REFUSED },
};
enum { NESTINGS = sizeof(nestings) / sizeof(*nestings) };

struct bytes {
	const uint8_t *at, *end;
};

static bool take_varint(struct bytes *b, uint64_t *out)
{
	*out = 0;
	for (int shift = 0; shift < 70 && b->at < b->end; shift += 7) {
		const uint8_t byte = *b->at++;
		if (shift < 64)
			*out |= (uint64_t)(byte & 127) << shift;
		if (byte < 128)
			return true;
	}
	return false;
}

/* The next field's number, and its content where it is a message, text or list; false where the
 * bytes are no field. */
static bool take_field(struct bytes *b, uint64_t *number, struct bytes *content)
{
	enum { VARINT, FIXED_64, LENGTH, FIXED_32 = 5 };
	uint64_t tag, length;
	if (!take_varint(b, &tag))
		return false;
	*number = tag >> 3;
	*content = (struct bytes){ NULL, NULL };
	switch (tag & 7) {
	case VARINT: return take_varint(b, &length);
	case FIXED_64: length = 8; break;
	case FIXED_32: length = 4; break;
	case LENGTH:
		if (!take_varint(b, &length))
			return false;
		break;
	default: return false;
	}
	if (length > (uint64_t)(b->end - b->at))
		return false;
	if ((tag & 7) == LENGTH)
		*content = (struct bytes){ b->at, b->at + length };
	b->at += length;
	return true;
}

static int check_nesting(enum message kind, struct bytes b, struct err *e)
{
	while (b.at < b.end) {
		uint64_t number;
		struct bytes content;
		if (!take_field(&b, &number, &content))
			return err_set(e, ERR_USAGE, "no ONNX file, or a damaged one");
		for (int i = 0; i < NESTINGS; i++) {
			if (!content.at || nestings[i].in != kind || nestings[i].field != number)
				continue;
			if (nestings[i].is == REFUSED)
				return err_set(e, ERR_USAGE,
					"it has graphs or types within others: retrial reads the "
					"ONNX files that it writes");
			if (check_nesting(nestings[i].is, content, e))
				return -1;
		}
	}
	return 0;
}

/* ---- the graph ---- */

/* What a value of the graph is: a layer's output, or something on the way from it to the next
 * layer: its sigmoid (to a SiLU), hard sigmoid (to a hard swish), the steps of a GELU, itself
 * without its mean. */
enum part { WHOLE, SIGMOID, HARD, BY_ROOT, ERF, PLUS_ONE, BY_HALF, CENTRED };

struct value {
	const char *name;
	int layer;
	bool flat;
	enum part part;
	const Onnx__TensorProto *mean; /* CENTRED */
};
enum { VALUES_MAX = 4 * NN_LAYERS_MAX };

struct reader {
	const Onnx__GraphProto *graph;
	struct model *out;
	struct err *e;
	struct value values[VALUES_MAX];
	int value_count;
	const Onnx__TensorProto *tensors[2 * NN_LAYERS_MAX]; /* for each of the network's */
};

static const char *shown(const char *text)
{
	if (!text || strlen(text) > 100)
		return "?";
	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c > '~')
			return "?";
	return text;
}

static int fail(struct reader *r, const Onnx__NodeProto *n, const char *what)
{
	return err_set(r->e, ERR_USAGE, "%s (%s): %s: retrial reads the ONNX files that it writes",
		shown(n->name), shown(n->op_type), what);
}

static const struct value *find_value(const struct reader *r, const char *name)
{
	for (int i = 0; name && i < r->value_count; i++)
		if (strcmp(r->values[i].name, name) == 0)
			return &r->values[i];
	return NULL;
}

static int add_value(struct reader *r, const char *name, struct value v)
{
	if (!name || !name[0] || find_value(r, name))
		return err_set(r->e, ERR_USAGE, "two values are called %s, or one has no name",
			shown(name));
	if (r->value_count == VALUES_MAX)
		return err_set(r->e, ERR_USAGE, "the graph has more than %d values", VALUES_MAX);
	v.name = name;
	r->values[r->value_count++] = v;
	return 0;
}

static const Onnx__TensorProto *find_initializer(const struct reader *r, const char *name)
{
	for (size_t i = 0; name && i < r->graph->n_initializer; i++)
		if (r->graph->initializer[i]->name
			&& strcmp(r->graph->initializer[i]->name, name) == 0)
			return r->graph->initializer[i];
	return NULL;
}

static const Onnx__AttributeProto *find_attribute(const Onnx__NodeProto *n, const char *name)
{
	for (size_t i = 0; i < n->n_attribute; i++)
		if (n->attribute[i]->name && strcmp(n->attribute[i]->name, name) == 0)
			return n->attribute[i];
	return NULL;
}

/* Are these all the attributes that the node has? names ends with NULL. */
static bool has_only(const Onnx__NodeProto *n, const char *const *names)
{
	size_t known = 0;
	for (; *names; names++)
		known += find_attribute(n, *names) != NULL;
	return known == n->n_attribute;
}

static bool integers(
	const Onnx__NodeProto *n, const char *name, int count, int64_t low, int64_t high, int *out)
{
	const Onnx__AttributeProto *a = find_attribute(n, name);
	if (!a || a->n_ints != (size_t)count)
		return false;
	for (int i = 0; i < count; i++) {
		if (a->ints[i] < low || a->ints[i] > high)
			return false;
		out[i] = (int)a->ints[i];
	}
	return true;
}

static bool integer_is(const Onnx__NodeProto *n, const char *name, int64_t value)
{
	const Onnx__AttributeProto *a = find_attribute(n, name);
	return a && a->has_i && a->i == value;
}

static bool real_is(const Onnx__NodeProto *n, const char *name, float value)
{
	const Onnx__AttributeProto *a = find_attribute(n, name);
	return a && a->has_f && a->f == value;
}

/* ---- operators ---- */

/* Add the layer, called as the node, and the value that the node makes. */
static int add(
	struct reader *r, const Onnx__NodeProto *n, struct nn_layer *layer, bool bias, bool flat)
{
	snprintf(layer->name, sizeof(layer->name), "%s",
		n->name && strlen(n->name) < NN_NAME_MAX ? n->name : "");
	if (describe_add_layer(&r->out->net, layer, bias, r->e))
		return -1;
	return add_value(r, n->output[0],
		(struct value){ .layer = r->out->net.layer_count - 1, .flat = flat });
}

static struct nn_layer *last_layer(struct reader *r)
{
	return &r->out->net.layers[r->out->net.layer_count - 1];
}

/* The value of the node's input number i, which some node before it has made; NULL with e. */
static const struct value *input(struct reader *r, const Onnx__NodeProto *n, size_t i)
{
	const struct value *v = i < n->n_input ? find_value(r, n->input[i]) : NULL;
	if (!v || v->part) {
		fail(r, n, "an input that no operator before it makes");
		return NULL;
	}
	return v;
}

static int take_tensor(struct reader *r, const Onnx__NodeProto *n, size_t i, int tensor)
{
	r->tensors[tensor] = i < n->n_input ? find_initializer(r, n->input[i]) : NULL;
	return r->tensors[tensor] ? 0 : fail(r, n, "weights that are no initializer");
}

/* Nodes that change how a layer's output lies, not what it is. */
static int read_alias(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	const bool reshape = strcmp(n->op_type, "Reshape") == 0,
		   flatten = strcmp(n->op_type, "Flatten") == 0;
	if (!v)
		return -1;
	const struct nn_shape s = r->out->net.layers[v->layer].shape;
	if (flatten
		&& (!has_only(n, (const char *const[]){ "axis", NULL })
			|| !integer_is(n, "axis", 1)))
		return fail(r, n, "an axis other than 1");
	if (reshape) {
		const int64_t want[4] = { -1, s.channels, 1, 1 };
		const Onnx__TensorProto *t =
			n->n_input == 2 ? find_initializer(r, n->input[1]) : NULL;
		if (!t || t->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__INT64
			|| t->raw_data.len != sizeof(want)
			|| memcmp(t->raw_data.data, want, sizeof(want)) != 0 || n->n_attribute
			|| s.height != 1 || s.width != 1)
			return fail(r, n, "a shape that is not [-1, channels, 1, 1]");
	}
	return add_value(r, n->output[0],
		(struct value){ .layer = v->layer, .flat = flatten || (v->flat && !reshape) });
}

static int read_convolution(struct reader *r, const Onnx__NodeProto *n)
{
	static const char *const names[] = { "kernel_shape", "strides", "dilations", "pads",
		"group", NULL };
	const struct value *v = input(r, n, 0);
	const Onnx__TensorProto *w = n->n_input > 1 ? find_initializer(r, n->input[1]) : NULL;
	int kernel[2], strides[2], dilations[2] = { 1, 1 }, pads[4], want[4];
	if (!v)
		return -1;
	if (v->flat || !w || w->n_dims != 4 || w->dims[0] < 1 || w->dims[0] > 65536
		|| n->n_input > 3)
		return fail(r, n,
			"inputs other than a map, a kernel of four dimensions and perhaps a bias");
	if (!has_only(n, names) || !integers(n, "kernel_shape", 2, 1, 64, kernel)
		|| !integers(n, "strides", 2, 1, 64, strides)
		|| (find_attribute(n, "dilations")
			&& !integers(n, "dilations", 2, 1, 64, dilations))
		|| !integers(n, "pads", 4, 0, 4096, pads))
		return fail(r, n,
			"attributes other than kernel_shape, strides, dilations, pads and group");
	const struct nn_shape in = r->out->net.layers[v->layer].shape;
	struct nn_layer layer = { .kind = NN_CONV,
		.inputs = { v->layer },
		.input_count = 1,
		.kernel_height = kernel[0],
		.kernel_width = kernel[1],
		.stride = strides[0],
		.stride_width = strides[1],
		.dilation = kernel[0] > 1 ? dilations[0] : 1,
		.dilation_width = kernel[1] > 1 ? dilations[1] : 1,
		.shape.channels = (int)w->dims[0],
		.padding = pads[0] || pads[1] || pads[2] || pads[3] ? NN_SAME : NN_VALID };
	if (find_attribute(n, "group")) {
		const int64_t groups = find_attribute(n, "group")->i;
		const bool depthwise = groups == in.channels && w->dims[0] == in.channels;
		if (groups < (depthwise ? 1 : 2) || groups > in.channels)
			return fail(r, n, "groups that do not fit the channels");
		if (depthwise)
			layer.kind = NN_DEPTHWISE;
		else
			layer.groups = (int)groups;
	}
	onnx_pads(&layer, in, want);
	if (memcmp(pads, want, sizeof(pads)) != 0)
		return fail(r, n, "pads other than those of \"same\"");
	if (add(r, n, &layer, n->n_input == 3, false)
		|| take_tensor(r, n, 1, last_layer(r)->kernel_tensor))
		return -1;
	return n->n_input == 3 ? take_tensor(r, n, 2, last_layer(r)->bias_tensor) : 0;
}

/* The zeros that a dense layer without a bias is written with? */
static bool is_no_bias(const struct reader *r, const char *name)
{
	static const char end[] = "/no_bias";
	const Onnx__TensorProto *t = find_initializer(r, name);
	const size_t length = name ? strlen(name) : 0, tail = sizeof(end) - 1;
	if (!t || length < tail || strcmp(name + length - tail, end) != 0)
		return false;
	for (size_t i = 0; i < t->raw_data.len; i++)
		if (t->raw_data.data[i])
			return false;
	return true;
}

static int read_dense(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	const Onnx__TensorProto *w = n->n_input > 1 ? find_initializer(r, n->input[1]) : NULL;
	if (!v)
		return -1;
	const bool bias = n->n_input == 3 && !is_no_bias(r, n->input[2]);
	if (!v->flat || !w || w->n_dims != 2 || w->dims[0] < 1 || w->dims[0] > 65536
		|| n->n_input != 3)
		return fail(r, n,
			"inputs other than a flat value, a kernel of two dimensions and a bias");
	if (!has_only(n, (const char *const[]){ "transB", NULL }) || !integer_is(n, "transB", 1))
		return fail(r, n, "attributes other than transB = 1");
	struct nn_layer layer = { .kind = NN_DENSE,
		.inputs = { v->layer },
		.input_count = 1,
		.shape.channels = (int)w->dims[0] };
	if (add(r, n, &layer, bias, true) || take_tensor(r, n, 1, last_layer(r)->kernel_tensor))
		return -1;
	return bias ? take_tensor(r, n, 2, last_layer(r)->bias_tensor) : 0;
}

static int read_pool(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	const bool general = find_attribute(n, "pads") != NULL;
	int kernel[2], strides[2], pads[4] = { 0 }, want[4];
	if (!v)
		return -1;
	if (v->flat
		|| !has_only(n, (const char *const[]){ "kernel_shape", "strides", "pads", NULL })
		|| !integers(n, "kernel_shape", 2, 1, 1024, kernel)
		|| !integers(n, "strides", 2, 1, 1024, strides)
		|| (general ? !integers(n, "pads", 4, 0, 1024, pads)
			    : kernel[0] != strides[0] || kernel[1] != strides[1]))
		return fail(r, n,
			"attributes other than kernel_shape and strides, both the same, or with "
			"pads");
	struct nn_layer layer = { .kind = strcmp(n->op_type, "MaxPool") == 0 ? NN_MAXPOOL
									     : NN_AVGPOOL,
		.inputs = { v->layer },
		.input_count = 1,
		.kernel_height = kernel[0],
		.kernel_width = kernel[1],
		.stride = general ? strides[0] : 0,
		.stride_width = general ? strides[1] : 0,
		.dilation = 1,
		.dilation_width = 1,
		.padding = pads[0] || pads[1] || pads[2] || pads[3] ? NN_SAME : NN_VALID };
	if (general) {
		onnx_pads(&layer, r->out->net.layers[v->layer].shape, want);
		if (memcmp(pads, want, sizeof(pads)) != 0)
			return fail(r, n, "pads other than those of \"same\"");
	}
	return add(r, n, &layer, false, false);
}

/* Concat and Sum. */
static int read_joint(struct reader *r, const Onnx__NodeProto *n)
{
	const bool concat = strcmp(n->op_type, "Concat") == 0;
	struct nn_layer layer = { .kind = concat ? NN_CONCAT : NN_ADD };
	bool flat = false;
	if (n->n_input > NN_LAYER_INPUTS_MAX)
		return fail(r, n, "too many inputs");
	for (size_t i = 0; i < n->n_input; i++) {
		const struct value *v = input(r, n, i);
		if (!v)
			return -1;
		if (i && v->flat != flat)
			return fail(r, n, "inputs of different dimensions");
		flat = v->flat;
		layer.inputs[layer.input_count++] = v->layer;
	}
	if (concat ? !has_only(n, (const char *const[]){ "axis", NULL })
				|| !integer_is(n, "axis", 1)
		   : n->n_attribute > 0)
		return fail(r, n, "an axis other than 1");
	return add(r, n, &layer, false, flat);
}

static int read_batchnorm(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	const Onnx__AttributeProto *epsilon = find_attribute(n, "epsilon"),
				   *momentum = find_attribute(n, "momentum");
	if (!v)
		return -1;
	if (!has_only(n, (const char *const[]){ "epsilon", "momentum", NULL }) || !epsilon
		|| !momentum)
		return fail(r, n, "attributes other than epsilon and momentum");
	struct nn_layer layer = { .kind = NN_BATCHNORM,
		.inputs = { v->layer },
		.input_count = 1,
		.epsilon = (double)epsilon->f,
		.momentum = (double)momentum->f };
	if (add(r, n, &layer, false, v->flat))
		return -1;
	const struct nn_layer *l = last_layer(r);
	const int tensors[4] = { l->kernel_tensor, l->bias_tensor, l->mean_tensor,
		l->variance_tensor };
	for (size_t i = 0; i < 4; i++)
		if (take_tensor(r, n, i + 1, tensors[i]))
			return -1;
	return 0;
}

/* How many nodes and outputs of the graph read what the layer computes, under any name? */
static int readers(const struct reader *r, int layer)
{
	int count = 0;
	for (int v = 0; v < r->value_count; v++) {
		if (r->values[v].layer != layer)
			continue;
		const char *name = r->values[v].name;
		for (size_t i = 0; i < r->graph->n_node; i++)
			for (size_t k = 0; k < r->graph->node[i]->n_input; k++)
				count += r->graph->node[i]->input[k]
					&& strcmp(r->graph->node[i]->input[k], name) == 0;
		for (size_t i = 0; i < r->graph->n_output; i++)
			count += r->graph->output[i]->name
				&& strcmp(r->graph->output[i]->name, name) == 0;
	}
	return count;
}

static int read_relu(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	if (!v)
		return -1;
	struct nn_layer *from = &r->out->net.layers[v->layer];
	const bool weighted =
		from->kind == NN_CONV || from->kind == NN_DEPTHWISE || from->kind == NN_DENSE;
	if (weighted && !from->relu && readers(r, v->layer) == 1) { /* built in again */
		from->relu = true;
		return add_value(r, n->output[0], *v);
	}
	struct nn_layer layer = { .kind = NN_RELU, .inputs = { v->layer }, .input_count = 1 };
	return add(r, n, &layer, false, v->flat);
}

static int read_clip(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	if (!v)
		return -1;
	if (!has_only(n, (const char *const[]){ "min", "max", NULL }) || !real_is(n, "min", 0)
		|| !real_is(n, "max", 6))
		return fail(r, n, "ends other than 0 and 6");
	struct nn_layer layer = { .kind = NN_RELU6, .inputs = { v->layer }, .input_count = 1 };
	return add(r, n, &layer, false, v->flat);
}

static int add_part(struct reader *r, const Onnx__NodeProto *n, struct value v, enum part part)
{
	v.part = part;
	return add_value(r, n->output[0], v);
}

static int add_activation(
	struct reader *r, const Onnx__NodeProto *n, const struct value *v, struct nn_layer layer)
{
	layer.inputs[0] = v->layer;
	layer.input_count = 1;
	return add(r, n, &layer, false, v->flat);
}

/* Is the node's output multiplied by its input? */
static bool multiplies_input(const struct reader *r, const Onnx__NodeProto *n)
{
	for (size_t i = 0; i < r->graph->n_node; i++) {
		const Onnx__NodeProto *m = r->graph->node[i];
		if (m->op_type && strcmp(m->op_type, "Mul") == 0 && m->n_input == 2 && m->input[0]
			&& m->input[1] && strcmp(m->input[0], n->input[0]) == 0
			&& strcmp(m->input[1], n->output[0]) == 0)
			return true;
	}
	return false;
}

static int read_sigmoid(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	if (!v)
		return -1;
	return multiplies_input(r, n)
		? add_part(r, n, *v, SIGMOID)
		: add_activation(r, n, v, (struct nn_layer){ .kind = NN_SIGMOID });
}

static int read_hard(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	if (!v)
		return -1;
	if (!has_only(n, (const char *const[]){ "alpha", "beta", NULL })
		|| !real_is(n, "alpha", 1.0f / 6) || !real_is(n, "beta", 0.5f))
		return fail(r, n, "an alpha other than 1/6, a beta other than 1/2");
	return multiplies_input(r, n)
		? add_part(r, n, *v, HARD)
		: add_activation(r, n, v, (struct nn_layer){ .kind = NN_HARD_SIGMOID });
}

/* Tanh and leaky ReLU. */
static int read_plain(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	const Onnx__AttributeProto *alpha = find_attribute(n, "alpha");
	const bool leaky = strcmp(n->op_type, "LeakyRelu") == 0;
	if (!v)
		return -1;
	if (leaky ? !has_only(n, (const char *const[]){ "alpha", NULL }) || !alpha
		  : n->n_attribute > 0)
		return fail(r, n, "attributes that it should not have");
	return add_activation(r, n, v,
		(struct nn_layer){ .kind = leaky ? NN_LEAKY_RELU : NN_TANH,
			.slope = leaky ? (double)alpha->f : 0 });
}

/* An initializer of this one number? */
static bool is_number(const struct reader *r, const char *name, float x)
{
	const Onnx__TensorProto *t = find_initializer(r, name);
	return t && t->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
		&& t->raw_data.len == sizeof(x) && memcmp(t->raw_data.data, &x, sizeof(x)) == 0;
}

/* The second and third step of a GELU. */
static int read_step(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = find_value(r, n->input[0]);
	if (v && v->part == BY_ROOT && strcmp(n->op_type, "Erf") == 0)
		return add_part(r, n, *v, ERF);
	if (v && v->part == ERF && strcmp(n->op_type, "Add") == 0 && n->n_input == 2
		&& is_number(r, n->input[1], 1))
		return add_part(r, n, *v, PLUS_ONE);
	return fail(r, n, "not a part of a GELU");
}

/* x - mean, on the way to a normalised input. */
static int read_centred(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	if (!v)
		return -1;
	struct value centred = *v;
	centred.mean = n->n_input == 2 ? find_initializer(r, n->input[1]) : NULL;
	if (!centred.mean)
		return fail(r, n, "a mean that is no initializer");
	return add_part(r, n, centred, CENTRED);
}

static int read_normalize(struct reader *r, const Onnx__NodeProto *n, const struct value *v)
{
	const Onnx__TensorProto *scale = find_initializer(r, n->input[1]), *mean = v->mean;
	struct nn_layer layer = { .kind = NN_NORMALIZE, .inputs = { v->layer }, .input_count = 1 };
	if (!scale || scale->n_dims != 3 || mean->n_dims != 3)
		return fail(r, n, "constants that are not of three dimensions");
	if (add(r, n, &layer, scale->dims[1] != 1 || scale->dims[2] != 1, false))
		return -1;
	r->tensors[last_layer(r)->mean_tensor] = mean;
	r->tensors[last_layer(r)->variance_tensor] = scale;
	return 0;
}

/* x times its sigmoid or hard sigmoid; steps of a GELU; the scale of a normalised input. */
static int read_product(struct reader *r, const Onnx__NodeProto *n)
{
	if (n->n_input != 2)
		return fail(r, n, "not two factors");
	const struct value *v = find_value(r, n->input[0]), *by = find_value(r, n->input[1]);
	if (v && v->part == WHOLE && is_number(r, n->input[1], 0.70710678f))
		return add_part(r, n, *v, BY_ROOT);
	if (v && v->part == PLUS_ONE && is_number(r, n->input[1], 0.5f))
		return add_part(r, n, *v, BY_HALF);
	if (v && v->part == CENTRED)
		return read_normalize(r, n, v);
	if (v && by && v->part == WHOLE && by->part == WHOLE) {
		if (v->flat != by->flat)
			return fail(r, n, "factors of different dimensions");
		struct nn_layer layer = {
			.kind = NN_MULTIPLY, .inputs = { v->layer, by->layer }, .input_count = 2
		};
		return add(r, n, &layer, false, v->flat);
	}
	if (!v || v->part != WHOLE || !by || by->layer != v->layer
		|| (by->part != SIGMOID && by->part != HARD && by->part != BY_HALF))
		return fail(r, n, "a factor that is not the other's sigmoid");
	return add_activation(r, n, v,
		(struct nn_layer){ .kind = by->part == SIGMOID ? NN_SILU
				: by->part == HARD             ? NN_HARD_SWISH
							       : NN_GELU });
}

/* Channels in the order of a shuffle. */
static int read_gather(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	const Onnx__TensorProto *t = n->n_input == 2 ? find_initializer(r, n->input[1]) : NULL;
	if (!v)
		return -1;
	const struct nn_net *net = &r->out->net;
	const size_t channels = (size_t)net->layers[v->layer].shape.channels;
	if (!t || t->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__INT64
		|| t->raw_data.len != channels * sizeof(int64_t) || !integer_is(n, "axis", 1))
		return fail(r, n, "not an order of the channels");
	for (int groups = 1; groups <= (int)channels; groups++) {
		struct nn_layer layer = { .kind = NN_SHUFFLE,
			.inputs = { v->layer },
			.input_count = 1,
			.groups = groups };
		bool same = channels % (size_t)groups == 0;
		for (size_t c = 0; same && c < channels; c++) {
			int64_t from;
			memcpy(&from, t->raw_data.data + c * sizeof(from), sizeof(from));
			same = from == nn_channel_source(net, &layer, (int)c);
		}
		if (same)
			return add(r, n, &layer, false, v->flat);
	}
	return fail(r, n, "an order of the channels that is no shuffle");
}

/* Zeros for further channels. */
static int read_padding(struct reader *r, const Onnx__NodeProto *n)
{
	const struct value *v = input(r, n, 0);
	int pads[8];
	if (!v)
		return -1;
	if (v->flat || !has_only(n, (const char *const[]){ "pads", NULL })
		|| !integers(n, "pads", 8, 0, 65536, pads) || pads[0] || pads[2] || pads[3]
		|| pads[4] || pads[6] || pads[7] || pads[1] != (pads[1] + pads[5]) / 2)
		return fail(r, n, "pads other than of channels, in halves");
	struct nn_layer layer = { .kind = NN_PAD,
		.inputs = { v->layer },
		.input_count = 1,
		.shape.channels = r->out->net.layers[v->layer].shape.channels + pads[1] + pads[5] };
	return add(r, n, &layer, false, false);
}

static const struct {
	const char *op;
	int (*read)(struct reader *r, const Onnx__NodeProto *n);
} operators[] = {
	{ "Conv", read_convolution },
	{ "Gemm", read_dense },
	{ "MaxPool", read_pool },
	{ "AveragePool", read_pool },
	{ "Concat", read_joint },
	{ "Sum", read_joint },
	{ "BatchNormalization", read_batchnorm },
	{ "Relu", read_relu },
	{ "Clip", read_clip },
	{ "Sigmoid", read_sigmoid },
	{ "Mul", read_product },
	{ "Gather", read_gather },
	{ "Pad", read_padding },
	{ "Sub", read_centred },
	{ "Add", read_step },
	{ "Erf", read_step },
	{ "HardSigmoid", read_hard },
	{ "Tanh", read_plain },
	{ "LeakyRelu", read_plain },
	{ "Flatten", read_alias },
	{ "Reshape", read_alias },
	{ "Identity", read_alias },
};
enum { OPERATORS = sizeof(operators) / sizeof(*operators) };

static int read_node(struct reader *r, const Onnx__NodeProto *n)
{
	if (!n->op_type || n->n_output != 1 || n->n_input < 1 || (n->domain && n->domain[0]))
		return fail(r, n, "not one output, or another domain");
	for (int i = 0; i < OPERATORS; i++)
		if (strcmp(operators[i].op, n->op_type) == 0)
			return operators[i].read(r, n);
	return fail(r, n, "an unknown operator");
}

/* ---- inputs, outputs, weights ---- */

static int read_input(struct reader *r, const Onnx__ValueInfoProto *v)
{
	const bool tensor = v->type && v->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
		&& v->type->tensor_type;
	const Onnx__TensorShapeProto *shape = tensor ? v->type->tensor_type->shape : NULL;
	struct nn_layer layer = { .kind = NN_INPUT };
	int sizes[4] = { 0 };
	if (!shape || shape->n_dim != 4
		|| v->type->tensor_type->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
		|| !v->name || strlen(v->name) >= NN_NAME_MAX)
		return err_set(r->e, ERR_USAGE,
			"input %s is no tensor of floats of four dimensions", shown(v->name));
	for (int i = 1; i < 4; i++) {
		const Onnx__TensorShapeProto__Dimension *d = shape->dim[i];
		if (d->value_case != ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
			|| d->dim_value < 1 || d->dim_value > 1024)
			return err_set(r->e, ERR_USAGE,
				"input %s: sizes of its images are not within 1 to 1024",
				shown(v->name));
		sizes[i] = (int)d->dim_value;
	}
	layer.shape = (struct nn_shape){ sizes[1], sizes[2], sizes[3] };
	snprintf(layer.name, sizeof(layer.name), "%s", v->name);
	if (describe_add_layer(&r->out->net, &layer, false, r->e))
		return -1;
	return add_value(r, v->name, (struct value){ .layer = r->out->net.layer_count - 1 });
}

static int read_output(struct reader *r, const Onnx__ValueInfoProto *v)
{
	const struct value *value = find_value(r, v->name);
	if (!value || value->part || !value->flat || strlen(v->name) >= NN_NAME_MAX)
		return err_set(r->e, ERR_USAGE,
			"output %s is made by no operator, or is not [batch][class]",
			shown(v->name));
	struct nn_layer layer = { .kind = NN_OUTPUT, .inputs = { value->layer }, .input_count = 1 };
	snprintf(layer.name, sizeof(layer.name), "%s", v->name);
	return describe_add_layer(&r->out->net, &layer, false, r->e);
}

static int copy_weights(struct reader *r)
{
	struct model *m = r->out;
	m->params = malloc(m->net.parameter_count * sizeof(*m->params) + 1);
	if (!m->params)
		return err_nomem(r->e);
	for (int i = 0; i < m->net.tensor_count; i++) {
		const struct nn_tensor *tensor = &m->net.tensors[i];
		const Onnx__TensorProto *t = r->tensors[i];
		size_t sizes[4];
		const int rank = describe_tensor_shape(&m->net, i, sizes);
		/* what is broadcast over a map has dimensions of 1, too; its length decides */
		const bool constant = m->net.layers[tensor->layer].kind == NN_NORMALIZE;
		bool same = constant || t->n_dims == (size_t)rank;
		for (int k = 0; same && !constant && k < rank; k++)
			same = t->dims[k] == (int64_t)sizes[k];
		if (!same || t->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT
			|| !t->has_raw_data || t->raw_data.len != tensor->count * sizeof(float))
			return err_set(r->e, ERR_USAGE,
				"%s: its weights are not raw 32-bit floats of the operator's shape",
				tensor->name);
		memcpy(m->params + tensor->offset, t->raw_data.data, t->raw_data.len);
	}
	return 0;
}

static int read_graph(struct reader *r)
{
	const Onnx__GraphProto *g = r->graph;
	if (g->n_input > NN_OUTPUTS_MAX || g->n_output > NN_OUTPUTS_MAX
		|| g->n_node > 8 * NN_LAYERS_MAX || g->n_initializer > 8 * NN_LAYERS_MAX)
		return err_set(r->e, ERR_USAGE,
			"the graph is too large: %zu inputs, %zu outputs, %zu nodes, %zu "
			"initializers",
			g->n_input, g->n_output, g->n_node, g->n_initializer);
	for (size_t i = 0; i < g->n_input; i++)
		if (read_input(r, g->input[i]))
			return -1;
	for (size_t i = 0; i < g->n_node; i++)
		if (read_node(r, g->node[i]))
			return -1;
	for (size_t i = 0; i < g->n_output; i++)
		if (read_output(r, g->output[i]))
			return -1;
	return describe_check_network(&r->out->net, r->e) || copy_weights(r) ? -1 : 0;
}

static int read_metadata(const Onnx__ModelProto *file, struct model_facts *f, struct err *e)
{
	json_t *metadata = json_object();
	int result = 0;
	for (size_t i = 0; i < file->n_metadata_props && !result; i++) {
		const Onnx__StringStringEntryProto *entry = file->metadata_props[i];
		json_t *value = entry->value ? json_string(entry->value) : NULL;
		if (!entry->key || !value || json_object_get(metadata, entry->key)
			|| json_object_set(metadata, entry->key, value))
			result = err_set(e, ERR_USAGE,
				"its metadata has a name twice, or texts that are not UTF-8");
		json_decref(value);
	}
	if (!result)
		result = describe_read_facts(metadata, f, e);
	json_decref(metadata);
	return result;
}

int onnx_read(const char *bytes, size_t count, struct model *out, struct err *e)
{
	const struct bytes all = { (const uint8_t *)bytes, (const uint8_t *)bytes + count };
	if (check_nesting(MODEL, all, e))
		return -1;
	Onnx__ModelProto *file = onnx__model_proto__unpack(NULL, count, all.at);
	struct reader *r = calloc(1, sizeof(*r));
	int result = -1;
	if (!r) {
		err_nomem(e);
	} else if (!file || !file->graph) {
		err_set(e, ERR_USAGE, "no ONNX file, or a damaged one");
	} else if (file->n_opset_import != 1 || file->opset_import[0]->version != ONNX_OPSET
		|| (file->opset_import[0]->domain && file->opset_import[0]->domain[0])) {
		err_set(e, ERR_USAGE,
			"its operators are not those of opset %d: retrial reads the ONNX files "
			"that it writes",
			ONNX_OPSET);
	} else {
		*r = (struct reader){ .graph = file->graph, .out = out, .e = e };
		result = read_graph(r) || read_metadata(file, &out->facts, e)
				|| describe_check_params(out, e)
			? -1
			: 0;
	}
	free(r);
	if (file)
		onnx__model_proto__free_unpacked(file, NULL);
	return result;
}

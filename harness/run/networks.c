/* networks.c - from the layers that a model describes to the core's networks. */
#include "networks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../nn/size.h"
#include "../data/dataset.h"

/* ---- building ---- */

enum { TEACHER_STEM = -1 };

/* stemN/LAYER; stem 0: LAYER; teacher/LAYER */
struct path {
	char text[NN_NAME_MAX];
};

static struct path layer_path(int stem, const char *layer)
{
	struct path p;
	if (stem == TEACHER_STEM)
		snprintf(p.text, sizeof(p.text), "teacher/%s", layer);
	else if (stem)
		snprintf(p.text, sizeof(p.text), "stem%d/%s", stem, layer);
	else
		snprintf(p.text, sizeof(p.text), "%s", layer);
	return p;
}

/* A network that is being built. */
struct builder {
	struct nn_net *net;
	const struct model_config *model;
	enum normalize_kind normalize;
	int classes;
	int stem;                /* whose copies are built, from 1; 0: behind both */
	int input[MODEL_BLOCKS]; /* what comes into the block */
	int made[MODEL_BLOCKS]
		[BLOCK_LAYERS_MAX]; /* the core's number of each layer, with its activation */
	struct {
		short block, layer;
	} made_by[NN_LAYERS_MAX]; /* the layer of the model that each of the core's is for */
	struct misfit *where;     /* the layer that the network fails at; NULL: nobody asks */
};

static void fail_at(const struct builder *b, enum model_block block, int number)
{
	if (b->where && b->where->layer < 0) /* the first counts: what follows fails for it */
		*b->where = (struct misfit){ (int)block, number, -1 };
}

/* A size of 0 is that of the map that comes in. */
static int size_or_map(int size, int map)
{
	return size ? size : map;
}

static enum nn_init_kind init_of(const struct layer_config *l)
{
	static const enum nn_init_kind kinds[] = { [INIT_GLOROT_UNIFORM] = NN_GLOROT_UNIFORM,
		[INIT_HE_NORMAL] = NN_HE_NORMAL,
		[INIT_GLOROT_NORMAL] = NN_GLOROT_NORMAL,
		[INIT_HE_UNIFORM] = NN_HE_UNIFORM,
		[INIT_LECUN_NORMAL] = NN_LECUN_NORMAL,
		[INIT_LECUN_UNIFORM] = NN_LECUN_UNIFORM,
		[INIT_TORCH_UNIFORM] = NN_TORCH_UNIFORM,
		[INIT_NORMAL] = NN_NORMAL,
		[INIT_UNIFORM] = NN_UNIFORM,
		[INIT_ORTHOGONAL] = NN_ORTHOGONAL };
	return kinds[l->init];
}

/* How the tensors of a layer that was just added begin. */
static void set_beginning(struct nn_net *net, int layer, const struct layer_config *l)
{
	struct nn_tensor *kernel = &net->tensors[net->layers[layer].kernel_tensor],
			 *bias = net->layers[layer].bias_tensor < 0
		? NULL
		: &net->tensors[net->layers[layer].bias_tensor];
	if (l->kind == LAYER_BATCHNORM) {
		kernel->init = l->gamma == 1 ? NN_ONES : NN_CONSTANT;
		kernel->amount = l->gamma;
		return;
	}
	kernel->amount = l->init_scale > 0 ? l->init_scale : l->init == INIT_ORTHOGONAL ? 1 : 0.05;
	if (bias && l->bias_init != 0) {
		bias->init = NN_CONSTANT;
		bias->amount = l->bias_init;
	}
}

static int add_convolution(
	const struct builder *b, const struct layer_config *l, const char *path, int input)
{
	const struct nn_shape map = b->net->layers[input].shape;
	const int kernel = size_or_map(l->kernel, map.height);
	struct nn_conv_options o = { .filters = l->filters ? l->filters : b->classes,
		.kernel_height = kernel,
		.kernel_width =
			size_or_map(l->kernel_width ? l->kernel_width : l->kernel, map.width),
		.stride = l->stride ? l->stride : kernel,
		.stride_width = l->stride_width,
		.dilation = l->dilation,
		.dilation_width = l->dilation_width,
		.padding = l->padding == PADDING_SAME ? NN_SAME : NN_VALID,
		.relu = l->activation == ACTIVATION_RELU,
		.no_bias = !l->bias,
		.groups = l->kind == LAYER_CONV ? l->groups : 0,
		.init = init_of(l) };
	if (l->kind == LAYER_DEPTHWISE && l->multiplier > 1) {
		o.filters = l->multiplier * map.channels;
		o.groups = map.channels;
		return nn_conv_with(b->net, path, input, &o);
	}
	return l->kind == LAYER_CONV ? nn_conv_with(b->net, path, input, &o)
				     : nn_depthwise(b->net, path, input, &o);
}

static int add_pool(
	const struct builder *b, const struct layer_config *l, const char *path, int input)
{
	const struct nn_shape map = b->net->layers[input].shape;
	const struct nn_pool_options o = { .height = size_or_map(l->size, map.height),
		.width = size_or_map(l->size_width ? l->size_width : l->size, map.width),
		.stride = l->stride,
		.stride_width = l->stride_width,
		.padding = l->padding == PADDING_SAME ? NN_SAME : NN_VALID };
	return nn_pool_with(
		b->net, l->kind == LAYER_MAXPOOL ? NN_MAXPOOL : NN_AVGPOOL, path, input, &o);
}

/* Add, concat: what comes in and the layers that are named beside it. */
static int add_joint(
	const struct builder *b, enum model_block block, int number, const char *path, int input)
{
	const struct layer_config *l = &b->model->layers[block][number];
	int inputs[LAYER_WITH_MAX + 1] = { input }, at;
	enum model_block in;
	for (int i = 0; i < l->with_count; i++) {
		model_find(b->model, block, number, l->with[i], &in, &at);
		inputs[i + 1] = at < 0 ? b->input[in] : b->made[in][at];
		for (int k = 0; k <= i; k++)
			if (inputs[k] == inputs[i + 1] && !b->net->error[0])
				snprintf(b->net->error, sizeof(b->net->error),
					"%s: %s comes in twice", path,
					b->net->layers[inputs[k]].name);
	}
	if (l->kind == LAYER_MULTIPLY && l->with_count != 1 && !b->net->error[0])
		snprintf(b->net->error, sizeof(b->net->error),
			"%s: with: one layer is needed, the other factor", path);
	if (b->net->error[0])
		return -1;
	if (l->kind == LAYER_MULTIPLY)
		return nn_multiply(b->net, path, inputs[0], inputs[1]);
	return l->kind == LAYER_ADD ? nn_add(b->net, path, inputs, l->with_count + 1)
				    : nn_concat(b->net, path, inputs, l->with_count + 1);
}

static int add_plain(
	const struct builder *b, enum model_block block, int number, const char *path, int input)
{
	const struct layer_config *l = &b->model->layers[block][number];
	switch (l->kind) {
	case LAYER_CONV:
	case LAYER_DEPTHWISE: return add_convolution(b, l, path, input);
	case LAYER_MAXPOOL:
	case LAYER_AVGPOOL: return add_pool(b, l, path, input);
	case LAYER_DENSE:
		return (l->bias ? nn_dense : nn_dense_without_bias)(b->net, path, input,
			l->units ? l->units : b->classes, l->activation == ACTIVATION_RELU,
			init_of(l));
	case LAYER_DROPOUT: return nn_dropout(b->net, path, input, l->rate);
	case LAYER_BATCHNORM: return nn_batchnorm(b->net, path, input, l->momentum, l->epsilon);
	case LAYER_ADD:
	case LAYER_CONCAT:
	case LAYER_MULTIPLY: return add_joint(b, block, number, path, input);
	case LAYER_SHUFFLE: return nn_shuffle(b->net, path, input, l->groups);
	case LAYER_PAD: return nn_pad_channels(b->net, path, input, l->channels);
	}
	return -1;
}

/* The activation of a layer that the core does not have in the layer itself. */
static int add_activation(
	const struct builder *b, const struct layer_config *l, const char *path, int input)
{
	static const struct {
		const char *name;
		enum nn_kind kind;
	} kinds[] = {
		[ACTIVATION_RELU] = { "relu", NN_RELU },
		[ACTIVATION_RELU6] = { "relu6", NN_RELU6 },
		[ACTIVATION_SILU] = { "silu", NN_SILU },
		[ACTIVATION_TANH] = { "tanh", NN_TANH },
		[ACTIVATION_SIGMOID] = { "sigmoid", NN_SIGMOID },
		[ACTIVATION_LEAKY_RELU] = { "leaky_relu", NN_LEAKY_RELU },
		[ACTIVATION_GELU] = { "gelu", NN_GELU },
		[ACTIVATION_HARD_SWISH] = { "hard_swish", NN_HARD_SWISH },
		[ACTIVATION_HARD_SIGMOID] = { "hard_sigmoid", NN_HARD_SIGMOID },
	};
	const bool inside = l->activation == ACTIVATION_RELU
		&& (l->kind == LAYER_CONV || l->kind == LAYER_DEPTHWISE || l->kind == LAYER_DENSE);
	char name[NN_NAME_MAX + 16];
	if (l->activation == ACTIVATION_NONE || inside)
		return input;
	snprintf(name, sizeof(name), "%s/%s", path, kinds[l->activation].name);
	return nn_activation(b->net, name, input, kinds[l->activation].kind, l->slope);
}

static bool is_taken(const struct nn_net *net, const char *path)
{
	for (int l = 0; l < net->layer_count; l++)
		if (strcmp(net->layers[l].name, path) == 0)
			return true;
	return false;
}

/* Layers may be without a name if they have no random numbers; they are called pool1, pool2, add1
 * ... by their places in the blocks that share the beginning of a path. */
static struct path path_of(const struct builder *b, enum model_block block, int number)
{
	static const char *const names[] = { [LAYER_MAXPOOL] = "pool",
		[LAYER_AVGPOOL] = "pool",
		[LAYER_ADD] = "add",
		[LAYER_CONCAT] = "concat",
		[LAYER_MULTIPLY] = "multiply",
		[LAYER_SHUFFLE] = "shuffle",
		[LAYER_PAD] = "pad" };
	const struct layer_config *layers = b->model->layers[block], *l = &layers[number];
	char name[16];
	int count = 1;
	if (l->name[0])
		return layer_path(b->stem, l->name);
	for (int i = 0; i < number; i++)
		count += !layers[i].name[0] && strcmp(names[layers[i].kind], names[l->kind]) == 0;
	for (;; count++) {
		snprintf(name, sizeof(name), "%s%d", names[l->kind], count);
		const struct path path = layer_path(b->stem, name);
		if (!is_taken(b->net, path.text))
			return path;
	}
}

/* The layers of a block behind `input`; returns the last one, -1 after an error (which net->error
 * tells). */
static int add_block(struct builder *b, enum model_block block, int input)
{
	b->input[block] = input;
	for (int i = 0; i < b->model->counts[block] && input >= 0; i++) {
		const struct layer_config *l = &b->model->layers[block][i];
		const struct path path = path_of(b, block, i);
		const int first = b->net->layer_count;
		enum model_block in;
		int at;
		if (l->input[0]) {
			model_find(b->model, block, i, l->input, &in, &at);
			input = at < 0 ? b->input[in] : b->made[in][at];
		}
		input = add_plain(b, block, i, path.text, input);
		if (input >= 0 && layer_has_weights(l)) {
			b->net->layers[input].rate_scale = l->lr_scale;
			set_beginning(b->net, input, l);
		}
		if (input >= 0)
			input = b->made[block][i] = add_activation(b, l, path.text, input);
		if (input < 0)
			fail_at(b, block, i);
		for (int k = first; k < b->net->layer_count; k++) {
			b->made_by[k].block = (short)block;
			b->made_by[k].layer = (short)i;
		}
	}
	return input;
}

/* An input and what normalises it. */
static int add_input(const struct builder *b, struct nn_shape shape)
{
	const int input = nn_input(b->net, layer_path(b->stem, "input").text, shape);
	const bool by_pixel =
		b->normalize == NORMALIZE_MEAN_IMAGE || b->normalize == NORMALIZE_PIXELS;
	if (b->normalize == NORMALIZE_NONE || input < 0)
		return input;
	return nn_normalize(b->net, layer_path(b->stem, "normalize").text, input, by_pixel);
}

/* A block behind `input` whose output has to be one number a class. */
static void add_head(struct builder *b, enum model_block block, int input, const char *name)
{
	const int layer = add_block(b, block, input);
	struct nn_shape s = { 0 };
	if (layer >= 0)
		s = b->net->layers[layer].shape;
	if (layer >= 0 && (s.channels != b->classes || s.height != 1 || s.width != 1)) {
		fail_at(b, block, b->model->counts[block] - 1);
		snprintf(b->net->error, sizeof(b->net->error),
			"%s: its output %dx%dx%d must be one output per class, %dx1x1",
			b->net->layers[layer].name, s.channels, s.height, s.width, b->classes);
	}
	nn_output(b->net, layer_path(b->stem, name).text, layer);
}

static void add_submodel(struct builder *b, int stem, struct nn_shape shape)
{
	b->stem = stem;
	const int stem_end = add_block(b, BLOCK_STEM, add_input(b, shape));
	add_head(b, BLOCK_SUBMODEL_HEAD, stem_end, "output");
	if (b->model->counts[BLOCK_EXIT] > 0)
		add_head(b, BLOCK_EXIT, stem_end, "exit_output");
}

static void add_teacher(struct builder *b, struct nn_shape shape)
{
	b->stem = TEACHER_STEM;
	add_head(b, BLOCK_TEACHER, add_input(b, shape), "output");
}

static void add_unified(struct builder *b, struct nn_shape shape)
{
	int input = add_input(b, shape);
	int ends[2];
	for (b->stem = 1; b->stem <= 2; b->stem++)
		ends[b->stem - 1] =
			add_block(b, BLOCK_UNIFIED_STEM, add_block(b, BLOCK_STEM, input));
	b->stem = 0;
	int layer = nn_concat(b->net, "concat", ends, 2);
	add_head(b, BLOCK_UNIFIED_HEAD, layer, "output");
}

/* A layer that leads nowhere would not be trained: a mistake in what is named as an input. */
static int check_readers(const struct builder *b, struct err *e)
{
	const struct nn_net *net = b->net;
	bool read[NN_LAYERS_MAX] = { false };
	for (int l = 0; l < net->layer_count; l++)
		for (int i = 0; i < net->layers[l].input_count; i++)
			read[net->layers[l].inputs[i]] = true;
	for (int l = 0; l < net->layer_count; l++)
		if (!read[l] && net->layers[l].kind != NN_OUTPUT) {
			fail_at(b, (enum model_block)b->made_by[l].block, b->made_by[l].layer);
			return err_set(
				e, ERR_USAGE, "%s: no layer takes its output", net->layers[l].name);
		}
	return 0;
}

static int build(struct builder b, enum network kind, struct nn_shape input, struct err *e)
{
	struct nn_net *net = b.net;
	nn_net_clear(net);
	if (kind == NETWORK_UNIFIED) {
		add_unified(&b, input);
	} else if (kind == NETWORK_TEACHER) {
		add_teacher(&b, input);
	} else {
		add_submodel(&b, 1, input);
		if (kind == NETWORK_DUAL)
			add_submodel(&b, 2, input);
	}
	if (!nn_net_ok(net))
		return err_set(e, ERR_USAGE, "images of %dx%dx%d (channels, height, width): %s",
			input.channels, input.height, input.width, net->error);
	if (net->parameter_count > MODEL_PARAMETERS_MAX)
		return err_set(e, ERR_USAGE, "%zu parameters, more than the %d that are possible",
			net->parameter_count, MODEL_PARAMETERS_MAX);
	return check_readers(&b, e);
}

int network_build(const struct model_config *m, enum network kind, struct nn_shape input,
	int classes, struct nn_net *net, struct err *e)
{
	return build(
		(struct builder){ .net = net, .model = m, .classes = classes }, kind, input, e);
}

static struct builder builder_of_trial(const struct trial *t, int classes, struct nn_net *net)
{
	return (struct builder){ .net = net,
		.model = trial_networks(t),
		.normalize = t->normalize,
		.classes = classes };
}

int network_of_trial(const struct trial *t, enum network kind, struct nn_shape input, int classes,
	struct nn_net *net, struct err *e)
{
	return build(builder_of_trial(t, classes, net), kind, input, e);
}

/* ---- handing weights on ---- */

/* The networks of both ends and their parameters. */
struct handover {
	const struct nn_net *from, *to;
	const float *from_params;
	float *to_params;
};

static int copy_tensor(
	const struct handover *h, const char *from_name, const char *to_name, struct err *e)
{
	const struct nn_tensor *from = nn_net_tensor(h->from, from_name),
			       *to = nn_net_tensor(h->to, to_name);
	if (!from || !to || from->count != to->count || from->fan_in != to->fan_in)
		return err_set(e, ERR_USAGE,
			"%s (%zu numbers) cannot begin as a copy of %s (%zu numbers)", to_name,
			to ? to->count : 0, from_name, from ? from->count : 0);
	if (h->to_params)
		memcpy(h->to_params + to->offset, h->from_params + from->offset,
			to->count * sizeof(*h->to_params));
	return 0;
}

/* All tensors of the layer: kernel and bias, or those of a batch normalisation. */
static int copy_layer(
	const struct handover *h, int stem, const char *from, const char *to, struct err *e)
{
	/* a tensor that only one of the two has is an error, too: a layer without a bias is not a
	 * copy of one that has it */
	static const char *const parts[] = { "kernel", "bias", "gamma", "beta", "moving_mean",
		"moving_variance" };
	for (size_t part = 0; part < sizeof(parts) / sizeof(*parts); part++) {
		char from_name[NN_NAME_MAX + 24], to_name[NN_NAME_MAX + 24];
		snprintf(from_name, sizeof(from_name), "stem%d/%s/%s", stem, from, parts[part]);
		snprintf(to_name, sizeof(to_name), "stem%d/%s/%s", stem, to, parts[part]);
		const bool none =
			!nn_net_tensor(h->from, from_name) && !nn_net_tensor(h->to, to_name);
		if (!none && copy_tensor(h, from_name, to_name, e))
			return -1;
	}
	return 0;
}

/* The layer with weights in this position of the block, counting only such; NULL: there are not
 * that many. */
static const struct layer_config *weighted(
	const struct model_config *m, enum model_block block, int position)
{
	for (int i = 0; i < m->counts[block]; i++)
		if (layer_has_weights(&m->layers[block][i]) && position-- == 0)
			return &m->layers[block][i];
	return NULL;
}

int network_unify(const struct model_config *m, const enum head_init heads[2],
	const struct nn_net *dual, const float *from, const struct nn_net *unified, float *to,
	struct err *e)
{
	const struct handover h = { dual, unified, from, to };
	const struct layer_config *l, *head;
	for (int stem = 1; stem <= 2; stem++) {
		for (int i = 0; (l = weighted(m, BLOCK_STEM, i)); i++)
			if (copy_layer(&h, stem, l->name, l->name, e))
				return -1;
		for (int i = 0;
			heads[stem - 1] == HEAD_COPY && (l = weighted(m, BLOCK_UNIFIED_STEM, i));
			i++) {
			head = weighted(m, BLOCK_SUBMODEL_HEAD, i);
			if (!head)
				return err_set(e, ERR_USAGE,
					"heads: copy: stem%d/%s has no counterpart in "
					"submodel_head",
					stem, l->name);
			if (copy_layer(&h, stem, head->name, l->name, e))
				return -1;
		}
	}
	return 0;
}

/* ---- asking beforehand ---- */

/* What is known of the data set without reading its images. */
static bool describe(
	const char *name, const struct dataset_places *places, struct dataset_info *out)
{
	const struct dataset_info *published = dataset_find(name);
	if (published)
		*out = *published;
	return published || (places && dataset_imported_info(name, places, out));
}

static int phase_fits(const struct trial *t, int phase, const struct dataset_info *d,
	struct misfit *where, struct err *e)
{
	const struct model_config *m = trial_networks(t);
	const struct nn_shape shape = { d->channels, d->height, d->width };
	struct nn_net net, dual;
	struct builder b = builder_of_trial(t, d->classes, &net);
	b.where = where;
	if (build(b, network_of_phase(t->phases, phase), shape, e))
		return -1;
	if (t->phases[phase].kind != PHASE_UNIFY)
		return 0;
	return network_of_trial(t, NETWORK_DUAL, shape, d->classes, &dual, e)
			|| network_unify(m, t->phases[phase].heads, &dual, NULL, &net, NULL, e)
		? -1
		: 0;
}

int network_check_augment(const struct trial *t, bool reals, struct err *e)
{
	return reals && trial_uses_augment(t) ? err_set(e, ERR_USAGE,
		       "the data set holds floats, not images: it cannot be augmented (inputs: "
		       "original in every phase)")
					      : 0;
}

int networks_fit(const struct trial *t, const void *places, struct misfit *where, struct err *e)
{
	struct dataset_info d;
	struct err why = { 0 };
	*where = (struct misfit){ -1, -1, -1 };
	if (!describe(t->dataset, places, &d))
		return 0;
	if (network_check_augment(t, d.reals, &why)) {
		while (!phase_uses_augment(&t->phases[++where->phase]))
			;
		return err_set(e, ERR_USAGE, "%s: %s", t->dataset, why.text);
	}
	for (int phase = 0; phase < t->phase_count; phase++)
		if (phase_fits(t, phase, &d, where, &why))
			return err_set(e, ERR_USAGE, "model %s does not fit data set %s: %s",
				t->model, t->dataset, why.text);
	return 0;
}

/* Multiply-accumulates of one image, by the paper's model or the trial's; 0: the images do not fit.
 */
static double macs_of(const struct trial *t, enum network kind, struct nn_shape shape, bool paper)
{
	struct nn_net *net = malloc(sizeof(*net));
	struct err ignored = { 0 };
	double macs = 0;

	if (net
		&& !(paper ? network_build(model_lightweight(), kind, shape, 10, net, &ignored)
			   : network_of_trial(t, kind, shape, 10, net, &ignored)))
		macs = (double)nn_net_macs(net);
	free(net);
	return macs;
}

double network_share(const struct trial *t, int phase, struct nn_shape shape)
{
	const enum network kind = network_of_phase(t->phases, phase);
	const double macs = macs_of(t, kind, shape, false),
		     paper = macs_of(
			     t, kind == NETWORK_TEACHER ? NETWORK_SUBMODEL : kind, shape, true);

	return macs > 0 && paper > 0 ? macs / paper : 1;
}

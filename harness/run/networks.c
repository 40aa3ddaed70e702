/* networks.c - from the layers that a model describes to the core's networks. */
#include "networks.h"

#include <stdio.h>
#include <string.h>

#include "../data/dataset.h"

enum { PARAMETERS_MAX = 50000000 }; /* a mistake in a sweep file, not a small network: better said than run out of memory */

/* ---- building --------------------------------------------------------------------------------------------------------- */

/* stemN/LAYER; stem 0: LAYER */
struct path {
	char text[NN_NAME_MAX];
};

static struct path layer_path(int stem, const char *layer)
{
	struct path p;
	if (stem)
		snprintf(p.text, sizeof p.text, "stem%d/%s", stem, layer);
	else
		snprintf(p.text, sizeof p.text, "%s", layer);
	return p;
}

/* A network that is being built. */
struct builder {
	struct nn_net *net;
	const struct model_config *model;
	int classes;
};

static int add_layer(const struct builder *b, const struct layer_config *l, const char *path, int input)
{
	const enum nn_init_kind init = l->init == INIT_HE_NORMAL ? NN_HE_NORMAL : NN_GLOROT_UNIFORM;
	const bool relu = l->activation == ACTIVATION_RELU;
	struct nn_shape map = { 1, 1, 1 };
	switch (l->kind) {
	case LAYER_CONV:
		if (input >= 0)
			map = b->net->layers[input].shape;
		return nn_conv(b->net, path, input, l->filters, l->kernel ? l->kernel : map.height, l->kernel ? l->kernel : map.width,
		               l->padding == PADDING_SAME ? NN_SAME : NN_VALID, relu, init);
	case LAYER_MAXPOOL: return nn_maxpool(b->net, path, input, l->size);
	case LAYER_DENSE: return nn_dense(b->net, path, input, l->units ? l->units : b->classes, relu, init);
	case LAYER_DROPOUT: return nn_dropout(b->net, path, input, l->rate);
	}
	return -1;
}

/* The layers of a block behind `input`; returns the last one. Pools, which have no name, are called pool1, pool2 ... for messages. */
static int add_block(const struct builder *b, enum model_block block, int stem, int input)
{
	int pools = 0;
	for (int i = 0; i < b->model->counts[block]; i++) {
		const struct layer_config *l = &b->model->layers[block][i];
		char pool[16];
		snprintf(pool, sizeof pool, "pool%d", l->kind == LAYER_MAXPOOL ? ++pools : 0);
		input = add_layer(b, l, layer_path(stem, l->kind == LAYER_MAXPOOL ? pool : l->name).text, input);
	}
	return input;
}

static void add_submodel(const struct builder *b, int stem, struct nn_shape shape)
{
	int layer = nn_input(b->net, layer_path(stem, "input").text, shape);
	layer = add_block(b, BLOCK_STEM, stem, layer);
	layer = add_block(b, BLOCK_SUBMODEL_HEAD, stem, layer);
	nn_output(b->net, layer_path(stem, "output").text, layer);
}

static void add_unified(const struct builder *b, struct nn_shape shape)
{
	int input = nn_input(b->net, "input", shape);
	int ends[2];
	for (int stem = 1; stem <= 2; stem++)
		ends[stem - 1] = add_block(b, BLOCK_UNIFIED_STEM, stem, add_block(b, BLOCK_STEM, stem, input));
	int layer = nn_concat(b->net, "concat", ends, 2);
	nn_output(b->net, "output", add_block(b, BLOCK_UNIFIED_HEAD, 0, layer));
}

int network_build(const struct model_config *m, enum network kind, struct nn_shape input, int classes, struct nn_net *net, struct err *e)
{
	const struct builder b = { net, m, classes };
	*net = (struct nn_net){ 0 };
	if (kind == NETWORK_UNIFIED) {
		add_unified(&b, input);
	} else {
		add_submodel(&b, 1, input);
		if (kind == NETWORK_DUAL)
			add_submodel(&b, 2, input);
	}
	if (!nn_net_ok(net))
		return err_set(e, ERR_USAGE, "images of %dx%dx%d (channels, height, width): %s", input.channels, input.height, input.width, net->error);
	if (net->parameter_count > PARAMETERS_MAX)
		return err_set(e, ERR_USAGE, "%zu parameters, more than the %d that are possible", net->parameter_count, PARAMETERS_MAX);
	return 0;
}

/* ---- handing weights on ----------------------------------------------------------------------------------------------- */

/* The networks of both ends and their parameters. */
struct handover {
	const struct nn_net *from, *to;
	const float *from_params;
	float *to_params;
};

static int copy_tensor(const struct handover *h, const char *from_name, const char *to_name, struct err *e)
{
	const struct nn_tensor *from = nn_net_tensor(h->from, from_name), *to = nn_net_tensor(h->to, to_name);
	if (!from || !to || from->count != to->count || from->fan_in != to->fan_in)
		return err_set(e, ERR_USAGE, "%s (%zu numbers) cannot begin as a copy of %s (%zu numbers)", to_name, to ? to->count : 0,
		               from_name, from ? from->count : 0);
	if (h->to_params)
		memcpy(h->to_params + to->offset, h->from_params + from->offset, to->count * sizeof *h->to_params);
	return 0;
}

static int copy_layer(const struct handover *h, int stem, const char *from, const char *to, struct err *e)
{
	static const char *const parts[] = { "kernel", "bias" };
	for (int part = 0; part < 2; part++) {
		char from_name[NN_NAME_MAX + 8], to_name[NN_NAME_MAX + 8];
		snprintf(from_name, sizeof from_name, "stem%d/%s/%s", stem, from, parts[part]);
		snprintf(to_name, sizeof to_name, "stem%d/%s/%s", stem, to, parts[part]);
		if (copy_tensor(h, from_name, to_name, e))
			return -1;
	}
	return 0;
}

/* The layer with weights in this position of the block, counting only such; NULL: there are not that many. */
static const struct layer_config *weighted(const struct model_config *m, enum model_block block, int position)
{
	for (int i = 0; i < m->counts[block]; i++)
		if (layer_has_weights(&m->layers[block][i]) && position-- == 0)
			return &m->layers[block][i];
	return NULL;
}

int network_unify(const struct model_config *m, const enum head_init heads[2], const struct nn_net *dual, const float *from,
                  const struct nn_net *unified, float *to, struct err *e)
{
	const struct handover h = { dual, unified, from, to };
	const struct layer_config *l, *head;
	for (int stem = 1; stem <= 2; stem++) {
		for (int i = 0; (l = weighted(m, BLOCK_STEM, i)); i++)
			if (copy_layer(&h, stem, l->name, l->name, e))
				return -1;
		for (int i = 0; heads[stem - 1] == HEAD_COPY && (l = weighted(m, BLOCK_UNIFIED_STEM, i)); i++) {
			head = weighted(m, BLOCK_SUBMODEL_HEAD, i);
			if (!head)
				return err_set(e, ERR_USAGE, "heads: copy: stem%d/%s has no counterpart in submodel_head", stem, l->name);
			if (copy_layer(&h, stem, head->name, l->name, e))
				return -1;
		}
	}
	return 0;
}

/* ---- asking beforehand ------------------------------------------------------------------------------------------------ */

static const struct dataset_info *find_dataset(const char *name)
{
	int count;
	const struct dataset_info *all = dataset_manifest(&count);
	for (int i = 0; i < count; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

static int phase_fits(const struct trial *t, int phase, const struct dataset_info *d, struct err *e)
{
	const struct model_config *m = trial_networks(t);
	const struct nn_shape shape = { d->channels, d->height, d->width };
	struct nn_net net, dual;
	if (network_build(m, network_of_phase(t->phases, phase), shape, d->classes, &net, e))
		return -1;
	if (t->phases[phase].kind != PHASE_UNIFY)
		return 0;
	return network_build(m, NETWORK_DUAL, shape, d->classes, &dual, e) || network_unify(m, t->phases[phase].heads, &dual, NULL, &net, NULL, e) ? -1 : 0;
}

int networks_fit(const struct trial *t, struct err *e)
{
	const struct dataset_info *d = find_dataset(t->dataset);
	struct err why = { 0 };
	for (int phase = 0; d && phase < t->phase_count; phase++)
		if (phase_fits(t, phase, d, &why))
			return err_set(e, ERR_USAGE, "model %s does not fit data set %s: %s", t->model, t->dataset, why.text);
	return 0;
}

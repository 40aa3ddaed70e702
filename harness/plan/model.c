/* model.c - the paper's model, and what holds for the blocks of every model. */
#include "model.h"

#include <string.h>

#include "param.h"

/* paper.md, "Models"; experiments/library/lightweight.yaml says the same. Trials of these networks
 * do not name them in their canonical text (identity.h), so not a byte of this may change. */
/* clang-format off */
static const struct layer_config stem[] = {
	{ .kind = LAYER_CONV, .name = "conv1", .lr_scale = 1, .prune_scale = 1, .slope = 0.01, .groups = 1, .dilation = 1, .filters = 10, .kernel = 3, .stride = 1, .bias = true,
	  .activation = ACTIVATION_RELU, .init = INIT_HE_NORMAL },
	{ .kind = LAYER_MAXPOOL, .size = 2, .slope = 0.01 },
	{ .kind = LAYER_CONV, .name = "conv2", .lr_scale = 1, .prune_scale = 1, .slope = 0.01, .groups = 1, .dilation = 1, .filters = 20, .kernel = 3, .stride = 1, .bias = true,
	  .activation = ACTIVATION_RELU, .init = INIT_HE_NORMAL },
	{ .kind = LAYER_MAXPOOL, .size = 2, .slope = 0.01 },
};
static const struct layer_config submodel_head[] = {
	{ .kind = LAYER_DENSE, .lr_scale = 1, .prune_scale = 1, .slope = 0.01, .bias = true, .name = "dense" },
};
static const struct layer_config unified_stem[] = {
	{ .kind = LAYER_CONV, .name = "wide", .lr_scale = 1, .prune_scale = 1, .slope = 0.01, .groups = 1, .dilation = 1, .filters = 10, .stride = 1, .bias = true, .activation = ACTIVATION_RELU },
};
static const struct layer_config unified_head[] = {
	{ .kind = LAYER_DENSE, .lr_scale = 1, .prune_scale = 1, .slope = 0.01, .bias = true, .name = "dense", .units = 32, .activation = ACTIVATION_RELU,
	  .init = INIT_HE_NORMAL },
	{ .kind = LAYER_DROPOUT, .name = "dropout", .rate = 0.5 },
	{ .kind = LAYER_DENSE, .lr_scale = 1, .prune_scale = 1, .slope = 0.01, .bias = true, .name = "classifier" },
};
static const struct model_config lightweight = {
	.counts = { [BLOCK_STEM] = 4, [BLOCK_SUBMODEL_HEAD] = 1, [BLOCK_UNIFIED_STEM] = 1, [BLOCK_UNIFIED_HEAD] = 3 },
	.layers = { [BLOCK_STEM] = stem, [BLOCK_SUBMODEL_HEAD] = submodel_head, [BLOCK_UNIFIED_STEM] = unified_stem,
		    [BLOCK_UNIFIED_HEAD] = unified_head },
};
/* clang-format on */

const struct model_config *model_lightweight(void)
{
	return &lightweight;
}

static const char *const block_names[MODEL_BLOCKS] = {
	[BLOCK_EXIT] = "exit",
	[BLOCK_STEM] = "stem",
	[BLOCK_SUBMODEL_HEAD] = "submodel_head",
	[BLOCK_TEACHER] = "teacher",
	[BLOCK_UNIFIED_HEAD] = "unified_head",
	[BLOCK_UNIFIED_STEM] = "unified_stem",
};

const char *model_block_name(enum model_block b)
{
	return block_names[b];
}

int model_block_find(const char *name)
{
	for (int b = 0; b < MODEL_BLOCKS; b++)
		if (strcmp(block_names[b], name) == 0)
			return b;
	return -1;
}

bool layer_has_weights(const struct layer_config *l)
{
	return l->kind == LAYER_CONV || l->kind == LAYER_DEPTHWISE || l->kind == LAYER_DENSE
		|| l->kind == LAYER_BATCHNORM;
}

static int find_before(const struct model_config *m, enum model_block b, int end, const char *name)
{
	for (int i = 0; i < end; i++)
		if (strcmp(m->layers[b][i].name, name) == 0)
			return i;
	return -1;
}

static bool is_behind_stem(enum model_block b)
{
	return b == BLOCK_SUBMODEL_HEAD || b == BLOCK_UNIFIED_STEM || b == BLOCK_EXIT;
}

int model_find(const struct model_config *m, enum model_block b, int layer, const char *name,
	enum model_block *in, int *at)
{
	const bool behind_stem = is_behind_stem(b);
	*in = b;
	*at = find_before(m, b, layer, name);
	if (*at < 0 && b == BLOCK_EXIT) {
		*at = find_before(m, BLOCK_SUBMODEL_HEAD, m->counts[BLOCK_SUBMODEL_HEAD], name);
		*in = *at < 0 ? b : BLOCK_SUBMODEL_HEAD;
	}
	if (*at < 0 && behind_stem) {
		*at = find_before(m, BLOCK_STEM, m->counts[BLOCK_STEM], name);
		*in = *at < 0 ? b : BLOCK_STEM;
	}
	return *at >= 0 || strcmp(name, "input") == 0 ? 0 : -1;
}

static bool layer_equal(const struct layer_config *a, const struct layer_config *b)
{
	size_t count;
	const struct param *table = param_table(&count);
	if (a->kind != b->kind)
		return false;
	for (size_t i = 0; i < count; i++) {
		const bool mine =
			table[i].scope == SCOPE_LAYER && param_applies(&table[i], (int)a->kind);
		if (mine && !param_equal(&table[i], (int)a->kind, a, b))
			return false;
	}
	return true;
}

bool model_equal(const struct model_config *a, const struct model_config *b)
{
	if (a == b)
		return true;
	for (int k = 0; k < MODEL_BLOCKS; k++) {
		if (a->counts[k] != b->counts[k])
			return false;
		for (int i = 0; i < a->counts[k]; i++)
			if (!layer_equal(&a->layers[k][i], &b->layers[k][i]))
				return false;
	}
	return true;
}

/* A network ends with one number a class: the loss has the softmax in it. Of other layers than
 * dense only the images tell how many numbers come out (run/networks.c). */
static int check_head(const struct model_config *m, enum model_block b, int *layer, struct str *why)
{
	const struct layer_config *last = m->counts[b] ? &m->layers[b][m->counts[b] - 1] : NULL;
	if (last && (last->kind != LAYER_DENSE || last->units == 0)
		&& last->activation == ACTIVATION_NONE)
		return 0;
	*layer = m->counts[b] - 1;
	str_addf(why,
		"%s must end with one output per class, without an activation, such as {dense: "
		"{name: ..., units: classes}}",
		block_names[b]);
	return -1;
}

/* Two layers of one network that are drawn by one name would begin with the same numbers. before:
 * the block before in the network. */
static int check_names(const struct model_config *m, enum model_block before, enum model_block b,
	int *layer, struct str *why)
{
	const enum model_block blocks[] = { before, b };
	for (int i = 0; i < m->counts[b]; i++) {
		const char *name = m->layers[b][i].name;
		for (int k = before == b; k < 2; k++)
			for (int j = 0; *name && j < (blocks[k] == b ? i : m->counts[before]);
				j++) {
				if (strcmp(m->layers[blocks[k]][j].name, name) != 0)
					continue;
				*layer = i;
				str_addf(why,
					"name = %s: another layer of this network (in %s) has this "
					"name",
					name, block_names[blocks[k]]);
				return -1;
			}
	}
	return 0;
}

/* The named layers that layer number `layer` of the block could have as an input. Returns how many.
 */
static size_t names_before(const struct model_config *m, enum model_block b, int layer,
	const char *names[3 * BLOCK_LAYERS_MAX + 1])
{
	size_t count = 0;
	names[count++] = "input";
	for (int i = 0; i < layer; i++)
		if (m->layers[b][i].name[0])
			names[count++] = m->layers[b][i].name;
	for (int i = 0; b == BLOCK_EXIT && i < m->counts[BLOCK_SUBMODEL_HEAD]; i++)
		if (m->layers[BLOCK_SUBMODEL_HEAD][i].name[0])
			names[count++] = m->layers[BLOCK_SUBMODEL_HEAD][i].name;
	for (int i = 0; is_behind_stem(b) && i < m->counts[BLOCK_STEM]; i++)
		if (m->layers[BLOCK_STEM][i].name[0])
			names[count++] = m->layers[BLOCK_STEM][i].name;
	return count;
}

static int check_input(const struct model_config *m, enum model_block b, int layer, const char *key,
	const char *name, struct str *why)
{
	enum { SHOWN_MAX = 16 };
	enum model_block in;
	int at;
	if (model_find(m, b, layer, name, &in, &at) == 0)
		return 0;
	const char *names[3 * BLOCK_LAYERS_MAX + 1];
	const size_t count = names_before(m, b, layer, names);
	const char *near = str_nearest(name, names, count);
	str_addf(why, "%s = %s: no layer before this one has that name", key, name);
	if (near)
		str_addf(why, " (did you mean '%s'?)", near);
	else
		for (size_t i = 0; i < count && i < SHOWN_MAX; i++)
			str_addf(why, "%s%s", i ? ", " : " (it can be ", names[i]);
	str_add(why, near ? "" : count > SHOWN_MAX ? ", ...)" : ")");
	return -1;
}

/* Every layer that is named as an input is there, before the layer that names it. */
static int check_inputs(
	const struct model_config *m, enum model_block b, int *layer, struct str *why)
{
	for (*layer = 0; *layer < m->counts[b]; (*layer)++) {
		const struct layer_config *l = &m->layers[b][*layer];
		if (l->input[0] && check_input(m, b, *layer, "input", l->input, why))
			return -1;
		for (int i = 0; i < l->with_count; i++)
			if (check_input(m, b, *layer, "with", l->with[i], why))
				return -1;
	}
	*layer = -1;
	return 0;
}

/* A block that stands behind `before` (or, if that is the same, at the beginning of a network). */
static int check_block(const struct model_config *m, enum model_block before, enum model_block b,
	int *layer, struct str *why)
{
	return check_names(m, before, b, layer, why) || check_inputs(m, b, layer, why) ? -1 : 0;
}

int model_check(const struct model_config *m, enum model_block *block, int *layer, struct str *why)
{
	*layer = -1;
	*block = BLOCK_STEM;
	if (check_block(m, BLOCK_STEM, BLOCK_STEM, layer, why))
		return -1;
	*block = BLOCK_SUBMODEL_HEAD;
	if (check_block(m, BLOCK_STEM, BLOCK_SUBMODEL_HEAD, layer, why)
		|| check_head(m, BLOCK_SUBMODEL_HEAD, layer, why))
		return -1;
	*block = BLOCK_EXIT;
	if (m->counts[BLOCK_EXIT] > 0
		&& (check_names(m, BLOCK_SUBMODEL_HEAD, BLOCK_EXIT, layer, why)
			|| check_block(m, BLOCK_STEM, BLOCK_EXIT, layer, why)
			|| check_head(m, BLOCK_EXIT, layer, why)))
		return -1;
	*block = BLOCK_TEACHER;
	if (m->counts[BLOCK_TEACHER] > 0
		&& (check_block(m, BLOCK_TEACHER, BLOCK_TEACHER, layer, why)
			|| check_head(m, BLOCK_TEACHER, layer, why)))
		return -1;
	*block = BLOCK_UNIFIED_STEM;
	if (check_block(m, BLOCK_STEM, BLOCK_UNIFIED_STEM, layer, why))
		return -1;
	if (m->counts[BLOCK_UNIFIED_STEM] == 0 && m->counts[BLOCK_UNIFIED_HEAD] == 0)
		return 0; /* submodels only */
	*block = BLOCK_UNIFIED_HEAD;
	return check_block(m, BLOCK_UNIFIED_HEAD, BLOCK_UNIFIED_HEAD, layer, why)
			|| check_head(m, BLOCK_UNIFIED_HEAD, layer, why)
		? -1
		: 0;
}

/* model.c - the paper's model, and what holds for the blocks of every model. */
#include "model.h"

#include <string.h>

#include "param.h"

/* paper.md, "Models"; experiments/library/lightweight.yaml says the same. Trials of these networks do not name them in their canonical
 * text (identity.h), so not a byte of this may change. */
static const struct model_config lightweight = {
	.counts = { [BLOCK_STEM] = 4, [BLOCK_SUBMODEL_HEAD] = 1, [BLOCK_UNIFIED_STEM] = 1, [BLOCK_UNIFIED_HEAD] = 3 },
	.layers = {
		[BLOCK_STEM] = {
			{ .kind = LAYER_CONV, .name = "conv1", .filters = 10, .kernel = 3, .activation = ACTIVATION_RELU, .init = INIT_HE_NORMAL },
			{ .kind = LAYER_MAXPOOL, .size = 2 },
			{ .kind = LAYER_CONV, .name = "conv2", .filters = 20, .kernel = 3, .activation = ACTIVATION_RELU, .init = INIT_HE_NORMAL },
			{ .kind = LAYER_MAXPOOL, .size = 2 },
		},
		[BLOCK_SUBMODEL_HEAD] = { { .kind = LAYER_DENSE, .name = "dense" } },
		[BLOCK_UNIFIED_STEM] = { { .kind = LAYER_CONV, .name = "wide", .filters = 10, .activation = ACTIVATION_RELU } },
		[BLOCK_UNIFIED_HEAD] = {
			{ .kind = LAYER_DENSE, .name = "dense", .units = 32, .activation = ACTIVATION_RELU, .init = INIT_HE_NORMAL },
			{ .kind = LAYER_DROPOUT, .name = "dropout", .rate = 0.5 },
			{ .kind = LAYER_DENSE, .name = "classifier" },
		},
	},
};

const struct model_config *model_lightweight(void)
{
	return &lightweight;
}

static const char *const block_names[MODEL_BLOCKS] = {
	[BLOCK_STEM] = "stem",
	[BLOCK_SUBMODEL_HEAD] = "submodel_head",
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
	return l->kind == LAYER_CONV || l->kind == LAYER_DENSE;
}

static bool layer_equal(const struct layer_config *a, const struct layer_config *b)
{
	size_t count;
	const struct param *table = param_table(&count);
	if (a->kind != b->kind)
		return false;
	for (size_t i = 0; i < count; i++) {
		const bool mine = table[i].scope == SCOPE_LAYER && param_applies(&table[i], (int)a->kind);
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

/* A network ends with one number a class: the loss has the softmax in it. */
static int check_head(const struct model_config *m, enum model_block b, int *layer, struct str *why)
{
	const struct layer_config *last = m->counts[b] ? &m->layers[b][m->counts[b] - 1] : NULL;
	if (last && last->kind == LAYER_DENSE && last->units == 0 && last->activation == ACTIVATION_NONE)
		return 0;
	*layer = m->counts[b] - 1;
	str_addf(why, "%s has to end with {dense: {name: ..., units: classes}} without an activation", block_names[b]);
	return -1;
}

/* Two layers of one network that are drawn by one name would begin with the same numbers. before: the block before in the network. */
static int check_names(const struct model_config *m, enum model_block before, enum model_block b, int *layer, struct str *why)
{
	const enum model_block blocks[] = { before, b };
	for (int i = 0; i < m->counts[b]; i++) {
		const char *name = m->layers[b][i].name;
		for (int k = before == b; k < 2; k++)
			for (int j = 0; *name && j < (blocks[k] == b ? i : m->counts[before]); j++) {
				if (strcmp(m->layers[blocks[k]][j].name, name) != 0)
					continue;
				*layer = i;
				str_addf(why, "name = %s: another layer of this network (in %s) has this name", name, block_names[blocks[k]]);
				return -1;
			}
	}
	return 0;
}

int model_check(const struct model_config *m, enum model_block *block, int *layer, struct str *why)
{
	*layer = -1;
	*block = BLOCK_STEM;
	if (check_names(m, BLOCK_STEM, BLOCK_STEM, layer, why))
		return -1;
	*block = BLOCK_SUBMODEL_HEAD;
	if (check_names(m, BLOCK_STEM, BLOCK_SUBMODEL_HEAD, layer, why) || check_head(m, BLOCK_SUBMODEL_HEAD, layer, why))
		return -1;
	*block = BLOCK_UNIFIED_STEM;
	if (check_names(m, BLOCK_STEM, BLOCK_UNIFIED_STEM, layer, why))
		return -1;
	if (m->counts[BLOCK_UNIFIED_STEM] == 0 && m->counts[BLOCK_UNIFIED_HEAD] == 0)
		return 0; /* submodels only */
	*block = BLOCK_UNIFIED_HEAD;
	return check_names(m, BLOCK_UNIFIED_HEAD, BLOCK_UNIFIED_HEAD, layer, why) || check_head(m, BLOCK_UNIFIED_HEAD, layer, why) ? -1 : 0;
}

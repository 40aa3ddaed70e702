/* models.c - reading models: blocks, their layers, and where in the file something is wrong with
 * them. */
#include "models.h"

#include <string.h>

#include "assign.h"
#include "language.h"

/* ---- one layer ---- */

/* The kind by the only key of {conv: {...}}, or -1. */
static int read_kind(const struct node *n, struct diagnostics *d)
{
	const char *const *kinds = param_kinds(SCOPE_LAYER);
	size_t count = 0;
	if (n->kind != NODE_MAP || n->count != 1) {
		node_error(d, n,
			"a layer is a map of one kind such as {conv: {name: conv1, filters: 10, "
			"kernel: 3}}");
		return -1;
	}
	for (; kinds[count]; count++)
		if (strcmp(kinds[count], n->first->key) == 0)
			return (int)count;
	unknown_kind(d, n->first, true, "layer", n->first->key, kinds);
	return -1;
}

static int check_required(const struct node *map, int kind, struct diagnostics *d)
{
	size_t count;
	int result = 0;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		if (p->scope != SCOPE_LAYER || !param_applies(p, kind) || param_fallback(p, kind)
			|| node_get(map, p->name))
			continue;
		struct str expect = { 0 };
		param_expect(p, kind, &expect);
		node_key_error(d, map, "'%s' is missing in this %s layer (%s: %s)", p->name,
			map->key, p->name, expect.s);
		str_free(&expect);
		result = -1;
	}
	return result;
}

static int read_layer(const struct node *n, struct layer_config *out, struct diagnostics *d)
{
	const int kind = read_kind(n, d);
	if (kind < 0)
		return -1;
	out->kind = (enum layer_kind)kind;
	param_defaults(SCOPE_LAYER, kind, out);
	return assign_map(SCOPE_LAYER, kind, out, n->first, d) || check_required(n->first, kind, d)
		? -1
		: 0;
}

/* ---- a model ---- */

static int read_block(
	const struct node *list, enum model_block b, struct model_config *m, struct diagnostics *d)
{
	int result = 0;
	if (list->kind != NODE_LIST) {
		node_error(d, list, "%s: a list of layers is needed here, not %s", list->key,
			node_kind_name(list));
		return -1;
	}
	if (list->count > BLOCK_LAYERS_MAX) {
		node_error(d, list, "%s: too many layers: %zu, at most %d are possible", list->key,
			list->count, BLOCK_LAYERS_MAX);
		return -1;
	}
	for (const struct node *n = list->first; n; n = n->next)
		result |= read_layer(n, &m->layers[b][m->counts[b]++], d);
	return result;
}

static int read_blocks(const struct node *map, struct model_config *m, struct diagnostics *d)
{
	int result = language_check_keys(PLACE_MODEL, map, d);
	for (const struct node *n = map->first; n; n = n->next) {
		const int b = model_block_find(n->key);
		if (b < 0 || read_block(n, (enum model_block)b, m, d))
			result = -1;
	}
	return result;
}

/* Where layer number `layer` of a block is written: the layer, the block or, when there is none,
 * the model. */
static const struct node *place_of(const struct node *map, enum model_block b, int layer)
{
	const struct node *block = node_get(map, model_block_name(b));
	const struct node *n = block && layer >= 0 ? block->first : NULL;
	for (; n && layer > 0; layer--)
		n = n->next;
	return n ? n : block ? block : map;
}

static int check(const struct node *map, const struct model_config *m, struct diagnostics *d)
{
	struct str why = { 0 };
	enum model_block block;
	int layer;
	const int result = model_check(m, &block, &layer, &why);
	if (result)
		node_error(d, place_of(map, block, layer), "%s", why.s);
	str_free(&why);
	return result;
}

void model_read(const struct node *map, struct arena *a, struct diagnostics *d, struct model *out)
{
	struct model_config *m = arena_zero(a, sizeof(*m));
	*out = (struct model){ .name = map->key, .node = map };
	if (map->kind != NODE_MAP) {
		node_error(d, map,
			"a model is a map of blocks (stem, submodel_head, unified_stem, "
			"unified_head), not %s",
			node_kind_name(map));
		return;
	}
	if (read_blocks(map, m, d) || check(map, m, d))
		return;
	const bool paper = model_equal(m, model_lightweight());
	if (!paper && strcmp(out->name, "lightweight") == 0) {
		node_key_error(d, map,
			"the name lightweight is kept for the paper's networks, and these differ "
			"from them: choose another name");
		return;
	}
	out->config = paper ? model_lightweight() : m;
}

/* models.c - reading models: blocks, their layers, and where in the file something is wrong with
 * them. */
#include "models.h"

#include <string.h>

#include "assign.h"
#include "language.h"
#include "layer_lists.h"

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

/* What a model is read into, with the places of its layers in the file. */
struct reading {
	struct model_config *model;
	struct layer_nodes nodes[MODEL_BLOCKS];
	const struct node *templates;
	struct arena *arena;
	struct diagnostics *d;
};

static int read_block(struct reading *r, const struct node *list, enum model_block b)
{
	int result = 0;
	if (list->kind != NODE_LIST) {
		node_error(r->d, list, "%s: a list of layers is needed here, not %s", list->key,
			node_kind_name(list));
		return -1;
	}
	if (layer_lists_write_out(
		    list, r->templates, BLOCK_LAYERS_MAX, r->arena, r->d, &r->nodes[b]))
		return -1;
	struct layer_config *layers =
		arena_zero(r->arena, (r->nodes[b].count + 1) * sizeof(*layers));
	r->model->layers[b] = layers;
	r->model->counts[b] = (int)r->nodes[b].count;
	for (size_t i = 0; i < r->nodes[b].count; i++)
		result |= read_layer(r->nodes[b].nodes[i], &layers[i], r->d);
	return result;
}

static int read_blocks(struct reading *r, const struct node *map)
{
	int result = language_check_keys(PLACE_MODEL, map, r->d);
	for (const struct node *n = map->first; n; n = n->next) {
		const bool network = strcmp(n->key, "network") == 0;
		const int b = network ? BLOCK_SUBMODEL_HEAD : model_block_find(n->key);
		if (strcmp(n->key, "templates") == 0)
			continue;
		if (network && (node_get(map, "stem") || node_get(map, "submodel_head"))) {
			node_key_error(r->d, n,
				"network: is all layers of a network: it does not go with stem: "
				"and submodel_head:");
			return -1;
		}
		if (b < 0 || read_block(r, n, (enum model_block)b))
			result = -1;
	}
	return result;
}

/* The templates of a model: names that are no kind of layer. */
static int read_templates(struct reading *r, const struct node *map)
{
	const struct node *templates = node_get(map, "templates");
	int result = 0;
	if (!templates)
		return 0;
	if (templates->kind != NODE_MAP) {
		node_error(r->d, templates,
			"templates: a map such as {residual: {parameters: [filters], layers: "
			"[...]}} is needed here, not %s",
			node_kind_name(templates));
		return -1;
	}
	for (const struct node *n = templates->first; n; n = n->next)
		for (const char *const *kind = param_kinds(SCOPE_LAYER); *kind; kind++)
			if (strcmp(n->key, *kind) == 0 || strcmp(n->key, "repeat") == 0) {
				node_key_error(r->d, n,
					"a template cannot be called %s: that is a kind of layer",
					n->key);
				result = -1;
				break;
			}
	r->templates = templates;
	return result;
}

/* Where layer number `layer` of a block is written: the layer, the block or, when there is none,
 * the model. */
static const struct node *place_of(
	const struct reading *r, const struct node *map, enum model_block b, int layer)
{
	const struct node *network = node_get(map, "network"),
			  *block = network && b == BLOCK_SUBMODEL_HEAD
		? network
		: node_get(map, model_block_name(b));
	if (layer >= 0 && (size_t)layer < r->nodes[b].count)
		return r->nodes[b].nodes[layer];
	return block ? block : map;
}

void model_reword(const struct node *map, struct str *why)
{
	const char *block = model_block_name(BLOCK_SUBMODEL_HEAD);
	char *at = why->s ? strstr(why->s, block) : NULL;
	if (!at || !map || !node_get(map, "network"))
		return;
	struct str said = { 0 };
	str_addf(&said, "%.*snetwork%s", (int)(at - why->s), why->s, at + strlen(block));
	str_free(why);
	*why = said;
}

static int check(const struct reading *r, const struct node *map)
{
	struct str why = { 0 };
	enum model_block block;
	int layer;
	const int result = model_check(r->model, &block, &layer, &why);
	model_reword(map, &why);
	if (result)
		node_error(r->d, place_of(r, map, block, layer), "%s", why.s);
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
	struct reading r = { .model = m, .arena = a, .d = d };
	if (read_templates(&r, map) || read_blocks(&r, map) || check(&r, map))
		return;
	const bool paper = model_equal(m, model_lightweight());
	if (!paper && strcmp(out->name, "lightweight") == 0) {
		node_key_error(d, map,
			"the name lightweight is kept for the paper's networks, and these differ "
			"from them: choose another name");
		return;
	}
	out->config = paper ? model_lightweight() : m;
	memcpy(out->layers, r.nodes, sizeof(r.nodes));
}

const struct node *model_place(const struct model *m, enum model_block b, int layer)
{
	return (size_t)layer < m->layers[b].count ? m->layers[b].nodes[layer] : NULL;
}

/* layer_lists.h - lists of layers with repetitions and templates, written out as plain layers.
 *
 *   - {repeat: {times: 3, layers: [...]}}   the layers so many times; names get -1, -2, -3 behind
 * them, $i is the number templates: {residual: {parameters: {filters: , stride: 1}, layers: [...]}}
 *   - {residual: {name: a, filters: 16}}    the template's layers; names get a- before them,
 * $filters, $stride and $name are what was given `input` and `with` mean the layers of the same
 * repetition or template by the names that they have there, then those around it; `input` is what
 * comes into it. Both may be nested. */
#ifndef PLAN_LAYER_LISTS_H
#define PLAN_LAYER_LISTS_H

#include "arena.h"
#include "yaml.h"

/* Layers as nodes {kind: {...}} in the arena, each with the place in the file that it was written
 * at. */
struct layer_nodes {
	const struct node **nodes;
	size_t count;
};

/* Write out a block's list. templates: the model's map of them, or NULL. most: layers that are
 * possible. Returns 0, or -1 with diagnostics. */
int layer_lists_write_out(const struct node *list, const struct node *templates, size_t most,
	struct arena *a, struct diagnostics *d, struct layer_nodes *out);

#endif

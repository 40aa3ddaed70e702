/* layer_lists.h - lists of layers with repetitions and templates, written out as plain layers.
 *
 *   - {repeat: {times: 3, layers: [...]}}
 *     repeats the layers; names get the suffix -1, -2, -3, and $i is the number
 *
 *   templates: {residual: {parameters: {filters: , stride: 1}, layers: [...]}}
 *   - {residual: {name: a, filters: 16}}
 *     inserts the template's layers; names get the prefix a-;
 *     $filters, $stride and $name are the given values
 *
 * `input` and `with` name layers of the same repetition or template, otherwise those around it;
 * the name `input` is its input. Both may be nested. */
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

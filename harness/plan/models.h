/* models.h - models as a sweep file writes them ({NAME: {stem: [layers], ...}}) into model_config.
 */
#ifndef PLAN_MODELS_H
#define PLAN_MODELS_H

#include "arena.h"
#include "layer_lists.h"
#include "model.h"
#include "yaml.h"

struct model {
	const char *name;
	const struct node *node; /* the map of blocks; NULL: built in */
	const struct model_config
		*config; /* in the arena, or model_lightweight(); NULL when the model has errors */
	struct layer_nodes layers[MODEL_BLOCKS]; /* where they were written */
};

/* Where that layer of a block was written; NULL: in no file. */
const struct node *model_place(const struct model *m, enum model_block b, int layer);

/* What model_check says, in the words of the file: blocks are layers of `network` there. map: where
 * the model was written; NULL: in no file. */
void model_reword(const struct node *map, struct str *why);

/* Read the map of blocks. On errors out->config is NULL and there are diagnostics. The name
 * `lightweight` is kept for the paper's layers. */
void model_read(const struct node *map, struct arena *a, struct diagnostics *d, struct model *out);

#endif

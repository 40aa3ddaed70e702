/* outputs.h - the parts of a sweep file that say what is made of the results: claims, tables,
 * figures; and the table that an ablation makes by itself. */
#ifndef PLAN_OUTPUTS_H
#define PLAN_OUTPUTS_H

#include "blocks.h"

/* Read the keys claims, tables and figures of the file into out. The trials of out are known
 * already: labels and values that no trial has are errors (unless --set changed the plan). Errors
 * are diagnosed. */
void outputs_read(struct study *s, const struct node *root, struct sweep *out);

/* Add the table of an ablation - its axes and changes against its base - unless the file has one
 * with the id `ablation`. */
void outputs_add_ablation(
	struct study *s, const struct block *blocks, int block_count, struct sweep *out);

#endif

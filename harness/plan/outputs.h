/* outputs.h - the parts of a sweep file that say what is made of the results: claims, tables, figures. */
#ifndef PLAN_OUTPUTS_H
#define PLAN_OUTPUTS_H

#include "settings.h"

/* Read the keys claims, tables and figures of the file into out. The trials of out are known already: labels and values
 * that no trial has are errors (unless --set changed the plan). Errors are diagnosed. */
void outputs_read(struct study *s, const struct node *root, struct sweep *out);

#endif

/* layout.h - memory for the maps of a plan. Internal to nn. */
#ifndef NN_LAYOUT_H
#define NN_LAYOUT_H

#include "plan.h"

/* Set out, gradient and aux (argmax, dropout masks) of all operations to offsets from `start` on.
 * Returns the offset behind the last one, in floats. All sizes are whole numbers of cache lines. */
size_t nn_layout(struct nn_plan *plan, const struct nn_net *net, size_t start);

#endif

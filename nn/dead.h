/* dead.h - dead units: channels (or units of a dense layer) behind a ReLU or ReLU6 that are 0 at
 * every position of every image. Their gradient is 0, too: training on these images does not revive
 * them. */
#ifndef NN_DEAD_H
#define NN_DEAD_H

#include "net.h"
#include "train.h"

struct nn_dead {
	int units;    /* behind a ReLU or ReLU6, in all layers */
	int dead;     /* how many of them are dead */
	double share; /* the largest fraction of dead units in one layer, from 0 to 1 */
	int layer;    /* the number of that layer; -1: no unit is dead */
};

/* Count dead units over the first `count` images, without dropout. kernels: NULL means the fastest.
 * Returns 0, or -1 when memory runs out. */
int nn_dead_units(const struct nn_net *net, const float *params, const struct nn_images *images,
	uint32_t count, const struct nn_kernels *kernels, struct nn_dead *out);

#endif

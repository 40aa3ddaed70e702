/* dead.h - dead units: channels (or units of a dense layer) behind a ReLU that are 0 everywhere,
 * for every image. Their gradient is also 0: training on such images does not revive them. */
#ifndef NN_DEAD_H
#define NN_DEAD_H

#include "net.h"
#include "train.h"

struct nn_dead {
	int units;    /* behind a ReLU (or ReLU6), in all layers */
	int dead;     /* of them */
	double share; /* the largest share of dead units in one layer, from 0 to 1 */
	int layer;    /* that layer's number; -1: no unit is dead */
};

/* Count over the first `count` images, dropout off. kernels: NULL: the fastest. Returns 0, or -1
 * when memory runs out. */
int nn_dead_units(const struct nn_net *net, const float *params, const struct nn_images *images,
	uint32_t count, const struct nn_kernels *kernels, struct nn_dead *out);

#endif

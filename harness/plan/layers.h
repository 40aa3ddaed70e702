/* layers.h - which network a phase trains and what its layers are called, so that a freeze list can
 * be checked. */
#ifndef PLAN_LAYERS_H
#define PLAN_LAYERS_H

#include <stdbool.h>

#include "trial.h"

enum network { NETWORK_SUBMODEL, NETWORK_DUAL, NETWORK_UNIFIED, NETWORK_TEACHER };

/* Layers with weights of one network. */
enum { LAYERS_MAX = 5 * BLOCK_LAYERS_MAX };

/* Paths of layers that have weights, in the order of the network. */
struct layer_list {
	char path[LAYERS_MAX][PHASE_NAME_MAX];
	int count;
};

/* The network that phase `index` trains: its own, or that of the phase before (unfreeze, kfold). */
enum network network_of_phase(const struct phase_config *phases, int index);

void network_layers(const struct model_config *m, enum network n, struct layer_list *out);

/* Set frozen[i] for every layer that the entry names: a whole path or one component of it. Returns
 * how many match. */
int network_freeze(const struct layer_list *layers, const char *entry, bool frozen[LAYERS_MAX]);

#endif

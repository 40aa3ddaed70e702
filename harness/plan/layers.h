/* layers.h - which network a phase trains and what its layers are called, so that a freeze list can be checked. */
#ifndef PLAN_LAYERS_H
#define PLAN_LAYERS_H

#include <stdbool.h>

#include "trial.h"

enum network { NETWORK_SINGLE, NETWORK_DUAL, NETWORK_UNIFIED };

enum { LAYERS_MAX = 16 };

/* The network that phase `index` trains: its own, or that of the phase before (unfreeze, kfold). */
enum network network_of_phase(const struct phase_config *phases, int index);

/* Names of its layers that have weights, in the order of the network; the list ends with NULL. */
const char *const *network_layers(enum network n);

/* Set frozen[i] for every layer that the entry names: a whole path or one component of it. Returns how many match. */
int network_freeze(enum network n, const char *entry, bool frozen[LAYERS_MAX]);

#endif

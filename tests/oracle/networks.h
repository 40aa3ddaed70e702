/* networks.h - the small networks of the literature that benchmarks and tests run, by name. */
#ifndef ORACLE_NETWORKS_H
#define ORACLE_NETWORKS_H

#include "nn/net.h"

struct small_network {
	const char *name;
	void (*build)(struct nn_net *net);
};

/* The i-th, from the smallest; NULL past the last. */
const struct small_network *small_network_at(int i);

/* Build the network of that name into net. False: there is none. */
bool small_network_build(const char *name, struct nn_net *net);

#endif

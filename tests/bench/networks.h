/* networks.h - the small networks of the literature that the benchmarks run, by name. */
#ifndef BENCH_NETWORKS_H
#define BENCH_NETWORKS_H

#include "nn/net.h"

struct bench_network {
	const char *name;
	void (*build)(struct nn_net *net);
};

/* The i-th, from the smallest; NULL past the last. */
const struct bench_network *bench_network_at(int i);

/* Build the network of that name into net. False: there is none. */
bool bench_network_build(const char *name, struct nn_net *net);

#endif

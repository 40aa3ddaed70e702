/* pruning.c - magnitude pruning (Han et al., 2015) and rewinding (Frankle and Carbin, 2019). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "networks.h"

/* A weight that is there. */
struct candidate {
	float magnitude;
	size_t at; /* in the parameters */
};

static int by_magnitude(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->magnitude != y->magnitude)
		return x->magnitude < y->magnitude ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static bool can_prune(const struct nn_net *net, int tensor)
{
	const struct nn_layer *l = &net->layers[net->tensors[tensor].layer];
	return l->kernel_tensor == tensor && l->kind != NN_BATCHNORM;
}

/* What the model says of the layer of this path. */
static double scale_of(const struct trial *t, const char *path)
{
	const struct model_config *m = trial_networks(t);
	const char *last = strrchr(path, '/');
	for (int b = 0; b < MODEL_BLOCKS; b++)
		for (int i = 0; i < m->counts[b]; i++)
			if (strcmp(m->layers[b][i].name, last ? last + 1 : path) == 0)
				return m->layers[b][i].prune_scale;
	return 1;
}

/* Append the remaining weights of a tensor. */
static size_t collect(const struct nn_tensor *t, const float *params, const float *mask,
	struct candidate *out, size_t count)
{
	for (size_t k = t->offset; k < t->offset + t->count; k++)
		if (mask[k] != 0)
			out[count++] = (struct candidate){ fabsf(params[k]), k };
	return count;
}

static void remove_smallest(struct candidate *list, size_t count, double part, float *mask)
{
	const double wanted = floor((double)count * part + 0.5);
	const size_t removed = wanted < (double)count ? (size_t)wanted : count;
	qsort(list, count, sizeof(*list), by_magnitude);
	for (size_t i = 0; i < removed; i++)
		mask[list[i].at] = 0;
}

int network_prune(const struct trial *t, const struct phase_config *phase, const struct nn_net *net,
	const float *params, float **mask)
{
	struct candidate *list = malloc((net->parameter_count + 1) * sizeof(*list));
	size_t count = 0;
	if (list && !*mask && (*mask = malloc((net->parameter_count + 1) * sizeof(**mask))))
		for (size_t i = 0; i < net->parameter_count; i++)
			(*mask)[i] = 1;
	if (!list || !*mask) {
		free(list);
		return -1;
	}
	for (int i = 0; i < net->tensor_count; i++) {
		if (!can_prune(net, i))
			continue;
		count = collect(&net->tensors[i], params, *mask, list, count);
		if (phase->prune_by == PRUNE_BY_ALL)
			continue;
		remove_smallest(list, count,
			phase->prune * scale_of(t, net->layers[net->tensors[i].layer].name), *mask);
		count = 0;
	}
	remove_smallest(list, count, phase->prune, *mask);
	free(list);
	return 0;
}

void network_rewind(const struct trial *t, int number, const struct nn_net *net, float *params)
{
	/* another seed for each phase; it may be any that no other trial's name draws from */
	const uint64_t fresh = t->seed ^ (0x9e3779b97f4a7c15u * (uint64_t)(number + 1));
	nn_init_net(net, t->phases[number].rewind == REWIND_INITIAL ? t->seed : fresh, params);
}

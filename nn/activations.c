/* activations.c - forward passes whose maps all stay in memory (activations.h). */
#include "activations.h"

#include <stdlib.h>
#include <string.h>

#include "batchnorm.h"

static size_t rounded_up(size_t bytes)
{
	return (bytes + 63) / 64 * 64;
}

int nn_activations(const struct nn_net *net, const float *params, const struct nn_images *images,
	const uint32_t *order, uint32_t count, const struct nn_kernels *kernels,
	nn_activations_look *look, void *context)
{
	bool frozen[2 * NN_LAYERS_MAX];
	memset(frozen, true, sizeof(frozen));
	struct nn_plan *plan = calloc(1, sizeof(*plan));
	struct nn_block *block = aligned_alloc(64, rounded_up(sizeof(*block)));
	if (!plan || !block) {
		free(plan);
		free(block);
		return -1;
	}
	nn_plan_make(plan, net, frozen, NN_MAPS_KEPT);
	const size_t bytes = rounded_up(
		(plan->memory + plan->shared + net->parameter_count + NN_LANES) * sizeof(float));
	float *memory = aligned_alloc(64, bytes);
	if (memory) {
		memset(memory, 0, bytes);
		memset(block, 0, sizeof(*block));
		float *own =
			memory + plan->memory + plan->shared; /* kernels may read past a tensor */
		memcpy(own, params, net->parameter_count * sizeof(*own));
		struct nn_batch batch = { .net = net,
			.plan = plan,
			.kernels = kernels,
			.params = own,
			.shared = memory + plan->memory,
			.images = images,
			.order = order,
			.count = count };
		block->memory = memory;
		nn_batchnorm_prepare(&batch);
		for (uint32_t i = 0; i * NN_LANES < count; i++) {
			nn_block_run(block, &batch, (int)i, 0);
			look(context, block);
		}
	}
	free(plan);
	free(block);
	free(memory);
	return memory ? 0 : -1;
}

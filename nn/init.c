/* init.c - initial weights. */
#include "init.h"

#include <assert.h>

#include "rng.h"
#include "scalar.h"

/* A uniform double in (0, 1): 53 bits, never an end. */
static double unit_open(const uint32_t bits[4])
{
	uint64_t wide = (uint64_t)bits[0] << 21 ^ bits[1] >> 11;
	return ((double)wide + 0.5) * 0x1p-53;
}

void nn_init_tensor(const struct nn_tensor *tensor, uint64_t seed, float *out)
{
	/* Distribution function of the normal at -2 and the mass between -2 and 2; the sd of what
	 * is left of it, Keras's constant. */
	static const double below_minus_2 = 0.022750131948179207, between = 0.95449973610364158,
			    truncated_sd = 0.87962566103423978;
	assert(tensor->bias || (tensor->fan_in > 0 && tensor->fan_out > 0));
	const struct nn_rng rng = { .seed = seed, .stream = NN_STREAM_INIT };
	uint32_t name = nn_name_hash(tensor->name);
	double sd = __builtin_sqrt(2.0 / tensor->fan_in) / truncated_sd;
	double limit = __builtin_sqrt(6.0 / (tensor->fan_in + tensor->fan_out));
	for (size_t i = 0; i < tensor->count; i++) {
		if (tensor->bias || tensor->init == NN_ZEROS || tensor->init == NN_ONES) {
			out[i] = !tensor->bias && tensor->init == NN_ONES ? 1 : 0;
			continue;
		}
		uint32_t bits[4];
		nn_rng_four(&rng, (uint32_t)i, name, bits);
		double u = unit_open(bits);
		if (tensor->init == NN_HE_NORMAL)
			out[i] = (float)(sd * nn_normal_quantile(below_minus_2 + between * u));
		else
			out[i] = (float)(limit * (2 * u - 1));
	}
}

void nn_init_net(const struct nn_net *net, uint64_t seed, float *params)
{
	for (int i = 0; i < net->tensor_count; i++)
		nn_init_tensor(&net->tensors[i], seed, params + net->tensors[i].offset);
}

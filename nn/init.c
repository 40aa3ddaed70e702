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

/* Distribution function of the normal at -2 and the mass between -2 and 2; the sd of what is left
 * of it, Keras's constant. */
static const double below_minus_2 = 0.022750131948179207, between = 0.95449973610364158,
		    truncated_sd = 0.87962566103423978;

static double truncated_normal(double u, double sd)
{
	return sd / truncated_sd * nn_normal_quantile(below_minus_2 + between * u);
}

/* Of one uniform number u. */
static double draw(const struct nn_tensor *t, double u)
{
	const double in = t->fan_in, both = (double)t->fan_in + t->fan_out, spread = 2 * u - 1;
	switch (t->init) {
	case NN_HE_NORMAL: {
		double sd = __builtin_sqrt(2.0 / t->fan_in) / truncated_sd;
		return sd * nn_normal_quantile(below_minus_2 + between * u);
	}
	case NN_GLOROT_UNIFORM: return __builtin_sqrt(6.0 / (t->fan_in + t->fan_out)) * spread;
	case NN_HE_UNIFORM: return __builtin_sqrt(6.0 / in) * spread;
	case NN_GLOROT_NORMAL: return truncated_normal(u, __builtin_sqrt(2.0 / both));
	case NN_LECUN_NORMAL: return truncated_normal(u, __builtin_sqrt(1.0 / in));
	case NN_LECUN_UNIFORM: return __builtin_sqrt(3.0 / in) * spread;
	case NN_TORCH_UNIFORM: return __builtin_sqrt(1.0 / in) * spread;
	case NN_NORMAL: return t->amount * nn_normal_quantile(u);
	case NN_UNIFORM: return t->amount * spread;
	case NN_ORTHOGONAL: return nn_normal_quantile(u);
	case NN_ZEROS: return 0;
	case NN_ONES: return 1;
	case NN_CONSTANT: return t->amount;
	}
	return 0;
}

/* Make `count` vectors of `length` numbers orthonormal one after the other (Gram and Schmidt, each
 * twice); number k of vector i lies at x[i * next + k * step]. */
static void orthonormalise(float *x, size_t count, size_t length, size_t next, size_t step)
{
	for (size_t i = 0; i < count; i++) {
		float *v = x + i * next;
		for (size_t pass = 0; pass < 2; pass++)
			for (size_t j = 0; j < i; j++) {
				const float *other = x + j * next;
				double dot = 0;
				for (size_t k = 0; k < length * step; k += step)
					dot += (double)v[k] * (double)other[k];
				for (size_t k = 0; k < length * step; k += step)
					v[k] = (float)((double)v[k] - dot * (double)other[k]);
			}
		double squares = 0;
		for (size_t k = 0; k < length * step; k += step)
			squares += (double)v[k] * (double)v[k];
		for (size_t k = 0; k < length * step; k += step)
			v[k] = (float)((double)v[k] / __builtin_sqrt(squares));
	}
}

/* Rows are what one output reads. */
static void make_orthogonal(const struct nn_tensor *t, size_t rows, float *x)
{
	const size_t columns = t->count / rows;
	if (rows <= columns)
		orthonormalise(x, rows, columns, columns, 1);
	else
		orthonormalise(x, columns, rows, 1, columns);
	for (size_t i = 0; i < t->count; i++)
		x[i] = (float)((double)x[i] * t->amount);
}

void nn_init_tensor(const struct nn_tensor *tensor, uint64_t seed, float *out)
{
	assert(tensor->bias || (tensor->fan_in > 0 && tensor->fan_out > 0));
	const struct nn_rng rng = { .seed = seed, .stream = NN_STREAM_INIT };
	const uint32_t name = nn_name_hash(tensor->name);
	const bool zero =
		tensor->bias && tensor->init != NN_CONSTANT && tensor->init != NN_TORCH_UNIFORM;
	const bool fixed =
		tensor->init == NN_ZEROS || tensor->init == NN_ONES || tensor->init == NN_CONSTANT;
	for (size_t i = 0; i < tensor->count; i++) {
		uint32_t bits[4] = { 0 };
		if (!zero && !fixed)
			nn_rng_four(&rng, (uint32_t)i, name, bits);
		out[i] = zero ? 0 : (float)draw(tensor, unit_open(bits));
	}
	if (tensor->init == NN_ORTHOGONAL && !tensor->bias)
		make_orthogonal(tensor, tensor->count / (size_t)tensor->fan_in, out);
}

void nn_init_net(const struct nn_net *net, uint64_t seed, float *params)
{
	for (int i = 0; i < net->tensor_count; i++)
		nn_init_tensor(&net->tensors[i], seed, params + net->tensors[i].offset);
}

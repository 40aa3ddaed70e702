/* mixup.c - see mixup.h. */
#include "mixup.h"

#include <assert.h>

#include "scalar.h"

/* In (0, 1), never an end. */
static double unit_open(uint32_t bits)
{
	return ((double)bits + 0.5) * 0x1p-32;
}

double nn_symmetric_beta(double alpha, const uint32_t bits[4])
{
	const double root =
		__builtin_sqrt(1 - nn_exp(nn_log(unit_open(bits[0])) * 2 / (2 * alpha + 1)));
	double sine, cosine;
	nn_sincos(6.283185307179586 * unit_open(bits[1]), &sine, &cosine);
	const double b = 0.5 + 0.5 * root * cosine, rest = 0.5 - 0.5 * root * cosine;
	if (b <= 0 || rest <= 0) /* rounded onto an end */
		return b <= 0 ? 0 : 1;
	/* By the logarithm of the odds: the powers themselves may be too small for a number. */
	const double odds = nn_log(b) - nn_log(rest)
		+ (nn_log(unit_open(bits[2])) - nn_log(unit_open(bits[3]))) / alpha;
	return odds < 0 ? nn_exp(odds) / (1 + nn_exp(odds)) : 1 / (1 + nn_exp(-odds));
}

void nn_mixup_draw(double alpha, const struct nn_rng *rng, uint32_t position, uint32_t count,
	uint32_t *distance, double *share)
{
	assert(rng->stream == NN_STREAM_MIXUP && alpha > 0);
	*distance = 0;
	*share = 0;
	if (count < 2)
		return;
	uint32_t bits[4];
	nn_rng_four(rng, position, 0, bits);
	*distance = 1 + (uint32_t)((uint64_t)bits[0] * (count - 1) >> 32);
	nn_rng_four(rng, position, 1, bits);
	*share = 1 - nn_symmetric_beta(alpha, bits);
}

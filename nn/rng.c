/* rng.c - Philox4x32-10 and what is drawn from it. */
#include "rng.h"

void nn_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = key[0], k1 = key[1];
	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0;
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

void nn_rng_four(const struct nn_rng *rng, uint32_t a, uint32_t b, uint32_t out[4])
{
	const uint32_t counter[4] = { a, b, rng->epoch, rng->stream | (uint32_t)rng->phase << 16 };
	const uint32_t key[2] = { (uint32_t)rng->seed, (uint32_t)(rng->seed >> 32) };
	nn_philox(counter, key, out);
}

float nn_rng_unit(uint32_t bits)
{
	return (float)(bits >> 8) * 0x1p-24f;
}

void nn_rng_shuffle(const struct nn_rng *rng, uint32_t *order, uint32_t count)
{
	for (uint32_t i = count; i-- > 1;) {
		uint32_t bits[4];
		nn_rng_four(rng, i, 0, bits);
		uint64_t wide = (uint64_t)bits[0] << 32 | bits[1];
		uint32_t j = (uint32_t)((unsigned __int128)wide * (i + 1) >> 64);
		uint32_t swap = order[i];
		order[i] = order[j];
		order[j] = swap;
	}
}

uint32_t nn_name_hash(const char *name)
{
	uint32_t hash = 2166136261u;
	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

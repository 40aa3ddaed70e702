/* rng.h - counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as
 * easy as 1, 2, 3", 2011).
 *
 * A number is a function of (seed, stream, phase, epoch, index) and of nothing else. There is no
 * state: a resume has nothing to restore, and threads share nothing. */
#ifndef NN_RNG_H
#define NN_RNG_H

#include <stdint.h>

/* What a number is used for. Two streams never give the same number. The values are part of the
 * core version. */
enum nn_stream {
	NN_STREAM_INIT = 1,      /* index: element, hash of the tensor's name */
	NN_STREAM_SHUFFLE = 2,   /* index: position in the order */
	NN_STREAM_AUGMENT = 3,   /* index: number of the image in its data set, draw */
	NN_STREAM_DROPOUT = 4,   /* index: image's position in the epoch, layer's hash + unit / 4 */
	NN_STREAM_FOLDS = 5,     /* index: position */
	NN_STREAM_BOOTSTRAP = 6, /* reserved for the statistics of the harness */
	NN_STREAM_SYNTHETIC = 7, /* for synthetic data */
	NN_STREAM_MIXUP = 8,     /* index: position of the batch's first image in the epoch, draw */
	/* index: number of the image in its data set, draw; phase: the corruption (corrupt.h) */
	NN_STREAM_CORRUPT = 9,
	NN_STREAM_SPLIT = 10, /* index: position */
};

/* The point in a training at which a number is drawn. phase is the number of the phase within the
 * recipe; in k-fold it is phase + 256 * (fold + 1). */
struct nn_rng {
	uint64_t seed;
	uint16_t stream; /* enum nn_stream */
	uint16_t phase;
	uint32_t epoch;
};

/* The bijection: out = Philox4x32-10 of counter under key. tests/unit/test_rng.c has the known
 * answers. */
void nn_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Four numbers for index (a, b). Counter: a, b, epoch, stream + 65536 * phase. Key: the low and the
 * high half of the seed. */
void nn_rng_four(const struct nn_rng *rng, uint32_t a, uint32_t b, uint32_t out[4]);

/* The upper 24 of the 32 bits as a float in [0, 1). */
float nn_rng_unit(uint32_t bits);

/* Permute order[0..count) uniformly at random in place (Fisher-Yates from the end; 64 random bits
 * for each swap). */
void nn_rng_shuffle(const struct nn_rng *rng, uint32_t *order, uint32_t count);

/* FNV-1a of a text. It turns a name into an index. */
uint32_t nn_name_hash(const char *name);

#endif

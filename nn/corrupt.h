/* corrupt.h - images corrupted with a given severity, to test the robustness of a trained network.
 * Not for training: augment.h draws amounts up to a maximum; here every image gets exactly the
 * severity.
 *
 * The random part (sign, direction, noise) is a function of the corruption and of the image's
 * number, under a fixed seed. So all networks see the same corrupted images, and an image is
 * corrupted in the same direction at every severity. Results are rounded to 8 bits, like the
 * images. Images are sampled bilinearly, once, with reflected borders, by the kernel that
 * augmentation uses: every kernel variant gives the same bytes. */
#ifndef NN_CORRUPT_H
#define NN_CORRUPT_H

#include <stdint.h>

#include "train.h"

/* The values are part of the core version: they choose the random numbers. s is the severity; 0
 * changes nothing. +- is a random sign for each image. */
enum nn_corruption {
	NN_ROTATE = 1, /* by +- s degrees about the centre */
	NN_TRANSLATE,  /* by (width s cos a, height s sin a), the angle a uniform */
	NN_ZOOM,       /* show 1 +- s times the width and height; s below 1 */
	NN_SHEAR,      /* sample at x +- s y: s is the tangent of the angle */
	NN_BRIGHTEN,   /* add +- s to all pixels (full scale is 1), then clip to [0, 1] */
	NN_CONTRAST,   /* reduce: each channel's x becomes mean + (1 - s) (x - mean); s at most 1 */
	NN_NOISE,      /* normal noise of sd s on every pixel of every channel, clipped to [0, 1] */
};

enum { NN_CORRUPT_SEED = 2501 }; /* the seed of these random numbers (stream NN_STREAM_CORRUPT) */

/* Corrupt the first `count` images (images->pixels): out[count][channels][height][width]. kernels:
 * NULL means the fastest. Returns 0, or -1 when memory runs out. */
int nn_corrupt(const struct nn_images *images, uint32_t count, enum nn_corruption corruption,
	double severity, const struct nn_kernels *kernels, uint8_t *out);

#endif

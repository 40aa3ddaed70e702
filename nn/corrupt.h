/* corrupt.h - images corrupted with a given severity, to test how robust a trained network is. Not
 * for training: augment.h draws amounts up to a largest one; here every image gets exactly the
 * severity.
 *
 * The random part (which of two ways, which direction, which noise) is a function of the corruption
 * and of the image's number, under a fixed seed. All networks see the same corrupted images, and an
 * image turns the same way at every severity. Results are rounded to 8 bits, like the images.
 * Sampling is bilinear, once, with reflected borders, by the kernel that augmentation uses: every
 * variant gives the same bytes. */
#ifndef NN_CORRUPT_H
#define NN_CORRUPT_H

#include <stdint.h>

#include "train.h"

/* The values are part of the core version: they choose the random numbers. Severity 0 changes
 * nothing. */
enum nn_corruption {
	NN_ROTATE = 1, /* by so many degrees about the centre, left or right */
	NN_TRANSLATE,  /* by this fraction of the image's sides, in any direction: (width s cos a,
			  height s sin a), a uniform */
	NN_ZOOM,       /* what is seen is 1 + s or 1 - s times as wide and as high; below 1 */
	NN_SHEAR,      /* x takes s or -s times y: s is the tangent of the angle */
	NN_BRIGHTEN, /* s is added to all pixels or taken from them (full scale is 1), then clipped
			to [0, 1] */
	NN_CONTRAST, /* less contrast: each channel's x becomes mean + (1 - s) (x - mean); at most 1
		      */
	NN_NOISE, /* normal noise of this standard deviation on every pixel of every channel, then
		     clipped to [0, 1] */
};

enum { NN_CORRUPT_SEED = 2501 }; /* of all of these random numbers (stream NN_STREAM_CORRUPT) */

/* The first `count` images, corrupted: out[count][channels][height][width]. kernels: NULL: the
 * fastest. Returns 0, or -1 when memory runs out. */
int nn_corrupt(const struct nn_images *images, uint32_t count, enum nn_corruption corruption,
	double severity, const struct nn_kernels *kernels, uint8_t *out);

#endif

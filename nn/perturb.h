/* perturb.h - images changed on purpose by a given strength, to ask how a trained network bears it.
 * Not for training: augment.h draws amounts up to a largest one, here every image gets exactly the
 * strength that is asked for.
 *
 * What is random - which of two ways, in which direction, which noise - is a function of the change
 * and of the image's number alone, under a fixed seed: every network is asked about the same
 * changed images, and an image turns the same way at every strength. What comes out is rounded to
 * 8 bits, as the images themselves are. Sampling is bilinear, once, with reflected borders, by the
 * kernel that augmentation uses: the same bytes from every variant. */
#ifndef NN_PERTURB_H
#define NN_PERTURB_H

#include <stdint.h>

#include "train.h"

/* The values are part of the core version: they choose the random numbers. A strength of 0 changes
 * nothing, whatever the change. */
enum nn_change {
	NN_ROTATE = 1, /* by so many degrees about the centre, left or right */
	NN_TRANSLATE,  /* by this fraction of the image's sides, in any direction: (width s cos a,
			  height s sin a), a uniform */
	NN_ZOOM,       /* what is seen is 1 + s or 1 - s times as wide and as high; below 1 */
	NN_SHEAR,      /* x takes s or -s times y: s is the tangent of the angle */
	NN_BRIGHTEN, /* s is added to all pixels or taken from them (full scale is 1), then clipped
			to [0, 1] */
	NN_FADE,  /* less contrast: each channel's x becomes mean + (1 - s) (x - mean); at most 1 */
	NN_NOISE, /* normal noise of this standard deviation on every pixel of every channel, then
		     clipped to [0, 1] */
};

enum { NN_PERTURB_SEED = 2501 }; /* of all of these random numbers (stream NN_STREAM_PERTURB) */

/* The first `count` images, changed: out[count][channels][height][width]. kernels: NULL: the
 * fastest. Returns 0, or -1 when memory runs out. */
int nn_perturb(const struct nn_images *images, uint32_t count, enum nn_change change,
	double strength, const struct nn_kernels *kernels, uint8_t *out);

#endif

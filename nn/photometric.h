/* photometric.h - photometric augmentation after an image was resampled: contrast, noise, and black
 * for the outside of a crop and for cutout (augment.h has the amounts and the order). Plain C, a
 * few operations per pixel, the same code for every kernel variant. */
#ifndef NN_PHOTOMETRIC_H
#define NN_PHOTOMETRIC_H

#include <stdint.h>

#include "augment.h"
#include "net.h"
#include "rng.h"

/* The amounts drawn for one image; all 0: no change. */
struct nn_photometric {
	float contrast; /* factor - 1 */
	float noise;    /* standard deviation */
	/* Pixel i's noise is the normal quantile of random number i % 4 of (index, 256 + i / 4). */
	struct nn_rng rng;
	uint32_t index;
	/* Black where x + crop_right or y + crop_down is outside the image. */
	int crop_right, crop_down;
	/* Cutout: black where top <= y < bottom and left <= x < right. */
	int top, bottom, left, right;
};

/* Draw for image number `index` of its data set. rng->stream must be NN_STREAM_AUGMENT. */
void nn_photometric_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_photometric *photometric);

/* Apply to image, floats [channels][height][width], in place. */
void nn_photometric_apply(
	const struct nn_photometric *photometric, struct nn_shape shape, float *image);

/* The position of a crop (amounts->crop > 0): pixel (x, y) of the crop is pixel (x + right, y +
 * down) of the image before. Each is uniform in -crop .. crop. */
void nn_crop_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	int *right, int *down);

#endif

/* photometric.h - photometric augmentation, after an image was sampled: contrast, noise, and black
 * where nothing is seen (augment.h has the amounts and the order). Plain C, a few operations per
 * pixel, the same code for every variant of the kernels. */
#ifndef NN_PHOTOMETRIC_H
#define NN_PHOTOMETRIC_H

#include <stdint.h>

#include "augment.h"
#include "net.h"
#include "rng.h"

/* What was drawn for one image; 0 is nothing. */
struct nn_photometric {
	float contrast; /* factor - 1 */
	float noise;    /* standard deviation */
	struct nn_rng
		rng; /* pixel i's noise: the quantile of number i % 4 of (index, 256 + i / 4) */
	uint32_t index;
	int crop_right,
		crop_down; /* black where x + crop_right or y + crop_down is outside the image */
	int top, bottom, left,
		right; /* cutout: black where top <= y < bottom and left <= x < right */
};

/* Draw for image number `index` of its data set. rng->stream must be NN_STREAM_AUGMENT. */
void nn_photometric_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_photometric *photometric);

/* image: floats [channels][height][width], changed in place. */
void nn_photometric_apply(
	const struct nn_photometric *photometric, struct nn_shape shape, float *image);

/* Where the crop of amounts->crop > 0 lies: pixel (x, y) of what comes out is (x + right, y + down)
 * of the image before; each uniform in -crop .. crop. */
void nn_crop_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	int *right, int *down);

#endif

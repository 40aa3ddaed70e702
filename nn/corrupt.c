/* corrupt.c - see corrupt.h. */
#include "corrupt.h"

#include <assert.h>
#include <stdlib.h>

#include "kernels/kernels.h"
#include "photometric.h"
#include "scalar.h"

static const double turn = 6.283185307179586;

/* The map from output to input of an image that is sampled at linear part l and shifted right and
 * down, about its centre. */
static void set_map(
	float map[6], const double l[4], double right, double down, struct nn_shape shape)
{
	const double centre_x = (shape.width - 1) * 0.5, centre_y = (shape.height - 1) * 0.5;
	map[0] = (float)l[0];
	map[1] = (float)l[1];
	map[2] = (float)(centre_x - l[0] * (centre_x + right) - l[1] * (centre_y + down));
	map[3] = (float)l[2];
	map[4] = (float)l[3];
	map[5] = (float)(centre_y - l[2] * (centre_x + right) - l[3] * (centre_y + down));
}

/* The corruption of image `index`: where it is sampled, and what is done to its pixels then. */
static void draw(enum nn_corruption corruption, double severity, uint32_t index,
	struct nn_shape shape, struct nn_warp *warp, struct nn_photometric *photometric)
{
	const struct nn_rng rng = {
		.seed = NN_CORRUPT_SEED, .stream = NN_STREAM_CORRUPT, .phase = (uint16_t)corruption
	};
	uint32_t bits[4];
	nn_rng_four(&rng, index, 0, bits);
	const double s = bits[0] & 0x80000000u ? severity : -severity;
	double linear[4] = { 1, 0, 0, 1 }, right = 0, down = 0, sine, cosine;
	*warp = (struct nn_warp){ .brightness = 0 };
	*photometric = (struct nn_photometric){ .rng = rng, .index = index };
	switch (corruption) {
	case NN_ROTATE:
		nn_sincos(turn * (s / 360), &sine, &cosine);
		linear[0] = linear[3] = cosine;
		linear[1] = -sine;
		linear[2] = sine;
		break;
	case NN_TRANSLATE:
		nn_sincos(turn * nn_rng_unit(bits[1]), &sine, &cosine);
		right = shape.width * severity * cosine;
		down = shape.height * severity * sine;
		break;
	case NN_ZOOM: linear[0] = linear[3] = 1 + s; break;
	case NN_SHEAR: linear[1] = s; break;
	case NN_BRIGHTEN: warp->brightness = (float)s; break;
	case NN_CONTRAST: photometric->contrast = (float)-severity; break;
	case NN_NOISE: photometric->noise = (float)severity; break;
	}
	set_map(warp->map, linear, right, down, shape);
}

int nn_corrupt(const struct nn_images *images, uint32_t count, enum nn_corruption corruption,
	double severity, const struct nn_kernels *kernels, uint8_t *out)
{
	assert(count <= images->count && corruption >= NN_ROTATE && corruption <= NN_NOISE
		&& severity >= 0);
	const struct nn_shape shape = images->shape;
	const struct nn_warp_shape warp_shape = { shape.channels, shape.height, shape.width };
	const size_t size = nn_shape_size(shape);
	const size_t padded =
		(size_t)shape.channels * (size_t)(shape.height + 2) * (size_t)(shape.width + 2)
		+ NN_LANES;
	float *image = malloc((size + padded) * sizeof(*image));
	if (!image)
		return -1;
	if (!kernels)
		kernels = nn_kernels_find(NULL);
	for (uint32_t i = 0; i < count; i++) {
		struct nn_warp warp;
		struct nn_photometric photometric;
		draw(corruption, severity, i, shape, &warp, &photometric);
		kernels->warp(image, images->pixels + i * size, warp_shape, warp.map,
			warp.brightness, image + size);
		nn_photometric_apply(&photometric, shape, image);
		for (size_t k = 0; k < size; k++)
			out[i * size + k] = (uint8_t)(image[k] * 255.0f + 0.5f);
	}
	free(image);
	return 0;
}

/* photometric.c - see photometric.h. */
#include "photometric.h"

#include <assert.h>

#include "scalar.h"

/* Numbers 0 and 1 of an image's draws place it (augment.c); of 2, the first two shear it. */
enum { CROP_DRAW = 2, PHOTOMETRIC_DRAW = 3, NOISE_DRAW = 256 };

static int below(int limit, uint32_t bits)
{
	return (int)((uint64_t)bits * (uint64_t)limit >> 32);
}

void nn_crop_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	int *right, int *down)
{
	assert(rng->stream == NN_STREAM_AUGMENT && amounts->crop > 0);
	uint32_t bits[4];
	nn_rng_four(rng, index, CROP_DRAW, bits);
	*right = below(2 * amounts->crop + 1, bits[2]) - amounts->crop;
	*down = below(2 * amounts->crop + 1, bits[3]) - amounts->crop;
}

void nn_photometric_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_photometric *photometric)
{
	assert(rng->stream == NN_STREAM_AUGMENT);
	uint32_t bits[4];
	nn_rng_four(rng, index, PHOTOMETRIC_DRAW, bits);
	*photometric = (struct nn_photometric){ .contrast = (float)(amounts->contrast
							* (2.0 * nn_rng_unit(bits[0]) - 1.0)),
		.noise = (float)amounts->noise,
		.rng = *rng,
		.index = index };
	if (amounts->crop > 0 && amounts->crop_fill == NN_CROP_ZERO)
		nn_crop_draw(
			amounts, rng, index, &photometric->crop_right, &photometric->crop_down);
	if (amounts->cutout > 0) {
		photometric->top = below(shape.height, bits[1]) - amounts->cutout / 2;
		photometric->left = below(shape.width, bits[2]) - amounts->cutout / 2;
		photometric->bottom = photometric->top + amounts->cutout;
		photometric->right = photometric->left + amounts->cutout;
	}
}

static float clip(float x)
{
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

static void change_contrast(float contrast, size_t count, float *channel)
{
	double sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += (double)channel[i];
	const float mean = (float)(sum / (double)count);
	for (size_t i = 0; i < count; i++)
		channel[i] = clip(mean + (channel[i] - mean) * (1 + contrast));
}

static void add_noise(const struct nn_photometric *r, size_t count, float *image)
{
	for (size_t i = 0; i < count; i += 4) {
		uint32_t bits[4];
		nn_rng_four(&r->rng, r->index, NOISE_DRAW + (uint32_t)(i / 4), bits);
		for (size_t k = 0; k < 4 && i + k < count; k++) {
			const double normal = nn_normal_quantile(((double)bits[k] + 0.5) * 0x1p-32);
			image[i + k] = clip(image[i + k] + (float)((double)r->noise * normal));
		}
	}
}

static bool is_black(const struct nn_photometric *r, struct nn_shape shape, int y, int x)
{
	const int from_y = y + r->crop_down, from_x = x + r->crop_right;
	return from_y < 0 || from_y >= shape.height || from_x < 0 || from_x >= shape.width
		|| (y >= r->top && y < r->bottom && x >= r->left && x < r->right);
}

static void blacken(const struct nn_photometric *r, struct nn_shape shape, float *image)
{
	const size_t plane = (size_t)shape.height * (size_t)shape.width;
	for (int y = 0; y < shape.height; y++)
		for (int x = 0; x < shape.width; x++) {
			if (!is_black(r, shape, y, x))
				continue;
			for (size_t c = 0; c < (size_t)shape.channels; c++)
				image[c * plane + (size_t)(y * shape.width + x)] = 0;
		}
}

void nn_photometric_apply(const struct nn_photometric *r, struct nn_shape shape, float *image)
{
	const size_t plane = (size_t)shape.height * (size_t)shape.width;
	for (size_t c = 0; c < (size_t)shape.channels && r->contrast != 0; c++)
		change_contrast(r->contrast, plane, image + c * plane);
	if (r->noise != 0)
		add_noise(r, (size_t)shape.channels * plane, image);
	if (r->crop_right != 0 || r->crop_down != 0 || r->bottom > r->top)
		blacken(r, shape, image);
}

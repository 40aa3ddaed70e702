/* augment.c - drawing random transforms. The sampling is a kernel (kernels/image.h), what follows
 * it is in photometric.c. */
#include "augment.h"

#include <stdlib.h>

#include "kernels/kernels.h"
#include "photometric.h"
#include "scalar.h"

/* Uniform in [-amount, amount). */
static double either_way(double amount, uint32_t bits)
{
	return amount * (2.0 * nn_rng_unit(bits) - 1.0);
}

/* The linear part of the map from output to input (of x and y: xx x + xy y, yx x + yy y), about the
 * centre; a flip mirrors the input's x. */
struct linear {
	double xx, xy, yx, yy;
};

static struct linear turn_and_shear(
	const struct nn_augment *amounts, uint32_t turn, const uint32_t shear[2])
{
	double s, c;
	nn_sincos(6.283185307179586 * either_way(amounts->rotation, turn), &s, &c);
	if (amounts->shear == 0)
		return (struct linear){ c, -s, s, c };
	double a = either_way(amounts->shear, shear[0]), b = either_way(amounts->shear, shear[1]);
	return (struct linear){ c - s * b, c * a - s, s + c * b, s * a + c };
}

void nn_augment_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_warp *warp)
{
	uint32_t r[4], more[4], third[4];
	nn_rng_four(rng, index, 0, r);
	nn_rng_four(rng, index, 1, more);
	nn_rng_four(rng, index, 2, third);
	double zoom_y = 1 + either_way(amounts->zoom, r[1]),
	       zoom_x = 1 + either_way(amounts->zoom, r[2]);
	double shift_y = shape.height * either_way(amounts->translation, more[0]);
	double shift_x = shape.width * either_way(amounts->translation, more[1]);

	/* Output to input: undo the crop and the translation, scale by the zoom, shear, turn, all
	 * about the centre. */
	struct linear l = turn_and_shear(amounts, r[0], third);
	l.xx *= zoom_x;
	l.yx *= zoom_x;
	l.xy *= zoom_y;
	l.yy *= zoom_y;
	if (amounts->flip && more[2] & 0x80000000u) {
		l.xx = -l.xx;
		l.xy = -l.xy;
	}
	if (amounts->crop > 0) {
		int right, down;
		nn_crop_draw(amounts, rng, index, &right, &down);
		shift_x -= right;
		shift_y -= down;
	}
	double centre_x = (shape.width - 1) * 0.5, centre_y = (shape.height - 1) * 0.5;
	warp->map[0] = (float)l.xx;
	warp->map[1] = (float)l.xy;
	warp->map[2] =
		(float)(centre_x - l.xx * (centre_x + shift_x) - l.xy * (centre_y + shift_y));
	warp->map[3] = (float)l.yx;
	warp->map[4] = (float)l.yy;
	warp->map[5] =
		(float)(centre_y - l.yx * (centre_x + shift_x) - l.yy * (centre_y + shift_y));
	warp->brightness = (float)either_way(amounts->brightness, r[3]);
}

int nn_augment_apply(
	const struct nn_warp *warp, const uint8_t *image, struct nn_shape shape, float *out)
{
	size_t padded =
		(size_t)shape.channels * (size_t)(shape.height + 2) * (size_t)(shape.width + 2)
		+ 16;
	float *scratch = malloc(padded * sizeof(*scratch));
	if (!scratch)
		return -1;
	struct nn_warp_shape s = { shape.channels, shape.height, shape.width };
	nn_kernels_plain.warp(out, image, s, warp->map, warp->brightness, scratch);
	free(scratch);
	return 0;
}

int nn_augment_image(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	const uint8_t *image, struct nn_shape shape, float *out)
{
	struct nn_warp warp;
	struct nn_photometric photometric;
	nn_augment_draw(amounts, rng, index, shape, &warp);
	nn_photometric_draw(amounts, rng, index, shape, &photometric);
	if (nn_augment_apply(&warp, image, shape, out))
		return -1;
	nn_photometric_apply(&photometric, shape, out);
	return 0;
}

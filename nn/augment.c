/* augment.c - drawing random transforms. The sampling is a kernel (kernels/image.h). */
#include "augment.h"

#include <stdlib.h>

#include "kernels/kernels.h"
#include "scalar.h"

/* Uniform in [-amount, amount). */
static double either_way(double amount, uint32_t bits)
{
	return amount * (2.0 * nn_rng_unit(bits) - 1.0);
}

void nn_augment_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index, struct nn_shape shape, struct nn_warp *warp)
{
	uint32_t r[4], more[4];
	nn_rng_four(rng, index, 0, r);
	nn_rng_four(rng, index, 1, more);
	double zoom_y = 1 + either_way(amounts->zoom, r[1]), zoom_x = 1 + either_way(amounts->zoom, r[2]);
	double shift_y = shape.height * either_way(amounts->translation, more[0]);
	double shift_x = shape.width * either_way(amounts->translation, more[1]);
	double sine, cosine;
	nn_sincos(6.283185307179586 * either_way(amounts->rotation, r[0]), &sine, &cosine);

	/* Output to input: undo the translation, scale by the zoom, turn, all about the centre; a flip mirrors the input's x. */
	double centre_x = (shape.width - 1) * 0.5, centre_y = (shape.height - 1) * 0.5;
	double xx = cosine * zoom_x, xy = -sine * zoom_y, yx = sine * zoom_x, yy = cosine * zoom_y;
	if (amounts->flip && more[2] & 0x80000000u) {
		xx = -xx;
		xy = -xy;
	}
	warp->map[0] = (float)xx;
	warp->map[1] = (float)xy;
	warp->map[2] = (float)(centre_x - xx * (centre_x + shift_x) - xy * (centre_y + shift_y));
	warp->map[3] = (float)yx;
	warp->map[4] = (float)yy;
	warp->map[5] = (float)(centre_y - yx * (centre_x + shift_x) - yy * (centre_y + shift_y));
	warp->brightness = (float)either_way(amounts->brightness, r[3]);
}

int nn_augment_apply(const struct nn_warp *warp, const uint8_t *image, struct nn_shape shape, float *out)
{
	size_t padded = (size_t)shape.channels * (size_t)(shape.height + 2) * (size_t)(shape.width + 2) + 16;
	float *scratch = malloc(padded * sizeof *scratch);
	if (!scratch)
		return -1;
	struct nn_warp_shape s = { shape.channels, shape.height, shape.width };
	nn_kernels_plain.warp(out, image, s, warp->map, warp->brightness, scratch);
	free(scratch);
	return 0;
}

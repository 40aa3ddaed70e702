/* augment.c - drawing random transforms. The sampling is a kernel (kernels/image.h), what follows
 * it is in photometric.c. */
#include "augment.h"

#include <assert.h>
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

/* All that is drawn for an image. */
struct drawn {
	struct linear turn; /* with the shear */
	double zoom_x, zoom_y, shift_x, shift_y, brightness;
	bool flipped;
};

static struct drawn draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape)
{
	assert(rng->stream == NN_STREAM_AUGMENT);
	uint32_t r[4], more[4], third[4];
	nn_rng_four(rng, index, 0, r);
	nn_rng_four(rng, index, 1, more);
	nn_rng_four(rng, index, 2, third);
	struct drawn d = { .turn = turn_and_shear(amounts, r[0], third),
		.zoom_y = 1 + either_way(amounts->zoom, r[1]),
		.zoom_x = 1 + either_way(amounts->zoom, r[2]),
		.shift_y = shape.height * either_way(amounts->translation, more[0]),
		.shift_x = shape.width * either_way(amounts->translation, more[1]),
		.brightness = either_way(amounts->brightness, r[3]),
		.flipped = amounts->flip && more[2] & 0x80000000u };
	if (amounts->crop > 0) {
		int right, down;
		nn_crop_draw(amounts, rng, index, &right, &down);
		d.shift_x -= right;
		d.shift_y -= down;
	}
	return d;
}

/* Output to input: undo the crop and the translation, scale by the zoom, shear, turn, all about the
 * centre. */
static void set_map(const struct drawn *d, struct nn_shape shape, struct nn_warp *warp)
{
	struct linear l = d->turn;
	const double shift_x = d->shift_x, shift_y = d->shift_y;
	l.xx *= d->zoom_x;
	l.yx *= d->zoom_x;
	l.xy *= d->zoom_y;
	l.yy *= d->zoom_y;
	if (d->flipped) {
		l.xx = -l.xx;
		l.xy = -l.xy;
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
	warp->brightness = (float)d->brightness;
}

void nn_augment_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_warp *warp)
{
	const struct drawn d = draw(amounts, rng, index, shape);
	set_map(&d, shape, warp);
}

int nn_augment_draw_all(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_warp warps[NN_WARPS_MAX])
{
	static const struct linear nothing = { 1, 0, 0, 1 };
	const struct drawn all = draw(amounts, rng, index, shape);
	struct drawn step = { .turn = all.turn, .zoom_x = 1, .zoom_y = 1, .flipped = all.flipped };
	int count = 0;
	if (!amounts->sequential) {
		set_map(&all, shape, &warps[0]);
		return 1;
	}
	if (amounts->flip || amounts->rotation != 0 || amounts->shear != 0)
		set_map(&step, shape, &warps[count++]);
	step = (struct drawn){ .turn = nothing,
		.zoom_x = all.zoom_x,
		.zoom_y = all.zoom_y,
		.brightness = all.brightness };
	if (amounts->zoom != 0 || amounts->brightness != 0)
		set_map(&step, shape, &warps[count++]);
	step = (struct drawn){ .turn = nothing,
		.zoom_x = 1,
		.zoom_y = 1,
		.shift_x = all.shift_x,
		.shift_y = all.shift_y };
	if (amounts->translation != 0 || amounts->crop > 0 || count == 0)
		set_map(&step, shape, &warps[count++]);
	return count;
}

static int apply(const struct nn_warp *warps, int count, const uint8_t *image,
	struct nn_shape shape, float *out)
{
	size_t padded =
		(size_t)shape.channels * (size_t)(shape.height + 2) * (size_t)(shape.width + 2)
		+ 16;
	float *scratch = malloc(padded * sizeof(*scratch));
	if (!scratch)
		return -1;
	struct nn_warp_shape s = { shape.channels, shape.height, shape.width };
	nn_kernels_plain.warp(out, image, s, warps->map, warps->brightness, scratch);
	for (int i = 1; i < count; i++)
		nn_kernels_plain.warp_again(out, s, warps[i].map, warps[i].brightness, scratch);
	free(scratch);
	return 0;
}

int nn_augment_apply(
	const struct nn_warp *warp, const uint8_t *image, struct nn_shape shape, float *out)
{
	return apply(warp, 1, image, shape, out);
}

int nn_augment_image(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	const uint8_t *image, struct nn_shape shape, float *out)
{
	struct nn_warp warps[NN_WARPS_MAX];
	struct nn_photometric photometric;
	const int count = nn_augment_draw_all(amounts, rng, index, shape, warps);
	nn_photometric_draw(amounts, rng, index, shape, &photometric);
	if (apply(warps, count, image, shape, out))
		return -1;
	nn_photometric_apply(&photometric, shape, out);
	return 0;
}

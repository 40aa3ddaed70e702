/* augment.h - random image transforms, drawn anew for every image and epoch (paper.md,
 * "Augmentation").
 *
 * Geometric transforms come in this order, about the image's centre: flip, rotation, shear, zoom,
 * translation, random crop. They are composed into one affine map, and the image is sampled once:
 * bilinearly, with reflected borders (d c b a | a b c d | d c b a). In Keras each is a layer that
 * resamples the image. The transforms are the same, but three layers blur an image three times and
 * reflect it each time. `sequential` imitates that.
 *
 * Then come, in this order: brightness, contrast, noise, and black (0) for what a crop with
 * NN_CROP_ZERO brings in from outside and for what cutout covers. photometric.h has all of these
 * but brightness. */
#ifndef NN_AUGMENT_H
#define NN_AUGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "net.h"
#include "rng.h"

/* Maximum amounts; 0 switches a transform off. Fractions and factors are drawn uniformly. */
struct nn_augment {
	/* Resample after each of three groups: flip, rotation and shear; zoom and brightness;
	 * translation and crop. A group whose transforms are all off is left out. */
	bool sequential;
	double rotation; /* turns, in either direction */
	/* Height and width are scaled by 1 +- zoom, drawn independently; above 1 shows more of the
	 * image, as in Keras. */
	double zoom;
	double brightness;  /* +- brightness is added; the result is clipped to [0, 1] */
	double translation; /* fraction of height and width, either way, drawn independently */
	bool flip;          /* left-right with probability 1/2 */
	double shear;       /* tangents a, b within +- shear: (x + a y, y + b x) */
	/* Pad by this many pixels on every side, then cut out the image's size at a random position
	 * (He et al., 2016). */
	int crop;
	enum nn_crop_fill { NN_CROP_ZERO, NN_CROP_REFLECT } crop_fill; /* reflect: as above */
	/* Each channel's x becomes mean + (x - mean) (1 +- contrast), clipped to [0, 1] (Keras's
	 * RandomContrast). */
	double contrast;
	/* Standard deviation of normal noise added to every pixel of every channel; the result is
	 * clipped to [0, 1]. */
	double noise;
	/* Side of a black square in pixels. Its centre is uniform over the pixels; it is cut off at
	 * the image's edges (DeVries and Taylor, 2017). */
	int cutout;
};

/* The transform drawn for one image: output pixel (x, y) samples the input at
 * (map[0] x + map[1] y + map[2], map[3] x + map[4] y + map[5]); then brightness is added. */
struct nn_warp {
	float map[6];
	float brightness;
};

/* Draw one composed transform for image number `index` of its data set. rng->stream must be
 * NN_STREAM_AUGMENT. */
void nn_augment_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_warp *warp);

/* The same as a list of transforms: one, or with amounts->sequential up to three, each to be
 * applied to the result of the one before. The random numbers are the same. Returns how many. */
enum { NN_WARPS_MAX = 3 };
int nn_augment_draw_all(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_warp warps[NN_WARPS_MAX]);

/* Apply to one image of uint8 [channels][height][width]. out: as many floats in [0, 1], the same
 * bits as in training. It allocates: for image grids and tests. Returns 0, or -1 out of memory. */
int nn_augment_apply(
	const struct nn_warp *warp, const uint8_t *image, struct nn_shape shape, float *out);

/* Draw and apply all augmentation, photometric too: what training sees of image number `index` of
 * its data set. image, out and the result are as in nn_augment_apply. */
int nn_augment_image(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	const uint8_t *image, struct nn_shape shape, float *out);

#endif

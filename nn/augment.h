/* augment.h - random image transforms, fresh for every image and epoch (paper.md, "Augmentation").
 *
 * A flip, then rotation, zoom and translation, in this order, about the image's centre, are
 * composed into one affine map and sampled once, bilinearly, with reflected borders (d c b a | a b
 * c d | d c b a). Keras applies them as layers with a resampling each: the same transforms, but its
 * images are blurred three times and reflected at each of their borders. `sequential` does so, too.
 * A shear comes between rotation and zoom, a random crop after the translation, in the same map and
 * the same sampling. Then come, in this order: brightness, contrast, noise, and black (0) for what
 * a crop brings in from outside with NN_CROP_ZERO and for what cutout covers (photometric.h has all
 * but brightness). */
#ifndef NN_AUGMENT_H
#define NN_AUGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "net.h"
#include "rng.h"

/* Largest amounts; 0 switches a transform off. */
struct nn_augment {
	bool sequential; /* sample after each transform: flip, rotation and shear; zoom and
			    brightness; translation and crop. Those that are off are left out */
	double rotation; /* turns, either way */
	double zoom; /* height and width by 1 +- zoom, drawn independently; above 1 shows more of
			the image, as in Keras */
	double brightness;  /* +- brightness is added, then clipped to [0, 1] */
	double translation; /* fraction of height and width, either way, drawn independently */
	bool flip;          /* left-right with probability 1/2 */
	double shear; /* tangents, either way, of both axes, drawn independently: x + a y and y + b
			 x */
	int crop; /* pad by so many pixels on every side, then cut out the image's size at a random
		     place (He et al., 2016) */
	enum nn_crop_fill { NN_CROP_ZERO, NN_CROP_REFLECT } crop_fill; /* reflect: as above */
	double contrast; /* each channel's x to mean + (x - mean) (1 +- contrast), clipped to [0,
			    1]; Keras's RandomContrast */
	double noise;    /* standard deviation of normal noise on every pixel of every channel, then
			    clipped to [0, 1] */
	int cutout; /* side of a black square, its centre uniform over the pixels, cut off at the
		       edges (DeVries and Taylor, 2017) */
};

/* What was drawn for one image: output pixel (x, y) takes the input at
 * (map[0] x + map[1] y + map[2], map[3] x + map[4] y + map[5]), plus brightness. */
struct nn_warp {
	float map[6];
	float brightness;
};

/* Draw for image number `index` of its data set. rng->stream must be NN_STREAM_AUGMENT. */
void nn_augment_draw(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_warp *warp);

/* What is drawn as one map, or sequentially as several, each sampling what the one before gave. The
 * random numbers are the same. Returns how many. */
enum { NN_WARPS_MAX = 3 };
int nn_augment_draw_all(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	struct nn_shape shape, struct nn_warp warps[NN_WARPS_MAX]);

/* Apply to one image of uint8 [channels][height][width]; out: as many floats in [0, 1]: the bits
 * that training sees. For pictures and tests: allocates. Returns 0, or -1 when memory runs out. */
int nn_augment_apply(
	const struct nn_warp *warp, const uint8_t *image, struct nn_shape shape, float *out);

/* Draw and apply all, also photometric augmentation: what training sees of image number `index` of
 * its data set. As nn_augment_apply. */
int nn_augment_image(const struct nn_augment *amounts, const struct nn_rng *rng, uint32_t index,
	const uint8_t *image, struct nn_shape shape, float *out);

#endif

/* augmented.h - an image as a trial's training sees it: for pictures of what augmentation does. */
#ifndef RUN_AUGMENTED_H
#define RUN_AUGMENTED_H

#include <stdint.h>

#include "../base/err.h"
#include "../plan/trial.h"

/* The augmentation of training image number `index` of its data set in this phase and epoch
 * (from 0; outside k-fold), with the trial's seed: the numbers that training got. image: bytes
 * [channels][height][width]; out: as many floats in [0, 1]. Returns 0 or -1 with e. */
int augmented_image(const struct trial *t, int phase, int epoch, uint32_t index,
	const uint8_t *image, int channels, int height, int width, float *out, struct err *e);

#endif

/* picture.h - one picture from a PNG or JPEG file, told apart by content, as planes of the size
 * that a data set has. Internal to data/. */
#ifndef DATA_PICTURE_H
#define DATA_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/err.h"

enum { PICTURE_PIXELS_MAX = 100000000 };

struct picture_size {
	int width, height;
	bool colour;
};

/* Is this the name of a picture that can be read (.png, .jpg, .jpeg)? */
bool picture_is_name(const char *name);

/* Size and kind, without reading the pixels. Returns 0, or -1 with e (ERR_USAGE: no picture, more
 * than PICTURE_PIXELS_MAX pixels, a JPEG that is to be shown turned). */
int picture_look(const char *path, struct picture_size *size, struct err *e);

/* Read it as `channels` (1: grey, 3: red, green, blue) planes [channels][height][width]. A picture
 * of another size is resized if `resize` says so, otherwise it is an error. Returns 0, or -1 with e
 * (ERR_USAGE). */
int picture_read(const char *path, int channels, int height, int width, bool resize,
	uint8_t *planes, struct err *e);

/* Resize pixels [height][width][channels]: each new pixel is the mean of the area that it covers,
 * rounded to the nearest; the ratio of the sides is not kept. Whole numbers only: the same bytes
 * everywhere. */
void picture_resize(const uint8_t *from, int width, int height, int channels, uint8_t *to,
	int to_width, int to_height);

#endif

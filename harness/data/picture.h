/* picture.h - reads one image from a PNG or JPEG file as planes of the data set's size. The format
 * is detected from the content. Internal to data/. */
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

/* Does the name have the extension of a readable image (.png, .jpg, .jpeg)? */
bool picture_is_name(const char *name);

/* Size and colour, without reading the pixels. Returns 0, or -1 with e (ERR_USAGE: not an image,
 * more than PICTURE_PIXELS_MAX pixels, a JPEG that EXIF data turns). */
int picture_look(const char *path, struct picture_size *size, struct err *e);

/* Read it as `channels` (1: grey, 3: red, green, blue) planes [channels][height][width]. An image
 * of another size is resized if `resize`, otherwise it is an error. Returns 0, or -1 with e
 * (ERR_USAGE). */
int picture_read(const char *path, int channels, int height, int width, bool resize,
	uint8_t *planes, struct err *e);

/* Resize pixels [height][width][channels]. Each new pixel is the mean of the area that it covers,
 * rounded to the nearest; the aspect ratio is not kept. Integers only: the same bytes on every
 * machine. */
void picture_resize(const uint8_t *from, int width, int height, int channels, uint8_t *to,
	int to_width, int to_height);

#endif

/* png_file.h - reads and writes one image as a PNG file (libpng). Internal to data/. */
#ifndef DATA_PNG_FILE_H
#define DATA_PNG_FILE_H

#include "picture.h"

/* Size and colour, without reading the pixels. Returns 0, or -1 with e (ERR_USAGE). */
int png_look(const char *path, struct picture_size *size, struct err *e);

/* Read it as pixels [height][width][channels] (1: grey, 3: red, green, blue); an image of another
 * size is an error. Returns 0, or -1 with e (ERR_USAGE). */
int png_read(const char *path, int channels, int height, int width, uint8_t *pixels, struct err *e);

/* Write planes [channels][height][width]. Returns 0, or -1 with e (ERR_ENVIRONMENT). */
int png_write(const char *path, int channels, int height, int width, const uint8_t *planes,
	struct err *e);

#endif

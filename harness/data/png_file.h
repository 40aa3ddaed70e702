/* png_file.h - one picture from or to a PNG file (libpng). Internal to data/. */
#ifndef DATA_PNG_FILE_H
#define DATA_PNG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/err.h"

struct png_size {
	int width, height;
	bool colour;
};

/* Size and kind, without reading the pixels. Returns 0, or -1 with e (ERR_USAGE). */
int png_look(const char *path, struct png_size *size, struct err *e);

/* Read it as `channels` (1: grey, 3: red, green, blue) planes [channels][height][width]; a picture
 * of another size is an error. Returns 0, or -1 with e (ERR_USAGE). */
int png_read(const char *path, int channels, int height, int width, uint8_t *planes, struct err *e);

/* Write such planes. Returns 0, or -1 with e (ERR_ENVIRONMENT). */
int png_write(const char *path, int channels, int height, int width, const uint8_t *planes,
	struct err *e);

#endif

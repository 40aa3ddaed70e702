/* sheet.h - an image grid, written as .png (through gnuplot), .ppm
 * or .pgm. */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include <stdint.h>

#include "../base/err.h"

struct sheet {
	int columns, rows;
	int picture_width,
		picture_height; /* as given; every pixel becomes a square of SHEET_SCALE */
	int width, height;      /* of the whole, in pixels as written */
	uint8_t *pixels;        /* [height][width][3], white where there is no image */
};

enum { SHEET_SCALE = 2, SHEET_GAP = 2 };

/* Returns 0, or -1 with e. Freed with sheet_free. */
int sheet_make(struct sheet *s, int columns, int rows, int picture_width, int picture_height,
	struct err *e);
void sheet_free(struct sheet *s);

/* Put an image [channels][height][width] (1 channel: grey, 3: red, green, blue) in its place. */
void sheet_put(struct sheet *s, int column, int row, const uint8_t *picture, int channels);

/* Write it whole or not at all, in the format of path's ending. Returns 0, or -1 with e (ERR_USAGE
 * for another ending). */
int sheet_write(const struct sheet *s, const char *path, struct err *e);

#endif

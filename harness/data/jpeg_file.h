/* jpeg_file.h - reads one image from a JPEG file (libjpeg-turbo). No other file of data/ includes
 * libjpeg's headers. Internal to data/ (picture.h). */
#ifndef DATA_JPEG_FILE_H
#define DATA_JPEG_FILE_H

#include "picture.h"

/* Size and colour. Returns 0, or -1 with e (ERR_USAGE). An image whose EXIF data turns or mirrors
 * it is an error, too: its pixels are not what people see. */
int jpeg_look(const char *path, struct picture_size *size, struct err *e);

/* Read it as pixels [height][width][channels]; an image of another size is an error. It is decoded
 * with the accurate integer transform, which gives the same bytes on every machine. Returns 0, or
 * -1 with e (ERR_USAGE: damaged, truncated, in CMYK). */
int jpeg_read(
	const char *path, int channels, int height, int width, uint8_t *pixels, struct err *e);

#endif

/* jpeg_file.h - one picture from a JPEG file (libjpeg-turbo). The only file of data/ that includes
 * libjpeg's headers. Internal to data/ (picture.h). */
#ifndef DATA_JPEG_FILE_H
#define DATA_JPEG_FILE_H

#include "picture.h"

/* Size and kind. Returns 0, or -1 with e (ERR_USAGE): also for a picture that its EXIF data says is
 * to be turned or mirrored, as its pixels are not what people see. */
int jpeg_look(const char *path, struct picture_size *size, struct err *e);

/* Read it as pixels [height][width][channels]; a picture of another size is an error. Decoded with
 * the accurate integer transform: the same bytes on every machine. Returns 0, or -1 with e
 * (ERR_USAGE: damaged, cut off, in CMYK). */
int jpeg_read(
	const char *path, int channels, int height, int width, uint8_t *pixels, struct err *e);

#endif

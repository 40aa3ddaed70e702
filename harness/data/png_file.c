/* png_file.c - see png_file.h. */
#include "png_file.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const png_image *image, const char *path, enum err_kind kind, struct err *e)
{
	/* libpng says so only in its texts, in words that differ. */
	if (strstr(image->message, "ut of memory") || strstr(image->message, "nsufficient memory"))
		return err_nomem(e);
	return err_set(e, kind, "%s: %s", path,
		image->message[0] ? image->message : "cannot be read as PNG");
}

/* Open the file and read its header. *file is the caller's until the image is freed. */
static int begin(const char *path, png_image *image, FILE **file, struct err *e)
{
	*image = (png_image){ .version = PNG_IMAGE_VERSION };
	*file = fopen(path, "rb");
	if (!*file)
		return err_errno(e, path);
	if (png_image_begin_read_from_stdio(image, *file))
		return 0;
	fail(image, path, ERR_USAGE, e);
	fclose(*file);
	return -1;
}

int png_look(const char *path, struct picture_size *size, struct err *e)
{
	png_image image;
	FILE *file;
	if (begin(path, &image, &file, e))
		return -1;
	*size = (struct picture_size){ (int)image.width, (int)image.height,
		(image.format & PNG_FORMAT_FLAG_COLOR) != 0 };
	png_image_free(&image);
	fclose(file);
	return 0;
}

int png_read(const char *path, int channels, int height, int width, uint8_t *pixels, struct err *e)
{
	png_image image;
	FILE *file;
	if (begin(path, &image, &file, e))
		return -1;
	if ((int)image.width != width || (int)image.height != height) {
		png_image_free(&image);
		fclose(file);
		return err_set(e, ERR_USAGE, "%s: it has changed while it was read", path);
	}
	const png_color black = { 0, 0, 0 };
	image.format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
	const int result = png_image_finish_read(&image, &black, pixels, 0, NULL)
		? 0
		: fail(&image, path, ERR_USAGE, e);
	png_image_free(&image);
	fclose(file);
	return result;
}

int png_write(
	const char *path, int channels, int height, int width, const uint8_t *planes, struct err *e)
{
	const size_t pixels = (size_t)height * (size_t)width;
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = (png_uint_32)width,
		.height = (png_uint_32)height,
		.flags = PNG_IMAGE_FLAG_FAST,
		.format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY };
	uint8_t *mixed = malloc(pixels * (size_t)channels);
	if (!mixed)
		return err_nomem(e);
	for (size_t i = 0; i < pixels * (size_t)channels; i++)
		mixed[i] = planes[i % (size_t)channels * pixels + i / (size_t)channels];
	const int result = png_image_write_to_file(&image, path, 0, mixed, 0, NULL)
		? 0
		: fail(&image, path, ERR_ENVIRONMENT, e);
	png_image_free(&image);
	free(mixed);
	return result;
}

/* picture.c - see picture.h. */
#include "picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg_file.h"
#include "listing.h"
#include "png_file.h"

bool picture_is_name(const char *name)
{
	return listing_ends(name, ".png") || listing_ends(name, ".jpg")
		|| listing_ends(name, ".jpeg");
}

/* By its first bytes: names lie. */
static bool is_jpeg(const char *path)
{
	unsigned char magic[2] = { 0 };
	FILE *f = fopen(path, "rbe");
	const bool read = f && fread(magic, sizeof(magic), 1, f) == 1;
	if (f)
		fclose(f);
	return read && magic[0] == 0xff && magic[1] == 0xd8;
}

int picture_look(const char *path, struct picture_size *size, struct err *e)
{
	*size = (struct picture_size){ 0 };
	if ((is_jpeg(path) ? jpeg_look : png_look)(path, size, e))
		return -1;
	if ((long long)size->width * size->height > PICTURE_PIXELS_MAX)
		return err_set(e, ERR_USAGE, "%s: %d x %d pixels, at most %d would do", path,
			size->width, size->height, PICTURE_PIXELS_MAX);
	return 0;
}

/* By how much the pixel `at` of one side covers the new pixel `to`, in 1 / to_side of it. */
static uint64_t overlap(int at, int side, int to, int to_side)
{
	const uint64_t from = (uint64_t)at * (uint64_t)to_side, end = from + (uint64_t)to_side;
	const uint64_t to_from = (uint64_t)to * (uint64_t)side, to_end = to_from + (uint64_t)side;
	const uint64_t low = from > to_from ? from : to_from, high = end < to_end ? end : to_end;
	return high > low ? high - low : 0;
}

/* The mean of channel c over the area of the new pixel x, y. */
static uint8_t mean(const uint8_t *from, int width, int height, int channels, int c, int x, int y,
	int to_width, int to_height)
{
	const int first_x = (int)((long long)x * width / to_width),
		  first_y = (int)((long long)y * height / to_height);
	const uint64_t area = (uint64_t)width * (uint64_t)height;
	uint64_t sum = area / 2, down, across;
	for (int j = first_y; j < height && (down = overlap(j, height, y, to_height)); j++)
		for (int i = first_x; i < width && (across = overlap(i, width, x, to_width)); i++)
			sum += down * across
				* from[((size_t)j * (size_t)width + (size_t)i) * (size_t)channels
					+ (size_t)c];
	return (uint8_t)(sum / area);
}

void picture_resize(const uint8_t *from, int width, int height, int channels, uint8_t *to,
	int to_width, int to_height)
{
	for (int y = 0; y < to_height; y++)
		for (int x = 0; x < to_width; x++)
			for (int c = 0; c < channels; c++)
				*to++ = mean(from, width, height, channels, c, x, y, to_width,
					to_height);
}

int picture_read(const char *path, int channels, int height, int width, bool resize,
	uint8_t *planes, struct err *e)
{
	const size_t pixels = (size_t)height * (size_t)width, n = (size_t)channels;
	struct picture_size size;
	if (picture_look(path, &size, e))
		return -1;
	const bool other = size.width != width || size.height != height;
	if (other && !resize)
		return err_set(e, ERR_USAGE,
			"%s: %d x %d pixels, the first image has %d x %d; make them one size, or "
			"import with --resize WIDTHxHEIGHT",
			path, size.width, size.height, width, height);
	uint8_t *own = calloc((size_t)size.width * (size_t)size.height, n),
		*mixed = other ? calloc(pixels, n) : own;
	int result = own && mixed ? (is_jpeg(path) ? jpeg_read : png_read)(
			     path, channels, size.height, size.width, own, e)
				  : err_nomem(e);
	if (result == 0 && other)
		picture_resize(own, size.width, size.height, channels, mixed, width, height);
	for (size_t i = 0; result == 0 && i < pixels * n; i++)
		planes[i % n * pixels + i / n] = mixed[i];
	if (other)
		free(mixed);
	free(own);
	return result;
}

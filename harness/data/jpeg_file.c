/* jpeg_file.c - see jpeg_file.h. libjpeg leaves by longjmp: what is open is in struct reader. */
#include "jpeg_file.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

struct reader {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	jmp_buf failed;
	char why[JMSG_LENGTH_MAX];
	FILE *file;
};

static _Noreturn void on_error(j_common_ptr jpeg)
{
	struct reader *r = jpeg->client_data;
	jpeg->err->format_message(jpeg, r->why);
	longjmp(r->failed, 1);
}

/* A warning is damage: what libjpeg would put in its place is no picture of anything. */
static void on_message(j_common_ptr jpeg, int level)
{
	if (level < 0)
		on_error(jpeg);
}

static unsigned number(const JOCTET *p, int bytes, bool little)
{
	unsigned value = 0;
	for (int i = 0; i < bytes; i++)
		value = value << 8 | p[little ? bytes - 1 - i : i];
	return value;
}

/* The orientation in an APP1 marker: 1 as it lies, 2 to 8 otherwise; 0: it says nothing. */
static unsigned orientation(const JOCTET *data, unsigned length)
{
	enum { HEAD = 6, ENTRY = 12, TAG = 0x112 };
	if (length < HEAD + 8 || memcmp(data, "Exif\0", HEAD) != 0)
		return 0;
	const JOCTET *tiff = data + HEAD;
	const unsigned size = length - HEAD;
	const bool little = tiff[0] == 'I';
	const unsigned at = number(tiff + 4, 4, little);
	if (at > size || size - at < 2)
		return 0;
	const unsigned entries = number(tiff + at, 2, little);
	for (unsigned i = 0; i < entries && (size - at - 2) / ENTRY > i; i++) {
		const JOCTET *entry = tiff + at + 2 + i * ENTRY;
		if (number(entry, 2, little) == TAG)
			return number(entry + 8, 2, little);
	}
	return 0;
}

static void close_reader(struct reader *r)
{
	jpeg_destroy_decompress(&r->jpeg);
	if (r->file)
		fclose(r->file);
}

static int fail(struct reader *r, const char *path, struct err *e)
{
	close_reader(r);
	return err_set(e, ERR_USAGE, "%s: cannot be read as JPEG: %s", path, r->why);
}

/* Open the file, and let errors come back as text. */
static int open_reader(struct reader *r, const char *path, struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->file = fopen(path, "rbe");
	if (!r->file) {
		err_errno(e, path);
		if (e)
			e->kind = ERR_USAGE;
		return -1;
	}
	r->jpeg.err = jpeg_std_error(&r->errors);
	r->jpeg.client_data = r;
	r->errors.error_exit = on_error;
	r->errors.emit_message = on_message;
	return 0;
}

static void read_header(struct reader *r)
{
	jpeg_create_decompress(&r->jpeg);
	r->jpeg.client_data = r;
	jpeg_stdio_src(&r->jpeg, r->file);
	jpeg_save_markers(&r->jpeg, JPEG_APP0 + 1, 0xffff);
	jpeg_read_header(&r->jpeg, TRUE);
}

int jpeg_look(const char *path, struct picture_size *size, struct err *e)
{
	struct reader r;
	if (open_reader(&r, path, e))
		return -1;
	if (setjmp(r.failed))
		return fail(&r, path, e);
	read_header(&r);
	*size = (struct picture_size){ (int)r.jpeg.image_width, (int)r.jpeg.image_height,
		r.jpeg.num_components > 1 };
	unsigned turned = 0;
	for (jpeg_saved_marker_ptr m = r.jpeg.marker_list; m && turned == 0; m = m->next)
		turned = orientation(m->data, m->data_length);
	close_reader(&r);
	if (turned > 1)
		return err_set(e, ERR_USAGE,
			"%s: its EXIF data says that it is to be turned (orientation %u): turn "
			"the pixels first, for example with `mogrify -auto-orient`",
			path, turned);
	return 0;
}

int jpeg_read(const char *path, int channels, int height, int width, uint8_t *pixels, struct err *e)
{
	struct reader r;
	if (open_reader(&r, path, e))
		return -1;
	if (setjmp(r.failed))
		return fail(&r, path, e);
	read_header(&r);
	r.jpeg.out_color_space = channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
	r.jpeg.dct_method = JDCT_ISLOW;
	jpeg_start_decompress(&r.jpeg);
	if ((int)r.jpeg.output_width != width || (int)r.jpeg.output_height != height
		|| r.jpeg.output_components != channels) {
		snprintf(r.why, sizeof(r.why), "it has changed while it was read");
		return fail(&r, path, e);
	}
	while (r.jpeg.output_scanline < r.jpeg.output_height) {
		JSAMPROW row =
			pixels + (size_t)r.jpeg.output_scanline * (size_t)width * (size_t)channels;
		jpeg_read_scanlines(&r.jpeg, &row, 1);
	}
	jpeg_finish_decompress(&r.jpeg);
	close_reader(&r);
	return 0;
}

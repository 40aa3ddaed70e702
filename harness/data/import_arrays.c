/* import_arrays.c - NumPy arrays as a data set: pictures of bytes, or any numbers as 32-bit floats.
 * Four files x_train.npy, y_train.npy, x_test.npy and y_test.npy in a folder, or in one .npz. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive.h"
#include "import_form.h"
#include "imported.h"
#include "listing.h"
#include "npy.h"

static const char *const names[2 * PART_COUNT] = { "x_train.npy", "y_train.npy", "x_test.npy",
	"y_test.npy" };

/* The four files in memory. */
struct arrays {
	const char *path;
	char *bytes[2 * PART_COUNT];
	struct npy at[2 * PART_COUNT];
};

static void arrays_free(struct arrays *a)
{
	for (int i = 0; i < 2 * PART_COUNT; i++)
		free(a->bytes[i]);
}

static int parse(struct arrays *a, int file, size_t count, struct err *e)
{
	return npy_parse(a->bytes[file], count, names[file], &a->at[file], e)
		? err_prefix(e, "%s: ", a->path)
		: 0;
}

static int take_member(void *context, int member, const char *bytes, size_t count, struct err *e)
{
	struct arrays *a = context;
	if (!(a->bytes[member] = malloc(count + 1)))
		return err_nomem(e);
	memcpy(a->bytes[member], bytes, count);
	return parse(a, member, count, e);
}

static bool is_archive(const char *path)
{
	struct stat info;
	return listing_ends(path, ".npz") && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool arrays_here(const char *path)
{
	bool any = is_archive(path);
	for (int i = 0; i < 2 * PART_COUNT && !any; i++)
		any = import_has(path, names[i]);
	return any;
}

static int arrays_read(const char *path, struct arrays *out, struct err *e)
{
	int result = 0;
	*out = (struct arrays){ .path = path };
	if (is_archive(path))
		result = archive_unpack_members(
			path, names, 2 * PART_COUNT, IMPORT_FILE_BYTES_MAX, take_member, out, e);
	for (int i = 0; result == 0 && i < 2 * PART_COUNT && !is_archive(path); i++) {
		size_t count;
		result = import_read(path, names[i], &out->bytes[i], &count, e)
				|| parse(out, i, count, e)
			? -1
			: 0;
	}
	if (result)
		arrays_free(out);
	return result;
}

/* ---- images ---- */

/* Channels first, as the core has them, or last. */
static bool is_last(const struct npy *a)
{
	return a->dimensions == 4 && (a->size[3] == 1 || a->size[3] == 3);
}

static int set_shape(const struct arrays *a, int file, struct dataset *d, struct err *e)
{
	const struct npy *x = &a->at[file];
	size_t channels = 1, height = 1, width = 1;
	if (x->dimensions == 2) {
		channels = x->size[1];
	} else if (x->dimensions == 3) {
		height = x->size[1], width = x->size[2];
	} else if (x->dimensions == 4) {
		channels = x->size[is_last(x) ? 3 : 1];
		height = x->size[is_last(x) ? 1 : 2];
		width = x->size[is_last(x) ? 2 : 3];
	} else {
		return err_set(e, ERR_USAGE,
			"%s: %s has %d dimension: (images, features), (images, height, width) or "
			"(images, height, width, channels) would do",
			a->path, names[file], x->dimensions);
	}
	if (channels < 1 || height < 1 || width < 1 || channels > IMPORTED_CHANNELS_MAX
		|| height > IMPORTED_SIDE_MAX || width > IMPORTED_SIDE_MAX)
		return err_set(e, ERR_USAGE,
			"%s: %s has %zu channels of %zu x %zu numbers: at most %d of %d x %d would "
			"do",
			a->path, names[file], channels, height, width, IMPORTED_CHANNELS_MAX,
			IMPORTED_SIDE_MAX, IMPORTED_SIDE_MAX);
	d->channels = (int)channels, d->height = (int)height, d->width = (int)width;
	d->reals = x->kind != 'u' || x->bytes != 1 || x->dimensions == 2
		|| (channels != 1 && channels != 3);
	return 0;
}

static int check_parts(const struct arrays *a, struct dataset *d, struct err *e)
{
	struct dataset test = { 0 };
	if (set_shape(a, 0, d, e) || set_shape(a, 2, &test, e))
		return -1;
	if (test.channels != d->channels || test.height != d->height || test.width != d->width
		|| test.reals != d->reals)
		return err_set(e, ERR_USAGE,
			"%s: x_test is of %d x %d x %d %s, x_train of %d x %d x %d %s (channels, "
			"height, width)",
			a->path, test.channels, test.height, test.width,
			test.reals ? "floats" : "bytes", d->channels, d->height, d->width,
			d->reals ? "floats" : "bytes");
	for (int file = 0; file < 2 * PART_COUNT; file += 2)
		if (a->at[file].size[0] > IMPORTED_IMAGES_MAX)
			return err_set(e, ERR_USAGE, "%s: %s: more than %d images", a->path,
				names[file], IMPORTED_IMAGES_MAX);
	d->train_count = (uint32_t)a->at[0].size[0], d->test_count = (uint32_t)a->at[2].size[0];
	return 0;
}

/* ---- labels ---- */

static int check_labels(const struct arrays *a, int file, struct dataset *d, struct err *e)
{
	const struct npy *y = &a->at[file];
	const size_t images = a->at[file - 1].size[0];
	if (y->count != images || y->size[0] != images)
		return err_set(e, ERR_USAGE, "%s: %s: %zu labels, but %zu images", a->path,
			names[file], y->count, images);
	if (y->kind == 'f')
		return err_set(e, ERR_USAGE,
			"%s: %s: labels have to be whole numbers (y.astype('uint8'))", a->path,
			names[file]);
	for (size_t i = 0; i < y->count; i++) {
		const double label = npy_number(y, i);
		if (!(label >= 0 && label < IMPORTED_CLASSES_MAX))
			return err_set(e, ERR_USAGE,
				"%s: %s: label %.0f of image %zu: classes are numbered from 0, and "
				"there are at most %d",
				a->path, names[file], label, i, IMPORTED_CLASSES_MAX);
		if ((int)label >= d->classes)
			d->classes = (int)label + 1;
	}
	return 0;
}

static int arrays_describe(
	const char *path, const struct import_options *o, struct dataset *d, struct err *e)
{
	struct arrays a;
	(void)o;
	if (arrays_read(path, &a, e))
		return -1;
	const int result =
		check_parts(&a, d, e) || check_labels(&a, 1, d, e) || check_labels(&a, 3, d, e) ? -1
												: 0;
	arrays_free(&a);
	return result;
}

/* ---- filling ---- */

/* Where in the array number i of an image lies. */
static size_t place_of(const struct npy *x, const struct dataset *d, size_t image, size_t i)
{
	const size_t plane = (size_t)d->height * (size_t)d->width, channels = (size_t)d->channels;
	const size_t in_image = is_last(x) ? i % plane * channels + i / plane : i;
	return image * plane * channels + in_image;
}

static int fill_images(const struct arrays *a, int file, const struct memory_part *part,
	const struct dataset *d, struct err *e)
{
	const struct npy *x = &a->at[file];
	const size_t size = (size_t)d->channels * (size_t)d->height * (size_t)d->width;
	float *reals = (float *)part->images;
	for (size_t image = 0; image < part->count; image++)
		for (size_t i = 0; i < size; i++) {
			const double number = npy_number(x, place_of(x, d, image, i));
			if (!d->reals)
				part->images[image * size + i] = (uint8_t)number;
			else if (!isfinite((float)number))
				return err_set(e, ERR_USAGE,
					"%s: %s: number %zu of image %zu is %g: only finite 32-bit "
					"numbers can be trained on",
					a->path, names[file], i, image, number);
			else
				reals[image * size + i] = (float)number;
		}
	return 0;
}

static int arrays_fill(const char *path, const struct import_options *o,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	struct arrays a;
	struct dataset now = *d;
	(void)o;
	now.classes = 0;
	if (arrays_read(path, &a, e))
		return -1;
	/* the files may have changed since they were described */
	int result = check_parts(&a, &now, e) || check_labels(&a, 1, &now, e)
			|| check_labels(&a, 3, &now, e)
		? -1
		: 0;
	if (result == 0 && !import_same(d, &now))
		result = err_set(e, ERR_USAGE, "%s: changed while it was read", path);
	for (int part = 0; result == 0 && part < PART_COUNT; part++) {
		result = fill_images(&a, 2 * part, &parts[part], d, e);
		for (uint32_t i = 0; i < parts[part].count; i++)
			parts[part].labels[i] = (uint8_t)npy_number(&a.at[2 * part + 1], i);
	}
	arrays_free(&a);
	return result;
}

const struct import_form import_arrays = { arrays_describe, arrays_fill, .here = arrays_here };

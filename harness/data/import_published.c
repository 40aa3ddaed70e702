/* import_published.c - data sets as their authors publish them: CIFAR-100, SVHN, EMNIST. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/str.h"
#include "cifar.h"
#include "idx.h"
#include "import_form.h"
#include "imported.h"
#include "listing.h"
#include "mat.h"

static int check_same(
	const struct dataset *d, const struct dataset *now, const char *folder, struct err *e)
{
	return import_same(d, now) ? 0
				   : err_set(e, ERR_USAGE, "%s: changed while it was read", folder);
}

/* ---- CIFAR-100: coarse label, fine label, pixels ---- */

enum { RECORD_BYTES = 2 + CIFAR_IMAGE_BYTES, FINE = 100, COARSE = 20 };

static const char *const hundred_names[PART_COUNT] = { "train.bin", "test.bin" };

static bool hundred_here(const char *folder)
{
	return import_has(folder, hundred_names[PART_TRAIN])
		&& import_has(folder, hundred_names[PART_TEST]);
}

static int hundred_load(const char *folder, int part, char **bytes, size_t *count, struct err *e)
{
	if (import_read(folder, hundred_names[part], bytes, count, e))
		return -1;
	if (*count && *count % RECORD_BYTES == 0)
		return 0;
	free(*bytes);
	return err_set(e, ERR_USAGE,
		"%s/%s: %zu bytes, which are no whole number of CIFAR-100's records of %d", folder,
		hundred_names[part], *count, RECORD_BYTES);
}

/* "fine" (the default) or "coarse": 1 or 0; -1 with e. */
static int hundred_label(const struct import_options *o, struct err *e)
{
	if (!o->variant || strcmp(o->variant, "fine") == 0)
		return 1;
	if (strcmp(o->variant, "coarse") == 0)
		return 0;
	return err_set(
		e, ERR_USAGE, "--variant=%s: CIFAR-100 has the labels fine and coarse", o->variant);
}

static int hundred_describe(
	const char *folder, const struct import_options *o, struct dataset *d, struct err *e)
{
	const int fine = hundred_label(o, e);
	if (fine < 0)
		return -1;
	d->channels = 3, d->height = 32, d->width = 32, d->classes = fine ? FINE : COARSE;
	for (int part = 0; part < PART_COUNT; part++) {
		char *bytes;
		size_t count;
		if (hundred_load(folder, part, &bytes, &count, e))
			return -1;
		free(bytes);
		*(part == PART_TRAIN ? &d->train_count : &d->test_count) =
			(uint32_t)(count / RECORD_BYTES);
	}
	return import_class_names(
		folder, fine ? "fine_label_names.txt" : "coarse_label_names.txt", d, e);
}

static int hundred_fill(const char *folder, const struct import_options *o,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	const int fine = hundred_label(o, e);
	for (int part = 0; part < PART_COUNT; part++) {
		char *bytes;
		size_t count;
		if (hundred_load(folder, part, &bytes, &count, e))
			return -1;
		int result = count / RECORD_BYTES == parts[part].count
			? 0
			: err_set(e, ERR_USAGE, "%s: changed while it was read", folder);
		for (uint32_t i = 0; result == 0 && i < parts[part].count; i++) {
			const uint8_t *record = (const uint8_t *)bytes + (size_t)i * RECORD_BYTES;
			if (record[fine] >= d->classes)
				result = err_set(e, ERR_USAGE,
					"%s/%s: label %d of record %u is out of range (0 to %d)",
					folder, hundred_names[part], record[fine], (unsigned)i,
					d->classes - 1);
			parts[part].labels[i] = record[fine];
			memcpy(parts[part].images + (size_t)i * CIFAR_IMAGE_BYTES, record + 2,
				CIFAR_IMAGE_BYTES);
		}
		free(bytes);
		if (result)
			return -1;
	}
	return 0;
}

/* ---- SVHN: X [row][column][colour][image] and y, from 1 to 10 ---- */

static const char *const svhn_names[PART_COUNT] = { "train_32x32.mat", "test_32x32.mat" };

static bool svhn_here(const char *folder)
{
	return import_has(folder, svhn_names[PART_TRAIN]);
}

static int svhn_check(
	const char *folder, int part, const struct mat *x, const struct mat *y, struct err *e)
{
	if (x->dimensions != 4 || x->size[0] != 32 || x->size[1] != 32 || x->size[2] != 3
		|| y->dimensions != 2 || y->size[0] != x->size[3] || y->size[1] != 1)
		return err_set(e, ERR_USAGE,
			"%s/%s: X has to be 32 x 32 x 3 x images and y images x 1", folder,
			svhn_names[part]);
	for (uint32_t i = 0; i < y->size[0]; i++)
		if (y->data[i] > 10)
			return err_set(e, ERR_USAGE, "%s/%s: label %d of image %u is no digit",
				folder, svhn_names[part], y->data[i], (unsigned)i);
	return 0;
}

/* x and y belong to the caller (free their data), also after a failure. */
static int svhn_load(const char *folder, int part, struct mat *x, struct mat *y, struct err *e)
{
	char *bytes;
	size_t count;
	*x = *y = (struct mat){ 0 };
	if (import_read(folder, svhn_names[part], &bytes, &count, e))
		return -1;
	int result = mat_read(bytes, count, "X", IMPORT_FILE_BYTES_MAX, svhn_names[part], x, e)
			|| mat_read(
				bytes, count, "y", IMPORT_FILE_BYTES_MAX, svhn_names[part], y, e)
		? err_prefix(e, "%s/", folder)
		: svhn_check(folder, part, x, y, e);
	free(bytes);
	return result;
}

static int svhn_describe(
	const char *folder, const struct import_options *o, struct dataset *d, struct err *e)
{
	(void)o;
	d->channels = 3, d->height = 32, d->width = 32, d->classes = 10;
	for (int part = 0; part < PART_COUNT; part++) {
		struct mat x, y;
		const int result = svhn_load(folder, part, &x, &y, e);
		*(part == PART_TRAIN ? &d->train_count : &d->test_count) = x.size[3];
		free(x.data);
		free(y.data);
		if (result)
			return -1;
	}
	return 0;
}

static void svhn_put(const struct mat *x, const struct mat *y, const struct memory_part *part)
{
	for (size_t i = 0; i < part->count; i++) {
		uint8_t *to = part->images + i * CIFAR_IMAGE_BYTES;
		const uint8_t *from = x->data + i * CIFAR_IMAGE_BYTES;
		part->labels[i] = y->data[i] == 10 ? 0 : y->data[i];
		for (size_t c = 0; c < 3; c++)
			for (size_t row = 0; row < 32; row++)
				for (size_t column = 0; column < 32; column++)
					to[(c * 32 + row) * 32 + column] =
						from[(c * 32 + column) * 32 + row];
	}
}

static int svhn_fill(const char *folder, const struct import_options *o,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	(void)o;
	(void)d;
	for (int part = 0; part < PART_COUNT; part++) {
		struct mat x, y;
		int result = svhn_load(folder, part, &x, &y, e);
		if (result == 0 && x.size[3] != parts[part].count)
			result = err_set(e, ERR_USAGE, "%s: changed while it was read", folder);
		if (result == 0)
			svhn_put(&x, &y, &parts[part]);
		free(x.data);
		free(y.data);
		if (result)
			return -1;
	}
	return 0;
}

/* ---- EMNIST: IDX files, pictures mirrored along their diagonal ---- */

static const char train_images[] = "-train-images-idx3-ubyte";
static const char emnist[] = "emnist-";

/* "emnist-letters-train-images-idx3-ubyte.gz" */
static bool is_emnist(const char *name)
{
	return strncmp(name, emnist, sizeof(emnist) - 1) == 0 && strstr(name, train_images);
}

static bool emnist_here(const char *folder)
{
	struct listing files;
	if (listing_read(folder, is_emnist, &files, NULL))
		return false;
	const bool any = files.count > 0;
	listing_free(&files);
	return any;
}

/* The part that is meant ("letters"): the option's, or the only one. Owned by the caller. */
static char *emnist_variant(const char *folder, const struct import_options *o, struct err *e)
{
	struct listing files;
	char *found = NULL;
	struct str all = { 0 };
	if (listing_read(folder, is_emnist, &files, e))
		return NULL;
	for (size_t i = 0; i < files.count; i++) {
		const char *name = files.at[i] + sizeof(emnist) - 1;
		const size_t length = (size_t)(strstr(name, train_images) - name);
		str_addf(&all, "%s%.*s", i ? ", " : "", (int)length, name);
		if (!found
			&& (o->variant ? strlen(o->variant) == length
						&& strncmp(o->variant, name, length) == 0
				       : files.count == 1))
			found = strndup(name, length);
	}
	if (!found)
		err_set(e, ERR_USAGE, "%s: say which part of EMNIST is meant: --variant NAME (%s)",
			folder, all.s ? all.s : "");
	str_free(&all);
	listing_free(&files);
	return found;
}

/* One file of the part: bytes are owned by the caller. */
static int emnist_load(const char *folder, const char *variant, int file, char **bytes,
	struct idx *out, struct err *e)
{
	static const char *const endings[] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
		"test-images-idx3-ubyte", "test-labels-idx1-ubyte" };
	char name[256];
	size_t count;
	snprintf(name, sizeof(name), "%s%.100s-%s", emnist, variant, endings[file]);
	if (import_read(folder, name, bytes, &count, e))
		return -1;
	if (!idx_parse(*bytes, count, file % 2 ? 1 : 3, name, out, e))
		return 0;
	free(*bytes);
	*bytes = NULL;
	return -1;
}

/* The four files. Freed by the caller, also after a failure. */
struct emnist_files {
	char *bytes[2 * PART_COUNT];
	struct idx at[2 * PART_COUNT];
	int lowest; /* of all labels: those of letters begin with 1 */
};

static void emnist_free(struct emnist_files *f)
{
	for (int i = 0; i < 2 * PART_COUNT; i++)
		free(f->bytes[i]);
}

static int emnist_read(const char *folder, const char *variant, struct emnist_files *f,
	struct dataset *d, struct err *e)
{
	int highest = 0;
	*f = (struct emnist_files){ .lowest = 255 };
	for (int file = 0; file < 2 * PART_COUNT; file++)
		if (emnist_load(folder, variant, file, &f->bytes[file], &f->at[file], e))
			return -1;
	for (int part = 0; part < PART_COUNT; part++) {
		const struct idx *images = &f->at[2 * part], *labels = &f->at[2 * part + 1];
		if (images->size[0] != labels->size[0] || images->size[1] != 28
			|| images->size[2] != 28)
			return err_set(e, ERR_USAGE,
				"%s: %u images of %u x %u pixels and %u labels for %s; EMNIST has "
				"28 x 28 pixels and a label an image",
				folder, (unsigned)images->size[0], (unsigned)images->size[2],
				(unsigned)images->size[1], (unsigned)labels->size[0],
				import_part_names[part]);
		for (uint32_t i = 0; i < labels->size[0]; i++) {
			highest = labels->data[i] > highest ? labels->data[i] : highest;
			f->lowest = labels->data[i] < f->lowest ? labels->data[i] : f->lowest;
		}
		*(part == PART_TRAIN ? &d->train_count : &d->test_count) = images->size[0];
	}
	d->channels = 1, d->height = 28, d->width = 28;
	d->classes = highest >= f->lowest ? highest - f->lowest + 1 : 0;
	return 0;
}

/* Lines "label code [code]" with the characters' codes; those without a line keep their number. */
static int emnist_names(
	const char *folder, const char *variant, int lowest, struct dataset *d, struct err *e)
{
	char name[256], *bytes = NULL;
	char names[256][4];
	size_t count;
	struct str text = { 0 };
	for (int k = 0; k < 256; k++)
		snprintf(names[k], sizeof(names[k]), "%d", k);
	snprintf(name, sizeof(name), "%s%.100s-mapping.txt", emnist, variant);
	if (import_has(folder, name) && import_read(folder, name, &bytes, &count, e))
		return -1;
	for (char *line = bytes, *rest; line && *line; line = rest) {
		char *end;
		rest = line + strcspn(line, "\n");
		rest += *rest == '\n';
		const long label = strtol(line, &end, 10), code = strtol(end, &end, 10);
		if (label >= 0 && label < 256 && code > ' ' && code < 127)
			snprintf(names[label], sizeof(names[label]), "%c", (char)code);
	}
	free(bytes);
	for (int k = 0; k < d->classes; k++)
		str_add_bytes(&text, names[k + lowest], strlen(names[k + lowest]) + 1);
	d->class_names = str_take(&text);
	return d->class_names ? 0 : err_nomem(e);
}

static int emnist_describe(
	const char *folder, const struct import_options *o, struct dataset *d, struct err *e)
{
	struct emnist_files f;
	char *variant = emnist_variant(folder, o, e);
	if (!variant)
		return -1;
	int result = emnist_read(folder, variant, &f, d, e);
	if (result == 0)
		result = emnist_names(folder, variant, f.lowest, d, e);
	emnist_free(&f);
	free(variant);
	return result;
}

static int emnist_fill(const char *folder, const struct import_options *o,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	struct emnist_files f;
	struct dataset now = *d;
	char *variant = emnist_variant(folder, o, e);
	if (!variant)
		return -1;
	int result = emnist_read(folder, variant, &f, &now, e);
	if (result == 0)
		result = check_same(d, &now, folder, e);
	for (int part = 0; result == 0 && part < PART_COUNT; part++)
		for (size_t i = 0; i < parts[part].count; i++) {
			const uint8_t *from = f.at[2 * part].data + i * 784;
			uint8_t *to = parts[part].images + i * 784;
			parts[part].labels[i] = (uint8_t)(f.at[2 * part + 1].data[i] - f.lowest);
			for (size_t y = 0; y < 28; y++)
				for (size_t x = 0; x < 28; x++)
					to[y * 28 + x] = from[x * 28 + y];
		}
	emnist_free(&f);
	free(variant);
	return result;
}

const struct import_form import_hundred = { hundred_describe, hundred_fill, hundred_here,
	"CIFAR-100" },
			 import_svhn = { svhn_describe, svhn_fill, svhn_here, "SVHN" },
			 import_emnist = { emnist_describe, emnist_fill, emnist_here, "EMNIST" };

/* import.c - see import.h. One pair of functions a form: how many pictures of which size, and read
 * them. */
#include "import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../base/str.h"
#include "archive.h"
#include "cifar.h"
#include "idx.h"
#include "import_form.h"
#include "imported.h"
#include "listing.h"
#include "memory.h"
#include "order.h"
#include "png_file.h"

static const char *const idx_names[2 * PART_COUNT] = { "train-images-idx3-ubyte",
	"train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" };

static char *join(const char *folder, const char *name, const char *ending)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%s%s", folder, name, ending);
	return str_take(&path);
}

static bool is_folder(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* ---- files ---- */

/* The path of a file, plain or compressed, owned by the caller; NULL: not there. */
static char *find_file(const char *folder, const char *name)
{
	static const char *const endings[] = { "", ".gz", ".xz" };
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		char *path = join(folder, name, endings[i]);
		if (file_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

bool import_has(const char *folder, const char *name)
{
	char *path = find_file(folder, name);
	free(path);
	return path != NULL;
}

int import_read(const char *folder, const char *name, char **bytes, size_t *count, struct err *e)
{
	char *path = find_file(folder, name);
	*bytes = NULL;
	if (!path)
		return err_set(e, ERR_USAGE, "%s: no %s (plain, .gz or .xz)", folder, name);
	int result = archive_unpack_file(path, IMPORT_FILE_BYTES_MAX, bytes, count, e);
	free(path);
	if (result)
		return -1;
	char *ended = realloc(*bytes, *count + 1);
	if (!ended) {
		free(*bytes);
		*bytes = NULL;
		return err_nomem(e);
	}
	ended[*count] = '\0';
	*bytes = ended;
	return 0;
}

int import_class_names(const char *folder, const char *name, struct dataset *d, struct err *e)
{
	char *bytes;
	size_t count;
	struct str text = { 0 };
	int found = 0, result = 0;
	if (!import_has(folder, name))
		return 0;
	if (import_read(folder, name, &bytes, &count, e))
		return -1;
	if (!str_is_utf8(bytes) || strlen(bytes) != count || str_has_control(bytes, true))
		result = err_set(e, ERR_USAGE, "%s/%s: not a text of names", folder, name);
	for (char *rest = bytes, *line;
		result == 0 && found < d->classes && (line = strsep(&rest, "\n")); found++)
		if (*line)
			str_add_bytes(&text, line, strlen(line) + 1);
		else
			result = err_set(e, ERR_USAGE, "%s/%s: line %d has no name of a class",
				folder, name, found + 1);
	if (result == 0 && found < d->classes)
		result = err_set(e, ERR_USAGE, "%s/%s: %d names for %d classes", folder, name,
			found, d->classes);
	free(bytes);
	if (result == 0)
		d->class_names = str_take(&text);
	str_free(&text);
	return result;
}

bool import_same(const struct dataset *a, const struct dataset *b)
{
	return a->channels == b->channels && a->height == b->height && a->width == b->width
		&& a->classes == b->classes && a->train_count == b->train_count
		&& a->test_count == b->test_count && a->reals == b->reals;
}

/* ---- IDX ---- */

static char *idx_path(const char *folder, int file)
{
	return find_file(folder, idx_names[file]);
}

static int idx_load(const char *folder, int file, char **bytes, struct idx *idx, struct err *e)
{
	char *path = idx_path(folder, file);
	size_t count = 0;
	*bytes = NULL;
	if (!path)
		return err_set(e, ERR_USAGE,
			"%s: no %s (plain, .gz or .xz) beside the other IDX files", folder,
			idx_names[file]);
	int result = archive_unpack_file(path, IMPORT_FILE_BYTES_MAX, bytes, &count, e);
	if (result == 0)
		result = idx_parse(*bytes, count, file % 2 ? 1 : 3, path, idx, e);
	if (result) {
		free(*bytes);
		*bytes = NULL;
	}
	free(path);
	return result;
}

static int idx_describe(
	const char *folder, const struct import_options *o, struct dataset *d, struct err *e)
{
	(void)o;
	d->channels = 1;
	for (int part = 0; part < PART_COUNT; part++) {
		char *images, *labels = NULL;
		struct idx i, l;
		int result = idx_load(folder, 2 * part, &images, &i, e)
				|| idx_load(folder, 2 * part + 1, &labels, &l, e)
			? -1
			: 0;
		if (result == 0 && i.size[0] != l.size[0])
			result = err_set(e, ERR_USAGE, "%s: %u images, but %u labels for %s",
				folder, (unsigned)i.size[0], (unsigned)l.size[0],
				import_part_names[part]);
		if (result == 0 && part > 0
			&& (i.size[1] != (uint32_t)d->height || i.size[2] != (uint32_t)d->width))
			result = err_set(e, ERR_USAGE,
				"%s: test images of %u x %u pixels, training images of %d x %d",
				folder, (unsigned)i.size[2], (unsigned)i.size[1], d->width,
				d->height);
		if (result == 0
			&& (i.size[1] < 1 || i.size[2] < 1 || i.size[1] > IMPORTED_SIDE_MAX
				|| i.size[2] > IMPORTED_SIDE_MAX))
			result = err_set(e, ERR_USAGE,
				"%s: images of %u x %u pixels; 1 x 1 to %d x %d would do", folder,
				(unsigned)i.size[2], (unsigned)i.size[1], IMPORTED_SIDE_MAX,
				IMPORTED_SIDE_MAX);
		for (uint32_t k = 0; result == 0 && k < l.size[0]; k++)
			d->classes = l.data[k] >= d->classes ? l.data[k] + 1 : d->classes;
		if (result == 0) {
			d->height = (int)i.size[1], d->width = (int)i.size[2];
			*(part == PART_TRAIN ? &d->train_count : &d->test_count) = i.size[0];
		}
		free(images);
		free(labels);
		if (result)
			return -1;
	}
	return 0;
}

static int idx_fill(const char *folder, const struct import_options *o,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	(void)o;
	for (int file = 0; file < 2 * PART_COUNT; file++) {
		char *bytes;
		struct idx idx;
		if (idx_load(folder, file, &bytes, &idx, e))
			return -1;
		const struct memory_part *part = &parts[file / 2];
		const size_t room = part->count * (file % 2 ? 1 : memory_image_bytes(d));
		if (idx.data_bytes == room)
			memcpy(file % 2 ? part->labels : part->images, idx.data, room);
		free(bytes);
		if (idx.data_bytes != room)
			return err_set(e, ERR_USAGE, "%s: changed while it was read", folder);
	}
	return 0;
}

/* ---- CIFAR ---- */

static bool is_records(const char *name)
{
	return listing_ends(name, ".bin");
}

static int cifar_part(const char *name)
{
	return strncmp(name, "test", 4) == 0 ? PART_TEST : PART_TRAIN;
}

/* Read every file, and with parts put its records where they belong. */
static int cifar_walk(
	const char *folder, struct memory_part *parts, struct dataset *d, struct err *e)
{
	struct listing files;
	uint32_t counts[PART_COUNT] = { 0 };
	if (listing_read(folder, is_records, &files, e))
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < files.count; i++) {
		const int part = cifar_part(files.at[i]);
		char *path = join(folder, files.at[i], ""), *bytes = NULL;
		size_t count = 0;
		result = file_read(path, IMPORT_FILE_BYTES_MAX, &bytes, &count, e);
		if (result == 0 && count % CIFAR_RECORD_BYTES)
			result = err_set(e, ERR_USAGE,
				"%s: %zu bytes, which are no whole number of records of %d", path,
				count, CIFAR_RECORD_BYTES);
		const uint32_t records = (uint32_t)(count / CIFAR_RECORD_BYTES);
		if (result == 0 && parts && records > parts[part].count - counts[part])
			result = err_set(e, ERR_USAGE, "%s: changed while it was read", path);
		if (result == 0 && parts)
			result = cifar_decode(bytes, count, records, path,
				parts[part].images + (size_t)counts[part] * CIFAR_IMAGE_BYTES,
				parts[part].labels + counts[part], e);
		counts[part] += records;
		free(bytes);
		free(path);
	}
	listing_free(&files);
	d->train_count = counts[PART_TRAIN], d->test_count = counts[PART_TEST];
	return result;
}

static int cifar_describe(
	const char *folder, const struct import_options *o, struct dataset *d, struct err *e)
{
	(void)o;
	d->channels = 3, d->height = 32, d->width = 32, d->classes = CIFAR_CLASSES;
	return cifar_walk(folder, NULL, d, e);
}

static int cifar_fill(const char *folder, const struct import_options *o,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	(void)o;
	return cifar_walk(folder, parts, d, e);
}

/* ---- import ---- */

static const struct import_form import_idx = { .describe = idx_describe, .fill = idx_fill },
				import_cifar = { .describe = cifar_describe, .fill = cifar_fill };

static const struct import_form *recognise(const char *folder, struct err *e)
{
	static const struct import_form *const forms[] = { &import_arrays, &import_emnist,
		&import_svhn, &import_hundred };
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (forms[i]->here(folder))
			return forms[i];
	for (int file = 0; file < 2 * PART_COUNT; file++) {
		char *path = idx_path(folder, file);
		free(path);
		if (path)
			return &import_idx;
	}
	char *train = join(folder, "train", "");
	const bool folders = is_folder(train);
	free(train);
	if (folders)
		return &import_folders;
	struct listing files;
	if (listing_read(folder, is_records, &files, e))
		return NULL;
	const bool records = files.count > 0;
	listing_free(&files);
	if (records)
		return &import_cifar;
	if (import_has_classes(folder))
		return &import_unsplit;
	err_set(e, ERR_USAGE,
		"%s: no data set in a form that is known: train-images-idx3-ubyte and the other "
		"three IDX files, *.bin with CIFAR-10's records, the files of CIFAR-100, SVHN or "
		"EMNIST, NumPy's x_train.npy and the other three (or an .npz), or images (.png, "
		".jpg) in train/CLASS/ and test/CLASS/, or in CLASS/",
		folder);
	return NULL;
}

static int check_counts(const struct dataset *d, const char *path, struct err *e)
{
	if (d->train_count < 1 || d->test_count < 1)
		return err_set(e, ERR_USAGE,
			"%s: %u training images and %u test images: both are needed", path,
			(unsigned)d->train_count, (unsigned)d->test_count);
	if (d->train_count > IMPORTED_IMAGES_MAX || d->test_count > IMPORTED_IMAGES_MAX)
		return err_set(e, ERR_USAGE, "%s: more than %d images", path, IMPORTED_IMAGES_MAX);
	return d->classes >= 2
		? 0
		: err_set(e, ERR_USAGE, "%s: all labels are %d: at least two classes are needed",
			path, d->classes - 1);
}

/* Classes without a name of their own are called by their number. */
static int name_classes(struct dataset *d, struct err *e)
{
	struct str text = { 0 };
	if (d->class_names)
		return 0;
	for (int k = 0; k < d->classes; k++) {
		char number[16];
		str_add_bytes(&text, number, (size_t)snprintf(number, sizeof(number), "%d", k) + 1);
	}
	d->class_names = str_take(&text);
	return d->class_names ? 0 : err_nomem(e);
}

/* A class without training or test images makes every trial impossible: it is said now. A label
 * that no image of either part has is no class. */
static int check_classes(const struct dataset *d, struct err *e)
{
	uint32_t train[256] = { 0 }, test[256] = { 0 };
	for (uint32_t i = 0; i < d->train_count; i++)
		train[d->train_labels[i]]++;
	for (uint32_t i = 0; i < d->test_count; i++)
		test[d->test_labels[i]]++;
	for (int k = 0; k < d->classes; k++)
		if (!train[k] != !test[k])
			return err_set(e, ERR_USAGE,
				"class '%s' has %u training images and %u test images: both parts "
				"need every class",
				dataset_class(d, k), (unsigned)train[k], (unsigned)test[k]);
	return 0;
}

/* What was done with the files, for people who look at the set later. */
static void note_origin(
	const struct import_form *form, const struct import_options *o, struct dataset *d)
{
	struct str text = { 0 };
	str_add(&text, o->keep_order ? "order of the files" : "order by content");
	if (form->publisher)
		str_addf(&text, "; files of %s", form->publisher);
	if (o->variant)
		str_addf(&text, ", %.40s", o->variant);
	if (o->width && (form == &import_folders || form == &import_unsplit))
		str_addf(&text, "; resized to %d x %d (area mean)", o->width, o->height);
	if (form == &import_unsplit)
		str_addf(&text, "; stratified split, %g for testing, seed %llu", o->test_share,
			(unsigned long long)o->seed);
	snprintf(d->origin, sizeof(d->origin), "%s", text.s);
	str_free(&text);
}

static int check_options(const struct import_form *form, const char *path,
	const struct import_options *o, struct err *e)
{
	const bool pictures = form == &import_folders || form == &import_unsplit;
	if (o->width && !pictures)
		return err_set(e, ERR_USAGE,
			"%s: only PNG and JPEG files are resized, not IDX or CIFAR records", path);
	if (o->variant && form != &import_hundred && form != &import_emnist)
		return err_set(e, ERR_USAGE,
			"%s: --variant is for CIFAR-100 (fine, coarse) and for EMNIST (its parts)",
			path);
	if (o->split_given && form != &import_unsplit)
		return err_set(e, ERR_USAGE,
			"%s is split into training and test images already: --test and --seed are "
			"for images in CLASS/ alone",
			path);
	return 0;
}

int dataset_import(const char *name, const char *path, const char *place,
	const struct import_options *o, struct err *e, uint32_t *in_both, struct dataset **out)
{
	if (!imported_name_is_good(name))
		return err_set(e, ERR_USAGE,
			"'%s' cannot be the name of an imported data set: a-z, 0-9 and dashes, and "
			"not that of a published one",
			name);
	const struct import_form *form = recognise(path, e);
	if (!form || check_options(form, path, o, e))
		return -1;
	struct dataset *d = calloc(1, sizeof(*d));
	if (!d)
		return err_nomem(e);
	snprintf(d->name, sizeof(d->name), "%s", name);
	snprintf(d->variant, sizeof(d->variant), "imported");
	note_origin(form, o, d);
	struct memory_part parts[PART_COUNT];
	char *written = NULL;
	int result = form->describe(path, o, d, e);
	if (result == 0)
		result = check_counts(d, path, e);
	if (result == 0)
		result = name_classes(d, e);
	if (result == 0)
		result = memory_allocate(d, parts, e);
	if (result == 0)
		result = form->fill(path, o, parts, d, e);
	if (result == 0 && check_classes(d, e))
		result = err_prefix(e, "%s: ", path);
	if (result == 0)
		result = order_parts(d, parts, o->keep_order, in_both, e);
	if (result == 0) {
		memory_digest(d, d->digest);
		result = imported_write(d, place, &written, e);
	}
	if (result == 0)
		result = memory_protect(d, e);
	if (written)
		snprintf(d->source, sizeof(d->source), "%.*s", (int)sizeof(d->source) - 1, written);
	free(written);
	if (result)
		dataset_close(d);
	else
		*out = d;
	return result;
}

/* ---- export ---- */

/* The arrays of a part. */
static struct memory_part part_of(const struct dataset *d, int part)
{
	return part == PART_TRAIN ? (struct memory_part){ (uint8_t *)d->train_images,
		(uint8_t *)d->train_labels, d->train_count }
				  : (struct memory_part){ (uint8_t *)d->test_images,
					    (uint8_t *)d->test_labels, d->test_count };
}

static void add_big_endian(struct str *out, uint32_t value)
{
	const char bytes[4] = { (char)(value >> 24), (char)(value >> 16), (char)(value >> 8),
		(char)value };
	str_add_bytes(out, bytes, 4);
}

static int write_file(const char *folder, const char *name, struct str *bytes, struct err *e)
{
	char *path = join(folder, name, "");
	const int result = file_write(path, bytes->s, bytes->length, e);
	free(path);
	str_free(bytes);
	return result;
}

static int export_idx(const struct dataset *d, int part, const char *folder, struct err *e)
{
	if (d->channels != 1)
		return err_set(
			e, ERR_USAGE, "%s: IDX files hold grey images; take the form png", d->name);
	const struct memory_part p = part_of(d, part);
	struct str images = { 0 }, labels = { 0 };
	str_add_bytes(&images, "\0\0\10\3", 4);
	add_big_endian(&images, p.count);
	add_big_endian(&images, (uint32_t)d->height);
	add_big_endian(&images, (uint32_t)d->width);
	str_add_bytes(&images, (const char *)p.images, p.count * memory_image_bytes(d));
	str_add_bytes(&labels, "\0\0\10\1", 4);
	add_big_endian(&labels, p.count);
	str_add_bytes(&labels, (const char *)p.labels, p.count);
	const int result = write_file(folder, idx_names[2 * part], &images, e);
	return write_file(folder, idx_names[2 * part + 1], &labels, result ? NULL : e) || result
		? -1
		: 0;
}

static int export_cifar(const struct dataset *d, int part, const char *folder, struct err *e)
{
	if (memory_image_bytes(d) != CIFAR_IMAGE_BYTES || d->channels != 3 || d->height != 32
		|| d->classes > CIFAR_CLASSES)
		return err_set(e, ERR_USAGE,
			"%s: CIFAR-10's records are of 32 x 32 pixels in three colours and ten "
			"classes; take the form png",
			d->name);
	const struct memory_part p = part_of(d, part);
	struct str records = { 0 };
	for (uint32_t i = 0; i < p.count; i++) {
		str_add_bytes(&records, (const char *)p.labels + i, 1);
		str_add_bytes(&records, (const char *)p.images + (size_t)i * CIFAR_IMAGE_BYTES,
			CIFAR_IMAGE_BYTES);
	}
	return write_file(
		folder, part == PART_TEST ? "test_batch.bin" : "data_batch_1.bin", &records, e);
}

/* train/003/00000017.png: numbers keep the order of classes and pictures. */
static int export_png(const struct dataset *d, int part, const char *folder, struct err *e)
{
	const struct memory_part p = part_of(d, part);
	for (int k = 0; k < d->classes; k++) {
		struct str class_folder = { 0 };
		str_addf(&class_folder, "%s/%s/%03d", folder, import_part_names[part], k);
		int result = file_make_folder(class_folder.s, e);
		for (uint32_t i = 0; result == 0 && i < p.count; i++) {
			if (p.labels[i] != k)
				continue;
			struct str path = { 0 };
			str_addf(&path, "%s/%08u.png", class_folder.s, (unsigned)i);
			result = png_write(path.s, d->channels, d->height, d->width,
				p.images + i * memory_image_bytes(d), e);
			str_free(&path);
		}
		str_free(&class_folder);
		if (result)
			return -1;
	}
	return 0;
}

int dataset_export(
	const struct dataset *d, enum dataset_format format, const char *folder, struct err *e)
{
	static int (*const writers[])(const struct dataset *, int, const char *,
		struct err *) = { [DATASET_IDX] = export_idx,
		[DATASET_CIFAR] = export_cifar,
		[DATASET_PNG] = export_png };
	if (d->reals)
		return err_set(e, ERR_USAGE,
			"%s: its numbers are floats, which these image files cannot hold", d->name);
	for (int part = 0; part < PART_COUNT; part++)
		if (writers[format](d, part, folder, e))
			return -1;
	return 0;
}

/* import_folders.c - pictures in a folder for each class, split into train and test or not. */
#include "import_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/str.h"
#include "imported.h"
#include "listing.h"
#include "picture.h"

const char *const import_part_names[PART_COUNT] = { "train", "test" };

static char *join(const char *folder, const char *name)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%s", folder, name);
	return str_take(&path);
}

static bool is_folder(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* ---- what is in a folder ---- */

/* Pictures, and what looks like pictures in a form that is not read: to leave those out would be
 * another data set than the user means. */
static bool is_any_picture(const char *name)
{
	static const char *const others[] = { ".bmp", ".gif", ".heic", ".pgm", ".ppm", ".tif",
		".tiff", ".webp" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (listing_ends(name, others[i]))
			return true;
	return picture_is_name(name);
}

/* The pictures of a class: at least one. */
static int list_pictures(const char *folder, struct listing *out, struct err *e)
{
	if (listing_read(folder, is_any_picture, out, e))
		return -1;
	int result =
		out->count ? 0 : err_set(e, ERR_USAGE, "%s: no images (.png, .jpg, .jpeg)", folder);
	for (size_t i = 0; result == 0 && i < out->count; i++)
		if (!picture_is_name(out->at[i]))
			result = err_set(e, ERR_USAGE,
				"%s/%s: only PNG and JPEG files are read: convert it first", folder,
				out->at[i]);
	if (result)
		listing_free(out);
	return result;
}

/* The folders in a folder, which are classes. */
static int list_classes(const char *folder, struct listing *out, struct err *e)
{
	size_t count = 0;
	if (listing_read(folder, NULL, out, e))
		return -1;
	for (size_t i = 0; i < out->count; i++) {
		char *path = join(folder, out->at[i]);
		if (is_folder(path))
			out->at[count++] = out->at[i];
		else
			free(out->at[i]);
		free(path);
	}
	out->count = count;
	return 0;
}

bool import_has_classes(const char *folder)
{
	struct listing classes;
	struct err ignored = { 0 };
	bool found = false;
	if (list_classes(folder, &classes, &ignored))
		return false;
	for (size_t i = 0; i < classes.count && !found; i++) {
		struct listing files = { 0 };
		char *path = join(folder, classes.at[i]);
		found = listing_read(path, is_any_picture, &files, &ignored) == 0
			&& files.count > 0;
		listing_free(&files);
		free(path);
	}
	listing_free(&classes);
	return found;
}

static int check_classes(const char *folder, const struct listing *classes, struct err *e)
{
	if (classes->count < 2 || classes->count > IMPORTED_CLASSES_MAX)
		return err_set(e, ERR_USAGE, "%s: %zu classes (folders), 2 to %d would do", folder,
			classes->count, IMPORTED_CLASSES_MAX);
	for (size_t i = 0; i < classes->count; i++)
		for (const char *c = classes->at[i]; *c; c++)
			if ((unsigned char)*c < ' ' || *c == 127)
				return err_set(e, ERR_USAGE,
					"%s: the name of class %zu has a control character: rename "
					"the folder",
					folder, i);
	return 0;
}

static int name_classes(const struct listing *classes, struct dataset *d, struct err *e)
{
	struct str text = { 0 };
	for (size_t k = 0; k < classes->count; k++)
		str_add_bytes(&text, classes->at[k], strlen(classes->at[k]) + 1);
	d->classes = (int)classes->count;
	free(d->class_names);
	d->class_names = str_take(&text);
	return d->class_names ? 0 : err_nomem(e);
}

/* ---- looking at pictures ---- */

/* The size of all is that of the first, or the one that was asked for; one coloured picture makes
 * all coloured. */
static int look(const char *path, const struct import_options *o, struct dataset *d, struct err *e)
{
	struct picture_size size;
	if (picture_look(path, &size, e))
		return -1;
	if (o->width) {
		d->height = o->height, d->width = o->width;
	} else if (d->height == 0) {
		d->height = size.height, d->width = size.width;
		if (size.height > IMPORTED_SIDE_MAX || size.width > IMPORTED_SIDE_MAX)
			return err_set(e, ERR_USAGE,
				"%s: %d x %d pixels, at most %d x %d would do; --resize "
				"WIDTHxHEIGHT makes them smaller",
				path, size.width, size.height, IMPORTED_SIDE_MAX,
				IMPORTED_SIDE_MAX);
	} else if (size.height != d->height || size.width != d->width) {
		return err_set(e, ERR_USAGE,
			"%s: %d x %d pixels, the first image has %d x %d; make them one size, or "
			"import with --resize WIDTHxHEIGHT",
			path, size.width, size.height, d->width, d->height);
	}
	if (size.colour)
		d->channels = 3;
	return 0;
}

/* Look at all pictures of a class, and count them. */
static int look_at_class(const char *folder, const struct import_options *o, struct dataset *d,
	uint32_t *count, struct err *e)
{
	struct listing files;
	if (list_pictures(folder, &files, e))
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < files.count; i++) {
		char *path = join(folder, files.at[i]);
		result = look(path, o, d, e);
		free(path);
	}
	*count = (uint32_t)files.count;
	listing_free(&files);
	return result;
}

/* Read all pictures of a class, which still has so many. */
static int read_class(const char *folder, const struct import_options *o, const struct dataset *d,
	uint32_t count, uint8_t *images, struct err *e)
{
	struct listing files;
	if (list_pictures(folder, &files, e))
		return -1;
	int result = files.count == count
		? 0
		: err_set(e, ERR_USAGE, "%s: it has changed while it was read", folder);
	for (size_t i = 0; result == 0 && i < files.count; i++) {
		char *path = join(folder, files.at[i]);
		result = picture_read(path, d->channels, d->height, d->width, o->width > 0,
			images + i * memory_image_bytes(d), e);
		free(path);
	}
	listing_free(&files);
	return result;
}

/* ---- train and test ---- */

/* Both parts have to have the same classes. */
static int list_both(const char *folder, struct listing *classes, struct err *e)
{
	struct listing other = { 0 };
	char *train = join(folder, "train"), *test = join(folder, "test");
	*classes = (struct listing){ 0 };
	int result = list_classes(train, classes, e) || list_classes(test, &other, e) ? -1 : 0;
	for (size_t i = 0; result == 0 && i < classes->count; i++)
		if (i >= other.count || strcmp(classes->at[i], other.at[i]))
			result = err_set(e, ERR_USAGE,
				"%s: train has a class '%s', test has %s%s%s in its place", folder,
				classes->at[i], i < other.count ? "'" : "nothing",
				i < other.count ? other.at[i] : "", i < other.count ? "'" : "");
	if (result == 0 && other.count > classes->count)
		result = err_set(e, ERR_USAGE, "%s: test has a class '%s', train has not", folder,
			other.at[classes->count]);
	if (result == 0)
		result = check_classes(train, classes, e);
	listing_free(&other);
	free(train);
	free(test);
	return result;
}

static char *class_path(const char *folder, int part, const char *name)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%s/%s", folder, import_part_names[part], name);
	return str_take(&path);
}

static int folders_describe(
	const char *folder, const struct import_options *o, struct dataset *d, struct err *e)
{
	struct listing classes;
	uint32_t counts[PART_COUNT] = { 0 }, count;
	d->channels = 1;
	int result = list_both(folder, &classes, e);
	for (int part = 0; result == 0 && part < PART_COUNT; part++)
		for (size_t k = 0; result == 0 && k < classes.count; k++) {
			char *path = class_path(folder, part, classes.at[k]);
			result = look_at_class(path, o, d, &count, e);
			counts[part] += result ? 0 : count;
			free(path);
		}
	if (result == 0)
		result = name_classes(&classes, d, e);
	d->train_count = counts[PART_TRAIN], d->test_count = counts[PART_TEST];
	listing_free(&classes);
	return result;
}

static int folders_fill(const char *folder, const struct import_options *o,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	struct listing classes;
	int result = list_both(folder, &classes, e);
	for (int part = 0; result == 0 && part < PART_COUNT; part++) {
		uint32_t at = 0;
		for (size_t k = 0; result == 0 && k < classes.count; k++) {
			char *path = class_path(folder, part, classes.at[k]);
			struct listing files;
			result = list_pictures(path, &files, e);
			const uint32_t count = result ? 0 : (uint32_t)files.count;
			if (result == 0 && count > parts[part].count - at)
				result = err_set(
					e, ERR_USAGE, "%s: it has changed while it was read", path);
			if (result == 0)
				result = read_class(path, o, d, count,
					parts[part].images + at * memory_image_bytes(d), e);
			if (result == 0)
				memset(parts[part].labels + at, (int)k, count);
			at += count;
			if (files.at)
				listing_free(&files);
			free(path);
		}
		if (result == 0 && at != parts[part].count)
			result = err_set(
				e, ERR_USAGE, "%s: it has changed while it was read", folder);
	}
	listing_free(&classes);
	return result;
}

const struct import_form import_folders = { .describe = folders_describe, .fill = folders_fill };

/* ---- not split ---- */

/* How many of a class's pictures are for testing: its share, but one at least in either part. */
static uint32_t test_share(uint32_t count, double share)
{
	const uint32_t test = (uint32_t)(share * count + 0.5);
	return test < 1 ? 1 : test > count - 1 ? count - 1 : test;
}

static int unsplit_describe(
	const char *folder, const struct import_options *o, struct dataset *d, struct err *e)
{
	struct listing classes;
	d->channels = 1;
	int result = list_classes(folder, &classes, e);
	if (result == 0)
		result = check_classes(folder, &classes, e);
	for (size_t k = 0; result == 0 && k < classes.count; k++) {
		char *path = join(folder, classes.at[k]);
		uint32_t count = 0;
		result = look_at_class(path, o, d, &count, e);
		if (result == 0 && count < 2)
			result = err_set(e, ERR_USAGE,
				"%s: one image: a class needs one for training and one for "
				"testing",
				path);
		if (result == 0) {
			const uint32_t test = test_share(count, o->test_share);
			d->test_count += test;
			d->train_count += count - test;
		}
		free(path);
	}
	if (result == 0)
		result = name_classes(&classes, d, e);
	listing_free(&classes);
	return result;
}

/* A picture of a class and its place in the draw. */
struct ticket {
	char key[DIGEST_TEXT];
	uint32_t index;
};

static int compare_tickets(const void *a, const void *b)
{
	return strcmp(((const struct ticket *)a)->key, ((const struct ticket *)b)->key);
}

/* The draw is a digest of seed and pixels: it does not depend on names or order of the files. */
static void draw(const struct dataset *d, const uint8_t *images, uint32_t count, uint64_t seed,
	struct ticket *tickets)
{
	char line[48];
	snprintf(line, sizeof(line), "split seed %llu\n", (unsigned long long)seed);
	for (uint32_t i = 0; i < count; i++) {
		struct digest *digest = digest_begin();
		digest_add(digest, line, strlen(line));
		digest_add(digest, images + i * memory_image_bytes(d), memory_image_bytes(d));
		digest_end(digest, tickets[i].key);
		tickets[i].index = i;
	}
	qsort(tickets, count, sizeof(*tickets), compare_tickets);
}

/* Where the next pictures of each part go. */
struct cursor {
	struct memory_part *parts;
	uint32_t at[PART_COUNT];
};

static int split_class(const char *folder, int label, const struct import_options *o,
	const struct dataset *d, struct cursor *to, struct err *e)
{
	struct listing files;
	const size_t bytes = memory_image_bytes(d);
	if (list_pictures(folder, &files, e))
		return -1;
	const uint32_t count = (uint32_t)files.count, test = test_share(count, o->test_share);
	listing_free(&files);
	if (test > to->parts[PART_TEST].count - to->at[PART_TEST]
		|| count - test > to->parts[PART_TRAIN].count - to->at[PART_TRAIN])
		return err_set(e, ERR_USAGE, "%s: it has changed while it was read", folder);
	uint8_t *images = malloc(count * bytes);
	struct ticket *tickets = calloc(count, sizeof(*tickets));
	int result = images && tickets ? read_class(folder, o, d, count, images, e) : err_nomem(e);
	if (result == 0)
		draw(d, images, count, o->seed, tickets);
	for (uint32_t i = 0; result == 0 && i < count; i++) {
		const int part = i < test ? PART_TEST : PART_TRAIN;
		const uint32_t at = to->at[part]++;
		memcpy(to->parts[part].images + at * bytes, images + tickets[i].index * bytes,
			bytes);
		to->parts[part].labels[at] = (uint8_t)label;
	}
	free(images);
	free(tickets);
	return result;
}

static int unsplit_fill(const char *folder, const struct import_options *o,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	struct listing classes;
	struct cursor to = { .parts = parts };
	int result = list_classes(folder, &classes, e);
	for (size_t k = 0; result == 0 && k < classes.count; k++) {
		char *path = join(folder, classes.at[k]);
		result = split_class(path, (int)k, o, d, &to, e);
		free(path);
	}
	if (result == 0
		&& (to.at[PART_TRAIN] != d->train_count || to.at[PART_TEST] != d->test_count))
		result = err_set(e, ERR_USAGE, "%s: it has changed while it was read", folder);
	listing_free(&classes);
	return result;
}

const struct import_form import_unsplit = { .describe = unsplit_describe, .fill = unsplit_fill };

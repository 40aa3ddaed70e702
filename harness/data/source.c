/* source.c - see source.h. One pair of functions a format: does a folder have it, and read it. */
#include "source.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "archive.h"
#include "cache.h"
#include "cifar.h"
#include "idx.h"
#include "memory.h"

/* folder/name + ending if there is such a file. */
static bool have_file(const char *folder, const char *name, const char *ending, char path[PATH_MAX])
{
	const int length = snprintf(path, PATH_MAX, "%s/%s%s", folder, name, ending);
	struct stat info;
	return length > 0 && length < PATH_MAX && stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

/* A file is as good as another when its content has a known digest; the strictest variant that is
 * not canonical names the set. */
static void note_variant(struct dataset *d, const char *variant)
{
	if (!d->variant[0] || strcmp(d->variant, "canonical") == 0)
		snprintf(d->variant, sizeof(d->variant), "%s", variant);
}

/* ---- IDX ---- */

/* The file as it is called by its publisher or, with a dot for the dash, as some tools unpack it;
 * plain or compressed. */
static bool idx_find(const char *folder, const char *name, char path[PATH_MAX])
{
	char dotted[64];
	snprintf(dotted, sizeof(dotted), "%s", name);
	char *dash = strstr(dotted, "-idx");
	if (dash)
		*dash = '.';
	static const char *const endings[] = { "", ".gz", ".xz" };
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (have_file(folder, name, endings[i], path)
			|| have_file(folder, dotted, endings[i], path))
			return true;
	return false;
}

/* Does the header say what the manifest says? */
static int idx_check_shape(const struct idx *idx, const struct dataset *d, uint32_t count,
	const char *path, struct err *e)
{
	if (idx->size[0] != count)
		return err_set(e, ERR_ENVIRONMENT, "%s: %u records, %s has %u", path,
			(unsigned)idx->size[0], d->name, (unsigned)count);
	if (idx->dimensions == 3
		&& (idx->size[1] != (uint32_t)d->height || idx->size[2] != (uint32_t)d->width))
		return err_set(e, ERR_ENVIRONMENT, "%s: images of %u x %u pixels, %s has %d x %d",
			path, (unsigned)idx->size[2], (unsigned)idx->size[1], d->name, d->width,
			d->height);
	return 0;
}

/* Read file number `file` (even: images, odd: labels). Returns as source_read. */
static int idx_read_file(const struct manifest_set *set, int file, const char *folder,
	const struct memory_part *part, struct dataset *d, struct err *e)
{
	const struct manifest_file *expected = &set->files[file];
	char path[PATH_MAX];
	if (!idx_find(folder, expected->name, path))
		return err_set(e, ERR_ENVIRONMENT,
			"%s/%s.gz: missing, though other files of %s are there", folder,
			expected->name, d->name);
	char *bytes = NULL;
	size_t count = 0;
	if (archive_unpack_file(path, expected->bytes, &bytes, &count, e))
		return -1;

	const bool labels = file % 2 == 1;
	struct idx idx;
	const char *variant;
	int result = idx_parse(bytes, count, labels ? 1 : 3, path, &idx, e);
	if (result == 0)
		result = idx_check_shape(&idx, d, part->count, path, e);
	if (result == 0 && labels)
		result = idx_check_labels(&idx, d->classes, path, e);
	if (result == 0)
		result = manifest_check(set, file, path, bytes, count, &variant, e);
	if (result == 0) {
		memcpy(labels ? part->labels : part->images, idx.data, idx.data_bytes);
		note_variant(d, variant);
	}
	free(bytes);
	return result;
}

static int idx_read(const struct manifest_set *set, const char *folder,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	int result = 0;
	for (int file = 0; result == 0 && file < set->file_count; file++)
		result = idx_read_file(set, file, folder, &parts[file / 2], d, e);
	return result;
}

/* ---- CIFAR ---- */

/* Unpacked files in the folder or in the one that the archive makes; else the archive. */
static bool cifar_find(const struct manifest_set *set, const char *folder, struct source *out)
{
	static const char *const folders[] = { "", "/cifar-10-batches-bin" };
	static const char *const archives[] = { "cifar-10-binary.tar.gz", "cifar-10-binary.tar.xz",
		"cifar-10-binary.tar" };
	char path[PATH_MAX];
	out->archive = false;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const int length =
			snprintf(out->path, sizeof(out->path), "%s%s", folder, folders[i]);
		if (length < 0 || length >= PATH_MAX)
			continue;
		for (int file = 0; file < set->file_count; file++)
			if (have_file(out->path, set->files[file].name, "", path))
				return true;
	}
	out->archive = true;
	for (size_t i = 0; i < sizeof(archives) / sizeof(archives[0]); i++)
		if (have_file(folder, archives[i], "", out->path))
			return true;
	return false;
}

/* What the six files are decoded into. */
struct cifar_target {
	const struct manifest_set *set;
	const char *path; /* of the archive or folder */
	struct memory_part *parts;
	struct dataset *d;
};

/* One file of records: an archive_take. The last of the files is the test set, those before it
 * follow each other. */
static int cifar_take(void *context, int file, const char *bytes, size_t count, struct err *e)
{
	const struct cifar_target *t = context;
	const int test = t->set->file_count - 1;
	const struct memory_part *part = &t->parts[file == test ? PART_TEST : PART_TRAIN];
	const uint32_t records = file == test ? part->count : part->count / (uint32_t)test;
	const size_t first = file == test ? 0 : (size_t)file * records;

	char where[PATH_MAX + 64];
	snprintf(where, sizeof(where), "%s: %s", t->path, t->set->files[file].name);
	const char *variant;
	if (cifar_decode(bytes, count, records, where, part->images + first * CIFAR_IMAGE_BYTES,
		    part->labels + first, e))
		return -1;
	const int result = manifest_check(t->set, file, where, bytes, count, &variant, e);
	if (result == 0)
		note_variant(t->d, variant);
	return result;
}

static int cifar_read(const struct manifest_set *set, const struct source *source,
	struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e)
{
	assert(memory_image_bytes(d) == CIFAR_IMAGE_BYTES && d->classes == CIFAR_CLASSES);
	struct cifar_target target = { set, source->path, parts, d };
	if (source->archive) {
		const char *names[MANIFEST_FILES];
		for (int file = 0; file < set->file_count; file++)
			names[file] = set->files[file].name;
		return archive_unpack_members(source->path, names, set->file_count,
			set->files[0].bytes, cifar_take, &target, e);
	}
	int result = 0;
	for (int file = 0; result == 0 && file < set->file_count; file++) {
		char path[PATH_MAX];
		if (!have_file(source->path, set->files[file].name, "", path))
			return err_set(e, ERR_ENVIRONMENT,
				"%s/%s: missing, though other files of %s are there", source->path,
				set->files[file].name, d->name);
		char *bytes = NULL;
		size_t count = 0;
		result = file_read(path, set->files[file].bytes, &bytes, &count, e);
		if (result == 0)
			result = cifar_take(&target, file, bytes, count, e);
		free(bytes);
	}
	return result;
}

/* ---- any format ---- */

bool source_find(const struct manifest_set *set, const char *folder, struct source *out)
{
	if (set->format == FORMAT_CIFAR)
		return cifar_find(set, folder, out);
	char path[PATH_MAX];
	out->archive = false;
	const int length = snprintf(out->path, sizeof(out->path), "%s", folder);
	if (length < 0 || length >= PATH_MAX)
		return false;
	for (int file = 0; file < set->file_count; file++)
		if (idx_find(folder, set->files[file].name, path))
			return true;
	return false;
}

bool source_find_unusable(const struct manifest_set *set, const char *folder, char path[PATH_MAX])
{
	for (int i = 0; i < MANIFEST_FOLDERS && set->unusable[i]; i++) {
		const int length = snprintf(path, PATH_MAX, "%s/%s", folder, set->unusable[i]);
		if (length > 0 && length < PATH_MAX && file_exists(path))
			return true;
	}
	return false;
}

int source_read(const struct manifest_set *set, const struct source *source, const char *cache,
	struct dataset *d, struct err *e)
{
	char archive_digest[DIGEST_TEXT] = "";
	if (source->archive && cache) {
		if (digest_file(source->path, archive_digest, e))
			return -1;
		if (cache_load(cache, archive_digest, d))
			return 0;
	}
	struct memory_part parts[PART_COUNT];
	if (memory_allocate(d, parts, e))
		return -1;
	d->variant[0] = '\0';
	const int result = set->format == FORMAT_CIFAR ? cifar_read(set, source, parts, d, e)
						       : idx_read(set, source->path, parts, d, e);
	if (result)
		return result;
	memory_digest(d, d->digest);
	if (archive_digest[0])
		cache_save(cache, archive_digest, d);
	return memory_protect(d, e);
}

int source_verify(const struct manifest_set *set, int file, const char *path, struct err *e)
{
	if (set->format == FORMAT_IDX) {
		char *bytes = NULL;
		size_t count = 0;
		const char *variant;
		int result = archive_unpack_file(path, set->files[file].bytes, &bytes, &count, e);
		if (result == 0)
			result = manifest_check(set, file, path, bytes, count, &variant, e);
		free(bytes);
		return result ? -1 : 0;
	}
	struct source source = { .archive = true };
	snprintf(source.path, sizeof(source.path), "%s", path);
	struct dataset *d = memory_describe(set->info);
	const int result = d ? source_read(set, &source, NULL, d, e) : err_nomem(e);
	dataset_close(d);
	return result ? -1 : 0;
}

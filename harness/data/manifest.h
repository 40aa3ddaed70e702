/* manifest.h - the known files of every data set: names, sizes and digests of the uncompressed
 * content. Internal to data/. */
#ifndef DATA_MANIFEST_H
#define DATA_MANIFEST_H

#include <stddef.h>

#include "dataset.h"

enum {
	MANIFEST_FILES = 6,
	MANIFEST_FOLDERS = 3,
	MANIFEST_KNOWN = 2,
	MANIFEST_CLASSES = 10,
	MANIFEST_MIRRORS = 3
};

enum manifest_format {
	FORMAT_IDX,   /* files: training images, training labels, test images, test labels */
	FORMAT_CIFAR, /* files: members of the archive, training records first, test records last */
	FORMAT_MADE,  /* no files */
};

/* A known content of a file: by SHA-256, or by SHA-1 if only that was published. */
struct manifest_content {
	const char *variant, *sha256, *sha1;
};

struct manifest_file {
	const char *name;
	size_t bytes; /* uncompressed */
	struct manifest_content known[MANIFEST_KNOWN];
};

struct manifest_set {
	const struct dataset_info *info;
	enum manifest_format format;
	const char *folders[MANIFEST_FOLDERS]; /* names of its folder inside a place */
	/* Files and folders of this data set in a format that cannot be read. */
	const char *unusable[MANIFEST_FOLDERS];
	const char *unusable_reason;
	const char *class_names[MANIFEST_CLASSES];
	const char *mirrors[MANIFEST_MIRRORS]; /* URLs of folders with these files, in order */
	const char *published[MANIFEST_FILES]; /* the files as published; none: not published */
	size_t published_bytes_max;            /* of any of them */
	int file_count;
	struct manifest_file files[MANIFEST_FILES];
};

/* The set of this name, or NULL. */
const struct manifest_set *manifest_find(const char *name);

/* Find the known content of set's file number `file` that equals these bytes. where: the path, for
 * messages. Returns 0 with *variant; 1 with e when it is a file of another data set (or another
 * file of this one); -1 with e when it is unknown. */
int manifest_check(const struct manifest_set *set, int file, const char *where, const void *bytes,
	size_t count, const char **variant, struct err *e);

#endif

/* manifest.h - what is known of the files of every data set: names, sizes and digests of the
 * uncompressed content. Internal to data/. */
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

/* A content that a file may have: by SHA-256, or by SHA-1 where only that was published. */
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
	const char *folders[MANIFEST_FOLDERS];  /* names of its folder inside a place */
	const char *unusable[MANIFEST_FOLDERS]; /* files and folders of this data set in a format
						   that is not read */
	const char *unusable_reason;
	const char *class_names[MANIFEST_CLASSES];
	const char *mirrors[MANIFEST_MIRRORS]; /* folders that have the published files, the first
						  is tried first */
	const char *published[MANIFEST_FILES]; /* the files as they are published; none: not
						  published */
	size_t published_bytes_max;            /* of one of them */
	int file_count;
	struct manifest_file files[MANIFEST_FILES];
};

/* The set of this name, or NULL. */
const struct manifest_set *manifest_find(const char *name);

/* Which known content of set's file number `file` are these bytes? where: the path, for messages.
 * Returns 0 with *variant; 1 with e when it is a file of another data set (or another file of this
 * one); -1 with e when unknown. */
int manifest_check(const struct manifest_set *set, int file, const char *where, const void *bytes,
	size_t count, const char **variant, struct err *e);

#endif

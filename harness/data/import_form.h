/* import_form.h - the interface of the file forms that import reads: shape and counts, then the
 * images. Internal to import.c and import_folders.c. */
#ifndef DATA_IMPORT_FORM_H
#define DATA_IMPORT_FORM_H

#include "import.h"
#include "memory.h"

enum { IMPORT_FILE_BYTES_MAX = 2000000000 };

struct import_form {
	/* Set shape, counts and classes of d. Returns 0, or -1 with e. */
	int (*describe)(const char *folder, const struct import_options *o, struct dataset *d,
		struct err *e);
	/* Fill the arrays. Returns 0, or -1 with e. */
	int (*fill)(const char *folder, const struct import_options *o,
		struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e);
	bool (*here)(const char *path); /* does the path have this form? */
	const char *publisher; /* who publishes this form ("EMNIST"); NULL: it is general */
};

extern const char *const import_part_names[PART_COUNT]; /* "train", "test" */

/* Images in train/CLASS and test/CLASS, and images in CLASS that are to be split. */
extern const struct import_form import_folders, import_unsplit;

/* Files as they are published (import_published.c), and NumPy's arrays (import_arrays.c). */
extern const struct import_form import_hundred, import_svhn, import_emnist, import_arrays;

/* Is there such a file in the folder, plain, .gz or .xz? */
bool import_has(const char *folder, const char *name);
/* Read it, uncompressed. *bytes is owned by the caller (free) and is followed by a NUL. Returns 0,
 * or -1 with e (ERR_USAGE: there is none). */
int import_read(const char *folder, const char *name, char **bytes, size_t *count, struct err *e);
/* Set the names of d's classes from the lines of a file, if the folder has it. Returns 0, or -1
 * with e (fewer lines than classes, an invalid name). */
int import_class_names(const char *folder, const char *name, struct dataset *d, struct err *e);
/* Have both the same shape, counts and classes? */
bool import_same(const struct dataset *a, const struct dataset *b);

/* Does the folder contain folders of images? */
bool import_has_classes(const char *folder);

#endif

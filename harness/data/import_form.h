/* import_form.h - what the forms of files that import reads have in common: how many pictures of
 * which size, and read them. Internal to import.c and import_folders.c. */
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
	bool (*here)(const char *path); /* is there one? */
	const char *publisher;          /* whose form it is ("EMNIST"); NULL: anybody's */
};

extern const char *const import_part_names[PART_COUNT]; /* "train", "test" */

/* Pictures in train/CLASS and test/CLASS, and pictures in CLASS that are to be split. */
extern const struct import_form import_folders, import_unsplit;

/* Files as they are published (import_published.c), and NumPy's arrays (import_arrays.c). */
extern const struct import_form import_hundred, import_svhn, import_emnist, import_arrays;

/* Is there such a file in the folder, plain, .gz or .xz? */
bool import_has(const char *folder, const char *name);
/* Read it, uncompressed. *bytes is owned by the caller (free) and has a NUL behind its end. Returns
 * 0, or -1 with e (ERR_USAGE: there is none). */
int import_read(const char *folder, const char *name, char **bytes, size_t *count, struct err *e);
/* The names of d's classes from the lines of a file, if the folder has it. Returns 0, or -1 with e
 * (fewer lines than classes, a name that cannot be one). */
int import_class_names(const char *folder, const char *name, struct dataset *d, struct err *e);
/* Have both the same shape, counts and classes? */
bool import_same(const struct dataset *a, const struct dataset *b);

/* Has the folder folders of pictures in it? */
bool import_has_classes(const char *folder);

#endif

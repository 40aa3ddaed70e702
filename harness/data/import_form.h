/* import_form.h - what the forms of files that import reads have in common: how many pictures of
 * which size, and read them. Internal to import.c and import_folders.c. */
#ifndef DATA_IMPORT_FORM_H
#define DATA_IMPORT_FORM_H

#include "import.h"
#include "memory.h"

struct import_form {
	/* Set shape, counts and classes of d. Returns 0, or -1 with e. */
	int (*describe)(const char *folder, const struct import_options *o, struct dataset *d,
		struct err *e);
	/* Fill the arrays. Returns 0, or -1 with e. */
	int (*fill)(const char *folder, const struct import_options *o,
		struct memory_part parts[PART_COUNT], struct dataset *d, struct err *e);
};

extern const char *const import_part_names[PART_COUNT]; /* "train", "test" */

/* Pictures in train/CLASS and test/CLASS, and pictures in CLASS that are to be split. */
extern const struct import_form import_folders, import_unsplit;

/* Has the folder folders of pictures in it? */
bool import_has_classes(const char *folder);

#endif

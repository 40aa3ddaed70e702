/* own_files.h - the user's own files that a study needs and that are not in the database: library
 * files and tables of trials that sweep files name, and imported data sets. */
#ifndef BUNDLE_OWN_FILES_H
#define BUNDLE_OWN_FILES_H

#include "../base/str.h"
#include "../data/dataset.h"
#include "../store/open.h"
#include "pack.h"

/* Add every file that the sweeps name with use: or trials:, and the files that these use, with
 * their present content, below sweeps/ where the sweep files expect them. *missing gets one line
 * for each file that cannot be added. Returns 0, or -1 with e. */
int own_files_add_libraries(struct pack *p, struct store *s, struct str *missing, struct err *e);

/* The same for one sweep, below prefix ("programs/a/"): its name, file path and text. */
int own_files_add_libraries_of(struct pack *p, const char *prefix, const char *sweep,
	const char *path, const char *text, struct str *missing, struct err *e);

/* Add the imported data sets of finished trials as data/NAME/DIGEST.data, each up to bytes_max
 * bytes. *list gets a line for each: in the bundle, or why not and how to get it; *missing gets the
 * lines of those that were not added. Returns 0, or -1 with e. */
int own_files_add_data(struct pack *p, struct store *s, const struct dataset_places *places,
	size_t bytes_max, struct str *list, struct str *missing, struct err *e);

#endif

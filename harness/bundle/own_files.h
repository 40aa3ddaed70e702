/* own_files.h - what of a study is the user's own and not in the database: the library files and
 * tables of trials that sweep files name, and imported data sets. */
#ifndef BUNDLE_OWN_FILES_H
#define BUNDLE_OWN_FILES_H

#include "../base/str.h"
#include "../data/dataset.h"
#include "../store/open.h"
#include "pack.h"

/* Add every file that the sweeps name with use: or trials:, and those that these use, as they are
 * now, below sweeps/ where the sweep files expect them. What cannot be added is said in *missing, a
 * line each. Returns 0, or -1 with e. */
int own_files_add_libraries(struct pack *p, struct store *s, struct str *missing, struct err *e);

/* The same for one sweep, below prefix ("programs/a/"): its name, where its file was, and the text.
 */
int own_files_add_libraries_of(struct pack *p, const char *prefix, const char *sweep,
	const char *path, const char *text, struct str *missing, struct err *e);

/* Add the imported data sets of finished trials as data/NAME/DIGEST.data, each up to so many bytes.
 * *list gets a line for each: in the bundle, or why not and how to get it; *missing likewise those
 * that are not. Returns 0, or -1 with e. */
int own_files_add_data(struct pack *p, struct store *s, const struct dataset_places *places,
	size_t bytes_max, struct str *list, struct str *missing, struct err *e);

#endif

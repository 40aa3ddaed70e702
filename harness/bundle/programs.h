/* programs.h - what trials of programs need to be run again, as files of a bundle. Each set of
 * inputs that finished trials of a sweep were run on has a folder, programs/SWEEP-DIGEST/ (the
 * first 12 digits of the set's digest). It has the inputs, the sweep file and its libraries as they
 * lie beside each other on the author's machine; "study" stands for the folders above the sweep
 * file whose files are inputs, too (../data/a.csv). */
#ifndef BUNDLE_PROGRAMS_H
#define BUNDLE_PROGRAMS_H

#include "../base/str.h"
#include "../plan/program.h"
#include "../store/open.h"
#include "../store/rows.h"
#include "pack.h"

/* Add the sets whose files are still those that are recorded, each up to so many bytes. *list gets
 * a line for each set: in the bundle, or why not; *missing likewise those that are not. Returns 0,
 * or -1 with e. */
int programs_add(struct pack *p, struct store *s, size_t bytes_max, struct str *list,
	struct str *missing, struct err *e);

/* The place of the sweep file's folder for this set of inputs in an unpacked bundle. files: the
 * set's (query input_files). Makes the program's directory, which may have no file. Returns false
 * when the bundle does not have the set. */
bool programs_folder(const char *unpacked, const char *sweep, const char *inputs,
	const struct program_config *program, const struct rows *files, struct str *out);

#endif

/* programs.h - the files that trials of programs need to run again, for a bundle. Each set of
 * inputs with which finished trials of a sweep ran has a folder, programs/SWEEP-DIGEST/ (the first
 * 12 digits of the set's digest). It has the inputs, the sweep file and its libraries in the same
 * relative positions as on the author's machine. "study" stands for the folders above the sweep
 * file, if files there are inputs, too (../data/a.csv). */
#ifndef BUNDLE_PROGRAMS_H
#define BUNDLE_PROGRAMS_H

#include "../base/str.h"
#include "../plan/program.h"
#include "../store/open.h"
#include "../store/rows.h"
#include "pack.h"

/* Add the sets whose files still have the recorded content, each up to bytes_max bytes. *list gets
 * one line per set: in the bundle, or why not; *missing gets the lines of those that were not
 * added. Returns 0, or -1 with e. */
int programs_add(struct pack *p, struct store *s, size_t bytes_max, struct str *list,
	struct str *missing, struct err *e);

/* *out: the path of the sweep file's folder for this set of inputs in an unpacked bundle. files:
 * the set's rows (query input_files). Creates the program's directory, which may have no file.
 * Returns false when the bundle does not have the set. */
bool programs_folder(const char *unpacked, const char *sweep, const char *inputs,
	const struct program_config *program, const struct rows *files, struct str *out);

#endif

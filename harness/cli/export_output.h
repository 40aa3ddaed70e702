/* export_output.h - retrial export for trials that programs executed: an output whose content was
 * kept (program: {keep_outputs: true}), as a file. */
#ifndef CLI_EXPORT_OUTPUT_H
#define CLI_EXPORT_OUTPUT_H

#include "../store/open.h"

/* Write the output of this name to path, whole or not at all, and say so on standard output.
 * Returns 0, or -1 with e. */
int export_output(
	struct store *s, const char *identity, const char *name, const char *path, struct err *e);

/* Refuse a trial that has outputs in place of a network. Returns 0, or -1 with e. */
int export_output_check(struct store *s, const char *identity, struct err *e);

#endif

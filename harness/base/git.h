/* git.h - git without a pager, optional locks and file monitor. Callers of `diff` switch off
 * external programs. */
#ifndef BASE_GIT_H
#define BASE_GIT_H

#include "command.h"

/* Run git with these words (at most 10; NULL ends them) in the folder, and append its standard
 * output. Limits and what is returned: command_run. */
enum command_end git_ask(const char *folder, const char *const *words, double seconds,
	size_t max_bytes, struct str *out, int *code);

#endif

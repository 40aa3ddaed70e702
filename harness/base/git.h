/* git.h - a question to git: without the user's programs, without writing to the repository. */
#ifndef BASE_GIT_H
#define BASE_GIT_H

#include "command.h"

/* Append the answer of git to these words (NULL ends them, at most 12) in the folder, with the
 * limits of command_run. Returns how it ended, as command_run does. */
enum command_end git_ask(const char *folder, const char *const *words, double seconds,
	size_t max_bytes, struct str *out, int *code);

#endif

/* command.h - run another program and collect its output. */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include "err.h"
#include "str.h"

/* Run words[0] (found on PATH; NULL ends the words) without a shell, with nothing on its standard
 * input, for at most `seconds`. What it prints is appended to *out and to *messages (standard
 * error). Returns its exit code, 127 where there is no such program, or -1 with e (no process, out
 * of time, killed, or more than 64 MiB of output). */
int command_run(const char *const *words, double seconds, struct str *out, struct str *messages,
	struct err *e);

#endif

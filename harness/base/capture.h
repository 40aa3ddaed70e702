/* capture.h - run a program and capture its output: no shell, bounded in time and size. */
#ifndef BASE_CAPTURE_H
#define BASE_CAPTURE_H

#include <stddef.h>

#include "str.h"

/* Run arguments[0] (looked for in PATH) in the folder (NULL: the current one) with no input and
 * append what it prints: on standard output, and with `errors` also on standard error. Returns NULL
 * if it ended with exit code 0 and all output was appended, else the reason. Appended text stays in
 * either case. */
const char *capture_output(const char *const *arguments, const char *folder, bool errors,
	double seconds, size_t max_bytes, struct str *out);

#endif

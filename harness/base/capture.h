/* capture.h - run a program for what it prints: no shell, bounded in time and size. */
#ifndef BASE_CAPTURE_H
#define BASE_CAPTURE_H

#include <stddef.h>

#include "str.h"

/* Run arguments[0] (looked for in PATH) in the folder (NULL: the current one) with no input and
 * append what it prints: on standard output, and with `errors` also on standard error. Returns
 * NULL when it ended with exit code 0 and that is all of it, else why not; what was appended until
 * then stays. */
const char *capture_output(const char *const *arguments, const char *folder, bool errors,
	double seconds, size_t max_bytes, struct str *out);

#endif

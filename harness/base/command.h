/* command.h - run another program and collect its output: no shell, no input, bounded in time and
 * size. */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stddef.h>

#include "str.h"

struct command {
	const char *const *words; /* words[0] is found on PATH; NULL ends them */
	const char *folder;       /* NULL: the current one */
	double seconds;           /* from its start to its end */
	size_t max_bytes;         /* of each of the two below */
	/* Standard output and standard error are appended; NULL: thrown away. Both may be the
	 * same. */
	struct str *out, *messages;
};

enum command_end {
	COMMAND_ENDED,    /* *code is its exit code; 127: no such program, 126: no such folder */
	COMMAND_SIGNAL,   /* the signal *code ended it */
	COMMAND_NO_START, /* no process or no pipe */
	COMMAND_TOO_SLOW, /* it ran longer than `seconds`: its process group was killed */
	COMMAND_TOO_LONG, /* it wrote more than max_bytes: likewise, and the rest was dropped */
};

/* Returns how it ended. What was appended stays in every case. */
enum command_end command_run(const struct command *c, int *code);

/* "it took too long" and so on; NULL where it ended with exit code 0. */
const char *command_complaint(enum command_end end, int code);

#endif

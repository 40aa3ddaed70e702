/* inputs.h - what a program's results depend on besides its parameters: the contents of the files
 * that its sweep declares, the variables of its environment, and how its output is read. Their
 * digest is to a program's trial what the data set's is to one of the core. */
#ifndef RUN_INPUTS_H
#define RUN_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../plan/program.h"
#include "../base/digest.h"
#include "../base/err.h"

struct input {
	char *name; /* "train.py", as the pattern gives it; "environment OMP_NUM_THREADS" */
	char digest[DIGEST_TEXT];
	int64_t bytes;
	int64_t stamp[4]; /* of a file: device, inode, size, time of change: equal ones are not read
			     again */
	bool is_file;
};

struct inputs {
	const struct program_config *program;
	struct input *list; /* sorted by name */
	size_t count, capacity;
	char digest[DIGEST_TEXT]; /* of names and digests */
};

/* Read them. Returns 0, or -1 with e (ERR_ENVIRONMENT: a file is missing or cannot be read, a
 * pattern that no file matches). *out is freed with inputs_free, also after a failure. */
int inputs_read(const struct program_config *p, struct inputs *out, struct err *e);
void inputs_free(struct inputs *in);

/* The name of a file that is not what was read, or NULL. Looks at the files' stamps alone. */
const char *inputs_changed(const struct inputs *in);

/* How the inputs differ from recorded ones (the query input_files): "train.py changed, b.csv is
 * new". Appends nothing when they are the same. */
struct rows;
void inputs_compare(const struct inputs *in, const struct rows *recorded, struct str *out);

#endif

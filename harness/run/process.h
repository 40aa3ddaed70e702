/* process.h - the user's program as a process: started without a shell, in a group of its own,
 * with nothing of ours but its three streams; ended with everything it has started. */
#ifndef RUN_PROCESS_H
#define RUN_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "../base/err.h"

struct process_variable {
	const char *name, *value;
};

struct process_start {
	const char *const *arguments; /* the first is looked for in PATH; ends with NULL */
	const char *directory;        /* where it runs */
	const struct process_variable *variables; /* beside those of this process */
	int variable_count;
	size_t memory_bytes; /* limit of its address space; 0: as it is */
};

struct process {
	pid_t pid;    /* also the number of its group */
	int watch;    /* a descriptor that becomes readable when it ends */
	int out, err; /* its streams, which do not block; -1 when they have ended */
};

/* Start it: standard input is empty. Returns 0, or -1 with e: ERR_FAILED when there is no such
 * program or directory ("cannot start 'pyton3': No such file or directory"), ERR_ENVIRONMENT when
 * the machine has no room for another process. */
int process_start(const struct process_start *s, struct process *out, struct err *e);

/* Send a signal to it and its group. */
void process_signal(const struct process *p, int signal_number);

/* After it has ended, or must end: kill it, its group, and all its descendants, also those that
 * left the group; wait for all of them. Returns its status (waitpid). The caller has to be their
 * subreaper (process_adopt) and to have no other children. */
int process_end(struct process *p);
void process_close(struct process *p);

/* From here on orphans of this process's descendants become its children. */
void process_adopt(void);

/* Kill the children of this process that are not among `known` (count of them), and wait for
 * them: orphans of a worker that died. */
void process_end_orphans(const pid_t *known, size_t count);

#endif

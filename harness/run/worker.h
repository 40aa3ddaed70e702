/* worker.h - one trial in a process of its own, seen from its parent. */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "engine.h"
#include "wire.h"

struct worker {
	pid_t pid;    /* 0: idle */
	int pipe;     /* lines come here; -1 when it has closed */
	size_t index; /* of its trial in the sweep */
	int64_t attempt;
	struct str input;        /* what has come */
	size_t taken;            /* bytes of it that worker_line has given */
	bool ended;              /* its "end" line has come */
	bool timed_out;          /* it was killed for taking too long */
	double started;          /* monotonic seconds */
	char basis[DIGEST_TEXT]; /* of its trial (engine.h) */
	int core_version;
};

/* Start a trial by the engine on its basis (share: as in trial_run.h) in slot `slot` (workers are
 * pinned to the slot-th processor that this process may use, if there are enough). Returns 0, or -1
 * with e. */
int worker_start(struct worker *w, int slot, const struct trial *t, const struct engine *engine,
	const struct engine_basis *basis, unsigned share, const struct local_options *options,
	struct err *e);

/* Read what has come. Returns 1 while the pipe is open, 0 at its end, -1 with e. */
int worker_read(struct worker *w, struct err *e);

/* The next whole line, without its end, or NULL. Valid until the next call for this worker. */
const char *worker_line(struct worker *w, size_t *length);

/* Wait for the process (the pipe has closed); w is idle then. Fills state and error of an end, for
 * a worker that has not sent its own: failed, or the machine's failure. */
void worker_reap(struct worker *w, struct trial_end *end);

#endif

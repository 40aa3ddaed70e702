/* engine.h - how trials are executed: by Retrial's own core, or by the user's program. Chosen once,
 * by engine_of; scheduling, leases, limits and recording are the same for both.
 *
 * A trial has a basis: the data set and the core's version, or the program's inputs. Its results
 * depend on the basis and the configuration. A trial is done when there is a done attempt of it on
 * this basis. */
#ifndef RUN_ENGINE_H
#define RUN_ENGINE_H

#include "local.h"

struct engine_basis {
	const char *digest; /* of the data set or the inputs; NULL: not available */
	int core_version;   /* 0: a program's */
	const char *reason; /* why not, and what to do */
	bool damaged;       /* it is there, but is not what it should be */
	const void *what;   /* the engine's: what run needs */
};

/* What a sweep file says of its trials' execution. */
struct engine_limits {
	double seconds; /* after which a trial ends as timeout; 0: none */
	int retries;    /* how often a trial that failed is run again at once */
};

struct engine {
	/* Before the first trial; what else is known of the environment is appended to facts.
	 * Returns 0 with *state for the calls below, or -1 with e. */
	int (*begin)(const struct sweep *sweep, const struct local_options *options,
		struct str *facts, struct err *e, void **state);
	/* The file's own limits; the command line's come first. */
	struct engine_limits (*limits)(const struct sweep *sweep);
	/* The trial's basis as it is now. *out stays until the next call for the same trial. */
	int (*basis)(void *state, const struct trial *t, struct engine_basis *out, struct err *e);
	/* Can the trial be run on the basis at all? NULL: always. Returns 0, or -1 with e. */
	int (*check)(const struct trial *t, const struct engine_basis *basis, struct err *e);
	/* Run it, in a worker's process (trial_run.h). */
	int (*run)(const struct trial *t, const struct engine_basis *basis,
		const struct trial_options *options, const struct trial_sink *sink,
		struct trial_end *end);
	/* Why a trial that was run on the basis of this digest cannot be run again on this one. */
	void (*explain)(struct store *s, const struct trial *t, const struct engine_basis *basis,
		const char *recorded, struct str *why);
	void (*end)(void *state);
	/* The signal after which a worker ends at once. SIGTERM: it has to clean up, and is not
	 * killed until it had ten seconds for that. */
	int kill_signal;
	bool has_inputs; /* results on another basis are stale, not of another data set; results are
			    metrics, series, logs and outputs */
};

/* How the trials of the sweep are executed (plan/trial_kind.h decides). */
const struct engine *engine_of(const struct sweep *sweep);

extern const struct engine engine_core, engine_program;

/* The inputs of the sweep's trials (inputs.h), of an engine with has_inputs. */
struct inputs;
int engine_read_inputs(const struct sweep *sweep, struct inputs *out, struct err *e);
/* Those that a basis of engine_program stands for. */
const struct inputs *engine_inputs(const struct engine_basis *basis);

#endif

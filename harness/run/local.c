/* local.c - the writer's loop: start workers, take their lines, write the database. */
#include "local.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "../store/attempts.h"
#include "../store/read.h"
#include "../store/sweeps.h"
#include "engine.h"
#include "inputs.h"
#include "process.h"
#include "schedule.h"
#include "split.h"
#include "state.h"
#include "worker.h"

enum {
	TICK_MS = 500,
	HEARTBEAT_SECONDS = 20,
	CLEAN_UP_SECONDS = 10,
	MACHINE_FAILURES_MAX = 3, /* in a row: then no other trial is started */
};

struct executor {
	struct store *store;
	const struct sweep *sweep;
	const struct local_options *options;
	struct local_summary *summary;
	struct schedule *schedule;
	int64_t sweep_id, environment;
	const struct engine *engine;
	void *engine_state;
	struct str facts;           /* of the environment */
	struct rows *told;          /* data sets that cannot be had and were told of */
	char recorded[DIGEST_TEXT]; /* the inputs that the database knows of */
	int *tries;                 /* [trial_count]: how often this run has started it */
	struct worker *workers;     /* [options->workers] */
	struct rows *bad;     /* trials whose last attempt ended badly or was interrupted, sorted by
				 identity: how it ended, how many failed */
	size_t started;       /* trials, by this run */
	size_t *elsewhere;    /* [summary->elsewhere]: indices of trials that another run is at */
	int machine_failures; /* since the last trial that ended otherwise */
	bool warned;          /* of checkpoints */
	int asked;          /* the strongest wish to stop that has been passed on to the workers */
	bool start_no_more; /* after an error or at the limit of time or number */
	struct engine_limits limits; /* of a trial */
	double begun;
};

static void tell(const struct executor *x, struct local_event event)
{
	if (x->options->event)
		x->options->event(x->options->context, &event);
}

/* The user's wish to stop, or the limit of time: 0 go on, 1 finish epochs, 2 end at once. */
static int wish_to_stop(const struct executor *x)
{
	int wish = x->options->stop ? atomic_load(x->options->stop) : 0;
	if (wish == 0 && x->options->time_limit > 0
		&& clock_seconds() - x->begun > x->options->time_limit)
		wish = 1;
	return wish > 2 ? 2 : wish;
}

/* ---- what is to be done ---- */

/* Is the trial done with the data that is here? If the data set is missing, a result stands,
 * whatever data it is of; damaged data has to be looked at first. */
static int is_done(struct executor *x, const struct trial *t, const struct engine_basis *basis,
	bool *done, struct err *e)
{
	*done = false;
	return basis->damaged
		? 0
		: store_is_done(x->store, t->identity, basis->core_version, basis->digest, done, e);
}

/* The trial's basis. What cannot be had and is needed is told of once. */
static int basis_of(
	struct executor *x, const struct trial *t, struct engine_basis *basis, struct err *e)
{
	if (x->engine->basis(x->engine_state, t, basis, e))
		return -1;
	bool done;
	if (basis->digest || x->options->again)
		return 0;
	if (is_done(x, t, basis, &done, e))
		return -1;
	if (done)
		return 0;
	x->summary->bad_data |= basis->damaged;
	for (size_t i = 0; i < x->told->row_count; i++)
		if (strcmp(x->told->values[i].text, t->dataset) == 0)
			return 0;
	rows_add_text(x->told, t->dataset);
	tell(x, (struct local_event){ .kind = LOCAL_SKIPPED, .trial = t, .text = basis->reason });
	return 0;
}

static int compare_identity(const void *key, const void *value)
{
	return strcmp(key, ((const struct value *)value)->text);
}

/* The trial's row of x->bad: identity, state, failed attempts; or NULL. */
static const struct value *earlier(const struct executor *x, const struct trial *t)
{
	const struct rows *r = x->bad;
	return r->row_count ? bsearch(t->identity, r->values, r->row_count,
		       (size_t)r->column_count * sizeof(*r->values), compare_identity)
			    : NULL;
}

/* Attempts that failed in earlier runs count as tries, unless --retry asks for all tries again. */
static int64_t failed_before(const struct executor *x, const struct trial *t)
{
	const bool counts = x->options->retry == RETRY_NONE && !x->options->again;
	const struct value *row = counts ? earlier(x, t) : NULL;
	return row ? row[2].integer : 0;
}

/* Did it end so that this run leaves it? A run that was stopped may have left it some retries. */
static bool ended_badly(const struct executor *x, const struct trial *t)
{
	const struct value *row = earlier(x, t);
	if (!row || strcmp(row[1].text, "interrupted") == 0)
		return false;
	return strcmp(row[1].text, "diverged") == 0
		|| (x->options->retry == RETRY_NONE && row[2].integer > x->limits.retries);
}

static int find_bad(struct executor *x, struct err *e)
{
	char core[16];
	struct engine_basis basis = { .core_version = NN_CORE_VERSION };
	if (x->engine->has_inputs && x->engine->basis(x->engine_state, NULL, &basis, e))
		return -1;
	snprintf(core, sizeof(core), "%d", basis.core_version);
	return store_ask(x->store, "run_ended_badly",
		(const char *const[]){
			"core", core, basis.digest ? "inputs" : NULL, basis.digest, NULL },
		e, &x->bad);
}

/* A trial of the database is run again: on the same data, or not at all. */
static int check_again(const struct executor *x, const struct trial *t,
	const struct engine_basis *basis, struct err *e)
{
	const char *wanted = x->options->again_data;
	if (!basis->digest)
		return err_set(e, ERR_ENVIRONMENT, "%s", basis->reason);
	if (wanted && strcmp(wanted, basis->digest) != 0) {
		struct str why = { 0 };
		x->engine->explain(x->store, t, basis, wanted, &why);
		err_set(e, ERR_ENVIRONMENT, "%s", why.s);
		str_free(&why);
		return -1;
	}
	return 0;
}

/* Has the trial to be run? Otherwise it is counted for what it is. */
static int is_missing(struct executor *x, const struct trial *t, struct engine_basis *basis,
	bool *missing, struct err *e)
{
	bool done;
	*missing = false;
	if (basis_of(x, t, basis, e))
		return -1;
	if (x->options->again || x->tries[t - x->sweep->trials]) {
		*missing = true;
		return check_again(x, t, basis, e);
	}
	if (is_done(x, t, basis, &done, e)
		|| store_skip(x->store, x->sweep_id, t->identity,
			basis->digest || done ? NULL : basis->reason, e))
		return -1;
	if (done)
		x->summary->cached++;
	else if (!basis->digest)
		x->summary->skipped++;
	else if (x->options->retry != RETRY_ALL && ended_badly(x, t))
		x->summary->bad_before++;
	else
		*missing = true;
	return 0;
}

/* The database knows which inputs an attempt was run on, file by file. */
static int record_inputs(struct executor *x, const struct engine_basis *basis, struct err *e)
{
	if (!x->engine->has_inputs || strcmp(x->recorded, basis->digest) == 0)
		return 0;
	memcpy(x->recorded, basis->digest, DIGEST_TEXT);
	const struct inputs *in = engine_inputs(basis);
	for (size_t i = 0; i < in->count; i++) {
		const struct store_input input = { in->list[i].name, in->list[i].digest,
			in->list[i].bytes };
		if (store_input(x->store, basis->digest, &input, e))
			return -1;
	}
	return 0;
}

/* No trial is started while one of the sweep has a split that cannot be: it is the file that has to
 * be mended. Trials that are done stay as they are. */
static int check_splits(struct executor *x, struct err *e)
{
	const struct trial *last = NULL;
	for (size_t i = 0; i < x->sweep->trial_count && x->engine->check; i++) {
		const struct trial *t = &x->sweep->trials[i];
		struct engine_basis basis;
		bool done = false;
		if (basis_of(x, t, &basis, e))
			return -1;
		if (!basis.digest || (last && split_same(last, t)))
			continue;
		if (!x->options->again
			&& store_is_done(
				x->store, t->identity, basis.core_version, basis.digest, &done, e))
			return -1;
		if (!done && x->engine->check(t, &basis, e))
			return -1;
		if (!done)
			last = t;
	}
	return 0;
}

/* Look whether the trial has to be run, and begin its attempt, in one transaction: between the two
 * another run might bring it to its end. *attempt is 0 when there is nothing to do. */
static int claim(struct executor *x, const struct trial *t, struct engine_basis *basis,
	int64_t *attempt, struct err *e)
{
	bool missing;
	*attempt = 0;
	/* Its first use takes time: not while others wait for the database. */
	if (basis_of(x, t, basis, e) || store_group_begin(x->store, e))
		return -1;
	int result = is_missing(x, t, basis, &missing, e);
	if (!result && missing)
		result = record_inputs(x, basis, e);
	if (!result && missing) {
		result = store_attempt_begin(x->store, x->sweep_id, t->identity, x->environment,
			(long)getpid(), attempt, e);
		if (!result && *attempt == 0)
			x->elsewhere[x->summary->elsewhere++] = (size_t)(t - x->sweep->trials);
	}
	return store_group_end(x->store, !result, e) || result ? -1 : 0;
}

/* Give an idle worker the next trial that is missing, if there is one; only_again: one that this
 * run has started before. */
static int start_next(struct executor *x, int slot, bool only_again, struct err *e)
{
	struct worker *w = &x->workers[slot];
	for (size_t index; schedule_next(x->schedule, only_again, &index);
		schedule_end(x->schedule, index)) {
		const struct trial *t = &x->sweep->trials[index];
		struct engine_basis basis;
		if (claim(x, t, &basis, &w->attempt, e))
			return -1;
		if (w->attempt == 0) {
			tell(x,
				(struct local_event){ .kind = LOCAL_KNOWN,
					.worker = slot,
					.index = index,
					.trial = t });
			continue;
		}
		if (worker_start(w, slot, t, x->engine, &basis, schedule_shared(x->schedule, index),
			    x->options, e))
			return -1;
		w->index = index;
		w->started = clock_seconds();
		x->started += x->tries[index]++ == 0;
		tell(x,
			(struct local_event){
				.kind = LOCAL_START, .worker = slot, .index = index, .trial = t });
		return 0;
	}
	return 0;
}

/* ---- what comes back ---- */

static void count_end(struct executor *x, const struct trial_end *end)
{
	struct local_summary *s = x->summary;
	switch (end->state) {
	case TRIAL_DONE: s->done++; break;
	case TRIAL_FAILED: s->failed++; break;
	case TRIAL_DIVERGED: s->diverged++; break;
	case TRIAL_TIMEOUT: s->timeout++; break;
	case TRIAL_MACHINE:
		s->machine++;
		s->interrupted++;
		break;
	case TRIAL_INTERRUPTED:
	case TRIAL_STATES: s->interrupted++; break;
	}
	const bool machine = end->state == TRIAL_MACHINE,
		   bad = end->state != TRIAL_DONE && end->state != TRIAL_INTERRUPTED;
	if ((machine && s->machine == 1) || (bad && !s->reason[0]))
		snprintf(s->reason, sizeof(s->reason), "%s", end->error);
	x->machine_failures = machine ? x->machine_failures + 1 : 0;
	if ((x->options->stop_on_error && bad) || x->machine_failures >= MACHINE_FAILURES_MAX)
		x->start_no_more = true;
}

/* A trial that failed is tried again as often as its sweep says. */
static bool has_retries(const struct executor *x, size_t index, const struct trial_end *end)
{
	return (end->state == TRIAL_FAILED || end->state == TRIAL_TIMEOUT)
		&& x->tries[index] + failed_before(x, &x->sweep->trials[index])
		<= x->limits.retries;
}

static int end_attempt(struct executor *x, int slot, const struct trial_end *end, struct err *e)
{
	struct worker *w = &x->workers[slot];
	const bool retries = has_retries(x, w->index, end);
	w->ended = true;
	if (retries && x->asked == 0 && !x->start_no_more) {
		schedule_again(x->schedule, w->index);
	} else {
		count_end(x, end);
		x->summary->more |= retries; /* the next run's */
		schedule_end(x->schedule, w->index);
	}
	if (store_attempt_end(x->store, w->attempt, end, e))
		return -1;
	tell(x,
		(struct local_event){ .kind = LOCAL_END,
			.worker = slot,
			.index = w->index,
			.trial = &x->sweep->trials[w->index],
			.end = end });
	return 0;
}

/* What a worker says makes no sense: it is killed, and only its trial is lost, until the next run.
 */
static int give_up_worker(struct executor *x, int slot, const struct err *why, struct err *e)
{
	struct worker *w = &x->workers[slot];
	struct trial_end end = { .state = TRIAL_MACHINE,
		.core_version = w->core_version,
		.seconds = clock_seconds() - w->started };
	memcpy(end.data_digest, w->basis, DIGEST_TEXT);
	snprintf(end.error, sizeof(end.error), "%.*s", (int)sizeof(end.error) - 1, why->text);
	kill(w->pid, SIGKILL);
	return end_attempt(x, slot, &end, e);
}

/* Does the piece lie within the trial? */
static int check_message(const struct executor *x, const struct wire_message *m,
	const struct trial *t, struct err *e)
{
	const int phase = m->event == WIRE_EPOCH ? m->epoch.phase
		: m->event == WIRE_PHASE         ? m->phase.phase
		: m->event == WIRE_WEIGHTS       ? m->weights.phase
						 : -1;
	const bool of_program =
		m->event == WIRE_STEPS || m->event == WIRE_LOG || m->event == WIRE_OUTPUT;
	if (of_program && !x->engine->has_inputs)
		return err_set(e, ERR_ENVIRONMENT, "a program's result of a trial of the core");
	return phase < t->phase_count
		? 0
		: err_set(e, ERR_ENVIRONMENT, "a result of phase %d, the trial has %d", phase,
			t->phase_count);
}

static void warn_once(struct executor *x, const struct local_event *event)
{
	if (!x->warned)
		tell(x, *event);
	x->warned = true;
}

/* A kept output is taken out of the file that the worker has left. */
static int take_output(
	struct executor *x, const struct worker *w, const struct output_result *r, struct err *e)
{
	char *bytes = NULL;
	size_t count = 0;
	if (r->file && file_read(r->file, SIZE_MAX / 2, &bytes, &count, e))
		return -1;
	const int result = store_output(x->store, w->attempt, r, bytes, count, e);
	free(bytes);
	if (r->file)
		unlink(r->file);
	return result;
}

static void explain_timeout(const struct executor *x, const struct worker *w, struct trial_end *end)
{
	end->state = TRIAL_TIMEOUT;
	snprintf(end->error, sizeof(end->error),
		"killed after %.1f s: the limit for a trial is %g s", clock_seconds() - w->started,
		x->limits.seconds);
}

/* A worker that cleans up says that it was interrupted: by the limit of time, perhaps. */
static int take_end(struct executor *x, int slot, const struct trial_end *said, struct err *e)
{
	const struct worker *w = &x->workers[slot];
	struct trial_end end = *said;
	if (w->timed_out && end.state == TRIAL_INTERRUPTED)
		explain_timeout(x, w, &end);
	return end_attempt(x, slot, &end, e);
}

static int take_message(struct executor *x, int slot, const struct wire_message *m, struct err *e)
{
	struct worker *w = &x->workers[slot];
	struct local_event event = {
		.worker = slot, .index = w->index, .trial = &x->sweep->trials[w->index]
	};
	int result = 0;
	switch (m->event) {
	case WIRE_EPOCH:
		result = store_epoch(x->store, w->attempt, &m->epoch, e);
		event.kind = LOCAL_EPOCH;
		event.epoch = &m->epoch;
		break;
	case WIRE_PHASE:
		result = store_phase(x->store, w->attempt, &m->phase, e);
		if (m->phase.fold < 0)
			schedule_phase_done(x->schedule, w->index, m->phase.phase);
		event.kind = LOCAL_PHASE;
		event.phase = &m->phase;
		break;
	case WIRE_WEIGHTS: return store_weights(x->store, w->attempt, &m->weights, e);
	case WIRE_STEPS:
		result = store_steps(x->store, w->attempt, &m->steps, e);
		event.kind = LOCAL_STEPS;
		event.steps = &m->steps;
		break;
	case WIRE_MEASURE:
		result = store_measure(x->store, w->attempt, &m->measure, e);
		event.kind = LOCAL_MEASURE;
		event.measure = &m->measure;
		break;
	case WIRE_LOG: return store_log(x->store, w->attempt, &m->log, e);
	case WIRE_OUTPUT: return take_output(x, w, &m->output, e);
	case WIRE_END: return take_end(x, slot, &m->end, e);
	case WIRE_WARNING:
		event.kind = LOCAL_WARNING;
		event.text = m->warning;
		warn_once(x, &event);
		return 0;
	}
	if (!result)
		tell(x, event);
	return result;
}

static int take_line(struct executor *x, int slot, const char *line, size_t length, struct err *e)
{
	struct worker *w = &x->workers[slot];
	struct wire_message m;
	struct err why = { 0 };
	if (w->ended)
		return 0; /* nobody asks what comes after the end */
	if (wire_read(line, length, &m, &why))
		return give_up_worker(x, slot, &why, e);
	const int result = check_message(x, &m, &x->sweep->trials[w->index], &why)
		? give_up_worker(x, slot, &why, e)
		: take_message(x, slot, &m, e);
	wire_message_free(&m);
	return result;
}

/* A worker is gone without an end of its own: it crashed, or was killed, perhaps by this process.
 */
static void explain_death(
	const struct executor *x, const struct worker *gone, struct trial_end *end)
{
	end->seconds = clock_seconds() - gone->started;
	end->core_version = gone->core_version;
	memcpy(end->data_digest, gone->basis, DIGEST_TEXT);
	if (gone->timed_out) {
		explain_timeout(x, gone, end);
	} else if (x->asked > 1) {
		end->state = TRIAL_INTERRUPTED;
	}
}

/* What a worker that died has left running came to this process (process_adopt). */
static void end_orphans(struct executor *x)
{
	pid_t *known = calloc((size_t)x->options->workers, sizeof(*known));
	for (int i = 0; known && i < x->options->workers; i++)
		known[i] = x->workers[i].pid;
	if (known)
		process_end_orphans(known, (size_t)x->options->workers);
	free(known);
}

/* Lines that have come; at the end of the pipe the worker is gone. */
static int serve(struct executor *x, int slot, struct err *e)
{
	struct worker *w = &x->workers[slot];
	int open = worker_read(w, e);
	if (open < 0)
		return -1;
	size_t length;
	for (const char *line; (line = worker_line(w, &length));)
		if (take_line(x, slot, line, length, e))
			return -1;
	if (open)
		return 0;
	const struct worker gone = *w;
	struct trial_end end = { .state = TRIAL_FAILED };
	worker_reap(w, &end);
	if (x->engine->kill_signal != SIGKILL)
		end_orphans(x);
	if (gone.ended)
		return 0;
	explain_death(x, &gone, &end);
	w->attempt = gone.attempt;
	w->index = gone.index;
	int result = end_attempt(x, slot, &end, e);
	*w = (struct worker){ .pipe = -1 };
	return result;
}

/* ---- the loop ---- */

/* Pass the wish to stop on: epochs finish; the second wish kills. */
static void pass_stop(struct executor *x, int wish)
{
	if (wish <= x->asked)
		return;
	for (int i = 0; i < x->options->workers; i++)
		if (x->workers[i].pid > 0)
			kill(x->workers[i].pid, wish > 1 ? x->engine->kill_signal : SIGTERM);
	x->asked = wish;
}

/* Signs of life for long epochs, and an end to trials that take too long (a worker that hangs is
 * one). */
static int look_after(struct executor *x, double *last_heartbeat, struct err *e)
{
	double now = clock_seconds();
	bool beat = now - *last_heartbeat > HEARTBEAT_SECONDS;
	for (int i = 0; i < x->options->workers; i++) {
		struct worker *w = &x->workers[i];
		if (w->pid == 0)
			continue;
		if (x->limits.seconds > 0 && now - w->started > x->limits.seconds
			&& !w->timed_out) {
			w->timed_out = true;
			kill(w->pid, x->engine->kill_signal);
		}
		if (w->timed_out && now - w->started > x->limits.seconds + CLEAN_UP_SECONDS)
			kill(w->pid, SIGKILL);
		if (beat && !w->ended && store_heartbeat(x->store, w->attempt, e))
			return -1;
	}
	if (beat)
		*last_heartbeat = now;
	return 0;
}

static int fill_workers(struct executor *x, struct pollfd *polls, int *busy, struct err *e)
{
	*busy = 0;
	for (int i = 0; i < x->options->workers; i++) {
		struct worker *w = &x->workers[i];
		/* Limits hold for trials, not for the attempts at one. */
		const bool may_start = x->asked == 0 && x->machine_failures < MACHINE_FAILURES_MAX,
			   only_again = x->start_no_more
			|| (x->options->max_trials && x->started >= x->options->max_trials);
		if (w->pid == 0 && may_start && start_next(x, i, only_again, e))
			return -1;
		polls[i] = (struct pollfd){ .fd = w->pid ? w->pipe : -1, .events = POLLIN };
		*busy += w->pid != 0;
	}
	return 0;
}

static int loop(struct executor *x, struct err *e)
{
	struct pollfd *polls = calloc((size_t)x->options->workers, sizeof(*polls));
	double last_heartbeat = clock_seconds();
	if (!polls)
		return err_nomem(e);
	int result = 0;
	while (!result) {
		int busy;
		pass_stop(x, wish_to_stop(x));
		result = fill_workers(x, polls, &busy, e);
		if (result || busy == 0)
			break;
		poll(polls, (nfds_t)x->options->workers, TICK_MS);
		for (int i = 0; i < x->options->workers && !result; i++)
			if (polls[i].revents)
				result = serve(x, i, e);
		if (!result)
			result = look_after(x, &last_heartbeat, e);
		tell(x, (struct local_event){ .kind = LOCAL_TICK });
	}
	free(polls);
	return result;
}

/* Trials that another run was at: it may have ended them by now. */
static int look_elsewhere(struct executor *x, struct err *e)
{
	const size_t count = x->summary->elsewhere;
	for (size_t i = 0; i < count; i++) {
		const struct trial *t = &x->sweep->trials[x->elsewhere[i]];
		struct engine_basis basis;
		bool done;
		if (basis_of(x, t, &basis, e)
			|| store_is_done(
				x->store, t->identity, basis.core_version, basis.digest, &done, e))
			return -1;
		x->summary->elsewhere -= done;
		x->summary->cached += done;
	}
	return 0;
}

/* After a limit: is there a trial that would have been started? */
static int look_for_more(struct executor *x, struct err *e)
{
	size_t index;
	while (!x->summary->more && schedule_next(x->schedule, false, &index)) {
		struct engine_basis basis;
		if (is_missing(x, &x->sweep->trials[index], &basis, &x->summary->more, e))
			return -1;
		schedule_end(x->schedule, index);
	}
	return 0;
}

/* After the machine failed: no worker goes on without a writer. Their attempts stay "running" and
 * are reclaimed at the next start. */
static void kill_workers(struct executor *x)
{
	for (int i = 0; i < x->options->workers; i++)
		if (x->workers[i].pid > 0) {
			struct trial_end ignored = { 0 };
			kill(x->workers[i].pid, SIGKILL);
			worker_reap(&x->workers[i], &ignored);
		}
	if (x->engine->kill_signal != SIGKILL)
		end_orphans(x);
}

static void executor_close(struct executor *x)
{
	x->engine->end(x->engine_state);
	str_free(&x->facts);
	rows_free(x->told);
	free(x->tries);
	rows_free(x->bad);
	schedule_free(x->schedule);
	free(x->workers);
	free(x->elsewhere);
	x->summary->seconds = clock_seconds() - x->begun;
	free(x);
}

static int prepare(struct executor *x, struct err *e)
{
	const struct local_options *options = x->options;
	if (options->states && !options->states_shared)
		state_remove_orphans(options->states);
	x->sweep_id = options->again_sweep;
	if (x->engine->kill_signal != SIGKILL)
		process_adopt();
	return x->engine->begin(x->sweep, options, &x->facts, e, &x->engine_state)
			|| schedule_new(
				x->sweep, options->share && options->states, e, &x->schedule)
			|| store_reclaim(x->store, e)
			|| (options->take_over && store_take_over(x->store, e)) || find_bad(x, e)
			|| store_environment(x->store, x->facts.s, &x->environment, e)
			|| (!options->again && store_sweep(x->store, x->sweep, &x->sweep_id, e))
			|| check_splits(x, e)
		? -1
		: 0;
}

/* Ready to begin, with the plan frozen; NULL with e. */
static struct executor *executor_open(struct store *store, const struct sweep *sweep,
	const struct local_options *options, struct local_summary *summary, struct err *e)
{
	struct executor *x = calloc(1, sizeof(*x));
	*summary = (struct local_summary){ .planned = sweep->trial_count };
	if (!x) {
		err_nomem(e);
		return NULL;
	}
	*x = (struct executor){ .store = store,
		.sweep = sweep,
		.options = options,
		.summary = summary,
		.begun = clock_seconds(),
		.workers = calloc((size_t)options->workers, sizeof(*x->workers)),
		.engine = engine_of(sweep),
		.told = rows_new(1, (const char *const[]){ "dataset" }),
		.tries = calloc(sweep->trial_count + 1, sizeof(*x->tries)),
		.elsewhere = calloc(sweep->trial_count + 1, sizeof(*x->elsewhere)) };
	x->limits = x->engine->limits(sweep);
	if (options->trial_seconds > 0)
		x->limits.seconds = options->trial_seconds;
	str_add(&x->facts, options->facts);
	const bool room = x->workers && x->elsewhere && x->tries && x->told;
	if (room && !prepare(x, e))
		return x;
	if (!room)
		err_nomem(e);
	executor_close(x);
	return NULL;
}

int local_run(struct store *store, const struct sweep *sweep, const struct local_options *options,
	struct local_summary *summary, struct err *e)
{
	struct executor *x = executor_open(store, sweep, options, summary, e);
	if (!x)
		return -1;
	int result = loop(x, e);
	if (result)
		kill_workers(x);
	else if (!options->again)
		result = look_elsewhere(x, e) || look_for_more(x, e) ? -1 : 0;
	executor_close(x);
	return result;
}

int local_missing(struct store *store, const struct sweep *sweep,
	const struct local_options *options, bool *missing, struct local_summary *summary,
	struct err *e)
{
	struct executor *x = executor_open(store, sweep, options, summary, e);
	if (!x)
		return -1;
	int result = store_group_begin(store, e);
	if (!result) {
		for (size_t i = 0; i < sweep->trial_count && !result; i++) {
			struct engine_basis basis;
			result = is_missing(x, &sweep->trials[i], &basis, &missing[i], e);
		}
		result = store_group_end(store, !result, e) || result ? -1 : 0;
	}
	executor_close(x);
	return result;
}

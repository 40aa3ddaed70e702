/* local.c - the writer's loop: start workers, take their lines, write the database. */
#include "local.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "worker.h"

enum { DATASETS_MAX = 64, TICK_MS = 500 };

/* A data set of the sweep: open, or the reason why not. */
struct opened {
	const char *name;
	struct dataset *dataset;
	char reason[4096]; /* as long as an err's text */
};

struct executor {
	struct store *store;
	const struct sweep *sweep;
	const struct local_options *options;
	struct local_summary *summary;
	int64_t sweep_id, environment;
	struct opened opened[DATASETS_MAX];
	int opened_count;
	struct worker *workers;   /* [options->workers] */
	size_t next;              /* the next trial of the sweep to look at */
	bool forwarded;           /* the wish to stop has been sent to the workers */
};

static void tell(const struct executor *x, struct local_event event)
{
	if (x->options->event)
		x->options->event(x->options->context, &event);
}

/* The trial's data set, opened at its first use. NULL with the count of opened sets full cannot be: a sweep has a handful. */
static struct opened *find_dataset(struct executor *x, const struct trial *t)
{
	for (int i = 0; i < x->opened_count; i++)
		if (strcmp(x->opened[i].name, t->dataset) == 0)
			return &x->opened[i];
	if (x->opened_count == DATASETS_MAX)
		return NULL;
	struct opened *o = &x->opened[x->opened_count++];
	struct err e = { 0 };
	o->name = t->dataset;
	bool missing;
	if (dataset_open_or_miss(t->dataset, x->options->places, &e, &missing, &o->dataset)) {
		snprintf(o->reason, sizeof o->reason, "%s", e.text);
		x->summary->bad_data |= !missing;
		tell(x, (struct local_event){ .kind = LOCAL_SKIPPED, .trial = t, .text = o->reason });
	}
	return o;
}

/* Find the next trial that has to be run. *found is false when there is none. */
static int next_trial(struct executor *x, bool *found, struct err *e)
{
	for (*found = false; x->next < x->sweep->trial_count; x->next++) {
		const struct trial *t = &x->sweep->trials[x->next];
		struct opened *o = find_dataset(x, t);
		if (!o)
			return err_set(e, ERR_USAGE, "more than %d data sets in one sweep", DATASETS_MAX);
		if (store_skip(x->store, x->sweep_id, t->identity, o->dataset ? NULL : o->reason, e))
			return -1;
		if (!o->dataset) {
			x->summary->skipped++;
			continue;
		}
		bool done;
		if (store_is_done(x->store, t->identity, NN_CORE_VERSION, o->dataset->digest, &done, e))
			return -1;
		if (!done) {
			*found = true;
			return 0;
		}
		x->summary->cached++;
	}
	return 0;
}

/* Give the next trial to an idle worker. Somebody else may be at it: then the one after it. */
static int start_next(struct executor *x, int slot, struct err *e)
{
	struct worker *w = &x->workers[slot];
	for (bool found;;) {
		if (next_trial(x, &found, e))
			return -1;
		if (!found)
			return 0;
		const struct trial *t = &x->sweep->trials[x->next];
		if (store_attempt_begin(x->store, x->sweep_id, t->identity, x->environment, (long)getpid(), &w->attempt, e))
			return -1;
		w->index = x->next++;
		if (w->attempt == 0)
			continue;
		if (worker_start(w, slot, t, find_dataset(x, t)->dataset, x->options, e))
			return -1;
		tell(x, (struct local_event){ .kind = LOCAL_START, .worker = slot, .index = w->index, .trial = t });
		return 0;
	}
}

static int end_attempt(struct executor *x, int slot, const struct trial_end *end, struct err *e)
{
	struct worker *w = &x->workers[slot];
	w->ended = true;
	switch (end->state) {
	case TRIAL_DONE: x->summary->done++; break;
	case TRIAL_FAILED: x->summary->failed++; break;
	case TRIAL_DIVERGED: x->summary->diverged++; break;
	case TRIAL_INTERRUPTED: x->summary->interrupted++; break;
	}
	if (store_attempt_end(x->store, w->attempt, end, e))
		return -1;
	tell(x, (struct local_event){ .kind = LOCAL_END, .worker = slot, .index = w->index, .trial = &x->sweep->trials[w->index], .end = end });
	return 0;
}

static int take_line(struct executor *x, int slot, const char *line, size_t length, struct err *e)
{
	struct worker *w = &x->workers[slot];
	struct local_event event = { .worker = slot, .index = w->index, .trial = &x->sweep->trials[w->index] };
	struct wire_message m;
	if (wire_read(line, length, &m, e))
		return -1;
	int answer = 0;
	switch (m.event) {
	case WIRE_EPOCH:
		answer = store_epoch(x->store, w->attempt, &m.epoch, e);
		event.kind = LOCAL_EPOCH;
		event.epoch = &m.epoch;
		break;
	case WIRE_PHASE:
		answer = store_phase(x->store, w->attempt, &m.phase, e);
		event.kind = LOCAL_PHASE;
		event.phase = &m.phase;
		break;
	case WIRE_END: return end_attempt(x, slot, &m.end, e);
	}
	if (!answer)
		tell(x, event);
	phase_result_free(&m.phase);
	return answer;
}

/* Lines that have come; at the end of the pipe the worker is gone, and if it gave no end, it crashed. */
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
	struct worker gone = *w;
	struct trial_end end = { .state = TRIAL_FAILED, .core_version = NN_CORE_VERSION };
	worker_reap(w, end.error, sizeof end.error);
	if (gone.ended)
		return 0;
	if (!end.error[0])
		snprintf(end.error, sizeof end.error, "the worker ended without a result");
	if (x->options->stop && atomic_load(x->options->stop) > 1)
		end.state = TRIAL_INTERRUPTED;
	w->attempt = gone.attempt;
	w->index = gone.index;
	int answer = end_attempt(x, slot, &end, e);
	*w = (struct worker){ .pipe = -1 };
	return answer;
}

/* Pass the wish to stop on: epochs finish; a second wish kills. */
static void pass_stop(struct executor *x)
{
	int stop = x->options->stop ? atomic_load(x->options->stop) : 0;
	if (stop == 0 || (stop == 1 && x->forwarded))
		return;
	for (int i = 0; i < x->options->workers; i++)
		if (x->workers[i].pid > 0)
			kill(x->workers[i].pid, stop > 1 ? SIGKILL : SIGTERM);
	x->forwarded = true;
}

static int loop(struct executor *x, struct err *e)
{
	struct pollfd *polls = calloc((size_t)x->options->workers, sizeof *polls);
	if (!polls)
		return err_nomem(e);
	int answer = 0;
	for (;;) {
		bool stopping = x->options->stop && atomic_load(x->options->stop);
		pass_stop(x);
		int busy = 0;
		for (int i = 0; i < x->options->workers && !answer; i++) {
			if (x->workers[i].pid == 0 && !stopping)
				answer = start_next(x, i, e);
			polls[i] = (struct pollfd){ .fd = x->workers[i].pid ? x->workers[i].pipe : -1, .events = POLLIN };
			busy += x->workers[i].pid != 0;
		}
		if (answer || busy == 0)
			break;
		poll(polls, (nfds_t)x->options->workers, TICK_MS);
		for (int i = 0; i < x->options->workers && !answer; i++)
			if (polls[i].revents)
				answer = serve(x, i, e);
		if (answer)
			break;
		tell(x, (struct local_event){ .kind = LOCAL_TICK });
	}
	free(polls);
	return answer;
}

/* After the machine failed: no worker goes on without a writer. Their attempts stay "running" and are reclaimed at the next start. */
static void kill_workers(struct executor *x)
{
	for (int i = 0; i < x->options->workers; i++)
		if (x->workers[i].pid > 0) {
			char ignored[128];
			kill(x->workers[i].pid, SIGKILL);
			worker_reap(&x->workers[i], ignored, sizeof ignored);
		}
}

int local_run(struct store *store, const struct sweep *sweep, const struct local_options *options, struct local_summary *summary, struct err *e)
{
	struct executor *x = calloc(1, sizeof *x);
	struct timespec start, stop;
	int answer = -1;
	clock_gettime(CLOCK_MONOTONIC, &start);
	*summary = (struct local_summary){ .planned = sweep->trial_count };
	if (!x)
		return err_nomem(e);
	*x = (struct executor){ .store = store, .sweep = sweep, .options = options, .summary = summary,
		.workers = calloc((size_t)options->workers, sizeof *x->workers) };
	if (!x->workers) {
		err_nomem(e);
		goto out;
	}
	if (store_reclaim(store, e) || store_environment(store, options->facts, &x->environment, e)
	    || store_sweep(store, sweep, &x->sweep_id, e))
		goto out;
	answer = loop(x, e);
	if (answer)
		kill_workers(x);
out:
	for (int i = 0; i < x->opened_count; i++)
		dataset_close(x->opened[i].dataset);
	free(x->workers);
	free(x);
	clock_gettime(CLOCK_MONOTONIC, &stop);
	summary->seconds = (double)(stop.tv_sec - start.tv_sec) + 1e-9 * (double)(stop.tv_nsec - start.tv_nsec);
	return answer;
}

/* verify_workers.c - trials verified side by side: a process each, which sends its result through a
 * pipe and ends. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verify_trial.h"

_Static_assert(sizeof(struct verify_result) <= 4096, "a result is written to a pipe in one piece");

struct slot {
	pid_t pid; /* 0: idle */
	int pipe;
	const struct verify_job *job;
};

static _Noreturn void child(int to, const struct verify_case *c, const struct verify_job *job,
	const struct verify_options *options)
{
	struct verify_result result;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	memset(&result, 0, sizeof(result));
	verify_trial(c, job->data, options, &result);
	_exit(write(to, &result, sizeof(result)) == (ssize_t)sizeof(result) ? 0 : ERR_ENVIRONMENT);
}

/* What is recorded is read here: a database must not be used behind a fork. */
static int start(struct slot *s, const struct recorded *r, const struct verify_job *job,
	const struct verify_options *options, struct err *e)
{
	struct verify_case c = { .from = r };
	int ends[2];
	recorded_trial(r, job->row, &c.trial);
	if (recorded_details(r, c.trial.identity, &c.epochs, &c.weights, e))
		return -1;
	int result = pipe2(ends, O_CLOEXEC) ? err_errno(e, "pipe") : 0;
	if (!result) {
		fflush(NULL);
		*s = (struct slot){ .pid = fork(), .pipe = ends[0], .job = job };
		if (s->pid == 0)
			child(ends[1], &c, job, options);
		close(ends[1]);
		if (s->pid < 0) {
			result = err_errno(e, "fork");
			close(ends[0]);
			s->pid = 0;
		}
	}
	rows_free(c.epochs);
	rows_free(c.weights);
	return result;
}

/* The result of a worker that has ended; one without a result could say nothing. */
static void finish(struct slot *s, struct verify_result *result)
{
	int status = 0;
	ssize_t got;
	while ((got = read(s->pipe, result, sizeof(*result))) < 0 && errno == EINTR) {
	}
	while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR) {
	}
	close(s->pipe);
	if (got != (ssize_t)sizeof(*result)) {
		*result = (struct verify_result){ .verdict = VERIFY_CANNOT };
		if (WIFSIGNALED(status))
			snprintf(result->text, sizeof(result->text),
				"the worker was killed by signal %d (%s)", WTERMSIG(status),
				strsignal(WTERMSIG(status)));
		else
			snprintf(result->text, sizeof(result->text),
				"the worker ended without a result");
	}
	s->pid = 0;
}

static int loop(struct slot *slots, struct pollfd *polls, const struct recorded *r,
	const struct verify_job *jobs, size_t count, const struct verify_options *options,
	void (*done)(void *, const struct verify_job *, const struct verify_result *),
	void *context, struct err *e)
{
	for (size_t next = 0;;) {
		int busy = 0;
		for (int i = 0; i < options->workers; i++) {
			const bool may_start =
				next < count && !(options->stop && atomic_load(options->stop));
			if (!slots[i].pid && may_start
				&& start(&slots[i], r, &jobs[next++], options, e))
				return -1;
			polls[i] = (struct pollfd){ .fd = slots[i].pid ? slots[i].pipe : -1,
				.events = POLLIN };
			busy += slots[i].pid != 0;
		}
		if (!busy)
			return 0;
		if (poll(polls, (nfds_t)options->workers, -1) < 0)
			continue; /* a signal: look at the wish to stop */
		for (int i = 0; i < options->workers; i++)
			if (polls[i].revents) {
				struct verify_result result;
				finish(&slots[i], &result);
				done(context, slots[i].job, &result);
			}
	}
}

int verify_trials(const struct recorded *r, const struct verify_job *jobs, size_t count,
	const struct verify_options *options,
	void (*done)(
		void *context, const struct verify_job *job, const struct verify_result *result),
	void *context, struct err *e)
{
	struct slot *slots = calloc((size_t)options->workers, sizeof(*slots));
	struct pollfd *polls = calloc((size_t)options->workers, sizeof(*polls));
	int answer = slots && polls ? loop(slots, polls, r, jobs, count, options, done, context, e)
				    : err_nomem(e);
	for (int i = 0; slots && i < options->workers; i++)
		if (slots[i].pid) { /* after a failure of the machine */
			struct verify_result ignored;
			kill(slots[i].pid, SIGKILL);
			finish(&slots[i], &ignored);
		}
	free(slots);
	free(polls);
	return answer;
}

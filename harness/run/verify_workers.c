/* verify_workers.c - see verify_workers.h. */
#include "verify_workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

_Static_assert(sizeof(struct verify_result) <= 4096, "a result is written to a pipe in one piece");

void verify_differs(struct verify_result *result, const char *format, ...)
{
	va_list arguments;
	if (result->verdict == VERIFY_DIFFERS)
		return;
	result->verdict = VERIFY_DIFFERS;
	va_start(arguments, format);
	vsnprintf(result->text, sizeof(result->text), format, arguments);
	va_end(arguments);
}

struct slot {
	pid_t pid; /* 0: idle */
	int pipe;
	size_t task;
};

static _Noreturn void child(const struct verify_tasks *t, size_t task, int slot, int to)
{
	struct verify_result result;
	prctl(PR_SET_PDEATHSIG, t->kill_signal);
	/* Ctrl-C reaches the whole process group; who cleans up waits for the parent's word. */
	if (t->kill_signal != SIGKILL)
		signal(SIGINT, SIG_IGN);
	memset(&result, 0, sizeof(result));
	t->run(t->context, task, slot, &result);
	_exit(write(to, &result, sizeof(result)) == (ssize_t)sizeof(result) ? 0 : ERR_ENVIRONMENT);
}

static int start(
	struct slot *s, const struct verify_tasks *t, size_t task, int number, struct err *e)
{
	int ends[2] = { -1, -1 };
	int result = t->prepare(t->context, task, e);
	if (!result && pipe2(ends, O_CLOEXEC))
		result = err_errno(e, "pipe");
	if (!result) {
		fflush(NULL);
		*s = (struct slot){ .pid = fork(), .pipe = ends[0], .task = task };
		if (s->pid == 0)
			child(t, task, number, ends[1]);
		close(ends[1]);
		if (s->pid < 0) {
			result = err_errno(e, "fork");
			close(ends[0]);
			s->pid = 0;
		}
	}
	t->release(t->context, task);
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

/* What a worker that was killed has left running came to this process (process_adopt). */
static void end_orphans(const struct verify_tasks *t, const struct slot *slots)
{
	pid_t *known = calloc((size_t)t->workers, sizeof(*known));
	for (int i = 0; known && i < t->workers; i++)
		known[i] = slots[i].pid;
	if (known && t->kill_signal != SIGKILL)
		process_end_orphans(known, (size_t)t->workers);
	free(known);
}

/* Workers end their trial at the first SIGTERM. */
static void pass_stop(const struct verify_tasks *t, const struct slot *slots, bool *passed)
{
	if (*passed || !t->stop || !atomic_load(t->stop))
		return;
	*passed = true;
	for (int i = 0; i < t->workers; i++)
		if (slots[i].pid)
			kill(slots[i].pid, SIGTERM);
}

static int loop(
	struct slot *slots, struct pollfd *polls, const struct verify_tasks *t, struct err *e)
{
	bool passed = false;
	for (size_t next = 0;;) {
		int busy = 0;
		pass_stop(t, slots, &passed);
		for (int i = 0; i < t->workers; i++) {
			if (!slots[i].pid && next < t->count && !passed
				&& start(&slots[i], t, next++, i, e))
				return -1;
			polls[i] = (struct pollfd){ .fd = slots[i].pid ? slots[i].pipe : -1,
				.events = POLLIN };
			busy += slots[i].pid != 0;
		}
		if (!busy)
			return 0;
		if (poll(polls, (nfds_t)t->workers, -1) < 0)
			continue; /* a signal: look at the wish to stop */
		for (int i = 0; i < t->workers; i++)
			if (polls[i].revents) {
				struct verify_result result;
				finish(&slots[i], &result);
				end_orphans(t, slots);
				t->done(t->context, slots[i].task, &result);
			}
	}
}

int verify_side_by_side(const struct verify_tasks *t, struct err *e)
{
	struct slot *slots = calloc((size_t)t->workers, sizeof(*slots));
	struct pollfd *polls = calloc((size_t)t->workers, sizeof(*polls));
	if (t->kill_signal != SIGKILL)
		process_adopt();
	int answer = slots && polls ? loop(slots, polls, t, e) : err_nomem(e);
	for (int i = 0; slots && i < t->workers; i++)
		if (slots[i].pid) { /* after a failure of the machine */
			struct verify_result ignored;
			kill(slots[i].pid, t->kill_signal);
			finish(&slots[i], &ignored);
		}
	free(slots);
	free(polls);
	return answer;
}

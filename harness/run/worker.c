/* worker.c - fork, pipe, lines. */
#include "worker.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- in the child ---- */

static atomic_int child_stop;

/* Finish the epoch, then end. */
static void on_interrupt(int signal_number)
{
	(void)signal_number;
	atomic_fetch_add(&child_stop, 1);
}

static void pin(int slot)
{
	cpu_set_t allowed, one;
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	int seen = 0;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && seen++ == slot) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			sched_setaffinity(0, sizeof(one), &one);
			return;
		}
}

/* The sink of a trial in a worker: context is the pipe's descriptor. */
static int write_line(void *context, const char *line, size_t length, struct err *e)
{
	for (size_t done = 0; done < length;) {
		ssize_t n = write(*(int *)context, line + done, length - done);
		if (n < 0 && errno != EINTR)
			return err_errno(e, "pipe to the writer");
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Write the line that has been made, or pass on that it could not be made. Frees it. */
static int send_line(void *context, int made, struct str *line, struct err *e)
{
	const int result = made || write_line(context, line->s, line->length, e) ? -1 : 0;
	str_free(line);
	return result;
}

static int send_weights(void *context, const struct weights_result *r, struct err *e)
{
	struct str line = { 0 };
	return send_line(context, wire_weights(&line, r, e), &line, e);
}

static int send_warning(void *context, const char *text, struct err *e)
{
	struct str line = { 0 };
	return send_line(context, wire_warning(&line, text, e), &line, e);
}

static int send_steps(void *context, const struct steps_result *r, struct err *e)
{
	struct str line = { 0 };
	return send_line(context, wire_steps(&line, r, e), &line, e);
}

static int send_measure(void *context, const struct measure_result *r, struct err *e)
{
	struct str line = { 0 };
	return send_line(context, wire_measure(&line, r, e), &line, e);
}

static int send_log(void *context, const struct log_result *r, struct err *e)
{
	struct str line = { 0 };
	return send_line(context, wire_log(&line, r, e), &line, e);
}

static int send_output(void *context, const struct output_result *r, struct err *e)
{
	struct str line = { 0 };
	return send_line(context, wire_output(&line, r, e), &line, e);
}

/* Out of memory under a limit that the user has set is no failure of the machine. */
static void blame_limit(const struct local_options *options, struct trial_end *end)
{
	static const char nomem[] = "out of memory";
	if (!options->trial_bytes || end->state != TRIAL_MACHINE || strcmp(end->error, nomem) != 0)
		return;
	end->state = TRIAL_FAILED;
	snprintf(end->error, sizeof(end->error), "%s: the limit for a trial is %zu MB", nomem,
		options->trial_bytes >> 20);
}

/* CPU time and memory of this process and of all that it has waited for. */
static void measure_usage(struct trial_end *end)
{
	static const int whose[] = { RUSAGE_SELF, RUSAGE_CHILDREN };
	for (int i = 0; i < 2; i++) {
		struct rusage usage;
		if (getrusage(whose[i], &usage))
			continue;
		if (end->peak_bytes < usage.ru_maxrss * 1024)
			end->peak_bytes = usage.ru_maxrss * 1024;
		end->cpu_seconds += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
			+ 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	}
}

static _Noreturn void child(int fd, int slot, const struct trial *t, const struct engine *engine,
	const struct engine_basis *basis, unsigned share, const struct local_options *options)
{
	const bool cleans_up = engine->kill_signal != SIGKILL;
	prctl(PR_SET_PDEATHSIG, engine->kill_signal); /* no worker outlives its writer */
	/* Ctrl-C reaches the whole process group; who cleans up waits for the writer's word. */
	signal(SIGINT, cleans_up ? SIG_IGN : on_interrupt);
	signal(SIGTERM, on_interrupt);
	signal(SIGPIPE, SIG_IGN);
	if (options->threads == 1 && options->workers > 1)
		pin(slot);
	if (options->trial_bytes)
		setrlimit(
			RLIMIT_AS, &(struct rlimit){ options->trial_bytes, options->trial_bytes });
	const struct trial_options trial_options = { .kernels = options->kernels,
		.threads = options->threads,
		.stop = &child_stop,
		.states = options->states,
		.temporary = options->temporary,
		.checkpoint_seconds = options->checkpoint_seconds,
		.slot = slot,
		.share = share };
	const struct trial_sink sink = { .context = &fd,
		.line = write_line,
		.weights = options->keep_weights ? send_weights : NULL,
		.warning = send_warning,
		.steps = send_steps,
		.measure = send_measure,
		.log = send_log,
		.output = send_output };
	struct trial_end end;
	engine->run(t, basis, &trial_options, &sink, &end);
	blame_limit(options, &end);
	measure_usage(&end);
	struct str line = { 0 };
	struct err e = { 0 };
	_exit(send_line(&fd, wire_end(&line, &end, &e), &line, &e) ? ERR_ENVIRONMENT : 0);
}

/* ---- in the parent ---- */

int worker_start(struct worker *w, int slot, const struct trial *t, const struct engine *engine,
	const struct engine_basis *basis, unsigned share, const struct local_options *options,
	struct err *e)
{
	int ends[2];
	if (pipe(ends))
		return err_errno(e, "pipe");
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0) {
		err_errno(e, "fork");
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (pid == 0) {
		close(ends[0]);
		child(ends[1], slot, t, engine, basis, share, options);
	}
	close(ends[1]);
	w->pid = pid;
	w->pipe = ends[0];
	w->ended = w->timed_out = false;
	w->taken = 0;
	memcpy(w->basis, basis->digest, DIGEST_TEXT);
	w->core_version = basis->core_version;
	str_clear(&w->input);
	return 0;
}

int worker_read(struct worker *w, struct err *e)
{
	char bytes[65536];
	ssize_t n = read(w->pipe, bytes, sizeof(bytes));
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : err_errno(e, "pipe from a worker");
	str_add_bytes(&w->input, bytes, (size_t)n);
	return n > 0;
}

const char *worker_line(struct worker *w, size_t *length)
{
	if (w->taken) {
		memmove(w->input.s, w->input.s + w->taken, w->input.length - w->taken);
		w->input.length -= w->taken;
		w->input.s[w->input.length] = '\0';
		w->taken = 0;
	}
	char *end = w->input.length ? memchr(w->input.s, '\n', w->input.length) : NULL;
	if (!end)
		return NULL;
	*end = '\0';
	*length = (size_t)(end - w->input.s);
	w->taken = *length + 1;
	return w->input.s;
}

/* Nobody's fault but the machine's: killed from outside (by the kernel when memory is short, by an
 * administrator), or over a limit of the shell. */
static bool is_machines_signal(int number)
{
	return number == SIGKILL || number == SIGXFSZ || number == SIGXCPU || number == SIGTERM;
}

void worker_reap(struct worker *w, struct trial_end *end)
{
	int status = 0;
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	end->state = TRIAL_FAILED;
	if (WIFSIGNALED(status)) {
		const int number = WTERMSIG(status);
		if (is_machines_signal(number))
			end->state = TRIAL_MACHINE;
		snprintf(end->error, sizeof(end->error), "the worker was killed by signal %d (%s)",
			number, strsignal(number));
	} else if (WEXITSTATUS(status) == ERR_ENVIRONMENT) {
		end->state = TRIAL_MACHINE;
		snprintf(end->error, sizeof(end->error),
			"the worker could not send its results (out of memory?)");
	} else {
		snprintf(end->error, sizeof(end->error),
			"the worker ended without a result (exit code %d)", WEXITSTATUS(status));
	}
	close(w->pipe);
	str_free(&w->input);
	*w = (struct worker){ .pipe = -1 };
}

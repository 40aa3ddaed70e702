/* process.c - see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/file.h"

enum { CHILDREN_BYTES = 1 << 20, END_SECONDS = 5 };

/* ---- in the child ---- */

/* What could not be done, for the parent. */
struct complaint {
	int code;
	bool directory;
};

static _Noreturn void complain(int to, bool directory)
{
	const struct complaint c = { errno, directory };
	const ssize_t n = write(to, &c, sizeof(c));
	_exit(n == sizeof(c) ? 127 : 126);
}

static void reset_signals(void)
{
	sigset_t none;
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void child(const struct process_start *s, int out, int error, int complaints)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	reset_signals();
	const int null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0
		|| dup2(error, STDERR_FILENO) < 0)
		complain(complaints, false);
	/* Only the complaint goes on until exec, which closes it. */
	const int last = 3;
	if (complaints != last) {
		dup3(complaints, last, O_CLOEXEC);
		complaints = last;
	}
	syscall(SYS_close_range, last + 1, ~0U, 0);
	for (int i = 0; i < s->variable_count; i++)
		if (setenv(s->variables[i].name, s->variables[i].value, 1))
			complain(complaints, false);
	if (chdir(s->directory))
		complain(complaints, true);
	/* Last: this process is larger than the limit, so it could allocate nothing more. */
	if (s->memory_bytes)
		setrlimit(RLIMIT_AS, &(struct rlimit){ s->memory_bytes, s->memory_bytes });
	execvp(s->arguments[0], (char *const *)s->arguments);
	complain(complaints, false);
}

/* ---- in the parent ---- */

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

/* Read what the child has to complain of; at exec the pipe closes. */
static int listen_to(int from, const struct process_start *s, pid_t pid, struct err *e)
{
	struct complaint c;
	ssize_t n;
	while ((n = read(from, &c, sizeof(c))) < 0 && errno == EINTR) {
	}
	if (n == 0)
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
	}
	if (n != sizeof(c))
		return err_set(e, ERR_ENVIRONMENT, "cannot start '%s'", s->arguments[0]);
	const bool machine = c.code == ENOMEM || c.code == EAGAIN || c.code == ENFILE
		|| c.code == EMFILE || c.code == EIO;
	return err_set(e, machine ? ERR_ENVIRONMENT : ERR_FAILED, "cannot start '%s'%s%s: %s",
		s->arguments[0], c.directory ? " in " : "", c.directory ? s->directory : "",
		strerror(c.code));
}

int process_start(const struct process_start *s, struct process *out, struct err *e)
{
	int standard[2] = { -1, -1 }, error[2] = { -1, -1 }, complaints[2] = { -1, -1 };
	*out = (struct process){ .watch = -1, .out = -1, .err = -1 };
	if (pipe2(standard, O_CLOEXEC) || pipe2(error, O_CLOEXEC) || pipe2(complaints, O_CLOEXEC)) {
		err_errno(e, "pipe");
		goto fail;
	}
	/* Without a copy of this process: its memory is the child's until exec. What the child
	 * changes in it (the environment) nobody here asks for again. */
	out->pid = vfork();
	if (out->pid < 0) {
		err_errno(e, "fork");
		goto fail;
	}
	if (out->pid == 0)
		child(s, standard[1], error[1], complaints[1]);
	setpgid(out->pid, out->pid); /* whoever comes first */
	close(standard[1]);
	close(error[1]);
	close(complaints[1]);
	standard[1] = error[1] = complaints[1] = -1;
	if (listen_to(complaints[0], s, out->pid, e))
		goto fail;
	close(complaints[0]);
	fcntl(standard[0], F_SETFL, O_NONBLOCK);
	fcntl(error[0], F_SETFL, O_NONBLOCK);
	out->out = standard[0];
	out->err = error[0];
	out->watch = (int)syscall(SYS_pidfd_open, out->pid, 0);
	return 0;
fail:
	close_pair(standard);
	close_pair(error);
	close_pair(complaints);
	out->pid = 0;
	return -1;
}

void process_signal(const struct process *p, int signal_number)
{
	if (p->pid > 0)
		kill(-p->pid, signal_number);
}

void process_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static bool is_known(const pid_t *known, size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (known[i] == pid)
			return true;
	return false;
}

/* Kill every child but the known ones; returns how many there were. */
static size_t kill_children(const pid_t *known, size_t known_count)
{
	char path[64], *bytes;
	size_t count, killed = 0;
	snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
	if (file_read(path, CHILDREN_BYTES, &bytes, &count, NULL))
		return 0;
	for (char *p = bytes, *end; *p; p = end) {
		const long pid = strtol(p, &end, 10);
		if (end == p)
			break;
		if (pid > 0 && !is_known(known, known_count, (pid_t)pid)) {
			kill((pid_t)pid, SIGKILL);
			killed++;
		}
	}
	free(bytes);
	return killed;
}

void process_end_orphans(const pid_t *known, size_t count)
{
	const double deadline = clock_seconds() + END_SECONDS;
	while (kill_children(known, count) && clock_seconds() < deadline) {
		char path[64], *bytes;
		size_t length;
		snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
		if (file_read(path, CHILDREN_BYTES, &bytes, &length, NULL))
			return;
		for (char *p = bytes, *end; *p; p = end) {
			const long pid = strtol(p, &end, 10);
			if (end == p)
				break;
			if (!is_known(known, count, (pid_t)pid))
				waitpid((pid_t)pid, NULL, WNOHANG);
		}
		free(bytes);
		poll(NULL, 0, 1);
	}
}

int process_end(struct process *p)
{
	const double deadline = clock_seconds() + END_SECONDS;
	int status = 0, own = 0;
	pid_t ended;
	if (p->pid <= 0)
		return 0;
	/* A zombie keeps its number: nobody else can have it until the wait below. */
	kill(-p->pid, SIGKILL);
	while (clock_seconds() < deadline) {
		kill_children(NULL, 0);
		ended = waitpid(-1, &status, WNOHANG);
		if (ended < 0 && errno != EINTR)
			break; /* no child is left */
		if (ended == p->pid)
			own = status;
		if (ended == 0)
			poll(NULL, 0, 1);
	}
	p->pid = 0;
	return own;
}

void process_close(struct process *p)
{
	int *const all[] = { &p->watch, &p->out, &p->err };
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (*all[i] >= 0)
			close(*all[i]);
		*all[i] = -1;
	}
}

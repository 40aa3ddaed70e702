/* command.c - see command.h. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

enum { NO_PROGRAM = 127, NO_FOLDER = 126 };

/* A pipe from the program, and where its bytes go. */
struct stream {
	int from; /* -1: closed, or there is none */
	int to_close;
	struct str *to;
	size_t start; /* bytes that *to had before */
};

static _Noreturn void child(const struct command *c, int out, int messages)
{
	const int null = open("/dev/null", O_RDWR);
	if (setpgid(0, 0) || (c->folder && chdir(c->folder)) || dup2(null, STDIN_FILENO) < 0
		|| dup2(out < 0 ? null : out, STDOUT_FILENO) < 0
		|| dup2(messages < 0 ? null : messages, STDERR_FILENO) < 0)
		_exit(NO_FOLDER);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	execvp(c->words[0], (char *const *)c->words);
	_exit(NO_PROGRAM);
}

/* Take what has come. Returns false where it does not fit. */
static bool take(struct stream *s, size_t max_bytes)
{
	char bytes[65536];
	const ssize_t n = read(s->from, bytes, sizeof(bytes));
	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0) {
		close(s->from);
		s->from = -1;
		return true;
	}
	const size_t room = max_bytes - (s->to->length - s->start);
	str_add_bytes(s->to, bytes, (size_t)n < room ? (size_t)n : room);
	return (size_t)n <= room;
}

/* Until both pipes have closed. */
static enum command_end listen_to(struct stream s[2], size_t max_bytes, double deadline)
{
	while (s[0].from >= 0 || s[1].from >= 0) {
		struct pollfd polls[2];
		const double left = deadline - clock_seconds();
		for (int i = 0; i < 2; i++)
			polls[i] = (struct pollfd){ .fd = s[i].from, .events = POLLIN };
		if (left <= 0)
			return COMMAND_TOO_SLOW;
		if (poll(polls, 2, (int)(left * 1000) + 1) < 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (s[i].from >= 0 && polls[i].revents && !take(&s[i], max_bytes))
				return COMMAND_TOO_LONG;
	}
	return COMMAND_ENDED;
}

/* A program may close its output and go on. Returns whether it has ended in time. */
static bool ends(pid_t pid, int *status, double deadline)
{
	struct timespec pause = { .tv_nsec = 100000 };
	for (;;) {
		const pid_t ended = waitpid(pid, status, WNOHANG);
		if (ended == pid || (ended < 0 && errno != EINTR))
			return true;
		if (clock_seconds() > deadline)
			return false;
		nanosleep(&pause, NULL);
		pause.tv_nsec = pause.tv_nsec < 20000000 ? 2 * pause.tv_nsec : 20000000;
	}
}

/* Open a pipe: the child writes to one end, and what it writes is appended to *to. */
static int stream_open(struct stream *s, struct str *to)
{
	int pair[2];
	*s = (struct stream){ .from = -1, .to_close = -1, .to = to, .start = to ? to->length : 0 };
	if (!to)
		return 0;
	if (pipe2(pair, O_CLOEXEC))
		return -1;
	s->from = pair[0];
	s->to_close = pair[1];
	return 0;
}

static void close_if_open(int file)
{
	if (file >= 0)
		close(file);
}

enum command_end command_run(const struct command *c, int *code)
{
	const double deadline = clock_seconds() + c->seconds;
	const bool both = c->out && c->messages == c->out;
	struct stream s[2] = { { .from = -1, .to_close = -1 }, { .from = -1, .to_close = -1 } };
	int status = 0;
	*code = 0;
	const bool open = stream_open(&s[0], c->out) == 0
		&& stream_open(&s[1], both ? NULL : c->messages) == 0;
	const pid_t pid = open ? fork() : -1;
	if (pid == 0)
		child(c, s[0].to_close, both ? s[0].to_close : s[1].to_close);
	close_if_open(s[0].to_close);
	close_if_open(s[1].to_close);
	enum command_end end = pid < 0 ? COMMAND_NO_START : listen_to(s, c->max_bytes, deadline);
	close_if_open(s[0].from);
	close_if_open(s[1].from);
	if (pid < 0)
		return end;
	if (end == COMMAND_ENDED && !ends(pid, &status, deadline))
		end = COMMAND_TOO_SLOW;
	if (end != COMMAND_ENDED) {
		setpgid(pid, pid); /* it may not have come that far */
		kill(-pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
		}
		return end;
	}
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
	return WIFEXITED(status) ? COMMAND_ENDED : COMMAND_SIGNAL;
}

const char *command_complaint(enum command_end end, int code)
{
	switch (end) {
	case COMMAND_ENDED:
		return code == NO_PROGRAM ? "there is no such program" : code ? "it failed" : NULL;
	case COMMAND_SIGNAL: return "it was killed";
	case COMMAND_NO_START: return "it cannot be started";
	case COMMAND_TOO_SLOW: return "it took too long";
	case COMMAND_TOO_LONG: return "it prints too much: cut";
	}
	return NULL;
}

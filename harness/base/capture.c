/* capture.c - see capture.h. */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

static _Noreturn void child(const char *const *arguments, const char *folder, bool errors, int to)
{
	const int null = open("/dev/null", O_RDWR);
	if (setpgid(0, 0) || (folder && chdir(folder)) || dup2(null, STDIN_FILENO) < 0
		|| dup2(to, STDOUT_FILENO) < 0 || dup2(errors ? to : null, STDERR_FILENO) < 0)
		_exit(126);
	signal(SIGPIPE, SIG_DFL);
	execvp(arguments[0], (char *const *)arguments);
	_exit(127);
}

/* Read until the end, the time or the room is over. */
static const char *read_all(int from, double seconds, size_t max_bytes, struct str *out)
{
	const double deadline = clock_seconds() + seconds;
	const size_t start = out->length;
	char bytes[65536];
	for (;;) {
		const double left = deadline - clock_seconds();
		struct pollfd ready = { .fd = from, .events = POLLIN };
		const int got = left > 0 ? poll(&ready, 1, (int)(left * 1000) + 1) : 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return "it took too long";
		const ssize_t n = read(from, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return "what it prints cannot be read";
		if (n == 0)
			return NULL;
		const size_t room = max_bytes - (out->length - start);
		str_add_bytes(out, bytes, (size_t)n < room ? (size_t)n : room);
		if ((size_t)n > room)
			return "it prints too much: cut";
	}
}

const char *capture_output(const char *const *arguments, const char *folder, bool errors,
	double seconds, size_t max_bytes, struct str *out)
{
	int ends[2], status = 0;
	if (pipe2(ends, O_CLOEXEC))
		return "there is no pipe to it";
	const pid_t pid = fork();
	if (pid == 0)
		child(arguments, folder, errors, ends[1]);
	close(ends[1]);
	const char *why =
		pid > 0 ? read_all(ends[0], seconds, max_bytes, out) : "it cannot be started";
	close(ends[0]);
	if (pid < 0)
		return why;
	if (why)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	if (!why && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return "there is no such program";
	if (!why && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return "it failed";
	return why;
}

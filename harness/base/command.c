/* command.c - see command.h. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { OUTPUT_MAX = 64 << 20 };

static _Noreturn void child(const char *const *words, int out, int messages)
{
	const int null = open("/dev/null", O_RDONLY);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(messages, STDERR_FILENO);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	execvp(words[0], (char *const *)words);
	_exit(127);
}

/* Take what has come. Returns whether the pipe is open still. */
static int take(int from, struct str *to)
{
	char bytes[65536];
	const ssize_t n = read(from, bytes, sizeof(bytes));
	if (n > 0)
		str_add_bytes(to, bytes, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Until both pipes have closed. Returns NULL, or why it was given up. */
static const char *listen_to(const int from[2], struct str *const to[2], double seconds)
{
	const double deadline = clock_seconds() + seconds;
	int open[2] = { 1, 1 };
	while (open[0] || open[1]) {
		struct pollfd polls[2];
		const double left = deadline - clock_seconds();
		for (int i = 0; i < 2; i++)
			polls[i] =
				(struct pollfd){ .fd = open[i] ? from[i] : -1, .events = POLLIN };
		if (left <= 0 || (poll(polls, 2, (int)(left * 1000) + 1) < 0 && errno != EINTR))
			return "no answer in time";
		for (int i = 0; i < 2; i++) {
			if (open[i] && polls[i].revents)
				open[i] = take(from[i], to[i]);
			if (to[i]->length > OUTPUT_MAX)
				return "it prints too much";
		}
	}
	return NULL;
}

int command_run(const char *const *words, double seconds, struct str *out, struct str *messages,
	struct err *e)
{
	int one[2], two[2], status = 0;
	if (pipe2(one, O_CLOEXEC))
		return err_errno(e, "pipe");
	if (pipe2(two, O_CLOEXEC)) {
		close(one[0]);
		close(one[1]);
		return err_errno(e, "pipe");
	}
	const pid_t pid = fork();
	if (pid == 0)
		child(words, one[1], two[1]);
	close(one[1]);
	close(two[1]);
	const char *problem = pid < 0 ? NULL
				      : listen_to((const int[]){ one[0], two[0] },
					      (struct str *const[]){ out, messages }, seconds);
	close(one[0]);
	close(two[0]);
	if (pid < 0)
		return err_errno(e, "fork");
	if (problem)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	if (problem)
		return err_set(
			e, ERR_ENVIRONMENT, "%s: %s (limit: %g s)", words[0], problem, seconds);
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : err_set(e, ERR_ENVIRONMENT, "%s: killed by signal %d", words[0],
					 WTERMSIG(status));
}

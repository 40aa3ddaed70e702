/* gnuplot.c - fork, exec, and the child's complaints. Writes no script and reads no data. */
#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_FOUND = 127, NO_FOLDER = 126 };

/* In the child; never returns. */
static void become_gnuplot(
	const char *folder, const char *script, const char *argument, int complaints)
{
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0
		|| dup2(complaints, STDERR_FILENO) < 0 || setenv("LC_ALL", "C.UTF-8", 1)
		|| chdir(folder))
		_exit(NO_FOLDER);
	execlp("gnuplot", "gnuplot", "-d", "-c", script, argument, (char *)NULL);
	_exit(NOT_FOUND);
}

/* Read all of what comes, keep what fits. */
static void read_complaints(int from, char *text, size_t size)
{
	size_t length = 0;

	for (;;) {
		char rest[512];
		const bool full = length + 1 >= size;
		const ssize_t count = read(
			from, full ? rest : text + length, full ? sizeof(rest) : size - 1 - length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			break;
		length += full ? 0 : (size_t)count;
	}
	while (length && strchr(" \n", text[length - 1]))
		length--;
	text[length] = '\0';
}

static int judge(
	int status, const char *folder, const char *script, const char *complaints, struct err *e)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		return err_set(e, ERR_ENVIRONMENT,
			"gnuplot is not installed: figures need it (Debian: apt-get install "
			"gnuplot-nox)");
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FOLDER)
		return err_set(e, ERR_ENVIRONMENT, "%s: cannot run gnuplot there", folder);
	return err_set(e, ERR_ENVIRONMENT, "gnuplot failed on %s/%s: %s", folder, script,
		complaints[0] ? complaints : "no message");
}

int gnuplot_run(const char *folder, const char *script, const char *argument, struct err *e)
{
	int ends[2], status;
	char complaints[1024];

	if (pipe2(ends, O_CLOEXEC))
		return err_errno(e, "gnuplot");
	const pid_t child = fork();
	if (child < 0) {
		close(ends[0]);
		close(ends[1]);
		return err_errno(e, "gnuplot");
	}
	if (!child)
		become_gnuplot(folder, script, argument, ends[1]);
	close(ends[1]);
	read_complaints(ends[0], complaints, sizeof(complaints));
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(e, "gnuplot");
	return judge(status, folder, script, complaints, e);
}

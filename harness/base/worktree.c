/* worktree.c - see worktree.h. */
#include "worktree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { ARGUMENTS_MAX = 8 };

/* The folder of the running program's file. Returns 0 or -1. */
static int program_folder(char folder[PATH_MAX])
{
	const ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
	if (length <= 0)
		return -1;
	folder[length] = '\0';
	char *slash = strrchr(folder, '/');
	if (!slash)
		return -1;
	slash[slash == folder] = '\0';
	return 0;
}

/* In the child: git without the user's programs, without writing to the repository, silent. */
static _Noreturn void run_git(int to, const char *folder, const char *const *arguments)
{
	const int null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(to, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	char *all[ARGUMENTS_MAX + 6] = { "git", "--no-optional-locks", "--no-pager", "-C",
		(char *)folder };
	for (int i = 0; i < ARGUMENTS_MAX && arguments[i]; i++)
		all[5 + i] = (char *)arguments[i];
	execvp("git", all);
	_exit(127);
}

/* Read until the end, the time or the room is over. */
static const char *read_all(int from, size_t max_bytes, struct str *out)
{
	const double deadline = clock_seconds() + WORKTREE_SECONDS;
	const size_t start = out->length;
	char bytes[65536];
	for (;;) {
		const double left = deadline - clock_seconds();
		struct pollfd ready = { .fd = from, .events = POLLIN };
		const int got = left > 0 ? poll(&ready, 1, (int)(left * 1000) + 1) : 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return "git took too long: cut";
		const size_t room = max_bytes - (out->length - start);
		const ssize_t n =
			read(from, bytes, room < sizeof(bytes) ? room + 1 : sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return "git's answer cannot be read";
		if (n == 0)
			return NULL;
		str_add_bytes(out, bytes, (size_t)n < room ? (size_t)n : room);
		if ((size_t)n > room)
			return max_bytes == WORKTREE_DIFF_BYTES ? "longer than a megabyte: cut"
								: "too long: cut";
	}
}

/* Append what git says in this folder. Returns NULL, or why that is not all. */
static const char *ask_git_in(
	const char *folder, const char *const *arguments, size_t max_bytes, struct str *out)
{
	int ends[2], status = 0;
	if (pipe2(ends, O_CLOEXEC))
		return "no pipe to git";
	const pid_t pid = fork();
	if (pid == 0)
		run_git(ends[1], folder, arguments);
	close(ends[1]);
	const char *cut = pid > 0 ? read_all(ends[0], max_bytes, out) : "git cannot be started";
	close(ends[0]);
	if (pid < 0)
		return cut;
	if (cut)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	if (!cut && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		cut = "the program lies in no git work tree that has its commit";
	return cut;
}

/* The same in the folder that the program lies in. */
static const char *ask_git(const char *const *arguments, size_t max_bytes, struct str *out)
{
	char folder[PATH_MAX];
	if (program_folder(folder))
		return "where the program lies is not known";
	return ask_git_in(folder, arguments, max_bytes, out);
}

const char *worktree_diff(const char *commit, struct str *out)
{
	const char *const arguments[] = { "diff", "--no-ext-diff", "--no-textconv", "--no-color",
		commit, "--", NULL };
	return ask_git(arguments, WORKTREE_DIFF_BYTES, out);
}

const char *worktree_source(const char *commit, struct str *out)
{
	/* Asked in a folder of the tree, git would leave out the others. */
	const char *const where[] = { "rev-parse", "--show-toplevel", NULL };
	const char *const arguments[] = { "archive", "--format=tar", commit, NULL };
	const size_t start = out->length;
	struct str top = { 0 };
	const char *why = ask_git(where, PATH_MAX, &top);
	if (!why) {
		top.s[strcspn(top.s, "\n")] = '\0';
		why = ask_git_in(top.s, arguments, WORKTREE_SOURCE_BYTES, out);
	}
	if (why)
		out->length = start;
	str_free(&top);
	return why;
}

const char *worktree_changes(struct str *out)
{
	const char *const arguments[] = { "status", "--porcelain", "--", ":/",
		":(top,exclude)results", NULL };
	return ask_git(arguments, WORKTREE_DIFF_BYTES, out);
}

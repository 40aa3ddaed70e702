/* pager.c - see pager.h. */
#include "pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/str.h"
#include "terminal.h"

extern char **environ;

static pid_t pager; /* 0: none runs */

/* Is there such a program? */
static bool is_installed(const char *program)
{
	const char *path = getenv("PATH");
	bool found = false;
	while (path && *path && !found) {
		const size_t length = strcspn(path, ":");
		struct str file = { 0 };
		str_addf(&file, "%.*s/%s", (int)length, path, program);
		found = length > 0 && access(file.s, X_OK) == 0;
		str_free(&file);
		path += length + (path[length] == ':');
	}
	return found;
}

/* The command, or NULL for none. */
static const char *wanted(void)
{
	const char *command = getenv("RETRIAL_PAGER");
	if (!command)
		command = getenv("PAGER");
	if (!command)
		command = is_installed("less") ? "less" : "";
	return *command && strcmp(command, "cat") != 0 ? command : NULL;
}

static int spawn(const char *command, int from)
{
	posix_spawn_file_actions_t actions;
	if (posix_spawn_file_actions_init(&actions))
		return -1;
	posix_spawn_file_actions_adddup2(&actions, from, STDIN_FILENO);
	char *arguments[] = { "sh", "-c", (char *)command, NULL };
	/* F: leave when all fits one screen; R: colours; S: cut long lines; X: leave the text. */
	setenv("LESS", "FRSX", 0);
	setenv("LV", "-c", 0);
	const int failure = posix_spawnp(&pager, "sh", &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return failure ? -1 : 0;
}

void pager_begin(const struct cli *c)
{
	int ends[2];
	const char *command = wanted();
	if (pager || !command || cli_has(c, "no-pager") || !isatty(STDOUT_FILENO))
		return;
	fflush(stdout);
	if (pipe2(ends, O_CLOEXEC))
		return;
	terminal_set_paged();
	if (spawn(command, ends[0]) || dup2(ends[1], STDOUT_FILENO) < 0)
		pager = 0;
	close(ends[0]);
	close(ends[1]);
	if (!pager)
		return;
	signal(SIGINT, SIG_IGN); /* Ctrl-C is the pager's; we end when it does */
	signal(SIGPIPE, SIG_IGN);
}

bool pager_runs(void)
{
	return pager != 0;
}

void pager_end(void)
{
	if (!pager)
		return;
	fflush(stdout);
	close(STDOUT_FILENO);
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		continue;
	pager = 0;
}

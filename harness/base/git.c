/* git.c - see git.h. */
#include "git.h"

enum command_end git_ask(const char *folder, const char *const *words, double seconds,
	size_t max_bytes, struct str *out, int *code)
{
	enum { MOST = 16 };
	const char *all[MOST] = { "git", "--no-optional-locks", "--no-pager" };
	for (int i = 0; i + 4 < MOST && words[i]; i++)
		all[3 + i] = words[i];
	const struct command git = { .words = all,
		.folder = folder,
		.seconds = seconds,
		.max_bytes = max_bytes,
		.out = out };
	return command_run(&git, code);
}

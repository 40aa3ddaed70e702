/* git.c - see git.h. */
#include "git.h"

enum command_end git_ask(const char *folder, const char *const *words, double seconds,
	size_t max_bytes, struct str *out, int *code)
{
	enum { FIRST = 5, WORDS_MAX = 10 };
	const char *all[FIRST + WORDS_MAX + 1] = { "git", "--no-optional-locks", "--no-pager", "-c",
		"core.fsmonitor=false" };
	for (int i = 0; i < WORDS_MAX && words[i]; i++)
		all[FIRST + i] = words[i];
	const struct command git = { .words = all,
		.folder = folder,
		.seconds = seconds,
		.max_bytes = max_bytes,
		.out = out };
	return command_run(&git, code);
}

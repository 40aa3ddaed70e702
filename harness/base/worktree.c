/* worktree.c - see worktree.h. */
#include "worktree.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "git.h"

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

/* Append what git says in this folder. Returns NULL, or why that is not all. */
static const char *ask_git_in(
	const char *folder, const char *const *words, size_t max_bytes, struct str *out)
{
	int code;
	switch (git_ask(folder, words, WORKTREE_SECONDS, max_bytes, out, &code)) {
	case COMMAND_ENDED:
		return code ? "the program lies in no git work tree that has its commit" : NULL;
	case COMMAND_SIGNAL: return "git was killed";
	case COMMAND_NO_START: return "git cannot be started";
	case COMMAND_TOO_SLOW: return "git took too long: cut";
	case COMMAND_TOO_LONG:
		return max_bytes == WORKTREE_DIFF_BYTES ? "longer than a megabyte: cut"
							: "too long: cut";
	}
	return NULL;
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
